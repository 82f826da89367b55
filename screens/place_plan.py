"""The plan of a place: its goals first, then actions; approved, reviewed and closed by two."""

from html import escape

import streamlit as st

from domain import goals, plan_board, plan_reviews, plans
from domain.filters import day_words
from domain.goals import GoalState, PlanGoal
from domain.people import Permission
from domain.place_card import PlaceCard
from domain.plan_board import Card
from domain.plans import PLANNED, Plan, PlanState
from exchange.packs import What
from screens import (
    desk,
    pack_link,
    place_state,
    plan_approval,
    plan_goals,
    plan_immediate,
    plan_options,
    plan_review,
)
from screens.place_state import Opened

L = PlanState


def show(card: PlaceCard, asked: Opened) -> None:
    """Show the open plan, or the way to begin one; or the choice of an action for a goal."""
    with desk.reading() as (session, actor):
        every = plans.of_place(session, actor, card.id)
        plan = next((each for each in every if each.state is not L.CLOSED), None)
        found = goals.of_plan(session, actor, plan.id) if plan is not None else []
        held = plan_board.cards(session, actor, plan_board.Board(place_ids=[card.id]))
    chosen = next((each for each in found if each.id == asked.record), None)
    if chosen is not None and chosen.state is GoalState.OPEN and plans_here(card):
        plan_options.show(card, chosen)
        return
    if plan is None:
        begin(card)
    else:
        one(card, plan, found, held)
    plan_immediate.show(card, held)
    for each in every:
        if each.state is L.CLOSED:
            closed(each)


def plans_here(card: PlaceCard) -> bool:
    """Say whether this reader plans at this place."""
    return desk.actor().may(Permission.PLAN) and not card.merged_into


def begin(card: PlaceCard) -> None:
    """Offer to begin a plan where there can be one."""
    st.header("No plan yet", anchor=False)
    if card.status not in PLANNED:
        st.info(f"This place is {card.status.words}. Assess it before you plan.",
                icon=":material/route:")  # fmt: skip
    elif not plans_here(card):
        st.info("Police, analysts and coordinators write the plan.")
    else:
        st.html('<p class="sg-entry">A plan begins with goals: what would a safe place look like '
                "here, and how would you know?</p>")  # fmt: skip
        if st.button("Begin the plan", type="primary", key="begin_plan"):
            place_state.act(plans.start, "The plan is begun. Set its goals first.", card.id)


def one(card: PlaceCard, plan: Plan, found: list[PlanGoal], held: list[Card]) -> None:
    """Show an open plan from its state down to its reviews."""
    version = place_state.held("plan", plan.id, plan.version)
    if version != plan.version:
        place_state.moved("plan")
    head(plan)
    plan_approval.show(plan, version)
    open_ones = [each for each in found if each.state is GoalState.OPEN]
    st.header("Goals, each with its actions", anchor=False)
    if not open_ones:
        st.html('<p class="sg-entry">No goal yet. Begin with one: nothing is done before it is '
                "clear what should be different.</p>")  # fmt: skip
    for number, goal in enumerate(open_ones, 1):
        plan_goals.show(card, goal, number, [each for each in held if each.goal_id == goal.id])
    plan_goals.add(card, plan, len(open_ones))
    ended(found)
    notes(plan, version)
    plan_review.show(card, plan, version, open_ones)


def head(plan: Plan) -> None:
    """Say where the plan stands, and who wrote and approved it."""
    approved = (
        f"approved by {plan.approved_by_name} on {day_words(plan.approved_at.date())}"
        if plan.approved_at and plan.state in (L.APPROVED, L.CLOSING) else ""
    )  # fmt: skip
    told = " · ".join(filter(None, [
        f"Begun {day_words(plan.made_at.date())} by {plan.author_name}", approved]))  # fmt: skip
    state = plan.state.words.capitalize()
    st.html(f'<p class="sg-entry"><span class="sg-state">{escape(state)}</span> {escape(told)}</p>')
    if plan.said:
        st.html(f'<p class="sg-quiet">Said with the last decision: {escape(plan.said)}</p>')
    pack_link.show(What.PLAN, plan.id, "Take the plan along, on paper or as a file")


def ended(found: list[PlanGoal]) -> None:
    """Name the goals that ended, and why."""
    rows = "".join(
        f"<dt>{escape(each.statement)}</dt><dd>{escape(each.ended_reason)}</dd>"
        for each in found
        if each.state is not GoalState.OPEN
    )
    if rows:
        st.html(f'<details class="sg-data"><summary>Goals that ended</summary>'
                f'<dl class="sg-facts">{rows}</dl></details>')  # fmt: skip


def notes(plan: Plan, version: int) -> None:
    """Ask what the community is told, and what the owner says."""
    with st.expander("What we tell the community, and what the owner says"):
        if not desk.actor().may(Permission.PLAN):
            st.html(f'<dl class="sg-facts"><dt>We tell the community</dt><dd>'
                    f"{escape(plan.comms_note) or 'Nothing yet.'}</dd><dt>The owner says</dt><dd>"
                    f"{escape(plan.owner_view) or 'Nothing yet.'}</dd></dl>")  # fmt: skip
            return
        with st.form(f"plan_notes_{plan.id}_{version}", border=False):
            comms = st.text_area("What we tell the community and who told us", plan.comms_note,
                                 max_chars=1000, height=90)  # fmt: skip
            owner = st.text_area("What the owner or manager of the place says", plan.owner_view,
                                 max_chars=1000, height=90)  # fmt: skip
            pressed = st.form_submit_button("Keep these words")
        if pressed:
            place_state.act(plans.note, "Kept.", plan.id, version=version, comms_note=comms,
                            owner_view=owner)  # fmt: skip


def closed(plan: Plan) -> None:
    """Show an earlier plan in short, with its goals and reviews."""
    with desk.reading() as (session, actor):
        found = goals.of_plan(session, actor, plan.id)
        reviews = plan_reviews.of_plan(session, actor, plan.id)
    day = day_words(plan.closed_at.date()) if plan.closed_at else ""
    with st.expander(f"Plan closed on {day}"):
        rows = "".join(f"<li>{escape(each.statement)}</li>" for each in found)
        st.html(f'<ul class="sg-list">{rows}</ul><p class="sg-quiet">Closed by '
                f"{escape(plan.closed_by_name)}. {escape(plan.said)}</p>")  # fmt: skip
        plan_review.held(reviews, found)
