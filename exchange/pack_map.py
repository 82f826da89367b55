"""The map of a pack: a place in its surroundings, of the layers that its reader may see."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from domain.people import Actor
from domain.place_card import PlaceCard
from domain.visibility import STREET as SQUARE
from exchange import paper_map
from exchange.pack_content import Picture
from exchange.paper_map import Ground, Paper
from geo.space import Box
from layers import catalogue, present
from layers.layer import Layer
from layers.sight import Sight
from layers.symbols import Look, swatch_svg

WIDE, TALL = 1_820, 1_240
"""Size of the drawing in tenths of a millimetre."""
SCALES: Final = (2_500, 5_000, 10_000, 25_000, 50_000, 75_000, 100_000, 250_000)
AROUND = 140.0
"""Metres of ground at least on every side of the place."""
WITH: Final = ("places", "premises")
"""What is drawn beside the place, where the reader may see it: as on the place's own page.

Beside a neutral name no premises are named: one next to the place gives its own name away.
"""
EDGES: Final = "partnership"
WARDS: Final = "wards"
MOST = 12
SO_MANY = 24
"""Marks of a layer that are drawn at most: around a place, and in a whole area."""
STREETS = 50_000
"""Scale from which on streets are too fine to be drawn."""
EDGE, HOT = "#5c5852", "#c2571a"
PLACE: Final = "#9a3412"
MARK = 56.0
"""Side of a mark in tenths of a millimetre."""
Spot: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"


@dataclass(frozen=True)
class Drawn:
    """A map: its picture, its scale (1 to so many), how finely it shows, and the rows it drew.

    ``frames`` are the layers as the reader may see them, the place among its own.
    """

    picture: Picture
    scale: int
    notes: tuple[str, ...]
    markings: frozenset[str]
    rows: dict[str, int]
    frames: dict[str, gpd.GeoDataFrame]


def drawn_with(card: PlaceCard) -> tuple[str, ...]:
    """Return the layers that are drawn beside a place."""
    return WITH[:1] if card.neutral else WITH


def draw(session: Session, reader: Actor, card: PlaceCard, ground: Path | Ground | None) -> Drawn:
    """Draw the place of ``card`` and what ``reader`` may see around it, 182 x 124 mm."""
    shape = _shape(card)
    scale, box = extent(shape)
    paper = Paper(box, WIDE, TALL)
    paper_map.streets(paper, ground)
    legend = [(_area(), _own_words(card))]
    legend += _edges(session, reader, paper)
    step = paper_map.grid(paper)
    _outline(paper, shape, card)
    notes, markings, taken = [], set[str](), list[Spot]()
    rows: dict[str, int] = {}
    frames: dict[str, gpd.GeoDataFrame] = {}
    for name in drawn_with(card):
        if catalogue.sight(reader, name) is Sight.NONE:
            continue
        layer, seen = catalogue.check(reader, name)
        found = catalogue.read(session, reader, name, box)
        around = found if name != "places" else found[found.index != card.id]
        shown = _there(paper, present.presented(layer, seen, around))
        legend += _marks(paper, layer, shown, len(legend), taken)
        rows[name], frames[name] = len(around), found
        notes.append(f"{layer.title_for(reader)}: {present.precision_words(seen)}")
        markings |= set(around["marking"]) if "marking" in around else set()
    paper_map.scale_and_north(paper, step)
    picture = Picture(paper.svg(), _alt(card, rows, scale), WIDE / 10, tuple(legend))
    return Drawn(picture, scale, tuple(notes), frozenset(markings), rows, frames)


def draw_area(
    session: Session,
    reader: Actor,
    area: tuple[str, BaseGeometry],
    hot: gpd.GeoDataFrame,
    ground: Path | Ground | None,
) -> Drawn:
    """Draw an area (its name and outline) with its places and hot cells; 182 x 124 mm."""
    name, outline = area
    scale, box = extent(outline)
    paper = Paper(box, WIDE, TALL)
    if scale <= STREETS:
        paper_map.streets(paper, ground)
    if catalogue.sight(reader, WARDS) is not Sight.NONE:
        paper_map.edges(paper, catalogue.read(session, reader, WARDS, box).geometry)
    for each in hot.geometry:
        paper.path(each, fill=HOT, fill_opacity=0.35, stroke=HOT, stroke_width=3)
    step = paper_map.grid(paper)
    paper.path(shapely.boundary(outline), fill="none", stroke=EDGE, stroke_width=9)
    legend = [(swatch_svg(Look(EDGE, shape="", weight=3), "line"), f"The edge of {name}.")]
    if catalogue.sight(reader, WARDS) is not Sight.NONE:
        dashed = Look("#8a7f70", shape="", dash="6 4")
        legend.append((swatch_svg(dashed, "line"), "Edges of wards."))
    if len(hot):
        look = Look(HOT, shape="", weight=1, fill=0.35)
        legend.append((swatch_svg(look, "area"), "Cells with more records than chance would put."))
    layer, seen = catalogue.check(reader, "places")
    found = catalogue.read(session, reader, "places", box)
    inside = found[shapely.intersects(found.geometry.to_numpy(), outline)]
    shown = _there(paper, present.presented(layer, seen, inside))
    legend += _marks(paper, layer, shown, len(legend), [], most=SO_MANY)
    paper_map.scale_and_north(paper, step)
    alt = (
        f"Map of {name} at a scale of 1 to {scale:,} with {len(inside)} places of concern and "
        f"{len(hot)} cells with many records. The list below names each mark."
    )
    picture = Picture(paper.svg(), alt, WIDE / 10, tuple(legend))
    notes = (f"{layer.title_for(reader)}: {present.precision_words(seen)}",)
    rows = {"places": len(inside)}
    return Drawn(picture, scale, notes, frozenset(inside["marking"]), rows, {"places": inside})


def extent(shape: BaseGeometry) -> tuple[int, Box]:
    """Return the largest round scale at which ``shape`` lies on the page, and the page's box."""
    west, south, east, north = shapely.bounds(shape).tolist()
    wide, tall = east - west + 2 * AROUND, north - south + 2 * AROUND
    fits = (each for each in SCALES if wide <= _metres(WIDE, each) and tall <= _metres(TALL, each))
    scale = next(fits, SCALES[-1])
    x, y = (west + east) / 2, (south + north) / 2
    half = _metres(WIDE, scale) / 2, _metres(TALL, scale) / 2
    return scale, (x - half[0], y - half[1], x + half[0], y + half[1])


def _metres(tenths: float, scale: int) -> float:
    """Return the ground that so many tenths of a millimetre show."""
    return tenths * scale / 10_000


def _shape(card: PlaceCard) -> BaseGeometry:
    """Return the outline that the card shows: the place's own, or its square of 100 m."""
    if card.shape is not None:
        return card.shape
    return shapely.box(
        *(card.spot.x - SQUARE / 2, card.spot.y - SQUARE / 2),
        *(card.spot.x + SQUARE / 2, card.spot.y + SQUARE / 2),
    )


def _outline(paper: Paper, shape: BaseGeometry, card: PlaceCard) -> None:
    dash = {"stroke_dasharray": "24 16"} if card.shape is None else {}
    if shape.geom_type.endswith("Point"):
        for x, y in paper.at(shapely.get_coordinates(shape)):
            paper.parts.append(
                f'<circle cx="{x:.0f}" cy="{y:.0f}" r="30" fill="{PLACE}" fill-opacity="0.2" '
                f'stroke="{PLACE}" stroke-width="9"/>'
            )
    else:
        flat = shape.geom_type.endswith("Polygon")
        paper.path(shape, fill=PLACE if flat else "none", fill_opacity=0.14, stroke=PLACE,
                   stroke_width=10, **dash)  # fmt: skip


def _own_words(card: PlaceCard) -> str:
    if card.shape is None:
        return f"{card.name}: somewhere in this square of {SQUARE:.0f} m."
    return f"{card.name}: its outline as it was drawn."


def _area() -> str:
    return swatch_svg(Look(PLACE, shape="", weight=3, fill=0.14), "area")


def _edges(session: Session, reader: Actor, paper: Paper) -> list[tuple[str, str]]:
    """Draw the partnership's boundary where it crosses the map and the reader may see it."""
    if catalogue.sight(reader, EDGES) is Sight.NONE:
        return []
    found = catalogue.read(session, reader, EDGES, paper.box)
    lines = shapely.boundary(found.geometry.to_numpy())
    if not shapely.intersects(lines, shapely.box(*paper.box)).any():
        return []
    paper_map.edges(paper, found.geometry)
    look = Look("#8a7f70", shape="", dash="6 4")
    return [(swatch_svg(look, "line"), "The boundary of the partnership.")]


def _there(paper: Paper, shown: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the records whose mark lies on the map, with its ``spot`` (EPSG:27700)."""
    spots = shapely.point_on_surface(shown.geometry.to_numpy())
    inside = shapely.within(spots, shapely.box(*paper.box))
    return shown[inside].assign(spot=spots[inside])


def _marks(
    paper: Paper,
    layer: Layer,
    there: gpd.GeoDataFrame,
    used: int,
    taken: list[Spot],
    *,
    most: int = MOST,
) -> list[tuple[str, str]]:
    """Draw the records of a layer, numbered as the legend tells them."""
    legend = []
    for number, (_, row) in enumerate(there[:most].iterrows(), used):
        look = _look(layer, number)
        (at,) = paper.at(shapely.get_coordinates(row["spot"]))
        paper.parts.append(_mark(look, _free(at, taken)))
        legend.append((swatch_svg(look), _said(row)))
    if len(there) > most:
        legend.append((swatch_svg(layer.look), f"{len(there) - most} more that are not drawn."))
    return legend


def _free(at: Spot, taken: list[Spot]) -> Spot:
    """Return the spot for a mark: its own, or the next beside it that holds no other yet."""
    edge = MARK / 2
    spot = np.clip(at, edge, [WIDE - edge, TALL - edge])
    while any(np.abs(spot - each).max() < MARK - 6 for each in taken):
        spot = spot + np.array([MARK - 4, 0.0])
    taken.append(spot)
    return spot


def _look(layer: Layer, number: int) -> Look:
    return Look(layer.look.colour, layer.look.shape, letter=str(number), size=layer.look.size)


def _mark(look: Look, at: Spot) -> str:
    """Return a mark of 5 mm at a spot of the page."""
    inside = swatch_svg(look).replace("<svg ", f'<svg width="{MARK:.0f}" height="{MARK:.0f}" ', 1)
    return f'<g transform="translate({at[0] - MARK / 2:.0f} {at[1] - MARK / 2:.0f})">{inside}</g>'


def _said(row: "pd.Series[str]") -> str:
    return ". ".join(filter(None, (row["label"], row["detail"])))


def _alt(card: PlaceCard, rows: dict[str, int], scale: int) -> str:
    near = rows.get("places", 0)
    others = "No other place of concern" if not near else f"{near} other places of concern"
    return (
        f"Map of {card.name} at a scale of 1 to {scale:,}, with streets and the lines of the "
        f"National Grid. {others} on it. The list below names each mark."
    )
