"""Stops of a shift out of places, streets and a solver; every plan is looked at independently."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from domain.errors import Invalid
from domain.patrol_rules import Shift, Stop, broken
from exchange import patrol_solving
from exchange.patrol_solving import Asked, Candidate
from tests.geo.route_verifier import faults

STREETS = Path(__file__).parents[2] / "data" / "sample" / "eldermere.gpkg"
BEGINS = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
STATION = Point(466_480, 543_140)
MINUTE = timedelta(minutes=1)


def shift(hours=6, **given):
    values = {
        "title": "Friday", "purpose": "Children feel safe.", "legal_basis": "Common law",
        "style": "foot", "agency_id": 1, "valid_from": BEGINS,
        "valid_to": BEGINS + timedelta(hours=hours),
    }  # fmt: skip
    return Shift(**{**values, **given})


def candidate(number, east, north, *, score=1.0, windows=(), locked=False, **given):
    stop = Stop(
        opens=BEGINS, closes=BEGINS, arrive=BEGINS, why="Lights fail.", place_id=number,
        name=f"Place {number}", zone=Point(east, north).buffer(60), **given,
    )  # fmt: skip
    return Candidate(stop, score, windows, locked)


def asked(hours=6, **given):
    values = {"shift": shift(hours), "start": STATION, "time_limit": 1.0, "vary": 0.0}
    return Asked(**{**values, **given})


def near(number, at, **given):
    """A candidate ``at`` hundred metres east of the station."""
    return candidate(number, STATION.x + 100 * at, STATION.y, **given)


def test_every_place_is_visited_where_there_is_time_and_nothing_is_broken():
    found = patrol_solving.solve(asked(), [near(n, 3 * n) for n in range(1, 6)])
    assert {each.place_id for each in found.stops} == {1, 2, 3, 4, 5}
    assert broken(asked().shift, found.stops) == []
    assert found.words == "No plan of these places can do better."
    assert found.left_out == ()


def test_without_streets_the_straight_line_is_said():
    (note,) = patrol_solving.solve(asked(), [near(1, 3)]).notes
    assert "straight line at 4 km an hour" in note


def test_a_second_visit_keeps_its_distance_in_time():
    found = patrol_solving.solve(asked(visits=3), [near(1, 2, spacing=100, dwell=10)])
    first, second, third = found.stops
    assert second.arrive - first.arrive >= 110 * MINUTE
    assert third.arrive - second.arrive >= 110 * MINUTE
    assert broken(asked().shift, found.stops) == []


def test_the_most_minutes_of_a_day_hold_back_a_visit():
    found = patrol_solving.solve(asked(visits=3), [near(1, 2, dwell=15, most_minutes=30)])
    assert len(found.stops) == 2


def test_visits_lie_wholly_inside_their_hours():
    opens = BEGINS + timedelta(hours=3)
    windows = ((opens, opens + 20 * MINUTE),)
    (stop,) = patrol_solving.solve(asked(), [near(1, 5, windows=windows)]).stops
    assert opens <= stop.arrive
    assert stop.arrive + stop.dwell * MINUTE <= opens + 20 * MINUTE
    assert (stop.opens, stop.closes) == windows[0]


def test_what_does_not_fit_is_named_and_the_neediest_are_kept():
    places = [near(1, 8, score=1.0), near(2, 9, score=5.0)]
    found = patrol_solving.solve(asked(hours=0.75), places)
    assert [each.place_id for each in found.stops] == [2]
    assert found.left_out == ("Place 1",)


def test_a_locked_place_is_made_before_a_needier_one():
    places = [near(1, 8, score=1.0, locked=True), near(2, -8, score=5.0)]
    found = patrol_solving.solve(asked(hours=0.75), places)
    assert [each.place_id for each in found.stops] == [1]
    assert found.no_room == ()


def test_a_locked_place_without_room_is_named():
    found = patrol_solving.solve(asked(hours=0.75), [near(1, 80, locked=True), near(2, 2)])
    assert found.no_room == ("Place 1",)
    assert [each.place_id for each in found.stops] == [2]


def test_hours_outside_of_the_shift_are_refused_with_the_place_named():
    early = BEGINS - timedelta(hours=3)
    with pytest.raises(Invalid, match="Place 1: no visit of 12 minutes fits"):
        patrol_solving.solve(asked(), [near(1, 2, windows=((early, early + 60 * MINUTE),))])


def test_nothing_ticked_is_said():
    with pytest.raises(Invalid, match="Tick at least one place"):
        patrol_solving.solve(asked(), [])


def test_streets_take_longer_than_a_crow_and_the_way_follows_them():
    places = [candidate(1, 467_000, 543_400), candidate(2, 466_100, 543_500)]
    over = patrol_solving.solve(asked(streets=STREETS), places)
    straight = patrol_solving.solve(asked(), places)
    assert over.notes == ()
    assert over.way.length > straight.way.length
    assert over.travel >= int(over.way.length / (4_800 / 60))
    assert Point(over.way.coords[0]).distance(STATION) < 0.01


def test_a_place_without_a_street_is_named():
    places = [candidate(1, 466_900, 543_300), candidate(2, STATION.x + 40_000, STATION.y)]
    found = patrol_solving.solve(asked(streets=STREETS), places)
    assert [each.place_id for each in found.stops] == [1]
    assert found.notes == ("No street leads from the start to Place 2 and back.",)


def test_a_file_of_streets_that_is_gone_is_said(tmp_path):
    with pytest.raises(Invalid, match="file of streets is not there"):
        patrol_solving.solve(asked(streets=tmp_path / "gone.gpkg"), [near(1, 2)])


def test_the_same_seed_gives_the_same_plan_and_another_may_vary():
    places = [near(n, n - 5, score=1 + n / 10) for n in range(1, 9) if n != 5]
    one, same, *others = [
        patrol_solving.solve(asked(vary=0.3, seed=seed, time_limit=2.0), places)
        for seed in (1, 1, 2, 3, 4)
    ]
    assert [each.arrive for each in one.stops] == [each.arrive for each in same.stops]
    orders = {tuple(each.place_id for each in found.stops) for found in (one, *others)}
    assert len(orders) > 1
    assert all(broken(asked().shift, found.stops) == [] for found in others)


def test_a_hand_made_order_is_timed_and_what_it_breaks_is_said():
    last = (BEGINS + timedelta(hours=5), BEGINS + timedelta(hours=6))
    first = (BEGINS, BEGINS + timedelta(hours=1))
    places = [near(1, 3, windows=(first,)), near(2, 6, windows=(last,))]
    stops = patrol_solving.solve(asked(), places).stops
    kept = patrol_solving.in_order(asked(), stops)
    assert broken(asked().shift, kept.stops) == []
    turned = patrol_solving.in_order(asked(), stops[::-1])
    assert broken(asked().shift, turned.stops) == ["Stop 2: the visit does not fit its window."]
    assert "not known" in turned.words


def test_no_stops_are_an_empty_order():
    assert patrol_solving.in_order(asked(), []).way is None


def test_a_break_is_left_room_for():
    places = [near(n, n) for n in range(1, 9)]
    found = patrol_solving.solve(asked(hours=3, pause=45), places)
    gaps = [
        (after.arrive - before.arrive) / MINUTE - before.dwell
        for before, after in zip(found.stops, found.stops[1:], strict=False)
    ]
    assert max(gaps) >= 45


ADDRESSES = st.tuples(st.integers(-20, 20), st.integers(-20, 20))
WINDOWS = st.tuples(st.integers(0, 200), st.integers(30, 150))


@settings(max_examples=15, deadline=None)
@given(
    spots=st.lists(ADDRESSES, min_size=1, max_size=7, unique=True),
    windows=st.lists(WINDOWS, min_size=7, max_size=7),
    visits=st.integers(1, 3),
    pause=st.sampled_from([0, 30]),
    seed=st.integers(0, 99),
)
def test_every_plan_stands_up_to_an_independent_look(spots, windows, visits, pause, seed):
    places = [
        candidate(
            n, STATION.x + 60 * east, STATION.y + 60 * north, score=n, spacing=60,
            windows=((BEGINS + opens * MINUTE, BEGINS + (opens + length) * MINUTE),),
        )
        for n, ((east, north), (opens, length)) in enumerate(
            zip(spots, windows, strict=False), start=1
        )
    ]  # fmt: skip
    wish = asked(
        hours=5, visits=visits, pause=pause, seed=seed, time_limit=0.3, vary=0.2, streets=STREETS
    )
    found = patrol_solving.solve(wish, places)
    assert broken(wish.shift, found.stops) == []
    minutes = patrol_solving._travel(wish, [each.stop for each in places]).minutes
    problem, of = patrol_solving.problem(wish, places, minutes)
    assert faults(problem, claimed(problem, of, wish, places, found, minutes)) == []


def claimed(problem, of, wish, places, found, minutes):
    """Read the stops as a plan of the problem: copies of a place in their order."""
    number = {each.stop.place_id: at for at, each in enumerate(places)}
    unused = {at: [n for n, owner in enumerate(of) if owner == at] for at in range(len(places))}
    visits, now, node = [], 0.0, 0
    for stop in found.stops:
        at = number[stop.place_id]
        arrives = now + minutes[node, at + 1]
        begins = (stop.arrive - wish.shift.valid_from) / MINUTE
        now, node = begins + stop.dwell, at + 1
        visits.append(
            SimpleNamespace(stop=unused[at].pop(0), arrives=arrives, begins=begins, leaves=now)
        )
    back = (found.back - wish.shift.valid_from) / MINUTE
    rests = resting(problem, visits, minutes, back)
    route = SimpleNamespace(team=0, visits=visits, finishes=back, rests=rests)
    score = sum(problem.stops[each.stop].score for each in visits)
    return SimpleNamespace(routes=[route], score=score, bound=max(found.bound, score), missing=())


def resting(problem, visits, minutes, back):
    """Find a gap between stops in which the break fits, where one was asked for."""
    (team,) = problem.teams
    free = [(0.0, 0), *((each.leaves, problem.stops[each.stop].node) for each in visits)]
    next_ = [*((each.begins, problem.stops[each.stop].node) for each in visits), (back, 0)]
    rests = []
    for due in team.breaks:
        for (left, one), (begins, other) in zip(free, next_, strict=True):
            start = max(left, due.earliest)
            fits = start <= due.latest and begins - left - minutes[one, other] >= due.minutes - 1e-6
            if fits and start + due.minutes <= begins + 1e-6:
                rests.append(SimpleNamespace(begins=start, minutes=due.minutes))
                break
    return rests


def test_the_claim_of_the_verifier_can_fail():
    """A plan that was tampered with is found out."""
    places = [near(1, 3), near(2, 6)]
    found = patrol_solving.solve(asked(), places)
    minutes = patrol_solving._travel(asked(), [each.stop for each in places]).minutes
    problem, of = patrol_solving.problem(asked(), places, minutes)
    early = replace(found, stops=tuple(replace(s, arrive=BEGINS) for s in found.stops))
    assert faults(problem, claimed(problem, of, asked(), places, early, minutes))
    assert np.isfinite(minutes).all()
    assert shapely.length(found.way) > 0
