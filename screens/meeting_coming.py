"""A meeting that is coming or runs: its agenda, who is asked, when and where; and the way in."""

from html import escape

import streamlit as st

from domain import meeting_agenda, meeting_items, meeting_kinds, meetings, search
from domain.filters import day_words
from domain.matching import LONDON
from domain.meeting_items import Line
from domain.meeting_tables import Meeting, MeetingState
from domain.people import Permission
from exchange.packs import What
from screens import (
    calendar_file,
    desk,
    meeting_people_list,
    meeting_plan,
    meeting_state,
    pack_link,
)
from screens.meeting_state import AGENDA, DETAILS, PEOPLE, chip, when

KINDS = {"carried": "put off", "raised": "raised"}


def show(meeting: Meeting) -> None:
    """Show the meeting, and what this person may do with it."""
    runs = desk.actor().may(Permission.RECORD)
    head(meeting)
    ways_in(meeting, runs=runs)
    pack_link.show(What.MEETING, meeting.id, "Make the pack for this meeting")
    parts = [AGENDA, PEOPLE, *([DETAILS] if runs and meeting.state is MeetingState.PLANNED else [])]
    part = st.segmented_control(
        "Part of the meeting", parts, default=AGENDA, key=f"meeting_part_{meeting.id}",
        required=True, label_visibility="collapsed",
    )  # fmt: skip
    if part == AGENDA:
        agenda(meeting, runs=runs)
    elif part == PEOPLE:
        people(meeting, runs=runs)
    else:
        meeting_plan.change(meeting)


def head(meeting: Meeting) -> None:
    """Say what and when it is, and who runs it."""
    who = [
        f"Chair: {meeting.chair_name or meeting.chair_role}",
        f"Recorder: {meeting.recorder_name}" if meeting.recorder_name else "",
    ]
    where = ["online" if meeting.online else "", meeting.held_where]
    line = " · ".join(filter(None, [when(meeting), *where]))
    now = "sg-now" if meeting.state is MeetingState.OPEN else ""
    st.html(
        f'<div class="sg-meeting"><h1>{escape(meeting.title)}</h1><p>{escape(line)} '
        f"{chip(meeting.state.words, now)}</p>"
        f'<p class="sg-quiet">{escape(" · ".join(filter(None, who)))}</p></div>'
    )


def ways_in(meeting: Meeting, *, runs: bool) -> None:
    """Offer to open it, or the way into its room."""
    if meeting.state is MeetingState.OPEN:
        with st.container(horizontal=True, key="meeting_ways"):
            if runs and st.button("Record", type="primary", icon=":material/edit_note:"):
                meeting_state.turn_to("meeting_room", meeting.id, mode=meeting_state.RECORD)
            if st.button(
                "Big screen" if runs else "Follow the meeting", icon=":material/present_to_all:",
                type="secondary" if runs else "primary",
            ):  # fmt: skip
                meeting_state.turn_to("meeting_room", meeting.id)
        return
    if meeting.state is not MeetingState.PLANNED:
        return
    with st.container(horizontal=True, key="meeting_ways"):
        pressed = runs and st.button(
            "Open the meeting", type="primary", icon=":material/play_arrow:", key="open_now"
        )
        calendar_file.meeting(meeting)
    if pressed:
        with desk.shown_errors():
            with desk.writing() as (session, actor):
                meetings.begin(session, actor, meeting.id)
                meeting_agenda.build(session, actor, meeting.id)
            meeting_state.say("The meeting is open.")


def agenda(meeting: Meeting, *, runs: bool) -> None:
    """Show the agenda in its order, with what can be done with each item."""
    with desk.reading() as (session, actor):
        lines = meeting_items.lines(session, actor, meeting.id)
        left = meeting_items.hidden(session, meeting, lines)
        since = meetings.last_met(session, meeting.kind, meeting.as_at or meeting.starts_at)
    known = meeting_kinds.book().kinds.get(meeting.kind)
    st.header("Agenda", anchor=False)
    st.html(f'<p class="sg-quiet">What changed since {day_words(since.astimezone(LONDON).date())}, '
            "when this meeting last met, and what was added.</p>")  # fmt: skip
    if known:
        st.html(listed(known.opening))
    if not lines:
        st.info("Nothing is on the agenda yet. Nothing changed, as far as you may read.",
                icon=":material/inbox:")  # fmt: skip
    for position, line in enumerate(lines):
        item(meeting, line, position, len(lines), runs=runs)
    if left:
        one = "1 more item is" if left == 1 else f"{left} more items are"
        st.html(f'<p class="sg-quiet">{one} not for you.</p>')
    if known:
        st.html(listed(known.closing))
    if runs:
        add(meeting)


def listed(parts: tuple[str, ...]) -> str:
    """List the fixed parts of an agenda."""
    return f'<ul class="sg-parts">{"".join(f"<li>{escape(each)}</li>" for each in parts)}</ul>'


def item(meeting: Meeting, line: Line, position: int, count: int, *, runs: bool) -> None:
    """Show one item, with up and down, which work by keyboard too."""
    with st.container(key=f"agenda_{line.id}", horizontal=True, vertical_alignment="center"):
        st.html(words(line, position))
        if not runs:
            return
        shifts = (
            ("first", "vertical_align_top", -position, 0),
            ("up", "arrow_upward", -1, 0),
            ("down", "arrow_downward", 1, count - 1),
        )
        for way, icon, by, end in shifts:
            if st.button(
                way.capitalize(), icon=f":material/{icon}:", key=f"{way}_{line.id}",
                disabled=position == end, help=f"Move item {position + 1} {way}",
            ):  # fmt: skip
                meeting_state.act(meeting_agenda.shift, f"Moved {way}.", line.id, by)
        if meeting.state is MeetingState.PLANNED and st.button(
            "Remove", icon=":material/close:", key=f"drop_{line.id}", type="tertiary",
            help=f"Take item {position + 1} off the agenda",
        ):  # fmt: skip
            meeting_state.act(meeting_agenda.remove, "Taken off.", line.id)


def words(line: Line, position: int) -> str:
    """Write an item: number, name, why it is there, in one spoken sentence or more."""
    kinds = "".join(chip(KINDS.get(each, each), f"sg-k-{each}") for each in line.kinds)
    marks = (chip("urgent", "sg-urgent") if line.urgent else "") + (
        chip("closed part", "sg-closed") if line.restricted else ""
    )
    says = f"<p>{escape(line.says)}</p>" if line.says else ""
    return (
        f'<div class="sg-item"><h3><span class="sg-number">{position + 1}</span> '
        f"{escape(line.name)} {marks}{kinds}</h3>{says}</div>"
    )


def add(meeting: Meeting) -> None:
    """Put a place or a question on the agenda: search, press."""
    st.subheader("Add to the agenda", anchor=False)
    place_box, question_box = st.columns(2, gap="large")
    with place_box:
        find_place(meeting.id, "agenda")
    with question_box, st.form(f"question_{meeting_state.turn()}", border=False):
        title = st.text_input(
            "Something about no single place", max_chars=120,
            help="Everyone who is asked reads this title. Name no place in it.",
        )  # fmt: skip
        if st.form_submit_button("Add it"):
            meeting_state.act(meeting_agenda.add_question, "Added.", meeting.id, title)


def find_place(number: int, where: str) -> None:
    """Find a place by name and put it on the agenda: type, Enter, press."""
    asked = st.text_input(
        "Raise a place", key=f"raise_{where}_{meeting_state.turn()}", max_chars=100,
        placeholder="Name of the place",
    )  # fmt: skip
    if not asked:
        return
    with desk.reading() as (session, actor):
        hits = [hit for hit in search.search(session, actor, asked, 12) if hit.place_id]
    if not hits:
        st.html('<p class="sg-quiet">No place of that name. Put it on the map first.</p>')
    for hit in hits[:6]:
        label = f"{meeting_people_list.plain(hit.name)} ({hit.detail.split(', ')[-1]})"
        if st.button(label, key=f"raise_{where}_{hit.place_id}", width="stretch",
                     icon=":material/add:"):  # fmt: skip
            meeting_state.act(
                meeting_agenda.add_place, "It is on the agenda.", number, hit.place_id
            )


def people(meeting: Meeting, *, runs: bool) -> None:
    """Show who is asked, and who else should be in the room."""
    with desk.reading() as (session, actor):
        lines = meeting_items.lines(session, actor, meeting.id)
    meeting_people_list.show(meeting, runs=runs)
    if runs:
        numbers = [line.place_id for line in lines if line.place_id]
        meeting_people_list.propose(meeting, numbers)
        meeting_people_list.add(meeting)
