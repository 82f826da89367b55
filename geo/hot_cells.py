"""From a frame of points to a frame of scored cells: grid, counts, Gi*, chances and density."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas.array import GeometryArray
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo import density, extent, grid, hexes, hotspots, neighbours, permutation
from geo.grid import Grid, Ints, Mask
from geo.hexes import HexGrid
from geo.space import BNG, Box, Floats

Extent = Literal["hull", "bbox"] | BaseGeometry


@dataclass(frozen=True)
class Ask:
    """What is asked of the points.

    Attributes
    ----------
    cell
        Size of a cell in metres: the side of a square, the width of a hexagon between flat
        sides. Without it one is proposed (:func:`geo.extent.propose_size`).
    extent
        "hull" (convex hull of the points, half a cell wider), "bbox" (their box), or a polygon
        in the CRS of the points. The cells that touch it are scored.
    shape
        Squares or hexagons.
    order, distance
        Neighbours: so many steps, or all whose middle is within so many metres, inclusive.
    bandwidth, kernel
        Of the density, in metres. Without a bandwidth one is proposed.
    corrected
        Correct the density for the edge of the area (squares and the Gaussian kernel only).
    permutations, seed
        With permutations, how often a random deal gives as much is counted too.
    """

    cell: int | None = None
    extent: Extent = "hull"
    shape: Literal["square", "hex"] = "square"
    order: int = 1
    distance: float | None = None
    bandwidth: float | None = None
    kernel: density.Shape = "gaussian"
    corrected: bool = False
    permutations: int = 0
    seed: int = 1


@dataclass(frozen=True)
class Found:
    """The cells, from the south-west, row by row, and what must be said of them.

    ``cells`` has ``grid_ref`` (in EPSG:27700 only), ``count``, ``weight`` (where weights were
    given), ``gistar``, ``p`` (two-sided), ``p_upper``, ``q``, ``class``, ``kde`` (events per
    square kilometre), ``p_permuted`` (where asked), ``edge`` (partly outside of the area) and
    the cell; ``facts`` are numbers and sentences for a summary.
    """

    cells: gpd.GeoDataFrame
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Laid:
    """A grid over an area: which places are cells of it, which of them lie in it whole."""

    grid: Grid | HexGrid
    inside: Mask
    whole: Mask


def find(points: gpd.GeoDataFrame, ask: Ask | None = None, weights: Floats | None = None) -> Found:
    """Score the cells over an area by the points in them and around them.

    Parameters
    ----------
    points
        Points in a projected CRS in metres.
    ask
        What is asked; without it all is proposed.
    weights
        How much each point weighs (harm), shape ``(n,)``, from 0: then Gi* and density are of
        the weights, and ``count`` is still the number of points.

    Raises
    ------
    ValueError
        The CRS is not in metres, the grid would be absurd, all cells hold the same, or a
        distance or bandwidth does not suit the cells. The message is fit for a person.
    """
    ask = ask or Ask()
    _checked(points, ask, weights)
    spots = np.asarray(points.geometry.array, dtype=object)
    events = _Events(shapely.get_x(spots), shapely.get_y(spots), weights)
    size, bandwidth = _settled(events, ask)
    british = points.crs == CRS(BNG)
    laid = _laid(events, ask, size, aligned=british)
    with ThreadPoolExecutor(1) as beside:  # drawing needs nothing of the numbers, and takes as long
        drawn = beside.submit(_drawn, laid)
        columns = _named(laid) if british else {}
        columns |= _scored(laid, events, ask, around := _around(ask, size))
        columns["kde"] = _density(laid, events, ask, bandwidth)
        shapes = drawn.result()
    columns["edge"] = ~laid.whole[laid.inside]
    columns["geometry"] = GeometryArray(shapes, crs=points.crs)
    frame = gpd.GeoDataFrame(columns)
    return Found(frame, _said(ask, size, bandwidth) | _counts_of(frame, len(points), around))


class _Events(NamedTuple):
    x: Floats
    y: Floats
    weights: Floats | None


def _checked(points: gpd.GeoDataFrame, ask: Ask, weights: Floats | None) -> None:
    if points.crs is None or not points.crs.is_projected:
        raise ValueError("Distances need points in a projected system of coordinates, in metres.")
    if not len(points):
        raise ValueError("There are no points.")
    if weights is not None and (
        weights.shape != (len(points),) or not (np.isfinite(weights) & (weights >= 0)).all()
    ):
        raise ValueError("Every point needs a weight, and no weight is below 0.")
    if ask.corrected and (ask.shape != "square" or ask.kernel != "gaussian"):
        raise ValueError("The density can be corrected for edges with squares and Gaussian only.")


def _settled(events: _Events, ask: Ask) -> tuple[int, float]:
    """Return size and bandwidth in metres, proposed by the points of the area if not given."""
    x, y = events.x, events.y
    if isinstance(ask.extent, BaseGeometry):
        within = shapely.contains_xy(ask.extent, x, y)
        x, y = x[within], y[within]
        if not x.size:
            raise ValueError("No point lies in that area.")
    else:
        extent.refuse_strays(x, y)
    size = extent.propose_size(x, y) if ask.cell is None else ask.cell
    grid.checked_size(size)
    if ask.bandwidth is not None:
        return size, ask.bandwidth
    proposed = density.propose_bandwidth(x, y, size)
    return size, proposed if ask.kernel == "gaussian" else round(proposed * density.AS_WIDE)


def _laid(events: _Events, ask: Ask, size: int, *, aligned: bool) -> _Laid:
    area: BaseGeometry | Box
    if isinstance(ask.extent, BaseGeometry):
        area = ask.extent
    elif ask.extent == "hull":
        area = extent.hull(events.x, events.y, size)
    else:
        area = extent.box_of(events.x, events.y)
    if ask.shape == "square":
        laid = _Laid(*extent.squares(area, size, aligned=aligned))
    else:
        laid = _Laid(*extent.hexagons(area, size, aligned=aligned))
    extent.refuse_few(laid.inside)
    return laid


def _counted(laid: _Laid, events: _Events) -> tuple[Ints, NDArray[Any]]:
    """Return how many points there are in each cell, and what is scored."""
    x, y, weights = events
    if isinstance(laid.grid, Grid):
        counts = grid.counts(laid.grid, x, y)
        return counts, counts if weights is None else grid.sums(laid.grid, x, y, weights)
    counts = hexes.counts(laid.grid, x, y)
    return counts, counts if weights is None else hexes.sums(laid.grid, x, y, weights)


def _scored(laid: _Laid, events: _Events, ask: Ask, around: Mask) -> dict[str, Any]:
    """Return the columns that count and score the cells."""
    counts, values = _counted(laid, events)
    score = hotspots.assess(hotspots.gi_star_grid(values, laid.inside, around)[laid.inside])
    columns: dict[str, Any] = {"count": counts[laid.inside]}
    if events.weights is not None:
        columns["weight"] = values[laid.inside]
    columns |= {"gistar": score.z, "p": score.p, "p_upper": score.p_upper, "q": score.q}
    columns["class"] = pd.array(hotspots.CODED, dtype="str").take(score.code)
    if ask.permutations:
        chances = permutation.permuted(
            values, laid.inside, around, deals=ask.permutations, seed=ask.seed
        )
        columns["p_permuted"] = chances.p[laid.inside]
    return columns


def _around(ask: Ask, size: int) -> Mask:
    if ask.shape == "square":
        if ask.distance is None:
            return neighbours.squares(ask.order)
        return neighbours.square_band(ask.distance, size)
    if ask.distance is None:
        return neighbours.hexes(ask.order)
    return neighbours.hex_band(ask.distance, size)


def _drawn(laid: _Laid) -> NDArray[Any]:
    """Draw the cells."""
    if isinstance(laid.grid, Grid):
        x, y = grid.corners(laid.grid, laid.inside)
        return np.asarray(shapely.box(x, y, x + laid.grid.size, y + laid.grid.size))
    return np.asarray(hexes.cell_polygons(laid.grid, laid.inside).geometry)


def _named(laid: _Laid) -> dict[str, Any]:
    """Name the cells in Britain, by a square's corner or a hexagon's middle."""
    if isinstance(laid.grid, Grid):
        (x, y), figures = grid.corners(laid.grid, laid.inside), grid.label_figures(laid.grid.size)
    else:
        (x, y), figures = hexes.centres(laid.grid, laid.inside), 8
    return {"grid_ref": pd.array(grid.references(x, y, figures), dtype="str")}


def _density(laid: _Laid, events: _Events, ask: Ask, bandwidth: float) -> Floats:
    x, y, weights = events
    if isinstance(laid.grid, HexGrid):
        at = hexes.centres(laid.grid, laid.inside)
        return density.density_at(at, x, y, bandwidth, kernel=ask.kernel, weights=weights)
    within = laid.inside if ask.corrected else None
    found = density.density(
        laid.grid, x, y, bandwidth, kernel=ask.kernel, weights=weights, within=within
    )
    return np.asarray(found[laid.inside])


def _said(ask: Ask, size: int, bandwidth: float) -> dict[str, Any]:
    """Say what was used, and how it was chosen."""
    return {
        "shape": ask.shape,
        "extent": ask.extent if isinstance(ask.extent, str) else "file",
        "cell": size,
        "cell_chosen": "given" if ask.cell is not None else f"proposed: {extent.RULE}",
        "order": ask.order if ask.distance is None else None,
        "distance": ask.distance,
        "bandwidth": bandwidth,
        "bandwidth_chosen": "given" if ask.bandwidth is not None else f"proposed: {density.RULE}",
        "kernel": ask.kernel,
        "edge_corrected": ask.corrected,
        "permutations": ask.permutations,
        "seed": ask.seed if ask.permutations else None,
        "method": METHOD,
    }


def _counts_of(frame: gpd.GeoDataFrame, points: int, around: Mask) -> dict[str, Any]:
    """Count what was found; the neighbours include the cell itself."""
    inside, classes = int(frame["count"].sum()), frame["class"].value_counts()
    return {
        "points": inside,
        "points_outside": points - inside,
        "cells": len(frame),
        "empty_cells": int((frame["count"] == 0).sum()),
        "edge_cells": int(frame["edge"].sum()),
        "neighbours": int(np.count_nonzero(around)),
        "classes": {name: int(classes.get(name, 0)) for name in hotspots.CLASSES},
    }


METHOD = (
    "Gi* of Getis and Ord with binary weights, each cell its own neighbour; the variance is "
    "taken with n (as in esda and spdep), not n - 1. p is two-sided by the normal "
    "approximation, q is p after Benjamini and Hochberg over all cells; the class is by q and "
    "the sign of the score. Density is in events per square kilometre."
)
