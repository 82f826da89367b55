"""What a person drew, checked before it is kept: a point, line or area on the National Grid."""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from domain.errors import Invalid
from geo.space import EXTENT

MOST_CORNERS = 5_000
KINDS = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")


def drawn(shape: BaseGeometry) -> BaseGeometry:
    """Return ``shape`` (EPSG:27700) without heights, if it can be kept.

    Raises
    ------
    Invalid
        It is empty, off the National Grid, crosses itself, or has too many corners; the message
        says how to draw it again.
    """
    if shape.geom_type not in KINDS or shape.is_empty:
        raise Invalid("Please draw a point, a line or an area.")
    if shapely.get_num_coordinates(shape) > MOST_CORNERS:
        raise Invalid(f"Please draw it with fewer than {MOST_CORNERS:,} corners.")
    flat: BaseGeometry = shapely.force_2d(shape)
    west, south, east, north = EXTENT
    corners = shapely.get_coordinates(flat)
    inside = (corners >= (west, south)) & (corners <= (east, north))
    if not np.all(inside):
        raise Invalid("That lies outside Great Britain. Please draw it again.")
    if not flat.is_valid:
        raise Invalid("The outline crosses itself. Please draw it again without the crossing.")
    return flat
