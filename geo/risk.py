"""How many events there are for what was there to be harmed: one density over another.

A map of counts shows where people are. Divided by the density of a base (residents, pupils,
premises, all records) it shows where there is more than that alone would bring.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo import density, extent, grid
from geo.grid import Grid, Mask
from geo.space import BNG, Floats

LEAST = 0.05
"""Share of the base's mean density below which a ratio would be of a handful over nobody."""


@dataclass(frozen=True)
class Ask:
    """What is asked of two sets of points.

    ``cell``, ``bandwidth`` and ``kernel`` are as in `geo.hot_cells.Ask`; a bandwidth that is not
    given is the wider of those that are proposed for the two sets, for one is needed for both.
    ``extent`` is "hull" or "bbox" of all points together, or a polygon in their CRS.
    """

    cell: int | None = None
    extent: Literal["hull", "bbox"] | BaseGeometry = "hull"
    bandwidth: float | None = None
    kernel: density.Shape = "gaussian"
    least: float = LEAST


@dataclass(frozen=True)
class Found:
    """The cells, from the south-west, row by row, and what must be said of them.

    ``cells`` has ``grid_ref`` (in EPSG:27700 only), ``count`` (events), ``base`` (points of the
    base, or the sum of their weights), ``kde`` and ``kde_base`` (for each square kilometre),
    ``ratio`` (events for one of the base), ``times`` (that over the ratio of the whole area; both
    NaN where the base is too thin), ``edge`` (partly outside of the area) and the cell.
    """

    cells: gpd.GeoDataFrame
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Set:
    x: Floats
    y: Floats
    weights: Floats | None = None

    def sums(self, laid: Grid) -> NDArray[Any]:
        if self.weights is None:
            return grid.counts(laid, self.x, self.y)
        return grid.sums(laid, self.x, self.y, self.weights)

    def density(self, laid: Grid, bandwidth: float, kernel: density.Shape) -> Floats:
        return density.density(laid, self.x, self.y, bandwidth, kernel=kernel, weights=self.weights)


def find(
    events: gpd.GeoDataFrame,
    base: gpd.GeoDataFrame,
    ask: Ask | None = None,
    weights: Floats | None = None,
) -> Found:
    """Divide the density of events by that of a base, in square cells over an area.

    Near the edge of the area both densities sink by the same share, so the ratio needs no
    correction there.

    Parameters
    ----------
    events, base
        Points in one projected CRS in metres.
    ask
        What is asked; without it all is proposed.
    weights
        How much each point of the base stands for (residents of a postcode), shape ``(n,)``,
        from 0.

    Raises
    ------
    ValueError
        The two differ in their CRS, one is empty, a weight is missing or below 0, the grid would
        be absurd, or a bandwidth does not suit the cells. The message is fit for a person.

    References
    ----------
    Bithell, J. F. (1990). An application of density estimation to geographical epidemiology.
    *Statistics in Medicine* 9(6), 691-701.
    """
    ask = ask or Ask()
    _checked(events, base, weights)
    top = _Set(events.geometry.x.to_numpy(), events.geometry.y.to_numpy())
    bottom = _Set(base.geometry.x.to_numpy(), base.geometry.y.to_numpy(), weights)
    size = _size(top, bottom, ask)
    wide = _bandwidth(top, bottom, size, ask.kernel) if ask.bandwidth is None else ask.bandwidth
    british = events.crs == CRS(BNG)
    laid, inside, whole = _laid(top, bottom, ask, size, aligned=british)
    west, south = grid.corners(laid, inside)
    names = grid.references(west, south, grid.label_figures(size)) if british else None
    columns: dict[str, Any] = {} if names is None else {"grid_ref": names}
    columns |= _columns(top, bottom, laid, inside, (wide, ask.kernel, ask.least))
    columns["edge"] = ~whole[inside]
    squares = shapely.box(west, south, west + size, south + size)
    frame = gpd.GeoDataFrame(columns, geometry=squares, crs=events.crs)
    return Found(frame, _said(ask, size, wide) | _counts_of(frame, top, bottom))


def _columns(
    top: _Set, bottom: _Set, laid: Grid, inside: Mask, how: tuple[float, density.Shape, float]
) -> dict[str, Any]:
    """Return what is told of the cells; ``how``: bandwidth, kernel and least base."""
    bandwidth, kernel, least = how
    counts, held = top.sums(laid)[inside], bottom.sums(laid)[inside]
    dense, base = (each.density(laid, bandwidth, kernel)[inside] for each in (top, bottom))
    ratio = density.ratio(dense, base, least=least)
    overall = _overall(counts, held)
    return {
        "count": counts, "base": held, "kde": dense, "kde_base": base, "ratio": ratio,
        "times": ratio / overall if overall else np.full(len(ratio), np.nan),
    }  # fmt: skip


def _checked(events: gpd.GeoDataFrame, base: gpd.GeoDataFrame, weights: Floats | None) -> None:
    if events.crs is None or not events.crs.is_projected or events.crs != base.crs:
        raise ValueError("Both sets of points need one projected system of coordinates, in metres.")
    if not len(events) or not len(base):
        raise ValueError("There are no points in one of the two sets.")
    if weights is not None and (
        weights.shape != (len(base),) or not (np.isfinite(weights) & (weights >= 0)).all()
    ):
        raise ValueError("Every point of the base needs a weight, and no weight is below 0.")


def _both(one: _Set, other: _Set) -> tuple[Floats, Floats]:
    return np.concatenate([one.x, other.x]), np.concatenate([one.y, other.y])


def _size(top: _Set, bottom: _Set, ask: Ask) -> int:
    """Return the side of a cell, proposed by the events: there are fewer of them than of the base.

    Points that lie absurdly far from all others are refused first.
    """
    if not isinstance(ask.extent, BaseGeometry):
        extent.refuse_strays(*_both(top, bottom))
    size = extent.propose_size(top.x, top.y) if ask.cell is None else ask.cell
    grid.checked_size(size)
    return size


def _bandwidth(top: _Set, bottom: _Set, size: int, kernel: density.Shape) -> float:
    wide = max(density.propose_bandwidth(each.x, each.y, size) for each in (top, bottom))
    return wide if kernel == "gaussian" else round(wide * density.AS_WIDE)


def _laid(
    top: _Set, bottom: _Set, ask: Ask, size: int, *, aligned: bool
) -> tuple[Grid, Mask, Mask]:
    x, y = _both(top, bottom)
    if isinstance(ask.extent, BaseGeometry):
        laid = extent.squares(ask.extent, size, aligned=aligned)
    elif ask.extent == "hull":
        laid = extent.squares(extent.hull(x, y, size), size, aligned=aligned)
    else:
        laid = extent.squares(extent.box_of(x, y), size, aligned=aligned)
    extent.refuse_few(laid[1])
    return laid


def _overall(counts: NDArray[Any], base: NDArray[Any]) -> float:
    """Return the events for one of the base in the whole area; 0 where there is no base."""
    held = float(base.sum())
    return float(counts.sum()) / held if held else 0.0


def _said(ask: Ask, size: int, bandwidth: float) -> dict[str, Any]:
    return {
        "extent": ask.extent if isinstance(ask.extent, str) else "file",
        "cell": size,
        "cell_chosen": "given" if ask.cell is not None else f"proposed: {extent.RULE}",
        "bandwidth": bandwidth,
        "bandwidth_chosen": "given" if ask.bandwidth is not None else f"proposed: {RULE}",
        "kernel": ask.kernel,
        "least_base": ask.least,
        "method": METHOD.format(least=ask.least),
    }


def _counts_of(frame: gpd.GeoDataFrame, top: _Set, bottom: _Set) -> dict[str, Any]:
    inside, known = int(frame["count"].sum()), frame["times"].dropna()
    return {
        "points": inside,
        "points_outside": len(top.x) - inside,
        "base_points": len(bottom.x),
        "base": float(frame["base"].sum()),
        "cells": len(frame),
        "cells_without_ratio": int(frame["ratio"].isna().sum()),
        "overall": _overall(frame["count"].to_numpy(), frame["base"].to_numpy()),
        "highest_times": float(known.max()) if len(known) else None,
    }


RULE = f"the wider of the two sets', each {density.RULE}"
METHOD = (
    "The density of the events over the density of the base, both with the same kernel and "
    "bandwidth. ratio is events for one of the base; times is that over the ratio of the whole "
    "area, 1 being average. Where the base is below {least:.0%} of its mean density nothing is "
    "told: a few events over nearly nobody are no risk."
)
