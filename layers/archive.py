"""Tiles out of a local PMTiles or MBTiles file, vector or raster, read only.

The operator names the file, but it may be broken or made to do harm: sizes are bounded before
anything is unpacked, and a file that does not hold together is refused with :class:`Invalid`.
Formats: PMTiles 3 (https://github.com/protomaps/PMTiles) and MBTiles 1.3
(https://github.com/mapbox/mbtiles-spec).
"""

import json
import mmap
import sqlite3
import zlib
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol

from pmtiles.tile import (
    Compression,
    Entry,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)

from domain.errors import Invalid

DEEPEST: Final = 24
_LARGEST_TILE: Final = 8 * 2**20
_LARGEST_INDEX: Final = 16 * 2**20
_VECTOR: Final = "application/vnd.mapbox-vector-tile"
_RASTER: Final = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
}
_WRONG: Final = (MagicNumberNotFound, SpecVersionUnsupported, OSError, IndexError, ValueError)
_BROKEN: Final = "This tile file cannot be read: it is damaged, or not what its name says."


@dataclass(frozen=True)
class About:
    """What an archive holds.

    ``bounds`` is (west, south, east, north) and ``centre`` (longitude, latitude), in degrees of
    WGS 84; ``layers`` are the names of its vector layers, none where it holds pictures.
    """

    media_type: str
    zooms: tuple[int, int]
    bounds: tuple[float, float, float, float]
    centre: tuple[float, float]
    layers: tuple[str, ...]
    attribution: str

    @property
    def is_vector(self) -> bool:
        """Whether it holds vector tiles, not pictures."""
        return self.media_type == _VECTOR


@dataclass(frozen=True)
class Tile:
    """The bytes of one tile as the file holds them, gzipped or not."""

    data: bytes
    gzipped: bool

    def plain(self) -> bytes:
        """Return the bytes unpacked; :class:`Invalid` where they are damaged or far too many."""
        return _unpacked(self.data) if self.gzipped else self.data


class Archive(Protocol):
    """A file of tiles."""

    about: About

    def tile(self, z: int, x: int, y: int) -> Tile | None:
        """Return one tile in the XYZ scheme (y grows southwards), or None where there is none."""
        ...


def opened(path: Path) -> Archive:
    """Open ``path`` by its ending, kept open until the file changes; :class:`Invalid` if wrong."""
    if path.suffix not in (".pmtiles", ".mbtiles"):
        raise Invalid("A base map file ends in .pmtiles or .mbtiles.")
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise Invalid("The base map file is not there, or may not be read.") from error
    return _opened(path, changed)


@lru_cache(maxsize=4)
def _opened(path: Path, _changed: int) -> Archive:
    return _PMTiles(path) if path.suffix == ".pmtiles" else _MBTiles(path)


class _PMTiles:
    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._header: Any = deserialize_header(self._bytes[:127])
        except _WRONG as error:
            raise Invalid(_BROKEN) from error
        self._directory: Callable[[int, int], list[Entry]] = lru_cache(64)(self._read_directory)
        self.about = self._about()

    def tile(self, z: int, x: int, y: int) -> Tile | None:
        header = self._header
        offset, length = header["root_offset"], header["root_length"]
        for _depth in range(4):
            found = find_tile(self._directory(offset, length), zxy_to_tileid(z, x, y))
            if found is None:
                return None
            if found.run_length:
                data = self._slice(header["tile_data_offset"] + found.offset, found.length)
                return Tile(data, header["tile_compression"] == Compression.GZIP)
            offset, length = header["leaf_directory_offset"] + found.offset, found.length
        raise Invalid(_BROKEN)

    def _slice(self, offset: int, length: int, most: int = _LARGEST_TILE) -> bytes:
        if length > most or offset + length > len(self._bytes):
            raise Invalid(_BROKEN)
        return self._bytes[offset : offset + length]

    def _read_directory(self, offset: int, length: int) -> list[Entry]:
        packed = self._slice(offset, length)
        _unpacked(packed)  # bounded here, for the reader below is not
        try:
            return deserialize_directory(packed)
        except (EOFError, IndexError, OSError, TypeError, ValueError) as error:
            raise Invalid(_BROKEN) from error

    def _about(self) -> About:
        header = self._header
        if header["internal_compression"] != Compression.GZIP:
            raise Invalid("Only PMTiles files packed with gzip can be read.")
        if header["tile_compression"] not in (Compression.GZIP, Compression.NONE):
            raise Invalid("Only PMTiles files whose tiles are plain or gzipped can be read.")
        kind = "pbf" if header["tile_type"] == TileType.MVT else header["tile_type"].name.lower()
        raw = self._slice(header["metadata_offset"], header["metadata_length"], _LARGEST_INDEX)
        told = _json(_unpacked(raw))
        edges = ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")
        west, south, east, north = (header[edge] / 1e7 for edge in edges)
        return About(
            media_type=_media_type(kind),
            zooms=_zooms(header["min_zoom"], header["max_zoom"]),
            bounds=(west, south, east, north),
            centre=(header["center_lon_e7"] / 1e7, header["center_lat_e7"] / 1e7),
            layers=_layer_names(told),
            attribution=str(told.get("attribution", "")),
        )


class _MBTiles:
    def __init__(self, path: Path) -> None:
        self._address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        try:
            rows = dict(self._read("SELECT name, substr(value, 1, 4000000) FROM metadata"))
        except sqlite3.Error as error:
            raise Invalid(_BROKEN) from error
        self.about = self._about({str(name): str(value) for name, value in rows.items()})

    def tile(self, z: int, x: int, y: int) -> Tile | None:
        query = (
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ?"
            " AND tile_row = ? AND length(tile_data) <= ?"
        )
        flipped = 2**z - 1 - y  # the file counts rows from the south
        try:
            rows = self._read(query, z, x, flipped, _LARGEST_TILE)
        except sqlite3.Error as error:
            raise Invalid(_BROKEN) from error
        if not rows:
            return None
        data = rows[0][0]
        if not isinstance(data, bytes):
            raise Invalid(_BROKEN)
        return Tile(data, data[:2] == b"\x1f\x8b")

    def _read(self, query: str, *values: int) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._address, uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            return connection.execute(query, values).fetchall()

    def _about(self, told: Mapping[str, str]) -> About:
        try:
            bounds = [float(edge) for edge in told.get("bounds", "-180,-85,180,85").split(",")]
            west, south, east, north = bounds
            zooms = _zooms(int(told.get("minzoom", 0)), int(told.get("maxzoom", 14)))
        except ValueError as error:
            raise Invalid(_BROKEN) from error
        return About(
            media_type=_media_type(told.get("format", "png")),
            zooms=zooms,
            bounds=(west, south, east, north),
            centre=((west + east) / 2, (south + north) / 2),
            layers=_layer_names(_json(told.get("json", "{}").encode())),
            attribution=told.get("attribution", ""),
        )


def _unpacked(packed: bytes) -> bytes:
    """Gunzip ``packed`` if it comes to less than the largest index we would read."""
    try:
        data = zlib.decompressobj(wbits=31).decompress(packed, _LARGEST_INDEX)
    except zlib.error as error:
        raise Invalid(_BROKEN) from error
    if len(data) >= _LARGEST_INDEX:
        raise Invalid(_BROKEN)
    return data


def _json(raw: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Invalid(_BROKEN) from error
    return told if isinstance(told, dict) else {}


def _layer_names(told: Mapping[str, Any]) -> tuple[str, ...]:
    layers = told.get("vector_layers")
    if not isinstance(layers, list):
        return ()
    return tuple(str(each.get("id", "")) for each in layers if isinstance(each, dict))


def _media_type(kind: str) -> str:
    if kind in ("pbf", "mvt"):
        return _VECTOR
    if kind not in _RASTER:
        raise Invalid("A base map file holds vector tiles, PNG, JPEG or WebP pictures.")
    return _RASTER[kind]


def _zooms(first: int, last: int) -> tuple[int, int]:
    if not 0 <= first <= last <= DEEPEST:
        raise Invalid(_BROKEN)
    return first, last
