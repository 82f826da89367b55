"""Meetings: who may run them, what the room may be shown, deciding, and the minutes."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from domain import (
    case_timeline,
    matching,
    meeting_actions,
    meeting_agenda,
    meeting_deciding,
    meeting_evidence,
    meeting_items,
    meeting_minutes,
    meeting_notes,
    meeting_people,
    meetings,
)
from domain.accounts import Agency, Grant, User
from domain.audit import Entry
from domain.errors import Conflict, Invalid, NotFound, NotPermitted, SafegroundError
from domain.meeting_items import ItemState
from domain.meeting_room import NOWHERE, Room, Seat, presenting, room_of, shows
from domain.meeting_tables import HELD, Meeting, MeetingState
from domain.people import SYSTEM, Actor, Permission, Role, Tier
from domain.places import Status
from domain.plan_actions import PlanAction
from domain.screenings import Screening
from tests.conftest import arrange
from tests.domain import rows
from tests.domain.meeting_cases import START, Meets, guest

TIERS = st.sampled_from([Tier.T1, Tier.T2, Tier.T3, Tier.T4, Tier.SEALED])
SEATS = st.builds(Seat, TIERS, st.frozensets(st.integers(1, 4), max_size=3))
FEW = settings(max_examples=20, suppress_health_check=list(HealthCheck))


@pytest.fixture
def meets(store, people):
    return Meets(store, people)


# the room


@given(st.lists(SEATS, min_size=1, max_size=6), st.booleans(), SEATS)
def test_a_room_sees_no_more_than_its_least_cleared_and_less_with_each_arrival(seats, shared, new):
    room = room_of(seats, sharing=shared)
    assert room.tier == min([each.tier for each in seats] + [Tier.T2] * shared)
    fuller = room_of([*seats, new], sharing=shared)
    assert fuller.tier <= min(room.tier, new.tier)
    for each in [each.area_ids for each in seats if each.area_ids]:
        assert room.area_ids <= each or room.area_ids == NOWHERE
    assert room_of(seats, sharing=True).tier <= Tier.T2


@given(SEATS, TIERS)
def test_the_rooms_reader_never_sees_more_than_the_one_who_presents(seat, tier):
    chair = Actor.user("chair", Role.COORDINATOR, id=1, agency_id=1, tier=tier)
    reader = presenting(chair, room_of([seat], sharing=False))
    assert reader.tier == min(chair.tier, seat.tier)
    assert reader.agency_id is None
    assert reader.permissions <= chair.permissions
    assert not {Permission.RECORD, Permission.EDIT_PLACES} & reader.permissions
    assert reader.may(Permission.SEE_PLACES) == (reader.tier >= Tier.T2)
    assert reader.may(Permission.SEE_PATROLS) == (reader.tier >= Tier.T3)


def test_an_empty_room_is_shown_nothing():
    assert room_of([], sharing=False) == Room(Tier.T0)


@pytest.mark.parametrize(
    ("tier", "restricted", "closed", "shown"),
    [(2, False, False, True), (4, False, True, False), (3, True, False, False),
     (3, True, True, True)],
)  # fmt: skip
def test_restricted_items_show_in_the_closed_part_alone(tier, restricted, closed, shown):
    assert shows(Room(Tier.T3), tier, restricted=restricted, closed_part=closed) is shown


def test_what_is_shown_follows_arrivals_departures_and_sharing(meets):
    place = meets.place(tier=int(Tier.T3))
    meets.open()
    names = lambda: [  # noqa: E731 - the reading that is repeated
        each.name for each in meets.read(meeting_items.lines, meets.chair, meets.meeting.id,
                                         room=meets.room())
    ]  # fmt: skip
    assert meets.room().tier is Tier.T3
    assert names() == [place.name]
    came = guest(meets)
    assert meets.room().tier is Tier.T2
    assert names() == []
    meets.do(meeting_people.leave, meets.recorder, came.id)
    assert names() == [place.name]
    meets.do(meeting_people.share_screen, meets.recorder, meets.meeting.id, on=True)
    assert names() == []
    tiers = [each.room_tier for each in meets.read(meetings.events, meets.chair, meets.meeting.id)]
    assert tiers == [0, 3, 3, 2, 3, 2]


def test_a_neutral_room_reads_neutral_names(meets):
    meets.place(name="Mill Lane kiosk", neutral_name="Place in the west")
    meets.open(Role.COORDINATOR, Role.PRACTITIONER)
    (line,) = meets.read(meeting_items.lines, meets.chair, meets.meeting.id, room=meets.room())
    assert line.name == "Place in the west"
    assert "Mill Lane" not in line.says


def test_the_closed_part_asks_those_not_cleared_to_step_out_and_ends_when_one_comes_back(meets):
    meets.place()
    meets.open(Role.COORDINATOR, Role.ANALYST, Role.PRACTITIONER)
    number = meets.meeting.id
    with pytest.raises(Conflict, match="1 person in the room"):
        meets.do(meeting_people.close_doors, meets.chair, number)
    (worker,) = [
        each for each in meets.read(meeting_people.members, meets.chair, number) if each.tier == 2
    ]
    meets.do(meeting_people.leave, meets.chair, worker.id)
    assert meets.do(meeting_people.close_doors, meets.chair, number).closed_part
    meets.do(meeting_people.arrive, meets.chair, worker.id)
    assert not meets.now().closed_part
    meets.do(meeting_people.leave, meets.chair, worker.id)
    meets.do(meeting_people.close_doors, meets.chair, number)
    meets.do(meeting_people.share_screen, meets.chair, number, on=True)
    assert not meets.now().closed_part


def test_a_restricted_item_is_decided_in_the_closed_part_alone(meets):
    place = meets.place()
    meets.open()
    item = meets.item(place)
    meets.do(meeting_agenda.mark, meets.chair, item.id, version=item.version, restricted=True)
    with pytest.raises(Conflict, match="closed part"):
        meets.decide(item)
    meets.do(meeting_people.close_doors, meets.chair, meets.meeting.id)
    assert meets.decide(item).decision.code == "watch"


def test_a_place_above_the_room_is_not_decided_while_somebody_hears_it(meets):
    place = meets.place(tier=int(Tier.T3))
    meets.open()
    came = guest(meets)
    with pytest.raises(Conflict, match="step out"):
        meets.decide(meets.item(place))
    meets.do(meeting_people.leave, meets.chair, came.id)
    assert meets.decide(meets.item(place)).decision.tier == 3


def test_someone_limited_to_an_area_limits_the_room(meets, store):
    with store.writing() as session:
        ward = arrange(session, SYSTEM, rows.area())[0]
        user = session.get(User, meets.people[Role.POLICE].id)
        (grant,) = user.grants
        grant.area_id = ward.id
        arrange(session, SYSTEM, grant)
    meets.open(Role.COORDINATOR, Role.POLICE)
    assert meets.room().area_ids == {ward.id}


# who is asked


def test_a_meeting_is_there_for_those_asked_and_for_those_who_run_meetings(meets, store):
    meets.plan()
    outsider = meets.people[Role.PRACTITIONER]
    with pytest.raises(NotFound):
        meets.read(meetings.find, outsider, meets.meeting.id)
    assert meets.read(meetings.listed, outsider) == []
    with pytest.raises(NotPermitted):
        meets.read(meetings.find, meets.people[Role.PARTNER], meets.meeting.id)
    meets.ask(Role.PRACTITIONER)
    assert meets.read(meetings.find, outsider, meets.meeting.id)
    assert meets.read(meetings.find, meets.recorder, meets.meeting.id)


def test_nobody_is_asked_twice_and_roles_of_the_public_are_not_asked(meets):
    meets.plan()
    meets.ask(Role.POLICE)
    with pytest.raises(Conflict, match="asked already"):
        meets.ask(Role.POLICE)
    meets.ask(role=None, agency="Bay partnership")
    with pytest.raises(Conflict, match="asked already"):
        meets.ask(role=None, agency="Bay partnership")
    with pytest.raises(NotPermitted):
        meets.ask(Role.PARTNER)
    with pytest.raises(Invalid, match="at most"):
        meets.ask(role=None, tier=Tier.T4)


def test_someone_without_a_sign_in_counts_as_a_partner_agency_unless_it_is_said(meets):
    meets.plan()
    assert meets.ask(role=None).tier == 2
    assert meets.ask(role=None, agency="Bay", tier=Tier.T3).tier == 3


def test_the_log_holds_no_words_of_a_meeting(meets):
    place = meets.place(name="Quillfeather arcade")
    meets.plan(title="Quillfeather title", held_where="Quillfeather hall")
    meets.open()
    member = meets.read(meeting_people.members, meets.chair, meets.meeting.id)[0]
    meets.do(meeting_people.declare, meets.chair, member.id, "Quillfeather interest")
    item = meets.item(place)
    meets.do(meeting_notes.save, meets.recorder, item.id, "Quillfeather notes", version=0)
    meets.do(meeting_notes.set_next, meets.recorder, item.id, "Quillfeather", version=1)
    meets.decide(item, reason="Quillfeather reason", words="Quillfeather words")
    meets.do(meeting_agenda.add_question, meets.recorder, meets.meeting.id, "Quillfeather?")
    act(meets, item, what="Quillfeather action")
    meets.close()
    approve(meets)
    meets.do(meeting_minutes.distribute, meets.chair, meets.meeting.id)
    with meets.store.reading() as session:
        told = [entry.changes for entry in session.scalars(select(Entry))
                if entry.action != "test.arrange"]  # fmt: skip
    assert "Quillfeather" not in str(told)


# the agenda


def test_the_agenda_is_what_changed_since_the_last_meeting_and_no_more(meets):
    old = meets.place(at=datetime.now(UTC) - timedelta(days=30))
    new = meets.place(name="Pier arcade")
    meets.open()
    assert [each.place_id for each in meets.items()] == [new.id]
    meets.decide(meets.item(new), "no_action")
    meets.again()
    meets.open()
    assert meets.items() == []
    assert old.id


def test_what_was_put_off_comes_back_and_says_so(meets):
    place = meets.place()
    meets.open()
    item = meets.item(place)
    meets.do(meeting_agenda.defer, meets.chair, item.id, version=item.version, reason="No time.")
    meets.again()
    meets.open()
    (line,) = meets.read(meeting_items.lines, meets.chair, meets.meeting.id)
    assert line.says == f"{place.name} was put off last time."


def test_what_was_not_reached_is_put_off(meets):
    place = meets.place()
    meets.open()
    meets.close()
    assert meets.item(place).state is ItemState.DEFERRED


def test_building_again_adds_nothing_twice_and_keeps_the_order(meets):
    first, second = meets.place(), meets.place(name="Pier arcade")
    meets.open()
    meets.do(meeting_agenda.shift, meets.chair, meets.item(second).id, -1)
    assert meets.do(meeting_agenda.build, meets.chair, meets.meeting.id) == 0
    assert [each.place_id for each in meets.items()] == [second.id, first.id]


def test_a_place_raised_aloud_comes_next(meets):
    first, second = meets.place(), meets.place(name="Pier arcade")
    raised = meets.place(at=datetime.now(UTC) - timedelta(days=90), name="Old tram shed")
    meets.open()
    meets.do(meeting_agenda.turn_to, meets.chair, meets.meeting.id, meets.item(first).id)
    meets.do(meeting_agenda.add_place, meets.recorder, meets.meeting.id, raised.id)
    assert [each.place_id for each in meets.items()] == [first.id, raised.id, second.id]
    with pytest.raises(Conflict, match="already"):
        meets.do(meeting_agenda.add_place, meets.recorder, meets.meeting.id, raised.id)


@FEW
@given(moves=st.lists(st.tuples(st.integers(0, 3), st.sampled_from([-1, 1])), max_size=8))
def test_moving_items_keeps_each_of_them_once(meets, moves):
    if meets.meeting is None:
        for number in range(4):
            meets.place(name=f"Place {number}")
        meets.open()
    there = {each.id for each in meets.items()}
    for index, by in moves:
        item = meets.items()[index]
        meets.do(meeting_agenda.shift, meets.chair, item.id, by)
        assert meets.items()[min(max(index + by, 0), 3)].id == item.id
    assert {each.id for each in meets.items()} == there
    assert [each.position for each in meets.items()] == sorted(
        each.position for each in meets.items()
    )


# notes


def test_notes_are_kept_as_typed_and_never_written_over_unseen(meets):
    place = meets.place()
    meets.open()
    item = meets.item(place)
    saved = meets.do(meeting_notes.save, meets.recorder, item.id, "Light is out", version=0)
    assert (saved.notes, saved.notes_version) == ("Light is out", 1)
    with pytest.raises(meeting_notes.NotesMoved, match="Both texts"):
        meets.do(meeting_notes.save, meets.chair, item.id, "Other words", version=0)
    assert meets.now(item).notes == "Light is out"
    again = meets.do(meeting_notes.save, meets.chair, item.id, "Light is out ", version=0)
    assert again.notes_version == 1


def test_notes_name_no_child(meets):
    place = meets.place()
    meets.open()
    item = meets.item(place)
    saved = meets.do(
        meeting_notes.save, meets.recorder, item.id, "Her number is 07700 900123.", version=0
    )
    assert "900123" not in saved.notes


# deciding


def test_a_screening_decision_is_written_down_and_moves_the_place(meets):
    place = meets.place()
    meets.open()
    made = meets.decide(meets.item(place), "assess", also_referred=True)
    assert made.moved
    assert meets.now(place).status is Status.ASSESSING
    with meets.store.reading() as session:
        screening = session.scalars(select(Screening)).one()
    assert screening.also_referred
    assert made.decision.screening_id == screening.id
    assert made.decision.decider_id == meets.chair.id
    assert made.decision.recorded_by_name == meets.recorder.name


def test_what_is_missing_for_a_move_is_kept_with_the_decision_and_the_place_stays(meets):
    place = meets.place(status=Status.ASSESSING)
    meets.open(kind="location_conference")
    made = meets.decide(meets.item(place), "plan")
    assert not made.moved
    assert any("signed off" in each for each in made.missing)
    assert made.decision.still_missing.splitlines() == list(made.missing)
    assert meets.now(place).status is Status.ASSESSING


def test_a_merge_joins_the_two_places(meets):
    keep, duplicate = meets.place(), meets.place(name="The same kiosk")
    meets.open()
    with pytest.raises(Invalid, match="Choose the place"):
        meets.decide(meets.item(duplicate), "merge")
    meets.decide(meets.item(duplicate), "merge", into_id=keep.id)
    assert meets.now(duplicate).merged_into_id == keep.id


def test_a_decision_needs_a_reason_an_offer_and_what_was_shown(meets):
    place = meets.place()
    meets.open()
    item = meets.item(place)
    with pytest.raises(Invalid, match="reason"):
        meets.decide(item, reason=" ")
    with pytest.raises(Invalid, match="does not decide"):
        meets.decide(item, "step_down")
    with pytest.raises(Invalid, match="on what"):
        meets.decide(item, shown=meeting_evidence.NOTHING)


def test_a_later_decision_stands_and_the_earlier_one_stays(meets):
    place = meets.place()
    meets.open()
    meets.decide(meets.item(place), "no_action")
    meets.decide(meets.item(place), "watch")
    with meets.store.reading() as session:
        decision = meeting_deciding.MeetingDecision
        kept = list(session.scalars(select(decision).order_by(decision.id)))
    assert [each.code for each in kept] == ["no_action", "watch"]
    stands = meets.read(meeting_deciding.of_meeting, meets.chair, meets.meeting.id)
    assert [each.code for each in stands.values()] == ["watch"]


@given(st.dictionaries(st.text(max_size=5), st.integers(0, 9), max_size=5), st.randoms())
def test_the_same_facts_freeze_to_the_same_text_whatever_their_order(counts, random):
    shuffled = list(counts.items())
    random.shuffle(shuffled)
    one = meeting_evidence.freeze({"a": 1, "b": 2}, meeting_evidence.Shown(counts=counts))
    other = meeting_evidence.freeze({"b": 2, "a": 1}, meeting_evidence.Shown(counts=dict(shuffled)))
    assert one == other
    assert meeting_evidence.shown_of(one).counts == counts


# actions


def act(meets, item, who=None, **given):
    values = {
        "what": "Mend the light.",
        "owner_agency_id": meets.chair.agency_id,
        "owner_role": "Lighting engineer",
        "due": matching.today() + timedelta(days=7),
    }
    return meets.do(meeting_actions.add, who or meets.recorder, item.id, **{**values, **given})


def test_an_action_without_a_plan_is_the_meetings_own_and_comes_back_until_it_is_done(meets):
    place = meets.place()
    meets.open()
    made = act(meets, meets.item(place))
    meets.again()
    last = lambda: meets.read(  # noqa: E731 - the reading that is repeated
        meeting_actions.from_last_time, meets.chair, meets.meeting.id
    )
    assert [each.what for each in last()] == ["Mend the light."]
    meets.do(
        meeting_actions.end, meets.people[Role.PRACTITIONER], made.id, version=1,
        outcome="Mended.", done=True,
    )  # fmt: skip
    assert last() == []


def test_an_action_under_a_goal_is_the_plans_own(case):
    made = case.to(Status.PLAN)
    meets = Meets(case.store, case.people)
    meets.open(kind="location_conference")
    task = act(meets, meets.item(case.place), goal_id=case.goal().id)
    with case.store.reading() as session:
        planned = session.get(PlanAction, task.plan_action_id)
    assert (planned.plan_id, planned.what) == (made.id, "Mend the light.")
    with pytest.raises(Conflict, match="Finish it there"):
        meets.do(meeting_actions.end, meets.chair, task.id, version=1, outcome="x", done=True)


def test_readers_of_neutral_cards_read_their_own_agencys_actions_alone(meets, store):
    place = meets.place()
    meets.open()
    with store.writing() as session:
        (other,) = arrange(session, SYSTEM, Agency(name="Buses", kind="transport"))
    act(meets, meets.item(place), owner_agency_id=other.id)
    act(meets, meets.item(place), what="Open later.")
    meets.ask(Role.PRACTITIONER)
    found = meets.read(
        meeting_actions.of_meeting, meets.people[Role.PRACTITIONER], meets.meeting.id
    )
    assert [each.what for each in found] == ["Open later."]


@pytest.mark.parametrize(
    "wrong",
    [{"what": " "}, {"owner_role": ""}, {"owner_agency_id": 999}, {"due": date(2020, 1, 1)}],
)
def test_no_action_lacks_what_who_or_when(meets, wrong):
    place = meets.place()
    meets.open()
    with pytest.raises(Invalid):
        act(meets, meets.item(place), **wrong)


# minutes


def approve(meets, who=None):
    return meets.do(
        meeting_minutes.approve, who or meets.chair, meets.meeting.id, version=meets.now().version
    )


def test_the_chair_approves_not_the_recorder(meets):
    meets.open()
    meets.close()
    with pytest.raises(NotPermitted, match="chair approves"):
        approve(meets, meets.recorder)
    assert approve(meets).state is MeetingState.APPROVED
    assert meeting_minutes.is_proven(meets.now())


def test_who_chairs_and_records_alone_approves_alone(meets):
    meets.plan(chair_id=meets.chair.id, recorder_id=meets.chair.id)
    meets.open()
    meets.close()
    assert approve(meets).approved_by_id == meets.chair.id


def test_minutes_read_the_same_after_later_changes_and_show_that_they_do(meets, store):
    place = meets.place(name="Mill Lane kiosk")
    meets.open()
    meets.decide(meets.item(place))
    meets.close()
    approve(meets)
    before = meets.read(meeting_minutes.minutes, meets.chair, meets.meeting.id)
    with store.writing() as session:
        found = session.get(type(place), place.id)
        found.name = "Another name"
        arrange(session, SYSTEM, found)
    after = meets.read(meeting_minutes.minutes, meets.chair, meets.meeting.id)
    assert after.entries == before.entries
    assert after.fingerprint == before.fingerprint


def test_each_agency_reads_of_the_minutes_what_its_tier_may(meets, store):
    with store.writing() as session:
        (youth,) = arrange(session, SYSTEM, Agency(name="Youth charity", kind="voluntary"))
        user = User(username="worker", name="Worker", agency_id=youth.id, password_hash="none")
        arrange(session, SYSTEM, user)
        arrange(session, SYSTEM, Grant(user_id=user.id, role=Role.PRACTITIONER))
    worker = Actor.user("Worker", Role.PRACTITIONER, id=user.id, agency_id=youth.id)
    open_place = meets.place(name="Mill Lane kiosk", neutral_name="Place in the west")
    meets.place(name="Hidden yard", tier=int(Tier.T3))
    meets.plan()
    meets.do(meeting_people.invite, meets.recorder, meets.meeting.id, user_id=user.id)
    meets.open()
    meets.do(
        meeting_notes.save, meets.recorder, meets.item(open_place).id, "Notes of Mill Lane",
        version=0,
    )  # fmt: skip
    act(meets, meets.item(open_place), owner_agency_id=youth.id)
    meets.decide(meets.item(open_place))
    meets.close()
    approve(meets)
    with pytest.raises(NotPermitted, match="not given out"):
        meets.read(meeting_minutes.minutes, worker, meets.meeting.id)
    meets.do(meeting_minutes.distribute, meets.chair, meets.meeting.id)
    told = meets.read(meeting_minutes.minutes, worker, meets.meeting.id)
    (entry,) = told.entries
    assert (entry.name, entry.decision, entry.notes, entry.reason) == (
        "Place in the west", "Watch it", "", "",
    )  # fmt: skip
    assert told.left_out == 1
    assert len(entry.actions) == 1
    assert "Mill Lane" not in str(told.entries)
    whole = meets.read(meeting_minutes.minutes, meets.chair, meets.meeting.id)
    assert {each.name for each in whole.entries} == {"Mill Lane kiosk", "Hidden yard"}
    sent = {each.agency: each for each in meets.read(
        meeting_minutes.copies, meets.chair, meets.meeting.id
    )}  # fmt: skip
    assert (sent["Youth charity"].tier, sent["Youth charity"].left_out) == (2, 1)
    assert sent["Youth charity"].fingerprint == told.fingerprint


def test_the_target_is_two_working_days(meets):
    meets.plan()
    meets.open()
    friday = datetime(2026, 11, 20, 15, tzinfo=UTC)
    meets.do(meeting_agenda.close, meets.chair, meets.meeting.id, now=friday)
    told = meets.read(meeting_minutes.minutes, meets.chair, meets.meeting.id)
    assert told.due == date(2026, 11, 24)


# the state machine

STEPS = ("open", "come", "raise", "urgent", "decide", "defer", "close", "approve", "give")


@FEW
@given(steps=st.lists(st.sampled_from(STEPS), max_size=14))
def test_no_path_closes_with_something_urgent_undecided_or_approves_before_it_closed(meets, steps):
    meets.meeting = None
    meets.plan()
    for step in ["open", "come", *steps]:
        with suppress(SafegroundError):
            walk(meets, step)
        now = meets.now()
        waiting = [each for each in meets.items() if each.urgent
                   and each.state is not ItemState.DECIDED]  # fmt: skip
        assert not (now.state in HELD and waiting)
        assert (now.state in HELD) == (now.closed_at is not None)
        assert (now.approved_at is not None) == (
            now.state in (MeetingState.APPROVED, MeetingState.DISTRIBUTED)
        )
        assert now.distributed_at is None or now.approved_by_id != now.recorder_id


def walk(meets, step):
    number = meets.meeting.id
    items = meets.items()
    if step == "open":
        meets.do(meetings.begin, meets.chair, number)
    elif step == "come":
        meets.come(Role.COORDINATOR, Role.ANALYST)
    elif step == "raise":
        meets.do(meeting_agenda.add_place, meets.chair, number, meets.place().id)
    elif step == "urgent":
        meets.do(meeting_agenda.add_place, meets.chair, number, meets.place().id, urgent=True)
    elif step == "decide" and items:
        meets.decide(items[-1])
    elif step == "defer" and items:
        item = items[-1]
        meets.do(meeting_agenda.defer, meets.chair, item.id, version=item.version, reason="x")
    elif step == "close":
        meets.do(meeting_agenda.close, meets.chair, number)
    elif step == "approve":
        approve(meets)
    elif step == "give":
        meets.do(meeting_minutes.distribute, meets.chair, number)


def test_two_who_approve_at_once_approve_once(meets):
    meets.open()
    meets.close()
    version = meets.now().version
    approve(meets)
    with pytest.raises(Conflict):
        meets.do(meeting_minutes.approve, meets.chair, meets.meeting.id, version=version)


def test_a_meeting_is_planned_changed_and_cancelled(meets):
    meets.plan()
    later = START + timedelta(days=1)
    changed = meets.do(
        meetings.change, meets.chair, meets.meeting.id, version=1, starts_at=later, lasts=30,
        held_where="Room 2", online=True, chair_id=None, recorder_id=None,
    )  # fmt: skip
    assert (changed.starts_at, changed.chair_name) == (later, "")
    with pytest.raises(Conflict):
        meets.do(meetings.cancel, meets.chair, meets.meeting.id, version=1)
    meets.do(meetings.cancel, meets.chair, meets.meeting.id, version=2)
    with pytest.raises(Conflict, match="cancelled"):
        meets.do(meetings.begin, meets.chair, meets.meeting.id)


def test_statements_are_read_out_once_it_is_open(meets):
    meets.plan()
    with pytest.raises(Conflict):
        meets.do(meetings.read_out, meets.chair, meets.meeting.id, "language")
    meets.open()
    assert (
        "language"
        in meets.do(meetings.read_out, meets.chair, meets.meeting.id, "language").statements
    )
    with pytest.raises(Invalid):
        meets.do(meetings.read_out, meets.chair, meets.meeting.id, "psalm")


def test_a_child_is_no_member_and_hostile_kinds_are_refused(meets):
    with pytest.raises(Invalid):
        meets.plan(kind="'; drop table meeting")
    with meets.store.reading() as session:
        assert session.scalar(select(Meeting.id)) is None
        assert session.execute(text("select count(*) from meeting_member")).scalar() == 0


def test_a_neutral_room_hears_nothing_of_the_case(case):
    case.to(Status.PLAN)
    case.propose(due=matching.today())
    with case.store.writing() as session:
        for each in session.scalars(select(PlanAction)):
            each.due = matching.today() - timedelta(days=3)
            arrange(session, SYSTEM, each)
    meets = Meets(case.store, case.people)
    meets.open(Role.COORDINATOR)
    said = lambda: [  # noqa: E731 - the reading that is repeated
        each.says for each in meets.read(meeting_items.lines, meets.chair, meets.meeting.id,
                                         room=meets.room())
    ]  # fmt: skip
    assert "are late" in said()[0]
    guest(meets)
    assert "late" not in said()[0]
    assert said()[0].startswith("Place in the west")


def test_a_decision_is_a_line_of_the_places_timeline_for_those_cleared_for_its_room(meets, store):
    place = meets.place()
    meets.open()
    made = meets.decide(meets.item(place), "assess").decision
    told = meets.read(case_timeline.of_place, meets.chair, place.id)
    (line,) = [each for each in told if each.kind == "decision"]
    assert line.about == ("decision", made.id)
    assert ("screening", made.screening_id) in line.links
    assert line.said.startswith("A meeting decided: ")
    with store.writing() as session:
        arrange(session, SYSTEM, raised(session, made.id))
    told = meets.read(case_timeline.of_place, meets.chair, place.id)
    assert not [each for each in told if each.kind == "decision"]


def raised(session, decision_id):
    """Return a decision as if its room had been cleared for more."""
    decision = session.get(meeting_deciding.MeetingDecision, decision_id)
    decision.tier = int(Tier.T4)
    return decision
