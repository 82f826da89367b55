"""Packs that are being made, and those that wait to be saved."""

import streamlit as st

from domain import jobs, pack_files
from domain.errors import NotFound
from domain.filters import day_words
from domain.jobs import Job, JobState
from domain.matching import LONDON
from screens import desk
from screens.admin_desk import quiet


def show() -> None:
    """Show the job that runs, and the files of those that are done."""
    st.header("Your packs", anchor=False)
    job = mine()
    if job is not None and job.ended_at is None:
        running()
    elif job is not None:
        st.session_state.pop("pack_job", None)
        if job.state is not JobState.DONE:
            st.error(job.message or "It was not made. Nothing was kept.",
                     icon=":material/error:")  # fmt: skip
    waiting()


def mine() -> Job | None:
    """Return the job of this page, or one that goes on since the page was last open."""
    actor, number = desk.actor(), st.session_state.get("pack_job")
    if number is None:
        with desk.reading() as (session, who):
            latest = jobs.mine(session, who, "pack", limit=1)
        if not latest or latest[0].ended_at is not None:
            return None
        number = st.session_state["pack_job"] = latest[0].id
    try:
        return jobs.look(desk.store(), actor, number)
    except NotFound:
        st.session_state.pop("pack_job", None)
        return None


@st.fragment(run_every=1)
def running() -> None:
    """Show how far it is; the page is made anew when it has ended."""
    number = st.session_state.get("pack_job")
    if number is None:
        return
    job = jobs.look(desk.store(), desk.actor(), number)
    if job.ended_at is not None:
        desk.rerun_unasked()
    words = job.message or ("Waiting to begin" if job.state is JobState.WAITING else "Beginning")
    st.progress(job.progress, text=words)
    if job.cancel_requested:
        st.caption("It stops as soon as it can. Nothing will be kept.")
    elif st.button("Cancel", icon=":material/cancel:", key="cancel_pack"):
        with desk.shown_errors(), st.spinner("Stopping"):
            jobs.stop(desk.store(), desk.actor(), job.id)


def waiting() -> None:
    """Offer the files that are kept, the latest first; the browser fetches one when it is asked."""
    with desk.reading() as (session, actor):
        found = [(each.job_id, each.name, each.size, each.made_at)
                 for each in pack_files.mine(session, actor)]  # fmt: skip
    if not found:
        quiet("None yet. What you make waits here for three days, for you alone.")
        return
    for job_id, name, size, made_at in found:
        here = made_at.astimezone(LONDON)
        st.link_button(f"Save {name}", f"/pack-files/{job_id}", icon=":material/save:",
                       width="stretch")  # fmt: skip
        quiet(f"{day_words(here.date())}, {here:%H:%M} · {size / 1_000_000:.1f} MB")
    quiet("Each holds a manifest with the hashes of its files. They go after three days.")
