"""Addresses under which a person's calendar may be read without signing in.

Each address holds a secret that is kept hashed, ends on a day, and can be ended before. What it
carries is worked out at each reading, from what the person may know of then.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship
from sqlalchemy.orm.interfaces import ORMOption

from domain import audit, case_work, matching, sessions
from domain.accounts import Grant, User
from domain.audit import action
from domain.errors import Conflict, Invalid, NotFound
from domain.people import Actor, Permission
from domain.wording import one_line
from store.database import Base

LASTS = {30: "30 days", 90: "3 months", 180: "6 months", 365: "a year"}
"""For how many days an address can be made."""
MOST = 5
SECRET_BYTES = 32


class CalendarFeed(Base):
    """One address: found by the hash of its secret, read in one capacity of its person.

    ``read_on`` is the last day on which a calendar asked for it.
    """

    __tablename__ = "calendar_feed"
    __sealed__ = frozenset({"token_hash"})
    __unlogged__ = frozenset({"read_on"})

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey("user_grant.id"))
    label: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    read_on: Mapped[date | None]
    user: Mapped[User] = relationship()
    grant: Mapped[Grant] = relationship()

    def holds(self, now: datetime) -> bool:
        """Say whether it counts at ``now``: signing out everywhere ends it too."""
        signed_out = self.user.signed_out_at
        return (
            self.revoked_at is None
            and now < self.expires_at
            and self.user.active
            and not self.user.must_change
            and (signed_out is None or self.made_at > signed_out)
            and self.grant.holds(now)
        )


@dataclass(frozen=True)
class Reader:
    """Whose calendar an address is, today; ``fresh`` says that nobody read it yet today."""

    feed_id: int
    actor: Actor
    fresh: bool


@action("calendar.make", needs=Permission.SEE_PLACES)
def make(
    session: Session, actor: Actor, *, label: str, days: int, now: datetime | None = None
) -> str:
    """Make an address for one's own calendar; return its secret, which is told this once.

    Raises
    ------
    NotPermitted, Invalid, Conflict
        Nobody is named; it has no label, or another end than one of `LASTS`; there are five.
    """
    person = case_work.person(actor)
    now = now or datetime.now(UTC)
    if days not in LASTS:
        raise Invalid("Choose from the list how long it is to last.")
    if len(mine(session, actor, now=now)) >= MOST:
        raise Conflict(f"You have {MOST} addresses already. End one of them first.")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    session.add(
        CalendarFeed(
            token_hash=_hash(secret),
            user_id=person,
            grant_id=actor.grant_id,
            label=one_line(label, "what it is for", 60, needed=True),
            made_at=now,
            expires_at=now + timedelta(days=days),
        )
    )
    return secret


@action("calendar.end", needs=Permission.SIGN_IN)
def end(session: Session, actor: Actor, feed_id: int, *, now: datetime | None = None) -> None:
    """End one of one's own addresses now.

    Raises
    ------
    NotPermitted, NotFound
        Nobody is named; it is not there, or another's.
    """
    person = case_work.person(actor)
    found = session.get(CalendarFeed, feed_id, with_for_update=True)
    if found is None or found.user_id != person:
        raise NotFound("That calendar address is not there.")
    found.revoked_at = found.revoked_at or now or datetime.now(UTC)


@action("calendar.read", needs=Permission.SEE_PLACES)
def note_reading(session: Session, _actor: Actor, feed_id: int, entries: int) -> None:
    """Note, once a day, that a calendar read its address, and how many entries it got."""
    found = session.get(CalendarFeed, feed_id)
    if found is not None and found.read_on != matching.today():
        found.read_on = matching.today()
        audit.note(session, f"calendar_feed/{feed_id}", {"entries": entries})


def mine(session: Session, actor: Actor, *, now: datetime | None = None) -> list[CalendarFeed]:
    """Return one's own addresses that count, the latest first; their secrets are not kept."""
    person = case_work.person(actor)
    query = select(CalendarFeed).where(CalendarFeed.user_id == person).options(*_whole())
    at = now or datetime.now(UTC)
    found = session.scalars(query.order_by(CalendarFeed.id.desc()))
    return [each for each in found if each.holds(at)]


def reader(session: Session, secret: str, *, now: datetime | None = None) -> Reader:
    """Return whose calendar a secret is, in the capacity in which they made it.

    Raises
    ------
    NotFound
        It is unknown, has ended, or counts no more: all read the same.
    """
    query = select(CalendarFeed).where(CalendarFeed.token_hash == _hash(secret))
    found = session.scalar(query.options(*_whole()))
    if found is None or not found.holds(now or datetime.now(UTC)):
        raise NotFound("This calendar address does not count, or does not any more.")
    actor = sessions.in_capacity(found.user, found.grant)
    return Reader(found.id, actor, found.read_on != matching.today())


def _whole() -> tuple[ORMOption, ORMOption]:
    return joinedload(CalendarFeed.user), joinedload(CalendarFeed.grant)


def _hash(secret: str) -> str:
    return sha256(secret.encode(errors="replace")).hexdigest()
