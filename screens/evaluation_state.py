"""The address of the evaluations, and what is shared by their pages: acting, saying, fields."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import streamlit as st

from domain.people import Actor, Permission
from domain.visibility import sees_names
from screens import desk

SAID, TURN, POWER = "evaluation_said", "evaluation_turn", "evaluation_power"
_ID = re.compile(r"[1-9]\d{0,8}", re.ASCII)


@dataclass(frozen=True)
class Opened:
    """What an address asks for: an evaluation, or the list (of a place), to read or to set."""

    evaluation: int | None = None
    place: int | None = None
    setting: bool = False

    def to_params(self) -> dict[str, str]:
        """Return the parameters of the address; `read` reads the same from them."""
        asked = {"evaluation": self.evaluation, "place": self.place}
        params = {key: str(number) for key, number in asked.items() if number is not None}
        return params | ({"do": "set"} if self.setting else {})


def read(params: Mapping[str, str]) -> Opened:
    """Read an address, which anyone may have written: what is no number of a record is dropped."""
    number = _number(params.get("evaluation", ""))
    place = _number(params.get("place", "")) if number is None else None
    return Opened(number, place, params.get("do") == "set")


def opened() -> Opened:
    """Return what the page's own address asks for."""
    return read(st.query_params.to_dict())


def go(
    evaluation: int | None = None, *, place: int | None = None, setting: bool = False
) -> NoReturn:
    """Open an evaluation, the form or the list, and run the page again."""
    st.session_state[TURN] = turn() + 1
    st.query_params.from_dict(Opened(evaluation, place, setting).to_params())
    st.rerun()


def address(evaluation: int) -> str:
    """Return the address of an evaluation, for a link."""
    return f"/evaluations?evaluation={evaluation}"


def of_place(place: int, *, setting: bool = False) -> str:
    """Return the address of the evaluations of a place, or of the form for a new one."""
    return f"/evaluations?place={place}{'&do=set' if setting else ''}"


def turn() -> int:
    """Return a number for the keys of fields; another number empties what was typed."""
    return int(st.session_state.get(TURN, 0))


def key(name: str) -> str:
    """Return the key of a field of this turn."""
    return f"evaluation_{turn()}_{name}"


def kept(name: str, value: Any) -> str:
    """Return the key of a field that begins with ``value``."""
    st.session_state.setdefault(key(name), value)
    return key(name)


def may_set(actor: Actor) -> bool:
    """Say whether a reader may set evaluations: it shows exact counts, as analyses do."""
    return actor.may(Permission.ANALYSE) and sees_names(actor)


def act(work: Callable[..., Any], done: str, *args: Any, **given: Any) -> None:
    """Do one thing and open what it made, or show why not; what was typed then stays."""
    made = None
    with desk.shown_errors(), desk.writing() as (session, actor):
        made = work(session, actor, *args, **given)
        number = getattr(made, "evaluation_id", made.id)
    if made is not None:
        st.session_state[SAID] = done
        go(number)


def said() -> None:
    """Say once what was done in the run before."""
    desk.said(SAID)


def _number(text: str) -> int | None:
    return int(text) if _ID.fullmatch(text) else None
