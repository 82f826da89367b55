"""A layer's vector tile, as one reader may see it: the same reading as the list beside the map."""

import geopandas as gpd
import pandas as pd
from sqlalchemy.orm import Session

from domain.filters import Filters
from domain.people import Actor
from geo import tiling
from geo.space import WEB_MERCATOR, Floats, mercator_from_bng, to_mercator
from layers import catalogue, present
from layers.layer import Layer
from layers.sight import middles

CROWDED = 1_500
"""More single points than this in a tile are drawn together, so that a tile stays small."""
LATTICE = 48
"""Squares along a tile's side in which crowded points are counted."""


def tile(
    session: Session,
    actor: Actor,
    layer: Layer,
    at: tuple[int, int, int],
    filters: Filters,
    *,
    colour: str = "",
) -> bytes:
    """Return the tile ``at`` (z, x, y) as MVT 2.1: ``look``, ``fade``, ``label``, ``detail``.

    Where points are crowded they are counted on a lattice: ``n`` says how many a mark stands for.
    """
    seen = catalogue.sight(actor, layer.name)
    frame = catalogue.read(session, actor, layer.name, tiling.tile_box_bng(*at), filters)
    if len(frame) > CROWDED and not seen.is_count:
        look = present.look_names(layer, seen, frame, colour)
        x, y = mercator_from_bng(*middles(frame))
        return tiling.encode(layer.name, together(x, y, look, at), *at)
    return tiling.encode(
        layer.name, to_mercator(present.presented(layer, seen, frame, colour)), *at
    )


def together(
    x: Floats, y: Floats, look: "pd.Series[str]", at: tuple[int, int, int]
) -> gpd.GeoDataFrame:
    """Draw the points of a tile as one mark a lattice square, with ``n`` and its commonest look.

    ``x`` and ``y`` in EPSG:3857, shape (n,); a point in the tile's margin is not counted.
    """
    west, south, east, north = tiling.tile_box(*at)
    step = (east - west) / LATTICE
    inside = (x >= west) & (x < east) & (y >= south) & (y < north)
    square = ((y - south) // step).astype(int) * LATTICE + ((x - west) // step).astype(int)
    points = pd.DataFrame({"square": square, "look": look.to_numpy(), "x": x, "y": y})[inside]
    grouped = points.groupby("square").agg(n=("x", "size"), x=("x", "mean"), y=("y", "mean"))
    by_look = points.value_counts(["square", "look"]).reset_index()
    commonest = by_look.drop_duplicates("square").set_index("square")["look"]
    return gpd.GeoDataFrame(
        {
            "look": commonest.reindex(grouped.index),
            "fade": 1.0,
            "label": grouped["n"].map("{:,} records".format),
            "detail": "Zoom in to see each",
            "n": grouped["n"],
        },
        geometry=gpd.points_from_xy(grouped["x"], grouped["y"]),
        crs=WEB_MERCATOR,
    )
