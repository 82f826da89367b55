"""The one conversion between British National Grid and the systems of GPS and web maps.

pyproj has no OSTN15 grid in its wheel and is metres wrong in Britain, so nothing else in the
house converts between EPSG:27700 and any system based on WGS 84. Here it is right to a
centimetre against the Ordnance Survey's own points. GPS positions (WGS 84) and ETRS89 are taken
as one, as the Ordnance Survey does for mapping.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

import geopandas as gpd
import numpy as np
import shapely
from convertbng import cutil
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS

BNG = 27700
WGS84 = 4326
WEB_MERCATOR = 3857

Box = tuple[float, float, float, float]
"""``min_x, min_y, max_x, max_y``."""
Floats = NDArray[np.float64]
Convert = Callable[[ArrayLike, ArrayLike], tuple[Floats, Floats]]
Frame = TypeVar("Frame", gpd.GeoSeries, gpd.GeoDataFrame)

EXTENT: Box = (0.0, 0.0, 700_000.0, 1_250_000.0)
"""The British National Grid in metres: what OSTN15 covers."""
COVERED: Box = (-8.57, 49.93, 1.78, 60.83)
"""Longitudes and latitudes that OSTN15 converts to metres: all land but the last rocks of Unst."""

_RADIUS = 6_378_137.0
_GRID = {
    "Latitude of natural origin": 49.0,
    "Longitude of natural origin": -2.0,
    "False easting": 400_000.0,
    "False northing": -100_000.0,
}


def bng_from_lonlat(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Convert degrees (WGS 84) to metres (EPSG:27700); arrays of one shape in, the same out.

    NaN in both where the point lies outside OSTN15: off the National Grid, west of 8.58° W,
    east of 1.78° E or north of 60.84° N. Refuse such points, and say which row they came from.
    """
    east, north = _raw_bng(lon, lat)
    outside = ~_on_the_grid(east, north)
    return np.where(outside, np.nan, east), np.where(outside, np.nan, north)


def lonlat_from_bng(e: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """Convert metres (EPSG:27700) to degrees (WGS 84), longitude first; NaN off the grid."""
    east, north = np.broadcast_arrays(np.asarray(e, float), np.asarray(n, float))
    lon, lat = cutil.convert_lonlat(east.ravel(), north.ravel())
    outside = ~_on_the_grid(east, north)
    return (
        np.where(outside, np.nan, lon.reshape(east.shape)),
        np.where(outside, np.nan, lat.reshape(east.shape)),
    )


def mercator_from_lonlat(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Project degrees (WGS 84) to Web Mercator (EPSG:3857, a sphere of 6,378,137 m)."""
    across = np.radians(np.asarray(lon, float))
    up = np.arcsinh(np.tan(np.radians(np.asarray(lat, float))))
    return np.asarray(_RADIUS * across), np.asarray(_RADIUS * up)


def lonlat_from_mercator(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Turn Web Mercator (EPSG:3857) back into degrees (WGS 84)."""
    lon = np.degrees(np.asarray(x, float) / _RADIUS)
    lat = np.degrees(np.arctan(np.sinh(np.asarray(y, float) / _RADIUS)))
    return np.asarray(lon), np.asarray(lat)


def mercator_from_bng(e: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """Convert metres (EPSG:27700) to Web Mercator (EPSG:3857); NaN off the grid."""
    return mercator_from_lonlat(*lonlat_from_bng(e, n))


def bng_from_mercator(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Convert Web Mercator (EPSG:3857) to metres (EPSG:27700); NaN outside OSTN15."""
    return bng_from_lonlat(*lonlat_from_mercator(x, y))


def to_bng(frame: Frame) -> Frame:
    """Return ``frame`` in EPSG:27700, heights dropped; its other columns and index as they were.

    A geometry that OSTN15 does not wholly cover becomes missing (``None``): callers refuse
    those rows by number, ``converted.geometry.isna() & ~frame.geometry.isna()``.

    Raises
    ------
    ValueError
        The frame does not say which coordinate system it is in.
    """
    given = _known(frame)
    if is_british(given.crs):
        return _with_geometry(frame, _from_osgb36(given))
    return _with_geometry(frame, _moved(given.to_crs(WGS84), bng_from_lonlat, BNG))


def to_wgs84(frame: Frame) -> Frame:
    """Return ``frame`` in degrees (EPSG:4326, longitude first); otherwise as :func:`to_bng`."""
    given = _known(frame)
    if is_british(given.crs):
        return _with_geometry(frame, _moved(_from_osgb36(given), lonlat_from_bng, WGS84))
    return _with_geometry(frame, given.to_crs(WGS84))


def to_mercator(frame: Frame) -> Frame:
    """Return ``frame`` in Web Mercator (EPSG:3857); otherwise as :func:`to_bng`."""
    given = _known(frame)
    if is_british(given.crs):
        return _with_geometry(frame, _moved(_from_osgb36(given), mercator_from_bng, WEB_MERCATOR))
    return _with_geometry(frame, given.to_crs(WEB_MERCATOR))


def bng_box_from_mercator(box: Box) -> Box:
    """Return a box in EPSG:27700 that covers ``box`` (EPSG:3857), with a little to spare.

    Sides that lie beyond OSTN15 open to the edge of the National Grid, so a box over all of
    Europe covers all of Britain, and one that misses Britain covers a strip of sea.
    """
    west, south = lonlat_from_mercator(box[0], box[1])
    east, north = lonlat_from_mercator(box[2], box[3])
    asked = np.array([west, south, east, north])
    clipped = np.clip(asked, np.tile(COVERED[:2], 2), np.tile(COVERED[2:], 2))
    reach = _reach(*clipped)
    spare = 1 + 0.001 * max(reach[2] - reach[0], reach[3] - reach[1])
    grown = reach + spare * np.array([-1, -1, 1, 1])
    beyond = np.append(asked[:2] < clipped[:2], asked[2:] > clipped[2:])
    open_sides = np.where(beyond, EXTENT, grown)
    min_x, min_y, max_x, max_y = np.clip(open_sides, np.tile(EXTENT[:2], 2), np.tile(EXTENT[2:], 2))
    return float(min_x), float(min_y), float(max_x), float(max_y)


def _reach(west: float, south: float, east: float, north: float) -> Floats:
    """Bound a box of degrees in metres, from points along its edges (they bow a little)."""
    along, up = np.linspace(west, east, 33), np.linspace(south, north, 33)
    lon = np.concatenate([along, along, np.full(33, west), np.full(33, east)])
    lat = np.concatenate([np.full(33, south), np.full(33, north), up, up])
    e, n = _raw_bng(lon, lat)
    return np.array([e.min(), n.min(), e.max(), n.max()])


def _raw_bng(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Convert without looking at the edge of the grid: west of it the answer is a stretch."""
    x, y = np.broadcast_arrays(np.asarray(lon, float), np.asarray(lat, float))
    east, north = cutil.convert_bng(x.ravel(), y.ravel())
    return east.reshape(x.shape), north.reshape(x.shape)


def _on_the_grid(e: Floats, n: Floats) -> NDArray[np.bool_]:
    min_x, min_y, max_x, max_y = EXTENT
    return np.asarray((e >= min_x) & (e <= max_x) & (n >= min_y) & (n <= max_y))


def _known(frame: gpd.GeoSeries | gpd.GeoDataFrame) -> gpd.GeoSeries:
    if frame.crs is None:
        raise ValueError("The coordinates do not say which coordinate system they are in.")
    given = frame.geometry
    return given.force_2d() if given.has_z.any() else given


def _with_geometry(frame: Frame, converted: gpd.GeoSeries) -> Frame:
    if isinstance(frame, gpd.GeoSeries):
        return converted
    return frame.set_geometry(converted)


def _moved(given: gpd.GeoSeries, convert: Convert, crs: int) -> gpd.GeoSeries:
    """Convert every vertex in one call; a geometry with a vertex outside becomes missing."""
    shapes = given.to_numpy(copy=True)
    vertices, owner = shapely.get_coordinates(shapes, return_index=True)
    moved = np.column_stack(convert(*vertices.T))
    outside = np.unique(owner[np.isnan(moved).any(axis=1)])
    shapes[outside] = None
    shapes = shapely.set_coordinates(shapes, moved[~np.isin(owner, outside)])
    return gpd.GeoSeries(shapes, index=given.index, name=given.name, crs=crs)


@lru_cache(maxsize=64)
def is_british(crs: CRS) -> bool:
    """Tell whether ``crs`` stands on OSGB36, by code or by what a .prj file says of it.

    The Irish grid has another ellipsoid, "Airy Modified 1849".
    """
    ellipsoid = _plain(crs).ellipsoid
    return ellipsoid is not None and ellipsoid.name.lower().replace("_", " ") == "airy 1830"


@lru_cache(maxsize=64)
def _is_national_grid(crs: CRS) -> bool:
    projection = _plain(crs).coordinate_operation
    given = {each.name: each.value for each in projection.params} if projection else {}
    return given.items() >= _GRID.items()


def _plain(crs: CRS) -> CRS:
    """Take off heights and any seven-parameter shift (which is metres wrong)."""
    if crs.is_compound:
        return _plain(crs.sub_crs_list[0])
    if crs.is_bound and crs.source_crs is not None:
        return _plain(crs.source_crs)
    return crs


def _from_osgb36(given: gpd.GeoSeries) -> gpd.GeoSeries:
    """Bring a system on the OSGB36 datum to the grid: projection alone, so pyproj is exact."""
    plain = _plain(given.crs)
    if _is_national_grid(plain):
        return given.set_crs(BNG, allow_override=True)
    return given.set_crs(plain, allow_override=True).to_crs(BNG)
