"""What matters first: places in an order whose parts are shown and whose weights people set."""

from collections.abc import Mapping
from html import escape

import geopandas as gpd
import streamlit as st

from domain import audit, matching, priority, priority_parts
from domain.people import Actor
from domain.priority import PARTS, TITLES, Part, Ranked, Weights
from screens import desk, place_state
from screens.admin_desk import quiet

RESTS_ON = (
    "place", "place_guardian", "annotation", "concern", "concern_item", "place_touch",
    "insight_place", "premises", "plan", "plan_action", "plan_review", "assessment",
)  # fmt: skip
"""Tables that the parts are made of."""
PAGE = 15
STEADY, LOOSE = 0.8, 0.4


def show(known: gpd.GeoDataFrame) -> None:
    """Show the sliders and the order that they make."""
    quiet(
        "An order for the meeting's attention, never a forecast, and never of people. Every place "
        "is scored by six parts; you say how much each counts. What is not known counts as half."
    )
    with st.expander("How much each part counts", icon=":material/tune:"):
        weights = sliders()
    with desk.shown_errors():
        order = priority.rank(read(known), weights)
        shown = st.session_state.get("order_shown", PAGE)
        st.html(f'<p class="sg-entry">{escape(steadiness(order))}</p>')
        names = known["name"].to_dict()
        st.html(f'<ul class="sg-legend sg-legend-row">{legend()}</ul>')
        st.html("".join(place(each, names[each.key]) for each in order[:shown]))
        if len(order) > shown and st.button("Show more", key="more_order"):
            st.session_state["order_shown"] = shown + PAGE
            st.rerun()


def sliders() -> Weights:
    """Ask how much each part counts, 1 unless it is changed."""
    columns = st.columns(3)
    chosen = {
        part: columns[number % 3].slider(TITLES[part], 0.0, 3.0, 1.0, 0.5, key=f"weight_{part}")
        for number, part in enumerate(PARTS)
    }
    if not any(chosen.values()):
        quiet("All are at nothing, so each counts the same.")
        return Weights()
    return Weights(**chosen)


def read(known: gpd.GeoDataFrame) -> dict[int, dict[str, Part]]:
    """Return the parts of each place that this reader may know of."""
    with desk.reading() as (session, actor):
        moment = audit.revision(session, RESTS_ON)
    found = _parts(actor.scope, moment, matching.today().isoformat(), actor)
    return {number: parts for number, parts in found.items() if number in known.index}


@st.cache_data(max_entries=16, show_spinner="Looking at every place …")
def _parts(
    scope: str,  # noqa: ARG001 - a part of the key, as are the next two
    moment: tuple[int, ...],  # noqa: ARG001
    today: str,  # noqa: ARG001
    _actor: Actor,
) -> dict[int, dict[str, Part]]:
    """Keep the parts under the reader's whole scope, the tables' revisions and the day."""
    with desk.store().reading() as session:
        return priority_parts.parts(session, _actor)


def steadiness(order: list[Ranked]) -> str:
    """Say how far the order holds when the weights are a little different."""
    if not order:
        return "There is no place to order."
    steady = sum(each.keeps >= STEADY for each in order)
    loose = sum(each.keeps < LOOSE for each in order)
    return (
        f"{steady} of {len(order)} places keep their rank in at least {STEADY:.0%} of 2,000 other "
        f"weightings near yours; {loose} keep it in fewer than {LOOSE:.0%}. Do not read much into "
        "places that stand close together."
    )


def legend() -> str:
    """Name the parts by the number and colour that they have in the bars."""
    return "".join(
        f'<li><span class="sg-bar-key sg-bar-{number}">{number}</span> {escape(TITLES[part])}</li>'
        for number, part in enumerate(PARTS, 1)
    )


def place(ranked: Ranked, name: str) -> str:
    """Show one place: its rank, its parts as lengths and in words, and how steady it is."""
    bar = "".join(
        f'<span class="sg-bar-{number}" style="width:{ranked.adds[part]:.1%}" '
        f'title="{escape(TITLES[part])}">{number}</span>'
        for number, part in enumerate(PARTS, 1)
        if ranked.adds[part] > 0
    )
    rows = "".join(
        row(number, part, ranked.parts, ranked.adds) for number, part in enumerate(PARTS, 1)
    )
    return (
        f'<div class="sg-rank"><p class="sg-rank-number">{ranked.rank}</p><div>'
        f'<p class="sg-entry"><a class="sg-link" href="{place_state.address(ranked.key)}" '
        f'target="_self">{escape(name)}</a></p>'
        f'<div class="sg-bar" aria-hidden="true">{bar}</div>'
        f'<details class="sg-data"><summary>{escape(ranked.words())}</summary>'
        f'<table class="sg-table"><thead><tr><th scope="col">Part</th><th scope="col">Adds</th>'
        f'<th scope="col">Why</th></tr></thead><tbody>{rows}</tbody></table></details></div></div>'
    )


def row(number: int, part: str, parts: Mapping[str, Part], adds: Mapping[str, float]) -> str:
    """Write one part of one place."""
    return (
        f'<tr><th scope="row">{number} {escape(TITLES[part])}</th><td>{adds[part] * 100:.0f}</td>'
        f"<td>{escape(parts[part].why)}</td></tr>"
    )
