"""The next step of a concern, one form at a time, as the state machine allows it."""

from collections.abc import Callable

import streamlit as st

from domain import concern_evidence, concern_moderating, concern_queue, concern_sharing
from domain.concerns import MOVES, Concern, ConcernItem, ConcernState
from domain.people import Actor
from screens import (
    concern_grade,
    concern_place,
    concern_state,
    concern_told,
    concern_words,
    desk,
    note_form,
)
from screens.admin_desk import quiet
from screens.concern_state import Seen
from screens.map_panel import plain

S = ConcernState
AFTER = {
    S.MERGED: "It waits with the concern that it was merged with, and is shared with that one.",
    S.WITHDRAWN: "The reporter took it back. There is nothing to do.",
}


def show(concern: Concern, on: Seen, actor: Actor) -> None:
    """Show the next step, and the others that are open from here."""
    st.header("Next step", anchor=False)
    steps = offered(on.state)
    if not steps:
        st.info(AFTER.get(on.state, "There is nothing to do."))
        return
    with desk.reading() as (session, who):
        items = concern_queue.items(session, who, concern.id)
    key = f"concern_step_{on.id}_{on.version}"
    chosen = steps[0]
    if len(steps) > 1:
        chosen = st.segmented_control(
            "What next", steps, default=steps[0], key=key, required=True,
            label_visibility="collapsed", width="stretch",
        )  # fmt: skip
    FORMS[chosen](concern, on, actor, items)


def offered(state: ConcernState) -> list[str]:
    """Name the steps from ``state``, the one that leads on first."""
    if state is S.MERGED:
        return []
    named = [name for name, leads in LEADS.items() if leads in MOVES[state] and leads is not state]
    if state in (S.FED_BACK, S.REJECTED):
        return [ANSWER]
    return named + [name for name, leads in LEADS.items() if leads is state and state in REDONE]


def danger(concern: Concern, on: Seen, _actor: Actor, _items: list[ConcernItem]) -> None:
    """Ask first whether someone is in danger."""
    st.markdown("**May someone be in danger now, or may a child be at risk of harm?**")
    if concern.danger:
        st.warning("The reporter said that someone may be in danger.", icon=":material/warning:")
    quiet("Yes calls the duty contact. Nothing else waits for the answer.")
    with st.container(horizontal=True):
        likely, other = ("secondary", "primary") if concern.danger else ("primary", "secondary")
        no = st.button("No sign of danger", key="danger_no", type=likely)
        yes = st.button("Yes, call the duty contact", key="danger_yes", type=other)
    if yes or no:
        done = "The alarm is raised." if yes else "Noted: no sign of danger."
        concern_state.act(concern_moderating.check_danger, on, done, danger=yes)


def share(concern: Concern, on: Seen, actor: Actor, items: list[ConcernItem]) -> None:
    """Show what others will read, and let it go out."""
    place = concern_told.named(concern)
    st.markdown(f"**On {plain(place)} others will read this, and nothing else:**")
    for each in items:
        told = concern_evidence.told(actor, each)
        st.markdown(f"- {plain(each.text)}  \n*{plain(told.line)}*  \n{plain(told.handled)}")
    with st.form(f"share_{on.id}_{on.version}", border=False):
        tier = note_form.readers(actor)
        pressed = st.form_submit_button("Share it", type="primary")
    if pressed:
        done = "It is shared. Now tell the reporter."
        concern_state.act(concern_sharing.share, on, done, tier=tier)


def answer(concern: Concern, on: Seen, _actor: Actor, _items: list[ConcernItem]) -> None:
    """Ask what the reporter hears when they come back with their code."""
    if concern.answer:
        quiet("The reporter has an answer. You can still change it.")
    with st.form(f"answer_{on.id}", border=False):
        words = st.text_area(
            "What we tell the reporter", concern.answer, max_chars=1000, key=f"answer_text_{on.id}",
            help="What changed for the place. Never what the police did or will do, and no names.",
        )  # fmt: skip
        pressed = st.form_submit_button("Send the answer", type="primary")
    if pressed:
        done = "The answer waits for the reporter behind their code."
        concern_state.act(concern_sharing.feed_back, on, done, answer=words)


DANGER, WORDS, GRADE, ANSWER, SHARE = "Danger", "Words", "Grade", "Answer", "Share"
LINK, NEW, MERGE = "Place", "New place", "Merge"
LEADS = {
    DANGER: S.DANGER_CHECKED,
    SHARE: S.SHARED,
    ANSWER: S.FED_BACK,
    LINK: S.LINKED,
    NEW: S.LINKED,
    MERGE: S.MERGED,
    GRADE: S.GRADED,
    WORDS: S.REDACTED,
}
"""Each step and the state that it leads to, what leads furthest first."""
REDONE = frozenset({S.REDACTED, S.GRADED, S.LINKED})
"""States whose own step can be done again."""
FORMS: dict[str, Callable[[Concern, Seen, Actor, list[ConcernItem]], None]] = {
    DANGER: danger,
    WORDS: concern_words.show,
    GRADE: concern_grade.show,
    LINK: concern_place.link,
    NEW: concern_place.make,
    MERGE: concern_place.merge,
    SHARE: share,
    ANSWER: answer,
}
