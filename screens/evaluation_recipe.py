"""What an evaluation stands on, and whether the records still give the same answer."""

from datetime import date

import streamlit as st

from domain import evaluation_reporting
from domain.evaluation_counts import chosen
from domain.evaluations import EvaluationState
from domain.filters import day_words
from screens import desk, evaluation_answer, evaluation_state, evaluation_words, place_state
from screens.evaluation_found import Found

NAMES = {
    "title": "title",
    "place_id": "place",
    "outcome": "what is counted",
    "query": "filters",
    "start": "start",
    "weeks": "length",
    "same_season": "earlier period",
    "ring_metres": "ring",
    "notes": "notes",
    "recording_changed": "recording",
    "campaign": "campaign",
    "reasons": "reasons for the comparison",
    "area": "the plan's area",
    "comparison": "comparison",
    "ring": "next door",
    "ring_comparison": "next door to the comparison",
}
"""What each thing that can be changed is called."""


def show(found: Found) -> None:
    """Show the recipe of an answer, and offer to count again."""
    if found.answer.state is not EvaluationState.REPORTED:
        return
    with st.expander("How it was made", icon=":material/receipt_long:"):
        st.html(evaluation_answer.facts([*fixed(found), *made(found)]))
        may = evaluation_state.may_set(desk.actor())
        if may and st.button("Work it out again", icon=":material/replay:", key="evaluation_again"):
            again(found)


def fixed(found: Found) -> list[tuple[str, str]]:
    """Say what was fixed before the start."""
    setting, answer = found.setting, found.answer
    zones = found.zones
    narrowed = chosen(setting.query).describe()
    rows = [
        ("Counted", evaluation_words.sentence(answer.outcome.words)),
        ("Narrowed to", narrowed),
        ("Before", evaluation_words.days(*answer.periods.before)),
        ("After", evaluation_words.days(*answer.periods.after)),
        ("Each period", evaluation_words.weeks(answer.periods, answer.outcome)),
        ("Season", "The same in both" if answer.periods.season_matched else "Not the same"),
        ("The plan's area", hectares(zones.area)),
        ("Next door", hectares(zones.ring)),
        ("Comparison", hectares(zones.comparison)),
        *(("" if at else "Why this one", each) for at, each in enumerate(setting.reasons)),
        ("Notes", setting.notes),
    ]
    known = {"The way of recording changed": setting.recording_changed,
             "A campaign asked people to report": setting.campaign}  # fmt: skip
    rows += [("Known beforehand", words) for words, holds in known.items() if holds]
    return [(name, told) for name, told in rows if told]


def hectares(shape: object) -> str:
    """Say how large an outline is."""
    return "None" if shape is None else f"{shape.area / 10_000:,.1f} hectares"


def made(found: Found) -> list[tuple[str, str]]:
    """Say who worked the answer out, when, and from which records."""
    return [
        ("Seed of what is drawn", str(found.recipe.get("seed", ""))),
        ("Revision of the records", found.revision),
        ("Safeground", found.app_version),
        ("Worked out", f"{found.reported_by}, {place_state.when(found.reported_at)}"),
        ("Digest of the records counted", found.fingerprint[:16]),
    ]


def again(found: Found) -> None:
    """Count again and say whether the very same records come out."""
    with desk.shown_errors(), st.spinner("Counting again"):
        with desk.reading() as (session, actor):
            same = evaluation_reporting.still_the_same(session, actor, found.answer.id)
        if same:
            st.success(
                "Worked out again: the very same records are counted, so every figure stands.",
                icon=":material/check:",
            )
        else:
            st.warning(
                "The records have changed since. The answer above stays as it was given on "
                f"{given(found)}. Set a new evaluation if it matters.",
                icon=":material/difference:",
            )


def given(found: Found) -> str:
    """Say on which day the answer was given."""
    day: date = found.reported_at.date()
    return day_words(day)
