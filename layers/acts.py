"""What a reader did on the map, as the browser tells it: believed in no part until checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class Picked:
    """The reader pressed a feature: its layer and number, and where (degrees of WGS 84)."""

    at: int
    layer: str
    id: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Spot:
    """The reader pressed bare ground (degrees of WGS 84)."""

    at: int
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Drawn:
    """The reader drew or changed a point, line or area: valid, in WGS 84, not empty.

    ``tool`` is what it was drawn with, as far as it is one of `SKETCHES`; else "".
    """

    at: int
    turn: int
    shape: BaseGeometry
    tool: str = ""


@dataclass(frozen=True)
class Cleared:
    """The reader took back what was drawn."""

    at: int
    turn: int


@dataclass(frozen=True)
class Viewed:
    """The reader asked to share or save the view: its middle (degrees of WGS 84) and zoom."""

    at: int
    latitude: float
    longitude: float
    zoom: int


Act = Picked | Spot | Drawn | Cleared | Viewed

MOST_CORNERS: Final = 2_000
SKETCHES: Final = {"arrow": "LineString", "words": "Point"}
"""Tools whose shape alone does not say how it is drawn, and the kind of shape that they make."""
_DRAWABLE: Final = ("Point", "LineString", "Polygon", "MultiLineString", "MultiPolygon")


def heard(value: object) -> Act | None:
    """Read what the reader did from what st_folium returned; None for nothing, and for nonsense.

    The value comes from a browser and is believed in no part: numbers are checked, and a drawn
    shape with too many corners, that crosses itself or lies outside the world is nonsense.
    """
    if not isinstance(value, Mapping):
        return None
    try:
        return _act(value)
    except (KeyError, TypeError, ValueError, OverflowError, shapely.errors.ShapelyError):
        return None


def _act(value: Mapping[str, Any]) -> Act | None:
    at = int(value["at"])
    match value["kind"]:
        case "picked":
            return Picked(at, str(value["layer"])[:64], str(value["id"])[:64], *_spot(value))
        case "spot":
            return Spot(at, *_spot(value))
        case "drawn":
            shape = _shape(value["geometry"])
            return Drawn(at, int(value["turn"]), shape, _tool(value, shape))
        case "cleared":
            return Cleared(at, int(value["turn"]))
        case "viewed":
            view = value["view"]
            return Viewed(at, *_spot(view), min(max(int(view["zoom"]), 0), 22))
        case _:
            return None


def _tool(value: Mapping[str, Any], shape: BaseGeometry) -> str:
    tool = str(value.get("tool", ""))
    return tool if SKETCHES.get(tool) == shape.geom_type else ""


def _spot(value: Mapping[str, Any]) -> tuple[float, float]:
    latitude, longitude = float(value["lat"]), float(value["lng"])
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise ValueError("outside the world")
    return latitude, longitude


def _shape(geometry: Mapping[str, Any]) -> BaseGeometry:
    text = json.dumps({"type": geometry["type"], "coordinates": geometry["coordinates"]})
    shape = shapely.force_2d(shapely.from_geojson(text))
    coordinates = shapely.get_coordinates(shape)
    sound = (
        shape.geom_type in _DRAWABLE
        and 0 < len(coordinates) <= MOST_CORNERS
        and (abs(coordinates) <= (180, 90)).all()
        and shape.is_valid
    )
    if not sound:
        raise ValueError("not a shape that can be kept")
    return shape
