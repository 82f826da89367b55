"""What a plan still lacks, and its approval by a second person."""

from html import escape

import streamlit as st

from domain import plan_approving
from domain.people import Actor, Permission
from domain.plans import Plan, PlanState
from screens import desk, place_state

L = PlanState


def show(plan: Plan, version: int) -> None:
    """Show the step that a draft or a waiting plan needs."""
    if plan.state is L.DRAFT:
        ask(plan, version)
    elif plan.state is L.IN_REVIEW:
        decide(plan, version, desk.actor())


def ask(plan: Plan, version: int) -> None:
    """Say what is missing, or ask for approval."""
    with desk.reading() as (session, _):
        lacks = plan_approving.missing(session, plan)
    if lacks:
        rows = "".join(f"<li>{escape(each)}</li>" for each in lacks)
        st.html(f'<p class="sg-entry">Missing before it can be approved:</p>'
                f'<ul class="sg-lacks">{rows}</ul>')  # fmt: skip
    elif desk.actor().may(Permission.PLAN):
        st.html('<p class="sg-entry">The plan is whole. A second person approves it.</p>')
        if st.button("Ask for approval", type="primary", key=f"ask_{plan.id}"):
            place_state.act(
                plan_approving.submit, "It waits for approval by a second person.", plan.id,
                version=version,
            )  # fmt: skip


def decide(plan: Plan, version: int, actor: Actor) -> None:
    """Let another person approve it, or send it back."""
    if not actor.may(Permission.APPROVE):
        st.info("It waits for a coordinator to approve it.", icon=":material/hourglass_top:")
        return
    said = st.text_area(
        "What is to be done first (needed to send it back)", max_chars=500, height=80,
        key=f"plan_said_{plan.id}_{version}",
    )  # fmt: skip
    wrote = actor.id in (plan.author_id, plan.asked_by_id)
    if wrote:
        st.info("You wrote this plan or asked for its approval. A second person approves it.",
                icon=":material/group:")  # fmt: skip
    with st.container(horizontal=True):
        yes = not wrote and st.button("Approve the plan", type="primary", key=f"approve_{plan.id}")
        no = st.button("Send it back", key=f"plan_back_{plan.id}")
    if yes:
        place_state.act(plan_approving.approve, "The plan is approved.", plan.id, version=version)
    if no:
        place_state.act(
            plan_approving.send_back, "It is being written again.", plan.id, version=version,
            reason=said,
        )  # fmt: skip
