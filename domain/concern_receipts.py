"""The receipt: with its code in words a reporter sees what came of it, adds to it, takes it back.

No identity is needed, and none is told. A code stands for 60 bits or more, is kept as a keyed hash
only, and one source may try ten wrong ones in an hour.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import concern_keys
from domain.audit import action
from domain.concern_erasing import erase_words
from domain.concern_keys import Keys
from domain.concern_submitting import Intake, differs, kinds_in, masked
from domain.concerns import (
    UNDECIDED,
    Concern,
    ConcernState,
    locked,
    move,
    raise_alert,
    remember,
)
from domain.errors import Conflict, Invalid, NotFound
from domain.matching import LONDON
from domain.people import Actor, Kind, Permission

MOST_ADDED = 10
"""So often can something be added to one report."""
UNKNOWN = "We do not find that code. Please check each word; the order counts."
_BREAK = re.compile(r"[^a-z]+")

S = ConcernState
_TOLD: dict[ConcernState, tuple[str, str, str]] = {
    S.RECEIVED: ("received", "We have it", "Your report is here. Somebody will read it soon."),
    S.SHARED: (
        "used",
        "It is part of what we know",
        "What you told us is now part of what the partnership knows of the place.",
    ),
    S.FED_BACK: ("answered", "We have answered", "Somebody has written an answer for you."),
    S.REJECTED: (
        "closed",
        "We did not take it further",
        "Somebody read your report. It was not taken further here.",
    ),
    S.WITHDRAWN: ("withdrawn", "You took it back", "Your words and your contact were erased."),
}
_READ = ("reading", "Somebody is reading it", "Somebody is looking at what you told us.")
"""Every step in between reads the same: it tells nothing of what else is known."""


@dataclass(frozen=True)
class Status:
    """What a receipt tells. A moderator wrote ``answer``: escape it."""

    sent_on: date
    state: str
    title: str
    says: str
    answer: str
    answered_on: date | None
    can_add: bool
    can_withdraw: bool


def look(
    session: Session,
    actor: Actor,
    intake: Intake,
    code: str,
    *,
    source: str,
    now: datetime | None = None,
) -> Status:
    """Return what came of the report that ``code`` stands for.

    Raises
    ------
    NotFound
        There is none; every wrong code reads the same.
    TooMany
        This source tried too many wrong codes; it has to wait.
    """
    actor.must(Permission.SUBMIT_CONCERN)
    return status(_found(session, intake, code, source, now or datetime.now(UTC)))


@action("concern.add", needs=Permission.SUBMIT_CONCERN)
def add(
    session: Session,
    actor: Actor,
    intake: Intake,
    code: str,
    words: str,
    *,
    source: str,
    danger: bool = False,
    now: datetime | None = None,
) -> Status:
    """Add words to a report that is still being looked at; a moderator reads them anew.

    Raises
    ------
    NotFound, TooMany
        As in `look`.
    Conflict
        It was decided on or taken back.
    Invalid
        There are no words, too many, or something was added too often.
    """
    now = now or datetime.now(UTC)
    concern = locked(session, _found(session, intake, code, source, now).id)
    if concern.state not in UNDECIDED:
        raise Conflict("This report was closed. Please send a new one.")
    kept = masked(words)
    if not kept:
        raise Invalid("Please write what you want to add.")
    if concern.words.count("\n\n") >= MOST_ADDED:
        raise Invalid("That is as much as one report can hold. Please send a new one.")
    concern.words = f"{concern.words}\n\n{kept}".strip()
    if differs(kept, words):
        concern.original = _sealed(intake.keys, concern.original, words)
        concern.found = sorted({*concern.found, *kinds_in([words])})
    concern.version += 1
    remember(session, actor, concern, "added", now)
    if danger:
        raise_alert(session, actor, concern, now)
    return status(concern)


@action("concern.withdraw", needs=Permission.SUBMIT_CONCERN)
def withdraw(
    session: Session,
    actor: Actor,
    intake: Intake,
    code: str,
    *,
    source: str,
    now: datetime | None = None,
) -> Status:
    """Take a report back: its words, their original and the contact are erased at once.

    Where it was shared, what the moderator wrote of the place stays. An alert stays until it is
    acknowledged: someone may still be in danger.

    Raises
    ------
    NotFound, TooMany
        As in `look`.
    """
    now = now or datetime.now(UTC)
    concern = locked(session, _found(session, intake, code, source, now).id)
    if concern.state in UNDECIDED:
        move(concern, S.WITHDRAWN)
        concern.decided_at = now
    if erase_words(session, concern) or concern.state is S.WITHDRAWN:
        remember(session, actor, concern, "withdrawn", now)
    return status(concern)


def mine(session: Session, actor: Actor) -> list[Status]:
    """Return what a person who is signed in reported, the newest first."""
    actor.must(Permission.SUBMIT_CONCERN)
    if actor.kind is not Kind.USER:
        return []
    query = select(Concern).where(Concern.reporter_id == actor.id)
    return [status(each) for each in session.scalars(query.order_by(Concern.id.desc()))]


def strange_words(code: str) -> list[str]:
    """Return the words of ``code`` that no code has: for a hint beside the field."""
    known = set(concern_keys.words())
    return [word for word in _read(code) if word not in known]


def status(concern: Concern) -> Status:
    """Return what the reporter may know of a concern."""
    state, title, says = _TOLD.get(concern.state, _READ)
    return Status(
        sent_on=concern.received_at.astimezone(LONDON).date(),
        state="answered" if concern.answer else state,
        title=title,
        says=says,
        answer=concern.answer,
        answered_on=concern.answered_at and concern.answered_at.astimezone(LONDON).date(),
        can_add=concern.state in UNDECIDED,
        can_withdraw=concern.state in UNDECIDED or bool(concern.words or concern.near_words),
    )


def _found(session: Session, intake: Intake, code: str, source: str, now: datetime) -> Concern:
    """Find the concern of a code; a source that tries too many wrong ones waits."""
    intake.floods.may_look(source, now)
    read = _read(code)
    marks = intake.keys.marks("receipt", " ".join(read))
    found = session.scalar(select(Concern).where(Concern.receipt_hash.in_(marks)))
    if found is None or not any(concern_keys.same(found.receipt_hash, mark) for mark in marks):
        intake.floods.wrong(source, now)
        raise NotFound(UNKNOWN)
    return found


def _read(code: str) -> list[str]:
    """Read a code however it was written down: capitals, hyphens, commas, line breaks."""
    return [word for word in _BREAK.split(code[:200].casefold()) if word]


def _sealed(keys: Keys, before: bytes | None, typed: str) -> bytes:
    parts = [] if before is None else [keys.open(before)]
    return keys.seal("\n\n".join([*parts, typed.strip()]))
