"""The address of the meeting pages, what the rooms are called, and acting on a meeting."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any, NoReturn

import streamlit as st

from domain.filters import day_words
from domain.matching import LONDON
from domain.meeting_room import Room
from domain.meeting_tables import Meeting
from domain.people import Tier
from screens import desk, place_state

STYLE = Path(__file__).with_name("meetings.css")
AGENDA, PEOPLE, DETAILS = "Agenda", "People", "When and where"
SHOW, RECORD = "show", "record"
SAID, TURN = "meeting_said", "meeting_turn"


@dataclass(frozen=True)
class Opened:
    """What an address asks for: a meeting, how it is shown, and one decision to look at again."""

    meeting: int | None = None
    mode: str = SHOW
    decision: int | None = None


def read(params: Mapping[str, str]) -> Opened:
    """Read an address, which anyone may have written: what cannot be is dropped."""
    mode = params.get("mode", SHOW)
    return Opened(
        place_state.number(params.get("meeting", "")),
        mode if mode in (SHOW, RECORD) else SHOW,
        place_state.number(params.get("decision", "")),
    )


def opened() -> Opened:
    """Return what the page's own address asks for."""
    return read(st.query_params.to_dict())


def style() -> None:
    """Put the style of the meeting pages on the page."""
    st.html(STYLE)


def go(meeting: int | None, **more: Any) -> NoReturn:
    """Open a meeting, or the list, and run the page again."""
    asked = {} if meeting is None else {"meeting": str(meeting)}
    st.query_params.from_dict({**asked, **{name: str(value) for name, value in more.items()}})
    st.rerun()


def room_address(meeting: int, mode: str = SHOW) -> str:
    """Return the address of the meeting's room."""
    return f"/meeting_room?meeting={meeting}&mode={mode}"


def turn_to(page: str, meeting: int, **more: str) -> NoReturn:
    """Go to another page about the same meeting, in the same tab."""
    st.switch_page(f"{page}.py", query_params={"meeting": str(meeting), **more})


def do(work: Callable[..., Any], *args: Any, **given: Any) -> Any:
    """Do one thing, or show why not; return what it gave, None where it was refused."""
    with desk.shown_errors(), desk.writing() as (session, actor):
        return work(session, actor, *args, **given)
    return None


def act(work: Callable[..., Any], done: str, *args: Any, **given: Any) -> None:
    """Do one thing and say so on a fresh page, or show why not; what was typed then stays."""
    with desk.shown_errors():
        with desk.writing() as (session, actor):
            work(session, actor, *args, **given)
        say(done)


def say(done: str) -> NoReturn:
    """Say on the next run what was done, with fields that are empty again."""
    st.session_state[SAID] = done
    st.session_state[TURN] = turn() + 1
    st.rerun()


def said() -> None:
    """Say once what was done in the run before."""
    if done := st.session_state.pop(SAID, ""):
        st.toast(done, icon=":material/check:")


def turn() -> int:
    """Return a number for the keys of fields; another number empties what was typed."""
    return int(st.session_state.get(TURN, 0))


def when(meeting: Meeting) -> str:
    """Write when a meeting is: "Monday 23 November 2026, 09:30"."""
    here = meeting.starts_at.astimezone(LONDON)
    return f"{here:%A} {day_words(here.date())}, {here:%H:%M}"


def clock(at: datetime | None) -> str:
    """Write the time of day in London."""
    return "" if at is None else f"{at.astimezone(LONDON):%H:%M}"


def cleared(room: Room, *, sharing: bool) -> str:
    """Say for whom the room is shown, and why no more."""
    if room.tier is Tier.T0:
        return "Nobody is in the room yet, so nothing is shown"
    people = "1 person" if room.people == 1 else f"{room.people} people"
    shared = ", screen shared" if sharing else ""
    return f"{people} in the room{shared}: shown for {room.tier.title.lower()}"


def chip(words: str, kind: str = "") -> str:
    """Return a small label for the page."""
    return f'<span class="sg-chip {kind}">{escape(words)}</span>'
