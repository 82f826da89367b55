"""What the map shows, made of readings that are kept until something changes."""

from functools import lru_cache

import geopandas as gpd
import shapely
import streamlit as st

from domain import areas, matching
from domain.areas import AreaKind
from domain.filters import Filters
from domain.people import Actor
from geo.space import to_wgs84
from layers import canvas, catalogue, live, present
from layers.layer import Layer
from layers.listing import Listing
from screens import desk
from screens.map_state import MapState

UNDER = ("partnership", "wards", "lsoas", "beats")
"""Boundaries: under all else, and not for pressing."""
BRITAIN = canvas.View(54.0, -2.5, 6, (6, 19))


def reading(name: str, asked: Filters) -> gpd.GeoDataFrame:
    """Read a layer as the person at the desk may see it (EPSG:27700); anew after any change."""
    with desk.reading() as (session, actor):
        # what held until yesterday is gone today
        moment = (*catalogue.revision(session, name), matching.today().toordinal())
    return _reading(name, actor.scope, asked.to_query(), moment, actor, asked)


@st.cache_data(max_entries=96, show_spinner=False)
def _reading(
    name: str,
    scope: str,  # noqa: ARG001 - a part of the key, as are the next two
    query: str,  # noqa: ARG001
    moment: tuple[int, ...],  # noqa: ARG001
    _actor: Actor,
    _asked: Filters,
) -> gpd.GeoDataFrame:
    """Keep a reading under the reader's whole scope, the filters and the tables' revisions."""
    with desk.store().reading() as session:
        return catalogue.read(session, _actor, name, None, _asked)


def shown(layer: Layer, state: MapState, actor: Actor) -> gpd.GeoDataFrame:
    """Return the layer as it reads to a person: ``look``, ``fade``, ``label``, ``detail``, BNG."""
    seen = catalogue.sight(actor, layer.name)
    frame = reading(layer.name, state.filters)
    return present.presented(layer, seen, frame, state.colour(layer.name))


def legend(layer: Layer, state: MapState, actor: Actor, colour: str) -> present.Legend:
    """Return what is drawn of a layer and what it means."""
    if layer.tiled:
        with desk.reading() as (session, who):
            return Listing(session, who, layer, state.filters).legend(colour)
    seen = catalogue.sight(actor, layer.name)
    return present.legend(layer, seen, reading(layer.name, state.filters), colour)


def count(layer: Layer, state: MapState) -> int:
    """Return how many entries the list of a layer has."""
    if layer.tiled:
        with desk.reading() as (session, who):
            return len(Listing(session, who, layer, state.filters))
    return len(reading(layer.name, state.filters))


def page(layer: Layer, state: MapState, actor: Actor, first: int, entries: int) -> gpd.GeoDataFrame:
    """Return some entries of the list of a layer, from the ``first`` on."""
    if layer.tiled:
        with desk.reading() as (session, who):
            told = Listing(session, who, layer, state.filters)
            return told.page(first, entries, state.colour(layer.name))
    return shown(layer, state, actor).iloc[first : first + entries]


def items(state: MapState, actor: Actor) -> list[canvas.Item]:
    """Return what the map draws, from the bottom up: boundaries, areas, then single records."""
    order = {name: -index for index, name in enumerate(catalogue.CATALOGUE)}
    wanted = sorted(state.layers, key=lambda name: (name not in UNDER, order[name]))
    return [item(catalogue.CATALOGUE[name], state, actor) for name in wanted]


def item(layer: Layer, state: MapState, actor: Actor) -> canvas.Item:
    """Draw a layer as tiles where it may be large, else feature by feature."""
    seen = catalogue.sight(actor, layer.name)
    if layer.name in UNDER:
        return canvas.Tiles(layer.name, address(layer, ""), layer.look, pane="areas", press=False)
    colour = state.colour(layer.name)
    looks = present.looks(layer, seen, colour)
    if layer.tiled:
        query = "&".join(filter(None, [state.filters.to_query(), f"colour={colour}"]))
        pane = "areas" if seen.is_count else "tiles"
        url = address(layer, query)
        return canvas.Tiles(layer.name, url, looks, by="look", tip=("label", "detail"), pane=pane)
    return live.item(layer, actor, reading(layer.name, state.filters), state.filters, colour)


def address(layer: Layer, query: str) -> str:
    """Return where the browser fetches the tiles of a layer, as `api.tiles` serves them."""
    return f"/tiles/{layer.name}/{{z}}/{{x}}/{{y}}.mvt?{query}"


def home() -> canvas.View:
    """Return where the map opens: the partnership's area, or Britain where none is known."""
    with desk.reading() as (session, actor):
        known = areas.frame(session, actor, AreaKind.PARTNERSHIP)
    return BRITAIN if known.empty else _around(tuple(known.total_bounds.tolist()))


@lru_cache(maxsize=8)
def _around(box: tuple[float, float, float, float]) -> canvas.View:
    west, south, east, north = box
    middle = gpd.GeoSeries([shapely.Point((west + east) / 2, (south + north) / 2)], crs=27700)
    point = to_wgs84(middle).iloc[0]
    zoom = 14 if max(east - west, north - south) < 9_000 else 11
    return canvas.View(point.y, point.x, zoom, (6, 19))


def chosen(state: MapState, actor: Actor) -> list[canvas.Item]:
    """Return what marks the chosen record and brings it into view, once for each choice."""
    if state.picked is None:
        return []
    name, number = state.picked
    marked: list[canvas.Item] = [canvas.Chosen(name, number)]
    box = box_of(name, number, state, actor)
    asked = st.session_state.get("go_to")
    if box is not None and asked and asked[:2] == state.picked:
        marked.append(canvas.GoTo(box, mark="/".join(map(str, asked))))
    return marked


def box_of(
    name: str, number: str, state: MapState, actor: Actor
) -> tuple[float, float, float, float] | None:
    """Return the box of one record in degrees, or None where it is not shown to this reader."""
    row = row_of(name, number, state, actor)
    if row is None:
        return None
    west, south, east, north = to_wgs84(row.geometry).total_bounds.tolist()
    return west, south, east, north


def row_of(name: str, number: str, state: MapState, actor: Actor) -> gpd.GeoDataFrame | None:
    """Return one record of a layer as it reads to this person, or None."""
    layer = catalogue.CATALOGUE[name]
    if layer.tiled:
        row = _record(layer, number, state)
    else:
        frame = shown(layer, state, actor)
        row = frame[frame.index.astype(str) == number]
    return None if row.empty else row


def _record(layer: Layer, number: str, state: MapState) -> gpd.GeoDataFrame:
    asked = int(number) if number.isdecimal() and number.isascii() else -1
    with desk.reading() as (session, who):
        told = Listing(session, who, layer, state.filters)
        return told.record(asked, state.colour(layer.name))
