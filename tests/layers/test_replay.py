"""A decision is looked at again years later: the same figures, and what became of them since."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Point
from sqlalchemy import text

from domain.errors import NotFound, NotPermitted
from domain.meeting_deciding import MeetingDecision
from domain.meeting_evidence import shown_of
from domain.meeting_room import Room, presenting
from domain.people import SYSTEM, Role, Tier
from layers import replay
from store.database import permit
from tests.conftest import arrange
from tests.domain import rows
from tests.domain.meeting_cases import Meets, guest

NOW = datetime.now(UTC)


@pytest.fixture
def meets(store, people):
    with store.writing() as session:
        arrange(
            session,
            SYSTEM,
            *(
                rows.incident(
                    occurred_from=NOW - timedelta(days=day), occurred_to=NOW - timedelta(days=day)
                )
                for day in range(1, 8)
            ),
            rows.premises(),
        )
    return Meets(store, people)


def decided(meets, *roles, **given):
    """Decide on a place with what the room is truly shown; return the decision."""
    place = meets.place(**given)
    meets.open(*roles)
    reader = presenting(meets.chair, meets.room())
    shown = meets.read(replay.gather, reader, place.id, as_at=meets.meeting.as_at)
    return meets.decide(meets.item(place), "no_action", shown=shown).decision


def again(meets, decision, who=None):
    return meets.read(replay.replay, who or meets.chair, decision.id)


def test_what_was_shown_is_counted_through_the_catalogue_as_the_room_may_see_it(meets):
    shown = shown_of(decided(meets).evidence)
    assert shown.counts["incidents"] == 7
    assert shown.counts["places"] == shown.counts["premises"] == 1
    assert dict(shown.card)["Name"] == "Mill Lane kiosk"
    assert shown.recipe["tier"] == 3


def test_a_neutral_room_keeps_neutral_figures(meets):
    shown = shown_of(decided(meets, Role.COORDINATOR, Role.PRACTITIONER).evidence)
    assert shown.recipe["tier"] == 2
    assert dict(shown.card)["Name"] == "Place in the west"
    assert "Mill Lane" not in str(shown)
    assert "incidents" not in shown.records
    assert shown.counts["incidents"] % 5 == 0


EDITS = ("rename", "add", "move", "drop", "later", "tier")


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits=st.lists(st.sampled_from(EDITS), min_size=1, max_size=5))
def test_replay_after_later_edits_gives_the_same_hash(meets, edits):
    if not hasattr(meets, "kept"):
        meets.kept = decided(meets)
        meets.before = again(meets, meets.kept)
    for edit in edits:
        change(meets, edit)
    after = again(meets, meets.kept)
    assert after.proven
    assert after.fingerprint == meets.before.fingerprint == meets.kept.fingerprint
    assert after.shown == meets.before.shown


def change(meets, edit):
    with meets.store.writing() as session:
        place = session.get(rows.Place, meets.kept.place_id)
        if edit == "rename":
            place.name += "x"
            arrange(session, SYSTEM, place)
        elif edit == "add":
            arrange(session, SYSTEM, rows.incident())
        elif edit == "move":
            place.shape = rows.around(Point(475_900, 545_900))
            arrange(session, SYSTEM, place)
        elif edit == "drop":
            session.info["action"], session.info["actor"] = "test.drop", SYSTEM
            found = session.query(rows.Incident).first()
            if found is not None:
                session.delete(found)
                session.flush()
        elif edit == "tier":
            place.tier = int(Tier.T3)
            arrange(session, SYSTEM, place)
        else:
            arrange(session, SYSTEM, rows.annotation(place_id=place.id))


def test_unchanged_records_give_the_same_and_later_ones_change_nothing(meets, store):
    kept = decided(meets)
    assert again(meets, kept).same is True
    with store.writing() as session:
        arrange(
            session,
            SYSTEM,
            rows.incident(
                occurred_from=NOW + timedelta(days=3), occurred_to=NOW + timedelta(days=3)
            ),
        )
    assert again(meets, kept).same is True


def test_other_counts_are_told_beside_those_of_then(meets, store):
    kept = decided(meets)
    with store.writing() as session:
        arrange(session, SYSTEM, rows.incident(occurred_from=NOW - timedelta(days=2)))
    found = again(meets, kept)
    assert found.same is False
    (told,) = [each for each in found.differences if each.label == "Incidents"]
    assert (told.then, told.now) == ("7", "8")


def test_destroyed_records_are_told(meets, store):
    kept = decided(meets)
    with store.engine.begin() as connection, permit(connection, "test"):
        connection.execute(text("DELETE FROM incident WHERE id IN (1, 2)"))
    found = again(meets, kept)
    assert found.proven
    assert found.destroyed == ("Incidents: 2 of 7 records were destroyed since.",)
    with store.engine.begin() as connection, permit(connection, "test"):
        for table, column in (("place_event", "place_id"), ("screening", "place_id")):
            connection.execute(text("UPDATE meeting_decision SET screening_id = NULL"))
            connection.execute(text(f"DELETE FROM {table} WHERE {column} = {kept.place_id}"))
        connection.execute(text(f"DELETE FROM place WHERE id = {kept.place_id}"))
    found = again(meets, kept)
    assert found.same is None
    assert "record of the place was destroyed" in found.destroyed[0]
    assert found.shown.counts["incidents"] == 7


def test_replay_obeys_todays_permissions(meets, store):
    kept = decided(meets)
    worker = meets.people[Role.PRACTITIONER]
    meets.ask(Role.PRACTITIONER)
    with pytest.raises(NotPermitted):
        again(meets, kept, worker)
    with store.writing() as session:
        place = session.get(rows.Place, kept.place_id)
        place.tier = int(Tier.T4)
        arrange(session, SYSTEM, place)
    with pytest.raises(NotFound):
        again(meets, kept)
    assert again(meets, kept, meets.recorder).proven


def test_a_decision_of_a_higher_room_is_not_replayed_below(meets):
    kept = decided(meets, Role.ANALYST, Role.POLICE, tier=int(Tier.T3))
    assert kept.tier == 4
    with pytest.raises(NotFound):
        again(meets, kept)
    assert again(meets, kept, meets.recorder).proven


def test_evidence_that_was_tampered_with_is_told(meets, store):
    kept = decided(meets)
    with store.engine.begin() as connection, permit(connection, "test"):
        connection.execute(
            text("UPDATE meeting_decision SET evidence = replace(evidence, :a, :b)"),
            {"a": '"incidents":7', "b": '"incidents":9'},
        )
    with store.reading() as session:
        assert '"incidents":9' in session.get(MeetingDecision, kept.id).evidence
    found = again(meets, kept)
    assert not found.proven
    assert found.fingerprint != kept.fingerprint


def test_the_rooms_layers_are_read_for_the_room_and_not_for_its_chair(meets):
    place = meets.place()
    meets.open()
    guest(meets)
    reader = presenting(meets.chair, meets.room())
    assert reader.tier is Tier.T2
    with pytest.raises(NotPermitted):
        meets.read(replay.gather, presenting(meets.chair, Room(Tier.T1)), place.id, as_at=NOW)
    shown = meets.read(replay.gather, reader, place.id, as_at=NOW)
    west, south, east, north = shown.recipe["box"]
    assert ((west + east) / 2) % 100 == 50
    assert ((south + north) / 2) % 100 == 50
