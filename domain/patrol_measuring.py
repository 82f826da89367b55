"""Minutes that a position file told: put on visits, after the file itself was thrown away."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.audit import action
from domain.errors import NotFound, NotPermitted
from domain.patrol_visits import Visit, record
from domain.patrols import TEAM, PatrolVisit, find
from domain.people import Actor, Kind, Permission


@dataclass(frozen=True)
class Measured:
    """A stay in a stop's zone from a position file that was not kept: begin (UTC), minutes."""

    stop_id: int
    began: datetime
    minutes: int
    key: str


@action("patrol.measure", needs=Permission.PATROL)
def measure(
    session: Session,
    actor: Actor,
    patrol_id: int,
    stays: Iterable[Measured],
    *,
    mode: str,
    now: datetime | None = None,
) -> tuple[int, int]:
    """Put measured minutes on visits that were recorded, and record those that were not.

    Returns how many visits were given minutes, and how many are new. ``mode`` is how the new
    ones were made (``visit_modes``).

    Raises
    ------
    NotFound, NotPermitted, Invalid
        As in `record`; the actor is not of the tasked team.
    """
    must_be_team(session, actor, patrol_id)
    patrol = find(session, actor, patrol_id, lock=True)
    given = new = 0
    for stay in stays:
        ended = stay.began + timedelta(minutes=stay.minutes)
        row = _overlapping(session, patrol.id, stay, ended)
        if row is not None:
            row.measured = stay.minutes
            given += 1
            continue
        visit = Visit(
            key=stay.key,
            stop_id=stay.stop_id,
            arrived=stay.began,
            left=ended,
            modes={mode: stay.minutes},
            measured=stay.minutes,
        )
        record(session, actor, patrol_id, visit, now=now)
        new += 1
    return given, new


def must_be_team(session: Session, actor: Actor, patrol_id: int) -> None:
    """Refuse who is not of the team that a patrol is tasked to, its planner among them.

    Raises
    ------
    NotPermitted, NotFound
        The actor is of another team; the patrol is not there for them.
    """
    patrol = find(session, actor, patrol_id)
    if patrol.state not in TEAM:
        raise NotFound("This patrol was not tasked, so there is nothing to measure.")
    if actor.kind is Kind.USER and patrol.agency_id != actor.agency_id:
        raise NotPermitted("Positions are for the tasked team alone.")


def _overlapping(
    session: Session, patrol_id: int, stay: Measured, ended: datetime
) -> PatrolVisit | None:
    """Return the recorded visit of the same stop that this stay was, if there is one."""
    query = (
        select(PatrolVisit)
        .where(PatrolVisit.patrol_id == patrol_id, PatrolVisit.stop_id == stay.stop_id)
        .where(PatrolVisit.skip_reason == "", PatrolVisit.arrived_at <= ended)
        .where(PatrolVisit.left_at >= stay.began)
        .order_by(PatrolVisit.arrived_at)
    )
    return session.scalar(query.limit(1))
