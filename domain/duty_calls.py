"""Calling the duty contact: who is called to which alert, and when again.

An alert is claimed before anybody is called, so that two processes never call twice at once. What
could not be sent is tried again soon, and moderators read why.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from domain import preferences
from domain.audit import action
from domain.concerns import DutyAlert
from domain.people import Actor, Permission

SOON: Final = timedelta(minutes=2)
"""How long after a call that did not go out the next one is tried."""


@dataclass(frozen=True)
class Call:
    """One call to the duty contact, and nothing of what it is about."""

    alert_id: int
    concern_id: int
    to: str
    raised_at: datetime
    number: int


def are_due(session: Session, now: datetime | None = None) -> bool:
    """Say whether somebody has to be called, for whoever looks often."""
    if not preferences.read(session).moderation.duty_email:
        return False
    query = select(DutyAlert.id).where(_due(now or datetime.now(UTC))).limit(1)
    return session.scalar(query) is not None


@action("duty.claim", needs=Permission.RUN_JOBS)
def claim(session: Session, _actor: Actor, now: datetime | None = None) -> list[Call]:
    """Take on the calls that are due; each is due again after the partnership's minutes."""
    now = now or datetime.now(UTC)
    rules = preferences.read(session).moderation
    if not rules.duty_email:
        return []
    query = select(DutyAlert).where(_due(now)).order_by(DutyAlert.id)
    found = session.scalars(query.with_for_update(skip_locked=True)).all()
    for alert in found:
        alert.calls += 1
        alert.call_again_at = now + timedelta(minutes=rules.duty_minutes)
    return [
        Call(each.id, each.concern_id, rules.duty_email, each.raised_at, each.calls)
        for each in found
    ]


@action("duty.settle", needs=Permission.RUN_JOBS)
def settle(
    session: Session, _actor: Actor, alert_id: int, *, fault: str, now: datetime | None = None
) -> None:
    """Note how a call went: ``fault`` says why it did not go out, and it is tried again soon."""
    alert = session.get(DutyAlert, alert_id, with_for_update=True, populate_existing=True)
    if alert is None:
        return
    alert.call_fault = fault[:200]
    if fault:
        alert.calls -= 1
        alert.call_again_at = (now or datetime.now(UTC)) + SOON


def _due(now: datetime) -> ColumnElement[bool]:
    again = or_(DutyAlert.call_again_at.is_(None), DutyAlert.call_again_at <= now)
    return DutyAlert.acknowledged_at.is_(None) & again
