"""Choosing an action for a goal: the catalogue as prompts, the least intrusive first."""

from html import escape

import streamlit as st

from domain import accounts, codes, matching, power_editions, powers
from domain.goals import PlanGoal
from domain.place_card import PlaceCard
from domain.powers import Power
from screens import desk, place_state, plan_action_form, power_words
from screens.admin_desk import quiet
from screens.note_form import sentence

CHOSEN = "plan_tactic"
OWN = ""
"""What is chosen where an action rests on no row of the catalogue."""


def show(card: PlaceCard, goal: PlanGoal) -> None:
    """Show the catalogue for this goal, or the form for what was chosen from it."""
    if st.button("Back to the plan", icon=":material/arrow_back:", type="tertiary"):
        st.session_state.pop(CHOSEN, None)
        place_state.go(card.id, place_state.PLAN)
    st.html(
        f'<p class="sg-kicker">For the goal</p><p class="sg-entry">{escape(goal.statement)}</p>'
    )
    chosen = st.session_state.get(CHOSEN)
    if chosen is not None and chosen[0] == goal.id:
        if st.button("Choose something else", type="tertiary", key="choose_again"):
            st.session_state.pop(CHOSEN, None)
            st.rerun()
        plan_action_form.propose(card, goal, chosen[1])
        return
    st.header("What could help?", anchor=False)
    quiet("The least intrusive first. Each row is a prompt to take legal advice, never advice.")
    if st.button("Something without a power: guardians, design, youth work, an agreement",
                 key="own_action", icon=":material/handshake:"):  # fmt: skip
        choose(goal, OWN)
    found = rows(card)
    with st.container(key="plan_options"):
        for each in found:
            option(goal, each)


def rows(card: PlaceCard) -> list[Power]:
    """Return what fits the place, as the reader narrows it."""
    known = codes.current().agency_kinds
    kinds = ["", *known]
    with desk.reading() as (session, actor):
        mine = accounts.own_kind(session, actor)
        every_row = power_editions.catalogue(session)
    left, right = st.columns(2, vertical_alignment="bottom")
    kind = left.selectbox(
        "Who would start it?", kinds, kinds.index(mine) if mine in kinds else 0,
        format_func=lambda code: sentence(known.label(code)) if code else "Any agency",
        key="option_kind",
    )  # fmt: skip
    every = right.toggle("Show also what fits other places, or is never offered unasked",
                         key="option_every")  # fmt: skip
    found = [
        each
        for each in every_row.values()
        if each.fits(None if every else card.place_type, kind or None) and (each.suggested or every)
    ]
    if not found:
        st.info("Nothing in the catalogue fits. Choose any agency, or show what fits other places.")
    return sorted(found, key=powers.gentlest)


def option(goal: PlanGoal, power: Power) -> None:
    """Show one row, and let it be chosen where it may be used."""
    today = matching.today()
    usable = power.usable(today)
    marks = power_words.marks(power, today)
    label = f"{power.least_intrusive_rank}  ·  {power_words.plain(power.tool)}"
    with st.expander(
        label + (f"  :orange[{power_words.plain('; '.join(marks))}]" if marks else "")
    ):
        st.html(power_words.facts(power))
        for each in power.cautions(today):
            st.html(f'<p class="sg-mind">{escape(each)}</p>')
        if usable:
            if st.button("Choose this", key=f"choose_{power.code}", type="primary"):
                choose(goal, power.code)
        else:
            quiet(f"It cannot be chosen: it is {power.in_force.words}.")


def choose(goal: PlanGoal, code: str) -> None:
    """Go on to the form of an action."""
    st.session_state[CHOSEN] = (goal.id, code)
    st.rerun()
