"""What the parts of the safety map share: which is open, its map's view, what was said."""

import re
from typing import NoReturn

import streamlit as st

from layers import canvas
from screens import desk, map_view

HOLD, TOGETHER, SESSIONS = "hold", "together", "sessions"
PARTS = {
    HOLD: "Hold a session",
    TOGETHER: "Young people's map",
    SESSIONS: "Sessions",
}
SAID, ACT, WANTED = "safety_said", "safety_act", "safety_wanted"
_ID = re.compile(r"[1-9]\d{0,8}", re.ASCII)


def part() -> str:
    """Ask which part of the page is wanted; its name is in the address, which anyone may write."""
    asked = st.query_params.get("part", HOLD)
    wanted = st.session_state.pop(WANTED, None)
    if wanted is not None or "safety_part" not in st.session_state:
        st.session_state["safety_part"] = wanted or (asked if asked in PARTS else HOLD)
    chosen = st.segmented_control(
        "Part of the page", list(PARTS), key="safety_part", format_func=PARTS.__getitem__,
        label_visibility="collapsed", required=True,
    )  # fmt: skip
    if asked != chosen:
        st.query_params.from_dict({} if chosen == HOLD else {"part": chosen})
    return str(chosen)


def opened() -> int | None:
    """Return the number of the session that the address asks for."""
    asked = st.query_params.get("session", "")
    return int(asked) if _ID.fullmatch(asked) else None


def open_session(number: int | None) -> NoReturn:
    """Open a session, or the list, and run the page again."""
    params = {"part": SESSIONS}
    st.query_params.from_dict(params if number is None else params | {"session": str(number)})
    st.rerun()


def view() -> canvas.View:
    """Return where maps of this page open."""
    found: canvas.View = st.session_state.setdefault("safety_view", map_view.home())
    return found


def heard(told: object) -> canvas.Act | None:
    """Return what was done on the map, once for each act."""
    act = canvas.heard(told)
    if act is None or act.at == st.session_state.get(ACT):
        return None
    st.session_state[ACT] = act.at
    return act


def say(done: str, wanted: str) -> NoReturn:
    """Say on the next run what was done, with ``wanted`` open, and start it."""
    st.session_state[SAID], st.session_state[WANTED] = done, wanted
    st.query_params.from_dict({} if wanted == HOLD else {"part": wanted})
    st.rerun()


def said() -> None:
    """Say once what was done in the run before."""
    desk.said(SAID)
