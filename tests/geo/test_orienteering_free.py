"""Costs that are kept up and trades between routes agree with a walk of every route."""

from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.orienteering import Problem, Stop, Team
from geo.orienteering_free import Free
from geo.orienteering_schedule import Rules
from geo.orienteering_shorten import shortened

SEEDS = st.integers(0, 2**32 - 1)


def drawn(seed, count=9, teams=2, closes=220.0):
    """Two routes at any time, with ways back that differ from the ways there."""
    random = np.random.default_rng(seed)
    spots = random.uniform(0, 40, (count + 2, 2))
    matrix = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))
    matrix += random.uniform(0, 3, count + 2) * (1 - np.eye(count + 2))  # a climb to each
    stops = tuple(Stop(at, 1.0, float(random.integers(0, 9))) for at in range(count))
    team = Team(count, count + 1, closes)
    rules = Rules(Problem(stops, (team,) * teams, (matrix,)))
    order = random.permutation(count - 1).tolist()
    cut = int(random.integers(1, count - 2))
    return rules, [order[:cut], order[cut:]]


def minutes(rules, team, order):
    walked = rules.walk(team, order, ())
    return np.inf if walked is None else walked.finishes


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_costs_kept_up_stop_by_stop_are_those_of_every_place_tried(seed):
    rules, (order, rest) = drawn(seed, closes=10_000.0)
    free = Free(rules)
    table = free.table(0, order)
    for stop in rest:
        order.insert(int(table.where[stop]), stop)
        table = free.with_one_more(0, order, stop, table)
    assert table.minutes == pytest.approx(minutes(rules, 0, order))
    last = rules.n - 1
    tried = [minutes(rules, 0, [*order[:at], last, *order[at:]]) for at in range(len(order) + 1)]
    assert table.least[last] == pytest.approx(min(tried) - table.minutes)
    assert tried[int(table.where[last])] == pytest.approx(min(tried))


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_trades_save_minutes_keep_every_stop_and_stay_within_the_shift(seed):
    rules, orders = drawn(seed)
    free = Free(rules)
    both = [minutes(rules, team, order) for team, order in enumerate(orders)]
    if not np.isfinite(both).all():
        return
    while (traded := free.traded(orders)) is not None:
        now = [minutes(rules, team, order) for team, order in enumerate(traded)]
        assert sum(now) < sum(both) < np.inf
        assert sorted(chain(*traded)) == sorted(chain(*orders))
        orders, both = traded, now


def test_two_teams_on_one_another_s_side_change_tails():
    spots = np.array([(0, 1), (10, 1), (0, -1), (10, -1), (-5, 0), (15, 0)], dtype=float)
    matrix = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))
    rules = Rules(Problem(tuple(map(Stop, range(4))), (Team(4, 5, 60.0),) * 2, (matrix,)))
    assert Free(rules).traded([[0, 3], [2, 1]]) == [[0, 1], [2, 3]]


def test_teams_that_differ_never_trade():
    matrix = 1.0 - np.eye(5)
    teams = (Team(4, 4, 60.0), Team(4, 4, 90.0))
    rules = Rules(Problem(tuple(map(Stop, range(4))), teams, (matrix,)))
    assert Free(rules).traded([[0, 3], [2, 1]]) is None


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_a_shorter_order_holds_the_same_stops_and_no_run_turned_round_shortens_it(seed):
    rules, (order, rest) = drawn(seed, closes=10_000.0)
    whole = [*order, *rest]
    made = shortened(rules.travel[0], rules.start, rules.end, whole)
    assert sorted(made) == sorted(whole)
    assert minutes(rules, 0, made) <= minutes(rules, 0, whole) + 1e-9
    turned = [made[:one] + made[one:other][::-1] + made[other:]
              for one in range(len(made)) for other in range(one + 2, len(made) + 1)]  # fmt: skip
    assert all(minutes(rules, 0, made) <= minutes(rules, 0, each) + 1e-9 for each in turned)
