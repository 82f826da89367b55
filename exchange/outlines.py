"""An area to analyse within: the polygons of a file, as one shape in the system worked in."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from domain.errors import Invalid
from exchange import readers
from exchange.chunks import ROWS
from exchange.spots import system
from geo.space import BNG, is_british, to_bng, to_wgs84

NO_AREA = "The file of the area holds no polygon that can be used."


def area(path: Path, working: CRS, *, layer: str | None = None) -> BaseGeometry:
    """Read the polygons of a file and join them; crossing outlines are mended.

    ``working`` is the CRS of the points that are analysed; a file that does not name its own is
    taken to be in that. ``Invalid`` where there is no polygon, or OSTN15 does not cover it.
    """
    if not path.is_file():
        raise Invalid("The extent is hull, bbox or a file of polygons, and there is no such file.")
    with readers.opened(path, layer=layer) as source:
        given = source.description.crs
        chunks = [each.shapes for each in source.chunks(ROWS) if each.shapes is not None]
    shapes = np.concatenate(chunks) if chunks else np.array([], dtype=object)
    shapes = shapes[np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes)]
    if not shapes.size:
        raise Invalid(NO_AREA)
    moved = _moved(gpd.GeoSeries(shapes, crs=system(given) if given else working), working)
    if moved.isna().any():
        raise Invalid("A part of the area lies outside the British National Grid.")
    joined = shapely.union_all(shapely.make_valid(np.asarray(moved.array, dtype=object)))
    if not joined.area > 0:
        raise Invalid(NO_AREA)
    return joined


def _moved(shapes: gpd.GeoSeries, working: CRS) -> gpd.GeoSeries:
    if working == CRS(BNG):
        return to_bng(shapes)
    return (to_wgs84(shapes) if is_british(shapes.crs) else shapes).to_crs(working)
