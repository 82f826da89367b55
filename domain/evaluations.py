"""Evaluations: whether a plan changed anything, asked before it starts and answered once.

This file holds the tables, the one state machine and who may read. What is counted, where and
when is fixed before the start; a change after it needs a reason, which stays beside the result.
The result is counts and figures, never single records.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import places
from domain.errors import Conflict, NotFound
from domain.people import Actor, Permission, Tier
from domain.places import Place
from domain.visibility import reach, sees_names
from domain.wording import taken
from store.columns import Geometry27700
from store.database import Base


class EvaluationState(Enum):
    """Where an evaluation stands."""

    SET = "set"
    RUNNING = "running"
    REPORTED = "reported"
    STOPPED = "stopped"

    @property
    def words(self) -> str:
        """What people call it."""
        return WORDS[self]


S = EvaluationState
WORDS: dict[EvaluationState, str] = {
    S.SET: "set, not begun",
    S.RUNNING: "running",
    S.REPORTED: "reported",
    S.STOPPED: "stopped",
}
MOVES: dict[EvaluationState, frozenset[EvaluationState]] = {
    S.SET: frozenset({S.RUNNING, S.STOPPED}),
    S.RUNNING: frozenset({S.REPORTED, S.STOPPED}),
    S.REPORTED: frozenset(),
    S.STOPPED: frozenset(),
}
"""The only ways from one state to the next; what was reported stays as it is."""


class Outcome(Enum):
    """What is counted."""

    INCIDENTS = "incidents"
    TOUCHES = "touches"
    CONCERNS = "concerns"

    @property
    def words(self) -> str:
        """What people call it."""
        return OUTCOMES[self]


OUTCOMES: dict[Outcome, str] = {
    Outcome.INCIDENTS: "recorded incidents",
    Outcome.TOUCHES: "mentions in missing episodes",
    Outcome.CONCERNS: "concerns that were shared",
}


class ZoneKind(Enum):
    """What an outline is for; the value is the name of its counts in `domain.effect_figures`."""

    AREA = "treated"
    COMPARISON = "control"
    RING = "displacement"
    RING_COMPARISON = "displacement_control"


class Asked(Enum):
    """Whose own words are set beside the counts."""

    YOUNG_PEOPLE = "young people"
    GUARDIANS = "guardians"
    COMMUNITY = "community"


class Evaluation(Base):
    """What is asked of a plan, and the answer once there is one.

    ``start`` is the first day of the plan; the period after it is ``weeks`` long, and so is the
    one before, which ends at the start or, with ``same_season``, lies a year before the later.
    ``query`` holds the filters of the outcome as `Filters.to_query` writes them, without dates.
    ``scope`` are the areas that the maker's work was limited to.
    """

    __tablename__ = "evaluation"
    __sealed__ = frozenset(
        {"title", "query", "reasons", "notes", "recipe", "result", "place_id", "ring_metres"}
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    state: Mapped[EvaluationState] = mapped_column(default=S.SET, index=True)
    outcome: Mapped[Outcome]
    query: Mapped[str] = mapped_column(String(4_000), default="")
    start: Mapped[date] = mapped_column(index=True)
    weeks: Mapped[int]
    same_season: Mapped[bool] = mapped_column(default=False)
    ring_metres: Mapped[int] = mapped_column(default=0)
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    notes: Mapped[str] = mapped_column(String(500), default="")
    recording_changed: Mapped[bool] = mapped_column(default=False)
    campaign: Mapped[bool] = mapped_column(default=False)
    set_late: Mapped[bool] = mapped_column(default=False)
    changed_after_start: Mapped[bool] = mapped_column(default=False)
    tier: Mapped[int] = mapped_column(default=int(Tier.T2))
    scope: Mapped[str] = mapped_column(String(200), default="")
    recipe: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    revision: Mapped[str] = mapped_column(String(200), default="")
    fingerprint: Mapped[str] = mapped_column(String(64), default="")
    app_version: Mapped[str] = mapped_column(String(32), default="")
    made_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    made_by_name: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]
    reported_by_name: Mapped[str] = mapped_column(String(120), default="")
    reported_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class EvaluationZone(Base):
    """One outline of an evaluation, in metres."""

    __tablename__ = "evaluation_zone"
    __table_args__ = (UniqueConstraint("evaluation_id", "kind"),)
    __sealed__ = frozenset({"shape"})

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), index=True)
    kind: Mapped[ZoneKind]
    shape: Mapped[BaseGeometry] = mapped_column(Geometry27700())


class EvaluationEvent(Base):
    """One line of an evaluation's history: what was done, why, and the state after it."""

    __tablename__ = "evaluation_event"
    __sealed__ = frozenset({"reason"})

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(24))  # set, changed, begun, reported, stopped
    state: Mapped[EvaluationState]
    reason: Mapped[str] = mapped_column(String(500), default="")
    changed: Mapped[list[str]] = mapped_column(JSON, default=list)
    actor_name: Mapped[str] = mapped_column(String(120))


class EvaluationMeasure(Base):
    """What young people, guardians or the community said before and after, as shares of people."""

    __tablename__ = "evaluation_measure"
    __sealed__ = frozenset(
        {"question", "asked_before", "agreed_before", "asked_after", "agreed_after"}
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), index=True)
    asked: Mapped[Asked]
    question: Mapped[str] = mapped_column(String(200))
    asked_before: Mapped[int]
    agreed_before: Mapped[int]
    asked_after: Mapped[int]
    agreed_after: Mapped[int]


@dataclass(frozen=True)
class Zones:
    """The outlines of an evaluation (EPSG:27700); None where there is none."""

    area: BaseGeometry
    comparison: BaseGeometry | None = None
    ring: BaseGeometry | None = None
    ring_comparison: BaseGeometry | None = None

    @property
    def named(self) -> dict[ZoneKind, BaseGeometry]:
        """The outlines that there are."""
        pairs = {
            ZoneKind.AREA: self.area,
            ZoneKind.COMPARISON: self.comparison,
            ZoneKind.RING: self.ring,
            ZoneKind.RING_COMPARISON: self.ring_comparison,
        }
        return {kind: shape for kind, shape in pairs.items() if shape is not None}


def find(session: Session, actor: Actor, evaluation_id: int, *, lock: bool = False) -> Evaluation:
    """Return an evaluation that ``actor`` may read.

    Raises
    ------
    NotPermitted
        The actor may not read places.
    NotFound
        It is not there, or not for this reader.
    """
    actor.must(Permission.SEE_PLACES)
    query = _readable(actor).where(Evaluation.id == evaluation_id)
    if lock:
        query = query.with_for_update(of=Evaluation).execution_options(populate_existing=True)
    found: Evaluation | None = session.scalars(query).first()
    if found is None or not _within(session, actor, found):
        raise NotFound("That evaluation is not there.")
    return found


def listed(session: Session, actor: Actor, limit: int = 200) -> list[Evaluation]:
    """Return the evaluations that ``actor`` may read, the latest start first."""
    actor.must(Permission.SEE_PLACES)
    query = _readable(actor).order_by(Evaluation.start.desc(), Evaluation.id.desc()).limit(limit)
    return [each for each in session.scalars(query) if _within(session, actor, each)]


def of_place(session: Session, actor: Actor, place_id: int) -> list[Evaluation]:
    """Return the evaluations of a place that ``actor`` may read, the latest start first."""
    if not actor.may(Permission.SEE_PLACES):
        return []
    query = _readable(actor).where(Evaluation.place_id == place_id)
    query = query.order_by(Evaluation.start.desc(), Evaluation.id.desc())
    return [each for each in session.scalars(query) if _within(session, actor, each)]


def title_for(actor: Actor, evaluation: Evaluation) -> str:
    """Return the title, or for a reader who reads no names what is counted."""
    if sees_names(actor):
        return evaluation.title
    return f"Evaluation of {evaluation.outcome.words}"


def zones(session: Session, evaluation_id: int) -> Zones:
    """Return the outlines of an evaluation that was found."""
    query = select(EvaluationZone).where(EvaluationZone.evaluation_id == evaluation_id)
    held = {each.kind: each.shape for each in session.scalars(query)}
    return Zones(
        held[ZoneKind.AREA],
        held.get(ZoneKind.COMPARISON),
        held.get(ZoneKind.RING),
        held.get(ZoneKind.RING_COMPARISON),
    )


def history(session: Session, evaluation_id: int) -> list[EvaluationEvent]:
    """Return the history of an evaluation that was found, the oldest first."""
    query = select(EvaluationEvent).where(EvaluationEvent.evaluation_id == evaluation_id)
    return list(session.scalars(query.order_by(EvaluationEvent.id)))


def measures(session: Session, evaluation_id: int) -> list[EvaluationMeasure]:
    """Return what people said, of an evaluation that was found."""
    query = select(EvaluationMeasure).where(EvaluationMeasure.evaluation_id == evaluation_id)
    return list(session.scalars(query.order_by(EvaluationMeasure.id)))


def carry(session: Session, keep_id: int, duplicate_id: int) -> None:
    """Hand the evaluations of a place that is merged to the one that is kept."""
    query = select(Evaluation).where(Evaluation.place_id == duplicate_id)
    for each in session.scalars(query):
        each.place_id = keep_id


def move(evaluation: Evaluation, state: EvaluationState) -> None:
    """Bring an evaluation to ``state``, along `MOVES` only.

    Raises
    ------
    Conflict
        There is no way from where it stands.
    """
    if state not in MOVES[evaluation.state]:
        raise Conflict(
            f"This evaluation is {evaluation.state.words}. It cannot be {state.words} now."
        )
    evaluation.state = state
    evaluation.version += 1


def remember(
    session: Session,
    actor: Actor,
    evaluation: Evaluation,
    kind: str,
    reason: str = "",
    *,
    changed: Sequence[str] = (),
) -> None:
    """Add a line to the history; the reason is masked, ``changed`` are names of fields."""
    session.add(
        EvaluationEvent(
            evaluation_id=evaluation.id,
            at=datetime.now(UTC),
            kind=kind,
            state=evaluation.state,
            reason=taken(reason, "the reason", 500),
            changed=list(changed),
            actor_name=actor.name,
        )
    )


def scope_of(actor: Actor) -> str:
    """Return the areas that an actor's work is limited to, as they are kept."""
    return ",".join(map(str, sorted(actor.area_ids)))


def _readable(actor: Actor) -> Any:
    """Select what a reader may know of, all but where it lies."""
    about = or_(Evaluation.place_id.is_(None), places.known(actor))
    query = (
        select(Evaluation)
        .outerjoin(Place, Place.id == Evaluation.place_id)
        .where(Evaluation.tier <= int(actor.tier), about)
    )
    return query.where(Evaluation.scope == scope_of(actor)) if actor.area_ids else query


def _within(session: Session, actor: Actor, evaluation: Evaluation) -> bool:
    """Say whether an evaluation lies where the reader's work does."""
    return not actor.area_ids or reach(session, actor).holds(zones(session, evaluation.id).area)
