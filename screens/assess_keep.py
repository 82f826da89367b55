"""Keeping a draft as it is written: every answer as one leaves its field.

The answers are kept at the start of the next run of the page, not in callbacks of the fields:
Streamlit ends a run, and a callback in it, where the reader acts again, and what was being kept
would be lost without a word.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from operator import attrgetter
from typing import Any

import streamlit as st

from domain import assessing
from domain.assessments import Assessment
from domain.errors import SafegroundError
from domain.matching import LONDON
from screens import desk, place_state

FIELDS, FAILED, KEPT = "assess_fields", "assess_failed", "assess_kept"
Told = Callable[[Assessment], Any]
Parts = Callable[[], dict[str, Any]]


@dataclass
class Field:
    """One field of a draft: how its answer is read and written, and what is known to be kept."""

    assessment: int
    told: Told
    parts: Parts
    known: Any
    typed: Any


def key(now: Assessment, *path: str) -> str:
    """Return the key of one field; it holds what is typed until one looks again."""
    return "_".join(["assess", str(now.id), str(place_state.turn()), *path])


def begin(now: Assessment, field: str, told: Told, parts: Parts, empty: Any = "") -> None:
    """Put into a field what is kept, or what was typed and could not be kept.

    ``told`` reads the answer of an assessment, ``parts`` what is in the field.
    """
    fields = st.session_state.setdefault(FIELDS, {})
    there = fields.get(field)
    if there is not None and there.typed != there.known:  # it could not be kept so far
        st.session_state.setdefault(field, there.typed)
        return
    shown = st.session_state.setdefault(field, told(now) or empty)
    fields[field] = Field(now.id, told, parts, shown, shown)


def sweep() -> None:
    """Keep every answer that was changed since; to be called before anything is shown."""
    fields: dict[str, Field] = st.session_state.get(FIELDS, {})
    st.session_state.pop(FAILED, None)
    for field, each in list(fields.items()):
        if not field.startswith(f"assess_{each.assessment}_{place_state.turn()}_"):
            del fields[field]
            continue
        each.typed = st.session_state.get(field, each.typed)
        if each.typed != each.known:
            _keep(field, each)


def _keep(field: str, each: Field) -> None:
    parts = each.parts()
    held = st.session_state.setdefault(place_state.HELD, {})
    mark = ("assessment", each.assessment)
    try:
        with desk.writing() as (session, actor):  # no call of Streamlit's in here: it may leave
            found = assessing.save(
                session, actor, each.assessment, version=held.get(mark, 0), **parts
            )
            version, answer = found.version, each.told(found)
    except SafegroundError as error:
        st.session_state[FAILED] = str(error)
        return
    held[mark], each.known = version, each.typed
    st.session_state[KEPT] = f"{datetime.now(LONDON):%H:%M:%S}"
    if isinstance(answer, str) and isinstance(each.typed, str) and answer != each.typed.strip():
        each.known = each.typed = answer  # names or numbers were taken out of it
        if field in st.session_state:
            st.session_state[field] = answer


def words(now: Assessment, name: str, label: str, *, most: int, tall: int = 100) -> None:
    """Ask for words of one answer."""
    field = key(now, name)
    begin(now, field, attrgetter(name), lambda: {name: typed(field)})
    st.text_area(label, max_chars=most, height=tall, key=field)


def line(now: Assessment, name: str, label: str, *, most: int) -> None:
    """Ask for one line of one answer."""
    field = key(now, name)
    begin(now, field, attrgetter(name), lambda: {name: typed(field)})
    st.text_input(label, max_chars=most, key=field)


def typed(field: str) -> Any:
    """Return what is in a field, or was when it was last shown."""
    known = st.session_state.get(FIELDS, {}).get(field)
    return st.session_state.get(field, known.typed if known else None)


def status(now: Assessment, empty: list[str]) -> None:
    """Say what was kept when, or why it was not, and which steps are ``empty``."""
    wrong = st.empty()  # kept when nothing is wrong, so that no field below is drawn anew
    if failed := st.session_state.get(FAILED):
        wrong.error(f"Not kept: {failed}", icon=":material/error:")
    if place_state.held("assessment", now.id, now.version) != now.version:
        place_state.moved("assessment")
    else:
        at = st.session_state.get(KEPT)
        kept = f"Kept at {at}." if at else "Every answer is kept as you leave its field."
        left = f"Nothing is written yet in: {escape(', '.join(empty))}." if empty else ""
        st.html(f'<p class="sg-quiet" role="status">{kept} {left}</p>')
