"""Shapefile, GeoPackage and FlatGeobuf through GDAL, batch by batch.

GDAL would follow what a file tells it to: a text that names another file (VRT), an address in a
coordinate system. So only three binary formats reach it, each known by its first bytes, and its
way to the network is shut. GeoJSON and KML have readers of their own.
"""

import sqlite3
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import (
    DataLayerError,
    DataSourceError,
    FeatureError,
    FieldError,
    GeometryError,
)

from domain.errors import Invalid
from exchange import files
from exchange.chunks import ROWS, Chunk, Description, frame_of, single

DRIVERS = {"Shapefile": "ESRI Shapefile", "GeoPackage": "GPKG", "FlatGeobuf": "FlatGeobuf"}
NO_PRJ = (
    "The .prj file, which says in which coordinate system the layer is, is missing. "
    "It was judged by the numbers: please check the preview."
)
NOT_READ = (
    DataSourceError,
    DataLayerError,
    FeatureError,
    FieldError,
    GeometryError,
    pa.ArrowInvalid,
)

pyogrio.set_gdal_config_options(
    {
        "GDAL_HTTP_PROXY": "127.0.0.1:9",  # a port where nobody listens
        "GDAL_HTTPS_PROXY": "127.0.0.1:9",
        "OGR_SQLITE_LIST_VIRTUAL_OGR": False,
    }
)


class Vector:
    """One layer of a vector file."""

    def __init__(self, path: Path, format: str, *, layer: str | None = None) -> None:  # noqa: A002
        self.path, self.format = path, format
        notes = _CHECKS[format](path)
        try:
            self.layers = tuple(str(name) for name, _kind in pyogrio.list_layers(path))
            self.layer = _chosen(self.layers, layer)
            info = pyogrio.read_info(path, layer=self.layer, force_feature_count=True)
        except NOT_READ as error:
            raise Invalid(f"The {format} is damaged and cannot be read.") from error
        if info["driver"] != DRIVERS[format]:
            raise Invalid(f"The file says it is a {format}, but it is not.")
        self.fields = [str(name) for name in info["fields"]]
        self.columns = single(self.fields)
        self.info, self.notes = info, notes

    def description(self) -> Description:
        """Say what was found."""
        count = len(self.layers)
        several = (f"Only one of the {count} layers is read.",) if count > 1 else ()
        return Description(
            self.format,
            self.columns,
            geometry=self.info["geometry_type"] is not None,
            crs=self.info["crs"],
            rows=int(self.info["features"]) if self.info["features"] >= 0 else None,
            layers=self.layers,
            notes=self.notes + several,
        )

    def chunks(self, size: int = ROWS) -> Iterator[Chunk]:
        """Yield the features, ``size`` at a time, numbered from 1."""
        first = 1
        try:
            with pyogrio.open_arrow(
                self.path,
                layer=self.layer,
                batch_size=size,
                use_pyarrow=True,
                datetime_as_string=True,
            ) as (meta, batches):
                geometry = meta["geometry_name"] or "wkb_geometry"
                for batch in batches:
                    if batch.num_rows:
                        yield self._chunk(batch, geometry, first)
                        first += batch.num_rows
        except NOT_READ as error:
            raise Invalid(
                f"The {self.format} is damaged: from row {first} on it cannot be read."
            ) from error

    def _chunk(self, batch: Any, geometry: str, first: int) -> Chunk:
        columns = [_texts(batch.column(name).to_pylist()) for name in self.fields]
        numbers = np.arange(first, first + batch.num_rows, dtype=np.int64)
        frame = frame_of(self.columns, list(zip(*columns, strict=True)) if columns else [])
        if geometry not in batch.schema.names:
            return Chunk(numbers, frame)
        wkb = np.array(batch.column(geometry).to_pylist(), dtype=object)
        shapes = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
        return Chunk(numbers, frame, shapes)


def _texts(values: list[Any]) -> list[str | None]:
    return [_text(value) for value in values]


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, bytes):
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return None if value != value else repr(value).removesuffix(".0")  # noqa: PLR0124 - NaN
    return str(value).strip() or None


def _chosen(layers: tuple[str, ...], wanted: str | None) -> str:
    if not layers:
        raise Invalid("The file holds no layer with rows.")
    if wanted is not None and wanted not in layers:
        raise Invalid("There is no layer of that name in the file.")
    return wanted or layers[0]


def _check_shapefile(path: Path) -> tuple[str, ...]:
    """Refuse a Shapefile that lacks a part or claims more than is there."""
    parts = {part.suffix.lower(): part for part in files.parts_of(path)}
    missing = [each for each in (".shx", ".dbf") if each not in parts]
    if missing:
        raise Invalid(
            f"A Shapefile is several files with one name. Missing here: {', '.join(missing)}. "
            "Put them beside the .shp file, or send the folder as a zip."
        )
    for part in (parts[".shp"], parts[".shx"]):
        with part.open("rb") as file:
            words = struct.unpack(">i", file.read(28)[24:].ljust(4, b"\0"))[0]
        if words * 2 > part.stat().st_size:
            raise Invalid("The Shapefile is cut off, or claims to be larger than it is.")
    with parts[".dbf"].open("rb") as file:
        rows, head, width = struct.unpack("<IHH", file.read(12)[4:].ljust(8, b"\0"))
    if head + rows * width > parts[".dbf"].stat().st_size + 1:
        raise Invalid("The table (.dbf) is cut off, or claims to be larger than it is.")
    if ".prj" in parts:
        return ()
    return (NO_PRJ,)


def _check_geopackage(path: Path) -> tuple[str, ...]:
    """Refuse a database that is no GeoPackage, or that hides queries behind its layers."""
    try:
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            names = [row[0] for row in database.execute("SELECT table_name FROM gpkg_contents")]
            tables = dict(database.execute("SELECT name, type FROM sqlite_master").fetchall())
        finally:
            database.close()
    except sqlite3.DatabaseError as error:
        raise Invalid("The file is an SQLite database, but no GeoPackage.") from error
    if any(tables.get(name) != "table" for name in names):
        raise Invalid("A layer of the GeoPackage is a query, not a table, so it was not opened.")
    return ()


def _check_flatgeobuf(path: Path) -> tuple[str, ...]:
    with path.open("rb") as file:
        head = file.read(12)
    if len(head) < 12 or struct.unpack("<I", head[8:])[0] > path.stat().st_size:
        raise Invalid("The FlatGeobuf is cut off, or claims to be larger than it is.")
    return ()


_CHECKS = {
    "Shapefile": _check_shapefile,
    "GeoPackage": _check_geopackage,
    "FlatGeobuf": _check_flatgeobuf,
}
