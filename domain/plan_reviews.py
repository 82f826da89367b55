"""Reviews: each goal measured again against its baseline, and what is decided after it.

A plan ends when a review decided so and a second person agrees.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import case_clock, case_work, goals, matching, places, plan_actions, plans
from domain.audit import action
from domain.errors import Conflict, Invalid
from domain.goals import GoalState
from domain.people import Actor, Permission
from domain.plans import Plan, PlanState
from domain.status import Status
from domain.wording import taken
from store.database import Base


class Result(Enum):
    """How a goal stands against its baseline."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    UNKNOWN = "unknown"


class Confidence(Enum):
    """How sure one is of a result."""

    SURE = "sure"
    FAIRLY_SURE = "fairly_sure"
    NOT_SURE = "not_sure"


class Displacement(Enum):
    """Whether harm or young people moved elsewhere."""

    NOT_SEEN = "not_seen"
    SOME = "some"
    MUCH = "much"
    NOT_LOOKED_AT = "not_looked_at"


class Outcome(Enum):
    """What a review decides."""

    CONTINUE = "continue"
    CHANGE = "change"
    STEP_DOWN = "step_down"
    CLOSE = "close"
    ESCALATE = "escalate"

    @property
    def words(self) -> str:
        """What people read: "step the place down"."""
        return WORDS[self]


WORDS = {
    Outcome.CONTINUE: "go on with the plan",
    Outcome.CHANGE: "change the plan",
    Outcome.STEP_DOWN: "step the place down",
    Outcome.CLOSE: "close the plan",
    Outcome.ESCALATE: "take it to a higher level",
}
ENDS = frozenset({Outcome.STEP_DOWN, Outcome.CLOSE})
"""Decisions after which a plan can be closed."""


class PlanReview(Base):
    """One review of a plan; what it found of each goal stands in `GoalResult`."""

    __tablename__ = "plan_review"
    __sealed__ = frozenset(
        {"effort", "unintended", "displaced", "young_people_view", "guardian_view", "learning"}
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    held_on: Mapped[date]
    recorded_at: Mapped[datetime]
    held_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    held_by_name: Mapped[str] = mapped_column(String(120))
    effort: Mapped[str] = mapped_column(String(1000), default="")
    unintended: Mapped[str] = mapped_column(String(1000))
    displacement: Mapped[Displacement]
    displaced: Mapped[str] = mapped_column(String(1000), default="")
    young_people_view: Mapped[str] = mapped_column(String(1000))
    guardian_view: Mapped[str] = mapped_column(String(1000), default="")
    learning: Mapped[str] = mapped_column(String(1000), default="")
    outcome: Mapped[Outcome]
    next_on: Mapped[date | None]


class GoalResult(Base):
    """How one goal stood at one review."""

    __tablename__ = "goal_result"
    __sealed__ = frozenset({"value", "evidence"})

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("plan_review.id"), index=True)
    goal_id: Mapped[int] = mapped_column(ForeignKey("plan_goal.id"), index=True)
    result: Mapped[Result]
    value: Mapped[str] = mapped_column(String(200), default="")
    evidence: Mapped[str] = mapped_column(String(500), default="")
    confidence: Mapped[Confidence]


@dataclass(frozen=True)
class Judged:
    """What a review says of one goal; all but "unknown" needs a value and what shows it."""

    goal_id: int
    result: Result
    value: str = ""
    evidence: str = ""
    confidence: Confidence = Confidence.NOT_SURE


@dataclass(frozen=True)
class Review:
    """What a review found and decided, as it is given to `hold`.

    ``young_people_view`` and ``unintended`` must be filled in: what was heard, or that nothing
    was and why.
    """

    judged: Sequence[Judged]
    outcome: Outcome
    unintended: str
    young_people_view: str
    displacement: Displacement
    displaced: str = ""
    guardian_view: str = ""
    effort: str = ""
    learning: str = ""
    held_on: date | None = None
    next_on: date | None = None


@action("plan_review.hold", needs=Permission.PLAN)
def hold(
    session: Session, actor: Actor, plan_id: int, review: Review, *, version: int
) -> PlanReview:
    """Write down a review of a plan; the place is next looked at on ``next_on``.

    Without ``next_on`` the clock ``review`` sets it, unless the plan ends.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        The plan is not there for this actor; it is closed, was never approved, or changed since;
        the place is not in a plan or in review.
    Invalid
        A goal is not judged, or judged without a value; something is missing.
    """
    holder = case_work.person(actor)
    plan = plans.opened(session, actor, plan_id, version)
    place = places.find(session, actor, plan.place_id, lock=True)
    if place.status not in (Status.PLAN, Status.REVIEW):
        raise Conflict(f"This place is {place.status.words}. A plan is reviewed once it runs.")
    if plan.state is not PlanState.APPROVED:
        raise Conflict(f"This plan is {plan.state.words}. It is reviewed once it is approved.")
    results = _judged(session, plan, review.judged)
    held_on = review.held_on or matching.today()
    if held_on > matching.today():
        raise Invalid("That day has not come yet.")
    made = _row(plan, actor, holder, review, held_on)
    session.add(made)
    session.flush()
    for result in results:
        result.review_id = made.id
    session.add_all(results)
    place.review_due = made.next_on
    place.version += 1
    plan.version += 1
    places.remember(session, actor, place, "reviewed", "", review=made.id)
    return made


@action("plan.ask_closure", needs=Permission.PLAN)
def ask_closure(session: Session, actor: Actor, plan_id: int, *, version: int, reason: str) -> Plan:
    """Ask a second person to close a plan whose last review decided so.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        The plan is not there for this actor, or changed since; there is no reason; something
        is still to be done: the message says all of it.
    """
    asker = case_work.person(actor)
    plan = plans.opened(session, actor, plan_id, version)
    why = taken(reason, "the reason", 500, needed=True)
    _must_be_closable(session, plan)
    plans.move(plan, PlanState.CLOSING)
    plan.asked_by_id, plan.asked_at, plan.said = asker, datetime.now(UTC), why
    return plan


@action("plan.refuse_closure", needs=Permission.APPROVE)
def refuse_closure(
    session: Session, actor: Actor, plan_id: int, *, version: int, reason: str
) -> Plan:
    """Keep a plan running that somebody wants closed, with a reason.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        It is not there for this actor; nobody asked, or it changed since; there is no reason.
    """
    case_work.person(actor)
    plan = plans.opened(session, actor, plan_id, version)
    if plan.state is not PlanState.CLOSING:
        raise Conflict(f"This plan is {plan.state.words}. Nobody asked to close it.")
    plan.said = taken(reason, "the reason", 500, needed=True)
    plans.move(plan, PlanState.APPROVED)
    return plan


@action("plan.approve_closure", needs=Permission.APPROVE)
def approve_closure(session: Session, actor: Actor, plan_id: int, *, version: int) -> Plan:
    """Close a plan, as another person than the one who asked; its open goals end with it.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        The actor asked for it; it is not there for this actor, not asked for, or changed since;
        something is still to be done.
    """
    plan = plans.opened(session, actor, plan_id, version)
    closer = case_work.another(actor, plan.asked_by_id, "the request to close this plan")
    _must_be_closable(session, plan)
    plans.move(plan, PlanState.CLOSED)
    plan.closed_by_id, plan.closed_by_name = closer, actor.name
    plan.closed_at = datetime.now(UTC)
    for goal in goals.open_goals(session, plan.id):
        goal.state = GoalState.CLOSED
        goal.version += 1
    return plan


def closable(session: Session, plan: Plan) -> tuple[str, ...]:
    """Say in plain sentences what stands in the way of closing a plan."""
    last = _last(session, plan)
    said = []
    if last is None or last.outcome not in ENDS:
        said.append("Hold a review that decides to step the place down or to close the plan.")
    elif judged_late := _unjudged(session, plan, last):
        said.append(f"Judge the goals that the last review did not: {judged_late}.")
    if number := len(plan_actions.still_open(session, plan.place_id)):
        still = "1 action is" if number == 1 else f"{number} actions are"
        said.append(f"{still} still open. Finish, decline or cancel what is open.")
    return tuple(said)


def of_plan(session: Session, actor: Actor, plan_id: int) -> list[PlanReview]:
    """Return the reviews of a plan that ``actor`` may read, the latest first."""
    plan = plans.find(session, actor, plan_id)
    query = select(PlanReview).where(PlanReview.plan_id == plan.id)
    return list(session.scalars(query.order_by(PlanReview.id.desc())))


def results_of(session: Session, review: PlanReview | None) -> list[GoalResult]:
    """Return what a review says of each goal: for work that checked the reader."""
    if review is None:
        return []
    query = select(GoalResult).where(GoalResult.review_id == review.id).order_by(GoalResult.id)
    return list(session.scalars(query))


def _row(plan: Plan, actor: Actor, holder: int, review: Review, held_on: date) -> PlanReview:
    next_on = review.next_on
    if next_on is not None and next_on <= held_on:
        raise Invalid("Choose a day for the next review that comes after this one.")
    if next_on is None and review.outcome not in ENDS:
        next_on = case_clock.due("review", held_on)
    return PlanReview(
        plan_id=plan.id,
        place_id=plan.place_id,
        held_on=held_on,
        recorded_at=datetime.now(UTC),
        held_by_id=holder,
        held_by_name=actor.name,
        effort=taken(review.effort, "what was done", 1000),
        unintended=taken(review.unintended, "the unintended effects", 1000, needed=True),
        displacement=review.displacement,
        displaced=taken(review.displaced, "where it moved", 1000),
        young_people_view=taken(
            review.young_people_view,
            "what young people say, or why they were not asked",
            1000,
            needed=True,
        ),
        guardian_view=taken(review.guardian_view, "what guardians say", 1000),
        learning=taken(review.learning, "what we learned", 1000),
        outcome=review.outcome,
        next_on=next_on,
    )


def _judged(session: Session, plan: Plan, judged: Sequence[Judged]) -> list[GoalResult]:
    wanted = [goal.id for goal in goals.open_goals(session, plan.id)]
    given = {each.goal_id: each for each in judged}
    if not wanted:
        raise Invalid("This plan has no open goal to review.")
    if len(given) < len(judged) or set(given) != set(wanted):
        raise Invalid("Judge each open goal once: better, same, worse or unknown.")
    return [_result(number, given[goal_id]) for number, goal_id in enumerate(wanted, 1)]


def _result(number: int, judged: Judged) -> GoalResult:
    value = taken(judged.value, "the value", 200)
    evidence = taken(judged.evidence, "what shows it", 500)
    if judged.result is not Result.UNKNOWN and not (value and evidence):
        raise Invalid(
            f"Goal {number}: give the value measured now and what shows it, or say “unknown”."
        )
    return GoalResult(
        goal_id=judged.goal_id,
        result=judged.result,
        value=value,
        evidence=evidence,
        confidence=judged.confidence,
    )


def _must_be_closable(session: Session, plan: Plan) -> None:
    if lacks := closable(session, plan):
        raise Invalid(" ".join(lacks))


def _unjudged(session: Session, plan: Plan, last: PlanReview) -> str:
    judged = {each.goal_id for each in results_of(session, last)}
    wanted = goals.open_goals(session, plan.id)
    return ", ".join(str(number) for number, goal in enumerate(wanted, 1) if goal.id not in judged)


def _last(session: Session, plan: Plan) -> PlanReview | None:
    query = select(PlanReview).where(PlanReview.plan_id == plan.id)
    return session.scalars(query.order_by(PlanReview.id.desc()).limit(1)).one_or_none()
