"""Places as cases: the list of them, and the page of one from its first worry to its review."""

import streamlit as st

from domain import place_card
from domain.people import Permission
from domain.place_card import PlaceCard
from screens import (
    assess_keep,
    desk,
    place_assessment,
    place_head,
    place_list,
    place_overview,
    place_plan,
    place_share,
    place_state,
    place_timeline,
)
from screens.place_state import Opened

PARTS = {
    place_state.OVERVIEW: place_overview.show,
    place_state.ASSESSMENT: place_assessment.show,
    place_state.PLAN: place_plan.show,
    place_state.TIMELINE: place_timeline.show,
    place_state.SHARING: place_share.show,
}


def found(number: int) -> PlaceCard | None:
    """Return the place, or say that it is not there."""
    with desk.shown_errors(), desk.reading() as (session, actor):
        return place_card.card(session, actor, number)
    return None


def one(card: PlaceCard, asked: Opened) -> None:
    """Show one place, and the part of its case that is asked for."""
    now = asked.part if asked.part in place_head.parts(card) else place_state.OVERVIEW
    place_head.show(card, whole=now == place_state.OVERVIEW)
    place_state.said()
    part = place_head.choose(card, now)
    with st.container(key="place_part"):
        PARTS[part](card, asked)


desk.actor().must(Permission.SEE_PLACES)
assess_keep.sweep()
asked = place_state.opened()
if asked.place is None:
    place_list.show()
else:
    if st.button("All places", icon=":material/arrow_back:", type="tertiary"):
        place_state.go(None)
    card = found(asked.place)
    if card is not None:
        one(card, asked)
place_state.shown()
