"""The database: one engine, two openings, and a guard on the connection.

``Store.reading()`` is deferred and read only; ``Store.writing()`` takes the write lock before
anything is read that will be changed. Whatever the opening, an INSERT, UPDATE or DELETE is
refused unless the audit (`domain/audit.py`) holds the connection's permit, so that no change
goes without a name, an actor and a trace.
"""

import re
import sqlite3
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

import shapely
from sqlalchemy import Connection, Engine, MetaData, create_engine, event, make_url, text
from sqlalchemy import Enum as EnumType
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

from store.columns import UTCDateTime

PERMIT = "safeground.permit"
STEADY = "safeground.steady"
"""Noted on a reading: what it saw once, it sees to its end."""
CHANGES = re.compile(
    r"\s*(?:WITH\b.*\b)?(INSERT|UPDATE|DELETE|REPLACE|MERGE|TRUNCATE|COPY)\b", re.S | re.I
)
POINT_HEADER = struct.pack("<BI", 1, 1)
POINT_XY = struct.Struct("<dd")
_writing: ContextVar[bool] = ContextVar("writing", default=False)


class Base(DeclarativeBase):
    """The root of every table; states are kept by value, so that a new one needs no migration."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: UTCDateTime(),
        Enum: EnumType(
            Enum,
            native_enum=False,
            create_constraint=False,
            length=32,
            values_callable=lambda kind: [str(each.value) for each in kind],
        ),
    }


class Unguarded(RuntimeError):
    """A change was sent to the database outside an action: our own mistake, never shown."""


class Store:
    """One database, and the only two ways to open it.

    ``busy`` makes the error that is raised where someone else holds the lock for too long.
    """

    def __init__(self, engine: Engine, busy: Callable[[], Exception]) -> None:
        self.engine = engine
        self._busy = busy
        self._readers = engine.execution_options(safeground_opening="reading")
        self._writers = engine.execution_options(safeground_opening="writing")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a read-only session on one consistent state; never inside a write."""
        if _writing.get():
            raise RuntimeError("a reading was opened inside a writing")
        with Session(self._readers, expire_on_commit=False, autoflush=False) as session:
            session.info[STEADY] = True
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session that commits at its end and keeps nothing if it is left by an error."""
        if _writing.get():
            raise RuntimeError("a writing was opened inside another")
        token = _writing.set(True)
        try:
            with Session(self._writers, expire_on_commit=False) as session, session.begin():
                session.connection()  # takes SQLite's write lock now, not at the first change
                yield session
        except DBAPIError as error:
            if is_busy(error):
                raise self._busy() from error
            raise
        finally:
            _writing.reset(token)

    def beside(self, name: str) -> Path | None:
        """Make a private folder beside the embedded store and return it; a server has none."""
        database = self.engine.url.database
        if self.engine.dialect.name != "sqlite" or not database:
            return None
        folder = Path(f"{database}-{name}")
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def connect(url: str, *, busy_seconds: float = 10) -> Engine:
    """Return an engine for ``sqlite:///...`` or ``postgresql://...``, guarded and tuned.

    A lock that someone else holds is waited for ``busy_seconds``.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(url, busy_seconds)
    if address.get_backend_name() == "postgresql":
        options = f"-c lock_timeout={int(busy_seconds * 1000)}"
        engine = create_engine(
            address.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            hide_parameters=True,  # an error's text is logged, what people wrote is not
            connect_args={"options": options},
        )
        event.listen(engine, "begin", _begin_postgres)
        return _guarded(engine)
    raise ValueError("The database must be SQLite (sqlite:///file) or PostGIS (postgresql://...).")


def is_busy(error: DBAPIError) -> bool:
    """Say whether someone else's lock, deadlock or concurrent change is what went wrong."""
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in ("55P03", "40P01", "40001")
    return isinstance(error, OperationalError) and "locked" in str(error.orig)


@contextmanager
def permit(connection: Connection, reason: str) -> Iterator[None]:
    """Let changes pass on ``connection`` inside this block; for the audit and migrations only."""
    before = connection.info.get(PERMIT)
    connection.info[PERMIT] = reason
    try:
        yield
    finally:
        if before is None:
            connection.info.pop(PERMIT, None)
        else:
            connection.info[PERMIT] = before


def _sqlite(url: str, busy_seconds: float) -> Engine:
    database = make_url(url).database
    if not database or database == ":memory:":
        raise ValueError("The embedded store is a file: sqlite:///path/to/safeground.db")
    Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"timeout": busy_seconds, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return _guarded(engine)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we send BEGIN ourselves, see _begin_sqlite
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        "cache_size = -65536",
        "mmap_size = 268435456",
        "trusted_schema = ON",  # the R*Tree's triggers call safeground_edge
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("safeground_edge", 2, edge, deterministic=True)


def edge(wkb: bytes, index: int) -> float:
    """Return one edge of a geometry's box (min x, min y, max x, max y); asked by the triggers."""
    if wkb[:5] == POINT_HEADER:
        return float(POINT_XY.unpack_from(wkb, 5)[index % 2])
    return float(shapely.bounds(shapely.from_wkb(wkb))[index])


def _begin_sqlite(connection: Connection) -> None:
    opening = connection.get_execution_options().get("safeground_opening")
    connection.exec_driver_sql(f"PRAGMA query_only = {int(opening == 'reading')}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if opening == "writing" else "BEGIN")


def _begin_postgres(connection: Connection) -> None:
    opening = connection.get_execution_options().get("safeground_opening")
    if opening == "reading":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def _guarded(engine: Engine) -> Engine:
    event.listen(engine, "before_cursor_execute", _refuse_unguarded)
    event.listen(engine, "checkin", _forget_permit)
    return engine


def _refuse_unguarded(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
    if PERMIT not in connection.info and CHANGES.match(statement):
        raise Unguarded(f"a change outside any action: {statement.split(chr(10), 1)[0][:80]}")


def _forget_permit(_connection: Any, record: Any) -> None:
    record.info.pop(PERMIT, None)


def alive(engine: Engine) -> bool:
    """Say whether the database answers; the embedded file is opened anew, and looked into.

    A connection that is open would answer for a file that is long gone.
    """
    try:
        if engine.dialect.name == "sqlite":
            _look_into(Path(str(engine.url.database)))
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except (DBAPIError, sqlite3.Error):
        return False
    return True


def is_new(engine: Engine) -> bool:
    """Say whether the embedded file was not made yet: `migrate.upgrade` makes it."""
    return engine.dialect.name == "sqlite" and not Path(str(engine.url.database)).exists()


def _look_into(file: Path) -> None:
    fresh = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
    try:
        fresh.execute("SELECT count(*) FROM sqlite_master").fetchone()
    finally:
        fresh.close()
