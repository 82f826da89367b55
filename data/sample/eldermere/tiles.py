"""The base map as vector tiles in one PMTiles file, zooms 10 to 16."""

import gzip
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import write

from geo import tiling
from geo.space import to_mercator, to_wgs84

ZOOMS = range(10, 17)
SPARE = 0.1  # of a tile: what is kept beyond its edge
ATTRIBUTION = "Eldermere: an invented town"
SIMPLIFY = 4.0  # tile units, a quarter of a pixel
FROM = {  # layer: kind: first zoom that holds it
    "roads": {
        "residential": 12, "main": 11, "pedestrian": 13, "service": 14,
        "footpath": 13, "cycle": 13,
    },
    "buildings": {"building": 14, "civic": 13, "shop": 14, "industrial": 14},
    "water": {"stream": 12},
    "rail": {"siding": 12},
}  # fmt: skip
LABELS = {"pois", "places"}


def draw(layers: dict[str, gpd.GeoDataFrame], path: Path) -> None:
    """Write ``layers`` (British National Grid) to ``path``; the same bytes for the same layers."""
    flat = {name: to_mercator(frame) for name, frame in layers.items()}
    box = flat["earth"].total_bounds
    first = ZOOMS[0]
    west, north = tiling.tile_of(box[0], box[3], first)
    east, south = tiling.tile_of(box[2], box[1], first)
    found: dict[int, bytes] = {}
    for x in range(west, east + 1):
        for y in range(north, south + 1):
            _descend(flat, (first, x, y), found)
    with write(str(path)) as out:
        for number in sorted(found):
            out.write_tile(number, found[number])
        out.finalize(_header(layers), _described(layers))


def _descend(
    around: dict[str, gpd.GeoDataFrame], tile: tuple[int, int, int], found: dict[int, bytes]
) -> None:
    """Encode a tile and those below it; what lies far outside is cut away at each step."""
    z, x, y = tile
    near = {name: _cut(frame, tiling.tile_box(z, x, y)) for name, frame in around.items()}
    body = b"".join(_layer(name, frame, tile) for name, frame in near.items())
    if not body:
        return
    found[zxy_to_tileid(z, x, y)] = gzip.compress(body, mtime=0)
    if z < ZOOMS[-1]:
        for right, down in ((0, 0), (1, 0), (0, 1), (1, 1)):
            _descend(near, (z + 1, 2 * x + right, 2 * y + down), found)


def _cut(frame: gpd.GeoDataFrame, box: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    spare = (box[2] - box[0]) * SPARE
    edges = (box[0] - spare, box[1] - spare, box[2] + spare, box[3] + spare)
    near = frame.iloc[np.sort(frame.sindex.query(shapely.box(*edges)))]
    shapes = near.geometry.to_numpy()
    inside = shapely.contains_properly(shapely.box(*edges), shapes)
    cut = np.where(inside, shapes, shapely.clip_by_rect(shapes, *edges))
    kept = ~shapely.is_empty(cut)
    return near[kept].set_geometry(gpd.GeoSeries(cut[kept], index=near.index[kept], crs=frame.crs))


def _layer(name: str, frame: gpd.GeoDataFrame, tile: tuple[int, int, int]) -> bytes:
    """One layer of a tile: layers of a vector tile may simply follow each other."""
    shown = frame[_from_zoom(name, frame) <= tile[0]].reset_index(drop=True)
    if shown.empty:
        return b""
    return tiling.encode(name, shown, *tile, simplify=SIMPLIFY)


def _from_zoom(name: str, frame: gpd.GeoDataFrame) -> pd.Series:
    """First zoom of each row; a name is there one zoom before it is read, and by 16 at last."""
    if name in LABELS:
        return frame["min_zoom"].clip(upper=ZOOMS[-1]) - 1
    if name == "landuse":
        return frame["min_zoom"]
    return frame["kind"].map(FROM.get(name, {})).fillna(ZOOMS[0])


def _header(layers: dict[str, gpd.GeoDataFrame]) -> dict[str, object]:
    west, south, east, north = to_wgs84(layers["earth"]).total_bounds
    town = to_wgs84(layers["places"]).query("kind == 'town'").geometry.iloc[0]
    corners = {"min_lon": west, "min_lat": south, "max_lon": east, "max_lat": north}
    spot = {"center_lon": town.x, "center_lat": town.y}
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "center_zoom": 13,
        **{f"{name}_e7": round(value * 1e7) for name, value in (corners | spot).items()},
    }


def _described(layers: dict[str, gpd.GeoDataFrame]) -> dict[str, object]:
    return {
        "name": "Eldermere",
        "attribution": ATTRIBUTION,
        "type": "baselayer",
        "vector_layers": [
            {"id": name, "fields": {key: _kind(frame[key]) for key in frame if key != "geometry"}}
            for name, frame in layers.items()
        ],
    }


def _kind(column: pd.Series) -> str:
    return "Number" if pd.api.types.is_numeric_dtype(column) else "String"
