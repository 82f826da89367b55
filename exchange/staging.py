"""Rows that are ready, kept in a private file until all have been looked at.

So the database is locked only while rows are written, never while a file is read; and a file that
turns out wrong in its last row has changed nothing.
"""

import json
import random
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from sqlalchemy import JSON, Boolean, Date, Float, Integer, LargeBinary, Table

from exchange.chunks import ROWS
from exchange.rows import objects
from store.columns import Geometry27700, UTCDateTime
from store.database import Base

INSTANT = pa.timestamp("us", tz="UTC")


class Staging:
    """A file of columns for one table; written chunk by chunk, then read back."""

    def __init__(self, path: Path, model: type[Base], names: list[str]) -> None:
        table = model.__table__
        assert isinstance(table, Table)
        self.path = path
        self.kinds = {name: table.c[name].type for name in names}
        schema = pa.schema([(name, _arrow(kind)) for name, kind in self.kinds.items()])
        self.schema = schema
        self.rows = 0
        self._writer = pa.ipc.new_stream(path, schema)

    def add(self, columns: dict[str, Any]) -> None:
        """Write some rows: each column a sequence of equal length."""
        arrays = [
            pa.array(_packed(kind, columns[name]), type=self.schema.field(name).type)
            for name, kind in self.kinds.items()
        ]
        batch = pa.record_batch(arrays, schema=self.schema)
        self.rows += batch.num_rows
        if batch.num_rows:
            self._writer.write_batch(batch)

    def close(self) -> None:
        """Finish writing."""
        self._writer.close()

    def chunks(self, *, shuffled: bool = False) -> Iterator[dict[str, Any]]:
        """Read the rows back as they were given or, over the whole file, in no order at all."""
        with pa.ipc.open_stream(self.path) as reader:
            for batch in _mixed(reader.read_all()) if shuffled else reader:
                yield {
                    name: _unpacked(kind, batch.column(name).to_pylist())
                    for name, kind in self.kinds.items()
                }


def _mixed(table: pa.Table) -> Iterator[pa.RecordBatch]:
    """Give the rows in an order that nobody can work out again: by the system's own chance."""
    order = list(range(table.num_rows))
    random.SystemRandom().shuffle(order)
    for start in range(0, len(order), ROWS):
        yield from table.take(order[start : start + ROWS]).combine_chunks().to_batches()


def _arrow(kind: Any) -> pa.DataType:
    if isinstance(kind, Geometry27700 | LargeBinary):
        return pa.binary()
    if isinstance(kind, UTCDateTime):
        return INSTANT
    for known, arrow in (
        (Date, pa.date32()),
        (Boolean, pa.bool_()),
        (Integer, pa.int64()),
        (Float, pa.float64()),
    ):
        if isinstance(kind, known):
            return arrow
    return pa.string()


def _packed(kind: Any, values: Any) -> Any:
    if isinstance(kind, Geometry27700):
        return list(shapely.to_wkb(np.asarray(values, dtype=object)))
    if isinstance(kind, JSON):
        written = {
            id(each): json.dumps(each) for each in {id(each): each for each in values}.values()
        }
        return [written[id(each)] for each in values]
    return [getattr(each, "value", each) for each in values]


def _unpacked(kind: Any, values: list[Any]) -> Any:
    if isinstance(kind, Geometry27700):
        return shapely.from_wkb(objects(values))
    return [_loaded(each) for each in values] if isinstance(kind, JSON) else values


@lru_cache(maxsize=4096)
def _loaded(text: str) -> Any:
    return json.loads(text)
