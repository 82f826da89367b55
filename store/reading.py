"""Many rows at once, as columns: what the map reads, without an object for each row."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from sqlalchemy import DateTime, LargeBinary, Select, String, cast, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from geo.space import BNG

Query: TypeAlias = Select[*tuple[Any, ...]]

INSTANT, DAY, CODES = "instant", "day", "codes"
"""Kinds of column beside the dtypes of pandas: an instant in UTC, a day, a tuple of codes."""

_BY_ARROW: dict[str, tuple[Any, Any]] = {  # several times as fast as pandas from a list
    "str": (pd.StringDtype(na_value=np.nan), pa.large_string()),
    "boolean": (pd.BooleanDtype(), pa.bool_()),
    "Int8": (pd.Int8Dtype(), pa.int8()),
    "Int64": (pd.Int64Dtype(), pa.int64()),
    INSTANT: (pd.DatetimeTZDtype("us", "UTC"), pa.timestamp("us", tz="UTC")),
}
BLOCK = 5_000
NO_CODES: tuple[str, ...] = ()


class as_wkb(FunctionElement[bytes]):  # noqa: N801 - reads as SQL where it is used
    """A geometry column as WKB bytes, to be turned into shapes a whole column at a time."""

    type = LargeBinary()
    inherit_cache = True


@compiles(as_wkb, "postgresql")
def _postgis(element: as_wkb, compiler: SQLCompiler, **kw: Any) -> str:
    return f"ST_AsBinary({compiler.process(element.clauses, **kw)})"


@compiles(as_wkb, "sqlite")
def _sqlite(element: as_wkb, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


def as_text(column: Any) -> ColumnElement[str]:
    """Read a JSON column as the text that the store keeps."""
    return cast(column, String)


def as_word(column: Any) -> ColumnElement[str]:
    """Read a state as its value, without an object of its enumeration for each row."""
    return type_coerce(column, String)


def as_instant(column: Any) -> ColumnElement[Any]:
    """Read an instant as the driver gives it; `table` makes it aware, a whole column at a time."""
    return type_coerce(column, DateTime(timezone=True))


def table(session: Session, query: Query, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Read ``query`` as columns named and typed by ``kinds``, in order; indexed by ``id``.

    The first column is the id; ``kinds`` names the others, each with a dtype of pandas or one of
    ``INSTANT``, ``DAY`` and ``CODES`` (a JSON list read with `as_text`).
    """
    ids, columns = _columns(session, query, len(kinds))
    named = dict(zip(kinds, columns, strict=True))
    data = {name: _typed(values, kinds[name]) for name, values in named.items()}
    return pd.DataFrame(data, index=pd.Index(ids, name="id", dtype="int64"))


def frame(
    session: Session, query: Query, kinds: Mapping[str, str], geometry: str
) -> gpd.GeoDataFrame:
    """Read ``query`` as `table` does, with a last column, read with `as_wkb`, as ``geometry``.

    The geometry is in EPSG:27700.
    """
    ids, columns = _columns(session, query, len(kinds) + 1)
    named = dict(zip(kinds, columns[:-1], strict=True))
    data = {name: _typed(values, kinds[name]) for name, values in named.items()}
    index = pd.Index(ids, name="id", dtype="int64")
    shapes = shapes_of(columns[-1])
    return gpd.GeoDataFrame(
        {**data, geometry: gpd.GeoSeries(shapes, index=index, crs=BNG)},
        index=index,
        geometry=geometry,
    )


def shapes_of(wkb: Sequence[bytes | None]) -> Any:
    """Turn WKB into an array of shapely geometries."""
    given = np.empty(len(wkb), dtype=object)
    given[:] = wkb
    return shapely.from_wkb(given)


def _columns(session: Session, query: Query, count: int) -> tuple[Any, list[Any]]:
    columns: list[list[Any]] = [[] for _ in range(count + 1)]
    for rows in session.connection().execute(query).partitions(BLOCK):
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(values)
    ids, *others = columns
    return ids, others


def _typed(values: Sequence[Any], kind: str) -> Any:
    if kind == DAY:
        return pd.to_datetime(list(values)).as_unit("s")
    if kind == CODES:
        return _codes(values)
    if kind in _BY_ARROW:
        dtype, through = _BY_ARROW[kind]
        return dtype.__from_arrow__(pa.array(values, type=through))
    plain: Any = kind
    return pd.array(list(values), dtype=plain)


def _codes(values: Sequence[str | None]) -> Any:
    """Read each different text once: there are few, and as many rows as there are records."""
    known = {text: _listed(text) for text in set(values)}
    read = np.empty(len(values), dtype=object)
    read[:] = [known[text] for text in values]
    return read


def _listed(text: str | None) -> tuple[str, ...]:
    if not text or text[0] != "[":
        return NO_CODES
    return tuple(str(code) for code in json.loads(text))
