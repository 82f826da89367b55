"""Places from return interviews: what is kept, and that nothing tells what came together."""

import itertools
import json
import random
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Point
from sqlalchemy import select, text

from domain import interviews
from domain.accounts import Agency
from domain.audit import Entry
from domain.errors import Invalid, NotFound, NotPermitted
from domain.interviews import Named, ToldPlace
from domain.people import SYSTEM, Actor, Role, Tier
from domain.touches import PlaceTouch
from store import bulk
from tests.conftest import arrange
from tests.domain import rows
from tests.domain.rows import HERE

TODAY = date(2026, 11, 18)
MONTH = date(2026, 11, 1)
THERE = Point(476_300, 546_300)


@pytest.fixture
def code(store, actor):
    """Code one interview: ``code(Named(...), Named(...))``, as a practitioner."""

    def act(*named, who=None, month=MONTH, today=TODAY):
        with store.writing() as session:
            interviews.code(session, who or actor(Role.PRACTITIONER), month, named, today=today)

    return act


@pytest.fixture
def place(store):
    with store.writing() as session:
        return arrange(session, SYSTEM, rows.place())[0]


def touches(store):
    with store.reading() as session:
        return session.scalars(select(PlaceTouch).order_by(PlaceTouch.id)).all()


def test_a_place_is_kept_with_its_month_and_what_was_said_of_it(store, code, place):
    code(
        Named(
            role="last_seen", place_id=place.id, precision="building", time_band="evening",
            felt="unsafe", transport_mode="bus", push_factors=("bullying",),
            pull_factors=("see_friends", "debt"), day_type="weekend",
        ),
        month=date(2026, 10, 27),
    )  # fmt: skip
    (row,) = touches(store)
    assert (row.source, row.role, row.month) == ("rhi", "last_seen", date(2026, 10, 1))
    assert (row.time_band, row.felt, row.transport_mode) == ("evening", "unsafe", "bus")
    assert (row.push_factors, row.pull_factors) == (["bullying"], ["debt", "see_friends"])
    assert (row.place_id, row.residential, row.precision) == (place.id, False, "building")
    assert row.spot.within(place.shape)


def test_a_spot_at_a_place_that_the_interviewer_knows_stands_for_it(store, code, place):
    near = Point(place.shape.bounds[2] + 20, HERE.y)
    code(Named(role="travelled_via", spot=near), Named(role="travelled_via", spot=THERE))
    assert {(row.place_id, row.spot.wkt) for row in touches(store)} == {
        (place.id, near.wkt), (None, THERE.wkt),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("role", "lives", "home"),
    [
        ("missing_from", False, True),
        ("stayed_at", None, True),
        ("stayed_at", True, True),
        ("travelled_via", True, True),
        ("found_at", False, False),
        ("travelled_via", None, False),
    ],
)
def test_where_someone_lives_is_kept_as_a_square_and_for_no_place(
    store, code, place, role, lives, home
):
    spot = Point(475_051, 545_052)  # in the outline of the place
    code(Named(role=role, spot=spot, lives_here=lives))
    (row,) = touches(store)
    assert row.residential is home
    assert row.spot == (Point(475_125, 545_125) if home else spot)
    assert row.place_id == (None if home else place.id)
    with store.reading() as session:
        assert bool(session.scalars(select(ToldPlace)).all()) is not home


def test_what_is_not_on_our_lists_or_not_known_is_refused(store, code, actor, place):
    wrong = [
        (), (Named(role="travelled_via", spot=THERE),) * 13, (Named(role="nobody", spot=THERE),),
        (Named(role="found_at"),), (Named(role="found_at", spot=Point(-5, 7)),),
        (Named(role="found_at", spot=THERE, pull_factors=("a name",)),),
    ]  # fmt: skip
    for named in wrong:
        with pytest.raises(Invalid):
            code(*named)
    for month in (date(2026, 12, 1), date(2024, 11, 30)):
        with pytest.raises(Invalid, match="this month or one of the 23"):
            code(Named(role="found_at", spot=THERE), month=month)
    with store.writing() as session:
        (hidden,) = arrange(session, SYSTEM, rows.place(tier=int(Tier.T4)))
    with pytest.raises(NotFound):
        code(Named(role="found_at", place_id=hidden.id))
    for role in (Role.POLICE, Role.PARTNER, Role.ANALYST):
        with pytest.raises(NotPermitted):
            code(Named(role="found_at", place_id=place.id), who=actor(role))
    assert touches(store) == []


def test_an_agency_is_noted_once_a_week_for_a_place_and_for_a_year(store, code, place):
    for day in (TODAY, TODAY + timedelta(days=1), TODAY + timedelta(days=7)):
        code(Named(role="last_seen", place_id=place.id), today=day, month=day)
    with store.reading() as session:
        weeks = session.scalars(select(ToldPlace.week).order_by(ToldPlace.week)).all()
    assert weeks == [date(2026, 11, 16), date(2026, 11, 23)]
    with store.writing() as session:
        assert interviews.sweep(session, SYSTEM, TODAY + timedelta(days=372)) == 1
    with store.reading() as session:
        assert session.scalars(select(ToldPlace.week)).all() == [date(2026, 11, 23)]


# nothing joins what came together

ANYWHERE = st.builds(Point, st.integers(470_000, 480_000), st.integers(540_000, 550_000))
SPOTS = st.one_of(ANYWHERE, st.just(HERE))
PLACES = st.lists(
    st.builds(
        Named,
        spot=SPOTS,
        role=st.sampled_from(("last_seen", "travelled_via", "missing_from", "stayed_at")),
        time_band=st.sampled_from(("evening", "night")),
        felt=st.sampled_from(("safe", "unsafe")),
        pull_factors=st.sampled_from(((), ("debt",), ("event", "see_friends"))),
    ),
    min_size=4,
    max_size=8,
)


SCATTER = bulk.scatter


class Dice(random.Random):
    """Dice that draw numbers in one order, and leave lists as they are."""

    def sample(self, population, k, **_more):
        return list(population)[:k]


def kept(store, monkeypatch, who, forms):
    """Code forms with the same dice each time; return all that the store then holds, and undo."""
    keys, dice = iter(range(1, 1_000)), {PlaceTouch: Dice(1), ToldPlace: Dice(2)}

    def scatter(connection, model, given):
        monkeypatch.setattr(bulk, "SystemRandom", lambda: dice[model])
        SCATTER(connection, model, given)

    monkeypatch.setattr(bulk, "scatter", scatter)
    monkeypatch.setattr(interviews, "token_bytes", lambda _n: next(keys).to_bytes(16, "big"))
    with pytest.raises(LookupError), store.writing() as session:
        for form in forms:
            interviews.code(session, who, MONTH, form, today=TODAY)
        tables = [
            session.execute(text(f"SELECT * FROM {name} ORDER BY id")).all()
            for name in ("place_touch", "told_place")
        ]
        lines = select(Entry.action, Entry.subject, Entry.changes)
        log = session.execute(lines.where(Entry.action == "interview.code")).all()
        found = str(tables), str(log), len(log)
        raise LookupError
    return found


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(named=PLACES, cut=st.integers(1, 3))
def test_the_store_holds_the_same_whichever_places_came_in_one_form(settled, named, cut):
    one = kept(settled.store, settled.patch, settled.who, [named[:cut], named[cut:]])
    other = kept(settled.store, settled.patch, settled.who, [named[:-cut], named[-cut:]])
    assert one == other
    assert one[2] == 2, "one line of the log a form"
    for number in {each.split(",")[0] for each in one[0].split("(")[1:]}:
        assert number not in one[1], "the log names no row"


@pytest.fixture
def settled(store, place, people, monkeypatch):
    """A store with a place, an interviewer and patches that last for all examples."""
    return SimpleNamespace(store=store, who=people[Role.PRACTITIONER], patch=monkeypatch)


@pytest.fixture
def many(store, code):
    """Fifty interviews of three places each; the places of one lie 1 m apart, for the test."""
    for number in range(50):
        code(*(
            Named(role="travelled_via", spot=Point(470_000 + 100 * number + at, 545_000))
            for at in range(3)
        ))  # fmt: skip
    return touches(store)


def test_neither_number_nor_key_nor_order_tells_the_places_of_one_interview(store, many):
    assert len({row.key for row in many}) == len({row.id for row in many}) == 150

    def beside(ordered):
        forms = [int(row.spot.x - 470_000) // 100 for row in ordered]
        return sum(a == b for a, b in itertools.pairwise(forms))

    by_key = sorted(many, key=lambda row: row.key)
    assert beside(many) < 14, "by chance about 2 of 149; in the order of writing 100"
    assert beside(by_key) < 14
    untold = {"id", "key", "spot"}
    same = {
        column.name for column in PlaceTouch.__table__.c
        if len({str(getattr(row, column.name)) for row in many}) == 1
    }  # fmt: skip
    assert same | untold == {column.name for column in PlaceTouch.__table__.c}
    with store.reading() as session:
        log = [json.dumps(entry.changes) for entry in session.scalars(select(Entry))]
    assert set(log[-50:]) == {"{}"}


def test_an_import_goes_on_after_random_numbers(store, many):
    assert all(row.id >= bulk.RANDOM[0] for row in many)
    with store.writing() as session:
        arrange(session, SYSTEM, rows.touch(), rows.touch())
    assert len(touches(store)) == 152


def test_two_agencies_are_noted_apart(store, code, actor, place):
    with store.writing() as session:
        (other,) = arrange(session, SYSTEM, Agency(name="Other", kind="voluntary"))
    who = actor(Role.COORDINATOR)
    second = Actor.user("B", Role.PRACTITIONER, id=who.id, agency_id=other.id)
    homeless = Actor.user("C", Role.PRACTITIONER, id=who.id)
    code(Named(role="last_seen", place_id=place.id))
    code(Named(role="last_seen", place_id=place.id), who=second)
    with pytest.raises(NotPermitted, match="works for an agency"):
        code(Named(role="last_seen", place_id=place.id), who=homeless)
    with store.reading() as session:
        told = session.scalars(select(ToldPlace.agency_id)).all()
    assert set(told) == {other.id, who.agency_id}
