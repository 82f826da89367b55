"""What waits for a moderator: alerts first, then the queue, then reporters without an answer."""

from collections import Counter
from html import escape

import streamlit as st
from sqlalchemy.orm import Session

from domain import codes, concern_queue, gazetteer, preferences, search
from domain.concern_moderating import acknowledge
from domain.concern_queue import Queued
from domain.concerns import Concern, DutyAlert, Still
from domain.filters import day_words, joined
from domain.people import PUBLIC, Actor
from domain.preferences import Moderation
from screens import concern_state, desk
from screens.note_form import sentence

PAGE = 20
"""How many entries are shown before one asks for more."""


def alerts() -> None:
    """Show every alert that nobody has acknowledged, and let one be taken on."""
    with desk.reading() as (session, actor):
        rules = preferences.read(session).moderation
        known = [
            (each, where(session, actor, concern_queue.find(session, actor, each.concern_id)))
            for each in concern_queue.alerts(session, actor)
        ]
    for alert, place in known:
        with st.container(key=f"concern_alert_{alert.id}", border=True):
            alarm(alert, place, rules)


def alarm(alert: DutyAlert, place: str, rules: Moderation) -> None:
    """Show one alert."""
    late = concern_queue.is_late(alert, rules)
    raised_by = "a report" if alert.raised_by == PUBLIC.name else alert.raised_by
    waited = " <strong>It has waited too long.</strong>" if late else ""
    st.html(
        f'<p class="sg-alarm"><strong>Someone may be in danger.</strong> {escape(place)}<br>'
        f"Since {concern_state.when(alert.raised_at)}, from {escape(raised_by)}.{waited}<br>"
        f"{escape(called(alert, rules))}</p>"
    )
    with st.container(horizontal=True):
        done = st.button(
            "I have seen it and acted", type="primary", key=f"acknowledge_{alert.id}"
        )  # fmt: skip
        if concern_state.opened() != alert.concern_id and st.button(
            "Open the concern", key=f"alert_open_{alert.id}"
        ):
            concern_state.go(alert.concern_id)
    if done:
        with desk.shown_errors():
            with desk.writing() as (session, actor):
                acknowledge(session, actor, alert.id)
            concern_state.say("The alert is noted as seen, with your name.")


def called(alert: DutyAlert, rules: Moderation) -> str:
    """Say whether the duty contact was called by e-mail, so that nobody relies on what failed."""
    if not rules.duty_email:
        return "Nobody is called by e-mail: no duty contact is set. Please call them yourself."
    if alert.call_fault:
        return f"The e-mail to the duty contact did not go out. {alert.call_fault} Please call."
    if alert.calls:
        times = "once" if alert.calls == 1 else f"{alert.calls} times"
        return f"The duty contact was called by e-mail {times}."
    return "No e-mail went out yet. If this stays so, please call the duty contact yourself."


def queue() -> None:
    """Show what waits, the most urgent first."""
    with desk.reading() as (session, actor):
        waiting = concern_queue.queue(session, actor)
        unanswered = concern_queue.unanswered(session, actor)
        shown = st.session_state.get("concerns_shown", PAGE)
        lines = [(each, where(session, actor, each.concern)) for each in waiting[:shown]]
        owed = [(each, where(session, actor, each.concern)) for each in unanswered[:shown]]
    if not waiting and not unanswered:
        st.info("Nothing is waiting.", icon=":material/inbox:")
        return
    st.html(f'<p class="sg-quiet">{escape(counts([*waiting, *unanswered]))}</p>')
    for each, place in lines:
        entry(each, place)
    if owed:
        st.header("Reporters without an answer", anchor=False)
    for each, place in owed:
        entry(each, place)
    if max(len(waiting), len(unanswered)) > shown and st.button("Show more"):
        st.session_state["concerns_shown"] = shown + PAGE
        st.rerun()


def counts(waiting: list[Queued]) -> str:
    """Say how many stand where: "3 wait: 2 received, 1 graded."."""
    states = Counter(each.concern.state for each in waiting)
    told = joined([f"{number} {state.words}" for state, number in states.items()])
    return f"{len(waiting)} {'waits' if len(waiting) == 1 else 'wait'}: {told}."


def entry(queued: Queued, place: str) -> None:
    """Show one entry of the queue."""
    concern = queued.concern
    with st.container(border=True, key=f"concern_entry_{concern.id}"):
        words, button = st.columns([4, 1], vertical_alignment="center")
        words.html(
            f"<p class='sg-entry'><strong>{escape(place)}</strong><br>{escape(waits(queued))}</p>"
        )
        name = f"Open concern {concern.id}"
        if button.button("Open", key=f"open_{concern.id}", width="stretch", help=name):
            concern_state.go(concern.id)


def waits(queued: Queued) -> str:
    """Say in a line how urgent an entry is, and where it stands."""
    concern = queued.concern
    days = {0: "less than a working day", 1: "1 working day"}
    parts = [
        "Danger" if queued.alert or concern.danger else "",
        concern.state.words,
        "still happening" if concern.still is Still.YES else "",
        f"waits {days.get(queued.age, f'{queued.age} working days')}",
        f"{'was due' if queued.overdue else 'due'} {day_words(queued.due)}",
        f"{len(queued.bundled) + 1} from one source" if queued.bundled else "",
    ]
    return sentence(" · ".join(filter(None, parts)))


def where(session: Session, actor: Actor, concern: Concern) -> str:
    """Say what kind of place it is, and near which street."""
    kind = sentence(codes.current().place_types.label(concern.place_type))
    near = gazetteer.near(session, actor, search.middle_of(concern.shape))
    if near.street is None:
        return f"{kind} at {near.grid_ref} (number {concern.id})"
    return f"{kind} near {near.street.name} (number {concern.id})"
