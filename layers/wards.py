"""What may be counted by ward: all records, but never of a part of a ward.

A ward's count includes what is sealed (homes, where episodes began). Narrowed to a smaller area it
would tell of that area, so only whole wards narrow it, and a reader whose own work is limited to
an area gets counts without what is sealed.
"""

from dataclasses import replace

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import areas
from domain.areas import Area, AreaKind
from domain.filters import Filters
from domain.people import Actor
from geo.space import Box
from layers import index
from layers.selection import Held, select_records


def whole(session: Session, filters: Filters) -> Filters:
    """Return ``filters`` with no areas but wards."""
    if not filters.areas:
        return filters
    wards = select(Area.id).where(Area.id.in_(filters.areas), Area.kind == AreaKind.WARD)
    return replace(filters, areas=frozenset(session.scalars(wards)))


def by_ward(
    session: Session, actor: Actor, held: Held, box: Box | None, filters: Filters
) -> tuple[NDArray[np.int64], gpd.GeoDataFrame]:
    """Count records in the wards that touch ``box``, each ward whole; and return the wards."""
    wards = areas.frame(session, actor, AreaKind.WARD, box)
    narrowed = whole(session, filters)
    sealed_too = not actor.area_ids
    standing, found = select_records(session, actor, held, narrowed, whole=sealed_too)
    return index.counted(standing.area(AreaKind.WARD)[found.rows], wards), wards
