"""Goals of a plan: what a safe place looks like, and how one will know that it changed."""

import re
from collections.abc import Callable
from datetime import date
from enum import Enum
from typing import Any, TypedDict, Unpack

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import assessment_forms, case_data, case_work, matching, plans
from domain.audit import action
from domain.errors import Conflict, Invalid, NotFound
from domain.people import Actor, Permission
from domain.plans import Plan
from domain.wording import taken
from store.database import Base

MOST = 5
EFFORT = re.compile(
    r"\b(?:number of|how many) (?:patrols?|visits?|sessions?|meetings?|leaflets?|posters?|hours)\b"
    r"|\b(?:leaflets?|posters?|information sheets?|training sessions?|meetings?)\b.{0,40}"
    r"\b(?:produced|printed|given out|delivered|held|sent)\b",
    re.IGNORECASE,
)


class GoalState(Enum):
    """Whether a goal is still worked for."""

    OPEN = "open"
    DROPPED = "dropped"
    CLOSED = "closed"


class PlanGoal(Base):
    """One goal: a positive statement of a safe place, with a measure of change and its baseline."""

    __tablename__ = "plan_goal"
    __sealed__ = frozenset(
        {
            "statement",
            "measure",
            "method",
            "baseline_value",
            "baseline_why_none",
            "target",
            "ended_reason",
        }
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    state: Mapped[GoalState] = mapped_column(default=GoalState.OPEN)
    version: Mapped[int] = mapped_column(default=1)
    statement: Mapped[str] = mapped_column(String(300))
    side: Mapped[str] = mapped_column(String(32))  # a side of the triangle
    measure: Mapped[str] = mapped_column(String(300), default="")
    method: Mapped[str] = mapped_column(String(300), default="")
    baseline_value: Mapped[str] = mapped_column(String(200), default="")
    baseline_on: Mapped[date | None]
    baseline_why_none: Mapped[str] = mapped_column(String(300), default="")
    target: Mapped[str] = mapped_column(String(300), default="")
    review_on: Mapped[date | None]
    ended_reason: Mapped[str] = mapped_column(String(300), default="")

    @property
    def has_baseline(self) -> bool:
        """Say whether there is a dated baseline, or a reason why there is none."""
        return bool((self.baseline_value and self.baseline_on) or self.baseline_why_none)


class GoalDetails(TypedDict, total=False):
    """What of a goal can be written; what is left out stays as it is."""

    statement: str
    side: str
    measure: str
    method: str
    baseline_value: str
    baseline_on: date | None
    baseline_why_none: str
    target: str
    review_on: date | None


@action("goal.add", needs=Permission.PLAN)
def add(session: Session, actor: Actor, plan_id: int, **details: Unpack[GoalDetails]) -> PlanGoal:
    """Add a goal to a plan; ``statement`` and ``side`` must be given. A plan has five at most.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        The plan is not there for this actor, or closed; something cannot be taken.
    """
    case_work.person(actor)
    plan = plans.opened(session, actor, plan_id, None)
    if len(open_goals(session, plan.id)) >= MOST:
        raise Invalid(f"A plan has {MOST} goals at most. Choose what matters most.")
    for needed in ("statement", "side"):
        if not details.get(needed):
            raise Invalid(f"Please fill in the {needed} of the goal.")
    goal = PlanGoal(plan_id=plan.id, **_checked(details))
    session.add(goal)
    plans.changed(plan)
    session.flush()
    return goal


@action("goal.change", needs=Permission.PLAN)
def change(
    session: Session,
    actor: Actor,
    goal_id: int,
    *,
    version: int,
    **details: Unpack[GoalDetails],
) -> PlanGoal:
    """Change a goal; the plan is then written anew and approved again.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        As in `add`; someone else changed the goal first; it has ended.
    """
    goal, plan = _opened(session, actor, goal_id, version)
    for name, value in _checked(details).items():
        setattr(goal, name, value)
    if not goal.statement:
        raise Invalid("Please fill in the statement of the goal.")
    goal.version += 1
    plans.changed(plan)
    return goal


@action("goal.drop", needs=Permission.PLAN)
def drop(session: Session, actor: Actor, goal_id: int, *, version: int, reason: str) -> PlanGoal:
    """End a goal that is no longer worked for, with a reason.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        As in `change`; there is no reason.
    """
    goal, plan = _opened(session, actor, goal_id, version)
    goal.ended_reason = taken(reason, "the reason", 300, needed=True)
    goal.state = GoalState.DROPPED
    goal.version += 1
    plans.changed(plan)
    return goal


def of_plan(session: Session, actor: Actor, plan_id: int) -> list[PlanGoal]:
    """Return the goals of a plan that ``actor`` may read, ended ones too, in order."""
    plan = plans.find(session, actor, plan_id)
    query = select(PlanGoal).where(PlanGoal.plan_id == plan.id).order_by(PlanGoal.id)
    return list(session.scalars(query))


def open_goals(session: Session, plan_id: int) -> list[PlanGoal]:
    """Return the open goals of a plan in order: for work that checked the reader."""
    query = select(PlanGoal).where(PlanGoal.plan_id == plan_id, PlanGoal.state == GoalState.OPEN)
    return list(session.scalars(query.order_by(PlanGoal.id)))


def missing(goals: list[PlanGoal]) -> tuple[str, ...]:
    """Say in plain sentences what the open goals of a plan lack."""
    if not goals:
        return ("Set one to five goals first: what does a safe place look like here?",)
    said = []
    for number, goal in enumerate(goals, 1):
        if not goal.measure:
            said.append(f"Goal {number} needs a measure of change: what will show it?")
        if not goal.has_baseline:
            said.append(
                f"Goal {number} needs a baseline with its date, or a reason why there is none."
            )
    if len(goals) > MOST:
        said.append(f"A plan has {MOST} goals at most. Choose what matters most.")
    return tuple(said)


def hint(measure: str) -> str:
    """Return a hint where a measure seems to tell of effort and not of change, else nothing."""
    if not EFFORT.search(measure):
        return ""
    return (
        "This seems to count what we do. Say what would be different for young people here: "
        "for example, how many can name an adult they trust in this place."
    )


def _opened(session: Session, actor: Actor, goal_id: int, version: int) -> tuple[PlanGoal, Plan]:
    case_work.person(actor)
    case_work.must_read_cases(actor)
    found = session.get(PlanGoal, goal_id)
    if found is None:
        raise NotFound("That goal is not there.")
    plan = plans.opened(session, actor, found.plan_id, None)
    goal = session.get(PlanGoal, goal_id, populate_existing=True)
    if goal is None:
        raise NotFound("That goal is not there.")
    case_work.same(goal, version, "goal")
    if goal.state is not GoalState.OPEN:
        raise Conflict("This goal has ended. Add another to go on.")
    return goal, plan


def _checked(details: GoalDetails) -> dict[str, Any]:
    given: dict[str, Any] = dict(details)
    return {name: _TAKES[name](value) for name, value in given.items()}


def _side(value: str) -> str:
    return case_data.chosen(assessment_forms.sides(), value, "a side of the triangle")


def _past_day(day: date | None) -> date | None:
    if day is not None and day > matching.today():
        raise Invalid("The day of the baseline has not come yet.")
    return day


def _words(field: str, longest: int) -> Callable[[str], str]:
    return lambda value: taken(value, field, longest)


_TAKES: dict[str, Callable[[Any], Any]] = {
    "statement": _words("the statement", 300),
    "side": _side,
    "measure": _words("the measure of change", 300),
    "method": _words("how it is measured", 300),
    "baseline_value": _words("the baseline", 200),
    "baseline_on": _past_day,
    "baseline_why_none": _words("why there is no baseline", 300),
    "target": _words("the target", 300),
    "review_on": lambda day: day,
}
