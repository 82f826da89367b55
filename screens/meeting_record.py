"""The recorder's desk: the agenda at the left, the item in the middle, the room at the right."""

from html import escape

import streamlit as st

from domain import (
    meeting_agenda,
    meeting_items,
    meeting_kinds,
    meeting_people,
    meeting_seats,
    meetings,
)
from domain.errors import SafegroundError
from domain.meeting_items import ItemState, Line
from domain.meeting_tables import Meeting
from screens import (
    desk,
    meeting_coming,
    meeting_decide,
    meeting_notes_box,
    meeting_people_list,
    meeting_state,
    place_state,
)
from screens.admin_desk import plain, quiet
from screens.meeting_state import chip

EVERY = 2
AT = "record_at"


def show(meeting: Meeting) -> None:
    """Show the desk of the one who writes."""
    with desk.reading() as (session, actor):
        lines = meeting_items.lines(session, actor, meeting.id)
        room = meeting_seats.room(session, meeting)
        shown = {each.id for each in meeting_items.lines(session, actor, meeting.id, room=room)}
    at = chosen(meeting, lines)
    head(meeting, meeting_state.cleared(room, sharing=meeting.sharing))
    with st.container(key="record_desk"):
        with st.container(key="record_list"):
            listed(meeting, lines, at, shown)
        with st.container(key="record_item"):
            if at is None:
                begin(meeting)
            else:
                item(meeting, at, hidden=at.id not in shown)
        with st.container(key="record_room"):
            in_the_room(meeting)
    follow(meeting.id, mark(meeting, lines))


def head(meeting: Meeting, cleared: str) -> None:
    """Say which meeting it is and for whom the big screen is drawn."""
    closed = chip("closed part", "sg-closed") if meeting.closed_part else ""
    st.html(
        f'<div class="sg-meeting"><h1>{escape(meeting.title)}</h1><p>{escape(cleared)} {closed} '
        f'<a class="sg-link" href="{meeting_state.room_address(meeting.id)}" target="_blank">'
        "Big screen in a new tab</a></p></div>"
    )


def chosen(meeting: Meeting, lines: list[Line]) -> Line | None:
    """Return the item that is written on: the meeting's, unless the recorder turned to another."""
    held = st.session_state.get(AT)
    number = meeting.current_item_id
    if held is not None and held[0] == (meeting.id, meeting.turned_at):
        number = held[1]
    return next((each for each in lines if each.id == number), None)


def listed(meeting: Meeting, lines: list[Line], at: Line | None, shown: set[int]) -> None:
    """List the items: press one to write on it; the chair's is marked."""
    st.html("<h2>Agenda</h2>")
    signs = {ItemState.DECIDED: "✓ ", ItemState.DEFERRED: "↷ ", ItemState.WAITING: ""}
    if st.button("Beginning", key="at_start", width="stretch", icon=":material/flag:",
                 type="primary" if at is None else "secondary"):  # fmt: skip
        write_on(meeting, None)
    for number, line in enumerate(lines, 1):
        here = "● " if line.id == meeting.current_item_id else ""
        label = f"{here}{signs[line.state]}{number}. {plain(line.name)}"
        tail = " (not shown to the room)" if line.id not in shown else ""
        if st.button(label + tail, key=f"at_{line.id}", width="stretch",
                     type="primary" if at and at.id == line.id else "secondary"):  # fmt: skip
            write_on(meeting, line.id)
    quiet("● the chair is here · ✓ decided · ↷ put off")
    meeting_coming.find_place(meeting.id, "desk")


def write_on(meeting: Meeting, number: int | None) -> None:
    """Turn the recorder's desk alone to an item, until the chair goes on."""
    st.session_state[AT] = ((meeting.id, meeting.turned_at), number)
    st.rerun()


def begin(meeting: Meeting) -> None:
    """Show what is read out at the start, and the close at the end."""
    st.header("Beginning", anchor=False)
    kind = meeting_kinds.book().kinds.get(meeting.kind)
    if kind:
        st.html(meeting_coming.listed(kind.opening))
    for code, each in meeting_kinds.book().statements.items():
        st.html(f'<p class="sg-told">{escape(each.words)}</p>')
        if code in meeting.statements:
            quiet(f"{each.label}: read out.")
        elif st.button(f"{each.label} was read out", key=f"read_{code}"):
            meeting_state.act(meetings.read_out, "Noted.", meeting.id, code)
    close(meeting)


def close(meeting: Meeting) -> None:
    """Close the meeting; what was not reached is put off."""
    st.header("At the end", anchor=False)
    quiet("What was neither decided nor put off is put off. The minutes are there at once.")
    if st.button("Close the meeting", icon=":material/stop_circle:"):
        with desk.shown_errors():
            with desk.writing() as (session, actor):
                meeting_agenda.close(session, actor, meeting.id)
            meeting_state.turn_to("meetings", meeting.id)


def item(meeting: Meeting, line: Line, *, hidden: bool) -> None:
    """Write on one item: notes, decision, actions, what comes next."""
    link = ""
    if line.place_id is not None:
        link = (f' <a class="sg-link" target="_blank" '
                f'href="{place_state.address(line.place_id)}">Its page</a>')  # fmt: skip
    urgent = chip("urgent", "sg-urgent") if line.urgent else ""
    st.html(
        f'<div class="sg-item"><h2>{escape(line.name)} {urgent}</h2>'
        f"<p>{escape(line.says)}{link}</p></div>"
    )
    if hidden:
        st.warning("The room may not see this item. Decide on it in the closed part, or when the "
                   "room is cleared for it.", icon=":material/visibility_off:")  # fmt: skip
    if line.id != meeting.current_item_id and st.button(
        "Turn the big screen to this", icon=":material/present_to_all:", key=f"turn_{line.id}"
    ):
        meeting_state.act(meeting_agenda.turn_to, "The big screen is there.", meeting.id, line.id)
    meeting_notes_box.show(meeting.id, line.id)
    with st.container(key="record_decision"):
        meeting_decide.decision(meeting, line)
    with st.expander("Actions", expanded=True, icon=":material/task_alt:"):
        meeting_decide.actions(meeting, line)
    with st.expander("Next step, put off, marks", icon=":material/more_horiz:"):
        meeting_decide.marks(line)


def in_the_room(meeting: Meeting) -> None:
    """Who is in the room, whether the screen is shared, and the closed part."""
    st.html("<h2>In the room</h2>")
    meeting_people_list.attendance(meeting)
    sharing = st.toggle("The screen is shared", meeting.sharing, key=f"share_{meeting.sharing}",
                        help="Counts as one more person, of whom nothing is known.")  # fmt: skip
    if sharing is not meeting.sharing:
        meeting_state.act(meeting_people.share_screen, "Noted.", meeting.id, on=sharing)
    doors = "End the closed part" if meeting.closed_part else "Begin the closed part"
    work = meeting_people.open_doors if meeting.closed_part else meeting_people.close_doors
    if st.button(doors, key="doors", icon=":material/lock:", width="stretch"):
        meeting_state.act(work, "Noted.", meeting.id)
    meeting_people_list.add(meeting)


def mark(meeting: Meeting, lines: list[Line]) -> tuple[object, ...]:
    """Return what must not differ while the desk stays as it is; notes are not among it."""
    return (
        meeting.state,
        meeting.turned_at,
        meeting.closed_part,
        meeting.sharing,
        tuple((each.id, each.version) for each in lines),
    )


@st.fragment(run_every=EVERY)
def follow(number: int, before: tuple[object, ...]) -> None:
    """Look whether the chair went on, or somebody else changed something."""
    try:
        with desk.reading() as (session, actor):
            meeting = meetings.find(session, actor, number)
            lines = meeting_items.lines(session, actor, number)
    except SafegroundError:
        return
    if mark(meeting, lines) != before:
        desk.rerun_unasked()
