"""What the parts of the interviews page share: which is open, the spot chosen, what was said."""

from dataclasses import dataclass

import streamlit as st

from screens import desk

CODE, LIKELY, TIME, CHANGED = "code", "likely", "time", "changed"
PARTS = {
    CODE: "Code an interview",
    LIKELY: "Places likely visited",
    TIME: "Held in time",
    CHANGED: "What your places changed",
}
ABOUT = {
    CODE: "Put down the places that were named. Who it was, when, and what was said stay in your "
    "own system: there is no field for them here.",
    LIKELY: "Places on carers' Philomena forms, as counts. One entry a place, for all your forms.",
    TIME: "Interviews due and held within 72 hours of the return, as numbers of an area and month.",
    CHANGED: "What happened at places that your team named, told without the interview.",
}
SAID, TURN, SPOT, ACT = "interview_said", "interview_turn", "interview_spot", "interview_act"


@dataclass(frozen=True)
class Spot:
    """A spot that was chosen, in metres (EPSG:27700), and the place it stands for, if one."""

    name: str
    easting: float
    northing: float
    place_id: int | None = None


def part() -> str:
    """Ask which part of the page is wanted; its name is in the address, which anyone may write."""
    asked = st.query_params.get("part", CODE)
    if "interview_part" not in st.session_state:
        st.session_state["interview_part"] = asked if asked in PARTS else CODE
    chosen = st.segmented_control(
        "Part of the page", list(PARTS), key="interview_part", format_func=PARTS.__getitem__,
        label_visibility="collapsed", required=True,
    )  # fmt: skip
    if asked != chosen:
        st.query_params.from_dict({} if chosen == CODE else {"part": chosen})
    return str(chosen)


def turn() -> int:
    """Return the number of this entry; another one empties the fields."""
    return int(st.session_state.get(TURN, 0))


def key(name: str) -> str:
    """Return the key of a field of this entry."""
    return f"interview_{name}_{turn()}"


def next_entry() -> None:
    """Begin another entry with empty fields."""
    st.session_state[TURN] = turn() + 1
    st.session_state.pop(SPOT, None)


def spot() -> Spot | None:
    """Return the spot that is chosen."""
    found: Spot | None = st.session_state.get(SPOT)
    return found


def take(found: Spot | None) -> None:
    """Choose a spot, or none, and run the page again."""
    st.session_state[SPOT] = found
    st.rerun()


def say(done: str) -> None:
    """Say on the next run what was done, and start it with empty fields."""
    next_entry()
    st.session_state[SAID] = done
    st.rerun()


def said() -> None:
    """Say once what was done in the run before."""
    desk.said(SAID)
