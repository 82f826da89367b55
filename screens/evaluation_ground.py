"""Where an evaluation counts: a place's outline, a ring of metres, or what is drawn on the map."""

from collections.abc import Sequence

import shapely
import streamlit as st
from shapely.geometry.base import BaseGeometry

from domain import evaluation_setting, places
from domain.evaluation_setting import Setting
from layers import canvas
from screens import desk, evaluation_list
from screens.admin_desk import quiet
from screens.evaluation_state import kept, key
from screens.map_draw import in_bng, in_wgs84

KEPT, OWN, PLACE, DRAWN, METRES, NONE = (
    "As it is now", "Its outline", "A place", "Draw it", "A ring around it", "Nothing",
)  # fmt: skip
AREA, RING, COMPARISON = "area", "ring", "comparison"
WIDTH = 200
"""Metres that a ring begins with."""


def area(place: int | None, before: Setting | None) -> tuple[BaseGeometry | None, int | None]:
    """Ask for the plan's area; return it and the place that the plan is about."""
    names = evaluation_list.names()
    about = place if place in names else None if before is None else before.place_id
    place_id = st.selectbox(
        "Place that the plan is about", list(names), index=None, key=kept("place", about),
        format_func=names.get, placeholder="None: an area of its own",
    )  # fmt: skip
    sources = [*([KEPT] if before else []), *([OWN] if place_id else []), DRAWN]
    source = choose("The plan's area", sources, AREA)
    if source == KEPT:
        return before.area, place_id
    if source == OWN:
        quiet("The place's outline, with the margin within which records count as its own.")
        return outline([place_id]), place_id
    return by_hand(AREA), place_id


def ring(before: Setting | None) -> tuple[BaseGeometry | None, int]:
    """Ask where it could move to; return an outline or a width in metres."""
    held = before is not None and before.ring is not None
    sources = [*([KEPT] if held else []), METRES, PLACE, DRAWN, NONE]
    source = choose("Where it could move to", sources, RING)
    if source == KEPT:
        return before.ring, before.ring_metres
    if source == METRES:
        most = evaluation_setting.MOST_RING
        return None, int(st.number_input("Metres around it", 25, most, step=25,
                                         key=kept("metres", WIDTH)))  # fmt: skip
    if source == PLACE:
        return some_places("Places next door", "ring_places"), 0
    return (by_hand(RING), 0) if source == DRAWN else (None, 0)


def choose(label: str, sources: Sequence[str], name: str) -> str:
    """Ask from where an outline comes; begins with the first, and stays where it can."""
    at = key(f"source {name}")
    if st.session_state.get(at) not in sources:
        st.session_state[at] = sources[0]
    return str(st.segmented_control(label, sources, key=at, required=True, wrap=True))


def some_places(label: str, name: str) -> BaseGeometry | None:
    """Ask for places and return their outlines as one."""
    names = evaluation_list.names()
    wanted = st.multiselect(label, list(names), format_func=names.get, key=kept(name, []),
                            placeholder="Choose")  # fmt: skip
    return outline(wanted) if wanted else None


def outline(numbers: Sequence[int]) -> BaseGeometry | None:
    """Return the outlines of places as one, each with its margin."""
    with desk.shown_errors(), desk.reading() as (session, actor):
        found = [places.find(session, actor, number) for number in numbers]
        return shapely.union_all([evaluation_setting.area_of(each) for each in found])
    return None


def by_hand(name: str) -> BaseGeometry | None:
    """Let an outline be drawn on the map; return it once it is there."""
    shape: BaseGeometry | None = st.session_state.get(key(f"drawn {name}"))
    now = st.session_state.setdefault(key("drawing"), name)
    if shape is None and now == name:
        st.info("Draw it on the map: the tool is at its left edge.", icon=":material/draw:")
    elif now != name:
        label = "Draw it on the map" if shape is None else "Change it on the map"
        if st.button(label, icon=":material/draw:", key=key(f"draw {name}")):
            begin(name, shape)
    if shape is not None:
        quiet(f"Drawn: {shape.area / 10_000:,.1f} hectares.")
    return shape


def begin(name: str, shape: BaseGeometry | None) -> None:
    """Take up the tools for one outline; what was drawn of it before is there to be changed."""
    st.session_state[key("drawing")] = name
    st.session_state[key("drawing turn")] = turn() + 1
    st.session_state[key("drawing first")] = None if shape is None else in_wgs84(shape)
    st.rerun()


def turn() -> int:
    """Return the number of this drawing; another one clears the map's own."""
    return int(st.session_state.get(key("drawing turn"), 1))


def drawing() -> canvas.Drawing | None:
    """Return the tools for the map while an outline is drawn by hand."""
    name = st.session_state.get(key("drawing"))
    if name is None or st.session_state.get(key(f"source {name}")) != DRAWN:
        st.session_state.pop(key("drawing"), None)
        return None
    return canvas.Drawing(turn(), ("area",), shape=st.session_state.get(key("drawing first")))


def take(act: canvas.Drawn | canvas.Cleared) -> None:
    """Keep what was drawn, or forget it."""
    name = st.session_state.get(key("drawing"))
    if name is None or act.turn != turn():
        return
    if isinstance(act, canvas.Drawn):
        st.session_state[key(f"drawn {name}")] = in_bng(act.shape)
    else:
        st.session_state.pop(key(f"drawn {name}"), None)
    st.rerun()
