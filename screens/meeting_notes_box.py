"""The recorder's notes: a field that saves itself within seconds and loses nothing."""

from pathlib import Path

import streamlit as st
from streamlit.components.v1 import declare_component

from domain import meeting_items, meeting_notes
from domain.errors import SafegroundError
from domain.meeting_items import Line
from domain.meeting_notes import NotesMoved
from screens import desk, meeting_state

field = declare_component("safeground_notes", path=str(Path(__file__).with_name("notes")))
DONE = "notes_done"


@st.fragment
def show(meeting: int, item: int) -> None:
    """Show the field of one item; it runs alone, so that saving moves nothing else."""
    line = read(meeting, item)
    if line is None:
        return
    key = f"notes_{item}"
    outcome = take(st.session_state.get(key), line)
    line = read(meeting, item) or line
    field(
        item=item, scope=desk.actor().scope, text=line.notes, version=line.notes_version,
        by=line.notes_by, at=meeting_state.clock(line.notes_at), key=key, default=None, **outcome,
    )  # fmt: skip


def read(meeting: int, item: int) -> Line | None:
    """Read the item as this recorder may see it."""
    with desk.reading() as (session, actor):
        lines = meeting_items.lines(session, actor, meeting)
    return next((each for each in lines if each.id == item), None)


def take(told: object, line: Line) -> dict[str, object]:
    """Save what the field sent, once; return what it is answered."""
    done = st.session_state.setdefault(DONE, {})
    before: dict[str, object] = done.get(line.id, {"ack": 0, "conflict": False, "refused": ""})
    sent = checked(told, line.id)
    if sent is None or sent[2] == before["ack"]:
        return before
    text, version, number = sent
    answer: dict[str, object] = {"ack": number, "conflict": False, "refused": ""}
    try:
        with desk.writing() as (session, actor):
            meeting_notes.save(session, actor, line.id, text, version=version)
    except NotesMoved:
        answer["conflict"] = True
    except SafegroundError as error:
        answer["refused"] = f"Not saved: {error} What you typed stays here."
    done[line.id] = answer
    return answer


def checked(told: object, item: int) -> tuple[str, int, int] | None:
    """Read what the browser sent, which anyone may have made: text, version and its number."""
    if not isinstance(told, dict) or told.get("item") != item:
        return None
    text, version, number = told.get("text"), told.get("version"), told.get("n")
    if not isinstance(text, str) or len(text) > meeting_notes.LONGEST:
        return None
    if type(version) is not int or type(number) is not int:
        return None
    return text, version, number
