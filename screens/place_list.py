"""The list of places: what to turn to first, and what is due."""

from collections.abc import Iterable
from html import escape

import geopandas as gpd
import pandas as pd
import streamlit as st

from domain import case_due, case_work, codes, matching
from domain.case_due import Due
from domain.filters import Filters, day_words
from domain.status import Status
from screens import desk, map_view, place_priority, place_state
from screens.note_form import sentence

DUE, FIRST, ALL = "What is due", "What matters first", "All places"
PAGE = 30


def show() -> None:
    """Show the places that this reader may know, in the order that they ask for."""
    st.title("Places", anchor=False)
    known = map_view.reading("places", Filters())
    if known.empty:
        st.info(
            "No place is known yet. Draw one on the map, or accept a concern about one.",
            icon=":material/add_location:",
        )
        return
    views = [DUE, FIRST, ALL] if case_work.reads_cases(desk.actor()) else [DUE, ALL]
    view = st.segmented_control(
        "Order", views, default=DUE, key="places_view", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    match view:
        case "What is due":
            due(known)
        case "What matters first":
            place_priority.show(known)
        case _:
            every(known)


def due(known: gpd.GeoDataFrame) -> None:
    """List what is due by the clocks, the latest in time first."""
    with desk.reading() as (session, actor):
        found = [each for each in case_due.due(session, actor) if each.place_id in known.index]
    if not found:
        st.info("Nothing is due.", icon=":material/task_alt:")
        return
    late = [each for each in found if each.overdue]
    soon = [each for each in found if not each.overdue]
    shown = st.session_state.get("places_shown", PAGE)
    st.header(f"Late ({places_of(late)})", anchor=False)
    st.html(steps(late[:shown]) or '<p class="sg-quiet">Nothing is late.</p>')
    st.header(f"Coming ({places_of(soon)})", anchor=False)
    st.html(steps(soon[:shown]) or '<p class="sg-quiet">Nothing is coming.</p>')
    if max(len(late), len(soon)) > shown and st.button("Show more", key="more_due"):
        st.session_state["places_shown"] = shown + PAGE
        st.rerun()


def places_of(found: list[Due]) -> str:
    """Count the places at which something is due."""
    number = len({each.place_id for each in found})
    return "1 place" if number == 1 else f"{number} places"


def steps(found: list[Due]) -> str:
    """Write what is due, each line a way to it."""
    by_place: dict[int, list[Due]] = {}
    for each in found:
        by_place.setdefault(each.place_id, []).append(each)
    rows = "".join(
        f'<li><a class="sg-link" href="{link(each[0])}" target="_self">{escape(each[0].name)}</a>'
        f"<span>{escape(labels(each))}</span>"
        f'<span class="{"sg-late" if each[0].overdue else ""}">'
        f"{'was due' if each[0].overdue else 'due'} {day_words(each[0].on)}</span></li>"
        for each in by_place.values()
    )
    return f'<ul class="sg-rows">{rows}</ul>' if rows else ""


def labels(found: list[Due]) -> str:
    """Name what is due at one place: "First look, screening decision"."""
    first, *rest = dict.fromkeys(each.label for each in found)
    return ", ".join([first, *(each[:1].lower() + each[1:] for each in rest)])


def link(each: Due) -> str:
    """Return the address of what is due."""
    kind, number = each.link
    if kind == "action":
        return f"/actions?action={number}"
    if kind == "assessment":
        return place_state.address(each.place_id, place_state.ASSESSMENT, record=number)
    return place_state.address(each.place_id)


def every(known: gpd.GeoDataFrame) -> None:
    """List every place by name, narrowed by state or by words."""
    words, states = st.columns([2, 3])
    asked = words.text_input("Find by name", key="find_place", max_chars=80).strip().casefold()
    there = [each for each in Status if each.value in set(known["status"])]
    wanted = states.pills("State", there, selection_mode="multi", key="find_state",
                          format_func=lambda each: sentence(each.words))  # fmt: skip
    rows = known[known["name"].str.casefold().str.contains(asked, regex=False)] if asked else known
    if wanted:
        rows = rows[rows["status"].isin([each.value for each in wanted])]
    if rows.empty:
        st.info("No place matches. Take something out of the search.")
        return
    st.html(f'<ul class="sg-rows">{"".join(entries(rows))}</ul>')


def entries(rows: gpd.GeoDataFrame) -> Iterable[str]:
    """Write each place in a line."""
    types = codes.current().place_types
    today = pd.Timestamp(matching.today())
    for number, row in zip(rows.index, rows.itertuples(), strict=True):
        late = ' <span class="sg-late">review overdue</span>' if row.review_due < today else ""
        yield (
            f'<li><a class="sg-link" href="{place_state.address(int(number))}" target="_self">'
            f"{escape(row.name)}</a><span>{escape(sentence(types.label(row.place_type)))}</span>"
            f'<span><span class="sg-state">{escape(sentence(Status(row.status).words))}</span>'
            f"{late}</span></li>"
        )
