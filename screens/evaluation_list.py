"""The list of evaluations: what waits for a step first, then what is known."""

from dataclasses import dataclass
from datetime import date
from html import escape

import streamlit as st

from domain import evaluations, matching
from domain.evaluation_counts import Periods
from domain.evaluation_setting import periods_of
from domain.evaluations import Evaluation, EvaluationState
from domain.filters import Filters
from domain.people import Actor
from screens import desk, evaluation_state, evaluation_words, map_view, place_state
from screens.admin_desk import quiet
from screens.evaluation_state import Opened

S = EvaluationState
ABOUT = (
    "An evaluation says whether a plan changed anything. What is counted, where and when is fixed "
    "before the plan starts, and the answer comes once, after the end."
)


@dataclass(frozen=True)
class Row:
    """A line of the list. A person wrote ``title`` and ``place``: escape them."""

    id: int
    title: str
    place: str
    state: EvaluationState
    outcome: str
    start: date
    spans: Periods
    words: str

    @property
    def group(self) -> str:
        """The heading under which it stands."""
        if self.state in (S.SET, S.RUNNING):
            today = matching.today()
            if self.spans.over <= today:
                return DUE
            return COMING if self.start > today else UNDER_WAY
        return ANSWERED if self.state is S.REPORTED else STOPPED


DUE, UNDER_WAY, COMING, ANSWERED, STOPPED = (
    "The period is over: the answer can be worked out", "Under way", "Set, not begun", "Answered",
    "Stopped",
)  # fmt: skip


def show(asked: Opened) -> None:
    """Show the evaluations that this reader may read, all of them or those of one place."""
    st.title("Evaluations", anchor=False)
    with desk.reading() as (session, actor):
        found = (
            evaluations.listed(session, actor)
            if asked.place is None
            else evaluations.of_place(session, actor, asked.place)
        )
        rows = [row(actor, each) for each in found]
    if asked.place is not None:
        of_place(asked.place)
    quiet(ABOUT)
    offer(actor, asked.place)
    if not rows:
        st.info(nothing(actor), icon=":material/balance:")
    for heading in (DUE, ANSWERED, UNDER_WAY, COMING, STOPPED):
        there = [each for each in rows if each.group == heading]
        if there:
            st.header(heading, anchor=False)
            st.html(f'<ul class="sg-answers">{"".join(map(line, there))}</ul>')


def nothing(actor: Actor) -> str:
    """Say what an empty list means, and what to do first."""
    if evaluation_state.may_set(actor):
        return "None yet. Set one before the next plan starts: afterwards nobody believes it."
    return "None yet. An analyst, the police or the chair sets one before a plan starts."


def offer(actor: Actor, place: int | None) -> None:
    """Let who may set an evaluation do so."""
    if evaluation_state.may_set(actor) and st.button(
        "Set an evaluation", type="primary", icon=":material/add:", key="set_evaluation"
    ):
        evaluation_state.go(place=place, setting=True)


def of_place(place: int) -> None:
    """Say of which place the list is, with the way to it and to all others."""
    name = names().get(place, "This place")
    st.html(
        f'<p class="sg-entry">Of {link(place, name)} · '
        '<a class="sg-link" href="/evaluations" target="_self">All evaluations</a></p>'
    )


def names() -> dict[int, str]:
    """Return the places by id, named as this reader may read them."""
    found: dict[int, str] = map_view.reading("places", Filters())["name"].to_dict()
    return found


def link(place: int, name: str) -> str:
    """Lead to the page of a place."""
    return (
        f'<a class="sg-link" href="{place_state.address(place)}" target="_self">{escape(name)}</a>'
    )


def row(actor: Actor, found: Evaluation) -> Row:
    """Take from an evaluation what its reader may read in a list."""
    spans = periods_of(found)
    return Row(
        id=found.id,
        title=evaluations.title_for(actor, found),
        place=names().get(found.place_id, "") if found.place_id else "",
        state=found.state,
        outcome=found.outcome.words,
        start=found.start,
        spans=spans,
        words=evaluation_words.said(found.result)[0],
    )


def line(each: Row) -> str:
    """Write one evaluation: its answer where there is one, and its name with the way to it."""
    said = f"<strong>{escape(each.words)}</strong>" if each.words else ""
    details = [each.place, evaluation_words.sentence(each.outcome),
               evaluation_words.days(*each.spans.after)]  # fmt: skip
    return (
        f'<li><a class="sg-link" href="{evaluation_state.address(each.id)}" target="_self">'
        f"{escape(each.title)}</a>{said}"
        f'<span class="sg-quiet">{escape(" · ".join(filter(None, details)))}</span></li>'
    )


def beside(place: int) -> str:
    """List the evaluations of a place for its own page, each a way to it; "" without any."""
    with desk.reading() as (session, actor):
        rows = [row(actor, each) for each in evaluations.of_place(session, actor, place)]
    return f'<ul class="sg-answers">{"".join(map(line, rows))}</ul>' if rows else ""
