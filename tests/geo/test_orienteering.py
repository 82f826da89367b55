"""Plans are judged by `tests.geo.route_verifier`, which shares no code with the solver."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.orienteering import Ask, Break, NoRoom, Plan, Problem, Stop, Team, solve
from tests.geo.route_verifier import best_score, faults

INSTANCES = Path(__file__).parents[2] / "data" / "orienteering"
BRIEF = Ask(time_limit=0.6)


def straight(spots):
    at = np.asarray(spots, dtype=float)
    return np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))


def instance(name, budget, teams=1, *, round_tour=False):
    """A published problem; Solomon's distances are cut to one decimal, as in the literature."""
    with (INSTANCES / f"{name}.csv").open() as file:
        rows = list(csv.DictReader(file))
    apart = straight([(float(row["x"]), float(row["y"])) for row in rows])
    end = 0 if round_tour else len(rows) - 1
    stops = tuple(
        Stop(
            at,
            float(row["score"]),
            float(row.get("dwell") or 0),
            ((float(row["open"]), float(row["close"])),) if "open" in row else (),
        )
        for at, row in enumerate(rows)
        if at not in (0, end)
    )
    matrix = np.floor(apart * 10 + 1e-9) / 10 if round_tour else apart
    return Problem(stops, (Team(0, end, budget),) * teams, (matrix,))


def square(stops, **more):
    """Four corners of a square of 10, with a start and end in its middle."""
    matrix = straight([(0, 0), (0, 10), (10, 10), (10, 0), (5, 5)])
    return Problem(tuple(stops), (Team(4, 4, **{"closes": 100, **more}),), (matrix,))


def corners(**more):
    return [Stop(node, score=1.0, **more) for node in range(4)]


@pytest.mark.parametrize(
    ("name", "budget", "best"),
    [("tsiligirides-1", 46, 175), ("tsiligirides-2", 30, 265), ("tsiligirides-3", 40, 430)],
)
def test_classic_instances_reach_the_best_known_score(name, budget, best):
    problem = instance(name, budget)
    plan = solve(problem, Ask(time_limit=3.0))
    assert not faults(problem, plan)
    assert plan.score >= 0.98 * best
    assert plan.bound >= best


@pytest.mark.parametrize(
    ("name", "budget", "teams", "best"),
    [("solomon-c101", 1236, 1, 320), ("solomon-rc101", 240, 1, 219), ("chao-64", 50, 1, 900)],
)
def test_larger_instances_come_near_the_best_known_score(name, budget, teams, best):
    problem = instance(name, budget, teams, round_tour=name.startswith("solomon"))
    plan = solve(problem, Ask(time_limit=3.0))
    assert not faults(problem, plan)
    assert plan.score >= 0.95 * best  # of what a fifth of the time finds on a busy machine
    assert plan.bound >= best


def test_a_shift_that_is_long_enough_takes_every_stop_and_says_it_is_best():
    plan = solve(square(corners()), BRIEF)
    assert (plan.score, plan.bound, plan.gap) == (4.0, 4.0, 0.0)


def test_the_most_valued_stop_is_taken_where_only_one_fits():
    stops = [replace(each, score=float(at)) for at, each in enumerate(corners())]
    plan = solve(square(stops, closes=15), BRIEF)
    assert plan.routes[0].stops == (3,)
    assert plan.routes[0].finishes == pytest.approx(2 * np.hypot(5, 5))


def test_a_plan_may_be_empty_and_is_still_a_plan():
    problem = square(corners(), closes=1)
    plan = solve(problem, BRIEF)
    assert (plan.score, plan.gap, plan.routes[0].visits) == (0.0, 0.0, ())
    assert not faults(problem, plan)


def test_a_start_and_end_that_do_not_fit_the_shift_are_refused():
    problem = square(corners())
    with pytest.raises(NoRoom, match="Team 1 cannot get from its start to its end"):
        solve(replace(problem, teams=(Team(0, 2, closes=14),)), BRIEF)


def test_a_tour_without_start_and_end_begins_and_ends_at_any_stop():
    problem = replace(square(corners()), teams=(Team(None, None, closes=30),))
    plan = solve(problem, BRIEF)
    assert plan.score == 4.0
    assert plan.routes[0].finishes == pytest.approx(30)


def test_a_locked_stop_is_in_the_plan_though_others_score_more():
    stops = [
        replace(corners()[0], locked=True, score=0.0),
        *[replace(s, score=9.0) for s in corners()[1:]],
    ]
    problem = square(stops, closes=15)
    plan = solve(problem, BRIEF)
    assert plan.routes[0].stops == (0,)
    assert not faults(problem, plan)


def test_locked_stops_without_room_are_named_and_the_rest_is_planned():
    stops = [
        replace(each, locked=at < 2, windows=((10, 10),) if at < 2 else ())
        for at, each in enumerate(corners())
    ]
    problem = square(stops)
    plan = solve(problem, BRIEF)
    assert len(plan.missing) == 1
    assert plan.score == 3.0
    assert not faults(problem, plan)


def test_a_forbidden_stop_is_never_visited():
    stops = [replace(corners()[0], forbidden=True), *corners()[1:]]
    assert solve(square(stops), BRIEF).score == 3.0


def test_visits_to_one_place_keep_their_spacing():
    stops = tuple(Stop(0, score=1.0, dwell=10, place="station") for _ in range(4))
    problem = replace(square(stops, closes=300), spacing=120)
    plan = solve(problem, BRIEF)
    assert plan.score == 3.0  # two hours between: at 7, 137 and 267 minutes
    assert not faults(problem, plan)


def test_no_place_is_visited_more_often_than_it_may():
    stops = tuple(Stop(0, score=1.0, place="station") for _ in range(4))
    problem = replace(square(stops), most_visits=2)
    plan = solve(problem, BRIEF)
    assert plan.score == 2.0
    assert not faults(problem, plan)


def test_a_break_is_taken_between_stops():
    problem = square(corners(dwell=10), breaks=(Break(30, 40, 20),), closes=120)
    plan = solve(problem, BRIEF)
    assert plan.score == 4.0
    assert len(plan.routes[0].rests) == 1
    assert not faults(problem, plan)


def test_a_team_goes_by_its_own_matrix():
    matrix = square(corners()).matrices[0]
    problem = Problem(
        tuple(corners()), (Team(4, 4, 15), Team(4, 4, 15, matrix=1)), (matrix, matrix / 4)
    )
    plan = solve(problem, BRIEF)
    assert plan.score == 4.0
    assert len(plan.routes[1].visits) >= 3


def test_the_same_seed_gives_the_same_plan():
    problem = instance("tsiligirides-2", 15)
    first, second = (solve(problem, Ask(time_limit=20, seed=7)) for _ in range(2))
    assert first.repeatable
    assert first.routes == second.routes


def test_plans_that_vary_differ_by_seed_and_lose_no_more_than_was_said():
    problem = instance("tsiligirides-2", 30)
    plans = [solve(problem, Ask(time_limit=1.0, seed=seed, vary=0.1)) for seed in range(4)]
    assert len({plan.routes for plan in plans}) > 1
    assert all(plan.score >= 0.9 * 265 * 0.98 for plan in plans)
    assert not any(fault for plan in plans for fault in faults(problem, plan))


def test_progress_is_told_and_may_stop_the_search():
    class Stopped(Exception):
        pass

    def stop(share, score, bound):
        assert 0 <= share <= 1
        raise Stopped

    with pytest.raises(Stopped):
        solve(instance("chao-64", 40), Ask(time_limit=5), stop)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"matrices": (np.zeros((2, 3)),)}, "square"),
        ({"matrices": (np.full((5, 5), -1.0),)}, "0 or more"),
        ({"matrices": ()}, "no matrix"),
        ({"stops": (Stop(9),)}, "Stop 1 is at a node"),
        ({"stops": (Stop(0, score=-1),)}, "score and a dwell of 0 or more"),
        ({"stops": (Stop(0, windows=((5, 4),)),)}, "ends before it begins"),
        ({"stops": (Stop(0, team=3),)}, "a team that there is not"),
        ({"teams": ()}, "no team"),
        ({"teams": (Team(9, 0, 10),)}, "starts or ends"),
        ({"teams": (Team(0, 0, np.inf),)}, "a shift that begins and ends"),
        ({"teams": (Team(0, 0, 10, matrix=2),)}, "a matrix that there is not"),
        ({"teams": (Team(0, 0, 10, breaks=(Break(5, 4, 1),)),)}, "a break that cannot"),
    ],
)
def test_what_cannot_be_reckoned_with_is_refused(change, why):
    with pytest.raises(ValueError, match=why):
        replace(square(corners()), **change)


@st.composite
def problems(draw, *, breaks=True, most=9):
    """Small shifts with windows, places visited twice, locked stops, and teams that differ."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(1, most))
    places = random.integers(0, 40, (count + 2, 2))
    matrix = straight(places) + random.uniform(0, 3, (count + 2, count + 2)) * (
        1 - np.eye(count + 2)
    )
    if draw(st.booleans()):
        matrix[random.random(matrix.shape) < 0.1] = np.inf
        np.fill_diagonal(matrix, 0)
    teams = draw(st.integers(1, 2))
    full = breaks and draw(st.booleans())
    stops = []
    for node in range(count):
        opens = float(random.integers(0, 90))
        window = ((opens, opens + float(random.integers(5, 80))),)
        stops.append(
            Stop(
                node,
                float(random.integers(0, 9)),
                float(random.integers(0, 15)),
                window if random.random() < 0.5 else (),
                place=f"place {node % 4}" if full else None,
                locked=breaks and random.random() < 0.15,
                forbidden=random.random() < 0.1,
                team=int(random.integers(teams)) if random.random() < 0.1 else None,
            )
        )
    ends = [count, count + 1, None]
    who = tuple(
        Team(
            ends[random.integers(3)],
            ends[random.integers(3)],
            float(random.integers(60, 160)),
            float(random.integers(0, 10)),
            (Break(40.0, 70.0, 15.0),) if full and random.random() < 0.7 else (),
        )
        for _ in range(teams)
    )
    return Problem(
        tuple(stops), who, (matrix,), spacing=25.0 if full else 0.0, most_visits=2 if full else None
    )


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(problems())
def test_every_plan_keeps_every_rule(problem):
    try:
        plan = solve(problem, Ask(time_limit=0.4))
    except NoRoom:
        return
    assert isinstance(plan, Plan)
    assert faults(problem, plan) == []


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(problems(breaks=False, most=5))
def test_no_plan_of_a_small_problem_beats_the_bound_and_a_proved_one_is_best(problem):
    try:
        plan = solve(problem, Ask(time_limit=0.6))
    except NoRoom:
        return
    best = best_score(problem)
    assert plan.score <= best + 1e-9 <= plan.bound + 2e-9
    if plan.gap == 0:
        assert plan.score == pytest.approx(best)
