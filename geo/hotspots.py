"""Where events cluster more than chance would have them: the Gi* of Getis and Ord."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.spatial import KDTree
from scipy.special import ndtr

from geo import neighbours
from geo.space import Floats

LEVELS = ((0.01, "99"), (0.05, "95"), (0.10, "90"))
NOT_SIGNIFICANT = "not significant"
CLASSES = ("hot 99", "hot 95", "hot 90", NOT_SIGNIFICANT, "cold 90", "cold 95", "cold 99")
CODED = ("", *CLASSES)

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
    code
        The number of the class in ``CODED``, decided by ``q``: "hot 95" has q at most 0.05 and
        a score above 0. 0 (no class) outside of the area.
    """

    z: Floats
    p: Floats
    p_upper: Floats
    q: Floats
    code: NDArray[np.int8]

    @cached_property
    def label(self) -> NDArray[np.str_]:
        """The class of each cell in words, one of ``CLASSES``; "" outside of the area."""
        return np.array(CODED)[self.code]


def gi_star_grid(
    counts: ArrayLike, inside: Mask | None = None, around: Mask | None = None
) -> Floats:
    """Score the cells of a regular grid, each with the cells around it.

    Neighbours are found by cell offsets, the cell itself included, with weight 1.
    Only cells ``inside`` the area count, as cells and as neighbours. The variance of the
    counts is taken with n (as in esda and spdep), not with the n - 1 of Getis and Ord's
    chapter of 1996; the scores differ by a factor of sqrt(n / (n - 1)).

    Parameters
    ----------
    counts
        Events in each cell, or the sum of their weights (harm), shape ``(rows, cols)``.
    inside
        True where a cell belongs to the area, shape ``(rows, cols)``; without it all do.
    around
        A neighbourhood of :mod:`geo.neighbours`; without it the up to eight cells around.

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
    near = neighbours.squares() if around is None else around
    size = np.rint(neighbours.sums(area.astype(float), near))
    score = np.full(values.shape, np.nan)
    score[area] = _scores(neighbours.sums(above, near)[area], size[area], spread)
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


def gi_star_graph(counts: ArrayLike, graph: sparse.sparray | sparse.spmatrix) -> Floats:
    """Score areas of any shape by a graph of which neighbours which, such as :func:`queen`.

    Every link counts 1 whatever its weight, and each area is its own neighbour; variance with n
    as in :func:`gi_star_grid`, where the source and the errors are given too.

    Parameters
    ----------
    counts
        Events in each area, shape ``(n,)``.
    graph
        Not 0 where two areas are neighbours, shape ``(n, n)``, in the order of the counts;
        ``.sparse`` of a libpysal ``Graph`` or ``W``.

    Returns
    -------
    Floats
        Standard scores, shape ``(n,)``.
    """
    values = np.asarray(counts, dtype=float)
    n = values.size
    if values.ndim != 1 or graph.shape != (n, n):
        raise ValueError(f"{n} counts need a graph of shape ({n}, {n}), not {graph.shape}.")
    star = sparse.csr_array(graph).astype(bool).tolil()
    star.setdiag(np.ones(n, dtype=bool))
    linked = star.tocsr().astype(float)
    above = _above_mean(values)
    size = np.asarray(linked.sum(axis=1)).ravel()
    return _scores(linked @ above, size, float(np.sqrt(np.mean(above**2))))


def queen(areas: gpd.GeoDataFrame) -> sparse.csr_array:
    """Return which areas touch, by a side or a corner, in their order: shape ``(n, n)``."""
    from libpysal.graph import Graph  # takes half a second, and only irregular areas need it

    shapes = areas.geometry.reset_index(drop=True)
    return sparse.csr_array(Graph.build_contiguity(shapes, rook=False).sparse)


def assess(z: ArrayLike, p: ArrayLike | None = None, p_upper: ArrayLike | None = None) -> HotSpots:
    """Judge standard scores of any shape: chances, the correction for many cells, and a class.

    ``p`` and ``p_upper`` may come from permutations (:mod:`geo.permutation`); without them they
    are those of the normal approximation.
    """
    score = np.asarray(z, dtype=float)
    both = np.asarray(2 * ndtr(-np.abs(score)) if p is None else p, dtype=float)
    upper = np.asarray(ndtr(-score) if p_upper is None else p_upper, dtype=float)
    q = benjamini_hochberg(both)
    return HotSpots(score, both, upper, q, _classes(score, q))


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


def _classes(score: Floats, q: Floats) -> NDArray[np.int8]:
    """Return the strictest class that each cell reaches, as its number in ``CODED``."""
    found = np.full(score.shape, CODED.index(NOT_SIGNIFICANT), dtype=np.int8)
    for level, name in reversed(LEVELS):
        found[(q <= level) & (score > 0)] = CODED.index(f"hot {name}")
        found[(q <= level) & (score < 0)] = CODED.index(f"cold {name}")
    found[np.isnan(score)] = 0
    return found
