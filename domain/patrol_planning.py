"""Planning a patrol: what a shift holds, what it must keep to, and who says yes to it.

The stops and their order come as plain values, from a solver or by hand; everything is checked
here again. What a meeting did not approve needs an inspector's word, and is told to the next.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import codes, places
from domain.accounts import Agency
from domain.audit import action
from domain.drawing import drawn
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.patrol_rules import Shift, Stop, broken
from domain.patrols import WIDEST, Patrol, PatrolState, PatrolStop, move, opened, stops_of
from domain.people import Actor, Kind, Permission, Tier
from domain.places import Place, Status
from domain.visibility import is_restricted, must_reach
from domain.wording import one_line, own_name, taken

SENSITIVE = codes.ref("markings", "OFFICIAL-SENSITIVE")
APPROVED = frozenset({Status.PLAN, Status.REVIEW})
"""States of a place in which a meeting has agreed what is done there."""
AROUND = 25.0
MOST_STOPS = 40
SECTION_60 = re.compile(r"\b(?:section|sect?\.?|s\.?)\s*60\b", re.IGNORECASE)


@action("patrol.plan", needs=Permission.PATROL)
def plan(session: Session, actor: Actor, shift: Shift, stops: Sequence[Stop]) -> Patrol:
    """Write down a patrol as a draft, its stops in their order.

    Raises
    ------
    NotPermitted
        The actor is no planner (tier T4), or a stop lies outside their area.
    Invalid, NotFound
        Something cannot be taken; a place is not there for this actor.
    """
    _must_plan(actor)
    patrol = Patrol(
        **_facts(session, shift),
        state=PatrolState.DRAFT,
        marking=SENSITIVE,
        planned_by=actor.id if actor.kind is Kind.USER else None,
        planned_at=datetime.now(UTC),
        version=1,
    )
    rows = _stops(session, actor, shift, stops)
    session.add(patrol)
    session.flush()
    _add(session, patrol, rows)
    return patrol


@action("patrol.change", needs=Permission.PATROL)
def change(
    session: Session,
    actor: Actor,
    patrol_id: int,
    shift: Shift,
    stops: Sequence[Stop],
    *,
    version: int,
) -> Patrol:
    """Write a patrol anew before it is tasked; what was authorised has to be authorised again.

    Raises
    ------
    NotFound, Conflict, NotPermitted, Invalid
        It is not there; somebody changed it, or it is tasked already; as in `plan`.
    """
    _must_plan(actor)
    patrol = opened(session, actor, patrol_id, version)
    if patrol.state not in (PatrolState.DRAFT, PatrolState.AUTHORISED):
        raise Conflict(f"This patrol is {patrol.state.words}. Cancel it and plan a new one.")
    rows = _stops(session, actor, shift, stops)
    for name, value in _facts(session, shift).items():
        setattr(patrol, name, value)
    patrol.state, patrol.authorised_by, patrol.authorised_at = PatrolState.DRAFT, None, None
    patrol.authorised_by_name = ""
    patrol.planned_by = actor.id if actor.kind is Kind.USER else None
    patrol.version += 1
    for row in stops_of(session, patrol.id):
        session.delete(row)
    session.flush()
    _add(session, patrol, rows)
    return patrol


@action("patrol.authorise", needs=Permission.AUTHORISE)
def authorise(session: Session, actor: Actor, patrol_id: int, *, version: int) -> Patrol:
    """Say yes to a draft, as somebody else than its planner.

    Raises
    ------
    NotPermitted
        The actor planned it, or is not cleared for planning (tier T4).
    NotFound, Conflict
        It is not there; somebody changed it first, or it is no draft.
    """
    _must_plan(actor)
    patrol = opened(session, actor, patrol_id, version)
    if actor.id is not None and patrol.planned_by == actor.id:
        raise NotPermitted("Somebody else has to authorise what you planned.")
    move(patrol, PatrolState.AUTHORISED)
    patrol.authorised_by, patrol.authorised_by_name = actor.id, actor.name
    patrol.authorised_at = datetime.now(UTC)
    return patrol


@action("patrol.task", needs=Permission.PATROL)
def task(
    session: Session, actor: Actor, patrol_id: int, *, version: int, now: datetime | None = None
) -> Patrol:
    """Give an authorised patrol to its team, who read it from now on.

    Raises
    ------
    NotFound, Conflict
        It is not there; somebody changed it, it is not authorised, or its shift is over.
    """
    _must_plan(actor)
    patrol = opened(session, actor, patrol_id, version)
    if patrol.valid_to <= (now or datetime.now(UTC)):
        raise Conflict("This shift is over. Change its times first.")
    move(patrol, PatrolState.TASKED)
    return patrol


@action("patrol.close", needs=Permission.PATROL)
def close(session: Session, actor: Actor, patrol_id: int, *, version: int) -> Patrol:
    """Close a patrol; visits that a phone still holds are taken afterwards too.

    Raises
    ------
    NotFound, Conflict
        It is not there; somebody changed it first, or it was never tasked.
    """
    patrol = opened(session, actor, patrol_id, version)
    move(patrol, PatrolState.CLOSED)
    return patrol


@action("patrol.cancel", needs=Permission.PATROL)
def cancel(session: Session, actor: Actor, patrol_id: int, *, reason: str, version: int) -> Patrol:
    """Call a patrol off, with a reason, before it is under way.

    Raises
    ------
    NotFound, Conflict, Invalid
        It is not there; somebody changed it, or it is under way; there is no reason.
    """
    _must_plan(actor)
    patrol = opened(session, actor, patrol_id, version)
    patrol.ended_reason = taken(reason, "the reason", 300, needed=True)
    move(patrol, PatrolState.CANCELLED)
    return patrol


@action("patrol.told_meeting", needs=Permission.MODERATE)
def told_meeting(session: Session, actor: Actor, stop_id: int) -> PatrolStop:
    """Note that a meeting was told of a stop that none had approved.

    Raises
    ------
    NotFound
        There is no such stop, or a meeting approved it, or was told before.
    """
    actor.must(Permission.SEE_PATROLS)
    row = session.get(PatrolStop, stop_id, with_for_update=True, populate_existing=True)
    if row is None or row.approved or row.reported_at is not None:
        raise NotFound("That stop is not there, or was told before.")
    row.reported_at = datetime.now(UTC)
    return row


def _must_plan(actor: Actor) -> None:
    if actor.tier < Tier.T4:
        raise NotPermitted("Planning patrols needs clearance for police and analysts.")


def _facts(session: Session, shift: Shift) -> dict[str, Any]:
    agency = session.get(Agency, shift.agency_id)
    if agency is None or not agency.active:
        raise Invalid("Choose the agency that makes this patrol.")
    return {
        "title": one_line(shift.title, "the title", 120, needed=True),
        "purpose": _clean(shift.purpose, "the purpose", 500, needed=True),
        "legal_basis": _clean(shift.legal_basis, "the legal basis", 300, needed=True),
        "style": codes.check("patrol_styles", shift.style),
        "agency_id": agency.id,
        "valid_from": shift.valid_from,
        "valid_to": shift.valid_to,
        "start": one_line(shift.start, "where it starts", 120),
    }


def _stops(
    session: Session, actor: Actor, shift: Shift, stops: Sequence[Stop]
) -> list[dict[str, Any]]:
    if not 1 <= len(stops) <= MOST_STOPS:
        raise Invalid(f"A patrol has 1 to {MOST_STOPS} stops.")
    if said := broken(shift, stops):
        raise Invalid(said[0])
    return [_stop(session, actor, stop) for stop in stops]


def _add(session: Session, patrol: Patrol, rows: list[dict[str, Any]]) -> None:
    for number, values in enumerate(rows, 1):
        session.add(PatrolStop(patrol_id=patrol.id, number=number, **values))


def _stop(session: Session, actor: Actor, stop: Stop) -> dict[str, Any]:
    place = places.find(session, actor, stop.place_id) if stop.place_id is not None else None
    if place is not None and is_restricted(place.place_type):
        raise Invalid("A home, refuge or dwelling is never a stop of a patrol.")
    zone = _zone(stop, place)
    must_reach(session, actor, zone)
    named = stop.name or (place.name if place else "")
    return {
        "place_id": place.id if place else None,
        "action_id": stop.action_id,
        "name": one_line(named, "the name of the zone", 120, needed=True),
        "zone": zone,
        "opens": stop.opens,
        "closes": stop.closes,
        "arrive": stop.arrive,
        "dwell": stop.dwell,
        "why": _clean(stop.why, "why this stop is made", 300, needed=True),
        "tactics": [codes.check("patrol_tactics", each) for each in dict.fromkeys(stop.tactics)],
        "to_do": _clean(stop.to_do, "what to do there", 300),
        "not_to_do": _clean(stop.not_to_do, "what not to do", 300),
        "hazards": _clean(stop.hazards, "the hazards", 300),
        "contact": one_line(stop.contact, "whom to ask there", 120),
        "visits_a_day": stop.visits_a_day,
        "spacing": stop.spacing,
        "most_minutes": stop.most_minutes,
        **_standing(stop, place),
    }


def _zone(stop: Stop, place: Place | None) -> BaseGeometry:
    if stop.zone is None and place is None:
        raise Invalid("Choose a place, or draw a zone.")
    shape = drawn(stop.zone) if stop.zone is not None else place.shape.buffer(AROUND)  # type: ignore[union-attr]
    if shape.geom_type != "Polygon":
        raise Invalid("Draw the zone as one area.")
    if shapely.minimum_bounding_radius(shape) > WIDEST:
        raise Invalid(f"This zone is too large. Draw one of at most {WIDEST:.0f} m around a spot.")
    return shape


def _standing(stop: Stop, place: Place | None) -> dict[str, Any]:
    """Return on whose word a stop stands: a meeting's, or a named inspector's."""
    if place is not None and place.status in APPROVED:
        return {"approved": True}
    why = stop.exceptional
    if why is None:
        raise Invalid(
            "No meeting approved this stop. It needs an inspector's name, the legal basis, the "
            "effect on young people, and what it rests on."
        )
    known = codes.current().patrol_sources
    sources = [codes.check("patrol_sources", each) for each in dict.fromkeys(why.rests_on)]
    if all(known[each].group == "police" for each in sources):
        raise Invalid(
            "A stop never rests on police records alone. Name what somebody else knows of it."
        )
    if SECTION_60.search(f"{why.inspector} {why.basis} {why.effect}"):
        raise Invalid(NO_SECTION_60)
    return {
        "approved": False,
        "inspector": own_name(why.inspector, "the inspector's name", 120),
        "basis": taken(why.basis, "the legal basis of this stop", 300, needed=True),
        "effect": taken(why.effect, "the effect on young people", 500, needed=True),
        "rests_on": sources,
    }


NO_SECTION_60 = "Stopping people without suspicion is no part of a patrol here. Leave it out."


def _clean(text: str, field: str, at_most: int, *, needed: bool = False) -> str:
    if SECTION_60.search(text):
        raise Invalid(NO_SECTION_60)
    return taken(text, field, at_most, needed=needed)


@dataclass(frozen=True)
class ToTell:
    """A stop that no meeting approved, for the next meeting: the zone and on what it rests."""

    stop_id: int
    name: str
    inspector: str
    basis: str
    effect: str
    rests_on: tuple[str, ...]


def to_tell(session: Session, actor: Actor, *, now: datetime | None = None) -> list[ToTell]:
    """Return the stops that the next meeting has to hear of, once their shift began."""
    actor.must(Permission.SEE_PATROLS)
    actor.must(Permission.SEE_PLACES)
    if actor.tier < Tier.T3:
        raise NotPermitted("This is for the safeguarding meeting.")
    query = (
        select(PatrolStop)
        .join(Patrol, Patrol.id == PatrolStop.patrol_id)
        .where(PatrolStop.approved.is_(False), PatrolStop.reported_at.is_(None))
        .where(Patrol.state.in_([PatrolState.TASKED, PatrolState.UNDER_WAY, PatrolState.CLOSED]))
        .where(Patrol.valid_from <= (now or datetime.now(UTC)))
        .order_by(PatrolStop.opens, PatrolStop.id)
    )
    label = codes.current().patrol_sources.label
    return [
        ToTell(
            each.id, each.name, each.inspector, each.basis, each.effect,
            tuple(map(label, each.rests_on)),
        )
        for each in session.scalars(query)
    ]  # fmt: skip
