"""A page's long work while it lasts: which it is, how far it is, and a way to stop it."""

import streamlit as st

from domain import jobs
from domain.errors import NotFound
from domain.jobs import Job, JobState
from screens import desk


def going(kind: str) -> Job | None:
    """Return the job of this page, or one that goes on since the page was last open."""
    key = f"{kind}_job"
    number = st.session_state.get(key)
    if number is None:
        with desk.reading() as (session, actor):
            latest = jobs.mine(session, actor, kind, limit=1)
        if not latest or latest[0].ended_at is not None:
            return None
        number = st.session_state[key] = latest[0].id
    try:
        return jobs.look(desk.store(), desk.actor(), number)
    except NotFound:
        del st.session_state[key]
        return None


@st.fragment(run_every=1)
def show(kind: str, stop: str = "Cancel") -> None:
    """Show how far it is; the page is made anew when it has ended."""
    number = st.session_state.get(f"{kind}_job")
    if number is None:
        return
    job = jobs.look(desk.store(), desk.actor(), number)
    if job.ended_at is not None:
        desk.rerun_unasked()
    words = job.message or ("Waiting to begin" if job.state is JobState.WAITING else "Beginning")
    st.progress(job.progress, text=words)
    if job.cancel_requested:
        st.caption("It stops as soon as it can. Nothing will be kept.")
    elif st.button(stop, icon=":material/cancel:", key=f"cancel_{kind}"):
        with desk.shown_errors(), st.spinner("Stopping"):
            jobs.stop(desk.store(), desk.actor(), job.id)
