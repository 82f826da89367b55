"""Routes where no moment is fixed: what it costs to put a stop in, and trades between routes.

Only travel and dwell count then, so costs can be kept up stop by stop, and two routes can change
stops or tails (2-opt*) by looking at all of their pairs at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from geo.orienteering_schedule import SLACK, Orders, Rules, alike
from geo.space import Floats

Ints = NDArray[np.int64]


@dataclass
class Table:
    """What it costs to put each stop into a route, shape (stops,), whether there is room or not.

    ``where`` is the gap of the route in which it costs least, ``minutes`` what the route takes.
    """

    least: Floats
    where: Ints
    minutes: float


class Free:
    """Routes by team: costs of putting a stop in, and trades."""

    def __init__(self, rules: Rules) -> None:
        n = rules.n
        self.rules = rules
        self.own = rules.travel
        self.dwell = np.append(rules.dwell, [0.0, 0.0])
        self.way = np.ascontiguousarray(rules.travel[:, :, :n])
        # with the dwell, and read by where one goes to
        self.onward = np.ascontiguousarray(rules.travel[:, :n].transpose(0, 2, 1) + rules.dwell)
        self.shift = [team.closes - team.opens for team in rules.problem.teams]
        self.never = np.where(rules.may, 0.0, np.inf)
        self.pairs = [pair for teams in alike(rules) for pair in combinations(teams, 2)]

    def table(self, team: int, order: Sequence[int]) -> Table:
        """Reckon from nothing."""
        path = np.array([self.rules.start, *order, self.rules.end])
        steps = self.own[team][path[:-1], path[1:]]
        costs = self.way[team].take(path[:-1], axis=0)
        costs += self.onward[team].take(path[1:], axis=0)
        costs -= steps[:, None]
        where = costs.argmin(axis=0)
        return Table(
            np.maximum(costs[where, np.arange(self.rules.n)], 0.0),
            where,
            float(steps.sum() + self.dwell[path].sum()),
        )

    def with_one_more(self, team: int, order: Sequence[int], stop: int, table: Table) -> Table:
        """Reckon on from the table of an order before ``stop`` was put where it costs least."""
        own, way, onward = self.own[team], self.way[team], self.onward[team]
        gap = int(table.where[stop])
        path = [self.rules.start, *order, self.rules.end]
        before, after = path[gap], path[gap + 2]
        lost = (table.where == gap).nonzero()[0]
        where = table.where + (table.where > gap)
        least = table.least.copy()
        if lost.size:
            at = np.array(path)
            costs = way[at[:-1, None], lost] + onward[at[1:, None], lost]
            costs -= own[at[:-1], at[1:]][:, None]
            where[lost] = best = costs.argmin(axis=0)
            least[lost] = np.maximum(costs[best, np.arange(lost.size)], 0.0)
        for place, (one, other) in enumerate(((before, stop), (stop, after)), start=gap):
            cost = way[one] + onward[other]
            cost -= own[one, other]
            better = (cost < least).nonzero()[0]
            least[better] = np.maximum(cost[better], 0.0)
            where[better] = place
        return Table(least, where, table.minutes + float(table.least[stop]))

    def costs(self, team: int, table: Table) -> Floats:
        """Return what each stop costs the team, infinite where it may or can not go in."""
        costs: Floats = table.least + self.never[team]
        costs[costs > self.shift[team] - table.minutes + SLACK] = np.inf
        return costs

    def traded(self, orders: Orders) -> Orders | None:
        """Let two teams that are alike make the trade that saves both together most minutes.

        They change tails, a stop for a stop, or one takes a stop of the other's. Returns ``None``
        where no trade saves any.
        """
        best, made = SLACK, dict[int, list[int]]()
        for one, other in self.pairs:
            ours, theirs = (self._walked(team, orders[team]) for team in (one, other))
            for trade in (_tails, _swap, _gift):
                gain, first, second = trade(ours, theirs)
                if gain > best:
                    best, made = gain, {one: first, other: second}
            gain, second, first = _gift(theirs, ours)
            if gain > best:
                best, made = gain, {one: first, other: second}
        return [made.get(team, order) for team, order in enumerate(orders)] if made else None

    def _walked(self, team: int, order: list[int]) -> _Walked:
        own, path = self.own[team], np.array([self.rules.start, *order, self.rules.end])
        steps, dwell = own[path[:-1], path[1:]], self.dwell[path]
        left = np.cumsum(dwell[:-1])
        left[1:] += np.cumsum(steps)[:-1]
        whole = float(left[-1] + steps[-1])
        rest, spare = whole - left - steps, self.shift[team] - whole + SLACK
        return _Walked(own, self.dwell, order, path, steps, left, rest, whole, spare)


@dataclass(frozen=True)
class _Walked:
    """A route and its minutes.

    ``left`` until each point but the end is left, ``rest`` from when each but the start is
    reached; ``whole`` in all, ``spare`` until the shift is over.
    """

    own: Floats
    dwell: Floats
    order: list[int]
    path: Ints
    steps: Floats
    left: Floats
    rest: Floats
    whole: float
    spare: float

    def lost(self) -> Floats:
        """Return the minutes of each stop: to it, there, and on."""
        return self.steps[:-1] + self.steps[1:] + self.dwell[self.path[1:-1]]


Trade = tuple[float, list[int], list[int]]
"""Minutes that are saved, and both orders afterwards."""


def _tails(ours: _Walked, theirs: _Walked) -> Trade:
    """Change the rest of one route for the rest of the other (2-opt*)."""
    own = ours.own
    first = own[ours.path[:-1, None], theirs.path[1:]] + ours.left[:, None] + theirs.rest
    second = own[theirs.path[:-1], ours.path[1:, None]] + theirs.left + ours.rest[:, None]
    saved = np.minimum(ours.whole + theirs.whole - first - second, np.inf)
    saved[first > ours.whole + ours.spare] = -np.inf
    saved[second > theirs.whole + theirs.spare] = -np.inf
    at, its = divmod(int(saved.argmax()), saved.shape[1])
    return (
        float(saved[at, its]),
        ours.order[:at] + theirs.order[its:],
        theirs.order[:its] + ours.order[at:],
    )


def _swap(ours: _Walked, theirs: _Walked) -> Trade:
    """Put a stop of each in the place of one of the other's."""
    if not (ours.order and theirs.order):
        return 0.0, ours.order, theirs.order
    more, its_more = _instead(ours, theirs), _instead(theirs, ours).T
    saved = -(more + its_more)
    saved[more > ours.spare] = -np.inf
    saved[its_more > theirs.spare] = -np.inf
    at, its = divmod(int(saved.argmax()), saved.shape[1])
    first, second = list(ours.order), list(theirs.order)
    first[at], second[its] = second[its], first[at]
    return float(saved[at, its]), first, second


def _instead(route: _Walked, other: _Walked) -> Floats:
    """Return the minutes more that a route takes with a stop of another in place of its own.

    Shape (stops of the route, stops of the other).
    """
    own, path, its = route.own, route.path, other.path[1:-1]
    more = own[path[:-2, None], its] + own[its, path[2:, None]] + route.dwell[its]
    more -= route.lost()[:, None]
    return more


def _gift(giver: _Walked, taker: _Walked) -> Trade:
    """Give a stop away to where it costs the other least."""
    if not giver.order:
        return 0.0, giver.order, taker.order
    own, stops = giver.own, giver.path[1:-1]
    costs = own[taker.path[:-1, None], stops] + own[stops, taker.path[1:, None]]
    costs += giver.dwell[stops] - taker.steps[:, None]
    saved = giver.lost() - own[giver.path[:-2], giver.path[2:]] - costs
    saved[costs > taker.spare] = -np.inf
    gap, at = divmod(int(saved.argmax()), saved.shape[1])
    given = giver.order[at]
    return (
        float(saved[gap, at]),
        giver.order[:at] + giver.order[at + 1 :],
        [*taker.order[:gap], given, *taker.order[gap:]],
    )
