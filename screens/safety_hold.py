"""Holding a session on a tablet: a few words first, then one large map with large buttons."""

from dataclasses import dataclass, field
from datetime import date

import streamlit as st
from shapely import Point
from shapely.geometry.base import BaseGeometry
from streamlit_folium import st_folium

from domain import areas, codes, matching, safety_mapping
from domain.areas import AreaKind
from domain.safety_mapping import SAFE, UNKNOWN_BAND, UNSAFE, Mark
from geo.space import bng_from_lonlat
from layers import canvas
from screens import desk, map_ground, safety_marks, safety_state
from screens.admin_desk import quiet
from screens.map_draw import in_bng, in_wgs84
from screens.note_form import sentence

HELD = "safety_held"
ZOOM = 15
LABEL = "Map to mark together. Press a square to mark it; press it again to take it back."
SHORT = {
    "night": "Night",
    "morning": "Before school",
    "school_day": "School day",
    "after_school": "After school",
    "evening": "Evening",
    "late_evening": "Late evening",
}


@dataclass
class Held:
    """A session that is going on; nothing of it is kept before its end."""

    held_on: date
    area_id: int
    area: str
    group_size: str
    view: canvas.View
    marks: list[Mark] = field(default_factory=list)
    turn: int = 1
    ending: bool = False


def is_open() -> bool:
    """Say whether a session is going on."""
    return HELD in st.session_state


def show() -> None:
    """Show the step that the session is at."""
    if not is_open():
        begin()
        return
    held: Held = st.session_state[HELD]
    if held.ending:
        end(held)
    else:
        mark(held)


def begin() -> None:
    """Ask when, where and how many; then the map is the group's."""
    st.markdown(
        "Young people mark where they feel safe and unsafe, by time of day. Squares are kept, "
        "and nobody's name, way or voice. Tell the group so before you start, and that they can "
        "take it all back."
    )
    with desk.reading() as (session, actor):
        wards = safety_mapping.wards(session, actor)
    if not wards:
        st.info("No wards are loaded yet. An administrator adds them.")
        return
    sizes = codes.current().group_sizes.offered()
    with st.form("safety_begin", border=False, width=560):
        today = matching.today()
        held_on = st.date_input("Day", today, max_value=today, format="DD/MM/YYYY")
        area = st.selectbox("Ward where you meet", list(wards), format_func=wards.get, index=None,
                            placeholder="Choose")  # fmt: skip
        size = st.segmented_control("How many young people?", list(sizes), format_func=sizes.get)
        pressed = st.form_submit_button("Start the map", type="primary")
    quiet("Fewer than three are no group: one of them could be told from the map.")
    if pressed and (area is None or size is None):
        st.warning("Choose the ward, and how many young people there are.")
    elif pressed:
        st.session_state[HELD] = Held(held_on, area, wards[area], size, around(area))
        st.rerun()


def around(area_id: int) -> canvas.View:
    """Return a view of the ward where the group meets."""
    with desk.reading() as (session, actor):
        wards = areas.frame(session, actor, AreaKind.WARD)
    middle = in_wgs84(wards.geometry[area_id].representative_point())
    return canvas.View(middle.y, middle.x, ZOOM, (6, 19))


def mark(held: Held) -> None:
    """Show the map between its large buttons."""
    with st.container(key="safety_pick"):
        felt = st.segmented_control(
            "How does it feel?", [SAFE, UNSAFE], default=SAFE, key="safety_felt", required=True,
            format_func=safety_marks.WORDS.__getitem__, width="stretch",
            label_visibility="collapsed",
        )  # fmt: skip
        bands = [each for each in codes.current().time_bands.offered() if each != UNKNOWN_BAND]
        band = st.segmented_control(
            "When?", bands, default=codes.ref("time_bands", "after_school"), key="safety_band",
            format_func=band_words, required=True, width="stretch", label_visibility="collapsed",
        )  # fmt: skip
    shown = [each for each in held.marks if each.time_band == band]
    with st.container(key="safety_canvas"):
        told = st_folium(
            canvas.base(map_ground.ground(), held.view, label=LABEL),
            feature_group_to_add=canvas.overlay(
                *safety_marks.drawn(shown), canvas.Drawing(held.turn, ("area",))
            ),
            returned_objects=[],
            key="safety_map",
            height=520,
            use_container_width=True,
        )
    with st.container(horizontal=True, key="safety_acts", vertical_alignment="center"):
        undo = st.button("Undo", icon=":material/undo:", disabled=not held.marks)
        done = st.button("Finish", type="primary", icon=":material/check:")
        number = len(held.marks)
        words = f"{number} square{'' if number == 1 else 's'} marked"
        st.markdown(f"**{words}**" if number else "Press the map to mark a square.")
    act(held, felt, band, safety_state.heard(told))
    if undo:
        held.marks.pop()
        st.rerun()
    if done:
        held.ending = True
        st.rerun()


def act(held: Held, felt: str, band: str, done: canvas.Act | None) -> None:
    """Mark what was pressed or drawn, as it feels at that time of day."""
    match done:
        case canvas.Spot():
            east, north = bng_from_lonlat([done.longitude], [done.latitude])
            press(held, Point(east[0], north[0]), felt, band)
        case canvas.Drawn(turn=turn, shape=shape) if turn == held.turn:
            draw(held, in_bng(shape), felt, band)
            held.turn += 1
        case _:
            return
    st.rerun()


def press(held: Held, spot: Point, felt: str, band: str) -> None:
    """Mark the square at a spot, or take it back."""
    if spot.is_empty or not spot.is_valid:
        return
    ((east, north),) = safety_mapping.squares(spot)
    pressed = Mark(east, north, band, felt)
    if pressed in held.marks:
        held.marks.remove(pressed)
    else:
        held.marks.append(pressed)


def draw(held: Held, shape: BaseGeometry, felt: str, band: str) -> None:
    """Mark every square of an area."""
    for east, north in sorted(safety_mapping.squares(shape)):
        drawn = Mark(east, north, band, felt)
        if drawn not in held.marks:
            held.marks.append(drawn)


def end(held: Held) -> None:
    """Show what was marked, ask for the group's own words, and keep it or throw it away."""
    st.header("Is this what the group wants to keep?", anchor=False)
    marked = safety_marks.counted(held.marks)
    st.html(f'<ul class="sg-list">{marked or "<li>Nothing is marked yet.</li>"}</ul>')
    words = st.text_area(
        "What would make it safer, as the group puts it", max_chars=300, key="safety_words",
        help="Names, numbers and other marks of a person are taken out before it is kept.",
    )  # fmt: skip
    with st.container(horizontal=True, key="safety_end"):
        keep = st.button("Keep the map", type="primary", disabled=not held.marks)
        back = st.button("Back to the map")
        drop = st.button("Throw it away")
    if keep:
        save(held, words)
    if back:
        held.ending = False
        st.rerun()
    if drop:
        del st.session_state[HELD]
        safety_state.say("Nothing of the session was kept.", safety_state.HOLD)


def save(held: Held, words: str) -> None:
    """Keep the session, or say why not; the marks then stay."""
    with desk.shown_errors():
        with desk.writing() as (session, actor):
            safety_mapping.keep(
                session, actor, held_on=held.held_on, area_id=held.area_id,
                group_size=held.group_size, marks=held.marks, words=words,
            )  # fmt: skip
        del st.session_state[HELD]
        safety_state.say(
            "Kept. It counts in young people's map. You can withdraw it under Sessions.",
            safety_state.TOGETHER,
        )


def band_words(band: str) -> str:
    """Return a short name for a part of the day, for a large button."""
    return SHORT.get(band) or sentence(codes.current().time_bands.label(band))
