"""Who sits in the room, read from the tables: what each is cleared for, and the room as a whole."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.accounts import Grant, User
from domain.meeting_room import Room, Seat, room_of
from domain.meeting_tables import Meeting, MeetingEvent, MeetingMember, Presence
from domain.people import CLEARANCE, PERMISSIONS, Actor, Permission, Tier

MEETS = frozenset(role for role, may in PERMISSIONS.items() if Permission.MEET in may)
"""Roles that take part in meetings."""


def clearance(user: User) -> Tier:
    """Return the least that someone's capacities for meetings are cleared for; T0 without any."""
    return min((each.clearance or CLEARANCE[each.role] for each in _meets(user)), default=Tier.T0)


def members(session: Session, meeting_id: int) -> list[MeetingMember]:
    """Return who is asked to a meeting, by agency: for work that checked the reader."""
    query = select(MeetingMember).where(MeetingMember.meeting_id == meeting_id)
    return list(session.scalars(query.order_by(MeetingMember.agency, MeetingMember.id)))


def present(session: Session, meeting_id: int) -> list[MeetingMember]:
    """Return who is in the room."""
    return [each for each in members(session, meeting_id) if each.presence is Presence.PRESENT]


def room(session: Session, meeting: Meeting) -> Room:
    """Return what the room may be shown now."""
    found = present(session, meeting.id)
    areas = _areas(session, [each.user_id for each in found if each.user_id])
    seats = [Seat(Tier(each.tier), areas.get(each.user_id or 0, frozenset())) for each in found]
    return room_of(seats, sharing=meeting.sharing)


def remember(
    session: Session,
    actor: Actor,
    meeting: Meeting,
    kind: str,
    member_id: int | None = None,
    *,
    now: datetime | None = None,
) -> None:
    """Add a line to what happened in the room, with what the room is cleared for after it."""
    session.flush()
    session.add(
        MeetingEvent(
            meeting_id=meeting.id,
            at=now or datetime.now(UTC),
            kind=kind,
            member_id=member_id,
            room_tier=int(room(session, meeting).tier),
            actor_name=actor.name,
        )
    )
    session.flush()


def _meets(user: User) -> list[Grant]:
    now = datetime.now(UTC)
    return [each for each in user.grants if each.role in MEETS and each.holds(now)]


def _areas(session: Session, user_ids: list[int]) -> dict[int, frozenset[int]]:
    """Return the areas that each person's work is limited to; empty where it is not."""
    found = {}
    for user in session.scalars(select(User).where(User.id.in_(user_ids))):
        limits = [each.area_id for each in _meets(user)]
        found[user.id] = frozenset(each for each in limits if each) if all(limits) else frozenset()
    return found
