"""The tables of meetings: the meeting, who is asked to it, and what happened in the room."""

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, String, or_, select, true
from sqlalchemy.orm import Mapped, mapped_column

from domain.people import Actor, Permission
from store.database import Base


class MeetingState(Enum):
    """Where a meeting stands."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    APPROVED = "approved"
    DISTRIBUTED = "distributed"
    CANCELLED = "cancelled"

    @property
    def words(self) -> str:
        """What people read: "minutes approved"."""
        return WORDS[self]


S = MeetingState
WORDS = {
    S.PLANNED: "planned",
    S.OPEN: "meeting now",
    S.CLOSED: "held, minutes to be approved",
    S.APPROVED: "minutes approved",
    S.DISTRIBUTED: "minutes given out",
    S.CANCELLED: "cancelled",
}
MOVES: dict[MeetingState, frozenset[MeetingState]] = {
    S.PLANNED: frozenset({S.OPEN, S.CANCELLED}),
    S.OPEN: frozenset({S.CLOSED}),
    S.CLOSED: frozenset({S.APPROVED}),
    S.APPROVED: frozenset({S.DISTRIBUTED}),
    S.DISTRIBUTED: frozenset(),
    S.CANCELLED: frozenset(),
}
HELD = frozenset({S.CLOSED, S.APPROVED, S.DISTRIBUTED})
"""States of a meeting that was held."""


class Meeting(Base):
    """One meeting. ``as_at`` is the instant of which it speaks; ``since`` where that begins.

    ``sharing``: the screen is shared. ``closed_part``: those not cleared have left the room.
    ``statements`` maps what was read out to when. ``minutes`` are frozen once they are approved.
    """

    __tablename__ = "meeting"
    __sealed__ = frozenset({"title", "held_where", "minutes"})

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), index=True)  # a code of data/meetings
    title: Mapped[str] = mapped_column(String(120))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    lasts: Mapped[int]  # minutes
    held_where: Mapped[str] = mapped_column(String(200), default="")
    online: Mapped[bool] = mapped_column(default=False)
    state: Mapped[MeetingState] = mapped_column(default=S.PLANNED, index=True)
    version: Mapped[int] = mapped_column(default=1)
    chair_role: Mapped[str] = mapped_column(String(120), default="")
    chair_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    chair_name: Mapped[str] = mapped_column(String(120), default="")
    recorder_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    recorder_name: Mapped[str] = mapped_column(String(120), default="")
    since: Mapped[datetime | None]
    as_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    sharing: Mapped[bool] = mapped_column(default=False)
    closed_part: Mapped[bool] = mapped_column(default=False)
    statements: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    current_item_id: Mapped[int | None]
    turned_at: Mapped[datetime | None]
    minutes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    minutes_hash: Mapped[str] = mapped_column(String(64), default="")
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    approved_by_name: Mapped[str] = mapped_column(String(120), default="")
    approved_at: Mapped[datetime | None]
    distributed_at: Mapped[datetime | None]


class MeetingEvent(Base):
    """One line of what happened in the room: who came and went, and what the room was cleared for.

    ``room_tier`` is the least clearance in the room after it.
    """

    __tablename__ = "meeting_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(32))
    member_id: Mapped[int | None]
    room_tier: Mapped[int]
    actor_name: Mapped[str] = mapped_column(String(120))


class Presence(Enum):
    """Where someone who was asked is."""

    INVITED = "invited"
    APOLOGIES = "apologies"
    PRESENT = "present"
    LEFT = "left"

    @property
    def words(self) -> str:
        """What people read: "in the room"."""
        return {"invited": "asked", "present": "in the room"}.get(self.value, self.value)


class MeetingMember(Base):
    """Someone asked to a meeting: by sign-in, or by agency and role. Never a child.

    ``tier`` is what they are cleared for: their sign-in's, else T2 unless it was said.
    """

    __tablename__ = "meeting_member"
    __sealed__ = frozenset({"conflict", "why"})

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    agency: Mapped[str] = mapped_column(String(120), default="")  # as it was called then
    role: Mapped[str] = mapped_column(String(120))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")  # a sign-in's own, never typed
    tier: Mapped[int]
    why: Mapped[str] = mapped_column(String(300), default="")
    presence: Mapped[Presence] = mapped_column(default=Presence.INVITED)
    arrived_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    conflict: Mapped[str] = mapped_column(String(300), default="")
    version: Mapped[int] = mapped_column(default=1)

    @property
    def called(self) -> str:
        """How the list of those present names them: name or role, and agency."""
        return ", ".join(filter(None, (self.name or self.role, self.agency)))


def readable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that ``actor`` runs meetings, or that they or their agency are asked."""
    if actor.may(Permission.RECORD):
        return true()
    asked = select(MeetingMember.meeting_id).where(
        or_(
            MeetingMember.agency_id == (actor.agency_id or -1),
            MeetingMember.user_id == (actor.id or -1),
        )
    )
    return Meeting.id.in_(asked)
