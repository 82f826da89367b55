"""Footprints: rows, semis and villas along streets, crooked lots in the core, sheds, landmarks."""

import itertools
from functools import cache

import geopandas as gpd
import numpy as np
import shapely
import shapely.affinity
from numpy.typing import NDArray
from shapely import LineString, MultiPolygon, Polygon, STRtree
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from eldermere import cells, landmarks, network
from eldermere.ground import QUARTERS, SEED, Floats, ground, market_square
from eldermere.patterns import halves, parts

# style: (front of the house from the centre line, depth, width, step) in metres
PLOTS: dict[str, tuple[float, float, float, float]] = {
    "old": (5.5, 13.0, 9.5, 9.7),
    "terrace": (9.0, 9.0, 38.0, 41.0),
    "villas": (13.0, 12.0, 13.0, 21.0),
    "interwar": (13.0, 9.0, 15.0, 20.5),
    "culdesac": (11.0, 8.5, 13.0, 18.5),
    "village": (8.0, 8.0, 15.0, 20.0),
}
CIVIC = {
    "school": [(0, 0, 62, 14), (-24, -17, 14, 22), (24, -17, 14, 22)],
    "hospital": [(0, 40, 170, 22), (-60, -8, 24, 76), (0, -8, 24, 76), (60, -8, 24, 76),
                 (0, -52, 120, 18)],
    "college": [(0, 0, 96, 22), (-37, -38, 22, 56), (37, -38, 22, 56)],
    "rail_station": [(0, 0, 74, 13)],
    "bus_station": [(0, 0, 64, 20)],
    "place_of_worship": [(0, 0, 34, 13), (6, 0, 11, 25)],
    "leisure_centre": [(0, 0, 58, 36)],
    "cinema": [(0, 0, 56, 44)],
    "supermarket": [(0, 0, 70, 48)],
    "town_hall": [(0, 0, 34, 26)],
    "theatre": [(0, 0, 44, 30)],
    "hotel": [(0, 0, 40, 18)],
    "car_park": [],
    "park": [], "play_area": [], "taxi_rank": [], "lighthouse": [(0, 0, 9, 9)],
    "takeaway": [], "pub": [], "cafe": [], "shop": [], "salon": [], "retail_park": [],
}  # fmt: skip
VERGE = {"a_road": 11.0, "b_road": 10.0, "main": 10.0}  # nearest front to the centre line
CHUNK = 90.0  # metres
PUBLIC = {"shop", "supermarket", "cinema", "retail_park"}


@cache
def buildings() -> gpd.GeoDataFrame:
    """Footprints in local metres: ``kind``; houses of one street are one multi-polygon."""
    civic = _civic()
    taken = shapely.union_all(civic.geometry.to_numpy()).buffer(3)
    rows = [civic, _sheds(taken), _houses(taken)]
    return gpd.GeoDataFrame(
        {"kind": np.concatenate([each["kind"] for each in rows])},
        geometry=np.concatenate([each.geometry for each in rows]),
    )


def _box(x: float, y: float, wide: float, high: float) -> Polygon:
    return shapely.box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)


def _civic() -> gpd.GeoDataFrame:
    """Landmarks: a plan for each kind, turned to the nearest street."""
    marks = landmarks.landmarks()
    streets = network.streets()
    kinds, shapes = [], []
    for kind, at in zip(marks["kind"], marks.geometry, strict=True):
        plan = CIVIC.get(kind, [(0, 0, 26, 16)])
        if not plan:
            continue
        near = streets.geometry.iloc[int(np.argmin(streets.distance(at)))]
        far = near.project(at)
        ahead = shapely.get_coordinates([near.interpolate(far - 4), near.interpolate(far + 4)])
        turn = np.degrees(np.arctan2(*(ahead[1] - ahead[0])[::-1]))
        whole = shapely.union_all([_box(*part) for part in plan])
        large = kind in {"hospital", "college", "leisure_centre", "supermarket", "cinema"}
        back = 0.0 if kind in landmarks.STAND_ALONE or not large else 14.0
        shape = shapely.affinity.rotate(whole, turn, origin=(0, 0))
        shapes.append(shapely.affinity.translate(shape, at.x, at.y + back))
        kinds.append("shop" if kind in PUBLIC else "civic")
    frame = gpd.GeoDataFrame({"kind": kinds}, geometry=shapes)
    roads = _carriageways()
    frame["geometry"] = frame.geometry.difference(roads)
    return frame[~frame.is_empty]


@cache
def _carriageways() -> BaseGeometry:
    streets = network.streets()
    wide = streets["kind"].map({"ring": 14, "a_road": 9, "b_road": 8, "main": 8}).fillna(5.0)
    wide = wide.where(~streets["kind"].isin({"service", "footpath", "cycle"}), 3.0)
    return shapely.union_all(streets.geometry.buffer(wide, cap_style="flat").to_numpy())


def _sheds(taken: BaseGeometry) -> gpd.GeoDataFrame:
    """Industrial and retail sheds: what is left of each block when yards are taken off."""
    chance = np.random.default_rng([SEED, 31])
    frame = cells.frame()
    land = ground()
    shut = shapely.union_all([
        _carriageways().buffer(9), taken.buffer(8), land.wet.buffer(16),
        *(rail.buffer(14) for rail in land.rails.values()),
    ])  # fmt: skip
    kinds, shapes = [], []
    for style, most, gap in (("industrial", 5_200, 9), ("retail", 9_000, 22)):
        for cell in frame.geometry[frame["style"].eq(style)]:
            for block in parts(cell.buffer(-10).difference(shut), "Polygon", 1_500):
                for shed in _split(block, halves(block, chance, most, 2, 0)):
                    body = shed.buffer(-gap, join_style="mitre")
                    if body.area > 350 and chance.random() < 0.82:
                        shapes.append(body.simplify(2))
                        kinds.append("industrial" if style == "industrial" else "shop")
    return gpd.GeoDataFrame({"kind": kinds}, geometry=shapes)


def _split(block: Polygon, cuts: list[LineString]) -> list[Polygon]:
    edges = shapely.union_all([block.boundary, *cuts], grid_size=0.1)
    pieces = shapely.get_parts(shapely.polygonize(shapely.get_parts(edges)))
    return [each for each in pieces if block.contains(each.representative_point())]


def _houses(taken: BaseGeometry) -> gpd.GeoDataFrame:
    """Houses along every street of a built quarter, none on a road, in water or in each other."""
    streets = network.streets()
    lived = streets[streets["kind"].isin({"residential", "main", "a_road", "b_road"})]
    shapes, owner = [], []
    for row, line in zip(lived.index, lived.geometry, strict=True):
        chunk = CHUNK if lived.at[row, "quarter"] < 0 else line.length + 1
        verge = VERGE.get(str(lived.at[row, "kind"]), 0.0)
        for piece in _chunks(line, chunk):
            for found in _along(piece, int(lived.at[row, "quarter"]), verge):
                shapes.append(found)
                owner.append(np.full(len(found), row))
    every, rows = np.concatenate(shapes), np.concatenate(owner)
    kept = _standing(every, taken)
    frame = gpd.GeoDataFrame({"row": rows[kept]}, geometry=every[kept])
    whole = frame.groupby("row").geometry.apply(lambda each: MultiPolygon(list(each)))
    return gpd.GeoDataFrame({"kind": "building"}, geometry=whole.to_numpy(), index=whole.index)


def _chunks(line: BaseGeometry, chunk: float) -> list[LineString]:
    """Cut a street into lengths of at most ``chunk``: a main road passes several quarters."""
    found = []
    for piece in parts(line, least=24):
        ends = np.linspace(0, piece.length, int(piece.length // chunk) + 2)
        found += [_substring(piece, a, b) for a, b in itertools.pairwise(ends)]
    return found


def _substring(line: LineString, start: float, end: float) -> LineString:
    return LineString(substring(line, start, end).coords)


def _along(line: LineString, quarter: int, verge: float) -> list[NDArray[np.object_]]:
    """Give house plots on both sides of ``line``, of the style of the quarter beside it."""
    found = []
    for side in (1.0, -1.0):
        style = _style_at(line, side) if quarter < 0 else QUARTERS[quarter].style
        if style in PLOTS:
            front, deep, wide, step = PLOTS[style]
            front = max(front, verge)
            found.append(_plots(line, side, front=front, deep=deep, wide=wide, step=step))
    return found


def _style_at(line: LineString, side: float) -> str:
    middle = line.interpolate(0.5, normalized=True)
    ahead = line.interpolate(min(line.length, line.length / 2 + 3))
    way = np.array([ahead.x - middle.x, ahead.y - middle.y])
    off = np.array([-way[1], way[0]]) / max(np.hypot(*way), 0.1) * side * 25
    tree, styles = _cell_tree()
    held = tree.query(shapely.Point(middle.x + off[0], middle.y + off[1]), "within")
    return styles[int(held[0])] if len(held) else ""


@cache
def _cell_tree() -> tuple[STRtree, list[str]]:
    frame = cells.frame()
    return STRtree(frame.geometry.to_numpy()), list(frame["style"])


def _plots(
    line: LineString, side: float, *, front: float, deep: float, wide: float, step: float
) -> NDArray[np.object_]:
    middles = np.arange(step * 0.6, line.length - wide * 0.4, step)
    if not len(middles):
        return np.empty(0, dtype=object)
    before = _at(line, middles - wide / 2)
    after = _at(line, middles + wide / 2)
    along = after - before
    size = np.hypot(*along.T)[:, None]
    unit = along / np.maximum(size, 0.1)
    out = np.stack([-unit[:, 1], unit[:, 0]], axis=1) * side
    centre = (before + after) / 2
    jitter = 1 + 0.18 * np.sin(middles * 12.9898 + line.length)[:, None]
    half = unit * wide / 2
    near, far = centre + out * front, centre + out * (front + deep * jitter)
    corners = np.stack([near - half, near + half, far + half, far - half, near - half], axis=1)
    return np.asarray(shapely.polygons(np.round(corners, 1)), dtype=object)


def _at(line: LineString, far: Floats) -> Floats:
    return shapely.get_coordinates(shapely.line_interpolate_point(line, np.clip(far, 0, None)))


def _standing(shapes: NDArray[np.object_], taken: BaseGeometry) -> NDArray[np.bool_]:
    """Say which plots keep clear of roads, water, rails, greens and of the plots before them."""
    land = ground()
    shut = shapely.union_all([
        taken, land.wet.buffer(5), land.piers, market_square(),
        *(rail.buffer(11) for rail in land.rails.values()),
        *(beck.buffer(8) for beck in land.becks.values()),
        *(shape for _kind, shape in network.greens().values()),
    ])  # fmt: skip
    dry = land.land.buffer(-25)
    for area in (shut, dry, _carriageways()):
        shapely.prepare(area)
    free = ~shapely.intersects(shut, shapes) & shapely.contains(dry, shapes)
    free &= ~shapely.intersects(_carriageways(), shapes)
    tree = STRtree(shapes)
    first, second = tree.query(shapes, "intersects")
    for a, b in sorted(zip(first.tolist(), second.tolist(), strict=True)):
        if a < b and free[a] and free[b]:
            free[b] = False
    return free
