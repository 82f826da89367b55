"""Where events cluster more than chance would have them: the Gi* of Getis and Ord."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import KDTree
from scipy.stats import norm

from geo.space import Floats

LEVELS = ((0.01, "99"), (0.05, "95"), (0.10, "90"))
NOT_SIGNIFICANT = "not significant"
CLASSES = ("hot 99", "hot 95", "hot 90", NOT_SIGNIFICANT, "cold 90", "cold 95", "cold 99")

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class HotSpots:
    """What Gi* says of each cell; arrays of the shape of the counts.

    Attributes
    ----------
    z
        Standard score; NaN for a cell outside of the area, as in the other numbers.
    p, p_upper
        Two-sided, and the chance of a score as high or higher: normal approximation, one
        cell by itself.
    q
        ``p`` after Benjamini and Hochberg over all cells of the area.
    label
        One of ``CLASSES``, decided by ``q``: "hot 95" has q at most 0.05 and a score above
        0. "" outside of the area.
    """

    z: Floats
    p: Floats
    p_upper: Floats
    q: Floats
    label: NDArray[np.str_]


def gi_star_grid(counts: ArrayLike, inside: Mask | None = None) -> Floats:
    """Score the cells of a regular grid, each with the up to eight cells around it.

    Neighbours are queen contiguity by cell offsets, the cell itself included, with weight 1.
    Only cells ``inside`` the area count, as cells and as neighbours. The variance of the
    counts is taken with n (as in esda and spdep), not with the n - 1 of Getis and Ord's
    chapter of 1996; the scores differ by a factor of sqrt(n / (n - 1)).

    Parameters
    ----------
    counts
        Events in each cell, shape ``(rows, cols)``.
    inside
        True where a cell belongs to the area, shape ``(rows, cols)``; without it all do.

    Returns
    -------
    Floats
        Standard scores, shape ``(rows, cols)``, NaN outside of the area.

    Raises
    ------
    ValueError
        The shapes disagree, every cell has the same count, or one cell neighbours all.

    References
    ----------
    Ord, J. K. & Getis, A. (1995). Local spatial autocorrelation statistics.
    *Geographical Analysis* 27(4), 286-306. https://doi.org/10.1111/j.1538-4632.1995.tb00912.x
    """
    values = np.asarray(counts, dtype=float)
    area = np.ones(values.shape, dtype=bool) if inside is None else np.asarray(inside, dtype=bool)
    if values.ndim != 2 or values.shape != area.shape:
        raise ValueError(f"A grid of counts and its area differ: {values.shape}, {area.shape}.")
    above = np.zeros(values.shape)
    above[area] = _above_mean(values[area])
    spread = np.sqrt(np.mean(above[area] ** 2))
    size = _sums_around(area.astype(float))
    score = np.full(values.shape, np.nan)
    score[area] = _scores(_sums_around(above)[area], size[area], spread)
    return score


def gi_star(counts: ArrayLike, centres: ArrayLike, *, reach: float) -> Floats:
    """Score areas of any shape (wards, LSOAs, beats) by all areas within ``reach``.

    Binary weights, an area being its own neighbour; variance with n as in
    :func:`gi_star_grid`, where the source and the errors are given too. A reach of 0 compares
    each area with itself alone.

    Parameters
    ----------
    counts
        Events in each area, shape ``(n,)``.
    centres
        A point for each area in metres, shape ``(n, 2)``, in a projected CRS (ours is
        EPSG:27700; degrees give nonsense).
    reach
        Distance in metres, inclusive, within which another area is a neighbour.

    Returns
    -------
    Floats
        Standard scores, shape ``(n,)``.
    """
    values, points = np.asarray(counts, dtype=float), np.asarray(centres, dtype=float)
    n = values.size
    if values.ndim != 1 or points.shape != (n, 2):
        raise ValueError(f"{n} counts need centres of shape ({n}, 2), not {points.shape}.")
    if not np.isfinite(points).all() or not reach >= 0:
        raise ValueError("Centres and reach must be metres, and reach not below 0.")
    above = _above_mean(values)
    near, other = KDTree(points).query_pairs(reach, output_type="ndarray").T
    size = 1 + np.bincount(near, minlength=n) + np.bincount(other, minlength=n).astype(float)
    found = above + np.bincount(near, above[other], n) + np.bincount(other, above[near], n)
    return _scores(found, size, float(np.sqrt(np.mean(above**2))))


def assess(z: ArrayLike) -> HotSpots:
    """Judge standard scores of any shape: chances, the correction for many cells, and a class."""
    score = np.asarray(z, dtype=float)
    p = np.asarray(2 * norm.sf(np.abs(score)))
    q = benjamini_hochberg(p)
    return HotSpots(score, p, np.asarray(norm.sf(score)), q, _labels(score, q))


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Correct chances for having been looked at together (false discovery rate).

    Takes any shape and gives the same; NaN stays NaN and does not count as a test.

    References
    ----------
    Benjamini, Y. & Hochberg, Y. (1995). Controlling the false discovery rate. *Journal of the
    Royal Statistical Society B* 57(1), 289-300. https://doi.org/10.1111/j.2517-6161.1995.tb02031.x
    """
    chance = np.asarray(p, dtype=float)
    q = np.full(chance.shape, np.nan)
    tested = ~np.isnan(chance)
    order = np.argsort(chance[tested])
    ranked = chance[tested][order] * order.size / np.arange(1, order.size + 1)
    corrected = np.empty(order.size)
    corrected[order] = np.minimum.accumulate(ranked[::-1])[::-1]
    q[tested] = np.minimum(corrected, 1)
    return q


def _above_mean(values: Floats) -> Floats:
    if not np.isfinite(values).all():
        raise ValueError("Every cell needs a count.")
    if values.size < 2 or np.ptp(values) == 0:
        raise ValueError("Every cell has the same count: there is nothing to find.")
    return np.asarray(values - values.mean())


def _scores(found: Floats, size: Floats, spread: Any) -> Floats:
    """Standardise the sums above the mean of ``size`` neighbours among all the cells."""
    n = found.size
    if size.max() >= n:
        raise ValueError(f"Some cells neighbour all {n}: take a larger area or a shorter reach.")
    return np.asarray(found / (spread * np.sqrt(size * (n - size) / (n - 1))))


def _sums_around(values: Floats) -> Floats:
    """Add up each cell and its neighbours: first along the columns, then along the rows."""
    columns = values.copy()
    columns[1:] += values[:-1]
    columns[:-1] += values[1:]
    total = columns.copy()
    total[:, 1:] += columns[:, :-1]
    total[:, :-1] += columns[:, 1:]
    return total


def _labels(score: Floats, q: Floats) -> NDArray[np.str_]:
    hot = [(q <= level) & (score > 0) for level, _ in LEVELS]
    cold = [(q <= level) & (score < 0) for level, _ in LEVELS]
    names = [f"{side} {name}" for side in ("hot", "cold") for _, name in LEVELS]
    label = np.select([np.isnan(score), *hot, *cold], ["", *names], default=NOT_SIGNIFICANT)
    return np.asarray(label, dtype=np.str_)
