"""What an agency takes on in a meeting: under a goal of the place's plan, or on its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import (
    case_work,
    matching,
    meeting_items,
    meetings,
    places,
    plan_actions,
    plan_proposing,
)
from domain.accounts import Agency
from domain.audit import action
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.meeting_tables import Meeting, MeetingState
from domain.people import Actor, Permission
from domain.plan_actions import PlanAction
from domain.visibility import sees_names
from domain.wording import one_line, taken
from store.database import Base

WRITES = (MeetingState.OPEN, MeetingState.CLOSED)


class TaskState(Enum):
    """Where an action of a meeting stands."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class MeetingAction(Base):
    """One action agreed in a meeting. With ``plan_action_id`` the plan's own row says the rest."""

    __tablename__ = "meeting_action"
    __sealed__ = frozenset({"what", "owner_role", "outcome"})

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("meeting_item.id"), index=True)
    place_id: Mapped[int | None] = mapped_column(index=True)
    plan_action_id: Mapped[int | None] = mapped_column(ForeignKey("plan_action.id"), index=True)
    what: Mapped[str] = mapped_column(String(500))
    owner_agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    owner_role: Mapped[str] = mapped_column(String(120))
    due: Mapped[date] = mapped_column(index=True)
    state: Mapped[TaskState] = mapped_column(default=TaskState.OPEN, index=True)
    outcome: Mapped[str] = mapped_column(String(500), default="")
    made_by_name: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]
    ended_by_name: Mapped[str] = mapped_column(String(120), default="")
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


@dataclass(frozen=True)
class Task:
    """An action as one reader may see it; words in it are a person's: escape them."""

    id: int
    version: int
    meeting_id: int
    item_id: int
    place_id: int | None
    plan_action_id: int | None
    what: str
    agency_id: int
    agency: str
    owner_role: str
    due: date
    state: str
    overdue: bool
    outcome: str
    mine: bool


@action("meeting.add_action", needs=Permission.RECORD)
def add(
    session: Session,
    actor: Actor,
    item_id: int,
    *,
    what: str,
    owner_agency_id: int,
    owner_role: str,
    due: date,
    goal_id: int | None = None,
    now: datetime | None = None,
) -> MeetingAction:
    """Write down what an agency takes on; with ``goal_id`` it becomes an action of the plan too.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        The item or the goal is not there for this actor; the minutes are approved; the goal has
        no baseline; nothing is said of what, who, or when; the day has passed.
    """
    case_work.person(actor)
    meeting, item = meeting_items.opened(session, actor, item_id, None, *WRITES)
    agency = session.get(Agency, owner_agency_id)
    if agency is None or not agency.active:
        raise Invalid("Every action has an agency that owns it. Please choose one.")
    at = now or datetime.now(UTC)
    if due < at.astimezone(matching.LONDON).date():
        raise Invalid("Choose a day that is still to come.")
    task = taken(what, "what is to be done", 500, needed=True)
    role = one_line(owner_role, "the role that does it", 120, needed=True)
    planned = None
    if goal_id is not None:
        planned = plan_proposing.propose(
            session, actor, goal_id, what=task, owner_agency_id=agency.id, owner_role=role, due=due
        )
        if planned.place_id != item.place_id:
            raise Invalid("That goal belongs to another place.")
    made = MeetingAction(
        meeting_id=meeting.id,
        item_id=item.id,
        place_id=item.place_id,
        plan_action_id=None if planned is None else planned.id,
        what=task,
        owner_agency_id=agency.id,
        owner_role=role,
        due=due,
        made_by_name=actor.name,
        made_at=at,
    )
    session.add(made)
    session.flush()
    return made


@action("meeting.end_action", needs=Permission.ACT)
def end(
    session: Session, actor: Actor, action_id: int, *, version: int, outcome: str, done: bool
) -> MeetingAction:
    """Say that an action was done, and what came of it; or that it is not done, and why.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        It is another agency's; it is not there for this actor; it has ended, was changed since, or
        is the plan's, where it is ended; nothing is said.
    """
    found = session.get(MeetingAction, action_id)
    if found is None or not _readable(session, actor, found):
        raise NotFound("That action is not there.")
    meetings.find(session, actor, found.meeting_id, lock=True)
    session.refresh(found)
    if not (_owns(actor, found) or actor.may(Permission.RECORD)):
        raise NotPermitted("Only the agency that owns this action, or a recorder, does that.")
    if found.plan_action_id is not None:
        raise Conflict("This is an action of the plan. Finish it there.")
    case_work.same(found, version, "action")
    if found.state is not TaskState.OPEN:
        raise Conflict("This action has ended already.")
    found.outcome = taken(outcome, "what came of it" if done else "why it is not done", 500,
                          needed=True)  # fmt: skip
    found.state = TaskState.DONE if done else TaskState.CANCELLED
    found.ended_by_name, found.ended_at = actor.name, datetime.now(UTC)
    found.version += 1
    return found


def of_meeting(session: Session, actor: Actor, meeting_id: int) -> list[Task]:
    """Return the actions of a meeting that ``actor`` may read, by item.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not know of the meeting.
    """
    meetings.find(session, actor, meeting_id)
    query = select(MeetingAction).where(MeetingAction.meeting_id == meeting_id)
    return _tasks(session, actor, session.scalars(query.order_by(MeetingAction.id)))


def from_last_time(session: Session, actor: Actor, meeting_id: int) -> list[Task]:
    """Return what was agreed in earlier meetings of the kind and is open still, by its day.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not know of the meeting.
    """
    meeting = meetings.find(session, actor, meeting_id)
    query = (
        select(MeetingAction)
        .join(Meeting, Meeting.id == MeetingAction.meeting_id)
        .where(
            Meeting.kind == meeting.kind,
            Meeting.id != meeting.id,
            MeetingAction.state == TaskState.OPEN,
        )
        .order_by(MeetingAction.due, MeetingAction.id)
    )
    found = _tasks(session, actor, session.scalars(query))
    return [each for each in found if each.state == TaskState.OPEN.value]


def of_place(session: Session, actor: Actor, place_id: int) -> list[MeetingAction]:
    """Return what meetings agreed on a place, by when, as far as ``actor`` may read of it."""
    query = select(MeetingAction).where(MeetingAction.place_id == place_id)
    found = session.scalars(query.order_by(MeetingAction.id))
    return [each for each in found if _readable(session, actor, each)]


def still_open(session: Session, actor: Actor) -> list[Task]:
    """Return what was agreed in any meeting, stands in no plan and is open still, by its day.

    Raises
    ------
    NotPermitted
        The actor takes no part in meetings.
    """
    actor.must(Permission.MEET)
    query = select(MeetingAction).where(
        MeetingAction.state == TaskState.OPEN, MeetingAction.plan_action_id.is_(None)
    )
    return _tasks(session, actor, session.scalars(query.order_by(MeetingAction.due)))


def _tasks(session: Session, actor: Actor, found: Iterable[MeetingAction]) -> list[Task]:
    names = {each.id: each.name for each in session.scalars(select(Agency))}
    today = matching.today()
    return [
        _task(session, actor, each, names[each.owner_agency_id], today)
        for each in found
        if _readable(session, actor, each)
    ]


def _task(session: Session, actor: Actor, found: MeetingAction, agency: str, today: date) -> Task:
    state, due, outcome = found.state.value, found.due, found.outcome
    planned = session.get(PlanAction, found.plan_action_id) if found.plan_action_id else None
    if planned is not None:
        due, outcome = planned.due, planned.outcome
        state = "open" if planned.state in plan_actions.OPEN else planned.state.value
    return Task(
        id=found.id,
        version=found.version,
        meeting_id=found.meeting_id,
        item_id=found.item_id,
        place_id=found.place_id,
        plan_action_id=found.plan_action_id,
        what=found.what,
        agency_id=found.owner_agency_id,
        agency=agency,
        owner_role=found.owner_role,
        due=due,
        state=state,
        overdue=state == TaskState.OPEN.value and due < today,
        outcome=outcome,
        mine=_owns(actor, found),
    )


def _readable(session: Session, actor: Actor, found: MeetingAction) -> bool:
    """Say whether ``actor`` may read an action: at full cards all, below their own agency's."""
    if not (sees_names(actor) or _owns(actor, found)):
        return False
    if found.place_id is None:
        return True
    try:
        places.find(session, actor, found.place_id)
    except NotFound:
        return False
    return True


def _owns(actor: Actor, found: MeetingAction) -> bool:
    return actor.agency_id is not None and actor.agency_id == found.owner_agency_id
