"""The address of the Insight page: which result is open, and which one beside it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

_ID = re.compile(r"[1-9]\d{0,8}", re.ASCII)


@dataclass(frozen=True)
class Opened:
    """What an address asks for: ids of results, each to be looked up with the reader's rights."""

    insight: int | None = None
    beside: int | None = None
    swipe: bool = False

    def to_params(self) -> dict[str, str]:
        """Return the parameters of the address; `read` reads the same from them."""
        asked = {"insight": self.insight, "with": self.beside}
        params = {key: str(number) for key, number in asked.items() if number}
        return params | ({"as": "swipe"} if self.swipe and self.beside else {})


def read(params: Mapping[str, str]) -> Opened:
    """Read an address, which anyone may have written: what is no number of a result is dropped."""
    first = _number(params.get("insight", ""))
    beside = _number(params.get("with", "")) if first else None
    if beside == first:
        beside = None
    return Opened(first, beside, params.get("as") == "swipe" and beside is not None)


def current() -> Opened:
    """Return what the page's own address asks for."""
    return read(st.query_params.to_dict())


def go(insight: int | None, beside: int | None = None, *, swipe: bool = False) -> None:
    """Open a result, or none, and run the page again."""
    st.query_params.from_dict(Opened(insight, beside, swipe).to_params())
    st.rerun()


def _number(text: str) -> int | None:
    return int(text) if _ID.fullmatch(text) else None
