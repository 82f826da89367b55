"""Every change has a name, an actor and a trace; a change without them cannot be made.

The guard sits on the connection (`store/database.py`) and lets nothing through but a flush inside
an action, a bulk load inside an action, and the two lines that the audit itself writes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

from shapely.geometry.base import BaseGeometry
from sqlalchemy import JSON, String, event, insert, inspect, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.orm.unitofwork import UOWTransaction

from domain.people import Actor, Permission
from domain.people import Kind as ActorKind
from store import bulk
from store.database import STEADY, Base, Unguarded, permit

P = ParamSpec("P")
R = TypeVar("R")
Work: TypeAlias = Callable[Concatenate[Session, Actor, P], R]


class Entry(Base):
    """One line of the log: who did what to which record, and what it changed."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[int | None] = mapped_column(index=True)
    actor_name: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(64), index=True)
    subject: Mapped[str] = mapped_column(String(80), index=True)
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)


class Revision(Base):
    """How often the records of one table have changed; caches, tiles and live views key on it."""

    __tablename__ = "revision"

    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int]


_NUMBERS = select(Revision.subject, Revision.number)


@dataclass(frozen=True)
class Action:
    """A thing that can be done: its name in the log, what it needs, what it does, and doing it."""

    name: str
    needs: Permission
    does: str
    work: Callable[..., Any]


ACTIONS: dict[str, Action] = {}


def action(name: str, needs: Permission) -> Callable[[Work[P, R]], Work[P, R]]:
    """Make a function an action: permitted before it runs, traced when it flushes."""

    def declare(work: Work[P, R]) -> Work[P, R]:
        @wraps(work)
        def act(session: Session, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
            actor.must(needs)
            with _under(session, name, actor):
                result = work(session, actor, *args, **kwargs)
                session.flush()
            return result

        ACTIONS[name] = Action(name, needs, (work.__doc__ or "").strip(), act)
        return act

    return declare


def note(session: Session, subject: str, changes: dict[str, Any]) -> None:
    """Write one line by hand inside an action: for reading, exporting, and bulk work.

    Never give it what a person wrote: counts, names of layers and record ids only.
    """
    _write(session, [_line(session, subject, changes)])


def load(session: Session, table: type[Base], columns: bulk.Columns) -> int:
    """Load many new rows at once inside an action, without an entry for each; return how many.

    The caller leaves one entry for the batch: its own record, or `note`.
    """
    _action_of(session)
    with permit(session.connection(), "bulk"):
        count = bulk.load(session.connection(), table, columns)
    _touched(session).add(table.__tablename__)
    return count


def scatter(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows under random numbers, in no order and with no entry for any, inside an action.

    For records that nothing may join: neither their numbers nor the log tell which came together.
    """
    _action_of(session)
    with permit(session.connection(), "bulk"):
        bulk.scatter(session.connection(), table, rows)
    _touched(session).add(table.__tablename__)


def remove(session: Session, table: type[Base], column: str, value: Any) -> int:
    """Delete every row whose ``column`` is ``value`` inside an action; return how many."""
    _action_of(session)
    with permit(session.connection(), "bulk"):
        count = bulk.remove(session.connection(), table, column, value)
    _touched(session).add(table.__tablename__)
    return count


def revision(session: Session, subjects: Iterable[str]) -> tuple[int, ...]:
    """Return the revision of each table named, 0 where nothing was ever changed."""
    numbers: dict[str, int] | None = session.info.get("revisions")
    if numbers is None:
        rows = session.connection().execute(_NUMBERS)  # all of a few dozen: quicker than to choose
        numbers = {subject: number for subject, number in rows}  # noqa: C416 - rows are no pairs
        if STEADY in session.info:
            session.info["revisions"] = numbers
    return tuple(numbers.get(subject, 0) for subject in subjects)


@contextmanager
def _under(session: Session, name: str, actor: Actor) -> Iterator[None]:
    before = session.info.get("action"), session.info.get("actor")
    session.info.update(action=name, actor=actor)
    try:
        yield
    finally:
        session.info.update(action=before[0], actor=before[1])


def _action_of(session: Session) -> str:
    name: str | None = session.info.get("action")
    if name is None:
        raise Unguarded("a change outside any action")
    return name


def _touched(session: Session) -> set[str]:
    touched: set[str] = session.info.setdefault("touched", set())
    return touched


@event.listens_for(Session, "before_flush")
def _open(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    if not (session.new or session.deleted or any(map(session.is_modified, session.dirty))):
        return
    _action_of(session)
    connection = session.connection()
    session.info["permit"] = permit(connection, "flush")
    session.info["permit"].__enter__()


@event.listens_for(Session, "after_flush")
def _trace(session: Session, _context: UOWTransaction) -> None:
    touched = [*session.new, *session.deleted, *filter(session.is_modified, session.dirty)]
    _touched(session).update(row.__tablename__ for row in touched)
    lines = [line for row in touched if (line := _line_of(session, row)) is not None]
    if lines:
        _write(session, lines)


@event.listens_for(Session, "after_flush_postexec")
def _close(session: Session, _context: UOWTransaction) -> None:
    _give_back(session)


@event.listens_for(Session, "after_soft_rollback")
def _abandon(session: Session, _previous: Any) -> None:
    _give_back(session)
    session.info.pop("touched", None)


@event.listens_for(Session, "before_commit")
def _advance(session: Session) -> None:
    session.flush()
    subjects = sorted(session.info.pop("touched", ()))  # sorted, so that two never deadlock
    if not subjects:
        return
    connection = session.connection()
    with permit(connection, "revision"):
        for subject in subjects:
            connection.execute(
                text(
                    "INSERT INTO revision (subject, number) VALUES (:subject, 1) "
                    "ON CONFLICT (subject) DO UPDATE SET number = revision.number + 1"
                ),
                {"subject": subject},
            )


def _give_back(session: Session) -> None:
    held = session.info.pop("permit", None)
    if held is not None:
        held.__exit__(None, None, None)


def _write(session: Session, lines: list[dict[str, Any]]) -> None:
    connection = session.connection()
    with permit(connection, "audit"):
        connection.execute(insert(Entry), lines)


def _line_of(session: Session, row: Base) -> dict[str, Any] | None:
    state = inspect(row)
    number = "/".join(map(str, state.mapper.primary_key_from_instance(row)))
    sealed: frozenset[str] = getattr(row, "__sealed__", frozenset())
    unlogged: frozenset[str] = getattr(row, "__unlogged__", frozenset())
    deleted = row in session.deleted
    changes = {
        each.key: ["changed"] if each.key in sealed else _change(each.history, each.value)
        for each in state.attrs
        if each.key in state.mapper.column_attrs
        and each.key not in unlogged
        and (each.history.has_changes() or deleted)
    }
    if not changes and not deleted and row not in session.new:
        return None
    return _line(session, f"{row.__tablename__}/{number}", changes)


def _line(session: Session, subject: str, changes: dict[str, Any]) -> dict[str, Any]:
    actor: Actor = session.info["actor"]
    return {
        "at": datetime.now(UTC),
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "action": _action_of(session),
        "subject": subject,
        "changes": changes,
    }


def _change(history: Any, value: Any) -> list[Any]:
    """Return what was, where it is known, and what is now."""
    return [*map(_plain, history.deleted or [None]), _plain(value)]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, BaseGeometry):
        return value.wkt
    return str(getattr(value, "value", value))
