"""An independent look at a plan: every rule in the words of the problem, none of the solver's code.

Times told by the plan are taken as claims and checked one against the other.
"""

from itertools import pairwise

import numpy as np

NEAR = 1e-6


def faults(problem, plan):
    """Return what is wrong with a plan, in sentences; nothing where it keeps every rule."""
    found = []
    seen = [visit.stop for route in plan.routes for visit in route.visits]
    if len(seen) != len(set(seen)):
        found.append("a stop is visited twice")
    if abs(sum(problem.stops[stop].score for stop in seen) - plan.score) > NEAR:
        found.append("the score is not the sum of the scores")
    if plan.bound < plan.score - NEAR:
        found.append("the bound is below the score")
    if len(plan.routes) != len(problem.teams):
        found.append("not every team has a route")
    for route in plan.routes:
        found += _route(problem, route)
    found += _places(problem, plan)
    locked = {at for at, stop in enumerate(problem.stops) if stop.locked and not stop.forbidden}
    if locked - set(seen) != set(plan.missing):
        found.append("a locked stop is missing and not named")
    return found


def _route(problem, route):
    team, found = problem.teams[route.team], []
    matrix = problem.matrices[team.matrix]
    for visit in route.visits:
        stop = problem.stops[visit.stop]
        if stop.forbidden or stop.team not in (None, route.team):
            found.append("a stop that this team may not visit")
        if visit.begins < visit.arrives - NEAR:
            found.append("a visit begins before it is reached")
        if abs(visit.leaves - visit.begins - stop.dwell) > NEAR:
            found.append("a dwell is cut short or drawn out")
        if stop.windows and not any(
            opens - NEAR <= visit.begins <= closes + NEAR for opens, closes in stop.windows
        ):
            found.append("a visit begins outside of its windows")
    return found + _moves(problem, route, team, matrix) + _breaks(problem, route, team)


def _moves(problem, route, team, matrix):
    """Between leaving one stop and beginning the next lie the way and the breaks taken."""
    found = []
    nodes = [team.start, *(problem.stops[visit.stop].node for visit in route.visits), team.end]
    leaves = [team.opens, *(visit.leaves for visit in route.visits)]
    begins = [*(visit.begins for visit in route.visits), route.finishes]
    for (one, other), left, began in zip(pairwise(nodes), leaves, begins, strict=True):
        way = 0.0 if one is None or other is None else matrix[one, other]
        rest = sum(
            each.minutes for each in route.rests if left - NEAR <= each.begins < began - NEAR
        )
        if not left + way + rest <= began + NEAR:
            found.append("a stop is reached sooner than one can go")
    if route.finishes > team.closes + NEAR:
        found.append("the shift is too short for the route")
    return found


def _breaks(problem, route, team):
    found, rests = [], list(route.rests)
    for due in team.breaks:
        fits = [
            rest
            for rest in rests
            if abs(rest.minutes - due.minutes) < NEAR
            and due.earliest - NEAR <= rest.begins <= due.latest + NEAR
        ]
        if fits:
            rests.remove(fits[0])
        elif route.finishes > due.latest + NEAR:
            found.append("a break that was due was not taken")
    if rests:
        found.append("a break that nobody asked for")
    return found + [
        "a break during a visit"
        for rest in route.rests
        for visit in route.visits
        if visit.begins + NEAR < rest.begins + rest.minutes and rest.begins + NEAR < visit.leaves
    ]


def _places(problem, plan):
    found, by_place = [], {}
    for route in plan.routes:
        for visit in route.visits:
            place = problem.stops[visit.stop].place
            key = ("stop", visit.stop) if place is None else ("place", place)
            by_place.setdefault(key, []).append((visit.begins, visit.leaves))
    for visits in by_place.values():
        visits.sort()
        if problem.most_visits is not None and len(visits) > problem.most_visits:
            found.append("a place is visited too often")
        for (_, left), (began, _) in pairwise(visits):
            if began < left + problem.spacing - NEAR:
                found.append("two visits to a place are too near one another")
    return found


def best_score(problem):
    """Return the best score of all by trying every order: for very small problems, no breaks."""
    best = 0.0

    def go(team, at, now, seen, score):
        nonlocal best
        who = problem.teams[team]
        matrix = problem.matrices[who.matrix]
        home = 0.0 if who.end is None or at is None else matrix[at, who.end]
        if now + home <= who.closes + 1e-9:
            if team + 1 < len(problem.teams):
                nobody = problem.teams[team + 1]
                go(team + 1, nobody.start, nobody.opens, seen, score)
            else:
                best = max(best, score)
        for each, stop in enumerate(problem.stops):
            if each in seen or stop.forbidden or stop.team not in (None, team):
                continue
            reached = now + (0.0 if at is None else matrix[at, stop.node])
            starts = (
                [
                    max(reached, opens)
                    for opens, closes in stop.windows
                    if max(reached, opens) <= closes
                ]
                if stop.windows
                else [reached]
            )
            if starts and np.isfinite(reached) and min(starts) + stop.dwell <= who.closes:
                go(team, stop.node, min(starts) + stop.dwell, seen | {each}, score + stop.score)

    go(0, problem.teams[0].start, problem.teams[0].opens, frozenset(), 0.0)
    return best
