"""Screening: the places named since yesterday, and the week's, each taken on by somebody."""

from datetime import UTC, datetime, timedelta
from html import escape

import streamlit as st

from domain import (
    accounts,
    meeting_daily,
    meeting_kinds,
    meeting_moving,
    meeting_named,
    screenings,
    search,
)
from domain.filters import day_words
from domain.meeting_daily import DailyState, Line
from domain.meeting_named import Named
from domain.people import Permission
from screens import desk, meeting_state, place_state
from screens.admin_desk import plain, quiet
from screens.meeting_state import chip

DAILY, WEEKLY = "Last 24 hours", "This week"


def daily() -> None:
    """Show what was named in the last 24 hours and the day's list."""
    now = datetime.now(UTC)
    with desk.reading() as (session, actor):
        found = meeting_named.named(session, actor, now - timedelta(hours=24), now)
        lines = meeting_daily.lines(session, actor)
        agencies = accounts.agency_names(session, actor)
    on_list = {each.place_id for each in lines}
    st.header("Today's list", anchor=False)
    if not lines:
        st.info("Nothing is on today's list. Add a place below.", icon=":material/checklist:")
    for each in lines:
        with st.container(border=True, key=f"daily_{each.id}"):
            one_line(each, agencies)
    st.header("Named in the last 24 hours", anchor=False)
    fresh = [each for each in found if each.place_id not in on_list]
    if not fresh:
        quiet("No other place was named.")
    for each in fresh:
        with st.container(
            horizontal=True, vertical_alignment="center", key=f"named_{each.place_id}"
        ):
            st.html(named(each))
            if st.button("Add to the list", key=f"add_{each.place_id}"):
                meeting_state.act(meeting_daily.add, "It is on the list.", each.place_id)
    other_place()


def one_line(line: Line, agencies: dict[int, str]) -> None:
    """Show one place of the list: who has it, and what can be done."""
    late = line.added_at < datetime.now(UTC) - timedelta(hours=24)
    st.html(
        f'<div class="sg-item"><h3>{linked(line.place_id, line.name)} {chip(line.state.words)}</h3>'
        f"<p>{escape(line.why)}</p><p class='sg-quiet'>{escape(trail(line))}"
        f"{' · since ' + day_words(line.day) if late else ''}</p></div>"
    )
    if line.state is DailyState.RESOLVED:
        return
    theirs = line.state is DailyState.HANDED and (line.mine or coordinates())
    if theirs and st.button("We have it", key=f"take_{line.id}", type="primary"):
        meeting_state.act(meeting_daily.take_on, "Taken on.", line.id, version=line.version)
    hand_box, resolve_box = st.columns(2)
    with hand_box.popover("Hand over", icon=":material/forward:"):
        to = st.selectbox(
            "To", list(agencies), index=None, format_func=agencies.get,
            placeholder="Choose an agency", key=f"to_{line.id}_{line.version}",
        )  # fmt: skip
        if st.button("Hand it over", key=f"hand_{line.id}") and to:
            meeting_state.act(
                meeting_daily.hand_over, "Handed over.", line.id, to_agency_id=to,
                version=line.version,
            )  # fmt: skip
    with resolve_box.popover("Resolve", icon=":material/done:"):
        how = st.text_input("How was it resolved?", max_chars=300,
                            key=f"how_{line.id}_{line.version}")  # fmt: skip
        if st.button("Resolved", key=f"resolve_{line.id}"):
            meeting_state.act(
                meeting_daily.resolve, "Resolved.", line.id, outcome=how, version=line.version
            )


def trail(line: Line) -> str:
    """Say who added, handed over, took on and resolved it, and when."""
    said = [f"added {meeting_state.clock(line.added_at)} by {line.added_by}"]
    if line.handed_at:
        said.append(
            f"handed to {line.to} {meeting_state.clock(line.handed_at)} by {line.handed_by}"
        )
    if line.taken_at:
        said.append(f"taken on {meeting_state.clock(line.taken_at)} by {line.taken_by}")
    if line.resolved_at:
        at = meeting_state.clock(line.resolved_at)
        said.append(f"resolved {at} by {line.resolved_by}: {line.outcome}")
    return " · ".join(said)


def coordinates() -> bool:
    """Say whether this person runs meetings."""
    return desk.actor().may(Permission.RECORD)


def other_place() -> None:
    """Add a place that nobody named in writing."""
    with st.expander("Add another place", icon=":material/add:"):
        asked = st.text_input("Name of the place", key=f"daily_find_{meeting_state.turn()}",
                              max_chars=100)  # fmt: skip
        why = st.text_input("What is to be done there", key=f"daily_why_{meeting_state.turn()}",
                            max_chars=300, help="About the place. Name nobody.")  # fmt: skip
        if asked:
            with desk.reading() as (session, actor):
                hits = [hit for hit in search.search(session, actor, asked, 12) if hit.place_id]
            for hit in hits[:6]:
                if st.button(plain(hit.name), key=f"daily_add_{hit.place_id}",
                             icon=":material/add:"):  # fmt: skip
                    meeting_state.act(
                        meeting_daily.add, "It is on the list.", hit.place_id, why=why
                    )
            if not hits:
                quiet("No place of that name.")


def weekly() -> None:
    """Show what was named this week, pairs that may be one, and what is decided of each."""
    now = datetime.now(UTC)
    with desk.reading() as (session, actor):
        found = meeting_named.named(session, actor, now - timedelta(days=7), now)
        pairs = meeting_named.duplicates(session, actor, [each.place_id for each in found])
    if pairs:
        st.header("May be the same place", anchor=False)
        rows = "".join(
            f"<li>{linked(each.first_id, each.first)} and {linked(each.second_id, each.second)}: "
            f"{f'{each.metres} m apart' if each.metres else 'they touch'}</li>"
            for each in pairs
        )
        st.html(f'<ul class="sg-list">{rows}</ul>')
    st.header("Named this week", anchor=False)
    if not found:
        st.info("No place was named this week, as far as you may read.", icon=":material/inbox:")
    for each in found:
        with st.container(border=True, key=f"week_{each.place_id}"):
            st.html(named(each))
            decided(each)


def decided(each: Named) -> None:
    """Show the last decision, and ask for one where the place waits for it."""
    with desk.reading() as (session, actor):
        last = screenings.of_place(session, actor, each.place_id)[:1]
    for one in last:
        also = " The place was also referred beside a child." if one.also_referred else ""
        quiet(f"Last decided: {one.decision.words}, {place_state.when(one.decided_at)}, by "
              f"{one.decider_name}. {one.reason}{also}")  # fmt: skip
    if coordinates() and each.status in screenings.SCREENED:
        with st.popover("Decide", icon=":material/gavel:"):
            decide(each)


def decide(each: Named) -> None:
    """Ask what is decided of a place that was named, and why."""
    kind = meeting_kinds.kind(meeting_moving.WEEKLY)
    known = meeting_kinds.book().decisions
    key = f"{each.place_id}_{meeting_state.turn()}"
    offered = [code for code in kind.decisions if not known[code].merges]
    code = st.radio("Decision", offered, format_func=lambda one: known[one].label, key=f"d_{key}")
    quiet(known[code].about)
    reason = st.text_input("Why", max_chars=500, key=f"r_{key}")
    referred = st.checkbox("The place was also referred beside a child", key=f"f_{key}")
    if st.button("Write it down", key=f"w_{key}", type="primary"):
        made = meeting_state.do(
            meeting_moving.settle, each.place_id, code, reason=reason, also_referred=referred
        )
        if made is not None:
            lacks = f" Still missing: {' '.join(made.missing)}" if made.missing else ""
            meeting_state.say(f"Written down.{lacks}")


def named(each: Named) -> str:
    """Write one place: where it stands, how it was named and when last."""
    name = linked(each.place_id, each.name)
    return (
        f'<div class="sg-item"><h3>{name} {chip(each.status.words)}</h3>'
        f"<p>{escape(each.words().capitalize())} · last {place_state.when(each.last)}</p></div>"
    )


def linked(number: int, name: str) -> str:
    """Return a place's name as the way to its page."""
    address = place_state.address(number)
    return f'<a class="sg-link" target="_self" href="{address}">{escape(name)}</a>'


meeting_state.style()
meeting_state.said()
st.title("Screening", anchor=False)
quiet("Places, never children. Cases of children stay in the case system.")
part = st.segmented_control(
    "Part of the page", [DAILY, WEEKLY], default=DAILY, key="screening_part", required=True,
    label_visibility="collapsed",
)  # fmt: skip
daily() if part == DAILY else weekly()
