"""Dose: what patrols promised and delivered, too little and too much alike, and how fairly."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from html import escape

import streamlit as st

from domain import matching, patrol_dose, patrol_planning
from domain.patrol_dose import Dose, Equity, PlaceDose, Span
from domain.people import Actor, Permission, Tier
from screens import desk, patrol_state
from screens.admin_desk import plain, quiet

SIGNS = {
    "as meant": ("✓", "sg-mark sg-mark-done"),
    "too little": ("▼", "sg-mark sg-amber"),
    "too much": ("▲", "sg-mark sg-amber"),
    "too little and too much": ("▼▲", "sg-mark sg-amber"),
}
"""A sign beside the colour, so that nothing is told in colour alone."""


def show(*, titled: bool = True) -> None:
    """Show the dose of some weeks to those who may read it."""
    if titled:
        st.title("Dose of patrols", anchor=False)
        patrol_state.said()
    today = matching.today()
    days = st.date_input(
        "Days", (today - timedelta(days=27), today), format="DD/MM/YYYY",
        key="dose_days", max_value=today,
    )  # fmt: skip
    if len(days) < 2:
        st.info("Choose the last day too.")
        return
    found = None
    with desk.shown_errors(), desk.reading() as (session, actor):
        found = patrol_dose.dose(session, actor, since=days[0], until=days[1])
    if found is not None:
        told(found)
    to_tell(actor)


def told(found: Dose) -> None:
    """Show a dose: its sentences first."""
    first, *rest = found.words()
    st.html(f'<div class="sg-answer"><h1>{escape(first)}</h1></div>')
    if not rest:
        return
    st.html(f'<p class="sg-entry">{escape(rest[0])} {escape(rest[1])}</p>')
    st.header("By place", anchor=False)
    st.html(places(found.places))
    hours = [each for each in found.hours if each.promised or each.delivered]
    left, right = st.columns(2, gap="large")
    with left:
        st.header("By week", anchor=False)
        st.html(spans("Dose by week", "Week of", found.weeks))
    with right:
        st.header("By hour", anchor=False)
        st.html(spans("Dose by hour", "Hours", hours))
    st.header("Fairness", anchor=False)
    quiet("Powers used beside visits made. Rates are told from ten visits on.")
    st.html(equity(found.equity))
    for each in rest[2:]:
        quiet(each)


def mark(level: str) -> str:
    """Write a level with its sign and its words."""
    sign, style = SIGNS[level]
    return f'<span class="{style}"><span aria-hidden="true">{sign}</span> {level}</span>'


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table that a phone moves sideways; cells are HTML."""
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="sg-scroll" tabindex="0" role="region" aria-label="{escape(title)}">'
        '<table class="sg-table">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def places(rows: Sequence[PlaceDose]) -> str:
    """Write the dose of each place, with what differs from what was meant."""
    heads = ("Place", "Dose", "Stops made", "Minutes", "Regularity", "What differs")
    return table("Dose by place", heads, map(_place, rows))


def _place(each: PlaceDose) -> tuple[str, ...]:
    share = "" if each.share is None else f" ({each.share:.0%})"
    extra = f", {each.unplanned} not planned" if each.unplanned else ""
    missed = f", {each.skipped} left out" if each.skipped else ""
    said = [
        f"{'' if one.day is None else f'{one.day.day} {one.day:%b}: '}{one.words}"
        for one in each.departures
    ]
    more = f"; and {len(said) - 4} more" if len(said) > 4 else ""
    return (
        escape(each.name),
        mark(each.level),
        f"{each.visits} of {each.promised}{share}{extra}{missed}",
        f"{each.minutes} of {each.minutes_promised}",
        regular(each),
        escape("; ".join(said[:4]) + more),
    )


def regular(each: PlaceDose) -> str:
    """Say how easily somebody could learn when a visit comes."""
    if each.regularity is None:
        return "too few to tell"
    value = each.regularity.index
    return f"{value:.2f}" + (" ▲ easy to foretell" if value > 0.6 else "")


def spans(title: str, head: str, rows: Sequence[Span]) -> str:
    """Write minutes promised and delivered by hour or week."""
    return table(
        title,
        (head, "Promised", "Delivered", "Dose"),
        [(escape(each.label), f"{each.promised} min", f"{each.delivered} min", mark(each.level))
         for each in rows],
    )  # fmt: skip


def equity(rows: Sequence[Equity]) -> str:
    """Write stops, searches and dispersals beside visits."""
    return table(
        "Fairness",
        ("Place", "Visits", "Stops", "Searches", "Dispersals", "Dispersals with under-18s"),
        [
            (escape(each.name), str(each.visits), *(_rate(each, count) for count in
             (each.stops, each.searches, each.dispersals)),
             escape("; ".join(f"{band}: {count}" for band, count in each.under_18)))
            for each in rows
        ],
    )  # fmt: skip


def _rate(each: Equity, count: int) -> str:
    rate = each.rate(count)
    return str(count) if rate is None or not count else f"{count} ({rate:.0f} per 100 visits)"


def to_tell(actor: Actor) -> None:
    """List stops that no meeting approved, for the next meeting to hear of."""
    if actor.tier < Tier.T3:
        return
    with desk.reading() as (session, _):
        waiting = patrol_planning.to_tell(session, actor)
    st.header("To tell the next meeting", anchor=False)
    if not waiting:
        quiet("Nothing: a meeting approved every stop.")
    for each in waiting:
        st.html(
            f'<div class="sg-stop"><h3>{escape(each.name)}</h3>'
            f"<p>Authorised by {escape(each.inspector)}. {escape(each.basis)}</p>"
            f"<p>Effect on young people: {escape(each.effect)}</p>"
            f'<p class="sg-quiet">It rests on: {escape(", ".join(each.rests_on))}</p></div>'
        )
        if actor.may(Permission.MODERATE) and st.button(
            f"A meeting was told of {plain(each.name)}", key=f"told_{each.stop_id}"
        ):
            _tell(each.stop_id)


def _tell(stop_id: int) -> None:
    done = False
    with desk.shown_errors(), desk.writing() as (session, actor):
        patrol_planning.told_meeting(session, actor, stop_id)
        done = True
    if done:
        st.session_state[patrol_state.SAID] = "Noted: a meeting was told."
        st.rerun()
