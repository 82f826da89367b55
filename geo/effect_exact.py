"""Fisher's exact odds ratio with Cornfield's interval, many tables at once."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import hypergeom

from geo.space import Floats

_STEPS = 60  # halvings of the logarithm's range: far below what is shown
_RANGE = 60.0


def odds(table: Floats, level: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the ratio, its exact bounds and the doubled tail, each of shape ``(n,)``.

    ``table`` has shape ``(n, 2, 2)``: rows here and elsewhere, columns before and after; whole
    counts. Given the margins the later count here follows Fisher's noncentral hypergeometric
    distribution; the bounds are where its tails hold half of what ``level`` leaves.
    """
    before, after, c_before, c_after = table.reshape(-1, 4).T
    here, later, other = before + after, after + c_after, c_before + c_after
    least, most = np.maximum(0, later - other), np.minimum(here, later)
    steps = np.arange(int((most - least).max(initial=0)) + 1)
    held = least[:, None] + steps <= most[:, None]
    count: Floats = np.minimum(least[:, None] + steps, most[:, None])
    weight = np.where(held, _log_ways(count, here, other, later), -np.inf)
    tail = (1 - level) / 2
    low = _bound(weight, count, count >= after[:, None], tail, rising=True)
    high = _bound(weight, count, count <= after[:, None], tail, rising=False)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = after * c_before / (before * c_after)
    whole = here + other
    lower = hypergeom.cdf(after, whole, here, later)
    upper = hypergeom.sf(after - 1, whole, here, later)
    return (
        ratio,
        np.where(after > least, np.exp(low), 0.0),
        np.where(after < most, np.exp(high), np.inf),
        np.minimum(1, 2 * np.minimum(lower, upper)),
    )


def _log_ways(count: Floats, here: Floats, other: Floats, later: Floats) -> Floats:
    """Logarithm of how many ways lead to each count, up to a constant for each table."""
    rest = later[:, None] - count
    places = count, here[:, None] - count, rest, other[:, None] - rest
    return np.asarray(-sum(gammaln(each + 1) for each in places))


def _bound(
    weight: Floats, count: Floats, beyond: NDArray[np.bool_], tail: float, *, rising: bool
) -> Floats:
    """Halve down to the logarithm of the ratio at which ``beyond`` has the chance ``tail``."""
    low, high = np.full(len(weight), -_RANGE), np.full(len(weight), _RANGE)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        scaled = weight + count * middle[:, None]
        chance = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        share = np.sum(chance, axis=1, where=beyond) / chance.sum(axis=1)
        under = (share < tail) == rising
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return np.asarray((low + high) / 2)
