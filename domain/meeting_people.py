"""Who is asked to a meeting, and who is in the room: arrivals, departures, apologies, conflicts."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import meeting_seats, meetings
from domain.accounts import Agency, User
from domain.audit import action
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.meeting_room import UNKNOWN
from domain.meeting_seats import clearance, present, remember, room
from domain.meeting_tables import Meeting, MeetingMember, MeetingState, Presence
from domain.people import Actor, Permission, Tier
from domain.wording import one_line, taken

MOST = 60
SAID = frozenset({Tier.T1, Tier.T2, Tier.T3})
"""What can be said of someone without a sign-in."""


@action("meeting.invite", needs=Permission.RECORD)
def invite(
    session: Session,
    actor: Actor,
    meeting_id: int,
    *,
    role: str = "",
    agency_id: int | None = None,
    agency: str = "",
    user_id: int | None = None,
    tier: Tier | None = None,
    why: str = "",
) -> MeetingMember:
    """Ask someone to a meeting: a person with a sign-in, or an agency's or a place's role.

    Raises
    ------
    NotFound, Conflict, Invalid
        The meeting is over, or not there for this actor; the person or agency is not there, or is
        asked already; neither is named; a clearance that cannot be said.
    """
    meeting = meetings.opened(session, actor, meeting_id, MeetingState.PLANNED, MeetingState.OPEN)
    there = meeting_seats.members(session, meeting.id)
    if len(there) >= MOST:
        raise Invalid(f"A meeting has {MOST} people at most.")
    if user_id is not None:
        made = _by_sign_in(session, user_id, role)
    else:
        made = _by_role(session, role, agency_id, agency, tier)
    if any(_are_one(each, made) for each in there):
        raise Conflict("They are asked already.")
    made.meeting_id, made.why = meeting.id, taken(why, "the reason", 300)
    session.add(made)
    session.flush()
    return made


@action("meeting.uninvite", needs=Permission.RECORD)
def uninvite(session: Session, actor: Actor, member_id: int) -> None:
    """Take someone off the list who was never in the room.

    Raises
    ------
    NotFound, Conflict
        They are not there for this actor; they were in the room, or the meeting is over.
    """
    meeting, member = _opened(session, actor, member_id, MeetingState.PLANNED, MeetingState.OPEN)
    if member.arrived_at is not None or member.conflict:
        raise Conflict("They were in the room: the list keeps them.")
    session.delete(member)
    meeting.version += 1


@action("meeting.arrive", needs=Permission.RECORD)
def arrive(
    session: Session, actor: Actor, member_id: int, *, now: datetime | None = None
) -> MeetingMember:
    """Note that someone came in. Who is not cleared for the closed part ends it by coming in.

    Raises
    ------
    NotFound, Conflict
        They are not there for this actor; the meeting is not open.
    """
    meeting, member = _opened(session, actor, member_id, MeetingState.OPEN)
    if member.presence is Presence.PRESENT:
        return member
    before = room(session, meeting).tier
    member.presence = Presence.PRESENT
    member.arrived_at = member.arrived_at or now or datetime.now(UTC)
    member.left_at = None
    member.version += 1
    _refresh(session, member)
    remember(session, actor, meeting, "arrived", member.id, now=now)
    if meeting.closed_part and room(session, meeting).tier < before:
        _end_closed_part(session, actor, meeting)
    return member


@action("meeting.leave", needs=Permission.RECORD)
def leave(session: Session, actor: Actor, member_id: int) -> MeetingMember:
    """Note that someone left the room; they can come back.

    Raises
    ------
    NotFound, Conflict
        They are not there for this actor, or not in the room; the meeting is not open.
    """
    meeting, member = _opened(session, actor, member_id, MeetingState.OPEN)
    if member.presence is not Presence.PRESENT:
        raise Conflict("They are not in the room.")
    member.presence, member.left_at = Presence.LEFT, datetime.now(UTC)
    member.version += 1
    remember(session, actor, meeting, "left", member.id)
    return member


@action("meeting.apologise", needs=Permission.RECORD)
def apologise(session: Session, actor: Actor, member_id: int) -> MeetingMember:
    """Note that someone cannot come.

    Raises
    ------
    NotFound, Conflict
        They are not there for this actor; they were in the room; the meeting is over.
    """
    meeting, member = _opened(session, actor, member_id, MeetingState.PLANNED, MeetingState.OPEN)
    if member.arrived_at is not None:
        raise Conflict("They were in the room.")
    member.presence = Presence.APOLOGIES
    member.version += 1
    remember(session, actor, meeting, "apologies", member.id)
    return member


@action("meeting.declare_conflict", needs=Permission.RECORD)
def declare(session: Session, actor: Actor, member_id: int, conflict: str) -> MeetingMember:
    """Write down a conflict of interest, or that there is none after all (empty).

    Raises
    ------
    NotFound, Conflict, Invalid
        They are not there for this actor; the meeting is over; the words are too long.
    """
    _, member = _opened(session, actor, member_id, MeetingState.PLANNED, MeetingState.OPEN)
    member.conflict = taken(conflict, "the conflict of interest", 300)
    member.version += 1
    return member


@action("meeting.share_screen", needs=Permission.RECORD)
def share_screen(session: Session, actor: Actor, meeting_id: int, *, on: bool) -> Meeting:
    """Note that the screen is shared, or no longer: sharing ends the closed part.

    Raises
    ------
    NotFound, Conflict
        The meeting is not there for this actor, or not open.
    """
    meeting = meetings.opened(session, actor, meeting_id, MeetingState.OPEN)
    if meeting.sharing is on:
        return meeting
    meeting.sharing = on
    remember(session, actor, meeting, "sharing_on" if on else "sharing_off")
    if on and meeting.closed_part:
        _end_closed_part(session, actor, meeting)
    return meeting


@action("meeting.close_doors", needs=Permission.RECORD)
def close_doors(session: Session, actor: Actor, meeting_id: int) -> Meeting:
    """Begin the closed part, for items that are restricted: the screen is not shared in it.

    Raises
    ------
    NotFound, Conflict
        The meeting is not there for this actor, or not open; someone in the room is not cleared
        for a safeguarding meeting (the message counts them), or the screen is shared.
    """
    meeting = meetings.opened(session, actor, meeting_id, MeetingState.OPEN)
    if meeting.sharing:
        raise Conflict("Stop sharing the screen first.")
    below = [each for each in present(session, meeting.id) if each.tier < Tier.T3]
    if below:
        still = "1 person" if len(below) == 1 else f"{len(below)} people"
        raise Conflict(f"{still} in the room may not see restricted items. They step out first.")
    if not meeting.closed_part:
        meeting.closed_part = True
        remember(session, actor, meeting, "closed_part_begun")
    return meeting


@action("meeting.open_doors", needs=Permission.RECORD)
def open_doors(session: Session, actor: Actor, meeting_id: int) -> Meeting:
    """End the closed part.

    Raises
    ------
    NotFound, Conflict
        The meeting is not there for this actor, or not open.
    """
    meeting = meetings.opened(session, actor, meeting_id, MeetingState.OPEN)
    if meeting.closed_part:
        _end_closed_part(session, actor, meeting)
    return meeting


def members(session: Session, actor: Actor, meeting_id: int) -> list[MeetingMember]:
    """Return who is asked to a meeting, by agency.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not know of the meeting.
    """
    meetings.find(session, actor, meeting_id)
    return meeting_seats.members(session, meeting_id)


def people(session: Session, actor: Actor) -> dict[int, str]:
    """Return who has a sign-in that takes part in meetings: name and agency by id."""
    actor.must(Permission.RECORD)
    query = select(User).where(User.active).order_by(User.name)
    return {
        each.id: f"{each.name}, {each.agency.name}"
        for each in session.scalars(query)
        if clearance(each) >= Tier.T2
    }


def _by_sign_in(session: Session, user_id: int, role: str) -> MeetingMember:
    user = session.get(User, user_id)
    if user is None or not user.active:
        raise Invalid("That person is not there. Please choose another.")
    tier = clearance(user)
    if tier < Tier.T2:
        raise NotPermitted("This person's role does not take part in meetings about places.")
    return MeetingMember(
        agency_id=user.agency_id,
        agency=user.agency.name,
        role=one_line(role, "the role", 120) or "Member",
        user_id=user.id,
        name=user.name,
        tier=int(tier),
    )


def _by_role(
    session: Session, role: str, agency_id: int | None, agency: str, tier: Tier | None
) -> MeetingMember:
    if tier is not None and tier not in SAID:
        raise Invalid("Someone without a sign-in is cleared for a safeguarding meeting at most.")
    found = None if agency_id is None else session.get(Agency, agency_id)
    if agency_id is not None and (found is None or not found.active):
        raise Invalid("That agency is not there. Please choose another.")
    return MeetingMember(
        agency_id=found.id if found else None,
        agency=found.name if found else one_line(agency, "the agency", 120),
        role=one_line(role, "the role", 120, needed=True),
        tier=int(UNKNOWN if tier is None else tier),
    )


def _are_one(one: MeetingMember, other: MeetingMember) -> bool:
    if one.user_id or other.user_id:
        return one.user_id == other.user_id
    return (one.agency_id, one.agency, one.role) == (other.agency_id, other.agency, other.role)


def _opened(
    session: Session, actor: Actor, member_id: int, *states: MeetingState
) -> tuple[Meeting, MeetingMember]:
    member = session.get(MeetingMember, member_id)
    if member is None:
        raise NotFound("They are not on the list.")
    meeting = meetings.opened(session, actor, member.meeting_id, *states)
    session.refresh(member)
    return meeting, member


def _end_closed_part(session: Session, actor: Actor, meeting: Meeting) -> None:
    meeting.closed_part = False
    remember(session, actor, meeting, "closed_part_ended")


def _refresh(session: Session, member: MeetingMember) -> None:
    """Let a person count as what they are cleared for today."""
    user = session.get(User, member.user_id) if member.user_id else None
    if user is not None:
        member.tier = int(clearance(user))
