"""Deciding on an item and writing down actions: the recorder's forms."""

from datetime import timedelta

import streamlit as st

from domain import (
    accounts,
    goals,
    matching,
    meeting_actions,
    meeting_agenda,
    meeting_deciding,
    meeting_kinds,
    meeting_moving,
    meeting_notes,
    meeting_seats,
    plans,
    search,
)
from domain.filters import day_words
from domain.meeting_evidence import NOTHING
from domain.meeting_items import ItemState, Line
from domain.meeting_room import presenting
from domain.meeting_tables import Meeting
from layers import replay
from screens import desk, meeting_state
from screens.admin_desk import plain, quiet

DAYS = 14


def decision(meeting: Meeting, line: Line) -> None:
    """Ask what is decided, and why; say what stands in the way of a move before it is pressed."""
    with desk.reading() as (session, actor):
        stands = meeting_deciding.of_meeting(session, actor, meeting.id).get(line.id)
    if stands is not None:
        decided(stands)
    kind = meeting_kinds.kind(meeting.kind)
    known = meeting_kinds.book().decisions
    key = f"{line.id}_{line.version}"
    code = st.pills(
        "Decision", kind.decisions, format_func=lambda each: known[each].label,
        key=f"code_{key}",
    )  # fmt: skip
    if code is None:
        return
    quiet(known[code].about)
    lacks = missing(meeting, line, code)
    into = same_as(line, key) if known[code].merges else None
    with st.form(f"decide_{key}", border=False):
        reason = st.text_area("Why", max_chars=500, height=80, key=f"why_{key}")
        referred = st.checkbox(
            "The place was also referred beside a child", key=f"referred_{key}",
            help="No child is named here.",
        )  # fmt: skip
        pressed = st.form_submit_button(
            "Write down the decision" if lacks else f"Decide: {known[code].label.lower()}",
            type="primary",
        )
    if pressed:
        decide(meeting, line, code, reason=reason, also_referred=referred, into_id=into)


def decided(stands: meeting_deciding.MeetingDecision) -> None:
    """Show the decision that stands."""
    label = meeting_kinds.decision_label(stands.code)
    st.success(f"Decided: {label}. {plain(stands.reason)}", icon=":material/gavel:")
    if stands.still_missing:
        lines = "  \n".join(plain(each) for each in stands.still_missing.splitlines())
        st.info(f"The place has not moved. Still missing:  \n{lines}", icon=":material/checklist:")


def missing(meeting: Meeting, line: Line, code: str) -> tuple[str, ...]:
    """Show what is still missing before this decision can move the place."""
    if line.place_id is None:
        return ()
    with desk.reading() as (session, actor):
        lacks = meeting_moving.missing(session, actor, line.place_id, meeting.kind, code)
    if lacks:
        lines = "  \n".join(map(plain, lacks))
        st.info(
            f"The place stays where it is until this is there:  \n{lines}",
            icon=":material/checklist:",
        )
    return lacks or ()


def decide(meeting: Meeting, line: Line, code: str, **given: object) -> None:
    """Write down the decision, with what the room is shown of the place at this moment."""
    with desk.shown_errors():
        with desk.writing() as (session, actor):
            shown = NOTHING
            if line.place_id is not None:
                reader = presenting(actor, meeting_seats.room(session, meeting))
                shown = replay.gather(session, reader, line.place_id, as_at=meeting.as_at)
            meeting_deciding.decide(
                session, actor, line.id, code, version=line.version, shown=shown, **given
            )
        meeting_state.say("The decision is written down.")


def same_as(line: Line, key: str) -> int | None:
    """Ask which place it is the same as."""
    asked = st.text_input("Which place is it the same as?", max_chars=100, key=f"same_{key}")
    if not asked:
        return None
    with desk.reading() as (session, actor):
        hits = {
            hit.place_id: hit.name
            for hit in search.search(session, actor, asked, 12)
            if hit.place_id and hit.place_id != line.place_id
        }
    if not hits:
        quiet("No other place of that name.")
        return None
    return st.radio("That one", list(hits), format_func=lambda each: plain(hits[each]),
                    key=f"into_{key}")  # fmt: skip


def actions(meeting: Meeting, line: Line) -> None:
    """List the actions of an item and ask for another."""
    with desk.reading() as (session, actor):
        found = [
            each
            for each in meeting_actions.of_meeting(session, actor, meeting.id)
            if each.item_id == line.id
        ]
        agencies = accounts.agency_names(session, actor)
        aims = open_goals(session, line)
    for each in found:
        st.markdown(
            f"**{plain(each.what)}**  \n{plain(each.agency)}, {plain(each.owner_role)}, "
            f"by {day_words(each.due)}{' · in the plan' if each.plan_action_id else ''}"
        )
    with st.form(f"action_{line.id}_{len(found)}", border=False):
        what = st.text_input("What is to be done", max_chars=500)
        agency_box, role_box, due_box = st.columns([2, 2, 1.3])
        agency = agency_box.selectbox("Agency", list(agencies), index=None,
                                      format_func=agencies.get, placeholder="Choose")  # fmt: skip
        role = role_box.text_input("Role", max_chars=120)
        today = matching.today()
        due = due_box.date_input("By", today + timedelta(days=DAYS), min_value=today,
                                 format="DD/MM/YYYY")  # fmt: skip
        goal = None
        if aims:
            goal = st.selectbox(
                "Goal of the plan that it serves", [None, *aims],
                format_func=lambda each: "None: an action of this meeting" if each is None
                else aims[each],
            )  # fmt: skip
        pressed = st.form_submit_button("Add the action")
    if pressed and agency is None:
        st.warning("Choose the agency that owns it.")
    elif pressed:
        meeting_state.act(
            meeting_actions.add, "The action is written down.", line.id, what=what,
            owner_agency_id=agency, owner_role=role, due=due, goal_id=goal,
        )  # fmt: skip


def open_goals(session, line: Line) -> dict[int, str]:
    """Return the open goals of the place's plan, by id."""
    plan = plans.current(session, line.place_id) if line.place_id else None
    if plan is None:
        return {}
    return {each.id: each.statement for each in goals.open_goals(session, plan.id)}


def marks(line: Line) -> None:
    """Ask what comes next, whether it is put off, urgent, or for the closed part."""
    key = f"{line.id}_{line.version}"
    with st.form(f"next_{key}", border=False):
        words = st.text_input("What comes next", line.next_step, max_chars=300)
        if st.form_submit_button("Keep it"):
            meeting_state.act(meeting_notes.set_next, "Kept.", line.id, words, version=line.version)
    urgent = st.checkbox("Urgent: decided today", line.urgent, key=f"urgent_{key}")
    restricted = st.checkbox("For the closed part", line.restricted, key=f"restricted_{key}")
    if (urgent, restricted) != (line.urgent, line.restricted):
        meeting_state.act(
            meeting_agenda.mark, "Marked.", line.id, version=line.version, urgent=urgent,
            restricted=restricted,
        )  # fmt: skip
    if line.state is ItemState.WAITING and not line.urgent:
        with st.form(f"defer_{key}", border=False):
            why = st.text_input("Put off until next time: why?", max_chars=300)
            if st.form_submit_button("Put it off"):
                meeting_state.act(
                    meeting_agenda.defer, "Put off.", line.id, version=line.version, reason=why
                )
