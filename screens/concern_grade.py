"""How surely a statement is known: in plain words, or by a trained grader's codes (3x5x2)."""

import streamlit as st

from domain import concern_moderating
from domain.concern_evidence import (
    DEFAULT_CONDITIONS,
    HANDLING,
    INFORMATION,
    SOURCES,
    Grade,
    Known,
)
from domain.concerns import Concern, ConcernItem
from domain.people import Actor, Permission
from screens import concern_state, desk
from screens.concern_state import Seen
from screens.map_panel import plain
from screens.note_form import sentence

PLAIN, CODES = "In plain words", "By codes (3x5x2)"


def show(_concern: Concern, on: Seen, actor: Actor, items: list[ConcernItem]) -> None:
    """Ask of each statement how its source knows it; a trained grader may give codes."""
    way = PLAIN
    if actor.may(Permission.GRADE):
        way = st.segmented_control(
            "How do you grade it?", [CODES, PLAIN], default=CODES, required=True,
            key=f"grade_way_{on.id}_{on.version}",
        )  # fmt: skip
    if way == CODES:
        by_codes(on, items)
    else:
        plainly(on, items)


def plainly(on: Seen, items: list[ConcernItem]) -> None:
    """Ask in plain words."""
    with st.form(f"grade_{on.id}_{on.version}", border=False):
        known = [way_known(each) for each in items]
        pressed = st.form_submit_button("Save the grade", type="primary")
    if pressed:
        concern_state.act(concern_moderating.grade_plainly, on, "It is graded.", known=known)


def way_known(item: ConcernItem) -> Known:
    """Ask how a source knows one statement."""
    st.markdown(f"{plain(item.text)}  \n*{item.basis.value}*")
    return st.selectbox(
        "How do they know it?", list(Known), list(Known).index(Known.UNKNOWN),
        format_func=lambda way: sentence(way.words), key=f"known_{item.id}",
    )  # fmt: skip


def by_codes(on: Seen, items: list[ConcernItem]) -> None:
    """Ask for source, information and handling of each statement."""
    with st.form(f"codes_{on.id}_{on.version}", border=False):
        asked = []
        for each in items:
            st.markdown(f"{plain(each.text)}  \n*{each.basis.value}*")
            asked.append(coded(f"item_{each.id}", Grade()))
        pressed = st.form_submit_button("Save the grade", type="primary")
    if pressed:
        with desk.shown_errors():
            grades = [Grade(*each) for each in asked]
            concern_state.act(concern_moderating.grade, on, "It is graded.", grades=grades)


def coded(key: str, before: Grade) -> tuple[str, str, str, str]:
    """Ask for the three codes and the conditions, each code with its words."""
    source = code("Source", SOURCES, before.source, f"{key}_source")
    information = code("Information", INFORMATION, before.information, f"{key}_information")
    handling = code("Handling", HANDLING, before.handling, f"{key}_handling")
    conditions = st.text_input(
        "Conditions (they go with every copy)", before.conditions or DEFAULT_CONDITIONS,
        max_chars=300, key=f"{key}_conditions",
    )  # fmt: skip
    return source, information, handling, conditions


def code(title: str, known: dict[str, str], before: str, key: str) -> str:
    """Ask for one code."""
    return st.selectbox(
        title, list(known), list(known).index(before), key=key,
        format_func=lambda each: f"{each}: {known[each]}",
    )  # fmt: skip
