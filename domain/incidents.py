"""Incidents: what police, council, transport, health and schools recorded, where and when."""

from datetime import datetime
from enum import Enum
from typing import Any

import geopandas as gpd
from shapely import Point
from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import codes, matching
from domain.filters import Filters
from domain.people import Actor, Permission
from domain.visibility import open_types, reach
from geo.space import Box
from store import reading
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


COLUMNS = {
    "source": "str",
    "category": "str",
    "harm_primary": "str",
    "harm_further": reading.CODES,
    "place_type": "str",
    "agency": "str",
    "time_known": "str",
    "occurred_from": reading.INSTANT,
    "occurred_to": reading.INSTANT,
    "weekday": "Int8",
    "hour": "Int8",
    "precision": "str",
}


def frame(
    session: Session,
    actor: Actor,
    box: Box | None = None,
    filters: Filters | None = None,
    limit: int | None = None,
) -> gpd.GeoDataFrame:
    """Read incidents at their true spots: for `layers/` only, which decides what may be shown.

    Returns
    -------
    GeoDataFrame
        Indexed by id, geometry ``spot`` (EPSG:27700). ``source``, ``category``, ``harm_primary``,
        ``place_type``, ``agency``, ``time_known``, ``precision``: text, missing where not known;
        ``harm_further``: a tuple of codes; ``occurred_from``, ``occurred_to``: UTC; ``weekday``
        (Monday 0), ``hour``: Int8, in London; ``approximate``: the spot was moved by its
        publisher or guessed; ``sealed``: a home, refuge or dwelling, of which a reader without
        sealed clearance may get counts for a ward or larger area only. With ``limit`` the newest
        come first; otherwise the order says nothing.

    Raises
    ------
    NotPermitted
        The actor may not open the map.
    """
    actor.must(Permission.SEE_MAP)
    asked = filters or Filters()
    where = reach(session, actor, box, asked.areas)
    query = _query(asked).where(where.narrow(Incident.spot))
    if limit is not None:
        query = query.order_by(Incident.occurred_from.desc().nulls_last(), Incident.id.desc())
        query = query.limit(limit) if where.everywhere else query
    found = reading.frame(session, query, COLUMNS, "spot")
    if not where.everywhere:
        found = found[where.keep(found["spot"].to_numpy())]
    return _marked(found.iloc[:limit])


def _query(asked: Filters) -> reading.Query:
    """Select the columns of the frame; the id first and the geometry last."""
    return select(
        Incident.id,
        Incident.source,
        Incident.category,
        Incident.harm_primary,
        reading.as_text(Incident.harm_further),
        Incident.place_type,
        Incident.agency,
        reading.as_word(Incident.time_known),
        reading.as_instant(Incident.occurred_from),
        reading.as_instant(Incident.occurred_to),
        Incident.weekday,
        Incident.hour,
        Incident.precision,
        reading.as_wkb(Incident.spot),
    ).where(*conditions(asked))


def conditions(asked: Filters) -> matching.Conditions:
    """Return what ``asked`` requires of an incident, all but where it is."""
    return [
        *matching.overlapping(Incident.occurred_from, Incident.occurred_to, asked),
        *matching.among(Incident.weekday, sorted(asked.weekdays)),
        *matching.among(Incident.hour, sorted(asked.clock_hours) if asked.hours else ()),
        *matching.harm(Incident.harm_primary, Incident.harm_further, asked.harm_types),
        *matching.among(Incident.place_type, sorted(asked.place_types)),
        *matching.among(Incident.source, sorted(asked.sources)),
        *matching.of_agencies(Incident.agency, asked.agencies),
    ]


def _marked(found: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Say of each row whether its spot is approximate, and whether it is sealed."""
    known = codes.current()
    moved_sources = [each.code for each in known.incident_sources.values() if each.approximate]
    vague = [each.code for each in known.precision.values() if each.approximate]
    types = found["place_type"]
    return found.assign(
        approximate=found["source"].isin(moved_sources) | found["precision"].isin(vague),
        sealed=types.notna() & ~types.isin(open_types()),
    )
