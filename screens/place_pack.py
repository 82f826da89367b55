"""The pack of a place: a file to take to a meeting or to hand to a partner, made when asked for."""

import streamlit as st

from domain.people import Permission, Tier
from domain.place_card import PlaceCard
from exchange import packs
from exchange.packs import Form, Order, What
from screens import desk, pack_link

FORMS = {Form.PDF: "PDF", Form.WORD: "Word document"}


def show(card: PlaceCard) -> None:
    """Let who may export take this place along, at their own sight or for who may see less."""
    actor = desk.actor()
    if not actor.may(Permission.EXPORT):
        return
    with st.popover("Make a pack", icon=":material/description:", width="stretch"):
        st.caption(
            "The place on paper: map, card, assessment, charts, timeline and actions. It carries "
            "its marking, date and your name, and that it was made is noted in the log."
        )
        form = st.radio("As", list(FORMS), format_func=FORMS.__getitem__, horizontal=True,
                        key="pack_form")  # fmt: skip
        tiers = [each for each in Tier if Tier.T2 <= each <= actor.tier][::-1]
        tier = st.selectbox("Who may read it", tiers, format_func=titled, key="pack_tier")
        recipient = st.text_input("For whom (an agency or a role)", max_chars=120, key="pack_for")
        asked = (card.id, form, tier, recipient)
        if st.button("Make it", key="pack_make"):
            with desk.shown_errors(), st.spinner("Putting the pack together"):
                made = packs.export(
                    desk.store(), actor, Order(What.PLACE, card.id), form,
                    recipient=recipient, reader=packs.lowered(actor, tier),
                )  # fmt: skip
                st.session_state["pack_made"] = (asked, made)
        pack_link.show(What.PLACE, card.id, "Several places, or for an agency")
        for_what, made = st.session_state.get("pack_made", (None, None))
        if for_what == asked and made is not None:
            st.download_button(
                f"Save the {FORMS[form]}", made.content, made.name, form.mime,
                icon=":material/save:", type="primary", on_click="ignore", key="pack_save",
            )  # fmt: skip


def titled(tier: Tier) -> str:
    """Name who reads at a tier."""
    return f"{tier.title} and above"
