"""Small numbers are not shown: a count of one or two can point at a child.

This is primary suppression, one count at a time. Whether a hidden count can be had by
subtraction from a total, or from another date range, must be asked of the whole table.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

THRESHOLD = 5
TO_NEAREST = 5


@dataclass(frozen=True)
class Rule:
    """Counts below ``threshold`` are hidden; the others are rounded ``to_nearest`` (1: exact).

    Raises
    ------
    ValueError
        The threshold is below 2 (it would hide nothing but 0), or the rounding below 1.
    """

    threshold: int = THRESHOLD
    to_nearest: int = TO_NEAREST

    def __post_init__(self) -> None:
        if self.threshold < 2 or self.to_nearest < 1:
            raise ValueError("The threshold is a whole number from 2, the rounding one from 1.")

    @property
    def least(self) -> int:
        """The smallest number above 0 that can be shown: a multiple, and not below threshold."""
        return -(-self.threshold // self.to_nearest) * self.to_nearest

    def say(self, shown: Iterable[int]) -> list[str]:
        """Put counts that are shown, rounded as they are, into words; -1 is one that is hidden."""
        return [self._say(value) for value in shown]

    def _say(self, value: int) -> str:
        if value < 0:
            return f"fewer than {self.threshold}"
        if value == 0:
            return "none"
        return f"about {value:,}" if self.to_nearest > 1 else f"{value:,}"


@dataclass(frozen=True)
class Shown:
    """Counts as they may be seen, of the shape of what was given.

    Attributes
    ----------
    values
        Whole numbers, masked where ``hidden``; nothing lies under the mask.
    hidden
        True where the count is suppressed; never the same thing as 0.
    rule
        How it was done.
    """

    values: "np.ma.MaskedArray[tuple[int, ...], np.dtype[np.int64]]"
    hidden: NDArray[np.bool_]
    rule: Rule

    def words(self) -> NDArray[np.object_]:
        """Say each count: "fewer than 5", "about 15" ("15" where not rounded), "none"."""
        said = self.rule.say(self.values.filled(-1).ravel().tolist())
        return np.array(said, dtype=object).reshape(self.hidden.shape)


def suppress(
    counts: ArrayLike, rule: Rule | None = None, *, zero_reveals_nothing: ArrayLike = False
) -> Shown:
    """Hide the small counts and round the others.

    Rounding is to the nearest multiple, half upwards, but never below the threshold: with a
    threshold of 7 rounded to 5, a 7 is shown as 10.

    Parameters
    ----------
    counts
        Whole numbers from 0, any shape.
    rule
        Threshold and rounding; without it below 5 is hidden, the rest rounded to 5.
    zero_reveals_nothing
        Where a 0 may be shown as 0: one answer for all, or an array of the shape of
        ``counts``. Elsewhere a 0 is hidden like the other small counts.

    Raises
    ------
    ValueError
        A count is negative, missing or no whole number.
    """
    rule = rule or Rule()
    given = _whole(counts)
    open_zero = (given == 0) & np.asarray(zero_reveals_nothing, dtype=bool)
    hidden = (given < rule.threshold) & ~open_zero
    half_up = (given + rule.to_nearest // 2) // rule.to_nearest * rule.to_nearest
    rounded = np.where(given == 0, 0, np.maximum(half_up, rule.least))
    values = np.ma.MaskedArray(np.where(hidden, 0, rounded), mask=hidden, fill_value=-1)
    return Shown(values, hidden, rule)


def _whole(counts: ArrayLike) -> NDArray[np.int64]:
    given = np.asarray(counts, dtype=float)
    if not np.isfinite(given).all() or (given < 0).any() or (given != np.floor(given)).any():
        raise ValueError("Counts are whole numbers from 0.")
    return given.astype(np.int64)


def suppress_parts(
    counts: ArrayLike, rule: Rule | None = None, *, zero_reveals_nothing: ArrayLike = False
) -> Shown:
    """Hide the small among counts that add up to a total, so that none is had by subtraction.

    Where one alone would be hidden, the smallest of those still shown above 0 is hidden with it.

    Parameters
    ----------
    counts
        Whole numbers from 0, shape ``(n,)``: the parts of one total.
    rule, zero_reveals_nothing
        As in `suppress`.

    Raises
    ------
    ValueError
        As in `suppress`.
    """
    first = suppress(counts, rule, zero_reveals_nothing=zero_reveals_nothing)
    given = _whole(counts)
    open_ones = np.flatnonzero(~first.hidden & (given > 0))
    if np.count_nonzero(first.hidden & (given > 0)) != 1 or not open_ones.size:
        return first
    hidden = first.hidden.copy()
    hidden[open_ones[given[open_ones].argmin()]] = True
    values = np.ma.MaskedArray(np.where(hidden, 0, first.values.data), mask=hidden, fill_value=-1)
    return Shown(values, hidden, first.rule)
