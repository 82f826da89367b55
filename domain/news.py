"""What is new for one person: where they are asked, their threads, and what they follow.

Nothing is written when something happens: it is read when they look, as they may read it then. So
what was withdrawn, or is not for them any more, is not told, and nobody else's permission counts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ForeignKey, String, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import audit, follows, places
from domain.annotations import Annotation, talked_of
from domain.audit import action
from domain.follows import Follow
from domain.people import Actor, Kind, Permission
from domain.place_history import SAID
from domain.places import Place, PlaceEvent
from domain.search import middle_of, to_square
from domain.thread_tables import Mention, Reply, ReplyKind
from domain.visibility import STREET as SQUARE
from domain.visibility import reach, sees_names
from store.columns import bbox_intersects
from store.database import Base

LOOKS_BACK = timedelta(days=60)
MOST = 200
SUBJECTS = (
    "annotation", "annotation_reply", "annotation_mention", "place", "place_event", "area",
    "follow", "news_reader", "news_seen", "agency",
)  # fmt: skip
"""Tables of which `items` is made: it is the same until one of them changes, or the day does."""


class NewsReader(Base):
    """How far somebody has read, and whether they want a digest by e-mail.

    What is older than ``read_until`` is read, and so is what `NewsSeen` names. ``digest_until`` is
    how far the last digest reached. While ``claimed_until`` lies ahead, one process is sending.
    """

    __tablename__ = "news_reader"
    __sealed__ = frozenset({"email"})
    __unlogged__ = frozenset(
        {"read_until", "claimed_until", "digest_on", "digest_until", "tries", "retry_at"}
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), unique=True)
    read_until: Mapped[datetime | None]
    digest: Mapped[bool] = mapped_column(default=False)
    email: Mapped[str] = mapped_column(String(200), default="")
    digest_on: Mapped[str] = mapped_column(String(10), default="")  # London's day of the last one
    digest_until: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(String(200), default="")


class NewsSeen(Base):
    """One thing that somebody has read, beyond how far they have read all."""

    __tablename__ = "news_seen"
    __table_args__ = (UniqueConstraint("user_id", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    item: Mapped[str] = mapped_column(String(40))


@dataclass(frozen=True)
class Item:
    """One thing that is new; a person wrote ``words`` and ``who``: escape them.

    ``reference`` names it without telling anything of it: "Note 12". ``note_id`` or ``place_id``
    is what it opens.
    """

    key: str
    at: datetime
    said: str
    reference: str
    words: str = ""
    who: str = ""
    note_id: int | None = None
    place_id: int | None = None
    unread: bool = True


def items(session: Session, actor: Actor, *, now: datetime | None = None) -> list[Item]:
    """Return what happened for ``actor`` in the last 60 days, the latest first, 200 at most.

    Raises
    ------
    NotPermitted
        The actor may not read place cards.
    """
    actor.must(Permission.SEE_PLACES)
    if actor.kind is not Kind.USER or actor.id is None:
        return []
    since = (now or datetime.now(UTC)) - LOOKS_BACK
    told = _Told(session, actor, since)
    found = {each.key: each for part in (told.events(), told.notes(), told.replies())
             for each in part}  # fmt: skip
    ordered = sorted(found.values(), key=lambda each: (each.at, each.key), reverse=True)[:MOST]
    reader = reader_of(session, actor.id)
    until = reader.read_until if reader else None
    seen = set(session.scalars(select(NewsSeen.item).where(NewsSeen.user_id == actor.id)))
    return [
        replace(each, unread=each.key not in seen and (until is None or each.at > until))
        for each in ordered
    ]


def unread(found: Iterable[Item]) -> dict[int | None, int]:
    """Count what is unread by the note that it is about; of places under None."""
    counts: dict[int | None, int] = {}
    for each in found:
        if each.unread:
            counts[each.note_id] = counts.get(each.note_id, 0) + 1
    return counts


def reader_of(session: Session, user_id: int) -> NewsReader | None:
    """Return what is kept of somebody's reading."""
    return session.scalar(select(NewsReader).where(NewsReader.user_id == user_id))


@action("news.read", needs=Permission.SEE_PLACES)
def mark_read(session: Session, actor: Actor, keys: Iterable[str]) -> int:
    """Mark things as read; return how many were not before. Only what is new for them counts.

    Raises
    ------
    NotPermitted
        Nobody is named.
    """
    number = follows.own(actor)
    asked = set(keys)
    fresh = [each.key for each in items(session, actor) if each.unread and each.key in asked]
    if fresh:
        users: Sequence[int] = [number] * len(fresh)
        audit.load(session, NewsSeen, {"user_id": users, "item": fresh})
        audit.note(session, "news_seen", {"read": len(fresh)})
    return len(fresh)


@action("news.read_all", needs=Permission.SEE_PLACES)
def mark_all_read(session: Session, actor: Actor, until: datetime) -> None:
    """Mark everything up to ``until`` as read: the time of the latest that they had before them.

    Raises
    ------
    NotPermitted
        Nobody is named.
    """
    number = follows.own(actor)
    reader = kept_reader(session, number)
    if reader.read_until is None or until > reader.read_until:
        reader.read_until = min(until, datetime.now(UTC))
    audit.remove(session, NewsSeen, "user_id", number)


def kept_reader(session: Session, user_id: int) -> NewsReader:
    """Return the row of somebody's reading under lock; inside an action: it is made where missing.

    Somebody's first two acts at the same moment are one after the other: they lock the person.
    """
    session.execute(select(_USER.c.id).where(_USER.c.id == user_id).with_for_update())
    query = select(NewsReader).where(NewsReader.user_id == user_id).with_for_update()
    reader = session.scalar(query.execution_options(populate_existing=True))
    if reader is None:
        reader = NewsReader(user_id=user_id)
        session.add(reader)
        session.flush()
    return reader


_USER = Base.metadata.tables["app_user"]


class _Told:
    """Collects what happened, for one reader."""

    def __init__(self, session: Session, actor: Actor, since: datetime) -> None:
        self.session, self.actor, self.since = session, actor, since
        self.followed = follows.rows(session, actor)
        self.outlines = {each.id: self._outline(each) for each in self.followed}
        self.reach = reach(session, actor)

    def events(self) -> Iterator[Item]:
        """Yield what changed at places that are followed, on their own or within an area."""
        known = self._places()
        query = (
            select(PlaceEvent)
            .where(PlaceEvent.place_id.in_(known), PlaceEvent.at >= self.since)
            .where(PlaceEvent.actor_name != self.actor.name)
            .order_by(PlaceEvent.at.desc())
            .limit(MOST)
        )
        for each in self.session.scalars(query):
            place, follow_since = known[each.place_id]
            if each.at > follow_since:
                name = place.name if sees_names(self.actor) else place.neutral_name
                yield Item(
                    key=f"event:{each.id}",
                    at=each.at,
                    said=SAID.get(each.kind, "Changed"),
                    reference=f"Place {place.id}",
                    words=name,
                    place_id=place.id,
                )

    def notes(self) -> Iterator[Item]:
        """Yield notes of others that ask the reader, or lie where the reader follows."""
        asked = self._asked(only_notes=True)
        near = or_(Annotation.id.in_(asked), *self._where())
        query = self._of_others(select(Annotation), Annotation).where(
            Annotation.made_at >= self.since, near
        )
        for note in self.session.scalars(query.order_by(Annotation.made_at.desc()).limit(MOST)):
            called = note.id in asked
            if not self.reach.holds(note.shape):
                continue
            if called or self._follows(note, note.made_at):
                said = "A note asks you" if called else "A new note"
                yield _of_note(f"note:{note.id}", note.made_at, said, note, note.text)

    def replies(self) -> Iterator[Item]:
        """Yield what others say in the reader's threads, to the reader, or where they follow."""
        asked, mine = self._asked(only_notes=False), self._threads()
        near = or_(Reply.id.in_(asked), Annotation.id.in_(mine), *self._where())
        query = self._of_others(
            select(Reply, Annotation).join(Annotation, Annotation.id == Reply.annotation_id), Reply
        ).where(
            Reply.at >= self.since,
            Reply.tier <= int(self.actor.tier),
            Reply.withdrawn.is_(False),
            near,
        )
        rows = self.session.execute(query.order_by(Reply.at.desc()).limit(MOST)).all()
        for reply, note in rows:
            called = reply.id in asked
            theirs = called or note.id in mine or self._follows(note, reply.at)
            if theirs and self.reach.holds(note.shape):
                said = "A reply asks you" if called else REPLIED[reply.kind]
                yield replace(
                    _of_note(f"reply:{reply.id}", reply.at, said, note, reply.text),
                    who=reply.author_name,
                )

    def _of_others(self, query: Any, author: Any) -> Any:
        """Narrow to notes whose thread the reader may read, and to what others wrote."""
        joined = query.join(Place, Place.id == Annotation.place_id, isouter=True)
        others = or_(author.author_id.is_(None), author.author_id != self.actor.id)
        return joined.where(talked_of(self.actor), others)

    def _asked(self, *, only_notes: bool) -> set[int]:
        """Return the notes, or else the replies, that ask the reader's agency or role."""
        wanted = Mention.annotation_id if only_notes else Mention.reply_id
        rest = Mention.reply_id.is_(None) if only_notes else Mention.reply_id.is_not(None)
        mine = [Mention.role == self.actor.role]
        if self.actor.agency_id is not None:
            mine.append(Mention.agency_id == self.actor.agency_id)
        source = Annotation.made_at if only_notes else Reply.at
        query = select(wanted).join(Annotation, Annotation.id == Mention.annotation_id)
        query = query.join(Reply, Reply.id == Mention.reply_id, isouter=True)
        return {
            number
            for number in self.session.scalars(
                query.where(or_(*mine), rest, source >= self.since).limit(5 * MOST)
            )
            if number is not None
        }

    def _threads(self) -> set[int]:
        """Return the notes that the reader wrote or replied to."""
        me = self.actor.id
        written = select(Annotation.id).where(Annotation.author_id == me)
        replied = select(Reply.annotation_id).where(Reply.author_id == me)
        recent = select(Reply.annotation_id).where(Reply.at >= self.since)
        query = written.where(Annotation.id.in_(recent)).union(replied)
        return set(self.session.scalars(query))

    def _where(self) -> list[Any]:
        """Return conditions that hold for any note that may lie where the reader follows."""
        numbers = [each.place_id for each in self.followed if each.place_id is not None]
        outlines = [each for each in self.outlines.values() if each is not None]
        return [
            Annotation.place_id.in_(numbers),
            *(bbox_intersects(Annotation.shape, _wider(each)) for each in outlines),
        ]

    def _follows(self, note: Annotation, at: datetime) -> bool:
        """Say whether a note lies where the reader followed already ``at`` that time."""
        return any(
            at > each.since
            and (
                note.place_id == each.place_id
                if each.place_id is not None
                else self._holds(each, note.shape)
            )
            for each in self.followed
        )

    def _places(self) -> Mapping[int, tuple[Place, datetime]]:
        """Return the places that are followed and that the reader may know of, and since when."""
        found: dict[int, tuple[Place, datetime]] = {}
        for each in self.followed:
            for place in self.session.scalars(self._of_follow(each)):
                if not self.reach.holds(place.shape):
                    continue
                if each.place_id is None and not self._holds(each, place.shape):
                    continue
                since = found[place.id][1] if place.id in found else each.since
                found[place.id] = (place, min(since, each.since))
        return found

    def _of_follow(self, each: Follow) -> Any:
        query = select(Place).where(places.known(self.actor))
        outline = self.outlines[each.id]
        if outline is None:
            return query.where(Place.id == each.place_id)
        return query.where(bbox_intersects(Place.shape, _wider(outline)))

    def _outline(self, each: Follow) -> BaseGeometry | None:
        if each.shape is not None:
            return each.shape
        area = follows.area_of(self.session, each)
        return area.outline if area else None

    def _holds(self, each: Follow, shape: BaseGeometry) -> bool:
        """Say whether a shape lies in what is followed, no finer than the reader may know it."""
        outline = self.outlines[each.id]
        seen = shape if sees_names(self.actor) else to_square(middle_of(shape))
        return outline is not None and bool(shapely.intersects(outline, seen))


REPLIED = {
    ReplyKind.REPLY: "A reply",
    ReplyKind.RESOLVED: "Resolved",
    ReplyKind.REOPENED: "Opened again",
}


def _wider(outline: BaseGeometry) -> tuple[float, float, float, float]:
    """Return a box around an outline that holds whatever a square of its middle may move in."""
    west, south, east, north = outline.bounds
    return west - SQUARE, south - SQUARE, east + SQUARE, north + SQUARE


def _of_note(key: str, at: datetime, said: str, note: Annotation, words: str) -> Item:
    return Item(key, at, said, f"Note {note.id}", words, note_id=note.id)
