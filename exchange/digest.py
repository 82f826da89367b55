"""The daily digest as a message: neutral references, times and links, and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeAlias

from domain import digests
from domain.digests import Digest
from domain.errors import Conflict, SafegroundError
from domain.filters import day_words
from domain.matching import LONDON
from domain.people import SYSTEM
from exchange import mail
from exchange.mail import MailServer
from store.database import Store

TRIES: Final = 10
Clock: TypeAlias = Callable[[], datetime]
MOST: Final = 30
"""Lines of one digest; the page has the rest."""


@dataclass(frozen=True)
class Posted:
    """How many digests went out and how many did not; ``words`` says why, once for each reason."""

    sent: int
    failed: int
    words: tuple[str, ...] = ()


def post(
    store: Store,
    server: MailServer,
    address: str,
    *,
    hour: int,
    clock: Clock = lambda: datetime.now(UTC),
) -> Posted:
    """Send what is due: each digest is claimed, sent outside of any transaction, and written down.

    ``address`` is where people open Safeground, without a slash at its end; from ``hour`` on in
    London the digest of the day goes out. Several processes may do this at once.
    """
    with store.reading() as session:
        wanted = digests.due(session, clock(), hour)
    sent, reasons = 0, []
    for user_id in wanted:
        with store.writing() as session:
            digest = digests.claim(session, SYSTEM, user_id, clock())
        if digest is None:
            continue
        why = _sent(server, digest, address)
        _write_down(store, digest, why, clock)
        if why:
            reasons.append(why)
        else:
            sent += 1
    return Posted(sent, len(reasons), tuple(dict.fromkeys(reasons)))


def _sent(server: MailServer, digest: Digest, address: str) -> str:
    """Send a digest; return why it did not go out, or nothing."""
    try:
        mail.send(server, digest.email, subject(digest), text(digest, address))
    except SafegroundError as error:
        return str(error)
    return ""


def _write_down(store: Store, digest: Digest, why: str, clock: Clock) -> None:
    """Write down how it went, however busy the database: or it would go out twice."""
    for left in reversed(range(TRIES)):
        try:
            with store.writing() as session:
                if why:
                    digests.failed(session, SYSTEM, digest, why, clock())
                else:
                    digests.sent(session, SYSTEM, digest)
        except Conflict:
            if not left:
                raise
        else:
            return


def subject(digest: Digest) -> str:
    """Return the subject: how many, never what."""
    count = len(digest.lines)
    if not count:
        count = len(digest.due)
        return f"Safeground: {count} thing{'s need' if count != 1 else ' needs'} a look"
    return f"Safeground: {count} thing{'s are' if count != 1 else ' is'} new for you"


def text(digest: Digest, address: str) -> str:
    """Return the message: for each thing its reference, when it was, and the link that opens it."""
    parts = ["Sign in to read what this is about: nothing of it stands in this message."]
    parts += ["This is new for you."] if digest.lines else []
    for line in digest.lines[:MOST]:
        at = line.at.astimezone(LONDON)
        when = f"{at:%A} {at.day} {at:%B %Y}, {at:%H:%M}"
        parts.append(f"{line.reference}\n{when}\n{address}{line.path}")
    if more := len(digest.lines) - MOST:
        parts.append(f"And {more} more." if more > 0 else "")
    parts += ["Your agency is reminded of this, once and then weekly."] if digest.due else []
    for due in digest.due[:MOST]:
        told = f"{due.why.words}: {due.reference}"
        parts.append(f"{told}\n{day_words(due.on)}\n{address}{due.link}")
    if (more := len(digest.due) - MOST) > 0:
        parts.append(f"And {more} more reminders.")
    parts.append(
        f"You asked for this once a day. Change it, or end it, under What's new:\n{address}/news"
    )
    return "\n\n".join(filter(None, parts)) + "\n"
