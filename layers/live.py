"""A layer that open maps follow: where they ask, and the item as it is by then."""

import geopandas as gpd
from sqlalchemy.orm import Session

from domain.errors import NotFound
from domain.filters import Filters
from domain.people import Actor
from geo.space import to_wgs84
from layers import canvas, catalogue, present
from layers.layer import Layer


def address(layer: Layer, filters: Filters, colour: str) -> str:
    """Return where an open map asks for the layer, as `api.live` serves it; "" for all others."""
    if not layer.live:
        return ""
    query = "&".join(filter(None, [filters.to_query(), f"colour={colour}"]))
    return f"/live/{layer.name}?{query}"


def item(
    layer: Layer, actor: Actor, frame: gpd.GeoDataFrame, filters: Filters, colour: str
) -> canvas.Shapes:
    """Return a layer as the map draws it feature by feature, from what was read of it."""
    seen = catalogue.sight(actor, layer.name)
    shown = present.presented(layer, seen, frame, colour)
    if "sketch" in frame:
        shown["sketch"] = frame["sketch"]
    return canvas.Shapes(
        layer.name,
        to_wgs84(shown),
        present.looks(layer, seen, colour),
        by="look",
        tip=("label", "detail"),
        fade="fade",
        pane="areas" if layer.reader is not None or seen.is_count else "shapes",
        sketch="sketch" if "sketch" in shown else None,
        live=address(layer, filters, colour),
    )


def check(actor: Actor, name: str) -> Layer:
    """Return a layer that is followed.

    Raises
    ------
    NotFound, NotPermitted
        There is none of that name that maps follow; the actor may not see it.
    """
    layer, _ = catalogue.check(actor, name)
    if not layer.live:
        raise NotFound("Nothing of this layer is followed.")
    return layer


def read(session: Session, actor: Actor, name: str, filters: Filters, colour: str) -> str:
    """Return a followed layer as it is now, as JSON for the map.

    Raises
    ------
    NotFound, NotPermitted
        As in `check`.
    """
    layer = check(actor, name)
    frame = catalogue.read(session, actor, name, None, filters)
    return canvas.as_json(item(layer, actor, frame, filters, colour))
