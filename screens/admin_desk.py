"""What the pages of an administrator share: what was done, said once, and words shown as words."""

import re
from html import escape

import streamlit as st

from screens import desk

SAID = "admin_said"
SIGNS = re.compile(r"([\\`*_{}\[\]<>()#+.!|~$:-])")


def say(done: str) -> None:
    """Say on the page's next run what was done, and start that run."""
    st.session_state[SAID] = plain(done)
    st.rerun()


def said() -> None:
    """Show what was done in the run before, once."""
    desk.said(SAID)


def plain(text: str) -> str:
    """Keep what a person wrote from being taken for formatting, a link or an icon."""
    return SIGNS.sub(r"\\\1", " ".join(text.split()))


def quiet(text: str) -> None:
    """Show a side note; Streamlit's own captions are too faint to read for some."""
    st.html(f'<p class="sg-quiet">{escape(text)}</p>')
