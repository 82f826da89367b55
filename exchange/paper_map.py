"""Maps on paper, as SVG: the ground of the operator's base map, grid, scale bar and north.

What a map shows is drawn between `streets` and `scale_and_north` by who makes it. Without a
vector base map the grid and what is drawn on it stand alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from domain import preferences
from domain.errors import Invalid
from geo.space import BNG, Box, bng_from_mercator, mercator_from_bng
from layers import basemap

STEPS: Final = (50, 100, 200, 250, 500, 1_000, 2_000, 5_000, 10_000)
WIDTHS: Final = {"ring": 22, "a_road": 20, "b_road": 17, "main": 16, "residential": 11,
                 "pedestrian": 9, "service": 6}  # fmt: skip
INK, QUIET, LINE = "#262522", "#5c5852", "#d3cdc3"
NAMES: Final = ("water", "roads")
"""Layers of a base map that are drawn."""
HELD: Final = 30_000.0
"""Side in metres of the largest piece of ground that is held for many maps."""
NOWHERE: Final = (0.0, 0.0, 0.0, 0.0)
NAMED: Final = 28.0
"""Height of a street's name in tenths of a millimetre."""


@dataclass
class Paper:
    """Turns metres (EPSG:27700) into tenths of a millimetre on the page, and collects drawings.

    ``box`` has the shape of the page: ``wide`` by ``tall`` tenths of a millimetre.
    """

    box: Box
    wide: int
    tall: int
    parts: list[str] = field(default_factory=list)
    taken: list[Any] = field(default_factory=list)

    @property
    def scale(self) -> float:
        """Tenths of a millimetre on the page for a metre on the ground."""
        return self.wide / (self.box[2] - self.box[0])

    def at(self, xy: Any) -> Any:
        """Return where coordinates, shape (n, 2), lie on the page."""
        west, _south, _east, north = self.box
        return np.column_stack([(xy[:, 0] - west), (north - xy[:, 1])]) * self.scale

    def path(self, shape: BaseGeometry, **looks: Any) -> None:
        """Draw lines or areas; ``looks`` are SVG's own, with underscores for hyphens."""
        rings = [each for part in shapely.get_parts(shape) for each in _rings(part)]
        drawn = "".join(
            f"M{' L'.join(f'{x:.0f} {y:.0f}' for x, y in self.at(ring))}{'Z' if closed else ''}"
            for ring, closed in rings
        )
        if drawn:
            self.parts.append(f"<path d={quoteattr(drawn)} {_looks(looks)}/>")

    def text(self, x: float, y: float, words: str, turn: float = 0.0, **looks: Any) -> None:
        """Write words at a spot of the page; they are escaped."""
        turned = f' transform="rotate({turn:.1f} {x:.0f} {y:.0f})"' if turn else ""
        told = _looks({"font_family": "Source Sans 3", "fill": INK, **looks})
        self.parts.append(f'<text x="{x:.0f}" y="{y:.0f}"{turned} {told}>{escape(words)}</text>')

    def svg(self) -> str:
        """Return all that was drawn, cut at the edges of the page."""
        size = f'width="{self.wide}" height="{self.tall}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.wide / 10}mm" '
            f'height="{self.tall / 10}mm" viewBox="0 0 {self.wide} {self.tall}">'
            f'<clipPath id="c"><rect {size}/></clipPath><rect {size} fill="#f6f3ee"/>'
            f'<g clip-path="url(#c)">{"".join(self.parts)}</g></svg>'
        )


@dataclass(frozen=True)
class Ground:
    """The streets and water of ``box`` (EPSG:27700), read from a base map once for many maps."""

    file: Path | None
    box: Box
    layers: dict[str, gpd.GeoDataFrame]

    @classmethod
    def of(cls, file: Path | None, box: Box) -> "Ground":
        """Read a base map within ``box``; nothing is read of a box too large to be held."""
        wide, tall = box[2] - box[0], box[3] - box[1]
        names = NAMES if 0 < wide <= HELD and 0 < tall <= HELD else ()
        return cls(file, box, {name: read(file, name, box) for name in names})

    def read(self, layer: str, box: Box) -> gpd.GeoDataFrame:
        """Return what of a layer lies in ``box``; outside of what is held it is read anew."""
        west, south, east, north = self.box
        inside = west <= box[0] and south <= box[1] and box[2] <= east and box[3] <= north
        if not inside or layer not in self.layers:
            return read(self.file, layer, box)
        held = self.layers[layer]
        return held.iloc[np.sort(held.sindex.query(shapely.box(*box)))].clip(box)


def ground(session: Session) -> Path | None:
    """Return the file of the operator's base map, or None where it cannot be drawn from here."""
    try:
        return basemap.local_file(basemap.installed(preferences.read(session).base_map))
    except Invalid:  # the map then goes without streets
        return None


def read(ground: Path | None, layer: str, box: Box) -> gpd.GeoDataFrame:
    """Read a layer of a vector base map in metres; empty where there is none."""
    empty = gpd.GeoDataFrame({"kind": [], "name": []}, geometry=[], crs=BNG)
    if ground is None:
        return empty
    x, y = mercator_from_bng(*np.array([[box[0], box[1]], [box[2], box[3]]]).T)
    try:
        found = pyogrio.read_dataframe(ground, layer=layer, bbox=(x[0], y[0], x[1], y[1]))
    except (DataLayerError, DataSourceError, ValueError):
        return empty
    if found.empty or not {"kind", "name"} <= set(found.columns):
        return empty
    moved = shapely.transform(
        shapely.force_2d(found.geometry.to_numpy()),
        lambda xy: np.column_stack(bng_from_mercator(xy[:, 0], xy[:, 1])),
    )
    whole = gpd.GeoDataFrame(found[["kind", "name"]].fillna(""), geometry=moved, crs=BNG)
    return whole[~shapely.is_empty(whole.geometry)].clip(box)


def streets(paper: Paper, ground: Path | Ground | None) -> None:
    """Draw water and streets of a vector base map (PMTiles or MBTiles), with their names."""
    held = ground if isinstance(ground, Ground) else Ground(ground, NOWHERE, {})
    water, roads = (held.read(layer, paper.box) for layer in NAMES)
    for shape in water.geometry:
        flat = shape.geom_type in ("Polygon", "MultiPolygon")
        paper.path(shape, fill="#cfdfe6" if flat else "none", stroke="#cfdfe6", stroke_width=8)
    order = [each for each in reversed(WIDTHS) if (roads["kind"] == each).any()]
    for wider, colour in ((4, LINE), (0, "#ffffff")):
        for kind in order:
            for shape in roads.geometry[roads["kind"] == kind]:
                paper.path(shape, fill="none", stroke=colour, stroke_width=WIDTHS[kind] + wider,
                           stroke_linecap="round", stroke_linejoin="round")  # fmt: skip
    paths = roads.geometry[~roads["kind"].isin(list(WIDTHS))]
    for shape in paths:
        paper.path(shape, fill="none", stroke=QUIET, stroke_width=3, stroke_dasharray="8 8")
    for name, shapes in roads[roads["name"] != ""].groupby("name").geometry:
        _name(paper, str(name), list(shapes))


def _name(paper: Paper, name: str, shapes: list[BaseGeometry]) -> None:
    """Write a street's name along its longest part, where there is room for it."""
    lines = [part for each in shapes for part in shapely.get_parts(each)]
    longest = max(lines, key=lambda each: each.length)
    wide = 0.5 * NAMED * len(name)
    if longest.geom_type != "LineString" or longest.length * paper.scale < wide:
        return
    middle = longest.length / 2
    reach = wide / paper.scale / 2
    ends = [longest.interpolate(middle - reach), longest.interpolate(middle + reach)]
    (x1, y1), (x2, y2) = paper.at(np.array([(each.x, each.y) for each in ends]))
    turn = float(np.degrees(np.arctan2(y2 - y1, x2 - x1)))
    turn = turn - 180 if turn > 90 else turn + 180 if turn < -90 else turn
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    room = shapely.LineString([(x1, y1), (x2, y2)]).buffer(NAMED * 0.6)
    if any(room.intersects(each) for each in paper.taken):
        return
    paper.taken.append(room)
    looks = {"font_size": NAMED, "text_anchor": "middle", "dominant_baseline": "central"}
    paper.text(x, y, name, turn, **looks, stroke="#ffffff", stroke_width=7, stroke_linejoin="round")
    paper.text(x, y, name, turn, **looks, fill=QUIET)


def edges(paper: Paper, shapes: Iterable[BaseGeometry]) -> None:
    """Draw the edges of areas as broken lines."""
    frame = shapely.box(*paper.box)
    for each in shapes:
        inside = shapely.intersection(shapely.boundary(each), frame)
        paper.path(inside, fill="none", stroke="#8a7f70", stroke_width=5, stroke_dasharray="24 14")


def grid(paper: Paper) -> int:
    """Draw lines of the National Grid, with their last figures at the edges; return its step."""
    west, south, east, north = paper.box
    step = next((each for each in STEPS if (east - west) / each <= 8), STEPS[-1])
    for easting in np.arange(np.ceil(west / step) * step, east, step):
        line = shapely.LineString([(easting, south), (easting, north)])
        paper.path(line, fill="none", stroke="#7d776d", stroke_width=2, stroke_opacity=0.35)
        x = float((easting - west) * paper.scale)
        paper.text(x + 5, 26, f"{int(easting) // 10 % 10_000:04d}0", font_size=22, fill=QUIET)
    for northing in np.arange(np.ceil(south / step) * step, north, step):
        line = shapely.LineString([(west, northing), (east, northing)])
        paper.path(line, fill="none", stroke="#7d776d", stroke_width=2, stroke_opacity=0.35)
        y = float((north - northing) * paper.scale)
        paper.text(6, y - 5, f"{int(northing) // 10 % 10_000:04d}0", font_size=22, fill=QUIET)
    return step


def scale_and_north(paper: Paper, step: int) -> None:
    """Draw a bar ``step`` metres long, and an arrow to grid north, over all else."""
    wide = step * paper.scale
    x, y = 60.0, paper.tall - 60.0
    paper.parts.append(
        f'<rect x="30" y="{y - 62:.0f}" width="{wide + 190:.0f}" height="92" rx="10" '
        'fill="#ffffff" fill-opacity="0.92"/>'
        f'<path d="M{x} {y - 18} v18 h{wide:.0f} v-18" fill="none" stroke="{INK}" '
        'stroke-width="5"/>'
    )
    paper.text(x + wide + 16, y + 2, f"{step:,} m", font_size=34)
    paper.parts.append(
        f'<rect x="{paper.wide - 118}" y="{paper.tall - 178}" width="88" height="148" rx="10" '
        'fill="#ffffff" fill-opacity="0.92"/>'
        f'<path d="M{paper.wide - 74} {paper.tall - 160} l26 66 l-26 -16 l-26 16 z" fill="{INK}"/>'
    )
    paper.text(
        paper.wide - 74, paper.tall - 46, "N", font_size=38, font_weight=700, text_anchor="middle"
    )


def _rings(part: BaseGeometry) -> list[tuple[Any, bool]]:
    if part.geom_type == "Polygon":
        edges = [part.exterior, *part.interiors]  # type: ignore[attr-defined]
        return [(shapely.get_coordinates(each), True) for each in edges]
    if part.geom_type in ("LineString", "LinearRing"):
        return [(shapely.get_coordinates(part), False)]
    return []


def _looks(given: dict[str, Any]) -> str:
    return " ".join(
        f"{name.replace('_', '-')}={quoteattr(str(each))}" for name, each in given.items()
    )
