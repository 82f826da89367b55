"""How the visits of a week are shared out among places: by need, ranked, not equal.

And which hours are left without a patrol, so that it can be told whether patrols change anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

NEEDIEST = 3
"""One place in so many, the neediest, is never left without a patrol."""
STILL = 2
"""Shifts of the week that must still reach a place that is left alone in another."""
SHARING = (
    "Every place gets one visit first, the neediest first. Each further visit goes to the place "
    "with the most need for the visits that it has, so need is ranked and visits are not equal. "
    "Need never counts police records."
)
LEAVING = (
    "A place is left without a patrol in one shift of the week, drawn by chance, where no "
    "immediate action is open and none is overdue, where it is not among the neediest third, and "
    "where two other shifts reach it. So it can be told later whether patrols change anything."
)


@dataclass(frozen=True)
class Need:
    """A place that may be visited in a week.

    ``score`` is its need, above 0. ``most`` is how many visits one shift may make there;
    ``shifts`` are those, by number, in which its hours fall. ``urgent``: it is never left alone.
    """

    place_id: int
    name: str
    score: float
    shifts: tuple[int, ...]
    most: int = 1
    urgent: bool = False


@dataclass(frozen=True)
class Share:
    """How many visits a place is meant to get in the week, and its rank by need from 1."""

    place_id: int
    name: str
    rank: int
    of: int
    meant: int
    planned: int = 0
    left_in: int | None = None
    urgent: bool = False

    @property
    def words(self) -> str:
        """Say why it gets so many."""
        rank = "the neediest" if self.rank == 1 else f"number {self.rank} by need"
        told = f"{rank.capitalize()} of {self.of}."
        if self.left_in is not None:
            told += " One shift leaves it alone, to compare."
        elif self.urgent:
            told += " An action there is urgent, so no shift leaves it alone."
        if self.planned < self.meant:
            short = self.meant - self.planned
            told += f" There is no room for {short} more in its hours."
        return told


def ranked(needs: Sequence[Need]) -> list[Need]:
    """Return places by need, the neediest first."""
    return sorted(needs, key=lambda each: (-each.score, each.place_id))


def share_out(
    needs: Sequence[Need], supply: int, left: Mapping[int, int] | None = None
) -> dict[int, int]:
    """Return the visits meant for each place, ``supply`` in all at most.

    One each in the order of need, then by highest averages (Sainte-Laguë): the next visit goes to
    the largest need for twice the visits held and one. Where as many visits could be made, more
    need never means fewer visits. ``left`` are shifts in which a place is left alone.
    """
    order = ranked(needs)
    gone = left or {}
    most = {each.place_id: _most(each, gone) for each in order}
    given = dict.fromkeys(most, 0)
    for each in order:
        if supply > sum(given.values()):
            given[each.place_id] = min(1, most[each.place_id])
    while sum(given.values()) < supply:
        open_ = [each for each in order if given[each.place_id] < most[each.place_id]]
        if not open_:
            break
        best = max(open_, key=lambda each: each.score / (2 * given[each.place_id] + 1))
        given[best.place_id] += 1
    return given


def _most(need: Need, left: Mapping[int, int]) -> int:
    return need.most * len([each for each in need.shifts if left.get(need.place_id) != each])


def left_alone(needs: Sequence[Need], *, seed: int) -> dict[int, int]:
    """Return for places that may be left alone the shift in which they are (see `LEAVING`).

    Shifts are drawn by the seed among those with the fewest places left alone so far.
    """
    order = ranked(needs)
    drawn = np.random.default_rng(seed)
    spared, held = dict[int, int](), dict[int, int]()
    for each in order[ceil(len(order) / NEEDIEST) :]:
        if each.urgent or len(each.shifts) <= STILL:
            continue
        fewest = min(held.get(shift, 0) for shift in each.shifts)
        open_ = [shift for shift in each.shifts if held.get(shift, 0) == fewest]
        shift = open_[int(drawn.integers(len(open_)))]
        spared[each.place_id] = shift
        held[shift] = held.get(shift, 0) + 1
    return spared


def shares(
    needs: Sequence[Need],
    meant: Mapping[int, int],
    planned: Mapping[int, int],
    left: Mapping[int, int],
) -> tuple[Share, ...]:
    """Tell place by place what was meant and what was planned, the neediest first."""
    order = ranked(needs)
    return tuple(
        Share(
            each.place_id,
            each.name,
            rank,
            len(order),
            meant.get(each.place_id, 0),
            planned.get(each.place_id, 0),
            left.get(each.place_id),
            each.urgent,
        )
        for rank, each in enumerate(order, 1)
    )
