"""An order of places that explains itself: six parts, weights that people set, a stability check.

It orders places for the meeting's attention, and never people. What is not known counts as half.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from domain.errors import Invalid

UNKNOWN = 0.5
DRAWS = 2_000


@dataclass(frozen=True)
class Weights:
    """How much each part counts; only their ratios matter."""

    recency: float = 1.0
    sources: float = 1.0
    harm: float = 1.0
    guardian_gaps: float = 1.0
    trend: float = 1.0
    plan_state: float = 1.0

    def __post_init__(self) -> None:
        values = self.values
        if not np.isfinite(values).all() or (values < 0).any() or values.sum() <= 0:
            raise Invalid("Weights are numbers from 0 up, and one at least is above 0.")

    @property
    def values(self) -> NDArray[np.float64]:
        """The weights in the order of `PARTS`."""
        return np.array([getattr(self, part) for part in PARTS], dtype=float)


PARTS = tuple(field.name for field in fields(Weights))
TITLES = {
    "recency": "How recent",
    "sources": "Independent sources",
    "harm": "Harm told of",
    "guardian_gaps": "Hours without a guardian",
    "trend": "Trend",
    "plan_state": "What is in hand",
}


@dataclass(frozen=True)
class Part:
    """One part of one place: 0 to 1, or None where it is not known, and why in words."""

    value: float | None
    why: str


@dataclass(frozen=True)
class Ranked:
    """A place in the order.

    Attributes
    ----------
    rank
        1 is first; equal scores share a rank.
    score
        The weighted mean of the parts, 0 to 1.
    adds
        What each part adds to the score; their sum is the score.
    keeps
        The share of random weightings in which the place keeps this rank.
    lowest, highest
        The ranks between which it lies in nineteen of twenty of these.
    """

    key: int
    rank: int
    score: float
    parts: Mapping[str, Part]
    adds: Mapping[str, float]
    keeps: float
    lowest: int
    highest: int

    def words(self) -> str:
        """Say how stable the rank is."""
        return (
            f"Keeps rank {self.rank} in {self.keeps:.0%} of other weightings; "
            f"mostly between {self.highest} and {self.lowest}."
        )


def rank(
    found: Mapping[int, Mapping[str, Part]],
    weights: Weights | None = None,
    *,
    spread: float = 0.5,
    seed: int = 1,
    draws: int = DRAWS,
) -> list[Ranked]:
    """Order places by the weighted mean of their parts, and say how stable that order is.

    Parameters
    ----------
    found
        By the place's id, each of `PARTS`.
    weights
        Equal ones unless given.
    spread
        How far the random weightings go: each weight is multiplied by a number drawn evenly
        from 1 - ``spread`` to 1 + ``spread`` (0 to 1).
    seed, draws
        Of the random weightings; the same give the same figures.

    Returns
    -------
    list of Ranked
        The first first; places with the same score in the order of their ids.

    Raises
    ------
    Invalid
        A part is missing or outside 0 to 1, or the spread or the draws cannot be used.
    """
    if not 0 <= spread <= 1 or draws < 1:
        raise Invalid("The spread lies from 0 to 1, and at least one weighting is drawn.")
    if not found:
        return []
    keys = sorted(found)
    table = np.array([_row(found[key]) for key in keys])
    chosen = (weights or Weights()).values
    shares = chosen / chosen.sum()
    ranks = _ranks((table @ shares)[None, :])[0]
    tried = _tried(table, chosen, spread, seed, draws)
    keeps = (tried == ranks).mean(axis=0)
    highest, lowest = np.quantile(tried, [0.025, 0.975], axis=0, method="nearest")
    made = [
        Ranked(
            key=key,
            rank=int(ranks[index]),
            score=float(table[index] @ shares),
            parts=dict(found[key]),
            adds=dict(zip(PARTS, (table[index] * shares).tolist(), strict=True)),
            keeps=float(keeps[index]),
            lowest=int(lowest[index]),
            highest=int(highest[index]),
        )
        for index, key in enumerate(keys)
    ]
    return sorted(made, key=lambda each: (each.rank, each.key))


def _row(parts: Mapping[str, Part]) -> list[float]:
    if set(parts) != set(PARTS):
        raise Invalid(f"Give each part: {', '.join(PARTS)}.")
    row = [UNKNOWN if (value := parts[part].value) is None else value for part in PARTS]
    if not all(0 <= value <= 1 for value in row):
        raise Invalid("Each part lies from 0 to 1.")
    return row


def _tried(
    table: NDArray[np.float64],
    chosen: NDArray[np.float64],
    spread: float,
    seed: int,
    draws: int,
) -> NDArray[np.int64]:
    factors = np.random.default_rng(seed).uniform(1 - spread, 1 + spread, (draws, len(chosen)))
    drawn = chosen * factors
    drawn /= np.maximum(drawn.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    return _ranks(drawn @ table.T)


def _ranks(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rank each row, the highest score 1; those that differ by rounding alone share a rank."""
    table = pd.DataFrame(np.round(scores, 12))
    return table.rank(axis=1, method="min", ascending=False).to_numpy(np.int64)


def by_id(order: Sequence[Ranked]) -> dict[int, Ranked]:
    """Return an order by the places' ids."""
    return {each.key: each for each in order}
