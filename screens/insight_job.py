"""Long work: how far it is, a way to stop it, and what became of it."""

import streamlit as st

from domain import jobs
from domain.errors import NotFound
from domain.jobs import Job, JobState
from domain.people import Actor
from screens import desk, insight_state


def show(actor: Actor) -> None:
    """Show the work that one asked for while it lasts; then open its result, or say why not."""
    job = _mine(actor)
    if job is None:
        return
    if job.ended_at is None:
        _running()
        return
    del st.session_state["insight_job"]
    before = st.session_state.pop("insight_before", None)
    if job.state is JobState.DONE:
        draft = int(job.result["insight"])
        if before is not None:
            st.session_state["insight_twice"] = (before, draft)
        insight_state.go(before or draft)
    st.error(job.message or "The work did not finish. Nothing was kept.", icon=":material/error:")


def _mine(actor: Actor) -> Job | None:
    """Return the job of this page, or one that goes on since the page was last open."""
    number = st.session_state.get("insight_job")
    if number is None:
        with desk.reading() as (session, who):
            latest = jobs.mine(session, who, "insight", limit=1)
        if not latest or latest[0].ended_at is not None:
            return None
        number = st.session_state["insight_job"] = latest[0].id
    try:
        return jobs.look(desk.store(), actor, number)
    except NotFound:
        del st.session_state["insight_job"]
        return None


@st.fragment(run_every=1)
def _running() -> None:
    """Show how far it is; the page is made anew when it has ended."""
    job = jobs.look(desk.store(), desk.actor(), st.session_state["insight_job"])
    if job.ended_at is not None:
        desk.rerun_unasked()
    words = job.message or ("Waiting to begin" if job.state is JobState.WAITING else "Beginning")
    st.progress(job.progress, text=words)
    if job.cancel_requested:
        st.caption("It stops as soon as it can. Nothing will be kept.")
    elif st.button("Cancel", icon=":material/cancel:", key="cancel_insight"):
        with desk.shown_errors(), st.spinner("Stopping"):
            jobs.stop(desk.store(), desk.actor(), job.id)
