"""GeoJSON, feature by feature, without GDAL and without holding the file in memory."""

import json
import re
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from domain.errors import Invalid
from exchange.chunks import ROWS, Chunk, Description, frame_of, single

BLOCK = 1 << 18
LARGEST = 64 << 20  # one feature, in characters
NAMED_CRS = re.compile(r"(?:urn:ogc:def:crs:)?(EPSG|OGC):[\w.]*:?(\w+)", re.I)
DAMAGED = "The GeoJSON is damaged"


class GeoJSON:
    """One feature collection. Columns are those of the first features."""

    def __init__(self, path: Path) -> None:
        self.path = path
        first = next(self.chunks_of(self._features(), None, 1_000), None)
        if first is None:
            raise Invalid("The GeoJSON holds no features.")
        self.columns = tuple(first.frame.columns)
        self.crs = self._crs()

    def description(self) -> Description:
        """Say what was found; coordinates are longitude and latitude unless the file says."""
        return Description("GeoJSON", self.columns, geometry=True, crs=self.crs)

    def chunks(self, size: int = ROWS) -> Iterator[Chunk]:
        """Yield the features, ``size`` at a time, numbered from 1."""
        return self.chunks_of(self._features(), self.columns, size)

    def chunks_of(
        self, features: Iterator[Any], columns: tuple[str, ...] | None, size: int
    ) -> Iterator[Chunk]:
        """Gather features into chunks with ``columns``, or with all that the first chunk has."""
        first, batch = 1, list(_take(features, size))
        while batch:
            known = columns if columns is not None else _columns(batch)
            yield _chunk(batch, known, first)
            first += len(batch)
            batch = list(_take(features, size))

    def _features(self) -> Iterator[Any]:
        with self.path.open(encoding="utf-8-sig", errors="replace") as file:
            yield from _Stream(file).features()

    def _crs(self) -> str:
        with self.path.open(encoding="utf-8-sig", errors="replace") as file:
            stream = _Stream(file)
            next(stream.features(), None)
        return _named(stream.before.get("crs"))


class _Stream:
    """A moving window over the text; ``before`` holds what came before the features."""

    def __init__(self, file: TextIO) -> None:
        self.file, self.text, self.at = file, "", 0
        self.decoder = JSONDecoder()
        self.before: dict[str, Any] = {}

    def features(self) -> Iterator[Any]:
        self._expect("{")
        while self._peek() != "}":
            name = self._value()
            self._expect(":")
            if name == "features":
                yield from self._items()
            else:
                self.before[str(name)[:40]] = self._value()
            if self._peek() == ",":
                self._expect(",")
        if self.before.get("type") == "Feature":
            yield self.before

    def _items(self) -> Iterator[Any]:
        self._expect("[")
        while self._peek() != "]":
            yield self._value()
            if self._peek() == ",":
                self._expect(",")
        self._expect("]")

    def _value(self) -> Any:
        """Decode one value, reading on until it is whole."""
        self._peek()
        while True:
            try:
                value, end = self.decoder.raw_decode(self.text, self.at)
            except RecursionError as error:
                raise Invalid(f"{DAMAGED}: it is nested too deeply.") from error
            except JSONDecodeError as error:
                if not self._more():
                    raise Invalid(f"{DAMAGED}, or cut off.") from error
                continue
            if end == len(self.text) and self._more():  # a number may go on
                continue
            self.at = end
            return value

    def _more(self) -> bool:
        if len(self.text) - self.at > LARGEST:
            raise Invalid("One feature of the GeoJSON is far too large, or the file is damaged.")
        # doubling what is read keeps a large feature from being decoded again and again
        block = self.file.read(max(BLOCK, len(self.text) - self.at))
        self.text, self.at = self.text[self.at :] + block, 0
        return bool(block)

    def _peek(self) -> str:
        while True:
            while self.at < len(self.text):
                if not self.text[self.at].isspace():
                    return self.text[self.at]
                self.at += 1
            if not self._more():
                raise Invalid(f"{DAMAGED}, or cut off.")

    def _expect(self, mark: str) -> None:
        if self._peek() != mark:
            raise Invalid(f"{DAMAGED}: something other than {mark} stands where it is due.")
        self.at += 1


def _take(features: Iterator[Any], size: int) -> Iterator[Any]:
    for _index, feature in zip(range(size), features, strict=False):
        yield feature


def _columns(batch: list[Any]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for feature in batch:
        names.update(dict.fromkeys(_properties(feature)))
    return single(list(names)[:500])


def _properties(feature: Any) -> dict[str, Any]:
    found = feature.get("properties") if isinstance(feature, dict) else None
    return found if isinstance(found, dict) else {}


def _chunk(batch: list[Any], columns: tuple[str, ...], first: int) -> Chunk:
    shapes = np.array([_shape(feature) for feature in batch] + [None], dtype=object)[:-1]
    rows = [tuple(_text(given.get(name)) for name in columns) for given in map(_properties, batch)]
    numbers = np.arange(first, first + len(batch), dtype=np.int64)
    broken = {
        number: "the row is not a GeoJSON feature"
        for number, feature in enumerate(batch, first)
        if not (isinstance(feature, dict) and feature.get("type") == "Feature")
    }
    kept = ~np.isin(numbers, list(broken))
    frame = frame_of(columns, rows).loc[kept].reset_index(drop=True)
    return Chunk(numbers[kept], frame, shapes[kept], broken)


def _shape(feature: Any) -> BaseGeometry | None:
    try:
        return shapely.force_2d(shape(feature["geometry"]))
    except (ShapelyError, TypeError, KeyError, ValueError, AttributeError, IndexError):
        return None


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(str(each) for each in value)
    return json.dumps(value) if isinstance(value, dict) else str(value).strip() or None


def _named(crs: Any) -> str:
    """Read a named system; a linked one is never followed."""
    if crs is None:
        return "EPSG:4326"
    name = crs.get("properties", {}).get("name") if isinstance(crs, dict) else None
    found = NAMED_CRS.fullmatch(str(name))
    if found is None:
        raise Invalid("The GeoJSON names a coordinate system in a way that is not read here.")
    authority, code = found[1].upper(), found[2].upper()
    return "EPSG:4326" if (authority, code) == ("OGC", "CRS84") else f"{authority}:{code}"
