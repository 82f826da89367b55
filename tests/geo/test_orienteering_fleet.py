"""PyVRP's part: every plan it shows keeps the rules, and small problems are solved to the end."""

from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import orienteering_fleet as fleet
from geo.orienteering import Ask, Break, Problem, Stop, Team, solve
from geo.orienteering_schedule import Rules
from tests.geo.route_verifier import best_score, faults

ROUNDS = 400


def straight(spots):
    at = np.asarray(spots, dtype=float)
    return np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))


def shown(rules, seed=1, rounds=ROUNDS):
    """Return every plan that is shown in so many rounds."""
    plans, done = [], count()
    fleet.search(
        rules, rules.scores, 3.0, seed=seed, enough=lambda: next(done) >= rounds, seen=plans.append
    )
    return plans


@st.composite
def problems(draw):
    """Two to four teams of their own shifts, starts and ends; some stops open late, or close."""
    spots = draw(
        st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=4, max_size=7)
    )
    node = st.integers(0, len(spots) - 1)
    opens = draw(st.sampled_from([-30.0, 0.0, 17.5]))
    teams = [
        Team(draw(st.none() | node), draw(st.none() | node),
             opens + draw(st.sampled_from([60.0, 90.5])), opens)
        for _ in range(draw(st.integers(2, 4)))
    ]  # fmt: skip
    stops = []
    for at in range(len(spots)):
        first = draw(st.sampled_from([-np.inf, opens, opens + 20.25]))
        last = draw(st.sampled_from([np.inf, opens + 45.5]))
        stops.append(
            Stop(at, float(draw(st.integers(0, 9))), draw(st.sampled_from([0.0, 4.4])),
                 ((first, last),), team=draw(st.none() | st.integers(0, len(teams) - 1)))
        )  # fmt: skip
    return Problem(tuple(stops), tuple(teams), (straight(spots),))


@settings(max_examples=60, deadline=None)
@given(problems(), st.integers(1, 5))
def test_every_plan_that_is_shown_keeps_the_rules(problem, seed):
    rules = Rules(problem)
    if None in rules.empty or not fleet.fits(rules):
        return
    for orders in shown(rules, seed, rounds=15):
        assert rules.timed(orders) is not None
        held = [stop for order in orders for stop in order]
        assert len(held) == len(set(held))
        assert all(rules.may[team, stop] for team, order in enumerate(orders) for stop in order)


def ring(teams, stops=9, **more):
    """Stops about a yard that all set out from; the last node is the yard."""
    angle = 2 * np.pi * np.arange(stops) / stops
    spots = [*zip(10 * np.cos(angle), 10 * np.sin(angle), strict=True), (0.0, 0.0)]
    given = tuple(Stop(at, 1.0 + at % 4, 2.0, **more) for at in range(stops))
    return Problem(given, (Team(stops, stops, 40.0),) * teams, (straight(spots),))


def test_the_best_of_a_small_problem_is_found_and_the_same_seed_finds_it_again():
    problem = ring(2)
    rules = Rules(problem)
    plans = shown(rules)
    assert max(map(rules.score, plans)) == best_score(problem)
    assert plans == shown(rules)


def test_what_it_does_not_know_is_not_given_to_it():
    problem = ring(2)
    assert fleet.fits(Rules(problem))
    rest = replace(problem.teams[0], breaks=(Break(5, 30, 5),))
    twice = tuple(replace(each, windows=((0, 5), (9, 20))) for each in problem.stops)
    near = tuple(replace(each, place="yard") for each in problem.stops)
    for other in (
        ring(1),
        replace(problem, teams=(rest, rest)),
        replace(problem, stops=twice),
        replace(problem, stops=near, spacing=5.0),
    ):
        assert not fleet.fits(Rules(other))


def test_a_plan_says_who_found_it_and_keeps_every_rule():
    problem = ring(3, stops=30)
    plan = solve(problem, Ask(time_limit=1.0))
    assert plan.method.startswith("PyVRP, ")
    assert not faults(problem, plan)
    again = solve(problem, Ask(time_limit=1.0))
    assert plan.routes == again.routes or not (plan.repeatable and again.repeatable)


def test_whoever_gives_up_waiting_ends_all_that_search():
    class GivenUp(Exception):
        pass

    def progress(*_):
        raise GivenUp

    with pytest.raises(GivenUp):
        solve(ring(3, stops=60), Ask(time_limit=60.0), progress)
