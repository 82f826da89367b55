"""What changed between two days: a map of just that, and the same as a list."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from html import escape

import streamlit as st

from domain import matching, meeting_words
from domain.errors import NotFound
from domain.filters import day_words
from domain.matching import midnight
from domain.meeting_changes import Change, ChangeKind, difference
from domain.places import find
from domain.visibility import sees_names
from layers.symbols import swatch
from screens import desk, meeting_map, place_state

DAYS = 7


def show() -> None:
    """Ask for two days and show what differs between them."""
    today = matching.today()
    first_box, last_box, _ = st.columns([1, 1, 2])
    first = first_box.date_input(
        "After",
        today - timedelta(days=DAYS),
        max_value=today,
        format="DD/MM/YYYY",
        key="since_first",
    )
    last = last_box.date_input(
        "Up to", today, max_value=today, format="DD/MM/YYYY", key="since_last"
    )
    if first >= last:
        st.warning("The first day must come before the last.")
        return
    until = min(midnight(last + timedelta(days=1)), datetime.now(UTC))
    with desk.reading() as (session, actor):
        found = difference(session, actor, midnight(first + timedelta(days=1)), until)
        told = said(session, actor, found)
    if not found:
        st.info(f"Nothing changed after {day_words(first)} that you may read.",
                icon=":material/check:")  # fmt: skip
        return
    map_box, list_box = st.columns([3, 2], gap="medium")
    with map_box:
        meeting_map.changes(found)
        st.html(legend(found))
    with list_box:
        listed(found, told)


def said(session, actor, found: list[Change]) -> dict[int, str]:
    """Return the names of the places that changed, as this reader may know them."""
    numbers = {each.place_id for each in found}
    numbers |= {int(each.facts["other"]) for each in found if "other" in each.facts}
    names = {}
    for number in numbers:
        with suppress(NotFound):
            place = find(session, actor, number)
            names[number] = place.name if sees_names(actor) else place.neutral_name
    return names


def listed(found: list[Change], names: dict[int, str]) -> None:
    """Say each change in a sentence, by kind, each with the way to its place."""
    parts = []
    for kind in ChangeKind:
        lines = [each for each in found if each.kind is kind]
        if lines:
            items = "".join(
                f'<li><a class="sg-link" href="{place_state.address(each.place_id)}" '
                f'target="_self">{escape(sentence(each, names))}</a></li>'
                for each in lines
            )
            parts.append(f"<h3>{kind.title} ({len(lines)})</h3><ul>{items}</ul>")
    st.html(f'<div class="sg-changes">{"".join(parts)}</div>')


def sentence(change: Change, names: dict[int, str]) -> str:
    """Say one change aloud."""
    facts = {"kind": change.kind.value, **change.facts}
    name = names.get(change.place_id, "A place")
    return meeting_words.sentence(name, facts, names.get(int(change.facts.get("other", 0)), ""))


def legend(found: list[Change]) -> str:
    """Say what each sign means; only what is drawn."""
    there = {each.kind for each in found}
    rows = "".join(
        f"<li>{swatch(meeting_map.LOOKS[kind.value], 'point')} {kind.title}</li>"
        for kind in ChangeKind
        if kind in there
    )
    return f'<ul class="sg-legend sg-legend-row">{rows}</ul>'
