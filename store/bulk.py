"""Many rows at once: COPY on PostGIS; a prepared statement and one pass of the R*Tree on SQLite."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from random import SystemRandom
from typing import Any

import numpy as np
import shapely
from sqlalchemy import JSON, Connection, Table, delete, insert, select, text

from store import rtree
from store.columns import Geometry27700
from store.database import Base

Columns = Mapping[str, Sequence[Any]]
RANDOM = (1_000_000_000, 2_000_000_000)
ROOM = 256 << 10  # KiB: SQLite's page cache while many rows come or go, for indexes in no order


def load(connection: Connection, model: type[Base], columns: Columns) -> int:
    """Insert one row for each position of ``columns`` (name to equally long values).

    Geometry columns take shapely geometries in EPSG:27700; ``id`` is given by the database.
    Returns the number of rows.
    """
    table = model.__table__
    assert isinstance(table, Table)
    _make_room(connection)
    count = len(next(iter(columns.values())))
    if count == 0:
        return 0
    rows = _rows(connection, table, columns)
    if connection.dialect.name == "postgresql":
        _copy(connection, table, list(columns), rows)
    else:
        _insert(connection, table, list(columns), rows, columns)
    return count


def scatter(connection: Connection, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert a few ``rows`` in no order, each under a random number that none had before.

    The numbers lie above all that the database gives by itself, and within 32 bits.
    """
    table = model.__table__
    assert isinstance(table, Table)
    dice = SystemRandom()
    for row in dice.sample(list(rows), len(rows)):
        number = dice.randrange(*RANDOM)
        while connection.scalar(select(table.c.id).where(table.c.id == number)) is not None:
            number = dice.randrange(*RANDOM)
        connection.execute(insert(table).values({**row, "id": number}))


def remove(connection: Connection, model: type[Base], column: str, value: Any) -> int:
    """Delete the rows whose ``column`` is ``value``; return how many there were."""
    table = model.__table__
    assert isinstance(table, Table)
    _make_room(connection)
    return connection.execute(delete(table).where(table.c[column] == value)).rowcount


def _make_room(connection: Connection) -> None:
    """Let SQLite keep more pages: the indexes of a large batch do not fit into its usual 2 MB."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size = -{ROOM}")


def _rows(connection: Connection, table: Table, columns: Columns) -> Iterator[tuple[Any, ...]]:
    """Turn columns into driver values, each column by its own type, a whole column at a time."""
    return zip(*(_values(connection, table, name, columns[name]) for name in columns), strict=True)


def _values(
    connection: Connection, table: Table, name: str, values: Sequence[Any]
) -> Sequence[Any]:
    kind = table.c[name].type
    postgres = connection.dialect.name == "postgresql"
    if isinstance(kind, Geometry27700):
        geometries = np.asarray(values, dtype=object)
        if postgres:
            geometries = shapely.set_srid(geometries, 27700)
        wkb = shapely.to_wkb(
            geometries, hex=postgres, output_dimension=2, byte_order=1, include_srid=postgres
        )
        return list(wkb)
    if isinstance(kind, JSON):  # lists and objects that repeat are written once each
        written = {number: json.dumps(value) for number, value in _single(values).items()}
        return [written[id(value)] for value in values]
    process = kind.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return list(values) if process is None else [process(value) for value in values]


def _single(values: Sequence[Any]) -> dict[int, Any]:
    return {id(value): value for value in values}


def _copy(
    connection: Connection, table: Table, names: list[str], rows: Iterator[tuple[Any, ...]]
) -> None:
    cursor = connection.connection.cursor()
    columns = ", ".join(f'"{name}"' for name in names)
    with cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def _insert(
    connection: Connection,
    table: Table,
    names: list[str],
    rows: Iterator[tuple[Any, ...]],
    columns: Columns,
) -> None:
    first = (connection.execute(text(f'SELECT max(id) FROM "{table.name}"')).scalar() or 0) + 1  # noqa: S608
    marks = ", ".join("?" * (len(names) + 1))
    listed = ", ".join(f'"{name}"' for name in ["id", *names])
    statement = f'INSERT INTO "{table.name}" ({listed}) VALUES ({marks})'  # noqa: S608 - our names
    cursor = connection.connection.cursor()
    trees = [column.name for column in table.c if isinstance(column.type, Geometry27700)]
    with rtree.set_aside(connection, table.name, trees):
        numbered = ((first + index, *row) for index, row in enumerate(rows))
        while block := list(islice(numbered, 50_000)):
            cursor.executemany(statement, block)
        for name in trees:
            if name in columns:
                bounds = shapely.bounds(np.asarray(columns[name], dtype=object))
                rtree.fill(connection, table.name, name, first, bounds)
