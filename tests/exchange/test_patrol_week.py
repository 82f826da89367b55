"""A week for several teams keeps every rule, looked at independently, and goes by need."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from domain.errors import Invalid
from domain.patrol_rules import Shift, Stop, broken
from exchange import patrol_travel, patrol_week
from exchange.patrol_week import Asked, Wanted
from tests.exchange.week_verifier import faults

STREETS = Path(__file__).parents[2] / "data" / "sample" / "eldermere.gpkg"
MONDAY = datetime(2026, 11, 16, 18, 0, tzinfo=UTC)
STATION = Point(466_480, 543_140)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def shifts(days, hours=5):
    return tuple(
        Shift(title="Evening", purpose="Children feel safe.", legal_basis="Common law",
              style="foot", agency_id=1, valid_from=MONDAY + at * DAY,
              valid_to=MONDAY + at * DAY + timedelta(hours=hours))
        for at in days
    )  # fmt: skip


def asked(days=(0, 1, 2), **given_):
    hours = given_.pop("hours", 5)
    values = {"shifts": shifts(days, hours), "start": STATION, "time_limit": 0.6, "teams": 2}
    return Asked(**{**values, **given_})


def wanted(number, east, north, wish, *, score=1.0, opens=0, closes=300, urgent=False, **more):
    stop = Stop(
        opens=MONDAY, closes=MONDAY, arrive=MONDAY, why="Lights fail.", place_id=number,
        name=f"Place {number}", zone=Point(STATION.x + east, STATION.y + north).buffer(60), **more,
    )  # fmt: skip
    hours = {
        at: (each.valid_from + opens * MINUTE, each.valid_from + closes * MINUTE)
        for at, each in enumerate(wish.shifts)
    }
    return Wanted(stop, score, hours, urgent)


def looked_at(wish, places):
    week = patrol_week.solve(wish, places)
    stops = [each.stop for each in places]
    travel = patrol_travel.between(wish.start, stops, style="foot", streets=wish.streets)
    return week, faults(wish, places, travel.minutes, week)


ADDRESSES = st.tuples(st.integers(-15, 15), st.integers(-15, 15))
HOURS = st.tuples(st.integers(0, 150), st.integers(40, 200))


@settings(max_examples=8, deadline=None)
@given(
    spots=st.lists(ADDRESSES, min_size=1, max_size=7, unique=True),
    hours=st.lists(HOURS, min_size=7, max_size=7),
    needs=st.lists(st.floats(0.05, 1), min_size=7, max_size=7),
    urgent=st.lists(st.booleans(), min_size=7, max_size=7),
    teams=st.integers(1, 3),
    visits=st.integers(1, 2),
    pause=st.sampled_from([0, 30]),
    seed=st.integers(0, 999),
)
def test_every_week_stands_up_to_an_independent_look(
    spots, hours, needs, urgent, teams, visits, pause, seed
):
    wish = asked(teams=teams, visits=visits, pause=pause, seed=seed, streets=STREETS)
    places = [
        wanted(n, 60 * east, 60 * north, wish, score=score, opens=first,
               closes=min(300, first + long), urgent=now, spacing=60)
        for n, ((east, north), (first, long), score, now) in enumerate(
            zip(spots, hours, needs, urgent, strict=False), 1
        )
    ]  # fmt: skip
    week, wrong = looked_at(wish, places)
    assert wrong == []
    for tour in week.tours:
        assert broken(tour.shift, tour.solved.stops) == []


def test_the_neediest_get_most_and_every_place_something():
    wish = asked(days=(0, 1, 2, 3), hours=1, teams=1, compare=False)
    scores = (0.9, 0.5, 0.3, 0.2, 0.1)
    places = [
        wanted(n, 100 * n, 0, wish, score=score, closes=60) for n, score in enumerate(scores, 1)
    ]
    week, wrong = looked_at(wish, places)
    assert wrong == []
    meant = [each.meant for each in week.shares]
    assert meant == sorted(meant, reverse=True)
    assert meant[0] > meant[-1] >= 1
    assert all(each.planned >= 1 for each in week.shares)


def test_some_hours_are_left_alone_and_stay_so():
    wish = asked(seed=3)
    places = [wanted(n, 120 * n, 60, wish, score=1 / n, urgent=n == 5) for n in range(1, 7)]
    week, wrong = looked_at(wish, places)
    assert wrong == []
    assert {each.place_id for each in week.left} == {3, 4, 6}
    for each in week.left:
        assert (each.opens, each.closes) == places[each.place_id - 1].hours[each.shift]
    assert patrol_week.solve(replace(wish, compare=False), places).left == ()


def test_no_visit_comes_at_the_same_time_on_the_next_day():
    wish = asked(teams=1, compare=False)
    week, wrong = looked_at(wish, [wanted(n, 150 * n, 0, wish) for n in (1, 2)])
    assert wrong == []
    for place in (1, 2):
        made = [stop.arrive for tour in week.tours for stop in tour.solved.stops
                if stop.place_id == place]  # fmt: skip
        assert len(made) == 3
        for before, after in itertools.pairwise(made):
            assert abs(after - before - DAY) >= 30 * MINUTE


def test_the_same_seed_gives_the_same_week_and_rounds_name_their_day_and_team():
    wish = asked(days=(3, 4), time_limit=4.0)
    places = [wanted(n, 90 * n, 40 * n, wish) for n in range(1, 5)]
    one, same, other = (patrol_week.solve(replace(wish, seed=seed), places) for seed in (1, 1, 2))
    arrivals = [[stop.arrive for each in week.tours for stop in each.solved.stops]
                for week in (one, same, other)]  # fmt: skip
    assert arrivals[0] == arrivals[1]
    assert arrivals[0] != arrivals[2]
    assert one.tours[0].shift.title == "Evening, Thursday, team 1"
    assert one.words
    assert len(one.rounds) <= 4


def test_the_verifier_finds_what_was_tampered_with():
    wish = asked(teams=1)
    places = [wanted(n, 150 * n, 0, wish) for n in (1, 2, 3, 4)]
    week, _ = looked_at(wish, places)
    first = week.tours[0]
    stops = tuple(replace(each, arrive=MONDAY) for each in first.solved.stops)
    bent = replace(first, solved=replace(first.solved, stops=stops))
    minutes = patrol_travel.between(
        STATION, [each.stop for each in places], style="foot", streets=None
    ).minutes
    assert faults(wish, places, minutes, replace(week, tours=(bent, *week.tours[1:])))
    assert faults(wish, places, minutes, replace(week, tours=week.tours[1:]))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"shifts": ()}, "at least one day"),
        ({"teams": 0}, "1 to 4 teams"),
        ({"visits": 4}, "1 to 3 visits"),
        ({"shifts": shifts((0, 0))}, "one shift a day"),
        ({"shifts": shifts((0,), hours=20)}, "within 14 hours"),
    ],
)
def test_what_makes_no_week_is_said(change, why):
    wish = asked()
    with pytest.raises(Invalid, match=why):
        patrol_week.solve(replace(wish, **change), [wanted(1, 100, 0, wish)])
    with pytest.raises(Invalid, match="Tick at least one place"):
        patrol_week.solve(wish, [])
