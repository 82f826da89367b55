"""The address of the place page, what its reader has before them, and acting on it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

import streamlit as st

from domain.filters import day_words
from domain.matching import LONDON
from screens import desk, held_address

OVERVIEW, ASSESSMENT, PLAN, TIMELINE, SHARING = (
    "overview", "assessment", "plan", "timeline", "sharing",
)  # fmt: skip
PARTS = {
    OVERVIEW: "Overview",
    ASSESSMENT: "Assessment",
    PLAN: "Plan",
    TIMELINE: "Timeline",
    SHARING: "Sharing",
}
PAGE = "place"
SAID, HELD, TURN = "place_said", "place_held", "place_turn"
_ID = re.compile(r"[1-9]\d{0,8}", re.ASCII)
_OF = re.compile(r"([a-z]{1,16}):([1-9]\d{0,8})", re.ASCII)


@dataclass(frozen=True)
class Opened:
    """What an address asks for: a place, a part of its case, and one record within that part."""

    place: int | None = None
    part: str = OVERVIEW
    record: int | None = None
    of: tuple[str, int] | None = None

    def to_params(self) -> dict[str, str]:
        """Return the parameters of the address; `read` reads the same from them."""
        if self.place is None:
            return {}
        asked = {"place": str(self.place)}
        if self.part != OVERVIEW:
            asked["part"] = self.part
        if self.record is not None:
            asked["record"] = str(self.record)
        if self.of is not None:
            asked["of"] = f"{self.of[0]}:{self.of[1]}"
        return asked


def read(params: Mapping[str, str]) -> Opened:
    """Read an address, which anyone may have written: what cannot be is dropped."""
    place = number(params.get("place", ""))
    if place is None:
        return Opened()
    part = params.get("part", OVERVIEW)
    of = _OF.fullmatch(params.get("of", ""))
    return Opened(
        place,
        part if part in PARTS else OVERVIEW,
        number(params.get("record", "")),
        (of[1], int(of[2])) if of else None,
    )


def opened() -> Opened:
    """Return what the page's own address asks for, or what `go` is about to put there."""
    return read(held_address.told(PAGE))


def number(text: str) -> int | None:
    """Read the number of a record; None for any other text."""
    return int(text) if _ID.fullmatch(text) else None


def address(place: int, part: str = OVERVIEW, **more: Any) -> str:
    """Return the address of a part of a place's case, for a link."""
    params = Opened(place, part, **more).to_params()
    return "/place?" + "&".join(f"{key}={value}" for key, value in params.items())


def go(place: int | None, part: str = OVERVIEW, record: int | None = None) -> NoReturn:
    """Open a place, a part of its case, or the list, and run the page again."""
    afresh()
    held_address.go(PAGE, Opened(place, part, record).to_params())


def shown() -> None:
    """Note that the page stands as it was asked for: from now on its address alone counts."""
    held_address.shown(PAGE)


def held(kind: str, record: int, version: int) -> int:
    """Return the version on which its reader decides: the one that was put before them."""
    kept: int = st.session_state.setdefault(HELD, {}).setdefault((kind, record), version)
    return kept


def hold(kind: str, record: int, version: int) -> None:
    """Note that what the reader has before them is now this version, by their own act."""
    st.session_state.setdefault(HELD, {})[kind, record] = version


def turn() -> int:
    """Return a number for the keys of fields; another number empties what was typed."""
    return int(st.session_state.get(TURN, 0))


def afresh() -> None:
    """Look at everything anew; what was typed and not kept goes."""
    st.session_state.pop(HELD, None)
    st.session_state[TURN] = turn() + 1


def moved(what: str) -> None:
    """Say that somebody else has been at work; what was typed stays until one looks again."""
    st.warning(
        f"Someone else changed this {what} while you had it open. What you typed stays until you "
        "look again.",
        icon=":material/sync_problem:",
    )
    if st.button("Look at it again", key=f"look_again_{what}"):
        afresh()
        st.rerun()


def act(work: Callable[..., Any], done: str, *args: Any, **given: Any) -> None:
    """Do one thing and say so, or show why not; what was typed then stays."""
    with desk.shown_errors():
        with desk.writing() as (session, actor):
            work(session, actor, *args, **given)
        say(done)


def say(done: str) -> NoReturn:
    """Look at everything afresh, and say on that run what was done."""
    afresh()
    st.session_state[SAID] = done
    st.rerun()


def said() -> None:
    """Say once what was done in the run before."""
    desk.said(SAID)


def when(at: datetime) -> str:
    """Write a time as people do: "3 May 2026, 14:05"."""
    here = at.astimezone(LONDON)
    return f"{day_words(here.date())}, {here:%H:%M}"
