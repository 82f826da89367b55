"""The digest: once a day, by e-mail, to who asked for it: neutral references, times and links.

One process claims a person's digest, sends it outside of any transaction, and writes down how it
went; another that asks meanwhile finds it claimed. A failure is tried again, and told to whoever
looks after the settings.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from domain import follows, news, reminders, sessions
from domain.audit import action
from domain.errors import Invalid
from domain.matching import LONDON
from domain.news import Item, NewsReader
from domain.people import Actor, Permission
from domain.reminders import DueNotice, Way

CLAIMED = timedelta(minutes=10)
"""How long one process has to send; one that died is forgotten after it."""
AGAIN = timedelta(minutes=15)
LONGEST_WAIT = timedelta(hours=4)
ADDRESS = re.compile(
    r"[^@\s<>,;:\"()\\]{1,64}@[^@\s<>,;:\"()\\.]{1,63}(\.[^@\s<>,;:\"()\\.]{1,63})+"
)


@dataclass(frozen=True)
class Line:
    """One line of a digest: a neutral reference, when, and the path that opens it."""

    reference: str
    at: datetime
    path: str


@dataclass(frozen=True)
class Digest:
    """What one process has claimed to send: what is new, and what their agency is reminded of."""

    user_id: int
    email: str
    lines: tuple[Line, ...]
    until: datetime
    due: tuple[DueNotice, ...] = ()


@dataclass(frozen=True)
class Trouble:
    """Digests that could not be sent: to how many people, why, and when it is tried next."""

    people: int
    words: tuple[str, ...]
    again: datetime | None


@action("digest.choose", needs=Permission.SEE_PLACES)
def choose(session: Session, actor: Actor, *, wanted: bool, email: str) -> NewsReader:
    """Ask for the digest at an address, or for none any more: the address is then forgotten.

    Raises
    ------
    NotPermitted, Invalid
        Nobody is named; that is no address.
    """
    address = email.strip()
    if wanted and (len(address) > 200 or not ADDRESS.fullmatch(address)):
        raise Invalid("Enter an e-mail address, such as name@example.org.")
    reader = news.kept_reader(session, follows.own(actor))
    if wanted and not reader.digest:
        reader.digest_until = datetime.now(UTC)
    reader.digest, reader.email = wanted, address if wanted else ""
    reader.tries, reader.retry_at, reader.trouble = 0, None, ""
    return reader


def due(session: Session, now: datetime, hour: int) -> list[int]:
    """Return whose digest of the day is still to be sent, from ``hour`` on in London."""
    if now.astimezone(LONDON).hour < hour:
        return []
    return list(session.scalars(_due(now)))


@action("digest.claim", needs=Permission.RUN_JOBS)
def claim(session: Session, _actor: Actor, user_id: int, now: datetime) -> Digest | None:
    """Take on a person's digest of the day, or None: another has it, or nothing is new for them.

    What is new is what they may read now, in any capacity that they hold.
    """
    wanted = _due(now).where(NewsReader.user_id == user_id).with_only_columns(NewsReader)
    query = wanted.with_for_update().execution_options(populate_existing=True)
    reader: NewsReader | None = session.scalar(query)
    if reader is None:
        return None
    lines, due_now = _lines(session, reader, now), _reminders(session, user_id, now)
    if not lines and not due_now:
        _done(reader, now)
        return None
    reader.claimed_until = now + CLAIMED
    return Digest(user_id, reader.email, lines, now, due_now)


@action("digest.sent", needs=Permission.RUN_JOBS)
def sent(session: Session, _actor: Actor, digest: Digest) -> None:
    """Write down that a digest went out."""
    reader = news.kept_reader(session, digest.user_id)
    _done(reader, digest.until)
    for actor in _readers(session, digest.user_id, digest.until)[:1]:
        day = digest.until.astimezone(LONDON).date()
        reminders.told(session, actor, digest.due, way=Way.MAIL, today=day)


@action("digest.failed", needs=Permission.RUN_JOBS)
def failed(session: Session, _actor: Actor, digest: Digest, why: str, now: datetime) -> None:
    """Write down that a digest did not go out; it is tried again, later each time."""
    reader = news.kept_reader(session, digest.user_id)
    reader.claimed_until = None
    reader.tries += 1
    reader.retry_at = now + min(AGAIN * 2 ** min(reader.tries - 1, 8), LONGEST_WAIT)
    reader.trouble = why[:200]


def trouble(session: Session, actor: Actor) -> Trouble | None:
    """Return what of the digests could not be sent, or None where all went out.

    Raises
    ------
    NotPermitted
        The actor does not look after the settings.
    """
    actor.must(Permission.MANAGE_SETTINGS)
    query = select(NewsReader).where(NewsReader.digest, NewsReader.trouble != "")
    found = list(session.scalars(query))
    if not found:
        return None
    times = [each.retry_at for each in found if each.retry_at is not None]
    words = tuple(sorted({each.trouble for each in found}))
    return Trouble(len(found), words, min(times, default=None))


def _due(now: datetime) -> Select[int]:
    today = now.astimezone(LONDON).date().isoformat()
    return (
        select(NewsReader.user_id)
        .where(NewsReader.digest, NewsReader.digest_on != today)
        .where(or_(NewsReader.claimed_until.is_(None), NewsReader.claimed_until <= now))
        .where(or_(NewsReader.retry_at.is_(None), NewsReader.retry_at <= now))
        .order_by(NewsReader.user_id)
    )


def _done(reader: NewsReader, until: datetime) -> None:
    reader.digest_on = until.astimezone(LONDON).date().isoformat()
    reader.digest_until = until
    reader.claimed_until, reader.retry_at = None, None
    reader.tries, reader.trouble = 0, ""


def _lines(session: Session, reader: NewsReader, now: datetime) -> tuple[Line, ...]:
    found: dict[str, Item] = {}
    for actor in _readers(session, reader.user_id, now):
        found |= {each.key: each for each in news.items(session, actor, now=now)}
    since = reader.digest_until
    fresh = [each for each in found.values() if each.unread and (since is None or each.at > since)]
    return tuple(_told(sorted(fresh, key=lambda each: each.at, reverse=True)))


def _readers(session: Session, user_id: int, now: datetime) -> list[Actor]:
    """Return a person in each capacity in which they may read of places."""
    held = sessions.capacities(session, user_id, now)
    return [actor for actor in held if actor.may(Permission.SEE_PLACES)]


def _reminders(session: Session, user_id: int, now: datetime) -> tuple[DueNotice, ...]:
    """Return what of their agency a person is reminded of, in any capacity that they hold."""
    day = now.astimezone(LONDON).date()
    found: dict[str, DueNotice] = {}
    for actor in _readers(session, user_id, now):
        notices = reminders.due_notices(session, actor, way=Way.MAIL, today=day)
        found |= {each.key: each for each in notices}
    return tuple(found.values())


def _told(items: Iterable[Item]) -> Iterable[Line]:
    """Tell each note and place once, by its latest."""
    told = set()
    for each in items:
        if each.reference not in told:
            told.add(each.reference)
            yield Line(each.reference, each.at, path_of(each))


def path_of(item: Item) -> str:
    """Return the path of this server that opens what is new."""
    if item.note_id is not None:
        return f"/?layers=annotations&pick=annotations:{item.note_id}"
    return f"/place?place={item.place_id}"
