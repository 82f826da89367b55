"""An assessment beside the last one: row by row, with what changed marked."""

from html import escape

import streamlit as st

from domain import assessments
from domain.assessments import Assessment, Row
from domain.filters import day_words
from domain.place_card import PlaceCard
from screens import desk


def show(_card: PlaceCard, now: Assessment) -> None:
    """Show the two side by side."""
    with desk.reading() as (session, actor):
        now = assessments.find(session, actor, now.id)
        before = assessments.latest_signed(session, now.place_id, now.id)
        rows = assessments.compare(before, now)
    if before is None:
        st.info("There is no earlier assessment that was signed off. This is the first.")
        return
    changed = [row for row in rows if row.changed]
    only = st.toggle(f"Only what changed ({len(changed)})", value=True, key="compare_changed")
    table(before, now, changed if only else rows)


def table(before: Assessment, now: Assessment, rows: list[Row]) -> None:
    """Write the rows for the page."""
    if not rows:
        st.info("Nothing changed.")
        return
    told = "".join(map(line, rows))
    st.html(
        '<div class="sg-scroll" tabindex="0" role="region" aria-label="Two assessments side by '
        'side"><table class="sg-table sg-compare"><thead><tr><th scope="col">About</th>'
        f'<th scope="col">Before, {day_words(before.started)}</th>'
        f'<th scope="col">Now, {day_words(now.started)}</th></tr></thead>'
        f"<tbody>{told}</tbody></table></div>"
    )


def line(row: Row) -> str:
    """Write one row; what changed carries a sign and a word."""
    mark = '<br><span class="sg-mark sg-mark-on">≠ Changed</span>' if row.changed else ""
    nothing = '<span class="sg-quiet">nothing</span>'
    return (
        f'<tr class="{"sg-changed" if row.changed else ""}"><th scope="row">'
        f'<span class="sg-quiet">{escape(row.section)}</span><br>{escape(row.about)}{mark}</th>'
        f"<td>{escape(row.before) or nothing}</td><td>{escape(row.now) or nothing}</td></tr>"
    )
