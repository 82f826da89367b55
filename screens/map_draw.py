"""Drawing on the map: a new place, an annotation, an area to follow, a place's new outline."""

import geopandas as gpd
import streamlit as st
from shapely import Point
from shapely.geometry.base import BaseGeometry

from domain import (
    annotation_changes,
    codes,
    follows,
    place_changes,
    place_history,
    places,
    preferences,
)
from domain.annotations import Sketch
from domain.people import Actor, Permission
from domain.places import Place
from geo.space import to_bng, to_wgs84
from layers import canvas
from screens import desk, map_state
from screens import note_form as form_of_note
from screens.map_state import MapState
from screens.note_form import choice, readers, sentence

NEUTRAL = "What partners outside the meeting read."
PLACE, NOTE, FOLLOW, OUTLINE, SPLIT = "place", "note", "follow", "outline", "split"
TOOLS = {NOTE: ("point", "line", "arrow", "area", "words"), FOLLOW: ("area",)}
"""What is drawn with, where it is not a point, a line or an area."""


def is_open() -> bool:
    """Say whether something is being drawn."""
    return "drawing" in st.session_state


def turn() -> int:
    """Return the number of this drawing; another number clears the map's own."""
    return int(st.session_state.get("drawing_turn", 0))


def tools() -> canvas.Drawing | None:
    """Return the drawing tools for the map, while something is being drawn."""
    if not is_open():
        return None
    shape = st.session_state.get("outline_before")
    kind = st.session_state["drawing"][0]
    if kind in TOOLS:
        return canvas.Drawing(turn(), TOOLS[kind], shape=shape)
    return canvas.Drawing(turn(), shape=shape)


def start(kind: str, place: Place | None = None) -> None:
    """Begin to draw."""
    st.session_state["drawing"] = (kind, place.id if place else None, place.version if place else 0)
    st.session_state["drawing_turn"] = turn() + 1
    for key in ("drawn", "drawn_with", "outline_before"):
        st.session_state.pop(key, None)
    if kind == OUTLINE:
        st.session_state["outline_before"] = in_wgs84(place.shape)
    st.rerun()


def stop() -> None:
    """Put the tools away; nothing of the drawing is kept."""
    for key in ("drawing", "drawn", "drawn_with", "outline_before"):
        st.session_state.pop(key, None)


def take(shape: BaseGeometry | None, tool: str = "") -> None:
    """Keep what was drawn on the map until it is saved or taken back."""
    st.session_state["drawn"], st.session_state["drawn_with"] = shape, tool
    st.rerun()


def offer(actor: Actor) -> None:
    """Offer what this person may put on the map."""
    kinds = {
        PLACE: ("Add a place of concern", Permission.EDIT_PLACES, ":material/add_location:"),
        NOTE: ("Annotate the map", Permission.ANNOTATE, ":material/edit_note:"),
        FOLLOW: ("Follow an area", Permission.SEE_PLACES, ":material/notifications:"),
    }
    for kind, (label, needs, icon) in kinds.items():
        if actor.may(needs) and st.button(label, icon=icon, key=f"draw_{kind}", width="stretch"):
            start(kind)


def show(state: MapState, actor: Actor) -> None:
    """Show the form for what is being drawn, and keep it."""
    kind, place_id, version = st.session_state["drawing"]
    shape = st.session_state.get("drawn")
    tell(kind, drawn=shape is not None)
    forms = {
        PLACE: place_form,
        NOTE: note_form,
        FOLLOW: follow_form,
        OUTLINE: outline_form,
        SPLIT: split_form,
    }
    with st.form("drawing_form", border=False):
        save = forms[kind](actor, place_id, version)
        pressed = st.form_submit_button("Save", type="primary", width="stretch")
    if st.button("Cancel", width="stretch"):
        stop()
        st.rerun()
    if pressed and shape is None:
        st.error("Draw on the map first, or put a pin and use it.")
    elif pressed:
        with desk.shown_errors():
            saved(state, save(in_bng(shape)))


def tell(kind: str, *, drawn: bool) -> None:
    """Say what is being made, and what to draw for it."""
    titles = {
        PLACE: "a new place of concern",
        NOTE: "a new annotation",
        FOLLOW: "follow an area",
        OUTLINE: "change the outline",
        SPLIT: "split off a part",
    }
    hints = {
        NOTE: "a point, a line, an arrow, an area, or words that stand on the map",
        FOLLOW: "an area",
    }
    st.subheader(sentence(titles[kind]), anchor=False)
    if drawn:
        st.success("Drawn. You can still move it on the map.", icon=":material/check:")
        return
    st.info(
        f"Draw on the map first: {hints.get(kind, 'a point, a line or an area')}. "
        "The tools are at its left edge.",
        icon=":material/draw:",
    )
    if kind != FOLLOW:
        spot_instead()


def saved(state: MapState, made: tuple[str, str] | None) -> None:
    """Open what was made; None for an area that is followed, which has no card."""
    stop()
    if made is None:
        st.toast("You follow it now. What is new there is under What's new.")
        st.rerun()
    st.toast("Saved.", icon=":material/check:")
    st.session_state["open_section"] = "Details"
    shown = tuple(dict.fromkeys([*state.layers, made[0]]))
    map_state.go(state.having(picked=made, layers=shown))


def spot_instead() -> None:
    """Let a pin or a search stand in for drawing, for those who do not use a pointer."""
    pin = st.session_state.get("pin")
    if pin and st.button("Use the pin as the spot", icon=":material/location_on:"):
        take(Point(pin[1], pin[0]))


def place_form(actor: Actor, _place_id: int | None, _version: int):
    """Ask what a new place is; return how it is saved."""
    lists = codes.current()
    name = st.text_input("Name that people use", max_chars=120)
    neutral = st.text_input("Neutral name", max_chars=120, help=NEUTRAL)
    place_type = choice("Type of place", lists.place_types.offered())
    precision = choice("How sure is the spot?", lists.precision.offered())
    harm = choice("Main type of harm", lists.harm_types.offered(), last=True)
    further = st.multiselect(
        "Further types", list(lists.harm_types.offered()), format_func=lists.harm_types.label
    )
    strengths = st.text_area("What is strong here", max_chars=1000)
    worries = st.text_area("What worries you", max_chars=1000)
    reason = st.text_input("Why now", max_chars=500)
    tier = readers(actor)

    def save(shape: BaseGeometry) -> tuple[str, str]:
        with desk.writing() as (session, who):
            place = place_changes.add(
                session, who, shape=shape, reason=reason, name=name, neutral_name=neutral,
                place_type=place_type, precision=precision, harm_primary=harm,
                harm_further=further, strengths=strengths, worries=worries, tier=tier,
                marking=preferences.read(session).partnership.marking,
            )  # fmt: skip
        return "places", str(place.id)

    return save


def note_form(actor: Actor, _place_id: int | None, _version: int):
    """Ask for an annotation; return how it is saved."""
    given = form_of_note.asked(actor)
    sketch = SKETCHES.get(st.session_state.get("drawn_with", ""), Sketch.PLAIN)

    def save(shape: BaseGeometry) -> tuple[str, str]:
        with desk.writing() as (session, who):
            note = annotation_changes.annotate(session, who, shape=shape, sketch=sketch, **given)
        return "annotations", str(note.id)

    return save


SKETCHES = {"arrow": Sketch.ARROW, "words": Sketch.WORDS}


def follow_form(_actor: Actor, _place_id: int | None, _version: int):
    """Ask for a name of the area that is followed; return how it is saved."""
    st.caption("Only you know what you follow. You are told of what is noted there from now on.")
    name = st.text_input("Your name for this area", max_chars=80)

    def save(shape: BaseGeometry) -> None:
        with desk.writing() as (session, who):
            follows.follow_shape(session, who, shape, name=name)

    return save


def outline_form(_actor: Actor, place_id: int | None, version: int):
    """Ask why an outline changes; return how it is saved."""
    reason = st.text_input("Why does it change?", max_chars=500)

    def save(shape: BaseGeometry) -> tuple[str, str]:
        with desk.writing() as (session, who):
            place_changes.redraw(session, who, place_id, shape, version=version, reason=reason)
        return "places", str(place_id)

    return save


def split_form(_actor: Actor, place_id: int | None, version: int):
    """Ask what the drawn part is called; the rest stays with the old place."""
    st.caption("Draw the part that becomes a place of its own. What is left stays as it is.")
    name = st.text_input("Name of the new place", max_chars=120)
    neutral = st.text_input("Its neutral name", max_chars=120)
    reason = st.text_input("Why are they two?", max_chars=500)

    def save(shape: BaseGeometry) -> tuple[str, str]:
        with desk.writing() as (session, who):
            old = places.find(session, who, place_id)
            rest = old.shape.difference(shape)
            new = place_history.split(
                session, who, place_id, old.shape if rest.is_empty else rest, shape, name=name,
                neutral_name=neutral, reason=reason, version=version,
            )  # fmt: skip
        return "places", str(new.id)

    return save


def in_bng(shape: BaseGeometry) -> BaseGeometry:
    """Turn a drawn shape into metres."""
    return to_bng(gpd.GeoSeries([shape], crs=4326)).iloc[0]


def in_wgs84(shape: BaseGeometry) -> BaseGeometry:
    """Turn a kept shape into degrees."""
    return to_wgs84(gpd.GeoSeries([shape], crs=27700)).iloc[0]
