"""The agenda: built from what changed since the last meeting, added to, put in order, put off."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import case_work, meeting_items, meeting_kinds, meetings, places
from domain.audit import action
from domain.errors import Conflict, Invalid
from domain.meeting_changes import Change, ChangeKind, difference
from domain.meeting_items import RESTRICTED, ItemState, MeetingItem
from domain.meeting_seats import remember, room
from domain.meeting_tables import Meeting, MeetingState
from domain.meeting_words import CARRIED, RAISED
from domain.people import Actor, Permission, Tier
from domain.places import Place
from domain.wording import one_line, taken

MOST = 200
RUNS = (MeetingState.PLANNED, MeetingState.OPEN)
PRESSING = frozenset({"urgent", "immediate"})


@action("agenda.build", needs=Permission.RECORD)
def build(session: Session, actor: Actor, meeting_id: int, *, now: datetime | None = None) -> int:
    """Put on the agenda what changed since the last meeting of its kind; return how many are new.

    What is there stays, in its order, with its reasons brought up to date while it waits. What was
    put off last time comes back.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        The meeting is not there for this actor, or over; too much would be on it.
    """
    meeting = meetings.opened(session, actor, meeting_id, *RUNS)
    until = meeting.as_at or now or datetime.now(UTC)
    since = meetings.last_met(session, meeting.kind, until)
    reasons = _reasons(meeting, difference(session, actor, since, until))
    for number in _put_off(session, actor, meeting):
        reasons.setdefault(number, []).append({"kind": CARRIED})
    there = {each.place_id: each for each in meeting_items.items(session, meeting.id)}
    for number, found in reasons.items():
        if number in there:
            _update(there[number], found)
    fresh = [number for number in reasons if number not in there]
    if len(there) + len(fresh) > MOST:
        raise Invalid(f"An agenda has {MOST} items at most.")
    first = _next_position(session, meeting.id)
    for position, number in enumerate(_in_order(reasons, fresh), first):
        session.add(_item(meeting, _place(session, number), position, reasons[number]))
    session.flush()
    return len(fresh)


@action("agenda.add_place", needs=Permission.RECORD)
def add_place(
    session: Session,
    actor: Actor,
    meeting_id: int,
    place_id: int,
    *,
    urgent: bool = False,
    restricted: bool = False,
) -> MeetingItem:
    """Put a place on the agenda that was raised aloud; while the meeting runs it comes next.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        The meeting or the place is not there for this actor; the place is on the agenda already,
        or became a part of another; the agenda is full.
    """
    meeting = meetings.opened(session, actor, meeting_id, *RUNS)
    place = places.find(session, actor, place_id)
    if place.merged_into_id is not None:
        raise Conflict("This place was merged into another. Please choose that one.")
    there = _room_for_one(session, meeting)
    if any(each.place_id == place.id for each in there):
        raise Conflict("This place is on the agenda already.")
    made = _item(meeting, place, _after_current(session, meeting, there), [{"kind": RAISED}])
    made.urgent, made.raised_by_name = urgent, actor.name
    made.restricted = made.restricted or restricted
    session.add(made)
    session.flush()
    return made


@action("agenda.add_question", needs=Permission.RECORD)
def add_question(session: Session, actor: Actor, meeting_id: int, title: str) -> MeetingItem:
    """Put something on the agenda that is about no single place.

    Everyone asked reads the title; what is raised while the meeting runs, those cleared as the
    room then was.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        As in `add_place`; the title is empty or too long.
    """
    meeting = meetings.opened(session, actor, meeting_id, *RUNS)
    there = _room_for_one(session, meeting)
    tier = Tier.T2
    if meeting.state is MeetingState.OPEN:
        tier = max(Tier.T2, min(Tier.T3, room(session, meeting).tier))
    made = MeetingItem(
        meeting_id=meeting.id,
        position=_after_current(session, meeting, there),
        title=one_line(title, "what it is about", 120, needed=True),
        reasons=[],
        tier=int(tier),
        raised_by_name=actor.name,
    )
    session.add(made)
    session.flush()
    return made


@action("agenda.move", needs=Permission.RECORD)
def shift(session: Session, actor: Actor, item_id: int, by: int) -> None:
    """Move an item up (``by`` -1) or down (1) among the items of its meeting.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        The item is not there for this actor; the meeting is over.
    """
    meeting, item = meeting_items.opened(session, actor, item_id, None, *RUNS)
    order = meeting_items.items(session, meeting.id)
    at = order.index(item)
    to = min(max(at + by, 0), len(order) - 1)
    order.insert(to, order.pop(at))
    for position, each in enumerate(order):
        each.position = position
    meeting.version += 1


@action("agenda.defer", needs=Permission.RECORD)
def defer(
    session: Session, actor: Actor, item_id: int, *, version: int, reason: str
) -> MeetingItem:
    """Put an item off until next time, with a reason.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        The item is not there for this actor, was changed since, or is decided; the meeting is not
        open; it is urgent; there is no reason.
    """
    _, item = meeting_items.opened(session, actor, item_id, version, MeetingState.OPEN)
    if item.urgent:
        raise Conflict("This is urgent. It is decided today.")
    if item.state is ItemState.DECIDED:
        raise Conflict("This is decided already.")
    item.state = ItemState.DEFERRED
    item.deferred_why = taken(reason, "why it is put off", 300, needed=True)
    item.version += 1
    return item


@action("agenda.mark", needs=Permission.RECORD)
def mark(
    session: Session,
    actor: Actor,
    item_id: int,
    *,
    version: int,
    urgent: bool | None = None,
    restricted: bool | None = None,
) -> MeetingItem:
    """Mark an item as urgent, or for the closed part, or take the mark off again.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        The item is not there for this actor, or was changed since; the meeting is over.
    """
    _, item = meeting_items.opened(session, actor, item_id, version, *RUNS)
    if urgent is not None:
        item.urgent = urgent
    if restricted is not None:
        item.restricted = restricted
    item.version += 1
    return item


@action("agenda.turn_to", needs=Permission.RECORD)
def turn_to(session: Session, actor: Actor, meeting_id: int, item_id: int | None) -> Meeting:
    """Turn the meeting to an item, on every screen that follows it; None is the beginning.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        The meeting or the item is not there for this actor; the meeting is not open.
    """
    if item_id is None:
        meeting = meetings.opened(session, actor, meeting_id, MeetingState.OPEN)
    else:
        meeting, _ = meeting_items.opened(session, actor, item_id, None, MeetingState.OPEN)
        if meeting.id != meeting_id:
            raise Conflict("This item belongs to another meeting.")
    if meeting.current_item_id != item_id or meeting.turned_at is None:
        meeting.current_item_id, meeting.turned_at = item_id, datetime.now(UTC)
    return meeting


@action("agenda.remove", needs=Permission.RECORD)
def remove(session: Session, actor: Actor, item_id: int) -> None:
    """Take an item off the agenda of a meeting that was not opened yet.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        The item is not there for this actor; the meeting has begun: put the item off instead.
    """
    meeting, item = meeting_items.opened(session, actor, item_id, None, MeetingState.PLANNED)
    session.delete(item)
    meeting.version += 1


@action("meeting.close", needs=Permission.RECORD)
def close(
    session: Session, actor: Actor, meeting_id: int, *, now: datetime | None = None
) -> Meeting:
    """Close the meeting. What was neither decided nor put off is put off.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        The meeting is not there for this actor, or not open; something urgent is not decided.
    """
    case_work.person(actor)
    meeting = meetings.opened(session, actor, meeting_id, MeetingState.OPEN)
    there = meeting_items.items(session, meeting.id)
    waiting = [each for each in there if each.state is not ItemState.DECIDED]
    if urgent := sum(each.urgent for each in waiting):
        still = "1 urgent item is" if urgent == 1 else f"{urgent} urgent items are"
        raise Conflict(f"{still} not decided yet. Decide first, then close.")
    for each in waiting:
        if each.state is ItemState.WAITING:
            each.state, each.deferred_why = ItemState.DEFERRED, "Not reached."
            each.version += 1
    meeting.closed_at = now or datetime.now(UTC)
    meeting.closed_part, meeting.current_item_id = False, None
    meetings.move(meeting, MeetingState.CLOSED)
    remember(session, actor, meeting, "closed", now=meeting.closed_at)
    return meeting


def _reasons(meeting: Meeting, changes: Iterable[Change]) -> dict[int, list[dict[str, Any]]]:
    wanted = meeting_kinds.kind(meeting.kind).looks_at
    found: dict[int, list[dict[str, Any]]] = {}
    for each in changes:
        if each.kind.value in wanted:
            found.setdefault(each.place_id, []).append({"kind": each.kind.value, **each.facts})
    return found


def _put_off(session: Session, actor: Actor, meeting: Meeting) -> list[int]:
    """Return the places that the last meeting of the kind put off and that are still there."""
    last = meetings.before(session, meeting)
    if last is None:
        return []
    query = select(Place.id).where(
        Place.id.in_(
            each.place_id
            for each in meeting_items.items(session, last.id)
            if each.place_id is not None and each.state is ItemState.DEFERRED
        ),
        Place.merged_into_id.is_(None),
        places.known(actor),
    )
    return list(session.scalars(query.order_by(Place.id)))


def _update(item: MeetingItem, found: list[dict[str, Any]]) -> None:
    own = [each for each in item.reasons if each.get("kind") == RAISED]
    if item.state is ItemState.WAITING and item.reasons != [*found, *own]:
        item.reasons = [*found, *own]
        item.urgent = item.urgent or _is_pressing(found)
        item.version += 1


def _in_order(reasons: dict[int, list[dict[str, Any]]], numbers: list[int]) -> list[int]:
    order = [each.value for each in ChangeKind] + [CARRIED]
    return sorted(
        numbers,
        key=lambda each: (
            order.index(reasons[each][0]["kind"]),
            str(reasons[each][0].get("on", "")),
            each,
        ),
    )


def _item(
    meeting: Meeting, place: Place, position: int, reasons: list[dict[str, Any]]
) -> MeetingItem:
    return MeetingItem(
        meeting_id=meeting.id,
        place_id=place.id,
        position=position,
        reasons=reasons,
        urgent=_is_pressing(reasons),
        restricted=place.tier >= RESTRICTED,
    )


def _is_pressing(reasons: Iterable[dict[str, Any]]) -> bool:
    return any(each.get("how") in PRESSING for each in reasons)


def _place(session: Session, number: int) -> Place:
    found = session.get(Place, number)
    assert found is not None, "a change names a place that is there"
    return found


def _room_for_one(session: Session, meeting: Meeting) -> list[MeetingItem]:
    there = meeting_items.items(session, meeting.id)
    if len(there) >= MOST:
        raise Invalid(f"An agenda has {MOST} items at most.")
    return there


def _next_position(session: Session, meeting_id: int) -> int:
    there = meeting_items.items(session, meeting_id)
    return there[-1].position + 1 if there else 0


def _after_current(session: Session, meeting: Meeting, there: list[MeetingItem]) -> int:
    """Make room behind the item that the meeting is at; at the end where it is at none."""
    current = next((each for each in there if each.id == meeting.current_item_id), None)
    if current is None:
        return _next_position(session, meeting.id)
    for each in there:
        if each.position > current.position:
            each.position += 1
    return current.position + 1
