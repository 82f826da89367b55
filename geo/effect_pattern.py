"""Is it still in the same places? Andresen's spatial point pattern test, before and after.

Andresen draws 85 % of the later points again and again and keeps the middle 95 % of each area's
share. How many of such a draw fall in an area is hypergeometric, so what his repeats approach is
computed here at once, without chance.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import hypergeom

from geo.space import Floats

LEAST = 20
"""Events before and after below which patterns are not compared."""
SHARE = 0.85
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Similarity:
    """How alike two patterns are.

    Attributes
    ----------
    s
        Share of the areas whose earlier share of events lies in the interval of the later ones:
        1 is the same pattern.
    robust
        The same over the areas that had an event at all: empty ones are alike anyway.
    low, high
        The middle 95 % of ``robust`` where the same events fall before or after by chance.
    p
        How often chance gives as small a ``robust`` or a smaller one, ``(r + 1) / (m + 1)``.
    direction
        For each area: 1 where its share rose beyond the interval, -1 where it fell, 0 where alike.
    """

    s: float
    robust: float
    low: float
    high: float
    p: float
    direction: Ints


def similarity(
    before: ArrayLike,
    after: ArrayLike,
    *,
    level: float = 0.95,
    permutations: int = 199,
    seed: int = 1,
) -> Similarity:
    """Compare how events spread over areas before and after, whatever their number.

    Parameters
    ----------
    before, after
        Whole counts by area, shape ``(areas,)``, the same areas in the same order.
    permutations
        How often events are dealt to before and after at random, for the band; the same seed
        gives the same band.

    Raises
    ------
    ValueError
        Fewer than two areas or than 20 events before or after, or something that is no count.

    References
    ----------
    Andresen, M. A. (2009). Testing for similarity in area-based spatial patterns: a nonparametric
    Monte Carlo approach. *Applied Geography* 29(3), 333-345; (2016) 18-21, for areas without
    events (the robust index).
    """
    old, new = _counts(before), _counts(after)
    if old.shape != new.shape or old.size < 2:
        raise ValueError("Patterns are compared over the same areas, two or more.")
    if min(old.sum(), new.sum()) < LEAST:
        raise ValueError(f"Patterns need at least {LEAST} events before and {LEAST} after.")
    if permutations < 1:
        raise ValueError("At least one permutation is needed.")
    chance = np.random.default_rng(seed)
    dealt = chance.multivariate_hypergeometric(
        old + new, int(new.sum()), size=permutations, method="marginals"
    )
    directions = _directions(
        np.vstack([old, old + new - dealt]), np.vstack([new, dealt]), (1 - level) / 2
    )
    filled = old + new > 0
    robust = np.mean(directions[:, filled] == 0, axis=1)
    low, high = np.quantile(robust[1:], [(1 - level) / 2, (1 + level) / 2])
    smaller = int(np.sum(robust[1:] <= robust[0] + 1e-12))
    return Similarity(
        float(np.mean(directions[0] == 0)), float(robust[0]), float(low), float(high),
        (smaller + 1) / (permutations + 1), directions[0],
    )  # fmt: skip


def _directions(old: Ints, new: Ints, tail: float) -> Ints:
    """Say where the later share leaves the earlier one; the bounds of each count are made once."""
    whole = int(new[0].sum())
    drawn = round(SHARE * whole)
    counts, at = np.unique(new, return_inverse=True)
    low, high = (hypergeom.ppf(each, whole, counts, drawn) / drawn for each in (tail, 1 - tail))
    at = at.reshape(new.shape)
    share = old / old.sum(axis=1, keepdims=True)
    risen, fallen = low[at] > share, high[at] < share
    return np.asarray(risen.astype(np.int64) - fallen.astype(np.int64))


def _counts(given: ArrayLike) -> Ints:
    found: Floats = np.asarray(given, dtype=float)
    if found.ndim != 1 or not np.isfinite(found).all():
        raise ValueError("Give one count for each area.")
    if (found < 0).any() or (found != np.floor(found)).any():
        raise ValueError("Counts are whole numbers of at least 0.")
    return found.astype(np.int64)
