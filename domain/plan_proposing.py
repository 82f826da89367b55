"""Putting an action into a plan, changing what it asks, and acting at once for safety."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy.orm import Session

from domain import case_clock, case_work, matching, plan_actions, plans, power_editions
from domain.accounts import Agency
from domain.audit import action
from domain.errors import Conflict, Invalid, NotFound
from domain.goals import GoalState, PlanGoal
from domain.people import Actor, Permission
from domain.plan_actions import ActionState, PlanAction, move, opened
from domain.status import Status
from domain.wording import one_line, taken

S = ActionState
SETTLED = frozenset({S.DONE, S.VERIFIED, S.CANCELLED})


class ActionDetails(TypedDict, total=False):
    """What of an action can be written; what is left out stays as it is."""

    what: str
    tactic_code: str
    owner_agency_id: int
    owner_role: str
    due: date
    lapse_on: date | None
    evidence_needed: str
    legal_check: str
    proportionality: str
    young_people_effect: str
    displacement_check: str
    equality_check: str


NEEDED = {
    "what": "what is to be done",
    "owner_agency_id": "the agency that owns it",
    "owner_role": "the role that does it",
    "due": "when it is due",
}


@action("plan_action.propose", needs=Permission.PLAN)
def propose(
    session: Session, actor: Actor, goal_id: int, **details: Unpack[ActionDetails]
) -> PlanAction:
    """Put an action under a goal that has a baseline, or a reason why it has none.

    ``what``, ``owner_agency_id``, ``owner_role`` and ``due`` must be given. With ``tactic_code``
    the row of the catalogue is kept as it stands today.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        The goal is not there for this actor; it or its plan has ended.
    Invalid
        The goal has no baseline yet; something is missing or cannot be taken.
    """
    proposer = case_work.person(actor)
    case_work.must_read_cases(actor)
    goal = session.get(PlanGoal, goal_id)
    if goal is None:
        raise NotFound("That goal is not there.")
    plan = plans.opened(session, actor, goal.plan_id, None)
    session.refresh(goal)
    if goal.state is not GoalState.OPEN:
        raise Conflict("This goal has ended. Choose another.")
    if not (goal.measure and goal.has_baseline):
        raise Invalid(
            "First say what will show that this goal is reached, and how things stand now "
            "(or why that is not known)."
        )
    return _put(
        session, actor, proposer, details, place_id=plan.place_id, plan_id=plan.id, goal_id=goal.id
    )


@action("plan_action.propose_immediate", needs=Permission.PLAN)
def propose_immediate(
    session: Session,
    actor: Actor,
    place_id: int,
    *,
    reason: str,
    **details: Unpack[ActionDetails],
) -> PlanAction:
    """Propose an action that safety needs now, before any goal: another person approves it.

    It is looked at again within five working days (the clock ``immediate``).

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        The place is not there for this actor; there is no reason; as in `propose`.
    """
    proposer = case_work.person(actor)
    case_work.must_read_cases(actor)
    place = case_work.worked_on(session, actor, place_id)
    if place.status is Status.STEPPED_DOWN:
        raise Conflict("This place is stepped down. Watch or assess it again first.")
    plan = plans.current(session, place.id)
    return _put(
        session,
        actor,
        proposer,
        details,
        place_id=place.id,
        plan_id=None if plan is None else plan.id,
        immediate=True,
        immediate_reason=taken(reason, "why it cannot wait", 300, needed=True),
        look_again_by=case_clock.due("immediate", matching.today()),
    )


@action("plan_action.approve_immediate", needs=Permission.APPROVE)
def approve_immediate(
    session: Session, actor: Actor, action_id: int, *, version: int
) -> PlanAction:
    """Approve an immediate action, as another person than its proposer.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        The actor proposed it; it is not there for this actor; it is no immediate action, was
        approved, or changed since.
    """
    found = opened(session, actor, action_id, version)
    approver = case_work.another(actor, found.proposed_by_id, "this action")
    if not found.immediate or found.approved_by_id is not None:
        raise Conflict("This action does not wait for approval.")
    if found.state is not S.PROPOSED:
        raise Conflict(f"This action is {found.state.words} already.")
    found.approved_by_id, found.approved_by_name = approver, actor.name
    found.version += 1
    return found


@action("plan_action.look_again", needs=Permission.PLAN)
def look_again(
    session: Session, actor: Actor, action_id: int, *, version: int, found_out: str
) -> PlanAction:
    """Write down what was found when an immediate action was looked at again.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        It is not there for this actor; it is no immediate action, or was looked at before.
    """
    case_work.person(actor)
    found = opened(session, actor, action_id, version)
    if not found.immediate or found.looked_again_on is not None:
        raise Conflict("This action does not wait to be looked at again.")
    found.looked_again = taken(found_out, "what you found", 500, needed=True)
    found.looked_again_on = matching.today()
    found.version += 1
    return found


@action("plan_action.change", needs=Permission.PLAN)
def change(
    session: Session,
    actor: Actor,
    action_id: int,
    *,
    version: int,
    **details: Unpack[ActionDetails],
) -> PlanAction:
    """Change what an action asks; another owner is asked anew whether they take it on.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        It is not there for this actor; it is done or cancelled; something cannot be taken.
    """
    case_work.person(actor)
    found = opened(session, actor, action_id, version)
    if found.state in SETTLED:
        raise Conflict(f"This action is {found.state.words} and is not changed any more.")
    values = _checked(session, details)
    for name, words in NEEDED.items():
        if name in values and not values[name]:
            raise Invalid(f"Please say {words}.")
    if values.get("owner_agency_id", found.owner_agency_id) != found.owner_agency_id:
        _ask_anew(found)
    for name, value in values.items():
        setattr(found, name, value)
    found.version += 1
    return found


@action("plan_action.propose_again", needs=Permission.PLAN)
def propose_again(
    session: Session, actor: Actor, action_id: int, *, version: int, owner_agency_id: int
) -> PlanAction:
    """Ask an agency, the same or another, to take on an action that was declined.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        It is not there for this actor; it was not declined; there is no such agency.
    """
    case_work.person(actor)
    found = opened(session, actor, action_id, version)
    if found.state is not S.DECLINED:
        raise Conflict(f"This action is {found.state.words}. Only a declined one is asked again.")
    found.owner_agency_id = _agency(session, owner_agency_id)
    _ask_anew(found)
    return found


@action("plan_action.renew", needs=Permission.PLAN)
def renew(
    session: Session, actor: Actor, action_id: int, *, version: int, lapse_on: date, reason: str
) -> PlanAction:
    """Give a time-limited measure another last day, once it was extended, with what it rests on.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        It is not there for this actor; it has no last day; the new one is not later, or past.
    """
    case_work.person(actor)
    found = opened(session, actor, action_id, version)
    if found.lapse_on is None or found.state not in plan_actions.LAPSES:
        raise Conflict("This action has no day on which it lapses.")
    if lapse_on <= found.lapse_on or lapse_on < matching.today():
        raise Invalid("Choose a later day that is still to come.")
    found.said = taken(reason, "what the new day rests on", 300, needed=True)
    found.lapse_on = lapse_on
    found.version += 1
    return found


def _ask_anew(found: PlanAction) -> None:
    """Let an owner answer who has not answered yet."""
    if found.state is not S.PROPOSED:
        move(found, S.PROPOSED)
    found.answered_by_name, found.answered_at = "", None


def _put(
    session: Session, actor: Actor, proposer: int, details: ActionDetails, **more: Any
) -> PlanAction:
    for name, words in NEEDED.items():
        if not details.get(name):
            raise Invalid(f"Please say {words}.")
    made = PlanAction(
        proposed_by_id=proposer,
        proposed_by_name=actor.name,
        proposed_at=datetime.now(UTC),
        **_checked(session, details),
        **more,
    )
    session.add(made)
    session.flush()
    return made


def _checked(session: Session, details: ActionDetails) -> dict[str, Any]:
    given: dict[str, Any] = dict(details)
    values = {name: _TAKES[name](value) for name, value in given.items() if name in _TAKES}
    if "owner_agency_id" in given:
        values["owner_agency_id"] = _agency(session, given["owner_agency_id"])
    if "tactic_code" in given:
        values |= _tactic(session, given["tactic_code"])
    return values


def _tactic(session: Session, code: str) -> dict[str, Any]:
    """Return the code and the row as it stands; a row that is not in force is refused."""
    if not code:
        return {"tactic_code": "", "tactic": {}}
    row = power_editions.power(session, code)
    if not row.usable(matching.today()):
        raise Invalid(f"This power is {row.in_force.words}. Choose another.")
    return {"tactic_code": row.code, "tactic": row.as_json()}


def _agency(session: Session, agency_id: int | None) -> int:
    agency = None if agency_id is None else session.get(Agency, agency_id)
    if agency is None or not agency.active:
        raise Invalid("That agency is not there. Every action has an agency that owns it.")
    return agency.id


def _words(field: str, longest: int) -> Callable[[str], str]:
    return lambda value: taken(value, field, longest)


def _day(value: date | None) -> date:
    if value is None:
        raise Invalid("Please say when it is due.")
    return value


_TAKES: dict[str, Callable[[Any], Any]] = {
    "what": _words("what is to be done", 500),
    "owner_role": lambda value: one_line(value, "the role", 120),
    "due": _day,
    "lapse_on": lambda day: day,
    "evidence_needed": _words("the evidence needed", 300),
    "legal_check": _words("the legal check", 300),
    "proportionality": _words("why it is proportionate", 300),
    "young_people_effect": _words("the effect on young people", 300),
    "displacement_check": _words("where harm might move to", 300),
    "equality_check": _words("the equality check", 300),
}
