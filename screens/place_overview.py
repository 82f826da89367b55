"""The overview of a place: the next step, strengths beside worries, and who holds what."""

from html import escape

import streamlit as st

from domain.people import Permission
from domain.place_card import PlaceCard
from screens import (
    desk,
    follow_button,
    map_card,
    map_change,
    place_grade,
    place_held,
    place_map,
    place_moves,
    place_pack,
    place_timeline,
)
from screens.place_state import Opened

LATEST, NOTES = 6, 3


def show(card: PlaceCard, _asked: Opened) -> None:
    """Show what a meeting asks first, most urgent at the left."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        if not card.neutral and not card.merged_into:
            place_moves.show(card)
        words(card)
        map_card.notes(card, NOTES)
        place_timeline.latest(card, LATEST)
    with right:
        place_map.show(card)
        place_held.show(card)
        notes(card)
        place_grade.show(card)
        place_pack.show(card)


def words(card: PlaceCard) -> None:
    """Strengths and worries side by side, the same in weight."""
    st.header("What is known", anchor=False)
    strong = escape(card.strengths) or "Nothing noted yet. What helps here?"
    worry = escape(card.worries) or "Nothing noted."
    told = f'<div class="sg-strong"><h3>What is strong here</h3><p>{strong}</p></div>'
    if not card.neutral:
        told += f'<div class="sg-worry"><h3>What worries us</h3><p>{worry}</p></div>'
    st.html(f'<div class="sg-beside">{told}</div>')


def notes(card: PlaceCard) -> None:
    """Let who may add to what is known do so here."""
    if card.merged_into or not desk.actor().may(Permission.ANNOTATE):
        return
    with st.popover("Annotate this place", icon=":material/edit_note:", width="stretch"):
        map_change.annotate(card, desk.actor())
    follow_button.show(card)
    for line in card.precision_words()[:1]:
        st.html(f'<p class="sg-quiet">{escape(line)}</p>')
