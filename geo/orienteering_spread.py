"""A plan made hard to foretell: the same stops, in another order and at times drawn by a seed.

A solver gives the same tour for the same places, and sets out at once. What is left of a shift is
spread between the visits here, by a seed, so that nobody learns when a patrol comes.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from math import floor, inf

import numpy as np

from geo.orienteering_problem import (
    ANY,
    Break,
    Plan,
    Problem,
    Rest,
    Route,
    Stop,
    Visit,
    Window,
)

TRIES = 300
Step = int | Break
"""A stop by its place in the problem, or a break."""


@dataclass(frozen=True)
class _Walk:
    """One team's way through its steps."""

    problem: Problem

    def minutes(self, one: int | None, other: int | None) -> float:
        """Return the way between two nodes; none where a tour begins or ends anywhere."""
        if one is None or other is None:
            return 0.0
        return float(self.problem.matrices[self.problem.teams[0].matrix][one, other])

    def nodes(self, steps: Sequence[Step]) -> list[int | None]:
        """Return where the team is before each step, and at the end where it goes."""
        team, at = self.problem.teams[0], list[int | None]()
        now = team.start
        for step in steps:
            at.append(now)
            now = now if isinstance(step, Break) else self.problem.stops[step].node
        return [*at, now]

    def ways(self, steps: Sequence[Step]) -> list[float]:
        """Return the minutes to each step, and at the end home."""
        at = self.nodes(steps)
        to = [here if isinstance(step, Break) else self.problem.stops[step].node
              for step, here in zip(steps, at, strict=False)]  # fmt: skip
        legs = [self.minutes(one, other) for one, other in zip(at, to, strict=False)]
        return [*legs, self.minutes(at[-1], self.problem.teams[0].end)]

    def lasts(self, step: Step) -> float:
        """Return how long a step takes."""
        return step.minutes if isinstance(step, Break) else self.problem.stops[step].dwell

    def windows(self, step: Step) -> tuple[tuple[float, float], ...]:
        """Return between which moments a step may begin."""
        if isinstance(step, Break):
            return ((step.earliest, step.latest),)
        return tuple(sorted(self.problem.stops[step].windows)) or ((-inf, inf),)

    def before(self, steps: Sequence[Step], at: int) -> int | None:
        """Return where in the order the visit before this one to the same place is."""
        step = steps[at]
        if isinstance(step, Break) or self.problem.stops[step].place is None:
            return None
        place = self.problem.stops[step].place
        same = [
            n
            for n, other in enumerate(steps[:at])
            if not isinstance(other, Break) and self.problem.stops[other].place == place
        ]
        return same[-1] if same else None

    def begun(self, steps: Sequence[Step], not_before: Sequence[float]) -> list[float] | None:
        """Return when each step begins, none sooner than wished; None where that cannot be."""
        team, begins = self.problem.teams[0], list[float]()
        now = team.opens
        ways = self.ways(steps)
        for at, step in enumerate(steps):
            moment = max(now + ways[at], not_before[at])
            last = self.before(steps, at)
            if last is not None:
                moment = max(moment, begins[last] + self.lasts(steps[last]) + self.problem.spacing)
            open_ = [max(moment, opens) for opens, closes in self.windows(step) if moment <= closes]
            if not open_:
                return None
            begins.append(min(open_))
            now = begins[-1] + self.lasts(step)
        return begins if now + ways[-1] <= team.closes + 1e-9 else None

    def latest(self, steps: Sequence[Step]) -> list[float]:
        """Return until when each step may begin and leave room for all that follow."""
        ways, bound = self.ways(steps), [0.0] * len(steps)
        after = self.problem.teams[0].closes
        limit = [inf] * len(steps)
        for at in range(len(steps) - 1, -1, -1):
            moment = min(after - ways[at + 1] - self.lasts(steps[at]), limit[at])
            bound[at] = max(min(moment, closes) for opens, closes in self.windows(steps[at])
                            if opens <= moment + 1e-9)  # fmt: skip
            last = self.before(steps, at)
            if last is not None:
                gap = self.lasts(steps[last]) + self.problem.spacing
                limit[last] = min(limit[last], bound[at] - gap)
            after = bound[at]
        return bound


def spread(problem: Problem, plan: Plan, *, seed: int, further: float = 0.25) -> Plan:
    """Change the order and the times of a plan by a seed; its stops and its score stay.

    Parameters
    ----------
    problem, plan
        Of one team.
    seed
        The same seed gives the same plan.
    further
        How much longer than the plan's own the way may be, as a share of it.

    Returns
    -------
    Plan
        One that keeps every rule. Moments are drawn in whole minutes.

    Raises
    ------
    ValueError
        There is more than one team.
    """
    if len(problem.teams) != 1:
        raise ValueError("A plan of several teams is not spread.")
    (route,) = plan.routes
    walk = _Walk(_home_before_breaks(problem, route))
    drawn = np.random.default_rng(seed)
    steps = _shuffled(walk, _steps(problem, route), drawn, 1 + further)
    none = [-inf] * len(steps)
    first = walk.begun(steps, none)
    if first is None:  # a plan's breaks may lie where a step by step reading finds no room
        return plan
    latest, shares = walk.latest(steps), np.sort(drawn.random(len(steps)))
    wished = [
        soonest + floor(share * (last - soonest))
        for soonest, last, share in zip(first, latest, shares.tolist(), strict=True)
    ]
    begins = walk.begun(steps, wished)
    return plan if begins is None else replace(plan, routes=(_route(walk, steps, begins),))


def spread_all(problem: Problem, plan: Plan, *, seed: int, further: float = 0.25) -> Plan:
    """Change the orders and times of a plan of several teams, as :func:`spread` does for one.

    The teams come one after the other, and each keeps its distance from the visits of all others
    as they stand by then.
    """
    routes = list(plan.routes)
    for at in range(len(problem.teams)):
        others = [visit for each in routes if each.team != at for visit in each.visits]
        alone = _alone(problem, at, others)
        one = replace(plan, routes=(replace(routes[at], team=0),))
        drawn = spread(alone, one, seed=seed * len(routes) + at, further=further)
        routes[at] = replace(drawn.routes[0], team=at)
    return replace(plan, routes=tuple(routes))


def _alone(problem: Problem, at: int, others: Sequence[Visit]) -> Problem:
    """Return one team's own problem, its windows without what others are too near to."""
    taken: dict[Hashable, list[Visit]] = {}
    for each in others:
        if (place := problem.stops[each.stop].place) is not None:
            taken.setdefault(place, []).append(each)
    stops = tuple(
        replace(stop, team=None, windows=_without(stop, taken.get(stop.place, ()), problem.spacing))
        for stop in problem.stops
    )
    return replace(problem, stops=stops, teams=(problem.teams[at],))


def _without(stop: Stop, near: Sequence[Visit], spacing: float) -> tuple[Window, ...]:
    """Take out of a stop's windows the moments too near to other visits to its place."""
    windows = list(stop.windows or (ANY,))
    for each in near:
        first, last = each.begins - spacing - stop.dwell, each.leaves + spacing
        parts = [(opens, min(closes, first)) for opens, closes in windows]
        parts += [(max(opens, last), closes) for opens, closes in windows]
        windows = sorted({part for part in parts if part[0] <= part[1]})
    return tuple(windows)


def _home_before_breaks(problem: Problem, route: Route) -> Problem:
    """Bring the team home before a break would be due that the plan does without."""
    (team,) = problem.teams
    taken = [each for each in _steps(problem, route) if isinstance(each, Break)]
    spared = [each.latest for each in team.breaks if each not in taken]
    return replace(problem, teams=(replace(team, closes=min([team.closes, *spared])),))


def _steps(problem: Problem, route: Route) -> list[Step]:
    """Return visits and breaks in the order in which they are begun."""
    breaks = list(problem.teams[0].breaks)
    timed: list[tuple[float, Step]] = [(each.begins, each.stop) for each in route.visits]
    for rest in route.rests:
        due = next(each for each in breaks if each.minutes == rest.minutes
                   and each.earliest - 1e-9 <= rest.begins <= each.latest + 1e-9)  # fmt: skip
        breaks.remove(due)
        timed.append((rest.begins, due))
    return [step for _, step in sorted(timed, key=lambda each: each[0])]


def _shuffled(
    walk: _Walk, steps: list[Step], drawn: np.random.Generator, further: float
) -> list[Step]:
    """Turn parts of the order round at random while every rule holds and the way stays short.

    A break that was due stays, so a shift that ends later never owes one.
    """
    none = [-inf] * len(steps)
    most = sum(walk.ways(steps)) * further
    for _ in range(TRIES if len(steps) > 1 else 0):
        one, other = sorted(drawn.choice(len(steps) + 1, size=2, replace=False).tolist())
        tried = [*steps[:one], *steps[one:other][::-1], *steps[other:]]
        if sum(walk.ways(tried)) <= most and walk.begun(tried, none) is not None:
            steps = tried
    return steps


def _route(walk: _Walk, steps: Sequence[Step], begins: Sequence[float]) -> Route:
    ways, now = walk.ways(steps), walk.problem.teams[0].opens
    visits, rests = list[Visit](), list[Rest]()
    for step, way, begin in zip(steps, ways, begins, strict=False):
        if isinstance(step, Break):
            rests.append(Rest(begin, step.minutes))
        else:
            visits.append(Visit(step, now + way, begin, begin + walk.lasts(step)))
        now = begin + walk.lasts(step)
    return Route(0, tuple(visits), now + ways[-1], tuple(rests))
