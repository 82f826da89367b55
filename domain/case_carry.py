"""When two places become one, the case of the duplicate goes on under the place that is kept."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import plans
from domain.assessments import Assessment
from domain.errors import Conflict
from domain.place_sharing import PlaceSharing
from domain.plan_actions import PlanAction
from domain.plan_reviews import PlanReview
from domain.plans import Plan
from domain.screenings import Screening
from domain.weighting import ContextWeighting

HELD: tuple[Any, ...] = (
    Assessment,
    ContextWeighting,
    Plan,
    PlanAction,
    PlanReview,
    PlaceSharing,
    Screening,
)


def carry(session: Session, keep_id: int, duplicate_id: int) -> None:
    """Hand assessments, plans, actions, reviews and decisions to the place that is kept.

    Raises
    ------
    Conflict
        Both have an open plan.
    """
    if plans.current(session, keep_id) and plans.current(session, duplicate_id):
        raise Conflict("Both places have an open plan. Close one of them, then merge.")
    for table in HELD:
        for row in session.scalars(select(table).where(table.place_id == duplicate_id)):
            row.place_id = keep_id
