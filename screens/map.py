"""The map and the list beside it: browse, filter, search, choose, draw."""

import streamlit as st
from streamlit_folium import st_folium

from layers import canvas
from screens import (
    desk,
    map_draw,
    map_ground,
    map_panel,
    map_share,
    map_state,
    map_time,
    map_view,
    map_welcome,
)
from screens.map_state import MapState

actor = desk.actor()
state = map_state.current(actor)


def deal_with(act: canvas.Act, state: MapState) -> None:
    """Turn what was done on the map into a new state of the page."""
    match act:
        case canvas.Picked(layer=name, id=number) if name in state.layers:
            map_panel.choose(state, name, number, move=False)
        case canvas.Spot() if not map_draw.is_open():
            map_panel.drop_pin(act.latitude, act.longitude)
        case canvas.Drawn(turn=turn, shape=shape, tool=tool) if turn == map_draw.turn():
            map_draw.take(shape, tool)
        case canvas.Cleared():
            map_draw.take(None)
        case canvas.Viewed():
            map_share.take(act)


if "first_view" not in st.session_state and state.picked and not state.view:
    st.session_state["go_to"] = (*state.picked, 0)  # a link to a record opens on it
first_view = st.session_state.setdefault("first_view", state.view or map_view.home())
# decided once: the address loses its view with the first act, and the map must not change with it
remember = st.session_state.setdefault("remember_view", "" if state.view else actor.scope)

with st.container(horizontal=True, key="workbench"):
    map_box, panel_box = st.container(key="map"), st.container(key="panel")

with panel_box:
    under = map_ground.ground()
    map_welcome.show(actor)
    state = map_panel.show(state, actor)
map_state.keep(state)

with map_box:
    told = st_folium(
        canvas.base(under, first_view, remember=remember),
        feature_group_to_add=canvas.overlay(
            *map_view.items(state, actor),
            *map_view.chosen(state, actor),
            *map_panel.marks(),
            *map_share.moved(),
            map_draw.tools(),
            *map_time.slider(state),
        ),
        returned_objects=[],
        key="map_canvas",
        height=640,
        use_container_width=True,
    )


act = canvas.heard(told)
if act is not None and act.at != st.session_state.get("dealt_with"):
    st.session_state["dealt_with"] = act.at
    deal_with(act, state)
