"""Visits shared out evenly among teams: who has time helps who has much to do."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, permutations

from geo.orienteering_problem import Plan, Problem
from geo.orienteering_schedule import SLACK, Orders, Rules, alike


def evened(problem: Problem, plan: Plan) -> Plan:
    """Return a plan of the same visits in which teams that are alike have more alike work.

    Visits are handed over one by one, each time the one that brings the busier of two teams down
    most, while every rule holds. Work is travel and dwell; waiting is none.
    """
    rules = Rules(problem)
    orders = [list(route.stops) for route in plan.routes]
    while (better := _better(rules, orders)) is not None:
        orders = better
    return replace(plan, routes=rules.plan(orders))


def _better(rules: Rules, orders: Orders) -> Orders | None:
    """Return orders after the hand-over that helps most, or None where none helps."""
    tried = [
        (saved, giver, taker, first, second)
        for teams in alike(rules)
        for giver, taker in permutations(teams, 2)
        for saved, first, second in _handed(rules, giver, orders[giver], orders[taker])
    ]
    for _, giver, taker, first, second in sorted(tried, reverse=True):
        made = list(orders)
        made[giver], made[taker] = first, second
        if rules.timed(made) is not None:
            return made
    return None


def _handed(
    rules: Rules, team: int, ours: list[int], theirs: list[int]
) -> Iterator[tuple[float, list[int], list[int]]]:
    """Yield what each hand-over saves the busier of two teams, and both orders after it."""
    before = max(_work(rules, team, ours), _work(rules, team, theirs))
    for at, stop in enumerate(ours):
        first = ours[:at] + ours[at + 1 :]
        for gap in range(len(theirs) + 1):
            second = [*theirs[:gap], stop, *theirs[gap:]]
            saved = before - max(_work(rules, team, first), _work(rules, team, second))
            if saved > SLACK:
                yield saved, first, second


def _work(rules: Rules, team: int, order: Sequence[int]) -> float:
    """Return the minutes of travel and dwell of a team that is alike to ``team``."""
    if not order:
        return 0.0
    ways = sum(rules.travel[team, one, other]
               for one, other in pairwise([rules.start, *order, rules.end]))  # fmt: skip
    return float(ways + rules.dwell[list(order)].sum())
