"""What we know of an area that somebody drew or chose, as finely as they may see it.

Everything is read through the catalogue and then looked at within the outline, so an outline can
tell no more than the map does: what is moved to a street or counted in squares stays so.
"""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from domain import currency
from domain.errors import Invalid
from domain.filters import Filters
from domain.people import Actor, Permission
from layers import catalogue
from layers.present import precision_words
from layers.selection import select_records
from layers.sight import Sight

ASKED: Final = ("safe_places", "premises", "annotations", "incidents", "touches")
"""Layers that are counted, strengths first; places are listed one by one."""
LARGEST: Final = 2_000_000_000.0
"""Square metres of the largest outline: a county."""
WIDE: Final = 10_000_000.0
"""Square metres from which on single records are counted and not read: none can be found by it."""


@dataclass(frozen=True)
class Line:
    """One layer within the outline: what it is called, what is there, and how finely it is seen."""

    title: str
    words: str
    precision: str


@dataclass(frozen=True)
class AreaCard:
    """What one reader may know of an area.

    ``places`` is the layer of places (EPSG:27700) that touch it; ``hectares`` its size; ``data``
    says from when the records are.
    """

    hectares: float
    places: gpd.GeoDataFrame
    lines: tuple[Line, ...]
    data: str


def card(session: Session, reader: Actor, outline: BaseGeometry, filters: Filters) -> AreaCard:
    """Return what ``reader`` may know within ``outline`` (EPSG:27700) in the period of ``filters``.

    Raises
    ------
    NotPermitted
        The reader may not read places.
    Invalid
        The outline is no area, or larger than a county.
    """
    reader.must(Permission.SEE_PLACES)
    if not 0 < outline.area <= LARGEST:
        raise Invalid("Draw an area, no larger than a county.")
    seen = [each for each in ASKED if catalogue.sight(reader, each) is not Sight.NONE]
    return AreaCard(
        hectares=outline.area / 10_000,
        places=_within(session, reader, "places", outline, Filters()),
        lines=tuple(_line(session, reader, name, outline, filters) for name in seen),
        data=currency.line(session, reader).words(),
    )


def _within(
    session: Session, reader: Actor, name: str, outline: BaseGeometry, filters: Filters
) -> gpd.GeoDataFrame:
    west, south, east, north = outline.bounds
    found = catalogue.read(session, reader, name, (west, south, east, north), filters)
    return found[shapely.intersects(found.geometry.to_numpy(), outline)]


def _line(
    session: Session, reader: Actor, name: str, outline: BaseGeometry, filters: Filters
) -> Line:
    layer, seen = catalogue.check(reader, name)
    if layer.held is not None and seen is not Sight.CELL and outline.area > WIDE:
        standing, chosen = select_records(session, reader, layer.held, filters)
        count = int(np.count_nonzero(chosen.chosen & standing.within(outline)))
        return Line(layer.title_for(reader), _number(count), precision_words(seen))
    found = _within(session, reader, name, outline, filters)
    words = _in_squares(found, outline) if seen is Sight.CELL else _number(len(found))
    return Line(layer.title_for(reader), words, precision_words(seen))


def _in_squares(found: gpd.GeoDataFrame, outline: BaseGeometry) -> str:
    """Count what lies in squares that are wholly inside; a part of a square is not told of."""
    whole = found[shapely.covered_by(found.geometry.to_numpy(), outline)]
    edge = len(found) - len(whole)
    said = (
        f"about {int(whole['count'].sum()):,} in {len(whole)} squares that lie wholly inside"
        if len(whole)
        else "too few to show in squares that lie wholly inside"
    )
    return f"{said}; {edge} more on the edge are left out" if edge else said


def _number(count: int) -> str:
    return "none that you may see" if count == 0 else f"{count:,}"
