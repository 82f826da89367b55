"""What people put on the map: shared at once by the partnership, looked over from the community."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Event

import pytest
from shapely import LineString, Point
from sqlalchemy import select

from domain import annotations
from domain.annotation_changes import annotate, change, decline, share, withdraw
from domain.annotations import Annotation, AnnotationState, Sketch
from domain.audit import ACTIONS, Entry
from domain.concerns import Basis
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.filters import Filters
from domain.people import PUBLIC, SYSTEM, Permission, Role, Tier
from domain.thread_tables import Edit
from store.database import Store, connect
from tests.conftest import arrange, busy
from tests.domain import rows
from tests.domain.rows import HERE

NOTE = {"kind": "worry", "text": "No light by the gate.", "shape": HERE, "precision": "street"}
ANNOTATORS = {Role.PRACTITIONER, Role.POLICE, Role.ANALYST, Role.COORDINATOR}


@pytest.fixture
def do(store):
    def do(action, *args, **given):
        with store.writing() as session:
            return action(session, *args, **given)

    return do


@pytest.fixture
def reported(store, actor):
    return drawn_before(store, actor(Role.PARTNER))


def drawn_before(store, partner, **given):
    """A report that a partner drew on the map before places were reported under /report."""
    waits = {"state": AnnotationState.WAITING, "author_id": partner.id, "precision": "street"}
    with store.writing() as session:
        (note,) = arrange(
            session, SYSTEM, rows.annotation(author_role=partner.role, **{**waits, **given})
        )
    return note


def now(store, note):
    with store.reading() as session:
        return session.get(Annotation, note.id)


@pytest.mark.parametrize("role", Role)
def test_each_role_annotates_as_it_may(do, people, role):
    if role in ANNOTATORS:
        assert do(annotate, people[role], **NOTE).state is AnnotationState.SHARED
    else:
        with pytest.raises(NotPermitted):
            do(annotate, people[role], **NOTE)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COORDINATOR])
@pytest.mark.parametrize("action", [share, decline])
def test_reports_are_decided_on_by_moderators_alone(do, people, reported, role, action):
    with pytest.raises(NotPermitted, match="decide on reports"):
        do(action, people[role], reported.id, version=1)


def test_every_action_on_annotations_is_declared_with_what_it_needs():
    needs = {name: each.needs for name, each in ACTIONS.items() if name.startswith("annotation.")}
    assert needs == {
        "annotation.annotate": Permission.ANNOTATE,
        "annotation.share": Permission.MODERATE,
        "annotation.decline": Permission.MODERATE,
        "annotation.withdraw": Permission.SEE_MAP,
        "annotation.change": Permission.SEE_MAP,
    }
    assert not PUBLIC.may(Permission.SEE_MAP)


def test_a_report_is_shared_in_the_moderators_words(do, store, reported, actor):
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place())
    do(
        share, actor(Role.COORDINATOR), reported.id,
        version=1, text="The gate is unlit.", place_id=place.id,
    )  # fmt: skip
    note = now(store, reported)
    assert (note.state, note.text, note.place_id) == (
        AnnotationState.SHARED, "The gate is unlit.", place.id,
    )  # fmt: skip
    assert note.author_id == actor(Role.PARTNER).id


def test_what_was_decided_is_decided(do, reported, actor):
    coordinator = actor(Role.COORDINATOR)
    do(decline, coordinator, reported.id, version=1)
    with pytest.raises(Conflict, match="Someone else changed"):
        do(share, coordinator, reported.id, version=1)
    with pytest.raises(Conflict, match="already declined"):
        do(share, coordinator, reported.id, version=2)
    with pytest.raises(Conflict, match="already declined"):
        do(withdraw, actor(Role.PARTNER), reported.id, version=2)


def test_of_two_moderators_who_decide_at_once_one_gets_a_conflict(
    url, store, reported, actor, sealed
):
    first_in, started = Event(), Event()

    def first():
        with store.writing() as session:
            share(session, actor(Role.COORDINATOR), reported.id, version=1)
            first_in.set()
            started.wait(5)
        return "done"

    def second():
        other = Store(connect(url), busy)
        try:
            first_in.wait(5)
            started.set()
            with other.writing() as session:
                decline(session, sealed, reported.id, version=1)
        except Conflict:
            return "conflict"
        finally:
            other.close()
        return "done"

    with ThreadPoolExecutor(2) as threads:
        ends = [threads.submit(each) for each in (first, second)]
        assert [end.result(30) for end in ends] == ["done", "conflict"]
    assert now(store, reported).state is AnnotationState.SHARED


def test_only_its_author_takes_a_note_back(do, store, reported, actor):
    with pytest.raises(NotFound):
        do(withdraw, actor(Role.COORDINATOR), reported.id, version=1)
    with pytest.raises(NotFound):
        do(withdraw, actor(Role.PRACTITIONER), reported.id, version=1)
    do(withdraw, actor(Role.PARTNER), reported.id, version=1)
    assert now(store, reported).state is AnnotationState.WITHDRAWN


def test_authors_change_their_own_until_it_was_looked_over(do, store, reported, actor):
    partner = actor(Role.PARTNER)
    do(change, partner, reported.id, version=1, text="Still no light.", shape=Point(1, 2))
    assert now(store, reported).text == "Still no light."
    assert now(store, reported).shape == Point(1, 2)
    do(share, actor(Role.COORDINATOR), reported.id, version=2)
    with pytest.raises(Conflict, match="report it anew"):
        do(change, partner, reported.id, version=3, text="Other words.")


def test_others_change_nothing_that_they_did_not_write(do, actor):
    note = do(annotate, actor(Role.POLICE), **NOTE)
    with pytest.raises(NotPermitted, match="what you wrote yourself"):
        do(change, actor(Role.ANALYST), note.id, version=1, text="x")
    do(change, actor(Role.COORDINATOR), note.id, version=1, text="In plain words.")
    do(change, actor(Role.POLICE), note.id, version=2, kind="strength")


def test_a_note_is_put_on_places_that_one_may_know_of_alone(do, store, actor):
    with store.writing() as session:
        (secret,) = arrange(session, SYSTEM, rows.place(tier=int(Tier.T4)))
    with pytest.raises(NotFound, match="place is not there"):
        do(annotate, actor(Role.COORDINATOR), **NOTE, place_id=secret.id)
    do(annotate, actor(Role.POLICE), **NOTE, place_id=secret.id)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "rumour"),
        ("precision", "rough"),
        ("text", "x" * 501),
        ("text", " \u200b"),
        ("shape", Point(-5, 5)),
        ("noted_on", date(2099, 1, 1)),
        ("tier", int(Tier.SEALED)),
        ("information", "F"),
        ("grade_source", "4"),
        ("valid_until", date(2020, 1, 1)),
    ],
)
def test_what_cannot_be_taken_is_refused(do, actor, field, value):
    given = {**NOTE, "valid_from": date(2020, 1, 2), field: value}
    with pytest.raises(Invalid):
        do(annotate, actor(Role.POLICE), **given)


def test_words_are_masked_before_they_are_kept(do, store, actor, reported):
    do(change, actor(Role.PARTNER), reported.id, version=1, text="Ring 07700 900123 <b>now</b>")
    assert now(store, reported).text == "Ring [phone number removed] <b>now</b>"
    note = do(share, actor(Role.COORDINATOR), reported.id, version=2, text="Mail a.b@example.org")
    with store.reading() as session:
        logged = str([entry.changes for entry in session.scalars(select(Entry))])
    assert now(store, note).text == "Mail [e-mail address removed]"
    assert "900123" not in logged
    assert "example.org" not in logged


def test_reports_wait_in_the_order_in_which_they_came(do, store, actor):
    with store.writing() as session:
        (secret,) = arrange(session, SYSTEM, rows.place(place_type="refuge"))
    first, second = (drawn_before(store, actor(Role.PARTNER)) for _ in range(2))
    with store.writing() as session:
        arrange(
            session, SYSTEM,
            rows.annotation(state=AnnotationState.WAITING, place_id=secret.id),
        )  # fmt: skip
    with store.reading() as session:
        waiting = annotations.waiting(session, actor(Role.COORDINATOR))
        assert [note.id for note in waiting] == [first.id, second.id]
        own = annotations.mine(session, actor(Role.PARTNER))
        assert [note.id for note in own] == [second.id, first.id]
        assert annotations.mine(session, actor(Role.PRACTITIONER)) == []
        with pytest.raises(NotPermitted):
            annotations.waiting(session, actor(Role.POLICE))


def test_who_works_in_an_area_annotates_nothing_outside_it(do, store, actor):
    with store.writing() as session:
        (area,) = arrange(session, SYSTEM, rows.area())
    local = replace(actor(Role.POLICE), area_ids=frozenset({area.id}))
    far = {**NOTE, "shape": Point(480_000, 550_000)}
    with pytest.raises(NotPermitted, match="outside your area"):
        do(annotate, local, **far)
    note = do(annotate, local, **NOTE)
    with pytest.raises(NotPermitted, match="outside your area"):
        do(change, local, note.id, version=1, shape=far["shape"])
    assert do(annotate, actor(Role.POLICE), **far).state is AnnotationState.SHARED


def test_a_note_says_what_it_is_and_how_it_is_known(do, store, actor):
    given = {
        "kind": "guardianship", "basis": Basis.OPINION, "information": "B", "grade_source": "1",
        "sketch": Sketch.ARROW, "shape": LineString([(475_000, 545_000), (475_050, 545_050)]),
    }  # fmt: skip
    kept = now(store, do(annotate, actor(Role.POLICE), **{**NOTE, **given}))
    assert {name: getattr(kept, name) for name in given} == given
    with pytest.raises(NotPermitted, match="grade what was told"):
        do(annotate, actor(Role.PRACTITIONER), **NOTE, grade_source="1")
    assert do(annotate, actor(Role.PRACTITIONER), **NOTE, information="A").information == "A"


def test_a_note_that_holds_no_longer_leaves_the_map_and_comes_back_by_its_dates(do, store, actor):
    police = actor(Role.POLICE)
    was = {"noted_on": date(2025, 5, 1), "valid_until": date(2025, 6, 30)}
    past = do(annotate, police, **NOTE, **was)
    lasting = do(annotate, police, **NOTE, noted_on=date(2025, 5, 1), valid_until=None)

    def shown(since=None, until=None):
        with store.reading() as session:
            return set(annotations.frame(session, police, None, Filters(since, until)).index)

    assert shown() == {lasting.id}
    assert shown(until=date(2025, 6, 30)) == {past.id, lasting.id}
    assert shown(until=date(2025, 7, 1)) == {lasting.id}
    assert shown(since=date(2025, 4, 1)) == {past.id, lasting.id}


def test_how_a_shared_note_read_before_is_kept_and_never_in_the_log(do, store, actor):
    police = actor(Role.POLICE)
    note = do(annotate, police, **NOTE, tier=int(Tier.T3))
    do(change, police, note.id, version=1, text="Quillfeather.", tier=int(Tier.T2))
    do(change, police, note.id, version=2, kind="strength")
    with store.reading() as session:
        edits = session.scalars(select(Edit).order_by(Edit.id)).all()
        logged = str([entry.changes for entry in session.scalars(select(Entry))])
    assert [(each.before, each.tier) for each in edits] == [
        ({"text": "No light by the gate.", "tier": 3}, 3),
        ({"kind": "worry"}, 2),
    ]
    assert "No light" not in logged
