"""The assessment of a place: begun, written, handed in, signed off by another, and compared."""

from html import escape

import streamlit as st

from domain import assessing, assessments
from domain.assessments import OPEN, Assessment, AssessmentState
from domain.filters import day_words
from domain.people import Permission
from domain.place_card import PlaceCard
from domain.status import Status
from screens import (
    assess_compare,
    assess_form,
    assess_guardians,
    assess_read,
    assess_weighing,
    desk,
    place_state,
)
from screens.place_state import Opened

BEGUN_IN = (Status.ASSESSING, Status.PLAN, Status.REVIEW)
A = AssessmentState
WRITE, BESIDE, GUARDS, WEIGHS = (
    "The assessment", "Beside the last one", "Guardians by hour", "What weighs most",
)  # fmt: skip


def show(card: PlaceCard, asked: Opened) -> None:
    """Show one assessment, and what is looked at beside it."""
    with desk.reading() as (session, actor):
        every = assessments.of_place(session, actor, card.id)
    now = next((each for each in every if each.id == asked.record), None) or next(iter(every), None)
    views = [WRITE, *([BESIDE] if now is not None else []), GUARDS, WEIGHS]
    view = st.segmented_control(
        "View", views, default=WRITE, required=True, label_visibility="collapsed",
        key=f"assess_view_{card.id}",
    )  # fmt: skip
    match view:
        case "Guardians by hour":
            assess_guardians.show(card)
        case "What weighs most":
            assess_weighing.show(card, now)
        case "Beside the last one" if now is not None:
            assess_compare.show(card, now)
        case _:
            one(card, now, every)


def one(card: PlaceCard, now: Assessment | None, every: list[Assessment]) -> None:
    """Show the assessment, and the next step with it."""
    if now is None:
        begin(card)
        return
    head(now)
    if now.state is A.DRAFT and desk.actor().may(Permission.ASSESS):
        assess_form.show(now)
    elif now.state is A.IN_REVIEW:
        decide(now)
        assess_read.show(now)
    else:
        assess_read.show(now)
        if card.status in BEGUN_IN and not any(each.state in OPEN for each in every):
            with st.expander("Assess it again", icon=":material/add:"):
                form(card)
    others(card, now, every)


def head(now: Assessment) -> None:
    """Say where an assessment stands, and who is at it."""
    signed = (
        f"signed off by {now.signed_by_name} on {day_words(now.signed_at.date())}"
        if now.signed_at else f"due {day_words(now.due)}"
    )  # fmt: skip
    told = f"begun {day_words(now.started)} by {now.author_name} · {signed}"
    st.html(
        f'<p class="sg-entry"><span class="sg-state">{escape(state(now))}</span> '
        f"{escape(told[:1].upper() + told[1:])}</p>"
    )
    if now.said:
        st.html(f'<p class="sg-quiet">Said with the last decision: {escape(now.said)}</p>')


def state(now: Assessment) -> str:
    """Say a state as people read it."""
    return {A.DRAFT: "Draft", A.IN_REVIEW: "Waits for sign-off"}.get(
        now.state, now.state.words.capitalize()
    )


def begin(card: PlaceCard) -> None:
    """Offer to begin an assessment where there can be one."""
    st.header("No assessment yet", anchor=False)
    if card.status not in BEGUN_IN:
        st.info(
            f"This place is {card.status.words}. Decide on the overview to assess it, then begin.",
            icon=":material/fact_check:",
        )
        return
    form(card)


def form(card: PlaceCard) -> None:
    """Ask what led to an assessment, and who leads it."""
    if not desk.actor().may(Permission.ASSESS):
        return
    with st.form(f"begin_{card.id}_{place_state.turn()}", border=False):
        trigger = st.text_input("What led to it?", max_chars=300, key=f"trigger_{card.id}")
        lead = st.text_input("Who leads it? A role, not a name.", max_chars=120,
                             key=f"lead_{card.id}")  # fmt: skip
        pressed = st.form_submit_button("Begin the assessment", type="primary")
    if pressed:
        place_state.act(
            assessing.start, "The assessment is begun. Every answer is kept as you leave it.",
            card.id, trigger=trigger, lead_role=lead,
        )  # fmt: skip


def decide(now: Assessment) -> None:
    """Let another person than its author sign it off, or send it back."""
    actor = desk.actor()
    if now.author_id == actor.id:
        st.info("You wrote it. A second person signs it off.", icon=":material/group:")
        return
    if not actor.may(Permission.APPROVE):
        st.info("It waits for a coordinator to sign it off.", icon=":material/hourglass_top:")
        return
    version = place_state.held("assessment", now.id, now.version)
    if version != now.version:
        place_state.moved("assessment")
    said = st.text_area(
        "A note with your decision (needed to send it back)", max_chars=500, height=80,
        key=f"signing_{now.id}_{version}",
    )  # fmt: skip
    with st.container(horizontal=True):
        sign = st.button("Sign it off", type="primary", key=f"sign_{now.id}")
        send = st.button("Send it back", key=f"send_back_{now.id}")
    if sign:
        place_state.act(assessing.sign_off, "It is signed off.", now.id, version=version, note=said)
    if send:
        place_state.act(
            assessing.send_back, "It is with its author again.", now.id, version=version,
            reason=said,
        )  # fmt: skip


def others(card: PlaceCard, now: Assessment, every: list[Assessment]) -> None:
    """Lead to the other assessments of this place."""
    rest = [each for each in every if each.id != now.id]
    if not rest:
        return
    rows = "".join(
        f'<li><a class="sg-link" target="_self" href="'
        f'{place_state.address(card.id, place_state.ASSESSMENT, record=each.id)}">Begun '
        f"{day_words(each.started)}</a> <span>{escape(state(each))}</span></li>"
        for each in rest
    )
    st.html(f'<h2>Other assessments of this place</h2><ul class="sg-rows">{rows}</ul>')
