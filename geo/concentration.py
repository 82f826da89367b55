"""How few places hold how much of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geo.space import Floats

SHARES = (0.25, 0.50, 0.80)


@dataclass(frozen=True)
class Fewest:
    """The fewest cells that together hold at least ``share`` of all events."""

    share: float
    cells: int
    of: int
    events: float


def fewest(counts: ArrayLike, shares: Sequence[float] = SHARES) -> tuple[Fewest, ...]:
    """Say for each share how few cells hold at least that much of all events.

    ``counts``: events in each cell of the area, any shape, NaN outside of it. ``ValueError``
    where nothing was counted, a count is below 0, or a share is not above 0 and at most 1.
    """
    held = np.concatenate([[0], np.cumsum(_descending(counts))])
    if not all(0 < each <= 1 for each in shares):
        raise ValueError("A share lies above 0 and is at most 1.")
    # a hair less, so that 50 % of 10 is 5 whatever the rounding of weights
    need = [int(np.searchsorted(held, each * held[-1] * (1 - 1e-12))) for each in shares]
    return tuple(Fewest(share, k, held.size - 1, float(held[k]))
                 for share, k in zip(shares, need, strict=True))  # fmt: skip


def curve(counts: ArrayLike) -> tuple[Floats, Floats]:
    """Return the concentration curve: share of cells, fullest first, and of events they hold.

    Both have shape ``(cells + 1,)`` and run from 0 to 1. Arguments and errors as for
    :func:`fewest`.
    """
    ordered = _descending(counts)
    held = np.concatenate([[0], np.cumsum(ordered)])
    return np.linspace(0, 1, held.size), np.asarray(held / held[-1])


def gini(counts: ArrayLike) -> float:
    """Measure concentration: 0 as even as so many events can lie, towards 1 all in one cell.

    Where there are fewer events than cells, most cells must be empty; the measure is then taken
    against the most even spread that so many events allow (Bernasco and Steenbeek's correction),
    where the plain coefficient would call it concentrated. Arguments and errors as for
    :func:`fewest`; with fewer events than cells, counts must be whole events, not weights.

    References
    ----------
    Bernasco, W. & Steenbeek, W. (2017). More places than crimes: implications for evaluating the
    law of crime concentration at place. *Journal of Quantitative Criminology* 33, 451-467.
    https://doi.org/10.1007/s10940-016-9324-7
    """
    rising = _descending(counts)[::-1]
    n, events = rising.size, rising.sum()
    lean = 2 * float((np.arange(1, n + 1) * rising).sum() / events) - n - 1
    return float(max(1 / events, 1 / n) * lean - max(n / events, 1) + 1)


def _descending(counts: ArrayLike) -> Floats:
    values = np.asarray(counts, dtype=float).ravel()
    values = values[~np.isnan(values)]
    if not values.size or values.min() < 0 or not 0 < values.sum() < np.inf:
        raise ValueError("There are no events to measure, or some counts cannot be right.")
    return np.sort(values)[::-1]
