"""Where the streets of the gazetteer are, for those who see no finer than a street."""

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.gazetteer import GazetteerEntry
from store.reading import as_wkb, shapes_of


def streets(session: Session) -> NDArray[np.float64]:
    """Return a point on every street of the gazetteer: easting and northing, shape (n, 2)."""
    query = select(as_wkb(GazetteerEntry.spot)).where(GazetteerEntry.kind == "street")
    points = shapes_of(session.scalars(query).all())
    return np.asarray(shapely.get_coordinates(points), dtype=float)
