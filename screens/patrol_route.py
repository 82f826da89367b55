"""What came of planning a shift: the stops in order, to be changed by hand, and kept."""

from dataclasses import replace
from functools import partial
from html import escape

import streamlit as st

from domain import codes, patrol_planning, patrols
from domain.matching import LONDON
from domain.patrol_reading import NEVER
from domain.patrol_rules import Exceptional, Shift, Stop, broken
from exchange import patrol_solving
from exchange.patrol_solving import Asked, Candidate
from screens import desk, patrol_map, patrol_plan, patrol_state
from screens.admin_desk import plain, quiet
from screens.patrol_state import DRAFT, Draft


def show(draft: Draft, patrol_id: int | None) -> None:
    """Show the round and its map, what it breaks, and let it be kept."""
    st.title(plain(draft.asked.shift.title or "The shift"), anchor=False)
    typed(draft)
    left, right = st.columns([5, 6], gap="medium")
    with right:
        zones = [(each.name, each.zone) for each in draft.solved.stops if each.zone is not None]
        patrol_map.show(zones, way=draft.solved.way, start=draft.asked.start)
        quality(draft)
    with left:
        said = broken(draft.asked.shift, draft.solved.stops)
        for each in said:
            st.warning(plain(each), icon=":material/rule:")
        keep(draft, patrol_id, sound=not said and bool(draft.solved.stops))
        for at in range(len(draft.solved.stops)):
            stop(draft, at)
        if not draft.solved.stops:
            st.info("No stop is left. Go back and tick a place.")
        again(draft, patrol_id)


def quality(draft: Draft) -> None:
    """Say how good the round is and how it was reckoned, in words."""
    solved, shift = draft.solved, draft.asked.shift
    back, ends = solved.back.astimezone(LONDON), shift.valid_to.astimezone(LONDON)
    told = [
        solved.words,
        f"{solved.travel} minutes on the way, back at {back:%H:%M} of {ends:%H:%M}.",
        *solved.notes,
    ]
    if solved.left_out:
        told.append(f"Not in this round: {', '.join(solved.left_out)}.")
    if solved.no_room:
        told.append(f"Locked, and yet there is no room for: {', '.join(solved.no_room)}.")
    if not solved.repeatable:
        told.append("The search was cut short by its time limit; more seconds may find more.")
    st.html(f'<ul class="sg-list">{"".join(f"<li>{escape(each)}</li>" for each in told)}</ul>')


def keep(draft: Draft, patrol_id: int | None, *, sound: bool) -> None:
    """Save the draft, once it keeps the rules."""
    if not st.button("Save the draft", type="primary", icon=":material/save:", disabled=not sound,
                     key="patrol_save", width="stretch"):  # fmt: skip
        return
    shift, stops = draft.asked.shift, draft.solved.stops
    done = "The draft is saved. Somebody else authorises it."
    if patrol_id is None:
        patrol_state.act(patrol_planning.plan, done, shift, stops)
    else:
        patrol_state.act(
            patrol_planning.change, done, patrol_id, shift, stops, version=draft.version
        )


def stop(draft: Draft, at: int) -> None:
    """Show one stop: when, why, what to do; and move, lock or leave it out."""
    each = draft.solved.stops[at]
    name = f"{draft.rounds}_{at}"
    begins, opens, closes = (
        moment.astimezone(LONDON) for moment in (each.arrive, each.opens, each.closes)
    )
    labels = codes.current().patrol_tactics
    do = " ".join([*map(labels.label, each.tactics), each.to_do]).strip()
    care = f"<p><strong>Take care:</strong> {escape(each.hazards)}</p>" if each.hazards else ""
    exception = "<p class='sg-late'>No meeting approved this stop.</p>" if each.exceptional else ""
    st.html(
        f'<div class="sg-stop"><h3>{at + 1}. {begins:%H:%M} {escape(each.name)}</h3>{exception}'
        f'<p class="sg-quiet">{each.dwell} minutes, between {opens:%H:%M} and {closes:%H:%M}</p>'
        f"<p><strong>Do:</strong> {escape(do)}</p>"
        f"<p><strong>Not:</strong> {escape(' '.join(filter(None, [each.not_to_do, NEVER[0]])))}</p>"
        f"{care}</div>"
    )
    st.text_area("Why here", each.why, max_chars=300, key=f"route_why_{name}", height=80)
    buttons(draft, at, name)


def buttons(draft: Draft, at: int, name: str) -> None:
    """Offer to move a stop up or down, to lock it and to leave it out."""
    stops = list(draft.solved.stops)
    label = plain(stops[at].name)
    with st.container(horizontal=True, gap="small"):
        if st.button("", icon=":material/arrow_upward:", key=f"route_up_{name}", disabled=not at,
                     help=f"Earlier: {label}"):  # fmt: skip
            stops[at - 1 : at + 1] = stops[at - 1 : at + 1][::-1]
            put(draft, stops)
        if st.button("", icon=":material/arrow_downward:", key=f"route_down_{name}",
                     disabled=at + 1 == len(stops), help=f"Later: {label}"):  # fmt: skip
            stops[at : at + 2] = stops[at : at + 2][::-1]
            put(draft, stops)
        locked = stops[at].name in draft.locked
        if st.button("Locked" if locked else "Lock", key=f"route_lock_{name}",
                     icon=f":material/{'lock' if locked else 'lock_open'}:",
                     help=f"A locked place stays when you draw again: {label}"):  # fmt: skip
            draft.locked ^= {stops[at].name}
            st.rerun()
        if st.button("Leave out", icon=":material/close:", key=f"route_out_{name}"):
            del stops[at]
            put(draft, stops)


def typed(draft: Draft) -> None:
    """Take the sentences as they were typed, before anything is kept."""
    said = [
        replace(each, why=st.session_state.get(f"route_why_{draft.rounds}_{at}", each.why))
        for at, each in enumerate(draft.solved.stops)
    ]
    draft.solved = replace(draft.solved, stops=tuple(said))


def put(draft: Draft, stops: list[Stop]) -> None:
    """Take stops in an order that was made by hand, their times reckoned anew."""
    with desk.shown_errors():
        draft.solved = patrol_solving.in_order(draft.asked, stops)
        draft.rounds += 1
        st.rerun()


def again(draft: Draft, patrol_id: int | None) -> None:
    """Draw another round with the locked places in it, or go back to the form."""
    with st.container(horizontal=True):
        drawn = st.button("Draw another round", icon=":material/casino:", key="route_again")
        back = patrol_id is None and st.button(
            "Back to the places", icon=":material/arrow_back:", key="route_back"
        )
    quiet("Another round keeps the rules and the locked places; order and times are drawn anew.")
    if back:
        st.session_state["patrol_form"] = True
        st.rerun()
    if drawn:
        with desk.shown_errors():
            asked = replace(draft.asked, seed=draft.asked.seed + 1)
            chosen = [
                replace(each, locked=each.stop.name in draft.locked) for each in draft.candidates
            ]
            solved = patrol_plan.worked_out(partial(patrol_solving.solve, asked, chosen))
            draft.asked, draft.solved, draft.rounds = asked, solved, draft.rounds + 1
            st.rerun()


def reopen(patrol_id: int) -> None:
    """Open a patrol that is there as a draft, its order as it was."""
    with desk.shown_errors(), desk.reading() as (session, actor):
        kept = patrols.find(session, actor, patrol_id)
        rows = patrols.stops_of(session, kept.id)
        starts = patrol_plan.known_starts(session, actor)
        stops = [_stop(row) for row in rows]
        shift = Shift(
            title=kept.title, purpose=kept.purpose, legal_basis=kept.legal_basis,
            style=kept.style, agency_id=kept.agency_id, valid_from=kept.valid_from,
            valid_to=kept.valid_to, start=kept.start,
        )  # fmt: skip
        start = patrol_plan.spot_of(kept.start, starts) or rows[0].zone.centroid
        asked = Asked(shift=shift, start=start, streets=desk.house().streets)
        chosen = [Candidate(each, 1.0, ((each.opens, each.closes),)) for each in stops]
        solved = replace(patrol_solving.in_order(asked, stops), stops=tuple(stops))
        st.session_state[DRAFT] = Draft(asked, chosen, solved, kept.version)


def _stop(row: patrols.PatrolStop) -> Stop:
    word = None
    if not row.approved:
        word = Exceptional(inspector=row.inspector, basis=row.basis, effect=row.effect,
                           rests_on=tuple(row.rests_on))  # fmt: skip
    return Stop(
        opens=row.opens, closes=row.closes, arrive=row.arrive, why=row.why, dwell=row.dwell,
        place_id=row.place_id, zone=row.zone, name=row.name, tactics=tuple(row.tactics),
        to_do=row.to_do, not_to_do=row.not_to_do, hazards=row.hazards, contact=row.contact,
        visits_a_day=row.visits_a_day, spacing=row.spacing, most_minutes=row.most_minutes,
        action_id=row.action_id, exceptional=word,
    )  # fmt: skip
