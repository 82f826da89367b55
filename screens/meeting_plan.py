"""Planning a meeting: kind, day, hour, place, chair and recorder."""

from datetime import UTC, date, datetime, time, timedelta

import streamlit as st

from domain import (
    matching,
    meeting_agenda,
    meeting_invites,
    meeting_kinds,
    meeting_people,
    meetings,
)
from domain.matching import LONDON
from domain.meeting_tables import Meeting
from domain.people import Role
from screens import desk, meeting_state

MINUTES = (15, 30, 45, 60, 75, 90, 120, 150, 180)


def offer(*, first: bool) -> None:
    """Offer to plan a meeting; open at once where there is none yet."""
    if first:
        st.info(
            "No meeting is planned yet. Plan the first: its agenda is built from what changed.",
            icon=":material/event:",
        )
    with st.expander("Plan a meeting", icon=":material/add:", expanded=first):
        form()


def form() -> None:
    """Ask for a new meeting."""
    known = meeting_kinds.book().kinds
    kind = st.selectbox(
        "Kind of meeting", list(known), format_func=lambda code: known[code].label, key="new_kind"
    )
    st.caption(known[kind].about)
    with desk.reading() as (session, actor):
        people = meetings.recorders(session, actor)
    with st.form("plan_meeting", border=False):
        starts, lasts = hours(None, known[kind].minutes)
        where, online = whereabouts("", online=False)
        me = desk.actor()
        chairs = me.role is Role.COORDINATOR
        others = [number for number in people if number != me.id]
        chair, recorder = who(people, me.id if chairs else None,
                              others[0] if chairs and others else me.id)  # fmt: skip
        pressed = st.form_submit_button("Plan it", type="primary")
    if pressed:
        with desk.shown_errors():
            with desk.writing() as (session, actor):
                made = meetings.plan(
                    session, actor, kind=kind, starts_at=starts, lasts=lasts, held_where=where,
                    online=online, chair_id=chair, recorder_id=recorder,
                )  # fmt: skip
                ask_standing(session, actor, made, (chair, recorder))
                meeting_agenda.build(session, actor, made.id)
                number = made.id
            meeting_state.go(number)


def ask_standing(session, actor, made: Meeting, named) -> None:
    """Ask those who run it, and who came the last time that this kind met."""
    for user_id in dict.fromkeys(filter(None, named)):
        meeting_people.invite(session, actor, made.id, user_id=user_id)
    last = meetings.before(session, made)
    if last is None:
        return
    there = meeting_people.members(session, actor, last.id)
    for each in there:
        if each.user_id not in named and each.user_id is not None:
            meeting_people.invite(session, actor, made.id, user_id=each.user_id, role=each.role)
        elif each.user_id is None:
            meeting_people.invite(
                session, actor, made.id, role=each.role, agency_id=each.agency_id,
                agency=each.agency, why=each.why,
            )  # fmt: skip


def hours(now: datetime | None, lasts: int) -> tuple[datetime, int]:
    """Ask for day, hour and length, in London."""
    here = now.astimezone(LONDON) if now else None
    day_box, hour_box, long_box = st.columns([2, 1, 1])
    first = here.date() if here else working_day(matching.today() + timedelta(days=1))
    day = day_box.date_input("Day", first, format="DD/MM/YYYY")
    hour = hour_box.time_input("Begins at", here.time() if here else time(9, 30), step=900)
    offered = sorted({*MINUTES, lasts})
    minutes = long_box.selectbox(
        "Minutes", offered, index=offered.index(lasts), key=f"lasts_{lasts}"
    )
    return datetime.combine(day, hour, LONDON).astimezone(UTC), minutes


def working_day(day: date) -> date:
    """Return ``day``, or the Monday after it."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def whereabouts(where: str, *, online: bool) -> tuple[str, bool]:
    """Ask where it is held."""
    text = st.text_input("Where", where, max_chars=200, placeholder="Room, or how to join")
    return text, st.checkbox("Somebody joins online", online)


def who(people: dict[int, str], chair: int | None, recorder: int | None) -> tuple[int | None, int]:
    """Ask who chairs and who records."""
    numbers = list(people)
    chair_box, recorder_box = st.columns(2)
    chairs = chair_box.selectbox(
        "Chair", numbers, index=numbers.index(chair) if chair in people else None,
        format_func=people.get, placeholder="Choose who chairs",
    )  # fmt: skip
    records = recorder_box.selectbox(
        "Recorder", numbers, index=numbers.index(recorder) if recorder in people else 0,
        format_func=people.get,
    )  # fmt: skip
    return chairs, records


def change(meeting: Meeting) -> None:
    """Ask for what changes of a planned meeting."""
    with desk.reading() as (session, actor):
        people = meetings.recorders(session, actor)
    with st.form(f"change_meeting_{meeting.version}", border=False):
        starts, lasts = hours(meeting.starts_at, meeting.lasts)
        where, online = whereabouts(meeting.held_where, online=meeting.online)
        chair, recorder = who(people, meeting.chair_id, meeting.recorder_id)
        pressed = st.form_submit_button("Keep the change")
    if pressed:
        meeting_state.act(
            meetings.change, "Changed.", meeting.id, version=meeting.version, starts_at=starts,
            lasts=lasts, held_where=where, online=online, chair_id=chair, recorder_id=recorder,
        )  # fmt: skip
    if st.button("Cancel this meeting", icon=":material/event_busy:"):
        meeting_state.act(
            meetings.cancel, "The meeting is cancelled.", meeting.id, version=meeting.version
        )


def proposals(meeting: Meeting, place_ids: list[int]) -> list[meeting_invites.Proposal]:
    """Return who should be in the room and is not asked yet."""
    with desk.reading() as (session, actor):
        return meeting_invites.still_to_ask(session, actor, meeting.id, place_ids)
