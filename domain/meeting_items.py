"""The items of a meeting: a place or a question, why it is there, its notes, where it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import meetings, places
from domain.errors import Conflict, NotFound
from domain.meeting_room import Room, presenting, shows
from domain.meeting_tables import Meeting, MeetingState
from domain.meeting_words import spoken, told_to_all
from domain.people import Actor, Permission, Tier
from domain.places import Place
from domain.visibility import reach, sees_names
from store.database import Base

RESTRICTED = Tier.T4
"""Places from this tier on are items of the closed part."""


class ItemState(Enum):
    """Where an item stands."""

    WAITING = "waiting"
    DECIDED = "decided"
    DEFERRED = "deferred"

    @property
    def words(self) -> str:
        """What people read: "put off"."""
        return {"deferred": "put off"}.get(self.value, self.value)


class MeetingItem(Base):
    """One item. ``reasons`` say why it is there, in kinds, days and states, never in names.

    ``notes_version`` counts the notes alone, which are saved as they are typed; ``version`` the
    rest. ``restricted``: for the closed part. ``urgent``: the meeting does not close before it is
    decided.
    """

    __tablename__ = "meeting_item"
    __table_args__ = (UniqueConstraint("meeting_id", "place_id"),)
    __sealed__ = frozenset({"title", "reasons", "notes", "next_step", "deferred_why"})

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    position: Mapped[int]
    place_id: Mapped[int | None] = mapped_column(index=True)  # the line outlives the place
    title: Mapped[str] = mapped_column(String(120), default="")  # of a question without a place
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    state: Mapped[ItemState] = mapped_column(default=ItemState.WAITING)
    urgent: Mapped[bool] = mapped_column(default=False)
    restricted: Mapped[bool] = mapped_column(default=False)
    tier: Mapped[int] = mapped_column(default=int(Tier.T2))  # of a question; a place has its own
    raised_by_name: Mapped[str] = mapped_column(String(120), default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    notes_version: Mapped[int] = mapped_column(default=0)
    notes_by_name: Mapped[str] = mapped_column(String(120), default="")
    notes_at: Mapped[datetime | None]
    next_step: Mapped[str] = mapped_column(String(300), default="")
    deferred_why: Mapped[str] = mapped_column(String(300), default="")
    version: Mapped[int] = mapped_column(default=1)


@dataclass(frozen=True)
class Line:
    """An item as one reader may see it; words in it are a person's: escape them.

    ``name`` is the place's as this reader may know it; ``notes`` and ``next_step`` are empty for
    readers of neutral cards.
    """

    id: int
    version: int
    place_id: int | None
    name: str
    says: str
    kinds: tuple[str, ...]
    state: ItemState
    urgent: bool
    restricted: bool
    notes: str
    notes_version: int
    notes_by: str
    notes_at: datetime | None
    next_step: str
    deferred_why: str


def items(session: Session, meeting_id: int) -> list[MeetingItem]:
    """Return the items of a meeting in their order: for work that checked the reader."""
    query = select(MeetingItem).where(MeetingItem.meeting_id == meeting_id)
    return list(session.scalars(query.order_by(MeetingItem.position, MeetingItem.id)))


def lines(
    session: Session, actor: Actor, meeting_id: int, *, room: Room | None = None
) -> list[Line]:
    """Return the agenda as ``actor`` may see it; with ``room`` only what the room may see too.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not know of the meeting.
    """
    meeting = meetings.find(session, actor, meeting_id)
    reader = actor if room is None else presenting(actor, room)
    listed = items(session, meeting.id)
    known = _known(session, reader, listed)
    found = []
    for each in listed:
        place = known.get(each.place_id or 0)
        if _is_seen(reader, each, place) and _is_shown(meeting, each, place, room):
            found.append(_line(reader, each, place, known))
    return found


def hidden(session: Session, meeting: Meeting, shown: Iterable[Line]) -> int:
    """Count the items that are on the agenda and not among those ``shown``."""
    return len(items(session, meeting.id)) - len(list(shown))


def opened(
    session: Session, actor: Actor, item_id: int, version: int | None, *states: MeetingState
) -> tuple[Meeting, MeetingItem]:
    """Lock an item through its meeting, which stands in one of ``states``.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        The item or its place is not there for this actor; the meeting stands elsewhere; someone
        changed the item since it was read.
    """
    item = session.get(MeetingItem, item_id)
    if item is None:
        raise NotFound("That item is not there.")
    meeting = meetings.opened(session, actor, item.meeting_id, *states)
    session.refresh(item)
    if item.place_id is not None:
        places.find(session, actor, item.place_id)
    if version is not None and item.version != version:
        raise Conflict("Someone else changed this item meanwhile. Please look at it again.")
    return meeting, item


def _known(session: Session, actor: Actor, listed: list[MeetingItem]) -> dict[int, Place]:
    """Return the places of these items, and those that became a part of them, by id."""
    if not actor.may(Permission.SEE_PLACES):
        return {}
    named = {each.place_id for each in listed}
    named |= {reason.get("other") for each in listed for reason in each.reasons}
    where = reach(session, actor)
    query = select(Place).where(Place.id.in_(named - {None}), places.known(actor))
    return {each.id: each for each in session.scalars(query) if where.holds(each.shape)}


def _is_seen(actor: Actor, item: MeetingItem, place: Place | None) -> bool:
    return item.tier <= actor.tier if item.place_id is None else place is not None


def _is_shown(meeting: Meeting, item: MeetingItem, place: Place | None, room: Room | None) -> bool:
    if room is None:
        return True
    tier = item.tier if place is None else place.tier
    return shows(room, tier, restricted=item.restricted, closed_part=meeting.closed_part)


def _line(actor: Actor, item: MeetingItem, place: Place | None, known: dict[int, Place]) -> Line:
    full = sees_names(actor)
    name = _name(actor, place) if place else item.title
    others = {number: _name(actor, each) for number, each in known.items()}
    reasons = item.reasons if full else told_to_all(item.reasons)
    return Line(
        id=item.id,
        version=item.version,
        place_id=item.place_id,
        name=name,
        says=spoken(name, reasons, others) if place else "",
        kinds=tuple(dict.fromkeys(str(each.get("kind", "")) for each in reasons)),
        state=item.state,
        urgent=item.urgent,
        restricted=item.restricted,
        notes=item.notes if full else "",
        notes_version=item.notes_version,
        notes_by=item.notes_by_name if full else "",
        notes_at=item.notes_at if full else None,
        next_step=item.next_step if full else "",
        deferred_why=item.deferred_why if full else "",
    )


def _name(actor: Actor, place: Place) -> str:
    return place.name if sees_names(actor) else place.neutral_name
