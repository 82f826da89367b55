"""Routes put together anew: no stop twice, each team its own, and the most that they can score."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.orienteering import Break, Problem, Stop, Team
from geo.orienteering_pool import Pool
from geo.orienteering_schedule import Rules


def rules(count, teams, **more):
    stops = tuple(Stop(node, score=1.0 + node) for node in range(count))
    matrix = 1.0 - np.eye(count + 1)
    return Rules(Problem(stops, teams, (matrix,), **more))


def both(count=6, closes=10.0):
    return (Team(count, count, closes),) * 2


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sets(st.integers(0, 5), min_size=1, max_size=4), min_size=1, max_size=8))
def test_the_best_pair_of_routes_is_found(routes):
    known = rules(6, both())
    pool = Pool(known, known.scores)
    for route in routes:
        pool.add([sorted(route), []], worth=1.0)
    made = pool.combined(5.0)
    held = [stop for order in made for stop in order]
    assert len(held) == len(set(held))
    assert all(set(order) in [set(), *routes] for order in made)
    best = max(
        sum(known.scores[list(one | other)])
        for one, other in product([set(), *routes], repeat=2)
        if not one & other
    )
    assert known.score(made) == best


def test_routes_go_to_teams_that_can_go_them():
    known = rules(6, (Team(6, 6, 10.0), Team(6, 6, 20.0)))
    pool = Pool(known, known.scores)
    pool.add([[0, 1], [2, 3]], worth=1.0)
    pool.add([[4], [0, 5]], worth=1.0)
    made = pool.combined(5.0)
    assert [set(order) for order in made] == [{4}, {0, 5}]


def test_where_routes_depend_on_one_another_nothing_is_put_together():
    stops = tuple(Stop(node, score=1.0, place="station") for node in range(3))
    team = Team(3, 3, 50.0)
    spaced = Rules(Problem(stops, (team, team), (1.0 - np.eye(4),), spacing=5.0))
    assert not Pool(spaced, spaced.scores).works
    assert not Pool(rules(3, (Team(3, 3, 50.0),)), np.ones(3)).works
    rested = rules(3, (Team(3, 3, 50.0, breaks=(Break(5, 9, 1),)),) * 2)
    assert Pool(rested, rested.scores).works


def test_a_pool_takes_the_better_order_of_another():
    known = rules(6, both())
    ours, theirs = Pool(known, known.scores), Pool(known, known.scores)
    ours.add([[0, 1], [2]], worth=1.0)
    theirs.add([[1, 0], []], worth=2.0)
    theirs.add([[2], [3]], worth=0.5)
    ours.take(theirs)
    assert sorted(order for _, order in ours.held.values()) == [(1, 0), (2,), (3,)]
