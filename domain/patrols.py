"""Patrols: a shift of short visits that reassure, who may know of it, and how it moves on.

The purpose is children's safety and reassurance. A patrol is known to the agency that is tasked
with it and to no other; nothing of it forecasts crime, and no officer's way is kept.
"""

from datetime import datetime
from enum import Enum
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import JSON, ColumnElement, ForeignKey, String, false, or_, select, true
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain.errors import Conflict, NotFound
from domain.people import Actor, Kind, Permission, Tier
from store.columns import Geometry27700
from store.database import Base

WIDEST = 200.0
"""Metres: the radius that a zone has at most."""


class PatrolState(Enum):
    """Where a patrol stands."""

    DRAFT = "draft"
    AUTHORISED = "authorised"
    TASKED = "tasked"
    UNDER_WAY = "under_way"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def words(self) -> str:
        """What people call it: "under way"."""
        return self.value.replace("_", " ")


S = PatrolState
MOVES: dict[PatrolState, frozenset[PatrolState]] = {
    S.DRAFT: frozenset({S.AUTHORISED, S.CANCELLED}),
    S.AUTHORISED: frozenset({S.DRAFT, S.TASKED, S.CANCELLED}),
    S.TASKED: frozenset({S.UNDER_WAY, S.CLOSED, S.CANCELLED}),
    S.UNDER_WAY: frozenset({S.CLOSED}),
    S.CLOSED: frozenset(),
    S.CANCELLED: frozenset(),
}
"""The only ways from one state to the next; a change of what was authorised makes it a draft."""
TEAM = frozenset({S.TASKED, S.UNDER_WAY, S.CLOSED})
"""What the tasked team reads; drafts are for planners."""


class Patrol(Base):
    """One shift: why, on what basis, who said yes, who goes, from when to when (UTC)."""

    __tablename__ = "patrol"
    __sealed__ = frozenset(
        {
            "title",
            "purpose",
            "legal_basis",
            "authorised_by_name",
            "valid_from",
            "valid_to",
            "start",
            "ended_reason",
        }
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    purpose: Mapped[str] = mapped_column(String(500))
    legal_basis: Mapped[str] = mapped_column(String(300))
    style: Mapped[str] = mapped_column(String(32))  # a code of patrol_styles
    start: Mapped[str] = mapped_column(String(120), default="")
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    state: Mapped[PatrolState] = mapped_column(default=S.DRAFT, index=True)
    marking: Mapped[str] = mapped_column(String(32))  # a code of markings
    valid_from: Mapped[datetime] = mapped_column(index=True)
    valid_to: Mapped[datetime] = mapped_column(index=True)
    planned_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    planned_at: Mapped[datetime]
    authorised_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    authorised_by_name: Mapped[str] = mapped_column(String(120), default="")
    authorised_at: Mapped[datetime | None]
    ended_reason: Mapped[str] = mapped_column(String(300), default="")
    week_id: Mapped[int | None] = mapped_column(index=True)  # the week it was planned with
    version: Mapped[int] = mapped_column(default=1)


class PatrolStop(Base):
    """One zone of a patrol, in the order in which it is visited, with the dose that is meant.

    ``approved`` says that a meeting put the place into a plan. Where none did, ``inspector``,
    ``basis``, ``effect`` and ``rests_on`` say on whose word and on what it stands, and
    ``reported_at`` when the next meeting was told. ``action_id`` is the plan's action it serves.
    """

    __tablename__ = "patrol_stop"
    __sealed__ = frozenset(
        {
            "name",
            "zone",
            "opens",
            "closes",
            "arrive",
            "dwell",
            "why",
            "to_do",
            "tactics",
            "not_to_do",
            "hazards",
            "contact",
            "inspector",
            "basis",
            "effect",
            "rests_on",
            "place_id",
        }
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    patrol_id: Mapped[int] = mapped_column(ForeignKey("patrol.id"), index=True)
    number: Mapped[int]
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    action_id: Mapped[int | None] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(120))
    zone: Mapped[BaseGeometry] = mapped_column(Geometry27700("POLYGON"))
    opens: Mapped[datetime]
    closes: Mapped[datetime]
    arrive: Mapped[datetime]
    dwell: Mapped[int]
    why: Mapped[str] = mapped_column(String(300))
    tactics: Mapped[list[str]] = mapped_column(JSON, default=list)  # codes of patrol_tactics
    to_do: Mapped[str] = mapped_column(String(300), default="")
    not_to_do: Mapped[str] = mapped_column(String(300), default="")
    hazards: Mapped[str] = mapped_column(String(300), default="")
    contact: Mapped[str] = mapped_column(String(120), default="")
    visits_a_day: Mapped[int]
    spacing: Mapped[int]
    most_minutes: Mapped[int]
    approved: Mapped[bool]
    inspector: Mapped[str] = mapped_column(String(120), default="")
    basis: Mapped[str] = mapped_column(String(300), default="")
    effect: Mapped[str] = mapped_column(String(500), default="")
    rests_on: Mapped[list[str]] = mapped_column(JSON, default=list)  # codes of patrol_sources
    reported_at: Mapped[datetime | None]


class PatrolVisit(Base):
    """What a visit was: minutes by mode, who was spoken to in bands, what was seen and done.

    ``key`` is made by whoever records it, so that nothing is recorded twice. ``measured`` are
    minutes inside the zone from a position file that was not kept. Without ``stop_id`` it was
    not planned; with ``skip_reason`` it was left out.
    """

    __tablename__ = "patrol_visit"
    __sealed__ = frozenset(
        {
            "key",
            "stop_id",
            "place_id",
            "at_where",
            "arrived_at",
            "left_at",
            "modes",
            "minutes",
            "measured",
            "young",
            "staff",
            "public",
            "guardians",
            "guardians_band",
            "faults",
            "welfare",
            "powers",
            "under_18",
            "search_outcome",
            "intelligence",
            "words",
            "skip_reason",
            "annotation_id",
        }
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    patrol_id: Mapped[int] = mapped_column(ForeignKey("patrol.id"), index=True)
    stop_id: Mapped[int | None] = mapped_column(ForeignKey("patrol_stop.id"), index=True)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    at_where: Mapped[str] = mapped_column(String(120), default="")
    arrived_at: Mapped[datetime] = mapped_column(index=True)
    left_at: Mapped[datetime]
    modes: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)  # minutes by visit_modes
    minutes: Mapped[int] = mapped_column(default=0)
    measured: Mapped[int | None]
    young: Mapped[str] = mapped_column(String(32))  # codes of people_bands
    staff: Mapped[str] = mapped_column(String(32))
    public: Mapped[str] = mapped_column(String(32))
    guardians: Mapped[list[int]] = mapped_column(JSON, default=list)  # ids of premises
    guardians_band: Mapped[str] = mapped_column(String(32))
    faults: Mapped[list[str]] = mapped_column(JSON, default=list)
    welfare: Mapped[list[str]] = mapped_column(JSON, default=list)
    powers: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    under_18: Mapped[str] = mapped_column(String(32), default="")
    search_outcome: Mapped[str] = mapped_column(String(32), default="")
    intelligence: Mapped[bool] = mapped_column(default=False)
    words: Mapped[str] = mapped_column(String(300), default="")
    skip_reason: Mapped[str] = mapped_column(String(32), default="")  # a code of skip_reasons
    annotation_id: Mapped[int | None] = mapped_column(ForeignKey("annotation.id"))
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    recorded_at: Mapped[datetime]

    @property
    def stayed(self) -> int:
        """Minutes that count: measured where a position file told them, otherwise as said."""
        return self.minutes if self.measured is None else self.measured


def known(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that ``actor`` may know of a `Patrol`: the tasked agency's people.

    Drafts, and what is not tasked yet, are for readers at tier T4, and for their planner. The
    system knows of all, so that the sample can be loaded; the operator at the command line of none.
    """
    if actor.kind is Kind.SYSTEM:
        return true()
    if not actor.may(Permission.PATROL) or actor.kind is not Kind.USER:
        return false()
    ours = Patrol.agency_id == (actor.agency_id or 0)
    if actor.tier < Tier.T4:
        ours = ours & Patrol.state.in_(sorted(TEAM, key=lambda each: each.value))
    return or_(ours, Patrol.planned_by == (actor.id or 0))


def find(session: Session, actor: Actor, patrol_id: int, *, lock: bool = False) -> Patrol:
    """Return a patrol that ``actor`` may know of; with ``lock`` nobody else changes it meanwhile.

    Raises
    ------
    NotPermitted
        The actor may not plan and record patrols.
    NotFound
        It is not there, or not for this reader: the two read the same.
    """
    actor.must(Permission.PATROL)
    query = select(Patrol).where(Patrol.id == patrol_id, known(actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    patrol: Patrol | None = session.scalars(query).one_or_none()
    if patrol is None:
        raise NotFound("That patrol is not there.")
    return patrol


def opened(session: Session, actor: Actor, patrol_id: int, version: int) -> Patrol:
    """Lock a patrol that is to be changed, and refuse one that has moved on.

    Raises
    ------
    NotFound, Conflict
        It is not there for this actor; somebody changed it since it was read.
    """
    patrol = find(session, actor, patrol_id, lock=True)
    if patrol.version != version:
        raise Conflict(
            "Someone else changed this patrol while you had it open. "
            "Please look at it again, then make your change."
        )
    return patrol


def move(patrol: Patrol, state: PatrolState) -> None:
    """Bring a patrol to ``state``, along `MOVES` only.

    Raises
    ------
    Conflict
        There is no way from where it stands.
    """
    if state not in MOVES[patrol.state]:
        raise Conflict(f"This patrol is {patrol.state.words}. It cannot be {state.words} now.")
    patrol.state = state
    patrol.version += 1


def stops_of(session: Session, patrol_id: int) -> list[PatrolStop]:
    """Return the stops of a patrol in their order; the caller has found the patrol."""
    query = select(PatrolStop).where(PatrolStop.patrol_id == patrol_id)
    return list(session.scalars(query.order_by(PatrolStop.number)))


def carry(session: Session, keep_id: int, duplicate_id: int) -> None:
    """Hand the stops at a place that is merged, and their visits, to the one that is kept."""
    held: tuple[Any, ...] = (PatrolStop, PatrolVisit)
    for table in held:
        for row in session.scalars(select(table).where(table.place_id == duplicate_id)):
            row.place_id = keep_id
