"""What a page is about to put into its address, while its browser may still tell the one of before.

A browser can send an act with the address of before: one that it sent while the page was still to
run again. So what was asked for is held beside that address until the page has come to show it.
"""

from collections.abc import Mapping
from typing import NoReturn

import streamlit as st


def told(page: str) -> dict[str, str]:
    """Return the parameters of the page's address, or what `go` is about to put there."""
    now = st.query_params.to_dict()
    before, asked = st.session_state.get(_key(page), (None, now))
    return dict(asked if now == before else now)


def go(page: str, asked: Mapping[str, str]) -> NoReturn:
    """Put ``asked`` into the address and run the page again."""
    st.session_state[_key(page)] = (st.query_params.to_dict(), dict(asked))
    st.query_params.from_dict(asked)
    st.rerun()


def shown(page: str) -> None:
    """Note that the page stands as it was asked for: from now on its address alone counts."""
    st.session_state.pop(_key(page), None)


def _key(page: str) -> str:
    return f"{page}_asked"
