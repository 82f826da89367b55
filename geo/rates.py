"""How sure a share or a change is, when all there is are counts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincinv, ndtri

from geo.space import Floats


@dataclass(frozen=True)
class RateRatio:
    """Later rate over earlier rate; arrays of the shape of the counts.

    Attributes
    ----------
    ratio, low, high
        The ratio and its exact interval. Infinite where there was nothing before, and NaN where
        there was nothing at all, though the bounds still hold (0 to infinity).
    p
        Two-sided chance under equal rates, the smaller tail doubled, so that it agrees with the
        interval: below 0.05 exactly where the 95 % interval leaves 1 out.
    """

    ratio: Floats
    low: Floats
    high: Floats
    p: Floats

    @property
    def percent(self) -> Floats:
        """Change in percent: -50 is half as many."""
        return np.asarray(100 * (self.ratio - 1))


def rate_ratio(
    before: ArrayLike,
    after: ArrayLike,
    *,
    before_days: float = 1.0,
    after_days: float = 1.0,
    level: float = 0.95,
) -> RateRatio:
    """Compare counts of two periods, which may differ in length, cell by cell.

    Given how many events there were in both together, the later ones are binomial; the interval
    is Clopper and Pearson's (the exact conditional one), so it errs on the wide side.

    Parameters
    ----------
    before, after
        Whole counts, any one shape.
    before_days, after_days
        How long each period was, above 0, in any one unit.

    Raises
    ------
    ValueError
        A count is not a whole number of at least 0, or a period has no length.

    References
    ----------
    Clopper, C. & Pearson, E. S. (1934). *Biometrika* 26(4), 404-413; Przyborowski, J. &
    Wilenski, H. (1940). *Biometrika* 31(3-4), 313-323.
    """
    old, new = np.broadcast_arrays(np.asarray(before, float), np.asarray(after, float))
    if not before_days > 0 or not after_days > 0:
        raise ValueError("Each period needs a length.")
    for each in (old, new):
        if (each < 0).any() or (each != np.floor(each)).any():
            raise ValueError("A change is measured on whole counts of at least 0.")
    tail, scale = (1 - level) / 2, before_days / after_days
    low = np.where(new > 0, betaincinv(np.maximum(new, 1), old + 1, tail), 0.0)
    high = np.where(old > 0, betaincinv(new + 1, np.maximum(old, 1), 1 - tail), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = new / old * scale
        bounds = [scale * each / (1 - each) for each in (low, high)]
    return RateRatio(np.asarray(ratio), bounds[0], bounds[1], _two_sided(old, new, scale))


def wilson(found: ArrayLike, of: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Bound a share by Wilson's score interval: ``found`` out of ``of`` (above 0), any shape.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    *Journal of the American Statistical Association* 22(158), 209-212.
    """
    share, n = np.asarray(found, float) / np.asarray(of, float), np.asarray(of, float)
    z = ndtri(0.5 + level / 2)
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return np.asarray(np.maximum(middle - reach, 0)), np.asarray(np.minimum(middle + reach, 1))


def at_least(found: ArrayLike, of: ArrayLike, chance: float) -> Floats:
    """Return how likely ``found`` or more ``of`` trials succeed, each with ``chance`` (binomial).

    Whole numbers of any shape. ``scipy.stats.binom`` says the same and takes a second to import.
    """
    k, n = np.asarray(found, float), np.asarray(of, float)
    return np.where(k > 0, betainc(np.maximum(k, 1), n - k + 1, chance), 1.0)


def _two_sided(old: Floats, new: Floats, scale: float) -> Floats:
    later, total = 1 / (1 + scale), old + new
    tails = np.minimum(at_least(old, total, 1 - later), at_least(new, total, later))
    return np.asarray(np.minimum(2 * tails, 1))
