"""Coding one interview: place after place, then all of them are kept, each by itself."""

from dataclasses import dataclass
from html import escape

import streamlit as st
from shapely import Point

from domain import codes, interviews
from domain.interviews import Named
from domain.touches import UNSAID
from screens import desk, interview_state, interview_where
from screens.admin_desk import quiet
from screens.interview_state import Spot, key
from screens.map_panel import plain
from screens.note_form import choice, sentence

PUT = "interview_put"
SURE = codes.ref("precision", "street")
YES, NO, OPEN = "Yes", "No", "Not known"
LIVES = {YES: True, NO: False, OPEN: None}
KEPT = (
    "Saved. Each place is kept by itself, with its month: nothing tells that they came from one "
    "interview."
)


@dataclass(frozen=True)
class Line:
    """One place that was put down and waits to be saved."""

    spot: Spot
    named: Named


def show() -> None:
    """Show the form beside the map."""
    form, ground = st.columns([5, 7], gap="medium")
    with form, st.container(key="interview_form"):
        ended()
        st.subheader(f"Place {len(put()) + 1}", anchor=False)
        spot = interview_where.ask("Where was it?")
        if spot is not None:
            details(spot)
    with ground:
        interview_where.show([line.spot for line in put()])


def put() -> list[Line]:
    """Return the places put down so far."""
    found: list[Line] = st.session_state.setdefault(PUT, [])
    return found


def details(spot: Spot) -> None:
    """Ask for the part that a place had, and put it down."""
    lists = codes.current()
    with st.form(key("form"), border=False):
        role = choice(
            "Its part in the episode", lists.touch_roles.offered(), key=key("role"), blank=True
        )
        felt = st.segmented_control(
            "How did it feel there?", list(lists.felt_safety.offered()), default=UNSAID,
            format_func=lambda each: sentence(lists.felt_safety.label(each)), key=key("felt"),
            required=True,
        )  # fmt: skip
        lives = None
        if spot.place_id is None:
            lives = st.segmented_control(
                "Does somebody live there?", list(LIVES), key=key("lives"),
                help="A home is kept as a square of 250 m and only ever counted by ward.",
            )  # fmt: skip
        band = choice("Part of the day", lists.time_bands.offered(), key=key("band"), last=True)
        sure = choice("How sure is the spot?", lists.precision.offered(), key=key("sure"), now=SURE)
        more = further()
        pressed = st.form_submit_button("Put it down", type="primary", width="stretch")
    if not pressed:
        return
    if role is None or (spot.place_id is None and lives is None):
        st.warning("Say what part the place had, and whether somebody lives there.")
        return
    put_down(spot, role=role, felt=felt, time_band=band, precision=sure,
             lives_here=LIVES.get(lives or OPEN), **more)  # fmt: skip


def further() -> dict:
    """Ask what is only sometimes known."""
    lists = codes.current()
    with st.expander("Travel, and what drove or drew them"):
        quiet("Say it at the place that it belongs to. It is not copied to the others.")
        day = choice("Kind of day", lists.day_types.offered(), key=key("day"), last=True)
        travel = choice(
            "How they travelled", lists.transport_modes.offered(), key=key("travel"), last=True
        )
        push = several("What made it hard to stay", "push_factors")
        pull = several("What drew them elsewhere", "pull_factors")
    return {"day_type": day, "transport_mode": travel, "push_factors": push, "pull_factors": pull}


def put_down(spot: Spot, **told) -> None:
    """Put one place on the list, and begin the next."""
    at = None if spot.place_id is not None else Point(spot.easting, spot.northing)
    put().append(Line(spot, Named(spot=at, place_id=spot.place_id, **told)))
    interview_state.next_entry()
    st.rerun()


def ended() -> None:
    """Show what was put down, and let it be saved."""
    lines = put()
    if not lines:
        return
    with st.container(border=True, key="interview_list"):
        for number, line in enumerate(lines, 1):
            told(number, line)
        months = interviews.months()
        month = st.selectbox(
            "Month of the episode", months, format_func=lambda each: f"{each:%B %Y}",
            key="interview_month",
        )  # fmt: skip
        quiet("Check the list first. Once saved, nobody can find these places together again.")
        with st.container(horizontal=True):
            saved = st.button("Save the interview", type="primary", key="interview_save")
            if st.button("Start again", key="interview_clear"):
                lines.clear()
                interview_state.next_entry()
                st.rerun()
    if saved:
        save(month, lines)


def told(number: int, line: Line) -> None:
    """Show one place that was put down."""
    lists, named = codes.current(), line.named
    facts = [sentence(lists.touch_roles.label(named.role))]
    if named.felt != UNSAID:
        facts.append(f"felt {lists.felt_safety.label(named.felt)}")
    words, button = st.columns([5, 1], vertical_alignment="center")
    words.html(
        f"<p class='sg-entry'><strong>{number}. {escape(line.spot.name)}</strong><br>"
        f"{escape(', '.join(facts))}</p>"
    )
    if button.button("", icon=":material/close:", key=f"interview_drop_{number}_{len(put())}",
                     help=f"Take {plain(line.spot.name)} back"):  # fmt: skip
        del put()[number - 1]
        st.rerun()


def save(month, lines: list[Line]) -> None:
    """Keep all of it, or say why not; what was put down then stays."""
    with desk.shown_errors():
        with desk.writing() as (session, actor):
            interviews.code(session, actor, month, [line.named for line in lines])
        lines.clear()
        interview_state.say(KEPT)


def several(label: str, listed: str) -> tuple[str, ...]:
    """Ask for any number of codes of a list."""
    offered = codes.current()[listed].offered()
    return tuple(
        st.multiselect(label, list(offered), key=key(listed), placeholder="Choose",
                       format_func=lambda each: sentence(offered[each]))
    )  # fmt: skip
