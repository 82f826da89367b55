"""Visits handed over: none is lost, every rule holds, and the busiest team has less to do."""

from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, given, settings

from geo.orienteering import Ask, NoRoom, Problem, Stop, Team, solve
from geo.orienteering_even import evened
from tests.geo.route_verifier import faults
from tests.geo.test_orienteering import problems


def test_an_idle_team_takes_half_of_the_visits():
    stops = tuple(Stop(at, 1.0, 10.0) for at in range(4))
    problem = Problem(stops, (Team(4, 4, 300.0),) * 2, (1.0 - np.eye(5),))
    plan = solve(replace(problem, teams=problem.teams[:1]), Ask(time_limit=0.3))
    both = replace(plan, routes=(*plan.routes, replace(plan.routes[0], team=1, visits=())))
    made = evened(problem, both)
    assert [len(route.visits) for route in made.routes] == [2, 2]
    assert {stop for route in made.routes for stop in route.stops} == {0, 1, 2, 3}
    assert not faults(problem, made)


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(problems())
def test_the_same_visits_are_made_and_every_rule_is_kept(problem):
    try:
        plan = solve(problem, Ask(time_limit=0.2))
    except NoRoom:
        return
    made = evened(problem, plan)
    assert faults(problem, made) == []
    assert sorted(stop for route in made.routes for stop in route.stops) == sorted(
        stop for route in plan.routes for stop in route.stops
    )
