"""The records of one period that governance counts, read once for a reader of the whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain import places
from domain.accounts import Agency
from domain.annotations import Annotation, AnnotationState
from domain.assessments import Assessment, AssessmentState
from domain.audit import Entry
from domain.concerns import Concern, ConcernItem, ConcernState
from domain.goals import GoalState, PlanGoal
from domain.incidents import Incident
from domain.interview_counts import InterviewCount
from domain.matching import LONDON
from domain.patrols import PatrolVisit
from domain.people import Actor
from domain.places import Place
from domain.plan_actions import PlanAction
from domain.plan_reviews import GoalResult, PlanReview
from domain.plans import Plan, PlanState
from domain.touches import PlaceTouch


@dataclass(frozen=True)
class Period:
    """Days in London, both counted."""

    since: date
    until: date

    @property
    def begins(self) -> datetime:
        """The first instant of it, in UTC."""
        return datetime.combine(self.since, time(), LONDON).astimezone(UTC)

    @property
    def ends(self) -> datetime:
        """The first instant after it, in UTC."""
        return datetime.combine(self.until + timedelta(days=1), time(), LONDON).astimezone(UTC)

    def of(self, column: Any) -> Any:
        """Return the condition that an instant lies in it."""
        return (column >= self.begins) & (column < self.ends)

    def holds(self, day: date | None) -> bool:
        """Say whether a day lies in it."""
        return day is not None and self.since <= day <= self.until


@dataclass(frozen=True)
class Facts:
    """What was read; of places and of the work on them what the reader may know of.

    ``told`` counts incidents by (source, whether a harm, an hour, a fine precision is told).
    ``touched`` counts mentions by (role, whether linked to a place, whether across a boundary).
    """

    period: Period
    now: datetime
    places: Sequence[Place]
    concerns: Sequence[Concern]
    items: Sequence[tuple[int, bool]]
    notes: Mapping[str, int]
    told: Mapping[tuple[str, bool, bool, str], int]
    touched: Mapping[tuple[str, bool, bool | None], int]
    interviews: tuple[int, int]
    visits: tuple[int, int]
    assessments: Sequence[Assessment]
    plans: Sequence[Plan]
    goals: Mapping[int, list[PlanGoal]]
    actions: Sequence[PlanAction]
    reviews: Sequence[PlanReview]
    results: Sequence[GoalResult]
    entries: Sequence[Entry]
    agencies: Mapping[int, str]


def read(session: Session, actor: Actor, period: Period, now: datetime) -> Facts:
    """Read what governance counts in ``period``; whether ``actor`` may is for the caller."""
    known = {
        each.id: each
        for each in session.scalars(
            select(Place).where(places.known(actor), Place.merged_into_id.is_(None))
        )
    }
    concerns = session.scalars(
        select(Concern).where(
            period.of(Concern.received_at) | period.of(Concern.decided_at),
            Concern.state != ConcernState.WITHDRAWN,
        )
    ).all()
    reviews = [each for each in session.scalars(select(PlanReview).order_by(PlanReview.held_on))
               if each.place_id in known]  # fmt: skip
    held = [each.id for each in reviews if period.holds(each.held_on)]
    plans = [each for each in session.scalars(select(Plan)) if each.place_id in known]
    goals: dict[int, list[PlanGoal]] = {}
    for goal in session.scalars(select(PlanGoal).where(PlanGoal.state == GoalState.OPEN)):
        goals.setdefault(goal.plan_id, []).append(goal)
    return Facts(
        period=period,
        now=now,
        places=list(known.values()),
        concerns=concerns,
        items=_items(session, [each.id for each in concerns]),
        notes=_notes(session, actor, period),
        told=_told(session, period),
        touched=_touched(session, period),
        interviews=_interviews(session, period),
        visits=_visits(session, period),
        assessments=_assessments(session, period, known),
        plans=[each for each in plans if each.state is not PlanState.CLOSED],
        goals=goals,
        actions=[each for each in session.scalars(select(PlanAction)) if each.place_id in known],
        reviews=reviews,
        results=list(session.scalars(select(GoalResult).where(GoalResult.review_id.in_(held)))),
        entries=list(session.scalars(_entries(period))),
        agencies={each.id: each.name for each in session.scalars(select(Agency))},
    )


LOGGED = (
    "pack.export", "layers.export", "insight.export", "patrol.export", "audit.export",
    "references.export", "governance.export", "settings.change", "grant.give", "grant.withdraw",
    "expiry.withdraw", "sharing.take_back", "concern.sweep",
)  # fmt: skip
"""Actions of the log that governance counts."""


def _entries(period: Period) -> Any:
    logged = select(Entry).where(period.of(Entry.at), Entry.action.in_(LOGGED))
    return logged.order_by(Entry.id.desc())


def _items(session: Session, concerns: list[int]) -> list[tuple[int, bool]]:
    query = select(ConcernItem.concern_id, ConcernItem.trained)
    rows = session.execute(query.where(ConcernItem.concern_id.in_(concerns)))
    return [(number, trained) for number, trained in rows]


def _notes(session: Session, actor: Actor, period: Period) -> dict[str, int]:
    query = (
        select(Annotation.kind, func.count())
        .where(Annotation.state == AnnotationState.SHARED, Annotation.tier <= int(actor.tier))
        .where(Annotation.noted_on >= period.since, Annotation.noted_on <= period.until)
        .group_by(Annotation.kind)
    )
    return {str(kind): int(count) for kind, count in session.execute(query)}


def _told(session: Session, period: Period) -> dict[tuple[str, bool, bool, str], int]:
    harm, hour = Incident.harm_primary.is_not(None), Incident.hour.is_not(None)
    asked = (Incident.source, harm, hour, Incident.precision)
    query = select(*asked, func.count()).where(period.of(Incident.occurred_from)).group_by(*asked)
    return {
        (source, bool(typed), bool(timed), precision): count
        for source, typed, timed, precision, count in session.execute(query)
    }


def _touched(session: Session, period: Period) -> dict[tuple[str, bool, bool | None], int]:
    linked = PlaceTouch.place_id.is_not(None)
    asked = (PlaceTouch.role, linked, PlaceTouch.cross_border)
    first = period.since.replace(day=1)
    query = (
        select(*asked, func.count())
        .where(PlaceTouch.month >= first, PlaceTouch.month <= period.until)
        .group_by(*asked)
    )
    return {
        (role, bool(placed), border): count
        for role, placed, border, count in session.execute(query)
    }


def _interviews(session: Session, period: Period) -> tuple[int, int]:
    """Return how many were held in time, and how many were due."""
    query = select(func.sum(InterviewCount.in_time), func.sum(InterviewCount.due)).where(
        InterviewCount.month >= period.since.replace(day=1), InterviewCount.month <= period.until
    )
    held, due = session.execute(query).one()
    return int(held or 0), int(due or 0)


def _visits(session: Session, period: Period) -> tuple[int, int]:
    """Return how many visits were made, and their minutes."""
    query = select(PatrolVisit).where(period.of(PatrolVisit.arrived_at))
    made = [each for each in session.scalars(query) if not each.skip_reason]
    return len(made), sum(each.stayed for each in made)


def _assessments(session: Session, period: Period, known: Mapping[int, Place]) -> list[Assessment]:
    query = select(Assessment).where(
        Assessment.state == AssessmentState.SIGNED_OFF, period.of(Assessment.signed_at)
    )
    return [each for each in session.scalars(query) if each.place_id in known]
