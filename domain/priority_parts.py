"""What each part of a place's priority rests on, read from its records and said in words."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain import case_work, guardian_map, matching, place_expiry, places, plan_actions, plans
from domain.annotations import Annotation, AnnotationState
from domain.codes import ref
from domain.concerns import Concern, ConcernItem
from domain.insights import InsightPlace
from domain.people import Actor
from domain.places import Place
from domain.plans import PlanState
from domain.priority import Part
from domain.status import Status
from domain.touches import BEGAN, PlaceTouch
from domain.visibility import reach
from geo.guardian_gaps import share_of_gaps

HALF_LIFE = 90
"""Days after which old evidence counts half."""
WINDOW = 90
"""Days that are compared with as many before them."""
LEAST = 5
"""Records, in both windows together, below which there is no trend."""
MOST_SOURCES = 4
MOST_HARMS = 4
WATCHED_HOURS = range(15, 24)
"""Hours of the day in which a missing guardian counts: after school until midnight."""
WORRY = ref("annotation_kinds", "worry")
NOT_UNDERSTOOD = ref("harm_types", "UNK")
IN_HAND = {
    Status.WATCH: (1.0, "Watched; nothing is planned."),
    Status.ASSESSING: (0.75, "Being assessed."),
    Status.STEPPED_DOWN: (0.0, "Stepped down."),
    Status.ARCHIVED: (0.0, "Archived."),
}


def parts(
    session: Session,
    actor: Actor,
    place_ids: Iterable[int] | None = None,
    *,
    today: date | None = None,
) -> dict[int, dict[str, Part]]:
    """Return the parts of the places that ``actor`` knows of, by the place's id, for `rank`.

    Archived places are left out unless they are named. Police counts of incidents are no part:
    what is policed most is recorded most.

    Raises
    ------
    NotPermitted
        The actor reads neutral cards alone.
    """
    case_work.must_read_cases(actor)
    day = today or matching.today()
    query = select(Place).where(places.known(actor), Place.merged_into_id.is_(None))
    if place_ids is None:
        query = query.where(Place.status != Status.ARCHIVED)
    else:
        query = query.where(Place.id.in_(sorted(place_ids)))
    where = reach(session, actor)
    found = [each for each in session.scalars(query.order_by(Place.id)) if where.holds(each.shape)]
    shares = share_of_gaps(guardian_map.weeks(session, actor, found), WATCHED_HOURS)
    return {
        place.id: {
            "recency": _recency(session, place, day),
            "sources": _sources(session, place),
            "harm": _harm(place),
            "guardian_gaps": _gaps(float(share)),
            "trend": _trend(session, place, day),
            "plan_state": _in_hand(session, place, day),
        }
        for place, share in zip(found, shares, strict=True)
    }


def _recency(session: Session, place: Place, today: date) -> Part:
    days = max(0, (today - place_expiry.last_known(session, place)).days)
    return Part(0.5 ** (days / HALF_LIFE), f"Last known of {days} days ago.")


def _sources(session: Session, place: Place) -> Part:
    """Count ways by which the place is known that do not rest on each other."""
    from_concerns = select(ConcernItem.annotation_id).where(ConcernItem.annotation_id.is_not(None))
    shared = (Annotation.place_id == place.id) & (Annotation.state == AnnotationState.SHARED)
    roles = select(func.count(func.distinct(Annotation.author_role))).where(
        shared, Annotation.author_role.is_not(None), Annotation.id.not_in(from_concerns)
    )
    told = (
        select(Concern.id, Concern.sources)
        .join(ConcernItem, ConcernItem.concern_id == Concern.id)
        .join(Annotation, Annotation.id == ConcernItem.annotation_id)
        .where(shared)
        .distinct()
    )
    touched = select(func.count(func.distinct(PlaceTouch.source))).where(
        PlaceTouch.place_id == place.id, PlaceTouch.role != BEGAN
    )
    named = select(InsightPlace.id).where(InsightPlace.place_id == place.id).limit(1)
    number = (
        int(session.scalar(roles) or 0)
        + sum(voices for _, voices in session.execute(told))
        + int(session.scalar(touched) or 0)
        + int(session.scalar(named) is not None)
    )
    return Part(min(1.0, number / MOST_SOURCES), f"Independent sources: {number}.")


def _harm(place: Place) -> Part:
    known = {place.harm_primary, *place.harm_further} - {NOT_UNDERSTOOD}
    if not known:
        return Part(None, "The harm is not understood yet.")
    return Part(min(1.0, len(known) / MOST_HARMS), f"Kinds of harm told of: {len(known)}.")


def _gaps(share: float) -> Part:
    if np.isnan(share):
        return Part(None, "The hours of guardians nearby are not known.")
    hours = f"{WATCHED_HOURS.start}:00 to midnight"
    return Part(share, f"Nobody open within five minutes' walk in {share:.0%} of {hours}.")


def _trend(session: Session, place: Place, today: date) -> Part:
    now = _recorded(session, place, today - timedelta(days=WINDOW), today)
    before = _recorded(
        session, place, today - timedelta(days=2 * WINDOW), today - timedelta(days=WINDOW)
    )
    if now + before < LEAST:
        return Part(None, "Too few records to tell a trend.")
    value = 0.5 + 0.5 * (now - before) / (now + before)
    return Part(value, f"Records in {WINDOW} days: {now}; in the {WINDOW} before: {before}.")


def _recorded(session: Session, place: Place, after: date, until: date) -> int:
    """Count worries noted, and mentions by month, from the day after ``after`` up to ``until``."""
    notes = select(func.count(Annotation.id)).where(
        Annotation.place_id == place.id,
        Annotation.state == AnnotationState.SHARED,
        Annotation.kind == WORRY,
        Annotation.noted_on > after,
        Annotation.noted_on <= until,
    )
    months = select(func.count(PlaceTouch.id)).where(
        PlaceTouch.place_id == place.id,
        PlaceTouch.role != BEGAN,
        PlaceTouch.month > after,
        PlaceTouch.month <= until,
    )
    return int(session.scalar(notes) or 0) + int(session.scalar(months) or 0)


def _in_hand(session: Session, place: Place, today: date) -> Part:
    if place.status in IN_HAND:
        return Part(*IN_HAND[place.status])
    plan = plans.current(session, place.id)
    if plan is None:
        return Part(0.75, "No plan is written yet.")
    late = [each for each in plan_actions.still_open(session, place.id) if each.due < today]
    if late:
        return Part(0.75, f"Actions that are late: {len(late)}.")
    if plan.state is PlanState.APPROVED:
        return Part(0.25, "An approved plan is under way.")
    return Part(0.5, f"The plan is {plan.state.words}.")


def words(found: Mapping[str, Part]) -> tuple[str, ...]:
    """Return why each part is as it is."""
    return tuple(part.why for part in found.values())
