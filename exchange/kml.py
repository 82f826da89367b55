"""KML and KMZ, placemark by placemark; XML entities are refused, links are never followed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import numpy as np
import shapely
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from domain.errors import Invalid
from exchange.chunks import ROWS, Chunk, Description, frame_of, single


class KML:
    """One KML document; longitude and latitude by definition."""

    def __init__(self, path: Path) -> None:
        self.path = path
        names: dict[str, None] = {"name": None}
        for index, placemark in enumerate(self._placemarks()):
            names.update(dict.fromkeys(_fields(placemark)))
            if index == 1_000:
                break
        self.columns = single(list(names)[:500])

    def description(self) -> Description:
        """Say what was found."""
        return Description("KML", self.columns, geometry=True, crs="EPSG:4326")

    def chunks(self, size: int = ROWS) -> Iterator[Chunk]:
        """Yield the placemarks, ``size`` at a time, numbered from 1."""
        rows: list[Any] = []
        shapes: list[BaseGeometry | None] = []
        first = 1
        for placemark in self._placemarks():
            given = _fields(placemark)
            rows.append(tuple(given.get(name) for name in self.columns))
            shapes.append(_shape(placemark))
            if len(rows) == size:
                yield self._chunk(rows, shapes, first)
                first += size
                rows, shapes = [], []
        if rows:
            yield self._chunk(rows, shapes, first)

    def _chunk(self, rows: list[Any], shapes: list[BaseGeometry | None], first: int) -> Chunk:
        numbers = np.arange(first, first + len(rows), dtype=np.int64)
        array = np.array([*shapes, None], dtype=object)[:-1]
        return Chunk(numbers, frame_of(self.columns, rows), array)

    def _placemarks(self) -> Iterator[Element]:
        try:
            root = None
            for event, element in iterparse(str(self.path), ("start", "end"), forbid_dtd=True):
                if root is None:
                    root = element
                    _check_root(root)
                if event == "end" and _local(element) == "Placemark":
                    yield element
                    element.clear()
        except DefusedXmlException as error:
            raise Invalid("The file declares XML entities, so it was not opened.") from error
        except (ParseError, LookupError, ValueError) as error:
            raise Invalid("The KML is damaged, or cut off.") from error


def _check_root(root: Element) -> None:
    if _local(root) != "kml":
        raise Invalid("The file is XML, but no KML.")


def _local(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def _children(element: Element, name: str) -> list[Element]:
    return [each for each in element.iter() if _local(each) == name]


def _fields(placemark: Element) -> dict[str, str | None]:
    """Read the name and the extended data; the description is free text and is left out."""
    given = {"name": _content(placemark, "name")}
    for data in _children(placemark, "Data"):
        given[str(data.get("name", ""))[:80]] = _content(data, "value")
    for data in _children(placemark, "SimpleData"):
        given[str(data.get("name", ""))[:80]] = (data.text or "").strip() or None
    return given


def _content(element: Element, name: str) -> str | None:
    found = next((each for each in element if _local(each) == name), None)
    return None if found is None else (found.text or "").strip() or None


def _shape(placemark: Element) -> BaseGeometry | None:
    try:
        shapes = [
            *(shapely.Point(_line(each)[0]) for each in _children(placemark, "Point")),
            *(shapely.LineString(_line(each)) for each in _children(placemark, "LineString")),
            *map(_polygon, _children(placemark, "Polygon")),
        ]
    except (ShapelyError, ValueError, IndexError):
        return None
    if len(shapes) <= 1:
        return shapes[0] if shapes else None
    polygons = [each for each in shapes if isinstance(each, shapely.Polygon)]
    if len(polygons) == len(shapes):
        return shapely.MultiPolygon(polygons)
    return shapely.GeometryCollection(shapes)


def _polygon(element: Element) -> BaseGeometry:
    outer = [_line(each) for each in _children(element, "outerBoundaryIs")]
    inner = [_line(each) for each in _children(element, "innerBoundaryIs")]
    return shapely.Polygon(outer[0], inner)


def _line(element: Element) -> list[tuple[float, float]]:
    written = next((each.text or "" for each in _children(element, "coordinates")), "")
    points = [each.split(",") for each in written.split()]
    return [(float(each[0]), float(each[1])) for each in points]
