"""What we know of an area: chosen by name or drawn on the map, at the reader's own sight."""

from html import escape

import geopandas as gpd
import pandas as pd
import streamlit as st
from shapely.geometry.base import BaseGeometry
from streamlit_folium import st_folium

from domain import areas, codes
from domain.areas import AreaKind
from domain.filters import Filters, day_words
from domain.status import Status
from geo.space import to_wgs84
from layers import area_card, canvas, catalogue
from layers.area_card import AreaCard
from layers.sight import Sight
from layers.symbols import Look
from screens import desk, map_ground, map_state, map_view, place_state
from screens.admin_desk import quiet
from screens.map_draw import in_bng
from screens.note_form import sentence

NAMED, DRAWN = "By name", "Draw it"
LABEL = "Map of the area and the places in it. The text beside it says what is there."
LOOK = {"area": Look("#1d4f5c", "", weight=3, fill=0.1)}
SHAPE, TURN, LAST = "area_drawn", "area_turn", "area_act"


def show() -> None:
    """Let an area be chosen or drawn, and say what we know of it."""
    st.html('<p class="sg-entry">Choose an area or draw one. You see what the map shows you, and '
            "no more.</p>")  # fmt: skip
    left, right = st.columns([2, 3], gap="large")
    with left:
        way = st.segmented_control("Which area?", [NAMED, DRAWN], default=NAMED, key="area_way",
                                   required=True)  # fmt: skip
        shape = named() if way == NAMED else st.session_state.get(SHAPE)
        if way == DRAWN and shape is None:
            st.info("Draw it on the map: the tool is at its left edge.", icon=":material/draw:")
    with right:
        ground(shape, drawing=way == DRAWN)
    if shape is not None:
        with left:
            known(shape)


def named() -> BaseGeometry | None:
    """Ask for a ward, a small area or a beat."""
    with desk.reading() as (session, actor):
        there = areas.kinds(session, actor)
        kinds = [each for each in AreaKind if each in there]
        kind = st.selectbox("Kind", kinds, format_func=lambda each: sentence(each.value),
                            index=kinds.index(AreaKind.WARD) if AreaKind.WARD in kinds else 0,
                            key="area_kind") if kinds else None  # fmt: skip
        if kind is None:
            st.info("No boundaries are known yet. An administrator brings them in.")
            return None
        found = areas.frame(session, actor, kind)
    number = st.selectbox(
        "Area", list(found.index), format_func=found["name"].to_dict().get, index=None,
        key=f"area_of_{kind.value}", placeholder="Choose",
    )  # fmt: skip
    return None if number is None else found.geometry[number]


def ground(shape: BaseGeometry | None, *, drawing: bool) -> None:
    """Draw the area, and take what is drawn on the map."""
    view = st.session_state.setdefault("area_view", map_view.home())
    turn = int(st.session_state.get(TURN, 1))
    tools = canvas.Drawing(turn, ("area",)) if drawing else None
    with st.container(key="area_map"):
        told = st_folium(
            canvas.base(map_ground.ground(), view, label=LABEL),
            feature_group_to_add=canvas.overlay(*places(), *outline(shape), tools),
            returned_objects=[],
            key="area_canvas",
            height=420,
            use_container_width=True,
        )
    act = canvas.heard(told)
    if act is None or act.at == st.session_state.get(LAST):
        return
    st.session_state[LAST] = act.at
    if isinstance(act, canvas.Drawn) and drawing and act.turn == turn:
        st.session_state[SHAPE] = in_bng(act.shape)
        st.rerun()
    if isinstance(act, canvas.Cleared) and act.turn == turn:
        st.session_state.pop(SHAPE, None)
        st.rerun()


def places() -> list[canvas.Item]:
    """Return the layer of places as this reader sees it."""
    actor = desk.actor()
    if catalogue.sight(actor, "places") is Sight.NONE:
        return []
    state = map_state.MapState((), Filters())
    return [map_view.item(catalogue.CATALOGUE["places"], state, actor)]


def outline(shape: BaseGeometry | None) -> list[canvas.Item]:
    """Draw the edge of the area, and bring it into view."""
    if shape is None:
        return []
    frame = gpd.GeoDataFrame({"kind": ["area"]}, geometry=[shape], crs=27700)
    around = to_wgs84(frame.geometry.buffer(100)).total_bounds.tolist()
    box = west, south, east, north = tuple(round(each, 5) for each in around)
    return [
        canvas.Shapes("area", to_wgs84(frame), LOOK, by="kind", press=False),
        canvas.GoTo((west, south, east, north), zoom=16, mark=f"area {box}"),
    ]


def known(shape: BaseGeometry) -> None:
    """Say what we know of the area."""
    with desk.shown_errors():
        with desk.reading() as (session, actor):
            found = area_card.card(session, actor, shape, Filters())
        card(found)


def card(found: AreaCard) -> None:
    """Write the card: strengths and worries of the same weight, and from when it is."""
    rows = "".join(
        f"<dt>{escape(each.title)}</dt><dd>{escape(each.words)}"
        f'<br><span class="sg-quiet">{escape(each.precision)}</span></dd>'
        for each in found.lines
    )
    st.html(
        f'<div class="sg-minutes"><h2>What we know of this area</h2>'
        f'<p class="sg-quiet">{found.hectares:,.1f} hectares</p>{listed(found.places)}'
        f'<dl class="sg-facts">{rows}</dl></div>'
    )
    quiet(f"No mark does not mean safe. {found.data}")


def listed(found: gpd.GeoDataFrame) -> str:
    """List the places, each with the way to it."""
    if found.empty:
        return "<p>No place of concern is known here. That is not the same as safe.</p>"
    types = codes.current().place_types
    rows = "".join(
        f'<li><a class="sg-link" href="{place_state.address(int(number))}" target="_self">'
        f"{escape(row.name)}</a><span>{escape(sentence(types.label(row.place_type)))}</span>"
        f'<span><span class="sg-state">{escape(sentence(Status(row.status).words))}</span> '
        f'<span class="sg-quiet">{last(row.last_evidence)}</span></span></li>'
        for number, row in zip(found.index, found.itertuples(index=False), strict=True)
    )
    return f'<ul class="sg-rows">{rows}</ul>'


def last(value: object) -> str:
    """Say when the last evidence is from."""
    at = pd.to_datetime(str(value), errors="coerce")
    return "no evidence yet" if pd.isna(at) else f"evidence of {day_words(at.date())}"
