"""Drawing on the map: a new place, an annotation or a report, and a place's new outline."""

import geopandas as gpd
import streamlit as st
from shapely import Point
from shapely.geometry.base import BaseGeometry

from domain import annotation_changes, codes, place_changes, place_history, places, preferences
from domain.people import Actor, Permission, Tier
from domain.places import Place
from geo.space import to_bng, to_wgs84
from layers import canvas
from screens import desk, map_state
from screens.map_state import MapState

READERS = {
    Tier.T2: "All partner agencies",
    Tier.T3: "The safeguarding meeting only",
    Tier.T4: "Police and analysts only",
}
NEUTRAL = "What partners outside the meeting read."
PLACE, NOTE, REPORT, OUTLINE, SPLIT = "place", "note", "report", "outline", "split"


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
    return canvas.Drawing(turn(), shape=st.session_state.get("outline_before"))


def start(kind: str, place: Place | None = None) -> None:
    """Begin to draw."""
    st.session_state["drawing"] = (kind, place.id if place else None, place.version if place else 0)
    st.session_state["drawing_turn"] = turn() + 1
    st.session_state.pop("drawn", None)
    st.session_state.pop("outline_before", None)
    if kind == OUTLINE:
        st.session_state["outline_before"] = in_wgs84(place.shape)
    st.rerun()


def stop() -> None:
    """Put the tools away; nothing of the drawing is kept."""
    for key in ("drawing", "drawn", "outline_before"):
        st.session_state.pop(key, None)


def take(shape: BaseGeometry | None) -> None:
    """Keep what was drawn on the map until it is saved or taken back."""
    st.session_state["drawn"] = shape
    st.rerun()


def offer(actor: Actor) -> None:
    """Offer what this person may put on the map."""
    kinds = {
        PLACE: ("Add a place of concern", Permission.EDIT_PLACES, ":material/add_location:"),
        NOTE: ("Annotate the map", Permission.ANNOTATE, ":material/edit_note:"),
        REPORT: ("Report what you have seen", Permission.REPORT, ":material/campaign:"),
    }
    for kind, (label, needs, icon) in kinds.items():
        if actor.may(needs) and not (kind == REPORT and actor.may(Permission.ANNOTATE)):
            primary = "primary" if kind == REPORT else "secondary"
            if st.button(label, icon=icon, key=f"draw_{kind}", width="stretch", type=primary):
                start(kind)


def show(state: MapState, actor: Actor) -> None:
    """Show the form for what is being drawn."""
    kind, place_id, version = st.session_state["drawing"]
    titles = {
        PLACE: "A new place of concern",
        NOTE: "A new annotation",
        REPORT: "Report what you have seen",
        OUTLINE: "Change the outline",
        SPLIT: "Split off a part",
    }
    st.subheader(titles[kind], anchor=False)
    shape = st.session_state.get("drawn")
    if shape is None:
        st.info(
            "Draw on the map first: a point, a line or an area. The tools are at its left edge.",
            icon=":material/draw:",
        )
        spot_instead()
    else:
        st.success("Drawn. You can still move it on the map.", icon=":material/check:")
    forms = {
        PLACE: place_form,
        NOTE: note_form,
        REPORT: report_form,
        OUTLINE: outline_form,
        SPLIT: split_form,
    }
    with st.form("drawing_form", border=False):
        save = forms[kind](actor, place_id, version)
        pressed = st.form_submit_button("Save", type="primary", width="stretch")
    if st.button("Cancel", width="stretch"):
        stop()
        st.rerun()
    if pressed:
        kept = False
        with desk.shown_errors():
            if shape is None:
                st.error("Draw on the map first, or put a pin and use it.")
                return
            made = save(in_bng(shape))
            kept = True
        if kept:
            stop()
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
    kind, text, precision = noted()
    tier = readers(actor)

    def save(shape: BaseGeometry) -> tuple[str, str]:
        with desk.writing() as (session, who):
            note = annotation_changes.annotate(
                session, who, kind=kind, text=text, shape=shape, precision=precision, tier=tier
            )
        return "annotations", str(note.id)

    return save


def report_form(_actor: Actor, _place_id: int | None, _version: int):
    """Ask for a report; return how it is saved."""
    st.caption("In an emergency call 999. Do not name anyone. Somebody reads every report.")
    kind, text, precision = noted()

    def save(shape: BaseGeometry) -> tuple[str, str]:
        with desk.writing() as (session, who):
            note = annotation_changes.report(
                session, who, kind=kind, text=text, shape=shape, precision=precision
            )
        return "reports", str(note.id)

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


def noted() -> tuple[str, str, str]:
    """Ask for kind, words and precision."""
    return *worded(), choice("How sure is the spot?", codes.current().precision.offered())


def worded() -> tuple[str, str]:
    """Ask for kind and words."""
    kind = choice("What is it?", codes.current().annotation_kinds.offered())
    text = st.text_area(
        "In your words", max_chars=500,
        help="Write about the place. Names, numbers and plates are taken out before it is kept.",
    )  # fmt: skip
    return kind, text


def readers(actor: Actor) -> Tier:
    """Ask who may read it: from all partner agencies up to the person's own clearance."""
    offered = [tier for tier in READERS if tier <= actor.tier]
    if len(offered) < 2:
        return Tier.T2
    return st.selectbox("Who may read it?", offered, format_func=READERS.__getitem__)


def choice(label: str, options: dict[str, str], now: str = "", *, last: bool = False) -> str:
    """Ask for one code by its words; begins with ``now``, or ``last`` with the last, open one."""
    names = list(options)
    first = names.index(now) if now in options else len(names) - 1 if last else 0
    return st.selectbox(label, names, index=first, format_func=lambda each: sentence(options[each]))


def sentence(text: str) -> str:
    """Begin with a capital."""
    return text[:1].upper() + text[1:]


def in_bng(shape: BaseGeometry) -> BaseGeometry:
    """Turn a drawn shape into metres."""
    return to_bng(gpd.GeoSeries([shape], crs=4326)).iloc[0]


def in_wgs84(shape: BaseGeometry) -> BaseGeometry:
    """Turn a kept shape into degrees."""
    return to_wgs84(gpd.GeoSeries([shape], crs=27700)).iloc[0]
