"""Incidents: what police, council, transport, health and schools recorded, where and when."""

from datetime import datetime
from enum import Enum
from typing import Any

from shapely import Point
from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from store.columns import Geometry27700
from store.database import Base


class TimeKnown(Enum):
    """How much of the time is known; what is unknown is never filled in."""

    INTERVAL = "interval"  # from and to; an instant is an interval of no length
    DAY = "day"  # the day, not the hour
    MONTH = "month"  # the month, not the day
    UNKNOWN = "unknown"


class Incident(Base):
    """One recorded event at a point, in an interval of time; never a person.

    ``weekday`` (Monday 0) and ``hour`` are reckoned in Europe/London from ``occurred_from`` and
    are None where they are not known, so that a filter by hour never meets a made-up midnight.
    ``key`` tells the same record of the same source when it comes a second time.
    """

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_source_occurred_from", "source", "occurred_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    source: Mapped[str] = mapped_column(String(32))  # a code of incident_sources
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    category: Mapped[str] = mapped_column(String(80))
    harm_primary: Mapped[str | None] = mapped_column(String(16))
    harm_further: Mapped[list[str]] = mapped_column(JSON, default=list)
    place_type: Mapped[str | None] = mapped_column(String(32))
    agency: Mapped[str | None] = mapped_column(String(120))
    time_known: Mapped[TimeKnown]
    occurred_from: Mapped[datetime | None] = mapped_column(index=True)
    occurred_to: Mapped[datetime | None]
    weekday: Mapped[int | None]
    hour: Mapped[int | None]
    precision: Mapped[str] = mapped_column(String(16))  # a code of precision
    spot: Mapped[Point] = mapped_column(Geometry27700("POINT"))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
