"""Cut the island into cells along its main roads, water and railway; one quarter to a cell.

Cells share their corners exactly, so whatever is built of them (small areas, wards, beats) tiles.
"""

import itertools
from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString, MultiPoint, Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from eldermere.ground import QUARTERS, RIVER, ROADS, SEED, Road, curve, ground, ripple

GRID = 0.1
SLIVER = 12_000.0  # square metres: a smaller cell joins its neighbour's quarter


@dataclass(frozen=True)
class Stretch:
    """One named length of main road."""

    name: str
    kind: str
    ref: str
    line: LineString


@cache
def stretches() -> list[Stretch]:
    """Give the main roads, their ends drawn onto the road that they meet."""
    lines: list[LineString] = []
    for road in ROADS:
        at = curve(road.spots)
        lines.append(_tied(LineString(at), lines))
    return [
        Stretch(name, road.kind, road.ref, part)
        for road, line in zip(ROADS, lines, strict=True)
        for name, part in zip(road.names, _parts(road, line), strict=True)
    ]


def _tied(line: LineString, others: list[LineString], reach: float = 140.0) -> LineString:
    at = list(line.coords)
    if line.is_ring or at[0] == at[-1]:
        return line
    for end in (0, -1):
        tip = Point(at[end])
        near = min(others, key=tip.distance, default=None)
        if near is not None and 0 < tip.distance(near) < reach:
            at[end] = near.interpolate(near.project(tip)).coords[0]
    return LineString(at)


def _parts(road: Road, line: LineString) -> list[LineString]:
    cuts = [0.0, *road.cuts, 1.0]
    return [
        LineString(substring(line, a, b, normalized=True).coords)
        for a, b in itertools.pairwise(cuts)
    ]


@dataclass(frozen=True)
class Cell:
    """A piece of ground with nothing but its own streets in it."""

    shape: Polygon
    quarter: int


@cache
def cells() -> list[Cell]:
    """Cut the island; every square metre is in exactly one cell."""
    land = shapely.set_precision(ground().land, GRID)
    edges = shapely.union_all([land.boundary, *_cuts(land)], grid_size=GRID)
    shapes = [
        piece
        for piece in shapely.get_parts(shapely.polygonize(shapely.get_parts(edges)))
        if land.contains(piece.representative_point())
    ]
    shapes.sort(key=lambda piece: (round(piece.centroid.x), round(piece.centroid.y)))
    return _without_slivers(shapes, [_quarter(piece) for piece in shapes])


def _cuts(land: BaseGeometry) -> list[BaseGeometry]:
    nature = [LineString(curve(RIVER)), *ground().rails.values()]
    hand = [stretch.line for stretch in stretches()]
    hedges = [line for _pair, line in hedge_lines()]
    return [line.intersection(land) for line in [*nature, *hand, *hedges]]


@cache
def _regions() -> list[BaseGeometry]:
    """Voronoi cells of the quarters' spots, rippled so that no hedge is ruler-straight."""
    spots = MultiPoint([quarter.spot for quarter in QUARTERS])
    frame = shapely.box(-6000, -5000, 6000, 5000)
    rough = shapely.get_parts(shapely.voronoi_polygons(spots, extend_to=frame))
    tree = STRtree(rough)
    order = [int(tree.query(Point(quarter.spot), "within")[0]) for quarter in QUARTERS]
    return [_rippled(rough[number].segmentize(25)) for number in order]


def _rippled(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, lambda at: ripple(at, 16, 420, seed=SEED + 5))


def hedge_lines() -> list[tuple[tuple[int, int], LineString]]:
    """Give the borders between neighbouring quarters, with the two quarters of each."""
    found = []
    regions = _regions()
    for first, shape in enumerate(regions):
        for second in range(first + 1, len(regions)):
            if shape.distance(regions[second]) > 1:
                continue
            border = shapely.line_merge(
                shape.boundary.intersection(regions[second].boundary.buffer(0.5))
            )
            longest = max(shapely.get_parts(border), key=shapely.length, default=None)
            if longest is not None and longest.length > 30 and longest.geom_type == "LineString":
                found.append(((first, second), longest))
    return found


def _quarter(piece: Polygon) -> int:
    inside = piece.representative_point()
    return int(np.argmin([region.distance(inside) for region in _regions()]))


def _without_slivers(shapes: list[Polygon], quarters: list[int]) -> list[Cell]:
    """Give each small or thin cell the quarter of the neighbour with the longest shared edge."""
    tree = STRtree(shapes)
    given = list(quarters)
    for number in np.argsort([piece.area for piece in shapes]):
        piece = shapes[number]
        if piece.area > SLIVER and piece.buffer(-22).area > 0.15 * piece.area:
            continue
        shared = {
            int(other): piece.boundary.intersection(shapes[other].boundary).length
            for other in tree.query(piece, "touches")
        }
        if shared:
            given[number] = given[max(shared, key=lambda each: shared[each])]
    return [Cell(piece, quarter) for piece, quarter in zip(shapes, given, strict=True)]


def frame() -> gpd.GeoDataFrame:
    """All cells, local metres: ``quarter``, ``name``, ``style``, ``lsoa``."""
    every = cells()
    return gpd.GeoDataFrame(
        {
            "quarter": [cell.quarter for cell in every],
            "name": [QUARTERS[cell.quarter].name for cell in every],
            "style": [QUARTERS[cell.quarter].style for cell in every],
            "lsoa": [QUARTERS[cell.quarter].lsoa for cell in every],
        },
        geometry=[cell.shape for cell in every],
    )
