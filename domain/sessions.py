"""Sign-ins: a random id in the browser's cookie, its hash here, and the actor it stands for.

Strings in, actor out: routes and pages read the cookie themselves and ask here who it is, each
time. Who a browser is may be remembered between two of its tiles, but the answer is given only
while the revisions that the same reading sees say that no sign-in, account or grant has changed.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ForeignKey, Select, String, bindparam, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from domain import accounts, audit, grants, passwords
from domain.accounts import Grant, User
from domain.audit import action
from domain.errors import NotFound, NotSignedIn
from domain.people import Actor, Permission
from store.database import STEADY, Base

COOKIE = "safeground"
SECURE_COOKIE = "__Host-safeground"  # browsers take it over TLS only, for this host and "/"
TRIES = 5
LOCKED = timedelta(minutes=15)
TOUCH_EVERY = timedelta(minutes=1)
REMEMBERED = timedelta(minutes=1)
"""So long at most: a database that was put back counts its revisions anew."""
MOST_REMEMBERED = 2_000
_DECIDING = ("sign_in", "app_user", "user_grant")


class SignIn(Base):
    """One signed-in browser; found by the hash of the cookie's value, ended by time or act.

    It ends ``idle_seconds`` after ``seen_at`` (a person's last act), at ``expires_at`` in any
    case, and as soon as it is revoked, the user signs out everywhere, or the grant ends.
    """

    __tablename__ = "sign_in"
    __sealed__ = frozenset({"token_hash"})
    __unlogged__ = frozenset({"seen_at"})

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey("user_grant.id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    idle_seconds: Mapped[int]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()
    grant: Mapped[Grant] = relationship()

    @property
    def idles_out_at(self) -> datetime:
        """When it ends unless the person does something."""
        return self.seen_at + timedelta(seconds=self.idle_seconds)

    @property
    def ends_at(self) -> datetime:
        """When it ends by time alone."""
        return min(self.idles_out_at, self.expires_at)

    def holds(self, now: datetime) -> bool:
        """Say whether it counts at ``now``."""
        signed_out = self.user.signed_out_at
        return (
            self.revoked_at is None
            and now < self.ends_at
            and self.user.active
            and (signed_out is None or self.created_at > signed_out)
            and self.grant.holds(now)
        )


@dataclass(frozen=True)
class SignInRules:
    """How long a sign-in lasts without an act, how long at most, and whether demo ones count."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)
    demo: bool = False


@dataclass(frozen=True)
class Checked:
    """What `check` found; only `sign_in` reads it."""

    user_id: int | None
    password_hash: str | None
    right: bool


@dataclass(frozen=True)
class Visit:
    """A sign-in that counts: who it is, and what pages need to know beside.

    ``must_change`` is set where the password was given out and has to be changed first: until
    then `actor_of` knows nobody. ``touch_due`` says that `touch` would extend it. ``others``
    are the further capacities that the person could choose: grant id to title.
    """

    actor: Actor
    username: str
    capacity: str
    must_change: bool
    touch_due: bool
    ends_at: datetime
    others: Mapping[int, str]


@dataclass(frozen=True)
class _Remembered:
    """Who a token stands for, from a time until another, while the revisions are these."""

    actor: Actor
    moment: tuple[int, ...]
    since: datetime
    until: datetime


_REMEMBERED: "WeakKeyDictionary[Any, dict[str, _Remembered]]" = WeakKeyDictionary()


def token_in(cookies: Mapping[str, str]) -> str | None:
    """Return the session's token from a browser's cookies, the one kept for TLS first."""
    return cookies.get(SECURE_COOKIE) or cookies.get(COOKIE) or None


def actor_of(session: Session, token: str | None, now: datetime | None = None) -> Actor | None:
    """Return who ``token`` stands for at ``now``, or None: nobody, ended, or a password to change.

    It never extends the sign-in (`touch`). In a reading it looks up once, and then again when
    anything that decides it has changed.
    """
    now = now or datetime.now(UTC)
    if not token or STEADY not in session.info:
        return _looked_up(session, token, now)[0]
    known, key = _REMEMBERED.setdefault(session.connection().engine.pool, {}), _hash(token)
    moment = audit.revision(session, _DECIDING)
    found = known.get(key)
    if found is None or found.moment != moment or not found.since <= now < found.until:
        actor, ends_at = _looked_up(session, token, now)
        if actor is None:
            known.pop(key, None)
            return None
        if len(known) >= MOST_REMEMBERED:
            known.clear()
        found = known[key] = _Remembered(actor, moment, now, min(ends_at, now + REMEMBERED))
    return found.actor


def visit(session: Session, token: str | None, now: datetime | None = None) -> Visit | None:
    """Return the sign-in that ``token`` stands for at ``now``, or None where it does not count."""
    now = now or datetime.now(UTC)
    signed = _held(session, token, now)
    if signed is None:
        return None
    user, grant = signed.user, signed.grant
    others = [each for each in grants.held(session, user.id, now) if each.id != grant.id]
    return Visit(
        actor=in_capacity(user, grant),
        username=user.username,
        capacity=grant.title,
        must_change=user.must_change,
        touch_due=_touch_due(signed, now),
        ends_at=signed.ends_at,
        others={each.id: each.title for each in others},
    )


def capacities(session: Session, user_id: int, now: datetime | None = None) -> list[Actor]:
    """Return a person in each capacity that they hold, as they would be if they signed in.

    None where they are deactivated, or have to change their password first.
    """
    user = session.get(User, user_id)
    if user is None or not user.active or user.must_change:
        return []
    return [in_capacity(user, grant) for grant in grants.held(session, user_id, now)]


def check(session: Session, username: str, password: str) -> Checked:
    """Compare a password, in a reading: it takes long, and must hold no lock meanwhile.

    It takes as long for a username that nobody has.
    """
    user = accounts.named(session, username)
    kept = None if user is None else user.password_hash
    right = passwords.matches(kept, password)
    return Checked(None if user is None else user.id, kept, right)


@action("session.sign_in", needs=Permission.SIGN_IN)
def sign_in(
    session: Session,
    _actor: Actor,
    checked: Checked,
    rules: SignInRules,
    now: datetime | None = None,
) -> str | None:
    """Try a password. Returns the token for the cookie after `check`, or None for a refusal.

    A refusal counts the wrong try, and locks the account for 15 minutes at the fifth: let the
    writing commit, and do not leave it by an error. Why it was refused is not told.
    """
    now = now or datetime.now(UTC)
    if checked.user_id is None:
        return None
    user = session.get(User, checked.user_id, with_for_update=True)
    if user is None or user.is_locked(now):
        return None
    if not checked.right or user.password_hash != checked.password_hash:
        _count_failure(user, now)
        return None
    held = grants.held(session, user.id, now)
    if not user.active or not held or (user.demo and not rules.demo):
        return None
    user.failures, user.locked_until = 0, None
    return _begin(session, in_capacity(user, held[0]), user, held[0], rules, now)


def begin_anew(
    session: Session, actor: Actor, rules: SignInRules, now: datetime | None = None
) -> str:
    """Begin a sign-in for someone who just changed their password; return its token."""
    user, grant = session.get(User, actor.id), session.get(Grant, actor.grant_id)
    if user is None or grant is None:
        raise NotSignedIn("Please sign in.")
    return _begin(session, actor, user, grant, rules, now or datetime.now(UTC))


@action("session.touch", needs=Permission.SIGN_IN)
def touch(session: Session, _actor: Actor, token: str | None, now: datetime | None = None) -> bool:
    """Extend a sign-in, at most once a minute; say whether it was.

    For a person's acts only: timed fragments, tiles and other requests that a browser makes on
    its own must not call it. `Visit.touch_due` says beforehand whether a writing is needed.
    """
    now = now or datetime.now(UTC)
    signed = _held(session, token, now)
    if signed is None or not _touch_due(signed, now):
        return False
    signed.seen_at = now
    return True


@action("session.sign_out", needs=Permission.SIGN_IN)
def sign_out(
    session: Session, _actor: Actor, token: str | None, now: datetime | None = None
) -> None:
    """End the sign-in of this browser; nothing happens where it had ended."""
    now = now or datetime.now(UTC)
    signed = _held(session, token, now)
    if signed is not None:
        signed.revoked_at = now


@action("session.sign_out_everywhere", needs=Permission.SIGN_IN)
def sign_out_everywhere(session: Session, actor: Actor, now: datetime | None = None) -> None:
    """End every sign-in of the actor; open pages stop at the next look-up."""
    user = session.get(User, actor.id, with_for_update=True)
    if user is None:
        raise NotSignedIn("Please sign in.")
    user.signed_out_at = now or datetime.now(UTC)


@action("session.choose_grant", needs=Permission.SIGN_IN)
def choose_grant(
    session: Session, actor: Actor, token: str | None, grant_id: int, now: datetime | None = None
) -> None:
    """Go on in another capacity of the same person.

    Raises
    ------
    NotSignedIn
        The sign-in has ended.
    NotFound
        The grant is not one that this person holds now.
    """
    now = now or datetime.now(UTC)
    signed = _held(session, token, now)
    if signed is None or signed.user_id != actor.id:
        raise NotSignedIn("Please sign in.")
    if grant_id not in {each.id for each in grants.held(session, signed.user_id, now)}:
        raise NotFound("You do not hold that role any more.")
    signed.grant_id = grant_id


@action("session.sweep", needs=Permission.RUN_JOBS)
def sweep(session: Session, _actor: Actor, now: datetime | None = None) -> int:
    """Delete the sign-ins that have ended; return how many. The log keeps when each began."""
    now = now or datetime.now(UTC)
    kept = select(SignIn).options(joinedload(SignIn.user), joinedload(SignIn.grant))
    ended = [signed.id for signed in session.scalars(kept) if not signed.holds(now)]
    for number in ended:
        audit.remove(session, SignIn, "id", number)
    if ended:
        audit.note(session, "sign_in", {"ended": len(ended)})
    return len(ended)


@action("session.begin", needs=Permission.SIGN_IN)
def _begin(
    session: Session, _actor: Actor, user: User, grant: Grant, rules: SignInRules, now: datetime
) -> str:
    """Begin a sign-in: the log tells it under the person's own name."""
    if user.signed_out_at is not None:  # another machine's clock may be a little ahead
        now = max(now, user.signed_out_at + timedelta(microseconds=1))
    token = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            token_hash=_hash(token),
            user_id=user.id,
            grant_id=grant.id,
            created_at=now,
            seen_at=now,
            idle_seconds=int(rules.idle.total_seconds()),
            expires_at=now + rules.absolute,
        )
    )
    return token


def _count_failure(user: User, now: datetime) -> None:
    if user.locked_until is not None:  # it has passed: begin to count again
        user.failures, user.locked_until = 0, None
    user.failures += 1
    if user.failures >= TRIES:
        user.locked_until = now + LOCKED


def _looked_up(session: Session, token: str | None, now: datetime) -> tuple[Actor | None, datetime]:
    """Return who a token stands for and until when, if nothing changes."""
    signed = _held(session, token, now, title=False)
    if signed is None or signed.user.must_change:
        return None, now
    ends = signed.grant.expires or signed.ends_at
    return in_capacity(signed.user, signed.grant), min(ends, signed.ends_at)


def _held(
    session: Session, token: str | None, now: datetime, *, title: bool = True
) -> SignIn | None:
    """Return a sign-in that counts, with what its capacity's ``title`` is made of where asked."""
    if not token:
        return None
    signed = session.scalar(_of_token(title=title), {"token": _hash(token)})
    return signed if signed is not None and signed.holds(now) else None


@cache
def _of_token(*, title: bool) -> Select[SignIn]:
    """Return the query for one sign-in, put together once: each tile asks it."""
    grant = joinedload(SignIn.grant)
    whole = joinedload(SignIn.user), grant.joinedload(Grant.area) if title else grant
    return select(SignIn).where(SignIn.token_hash == bindparam("token")).options(*whole)


def _touch_due(signed: SignIn, now: datetime) -> bool:
    return now - signed.seen_at >= TOUCH_EVERY


def in_capacity(user: User, grant: Grant) -> Actor:
    """Return a person acting under one of their grants; the caller checked that it holds."""
    areas = frozenset() if grant.area_id is None else frozenset({grant.area_id})
    return Actor.user(
        user.name,
        grant.role,
        id=user.id,
        grant_id=grant.id,
        agency_id=user.agency_id,
        tier=grant.clearance,
        area_ids=areas,
        grader=grant.grader,
    )


def _hash(token: str) -> str:
    return sha256(token.encode(errors="replace")).hexdigest()
