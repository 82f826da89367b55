"""Reading of a place's case what counts at its gates (`domain.case_gates`)."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain import assessments, goals, plan_actions, plans, screenings
from domain.case_gates import ActionFacts, Facts, missing
from domain.errors import Invalid
from domain.people import Actor, Kind, Permission
from domain.places import Place, PlaceEvent
from domain.plan_reviews import PlanReview
from domain.plans import PlanState
from domain.screenings import Screening
from domain.status import MOVES, Status

ARRIVED = ("noted", "moved")
"""Lines of a place's history with which it came to its state."""


def facts(session: Session, actor: Actor, place: Place) -> Facts:
    """Return what counts when ``actor`` moves ``place``."""
    since = arrived(session, place.id)
    plan = plans.current(session, place.id)
    found = [] if plan is None else goals.open_goals(session, plan.id)
    return Facts(
        status=place.status,
        named=actor.kind is Kind.USER and actor.id is not None,
        screened=_screened(session, place.id, since),
        assessment=_assessed(session, place.id, since),
        goals=None if plan is None else len(found),
        goals_lack=() if plan is None else goals.missing(found),
        actions=tuple(
            ActionFacts(owned=bool(each.owner_agency_id and each.owner_role), due=each.due)
            for each in plan_actions.still_open(session, place.id)
        ),
        approved=plan is not None and plan.state in (PlanState.APPROVED, PlanState.CLOSING),
        reviewed=_reviewed(session, place.id, since),
    )


def must_pass(session: Session, actor: Actor, place: Place, status: Status) -> None:
    """Refuse a move for which something is missing.

    Raises
    ------
    Invalid
        The message says all that is missing.
    """
    if lacks := missing(facts(session, actor, place), status):
        raise Invalid(" ".join(lacks))


def ways(session: Session, actor: Actor, place: Place) -> dict[Status, tuple[str, ...]]:
    """Return each state that ``actor`` could move ``place`` to, and what is missing for it.

    None for who may not move places.
    """
    if not actor.may(Permission.EDIT_PLACES):
        return {}
    known = facts(session, actor, place)
    return {each: missing(known, each) for each in Status if each in MOVES[place.status]}


def arrived(session: Session, place_id: int) -> datetime | None:
    """Return when a place came to the state that it is in, as its history tells; None if not."""
    return arrivals(session, [place_id]).get(place_id)


def arrivals(session: Session, place_ids: Collection[int]) -> dict[int, datetime]:
    """Return when each place came to the state that it is in; those of no history are left out."""
    query = (
        select(PlaceEvent.place_id, func.max(PlaceEvent.at))
        .where(PlaceEvent.place_id.in_(place_ids), PlaceEvent.kind.in_(ARRIVED))
        .group_by(PlaceEvent.place_id)
    )
    return {number: at for number, at in session.execute(query) if at is not None}


def _screened(session: Session, place_id: int, since: datetime | None) -> bool:
    query = select(Screening.id).where(
        Screening.place_id == place_id,
        Screening.decision.in_(screenings.OPENS),
        Screening.decider_id.is_not(None),
    )
    if since is not None:
        query = query.where(Screening.decided_at >= since)
    return session.scalar(query.limit(1)) is not None


def _assessed(session: Session, place_id: int, since: datetime | None) -> tuple[str, ...] | None:
    found = assessments.latest_signed(session, place_id)
    if found is None or found.signed_at is None:
        return None
    if since is not None and found.signed_at < since:
        return None
    return assessments.missing(found)


def _reviewed(session: Session, place_id: int, since: datetime | None) -> bool:
    query = select(PlanReview.id).where(PlanReview.place_id == place_id)
    if since is not None:
        query = query.where(PlanReview.recorded_at >= since)
    return session.scalar(query.limit(1)) is not None
