"""Acting at once for safety, before any goal: with a reason, a second person, and a second look."""

import streamlit as st

from domain import plan_proposing
from domain.people import Permission
from domain.place_card import PlaceCard
from domain.plan_board import Card
from domain.status import Status
from screens import desk, place_held, place_state, plan_action_form


def show(card: PlaceCard, held: list[Card]) -> None:
    """Show what was done at once, and the form for more."""
    found = [each for each in held if each.immediate]
    if found:
        rows = "".join(place_held.row(each) for each in found)
        st.html(f'<h2>Done at once for safety</h2><ul class="sg-acts">{rows}</ul>')
    may = desk.actor().may(Permission.PLAN) and not card.merged_into
    if may and card.status not in (Status.STEPPED_DOWN, Status.ARCHIVED):
        with st.expander("Act at once for safety", icon=":material/emergency_home:"):
            form(card)


def form(card: PlaceCard) -> None:
    """Ask what cannot wait, and why."""
    st.html('<p class="sg-entry">If someone is in danger now, call 999 first. This is for what '
            "cannot wait for a goal. A second person approves it, and it is looked at again within "
            "five working days.</p>")  # fmt: skip
    with st.form(f"immediate_{card.id}_{place_state.turn()}", border=False):
        reason = st.text_area("Why can it not wait?", max_chars=300, height=70,
                              key=f"immediate_why_{card.id}_{place_state.turn()}")  # fmt: skip
        given = plan_action_form.asked(None, None, checks=False)
        pressed = st.form_submit_button("Propose it", type="primary")
    if pressed:
        place_state.act(
            plan_proposing.propose_immediate, "It is proposed. A second person approves it.",
            card.id, reason=reason, **given,
        )  # fmt: skip
