"""How much any plan could score, and a better plan where there is one: CP-SAT of OR-Tools.

The model is a relaxation: times are rounded so that nothing feasible is lost, and breaks are left
out. Its bound therefore holds for every plan, and what it finds is walked through minute by
minute before it is believed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil, floor
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from geo.orienteering_problem import Ask, Clock, Progress
from geo.orienteering_schedule import Orders, Rules, alike

UNITS = 1_000_000
"""A shift is cut into so many units of time, so that times are whole numbers."""
SCORES = 1_000_000
"""Scores that are not whole are counted in so many units of their sum."""
LEAST = 0.2
"""Seconds below which CP-SAT is not begun."""
Literal = Any


@dataclass(frozen=True)
class Proved:
    """The best routes that are known, the bound, and how both were come by."""

    routes: Orders
    bound: float
    whole: bool
    how: str


@dataclass
class _Group:
    """Teams that are alike in all, and the arcs that they may go."""

    teams: list[int]
    arcs: dict[tuple[int, int], Literal] = field(default_factory=dict)
    held: dict[int, Literal] = field(default_factory=dict)


def improve(
    rules: Rules, best: Orders, ask: Ask, clock: Clock, progress: Progress | None = None
) -> Proved:
    """Better a plan in the time that is left, and bound what any plan can score.

    Returns the routes given where nothing better is found. The bound is never below their score.
    """
    score, all_in = rules.score(best), float(rules.scores[rules.may.any(axis=0)].sum())
    if score >= all_in and not rules.missing(best):
        return Proved(best, score, whole=True, how="every stop that can be reached is in it.")
    if clock.left < LEAST:
        return Proved(best, all_in, whole=False, how="no time was left to prove how good it is.")
    model = _Model(rules, hard=not rules.missing(best))
    model.hint(best)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = clock.left
    solver.parameters.num_workers = ask.workers
    solver.parameters.random_seed = ask.seed % 2**31
    solver.parameters.linearization_level = 2
    watch = _Watch(model, best, clock, progress)
    status = solver.solve(model.model, watch)
    done = status in (cp_model.OPTIMAL, cp_model.INFEASIBLE)
    bound = model.bound(solver, status, watch.best, all_in)
    how = "proved best by CP-SAT." if bound <= watch.score else "CP-SAT stopped by the clock."
    return Proved(watch.best, bound, whole=done and watch.best is best, how=how)


class _Model:
    """The problem in whole numbers."""

    def __init__(self, rules: Rules, *, hard: bool) -> None:
        self.rules, self.model, self.hard = rules, cp_model.CpModel(), hard
        opens = min(team.opens for team in rules.problem.teams)
        closes = max(team.closes for team in rules.problem.teams)
        self.unit, self.opens = UNITS / max(closes - opens, 1e-9), opens
        whole = all(each == int(each) for each in rules.scores)
        total = float(rules.scores.sum()) or 1.0
        self.per = 1.0 if whole else SCORES / total
        self.groups = [_Group(teams) for teams in alike(rules)]
        self.reach = [self._reach(group.teams[0]) for group in self.groups]
        every = [group.held for group in self.groups]
        for group, reach in zip(self.groups, self.reach, strict=True):
            self._circuit(group, reach)
        self.begins: dict[int, Any] = {}
        if not (rules.timeless and all(len(group.teams) == 1 for group in self.groups)):
            self._times()
        for stop in range(rules.n):
            lits = [held[stop] for held in every if stop in held]
            self.model.add_at_most_one(lits)
            if hard and stop in rules.locked:
                self.model.add_exactly_one(lits)
        if rules.spaced:
            self._apart()
        self.weight = 0 if hard else int(total * self.per) + rules.n + 1
        self.model.maximize(sum(self._worth(stop) * lit for held in every
                                for stop, lit in held.items()))  # fmt: skip

    def _worth(self, stop: int) -> int:
        extra = self.weight if stop in self.rules.locked else 0
        return ceil(float(self.rules.scores[stop]) * self.per - 1e-9) + extra

    def _down(self, minutes: float) -> int:
        return floor(minutes * self.unit + 1e-6)

    def _reach(self, team: int) -> dict[int, tuple[float, float]]:
        """Return the first and last moment at which each stop can begin on a route of the team."""
        rules, who = self.rules, self.rules.problem.teams[team]
        found = {}
        for stop in np.flatnonzero(rules.may[team]).tolist():
            own = rules.least[team]
            first = who.opens + own[rules.start, stop]
            last = who.closes - own[stop, rules.end] - rules.dwell[stop]
            for opens, closes in rules.windows[stop]:
                if first <= closes + 1e-9:
                    first = max(first, opens)
                    break
            last = min(last, rules.windows[stop][-1][1])
            if first <= last + 1e-9:
                found[stop] = (first, max(first, last))
        return found

    def _circuit(self, group: _Group, reach: dict[int, tuple[float, float]]) -> None:
        """Let each team of the group go round once, through stops of its choice."""
        rules, model, own = self.rules, self.model, self.rules.travel[group.teams[0]]
        stops = list(reach)
        node = {stop: at for at, stop in enumerate(stops, start=1)}
        arcs: list[tuple[int, int, Literal]] = []
        for stop in stops:
            held = group.held[stop] = model.new_bool_var("")
            arcs.append((node[stop], node[stop], held.negated()))
            for one, other in ((rules.start, stop), (stop, rules.end)):
                if np.isfinite(own[one, other]):
                    group.arcs[one, other] = model.new_bool_var("")
            for other in stops:
                leaves = reach[stop][0] + rules.dwell[stop] + own[stop, other]
                if other != stop and leaves <= reach[other][1] + 1e-9:
                    group.arcs[stop, other] = model.new_bool_var("")
        place = {**node, rules.start: 0, rules.end: 0}
        arcs += [(place[one], place[other], lit) for (one, other), lit in group.arcs.items()]
        out = [lit for (one, _), lit in group.arcs.items() if one == rules.start]
        if len(group.teams) == 1:
            idle = model.new_bool_var("")
            for held in group.held.values():
                model.add_implication(held, idle.negated())  # else it could go round elsewhere
            model.add_circuit([*arcs, (0, 0, idle)])
        elif stops:
            model.add_multiple_circuit(arcs)
            model.add(sum(out) <= len(group.teams))
        self._shift(group)

    def _shift(self, group: _Group) -> None:
        """Keep all that the teams do within the sum of their shifts."""
        rules, own = self.rules, self.rules.travel[group.teams[0]]
        who = rules.problem.teams[group.teams[0]]
        minutes = ceil((who.closes - who.opens) * self.unit + 1e-6) * len(group.teams)
        spent = [
            (self._down(own[one, other] + (rules.dwell[one] if one < rules.n else 0.0)), lit)
            for (one, other), lit in group.arcs.items()
        ]
        self.model.add(sum(time * lit for time, lit in spent) <= minutes)

    def _times(self) -> None:
        """Give each stop a moment at which it begins, after the one before it."""
        rules, model = self.rules, self.model
        for stop in {stop for reach in self.reach for stop in reach}:
            self.begins[stop] = model.new_int_var_from_domain(self._moments(stop), "")
        for group, reach in zip(self.groups, self.reach, strict=True):
            own = rules.travel[group.teams[0]]
            for (one, other), lit in group.arcs.items():
                if one < rules.n and other < rules.n:
                    way = self._down(rules.dwell[one] + own[one, other])
                    model.add(self.begins[other] >= self.begins[one] + way).only_enforce_if(lit)
            if len(self.groups) > 1:
                for stop, (first, last) in reach.items():
                    model.add(self.begins[stop] >= self._down(first - self.opens)).only_enforce_if(
                        group.held[stop]
                    )
                    model.add(self.begins[stop] <= self._up(last)).only_enforce_if(group.held[stop])

    def _up(self, moment: float) -> int:
        return ceil((moment - self.opens) * self.unit + 1e-6)

    def _moments(self, stop: int) -> Any:
        """Return the moments at which the stop may begin, in any team's hands."""
        reach = [each[stop] for each in self.reach if stop in each]
        first, last = min(each[0] for each in reach), max(each[1] for each in reach)
        spans = [
            [self._down(max(opens, first) - self.opens), self._up(min(closes, last))]
            for opens, closes in self.rules.windows[stop]
            if opens <= last + 1e-9 and closes >= first - 1e-9
        ]
        return cp_model.Domain.from_intervals(spans)

    def _apart(self) -> None:
        """Keep visits to one place apart, and no more than the most."""
        problem, model = self.rules.problem, self.model
        together: dict[object, list[int]] = {}
        for stop in self.begins:
            together.setdefault(self.rules.place[stop], []).append(stop)
        for stops in together.values():
            held = [self._held(stop) for stop in stops]
            if problem.most_visits is not None:
                model.add(sum(held) <= problem.most_visits)
            if not problem.spacing > 0:
                continue
            for at, one in enumerate(stops):
                for other, its in zip(stops[at + 1 :], held[at + 1 :], strict=True):
                    before = model.new_bool_var("")
                    both = [held[at], its]
                    self._after(one, other, [*both, before])
                    self._after(other, one, [*both, before.negated()])

    def _after(self, one: int, other: int, when: Sequence[Literal]) -> None:
        apart = self._down(self.rules.dwell[one] + self.rules.problem.spacing)
        self.model.add(self.begins[other] >= self.begins[one] + apart).only_enforce_if(*when)

    def _held(self, stop: int) -> Literal:
        """Return a literal that is true where any team visits the stop."""
        lits = [group.held[stop] for group in self.groups if stop in group.held]
        if len(lits) == 1:
            return lits[0]
        held = self.model.new_bool_var("")
        self.model.add(sum(lits) == held)
        return held

    def hint(self, orders: Orders) -> None:
        """Begin from a plan."""
        timed = self.rules.timed(orders) or []
        began = {visit.stop: visit.begins for each in timed for visit in each.visits}
        for group in self.groups:
            used = set[tuple[int, int]]()
            for team in group.teams:
                path = [self.rules.start, *orders[team], self.rules.end]
                used |= set(pairwise(path))
            for arc, lit in group.arcs.items():
                self.model.add_hint(lit, arc in used)
            for stop, lit in group.held.items():
                self.model.add_hint(lit, any(stop in orders[team] for team in group.teams))
        for stop, moment in began.items():
            if stop in self.begins:
                self.model.add_hint(self.begins[stop], self._down(moment - self.opens))

    def orders(self, value: "Any") -> Orders:
        """Read routes out of a solution; ``value`` tells whether a literal is true."""
        found: Orders = [[] for _ in range(self.rules.teams)]
        for group in self.groups:
            following: dict[int, list[int]] = {}
            for (one, other), lit in group.arcs.items():
                if value(lit):
                    following.setdefault(one, []).append(other)
            firsts = following.get(self.rules.start, [])
            for team, first in zip(group.teams, firsts, strict=False):
                found[team] = list(_followed(first, following, self.rules.end))
        return found

    def bound(self, solver: Any, status: Any, best: Orders, all_in: float) -> float:
        """Return what no plan can exceed."""
        score = self.rules.score(best)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return max(score, all_in)  # it has not begun to search, and its bound means nothing
        most = float(solver.best_objective_bound)
        if not self.hard:
            most -= self.weight * (len(self.rules.locked) - len(self.rules.missing(best)))
        most = floor(most + 1e-6) / self.per
        return max(score, min(all_in, most))


class _Watch(cp_model.CpSolverSolutionCallback):
    """Keeps the best solution that stands when it is walked through."""

    def __init__(
        self, model: _Model, best: Orders, clock: Clock, progress: Progress | None
    ) -> None:
        super().__init__()
        self.of, self.best, self.clock, self.progress = model, best, clock, progress
        self.score = model.rules.score(best)
        self.gone = len(model.rules.missing(best))

    def on_solution_callback(self) -> None:
        """Look at a solution that CP-SAT found."""
        rules, orders = self.of.rules, self.of.orders(self.boolean_value)
        gone, score = len(rules.missing(orders)), rules.score(orders)
        if (-gone, score) > (-self.gone, self.score) and rules.timed(orders) is not None:
            self.best, self.score, self.gone = orders, score, gone
        if self.progress is not None:
            share = min(1.0, self.clock.spent / self.clock.seconds)
            self.progress(share, self.score, self.best_objective_bound / self.of.per)


def _followed(stop: int, following: dict[int, list[int]], end: int) -> Iterator[int]:
    while stop != end:
        yield stop
        stop = following[stop][0]
