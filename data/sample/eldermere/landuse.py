"""What the ground is used for, in the order in which it is drawn."""

from functools import cache

import geopandas as gpd
import numpy as np
import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from eldermere import cells, landmarks, network
from eldermere.ground import BUILT, QUARTERS, SEED, ground, market_square
from eldermere.patterns import halves, parts

RANKS = ["farmland", "grass", "railway_land", "residential", "town_centre", "industrial", "retail",
         "woodland", "golf", "park", "playing_field", "cemetery", "allotments", "caravan_site",
         "school", "college", "hospital", "pitch", "play_area", "car_park", "square"]  # fmt: skip
DRAWN_FROM = {  # zoom; the others from the first
    "farmland": 11, "grass": 12, "school": 12, "allotments": 12, "playing_field": 12,
    "railway_land": 13, "pitch": 14, "play_area": 14, "car_park": 14, "square": 14,
}  # fmt: skip
Row = tuple[str, str, BaseGeometry]


@cache
def landuse() -> gpd.GeoDataFrame:
    """Give the ground in local metres: ``kind``, ``name``, ``rank`` to draw by, ``min_zoom``."""
    rows = [*_fields(), *_built(), *_greens(), *_pitches(), *_car_parks()]
    rows.append(("square", "Market Place", market_square()))
    land = ground()
    dry = land.land.difference(land.wet).difference(land.piers)
    shapes = [shape.intersection(dry) for _kind, _name, shape in rows]
    frame = gpd.GeoDataFrame(
        {
            "kind": [kind for kind, _name, _shape in rows],
            "name": [name for _kind, name, _shape in rows],
        },
        geometry=shapes,
    )
    frame["rank"] = frame["kind"].map(lambda kind: RANKS.index(kind) + 1)
    frame["min_zoom"] = frame["kind"].map(DRAWN_FROM).fillna(10).astype(int)
    frame = frame[~frame.is_empty].sort_values("rank", kind="stable")
    return frame.reset_index(drop=True)


def _fields() -> list[Row]:
    """Fields between hedges: crops, and grass for about one in four."""
    chance = np.random.default_rng([SEED, 41])
    frame = cells.frame()
    found: list[Row] = []
    for cell in frame.geometry[frame["style"].isin({"farm", "village", "park"})]:
        for piece in parts(cell, "Polygon"):
            edges = shapely.union_all(
                [piece.boundary, *halves(piece, chance, 60_000, 9, 9)], grid_size=0.1
            )
            for field in shapely.get_parts(shapely.polygonize(shapely.get_parts(edges))):
                if piece.contains(field.representative_point()):
                    kind = "grass" if chance.random() < 0.25 else "farmland"
                    found.append((kind, "", field.buffer(-3)))
    return found


def _built() -> list[Row]:
    """Homes lie along their streets; works and the centre fill their cells."""
    frame = cells.frame()
    streets = network.streets()
    homes = streets[streets["kind"].eq("residential")]
    ground_of = shapely.union_all(homes.geometry.buffer(50, quad_segs=4).to_numpy())
    ground_of = ground_of.buffer(14, quad_segs=3).buffer(-18, quad_segs=3)
    town = frame.geometry[frame["style"].isin(BUILT)]
    green = frame.geometry[frame["style"].isin(BUILT - {"village"})]
    found: list[Row] = [("grass", "", shape) for shape in green]
    whole = shapely.union_all(town.to_numpy())
    found += [
        ("residential", "", _filled(part))
        for part in parts(ground_of.intersection(whole.buffer(2)), "Polygon", 2_000)
    ]
    for style, kind in (("old", "town_centre"), ("industrial", "industrial"), ("retail", "retail")):
        mine = frame[frame["style"].eq(style)].dissolve("name")
        found += [
            (kind, name if kind != "town_centre" else "", shape.buffer(-4))
            for name, shape in zip(mine.index, mine.geometry, strict=True)
        ]
    rails = shapely.union_all(list(ground().rails.values()))
    return [*found, ("railway_land", "", rails.buffer(13))]


def _filled(shape: Polygon, least: float = 9_000) -> Polygon:
    """Close the small holes of a shape."""
    return Polygon(shape.exterior, [ring for ring in shape.interiors if Polygon(ring).area > least])


def _greens() -> list[Row]:
    return [(kind, name, shape) for name, (kind, shape) in network.greens().items()]


def _pitches() -> list[Row]:
    """Football pitches on playing fields and large school grounds."""
    found: list[Row] = []
    for kind, shape in network.greens().values():
        if kind not in {"playing_field", "school"}:
            continue
        wide, high = (96, 60) if kind == "playing_field" else (54, 34)
        at = shape.representative_point()
        for step in (-1, 1) if kind == "playing_field" else (1,):
            x, y = at.x + step * 0.55 * wide, at.y + (0 if kind == "playing_field" else 34)
            pitch = shapely.box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
            if shape.buffer(4).contains(pitch):
                found.append(("pitch", "", pitch))
    marks = landmarks.landmarks()
    play = marks[marks["kind"].eq("play_area")]
    found += [
        ("play_area", name, at.buffer(22, quad_segs=3))
        for name, at in zip(play["name"], play.geometry, strict=True)
    ]
    return found


def _car_parks() -> list[Row]:
    marks = landmarks.landmarks()
    parked = marks[marks["kind"].isin({"car_park"})]
    found: list[Row] = []
    for name, at in zip(parked["name"], parked.geometry, strict=True):
        found.append(("car_park", name, _lot(at, 68, 46)))
    retail = next(quarter for quarter in QUARTERS if quarter.style == "retail")
    found.append(("car_park", "", _lot(Point(retail.spot[0] + 20, retail.spot[1] + 60), 190, 90)))
    return found


def _lot(at: Point, wide: float, high: float) -> BaseGeometry:
    lot = shapely.box(at.x - wide / 2, at.y - high / 2, at.x + wide / 2, at.y + high / 2)
    return lot.difference(network.main_lines().buffer(12))
