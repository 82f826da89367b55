"""A place we watch over: what it is, where it stands, and how it came there."""

from datetime import date, datetime
from enum import Enum
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from domain.people import Tier
from store.columns import Geometry27700
from store.database import Base


class Status(Enum):
    """Where a place stands on its way from a worry to a safer place (domain, 1.2 and 1.10)."""

    WATCH = "watch"
    ASSESSING = "assessing"
    PLAN = "plan"
    REVIEW = "review"
    STEPPED_DOWN = "stepped_down"
    ARCHIVED = "archived"


MOVES: dict[Status, frozenset[Status]] = {
    Status.WATCH: frozenset({Status.ASSESSING, Status.STEPPED_DOWN}),
    Status.ASSESSING: frozenset({Status.WATCH, Status.PLAN, Status.STEPPED_DOWN}),
    Status.PLAN: frozenset({Status.REVIEW, Status.ASSESSING}),
    Status.REVIEW: frozenset({Status.PLAN, Status.ASSESSING, Status.STEPPED_DOWN}),
    Status.STEPPED_DOWN: frozenset({Status.WATCH, Status.ASSESSING, Status.ARCHIVED}),
    Status.ARCHIVED: frozenset(),
}


class Place(Base):
    """A place or space of concern: point, line or area in metres, never a person.

    ``name`` is what the meeting calls it; ``neutral_name`` is what partners outside it read.
    ``tier`` is the least clearance that reads it. ``merged_into_id`` is set where it became part
    of another place; its history stays.
    """

    __tablename__ = "place"

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

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(24))  # noted, moved, changed, outline, merged, split
    status: Mapped[Status | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    actor_name: Mapped[str] = mapped_column(String(120), default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    shape: Mapped[BaseGeometry | None] = mapped_column(Geometry27700())
