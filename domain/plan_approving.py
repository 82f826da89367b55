"""A plan is approved by a second person, once it says enough."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from domain import case_clock, case_work, goals, matching, places, plan_actions
from domain.audit import action
from domain.errors import Invalid
from domain.people import Actor, Permission
from domain.plan_actions import PlanAction
from domain.plans import Plan, PlanState, move, opened
from domain.wording import taken

L = PlanState


@action("plan.submit", needs=Permission.PLAN)
def submit(session: Session, actor: Actor, plan_id: int, *, version: int) -> Plan:
    """Ask a second person to approve a plan.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        It is not there for this actor; it waits or is approved already, or changed since.
    Invalid
        It lacks something: the message says all of it.
    """
    asker = case_work.person(actor)
    plan = opened(session, actor, plan_id, version)
    _must_be_whole(session, plan)
    move(plan, L.IN_REVIEW)
    plan.asked_by_id, plan.asked_at = asker, datetime.now(UTC)
    return plan


@action("plan.send_back", needs=Permission.APPROVE)
def send_back(session: Session, actor: Actor, plan_id: int, *, version: int, reason: str) -> Plan:
    """Give a plan back to who wrote it, with what is to be done.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        It is not there for this actor; it does not wait, or changed since; there is no reason.
    """
    case_work.person(actor)
    plan = opened(session, actor, plan_id, version)
    plan.said = taken(reason, "the reason", 500, needed=True)
    move(plan, L.DRAFT)
    return plan


@action("plan.approve", needs=Permission.APPROVE)
def approve(session: Session, actor: Actor, plan_id: int, *, version: int) -> Plan:
    """Approve a plan, as another person than its author and the one who asked.

    The place's review is due by the clock ``review`` from then, unless a day is set.

    Raises
    ------
    NotPermitted
        The actor wrote it or asked for it.
    NotFound, Conflict, Invalid
        It is not there for this actor; it does not wait, or changed since; it lacks something.
    """
    plan = opened(session, actor, plan_id, version)
    approver = case_work.another(actor, plan.author_id, "this plan")
    case_work.another(actor, plan.asked_by_id, "the request to approve this plan")
    _must_be_whole(session, plan)
    move(plan, L.APPROVED)
    plan.approved_by_id, plan.approved_by_name = approver, actor.name
    plan.approved_at, plan.said = datetime.now(UTC), ""
    place = places.find(session, actor, plan.place_id)
    if place.review_due is None:
        place.review_due = case_clock.due("review", matching.today())
        place.version += 1
        places.remember(session, actor, place, "changed", "", changed=["review_due"])
    return plan


def missing(session: Session, plan: Plan) -> tuple[str, ...]:
    """Say in plain sentences what a plan lacks before it can be approved."""
    planned = plan_actions.still_open(session, plan.place_id)
    said = list(goals.missing(goals.open_goals(session, plan.id)))
    if not planned:
        said.append("Propose at least one action.")
    for number, each in enumerate(planned, 1):
        said += _lacks(number, each)
    return tuple(said)


def _lacks(number: int, each: PlanAction) -> list[str]:
    return [f"Action {number}: {words}" for words in plan_actions.checks(each).lacks]


def _must_be_whole(session: Session, plan: Plan) -> None:
    if lacks := missing(session, plan):
        raise Invalid(" ".join(lacks))
