"""What lies ahead for one reader: meetings, reviews, due dates and lapses, each in neutral words.

What is told here leaves the house, in a calendar or a mail: a reference, a time and a link, and
never what a place is called, where it lies or what is worrying there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import (
    case_due,
    matching,
    meeting_actions,
    meeting_kinds,
    meetings,
    place_expiry,
    plan_board,
)
from domain.meeting_tables import Meeting, MeetingState
from domain.people import Actor, Permission
from domain.places import Place
from domain.plan_actions import Standing
from domain.plan_board import Board, Card

BACK = timedelta(days=60)
"""How long what is over stays in a calendar."""
AHEAD = timedelta(days=550)
TO_DO = frozenset({Standing.PROPOSED, Standing.ACCEPTED, Standing.IN_PROGRESS})
HOLDS = TO_DO | {Standing.IN_FORCE}


class Kind(Enum):
    """What an entry is: the value begins its key."""

    MEETING = "meeting"
    STEP = "step"
    DUE = "due"
    LAPSE = "lapse"
    TASK = "task"
    RUNS_OUT = "runs_out"


@dataclass(frozen=True)
class Entry:
    """One entry. ``key`` stays the same while its record does; ``link`` is a path of this server.

    ``starts`` is an aware instant with ``minutes``, or a whole day in London. ``agency_id`` is who
    owns an action. ``overdue`` says that it is still to be done and its day has passed.
    """

    key: str
    kind: Kind
    words: str
    reference: str
    starts: datetime | date
    link: str
    minutes: int | None = None
    version: int = 1
    cancelled: bool = False
    overdue: bool = False
    agency_id: int | None = None

    @property
    def title(self) -> str:
        """What a calendar shows: "Review: PL-003"."""
        return f"{self.words}: {self.reference}"

    @property
    def day(self) -> date:
        """The day in London on which it begins."""
        if isinstance(self.starts, datetime):
            return self.starts.astimezone(matching.LONDON).date()
        return self.starts


def entries(session: Session, actor: Actor, *, today: date | None = None) -> list[Entry]:
    """Return what lies ahead for ``actor`` and what is late, the earliest first.

    Meetings that they may know of, the steps that are due at the places that they know of, and
    what their own agency has in hand; those who run meetings get the actions of every agency.

    Raises
    ------
    NotPermitted
        The actor may not read place cards.
    """
    actor.must(Permission.SEE_PLACES)
    day = today or matching.today()
    found = [*_steps(session, actor, day), *_actions(session, actor, day)]
    found += _running_out(session, actor, day)
    if actor.may(Permission.MEET):
        found += [*_meetings(session, actor, day), *_tasks(session, actor, day)]
    last = day + AHEAD
    return sorted(
        (each for each in found if each.day <= last),
        key=lambda each: (each.day, each.kind.value, each.key),
    )


def of_meeting(meeting: Meeting) -> Entry:
    """Return the entry of a meeting whose reader was checked: its kind and number alone."""
    return Entry(
        key=f"meeting-{meeting.id}",
        kind=Kind.MEETING,
        words=meeting_kinds.label(meeting.kind),
        reference=f"meeting {meeting.id}",
        starts=meeting.starts_at,
        link=f"/meetings?meeting={meeting.id}",
        minutes=meeting.lasts,
        version=meeting.version,
        cancelled=meeting.state is MeetingState.CANCELLED,
    )


def reference_of(place: Place) -> str:
    """Return what a place is called outside the house."""
    return place.reference or f"place {place.id}"


def _meetings(session: Session, actor: Actor, today: date) -> Iterator[Entry]:
    first = datetime.combine(today, time(), matching.LONDON) - BACK
    for each in meetings.listed(session, actor):
        if each.starts_at >= first:
            yield of_meeting(each)


def _steps(session: Session, actor: Actor, today: date) -> Iterator[Entry]:
    found = case_due.due(session, actor, today=today)
    known = _references(session, {each.place_id for each in found})
    for each in found:
        what, number = each.link
        yield Entry(
            key=f"{each.clock}-{what}-{number}",
            kind=Kind.STEP,
            words=each.label,
            reference=known[each.place_id],
            starts=each.on,
            link=f"/actions?action={number}" if what == "action" else _place(each.place_id),
            overdue=each.overdue,
        )


def _running_out(session: Session, actor: Actor, today: date) -> Iterator[Entry]:
    """Tell of places that soon go to fewer readers, because nothing new is known of them."""
    found = place_expiry.coming(session, actor, today)
    known = _references(session, {each.place_id for each in found})
    for each in found:
        yield Entry(
            key=f"runs_out-{each.place_id}",
            kind=Kind.RUNS_OUT,
            words="Evidence runs out",
            reference=known[each.place_id],
            starts=each.on,
            link=_place(each.place_id),
        )


def _actions(session: Session, actor: Actor, today: date) -> Iterator[Entry]:
    cards = plan_board.cards(session, actor, _board(actor), today=today)
    known = _references(session, {each.place_id for each in cards})
    for card in cards:
        yield from _of_card(card, known[card.place_id], today)


def _board(actor: Actor) -> Board:
    return Board(mine=not actor.may(Permission.RECORD))


def _of_card(card: Card, reference: str, today: date) -> Iterator[Entry]:
    told = f"action {card.id}, {reference}"
    link = f"/actions?action={card.id}"
    if card.standing in TO_DO:
        yield Entry(
            f"due-{card.id}", Kind.DUE, "Due", told, card.due, link,
            version=card.version, overdue=card.overdue, agency_id=card.agency_id,
        )  # fmt: skip
    if card.lapse_on is not None and card.lapse_on >= today and card.standing in HOLDS:
        yield Entry(
            f"lapse-{card.id}", Kind.LAPSE, "Last day", told, card.lapse_on, link,
            version=card.version, agency_id=card.agency_id,
        )  # fmt: skip


def _tasks(session: Session, actor: Actor, today: date) -> Iterator[Entry]:
    for each in meeting_actions.still_open(session, actor):
        if each.mine or actor.may(Permission.RECORD):
            yield Entry(
                key=f"task-{each.id}",
                kind=Kind.TASK,
                words="Due",
                reference=f"action of meeting {each.meeting_id}",
                starts=each.due,
                link=f"/meetings?meeting={each.meeting_id}",
                version=each.version,
                overdue=each.due < today,
                agency_id=each.agency_id,
            )


def _place(number: int) -> str:
    return f"/place?place={number}"


def _references(session: Session, numbers: set[int]) -> dict[int, str]:
    query = select(Place).where(Place.id.in_(numbers))
    return {each.id: reference_of(each) for each in session.scalars(query)}
