"""How dense events are across an area: kernel density on a grid, in events per square kilometre.

Each point is spread over the four middles of cells around it, by how near they are, and the
grid is then smoothed. Spreading widens every point a little (its variance by a sixth of a cell
squared), so the smoothing is made narrower by the same: the answer is within a thousandth of
the exact density, thousands of times sooner.
"""

import math
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import map_coordinates as interpolated
from scipy.ndimage import spline_filter
from scipy.sparse import csr_array

from geo import kernels
from geo.grid import Grid, paired
from geo.space import Floats

Shape = Literal["gaussian", "quartic"]
Mask = NDArray[np.bool_]

_REACH = 6.0  # standard deviations: what lies beyond weighs less than a millionth
_BLOCK = 65_536
_FINE = 3.0  # squares in a bandwidth, for an error below a thousandth of the peak
_MOST_PARTS = 16_000_000

AS_WIDE = 2.83
"""A quartic radius of so many standard deviations has the variance of a Gaussian kernel."""

RULE = (
    "0.9 x the smaller of standard distance and 1.2 x median distance from the mean centre "
    "x n^(-1/5), at least two cells"
)


def propose_bandwidth(x: ArrayLike, y: ArrayLike, size: int) -> int:
    """Propose a bandwidth in metres for a Gaussian kernel (its standard deviation).

    Silverman's rule of thumb for points in a plane, made robust: 0.9 min(SD, sqrt(1 / ln 2) Dm)
    n^(-1/5), with the standard distance SD and the median distance Dm from the mean centre, as
    in ArcGIS. Half of the events within a small town centre would else be blurred by a few far
    ones. It is rounded to 10 m and at least two cells of ``size`` metres.
    """
    across, up = paired(x, y)
    if not across.size:
        raise ValueError("There are no points to take a bandwidth from.")
    away = np.hypot(across - across.mean(), up - up.mean())
    robust = min(math.sqrt(float(np.mean(away**2))),
                 math.sqrt(1 / math.log(2)) * float(np.median(away)))  # fmt: skip
    return max(10 * round(float(0.09 * robust * across.size**-0.2)), 2 * size)


def density(
    grid: Grid,
    x: ArrayLike,
    y: ArrayLike,
    bandwidth: float,
    *,
    kernel: Shape = "gaussian",
    weights: ArrayLike | None = None,
    within: Mask | None = None,
) -> Floats:
    """Return the density of points in the middle of each cell, in events per square kilometre.

    Parameters
    ----------
    grid
        Square cells; points off the grid still weigh on the cells near them.
    x, y
        Metres in the grid's CRS, shape ``(n,)``.
    bandwidth
        Metres: the standard deviation of a Gaussian kernel, the radius of a quartic one (as in
        QGIS). A radius is about 2.6 times as long as the standard deviation that smooths alike.
    weights
        How much each point weighs, shape ``(n,)``; without it 1.
    within
        Where events could happen, shape ``(rows, cols)``: then the density near its edge is
        corrected for what would have been smoothed out of it (divided by the part of a Gaussian
        kernel that lies within; ask it of a Gaussian one), and NaN outside of it. Without it
        nothing is corrected.

    Raises
    ------
    ValueError
        The bandwidth is too small for the cells (below half a cell, or one and a half for a
        quartic radius), weights and points differ in number, or the area and the grid in shape.

    References
    ----------
    Wand, M. P. & Jones, M. C. (1995). *Kernel Smoothing*, appendix D (linear binning). Diggle,
    P. (1985). *Applied Statistics* 34(2), 138-147 (edge correction).
    """
    across, up = paired(x, y)
    weight = None if weights is None else np.asarray(weights, dtype=float)
    if weight is not None and weight.shape != across.shape:
        raise ValueError("Every point needs a weight.")
    _checked(bandwidth, grid.size, kernel)
    fine = _refined(grid, bandwidth, kernel)
    step = fine.rows // grid.rows
    pad = _padding(grid, across, up, bandwidth * (_REACH if kernel == "gaussian" else 1)) * step
    wide = _Lattice(fine.west - pad * fine.size, fine.south - pad * fine.size, fine.size,
                    fine.rows + 2 * pad, fine.cols + 2 * pad)  # fmt: skip
    first = pad + step // 2  # the middle of a cell is the middle of its middle part
    middles = [first + step * np.arange(number) for number in grid.shape]
    spread = _spread(wide, across, up, weight)
    found = _smoothed(spread, bandwidth / fine.size, kernel, middles)
    per_km2 = np.maximum(found, 0) / (fine.size**2 / 1e6)
    return np.asarray(per_km2 if within is None else _corrected(per_km2, bandwidth, grid, within))


def density_at(
    at: tuple[Floats, Floats],
    x: ArrayLike,
    y: ArrayLike,
    bandwidth: float,
    *,
    kernel: Shape = "gaussian",
    weights: ArrayLike | None = None,
) -> Floats:
    """Return the density at any places, such as the middles of hexagons.

    It is reckoned on squares of a quarter of the bandwidth (a twelfth of a quartic radius) and
    read between them by a cubic spline, which adds less than a thousandth of the peak.
    """
    east, north = at
    size = max(1, int(bandwidth / (4 if kernel == "gaussian" else 12)))
    west, south = float(east.min()) - 3 * size, float(north.min()) - 3 * size
    rows = math.ceil((float(north.max()) - south) / size) + 3
    cols = math.ceil((float(east.max()) - west) / size) + 3
    grid = Grid((west, south), size, rows, cols)
    found = density(grid, x, y, bandwidth, kernel=kernel, weights=weights)
    places = np.array([(north - south) / size - 0.5, (east - west) / size - 0.5])
    return np.asarray(np.maximum(interpolated(spline_filter(found), places, prefilter=False), 0))


def ratio(events: ArrayLike, base: ArrayLike, *, least: float = 0.05) -> Floats:
    """Divide one density by another: events for each head of population, or opportunity.

    Parameters
    ----------
    events, base
        Densities of one shape, of one kernel and bandwidth; NaN outside of the area.
    least
        Where the base is below this share of its own mean over the area, the ratio is NaN: a
        handful of events over nearly nobody is no risk, only noise. Say so where it is shown.
    """
    top, bottom = np.asarray(events, dtype=float), np.asarray(base, dtype=float)
    if top.shape != bottom.shape:
        raise ValueError(f"Two densities differ in shape: {top.shape} and {bottom.shape}.")
    known = bottom[np.isfinite(bottom)]
    if not known.size or not known.mean() > 0:
        raise ValueError("There is nothing to divide by.")
    floor = least * known.mean()
    enough = np.isfinite(bottom) & (bottom >= floor) & (bottom > 0)
    return np.where(enough, top / np.where(enough, bottom, 1), np.nan)


class _Lattice(NamedTuple):
    """Squares whose size need not be whole metres."""

    west: float
    south: float
    size: float
    rows: int
    cols: int


def _corrected(found: Floats, bandwidth: float, grid: Grid, within: Mask) -> Floats:
    """Divide by the part of a Gaussian kernel that lies within the area; see :func:`density`."""
    area = np.asarray(within, dtype=bool)
    if area.shape != found.shape:
        raise ValueError(f"A grid and its area differ in shape: {found.shape}, {area.shape}.")
    every = [np.arange(number) for number in area.shape]
    kept = _gaussian(area.astype(float), bandwidth / grid.size, every)
    return np.where(area, found / np.where(area, kept, 1), np.nan)


def _checked(bandwidth: float, size: int, kernel: Shape) -> None:
    least = size / 2 if kernel == "gaussian" else 1.5 * size
    if not (math.isfinite(bandwidth) and bandwidth >= least):
        raise ValueError(
            f"A bandwidth for cells of {size} m is at least {least:g} m: with a narrower one "
            "points would fall between the middles of the cells. Choose a wider one or smaller "
            "cells."
        )


def _refined(grid: Grid, bandwidth: float, kernel: Shape) -> _Lattice:
    """Cut each cell into an odd number of parts a side where it is too wide for the bandwidth."""
    parts = math.ceil((_FINE if kernel == "gaussian" else 3 * _FINE) * grid.size / bandwidth)
    while parts > 1 and (parts % 2 == 0 or grid.rows * grid.cols * parts**2 > _MOST_PARTS):
        parts += 1 if parts % 2 == 0 and grid.rows * grid.cols * parts**2 <= _MOST_PARTS else -1
    return _Lattice(float(grid.origin[0]), float(grid.origin[1]), grid.size / parts,
                    grid.rows * parts, grid.cols * parts)  # fmt: skip


def _padding(grid: Grid, x: Floats, y: Floats, reach: float) -> int:
    """Return how many cells to add on each side: one, or all that a point outside can reach."""
    west, south, east, north = grid.box
    off = ~((x >= west) & (x < east) & (y >= south) & (y < north))
    return 1 + (math.ceil(reach / grid.size) if off.any() else 0)


def _spread(laid: _Lattice, x: Floats, y: Floats, weights: Floats | None) -> Floats:
    """Spread points over the middles of the four squares around each."""
    if (compiled := kernels.loaded(x.size)) is not None:
        return compiled.spread(x, y, np.ones(x.size) if weights is None else weights, laid[:])
    found = np.zeros(laid.rows * laid.cols)
    size = max(_BLOCK, found.size)  # all squares are added to for each block
    for start in range(0, x.size, size):
        block = slice(start, start + size)
        weight = None if weights is None else weights[block]
        _spread_block(laid, x[block], y[block], weight, found)
    return found.reshape(laid.rows, laid.cols)


def _spread_block(
    laid: _Lattice, x: Floats, y: Floats, weights: Floats | None, found: Floats
) -> None:
    """Add a block of points: four sums, of which each of the four squares takes its part."""
    across, up = (x - laid.west) / laid.size - 0.5, (y - laid.south) / laid.size - 0.5
    if not (_within(across, laid.cols - 1) and _within(up, laid.rows - 1)):
        inside = (across >= 0) & (across < laid.cols - 1) & (up >= 0) & (up < laid.rows - 1)
        across, up = across[inside], up[inside]
        weights = None if weights is None else weights[inside]
    col, row = across.astype(np.int64), up.astype(np.int64)
    right, above = across - col, up - row
    flat = row * laid.cols + col
    parts = [weights, right, above, right * above]
    if weights is not None:
        parts[1:] = [weights * each for each in parts[1:] if each is not None]
    one, east, north, both = (np.bincount(flat, part, found.size) for part in parts)
    found += one - east - north + both
    found[1:] += (east - both)[:-1]
    found[laid.cols :] += (north - both)[: -laid.cols]
    found[laid.cols + 1 :] += both[: -laid.cols - 1]


def _within(along: Floats, end: int) -> bool:
    """Tell whether all are in [0, end); two sweeps where a mask would take more."""
    return not along.size or bool(along.min() >= 0 and along.max() < end)


def _smoothed(
    values: Floats, bandwidth: float, kernel: Shape, at: list[NDArray[np.int64]]
) -> Floats:
    """Smooth, less what spreading the points did already, and give rows and columns ``at``.

    ``bandwidth`` in squares.
    """
    if kernel == "gaussian":
        return _gaussian(values, math.sqrt(bandwidth**2 - 1 / 6), at)
    from scipy.signal import oaconvolve  # takes a second to import, and is seldom needed

    steps = np.arange(-math.ceil(bandwidth), math.ceil(bandwidth) + 1)
    weights = np.maximum(1 - (steps[:, None] ** 2 + steps**2) / bandwidth**2, 0) ** 2
    smooth = _sharpened(oaconvolve(values, weights / weights.sum(), mode="same"))
    return np.asarray(smooth[np.ix_(*at)])


def _gaussian(values: Floats, sigma: float, at: list[NDArray[np.int64]]) -> Floats:
    """Smooth along both axes, only where it is asked for; beyond the edges lies nothing."""
    down, along = (
        _bell(middles, length, sigma) for middles, length in zip(at, values.shape, strict=True)
    )
    return np.asarray((along @ (down @ values).T).T)


def _bell(at: NDArray[np.int64], length: int, sigma: float) -> csr_array:
    """Return the weights of ``length`` squares around each of ``at``, shape (at, squares)."""
    reach = math.ceil(_REACH * sigma)
    steps = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (steps / sigma) ** 2)
    weights /= weights.sum()
    near = at[:, None] + steps
    there = (near >= 0) & (near < length)
    row = np.broadcast_to(np.arange(len(at))[:, None], near.shape)
    whole = np.broadcast_to(weights, near.shape)
    return csr_array((whole[there], (row[there], near[there])), shape=(len(at), length))


def _sharpened(values: Floats) -> Floats:
    """Undo the spreading of points to second order: take off a twelfth of the curvature."""
    framed = np.pad(values, 1)
    around = framed[2:, 1:-1] + framed[:-2, 1:-1] + framed[1:-1, 2:] + framed[1:-1, :-2]
    return np.asarray(values - (around - 4 * values) / 12)
