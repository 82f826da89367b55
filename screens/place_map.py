"""A small map of a place with what lies around it, at the reader's own precision."""

import geopandas as gpd
import streamlit as st
from streamlit_folium import st_folium

from domain.filters import Filters
from domain.place_card import PlaceCard
from geo.space import to_wgs84
from layers import canvas, catalogue
from layers.sight import Sight
from screens import desk, map_ground, map_state, map_view

AROUND = 120
"""Metres of ground that are shown around a place."""
LABEL = "Map of this place and the other places near it. The heading says where it lies."
WITH = ("places", "premises")
"""Layers that are drawn where the reader may see them."""


def show(card: PlaceCard) -> None:
    """Draw the place in its surroundings."""
    view = st.session_state.setdefault("place_view", map_view.home())
    with st.container(key="place_map"):
        st_folium(
            canvas.base(map_ground.ground(), view, label=LABEL),
            feature_group_to_add=canvas.overlay(
                *layers(card),
                canvas.Chosen("places", str(card.id)),
                canvas.GoTo(box(card), mark=f"place {card.id}", zoom=17),
            ),
            returned_objects=[],
            key="place_canvas",
            height=260,
            use_container_width=True,
        )


def layers(card: PlaceCard) -> list[canvas.Item]:
    """Return what this reader may see of places and of those who guard them.

    Beside a neutral name no premises are named: one next to the place gives its own name away.
    """
    actor = desk.actor()
    state = map_state.MapState((), Filters())
    return [
        map_view.item(catalogue.CATALOGUE[name], state, actor)
        for name in (WITH[:1] if card.neutral else WITH)
        if catalogue.sight(actor, name) is not Sight.NONE
    ]


def box(card: PlaceCard) -> canvas.LonLatBox:
    """Return the place and the ground around it, in degrees."""
    shape = card.spot if card.shape is None else card.shape
    around = gpd.GeoSeries([shape.buffer(AROUND)], crs=27700)
    west, south, east, north = to_wgs84(around).total_bounds.tolist()
    return west, south, east, north
