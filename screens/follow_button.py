"""Following a place from its card: told of what happens there, or no longer."""

import streamlit as st

from domain import follows
from domain.people import Kind, Permission
from domain.place_card import PlaceCard
from screens import desk


def show(card: PlaceCard) -> None:
    """Offer to follow the place, or to end it."""
    actor = desk.actor()
    if card.merged_into or not actor.may(Permission.SEE_PLACES) or actor.kind is not Kind.USER:
        return
    with desk.reading() as (session, who):
        number = follows.of_place(session, who, card.id)
    label = "Follow this place" if number is None else "You follow this place: end it"
    icon = ":material/notifications:" if number is None else ":material/notifications_off:"
    if not st.button(label, icon=icon, key=f"follow_{card.id}", width="stretch"):
        return
    with desk.shown_errors():
        with desk.writing() as (session, who):
            if number is None:
                follows.follow_place(session, who, card.id)
            else:
                follows.end(session, who, number)
        st.toast("What happens here is told under What's new." if number is None else "Ended.")
        st.rerun()
