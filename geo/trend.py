"""Is there more or less of it as time goes on? Mann and Kendall's test, many series at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from geo.space import Floats

LEAST = 4
"""Periods below which no trend can be told: not even a steady rise would be unlikely enough."""
_NUMBERS = 4_000_000  # of pairwise slopes held at a time


@dataclass(frozen=True)
class Trend:
    """What each series does; arrays of shape ``(n,)``.

    Attributes
    ----------
    s
        Rises minus falls over all pairs of periods.
    z, p
        Standard score, corrected for continuity and for ties, and its two-sided chance; 0 and 1
        where all values are equal.
    """

    s: Floats
    z: Floats
    p: Floats


def mann_kendall(series: ArrayLike) -> Trend:
    """Test series for a steady rise or fall, whatever its shape.

    Parameters
    ----------
    series
        Values in the order of time, shape ``(n, periods)``, or ``(periods,)`` for one.

    Raises
    ------
    ValueError
        Fewer than two periods, or a value that is missing.

    References
    ----------
    Mann, H. B. (1945). Nonparametric tests against trend. *Econometrica* 13(3), 245-259;
    Kendall, M. G. (1975). *Rank correlation methods*, for the variance with ties.
    """
    return _tested(*_rises(_by_period(series)))


def seasonal_kendall(series: ArrayLike, season: int = 12) -> tuple[Trend, float]:
    """Test one series that has seasons: each month is compared with the same month alone.

    Returns the test (arrays of shape ``(1,)``) and the change in a year (``season`` periods): the
    median over all pairs of the same month. ``ValueError`` with fewer than two full years.

    References
    ----------
    Hirsch, R. M., Slack, J. R. & Smith, R. A. (1982). Techniques of trend analysis for monthly
    water quality data. *Water Resources Research* 18(1), 107-121.
    """
    values = _by_period(series)[:, 0]
    if len(values) < 2 * season:
        raise ValueError(f"A trend with seasons needs {2 * season} periods at least.")
    parts = [values[at::season][:, None] for at in range(season)]
    rises, spreads = zip(*(_rises(each) for each in parts), strict=True)
    s, spread = np.sum(rises, axis=0), np.sqrt(np.sum(np.square(spreads), axis=0))
    slopes = [_pairwise(each)[:, 0] for each in parts]
    return _tested(s, spread), float(np.median(np.concatenate(slopes)))


def theil_sen(series: ArrayLike) -> Floats:
    """Return the change in a period: the median over all pairs of periods, shape ``(n,)``.

    Takes and refuses what :func:`mann_kendall` does.

    References
    ----------
    Sen, P. K. (1968). Estimates of the regression coefficient based on Kendall's tau.
    *Journal of the American Statistical Association* 63(324), 1379-1389.
    """
    values = _by_period(series)
    periods, n = values.shape
    block = max(1, 2 * _NUMBERS // (periods * (periods - 1)))
    found = [np.median(_pairwise(values[:, at : at + block]), axis=0) for at in range(0, n, block)]
    return np.concatenate([np.zeros(0), *found])


def _pairwise(values: Floats) -> Floats:
    """Return the slopes between all pairs of periods, shape ``(pairs, n)``."""
    first, second = np.triu_indices(len(values), 1)
    return np.asarray((values[second] - values[first]) / (second - first)[:, None])


def _tested(s: Floats, spread: Floats) -> Trend:
    z = np.divide(s - np.sign(s), spread, out=np.zeros_like(s), where=spread > 0)
    return Trend(s, z, np.asarray(2 * ndtr(-np.abs(z))))


def _by_period(series: ArrayLike) -> Floats:
    """Check series and lay them with time first, so that each period is one stretch of memory."""
    values = np.atleast_2d(np.asarray(series, dtype=float))
    if values.ndim != 2 or values.shape[1] < 2:
        raise ValueError("A trend needs at least two periods.")
    if not np.isfinite(values).all():
        raise ValueError("A trend needs a value for every period.")
    return np.ascontiguousarray(values.T)


def _rises(values: Floats) -> tuple[Floats, Floats]:
    """Return rises minus falls, and their standard deviation where nothing changes."""
    n, cells = values.shape
    s, ties = np.zeros(cells), np.zeros(cells)
    for period, now in enumerate(values):
        alike = np.ones(cells)
        for other, then in enumerate(values):
            if other != period:
                alike += then == now
            if other < period:
                s += np.sign(now - then)
        # a group of t equal values takes t(t - 1)(2t + 5); each of its members adds a t-th
        ties += (alike - 1) * (2 * alike + 5)
    return s, np.sqrt((n * (n - 1) * (2 * n + 5) - ties) / 18)
