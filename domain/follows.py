"""What a person follows: a place, a ward, or an area that they drew; theirs alone to know."""

from dataclasses import dataclass
from datetime import UTC, datetime

from shapely.geometry.base import BaseGeometry
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import areas, places
from domain.areas import Area, AreaKind
from domain.audit import action
from domain.drawing import drawn
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.people import Actor, Kind, Permission
from domain.visibility import must_reach, sees_names
from domain.wording import one_line
from store.columns import Geometry27700
from store.database import Base

MOST = 50


class Follow(Base):
    """One thing that a person follows from ``since`` on: one of place, area and shape is set.

    An area is kept by its kind and code, so that it is followed into the next boundaries.
    """

    __tablename__ = "follow"
    # where somebody is looking
    __sealed__ = frozenset({"place_id", "area_kind", "area_code", "shape", "name"})

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    area_kind: Mapped[AreaKind | None]
    area_code: Mapped[str] = mapped_column(String(20), default="")
    shape: Mapped[BaseGeometry | None] = mapped_column(Geometry27700())
    name: Mapped[str] = mapped_column(String(80), default="")
    since: Mapped[datetime]


@dataclass(frozen=True)
class Followed:
    """One line of a person's own list; ``name`` may be a person's words: escape it."""

    id: int
    name: str
    kind: str
    place_id: int | None
    since: datetime


def own(actor: Actor) -> int:
    """Return the id of the person, for what is kept for people alone.

    Raises
    ------
    NotPermitted
        It is the system, the operator or the public.
    """
    if actor.kind is not Kind.USER or actor.id is None:
        raise NotPermitted("Only a person who is signed in can do this.")
    return actor.id


def rows(session: Session, actor: Actor) -> list[Follow]:
    """Return what ``actor`` follows, the latest first."""
    if actor.kind is not Kind.USER or actor.id is None:
        return []
    query = select(Follow).where(Follow.user_id == actor.id).order_by(Follow.id.desc())
    return list(session.scalars(query))


def mine(session: Session, actor: Actor) -> list[Followed]:
    """Return what ``actor`` follows and may still know of, the latest first."""
    actor.must(Permission.SEE_PLACES)
    return [told for each in rows(session, actor) if (told := _told(session, actor, each))]


def of_place(session: Session, actor: Actor, place_id: int) -> int | None:
    """Return the number under which ``actor`` follows a place, or None."""
    return next((each.id for each in rows(session, actor) if each.place_id == place_id), None)


@action("follow.place", needs=Permission.SEE_PLACES)
def follow_place(session: Session, actor: Actor, place_id: int) -> Follow:
    """Follow a place: what is noted, replied and decided there is told to the actor.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        Nobody is named; the place is not there for this actor; it is followed already; too many.
    """
    place = places.find(session, actor, place_id)
    return _kept(session, actor, Follow(place_id=place.id))


@action("follow.area", needs=Permission.SEE_PLACES)
def follow_area(session: Session, actor: Actor, area_id: int) -> Follow:
    """Follow a ward or another area.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        Nobody is named, or it lies outside the actor's area; it is not there; it is followed
        already; too many.
    """
    area = session.get(Area, area_id)
    if area is None:
        raise NotFound("That area is not there.")
    must_reach(session, actor, area.outline)
    return _kept(session, actor, Follow(area_kind=area.kind, area_code=area.code))


@action("follow.shape", needs=Permission.SEE_PLACES)
def follow_shape(session: Session, actor: Actor, shape: BaseGeometry, *, name: str) -> Follow:
    """Follow an area that was drawn (EPSG:27700), under a name of the actor's own.

    Raises
    ------
    NotPermitted, Invalid
        Nobody is named, or it lies outside the actor's area; it is no area; too many.
    """
    outline = drawn(shape)
    if outline.area <= 0:
        raise Invalid("Please draw an area: press at each corner, and the first again to finish.")
    must_reach(session, actor, outline)
    title = one_line(name, "the name", 80, needed=True)
    return _kept(session, actor, Follow(shape=outline, name=title))


@action("follow.end", needs=Permission.SEE_MAP)
def end(session: Session, actor: Actor, follow_id: int) -> None:
    """Follow it no longer.

    Raises
    ------
    NotFound
        It is not there, or not theirs.
    """
    found = session.get(Follow, follow_id)
    if found is None or found.user_id != own(actor):
        raise NotFound("That is not among what you follow.")
    session.delete(found)


def _kept(session: Session, actor: Actor, made: Follow) -> Follow:
    made.user_id, made.since = own(actor), datetime.now(UTC)
    known = rows(session, actor)
    if len(known) >= MOST:
        raise Invalid(f"You can follow {MOST} places and areas. Please end one first.")
    if made.shape is None and _which(made) in map(_which, known):
        raise Conflict("You follow this already.")
    session.add(made)
    session.flush()
    return made


def _which(each: Follow) -> tuple[int | None, AreaKind | None, str]:
    return each.place_id, each.area_kind, each.area_code or ""


def area_of(session: Session, each: Follow) -> Area | None:
    """Return the area that is followed, as its newest boundaries have it."""
    if each.area_kind is None:
        return None
    vintage = areas.newest(session, each.area_kind)
    query = select(Area).where(
        Area.kind == each.area_kind, Area.code == each.area_code, Area.vintage == vintage
    )
    return session.scalar(query)


def _told(session: Session, actor: Actor, each: Follow) -> Followed | None:
    if each.place_id is not None:
        try:
            place = places.find(session, actor, each.place_id)
        except NotFound:  # not for this reader any more
            return None
        name = place.name if sees_names(actor) else place.neutral_name
        return Followed(each.id, name, "place", place.id, each.since)
    if each.area_kind is not None:
        area = area_of(session, each)
        if area is None:
            return None
        return Followed(each.id, area.name, area.kind.value, None, each.since)
    return Followed(each.id, each.name, "area that you drew", None, each.since)
