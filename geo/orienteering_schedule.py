"""When each stop of a route is reached, begun and left, and whether routes keep the rules.

A route is walked forward: every visit begins as early as its windows, its spacing from other
visits to the place and the team's breaks let it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from geo.orienteering_problem import ANY, Break, Problem, Rest, Route, Visit
from geo.space import Floats

Orders = list[list[int]]
"""A list of stops for each team."""
SLACK = 1e-9
"""Minutes by which rounding may pass a limit."""


@dataclass(frozen=True)
class Timed:
    """A route with its times."""

    visits: tuple[Visit, ...]
    finishes: float
    rests: tuple[Rest, ...]


class Rules:
    """A problem as arrays, and the one place that knows its rules.

    Stops are ``0 .. n - 1``; ``n`` is a team's start and ``n + 1`` its end in ``travel``, an
    array (teams, n + 2, n + 2) of minutes, 0 from or to a start or end that is free. ``least`` is
    the same by way of any other stops, less than ``travel`` only where the matrix goes roundabout.
    """

    def __init__(self, problem: Problem) -> None:
        stops = problem.stops
        self.problem, self.n, self.teams = problem, len(stops), len(problem.teams)
        self.start, self.end = self.n, self.n + 1
        self.scores = np.array([each.score for each in stops], dtype=float)
        self.dwell = np.array([each.dwell for each in stops], dtype=float)
        self.windows = [_sorted(each.windows) for each in stops]
        self.travel = np.stack([_travel(problem, at) for at in range(self.teams)])
        self.open = [not each.forbidden for each in stops]
        self.locked = [at for at, each in enumerate(stops) if each.locked and not each.forbidden]
        self.place = [at if each.place is None else ("place", each.place)
                      for at, each in enumerate(stops)]  # fmt: skip
        self.least = np.stack([_by_any_way(each) for each in self.travel])
        self._minutes = self.travel.tolist()  # lists are read one by one much faster than arrays
        may = [[self._may(stop, team) for stop in range(self.n)] for team in range(self.teams)]
        self.may = np.array(may, dtype=bool).reshape(self.teams, self.n)
        shared = len(set(self.place)) < self.n
        self.spaced = shared and (problem.spacing > 0 or problem.most_visits is not None)
        self.plain = not self.spaced and not any(each.breaks for each in problem.teams)
        self.direct = bool((self.least >= self.travel - SLACK).all())
        self.timeless = self.plain and all(each == (ANY,) for each in self.windows)
        self.empty = [self.walk(team, [], ()) for team in range(self.teams)]

    def _may(self, stop: int, team: int) -> bool:
        """Whether the team could make this visit, were no time spent at any other."""
        each = self.problem.stops[stop]
        if each.forbidden or each.team not in (None, team):
            return False
        own, closes = self.least[team], self.problem.teams[team].closes
        begins = self._begins(stop, self.problem.teams[team].opens + float(own[self.start, stop]))
        finishes = begins + each.dwell + float(own[stop, self.end])
        return bool(finishes <= closes + SLACK)

    def walk(self, team: int, order: Sequence[int], others: Iterable[Visit]) -> Timed | None:
        """Time a route; ``others`` are the visits of other teams. ``None`` where a rule breaks."""
        who, minutes = self.problem.teams[team], self._minutes[team]
        taken = self._taken(others)
        pending = sorted(who.breaks, key=lambda rest: rest.earliest)
        rests, visits = list[Rest](), list[Visit]()
        at, now = self.start, who.opens
        for stop in (*order, self.end):
            now = self._rest_before(pending, rests, now, minutes[at][stop], last=stop == self.end)
            arrives = now + minutes[at][stop]
            if stop == self.end:
                if not arrives <= who.closes + SLACK:
                    return None
                return Timed(tuple(visits), arrives, tuple(rests))
            begins = self._visit(stop, arrives, pending, rests, taken)
            if not begins < np.inf:
                return None
            now = begins + self.problem.stops[stop].dwell
            visits.append(Visit(stop, arrives, begins, now))
            if self.spaced:
                taken.setdefault(self.place[stop], []).append((begins, now))
            at = stop
        raise AssertionError  # the end is always reached

    def _taken(self, others: Iterable[Visit]) -> dict[object, list[tuple[float, float]]]:
        taken: dict[object, list[tuple[float, float]]] = {}
        if self.spaced:
            for each in others:
                taken.setdefault(self.place[each.stop], []).append((each.begins, each.leaves))
        return taken

    def _rest_before(
        self, pending: list[Break], rests: list[Rest], now: float, way: float, *, last: bool
    ) -> float:
        """Take the breaks that are due, or cannot wait until the next stop is reached."""
        for rest in list(pending):
            if now + way > rest.latest + SLACK or (now >= rest.earliest and not last):
                now = _taken_at(max(now, rest.earliest), rest, pending, rests)
        return now

    def _visit(
        self,
        stop: int,
        arrives: float,
        pending: list[Break],
        rests: list[Rest],
        taken: dict[object, list[tuple[float, float]]],
    ) -> float:
        """Return when the visit begins; a break that would fall into it is taken before."""
        begins = self._free(stop, arrives, taken)
        for rest in list(pending):
            dwell = self.problem.stops[stop].dwell
            if begins >= rest.earliest or begins + dwell > rest.latest + SLACK:
                after = _taken_at(max(arrives, rest.earliest), rest, pending, rests)
                arrives, begins = after, self._free(stop, after, taken)
        return begins

    def _begins(self, stop: int, moment: float) -> float:
        """Return the first moment of the stop's windows from ``moment`` on, or infinity."""
        for first, last in self.windows[stop]:
            if moment <= last + SLACK:
                return max(moment, first)
        return np.inf

    def _free(
        self, stop: int, moment: float, taken: dict[object, list[tuple[float, float]]]
    ) -> float:
        """Return the first moment in a window that is far enough from other visits there."""
        begins = self._begins(stop, moment)
        others = taken.get(self.place[stop])
        if not others:
            return begins
        most, apart = self.problem.most_visits, self.problem.spacing
        if most is not None and len(others) >= most:
            return np.inf
        dwell = self.problem.stops[stop].dwell
        for first, last in sorted(others):
            if begins < last + apart - SLACK and begins + dwell + apart > first + SLACK:
                begins = self._begins(stop, last + apart)
        return begins

    def score(self, orders: Iterable[Sequence[int]]) -> float:
        """Sum the scores."""
        return float(sum(self.problem.stops[stop].score for order in orders for stop in order))

    def missing(self, orders: Iterable[Sequence[int]]) -> tuple[int, ...]:
        """Return the locked stops that are not in the routes."""
        held = {stop for order in orders for stop in order}
        return tuple(stop for stop in self.locked if stop not in held)

    def timed(self, orders: Sequence[Sequence[int]]) -> list[Timed] | None:
        """Time all routes, one team after the other; ``None`` where a rule breaks."""
        done: list[Timed] = []
        for team, order in enumerate(orders):
            others = [visit for each in done for visit in each.visits]
            if (walked := self.walk(team, order, others)) is None:
                return None
            done.append(walked)
        return done

    def plan(self, orders: Sequence[Sequence[int]]) -> tuple[Route, ...]:
        """Return routes that are known to keep the rules, with their times."""
        timed = self.timed(orders)
        if timed is None:
            raise AssertionError("a plan that breaks its own rules")
        return tuple(Route(team, each.visits, each.finishes, each.rests)
                     for team, each in enumerate(timed))  # fmt: skip


def alike(rules: Rules) -> list[list[int]]:
    """Put teams together that differ in nothing."""
    groups: dict[object, list[int]] = {}
    for at, team in enumerate(rules.problem.teams):
        groups.setdefault((team, rules.may[at].tobytes()), []).append(at)
    return list(groups.values())


def _taken_at(moment: float, rest: Break, pending: list[Break], rests: list[Rest]) -> float:
    """Take a break at a moment; infinity where it is too late for it."""
    if moment > rest.latest + SLACK:
        return np.inf
    pending.remove(rest)
    rests.append(Rest(moment, rest.minutes))
    return moment + rest.minutes


def _sorted(windows: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """Put windows in order and join those that overlap; none given is any time."""
    joined: list[tuple[float, float]] = []
    for first, last in sorted(windows):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(joined) or (ANY,)


def _travel(problem: Problem, team: int) -> Floats:
    who = problem.teams[team]
    matrix = problem.matrices[who.matrix]
    nodes = [each.node for each in problem.stops]
    n = len(nodes)
    full = np.zeros((n + 2, n + 2))
    full[:n, :n] = matrix[np.ix_(nodes, nodes)]
    full[:n, n] = full[n + 1, :] = np.inf  # nothing leads back to a start or on from an end
    if who.start is not None:
        full[n, :n] = matrix[who.start, nodes]
    if who.end is not None:
        full[:n, n + 1] = matrix[nodes, who.end]
    both = who.start is not None and who.end is not None
    full[n, n + 1] = matrix[who.start, who.end] if both else 0.0
    return full


def _by_any_way(travel: Floats) -> Floats:
    """Return the least minutes between all, by way of any stops (Floyd and Warshall)."""
    least = travel.copy()
    for via in range(len(least)):
        np.minimum(least, least[:, via, None] + least[None, via], out=least)
    return least
