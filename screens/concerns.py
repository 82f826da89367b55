"""Concerns: what the community tells us, looked over by a moderator before anyone else reads it."""

import streamlit as st

from domain import concern_queue
from domain.concerns import Concern
from screens import (
    concern_beside,
    concern_lately,
    concern_state,
    concern_steps,
    concern_told,
    concern_waiting,
    desk,
)
from screens.admin_desk import quiet
from screens.map_panel import plain


def found(number: int) -> tuple[Concern, str] | None:
    """Return the concern and where it is, or say that it is not there."""
    with desk.shown_errors(), desk.reading() as (session, actor):
        concern = concern_queue.find(session, actor, number)
        return concern, concern_waiting.where(session, actor, concern)
    return None


def one(concern: Concern, place: str) -> None:
    """Show one concern beside the step that it waits for."""
    on = concern_state.seen(concern)
    st.header(plain(place), anchor=False)
    quiet(f"Now: {concern.state.words}")
    if concern.version != on.version:
        moved()
    told, steps = st.columns([3, 2], gap="large")
    with steps:
        concern_steps.show(concern, on, desk.actor())
        concern_beside.show(concern, on)
    with told:
        concern_told.show(concern)
    concern_beside.history(concern.id)


def moved() -> None:
    """Say that somebody else has been at work; what was typed stays until one looks again."""
    st.warning(
        "Someone else worked on this concern while you had it open. What you typed stays until "
        "you look again.",
        icon=":material/sync_problem:",
    )
    if st.button("Look at it again", key="look_again"):
        st.session_state.pop(concern_state.SEEN, None)
        st.rerun()


st.title("Concerns", anchor=False)
concern_state.said()
concern_waiting.alerts()
asked = concern_state.opened()
if asked is None:
    st.html('<a class="sg-link" href="/report" target="_self">Take a report by phone</a>')
    concern_waiting.queue()
    concern_lately.show()
else:
    if st.button("Back to the queue", icon=":material/arrow_back:", type="tertiary"):
        concern_state.go(None)
    shown = found(asked)
    if shown is not None:
        one(*shown)
