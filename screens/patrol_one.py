"""One patrol: its cards and map, the next step, its files, and what was recorded."""

from datetime import datetime
from html import escape

import streamlit as st

from domain import patrol_planning, patrol_reading, patrol_visits
from domain.matching import LONDON
from domain.patrol_reading import DANGER, DISCLOSURE, PURPOSE, Card, Sheet
from domain.patrol_weeks import LeftAlone
from domain.patrols import TEAM, PatrolState, PatrolVisit
from domain.people import Actor, Permission
from exchange import patrol_files
from exchange.patrol_files import Form
from screens import desk, patrol_map, patrol_state
from screens.admin_desk import plain, quiet

S = PatrolState
FILES = {
    Form.PDF: "Sheet (PDF)",
    Form.GPX: "GPX",
    Form.KML: "KML",
    Form.ICS: "Calendar",
}


def show(patrol_id: int) -> None:
    """Show a patrol to its team and planners."""
    sheet = None
    with desk.shown_errors(), desk.reading() as (session, actor):
        sheet = patrol_reading.sheet(session, actor, patrol_id)
        visits = patrol_reading.visits_of(session, actor, patrol_id)
        planned_by = next(
            (each.planned_by for each in patrol_reading.listed(session, actor)
             if each.patrol_id == patrol_id), None,
        )  # fmt: skip
    if sheet is None:
        return
    st.title(plain(sheet.title), anchor=False)
    patrol_state.said()
    st.html(f'<p class="sg-entry">{escape(head(sheet))}</p>')
    left, right = st.columns([5, 6], gap="medium")
    with left:
        with st.container(horizontal=True, gap="small"):
            steps(sheet, actor, own=planned_by == actor.id)
            files(sheet)
        for card in sheet.cards:
            st.html(told(card))
    with right:
        patrol_map.show([(each.name, each.zone) for each in sheet.cards])
        st.html(
            f'<div class="sg-mind"><p>{escape(PURPOSE)}</p><p>{escape(sheet.purpose)}</p>'
            f"<p>Legal basis: {escape(sheet.legal_basis)}</p><p>{escape(DANGER)}</p>"
            f"<p>{escape(DISCLOSURE)}</p></div>"
        )
        left_alone(sheet)
        recorded(sheet, visits)
        positions(sheet, actor)


def left_alone(sheet: Sheet) -> None:
    """Say which places this shift leaves alone, and whether that was kept."""
    if not sheet.left:
        return
    rows = "".join(f"<li>{escape(_left(each))}</li>" for each in sheet.left)
    st.header("Left without a patrol", anchor=False)
    st.html(f'<ul class="sg-list">{rows}</ul>')
    quiet("Nobody goes there on this shift unless called, so that it can be told whether patrols "
          "change anything.")  # fmt: skip


def _left(each: LeftAlone) -> str:
    broken = "" if each.kept else ". Somebody went there all the same"
    return f"{each.name}, {each.opens:%H:%M} to {each.closes:%H:%M}{broken}"


def head(sheet: Sheet) -> str:
    """Say when, who, how, where from and how far it is."""
    said = [sheet.when, sheet.team, sheet.style, f"from {sheet.start}" if sheet.start else "",
            sheet.state.words, f"authorised by {sheet.authorised_by}" if sheet.authorised_by else ""]  # noqa: E501  # fmt: skip
    return " · ".join(filter(None, said))


def steps(sheet: Sheet, actor: Actor, *, own: bool) -> None:
    """Offer the next step first, and what else may be done."""
    plans = patrol_state.may_plan(actor)
    given = {"version": sheet.version}
    if sheet.state is S.DRAFT and own:
        st.info("Somebody else has to authorise what you planned.", icon=":material/how_to_reg:")
    elif sheet.state is S.DRAFT and plans and actor.may(Permission.AUTHORISE):
        _step("Authorise", patrol_planning.authorise, "It is authorised.", sheet, given)
    if sheet.state is S.AUTHORISED and plans:
        _step("Task the team", patrol_planning.task, "The team has it on its phone page.",
              sheet, given)  # fmt: skip
    if sheet.state in (S.TASKED, S.UNDER_WAY):
        st.link_button("Open the phone page", f"/patrol/{sheet.patrol_id}",
                       icon=":material/smartphone:", type="primary")  # fmt: skip
        with st.popover("Close it"):
            quiet("Visits that a phone still holds are taken afterwards too.")
            _step("Close the patrol", patrol_planning.close, "It is closed.", sheet, given)
    if (
        sheet.state in (S.DRAFT, S.AUTHORISED)
        and plans
        and st.button("Change it", icon=":material/edit:", key="patrol_change")
    ):
        patrol_state.go(sheet.patrol_id, planning=True)
    if sheet.state in (S.DRAFT, S.AUTHORISED, S.TASKED) and plans:
        with st.popover("Call it off"):
            reason = st.text_input("Reason", max_chars=300, key="patrol_reason")
            _step("Call the patrol off", patrol_planning.cancel, "It is called off.", sheet,
                  {**given, "reason": reason})  # fmt: skip


def _step(label: str, work, done: str, sheet: Sheet, given: dict) -> None:
    if st.button(label, type="primary", key=f"patrol_step_{label}"):
        patrol_state.act(work, done, sheet.patrol_id, **given)


def files(sheet: Sheet) -> None:
    """Make a file when it is asked for, and note that it left."""
    with st.popover("Download", icon=":material/download:"):
        form = st.radio("As", list(FILES), format_func=FILES.__getitem__, key="patrol_form_of")
        held = st.session_state.get("patrol_file")
        mark = (sheet.patrol_id, sheet.version, form.name)
        if st.button("Make the file", key="patrol_make"):
            with desk.shown_errors(), st.spinner("Making the file"):
                made = patrol_files.export(desk.store(), desk.actor(), sheet.patrol_id, form)
                held = st.session_state["patrol_file"] = (mark, made)
        if held is not None and held[0] == mark:
            st.download_button(
                f"Save the {FILES[form]}", held[1], f"patrol-{sheet.patrol_id}.{form.ending}",
                form.mime, key="patrol_save_file", on_click="ignore",
            )  # fmt: skip


def told(card: Card) -> str:
    """Write one stop as its team reads it."""
    do, never = (
        f"<ul class='sg-list'>{''.join(f'<li>{escape(each)}</li>' for each in lines)}</ul>"
        for lines in (card.to_do, card.not_to_do)
    )
    care = f"<p><strong>Take care:</strong> {escape(card.hazards)}</p>" if card.hazards else ""
    names = ", ".join(card.guardians.values())
    guards = f"<p><strong>Who helps there:</strong> {escape(names)}</p>" if names else ""
    return (
        f'<div class="sg-stop"><h3>{card.number}. {card.arrive:%H:%M} {escape(card.name)}</h3>'
        f'<p class="sg-quiet">{card.dwell} minutes, between {card.opens:%H:%M} and '
        f"{card.closes:%H:%M} · {visited(card)}</p><p>{escape(card.why)}</p>"
        f'<details class="sg-tactic"><summary>What to do, and what not</summary>{do}'
        f"<p><strong>Not:</strong></p>{never}</details>{care}{guards}</div>"
    )


def visited(card: Card) -> str:
    """Say what was recorded of a stop."""
    said = [f"visited {card.visited} times" if card.visited > 1 else "visited"] * bool(card.visited)
    said += ["left out, with a reason"] * bool(card.skipped)
    return ", ".join(said) or "not visited yet"


def recorded(sheet: Sheet, visits: list[PatrolVisit]) -> None:
    """List what the team recorded."""
    st.header("Visits recorded", anchor=False)
    if not visits:
        st.info("None yet. The team records a visit on the phone page in a minute.")
        return
    names = {each.stop_id: each.name for each in sheet.cards}
    rows = [
        f"<li><strong>{when(each.arrived_at)} {escape(names.get(each.stop_id, 'Not planned'))}"
        f"</strong> {escape(patrol_visits.in_words(each))}</li>"
        for each in visits
    ]
    st.html(f'<ul class="sg-acts">{"".join(rows)}</ul>')


def positions(sheet: Sheet, actor: Actor) -> None:
    """Lead the tasked team to where a position file gives the minutes."""
    if sheet.state in TEAM and sheet.agency_id == actor.agency_id:
        way = f"/patrol/{sheet.patrol_id}/positions"
        st.link_button("Minutes from a position file", way, icon=":material/timer:")


def when(moment: datetime) -> str:
    """Write the time of a visit in London."""
    return f"{moment.astimezone(LONDON):%H:%M}"
