"""Where things happen: landmarks, spots along streets, and never in the water."""

from functools import cache
from typing import Any

import numpy as np
import shapely
from numpy.random import Generator
from shapely import Point

from eldermere import network
from eldermere.ground import QUARTERS, ground
from eldermere.marks import LANDMARKS


@cache
def _pieces() -> tuple[np.ndarray, np.ndarray]:
    """Street lines, and how likely each is: by length, and busier towards the centre."""
    streets = network.streets()
    streets = streets[streets["kind"].isin({"residential", "main", "a_road", "b_road"})]
    share = streets["quarter"].map(lambda at: QUARTERS[at].share if at >= 0 else 0.9)
    far = np.hypot(streets.centroid.x, streets.centroid.y)
    weight = streets.length * (share + 0.15) * (1 + 2.2 * np.exp(-((far / 650) ** 2)))
    return streets.geometry.to_numpy(), (weight / weight.sum()).to_numpy()


def on_a_street(chance: Generator) -> np.ndarray:
    """Draw a spot beside a street, local metres; busier towards the centre."""
    lines, share = _pieces()
    line = lines[int(chance.choice(len(lines), p=share))]
    at = line.interpolate(chance.random(), normalized=True)
    return np.array([at.x, at.y]) + chance.uniform(-9, 9, 2)


@cache
def _safe_ground() -> Any:
    land = ground()
    shape = land.land.buffer(-30).difference(land.wet.buffer(1))
    shapely.prepare(shape)
    return shape


def dry(at: np.ndarray) -> np.ndarray:
    """Keep a spot on land: one in the water moves to the bank."""
    point = Point(at)
    if _safe_ground().contains(point):
        return at
    bank = shapely.shortest_line(_safe_ground(), point).coords[0]
    return np.array(bank)


def spot_of(landmark: str) -> np.ndarray:
    """Where a landmark was drawn, local metres."""
    return np.array(next(row[2] for row in LANDMARKS if row[1] == landmark), dtype=float)
