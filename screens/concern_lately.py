"""What was decided lately, so that a report can be found again and its answer be changed."""

import streamlit as st

from domain import concern_queue
from screens import concern_told, concern_waiting, desk
from screens.note_form import sentence


def show() -> None:
    """List what was answered or taken no further, the latest first."""
    with desk.reading() as (session, actor):
        lines = [
            (
                f"{sentence(each.state.words)}: {concern_waiting.where(session, actor, each)}",
                concern_told.address(each.id),
            )
            for each in concern_queue.lately(session, actor)
        ]
    if lines:
        with st.expander(f"Decided lately ({len(lines)})", icon=":material/history:"):
            concern_told.listed("The latest first", lines)
