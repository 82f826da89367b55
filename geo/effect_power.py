"""How large a fall would have to be to show: said before the start, in plain numbers."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, hypergeom, norm, poisson

from geo.space import Floats

DRAWS = 3_000
MOST_EXACT = 500
"""Expected events up to which the exact test is used; above, the logarithm is taken as normal."""


@dataclass(frozen=True)
class Power:
    """The smallest fall that would show.

    Attributes
    ----------
    expected, comparison
        Events expected in the period if nothing changes, here and in the comparison (None: none).
    fall
        The smallest fall in events that shows with the chance asked for; None where not even a
        fall to nothing would.
    power
        The chance with which that fall shows (with which a fall to nothing does, where None).
    alpha
        Two-sided chance of error of the exact test.
    """

    expected: float
    comparison: float | None
    fall: int | None
    power: float
    alpha: float

    @property
    def percent(self) -> float | None:
        """The fall in percent of what is expected."""
        return None if self.fall is None else 100 * self.fall / self.expected


def smallest_fall(
    expected: float,
    comparison: float | None = None,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    lengths: tuple[float, float] = (1.0, 1.0),
    seed: int = 1,
) -> Power:
    """Find the smallest fall that the exact test would show, by trying falls.

    Without a comparison the exact conditional test of two Poisson counts is summed over all that
    may happen. With one, the exact test of :func:`geo.effect_ratios.did` meets 3,000 drawn
    quadruples of counts, the same for every fall, so that the answer never jumps.

    Parameters
    ----------
    expected, comparison
        Events expected after the start if nothing changes, here and elsewhere, above 0.
    lengths
        Of the periods before and after: the earlier one expects in proportion.

    Raises
    ------
    ValueError
        A number is out of its range.
    """
    for each in (expected, comparison):
        if each is not None and not 0 < each < np.inf:
            raise ValueError("Power is reckoned for more than 0 expected events.")
    if not 0 < alpha < 1 or not alpha < power < 1 or min(lengths) <= 0:
        raise ValueError("Alpha lies between 0 and the power, the power below 1.")
    ratio = lengths[0] / lengths[1]
    shows = _test(expected, comparison, ratio, alpha, seed)
    most = int(np.floor(expected))
    if most < 1 or (best := shows.chance(most)) < power:
        whole = shows.chance(expected)
        return Power(expected, comparison, None, float(whole), alpha)
    low, high = 0, most  # a larger fall shows more often: halve
    while high - low > 1:
        middle = (low + high) // 2
        found = shows.chance(middle)
        low, high, best = (low, middle, found) if found >= power else (middle, high, best)
    return Power(expected, comparison, high, float(best), alpha)


def _test(
    expected: float, comparison: float | None, ratio: float, alpha: float, seed: int
) -> "_Alone | _Compared | _Large":
    if max(expected, comparison or 0) > MOST_EXACT:
        return _Large(expected, comparison, ratio, alpha)
    if comparison is None:
        return _Alone(expected, ratio, alpha)
    return _Compared(expected, comparison, ratio, alpha, seed)


class _Alone:
    """Two counts, all that may happen summed up."""

    def __init__(self, expected: float, ratio: float, alpha: float) -> None:
        self.expected = expected
        earlier = expected * ratio
        self.before = np.arange(poisson.ppf(1e-9, earlier), poisson.isf(1e-9, earlier) + 1)
        self.chances = poisson.pmf(self.before, earlier)
        self.most = _most_after(self.before, 1 / (1 + ratio), alpha / 2)

    def chance(self, fall: float) -> float:
        after = poisson.cdf(self.most, self.expected - fall)
        return float(np.sum(self.chances * after))


def _most_after(before: Floats, share: float, tail: float) -> Floats:
    """Return the largest later count that shows as a fall after each earlier one; -1: none."""
    most = np.full(before.shape, -1.0)
    for at, count in enumerate(before):
        later = np.arange(int(count / max(1 - share, 1e-9) * share) + 1)
        low = binom.cdf(later, count + later, share) <= tail
        most[at] = np.flatnonzero(low).max(initial=-1)
    return most


class _Compared:
    """Four counts, drawn once; the later one here is drawn by its quantile, so falls are smooth."""

    def __init__(
        self, expected: float, comparison: float, ratio: float, alpha: float, seed: int
    ) -> None:
        chance = np.random.default_rng(seed)
        self.expected, self.tail = expected, alpha / 2
        self.before = chance.poisson(expected * ratio, DRAWS)
        self.others = chance.poisson((comparison * ratio, comparison), (DRAWS, 2))
        self.luck = chance.random(DRAWS)

    def chance(self, fall: float) -> float:
        after = poisson.ppf(self.luck, self.expected - fall)
        here, whole = self.before + after, self.before + after + self.others.sum(axis=1)
        low = hypergeom.cdf(after, whole, here, after + self.others[:, 1])
        return float(np.mean(low <= self.tail))


class _Large:
    """Counts so large that the logarithm of their ratio is normal."""

    def __init__(
        self, expected: float, comparison: float | None, ratio: float, alpha: float
    ) -> None:
        self.expected, self.z = expected, norm.isf(alpha / 2)
        every = [expected * ratio, *([comparison, comparison * ratio] if comparison else [])]
        self.spread = sum(1 / each for each in every)

    def chance(self, fall: float) -> float:
        left = max(self.expected - fall, 0.5)
        se = np.sqrt(self.spread + 1 / left)
        return float(norm.cdf(np.log(self.expected / left) / se - self.z))
