"""Web map tiles: where they lie, and what is drawn in one."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo import mvt, mvt_frames, varints
from geo.space import Box, Floats, bng_box_from_mercator, to_mercator

DEEPEST = 24
BUFFER = 128
SIMPLIFY = 4.0

_HALF = math.pi * 6_378_137.0
Tile = tuple[int, int, int]
_Shapes = NDArray[np.object_]


def tile_box(z: int, x: int, y: int) -> Box:
    """Return the box of a tile in metres of Web Mercator (EPSG:3857); ``y`` counts from north.

    Raises
    ------
    ValueError
        There is no such tile.
    """
    across = 1 << z if 0 <= z <= DEEPEST else 0
    if not (0 <= x < across and 0 <= y < across):
        raise ValueError("There is no such tile.")
    side = 2 * _HALF / across
    west, north = x * side - _HALF, _HALF - y * side
    return west, north - side, west + side, north


def tile_box_bng(z: int, x: int, y: int, *, buffer: int = BUFFER) -> Box:
    """Return a box in metres (EPSG:27700) that covers a tile, its buffer and a little more.

    For a tile away from Britain it is a strip of sea at the edge of the National Grid.
    """
    return bng_box_from_mercator(_grown(tile_box(z, x, y), buffer))


def tile_of(x: float, y: float, z: int) -> tuple[int, int]:
    """Return the column and row of the tile that holds a point of Web Mercator (EPSG:3857)."""
    across = 1 << z
    col, row = (math.floor(along * across) for along in _of_the_world(np.array([x, y])))
    return min(max(col, 0), across - 1), min(max(row, 0), across - 1)


def encode(
    name: str,
    frame: gpd.GeoDataFrame,
    z: int,
    x: int,
    y: int,
    *,
    buffer: int = BUFFER,
    simplify: float = SIMPLIFY,
) -> bytes:
    """Encode what of ``frame`` lies in a tile as a Mapbox Vector Tile with one layer.

    Areas come first, then lines, then points, each in the order of the frame, so that nothing
    covers a point. A point lies in exactly one tile, apart from buffers.

    Parameters
    ----------
    name
        What the layer is called in the tile.
    frame
        Any CRS that says its name. The index (whole numbers from 0) gives the ids, the other
        columns the attributes: text, numbers, truth values; what is missing is left out. Put
        in only what the reader may see: all of it is in the tile.
    buffer
        How far beyond its edge a tile still draws, so that symbols are not cut: tile units, of
        which there are 4,096 a side; at most 4,095.
    simplify
        By how many tile units lines may stray, so that far-off views stay small; sixteen are
        about a pixel. 0 keeps every vertex.

    Returns
    -------
    bytes
        The tile, not compressed; empty where nothing lies in it.

    Raises
    ------
    ValueError
        There is no such tile, the frame has no CRS, an id is no whole number from 0, or a
        column holds something else than the above.
    """
    around = _grown(tile_box(z, x, y), buffer + 1)
    shapes = _near(to_mercator(frame.geometry).to_numpy(), around)
    kinds = shapely.get_dimensions(shapes) + 1
    found, rows = [], []
    for kind in (mvt.POLYGON, mvt.LINE, mvt.POINT):
        chosen = np.flatnonzero(kinds == kind)
        if not chosen.size:
            continue
        geometry, kept = _drawn(kind, shapes[chosen], (z, x, y), buffer, simplify)
        if kept.size:
            found.append((kind, geometry))
            rows.append(chosen[kept])
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    order = np.concatenate(rows) if rows else np.empty(0, dtype=np.int64)
    return mvt_frames.layer(name, table.iloc[order], found)


def _drawn(
    kind: int, shapes: _Shapes, tile: Tile, buffer: int, simplify: float
) -> tuple[varints.Bytes | list[bytes], varints.Ints]:
    """Encode shapes of one kind; and say which of them are in the tile."""
    if kind == mvt.POINT:
        return _points(shapes, tile, buffer)
    fitted = shapely.transform(shapes, lambda vertices: _in_tile_units(vertices, tile))
    whole = _valid(shapely.simplify(fitted, simplify) if simplify else fitted)
    clipped = shapely.clip_by_rect(whole, -buffer, -buffer, *(mvt.EXTENT + buffer,) * 2)
    whole, owners = _parts(clipped, kind)  # clipping may leave a mixture, which is not mended
    parts, within = _parts(_valid(_rounded(whole)), kind)
    owners = owners[within]
    cut = _rings if kind == mvt.POLYGON else _lines
    vertices, lengths, owners = cut(parts, owners)
    kept, feature = np.unique(owners, return_inverse=True)
    return mvt_frames.shapes(kind, vertices, lengths, feature), kept


def _points(
    shapes: _Shapes, tile: Tile, buffer: int
) -> tuple[varints.Bytes | list[bytes], varints.Ints]:
    vertices, owners = shapely.get_coordinates(shapes, return_index=True)
    pixels = np.floor(_in_tile_units(vertices, tile)).astype(np.int64)
    inside = ((pixels >= -buffer) & (pixels < mvt.EXTENT + buffer)).all(axis=1)
    pixels, owners = pixels[inside], owners[inside]
    if (shapely.get_type_id(shapes) == shapely.GeometryType.POINT).all():
        return mvt.single_points(pixels), owners
    kept, lengths = np.unique(owners, return_counts=True)
    return mvt_frames.shapes(mvt.POINT, pixels, lengths, np.arange(kept.size)), kept


def _lines(parts: _Shapes, owners: varints.Ints) -> tuple[varints.Ints, varints.Ints, varints.Ints]:
    """Take lines apart: vertices without repeats, how many each has, and the owners."""
    vertices, part = shapely.get_coordinates(parts, return_index=True)
    fresh = np.append(True, (np.diff(vertices, axis=0) != 0).any(axis=1) | (np.diff(part) != 0))
    return _with_at_least(2, vertices[fresh[: len(part)]], part[fresh[: len(part)]], owners)


def _rings(parts: _Shapes, owners: varints.Ints) -> tuple[varints.Ints, varints.Ints, varints.Ints]:
    """Take areas apart: outer rings turn clockwise as seen (y runs down), holes the other way."""
    solid = shapely.area(parts) > 0
    turned = shapely.orient_polygons(parts[solid], exterior_cw=False)
    rings, polygon = shapely.get_rings(turned, return_index=True)
    vertices, ring = shapely.get_coordinates(rings, return_index=True)
    fresh = (np.diff(vertices, axis=0) != 0).any(axis=1) & (np.diff(ring) == 0)
    fresh = np.append(fresh, False)[: len(ring)]  # of repeats the last; not what closes a ring
    return _with_at_least(3, vertices[fresh], ring[fresh], owners[solid][polygon])


def _with_at_least(
    least: int, vertices: Floats, part: varints.Ints, owners: varints.Ints
) -> tuple[varints.Ints, varints.Ints, varints.Ints]:
    lengths = np.bincount(part, minlength=len(owners))
    enough = lengths >= least
    return np.rint(vertices[enough[part]]).astype(np.int64), lengths[enough], owners[enough]


def _parts(shapes: _Shapes, kind: int) -> tuple[_Shapes, varints.Ints]:
    """Take collections apart, twice for those within, and keep what is of the kind."""
    outer, owner = shapely.get_parts(shapes, return_index=True)
    parts, inner = shapely.get_parts(outer, return_index=True)
    chosen = (shapely.get_dimensions(parts) == kind - 1) & ~shapely.is_empty(parts)
    return parts[chosen], owner[inner[chosen]]


def _near(shapes: _Shapes, box: Box) -> _Shapes:
    """Blank out what is missing, empty or outside of the box; the order stays."""
    west, south, east, north = shapely.bounds(shapes).T
    near = (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
    return _blanked(shapes, ~near)


def _in_tile_units(vertices: Floats, tile: Tile) -> Floats:
    """Measure from the tile's north-west corner, by units that all tiles of a zoom share.

    So rounding cannot put a point on an edge into both tiles, or into none.
    """
    z, *corner = tile
    return np.asarray(_of_the_world(vertices) * (mvt.EXTENT << z) - mvt.EXTENT * np.array(corner))


def _of_the_world(vertices: Floats) -> Floats:
    """Turn metres of Web Mercator into parts of the world, from its north-west corner."""
    return np.asarray((vertices * [1, -1] + _HALF) / (2 * _HALF))


def _rounded(shapes: _Shapes) -> _Shapes:
    return np.asarray(shapely.transform(shapes, np.rint))


def _valid(shapes: _Shapes) -> _Shapes:
    broken = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    mended = shapes.copy()
    mended[broken] = shapely.make_valid(shapes[broken])
    return mended


def _blanked(shapes: _Shapes, which: NDArray[np.bool_]) -> _Shapes:
    kept = shapes.copy()
    kept[which] = None
    return kept


def _grown(box: Box, buffer: int) -> Box:
    spare = (box[2] - box[0]) * buffer / mvt.EXTENT
    return box[0] - spare, box[1] - spare, box[2] + spare, box[3] + spare
