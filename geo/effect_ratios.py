"""Ratios of counts: the Poisson e-test, difference in differences, and series that vary a lot.

The exact rate ratio of two counts is :func:`geo.rates.rate_ratio`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize
from scipy.stats import norm, poisson, t

from geo.effect import pair, weights
from geo.effect_exact import odds
from geo.space import Floats

SMALL = 30
"""A table with a count below this gets the exact interval."""
MOST_EXACT = 20_000
MOST_SUMMED = 1_000_000
"""Events above which the e-test's score is taken as normal, from which it no longer differs."""
_CLOSE = 1e-9


@dataclass(frozen=True)
class Ratio:
    """A ratio with its interval.

    Attributes
    ----------
    value, low, high
        1 is no change. Infinite or NaN where it is divided by nothing.
    p
        Two-sided chance of as much under no change; agrees with the interval.
    method
        How it was had, in a few words.
    """

    value: float
    low: float
    high: float
    p: float
    method: str


def e_test(counts: ArrayLike, exposure: tuple[float, float] = (1.0, 1.0)) -> float:
    """Return the two-sided chance of counts at least as far apart under one common rate.

    ``counts``: two whole counts; ``exposure``: lengths of their periods, above 0. ``ValueError``
    where they are not. More powerful than the conditional test, and exact up to its estimate of
    the common rate.

    References
    ----------
    Krishnamoorthy, K. & Thomson, J. (2004). A more powerful test for comparing two Poisson means.
    *Journal of Statistical Planning and Inference* 119(1), 23-35.
    """
    found, lengths = pair(counts), weights(exposure, 2)
    if found.shape != (2,):
        raise ValueError("The e-test compares two counts.")
    if not found.any():
        return 1.0
    rates = found / lengths
    score = (rates[0] - rates[1]) ** 2 / np.sum(found / lengths**2) * (1 - _CLOSE)
    expected = found.sum() / lengths.sum() * lengths
    if found.sum() > MOST_SUMMED:
        return float(2 * norm.sf(np.sqrt(score)))
    return min(1.0, _beyond(score, expected, lengths)) if score > 0 else 1.0


def _beyond(score: float, expected: Floats, lengths: Floats) -> float:
    """Add up the chance of all pairs whose squared score is as high; the second count solved for.

    For each first count the scores that are too low lie between the two roots of a quadratic.
    """
    ends = poisson.ppf(1e-15, expected[0]), poisson.isf(1e-15, expected[0])
    first = np.arange(max(ends[0], 0), ends[1] + 1)
    rate, part = first / lengths[0], score / (2 * lengths[1])
    root = np.sqrt(part**2 + 2 * part * rate + score * first / lengths[0] ** 2)
    middle = rate + part
    few = np.floor((middle - root) * lengths[1])
    many = np.ceil((middle + root) * lengths[1])
    few[first == 0] = -1  # nothing in both is no difference
    apart = poisson.cdf(few, expected[1]) + poisson.sf(many - 1, expected[1])
    return float(np.sum(poisson.pmf(first, expected[0]) * apart))


def did(treated: ArrayLike, control: ArrayLike, *, level: float = 0.95) -> Ratio:
    """Compare two changes: the later over the earlier count here, over the same elsewhere.

    Lengths of periods and sizes of areas cancel. Where a count is below 30 the interval is exact
    (the margins given, the table is Fisher's noncentral hypergeometric), the smaller tail doubled;
    otherwise the logarithm of the ratio is taken as normal.

    Parameters
    ----------
    treated, control
        Whole counts before and after; ``ValueError`` otherwise.

    References
    ----------
    Fisher, R. A. (1935). The logic of inductive inference. *Journal of the Royal Statistical
    Society* 98(1), 39-82; Cornfield, J. (1956), for the interval.
    """
    table = np.stack([pair(treated), pair(control)])
    if table.shape != (2, 2):
        raise ValueError("Give two counts here and two elsewhere.")
    if table.min() < SMALL and table.sum() <= MOST_EXACT:
        value, low, high, p = (float(each[0]) for each in odds(table[None], level))
        return Ratio(value, low, high, p, "exact, margins given")
    value, low, high, p = (float(each) for each in did_log(table[0], table[1], level=level))
    return Ratio(value, low, high, p, "logarithm of the ratio taken as normal")


def did_log(
    treated: ArrayLike, control: ArrayLike, *, level: float = 0.95
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return ratio, low, high and p of many tables at once, the logarithm taken as normal.

    ``treated`` and ``control`` have shape ``(..., 2)``. Half an event is added to each count
    where one of the four is 0 (Haldane and Anscombe).
    """
    table = np.stack([pair(treated), pair(control)])
    nothing = (table == 0).any(axis=(0, -1))
    mended = table + 0.5 * nothing[..., None]
    log = np.diff(np.log(mended), axis=-1)[..., 0]
    se = np.sqrt(np.sum(1 / mended, axis=(0, -1)))
    middle, reach = log[0] - log[1], norm.ppf(0.5 + level / 2) * se
    p = 2 * norm.sf(np.abs(middle) / se)
    return np.exp(middle), np.exp(middle - reach), np.exp(middle + reach), np.asarray(p)


@dataclass(frozen=True)
class SeriesRatio:
    """The later mean of a series over its earlier one.

    Attributes
    ----------
    ratio
        With an interval as wide as the series' own ups and downs ask for.
    dispersion
        Pearson's chi-squared over its degrees of freedom: about 1 where counts vary as Poisson's.
    alpha
        Of the negative binomial, variance = mean + alpha x mean²; 0 where the counts vary no more
        than Poisson's.
    """

    ratio: Ratio
    dispersion: float
    alpha: float


def series_ratio(before: ArrayLike, after: ArrayLike, *, level: float = 0.95) -> SeriesRatio:
    """Compare the mean count of equal steps (days, weeks) before and after, which may vary a lot.

    Negative binomial with one alpha for both, from moments (Pearson's chi-squared equals its
    degrees of freedom), and Student's t for the interval.

    Parameters
    ----------
    before, after
        Whole counts, shape ``(n,)`` and ``(m,)``, at least 4 each.

    Raises
    ------
    ValueError
        A series is too short, holds nothing at all, or something that is no count.

    References
    ----------
    Breslow, N. E. (1984). Extra-Poisson variation in log-linear models. *Applied Statistics*
    33(1), 38-44.
    """
    parts = [_series(each) for each in (before, after)]
    means = [float(each.mean()) for each in parts]
    free = sum(each.size for each in parts) - 2

    def pearson(alpha: float) -> float:
        return sum(
            float(np.sum((each - mean) ** 2)) / (mean + alpha * mean**2)
            for each, mean in zip(parts, means, strict=True)
        )

    dispersion = pearson(0.0) / free
    alpha = 0.0
    if dispersion > 1:
        alpha = float(optimize.brentq(lambda at: pearson(at) - free, 0.0, 1e6))
    variance = sum((1 / mean + alpha) / each.size for each, mean in zip(parts, means, strict=True))
    middle, se = np.log(means[1] / means[0]), np.sqrt(variance)
    reach = t.ppf(0.5 + level / 2, free) * se
    ratio = Ratio(
        float(np.exp(middle)), float(np.exp(middle - reach)), float(np.exp(middle + reach)),
        float(2 * t.sf(abs(middle) / se, free)),
        "negative binomial" if alpha else "Poisson, Student's t",
    )  # fmt: skip
    return SeriesRatio(ratio, dispersion, alpha)


def _series(given: ArrayLike) -> Floats:
    found = np.asarray(given, dtype=float)
    if found.ndim != 1 or found.size < 4:
        raise ValueError("A series needs at least 4 steps before and 4 after.")
    if not np.isfinite(found).all() or (found < 0).any() or (found != np.floor(found)).any():
        raise ValueError("Counts are whole numbers of at least 0.")
    if not found.any():
        raise ValueError("Nothing at all was counted in one of the periods.")
    return found
