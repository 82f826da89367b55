"""Streets out of a file, for routing: the sample town's, OS Open Roads, or OpenStreetMap's.

Which of them it is is told by the columns. OpenStreetMap extracts are read as they are (.osm.pbf,
.osm) or as a layer of lines in any file that can be imported.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from domain.errors import Invalid
from exchange import readers
from exchange.chunks import ROWS
from exchange.spots import system
from exchange.vectors import NOT_READ
from geo.network import Streets
from geo.space import BNG, WGS84, Box, is_british, to_bng, to_wgs84

LAYERS = ("roads", "road_link", "roadlink", "lines")
"""Layers of streets, by their names in small letters, where a file holds several."""
AROUND = 3_000.0
"""Metres around the stops beyond which streets are left out."""
_OSM = {
    "motorway": "motorway", "motorway_link": "motorway", "trunk": "a_road", "trunk_link": "a_road",
    "primary": "a_road", "primary_link": "a_road", "secondary": "b_road",
    "secondary_link": "b_road", "tertiary": "minor", "tertiary_link": "minor", "road": "minor",
    "unclassified": "minor", "residential": "local", "living_street": "local",
    "service": "service", "track": "path", "cycleway": "cycleway", "footway": "path",
    "path": "path", "pedestrian": "path", "bridleway": "path", "corridor": "path",
    "steps": "steps",
}  # fmt: skip
_OS = {
    "motorway": "motorway", "a road": "a_road", "b road": "b_road", "minor road": "minor",
    "local road": "local", "local access road": "service",
    "restricted local access road": "service", "secondary access road": "service",
}  # fmt: skip
_OWN = {"a": "a_road", "b": "b_road", "street": "local", "service": "service", "path": "path"}
_CLOSED = {"no", "private"}
_TAG = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
NO_STREETS = (
    "The file holds no streets that are known. It needs lines with the columns of OpenStreetMap "
    "(highway), of OS Open Roads (road_function) or of the sample town (kind, class)."
)
Frame = pd.DataFrame
Read = Callable[[Frame], tuple[list[str | None], NDArray[np.int8], NDArray[np.bool_]]]


def read(path: Path, working: CRS, near: Box | None = None, *, layer: str | None = None) -> Streets:
    """Read streets in the system worked in, near to a box in that system.

    Parameters
    ----------
    path
        GeoPackage, Shapefile, GeoJSON, FlatGeobuf, also zipped, or an OpenStreetMap extract.
    working
        The CRS of the stops, in metres; a file that does not name its own is taken to be in it.
    near
        Streets farther than ``AROUND`` from this box are left out.
    layer
        Layer of the file; without it the one that is called as streets are.

    Raises
    ------
    Invalid
        The file cannot be read, or holds no street there.
    """
    if not path.is_file():
        raise Invalid("There is no such file of streets.")
    table, shapes, given = _osm(path) if _is_osm(path) else _layer(path, layer)
    lines = np.isin(shapely.get_type_id(shapes), (1, 5)) & ~shapely.is_empty(shapes)
    classes, oneway, bridge, plain = _classed(table)
    good = lines & np.array([each is not None for each in classes], dtype=bool)
    if not good.any():
        raise Invalid(NO_STREETS)
    moved = _moved(gpd.GeoSeries(shapes[good], crs=given or working), working)
    known = ~(shapely.is_missing(moved) | shapely.is_empty(moved))
    known &= _close(moved, near)
    if not known.any():
        raise Invalid("The file holds no streets near the stops. Does it cover the same area?")
    parts, of = shapely.get_parts(moved[known], return_index=True)
    row = np.flatnonzero(good)[known][of]
    return Streets(
        parts, [str(classes[each]) for each in row.tolist()], oneway[row], bridge[row],
        join=12.0 if plain else 0.01, crossings=plain,
    )  # fmt: skip


def _is_osm(path: Path) -> bool:
    """Tell an OpenStreetMap extract by what it begins with."""
    with path.open("rb") as file:
        head = file.read(512)
    return head[4:].startswith(b"\n\tOSMHeader") or b"<osm" in head


def _osm(path: Path) -> tuple[Frame, NDArray[np.object_], CRS]:
    try:
        info = pyogrio.read_info(path, layer="lines")
        if info["driver"] != "OSM":
            raise Invalid("The file says it is from OpenStreetMap, but it is not.")
        frame: Any = pyogrio.read_dataframe(path, layer="lines", where="highway IS NOT NULL")
    except NOT_READ as error:
        raise Invalid("The OpenStreetMap file is damaged and cannot be read.") from error
    shapes = np.asarray(frame.geometry.array, dtype=object)
    return frame.drop(columns=frame.geometry.name), shapes, CRS(WGS84)


def _layer(path: Path, layer: str | None) -> tuple[Frame, NDArray[np.object_], CRS | None]:
    with readers.opened(path, layer=layer) as source:
        layers = source.description.layers
        named = [each for name in LAYERS for each in layers if each.lower() == name]
    if layer is None and len(layers) > 1:
        if not named:
            raise Invalid("The file holds several layers, and none is called roads or road_link.")
        layer = named[0]
    with readers.opened(path, layer=layer) as source:
        chunks = list(source.chunks(ROWS))
        crs = source.description.crs
    if not chunks or any(each.shapes is None for each in chunks):
        raise Invalid(NO_STREETS)
    table = pd.concat([each.frame for each in chunks], ignore_index=True)
    shapes = np.concatenate([np.asarray(each.shapes, dtype=object) for each in chunks])
    return table, shapes, system(crs) if crs else None


def _classed(
    table: Frame,
) -> tuple[list[str | None], NDArray[np.int8], NDArray[np.bool_], bool]:
    """Tell class, direction and bridges by the columns, and whether lines meet without sharing."""
    frame = table.rename(columns={each: str(each).lower().replace("_", "") for each in table})
    if "highway" in frame:
        return *_from_osm(frame), False
    if "roadfunction" in frame:
        return *_from_os(frame), False
    if "kind" in frame and "class" in frame:
        return *_from_own(frame), True
    raise Invalid(NO_STREETS)


def _from_osm(
    frame: Frame,
) -> tuple[list[str | None], NDArray[np.int8], NDArray[np.bool_]]:
    tags = [dict(_TAG.findall(each or "")) for each in _column(frame, "othertags")]
    value = {
        name: [own or tag.get(name) for own, tag in zip(_column(frame, name), tags, strict=True)]
        for name in ("oneway", "access", "junction", "bridge", "tunnel")
    }
    classes = [
        None if access in _CLOSED else _OSM.get((highway or "").lower())
        for highway, access in zip(_column(frame, "highway"), value["access"], strict=True)
    ]
    oneway = [
        -1 if way in {"-1", "reverse"} else int(way in {"yes", "true", "1"} or
              (way != "no" and (turn == "roundabout" or highway == "motorway")))
        for way, turn, highway in
        zip(value["oneway"], value["junction"], _column(frame, "highway"), strict=True)
    ]  # fmt: skip
    over = [(one or "no") != "no" or (other or "no") != "no"
            for one, other in zip(value["bridge"], value["tunnel"], strict=True)]  # fmt: skip
    return classes, np.array(oneway, dtype=np.int8), np.array(over, dtype=bool)


def _from_os(
    frame: Frame,
) -> tuple[list[str | None], NDArray[np.int8], NDArray[np.bool_]]:
    """Read OS Open Roads, which does not tell one-way streets: all are both ways."""
    classes = [_OS.get((each or "").lower(), "local") for each in _column(frame, "roadfunction")]
    return list(classes), np.zeros(len(frame), dtype=np.int8), np.zeros(len(frame), dtype=bool)


def _from_own(
    frame: Frame,
) -> tuple[list[str | None], NDArray[np.int8], NDArray[np.bool_]]:
    kinds = _column(frame, "kind")
    classes = [
        "cycleway" if kind == "cycle" else _OWN.get((each or "").lower())
        for kind, each in zip(kinds, _column(frame, "class"), strict=True)
    ]
    oneway = [int(each in {"1", "yes", "true"}) for each in _column(frame, "oneway")]
    over = [each in {"1", "yes", "true"} for each in _column(frame, "bridge")]
    return classes, np.array(oneway, dtype=np.int8), np.array(over, dtype=bool)


def _column(frame: Frame, name: str) -> list[str | None]:
    if name not in frame:
        return [None] * len(frame)
    return [each if isinstance(each, str) else None for each in frame[name]]


def _moved(shapes: gpd.GeoSeries, working: CRS) -> NDArray[np.object_]:
    if working == CRS(BNG):
        moved = to_bng(shapes)
    else:
        moved = (to_wgs84(shapes) if is_british(shapes.crs) else shapes).to_crs(working)
    return np.asarray(shapely.force_2d(np.asarray(moved.array, dtype=object)), dtype=object)


def _close(shapes: NDArray[np.object_], near: Box | None) -> NDArray[np.bool_]:
    if near is None:
        return np.ones(len(shapes), dtype=bool)
    west, south, east, north = shapely.bounds(shapes).T
    return np.asarray(
        (east >= near[0] - AROUND) & (west <= near[2] + AROUND)
        & (north >= near[1] - AROUND) & (south <= near[3] + AROUND)
    )  # fmt: skip
