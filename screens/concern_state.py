"""Which concern is open, as it stood when this moderator last looked at it, and acting on it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import streamlit as st

from domain.concerns import Concern, ConcernState
from domain.filters import day_words
from domain.matching import LONDON
from screens import desk

SEEN, SAID = "concern_seen", "concern_said"
_ID = re.compile(r"[1-9]\d{0,8}", re.ASCII)


@dataclass(frozen=True)
class Seen:
    """A concern as it was when it was put before the moderator, who decides on that alone."""

    id: int
    version: int
    state: ConcernState


def opened() -> int | None:
    """Return the number of the concern that the address asks for; anyone may have written it."""
    asked = st.query_params.get("concern", "")
    return int(asked) if _ID.fullmatch(asked) else None


def go(number: int | None) -> None:
    """Open a concern, or the queue, and run the page again."""
    st.session_state.pop(SEEN, None)
    st.query_params.from_dict({} if number is None else {"concern": str(number)})
    st.rerun()


def seen(concern: Concern) -> Seen:
    """Return what the moderator decides on: how the concern stood when it was opened."""
    held = st.session_state.get(SEEN)
    if held is None or held.id != concern.id:
        held = st.session_state[SEEN] = Seen(concern.id, concern.version, concern.state)
    return held


def act(work: Callable[..., Any], on: Seen, done: str, **given: Any) -> None:
    """Do one thing to the open concern and say so, or show why not; what was typed then stays."""
    with desk.shown_errors():
        with desk.writing() as (session, actor):
            work(session, actor, on.id, version=on.version, **given)
        say(done)


def say(done: str) -> None:
    """Look at everything afresh, and say on that run what was done."""
    st.session_state.pop(SEEN, None)
    st.session_state[SAID] = done
    st.rerun()


def said() -> None:
    """Say once what was done in the run before."""
    desk.said(SAID)


def when(at: datetime) -> str:
    """Write a time as people do: "3 May 2026, 14:05"."""
    here = at.astimezone(LONDON)
    return f"{day_words(here.date())}, {here:%H:%M}"
