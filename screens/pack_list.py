"""Packs that are being made, and those that wait to be saved."""

import streamlit as st

from domain import pack_files
from domain.filters import day_words
from domain.jobs import JobState
from domain.matching import LONDON
from screens import desk, job_progress
from screens.admin_desk import quiet


def show() -> None:
    """Show the job that runs, and the files of those that are done."""
    st.header("Your packs", anchor=False)
    job = job_progress.going("pack")
    if job is not None and job.ended_at is None:
        job_progress.show("pack")
    elif job is not None:
        st.session_state.pop("pack_job", None)
        if job.state is not JobState.DONE:
            st.error(job.message or "It was not made. Nothing was kept.",
                     icon=":material/error:")  # fmt: skip
    waiting()


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
