"""What a plan's area is compared with: suggested by likeness, with reasons, and yours to choose."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape

import shapely
import streamlit as st
from shapely.geometry.base import BaseGeometry

from domain import evaluation_comparing
from domain.evaluation_comparing import Candidate
from domain.evaluation_setting import MOST_REASONS, Setting
from screens import desk, evaluation_ground
from screens.admin_desk import plain, quiet
from screens.evaluation_state import kept, key

SUGGESTED = "Suggested"
OFFERED, TURNED = "offered", "turned over"
MOST = 8


def ask(draft: Setting, before: Setting | None) -> tuple[BaseGeometry | None, tuple[str, ...]]:
    """Ask what to compare with and why; return the outline and the reasons."""
    quiet("Somewhere with a history like this one, not next door, and without a plan of its own.")
    ground = evaluation_ground
    held = before is not None and before.comparison is not None
    sources = [*([ground.KEPT] if held else []), SUGGESTED, ground.PLACE, ground.DRAWN, ground.NONE]
    source = ground.choose("Compare with", sources, ground.COMPARISON)
    if source == ground.NONE:
        quiet("A change that came everywhere will then look like a change here.")
        return None, ()
    first: Sequence[str] = ()
    if source == ground.KEPT:
        shape, first, mark = before.comparison, before.reasons, source
    elif source == SUGGESTED:
        shape, first, mark = suggested(draft)
    elif source == ground.PLACE:
        shape, mark = ground.some_places("Places to compare with", "other_places"), source
    else:
        shape, mark = ground.by_hand(ground.COMPARISON), source
    return (shape, reasons(first, mark)) if shape is not None else (None, ())


def reasons(first: Sequence[str], mark: str) -> tuple[str, ...]:
    """Ask why this comparison; begins with the reasons that were found."""
    text = st.text_area(
        "Why this comparison", key=kept(f"reasons {mark}", "\n".join(first)), height=110,
        help="One reason a line. They stay beside the answer.",
    )  # fmt: skip
    return tuple(filter(None, (line.strip() for line in text.splitlines())))[:MOST_REASONS]


def suggested(draft: Setting) -> tuple[BaseGeometry | None, list[str], str]:
    """Offer what is alike; return what is chosen as one outline, its reasons and a mark."""
    if draft.area is None:
        quiet("Choose the plan's area first.")
        return None, [], ""
    if st.button("Suggest areas", icon=":material/manage_search:", key="suggest_areas"):
        look(draft)
    asked, found = st.session_state.get(key(OFFERED), (None, ()))
    if found and asked != mark_of(draft):
        quiet("You changed something since. Suggest again to be sure.")
    over = st.session_state.pop(key(TURNED), None)
    chosen = []
    for number, each in enumerate(found, 1):
        at = kept(f"take {number}", value=False)
        if over == str(number):
            st.session_state[at] = not st.session_state[at]
        if st.checkbox(f"**{number}. {plain(each.name)}**", key=at):
            chosen.append((number, each))
        st.html(f'<p class="sg-quiet sg-under">{escape(" ".join(each.reasons))}</p>')
    if not chosen:
        return None, [], ""
    shape = shapely.union_all([each.shape for _, each in chosen])
    return shape, [line(each) for _, each in chosen], " ".join(str(at) for at, _ in chosen)


def line(each: Candidate) -> str:
    """Write the reasons for one candidate in a line."""
    return f"{each.name}: {' '.join(each.reasons)}"[:300]


def look(draft: Setting) -> None:
    """Look for what is alike, and keep it until it is asked for again."""
    with desk.shown_errors(), st.spinner("Comparing two years of history"):
        with desk.reading() as (session, actor):
            found = evaluation_comparing.suggest(session, actor, named(draft), limit=MOST)
        for number in range(1, MOST + 1):
            st.session_state.pop(key(f"take {number}"), None)
        st.session_state[key(OFFERED)] = (mark_of(draft), found)
        if not found:
            st.info("Nothing near enough has a history to compare with. Choose a place, or draw.")


def named(draft: Setting) -> Setting:
    """Return a draft that has no title yet as one that can be checked."""
    return draft if draft.title.strip() else replace(draft, title="Plan")


def mark_of(draft: Setting) -> tuple:
    """Return what suggestions depend on."""
    ring = None if draft.ring is None else draft.ring.wkb
    return (draft.area.wkb, ring, draft.ring_metres, draft.outcome, draft.query, draft.start)


def offered() -> list[BaseGeometry]:
    """Return what is offered, for the map."""
    if st.session_state.get(key("source comparison")) != SUGGESTED:
        return []
    return [each.shape for each in st.session_state.get(key(OFFERED), (None, ()))[1]]


def turn_over(number: str) -> None:
    """Choose what was pressed on the map, or take it back."""
    st.session_state[key(TURNED)] = number
    st.rerun()
