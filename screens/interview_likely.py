"""Places likely visited: how many of the carers' forms name a place; shown as counts alone."""

from html import escape

import streamlit as st
from shapely import Point

from domain import likely_places
from screens import desk, interview_state, interview_where
from screens.admin_desk import quiet
from screens.interview_state import Spot, key


def show() -> None:
    """Show the form beside the map, and what is known."""
    form, ground = st.columns([5, 7], gap="medium")
    with form, st.container(key="interview_form"):
        st.subheader("Tell of a place", anchor=False)
        spot = interview_where.ask("Which place do forms name?")
        if spot is not None:
            forms(spot)
        known()
    with ground:
        interview_where.show()


def forms(spot: Spot) -> None:
    """Ask how many forms name it, and keep that."""
    with st.form(key("likely"), border=False):
        number = st.number_input(
            "How many of your forms name it?", 1, likely_places.MOST_FORMS, step=1,
            key=key("forms"),
        )  # fmt: skip
        quiet("Leave out homes. The place or its square of 250 m is kept, and nothing of a form.")
        pressed = st.form_submit_button("Save the count", type="primary")
    if not pressed:
        return
    at = None if spot.place_id is not None else Point(spot.easting, spot.northing)
    with desk.shown_errors():
        with desk.writing() as (session, actor):
            likely_places.tell(session, actor, forms=int(number), place_id=spot.place_id, spot=at)
        interview_state.say("Saved. It is counted with what others told.")


def known() -> None:
    """Show the places that carers name most."""
    with desk.reading() as (session, actor):
        found = likely_places.counts(session, actor)
        least = likely_places.rule_of(session).threshold
    st.subheader("What carers expect, in the last year", anchor=False)
    if not found:
        st.info(f"No place is named on {least} forms or more yet. Fewer are not shown.")
        return
    rows = "".join(
        f"<tr><td>{escape(each.place)}</td><td>{escape(each.words)}</td></tr>" for each in found
    )
    st.html(
        '<table class="sg-table"><thead><tr><th>Place</th><th>Forms that name it</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
    quiet(f"Fewer than {least} are not shown. Squares without a place are on the map of places.")
