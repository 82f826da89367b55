"""The list of patrols by where they stand: what waits for somebody first."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from html import escape

import streamlit as st

from domain import patrol_reading, patrol_weeks
from domain.filters import day_words
from domain.patrol_reading import Line
from domain.patrols import PatrolState
from domain.people import Actor
from screens import desk, patrol_state
from screens.admin_desk import quiet

S = PatrolState
GROUPS = (
    ("Under way", (S.UNDER_WAY,)),
    ("To be authorised", (S.DRAFT,)),
    ("To be tasked", (S.AUTHORISED,)),
    ("Tasked", (S.TASKED,)),
    ("Closed", (S.CLOSED,)),
    ("Called off", (S.CANCELLED,)),
)
OVER = frozenset({S.CLOSED, S.CANCELLED})
"""The latest of these come first; of all others the soonest."""
ABOUT = (
    "A patrol is a shift of short visits to places that a meeting chose. It is there so that "
    "children are safe and people feel it."
)


def show() -> None:
    """Show every patrol that the person at the desk may know of."""
    with desk.reading() as (session, actor):
        lines = patrol_reading.listed(session, actor)
    quiet(ABOUT)
    if patrol_state.may_plan(actor):
        with st.container(horizontal=True, gap="small"):
            shift = st.button("Plan a shift", type="primary", icon=":material/add:",
                              key="plan_shift")  # fmt: skip
            week = st.button("Plan a week", icon=":material/date_range:", key="plan_week")
        if shift or week:
            patrol_state.go(planning=shift, week=week)
    if not lines:
        st.info(
            "No patrol yet. Plan a shift first: choose places that the meeting agreed on, and "
            "the order and times are worked out for you.",
            icon=":material/directions_walk:",
        )
    for heading, states in GROUPS:
        there = [each for each in lines if each.state in states]
        if not OVER.issuperset(states):
            there.sort(key=lambda each: (each.valid_from, each.title))
        if there:
            st.header(heading, anchor=False)
            rows = "".join(line(each, actor) for each in there)
            st.html(f'<ul class="sg-answers">{rows}</ul>')
            weeks(there, states[0], actor)


def weeks(there: Sequence[Line], state: PatrolState, actor: Actor) -> None:
    """Offer the next step for all patrols of a week at once."""
    steps = {
        S.DRAFT: ("Authorise", patrol_weeks.authorise_week, "authorised"),
        S.AUTHORISED: ("Task the teams with", patrol_weeks.task_week, "tasked"),
    }
    if state not in steps or not patrol_state.may_plan(actor):
        return
    label, work, done = steps[state]
    numbers = Counter(
        each.week_id for each in there
        if each.week_id and not (state is S.DRAFT and each.planned_by == actor.id)
    )  # fmt: skip
    for week, count in numbers.items():
        first = min(each.valid_from.date() for each in there if each.week_id == week)
        monday = day_words(first - timedelta(days=first.weekday()))
        if count > 1 and st.button(f"{label} all {count} of the week of {monday}",
                                   key=f"week_{done}_{week}"):  # fmt: skip
            together(work, week, f"{count} patrols are {done}.")


def together(work: Callable[..., int], week: int, done: str) -> None:
    """Do one thing to all patrols of a week, or show why not."""
    kept = False
    with desk.shown_errors(), desk.writing() as (session, actor):
        work(session, actor, week)
        kept = True
    if kept:
        st.session_state[patrol_state.SAID] = done
        patrol_state.go()


def line(each: Line, actor: Actor) -> str:
    """Write one patrol: its title with the way to it, when, who, and how far it is."""
    begins = each.valid_from
    when = f"{begins:%A} {begins.day} {begins:%B %Y}, {begins:%H:%M} to {each.valid_to:%H:%M}"
    stops = f"{each.stops} stop{'' if each.stops == 1 else 's'}"
    visits = f"{each.visits} visit{'' if each.visits == 1 else 's'} recorded"
    own = each.state is S.DRAFT and each.planned_by == actor.id
    waits = "You planned it: somebody else has to authorise it." if own else ""
    rest = " · ".join(filter(None, [each.team, stops, visits, waits]))
    return (
        f'<li><a class="sg-link" href="{patrol_state.address(each.patrol_id)}" target="_self">'
        f"{escape(each.title)}</a> {escape(when)}"
        f'<span class="sg-quiet">{escape(rest)}</span></li>'
    )
