"""All streets of the town: main roads, what fills the cells between them, and paths."""

from functools import cache

import geopandas as gpd
import numpy as np
import shapely
import shapely.ops
from shapely import LineString, MultiLineString, Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from eldermere import names
from eldermere.cells import Cell, cells, hedge_lines, stretches
from eldermere.ground import BUILT, QUARTERS, ROADS, SEED, curve, ground, market_square
from eldermere.parks import parks, paths
from eldermere.patterns import (
    Lines,
    closes,
    crescents,
    hamlet,
    lanes_behind,
    old,
    parts,
    rows,
    villas,
    yards,
)

PATTERNS = {
    "old": old,
    "terrace": rows,
    "villas": villas,
    "interwar": crescents,
    "culdesac": closes,
    "village": hamlet,
    "industrial": yards,
    "retail": yards,
}
RANK = {
    "ring": 1, "a_road": 2, "b_road": 3, "main": 4, "residential": 5, "pedestrian": 6,
    "service": 7, "cycle": 8, "footpath": 9,
}  # fmt: skip
CLASS = {
    "ring": "A", "a_road": "A", "b_road": "B", "main": "street", "residential": "street",
    "pedestrian": "street", "service": "service", "cycle": "path", "footpath": "path",
}  # fmt: skip
CUT = 0.1  # metres: the grid on which streets are joined


@cache
def greens() -> dict[str, tuple[str, BaseGeometry]]:
    """Named open ground drawn by hand: name to (kind, polygon)."""
    return parks()


@cache
def main_lines() -> MultiLineString:
    """Give the middle lines of all main roads."""
    return MultiLineString([stretch.line for stretch in stretches()])


@cache
def _open() -> BaseGeometry:
    """Land on which streets may be built at all: away from coast, water, rails and greens."""
    land = ground()
    closed = [
        land.wet.buffer(26),
        *(rail.buffer(22) for rail in land.rails.values()),
        *(beck.buffer(18) for beck in land.becks.values()),
        *(shape for _kind, shape in greens().values()),
        market_square(),
        *_seaward(),
    ]
    return land.land.buffer(-95).difference(shapely.union_all(closed))


def _seaward() -> list[Polygon]:
    """Give the sea side of the two promenades, kept open."""
    found = []
    for road in ROADS:
        if "Promenade" in road.names[0]:
            front = [spot for spot in road.spots if spot[0] > 2680 and abs(spot[1]) > 320]
            away = [(x + 900, y) for x, y in front]
            found.append(Polygon([*curve(front), *curve(away)[::-1]]).buffer(4))
    return found


def _room(cell: Cell) -> BaseGeometry:
    """Give the part of a cell that streets may fill."""
    quarter = QUARTERS[cell.quarter]
    room = cell.shape.intersection(_open())
    return (
        room if quarter.style != "village" else room.intersection(Point(quarter.spot).buffer(270))
    )


def _fill(cell: Cell, number: int) -> list[tuple[LineString, str, int]]:
    style = QUARTERS[cell.quarter].style
    if style not in PATTERNS:
        return []
    chance = np.random.default_rng([SEED, number])
    found: list[tuple[LineString, str, int]] = []
    for room in parts(_room(cell), "Polygon", 9_000):
        doors = cell.shape.boundary.intersection(_doors())
        lines = PATTERNS[style](room, doors, chance)
        kind = "service" if style in {"industrial", "retail"} else "residential"
        found += [(line, kind, cell.quarter) for line in lines]
        if style == "terrace":
            found += [(line, "lane", cell.quarter) for line in lanes_behind(lines, room)]
    return found


@cache
def _doors() -> BaseGeometry:
    return main_lines().union(MultiLineString(_hedge_streets())).buffer(0.5)


@cache
def _hedge_streets() -> Lines:
    """Borders between two built quarters become streets where no main road runs beside."""
    main = main_lines()
    beside, across = main.buffer(40), main.buffer(0.2)
    found = []
    for pair, line in hedge_lines():
        if not all(QUARTERS[each].style in BUILT - {"village"} for each in pair):
            continue
        found += [
            piece
            for piece in parts(line.difference(across).intersection(_open()), least=80)
            if piece.intersection(beside).length < 0.45 * piece.length
        ]
    return found


@cache
def streets() -> gpd.GeoDataFrame:
    """Give every street, as lines in local metres that share a corner wherever they meet.

    Columns: ``name``, ``kind``, ``class``, ``ref``, ``rank``, ``quarter``, ``oneway``, ``bridge``.
    """
    raw: list[tuple[LineString, str, int, str, str]] = [
        (each.line, each.kind, -1, each.name, each.ref) for each in stretches()
    ]
    hedges = _hedge_streets()
    raw += [(line, "residential", _near_quarter(line), "", "") for line in hedges]
    for number, cell in enumerate(cells()):
        raw += [(line, kind, quarter, "", "") for line, kind, quarter in _fill(cell, number)]
    raw += [(line, kind, -1, name, "") for line, kind, name in _paths()]
    frame = _joined(raw)
    frame["name"] = names.named(frame)
    frame["kind"] = frame["kind"].replace("lane", "service")
    return _finished(frame)


def _near_quarter(line: LineString) -> int:
    middle = line.interpolate(0.5, normalized=True)
    spots = np.array([quarter.spot for quarter in QUARTERS])
    return int(np.argmin(np.hypot(*(spots - [middle.x, middle.y]).T)))


def _paths() -> list[tuple[LineString, str, str]]:
    return paths()


def _joined(raw: list[tuple[LineString, str, int, str, str]]) -> gpd.GeoDataFrame:
    """Node all lines where they meet, then put each street together again."""
    lines = [row[0] for row in raw]
    noded = parts(shapely.union_all(lines, grid_size=CUT), least=0.3)
    tree = STRtree(lines)
    owner = _owners(noded, tree)
    mine: dict[int, Lines] = {}
    for piece, own in zip(noded, owner, strict=True):
        mine.setdefault(own, []).append(piece)
    found = []
    for number, row in enumerate(raw):
        if number not in mine:
            continue
        whole = shapely.line_merge(MultiLineString(mine[number]))
        found.append({
            "name": row[3], "kind": row[1], "quarter": row[2], "ref": row[4], "geometry": whole,
        })  # fmt: skip
    return gpd.GeoDataFrame(found, geometry="geometry")


def _owners(noded: Lines, tree: STRtree) -> list[int]:
    middles = [piece.interpolate(0.5, normalized=True) for piece in noded]
    nearest = tree.query_nearest(middles, all_matches=True)
    owner: dict[int, int] = {}
    for piece, line in nearest.T:
        owner[int(piece)] = min(owner.get(int(piece), 10**9), int(line))
    return [owner[number] for number in range(len(noded))]


def _finished(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    wet = ground().wet
    frame["rank"] = frame["kind"].map(RANK)
    frame["class"] = frame["kind"].map(CLASS)
    frame["bridge"] = [int(line.intersects(wet)) for line in frame.geometry]
    chance = np.random.default_rng([SEED, 77])
    one = frame["kind"].eq("residential") & frame["quarter"].isin([0, 1])
    frame["oneway"] = (one & (chance.random(len(frame)) < 0.4)).astype(int)
    return frame


def by_name() -> gpd.GeoDataFrame:
    """Streets with a name, one row a name: the pieces of :func:`streets` put together."""
    named = streets()
    named = named[named["name"] != ""]
    whole = named.dissolve("name", aggfunc="first", as_index=False)
    whole["geometry"] = [
        shapely.line_merge(shape) if shape.geom_type == "MultiLineString" else shape
        for shape in whole.geometry
    ]
    return whole
