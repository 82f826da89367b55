"""What to do next at a place: the step that leads on, what is missing before it, and the others."""

from html import escape

import streamlit as st

from domain import case_facts, place_changes, places, plans, screenings
from domain.people import Permission
from domain.place_card import PlaceCard
from domain.screenings import SCREENED, Decision
from domain.status import Status
from screens import desk, place_state
from screens.note_form import sentence

ON = {
    Status.WATCH: Status.ASSESSING,
    Status.STEPPED_DOWN: Status.ASSESSING,
    Status.ASSESSING: Status.PLAN,
    Status.PLAN: Status.REVIEW,
    Status.REVIEW: Status.STEPPED_DOWN,
}
"""The step that leads on from each state."""
DEEDS = {
    Status.WATCH: "Watch it again",
    Status.ASSESSING: "Begin to assess it",
    Status.PLAN: "Begin the plan",
    Status.REVIEW: "Bring it to review",
    Status.STEPPED_DOWN: "Step it down",
    Status.ARCHIVED: "Archive it",
}
WHERE = {
    Status.ASSESSING: ((place_state.ASSESSMENT, "Open the assessment"),
                       (place_state.PLAN, "Open the plan")),
    Status.PLAN: ((place_state.PLAN, "Open the plan"),),
    Status.REVIEW: ((place_state.PLAN, "Open the plan and its review"),),
}  # fmt: skip
"""Where one puts right what is missing, by the state in which the place stands."""


def show(card: PlaceCard) -> None:
    """Show the next step of a place, and what else could be done with it."""
    with desk.reading() as (session, actor):
        place = places.find(session, actor, card.id)
        ways = case_facts.ways(session, actor, place)
        last = screenings.of_place(session, actor, card.id)[:1]
    st.header("What to do next", anchor=False)
    if place_state.held("place", card.id, card.version) != card.version:
        place_state.moved("place")
    forth = ON.get(card.status)
    if forth is None or forth not in ways:
        st.html(f'<p class="sg-entry">{escape(nothing(card))}</p>')
        links(card)
        return
    ahead(card, forth, ways[forth])
    if card.status in SCREENED:
        screening(card, last)
    others = {status: lacks for status, lacks in ways.items() if status is not forth}
    if others:
        with st.expander("Another step"):
            for status, lacks in others.items():
                st.html(f"<h3>{escape(DEEDS[status])}</h3>")
                gate(card, status, lacks)


def nothing(card: PlaceCard) -> str:
    """Say why there is no step for this reader."""
    if card.status is Status.ARCHIVED:
        return "This place is archived. It is kept, and nothing more is done."
    return "Police, analysts and coordinators move a place on. You can read all of it."


def ahead(card: PlaceCard, forth: Status, lacks: tuple[str, ...]) -> None:
    """Show the step that leads on."""
    st.html(f'<p class="sg-kicker">Next: {escape(DEEDS[forth].lower())}</p>')
    gate(card, forth, lacks)
    links(card, first=bool(lacks))


def gate(card: PlaceCard, status: Status, lacks: tuple[str, ...]) -> None:
    """Say what is still missing before a move, or ask why it is made."""
    if lacks:
        rows = "".join(f"<li>{escape(each)}</li>" for each in lacks)
        st.html(f'<p class="sg-quiet">Still missing:</p><ul class="sg-lacks">{rows}</ul>')
        return
    version = place_state.held("place", card.id, card.version)
    with st.form(f"move_{card.id}_{status.value}_{version}_{place_state.turn()}", border=False):
        reason = st.text_area("Why now?", max_chars=500, height=80,
                              key=f"why_{card.id}_{status.value}_{version}")  # fmt: skip
        pressed = st.form_submit_button(DEEDS[status], type="primary")
    if pressed:
        place_state.act(
            place_changes.move, f"The place is now {status.words}.", card.id, status,
            reason=reason, version=version,
        )  # fmt: skip


def links(card: PlaceCard, *, first: bool = True) -> None:
    """Lead to where the work of this state is done."""
    offered = WHERE.get(card.status, ())
    if not offered:
        return
    if card.status in (Status.PLAN, Status.REVIEW) and not planned(card):
        offered = ((place_state.PLAN, "Start a plan"),)
    with st.container(horizontal=True):
        for number, (part, label) in enumerate(offered):
            kind = "primary" if first and not number else "secondary"
            if st.button(label, key=f"to_{part}", type=kind):
                place_state.go(card.id, part)


def planned(card: PlaceCard) -> bool:
    """Say whether the place has an open plan that this reader may read."""
    with desk.reading() as (session, _actor):
        return plans.current(session, card.id) is not None


def screening(card: PlaceCard, last: list[screenings.Screening]) -> None:
    """Write down what is decided of a place that was named."""
    for each in last:
        told = f"Last decided: {each.decision.words}. {each.reason} ({each.decider_name})"
        st.html(f'<p class="sg-quiet">{escape(told)}</p>')
    if not desk.actor().may(Permission.EDIT_PLACES):
        return
    with st.form(f"screen_{card.id}_{len(last)}_{place_state.turn()}", border=False):
        decision = st.selectbox(
            "Screening decision", list(Decision), index=list(Decision).index(Decision.ASSESS),
            format_func=lambda each: sentence(each.words), key=f"decision_{card.id}",
        )  # fmt: skip
        reason = st.text_area("Why, in words about the place", max_chars=500, height=80,
                              key=f"screen_why_{card.id}")  # fmt: skip
        also = st.checkbox("The place was also referred beside a child (no child is named here)",
                           key=f"also_{card.id}")  # fmt: skip
        pressed = st.form_submit_button("Keep the decision", type="primary")
    if pressed:
        place_state.act(
            screenings.decide, "The decision is kept, with your name.", card.id, decision,
            reason=reason, also_referred=also,
        )  # fmt: skip
