"""Open a file of any kind that we read; all give chunks of text and shapes."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from exchange import files
from exchange.chunks import ROWS, Chunk, Description, Source
from exchange.geojson import GeoJSON
from exchange.kml import KML
from exchange.tables import Table
from exchange.vectors import Vector
from exchange.workbooks import Workbook


class Reader(Protocol):
    """What each format's reader can do."""

    def description(self) -> Description:
        """Say what was found."""
        ...

    def chunks(self, size: int = ROWS) -> Iterator[Chunk]:
        """Yield the rows."""
        ...


@contextmanager
def opened(
    path: Path,
    *,
    layer: str | None = None,
    header: bool | None = None,
    folder: Path | None = None,
) -> Iterator[Source]:
    """Open CSV, XLSX, GeoJSON, GeoPackage, Shapefile, KML or FlatGeobuf, also in a zip.

    ``layer`` chooses a layer or a sheet; ``header`` says whether a CSV starts with one, where
    it is known. A zip is unpacked into a private folder, inside ``folder`` if given, and removed.

    Raises
    ------
    Invalid
        The file is none of these, is damaged, or could do harm.
    """
    given = files.resolve(path)
    kind = files.kind_of(given)
    known = files.fingerprint_all(files.parts_of(given))
    if kind not in files.PACKED:
        yield _source(_reader(given, kind, known, layer=layer, header=header), known, path.name)
        return
    with tempfile.TemporaryDirectory(prefix="unpacked-", dir=folder) as private:
        inner = files.unpack(given, Path(private))
        inner_kind = files.kind_of(inner)
        inside = files.fingerprint_all(files.parts_of(inner))
        reader = _reader(inner, inner_kind, inside, layer=layer, header=header)
        yield _source(reader, known, path.name)


def _source(reader: Reader, known: files.Fingerprint, name: str) -> Source:
    return Source(replace(reader.description(), name=name), reader.chunks, known.sha256, known.size)


def _reader(
    path: Path,
    kind: str,
    known: files.Fingerprint,
    *,
    layer: str | None,
    header: bool | None,
) -> Reader:
    if kind == "csv":
        return Table(path, utf8=known.utf8, header=header)
    if kind == "xlsx":
        return Workbook(path, sheet=layer)
    if kind == "geojson":
        return GeoJSON(path)
    if kind == "kml":
        return KML(path)
    return Vector(path, _THROUGH_GDAL[kind], layer=layer)


_THROUGH_GDAL = {"shapefile": "Shapefile", "gpkg": "GeoPackage", "flatgeobuf": "FlatGeobuf"}
