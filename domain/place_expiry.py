"""A place of which nothing new is known is shown to fewer readers, never to more, with notice."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from domain import case_clock, matching, places
from domain.annotations import Annotation, AnnotationState
from domain.assessments import Assessment
from domain.audit import action
from domain.filters import day_words
from domain.people import Actor, Permission, Tier
from domain.places import Place
from domain.plan_reviews import PlanReview
from domain.status import Status
from domain.visibility import reach

FEWER = Tier.T3
"""Who still reads a place that ran out: the safeguarding meeting, which can look at it again."""


@dataclass(frozen=True)
class Expiry:
    """When what is known of a place runs out: ``on`` is the last day that it is shown as now."""

    place_id: int
    name: str
    last_known: date
    on: date
    soon: bool


@action("expiry.withdraw", needs=Permission.RUN_JOBS)
def sweep(session: Session, actor: Actor, today: date | None = None) -> int:
    """Show places without new evidence or review to fewer readers; return how many."""
    day = today or matching.today()
    clock = case_clock.clocks()["expiry"]
    count = 0
    for place, known in _open_to_many(session):
        if clock.due(known) < day:
            locked = session.get(Place, place.id, with_for_update=True, populate_existing=True)
            if locked is not None and locked.tier < FEWER:
                locked.tier = int(FEWER)
                locked.version += 1
                why = f"Nothing new is known since {day_words(known)}."
                places.remember(session, actor, locked, "withdrawn", why)
                count += 1
    return count


def coming(session: Session, actor: Actor, today: date | None = None) -> list[Expiry]:
    """Return the places, known to ``actor``, that soon go to fewer readers, the first first.

    Raises
    ------
    NotPermitted
        The actor may not read place cards.
    """
    actor.must(Permission.SEE_PLACES)
    day = today or matching.today()
    clocks = case_clock.clocks()
    where = reach(session, actor)
    found = []
    for place, known in _open_to_many(session, places.known(actor)):
        on = clocks["expiry"].due(known)
        if clocks["notice"].before(on) <= day and where.holds(place.shape):
            name = place.name if actor.tier >= Tier.T3 else place.neutral_name
            found.append(Expiry(place.id, name, known, on, on >= day))
    return sorted(found, key=lambda each: (each.on, each.place_id))


def last_known(session: Session, place: Place) -> date:
    """Return the day of the last evidence or review of a place, or when it was first noted."""
    ((_place, known),) = _dated(session, [place])
    return known


def _open_to_many(session: Session, *conditions: ColumnElement[bool]) -> list[tuple[Place, date]]:
    query = select(Place).where(
        Place.tier < int(FEWER),
        Place.status != Status.ARCHIVED,
        Place.merged_into_id.is_(None),
        *conditions,
    )
    return _dated(session, list(session.scalars(query.order_by(Place.id))))


def _dated(session: Session, found: list[Place]) -> list[tuple[Place, date]]:
    numbers = [place.id for place in found]
    latest: dict[int, list[date]] = {number: [] for number in numbers}
    told = (
        select(Annotation.place_id, func.max(Annotation.noted_on))
        .where(Annotation.state == AnnotationState.SHARED)
        .where(Annotation.place_id.in_(numbers))
        .group_by(Annotation.place_id)
    )
    held = (
        select(PlanReview.place_id, func.max(PlanReview.held_on))
        .where(PlanReview.place_id.in_(numbers))
        .group_by(PlanReview.place_id)
    )
    for query in (told, held):
        for number, day in session.execute(query):
            latest[int(number or 0)].append(day)
    signed = select(Assessment.place_id, Assessment.signed_at).where(
        Assessment.place_id.in_(numbers), Assessment.signed_at.is_not(None)
    )
    for number, at in session.execute(signed):
        if at is not None:
            latest[number].append(at.astimezone(matching.LONDON).date())
    return [
        (place, max(filter(None, [place.first_noted, place.last_evidence, *latest[place.id]])))
        for place in found
    ]
