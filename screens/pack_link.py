"""The way from a meeting, a plan or a place to its pack."""

from html import escape

import streamlit as st

from domain.people import Permission
from exchange.packs import What
from screens import desk


def show(what: What, number: int, words: str) -> None:
    """Lead who may export to the page of packs, with this one chosen."""
    if desk.actor().may(Permission.EXPORT):
        st.html(f'<p class="sg-quiet"><a class="sg-link" href="/packs?{what.value}={number}" '
                f'target="_self">{escape(words)}</a></p>')  # fmt: skip
