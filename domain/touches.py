"""Place touches: places named in missing episodes, without the episode and without the child.

Nothing here joins two touches of one episode (domain, 3.3): no episode, person or case number is
kept, and dates are months.
"""

from datetime import date
from typing import Any

import geopandas as gpd
from shapely import Point
from sqlalchemy import JSON, ForeignKey, LargeBinary, String, case, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import codes, matching
from domain.codes import ref
from domain.filters import Filters
from domain.people import Actor, Permission
from domain.places import Place, known
from domain.visibility import open_types, reach
from geo.space import Box
from store import reading
from store.columns import Geometry27700
from store.database import Base

UNSAID = ref("felt_safety", "unknown")


class PlaceTouch(Base):
    """One mention of a place in a missing episode, by its role in it."""

    __tablename__ = "place_touch"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    source: Mapped[str] = mapped_column(String(32))
    role: Mapped[str] = mapped_column(String(32), index=True)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    residential: Mapped[bool] = mapped_column(default=False)  # where someone lives: sealed
    month: Mapped[date] = mapped_column(index=True)
    time_band: Mapped[str] = mapped_column(String(32))
    day_type: Mapped[str] = mapped_column(String(32))
    duration_band: Mapped[str] = mapped_column(String(32))
    distance_band: Mapped[str] = mapped_column(String(32))
    cross_border: Mapped[bool | None]
    transport_mode: Mapped[str] = mapped_column(String(32))
    push_factors: Mapped[list[str]] = mapped_column(JSON, default=list)
    pull_factors: Mapped[list[str]] = mapped_column(JSON, default=list)
    harm_indicators: Mapped[list[str]] = mapped_column(JSON, default=list)
    felt: Mapped[str] = mapped_column(String(32), default=UNSAID, server_default=UNSAID)
    precision: Mapped[str] = mapped_column(String(16))
    spot: Mapped[Point] = mapped_column(Geometry27700("POINT"))


BEGAN = ref("touch_roles", "missing_from")
SCHOOL_DAYS = (ref("day_types", "weekday"), ref("day_types", "school_holiday"))
WEEKEND = ref("day_types", "weekend")
PASSING = (
    ref("touch_roles", "travelled_via"),
    ref("touch_roles", "place_named_as_unsafe"),
    ref("touch_roles", "place_named_as_safe"),
)
"""Roles of a place that is no home unless somebody says so; in any other one could live there."""

COLUMNS = {
    "source": "str",
    "role": "str",
    "place_id": "Int64",
    "place_type": "str",
    "residential": "bool",
    "month": reading.DAY,
    "time_band": "str",
    "day_type": "str",
    "duration_band": "str",
    "distance_band": "str",
    "cross_border": "boolean",
    "transport_mode": "str",
    "push_factors": reading.CODES,
    "pull_factors": reading.CODES,
    "harm_indicators": reading.CODES,
    "felt": "str",
    "precision": "str",
}


def frame(
    session: Session, actor: Actor, box: Box | None = None, filters: Filters | None = None
) -> gpd.GeoDataFrame:
    """Read place touches at their true spots: for `layers/` only, which decides what may be shown.

    A filter of weekdays asks for the kind of day, one of hours for the part of the day. Harm,
    states and agencies are not told of a touch and narrow nothing.

    Returns
    -------
    GeoDataFrame
        Indexed by id, geometry ``spot`` (EPSG:27700). ``source``, ``role``, ``time_band``,
        ``day_type``, ``duration_band``, ``distance_band``, ``transport_mode``, ``felt``,
        ``precision``: codes; ``place_id`` and ``place_type``: of the place that it is linked to,
        missing where the reader may not know of it; ``month``: its first day; ``cross_border``:
        missing where not known; ``push_factors``, ``pull_factors``, ``harm_indicators``: tuples
        of codes; ``sealed``: where an episode began, where someone lives, or linked to a sealed
        type of place: without sealed clearance only counts for a ward or larger area may be shown.

    Raises
    ------
    NotPermitted
        The actor may not open the map.
    """
    actor.must(Permission.SEE_MAP)
    asked = filters or Filters()
    where = reach(session, actor, box, asked.areas)
    query = _query(actor).where(where.narrow(PlaceTouch.spot), *_conditions(asked))
    found = reading.frame(session, query, {**COLUMNS, "sealed": "bool"}, "spot")
    return found if where.everywhere else found[where.keep(found["spot"].to_numpy())]


def _query(actor: Actor) -> reading.Query:
    return (
        select(
            PlaceTouch.id,
            PlaceTouch.source,
            PlaceTouch.role,
            case((known(actor), PlaceTouch.place_id)),
            case((known(actor), Place.place_type)),
            PlaceTouch.residential,
            PlaceTouch.month,
            PlaceTouch.time_band,
            PlaceTouch.day_type,
            PlaceTouch.duration_band,
            PlaceTouch.distance_band,
            PlaceTouch.cross_border,
            PlaceTouch.transport_mode,
            reading.as_text(PlaceTouch.push_factors),
            reading.as_text(PlaceTouch.pull_factors),
            reading.as_text(PlaceTouch.harm_indicators),
            PlaceTouch.felt,
            PlaceTouch.precision,
            is_sealed(),
            reading.as_wkb(PlaceTouch.spot),
        )
        .join(Place, Place.id == PlaceTouch.place_id, isouter=True)
        .order_by(PlaceTouch.id)
    )


def open_roles() -> list[str]:
    """Return the parts in an episode that are not sealed."""
    roles = codes.current().touch_roles.values()
    return sorted({each.code for each in roles if not each.sealed} - {BEGAN})


def is_sealed() -> Any:
    """Return the condition that a touch, joined to its `Place`, is sealed."""
    return case(
        (PlaceTouch.residential, True),
        (PlaceTouch.role.not_in(open_roles()), True),
        (Place.place_type.not_in(sorted(open_types())), True),
        else_=False,
    )


def _conditions(asked: Filters) -> matching.Conditions:
    found = [
        *matching.among(PlaceTouch.source, sorted(asked.sources)),
        *matching.among(Place.place_type, sorted(asked.place_types)),
        *matching.among(PlaceTouch.day_type, asked_days(asked)),
        *matching.among(PlaceTouch.time_band, asked_bands(asked)),
    ]
    if asked.since is not None:
        found.append(PlaceTouch.month >= asked.since.replace(day=1))
    if asked.until is not None:
        found.append(PlaceTouch.month <= asked.until)
    return found


def asked_days(asked: Filters) -> list[str]:
    """Return the kinds of day that hold any of the weekdays asked for; none where none is."""
    weekdays, weekend = asked.weekdays & set(range(5)), asked.weekdays & {5, 6}
    return [*(SCHOOL_DAYS if weekdays else ()), *([WEEKEND] if weekend else ())]


def asked_bands(asked: Filters) -> list[str]:
    """Return the parts of the day that hold any of the hours asked for; none where none is."""
    if asked.hours is None:
        return []
    bands = codes.current().time_bands
    return sorted({band for hour in asked.clock_hours if (band := bands.band(hour))})
