"""A meeting as a test needs it: planned, opened with people in the room, decided on, closed."""

from datetime import UTC, datetime

from sqlalchemy import select

from domain import (
    meeting_agenda,
    meeting_deciding,
    meeting_items,
    meeting_people,
    meeting_seats,
    meetings,
)
from domain.meeting_evidence import Shown
from domain.people import SYSTEM, Role, Tier
from domain.places import Place, PlaceEvent
from tests.conftest import arrange
from tests.domain import rows

SHOWN = Shown(recipe={"tier": 3, "layers": ["places"]}, counts={"places": 1})
WEEKLY = "weekly_screening"
START = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


class Meets:
    """Runs one meeting, each act in a writing of its own, as the coordinator or the analyst."""

    def __init__(self, store, people):
        self.store, self.people = store, people
        self.chair, self.recorder = people[Role.COORDINATOR], people[Role.ANALYST]
        self.meeting = None

    def do(self, action, who, *args, **given):
        with self.store.writing() as session:
            return action(session, who, *args, **given)

    def read(self, reading, *args, **given):
        with self.store.reading() as session:
            return reading(session, *args, **given)

    def now(self, record=None):
        record = record or self.meeting
        with self.store.reading() as session:
            return session.get(type(record), record.id)

    def place(self, at=None, **given):
        """A place that was noted at an instant, now by default."""
        with self.store.writing() as session:
            (place,) = arrange(session, SYSTEM, rows.place(**given))
            arrange(session, SYSTEM, event(place, at or datetime.now(UTC)))
            return place

    def plan(self, kind=WEEKLY, **given):
        values = {"starts_at": START, "chair_id": self.chair.id, "recorder_id": self.recorder.id}
        self.meeting = self.do(meetings.plan, self.recorder, kind=kind, **{**values, **given})
        return self.meeting

    def ask(self, role=None, tier=None, **given):
        """Ask a role's person, or somebody without a sign-in."""
        given = {"user_id": self.people[role].id} if role else {"role": "Guest", **given}
        return self.do(meeting_people.invite, self.recorder, self.meeting.id, tier=tier, **given)

    def come(self, *roles):
        for role in roles:
            self.do(meeting_people.arrive, self.recorder, self.ask(role).id)

    def open(self, *roles, kind=WEEKLY, **given):
        """Plan, open and build a meeting with people in the room: chair and analyst by default."""
        if self.meeting is None:
            self.plan(kind, **given)
        self.meeting = self.do(meetings.begin, self.chair, self.meeting.id)
        self.come(*(roles or (Role.COORDINATOR, Role.ANALYST)))
        self.do(meeting_agenda.build, self.recorder, self.meeting.id)
        return self.meeting

    def items(self):
        with self.store.reading() as session:
            return meeting_items.items(session, self.meeting.id)

    def item(self, place):
        (found,) = [each for each in self.items() if each.place_id == place.id]
        return found

    def room(self):
        with self.store.reading() as session:
            return meeting_seats.room(session, session.get(type(self.meeting), self.meeting.id))

    def decide(self, item, code="watch", **given):
        values = {"reason": "Two reports in a week.", "shown": SHOWN}
        return self.do(
            meeting_deciding.decide, self.recorder, item.id, code,
            **{"version": self.now(item).version, **values, **given},
        )  # fmt: skip

    def close(self):
        self.meeting = self.do(meeting_agenda.close, self.recorder, self.meeting.id)
        return self.meeting

    def again(self, **given):
        """Close the meeting and plan the next of its kind."""
        kind = self.meeting.kind
        self.close()
        self.meeting = None
        return self.plan(kind, **given)


def event(place, at, kind="noted", **given):
    values = {"status": place.status, "reason": "", "actor_name": "x", "details": {}}
    return PlaceEvent(place_id=place.id, at=at, kind=kind, **{**values, **given})


def guest(meets, tier=Tier.T2):
    member = meets.ask(role=None, tier=tier)
    return meets.do(meeting_people.arrive, meets.recorder, member.id)


def all_places(session):
    return list(session.scalars(select(Place).order_by(Place.id)))
