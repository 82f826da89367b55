"""The daily list and the week's: places that were named, handed over, resolved, decided."""

from datetime import UTC, datetime, timedelta

import pytest

from domain import meeting_daily, meeting_moving, meeting_named
from domain.accounts import Agency
from domain.batches import BatchState, ImportBatch
from domain.errors import Conflict, Invalid, NotPermitted
from domain.meeting_daily import DailyState
from domain.people import SYSTEM, Actor, Role, Tier
from domain.places import Status
from tests.conftest import arrange
from tests.domain import rows
from tests.domain.meeting_cases import Meets

NOW = datetime.now(UTC)


@pytest.fixture
def meets(store, people):
    return Meets(store, people)


@pytest.fixture
def buses(meets):
    with meets.store.writing() as session:
        return arrange(session, SYSTEM, Agency(name="Buses", kind="transport"))[0]


def listed(meets, who=None):
    return meets.read(meeting_daily.lines, who or meets.chair)


def test_a_hand_over_counts_once_the_other_agency_says_that_it_has_it(meets, buses):
    line = meets.do(meeting_daily.add, meets.chair, meets.place().id, why="Ask about the light.")
    meets.do(meeting_daily.hand_over, meets.chair, line.id, to_agency_id=buses.id, version=1)
    assert listed(meets)[0].state is DailyState.HANDED
    worker = meets.people[Role.PRACTITIONER]
    with pytest.raises(NotPermitted, match="handed to"):
        meets.do(meeting_daily.take_on, worker, line.id, version=2)
    driver = Actor.user("Operator", Role.PRACTITIONER, id=worker.id, agency_id=buses.id)
    meets.do(meeting_daily.take_on, driver, line.id, version=2)
    (told,) = listed(meets)
    assert (told.state, told.to, told.taken_by) == (DailyState.TAKEN, "Buses", "Operator")
    assert told.taken_at >= told.handed_at >= told.added_at


def test_a_place_is_on_the_days_list_once_and_stays_until_it_is_resolved(meets):
    place = meets.place()
    line = meets.do(meeting_daily.add, meets.chair, place.id)
    with pytest.raises(Conflict, match="already"):
        meets.do(meeting_daily.add, meets.chair, place.id)
    tomorrow = NOW.date() + timedelta(days=2)
    assert meets.read(meeting_daily.lines, meets.chair, tomorrow)
    with pytest.raises(Invalid, match="how it was resolved"):
        meets.do(meeting_daily.resolve, meets.chair, line.id, outcome=" ", version=1)
    meets.do(meeting_daily.resolve, meets.chair, line.id, outcome="It is mended.", version=1)
    assert meets.read(meeting_daily.lines, meets.chair, tomorrow) == []
    with pytest.raises(Conflict, match="resolved already"):
        meets.do(meeting_daily.resolve, meets.chair, line.id, outcome="Again.", version=2)


def test_two_who_resolve_at_once_do_it_once(meets):
    line = meets.do(meeting_daily.add, meets.chair, meets.place().id)
    meets.do(meeting_daily.resolve, meets.chair, line.id, outcome="Done.", version=1)
    with pytest.raises(Conflict):
        meets.do(meeting_daily.resolve, meets.recorder, line.id, outcome="Done.", version=1)


def test_a_reader_sees_no_line_of_a_place_that_is_not_for_them(meets):
    meets.do(meeting_daily.add, meets.chair, meets.place(tier=int(Tier.T3)).id, why="x")
    meets.do(meeting_daily.add, meets.chair, meets.place(neutral_name="In the west").id, why="y")
    (told,) = listed(meets, meets.people[Role.PRACTITIONER])
    assert (told.name, told.why) == ("In the west", "")
    with pytest.raises(NotPermitted):
        listed(meets, meets.people[Role.PARTNER])


def test_places_are_named_by_notes_and_missing_episodes_in_the_time_asked_for(meets, store):
    old, told, missing = meets.place(at=NOW - timedelta(days=9)), meets.place(), meets.place()
    with store.writing() as session:
        (batch,) = arrange(session, SYSTEM, ImportBatch(
            target="place_touch", source="x", file_name="x", sha256="x", state=BatchState.DONE,
            started_at=NOW, finished_at=NOW - timedelta(hours=2),
        ))  # fmt: skip
        arrange(
            session, SYSTEM,
            rows.touch(place_id=missing.id, batch_id=batch.id),
            rows.touch(place_id=old.id, batch_id=batch.id, role="missing_from"),
            rows.touch(place_id=old.id, batch_id=batch.id, residential=True),
            rows.annotation(place_id=told.id, made_at=NOW - timedelta(hours=1)),
            rows.annotation(place_id=old.id, made_at=NOW - timedelta(days=3)),
        )  # fmt: skip
    found = meets.read(
        meeting_named.named,
        meets.chair,
        NOW - timedelta(hours=24),
        datetime.now(UTC) + timedelta(minutes=1),
    )
    assert {each.place_id: each.ways for each in found} == {
        told.id: ("noted", "note"), missing.id: ("noted", "touch"),
    }  # fmt: skip


def test_a_reader_of_neutral_cards_gets_no_counts_and_no_pairs(meets):
    first, _ = meets.place(), meets.place(name="The same kiosk")
    worker = meets.people[Role.PRACTITIONER]
    found = meets.read(
        meeting_named.named, worker, NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    )
    assert {each.name for each in found} == {"Place in the west"}
    assert all(each.times == {} for each in found)
    assert meets.read(meeting_named.duplicates, worker, [first.id]) == []


def test_pairs_that_may_be_one_are_named_once(meets):
    first, second = meets.place(), meets.place(name="The same kiosk")
    meets.place(name="Far", shape=rows.around(rows.Point(470_000, 541_000)))
    (pair,) = meets.read(meeting_named.duplicates, meets.chair, [first.id, second.id])
    assert (pair.first_id, pair.second_id, pair.metres) == (first.id, second.id, 0)


def test_a_weekly_decision_is_written_down_and_moves_the_place(meets):
    place = meets.place()
    made = meets.do(meeting_moving.settle, meets.chair, place.id, "assess", reason="Two reports.")
    assert made.moved
    assert meets.now(place).status is Status.ASSESSING
    with pytest.raises(Invalid, match="Take it to the meeting"):
        meets.do(meeting_moving.settle, meets.chair, place.id, "watch", reason="x")
    with pytest.raises(NotPermitted):
        meets.do(meeting_moving.settle, meets.people[Role.POLICE], place.id, "watch", reason="x")
