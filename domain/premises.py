"""Premises of the partnership: partner premises, Community Guardians and safe places."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import geopandas as gpd
from shapely import Point
from sqlalchemy import JSON, ColumnElement, ForeignKey, String, literal, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import matching
from domain.codes import ref
from domain.filters import DAYS, Filters
from domain.people import Actor, Permission, Tier
from domain.visibility import cleared, open_types, reach
from geo.space import Box
from store import reading
from store.columns import Geometry27700
from store.database import Base


class Premises(Base):
    """A building or business by its role, never by the names of those who work there.

    ``opening`` maps a weekday (``mon`` ... ``sun``) to ``[["09:00", "17:30"], ...]`` local time.
    """

    __tablename__ = "premises"
    __sealed__ = frozenset({"name", "address", "spot"})

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


SAFE_PLACE = ref("premises_roles", "safe_place")

COLUMNS = {
    "name": "str",
    "place_type": "str",
    "roles": reading.CODES,
    "agency_id": "Int64",
    "address": "str",
    "opening": "object",
    "trained": "boolean",
    "trusted": "boolean",
    "willing": "boolean",
    "tier": "Int8",
    "precision": "str",
}


def known(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that ``actor`` may know of a premises, all but where it lies.

    Someone who reads no places of concern is told of safe places alone.
    """
    permitted = cleared(actor, Premises.tier, Premises.place_type)
    if actor.may(Permission.SEE_PLACES):
        return permitted
    return permitted & matching.lists(Premises.roles, SAFE_PLACE)


def frame(
    session: Session, actor: Actor, box: Box | None = None, filters: Filters | None = None
) -> gpd.GeoDataFrame:
    """Read premises at their true spots: for `layers/` only, which decides what may be shown.

    Only types of place, agencies and areas are filtered; the rest is not told of premises.

    Returns
    -------
    GeoDataFrame
        By name, indexed by id, geometry ``spot`` (EPSG:27700). ``name``, ``place_type``,
        ``address``, ``precision``: text; ``roles``: a tuple of codes; ``agency_id``; ``opening``:
        as the table keeps it, for `open_now`; ``trained``, ``trusted``, ``willing``: missing where
        not known, and for readers below tier T2; ``tier``; ``sealed``: a home or refuge (sealed
        readers alone get those).

    Raises
    ------
    NotPermitted
        The actor may not open the map.
    """
    actor.must(Permission.SEE_MAP)
    asked = filters or Filters()
    where = reach(session, actor, box, asked.areas)
    query = _query(actor).where(
        known(actor),
        where.narrow(Premises.spot),
        *matching.among(Premises.place_type, sorted(asked.place_types)),
        *matching.among(Premises.agency_id, sorted(asked.agencies)),
    )
    found = reading.frame(session, query, COLUMNS, "spot")
    if not where.everywhere:
        found = found[where.keep(found["spot"].to_numpy())]
    opening = found["opening"].map(json.loads)
    return found.assign(opening=opening, sealed=~found["place_type"].isin(open_types()))


def _query(actor: Actor) -> reading.Query:
    told = actor.tier >= Tier.T2
    return select(
        Premises.id,
        Premises.name,
        Premises.place_type,
        reading.as_text(Premises.roles),
        Premises.agency_id,
        Premises.address,
        reading.as_text(Premises.opening),
        Premises.trained if told else literal(None),
        Premises.trusted if told else literal(None),
        Premises.willing if told else literal(None),
        Premises.tier,
        Premises.precision,
        reading.as_wkb(Premises.spot),
    ).order_by(Premises.name, Premises.id)


def open_now(opening: Mapping[str, Any], at: datetime) -> bool | None:
    """Say whether a premises is open at ``at`` (aware), or None where its hours are not known.

    Hours that end at or before their start run past midnight into the next day.
    """
    if not opening:
        return None
    local = at.astimezone(matching.LONDON)
    clock = f"{local:%H:%M}"
    yesterday = local - timedelta(days=1)
    return any(
        start <= clock and (clock < end or end <= start) for start, end in _hours(opening, local)
    ) or any(end <= start and clock < end for start, end in _hours(opening, yesterday))


def _hours(opening: Mapping[str, Any], local: datetime) -> list[tuple[str, str]]:
    return [(start, end) for start, end in opening.get(DAYS[local.weekday()], ())]
