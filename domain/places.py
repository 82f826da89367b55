"""A place we watch over: what it is, where it stands, and how it came there."""

from datetime import UTC, date, datetime
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry
from sqlalchemy import JSON, ColumnElement, ForeignKey, String, literal, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import matching
from domain.errors import NotFound
from domain.filters import Filters
from domain.people import Actor, Permission, Tier
from domain.status import MOVES, Status
from domain.visibility import cleared, open_types, reach, sees_names
from domain.wording import taken
from geo.space import Box
from store import reading
from store.columns import Geometry27700
from store.database import Base

__all__ = [
    "MOVES",
    "Place",
    "PlaceEvent",
    "PlaceGuardian",
    "Status",
    "find",
    "frame",
    "known",
    "remember",
]


class Place(Base):
    """A place or space of concern: point, line or area in metres, never a person.

    ``name`` is what the meeting calls it; ``neutral_name`` is what partners outside it read.
    ``tier`` is the least clearance that reads it. ``merged_into_id`` is set where it became part
    of another place; its history stays.
    """

    __tablename__ = "place"
    __sealed__ = frozenset(
        {
            "name",
            "neutral_name",
            "aliases",
            "address",
            "shape",
            "strengths",
            "worries",
            "status_reason",
        }
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str | None] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    neutral_name: Mapped[str] = mapped_column(String(120))
    aliases: Mapped[list[str]] = mapped_column(JSON, default=list)
    place_type: Mapped[str] = mapped_column(String(32))
    shape: Mapped[BaseGeometry] = mapped_column(Geometry27700())
    precision: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[Status] = mapped_column(default=Status.WATCH, index=True)
    status_reason: Mapped[str] = mapped_column(String(500), default="")
    harm_primary: Mapped[str] = mapped_column(String(16))
    harm_further: Mapped[list[str]] = mapped_column(JSON, default=list)
    strengths: Mapped[str] = mapped_column(String(1000), default="")
    worries: Mapped[str] = mapped_column(String(1000), default="")
    owner_agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    tier: Mapped[int] = mapped_column(default=int(Tier.T2))
    marking: Mapped[str] = mapped_column(String(32))  # a code of markings
    first_noted: Mapped[date]
    last_evidence: Mapped[date | None]
    review_due: Mapped[date | None] = mapped_column(index=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    version: Mapped[int] = mapped_column(default=1)


class PlaceGuardian(Base):
    """A premises that guards a place."""

    __tablename__ = "place_guardian"

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    premises_id: Mapped[int] = mapped_column(ForeignKey("premises.id"), index=True)


class PlaceEvent(Base):
    """One line of a place's history: what changed, why, and the outline it had before."""

    __tablename__ = "place_event"
    __sealed__ = frozenset({"reason", "shape"})

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(24))  # a key of place_history.SAID
    status: Mapped[Status | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    actor_name: Mapped[str] = mapped_column(String(120), default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    shape: Mapped[BaseGeometry | None] = mapped_column(Geometry27700())


def remember(
    session: Session,
    actor: Actor,
    place: Place,
    kind: str,
    reason: str,
    *,
    shape: BaseGeometry | None = None,
    **details: Any,
) -> None:
    """Add a line to the history of ``place``: ids, codes and names of fields in ``details``.

    Raises
    ------
    Invalid
        The reason is too long.
    """
    line = PlaceEvent(
        place_id=place.id,
        at=datetime.now(UTC),
        kind=kind,
        status=place.status,
        reason=taken(reason, "the reason", 500),
        actor_name=actor.name,
        details=details,
        shape=shape,
    )
    session.add(line)


COLUMNS = {
    "name": "str",
    "aliases": reading.CODES,
    "place_type": "str",
    "precision": "str",
    "address": "str",
    "status": "str",
    "harm_primary": "str",
    "harm_further": reading.CODES,
    "strengths": "str",
    "worries": "str",
    "owner_agency_id": "Int64",
    "tier": "Int8",
    "marking": "str",
    "first_noted": reading.DAY,
    "last_evidence": reading.DAY,
    "review_due": reading.DAY,
}


def known(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that ``actor`` may know of a place, all but where it lies."""
    if not actor.may(Permission.SEE_PLACES):
        return literal(value=False)
    return cleared(actor, Place.tier, Place.place_type)


def find(session: Session, actor: Actor, place_id: int, *, lock: bool = False) -> Place:
    """Return a place that ``actor`` may know of; with ``lock`` nobody else changes it meanwhile.

    Raises
    ------
    NotFound
        It is not there, or not for this reader: the two read the same.
    """
    query = select(Place).where(Place.id == place_id, known(actor))
    if lock:  # and read it afresh; SQLite's writing already holds the one lock
        query = query.with_for_update().execution_options(populate_existing=True)
    place: Place | None = session.scalars(query).one_or_none()
    if place is None or not reach(session, actor).holds(place.shape):
        raise NotFound("That place is not there.")
    return place


def frame(
    session: Session,
    actor: Actor,
    box: Box | None = None,
    filters: Filters | None = None,
    *,
    archived: bool = False,
) -> gpd.GeoDataFrame:
    """Read places at their true outlines: for `layers/` only, which decides what may be shown.

    A date filter keeps a place that was noted by its end and had no last evidence before its
    beginning. Archived and merged places come only with ``archived`` or where that state is asked.

    Returns
    -------
    GeoDataFrame
        By name, indexed by id, geometry ``shape`` (EPSG:27700). ``name``: the neutral name for a
        reader below tier T3, for whom ``address`` and ``worries`` are missing and ``aliases``
        empty; ``place_type``, ``precision``, ``status``, ``harm_primary``, ``strengths``,
        ``marking``: text; ``harm_further``: a tuple of codes; ``owner_agency_id``, ``tier``;
        ``first_noted``, ``last_evidence``, ``review_due``: days; ``overdue``: the review was due
        before today; ``sealed``: a home, refuge or dwelling (sealed readers alone get those).

    Raises
    ------
    NotPermitted
        The actor may not read places.
    """
    actor.must(Permission.SEE_PLACES)
    asked = filters or Filters()
    where = reach(session, actor, box, asked.areas)
    query = _query(actor).where(known(actor), where.narrow(Place.shape), *_conditions(asked))
    if not (archived or Status.ARCHIVED in asked.statuses):
        query = query.where(Place.status != Status.ARCHIVED, Place.merged_into_id.is_(None))
    found = reading.frame(session, query, COLUMNS, "shape")
    if not where.everywhere:
        found = found[where.keep(found["shape"].to_numpy())]
    today = pd.Timestamp(matching.today())
    return found.assign(
        overdue=found["review_due"] < today, sealed=~found["place_type"].isin(open_types())
    )


def _query(actor: Actor) -> reading.Query:
    """Select the columns of the frame as ``actor`` may read them."""
    names = sees_names(actor)
    name = Place.name if names else Place.neutral_name
    return select(
        Place.id,
        name,
        reading.as_text(Place.aliases) if names else literal("[]"),
        Place.place_type,
        Place.precision,
        Place.address if names else literal(None),
        reading.as_word(Place.status),
        Place.harm_primary,
        reading.as_text(Place.harm_further),
        Place.strengths,
        Place.worries if names else literal(None),
        Place.owner_agency_id,
        Place.tier,
        Place.marking,
        Place.first_noted,
        Place.last_evidence,
        Place.review_due,
        reading.as_wkb(Place.shape),
    ).order_by(name, Place.id)


def _conditions(asked: Filters) -> matching.Conditions:
    found = [
        *matching.harm(Place.harm_primary, Place.harm_further, asked.harm_types),
        *matching.among(Place.place_type, sorted(asked.place_types)),
        *matching.among(Place.status, list(asked.statuses)),
        *matching.among(Place.owner_agency_id, sorted(asked.agencies)),
    ]
    if asked.until is not None:
        found.append(Place.first_noted <= asked.until)
    if asked.since is not None:
        found.append(or_(Place.last_evidence.is_(None), Place.last_evidence >= asked.since))
    return found
