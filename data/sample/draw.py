"""Draw the invented town of Eldermere and its records into this folder.

``python data/sample/draw.py`` writes everything; ``--records`` leaves the maps as they are, and
``--into FOLDER`` writes elsewhere. The seed is in ``eldermere/ground.py``.
"""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]  # the town's own package, and ours for geo

from eldermere import (  # noqa: E402
    areas,
    basemap,
    gazetteer,
    incidents,
    people,
    places,
    premises,
    tiles,
    touches,
    truth,
)
from eldermere.files import write_csv, write_json, write_layers  # noqa: E402


def draw_records(folder: Path) -> None:
    """Write gazetteer, incidents, touches, premises, places, people and the truth."""
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(folder / "gazetteer.csv", gazetteer.gazetteer())
    write_csv(folder / "incidents.csv", incidents.drawn()[0])
    write_csv(folder / "touches.csv", touches.touches())
    write_csv(folder / "premises.csv", premises.premises())
    write_json(folder / "places.json", places.places())
    write_json(folder / "people.json", people.people())
    write_json(folder / "truth.json", truth.truth())


def draw_maps(folder: Path) -> None:
    """Write the boundaries, the base map's source and its tiles."""
    write_layers(folder / "areas.gpkg", {"areas": areas.areas()})
    write_layers(folder / "eldermere.gpkg", basemap.layers())
    tiles.draw(basemap.layers(), folder / "eldermere.pmtiles")


def main() -> None:
    """Read the command line and draw."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--into", type=Path, default=HERE)
    asked.add_argument("--records", action="store_true", help="leave the maps as they are")
    given = asked.parse_args()
    draw_records(given.into)
    if not given.records:
        draw_maps(given.into)


if __name__ == "__main__":
    main()
