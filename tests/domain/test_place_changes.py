"""Places change along their states, under a permission, one person at a time."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Event

import pytest
from shapely import LineString, Point, Polygon, from_wkt
from sqlalchemy import select

from domain import audit, place_changes, place_history
from domain.audit import Entry
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.people import PUBLIC, SYSTEM, Permission, Role, Tier
from domain.place_changes import add, add_alias, change, move, redraw, set_guardians
from domain.place_history import merge, split
from domain.places import MOVES, Place, PlaceEvent, PlaceGuardian, Status
from store.database import Store, connect
from tests.conftest import arrange, busy
from tests.domain import cases, rows
from tests.domain.rows import HERE, around

EDITORS = {Role.POLICE, Role.ANALYST, Role.COORDINATOR}
MERGERS = {Role.ANALYST, Role.COORDINATOR}
NEW = {
    "name": "Mill Lane kiosk",
    "neutral_name": "Place in the west",
    "place_type": "park",
    "precision": "exact",
    "harm_primary": "UNK",
    "marking": "OFFICIAL-SENSITIVE",
}


@pytest.fixture
def coordinator(actor):
    return actor(Role.COORDINATOR)


@pytest.fixture
def place(store):
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place())
    return place


@pytest.fixture
def do(store):
    """Do one action in a transaction of its own."""

    def do(action, *args, **given):
        with store.writing() as session:
            return action(session, *args, **given)

    return do


def ready(store, place, who, status):
    """Put down what a place needs to move on to ``status``."""
    with store.writing() as session:
        cases.open_gate(session, place, who, status)


def history(store, place_id):
    query = select(PlaceEvent).where(PlaceEvent.place_id == place_id).order_by(PlaceEvent.id)
    with store.reading() as session:
        return list(session.scalars(query))


def now(store, place_id):
    with store.reading() as session:
        return session.get(Place, place_id)


# Who may


@pytest.mark.parametrize("role", Role)
def test_places_are_changed_by_those_who_may(do, store, place, people, role):
    ready(store, place, people[Role.COORDINATOR], Status.ASSESSING)
    tries = [
        (add, (), {"shape": HERE, **NEW}),
        (change, (place.id,), {"version": 1, "strengths": "Lit at night."}),
        (move, (place.id, Status.ASSESSING), {"version": 2, "reason": "Two reports."}),
        (redraw, (place.id, around()), {"version": 3}),
        (set_guardians, (place.id, []), {"version": 4}),
        (add_alias, (place.id, "The steps"), {"version": 5}),
    ]
    for action, plain, named in tries:
        if role in EDITORS:
            do(action, people[role], *plain, **named)
        else:
            with pytest.raises(NotPermitted, match="add or change places"):
                do(action, people[role], *plain, **named)


@pytest.mark.parametrize("role", Role)
def test_places_are_merged_and_split_by_those_who_may(do, store, place, people, role):
    other = do(add, SYSTEM, shape=HERE, **NEW)
    halves = (around(), around(Point(HERE.x + 200, HERE.y)))
    names = {"name": "North end", "neutral_name": "Place in the north"}
    if role in MERGERS:
        do(merge, people[role], place.id, other.id, reason="The same kiosk.")
        do(split, people[role], place.id, *halves, reason="Two ends.", version=2, **names)
        return
    with pytest.raises(NotPermitted, match="merge or split"):
        do(merge, people[role], place.id, other.id, reason="The same kiosk.")
    with pytest.raises(NotPermitted, match="merge or split"):
        do(split, people[role], place.id, *halves, reason="Two ends.", version=1, **names)


def test_the_public_changes_no_place(do, place):
    with pytest.raises(NotPermitted):
        do(move, PUBLIC, place.id, Status.ASSESSING, version=1, reason="Why not.")


@pytest.mark.parametrize("hidden", [{"tier": int(Tier.T4)}, {"place_type": "refuge"}])
def test_what_one_may_not_know_of_is_not_there_to_change(do, store, coordinator, hidden):
    with store.writing() as session:
        (secret,) = arrange(session, SYSTEM, rows.place(**hidden))
    for number in (secret.id, 999):
        with pytest.raises(NotFound, match=r"^That place is not there\.$"):
            do(change, coordinator, number, version=1, strengths="x")


def test_who_works_in_an_area_changes_nothing_outside_it(do, store, place, coordinator):
    with store.writing() as session:
        (area,) = arrange(session, SYSTEM, rows.area())
    local = replace(coordinator, area_ids=frozenset({area.id}))
    far = Point(480_000, 550_000)
    with pytest.raises(NotPermitted, match="outside your area"):
        do(add, local, shape=far, **NEW)
    with pytest.raises(NotPermitted, match="outside your area"):
        do(redraw, local, place.id, far, version=1)
    outside = do(add, coordinator, shape=far, **NEW)
    with pytest.raises(NotFound):
        do(change, local, outside.id, version=1, strengths="x")


def test_homes_are_added_and_made_by_sealed_readers_alone(do, place, coordinator, sealed):
    with pytest.raises(NotPermitted, match="kept sealed"):
        do(add, coordinator, shape=HERE, **{**NEW, "place_type": "childrens_home"})
    with pytest.raises(NotPermitted, match="kept sealed"):
        do(change, coordinator, place.id, version=1, place_type="refuge")
    home = do(add, sealed, shape=HERE, **{**NEW, "place_type": "childrens_home"})
    assert home.tier == Tier.SEALED


# What is kept


def test_a_new_place_is_watched_and_its_history_begins(do, store, coordinator):
    place = do(add, coordinator, shape=around(), reason="Three reports.", **NEW)
    kept = now(store, place.id)
    assert kept.status is Status.WATCH
    assert kept.created_by == coordinator.id
    assert kept.shape.equals(around())
    (line,) = history(store, place.id)
    assert (line.kind, line.reason, line.actor_name) == ("noted", "Three reports.", "Coordinator")


@pytest.mark.parametrize("missing", NEW)
def test_a_new_place_needs_what_makes_it_one(do, coordinator, missing):
    given = {key: value for key, value in NEW.items() if key != missing}
    with pytest.raises(Invalid, match="Please fill in"):
        do(add, coordinator, shape=HERE, **given)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("place_type", "castle"),
        ("precision", "rough"),
        ("harm_primary", "cse"),
        ("harm_further", ["CSE", "X"]),
        ("marking", "SECRET"),
        ("name", "x" * 121),
        ("name", "\u202e \x00"),
        ("worries", "x" * 1001),
        ("tier", int(Tier.T4)),
        ("tier", int(Tier.T1)),
        ("owner_agency_id", 999),
        ("first_noted", date(2099, 1, 1)),
        ("last_evidence", date(2099, 1, 1)),
    ],
)
def test_what_cannot_be_taken_is_refused_and_never_quoted(do, place, coordinator, field, value):
    with pytest.raises(Invalid) as refused:
        do(change, coordinator, place.id, version=1, **{field: value})
    assert str(value) not in str(refused.value)


def test_an_online_space_has_no_spot_on_the_map(do, coordinator):
    with pytest.raises(Invalid, match="Name the place that it leads to"):
        do(add, coordinator, shape=HERE, **{**NEW, "place_type": "online"})


def test_identifiers_and_hidden_marks_are_gone_before_anything_is_kept(do, store, coordinator):
    place = do(
        add,
        coordinator,
        shape=HERE,
        reason="Call 07700 900123.",
        **{
            **NEW,
            "name": "Kiosk\u202e \x07 07700 900123",
            "strengths": "<script>alert(1)</script>",
            "worries": "Mail a.b@example.org\n\n\nborn 3/4/2010",
        },
    )
    do(add_alias, coordinator, place.id, "Ring 07700 900123", version=1)
    ready(store, place, coordinator, Status.ASSESSING)
    do(move, coordinator, place.id, Status.ASSESSING, version=2, reason="Ask x@example.org")
    with store.reading() as session:
        kept = session.get(Place, place.id)
        words = [kept.name, kept.worries, *kept.aliases, kept.status_reason]
        words += [line.reason for line in session.scalars(select(PlaceEvent))]
        words += [str(entry.changes) for entry in session.scalars(select(Entry))]
    for trace in ("900123", "example.org", "2010", "\u202e", "\x07"):
        assert not any(trace in each for each in words)
    assert kept.name == "Kiosk [phone number removed]"
    assert kept.strengths == "<script>alert(1)</script>"  # kept as it is: screens escape it


@pytest.mark.parametrize(
    "shape",
    [
        Point(),
        Point(-1, 0),
        Point(float("nan"), 1),
        Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]),
        LineString([(index, index) for index in range(5_001)]),
        from_wkt("GEOMETRYCOLLECTION (POINT (1 1))"),
    ],
    ids=["empty", "off the grid", "nowhere", "crossing itself", "endless", "a mixture"],
)
def test_a_drawing_that_cannot_be_kept_is_refused(do, place, coordinator, shape):
    with pytest.raises(Invalid):
        do(redraw, coordinator, place.id, shape, version=1)


def test_heights_are_left_out(do, coordinator):
    place = do(add, coordinator, shape=Point(1, 2, 3), **NEW)
    assert not place.shape.has_z


def test_a_change_says_which_fields_it_changed(do, store, place, coordinator):
    do(change, coordinator, place.id, version=1, strengths="Lit at night.", name=place.name)
    (line,) = history(store, place.id)
    assert (line.kind, line.details) == ("changed", {"changed": ["strengths"]})
    assert now(store, place.id).version == 2


def test_a_change_that_changes_nothing_leaves_nothing(do, store, place, coordinator):
    do(change, coordinator, place.id, version=1, name=place.name)
    assert history(store, place.id) == []
    assert now(store, place.id).version == 1


def test_a_new_outline_keeps_the_old_one_in_the_history(do, store, place, coordinator):
    do(redraw, coordinator, place.id, around(reach=10), version=1, precision="building")
    (line,) = history(store, place.id)
    assert line.kind == "outline"
    assert line.shape.equals(around())
    kept = now(store, place.id)
    assert kept.shape.equals(around(reach=10))
    assert kept.precision == "building"


def test_a_known_name_is_not_added_twice(do, store, place, coordinator):
    do(add_alias, coordinator, place.id, "The steps", version=1)
    do(add_alias, coordinator, place.id, " The  steps ", version=2)
    do(add_alias, coordinator, place.id, place.name, version=2)
    assert now(store, place.id).aliases == ["The steps"]


def test_guardians_are_set_and_those_one_may_not_know_of_stay(do, store, place, coordinator):
    with store.writing() as session:
        known, other, secret = arrange(
            session, SYSTEM, rows.premises(), rows.premises(), rows.premises(place_type="refuge")
        )
        arrange(session, SYSTEM, PlaceGuardian(place_id=place.id, premises_id=secret.id))
    do(set_guardians, coordinator, place.id, [known.id], version=1)
    do(set_guardians, coordinator, place.id, [other.id], version=2)
    with store.reading() as session:
        guards = set(session.scalars(select(PlaceGuardian.premises_id)))
    assert guards == {other.id, secret.id}
    with pytest.raises(NotFound, match="not there"):
        do(set_guardians, coordinator, place.id, [secret.id], version=3)


# States


@pytest.mark.parametrize("start", Status)
@pytest.mark.parametrize("end", Status)
def test_only_the_ways_of_the_machine_are_open(do, store, coordinator, start, end):
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place(status=start))
        cases.open_gate(session, place, coordinator, end)
    if end in MOVES[start]:
        do(move, coordinator, place.id, end, version=1, reason="Decided.")
        assert now(store, place.id).status is end
        return
    with pytest.raises(Invalid) as refused:
        do(move, coordinator, place.id, end, version=1, reason="Decided.")
    for way in MOVES[start]:
        assert way.deed in str(refused.value)
    assert now(store, place.id).status is start


def test_no_action_but_move_merge_and_the_first_note_sets_a_state(place):
    assert "status" not in place_changes.Details.__annotations__
    assert "merged_into_id" not in place_changes.Details.__annotations__


def test_a_refused_move_says_what_is_possible(do, place, coordinator):
    with pytest.raises(Invalid) as refused:
        do(move, coordinator, place.id, Status.PLAN, version=1, reason="Now.")
    assert str(refused.value) == (
        "This place is watched. From here you can assess it or step it down, "
        "but not make a plan for it."
    )


def test_a_move_needs_a_reason(do, place, coordinator):
    with pytest.raises(Invalid, match="fill in the reason"):
        do(move, coordinator, place.id, Status.ASSESSING, version=1, reason=" \u200b ")


# Two at once


def test_a_change_of_what_someone_else_has_changed_is_refused(do, store, place, coordinator):
    do(change, coordinator, place.id, version=1, strengths="Lit at night.")
    with pytest.raises(Conflict, match="Someone else changed this place"):
        do(change, coordinator, place.id, version=1, strengths="Dark.")
    assert now(store, place.id).strengths == "Lit at night."


def test_of_two_who_change_a_place_at_once_one_gets_a_conflict(url, store, place, people):
    """Both have read version 1; the second starts while the first is not done."""
    started, first_in = Event(), Event()

    def first():
        with store.writing() as session:
            change(session, people[Role.POLICE], place.id, version=1, strengths="First.")
            first_in.set()
            started.wait(5)
        return "done"

    def second():
        other = Store(connect(url), busy)
        try:
            first_in.wait(5)
            started.set()
            with other.writing() as session:
                change(session, people[Role.ANALYST], place.id, version=1, strengths="Second.")
        except Conflict as conflict:
            return str(conflict)
        finally:
            other.close()
        return "done"

    with ThreadPoolExecutor(2) as threads:
        ends = [threads.submit(each) for each in (first, second)]
        assert ends[0].result(30) == "done"
        assert "Someone else changed this place" in ends[1].result(30)
    assert now(store, place.id).strengths == "First."
    assert [line.actor_name for line in history(store, place.id)] == ["Police"]


def test_two_who_merge_crosswise_do_not_wait_for_each_other_for_ever(url, store, place, people):
    with store.writing() as session:
        (twin,) = arrange(session, SYSTEM, rows.place())
    gate = Event()

    def merged(keep, duplicate):
        other = Store(connect(url), busy)
        gate.wait(5)
        try:
            with other.writing() as session:
                merge(session, people[Role.ANALYST], keep, duplicate, reason="The same.")
        except Conflict:
            return "conflict"
        finally:
            other.close()
        return "done"

    with ThreadPoolExecutor(2) as threads:
        pairs = [(place.id, twin.id), (twin.id, place.id)]
        ends = [threads.submit(merged, *pair) for pair in pairs]
        gate.set()
        assert sorted(end.result(30) for end in ends) == ["conflict", "done"]


# Merge and split


@pytest.fixture
def twins(store, place):
    """Two records of one place, the second with a note, a touch, guardians and other names."""
    with store.writing() as session:
        twin, guard, both = arrange(
            session,
            SYSTEM,
            rows.place(
                name="The steps", aliases=["Old steps"], tier=int(Tier.T3), harm_primary="CL",
                first_noted=date(2024, 5, 1), last_evidence=date(2026, 2, 1),
            ),
            rows.premises(),
            rows.premises(),
        )  # fmt: skip
        arrange(
            session,
            SYSTEM,
            rows.annotation(place_id=twin.id),
            rows.touch(place_id=twin.id),
            PlaceGuardian(place_id=twin.id, premises_id=guard.id),
            PlaceGuardian(place_id=twin.id, premises_id=both.id),
            PlaceGuardian(place_id=place.id, premises_id=both.id),
        )
    return place, twin


def test_a_merge_carries_everything_over_and_keeps_history_on_both(do, store, twins, coordinator):
    place, twin = twins
    do(merge, coordinator, place.id, twin.id, reason="One and the same.")
    with store.reading() as session:
        keep, gone = session.get(Place, place.id), session.get(Place, twin.id)
        assert set(session.scalars(select(rows.Annotation.place_id))) == {place.id}
        assert set(session.scalars(select(rows.PlaceTouch.place_id))) == {place.id}
        guards = list(session.scalars(select(PlaceGuardian)))
        assert {guard.place_id for guard in guards} == {place.id}
        assert len(guards) == 2
    assert keep.aliases == ["The steps", "Old steps"]
    assert keep.harm_further == ["CL"]
    assert keep.tier == Tier.T3
    assert (keep.first_noted, keep.last_evidence) == (date(2024, 5, 1), date(2026, 2, 1))
    assert (gone.status, gone.merged_into_id) == (Status.ARCHIVED, place.id)
    assert gone.name == "The steps"
    assert gone.shape.equals(around())
    for number, other in ((place.id, twin.id), (twin.id, place.id)):
        (line,) = history(store, number)
        assert (line.kind, line.reason) == ("merged", "One and the same.")
        assert line.details["other"] == other


def test_what_was_merged_is_merged_no_more(do, twins, coordinator):
    place, twin = twins
    do(merge, coordinator, place.id, twin.id, reason="The same.")
    with pytest.raises(Conflict, match="merged into another"):
        do(merge, coordinator, place.id, twin.id, reason="The same.")
    with pytest.raises(Conflict, match="merged into another"):
        do(change, coordinator, twin.id, version=2, strengths="x")
    with pytest.raises(Invalid, match="two different places"):
        do(merge, coordinator, place.id, place.id, reason="The same.")


def test_a_chain_of_merges_leads_to_the_last_place(do, store, twins, coordinator):
    place, twin = twins
    third = do(add, coordinator, shape=HERE, **NEW)
    do(merge, coordinator, place.id, twin.id, reason="The same.")
    do(merge, coordinator, third.id, place.id, reason="The same.")
    assert now(store, twin.id).merged_into_id == third.id


def test_a_split_makes_a_second_place_and_keeps_history_on_both(do, store, coordinator):
    whole, west, east = around(reach=100), around(reach=50), around(Point(HERE.x + 200, HERE.y))
    with store.writing() as session:
        place, guard = arrange(
            session, SYSTEM, rows.place(shape=whole, status=Status.PLAN), rows.premises()
        )
        in_west, in_east, touch = arrange(
            session,
            SYSTEM,
            rows.annotation(place_id=place.id),
            rows.annotation(place_id=place.id, shape=Point(HERE.x + 200, HERE.y)),
            rows.touch(place_id=place.id, spot=Point(HERE.x + 210, HERE.y)),
        )
        arrange(session, SYSTEM, PlaceGuardian(place_id=place.id, premises_id=guard.id))
    new = do(
        split, coordinator, place.id, west, east, version=1,
        name="East end", neutral_name="Place in the east", reason="Two worries.",
    )  # fmt: skip
    with store.reading() as session:
        old, part = session.get(Place, place.id), session.get(Place, new.id)
        assert old.shape.equals(west)
        assert part.shape.equals(east)
        assert (part.status, part.harm_primary) == (Status.PLAN, "CSE")
        assert session.get(rows.Annotation, in_west.id).place_id == place.id
        assert session.get(rows.Annotation, in_east.id).place_id == new.id
        assert session.get(rows.PlaceTouch, touch.id).place_id == new.id
        guards = session.scalars(select(PlaceGuardian.place_id).order_by(PlaceGuardian.place_id))
        assert list(guards) == [place.id, new.id]
    for number, other in ((place.id, new.id), (new.id, place.id)):
        (line,) = history(store, number)
        assert line.shape.equals(whole)
        assert (line.kind, line.details["other"]) == ("split", other)


def test_history_is_read_without_reasons_below_the_meeting(do, store, place, people):
    ready(store, place, people[Role.POLICE], Status.ASSESSING)
    do(move, people[Role.POLICE], place.id, Status.ASSESSING, version=1, reason="Two reports.")
    with store.reading() as session:
        (full,) = place_history.lines(session, people[Role.COORDINATOR], place.id)
        (short,) = place_history.lines(session, people[Role.PRACTITIONER], place.id)
    assert (full.reason, full.who) == ("Two reports.", "Police")
    assert (short.reason, short.who) == ("", "")
    assert short.status is full.status is Status.ASSESSING


@audit.action("test.open_to_all", needs=Permission.RUN_JOBS)
def open_to_all(session, _actor, place_id):
    session.get(Place, place_id).tier = int(Tier.T2)


def test_history_names_no_place_that_the_reader_may_not_know_of(do, store, people):
    with store.writing() as session:
        keep, secret = arrange(session, SYSTEM, rows.place(), rows.place(tier=int(Tier.T4)))
    do(merge, SYSTEM, keep.id, secret.id, reason="The same.")
    with store.writing() as session:
        open_to_all(session, SYSTEM, keep.id)
    with store.reading() as session:
        (line,) = place_history.lines(session, people[Role.COORDINATOR], keep.id)
        assert line.other is None
        (line,) = place_history.lines(session, people[Role.POLICE], keep.id)
        assert line.other == secret.id


def test_a_home_never_becomes_a_part_of_an_open_place(do, store, place, sealed):
    with store.writing() as session:
        (home,) = arrange(session, SYSTEM, rows.place(place_type="refuge", name="14 Mill Lane"))
    with pytest.raises(Invalid, match="cannot become a part"):
        do(merge, sealed, place.id, home.id, reason="The same.")
    do(merge, sealed, home.id, place.id, reason="The same.")
    assert now(store, place.id).merged_into_id == home.id


def test_every_action_on_places_is_declared_with_what_it_needs():
    from domain.audit import ACTIONS

    needs = {name: each.needs for name, each in ACTIONS.items() if name.startswith("place.")}
    assert needs == {
        "place.add": Permission.EDIT_PLACES,
        "place.change": Permission.EDIT_PLACES,
        "place.move": Permission.EDIT_PLACES,
        "place.redraw": Permission.EDIT_PLACES,
        "place.set_guardians": Permission.EDIT_PLACES,
        "place.add_alias": Permission.EDIT_PLACES,
        "place.merge": Permission.MERGE_PLACES,
        "place.split": Permission.MERGE_PLACES,
    }
