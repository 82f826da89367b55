"""A week of patrols by several teams: what each place was meant to get, and what was left alone.

Hours that were left without a patrol stay on the patrol of their shift, so that an evaluation can
set them beside the hours that had one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import case_work, matching, patrol_planning, places
from domain import plan_board as board
from domain.audit import action
from domain.errors import Invalid, NotFound
from domain.matching import LONDON
from domain.patrol_allocating import LEAVING, Share
from domain.patrol_rules import Shift, Stop
from domain.patrols import Patrol, PatrolState, PatrolVisit, find, known
from domain.people import Actor, Kind, Permission
from domain.places import Place
from domain.plan_actions import Standing
from domain.visibility import reach, sees_names
from store.database import Base

OPEN = frozenset({Standing.PROPOSED, Standing.ACCEPTED, Standing.IN_PROGRESS})
MOST = 28
"""Patrols of one week."""
STOOD = (PatrolState.TASKED, PatrolState.UNDER_WAY, PatrolState.CLOSED)


class PatrolWeek(Base):
    """One week as it was planned: from which Monday, and what each place was meant to get."""

    __tablename__ = "patrol_week"
    __sealed__ = frozenset({"shares"})

    id: Mapped[int] = mapped_column(primary_key=True)
    monday: Mapped[date] = mapped_column(index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    teams: Mapped[int]
    seed: Mapped[int]
    shares: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    made_at: Mapped[datetime]


class PatrolWindow(Base):
    """Hours of a shift in which a place was left without a patrol on purpose (UTC), and why."""

    __tablename__ = "patrol_window"
    __sealed__ = frozenset({"place_id", "opens", "closes", "why"})

    id: Mapped[int] = mapped_column(primary_key=True)
    week_id: Mapped[int] = mapped_column(ForeignKey("patrol_week.id"), index=True)
    patrol_id: Mapped[int] = mapped_column(ForeignKey("patrol.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    opens: Mapped[datetime]
    closes: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(500))


@dataclass(frozen=True)
class Left:
    """Hours in which a place is left without a patrol; ``shift`` is its number in the week."""

    place_id: int
    shift: int
    opens: datetime
    closes: datetime


@dataclass(frozen=True)
class Round:
    """One team's patrol of a week; ``number`` is that of its shift in the week."""

    number: int
    shift: Shift
    stops: tuple[Stop, ...]


@dataclass(frozen=True)
class LeftAlone:
    """Hours that were left without a patrol, as a reader sees them; times in London.

    ``kept`` is False where somebody went there all the same. A person wrote ``name``: escape it.
    """

    place_id: int
    name: str
    opens: datetime
    closes: datetime
    kept: bool


@action("patrol.plan_week", needs=Permission.PATROL)
def plan_week(
    session: Session,
    actor: Actor,
    monday: date,
    rounds: Sequence[Round],
    *,
    shares: Sequence[Share],
    left: Sequence[Left] = (),
    seed: int,
) -> PatrolWeek:
    """Write a week down: each team's patrol of each shift as a draft, and what is left alone.

    Raises
    ------
    NotPermitted, NotFound, Invalid
        As in `patrol_planning.plan`; there is nothing to plan; a round visits a place in hours
        in which it is left alone, or one with an urgent action open is left alone.
    """
    if not 1 <= len(rounds) <= MOST:
        raise Invalid(f"A week holds 1 to {MOST} patrols.")
    _must_be_left(session, actor, rounds, left)
    week = PatrolWeek(
        monday=monday,
        agency_id=rounds[0].shift.agency_id,
        teams=max(_teams(rounds).values()),
        seed=seed,
        shares=[
            {"place_id": each.place_id, "rank": each.rank, "meant": each.meant,
             "planned": each.planned}
            for each in shares
        ],
        made_by=actor.id if actor.kind is Kind.USER else None,
        made_at=datetime.now(UTC),
    )  # fmt: skip
    session.add(week)
    session.flush()
    first: dict[int, int] = {}
    for each in rounds:
        patrol = patrol_planning.plan(session, actor, each.shift, each.stops)
        patrol.week_id = week.id
        first.setdefault(each.number, patrol.id)
    session.add_all(
        PatrolWindow(week_id=week.id, patrol_id=first[each.shift], place_id=each.place_id,
                     opens=each.opens, closes=each.closes, why=LEAVING)
        for each in left if each.shift in first
    )  # fmt: skip
    session.flush()
    return week


@action("patrol.authorise_week", needs=Permission.AUTHORISE)
def authorise_week(session: Session, actor: Actor, week_id: int) -> int:
    """Say yes to every draft of a week at once, as somebody else than its planner; how many.

    Raises
    ------
    NotFound, NotPermitted
        No draft of it is there for this actor; as in `patrol_planning.authorise`.
    """
    drafts = _of_week(session, actor, week_id, PatrolState.DRAFT)
    for each in drafts:
        patrol_planning.authorise(session, actor, each.id, version=each.version)
    return len(drafts)


@action("patrol.task_week", needs=Permission.PATROL)
def task_week(
    session: Session, actor: Actor, week_id: int, *, now: datetime | None = None
) -> int:  # fmt: skip
    """Give every authorised patrol of a week to its team at once; return how many.

    Raises
    ------
    NotFound, NotPermitted, Conflict
        None is authorised there for this actor; as in `patrol_planning.task`.
    """
    found = _of_week(session, actor, week_id, PatrolState.AUTHORISED)
    for each in found:
        patrol_planning.task(session, actor, each.id, version=each.version, now=now)
    return len(found)


def _of_week(session: Session, actor: Actor, week_id: int, state: PatrolState) -> list[Patrol]:
    query = select(Patrol).where(Patrol.week_id == week_id, Patrol.state == state, known(actor))
    found = list(session.scalars(query.order_by(Patrol.valid_from, Patrol.id)))
    if not found:
        raise NotFound(f"No patrol of this week is {state.words}.")
    return found


def urgent(session: Session, actor: Actor, *, today: date | None = None) -> frozenset[int]:
    """Return the places at which an immediate action is open, or any action is overdue.

    Raises
    ------
    NotPermitted
        The actor may not plan patrols, or reads neutral cards alone.
    """
    actor.must(Permission.PATROL)
    case_work.must_read_cases(actor)
    found = board.cards(session, actor, board.Board(standings=OPEN), today=today)
    return frozenset(each.place_id for each in found if each.immediate or each.overdue)


def windows_of(session: Session, actor: Actor, patrol_id: int) -> list[LeftAlone]:
    """Return what the shift of a patrol leaves alone, for its team and planners.

    Raises
    ------
    NotPermitted, NotFound
        As in `patrols.find`.
    """
    patrol = find(session, actor, patrol_id)
    if patrol.week_id is None:
        return []
    query = (
        select(PatrolWindow)
        .where(PatrolWindow.week_id == patrol.week_id)
        .where(PatrolWindow.opens < patrol.valid_to, PatrolWindow.closes > patrol.valid_from)
    )
    return _told(session, actor, list(session.scalars(query.order_by(PatrolWindow.opens))))


def compared(
    session: Session, actor: Actor, place_id: int, *, since: date, until: date
) -> list[LeftAlone]:
    """Return the hours that tasked shifts left alone at a place, from ``since`` up to ``until``.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not read what patrols delivered; the place is not there for them.
    """
    actor.must(Permission.SEE_PATROLS)
    places.find(session, actor, place_id)
    query = (
        select(PatrolWindow)
        .join(Patrol, Patrol.id == PatrolWindow.patrol_id)
        .where(PatrolWindow.place_id == place_id, Patrol.state.in_(STOOD))
        .where(PatrolWindow.opens >= matching.midnight(since))
        .where(PatrolWindow.opens < matching.midnight(until))
    )
    return _told(session, actor, list(session.scalars(query.order_by(PatrolWindow.opens))))


def carry(session: Session, keep_id: int, duplicate_id: int) -> None:
    """Hand the hours left alone at a place that is merged to the one that is kept."""
    query = select(PatrolWindow).where(PatrolWindow.place_id == duplicate_id)
    for row in session.scalars(query):
        row.place_id = keep_id


def _teams(rounds: Sequence[Round]) -> Mapping[int, int]:
    return {each.number: sum(one.number == each.number for one in rounds) for each in rounds}


def _must_be_left(
    session: Session, actor: Actor, rounds: Sequence[Round], left: Sequence[Left]
) -> None:
    """Refuse hours that are not left alone after all, or must not be."""
    if not left:
        return
    pressing = urgent(session, actor)
    for each in left:
        place = places.find(session, actor, each.place_id)
        if place.id in pressing:
            raise Invalid(f"{place.name}: an urgent action is open there, so it is not left alone.")
        if not each.opens < each.closes:
            raise Invalid("Hours that are left alone end after they begin.")
        for one in rounds:
            if any(_meets(stop, each) for stop in one.stops):
                raise Invalid(f"{place.name}: it is visited in hours in which it is left alone.")


def _meets(stop: Stop, left: Left) -> bool:
    return stop.place_id == left.place_id and left.opens <= stop.arrive < left.closes


def _told(session: Session, actor: Actor, rows: Sequence[PatrolWindow]) -> list[LeftAlone]:
    ids = {each.place_id for each in rows}
    query = select(Place).where(Place.id.in_(ids), places.known(actor))
    where = reach(session, actor)
    known = {
        each.id: each.name if sees_names(actor) else each.neutral_name
        for each in session.scalars(query)
        if where.holds(each.shape)
    }
    return [
        LeftAlone(
            each.place_id,
            known[each.place_id],
            each.opens.astimezone(LONDON),
            each.closes.astimezone(LONDON),
            kept=not visited(session, each),
        )
        for each in rows
        if each.place_id in known
    ]


def visited(session: Session, window: PatrolWindow) -> bool:
    """Say whether somebody came in hours that were to be left alone."""
    query = (
        select(PatrolVisit.id)
        .where(PatrolVisit.place_id == window.place_id, PatrolVisit.skip_reason == "")
        .where(PatrolVisit.arrived_at < window.closes, PatrolVisit.left_at > window.opens)
    )
    return session.scalar(query.limit(1)) is not None
