"""The base map: every layer of the drawing in British National Grid."""

from functools import cache

import geopandas as gpd
import pandas as pd
import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from eldermere import houses, landmarks, landuse, network
from eldermere.gazetteer import VILLAGES
from eldermere.ground import QUARTERS, ground, to_grid

RENAMED = {
    "custody_court": "town_hall", "arcade": "shop", "salon": "shop", "car_wash": "shop",
}  # fmt: skip
UNSHOWN = {"farm", "park"}
BEACHES = [(2600, -2750, 3700, -180), (2900, 300, 3500, 900), (-4300, 500, -3500, 1500),
           (300, -3300, 1200, -2700), (-4000, -2300, -3300, -1500)]  # fmt: skip
WATERS = [
    ("North Sea", (4150, -2300), 11), ("Eldermere Bay", (3900, -1150), 13),
    ("Elder Mere", (-1500, 990), 13), ("River Elder", (1250, 250), 14),
    ("Wrack Bay", (-3900, -1850), 13), ("Harbour", (2760, 30), 14),
    ("Gull Cove", (1500, 3080), 14), ("Longfield Sands", (-4080, 1150), 13),
]  # fmt: skip


@cache
def layers() -> dict[str, gpd.GeoDataFrame]:
    """Layers by name: earth, water, landuse, buildings, roads, rail, pois, places."""
    drawn = {
        "earth": _earth(),
        "water": _water(),
        "landuse": landuse.landuse(),
        "buildings": houses.buildings(),
        "roads": _roads(),
        "rail": _rail(),
        "pois": _pois(),
        "places": _places(),
    }
    return {name: to_grid(frame.set_geometry("geometry")) for name, frame in drawn.items()}


def _earth() -> gpd.GeoDataFrame:
    land = ground().land
    sands = shapely.union_all([shapely.box(*each) for each in BEACHES])
    shore = (
        land.boundary.buffer(38)
        .intersection(sands)
        .difference(ground().wet.union(ground().piers).buffer(42))
    )
    shore = shore.buffer(-9).buffer(9)
    return gpd.GeoDataFrame({"kind": ["land", "beach"]}, geometry=[land, shore])


def _water() -> gpd.GeoDataFrame:
    place = ground()
    rows: list[tuple[str, str, BaseGeometry]] = [("river", "River Elder", place.river)]
    rows.append(("lake", "Elder Mere", place.mere))
    rows += [("stream", name, line.difference(place.wet)) for name, line in place.becks.items()]
    return gpd.GeoDataFrame(
        {"kind": [row[0] for row in rows], "name": [row[1] for row in rows]},
        geometry=[row[2] for row in rows],
    )


def _roads() -> gpd.GeoDataFrame:
    """Named streets as one row each, the others as they are; small circles where the ring meets."""
    every = network.streets()
    columns = ["kind", "class", "ref", "name", "rank", "bridge", "oneway", "geometry"]
    rounds = _roundabouts(every)
    frame = pd.concat([network.by_name()[columns], every[every["name"] == ""][columns], rounds])
    frame = gpd.GeoDataFrame(frame, geometry="geometry").reset_index(drop=True)
    return frame.sort_values("rank", ascending=False, kind="stable").reset_index(drop=True)


def _roundabouts(every: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    ring = shapely.union_all(every.geometry[every["kind"].eq("ring")].to_numpy())
    other = every.geometry[every["kind"].isin({"a_road", "b_road", "main"})]
    meet = shapely.union_all(other.to_numpy()).intersection(ring.buffer(0.2))
    spots = shapely.get_parts(meet.buffer(40))
    rows = [
        {"kind": "ring", "class": "A", "ref": "", "name": "", "rank": 1, "bridge": 0, "oneway": 1,
         "geometry": spot.centroid.buffer(26, quad_segs=6).exterior}
        for spot in spots
    ]  # fmt: skip
    return gpd.GeoDataFrame(rows, geometry="geometry")


def _rail() -> gpd.GeoDataFrame:
    place = ground()
    return gpd.GeoDataFrame(
        {
            "kind": list(place.rails),
            "name": ["Elder Valley line", "Harbour branch"],
            "bridge": [int(line.intersects(place.wet)) for line in place.rails.values()],
        },
        geometry=list(place.rails.values()),
    )


def _pois() -> gpd.GeoDataFrame:
    marks = landmarks.landmarks()
    marks = marks[marks["kind"] != "park"].reset_index(drop=True)
    marks["kind"] = marks["kind"].replace(RENAMED)
    return marks[["kind", "name", "min_zoom", "geometry"]]


def _places() -> gpd.GeoDataFrame:
    rows = [("town", "Eldermere", Point(0, -40), 10)]
    rows += [
        ("village", quarter.name, Point(quarter.spot), 12)
        if quarter.name in VILLAGES
        else ("suburb", quarter.name, Point(quarter.spot), 13)
        for quarter in QUARTERS
        if quarter.style not in UNSHOWN | {"retail"}
    ]
    rows += [
        ("locality", quarter.name, Point(quarter.spot), 13)
        for quarter in QUARTERS
        if quarter.style == "farm"
    ]
    rows += [
        ("locality", name, shape.representative_point(), 14)
        for name, (kind, shape) in network.greens().items()
        if kind in {"woodland", "golf", "park"}
    ]
    rows.append(("locality", "Market Place", Point(8, -18), 16))
    rows += [("water", name, Point(at), zoom) for name, at, zoom in WATERS]
    return gpd.GeoDataFrame(
        {
            "kind": [row[0] for row in rows],
            "name": [row[1] for row in rows],
            "min_zoom": [row[3] for row in rows],
        },
        geometry=[row[2] for row in rows],
    )
