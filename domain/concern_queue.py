"""The moderators' queue: danger first, then what is late, what goes on, and what waits longest."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from domain import concern_days, preferences
from domain.concern_near import near_concerns, near_places
from domain.concerns import (
    OPEN,
    Concern,
    ConcernContact,
    ConcernEvent,
    ConcernItem,
    ConcernState,
    DutyAlert,
    Still,
    must_moderate,
)
from domain.errors import NotFound
from domain.matching import LONDON
from domain.people import Actor
from domain.preferences import Moderation
from domain.visibility import reach

__all__ = [
    "Queued",
    "alerts",
    "find",
    "has_contact",
    "history",
    "items",
    "lately",
    "near_concerns",
    "near_places",
    "queue",
    "unanswered",
]

ENDED = frozenset({ConcernState.FED_BACK, ConcernState.REJECTED})


@dataclass(frozen=True)
class Queued:
    """One entry of the queue.

    ``age`` counts working days and ``due`` is the target of its next step. ``bundled`` are the
    other reports of one flood: they wait behind this one and are decided on together.
    """

    concern: Concern
    age: int
    due: date
    overdue: bool
    alert: bool
    bundled: tuple[int, ...] = ()


def queue(session: Session, actor: Actor, now: datetime | None = None) -> list[Queued]:
    """Return what waits for a moderator, one entry for each flood.

    Raises
    ------
    NotPermitted
        The actor does not decide on reports.
    """
    must_moderate(actor)
    now = now or datetime.now(UTC)
    waiting = _reached(session, actor, OPEN)
    rules = preferences.read(session).moderation
    alarmed = set(session.scalars(_unseen().with_only_columns(DutyAlert.concern_id)))
    first, behind = _bundles(waiting, alarmed)
    found = [_queued(each, rules, alarmed, now, behind.get(each.id, ())) for each in first]
    return sorted(found, key=_urgency)


def unanswered(session: Session, actor: Actor, now: datetime | None = None) -> list[Queued]:
    """Return what was shared and whose reporter has no answer yet, the longest waiting first."""
    must_moderate(actor)
    now = now or datetime.now(UTC)
    rules = preferences.read(session).moderation
    shared = _reached(session, actor, frozenset({ConcernState.SHARED}))
    return [_queued(each, rules, set(), now, ()) for each in shared]


def find(session: Session, actor: Actor, concern_id: int) -> Concern:
    """Return one concern to a moderator; ``NotFound`` where it is not there for this one."""
    must_moderate(actor)
    concern = session.get(Concern, concern_id)
    if concern is None or not reach(session, actor).holds(concern.shape):
        raise NotFound("That concern is not there.")
    return concern


def history(session: Session, actor: Actor, concern_id: int) -> list[ConcernEvent]:
    """Return all that was done with a concern, the newest first."""
    find(session, actor, concern_id)
    query = select(ConcernEvent).where(ConcernEvent.concern_id == concern_id)
    return list(session.scalars(query.order_by(ConcernEvent.at.desc(), ConcernEvent.id.desc())))


def items(session: Session, actor: Actor, concern_id: int) -> list[ConcernItem]:
    """Return the statements of a concern in the moderator's words, in order."""
    find(session, actor, concern_id)
    query = select(ConcernItem).where(ConcernItem.concern_id == concern_id)
    return list(session.scalars(query.order_by(ConcernItem.id)))


def has_contact(session: Session, actor: Actor, concern_id: int) -> bool:
    """Say whether the reporter left a way to be reached."""
    find(session, actor, concern_id)
    query = select(ConcernContact.id).where(ConcernContact.concern_id == concern_id)
    return session.scalar(query) is not None


def alerts(session: Session, actor: Actor) -> list[DutyAlert]:
    """Return the alerts that nobody has acknowledged, the longest waiting first."""
    must_moderate(actor)
    where = reach(session, actor)
    found = session.scalars(_unseen().order_by(DutyAlert.raised_at, DutyAlert.id)).all()
    shapes = {
        each.id: each.shape
        for each in session.scalars(
            select(Concern).where(Concern.id.in_({alert.concern_id for alert in found}))
        )
    }
    return [alert for alert in found if where.holds(shapes[alert.concern_id])]


def lately(session: Session, actor: Actor, most: int = 20) -> list[Concern]:
    """Return what was answered or taken no further, decided on last first: to find it again."""
    must_moderate(actor)
    query = select(Concern).where(Concern.state.in_(ENDED))
    latest = query.order_by(Concern.decided_at.desc(), Concern.id.desc())
    where = reach(session, actor)
    return list(islice((each for each in session.scalars(latest) if where.holds(each.shape)), most))


def is_late(alert: DutyAlert, rules: Moderation, now: datetime | None = None) -> bool:
    """Say whether an alert waits longer than the partnership means it to."""
    waited = (now or datetime.now(UTC)) - alert.raised_at
    return alert.acknowledged_at is None and waited > timedelta(minutes=rules.duty_minutes)


def _reached(session: Session, actor: Actor, states: frozenset[ConcernState]) -> list[Concern]:
    query = select(Concern).where(Concern.state.in_(states))
    where = reach(session, actor)
    found = session.scalars(query.order_by(Concern.received_at, Concern.id))
    return [each for each in found if where.holds(each.shape)]


def _unseen() -> Select[DutyAlert]:
    return select(DutyAlert).where(DutyAlert.acknowledged_at.is_(None))


def _bundles(
    waiting: list[Concern], alarmed: set[int]
) -> tuple[list[Concern], dict[int, tuple[int, ...]]]:
    """Keep the first of each flood, and what is flagged as danger: that is never hidden."""
    first: list[Concern] = []
    heads: dict[str, int] = {}
    behind: dict[int, tuple[int, ...]] = {}
    for each in waiting:
        head = heads.get(each.bundle) if each.bundle else None
        if head is None or each.id in alarmed:
            first.append(each)
            if each.bundle:
                heads.setdefault(each.bundle, each.id)
        else:
            behind[head] = (*behind.get(head, ()), each.id)
    return first, behind


def _queued(
    concern: Concern,
    rules: Moderation,
    alarmed: set[int],
    now: datetime,
    bundled: tuple[int, ...],
) -> Queued:
    due = concern_days.due(concern.received_at, _target(concern.state, rules))
    return Queued(
        concern=concern,
        age=concern_days.age(concern.received_at, now),
        due=due,
        overdue=now.astimezone(LONDON).date() > due,
        alert=concern.id in alarmed,
        bundled=bundled,
    )


def _target(state: ConcernState, rules: Moderation) -> int:
    if state is ConcernState.RECEIVED:
        return rules.read_days
    return rules.decide_days if state in OPEN else rules.answer_days


def _urgency(entry: Queued) -> tuple[bool, bool, bool, bool, bool, datetime, int]:
    concern = entry.concern
    return (
        not entry.alert,
        not concern.danger,
        bool(concern.bundle),
        not entry.overdue,
        concern.still is not Still.YES,
        concern.received_at,
        concern.id,
    )
