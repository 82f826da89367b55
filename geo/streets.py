"""Which streets, where a square would say too little: events along the lines that people walk."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from scipy.stats import poisson

from geo.hotspots import benjamini_hochberg
from geo.space import Floats

Ints = NDArray[np.int64]

SHORTEST = 25.0
"""Metres: the rate of a shorter street is reckoned as if it had this length."""


@dataclass(frozen=True)
class Snapped:
    """Which street each event lies on: its place among the streets, -1 for none within reach."""

    street: Ints
    metres: Floats

    @property
    def off(self) -> int:
        """How many events had no street near enough."""
        return int((self.street < 0).sum())


@dataclass(frozen=True)
class Streets:
    """Streets with what lies on them, and how many events lie on none."""

    frame: gpd.GeoDataFrame
    snapped: int
    off: int


def snap(events: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, *, within: float) -> Snapped:
    """Find the nearest street of each event, up to and including ``within`` metres.

    Both frames in one projected CRS (ours is EPSG:27700). Of streets equally near, as at a
    crossing, the first in the frame is taken, so that the answer is always the same.
    ``ValueError`` where the systems differ or are not projected, or a shape is no line.
    """
    _checked(events, streets, within)
    found = np.full(len(events), -1, dtype=np.int64)
    metres = np.full(len(events), np.nan)
    tree = shapely.STRtree(streets.geometry.to_numpy())
    pairs, apart = tree.query_nearest(
        events.geometry.to_numpy(), max_distance=within + 1e-9, return_distance=True
    )
    event, street = pairs
    order = np.lexsort((street, event))
    first, at = np.unique(event[order], return_index=True)
    found[first], metres[first] = street[order][at], apart[order][at]
    return Snapped(found, metres)


def hot_streets(
    events: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, *, within: float = 30.0
) -> Streets:
    """Count events by street and say which hold more than their length would.

    Parameters
    ----------
    events, streets
        Points and lines in one projected CRS (ours is EPSG:27700). Long streets are better cut
        at crossings before: a whole street can hide one busy end.
    within
        Metres up to which an event belongs to its nearest street.

    Returns
    -------
    Streets
        The lines with ``count``, ``length_m``, ``per_100m``, ``expected`` (all snapped events,
        shared by length), ``p`` (Poisson, as many or more) and ``q`` (Benjamini and Hochberg
        over all streets); same index and CRS as given.

    Raises
    ------
    ValueError
        As for :func:`snap`.
    """
    found = snap(events, streets, within=within)
    on = found.street[found.street >= 0]
    count = np.bincount(on, minlength=len(streets)).astype(np.int64)
    length = np.maximum(streets.length.to_numpy(), SHORTEST)
    expected = count.sum() * length / length.sum()
    p = poisson.sf(count - 1, expected)
    frame = streets.assign(
        count=count,
        length_m=streets.length.to_numpy(),
        per_100m=100 * count / length,
        expected=expected,
        p=p,
        q=benjamini_hochberg(p),
    )
    return Streets(frame, int(on.size), found.off)


def _checked(events: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, within: float) -> None:
    systems = [frame.crs for frame in (events, streets)]
    if any(each is None for each in systems) or systems[0] != systems[1]:
        raise ValueError("Events and streets need one and the same system of coordinates.")
    if not CRS(systems[0]).is_projected:
        raise ValueError("Distances to streets need a system in metres, such as EPSG:27700.")
    if not 0 < within < np.inf:
        raise ValueError("Give the distance to a street in metres, above 0.")
    if not len(streets) or not streets.geom_type.isin(["LineString", "MultiLineString"]).all():
        raise ValueError("Streets must be lines.")
    if not events.geom_type.eq("Point").all() or events.is_empty.any():
        raise ValueError("Every event needs a point.")
