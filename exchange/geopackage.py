"""A GeoPackage of what one person may see, at that person's precision."""

from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd
from sqlalchemy.orm import Session

from domain.audit import action, note
from domain.errors import Invalid
from domain.people import Actor, Permission
from layers import catalogue


@action("layers.export", needs=Permission.EXPORT)
def write(session: Session, actor: Actor, path: Path) -> dict[str, int]:
    """Write every layer that ``actor`` may see, in EPSG:27700; return the rows of each.

    A layer of marks says whose file it is and from when. The export is one entry in the log.

    Raises
    ------
    Invalid
        There is a file of that name.
    """
    if path.exists():
        raise Invalid("There is a file of that name already. Name another.")
    written: dict[str, int] = {}
    for layer in catalogue.seen_by(actor):
        frame = catalogue.read(session, actor, layer.name)
        written[layer.name] = len(frame)
        if len(frame):
            _plain(frame).to_file(path, layer=layer.name, driver="GPKG", mode="a", engine="pyogrio")
    if any(written.values()):
        _mark(path, actor, written)
    note(session, "layers", dict(written))
    return written


def _plain(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Write lists and codes as text, which a GeoPackage can hold."""
    geometry = frame.geometry.name
    plain = {
        name: [_text(each) for each in frame[name]]
        for name in frame.columns
        if name != geometry and frame[name].dtype == object
    }
    return frame.assign(**plain)


def _text(value: object) -> str | None:
    if isinstance(value, tuple | list | frozenset | set):
        return "; ".join(sorted(map(str, value)))
    return None if value is None or value is pd.NA or value is pd.NaT else str(value)


def _mark(path: Path, actor: Actor, written: dict[str, int]) -> None:
    marks = pd.DataFrame(
        {
            "marking": ["OFFICIAL-SENSITIVE"],
            "written_for": [actor.name],
            "written_at": [datetime.now(UTC).isoformat(timespec="seconds")],
            "layers": ["; ".join(written)],
        }
    )
    empty = gpd.GeoDataFrame(marks, geometry=gpd.GeoSeries([None], crs=27700))
    empty.to_file(path, layer="read_me_first", driver="GPKG", mode="a", engine="pyogrio")
