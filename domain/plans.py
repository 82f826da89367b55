"""The plan of a place: goals first, then measures; approved, and closed, by a second person.

This file holds the table, the state machine and the acts on the plan itself; `domain.goals`,
`domain.plan_actions` and `domain.plan_reviews` hold what belongs to it.
"""

from datetime import UTC, datetime
from enum import Enum

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import case_work, places
from domain.audit import action
from domain.errors import Conflict
from domain.people import Actor, Permission
from domain.places import Place
from domain.status import Status
from domain.visibility import reach
from domain.wording import taken


class PlanState(Enum):
    """Where a plan stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    CLOSING = "closing"
    CLOSED = "closed"

    @property
    def words(self) -> str:
        """What people read: "waiting for approval"."""
        return WORDS[self]


L = PlanState
WORDS = {
    L.DRAFT: "being written",
    L.IN_REVIEW: "waiting for approval",
    L.APPROVED: "approved",
    L.CLOSING: "waiting to be closed",
    L.CLOSED: "closed",
}
MOVES: dict[PlanState, frozenset[PlanState]] = {
    L.DRAFT: frozenset({L.IN_REVIEW}),
    L.IN_REVIEW: frozenset({L.DRAFT, L.APPROVED}),
    L.APPROVED: frozenset({L.DRAFT, L.CLOSING}),
    L.CLOSING: frozenset({L.APPROVED, L.CLOSED}),
    L.CLOSED: frozenset(),
}
PLANNED = frozenset({Status.ASSESSING, Status.PLAN, Status.REVIEW})
"""States of a place in which it can have a plan."""


class Plan(case_work.CaseRow):
    """A plan of a place. ``asked_by_id``: who last asked for approval or closure."""

    __tablename__ = "plan"
    __sealed__ = frozenset({"comms_note", "owner_view", "said"})

    state: Mapped[PlanState] = mapped_column(default=L.DRAFT, index=True)
    version: Mapped[int] = mapped_column(default=1)
    comms_note: Mapped[str] = mapped_column(String(1000), default="")
    owner_view: Mapped[str] = mapped_column(String(1000), default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    author_name: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    asked_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    approved_by_name: Mapped[str] = mapped_column(String(120), default="")
    approved_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    closed_by_name: Mapped[str] = mapped_column(String(120), default="")
    closed_at: Mapped[datetime | None]
    said: Mapped[str] = mapped_column(String(500), default="")  # with the last decision on it


@action("plan.start", needs=Permission.PLAN)
def start(session: Session, actor: Actor, place_id: int) -> Plan:
    """Open a plan for a place that is being assessed, in a plan or in review.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        Nobody is named, or they read neutral cards alone; the place is not there for this actor
        or not that far; it has an open plan.
    """
    author = case_work.person(actor)
    case_work.must_read_cases(actor)
    place = case_work.worked_on(session, actor, place_id)
    if place.status not in PLANNED:
        raise Conflict(f"This place is {place.status.words}. Assess it before you plan.")
    if current(session, place.id) is not None:
        raise Conflict("This place has an open plan already. Please go on with that one.")
    made = Plan(
        place_id=place.id,
        author_id=author,
        author_name=actor.name,
        made_at=datetime.now(UTC),
    )
    session.add(made)
    session.flush()
    return made


@action("plan.note", needs=Permission.PLAN)
def note(
    session: Session,
    actor: Actor,
    plan_id: int,
    *,
    version: int,
    comms_note: str | None = None,
    owner_view: str | None = None,
) -> Plan:
    """Write what is told the community and the reporter, and what the place's owner says.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        As in `opened`; the words are too long.
    """
    case_work.person(actor)
    plan = opened(session, actor, plan_id, version)
    if comms_note is not None:
        plan.comms_note = taken(comms_note, "what we tell the community", 1000)
    if owner_view is not None:
        plan.owner_view = taken(owner_view, "what the owner says", 1000)
    plan.version += 1
    return plan


def find(session: Session, actor: Actor, plan_id: int) -> Plan:
    """Return a plan that ``actor`` may read.

    Raises
    ------
    NotPermitted
        The actor reads neutral cards alone.
    NotFound
        It is not there, or not for this reader.
    """
    return case_work.find(session, actor, Plan, plan_id, "plan")


def opened(session: Session, actor: Actor, plan_id: int, version: int | None) -> Plan:
    """Lock a plan, through its place, and refuse one that is closed or has moved on.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        As in `find`; it is closed; someone changed it since it was read.
    """
    found = case_work.locked(session, actor, Plan, plan_id, "plan")
    if version is not None:
        case_work.same(found, version, "plan")
    if found.state is L.CLOSED:
        raise Conflict("This plan is closed. Start another to go on.")
    return found


def of_place(session: Session, actor: Actor, place_id: int) -> list[Plan]:
    """Return the plans of a place, the latest first; none for readers of neutral cards.

    Raises
    ------
    NotFound
        The place is not there, or not for this reader.
    """
    return case_work.of_place(session, actor, place_id, Plan)


def listed(session: Session, actor: Actor) -> list[Plan]:
    """Return the plans of the places that ``actor`` knows of, the latest first.

    Raises
    ------
    NotPermitted
        The actor reads neutral cards alone.
    """
    case_work.must_read_cases(actor)
    query = select(Plan, Place.shape).join(Place, Place.id == Plan.place_id)
    query = query.where(places.known(actor), Place.merged_into_id.is_(None))
    where = reach(session, actor)
    rows = session.execute(query.order_by(Plan.id.desc()))
    return [plan for plan, shape in rows if where.holds(shape)]


def current(session: Session, place_id: int) -> Plan | None:
    """Return the open plan of a place, if there is one: for work that checked the reader."""
    query = select(Plan).where(Plan.place_id == place_id, Plan.state != L.CLOSED)
    return session.scalars(query.order_by(Plan.id.desc()).limit(1)).one_or_none()


def move(plan: Plan, state: PlanState) -> None:
    """Bring a plan to ``state``, along `MOVES` only.

    Raises
    ------
    Conflict
        There is no way from where it stands.
    """
    if state not in MOVES[plan.state]:
        raise Conflict(f"This plan is {plan.state.words}. It cannot be {state.words} from there.")
    plan.state = state
    plan.version += 1


def changed(plan: Plan) -> None:
    """Mark that goals of a plan changed: what was approved, or waits for it, is written anew.

    Raises
    ------
    Conflict
        It waits to be closed.
    """
    if plan.state is L.DRAFT:
        plan.version += 1
    else:
        move(plan, L.DRAFT)
