"""Actions of a plan: what an agency takes on at a place, with its checks, and where it stands.

This file holds the table, the state machine and what one reader may see of an action. Whether a
measure has lapsed is worked out from its day each time, and never kept: nothing lapsed ever shows
as active.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import case_work, places
from domain.errors import Conflict, NotFound, NotPermitted
from domain.people import Actor, Permission, Role
from domain.places import Place
from store.database import Base


class ActionState(Enum):
    """Where an action stands, as people moved it."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    VERIFIED = "verified"
    CANCELLED = "cancelled"

    @property
    def words(self) -> str:
        """What people read: "in progress"."""
        return self.value.replace("_", " ")


S = ActionState
MOVES: dict[ActionState, frozenset[ActionState]] = {
    S.PROPOSED: frozenset({S.ACCEPTED, S.DECLINED, S.CANCELLED}),
    S.ACCEPTED: frozenset({S.IN_PROGRESS, S.PROPOSED, S.CANCELLED}),  # proposed: to another owner
    S.DECLINED: frozenset({S.PROPOSED, S.CANCELLED}),
    S.IN_PROGRESS: frozenset({S.DONE, S.CANCELLED}),
    S.DONE: frozenset({S.VERIFIED, S.IN_PROGRESS}),
    S.VERIFIED: frozenset(),
    S.CANCELLED: frozenset(),
}
OPEN = frozenset({S.PROPOSED, S.ACCEPTED, S.IN_PROGRESS})
"""What is still to be done by somebody."""
LAPSES = frozenset({S.PROPOSED, S.ACCEPTED, S.IN_PROGRESS, S.DONE, S.VERIFIED})
"""States that end with the day on which a time-limited measure lapses."""


class Standing(Enum):
    """How an action shows on a day."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    IN_PROGRESS = "in_progress"
    IN_FORCE = "in_force"
    DONE = "done"
    VERIFIED = "verified"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"

    @property
    def words(self) -> str:
        """What people read: "in force"."""
        return self.value.replace("_", " ")


ACTIVE = frozenset({Standing.ACCEPTED, Standing.IN_PROGRESS, Standing.IN_FORCE})
"""What counts as active on a day."""


class PlanAction(Base):
    """One action. ``tactic`` is the row of the catalogue as it stood; ``lapse_on`` its last day.

    ``goal_id`` is missing for an immediate safety action alone, which has a reason, an approver
    and a day (``look_again_by``) on which it is looked at again.
    """

    __tablename__ = "plan_action"
    __sealed__ = frozenset(
        {
            "what",
            "tactic_code",
            "tactic",
            "owner_role",
            "due",
            "lapse_on",
            "evidence_needed",
            "legal_check",
            "proportionality",
            "young_people_effect",
            "displacement_check",
            "equality_check",
            "immediate_reason",
            "looked_again",
            "outcome",
            "said",
        }
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    goal_id: Mapped[int | None] = mapped_column(ForeignKey("plan_goal.id"), index=True)
    state: Mapped[ActionState] = mapped_column(default=S.PROPOSED, index=True)
    version: Mapped[int] = mapped_column(default=1)
    what: Mapped[str] = mapped_column(String(500))
    tactic_code: Mapped[str] = mapped_column(String(32), default="")
    tactic: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    owner_agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    owner_role: Mapped[str] = mapped_column(String(120))
    due: Mapped[date] = mapped_column(index=True)
    lapse_on: Mapped[date | None]
    evidence_needed: Mapped[str] = mapped_column(String(300), default="")
    legal_check: Mapped[str] = mapped_column(String(300), default="")
    proportionality: Mapped[str] = mapped_column(String(300), default="")
    young_people_effect: Mapped[str] = mapped_column(String(300), default="")
    displacement_check: Mapped[str] = mapped_column(String(300), default="")
    equality_check: Mapped[str] = mapped_column(String(300), default="")
    immediate: Mapped[bool] = mapped_column(default=False)
    immediate_reason: Mapped[str] = mapped_column(String(300), default="")
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    approved_by_name: Mapped[str] = mapped_column(String(120), default="")
    look_again_by: Mapped[date | None]
    looked_again_on: Mapped[date | None]
    looked_again: Mapped[str] = mapped_column(String(500), default="")
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    proposed_by_name: Mapped[str] = mapped_column(String(120))
    proposed_at: Mapped[datetime]
    answered_by_name: Mapped[str] = mapped_column(String(120), default="")
    answered_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    done_by_name: Mapped[str] = mapped_column(String(120), default="")
    done_at: Mapped[datetime | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    verified_by_name: Mapped[str] = mapped_column(String(120), default="")
    verified_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(500), default="")
    said: Mapped[str] = mapped_column(String(300), default="")  # with the last decision on it


@dataclass(frozen=True)
class Checks:
    """Which of an action's checks are still empty, in words; the screen shows them."""

    lacks: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Say whether nothing lacks."""
        return not self.lacks


CHECKS: Mapping[str, str] = {
    "legal_check": "Say what the legal check found.",
    "proportionality": "Say why this is proportionate, and why nothing milder would do.",
    "young_people_effect": "Say what it does to young people here, and how they are cared for.",
    "displacement_check": "Say where harm or young people might move to.",
    "equality_check": "Say who is over-represented among those affected.",
}


def standing(state: ActionState, lapse_on: date | None, today: date) -> Standing:
    """Return how an action shows on ``today``; ``lapse_on`` is the last day that it counts."""
    if lapse_on is not None and lapse_on < today and state in LAPSES:
        return Standing.LAPSED
    if lapse_on is not None and state in (S.DONE, S.VERIFIED):
        return Standing.IN_FORCE  # an order that was made holds until its day
    return Standing(state.value)


def is_active(state: ActionState, lapse_on: date | None, today: date) -> bool:
    """Say whether an action is worked on, or its measure holds, on ``today``."""
    return standing(state, lapse_on, today) in ACTIVE


def checks(found: PlanAction) -> Checks:
    """Say which checks of an action are still to be made; a tactic needs all of them."""
    needed = CHECKS if found.tactic_code else {}
    return Checks(tuple(words for name, words in needed.items() if not getattr(found, name)))


def readable(actor: Actor, found: PlanAction) -> bool:
    """Say whether ``actor`` may read an action of a place that they may know of.

    Readers of full cards read all, others those that their own agency owns.
    """
    return case_work.reads_cases(actor) or owns(actor, found)


def owns(actor: Actor, found: PlanAction) -> bool:
    """Say whether an action is one of the actor's agency."""
    return actor.agency_id is not None and actor.agency_id == found.owner_agency_id


def find(session: Session, actor: Actor, action_id: int) -> PlanAction:
    """Return an action that ``actor`` may read.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not read place cards; it is not there, or not for this reader.
    """
    actor.must(Permission.SEE_PLACES)
    found = session.get(PlanAction, action_id)
    if found is None or not readable(actor, found):
        raise NotFound("That action is not there.")
    _place(session, actor, found)
    return found


def opened(session: Session, actor: Actor, action_id: int, version: int) -> PlanAction:
    """Lock an action, through its place, and refuse one that has moved on.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        As in `find`; someone changed it since it was read; its place is archived or merged.
    """
    case_work.worked_on(session, actor, find(session, actor, action_id).place_id)
    found = session.get(PlanAction, action_id, populate_existing=True)
    if found is None or not readable(actor, found):
        raise NotFound("That action is not there.")
    case_work.same(found, version, "action")
    return found


def of_place(session: Session, actor: Actor, place_id: int) -> list[PlanAction]:
    """Return the actions of a place that ``actor`` may read, by when they are due.

    Raises
    ------
    NotFound
        The place is not there, or not for this reader.
    """
    places.find(session, actor, place_id)
    query = select(PlanAction).where(PlanAction.place_id == place_id)
    found = session.scalars(query.order_by(PlanAction.due, PlanAction.id))
    return [each for each in found if readable(actor, each)]


def still_open(session: Session, place_id: int) -> list[PlanAction]:
    """Return what is still to be done at a place: for work that checked the reader."""
    query = select(PlanAction).where(PlanAction.place_id == place_id, PlanAction.state.in_(OPEN))
    return list(session.scalars(query.order_by(PlanAction.id)))


def must_own(actor: Actor, found: PlanAction) -> None:
    """Refuse who is neither of the owner agency nor a coordinator.

    Raises
    ------
    NotPermitted
        The action is another agency's.
    """
    if not owns(actor, found) and actor.role is not Role.COORDINATOR:
        raise NotPermitted("Only the agency that owns this action, or a coordinator, does that.")


def check_move(found: PlanAction, state: ActionState) -> None:
    """Refuse a way that is not in `MOVES`.

    Raises
    ------
    Conflict
        There is none from where the action stands.
    """
    if state not in MOVES[found.state]:
        raise Conflict(
            f"This action is {found.state.words}. It cannot be {state.words} from there."
        )


def move(found: PlanAction, state: ActionState) -> None:
    """Bring an action to ``state``, along `MOVES` only (`check_move`)."""
    check_move(found, state)
    found.state = state
    found.version += 1


def _place(session: Session, actor: Actor, found: PlanAction) -> Place:
    try:
        return places.find(session, actor, found.place_id)
    except NotFound:
        raise NotFound("That action is not there.") from None
