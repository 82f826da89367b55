"""A plan that nobody can foretell still keeps every rule, looked at independently."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.orienteering import Ask, Break, Problem, Stop, Team, solve
from geo.orienteering_spread import spread, spread_all
from tests.geo.route_verifier import faults


def problem(spots, *, closes=300.0, pause=0.0, spacing=30.0, copies=1, windows=()):
    at = np.array([0j, *(complex(*each) for each in spots)])
    stops = tuple(
        Stop(n + 1, score=1.0, dwell=10.0, place=n, windows=windows[n : n + 1])
        for n in range(len(spots))
        for _ in range(copies)
    )
    breaks = (Break(closes / 3, 2 * closes / 3, pause),) if pause else ()
    matrix = np.ceil(np.abs(at[:, None] - at[None, :]))
    return Problem(stops, (Team(0, 0, closes, breaks=breaks),), (matrix,), spacing=spacing)


@settings(max_examples=40, deadline=None)
@given(
    spots=st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=1, max_size=6),
    opens=st.lists(st.integers(0, 150), min_size=6, max_size=6),
    pause=st.sampled_from([0.0, 20.0]),
    copies=st.integers(1, 2),
    seed=st.integers(0, 10_000),
)
def test_whatever_is_drawn_keeps_every_rule(spots, opens, pause, copies, seed):
    windows = tuple((float(each), float(each + 90)) for each in opens)
    given_ = problem(spots, pause=pause, copies=copies, windows=windows)
    plan = solve(given_, Ask(0.1, 1))
    drawn = spread(given_, plan, seed=seed)
    assert faults(given_, drawn) == []
    assert sorted(drawn.routes[0].stops) == sorted(plan.routes[0].stops)


def test_another_seed_gives_other_times_and_another_order():
    given_ = problem([(5, 5), (-5, 5), (5, -5), (-5, -5), (0, 8)])
    plan = solve(given_, Ask(0.2, 1))
    routes = [spread(given_, plan, seed=seed).routes[0] for seed in range(8)]
    assert len({route.stops for route in routes}) > 3
    assert len({tuple(each.begins for each in route.visits) for route in routes}) == 8
    assert spread(given_, plan, seed=3) == spread(given_, plan, seed=3)


def test_visits_are_spread_over_the_shift():
    given_ = problem([(5, 5), (-5, 5), (5, -5)])
    plan = solve(given_, Ask(0.2, 1))
    assert plan.routes[0].finishes < 100
    ends = [spread(given_, plan, seed=seed).routes[0].finishes for seed in range(20)]
    assert np.mean(ends) > 150


def test_the_way_grows_by_no_more_than_was_allowed():
    given_ = problem([(20, 0), (40, 0), (60, 0), (0, 20), (0, 40)])
    plan = solve(given_, Ask(0.3, 1))

    def way(route):
        nodes = [0, *(given_.stops[each].node for each in route.stops), 0]
        return sum(given_.matrices[0][one, other] for one, other in pairwise(nodes))

    for seed in range(10):
        drawn = spread(given_, plan, seed=seed, further=0.1)
        assert way(drawn.routes[0]) <= 1.1 * way(plan.routes[0]) + 1e-9


def test_several_teams_are_refused():
    one = problem([(5, 5)])
    two = Problem(one.stops, one.teams * 2, one.matrices)
    with pytest.raises(ValueError, match="several teams"):
        spread(two, solve(two, Ask(0.1, 1)), seed=1)


@settings(max_examples=30, deadline=None)
@given(
    spots=st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=1, max_size=6),
    teams=st.integers(2, 3),
    pause=st.sampled_from([0.0, 20.0]),
    seed=st.integers(0, 10_000),
)
def test_the_plan_of_several_teams_keeps_its_rules_and_its_stops(spots, teams, pause, seed):
    one = problem(spots, pause=pause, copies=2, closes=200.0)
    given_ = replace(one, teams=one.teams * teams)
    plan = solve(given_, Ask(0.1, 1))
    drawn = spread_all(given_, plan, seed=seed)
    assert faults(given_, drawn) == []
    for before, after in zip(plan.routes, drawn.routes, strict=True):
        assert sorted(before.stops) == sorted(after.stops)
