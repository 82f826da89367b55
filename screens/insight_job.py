"""What became of the work that a question asked for."""

import streamlit as st

from domain.jobs import JobState
from screens import insight_state, job_progress


def show() -> None:
    """Show the work that one asked for while it lasts; then open its result, or say why not."""
    job = job_progress.going("insight")
    if job is None:
        return
    if job.ended_at is None:
        job_progress.show("insight")
        return
    del st.session_state["insight_job"]
    before = st.session_state.pop("insight_before", None)
    if job.state is JobState.DONE:
        draft = int(job.result["insight"])
        if before is not None:
            st.session_state["insight_twice"] = (before, draft)
        insight_state.go(before or draft)
    st.error(job.message or "The work did not finish. Nothing was kept.", icon=":material/error:")
