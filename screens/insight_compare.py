"""Two results side by side, in one view, or one over the other under a swipe."""

import math
from html import escape

import streamlit as st

from screens import insight_found, insight_map, insight_result, insight_state
from screens.insight_found import Found


def show(one: Found, other: Found, *, swiped: bool) -> None:
    """Show two results beside each other, each with its answer and what it stands on."""
    st.html('<div class="sg-answer"><h1>Two results</h1></div>')
    with st.container(horizontal=True):
        if st.button("Back to one result", icon=":material/arrow_back:", key="compare_back"):
            insight_state.go(one.id)
        both = len(one.result.cells) and len(other.result.cells)
        label = "Side by side" if swiped else "One over the other"
        if both and st.button(label, icon=":material/compare:", key="compare_as"):
            insight_state.go(one.id, other.id, swipe=not swiped)
    if one.method is not other.method:
        st.info("They answer different questions: their colours mean different things.")
    if swiped and both:
        over(one, other)
    else:
        beside(one, other)
    differences(one, other)


def over(one: Found, other: Found) -> None:
    """Show one result over the other, with a line between them to pull."""
    for column, found in zip(st.columns(2), (one, other), strict=True):
        with column:
            head(found)
    insight_map.swipe(one, other)
    st.caption("Left of the line is the first result, right of it the second. Pull the handle.")
    for found in (one, other) if one.method is not other.method else (one,):
        insight_map.legend(found)


def beside(one: Found, other: Found) -> None:
    """Show two results in one view, each on its own map."""
    box = insight_map.box_of(one, other)
    for column, found, place in zip(st.columns(2), (one, other), ("left", "right"), strict=True):
        with column:
            head(found)
            if len(found.result.cells):
                insight_map.show(found, place, box=box)
                insight_map.legend(found)
            else:
                insight_result.picture(found)


def head(found: Found) -> None:
    """Name a result and say its answer."""
    st.html(
        f'<div class="sg-answer sg-small"><p class="sg-kicker">{escape(named(found))}</p>'
        f"<h2>{escape(found.result.headline)}</h2>"
        f'<p class="sg-quiet">{escape(insight_found.about(found))}</p></div>'
    )


def named(found: Found) -> str:
    """Return a result's title, or when it was made."""
    return found.title or f"{found.method.question} {found.made_words()}"


def differences(one: Found, other: Found) -> None:
    """Say in words what differs between two results of cells."""
    if one.method is not other.method or not len(one.result.cells):
        return
    left, right = set(one.result.cells["label"]), set(other.result.cells["label"])
    both = len(left & right)
    if not math.isclose(_area(one), _area(other)):
        st.caption("Their cells are not of one size, so they are not compared one by one.")
        return
    st.html(
        f'<p class="sg-quiet">Drawn in both: {both:,} cells. Only in the first: '
        f"{len(left - right):,}. Only in the second: {len(right - left):,}.</p>"
    )


def _area(found: Found) -> float:
    return float(found.result.cells.geometry.area.median())
