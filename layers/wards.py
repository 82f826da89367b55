"""What may be counted by ward: all records, but never of a part of a ward.

A ward's count includes what is sealed (homes, where episodes began). Narrowed to a smaller area it
would tell of that area, so only whole wards narrow it, and a reader whose own work is limited to
an area gets counts without what is sealed.
"""

from dataclasses import replace

import geopandas as gpd
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.areas import Area, AreaKind
from domain.filters import Filters
from domain.people import Actor, Tier


def whole(session: Session, filters: Filters) -> Filters:
    """Return ``filters`` with no areas but wards."""
    if not filters.areas:
        return filters
    wards = select(Area.id).where(Area.id.in_(filters.areas), Area.kind == AreaKind.WARD)
    return replace(filters, areas=frozenset(session.scalars(wards)))


def countable(rows: gpd.GeoDataFrame, actor: Actor) -> gpd.GeoDataFrame:
    """Return the rows that this reader's ward counts are made of."""
    if actor.tier >= Tier.SEALED or not actor.area_ids:
        return rows
    return rows[~rows["sealed"].astype(bool)]
