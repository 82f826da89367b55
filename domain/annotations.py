"""Annotations: one thing known of a place or spot, a worry or a strength, in looked-over words."""

from datetime import date, datetime
from enum import Enum

import geopandas as gpd
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, ForeignKey, Select, String, and_, case, false, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import matching, places
from domain.concerns import Basis
from domain.filters import Filters
from domain.people import Actor, Kind, Permission, Role, Tier
from domain.places import Place
from domain.visibility import reach
from geo.space import Box
from store import reading
from store.columns import Geometry27700
from store.database import Base


class AnnotationState(Enum):
    """A partner's report waits until a coordinator shares or declines it."""

    WAITING = "waiting"
    SHARED = "shared"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Sketch(Enum):
    """How a shape is drawn: as it is, a line with a head at its end, or words beside a point."""

    PLAIN = "plain"
    ARROW = "arrow"
    WORDS = "words"


class Annotation(Base):
    """A worry, a strength, a question or another note at a spot, along a line or over an area.

    ``basis`` is None where nobody said whether it is fact, opinion or hearsay, and the grade
    (``grade_source`` 1 to 3, ``information`` A to E) is empty where nobody gave one. After
    ``valid_until`` it leaves the map. ``resolved_at`` is set while its thread is resolved.
    """

    __tablename__ = "annotation"
    __sealed__ = frozenset({"text", "shape"})

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))  # a code of annotation_kinds
    text: Mapped[str] = mapped_column(String(500))
    noted_on: Mapped[date]
    made_at: Mapped[datetime]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    author_role: Mapped[Role | None]
    state: Mapped[AnnotationState]
    tier: Mapped[int] = mapped_column(default=int(Tier.T2))
    precision: Mapped[str] = mapped_column(String(16))
    shape: Mapped[BaseGeometry] = mapped_column(Geometry27700())
    sketch: Mapped[Sketch] = mapped_column(default=Sketch.PLAIN)
    basis: Mapped[Basis | None]
    grade_source: Mapped[str] = mapped_column(String(1), default="")
    information: Mapped[str] = mapped_column(String(1), default="")
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None] = mapped_column(index=True)
    resolved_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


COLUMNS = {
    "kind": "str",
    "text": "str",
    "noted_on": reading.DAY,
    "made_at": reading.INSTANT,
    "state": "str",
    "author_role": "str",
    "mine": "bool",
    "place_id": "Int64",
    "tier": "Int8",
    "precision": "str",
    "sketch": "str",
    "basis": "str",
    "grade_source": "str",
    "information": "str",
    "valid_until": reading.DAY,
    "resolved": "bool",
    "version": "int64",
}


def is_mine(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that ``actor`` wrote an annotation."""
    author = actor.id if actor.kind is Kind.USER and actor.id is not None else -1
    return Annotation.author_id.is_not(None) & (Annotation.author_id == author)


def known(actor: Actor, *, decided: bool = False) -> ColumnElement[bool]:
    """Return the condition that ``actor`` may know of an annotation, joined to its `Place`.

    An author always knows their own. Others read what was shared, and whoever decides on reports
    also what waits, and with ``decided`` what was declined or withdrawn; at their tier, and only
    where they may know of the place that it is about.
    """
    if not actor.may(Permission.SEE_PLACES):
        return is_mine(actor)
    states = [AnnotationState.SHARED]
    if actor.may(Permission.MODERATE):
        states = list(AnnotationState) if decided else [*states, AnnotationState.WAITING]
    return or_(is_mine(actor), and_(Annotation.state.in_(states), _cleared(actor)))


def talked_of(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that ``actor`` may read what is said of an annotation: its thread.

    It is shared, and they are cleared for it; that they wrote it themselves is not enough. A
    community partner reads no threads.
    """
    if not actor.may(Permission.SEE_PLACES):
        return false()
    return and_(Annotation.state == AnnotationState.SHARED, _cleared(actor))


def _cleared(actor: Actor) -> ColumnElement[bool]:
    return and_(
        Annotation.tier <= int(actor.tier),
        or_(Annotation.place_id.is_(None), places.known(actor)),
    )


def frame(
    session: Session, actor: Actor, box: Box | None = None, filters: Filters | None = None
) -> gpd.GeoDataFrame:
    """Read annotations at their true shapes: for `layers/` only, which decides what may be shown.

    Dates, areas and the type, state, harm and agency of the place that it is about are filtered.
    Those that hold no longer are left out, unless the days asked for reach back to when they did.

    Returns
    -------
    GeoDataFrame
        The newest first, indexed by id, geometry ``shape`` (EPSG:27700). ``kind``, ``text``
        (a person wrote it: escape it), ``state``, ``author_role``, ``precision``: text;
        ``noted_on``: a day; ``made_at``: UTC; ``mine``: the reader wrote it; ``place_id``: missing
        where it is about no place or the reader may not know of it; ``tier``; ``sketch``,
        ``basis``, ``grade_source``, ``information``: text; ``valid_until``: a day, may be missing;
        ``resolved``; ``version``.

    Raises
    ------
    NotPermitted
        The actor may not open the map.
    """
    actor.must(Permission.SEE_MAP)
    asked = filters or Filters()
    where = reach(session, actor, box, asked.areas)
    query = _query(actor).where(known(actor), where.narrow(Annotation.shape), *_conditions(asked))
    found = reading.frame(session, query, COLUMNS, "shape")
    return found if where.everywhere else found[where.keep(found["shape"].to_numpy())]


def _query(actor: Actor) -> reading.Query:
    return (
        select(
            Annotation.id,
            Annotation.kind,
            Annotation.text,
            Annotation.noted_on,
            reading.as_instant(Annotation.made_at),
            reading.as_word(Annotation.state),
            reading.as_word(Annotation.author_role),
            case((is_mine(actor), True), else_=False),
            case((places.known(actor), Annotation.place_id)),
            Annotation.tier,
            Annotation.precision,
            reading.as_word(Annotation.sketch),
            reading.as_word(Annotation.basis),
            Annotation.grade_source,
            Annotation.information,
            Annotation.valid_until,
            case((Annotation.resolved_at.is_not(None), True), else_=False),
            Annotation.version,
            reading.as_wkb(Annotation.shape),
        )
        .join(Place, Place.id == Annotation.place_id, isouter=True)
        .order_by(Annotation.noted_on.desc(), Annotation.id.desc())
    )


def _conditions(asked: Filters) -> matching.Conditions:
    found = [
        *matching.harm(Place.harm_primary, Place.harm_further, asked.harm_types),
        *matching.among(Place.place_type, sorted(asked.place_types)),
        *matching.among(Place.status, list(asked.statuses)),
        *matching.among(Place.owner_agency_id, sorted(asked.agencies)),
    ]
    if asked.since is not None:
        found.append(Annotation.noted_on >= asked.since)
    if asked.until is not None:
        found.append(Annotation.noted_on <= asked.until)
        found.append(or_(Annotation.valid_from.is_(None), Annotation.valid_from <= asked.until))
    today = matching.today()
    return [*found, _holds(asked.since or min(asked.until or today, today))]


def _holds(day: date) -> ColumnElement[bool]:
    return or_(Annotation.valid_until.is_(None), Annotation.valid_until >= day)


def mine(session: Session, actor: Actor) -> list[Annotation]:
    """Return what ``actor`` wrote, in every state, the newest first."""
    actor.must(Permission.SEE_MAP)
    query = select(Annotation).where(is_mine(actor))
    return list(session.scalars(query.order_by(Annotation.made_at.desc(), Annotation.id.desc())))


def waiting(session: Session, actor: Actor) -> list[Annotation]:
    """Return the reports that wait for a decision, the longest waiting first."""
    actor.must(Permission.MODERATE)
    query = rows(actor).where(Annotation.state == AnnotationState.WAITING)
    where = reach(session, actor)
    found = session.scalars(query.order_by(Annotation.made_at, Annotation.id))
    return [note for note in found if where.holds(note.shape)]


def of_place(session: Session, actor: Actor, place_id: int) -> list[Annotation]:
    """Return the annotations of a place that ``actor`` may know of, the newest first."""
    query = rows(actor).where(
        Annotation.place_id == place_id, Annotation.state == AnnotationState.SHARED
    )
    return list(session.scalars(query.order_by(Annotation.noted_on.desc(), Annotation.id.desc())))


def rows(actor: Actor, *, decided: bool = False) -> Select[Annotation]:
    """Select the annotations that ``actor`` may know of (`known`), all but where they lie."""
    joined = select(Annotation).join(Place, Place.id == Annotation.place_id, isouter=True)
    return joined.where(known(actor, decided=decided))
