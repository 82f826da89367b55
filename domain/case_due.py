"""What is due on places, and what is late: by the clocks, worked out anew each time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from domain import case_clock, case_work, matching, places
from domain.assessments import OPEN, Assessment
from domain.case_facts import arrivals
from domain.people import Actor, Permission
from domain.places import Place, PlaceEvent
from domain.plan_actions import PlanAction
from domain.screenings import Screening
from domain.status import Status
from domain.visibility import reach, sees_names


@dataclass(frozen=True)
class Due:
    """One step that is due at a place: which clock, what it is of, and its last day in time.

    ``link`` names the record: ("place", id), ("assessment", id) or ("action", id).
    """

    place_id: int
    name: str
    clock: str
    label: str
    since: date | None
    on: date
    overdue: bool
    link: tuple[str, int]


def due(
    session: Session,
    actor: Actor,
    *,
    place_ids: frozenset[int] | None = None,
    today: date | None = None,
) -> list[Due]:
    """Return what is due on the places that ``actor`` knows of, the earliest first.

    Triage and screening of watched places, assessments, reviews, and immediate actions that are
    to be looked at again; readers of neutral cards are told of reviews alone.

    Raises
    ------
    NotPermitted
        The actor may not read place cards.
    """
    actor.must(Permission.SEE_PLACES)
    day = today or matching.today()
    query = select(Place).where(
        places.known(actor), Place.status != Status.ARCHIVED, Place.merged_into_id.is_(None)
    )
    if place_ids is not None:
        query = query.where(Place.id.in_(place_ids))
    where = reach(session, actor)
    seen = [one for one in session.scalars(query.order_by(Place.id)) if where.holds(one.shape)]
    found = []
    for place, (clock, since, on, link) in _steps(session, actor, seen):
        name = place.name if sees_names(actor) else place.neutral_name
        label = case_clock.clocks()[clock].label
        found.append(Due(place.id, name, clock, label, since, on, on < day, link))
    return sorted(found, key=lambda each: (each.on, each.place_id, each.clock))


def overdue(session: Session, actor: Actor, *, today: date | None = None) -> list[Due]:
    """Return what is late on the places that ``actor`` knows of, the latest in time first."""
    return [each for each in due(session, actor, today=today) if each.overdue]


Step = tuple[str, date | None, date, tuple[str, int]]
"""A clock, since when it runs, its last day in time, and the record that it is of."""


def _steps(session: Session, actor: Actor, found: list[Place]) -> Iterator[tuple[Place, Step]]:
    for place in found:
        if place.review_due is not None and place.status is not Status.STEPPED_DOWN:
            yield place, ("review", None, place.review_due, ("place", place.id))
    if not case_work.reads_cases(actor):
        return
    came = arrivals(session, [place.id for place in found])
    yield from _unscreened(session, found, came)
    yield from _assessments(session, found, came)
    yield from _looked_at(session, found)


def _unscreened(
    session: Session, found: list[Place], came: Mapping[int, datetime]
) -> Iterator[tuple[Place, Step]]:
    watched = [place for place in found if place.status is Status.WATCH]
    numbers = [place.id for place in watched]
    decided = func.max(Screening.decided_at)
    latest = _of_each(session, Screening.place_id, decided, numbers)
    lines = _of_each(session, PlaceEvent.place_id, func.count(PlaceEvent.id), numbers)
    for place in watched:
        at, screened = came.get(place.id), latest.get(place.id)
        if screened is not None and (at is None or screened >= at):
            continue
        since = place.first_noted if at is None else _day(at)
        if lines.get(place.id, 0) < 2:  # nobody did anything since it was noted
            yield place, ("triage", since, case_clock.due("triage", since), ("place", place.id))
        yield place, ("screening", since, case_clock.due("screening", since), ("place", place.id))


def _assessments(
    session: Session, found: list[Place], came: Mapping[int, datetime]
) -> Iterator[tuple[Place, Step]]:
    numbers = [place.id for place in found]
    last = select(func.max(Assessment.id)).where(Assessment.place_id.in_(numbers))
    query = select(Assessment).where(Assessment.id.in_(last.group_by(Assessment.place_id)))
    latest = {each.place_id: each for each in session.scalars(query)}
    for place in found:
        each, at = latest.get(place.id), came.get(place.id)
        if each is not None and each.state in OPEN:
            yield place, ("assessment", each.started, each.due, ("assessment", each.id))
        elif each is None and at is not None and place.status is Status.ASSESSING:
            due_on = case_clock.due("assessment", _day(at))
            yield place, ("assessment", _day(at), due_on, ("place", place.id))


def _looked_at(session: Session, found: list[Place]) -> Iterator[tuple[Place, Step]]:
    known = {place.id: place for place in found}
    query = select(PlanAction).where(
        PlanAction.place_id.in_(known),
        PlanAction.immediate,
        PlanAction.looked_again_on.is_(None),
        PlanAction.look_again_by.is_not(None),
    )
    for each in session.scalars(query.order_by(PlanAction.id)):
        if each.look_again_by is not None:
            since, link = _day(each.proposed_at), ("action", each.id)
            yield known[each.place_id], ("immediate", since, each.look_again_by, link)


def _of_each(
    session: Session, place_id: Any, asked: ColumnElement[Any], numbers: list[int]
) -> dict[int, Any]:
    query = select(place_id, asked).where(place_id.in_(numbers)).group_by(place_id)
    return {number: found for number, found in session.execute(query)}  # noqa: C416 - rows


def _day(at: datetime) -> date:
    return at.astimezone(matching.LONDON).date()
