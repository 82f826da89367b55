"""How often chance alone would give as high a score: conditional permutation, with a seed.

Each cell keeps its own count; the counts of all others are dealt anew to its neighbours. One
deal serves all cells. A deal is one random order of all cells, and what a cell with k neighbours
gets is the first k of that order, itself passed over. So the sums of all deals are made once for
each k and looked up by sorting; only the few cells that stand among the first of a deal need
a sum of their own. That makes 999 deals over 40,000 cells a matter of a second.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo import neighbours
from geo.neighbours import Mask
from geo.space import Floats

MOST = 99_999
_CLOSE = 1e-9  # sums that differ by less are the same: a Fourier transform rounds

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Chances:
    """What the deals say of each cell; arrays of the shape of the counts, NaN outside the area.

    Attributes
    ----------
    p
        Two-sided: twice the smaller of both sides, at most 1.
    p_upper
        ``(r + 1) / (m + 1)``: ``r`` of ``m`` deals gave a sum as high or higher.
    """

    p: Floats
    p_upper: Floats


class _Tails(NamedTuple):
    """How many deals gave as much or more, and as much or less."""

    upper: Ints
    lower: Ints


def permuted(
    counts: ArrayLike,
    inside: Mask | None = None,
    around: Mask | None = None,
    *,
    deals: int = 999,
    seed: int = 0,
) -> Chances:
    """Compare the sum of each cell and its neighbours with ``deals`` random ones.

    Since a cell keeps its own count, only its neighbours are put to the test: one high cell in
    an even area is not remarkable here, though its Gi* is high. esda does the same.

    ``counts``, ``inside`` and ``around`` are as in :func:`geo.hotspots.gi_star_grid`. The same
    seed gives the same numbers. Chances are of one cell by itself, and never below
    1 / (deals + 1).

    Raises
    ------
    ValueError
        The number of deals is not from 1 to 99,999, or a cell neighbours all others.

    References
    ----------
    Anselin, L. (1995). Local indicators of spatial association - LISA. *Geographical Analysis*
    27(2), 93-115. North, B. V., Curtis, D. & Sham, P. C. (2002). *American Journal of Human
    Genetics* 71(2), 439-441 (why 1 is added).
    """
    if not 1 <= deals <= MOST:
        raise ValueError(f"The number of permutations is from 1 to {MOST:,}.")
    values = np.asarray(counts, dtype=float)
    area = np.ones(values.shape, dtype=bool) if inside is None else np.asarray(inside, dtype=bool)
    near = neighbours.squares() if around is None else around
    size = np.rint(neighbours.sums(area.astype(float), near))[area].astype(np.int64) - 1
    others = neighbours.sums(np.where(area, values, 0), near)[area] - values[area]
    if size.max(initial=0) + 1 >= size.size:
        raise ValueError("A cell neighbours all others: take a larger area or a shorter reach.")
    tails = _tails(values[area], others, size, deals, np.random.default_rng(seed))
    upper, lower = ((each + 1) / (deals + 1) for each in tails)
    both = np.minimum(2 * np.minimum(upper, lower), 1)
    return Chances(_placed(both, area), _placed(upper, area))


def _tails(
    values: Floats, others: Floats, size: Ints, deals: int, random: np.random.Generator
) -> _Tails:
    """Count deals whose first ``size`` values, the cell itself passed over, sum to as much."""
    longest = int(size.max()) + 1
    orders = _orders(values.size, longest, deals, random)
    dealt = np.cumsum(values[orders], axis=1)
    close = _CLOSE * max(1.0, float(np.abs(values).max()))
    upper, lower = np.empty(values.size, np.int64), np.empty(values.size, np.int64)
    for each in np.unique(size):
        cells = np.flatnonzero(size == each)
        ranked = np.sort(dealt[:, each - 1]) if each else np.zeros(deals)
        upper[cells] = deals - np.searchsorted(ranked, others[cells] - close)
        lower[cells] = np.searchsorted(ranked, others[cells] + close, side="right")
    return _passing_over(_Tails(upper, lower), orders, dealt, values, (others, size, close))


def _passing_over(
    tails: _Tails,
    orders: Ints,
    dealt: Floats,
    values: Floats,
    asked: tuple[Floats, Ints, float],
) -> _Tails:
    """Mend the count where a cell stands among its own first: one more is dealt instead of it."""
    others, size, close = asked
    deal, place = np.nonzero(np.arange(orders.shape[1]) < size[orders])
    cell = orders[deal, place]
    with_itself = dealt[deal, size[cell] - 1]
    without = dealt[deal, size[cell]] - values[cell]
    target = others[cell]
    for counted, was, now in (
        (tails.upper, with_itself >= target - close, without >= target - close),
        (tails.lower, with_itself <= target + close, without <= target + close),
    ):
        np.add.at(counted, cell, now.astype(np.int64) - was.astype(np.int64))
    return tails


def _orders(cells: int, longest: int, deals: int, random: np.random.Generator) -> Ints:
    """Return the first ``longest`` of a random order of all cells, one a row."""
    return np.array([random.choice(cells, longest, replace=False) for _ in range(deals)])


def _placed(found: Floats, area: Mask) -> Floats:
    whole = np.full(area.shape, np.nan)
    whole[area] = found
    return whole
