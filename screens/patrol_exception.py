"""A stop that no meeting approved: only with a named inspector's word, and told to the next."""

from collections.abc import Sequence

import streamlit as st
from shapely import Point

from domain import codes
from domain.patrol_candidates import Choice
from domain.patrol_rules import Exceptional, Shift, Stop
from exchange import patrol_cells
from exchange.patrol_solving import Candidate
from geo import gridref
from screens import desk
from screens.admin_desk import plain, quiet
from screens.patrol_state import kept, key

SPOT = "A spot that is no place yet"
HOT = "A hot cell of a kept analysis"
NOBODY, CELL = 0, -1
REACH = 100.0


def show(found: Sequence[Choice], shift: Shift) -> list[Candidate]:
    """Ask for one stop that no meeting approved; nothing until every part is filled in."""
    others = {each.place_id: each for each in found if not each.approved}
    with st.expander("A place that no meeting approved"):
        quiet(
            "Only where it cannot wait. An inspector answers for it by name, it never rests on "
            "police records alone, and the next meeting is told."
        )
        picked = st.selectbox(
            "Place", [*others, NOBODY, CELL], index=None, key=key("other"),
            format_func=lambda each: {NOBODY: SPOT, CELL: HOT}.get(each) or others[each].name,
        )  # fmt: skip
        if picked is None:
            return []
        zone, name, why = _cell() if picked == CELL else _where(others.get(picked))
        why = st.text_area("Why here", max_chars=300, key=kept(f"other_why{picked}{name}", why))
        word = _word()
    if zone is None or not (word.inspector and word.basis and word.effect and word.rests_on):
        st.warning("Fill in every part of the exceptional stop, or it is left out.",
                   icon=":material/info:")  # fmt: skip
        return []
    stop = Stop(
        opens=shift.valid_from, closes=shift.valid_to, arrive=shift.valid_from, why=why,
        place_id=picked if picked in others else None, zone=zone, name=name,
        tactics=("be_seen", "ask_safe"), exceptional=word,
    )  # fmt: skip
    score = max(others[picked].score, 0.01) if picked in others else 0.5
    return [Candidate(stop, score)]


def _where(place: Choice | None) -> tuple[object, str, str]:
    if place is not None:
        return place.zone, place.name, place.why
    name = st.text_input("What people call it", max_chars=120, key=kept("spot_name", ""))
    text = st.text_input("Grid reference of the hot cell or spot", key=kept("spot", ""))
    found = gridref.parse_location(text) if text else None
    if text and found is None:
        st.error("Give a grid reference with at least six figures, such as NZ 274 421.")
    zone = None if found is None else Point(found.easting, found.northing).buffer(REACH)
    return (zone if name else None), name, ""


def _cell() -> tuple[object, str, str]:
    """Let the planner pick a hot cell of an analysis that was kept."""
    with desk.reading() as (session, actor):
        analyses = {each.insight_id: each.title for each in patrol_cells.kept(session, actor)}
    if not analyses:
        quiet("No analysis of hot spots is kept yet. Look under Insight, and keep the answer.")
        return None, "", ""
    number = st.selectbox("Analysis", list(analyses), key=key("insight"),
                          format_func=lambda each: plain(analyses[each]))  # fmt: skip
    found = []
    with desk.shown_errors(), desk.reading() as (session, actor):
        found = patrol_cells.cells(session, actor, number)
    if not found:
        quiet("This analysis found no hot cell.")
        return None, "", ""
    told = [f"{each.label} · {each.words}" for each in found]
    chosen = found[st.selectbox("Hot cell", range(len(found)), key=key(f"cell{number}"),
                                format_func=told.__getitem__)]  # fmt: skip
    if chosen.alone:
        st.warning("One source alone stands behind this cell. Ask others what they know first.",
                   icon=":material/info:")  # fmt: skip
    quiet("It says where records cluster, not who is harmed and not what will happen.")
    name = st.text_input("What people call it", max_chars=120,
                         key=kept(f"cell_name{chosen.label}", ""))  # fmt: skip
    return (chosen.zone if name else None), name, chosen.why


def _word() -> Exceptional:
    sources = codes.current().patrol_sources
    inspector = st.text_input("Inspector who authorises it", max_chars=120,
                              key=kept("inspector", ""))  # fmt: skip
    basis = st.text_input("Legal basis of this stop", max_chars=300, key=kept("stop_basis", ""))
    effect = st.text_area("Effect on young people", max_chars=500, key=kept("effect", ""))
    rests_on = st.multiselect("What it rests on", list(sources), format_func=sources.label,
                              key=kept("rests_on", []))  # fmt: skip
    return Exceptional(
        inspector=inspector, basis=basis, effect=effect, rests_on=tuple(rests_on)
    )  # fmt: skip
