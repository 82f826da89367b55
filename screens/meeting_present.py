"""The big screen: one place at a time, map and card, large; it follows the meeting by itself.

All that stands on it is read as the room's reader, so never more than the least cleared person in
the room may see; that is worked out anew on every run, and every two seconds.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

import streamlit as st

from domain import (
    codes,
    meeting_actions,
    meeting_agenda,
    meeting_deciding,
    meeting_items,
    meeting_kinds,
    meeting_seats,
    meetings,
    place_card,
)
from domain.errors import NotFound, NotPermitted
from domain.filters import day_words
from domain.meeting_items import Line
from domain.meeting_room import Room, presenting
from domain.meeting_tables import Meeting, MeetingState
from domain.people import Actor, Permission, Tier
from domain.place_card import PlaceCard
from screens import desk, frame, meeting_map, meeting_patrols, meeting_state
from screens.meeting_state import chip
from screens.note_form import sentence

EVERY = 2


@dataclass(frozen=True)
class Stage:
    """What is on the screen: the room, its reader, the items that it may see, and which one."""

    meeting: Meeting
    room: Room
    reader: Actor
    lines: tuple[Line, ...]
    at: int

    @property
    def line(self) -> Line | None:
        """The item that the meeting is at, None at its beginning."""
        return self.lines[self.at] if 0 <= self.at < len(self.lines) else None

    @property
    def mark(self) -> tuple[object, ...]:
        """What must not differ while the screen stays as it is."""
        now = self.meeting
        return (
            now.state, now.current_item_id, self.room, now.closed_part, now.sharing,
            tuple((each.id, each.version) for each in self.lines),
        )  # fmt: skip


def stage(number: int) -> Stage:
    """Read the meeting as the room may see it now."""
    with desk.reading() as (session, actor):
        meeting = meetings.find(session, actor, number)
        room = meeting_seats.room(session, meeting)
        lines = tuple(meeting_items.lines(session, actor, number, room=room))
    ids = [each.id for each in lines]
    at = ids.index(meeting.current_item_id) if meeting.current_item_id in ids else -1
    return Stage(meeting, room, presenting(actor, room), lines, at)


def show(meeting: Meeting) -> None:
    """Show the screen of the room."""
    now = stage(meeting.id)
    st.html('<div class="sg-stage-on"></div>')
    top(now)
    if now.line is None:
        opening(now)
    elif now.line.place_id is None:
        question(now, now.line)
    else:
        place(now, now.line)
    steps(now)
    follow(meeting.id, now.mark)


def top(now: Stage) -> None:
    """Say what this is, where in the agenda, for whom it is shown, and its marking."""
    count = f"{now.at + 1} of {len(now.lines)}" if now.line else f"{len(now.lines)} items"
    closed = chip("closed part", "sg-closed") if now.meeting.closed_part else ""
    marking = codes.current().markings[
        frame.SENSITIVE if now.reader.tier >= Tier.T2 else frame.PLAIN
    ]
    st.html(
        f"""<div class="sg-top" role="region" aria-label="The meeting">
        <strong class="sg-marking">{escape(marking.label)}</strong>
        <span class="sg-notice">{frame.NOTICE}</span>
        <strong>{escape(now.meeting.title)}</strong><span>{count}</span>{closed}
        <span class="sg-room">{escape(meeting_state.cleared(now.room, sharing=now.meeting.sharing))}
        </span></div>"""
    )


def opening(now: Stage) -> None:
    """Show the beginning: what is read out, the parts of the agenda, what comes."""
    known = meeting_kinds.book()
    statements = "".join(
        f"<section><h2>{escape(each.label)}</h2><p>{escape(each.words)}</p></section>"
        for each in known.statements.values()
    )
    items = "".join(f"<li>{escape(each.name)}</li>" for each in now.lines)
    hidden = hidden_words(now)
    st.html(
        f"""<div class="sg-stage sg-opening"><h1>{escape(now.meeting.title)}</h1>
        <div class="sg-two"><div>{statements}</div><div><h2>Today</h2>
        <ol>{items or "<li>Nothing that this room may see.</li>"}</ol>
        <p class="sg-quiet">{escape(hidden)}</p>{tasks(now)}
        {meeting_patrols.told(now.reader)}</div></div></div>"""
    )


def hidden_words(now: Stage) -> str:
    """Say how many items wait for another room."""
    with desk.reading() as (session, _):
        left = meeting_items.hidden(session, now.meeting, now.lines)
    if not left:
        return ""
    one = "1 item waits" if left == 1 else f"{left} items wait"
    return f"{one} for the closed part, or for a room that is cleared for more."


def tasks(now: Stage) -> str:
    """List the actions of last time that this room may read."""
    if now.reader.tier < Tier.T3:
        return ""
    with desk.reading() as (session, actor):
        found = meeting_actions.from_last_time(session, actor, now.meeting.id)
    seen = {each.place_id for each in now.lines}
    rows = "".join(
        f"<li>{escape(each.what)} <span class='sg-quiet'>{escape(each.agency)}, due "
        f"{day_words(each.due)}{' (late)' if each.overdue else ''}</span></li>"
        for each in found
        if each.place_id is None or each.place_id in seen
    )
    return f"<h2>Actions from last time</h2><ul>{rows}</ul>" if rows else ""


def question(now: Stage, line: Line) -> None:
    """Show an item that is about no single place."""
    st.html(f'<div class="sg-stage"><h1>{escape(line.name)}</h1></div>')
    written(now.meeting.id)


def place(now: Stage, line: Line) -> None:
    """Show a place: map at the left, card and what is written at the right."""
    try:
        with desk.reading() as (session, _):
            card = place_card.card(session, now.reader, line.place_id, at=now.meeting.as_at)
    except (NotFound, NotPermitted):
        st.html('<div class="sg-stage"><h1>This place is not for this room.</h1></div>')
        return
    with st.container(horizontal=True, key="room_stage"):
        with st.container(key="room_left"):
            meeting_map.place(card, now.reader)
        with st.container(key="room_right"):
            st.html(words(now, line, card))
            written(now.meeting.id)


def words(now: Stage, line: Line, card: PlaceCard) -> str:
    """Write the card in large type: name, why it is here, strengths beside worries."""
    harm = codes.current().harm_types.label(card.harm_primary)
    urgent = chip("urgent", "sg-urgent") if line.urgent else ""
    worry = card.worries or "Nothing noted."
    strong = card.strengths or "Nothing noted yet. What helps here?"
    parts = [f'<div class="sg-strong"><h2>What is strong here</h2><p>{escape(strong)}</p></div>']
    if not card.neutral:
        parts.append(f'<div class="sg-worry"><h2>What worries us</h2><p>{escape(worry)}</p></div>')
    kind = meeting_kinds.book().kinds.get(now.meeting.kind)
    asks = "".join(f"<li>{escape(each)}</li>" for each in (kind.each_place if kind else ()))
    return f"""<div class="sg-stage"><h1>{escape(card.name)} {urgent}</h1>
        <p class="sg-says">{escape(line.says)}</p>
        <p><span class="sg-state">{escape(sentence(card.status.words))}</span>
        <span class="{"sg-late" if card.overdue else ""}">{escape(card.review_words())}</span></p>
        <p class="sg-quiet">{escape(sentence(card.type_label))} · {escape(card.location)} ·
        {escape(sentence(harm))} · {escape(figures(card))}</p>
        {"".join(parts)}
        <details><summary>What we ask of each place</summary><ul>{asks}</ul></details></div>"""


def figures(card: PlaceCard) -> str:
    """Say the counts as the room may read them."""

    def told(count: int | None) -> str:
        return "too few to show" if count is None else str(count)

    found = card.evidence
    return f"incidents here: {told(found.incidents)}, named in episodes: {told(found.touches)}"


@st.fragment(run_every=EVERY)
def written(number: int) -> None:
    """Show the recorder's notes, the decision and the actions as they are written."""
    now = stage(number)
    if now.line is None or now.meeting.state is not MeetingState.OPEN:
        return
    minutes = minutes_on(now.meeting)
    kind = meeting_kinds.book().kinds.get(now.meeting.kind)
    planned = f" of {kind.item_minutes}" if kind else ""
    over = "sg-late" if kind and minutes >= kind.item_minutes else ""
    parts = [f'<p class="sg-timer {over}" role="timer">{minutes}{planned} min</p>']
    if now.reader.tier >= Tier.T3:
        parts += decided(now, now.line)
        if now.line.notes:
            parts.append(f"<h2>Notes</h2><p class='sg-notes'>{escape(now.line.notes)}</p>")
    st.html(f'<div class="sg-stage sg-live" aria-live="off">{"".join(parts)}</div>')


def decided(now: Stage, line: Line) -> list[str]:
    """Write the decision and the actions of an item."""
    with desk.reading() as (session, actor):
        found = meeting_deciding.of_meeting(session, actor, now.meeting.id).get(line.id)
        actions = [
            each
            for each in meeting_actions.of_meeting(session, actor, now.meeting.id)
            if each.item_id == line.id
        ]
    parts = []
    if found is not None and found.tier <= now.room.tier:
        label = meeting_kinds.decision_label(found.code)
        parts.append(f"<h2>Decided: {escape(label)}</h2><p>{escape(found.reason)}</p>")
    if actions:
        rows = "".join(
            f"<li>{escape(each.what)} <span class='sg-quiet'>{escape(each.agency)}, "
            f"by {day_words(each.due)}</span></li>"
            for each in actions
        )
        parts.append(f"<h2>Actions</h2><ul>{rows}</ul>")
    return parts


def minutes_on(meeting: Meeting) -> int:
    """Count the whole minutes since the meeting turned to this item."""
    if meeting.turned_at is None:
        return 0
    return max(0, int((datetime.now(UTC) - meeting.turned_at).total_seconds() // 60))


def steps(now: Stage) -> None:
    """Offer back and next, by arrow keys too, to those who run the meeting."""
    number = now.meeting.id
    with st.container(horizontal=True, key="room_steps", vertical_alignment="center"):
        if desk.actor().may(Permission.RECORD):
            st.button("Back", icon=":material/arrow_back:", shortcut="Left",
                      disabled=now.at < 0, on_click=turn, args=(number, -1))  # fmt: skip
            st.button("Next", icon=":material/arrow_forward:", type="primary", shortcut="Right",
                      disabled=now.at >= len(now.lines) - 1, on_click=turn,
                      args=(number, 1))  # fmt: skip
            if st.button("Record", type="tertiary"):
                meeting_state.go(number, mode=meeting_state.RECORD)
        else:
            st.html('<p class="sg-quiet">This screen follows the chair.</p>')
        if st.button("Leave the big screen", type="tertiary"):
            meeting_state.turn_to("meetings", number)


def turn(number: int, by: int) -> None:
    """Turn the meeting to the item of the room that is ``by`` steps on.

    Before the page is drawn again, so that a second press counts from where the first one led.
    """
    now = stage(number)
    at = min(now.at + by, len(now.lines) - 1)
    item = now.lines[at].id if at >= 0 else None
    with desk.shown_errors(), desk.writing() as (session, actor):
        meeting_agenda.turn_to(session, actor, number, item)


@st.fragment(run_every=EVERY)
def follow(number: int, mark: tuple[object, ...]) -> None:
    """Look whether the meeting went on or the room changed, and show it anew then."""
    try:
        differs = stage(number).mark != mark
    except (NotFound, NotPermitted):
        differs = True
    if differs:
        desk.rerun_unasked()
