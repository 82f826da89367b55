"""Threads on annotations: what colleagues reply, whom they ask, and what was resolved and why.

Who may read a note may read its thread and answer in it (`annotations.talked_of`); nobody else
learns that there is one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import mentions
from domain.annotations import Annotation, talked_of
from domain.audit import action
from domain.concern_evidence import grades_of
from domain.errors import Conflict, NotFound, NotPermitted
from domain.mentions import Target
from domain.people import Actor, Kind, Permission, Tier
from domain.places import Place
from domain.thread_tables import Edit, Mention, Reply, ReplyKind
from domain.visibility import reach

LONGEST = 1000
GONE = "That note is not there."


@dataclass(frozen=True)
class Line:
    """One line of a thread; a person wrote ``text`` and ``asked``: escape them.

    ``text`` is empty where it was taken back. ``asked`` are the agencies and roles that it names.
    """

    id: int
    kind: ReplyKind
    text: str
    who: str
    at: datetime
    edited_at: datetime | None
    withdrawn: bool
    asked: tuple[str, ...]
    mine: bool
    version: int


@dataclass(frozen=True)
class Thread:
    """A note with what is said of it, as one reader may see it; words are a person's: escape them.

    ``grade`` says in one line what it is and how it is known, in codes as well for trained
    graders; ``handled`` how it may be passed on. Both are empty where nobody said.
    ``may_reply`` is whether this reader answers, resolves and opens again.
    """

    note: Annotation
    mine: bool
    grade: str
    handled: str
    asked: tuple[str, ...]
    lines: tuple[Line, ...]
    resolved: bool
    edits: int
    may_reply: bool


@dataclass(frozen=True)
class Before:
    """How a note or a reply read before a change: who changed it, when, and each field as it was.

    ``reply_id`` is None for the note itself. A person wrote the values: escape them.
    """

    reply_id: int | None
    at: datetime
    who: str
    fields: dict[str, Any]


def thread(session: Session, actor: Actor, annotation_id: int) -> Thread:
    """Return a note and its thread, the oldest line first.

    Raises
    ------
    NotFound
        The note is not there, or its thread is not for this reader.
    """
    note = _found(session, actor, annotation_id)
    query = select(Reply).where(Reply.annotation_id == note.id, Reply.tier <= int(actor.tier))
    replies = session.scalars(query.order_by(Reply.at, Reply.id)).all()
    asked = _asked(session, note.id)
    told = grades_of(session, actor, [note.id]).get(note.id)
    return Thread(
        note=note,
        mine=_is_of(actor, note.author_id),
        grade=told.line if told else note.basis.value if note.basis else "",
        handled=told.handled if told else "",
        asked=asked.get(None, ()),
        lines=tuple(_line(actor, each, asked.get(each.id, ())) for each in replies),
        resolved=note.resolved_at is not None,
        edits=len(edits(session, actor, annotation_id)),
        may_reply=_may_reply(actor),
    )


def edits(session: Session, actor: Actor, annotation_id: int) -> list[Before]:
    """Return how a note and its replies read before, the latest change first.

    For those who are cleared: the writer, whoever decides on reports, and the meeting's readers;
    each line only at the clearance that it took to read it then.

    Raises
    ------
    NotFound
        The note is not there, or its thread is not for this reader.
    """
    note = _found(session, actor, annotation_id)
    query = select(Edit).where(Edit.annotation_id == note.id, Edit.tier <= int(actor.tier))
    found = list(session.scalars(query.order_by(Edit.at.desc(), Edit.id.desc())))
    if not (actor.may(Permission.MODERATE) or actor.tier >= Tier.T3):
        own = _own(session, actor, note)
        found = [each for each in found if each.reply_id in own]
    return [Before(each.reply_id, each.at, each.actor_name, dict(each.before)) for each in found]


@action("thread.reply", needs=Permission.ANNOTATE)
def reply(
    session: Session, actor: Actor, annotation_id: int, *, text: str, asked: Iterable[str] = ()
) -> Reply:
    """Answer in the thread of a note; ``asked`` are keys of `mentions.Target`.

    Raises
    ------
    NotPermitted, NotFound, Invalid
        Nobody is named; the note is not there for this actor; something cannot be taken.
    """
    note = _opened(session, actor, annotation_id)
    told = mentions.read(session, text, "the reply", LONGEST, tuple(asked))
    return _written(session, actor, note, ReplyKind.REPLY, told)


@action("thread.change", needs=Permission.ANNOTATE)
def change(session: Session, actor: Actor, reply_id: int, *, text: str, version: int) -> Reply:
    """Change one's own reply; how it read before stays readable for those who are cleared.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        It is not there, or another's; it was changed or taken back first; it cannot be taken.
    """
    note, line = _own_line(session, actor, reply_id, version)
    words, targets = mentions.read(session, text, "the reply", LONGEST)
    if words == line.text:
        return line
    _remember(session, actor, note, line)
    line.text, line.edited_at = words, datetime.now(UTC)
    line.version += 1
    mentions.rewritten(session, note.id, line.id, targets)
    return line


@action("thread.take_back", needs=Permission.ANNOTATE)
def take_back(session: Session, actor: Actor, reply_id: int, *, version: int) -> Reply:
    """Take back one's own reply; that there was one stays to be seen.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        It is not there, or another's; it was changed or taken back first.
    """
    note, line = _own_line(session, actor, reply_id, version)
    _remember(session, actor, note, line)
    line.text, line.withdrawn, line.edited_at = "", True, datetime.now(UTC)
    line.version += 1
    mentions.rewritten(session, note.id, line.id, ())
    return line


@action("thread.resolve", needs=Permission.ANNOTATE)
def resolve(session: Session, actor: Actor, annotation_id: int, *, reason: str) -> Reply:
    """Say that a note needs nothing more, and why; it stays on the map.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        As in `reply`; it is resolved already.
    """
    return _turn(session, actor, annotation_id, reason, ReplyKind.RESOLVED)


@action("thread.reopen", needs=Permission.ANNOTATE)
def reopen(session: Session, actor: Actor, annotation_id: int, *, reason: str) -> Reply:
    """Open a resolved note again, and say why.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        As in `reply`; it is open.
    """
    return _turn(session, actor, annotation_id, reason, ReplyKind.REOPENED)


def _turn(
    session: Session, actor: Actor, annotation_id: int, reason: str, kind: ReplyKind
) -> Reply:
    note = _opened(session, actor, annotation_id)
    resolving = kind is ReplyKind.RESOLVED
    if resolving == (note.resolved_at is not None):
        raise Conflict(f"This was already {'resolved' if resolving else 'open'}.")
    told = mentions.read(session, reason, "the reason", LONGEST)
    note.resolved_at = datetime.now(UTC) if resolving else None
    return _written(session, actor, note, kind, told)


def _found(session: Session, actor: Actor, annotation_id: int, *, lock: bool = False) -> Annotation:
    query = (
        select(Annotation)
        .join(Place, Place.id == Annotation.place_id, isouter=True)
        .where(Annotation.id == annotation_id, talked_of(actor))
    )
    if lock:
        afresh = query.with_for_update(of=Annotation)
        query = afresh.execution_options(populate_existing=True)
    note = session.scalar(query)
    if note is None or not reach(session, actor).holds(note.shape):
        raise NotFound(GONE)
    return note


def _opened(session: Session, actor: Actor, annotation_id: int) -> Annotation:
    if not _may_reply(actor):
        raise NotPermitted("Only a person who is signed in answers in a thread.")
    return _found(session, actor, annotation_id, lock=True)


def _own_line(
    session: Session, actor: Actor, reply_id: int, version: int
) -> tuple[Annotation, Reply]:
    line = session.get(Reply, reply_id)
    if line is None or line.tier > actor.tier:
        raise NotFound("That reply is not there.")
    note = _opened(session, actor, line.annotation_id)
    session.refresh(line)
    if not _is_of(actor, line.author_id):
        raise NotPermitted("You may only change what you wrote yourself.")
    if line.withdrawn or line.version != version:
        raise Conflict("This reply was changed while you had it open. Please look at it again.")
    return note, line


def _written(
    session: Session,
    actor: Actor,
    note: Annotation,
    kind: ReplyKind,
    told: tuple[str, list[Target]],
) -> Reply:
    words, targets = told
    line = Reply(
        annotation_id=note.id,
        kind=kind,
        text=words,
        tier=note.tier,
        author_id=actor.id,
        author_name=actor.name,
        at=datetime.now(UTC),
        version=1,
    )
    session.add(line)
    session.flush()
    mentions.rewritten(session, note.id, line.id, targets)
    return line


def _remember(session: Session, actor: Actor, note: Annotation, line: Reply) -> None:
    session.add(
        Edit(
            annotation_id=note.id,
            reply_id=line.id,
            at=datetime.now(UTC),
            actor_name=actor.name,
            tier=line.tier,
            before={"text": line.text},
        )
    )


def _own(session: Session, actor: Actor, note: Annotation) -> set[int | None]:
    """Return which of a note (None) and its replies ``actor`` wrote."""
    query = select(Reply.id).where(Reply.annotation_id == note.id, Reply.author_id == actor.id)
    own: set[int | None] = set(session.scalars(query)) if actor.id is not None else set()
    return own | {None} if _is_of(actor, note.author_id) else own


def _asked(session: Session, annotation_id: int) -> dict[int | None, tuple[str, ...]]:
    """Return whom a note (None) and each reply to it ask, by name."""
    names = {(each.agency_id, each.role): each.name for each in mentions.targets(session)}
    query = select(Mention).where(Mention.annotation_id == annotation_id).order_by(Mention.id)
    found: dict[int | None, tuple[str, ...]] = {}
    for each in session.scalars(query):
        name = names.get((each.agency_id, each.role))
        if name is not None:
            found[each.reply_id] = (*found.get(each.reply_id, ()), name)
    return found


def _line(actor: Actor, found: Reply, asked: tuple[str, ...]) -> Line:
    return Line(
        id=found.id,
        kind=found.kind,
        text=found.text,
        who=found.author_name,
        at=found.at,
        edited_at=found.edited_at,
        withdrawn=found.withdrawn,
        asked=asked,
        mine=_is_of(actor, found.author_id),
        version=found.version,
    )


def _may_reply(actor: Actor) -> bool:
    named = actor.kind is Kind.USER and actor.id is not None
    return named and actor.may(Permission.ANNOTATE)


def _is_of(actor: Actor, author_id: int | None) -> bool:
    return actor.kind is Kind.USER and author_id is not None and author_id == actor.id
