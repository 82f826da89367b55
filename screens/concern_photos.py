"""Photographs of a concern: opened with a line in the log, and blacked out by drawing boxes."""

from base64 import b64encode

import altair as alt
import pandas as pd
import streamlit as st

from domain import concern_photos, photographs
from domain.concern_photos import Kept
from domain.concerns import Concern
from domain.photographs import Box, Picture
from screens import concern_state, desk
from screens.admin_desk import quiet

OPEN = "concern_photo_open"
WIDTH = 560
"""Pixels that a photograph is wide on the page."""
ASKED = (
    "Drag over a face, a number plate or a name to mark it. Then black it out. What is black is "
    "gone from the picture that stays."
)
NEVER = (
    "If a photograph shows a child in a sexual way, do not copy or send it. Close it, raise the "
    "alarm and call the police on 101, or 999 in danger."
)


def show(concern: Concern) -> None:
    """List the photographs of a concern, and show the one that is open."""
    with desk.reading() as (session, actor):
        kept = concern_photos.of(session, actor, concern.id)
    if not kept:
        return
    st.markdown(f"**Photographs ({len(kept)})**")
    quiet(f"Only moderators see them. Opening leaves a line in the log with your name. {NEVER}")
    for number, each in enumerate(kept, 1):
        with st.container(border=True, key=f"concern_photo_{each.id}"):
            one(each, number)


def one(kept: Kept, number: int) -> None:
    """Show one photograph: closed, or open with what can be done."""
    st.markdown(f"Photograph {number}: {stands(kept)}")
    if st.session_state.get(OPEN) != kept.id:
        if st.button(f"Open photograph {number}", key=f"photo_open_{kept.id}"):
            opened(kept)
        return
    picture = None
    with desk.shown_errors(), desk.reading() as (session, actor):
        picture = concern_photos.look(session, actor, desk.keys(), kept.id)
    if picture is not None:
        paint(kept, picture)
    if st.button("Close it", key=f"photo_close_{kept.id}", icon=":material/close:"):
        st.session_state.pop(OPEN, None)
        st.rerun()


def stands(kept: Kept) -> str:
    """Say what was done with a photograph, and what becomes of it."""
    if not kept.covered:
        return "not looked over yet. It is erased with the decision, after 28 days at the latest."
    parts = {0: "nothing was blacked out", 1: "1 part is black"}
    done = parts.get(kept.boxes, f"{kept.boxes} parts are black")
    rest = " The original is erased with the decision." if kept.original else ""
    return f"looked over, {done}.{rest}"


def opened(kept: Kept) -> None:
    """Open a photograph, which the log notes."""
    with desk.shown_errors():
        with desk.writing() as (session, actor):
            concern_photos.open_photo(session, actor, desk.keys(), kept.id)
        st.session_state[OPEN] = kept.id
        st.rerun()


def paint(kept: Kept, picture: Picture) -> None:
    """Show a photograph, and let parts of it be blacked out."""
    quiet(ASKED)
    key = f"photo_canvas_{kept.id}_{kept.version}"
    marked = st.altair_chart(canvas(picture), width="content", on_select="rerun", key=key)
    box = drawn(marked)
    with st.container(horizontal=True):
        if st.button("Black out what is marked", type="primary", disabled=box is None,
                     key=f"photo_cover_{kept.id}"):  # fmt: skip
            cover(kept, [box])
        if not kept.covered and st.button("Nothing needs covering", key=f"photo_clear_{kept.id}"):
            cover(kept, [])
        if kept.covered and kept.original and st.button(
            "Begin anew", key=f"photo_anew_{kept.id}"
        ):  # fmt: skip
            act(concern_photos.uncover_photo, kept, "You see the original again.")
    by_numbers(kept)
    with st.expander("Erase this photograph", icon=":material/delete:"):
        st.write("It is erased at once, for everyone. The report stays.")
        if st.button("Erase it", key=f"photo_erase_{kept.id}"):
            st.session_state.pop(OPEN, None)
            act(concern_photos.erase_photo, kept, "The photograph is erased.")


def by_numbers(kept: Kept) -> None:
    """Mark a part without a mouse: how far from the left and the top, in per cent."""
    form = f"photo_numbers_{kept.id}_{kept.version}"
    with st.expander("Mark a part by numbers", icon=":material/123:"), st.form(form, border=False):
        names = ("Left edge, %", "Right edge, %", "Upper edge, %", "Lower edge, %")
        sides = [
            column.number_input(name, 0, 100, start, step=5, key=f"{name}_{kept.id}")
            for column, name, start in zip(st.columns(4), names, (0, 50, 0, 50), strict=True)
        ]
        pressed = st.form_submit_button("Black out this part")
    if pressed:
        left, right, top, bottom = (side / 100 for side in sides)
        with desk.shown_errors():
            cover(kept, [Box(left, top, right, bottom)])


def canvas(picture: Picture) -> alt.LayerChart:
    """Draw a photograph as a chart on which a box can be dragged, in per cent of its sides."""
    width, height = photographs.size(picture)
    tall = round(WIDTH * height / width)
    address = f"data:image/jpeg;base64,{b64encode(picture.jpeg).decode()}"
    axes = {"axis": None, "scale": alt.Scale(domain=[0, 100], nice=False)}
    down = {**axes, "scale": alt.Scale(domain=[0, 100], nice=False, reverse=True)}
    image = (
        alt.Chart(pd.DataFrame({"x": [50], "y": [50], "url": [address]}))
        .mark_image(width=WIDTH, height=tall, aspect=False)
        .encode(x=alt.X("x:Q", **axes), y=alt.Y("y:Q", **down), url="url:N")
    )
    corners = alt.Chart(pd.DataFrame({"x": [0, 100], "y": [0, 100]})).mark_point(opacity=0)
    marked = corners.encode(x=alt.X("x:Q", **axes), y=alt.Y("y:Q", **down)).add_params(
        alt.selection_interval(name="box", mark=alt.BrushConfig(fill="black", fillOpacity=0.6))
    )
    return (image + marked).properties(width=WIDTH, height=tall)


def drawn(marked: dict) -> Box | None:
    """Return the box that was dragged, if there is one."""
    found = marked.get("selection", {}).get("box", {})
    if not {"x", "y"} <= found.keys():
        return None
    (left, right), (top, bottom) = (
        sorted(min(max(side / 100, 0.0), 1.0) for side in found[axis]) for axis in ("x", "y")
    )
    return Box(left, top, right, bottom) if left < right and top < bottom else None


def cover(kept: Kept, boxes: list[Box]) -> None:
    """Black out boxes and say so."""
    act(
        concern_photos.cover_photo,
        kept,
        "It is black now." if boxes else "It stays as it is.",
        keys=desk.keys(),
        boxes=boxes,
    )


def act(work, kept: Kept, done: str, *, keys=None, **given) -> None:
    """Do one thing to a photograph and say so, or show why not."""
    first = () if keys is None else (keys,)
    with desk.shown_errors():
        with desk.writing() as (session, actor):
            work(session, actor, *first, kept.id, version=kept.version, **given)
        concern_state.say(done)
