"""The slider through time: when it is offered, and over which months."""

import streamlit as st

from domain import currency
from layers import catalogue
from layers.timeline import Timeline, months_between
from screens import desk
from screens.map_state import MapState


def offer(state: MapState) -> None:
    """Offer the slider, and say which layers follow it."""
    st.toggle("Slider through time on the map", key="timeline")
    if not st.session_state.get("timeline"):
        return
    moving = [name for name in state.layers if catalogue.CATALOGUE[name].held]
    if not moving:
        st.info("Put incidents or missing episodes on the map: they follow the slider.")
    elif len(moving) < len(state.layers):
        st.caption("Incidents and missing episodes follow the slider. Other layers stay.")


def slider(state: MapState) -> list[Timeline]:
    """Return the slider for the map, over the months that the filters leave."""
    if not st.session_state.get("timeline"):
        return []
    with desk.reading() as (session, actor):
        line = currency.line(session, actor)
    if line.oldest is None or line.newest is None:
        return []
    first = max(filter(None, [line.oldest, state.filters.since]))
    last = min(filter(None, [line.newest, state.filters.until]))
    months = months_between(first, last)
    return [Timeline(months)] if months else []
