"""Interviews due and held within 72 hours: telling the numbers, and reading the rates."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from domain import interview_counts, interviews
from domain.filters import joined
from domain.interview_counts import Line, Timeliness
from screens import desk, interview_state
from screens.admin_desk import quiet
from screens.interview_state import key


def show() -> None:
    """Show the rates, and the form beside them."""
    told, form = st.columns([7, 5], gap="large")
    with told:
        rates()
    with form:
        numbers()


def rates() -> None:
    """Show a year by month and by area, with how sure each rate is."""
    with desk.reading() as (session, actor):
        found = interview_counts.timeliness(session, actor)
    if found.whole is None:
        st.info("Nobody has told us of interviews in the last year. Add the numbers of a month.")
        return
    st.html(
        f'<p class="sg-power">In the last year {escape(found.whole.words)} interviews were due. '
        f"Held within {interview_counts.HOURS} hours: {escape(found.whole.said)}.</p>"
    )
    table("Month", found.months)
    table("Area", found.areas)
    who(found)


def table(head: str, lines: Sequence[Line]) -> None:
    """Show lines with their rates in words."""
    rows = "".join(
        f"<tr><td>{escape(each.name)}</td><td>{escape(each.words)}</td>"
        f"<td>{escape(each.said)}</td></tr>"
        for each in lines
    )
    st.html(
        f'<table class="sg-table"><thead><tr><th scope="col">{head}</th><th scope="col">Due</th>'
        f'<th scope="col">Held within {interview_counts.HOURS} hours</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def who(found: Timeliness) -> None:
    """Say who told of it, which months nobody told of, and how it was worked out."""
    for agency, months in found.told_by:
        quiet(f"Told by {agency}: {joined([f'{each:%b %Y}' for each in months])}.")
    if found.silent:
        silent = joined([f"{each:%b %Y}" for each in found.silent])
        quiet(f"Nobody told us of {silent}. That does not mean that none were due.")
    quiet(
        "Small numbers are hidden, and others with them where a total would give them away. Rates "
        "are rounded to 5 %. The range is a 95 % interval: with few interviews it is wide, and two "
        "ranges that overlap do not show a difference."
    )


def numbers() -> None:
    """Ask for the numbers of a month and area; what the agency told of it is there to correct."""
    st.subheader("Tell the numbers of a month", anchor=False)
    with desk.reading() as (session, actor):
        offered = interview_counts.offered(session, actor)
    if not offered:
        st.info("No areas are loaded yet. An administrator adds them.")
        return
    month = st.selectbox("Month", interviews.months(), format_func=lambda each: f"{each:%B %Y}",
                         key="interview_time_month")  # fmt: skip
    area = st.selectbox(
        "Area", list(offered), format_func=offered.get, key="interview_time_area",
        help="The ward where the young people live, or the whole partnership.",
    )  # fmt: skip
    before = None
    with desk.shown_errors(), desk.reading() as (session, actor):
        before = interview_counts.told(session, actor, month, area)
    if before is not None:
        quiet("Your agency told of this before. Change the numbers to correct it.")
    mark = f"{month}_{area}_{0 if before is None else before.version}"
    most = interview_counts.MOST
    with st.form(key(f"time_{mark}"), border=False):
        due = st.number_input("Interviews due", 0, most, 0 if before is None else before.due,
                              key=f"due_{mark}")  # fmt: skip
        held = st.number_input("Interviews held", 0, most, 0 if before is None else before.held,
                               key=f"held_{mark}")  # fmt: skip
        timely = st.number_input(
            f"Of these within {interview_counts.HOURS} hours of the return", 0, most,
            0 if before is None else before.in_time, key=f"timely_{mark}",
        )  # fmt: skip
        pressed = st.form_submit_button("Save the numbers", type="primary")
    if pressed:
        with desk.shown_errors():
            with desk.writing() as (session, actor):
                interview_counts.count(
                    session, actor, month=month, area_id=area, due=int(due), held=int(held),
                    in_time=int(timely), version=0 if before is None else before.version,
                )  # fmt: skip
            interview_state.say("Saved. The rates count them now.")
