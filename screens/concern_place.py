"""Where a graded concern belongs: on a place, on a new one, or with another concern."""

import streamlit as st

from domain import codes, concern_queue, concern_sharing, preferences
from domain.concerns import Concern, ConcernItem
from domain.filters import Filters
from domain.people import Actor
from screens import concern_state, concern_told, concern_waiting, desk, map_view, note_form
from screens.admin_desk import quiet
from screens.concern_state import Seen
from screens.map_draw import NEUTRAL
from screens.note_form import choice, sentence


def link(concern: Concern, on: Seen, _actor: Actor, _items: list[ConcernItem]) -> None:
    """Ask of which place it is: the near ones first, then all, found by typing."""
    near = concern_told.near_places(concern)
    offered = {
        number: f"{name} ({metres:.0f} m away)"
        for number, name, metres in zip(near.index, near["name"], near["metres"], strict=True)
    }
    known = map_view.reading("places", Filters())["name"].sort_values().to_dict()
    offered |= {number: name for number, name in known.items() if number not in offered}
    with st.form(f"link_{on.id}", border=False):
        place = st.selectbox(
            "Which place is it?", list(offered), index=None, format_func=offered.get,
            key=f"link_place_{on.id}", placeholder="Choose, or type part of its name",
        )  # fmt: skip
        pressed = st.form_submit_button("Link to it", type="primary")
    if pressed and place is None:
        st.warning("Choose a place first.")
    elif pressed:
        done = "It is linked. Nobody else sees it yet."
        concern_state.act(concern_sharing.link, on, done, place_id=int(place))


def make(concern: Concern, on: Seen, actor: Actor, _items: list[ConcernItem]) -> None:
    """Ask what is needed for a new place, which starts as watched where the reporter saw it."""
    lists = codes.current()
    with st.form(f"make_{on.id}", border=False):
        name = st.text_input("Name that people use", max_chars=120, key=f"make_name_{on.id}")
        neutral = st.text_input(
            "Neutral name", max_chars=120, help=NEUTRAL, key=f"make_neutral_{on.id}"
        )
        kind = choice("Type of place", lists.place_types.offered(), concern.place_type)
        harm = choice("Main type of harm", lists.harm_types.offered(), last=True)
        tier = note_form.readers(actor)
        pressed = st.form_submit_button("Make this place", type="primary")
    if pressed:
        with desk.reading() as (session, _):
            marking = preferences.read(session).partnership.marking
        concern_state.act(
            concern_sharing.make_place, on, "The place is made and watched. It is linked to it.",
            name=name, neutral_name=neutral, place_type=kind, harm_primary=harm, tier=tier,
            marking=marking,
        )  # fmt: skip


def merge(concern: Concern, on: Seen, _actor: Actor, _items: list[ConcernItem]) -> None:
    """Ask which near concern tells of the same thing."""
    with desk.reading() as (session, actor):
        others = concern_queue.near_concerns(session, actor, concern.id)
        offered = {
            each.id: f"{concern_waiting.where(session, actor, each)}: {each.state.words}"
            for each in others
        }
    if not offered:
        st.info("No other concern is near.")
        return
    quiet("It backs that one up as one voice more, and goes where that one goes.")
    for each in others:
        concern_told.quoted(sentence(offered[each.id]), each.words)
    with st.form(f"merge_{on.id}", border=False):
        into = st.selectbox(
            "Which concern tells of the same?", list(offered), index=None, key=f"into_{on.id}",
            format_func=offered.get, placeholder="Choose one",
        )  # fmt: skip
        pressed = st.form_submit_button("Merge with it", type="primary")
    if pressed and into is None:
        st.warning("Choose a concern first.")
    elif pressed:
        concern_state.act(concern_sharing.merge, on, "They are one now.", into_id=int(into))
