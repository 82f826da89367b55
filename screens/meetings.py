"""Meetings: what is coming, what was held, and planning the next."""

from html import escape

import streamlit as st

from domain import meeting_deciding, meetings
from domain.errors import SafegroundError
from domain.meeting_tables import HELD, Meeting, MeetingState
from domain.people import Permission
from screens import (
    calendar_file,
    desk,
    meeting_coming,
    meeting_held,
    meeting_plan,
    meeting_replay,
    meeting_since,
    meeting_state,
)
from screens.meeting_state import chip, when

LIST, SINCE = "Meetings", "What changed"


def listed() -> None:
    """Show what is coming and what was held, and how to plan the next."""
    runs = desk.actor().may(Permission.RECORD)
    st.title("Meetings", anchor=False)
    part = st.segmented_control(
        "Part of the page", [LIST, SINCE], default=LIST, key="meetings_part", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    if part == SINCE:
        meeting_since.show()
        return
    with desk.reading() as (session, actor):
        found = meetings.listed(session, actor)
    coming = [each for each in found if each.state in (MeetingState.PLANNED, MeetingState.OPEN)]
    held = [each for each in found if each.state in HELD or each.state is MeetingState.CANCELLED]
    if runs:
        meeting_plan.offer(first=not found)
    elif not found:
        st.info("You are asked to no meeting yet. Whoever runs them adds you.",
                icon=":material/event:")  # fmt: skip
    if coming:
        st.header("Coming", anchor=False)
        for each in sorted(coming, key=lambda one: one.starts_at):
            line(each)
    if coming:
        calendar_file.everything()
    if held:
        st.header("Held", anchor=False)
        for each in held:
            line(each)


def line(meeting: Meeting) -> None:
    """Show one meeting as a line with its way in."""
    now = meeting.state is MeetingState.OPEN
    with st.container(
        key=f"meeting_line_{meeting.id}", horizontal=True, vertical_alignment="center"
    ):
        where = " · ".join(filter(None, ["online" if meeting.online else "", meeting.held_where]))
        st.html(
            f'<div class="sg-meeting"><h3>{escape(meeting.title)}</h3>'
            f"<p>{escape(when(meeting))}"
            f"{' · ' + escape(where) if where else ''}</p>"
            f"{chip(meeting.state.words, 'sg-now' if now else '')}</div>"
        )
        if st.button(
            "Open", key=f"open_meeting_{meeting.id}", type="primary" if now else "secondary"
        ):
            meeting_state.go(meeting.id)


def one(number: int, decision: int | None) -> None:
    """Show one meeting by where it stands."""
    if decision is None and st.button(
        "All meetings", icon=":material/arrow_back:", type="tertiary"
    ):
        meeting_state.go(None)
    try:
        with desk.reading() as (session, actor):
            meeting = meetings.find(session, actor, number)
    except SafegroundError as error:
        st.error(str(error), icon=":material/error:")
        return
    if decision is not None:
        meeting_replay.show(decision, number)
    elif meeting.state in HELD:
        meeting_held.show(meeting)
    else:
        meeting_coming.show(meeting)


def again(decision: int) -> None:
    """Show a decision that a place's timeline leads to, under its own meeting."""
    try:
        with desk.reading() as (session, actor):
            meeting = meeting_deciding.find(session, actor, decision).meeting_id
    except SafegroundError as error:
        st.error(str(error), icon=":material/error:")
        return
    one(meeting, decision)


meeting_state.style()
meeting_state.said()
asked = meeting_state.opened()
if asked.meeting is not None:
    one(asked.meeting, asked.decision)
elif asked.decision is not None:
    again(asked.decision)
else:
    listed()
