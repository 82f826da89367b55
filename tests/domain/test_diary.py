"""What lies ahead: neutral entries, an address that can be ended, reminders that do not nag."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select

from domain import accounts, calendar_feeds, diary, grants, place_expiry, plan_steps, reminders
from domain.accounts import Agency, User
from domain.calendar_feeds import CalendarFeed
from domain.case_clock import clocks
from domain.diary import Kind
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.matching import today
from domain.people import SYSTEM, Role
from domain.places import Place, Status
from domain.plan_steps import Pick, Step
from domain.reminders import Reminder, Way, Why
from tests.conftest import arrange
from tests.domain.meeting_cases import Meets
from tests.domain.rows import place

NOW = datetime.now(UTC)
SECRETS = ("Quillfeather", "Hidden lane", "Lamp the lane")


@pytest.fixture
def planned(case):
    """A place with a plan, and one action of everybody's agency that lapses."""
    given = {
        "name": "Quillfeather Park",
        "neutral_name": "Hidden lane",
        "reference": "PL-7",
        "status": Status.PLAN,
        "first_noted": today(),
        "last_evidence": today(),
        "review_due": today() + timedelta(days=30),
    }
    with case.store.writing() as session:
        place = session.get(Place, case.place.id)
        for name, value in given.items():
            setattr(place, name, value)
        (case.place,) = arrange(session, SYSTEM, place)
    case.made = case.plan()
    case.task = case.propose(
        what="Lamp the lane.", due=today() + timedelta(days=3), lapse_on=today() + timedelta(60)
    )
    return case


def told(case, who=None, **given):
    return case.read(reminders.due_notices, who or case.analyst, **given)


def entries(case, who, **given):
    return case.read(diary.entries, who, **given)


def test_the_diary_has_meetings_reviews_due_dates_and_last_days(planned, people):
    meets = Meets(planned.store, people)
    meeting = meets.plan(starts_at=datetime.now(UTC) + timedelta(days=2), title="Quillfeather talk")
    meets.ask(Role.POLICE)
    found = entries(planned, planned.chair)
    assert [each.key for each in found if each.kind is not Kind.STEP] == [
        f"meeting-{meeting.id}", f"due-{planned.task.id}", f"lapse-{planned.task.id}",
    ]  # fmt: skip
    assert [each.title for each in found if each.kind is Kind.STEP] == ["Review: PL-7"]
    assert {each.key for each in entries(planned, people[Role.POLICE])} == {
        each.key for each in found
    }


def test_no_entry_tells_what_a_place_is_called_or_what_is_done_there(planned, people):
    Meets(planned.store, people).plan(title="Quillfeather talk", held_where="Hidden lane")
    for who in (planned.chair, people[Role.PRACTITIONER]):
        for each in entries(planned, who):
            assert not any(word in f"{each.title} {each.link}" for word in SECRETS)


def test_ten_places_are_asked_for_as_often_as_one(planned):
    def asked():
        seen = []
        with planned.store.reading() as session:
            event.listen(session.connection(), "before_cursor_execute", lambda *_: seen.append(1))
            return len(diary.entries(session, planned.chair)), len(seen)

    few = asked()
    with planned.store.writing() as session:
        arrange(session, SYSTEM, *(place() for _ in range(10)))
    many = asked()
    assert many[0] > few[0] + 10
    assert many[1] == few[1]


def test_another_agencys_people_have_none_of_its_actions(planned):
    with planned.store.writing() as session:
        (other,) = arrange(session, SYSTEM, Agency(name="Bus company", kind="transport"))
    driver = type(planned.chair).user("Driver", Role.PRACTITIONER, id=1, agency_id=other.id)
    assert [each.kind for each in entries(planned, driver)] == [Kind.STEP]


def test_a_place_that_is_closed_to_a_reader_leaves_their_diary(planned, people):
    practitioner = people[Role.PRACTITIONER]
    assert entries(planned, practitioner)
    with planned.store.writing() as session:
        place = session.get(Place, planned.place.id)
        place.tier = 4
        arrange(session, SYSTEM, place)
    assert entries(planned, practitioner) == []


def test_what_is_done_or_lapsed_is_no_longer_ahead(planned):
    planned.approve(planned.made)
    planned.finish(planned.task)
    found = entries(planned, planned.chair)
    assert [each.kind for each in found if each.kind is not Kind.STEP] == [Kind.LAPSE]
    after = planned.task.lapse_on + timedelta(days=1)
    assert Kind.LAPSE not in {each.kind for each in entries(planned, planned.chair, today=after)}


# the address


@pytest.fixture
def feed(planned):
    def make(who=None, days=30, now=NOW, label="Work phone"):
        return planned.do(
            calendar_feeds.make, who or planned.chair, label=label, days=days, now=now
        )

    return make


def reads(case, secret, now=None):
    return case.read(calendar_feeds.reader, secret, now=now).actor


def test_an_address_is_read_as_its_person_and_its_secret_is_kept_hashed(planned, feed):
    secret = feed()
    assert reads(planned, secret) == planned.chair
    (kept,) = planned.read(calendar_feeds.mine, planned.chair)
    assert secret not in str(vars(kept))
    assert len(secret) >= 40


@pytest.mark.parametrize("text", ["", "x", "é" * 40, "' OR 1=1 --", "../../etc"])
def test_an_unknown_secret_reads_as_one_that_ended(planned, feed, text):
    secret = feed()
    (kept,) = planned.read(calendar_feeds.mine, planned.chair)
    planned.do(calendar_feeds.end, planned.chair, kept.id)
    said = set()
    for each in (secret, text):
        with pytest.raises(NotFound) as error:
            reads(planned, each)
        said.add(str(error.value))
    assert len(said) == 1


def test_an_address_ends_by_its_day_by_its_person_and_with_its_role(planned, feed, people):
    assert reads(planned, feed(), now=NOW + timedelta(days=29, hours=23))
    with pytest.raises(NotFound):
        reads(planned, feed(), now=NOW + timedelta(days=30))
    officer = people[Role.POLICE]
    ways = {
        "signed out": lambda: ("signed_out_at", datetime.now(UTC)),
        "deactivated": lambda: ("active", False),
        "to change the password": lambda: ("must_change", True),
    }
    for way, change in ways.items():
        secret = feed(officer)
        assert reads(planned, secret), way
        with planned.store.writing() as session:
            user = session.get(User, officer.id)
            before = getattr(user, change()[0])
            setattr(user, *change())
            arrange(session, SYSTEM, user)
        with pytest.raises(NotFound):
            reads(planned, secret)
        with planned.store.writing() as session:
            user = session.get(User, officer.id)
            setattr(user, change()[0], before)
            arrange(session, SYSTEM, user)
    secret = feed(officer)
    planned.do(grants.withdraw, people[Role.ADMINISTRATOR], officer.grant_id)
    with pytest.raises(NotFound):
        reads(planned, secret)
    assert accounts


def test_nobody_ends_anothers_address_and_five_are_enough(planned, feed, people):
    feed(people[Role.POLICE])
    (theirs,) = planned.read(calendar_feeds.mine, people[Role.POLICE])
    with pytest.raises(NotFound):
        planned.do(calendar_feeds.end, planned.chair, theirs.id)
    for _ in range(calendar_feeds.MOST):
        feed()
    with pytest.raises(Conflict, match="5 addresses"):
        feed()


def test_an_address_needs_a_label_an_end_and_a_reader_of_places(planned, feed, people):
    for given in ({"label": " "}, {"days": 4000}):
        with pytest.raises(Invalid):
            feed(**given)
    for role in (Role.PARTNER, Role.ADMINISTRATOR):
        with pytest.raises(NotPermitted):
            feed(people[role])


def test_a_reading_is_noted_once_a_day(planned, feed):
    found = planned.read(calendar_feeds.reader, feed())
    assert found.fresh
    planned.do(calendar_feeds.note_reading, found.actor, found.feed_id, 3)
    with planned.store.reading() as session:
        assert session.scalar(select(CalendarFeed.read_on)) == today()
    (kept,) = planned.read(calendar_feeds.mine, planned.chair)
    assert kept.read_on == today()


# reminders


def test_an_agency_is_told_of_what_is_due_soon_once_and_again_a_week_later(planned):
    found = told(planned)
    assert [(each.why, each.reference, each.on) for each in found] == [
        (Why.SOON, f"action {planned.task.id}, PL-7", planned.task.due)
    ]
    planned.do(reminders.told, planned.analyst, found, way=Way.MAIL)
    assert told(planned) == []
    assert told(planned, today=today() + timedelta(days=1)) == []
    other = told(planned, planned.people[Role.PRACTITIONER])
    assert [each.key for each in other] == [each.key for each in found], "another person's own"


def test_what_is_late_is_told_anew_and_then_weekly(planned):
    planned.do(reminders.told, planned.analyst, told(planned), way=Way.MAIL)
    late = planned.task.due + timedelta(days=1)
    for day in (late, late + timedelta(days=clocks()["again"].days)):
        found = told(planned, today=day)
        assert Why.OVERDUE in {each.why for each in found}
        planned.do(reminders.told, planned.analyst, found, way=Way.MAIL, today=day)
        again = told(planned, today=day + timedelta(days=clocks()["again"].days - 1))
        assert not {each.key for each in found} & {each.key for each in again}


def test_what_was_put_away_at_the_desk_is_not_mailed_and_the_other_way_it_still_shows(planned):
    found = told(planned, way=Way.DESK)
    planned.do(reminders.told, planned.analyst, found, way=Way.DESK)
    assert told(planned) == told(planned, way=Way.DESK) == []
    worker = planned.people[Role.PRACTITIONER]
    planned.do(reminders.told, worker, told(planned, worker), way=Way.MAIL)
    assert told(planned, worker, way=Way.DESK)


def test_a_day_that_is_moved_is_told_anew(planned):
    planned.do(reminders.told, planned.analyst, told(planned), way=Way.MAIL)
    pick = Pick(planned.task.id, planned.now(planned.task).version)
    planned.do(
        plan_steps.change_many, planned.analyst, [pick], Step.SET_DUE,
        due=today() + timedelta(days=5),
    )  # fmt: skip
    assert [each.on for each in told(planned)] == [today() + timedelta(days=5)]


def test_a_measure_is_told_before_it_lapses(planned):
    day = planned.task.lapse_on - timedelta(days=clocks()["lapsing"].days)
    assert planned.read(place_expiry.coming, planned.analyst, day) == []
    assert Why.LAPSING not in {each.why for each in told(planned, today=day - timedelta(days=1))}
    assert Why.LAPSING in {each.why for each in told(planned, today=day)}


def test_those_who_run_meetings_are_told_of_late_reviews_and_others_are_not(planned):
    late = planned.place.review_due + timedelta(days=1)
    assert "Review" in {each.words for each in told(planned, today=late)}
    worker = planned.people[Role.PRACTITIONER]
    assert "Review" not in {each.words for each in told(planned, worker, today=late)}


def test_a_place_that_runs_out_is_told_to_those_who_run_meetings(planned):
    last = clocks()["expiry"].due(today())
    near = clocks()["notice"].before(last)
    assert (Why.LAPSING, "Evidence runs out", "PL-7") in {
        (each.why, each.words, each.reference) for each in told(planned, today=near)
    }
    worker = planned.people[Role.PRACTITIONER]
    assert "Evidence runs out" not in {each.words for each in told(planned, worker, today=near)}


def test_who_may_read_nothing_is_told_nothing(planned, people):
    assert told(planned, people[Role.PARTNER]) == []
    assert told(planned, SYSTEM) == []


def test_what_was_told_long_ago_is_forgotten(planned):
    planned.do(reminders.told, planned.analyst, told(planned), way=Way.MAIL)
    assert planned.do(reminders.sweep, SYSTEM, today() + reminders.KEPT) == 0
    assert planned.do(reminders.sweep, SYSTEM, today() + reminders.KEPT + timedelta(days=1)) == 1
    with planned.store.reading() as session:
        assert session.scalars(select(Reminder)).all() == []
