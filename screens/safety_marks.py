"""Squares that a group marked, as they look on the map and in words."""

from collections import Counter
from collections.abc import Collection
from html import escape

import geopandas as gpd
import shapely

from domain import codes, safety_mapping
from domain.safety_mapping import SQUARE, Mark
from geo.space import to_wgs84
from layers import canvas
from layers.symbols import Look, swatch

LOOKS = {
    "safe": Look("#1b7a5a", "", weight=2.5, fill=0.45),
    "unsafe": Look("#9a4f00", "", weight=2.5, fill=0.45, dash="6 5"),
    "both": Look("#5b5f97", "", weight=2.5, fill=0.45, dash="2 4"),
}
WORDS = {"safe": "Safe", "unsafe": "Unsafe", "both": "Both"}


def drawn(marks: Collection[Mark]) -> list[canvas.Item]:
    """Draw the squares; one that is marked both ways has a look of its own."""
    felt: dict[tuple[int, int], set[str]] = {}
    for each in marks:
        felt.setdefault((each.east, each.north), set()).add(each.felt)
    if not felt:
        return []
    looks = [("both" if len(each) > 1 else next(iter(each))) for each in felt.values()]
    shapes = [shapely.box(east, north, east + SQUARE, north + SQUARE) for east, north in felt]
    frame = gpd.GeoDataFrame(
        {"look": looks, "words": [WORDS[each] for each in looks]}, geometry=shapes, crs=27700
    )
    return [
        canvas.Shapes(
            "marks", to_wgs84(frame), LOOKS, by="look", tip=("words",), press=False, pane="areas"
        )
    ]


def legend() -> str:
    """Return what the looks mean, as HTML."""
    rows = "".join(f"<li>{swatch(LOOKS[each], 'area')} {WORDS[each]}</li>" for each in LOOKS)
    return f'<ul class="sg-legend sg-legend-row">{rows}</ul>'


def counted(marks: Collection[Mark]) -> str:
    """Say how many squares are marked when: "After school: 3 safe, 2 unsafe", as HTML."""
    bands = codes.current().time_bands
    found = Counter((each.time_band, each.felt) for each in marks)
    lines = []
    for band in bands:
        safe, unsafe = (found[band, each] for each in (safety_mapping.SAFE, safety_mapping.UNSAFE))
        if safe or unsafe:
            label = bands.label(band)
            lines.append(f"{label[:1].upper()}{label[1:]}: {safe} safe, {unsafe} unsafe")
    return "".join(f"<li>{escape(each)}</li>" for each in lines)
