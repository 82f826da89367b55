"""What your places changed: plans and steps at places that the reader's agency named."""

from html import escape

import streamlit as st

from domain import interview_notices
from domain.filters import day_words
from domain.interview_notices import Notice
from screens import desk
from screens.admin_desk import quiet


def show() -> None:
    """List what happened, the latest first."""
    with desk.reading() as (session, actor):
        found = interview_notices.notices(session, actor)
    if not found:
        st.info(
            "Nothing yet. When a place that your team named in an interview enters a plan, "
            "it is told here.",
            icon=":material/hourglass_empty:",
        )
        return
    st.html(f'<ul class="sg-line">{"".join(map(line, found))}</ul>')
    quiet(
        "Your team told of these places in the last year. Others may have told of them too: what "
        "was decided need not be because of one interview. What the police do is never told here."
    )


def line(notice: Notice) -> str:
    """Write one notice; its words are a person's."""
    words = f"<p>{escape(notice.words)}</p>" if notice.words else ""
    link = f'<a class="sg-link" href="/place?place={notice.place_id}" target="_self">'
    return (
        f"<li><h3>{link}{escape(notice.place)}</a></h3><p>{escape(notice.said)}</p>{words}"
        f'<p class="sg-quiet">{day_words(notice.on)}. Your team named it in the week of '
        f"{day_words(notice.told)}.</p></li>"
    )
