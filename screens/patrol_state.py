"""The address of the patrols, and what is shared by their pages: acting, saying, the draft."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import streamlit as st

from domain.people import Actor, Permission, Tier
from exchange.patrol_solving import Asked, Candidate, Solved
from screens import desk

SAID, TURN, DRAFT = "patrol_said", "patrol_turn", "patrol_draft"
PATROLS, DOSE, WEEK = "patrols", "dose", "patrol_week"
_ID = re.compile(r"[1-9]\d{0,8}", re.ASCII)


@dataclass(frozen=True)
class Opened:
    """What an address asks for: a patrol, the form for one or a week, the list, or the dose."""

    patrol: int | None = None
    planning: bool = False
    part: str = PATROLS
    week: bool = False

    def to_params(self) -> dict[str, str]:
        """Return the parameters of the address; `read` reads the same from them."""
        params = {} if self.patrol is None else {"patrol": str(self.patrol)}
        if self.planning or self.week:
            params["do"] = "plan" if self.planning else "week"
        return params | ({"part": DOSE} if self.part == DOSE else {})


def read(params: Mapping[str, str]) -> Opened:
    """Read an address, which anyone may have written: what is no number of a record is dropped."""
    number = params.get("patrol", "")
    return Opened(
        int(number) if _ID.fullmatch(number) else None,
        params.get("do") == "plan",
        DOSE if params.get("part") == DOSE else PATROLS,
        params.get("do") == "week",
    )


def opened() -> Opened:
    """Return what the page's own address asks for."""
    return read(st.query_params.to_dict())


def go(
    patrol: int | None = None, *, planning: bool = False, part: str = PATROLS, week: bool = False
) -> NoReturn:
    """Open a patrol, a form or a part of the page, and run it again."""
    st.session_state.pop(f"patrol_choices_{turn()}", None)
    st.session_state[TURN] = turn() + 1
    for name in (DRAFT, WEEK, "patrol_form"):
        st.session_state.pop(name, None)
    st.query_params.from_dict(Opened(patrol, planning, part, week).to_params())
    st.rerun()


def address(patrol: int) -> str:
    """Return the address of a patrol, for a link."""
    return f"/patrols?patrol={patrol}"


def turn() -> int:
    """Return a number for the keys of fields; another number empties what was typed."""
    return int(st.session_state.get(TURN, 0))


def key(name: str) -> str:
    """Return the key of a field of this turn."""
    return f"patrol_{turn()}_{name}"


def kept(name: str, value: Any) -> str:
    """Return the key of a field that begins with ``value``."""
    st.session_state.setdefault(key(name), value)
    return key(name)


def hold() -> None:
    """Keep what was typed into the form while another part of the page is shown."""
    for name in [each for each in st.session_state if str(each).startswith(key(""))]:
        st.session_state[name] = st.session_state[name]


@dataclass
class Draft:
    """A shift that is being put together: what was asked and what came of it, not yet kept."""

    asked: Asked
    candidates: list[Candidate]
    solved: Solved
    version: int = 0
    locked: set[str] = field(default_factory=set)
    rounds: int = 0


def draft() -> Draft | None:
    """Return what is being put together, if anything is."""
    found: Draft | None = st.session_state.get(DRAFT)
    return found


def may_plan(actor: Actor) -> bool:
    """Say whether a person plans patrols: the police, cleared for it."""
    return actor.may(Permission.PATROL) and actor.tier >= Tier.T4


def act(work: Callable[..., Any], done: str, *args: Any, **given: Any) -> None:
    """Do one thing to a patrol and open it, or show why not; what was typed then stays."""
    made = None
    with desk.shown_errors(), desk.writing() as (session, actor):
        made = work(session, actor, *args, **given).id
    if made is not None:
        st.session_state[SAID] = done
        go(made)


def said() -> None:
    """Say once what was done in the run before."""
    desk.said(SAID)
