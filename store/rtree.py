"""The spatial index of SQLite: an R*Tree beside each geometry column, kept by triggers.

The triggers call one function of ours (`safeground_edge`), so a foreign program that writes to the
file is refused rather than leaving the index behind.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

_EDGES = ", ".join(f"safeground_edge(NEW.{{c}}, {index})" for index in (0, 2, 1, 3))


def create(connection: Connection, table: str, column: str) -> None:
    """Make the R*Tree of ``table.column`` and the triggers that keep it."""
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE {table}_{column}_rtree USING rtree(id, min_x, max_x, min_y, max_y)"
    )
    _add_triggers(connection, table, column)


def names(table: str, column: str) -> dict[str, str]:
    """Return the triggers of ``table.column``: name to statement."""
    tree, values = f"{table}_{column}_rtree", _EDGES.format(c=column)
    put = f"INSERT OR REPLACE INTO {tree} SELECT NEW.id, {values} WHERE NEW.{column} IS NOT NULL;"
    drop = f"DELETE FROM {tree} WHERE id = OLD.id;"  # noqa: S608
    return {
        f"{tree}_insert": f"AFTER INSERT ON {table} BEGIN {put} END",
        f"{tree}_update": f"AFTER UPDATE OF {column}, id ON {table} BEGIN {drop} {put} END",
        f"{tree}_delete": f"AFTER DELETE ON {table} BEGIN {drop} END",
    }


@contextmanager
def set_aside(connection: Connection, table: str, columns: Sequence[str]) -> Iterator[None]:
    """Leave the insert triggers out of a bulk load; the caller fills the trees (`fill`)."""
    for column in columns:
        connection.exec_driver_sql(f"DROP TRIGGER {table}_{column}_rtree_insert")
    yield
    for column in columns:
        name = f"{table}_{column}_rtree_insert"
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {names(table, column)[name]}")


def fill(connection: Connection, table: str, column: str, first: int, bounds: NDArray[Any]) -> None:
    """Index rows ``first``, ``first + 1``, ... by ``bounds``, shape (n, 4); NaN is none."""
    known = np.flatnonzero(~np.isnan(bounds[:, 0]))
    rows = np.column_stack([known + first, bounds[known][:, [0, 2, 1, 3]]])
    connection.connection.cursor().executemany(
        f"INSERT INTO {table}_{column}_rtree VALUES (?, ?, ?, ?, ?)",  # noqa: S608
        [(int(row[0]), *row[1:]) for row in rows.tolist()],
    )


def _add_triggers(connection: Connection, table: str, column: str) -> None:
    for name, statement in names(table, column).items():
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {statement}")
