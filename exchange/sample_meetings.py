"""The invented town's meetings: three that were held, through the acts of a meeting, and two ahead.

Their days are counted from the day of loading, so that "since we last met" is of these weeks.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import (
    matching,
    meeting_actions,
    meeting_agenda,
    meeting_deciding,
    meeting_items,
    meeting_minutes,
    meeting_notes,
    meeting_people,
    meetings,
    screenings,
    sessions,
)
from domain.accounts import Agency, User
from domain.matching import LONDON
from domain.meeting_items import MeetingItem
from domain.meeting_room import presenting
from domain.meeting_seats import room
from domain.meeting_tables import Meeting, MeetingMember
from domain.people import Actor
from domain.places import Place
from domain.screenings import Decision
from layers import replay

Given = dict[str, Any]
EACH = timedelta(minutes=12)
"""How long the invented meetings stay with a place."""


@dataclass(frozen=True)
class Town:
    """What of the town its meetings name: people who sign in, agencies and places."""

    people: dict[str, Actor]
    agencies: dict[str, int]
    places: dict[str, int]
    today: date

    def at(self, given: Given) -> datetime:
        """Return when a meeting is, on a working day."""
        day = self.today + timedelta(days=given["in_days"])
        step = timedelta(days=1 if given["in_days"] > 0 else -1)
        while day.weekday() > 4:
            day += step
        return datetime.combine(day, time.fromisoformat(given["at"]), LONDON)


def put_meetings(session: Session, given: Given, *, today: date | None = None) -> int:
    """Hold and plan the invented meetings, unless there are any; return how many."""
    town = _town(session, today or matching.today())
    if session.scalar(select(Meeting.id).limit(1)) is not None or "chair" not in town.people:
        return 0
    for each in given["meetings"]:
        _held(session, town, each)
    urgent = given["urgent"]
    screenings.decide(
        session,
        town.people["chair"],
        town.places[urgent["place"]],
        Decision.URGENT,
        reason=urgent["reason"],
    )
    for each in given["coming"]:
        meeting_agenda.build(session, town.people["analyst"], _planned(session, town, each).id)
    return len(given["meetings"]) + len(given["coming"])


def _town(session: Session, today: date) -> Town:
    signed = select(User).where(User.demo, User.active)
    return Town(
        people={
            each.username: sessions.in_capacity(each, each.grants[0])
            for each in session.scalars(signed)
        },
        agencies=dict(session.execute(select(Agency.name, Agency.id)).all()),
        places={
            each.reference: each.id for each in session.scalars(select(Place)) if each.reference
        },
        today=today,
    )


def _planned(session: Session, town: Town, given: Given) -> Meeting:
    analyst, chair = town.people["analyst"], town.people["chair"]
    made = meetings.plan(
        session,
        analyst,
        kind=given["kind"],
        starts_at=town.at(given),
        held_where=given["where"],
        online=given["online"],
        chair_id=chair.id,
        recorder_id=analyst.id,
    )
    for name in given.get("people", ("chair", "analyst", "constable")):
        meeting_people.invite(session, analyst, made.id, user_id=town.people[name].id)
    return made


def _held(session: Session, town: Town, given: Given) -> None:
    """Hold a meeting from its agenda to its minutes."""
    analyst = town.people["analyst"]
    meeting = _planned(session, town, given)
    for each in given["asked"]:
        meeting_people.invite(
            session, analyst, meeting.id, role=each["role"], agency_id=town.agencies[each["agency"]]
        )
    start = meeting.starts_at
    items = _agenda(session, analyst, town, meeting, given["places"])
    meetings.begin(session, analyst, meeting.id, now=start)
    _arrive(session, analyst, meeting, given["apologies"])
    for statement in given["statements"]:
        meetings.read_out(session, analyst, meeting.id, statement, now=start)
    for number, each in enumerate(given["places"], 1):
        _decided(session, town, items[each["place"]], each, now=start + number * EACH)
    over = start + (len(given["places"]) + 1) * EACH
    meeting_agenda.close(session, analyst, meeting.id, now=over)
    out = over + timedelta(days=given["minutes_after_days"])
    chair = town.people["chair"]
    meeting_minutes.approve(session, chair, meeting.id, version=meeting.version, now=out)
    meeting_minutes.distribute(session, analyst, meeting.id, now=out)


def _agenda(
    session: Session, analyst: Actor, town: Town, meeting: Meeting, wanted: list[Given]
) -> dict[str, MeetingItem]:
    """Build the agenda and leave on it what the meeting speaks of, in its order."""
    meeting_agenda.build(session, analyst, meeting.id, now=meeting.starts_at)
    references = {town.places[each["place"]]: each["place"] for each in wanted}
    found = {}
    for item in meeting_items.items(session, meeting.id):
        if item.place_id in references:
            found[references[item.place_id]] = item
        else:
            meeting_agenda.remove(session, analyst, item.id)
    for number, reference in references.items():
        if reference not in found:
            found[reference] = meeting_agenda.add_place(session, analyst, meeting.id, number)
    for position, reference in enumerate(references.values()):
        at = meeting_items.items(session, meeting.id).index(found[reference])
        meeting_agenda.shift(session, analyst, found[reference].id, position - at)
    return found


def _arrive(session: Session, analyst: Actor, meeting: Meeting, apologies: list[str]) -> None:
    query = select(MeetingMember).where(MeetingMember.meeting_id == meeting.id)
    for member in session.scalars(query.order_by(MeetingMember.id)).all():
        if member.role in apologies:
            meeting_people.apologise(session, analyst, member.id)
        elif member.user_id is not None:
            meeting_people.arrive(session, analyst, member.id, now=meeting.as_at)


def _decided(
    session: Session, town: Town, item: MeetingItem, given: Given, *, now: datetime
) -> None:
    """Write down what the room saw, said, decided and agreed of a place."""
    analyst = town.people["analyst"]
    meeting = session.get_one(Meeting, item.meeting_id)
    meeting_notes.save(session, analyst, item.id, given["notes"], version=item.notes_version)
    seen = replay.gather(
        session,
        presenting(analyst, room(session, meeting)),
        town.places[given["place"]],
        as_at=meeting.starts_at,
    )
    meeting_deciding.decide(
        session,
        analyst,
        item.id,
        given["decision"],
        version=item.version,
        reason=given["reason"],
        shown=seen,
        move=False,
        now=now,
    )
    for each in given["actions"]:
        meeting_actions.add(
            session,
            analyst,
            item.id,
            what=each["what"],
            owner_agency_id=town.agencies[each["agency"]],
            owner_role=each["role"],
            due=town.today + timedelta(days=each["due_in_days"]),
            now=now,
        )
    if given["next"]:
        meeting_notes.set_next(session, analyst, item.id, given["next"], version=item.version)
