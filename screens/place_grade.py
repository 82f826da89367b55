"""For trained graders, on a place: grade a statement anew, and bring a sanitised item back."""

import streamlit as st

from domain import codes, concern_evidence, intelligence
from domain.concern_evidence import Grade
from domain.concerns import Basis
from domain.people import Permission, Tier
from domain.place_card import Note, PlaceCard
from screens import concern_grade, desk, place_state
from screens.map_panel import plain
from screens.note_form import choice, sentence

RAW = (
    "Only what your force's own system gave back: sanitised, graded, in words that name nobody. "
    "Police and analysts read it, and its conditions go with every copy."
)


def show(card: PlaceCard) -> None:
    """Offer what a trained grader can do here."""
    actor = desk.actor()
    if card.merged_into or not actor.may(Permission.GRADE):
        return
    graded = [(each, each.given) for each in card.notes if each.given]
    if graded:
        with st.expander("Grade a statement", icon=":material/verified:"):
            regrade(card, graded)
    if actor.tier >= Tier.T4:
        with st.expander("Add a graded item", icon=":material/shield_lock:"):
            record(card)


def regrade(card: PlaceCard, graded: list[tuple[Note, Grade]]) -> None:
    """Give a statement that the community told another grade, beginning with the one it has."""
    chosen, given = st.selectbox(
        "Which statement?", graded, format_func=lambda each: each[0].text,
        key=f"regrade_{card.id}",
    )  # fmt: skip
    st.markdown(f"{plain(chosen.text)}  \nNow: *{plain(chosen.grade)}*")
    with st.form(f"regrade_{card.id}_{chosen.id}", border=False):
        asked = concern_grade.coded(f"regrade_{chosen.id}", given)
        pressed = st.form_submit_button("Save the grade", type="primary")
    if pressed:
        with desk.shown_errors():
            with desk.writing() as (session, actor):
                concern_evidence.regrade(session, actor, chosen.id, Grade(*asked))
            place_state.say("The statement is graded.")


def record(card: PlaceCard) -> None:
    """Note one sanitised item of intelligence."""
    st.write(RAW)
    with st.form(f"intelligence_{card.id}", border=False, clear_on_submit=False):
        text = st.text_area("The item, in words that name nobody", max_chars=500)
        kind = choice("Kind", codes.current().annotation_kinds.offered(), intelligence.KIND)
        basis = st.selectbox("It is", list(Basis), 2, format_func=lambda each: sentence(each.value))
        asked = concern_grade.coded(f"intelligence_{card.id}", Grade())
        pressed = st.form_submit_button("Add this item", type="primary")
    if pressed:
        with desk.shown_errors():
            with desk.writing() as (session, actor):
                intelligence.record(
                    session, actor, card.id, text=text, kind=kind, basis=basis, grade=Grade(*asked)
                )
            place_state.say("The item is on the place, for police and analysts.")
