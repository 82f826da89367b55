"""What becomes of an action: accepted or declined by its agency, begun, done, verified, cancelled.

Every step is checked before anything is written, so that several actions change together or not
at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum

from sqlalchemy.orm import Session

from domain import case_work, matching
from domain.audit import action
from domain.errors import Conflict, Invalid, NotPermitted
from domain.people import Actor, Permission
from domain.plan_actions import (
    ActionState,
    PlanAction,
    Standing,
    check_move,
    move,
    must_own,
    opened,
    standing,
)
from domain.wording import taken

S = ActionState
MOST = 100


class Step(Enum):
    """One thing that can be done with an action."""

    ACCEPT = "accept"
    DECLINE = "decline"
    BEGIN = "begin"
    FINISH = "finish"
    VERIFY = "verify"
    SEND_BACK = "send_back"
    CANCEL = "cancel"
    SET_DUE = "set_due"


LEADS: dict[Step, ActionState] = {
    Step.ACCEPT: S.ACCEPTED,
    Step.DECLINE: S.DECLINED,
    Step.BEGIN: S.IN_PROGRESS,
    Step.FINISH: S.DONE,
    Step.VERIFY: S.VERIFIED,
    Step.SEND_BACK: S.IN_PROGRESS,
    Step.CANCEL: S.CANCELLED,
}
OF_OWNER = frozenset({Step.ACCEPT, Step.DECLINE, Step.BEGIN, Step.FINISH})
"""Steps of the owner agency, or a coordinator; the others are of those who plan."""
REASONED = {
    Step.DECLINE: "why your agency cannot take this on",
    Step.FINISH: "what came of it",
    Step.SEND_BACK: "what is still to be done",
    Step.CANCEL: "why this is not done",
}


@dataclass(frozen=True)
class Pick:
    """One action of several, and the version that the person read."""

    action_id: int
    version: int


@dataclass(frozen=True)
class _Taken:
    """A step with what goes with it, checked."""

    step: Step
    actor: Actor
    person: int
    said: str
    due: date | None


@action("plan_action.accept", needs=Permission.ACT)
def accept(session: Session, actor: Actor, action_id: int, *, version: int) -> PlanAction:
    """Take an action on, for the agency that owns it.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        The action is another agency's; it is not there for this actor; it is answered already, or
        changed since; an immediate one is not approved yet; its day has passed.
    """
    return _one(session, actor, Pick(action_id, version), Step.ACCEPT)


@action("plan_action.decline", needs=Permission.ACT)
def decline(
    session: Session, actor: Actor, action_id: int, *, version: int, reason: str
) -> PlanAction:
    """Say that the agency cannot take an action on, and why.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        As in `accept`; there is no reason.
    """
    return _one(session, actor, Pick(action_id, version), Step.DECLINE, reason)


@action("plan_action.begin", needs=Permission.ACT)
def begin(session: Session, actor: Actor, action_id: int, *, version: int) -> PlanAction:
    """Say that work on an accepted action has begun.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        As in `accept`.
    """
    return _one(session, actor, Pick(action_id, version), Step.BEGIN)


@action("plan_action.finish", needs=Permission.ACT)
def finish(
    session: Session, actor: Actor, action_id: int, *, version: int, outcome: str
) -> PlanAction:
    """Say that an action is done, and what came of it.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        As in `accept`; nothing is said of the outcome.
    """
    return _one(session, actor, Pick(action_id, version), Step.FINISH, outcome)


@action("plan_action.verify", needs=Permission.PLAN)
def verify(session: Session, actor: Actor, action_id: int, *, version: int) -> PlanAction:
    """Confirm that an action was done, as another person than the one who said so.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        The actor did it; it is not there for this actor; it is not done, or changed since.
    """
    return _one(session, actor, Pick(action_id, version), Step.VERIFY)


@action("plan_action.send_back", needs=Permission.PLAN)
def send_back(
    session: Session, actor: Actor, action_id: int, *, version: int, reason: str
) -> PlanAction:
    """Give an action that was called done back, with what is still to be done.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        It is not there for this actor; it is not done, or changed since; there is no reason.
    """
    return _one(session, actor, Pick(action_id, version), Step.SEND_BACK, reason)


@action("plan_action.cancel", needs=Permission.PLAN)
def cancel(
    session: Session, actor: Actor, action_id: int, *, version: int, reason: str
) -> PlanAction:
    """End an action that will not be done, with a reason.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        It is not there for this actor; it is done, or changed since; there is no reason.
    """
    return _one(session, actor, Pick(action_id, version), Step.CANCEL, reason)


@action("plan_action.change_many", needs=Permission.ACT)
def change_many(
    session: Session,
    actor: Actor,
    picks: Sequence[Pick],
    step: Step,
    *,
    said: str = "",
    due: date | None = None,
) -> list[PlanAction]:
    """Take one step with several actions: all of them, or none.

    ``said`` is the reason or outcome where the step needs one; ``due`` the new day of
    `Step.SET_DUE`.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        One of them cannot take this step: nothing was changed. None, or too many, are chosen.
    """
    if not 1 <= len(picks) <= MOST:
        raise Invalid(f"Choose 1 to {MOST} actions.")
    wanted = {pick.action_id: pick.version for pick in picks}
    taken_step = _taken(actor, step, said, due)
    found = [opened(session, actor, number, wanted[number]) for number in sorted(wanted)]
    for each in found:
        _check(taken_step, each)
    for each in found:
        _do(taken_step, each)
    return found


def possible(actor: Actor, found: PlanAction, today: date | None = None) -> tuple[Step, ...]:
    """Return the steps that ``actor`` may take with an action as it stands."""
    return tuple(step for step in Step if _may(actor, found, step, today or matching.today()))


def _may(actor: Actor, found: PlanAction, step: Step, today: date) -> bool:
    said = "." if step in REASONED else ""
    try:
        _check(_taken(actor, step, said, today if step is Step.SET_DUE else None), found, today)
    except (Conflict, Invalid, NotPermitted):
        return False
    return True


def _one(session: Session, actor: Actor, pick: Pick, step: Step, said: str = "") -> PlanAction:
    taken_step = _taken(actor, step, said, None)
    found = opened(session, actor, pick.action_id, pick.version)
    _check(taken_step, found)
    _do(taken_step, found)
    return found


def _taken(actor: Actor, step: Step, said: str, due: date | None) -> _Taken:
    person = case_work.person(actor)
    actor.must(Permission.ACT if step in OF_OWNER else Permission.PLAN)
    field = REASONED.get(step)
    longest = 500 if step is Step.FINISH else 300
    words = taken(said, field, longest, needed=True) if field else ""
    if step is Step.SET_DUE and due is None:
        raise Invalid("Please say when it is due.")
    return _Taken(step, actor, person, words, due)


def _check(given: _Taken, found: PlanAction, today: date | None = None) -> None:
    """Refuse a step that cannot be taken; writes nothing."""
    if given.step in OF_OWNER:
        must_own(given.actor, found)
    if given.step is Step.SET_DUE:
        if found.state in (S.DONE, S.VERIFIED, S.CANCELLED):
            raise Conflict(f"This action is {found.state.words}. Its day is not moved any more.")
        return
    _check_state(given.step, found)
    if given.step in (Step.ACCEPT, Step.BEGIN):
        _check_can_run(found, today or matching.today())
    if given.step is Step.VERIFY:
        case_work.another(given.actor, found.done_by_id, "that it is done")


def _check_state(step: Step, found: PlanAction) -> None:
    check_move(found, LEADS[step])
    if step is Step.SEND_BACK and found.state is not S.DONE:
        raise Conflict(f"This action is {found.state.words}. Only what is done is sent back.")
    if step is Step.BEGIN and found.state is not S.ACCEPTED:
        raise Conflict(f"This action is {found.state.words}. Only an accepted one is begun.")


def _check_can_run(found: PlanAction, today: date) -> None:
    if found.immediate and found.approved_by_id is None:
        raise Conflict("An immediate action needs a second person's approval first.")
    if standing(found.state, found.lapse_on, today) is Standing.LAPSED:
        raise Conflict("The day until which this counts has passed. Give it a new day first.")


def _do(given: _Taken, found: PlanAction) -> None:
    if given.step is Step.SET_DUE:
        assert given.due is not None
        found.due = given.due
        found.version += 1
        return
    move(found, LEADS[given.step])
    if given.said and given.step is not Step.FINISH:
        found.said = given.said
    _DONE.get(given.step, _nothing)(given, found, datetime.now(UTC))


def _nothing(_given: _Taken, _found: PlanAction, _now: datetime) -> None:
    """Leave it at the new state."""


def _answered(given: _Taken, found: PlanAction, now: datetime) -> None:
    found.answered_by_name, found.answered_at = given.actor.name, now


def _finished(given: _Taken, found: PlanAction, now: datetime) -> None:
    found.outcome = given.said
    found.done_by_id, found.done_by_name, found.done_at = given.person, given.actor.name, now


def _verified(given: _Taken, found: PlanAction, now: datetime) -> None:
    found.verified_by_id, found.verified_by_name = given.person, given.actor.name
    found.verified_at = now


_DONE: dict[Step, Callable[[_Taken, PlanAction, datetime], None]] = {
    Step.ACCEPT: _answered,
    Step.DECLINE: _answered,
    Step.FINISH: _finished,
    Step.VERIFY: _verified,
}
