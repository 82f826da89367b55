"""Landmarks of the town, each moved beside its street."""

from functools import cache

import geopandas as gpd
import numpy as np
import shapely
from shapely import Point

from eldermere import network
from eldermere.ground import ground
from eldermere.marks import LANDMARKS

STAND_ALONE = {
    "lighthouse", "play_area", "park", "rail_station", "school", "hospital", "college",
}  # fmt: skip


@cache
def landmarks() -> gpd.GeoDataFrame:
    """Landmarks in local metres: ``kind``, ``name``, ``min_zoom``; drawn to the nearest street."""
    frame = gpd.GeoDataFrame(
        {
            "kind": [row[0] for row in LANDMARKS],
            "name": [row[1] for row in LANDMARKS],
            "min_zoom": [row[3] for row in LANDMARKS],
        },
        geometry=[Point(row[2]) for row in LANDMARKS],
    )
    frame["geometry"] = [
        at if kind in STAND_ALONE else _by_the_street(at)
        for kind, at in zip(frame["kind"], frame.geometry, strict=True)
    ]
    return frame


def _by_the_street(at: Point, off: float = 16.0) -> Point:
    """Move ``at`` beside its nearest street, and onto dry land."""
    streets = network.streets()
    near = streets.geometry.iloc[int(np.argmin(streets.distance(at)))]
    foot = shapely.shortest_line(near, at)
    if foot.length < 1 or off < foot.length < 45:
        return at
    stand = foot.interpolate(off) if foot.length > off else foot.interpolate(foot.length)
    return at if ground().wet.contains(stand) else stand
