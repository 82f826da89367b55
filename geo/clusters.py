"""Outlines of where points lie close together: DBSCAN and HDBSCAN.

A cluster says that points are dense there, not that they are denser than chance: ask Gi* that.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS
from scipy.spatial import KDTree
from scipy.spatial.distance import pdist
from scipy.special import gammaincinv
from shapely.geometry.base import BaseGeometry

from geo import extent, grid
from geo.grid import Ints, paired
from geo.space import BNG, Floats

Method = Literal["dbscan", "hdbscan"]

MOST_PAIRS = 50_000_000
"""DBSCAN holds every neighbour of every place: so many pairs are half a gigabyte."""
MOST_HDBSCAN = 30_000
_CHANCE = 0.01
_CONCAVE = 0.3
_WIDEN = 25.0  # metres around the points of a cluster that no distance was given for

LEAST_RULE = "the natural logarithm of the number of points, at least 5"
DISTANCE_RULE = (
    "so short that of points spread evenly at random one in a hundred would have the least "
    "number around it"
)


@dataclass(frozen=True)
class Clusters:
    """The clusters of some points.

    Attributes
    ----------
    label
        The cluster of each point, shape ``(n,)``; 0 is none.
    outlines
        A row a cluster, the largest first: ``cluster`` (1, 2, ...), ``count``, ``places``
        (different coordinates), ``share`` of all points, ``span_m`` (longest distance between
        two of its points), ``area_km2``, in EPSG:27700 the ``grid_ref`` (100 m) of its middle,
        and an outline.
    distance, least
        What was used, given or proposed; no distance for HDBSCAN unless one was given.
    """

    label: Ints
    outlines: gpd.GeoDataFrame
    distance: float | None
    least: int


def find(
    points: gpd.GeoDataFrame,
    method: Method = "dbscan",
    *,
    distance: float | None = None,
    least: int | None = None,
) -> Clusters:
    """Find clusters, and draw an outline around each.

    An outline is a concave hull of the cluster's points (shapely, ratio 0.3), wider by half the
    distance, or by 25 m where there is none. Points with the same coordinates are taken as one
    place that counts several times, and places are sorted first: the order of rows is nothing.

    Parameters
    ----------
    points
        Points in a projected CRS in metres.
    distance
        DBSCAN: how far apart neighbours are at most, in metres; without it proposed
        (:func:`propose_distance`). HDBSCAN: clusters nearer than this are not split further.
    least
        DBSCAN: how many points within the distance make a place dense, itself included.
        HDBSCAN: how many points make a cluster. Without it proposed (:func:`propose_least`).

    Raises
    ------
    ValueError
        There are fewer points than ``least``, or so many that memory would not do; the message
        says what to do.

    References
    ----------
    Ester, M. et al. (1996). A density-based algorithm for discovering clusters. *KDD-96*,
    226-231. Campello, R. et al. (2013). Density-based clustering based on hierarchical density
    estimates. *PAKDD*, 160-172.
    """
    if points.crs is None or not points.crs.is_projected:
        raise ValueError("Distances need points in a projected system of coordinates, in metres.")
    x, y = points.geometry.x.to_numpy(), points.geometry.y.to_numpy()
    fewest = propose_least(len(x)) if least is None else least
    _checked(len(x), fewest, distance)
    reach: float | None
    if method == "dbscan":
        near = propose_distance(x, y, fewest) if distance is None else distance
        reach, label = near, _dbscan(x, y, near, fewest)
    else:
        reach, label = distance, _hdbscan(x, y, distance or 0.0, fewest)
    label, outlines = _drawn(points, label, (reach or 2 * _WIDEN) / 2)
    return Clusters(label, outlines, reach, fewest)


def propose_least(points: int) -> int:
    """Propose how many points make a cluster: the natural logarithm of their number, from 5."""
    return max(5, round(math.log(max(points, 1))))


def propose_distance(x: ArrayLike, y: ArrayLike, least: int) -> float:
    """Propose DBSCAN's distance in metres, rounded to 10 m and at least 20 m.

    So short that, were the points spread evenly at random over their convex hull, one in a
    hundred would have ``least`` points around it (itself included): then dense places are rare
    unless points do cluster. The usual bend of the sorted distances takes a whole town for one
    cluster where a few points lie far out.
    """
    across, up = paired(x, y)
    _checked(across.size, least, None)
    area = extent.hull(across, up, 0).area
    around = float(gammaincinv(least - 1, _CHANCE))  # so many points expected
    return max(20.0, 10.0 * round(math.sqrt(around * area / (math.pi * across.size)) / 10))


def _checked(points: int, least: int, distance: float | None) -> None:
    if least < 2:
        raise ValueError("A cluster has at least 2 points.")
    if points < least:
        raise ValueError(f"There are {points:,} points; a cluster needs at least {least}.")
    if distance is not None and not (math.isfinite(distance) and distance > 0):
        raise ValueError("The distance is a number of metres above 0.")


def _dbscan(x: Floats, y: Floats, distance: float, least: int) -> Ints:
    spots, place, times = np.unique(
        np.column_stack([x, y]), axis=0, return_inverse=True, return_counts=True
    )
    tree = KDTree(spots)
    if (pairs := int(tree.count_neighbors(tree, distance))) > MOST_PAIRS:
        raise ValueError(
            f"Within {distance:g} m there are {pairs:,} pairs of places; at most {MOST_PAIRS:,} "
            "can be held. Choose a shorter distance or fewer points, or ask for hot spots."
        )
    from sklearn.cluster import DBSCAN  # takes a second to import, and only clusters need it

    found = DBSCAN(eps=distance, min_samples=least).fit(spots, sample_weight=times)
    return np.asarray(found.labels_[place.ravel()] + 1, dtype=np.int64)


def _hdbscan(x: Floats, y: Floats, distance: float, least: int) -> Ints:
    if x.size > MOST_HDBSCAN:
        raise ValueError(
            f"HDBSCAN takes at most {MOST_HDBSCAN:,} points, and there are {x.size:,}. Use DBSCAN, "
            "or fewer points."
        )
    from sklearn.cluster import HDBSCAN  # takes a second to import, and only clusters need it

    spots = np.column_stack([x, y])
    order = np.lexsort(spots.T)
    model = HDBSCAN(min_cluster_size=least, cluster_selection_epsilon=distance, copy=True)
    label = np.empty(x.size, dtype=np.int64)
    label[order] = model.fit(spots[order]).labels_ + 1
    return label


def _drawn(points: gpd.GeoDataFrame, label: Ints, widen: float) -> tuple[Ints, gpd.GeoDataFrame]:
    """Give the clusters new numbers, the largest first, and outline them."""
    spots = shapely.get_coordinates(points.geometry.array)
    ranked = label[np.lexsort(spots.T)]  # by place, so that rows in another order change nothing
    found, first, counts = np.unique(ranked[ranked > 0], return_index=True, return_counts=True)
    order = np.lexsort((first, -counts))
    number = np.zeros(int(label.max(initial=0)) + 1, dtype=np.int64)
    number[found[order]] = np.arange(1, found.size + 1)
    renamed = number[label]
    rows = [_outline(spots[renamed == each], widen) for each in range(1, found.size + 1)]
    shapes = [row.pop("geometry") for row in rows]
    columns: dict[str, Any] = {
        "cluster": np.arange(1, found.size + 1),
        "count": counts[order],
        "places": np.array([row["places"] for row in rows], dtype=np.int64),
        "share": counts[order] / len(points),
        "span_m": np.array([row["span_m"] for row in rows], dtype=float),
    }
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=points.crs))
    frame.insert(5, "area_km2", frame.area / 1e6)
    if points.crs == CRS(BNG):
        middle = np.array([row["middle"] for row in rows], dtype=float).reshape(-1, 2)
        frame.insert(6, "grid_ref", grid.references(middle[:, 0], middle[:, 1], 6))
    return renamed, frame


def _outline(spots: NDArray[np.float64], widen: float) -> dict[str, Any]:
    places = np.unique(spots, axis=0)
    cloud: BaseGeometry = shapely.MultiPoint(places)
    corners = shapely.get_coordinates(cloud.convex_hull)
    return {
        "places": len(places),
        "span_m": float(pdist(corners).max()) if len(corners) > 1 else 0.0,
        "middle": spots.mean(axis=0),
        "geometry": shapely.buffer(shapely.concave_hull(cloud, ratio=_CONCAVE), widen),
    }
