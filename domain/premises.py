"""Premises of the partnership: partner premises, Community Guardians and safe places."""

from typing import Any

from shapely import Point
from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from domain.people import Tier
from store.columns import Geometry27700
from store.database import Base


class Premises(Base):
    """A building or business by its role, never by the names of those who work there.

    ``opening`` maps a weekday (``mon`` ... ``sun``) to ``[["09:00", "17:30"], ...]`` local time.
    """

    __tablename__ = "premises"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str | None] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    place_type: Mapped[str] = mapped_column(String(32))
    roles: Mapped[list[str]] = mapped_column(JSON, default=list)  # codes of premises_roles
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    address: Mapped[str] = mapped_column(String(200), default="")
    opening: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    trained: Mapped[bool | None]
    trusted: Mapped[bool | None]
    willing: Mapped[bool | None]
    tier: Mapped[int] = mapped_column(default=int(Tier.T2))
    precision: Mapped[str] = mapped_column(String(16))
    spot: Mapped[Point] = mapped_column(Geometry27700("POINT"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
