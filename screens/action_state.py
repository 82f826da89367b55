"""The address of the page of actions: which one is open."""

from typing import NoReturn

import streamlit as st

from screens import place_state


def opened() -> int | None:
    """Return the number of the action that the address asks for; anyone may have written it."""
    return place_state.number(st.query_params.get("action", ""))


def go(number: int | None) -> NoReturn:
    """Open an action, or the board, and run the page again."""
    place_state.afresh()
    st.query_params.from_dict({} if number is None else {"action": str(number)})
    st.rerun()
