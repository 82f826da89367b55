"""What can be done with one action: answer it, work on it, confirm it, change or renew it."""

from datetime import timedelta

import streamlit as st

from domain import accounts, matching, plan_proposing, plan_steps
from domain.people import Permission
from domain.plan_actions import LAPSES, ActionState, PlanAction
from domain.plan_board import Card
from domain.plan_steps import REASONED, Pick, Step
from screens import action_words, desk, place_state, plan_action_form
from screens.note_form import sentence

S = ActionState
SETTLED = (S.DONE, S.VERIFIED, S.CANCELLED)


def show(found: PlanAction, card: Card) -> None:
    """Show the next step of an action, then what else can be done with it."""
    st.header("Next step", anchor=False)
    version = place_state.held("action", found.id, found.version)
    if version != found.version:
        place_state.moved("action")
    planner = desk.actor().may(Permission.PLAN)
    waits = found.immediate and found.approved_by_id is None and found.state is S.PROPOSED
    if waits:
        approve(found, version)
    taken(card, version)
    if planner:
        if found.immediate and found.looked_again_on is None:
            again(found, version)
        if found.state is S.DECLINED:
            ask_again(found, version)
        if found.lapse_on is not None and found.state in LAPSES:
            renew(found, version)
        if found.state not in SETTLED:
            change(found, version)


def taken(card: Card, version: int) -> None:
    """Offer the steps that this person may take, the one that leads on first."""
    if not card.steps:
        st.html('<p class="sg-entry">There is nothing for you to do here. The agency that owns it '
                "takes the next step.</p>" if action_words.is_open(card) else
                '<p class="sg-entry">Nothing more is to be done.</p>')  # fmt: skip
        return
    steps = list(card.steps)
    step = st.segmented_control(
        "Step", steps, default=steps[0], required=True, label_visibility="collapsed", wrap=True,
        format_func=action_words.STEPS.__getitem__, key=f"step_{card.id}_{version}",
    )  # fmt: skip
    with st.form(f"take_{card.id}_{version}_{step.value}", border=False):
        said = ""
        if step in REASONED:
            said = st.text_area(sentence(REASONED[step]) + "?", height=80,
                                max_chars=500 if step is Step.FINISH else 300)  # fmt: skip
        due = None
        if step is Step.SET_DUE:
            due = st.date_input("New day", card.due, format="DD/MM/YYYY")
        pressed = st.form_submit_button(action_words.STEPS[step], type="primary")
    if pressed:
        place_state.act(
            plan_steps.change_many, f"The action is {action_words.DONE[step]}.",
            [Pick(card.id, version)], step, said=said, due=due,
        )  # fmt: skip


def approve(found: PlanAction, version: int) -> None:
    """Let a second person approve an immediate action."""
    actor = desk.actor()
    if not actor.may(Permission.APPROVE) or actor.id == found.proposed_by_id:
        st.info("It waits for a second person, a coordinator, to approve it.",
                icon=":material/hourglass_top:")  # fmt: skip
    elif st.button("Approve this immediate action", type="primary", key=f"urgent_{found.id}"):
        place_state.act(
            plan_proposing.approve_immediate, "It is approved.", found.id, version=version
        )


def again(found: PlanAction, version: int) -> None:
    """Write down what was found when it was looked at again."""
    with (
        st.expander("Look at it again", icon=":material/history:"),
        st.form(f"again_{found.id}_{version}", border=False),
    ):
        said = st.text_area("What did you find?", max_chars=500, height=80)
        pressed = st.form_submit_button("Keep it")
    if pressed:
        place_state.act(
            plan_proposing.look_again, "It was looked at again.", found.id, version=version,
            found_out=said,
        )  # fmt: skip


def ask_again(found: PlanAction, version: int) -> None:
    """Ask the same agency or another to take it on."""
    with desk.reading() as (session, actor):
        names = accounts.agency_names(session, actor)
    with (
        st.expander("Ask again", icon=":material/forward:"),
        st.form(f"ask_again_{found.id}_{version}", border=False),
    ):
        number = st.selectbox("Which agency?", list(names), format_func=names.get,
                              index=list(names).index(found.owner_agency_id))  # fmt: skip
        pressed = st.form_submit_button("Ask them")
    if pressed:
        place_state.act(
            plan_proposing.propose_again, "They are asked.", found.id, version=version,
            owner_agency_id=number,
        )  # fmt: skip


def renew(found: PlanAction, version: int) -> None:
    """Give a measure another last day, once it was extended."""
    with (
        st.expander("Renew it", icon=":material/event_repeat:"),
        st.form(f"renew_{found.id}_{version}", border=False),
    ):
        first = max(found.lapse_on, matching.today()) + timedelta(days=1)
        day = st.date_input("New last day", first, min_value=first, format="DD/MM/YYYY")
        why = st.text_input("What does the new day rest on?", max_chars=300)
        pressed = st.form_submit_button("Renew it")
    if pressed:
        place_state.act(
            plan_proposing.renew, "It has a new last day.", found.id, version=version,
            lapse_on=day, reason=why,
        )  # fmt: skip


def change(found: PlanAction, version: int) -> None:
    """Change what an action asks, and its checks."""
    with (
        st.expander("Change what is asked, or its checks", icon=":material/edit:"),
        st.form(f"change_action_{found.id}_{version}", border=False),
    ):
        given = plan_action_form.asked(found, None)
        st.html('<p class="sg-quiet">Another agency is asked anew whether it takes this on.</p>')
        pressed = st.form_submit_button("Keep the change")
    if pressed:
        place_state.act(plan_proposing.change, "The action is changed.", found.id,
                        version=version, **given)  # fmt: skip
