"""What the reader's agency is reminded of: once, and again a week later while it still holds."""

from html import escape

import streamlit as st

from domain import case_clock, reminders
from domain.filters import day_words
from domain.reminders import DueNotice, Way, Why
from screens import desk, place_state

SHOWN = 5
MARKS = {Why.OVERDUE: "sg-late", Why.LAPSING: "sg-late", Why.SOON: ""}


def show() -> None:
    """Show what is to be minded now, and let it be put away; nothing where there is nothing."""
    with desk.reading() as (session, actor):
        found = reminders.due_notices(session, actor, way=Way.DESK)
    if not found:
        return
    days = case_clock.clocks()["again"].days
    count = "1 thing needs" if len(found) == 1 else f"{len(found)} things need"
    with st.expander(f"{count} a look", expanded=any(each.own for each in found),
                     icon=":material/notifications:"):  # fmt: skip
        st.html(f'<ul class="sg-list">{"".join(map(line, found[:SHOWN]))}</ul>{rest(found)}')
        if st.button(f"Put away for {days} days", icon=":material/notifications_paused:",
                     key="put_away"):  # fmt: skip
            place_state.act(reminders.told, "Put away. What still holds comes back then.",
                            found, way=Way.DESK)  # fmt: skip


def line(each: DueNotice) -> str:
    """Write one reminder with its way in."""
    return (
        f'<li><a class="sg-link" target="_self" href="{escape(each.link)}">'
        f"{escape(each.reference)}</a>: "
        f'<span class="{MARKS[each.why]}">{escape(said(each))}</span></li>'
    )


def said(each: DueNotice) -> str:
    """Say what it is and when: "Review, overdue since 3 May 2026"."""
    what = "" if each.words in ("Due", "Last day") else f"{each.words}: "
    when = {Why.OVERDUE: "was due on", Why.LAPSING: "lapses after", Why.SOON: "due on"}[each.why]
    return f"{what}{when} {day_words(each.on)}"


def rest(found: list[DueNotice]) -> str:
    """Say how many more there are."""
    more = len(found) - SHOWN
    where = '<a class="sg-link" target="_self" href="/place">what is due at places</a>'
    return f'<p class="sg-quiet">And {more} more: {where}.</p>' if more > 0 else ""
