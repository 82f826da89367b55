"""Records of a large table as columns of numbers, sorted along the curve that map tiles follow.

What the tiles, the counts and the list beside the map are made of: exact spots and codes of every
record, for `layers/` only. Nothing here knows a reader; `layers/selection.py` decides what of it
one may be given.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from sqlalchemy import JSON, Select, String, func, null, or_, select, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

from domain import audit
from geo import curve
from geo.grid import cell_of
from geo.space import Floats, mercator_from_bng
from store import reading
from store.database import POINT_HEADER, Base
from store.reading import as_wkb, shapes_of

CELL = 250
"""Side in metres of the cells that records are counted in."""
NEVER = np.iinfo(np.int64).min
"""Stands for an instant that is not known: it lies before every other."""
NO_DAY = np.iinfo(np.int32).min
_STREAM = 20_000
_POINT = np.dtype([("head", "V5"), ("east", "<f8"), ("north", "<f8")])
_MICROSECONDS = pa.timestamp("us")
Ints: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Words:
    """A column of text: the number of each record's word, and the words; "" where none is told."""

    codes: NDArray[Any]
    words: tuple[str, ...]

    def are(self, wanted: Mask) -> Mask:
        """Say which records have one of the words that ``wanted`` marks, shape (words,)."""
        return np.asarray(wanted[self.codes])

    def among(self, wanted: frozenset[str]) -> Mask:
        """Say which records have one of ``wanted``; none where the word is not told."""
        return self.are(np.array([bool(word) and word in wanted for word in self.words], bool))


@dataclass(frozen=True)
class Recipe:
    """How a table becomes columns.

    ``words`` names its columns of text (and of states and lists of codes, as their JSON),
    ``numbers`` those of small whole numbers (missing: -1). ``since`` and ``until`` are the ends
    of its interval, ``day_only`` where that is a date. The table has ``id``, ``batch_id`` and
    ``spot``.
    """

    table: type[Base]
    words: tuple[str, ...]
    numbers: Mapping[str, type[np.signedinteger[Any]]]
    since: str
    until: str = ""
    day_only: bool = False

    @property
    def subject(self) -> str:
        """The name of the table, under which its revision is counted."""
        return str(self.table.__tablename__)

    def query(self) -> "Select[Any]":
        """Select id, batch, spot, the two instants, and all words and numbers as one text.

        There are few different such texts, so that few objects are made for a record.
        """
        table: Any = self.table
        return select(
            table.id,
            func.coalesce(table.batch_id, 0),
            type_coerce(as_wkb(table.spot), NullType()),
            self._instant(self.since),
            self._instant(self.until) if self.until else null(),
            _as_list(*map(self._told, (*self.words, *self.numbers))),
        )

    def _instant(self, name: str) -> Any:
        return type_coerce(getattr(self.table, name), NullType())

    def _told(self, name: str) -> Any:
        column = getattr(self.table, name)
        return reading.as_text(column) if isinstance(column.type, JSON) else column


class _as_list(FunctionElement[str]):  # noqa: N801 - reads as SQL where it is used
    """Several columns as the text of one JSON list."""

    type = String()
    inherit_cache = True


@compiles(_as_list, "postgresql")
def _postgis(element: _as_list, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(json_build_array({compiler.process(element.clauses, **kw)}) AS text)"


@compiles(_as_list, "sqlite")
def _sqlite(element: _as_list, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_array({compiler.process(element.clauses, **kw)})"


@dataclass(frozen=True)
class Columns:
    """Records in the order of the curve; every array has one entry a record.

    ``key`` is the place on the curve (`geo.curve`); those of the last records, which lie outside
    OSTN15 and cannot be drawn, are left out, so it may be shorter. ``east`` and ``north``:
    EPSG:27700. ``since`` and ``until``: microseconds of UTC, `NEVER` where not known. ``day``: the
    day of ``since`` in London, counted from 1970, `NO_DAY` where not known. ``cell`` is the number
    of the record's 250 m cell among ``corners``, the cells' south-west corners, shape (cells, 2).
    """

    ids: Ints
    batch: Ints
    key: curve.Keys
    east: Floats
    north: Floats
    since: Ints
    until: Ints
    day: NDArray[np.int32]
    cell: NDArray[np.int32]
    corners: Ints
    words: Mapping[str, Words]
    numbers: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def nbytes(self) -> int:
        """What all of it takes in memory."""
        arrays = [getattr(self, each.name) for each in fields(self) if each.name not in _MAPS]
        arrays += [each.codes for each in self.words.values()]
        return sum(each.nbytes for each in [*arrays, *self.numbers.values()])

    @property
    def months(self) -> Ints:
        """The month of each day, counted from January 1970; meaningless where no day is known."""
        return self.day.astype("M8[D]").astype("M8[M]").astype(np.int64)


_MAPS = ("words", "numbers")


def read(session: Session, recipe: Recipe) -> Columns:
    """Read every record of a table."""
    return _sorted(_joined(recipe, list(_blocks(session, recipe.query()))))


def batches(session: Session, recipe: Recipe, up_to: int) -> dict[int, int]:
    """Count the records of each import batch (0: of none) with an id of at most ``up_to``."""
    table: Any = recipe.table
    batch = func.coalesce(table.batch_id, 0)
    query = select(batch, func.count()).where(table.id <= up_to).group_by(batch)
    return {int(number): int(count) for number, count in session.execute(query)}


def refreshed(session: Session, recipe: Recipe, known: Columns) -> Columns | None:
    """Return ``known`` without the batches that were taken out and with what was added since.

    None where that cannot be told apart from other changes; then all must be read anew. It rests
    on how records change at all: by a batch, which is loaded or taken out whole, or one by one,
    which the log tells line by line (see `changed_singly`). Records of no batch are read anew.
    """
    last = int(known.ids.max()) if len(known) else 0
    now = batches(session, recipe, last)
    numbers, counts = np.unique(known.batch, return_counts=True)
    before = dict(zip(numbers.tolist(), counts.tolist(), strict=True))
    gone = [number for number in before if number and number not in now]
    if any(now[number] != before[number] for number in now.keys() & before.keys() - {0}):
        return None
    table: Any = recipe.table
    came = [number for number in now if number not in before]  # with numbers of rows that went
    later = or_(table.id > last, table.batch_id.is_(None), table.batch_id.in_(came))
    new = recipe.query().where(later)
    added = _joined(recipe, list(_blocks(session, new)))
    stays = ~np.isin(known.batch, [0, *gone])
    if stays.all() and not len(added):
        return known
    return _sorted(_both(_only(known, stays), added))


def changed_singly(session: Session, recipe: Recipe, since: int) -> bool:
    """Say whether the log tells of a single record of the table after its entry ``since``."""
    entry = audit.Entry
    found = select(entry.id).where(entry.id > since, entry.subject.like(f"{recipe.subject}/%"))
    return session.scalar(found.limit(1)) is not None


def last_entry(session: Session) -> int:
    """Return the number of the log's last entry."""
    return session.scalar(select(func.max(audit.Entry.id))) or 0


def _blocks(session: Session, query: "Select[Any]") -> Iterator[list[Any]]:
    """Read rows and turn each block into arrays, so that few rows are objects at a time."""
    streamed = query.execution_options(stream_results=True)
    for rows in session.connection().execute(streamed).partitions(_STREAM):
        yield _block(list(zip(*rows, strict=True)))


def _block(values: list[tuple[Any, ...]]) -> list[Any]:
    ids, batch, spots, since, until, told = values
    return [
        np.array(ids, dtype=np.int64),
        np.array(batch, dtype=np.int64),
        *_coordinates(spots),
        _instants(since),
        _instants(until),
        pa.array(told, type=pa.large_string()).dictionary_encode(),
    ]


def _coordinates(wkb: Sequence[bytes]) -> tuple[Floats, Floats]:
    """Read points of WKB, all at once where they are as the store writes them."""
    whole = b"".join(wkb)
    if len(whole) == len(wkb) * _POINT.itemsize:
        points = np.frombuffer(whole, dtype=_POINT)
        if (points["head"] == np.void(POINT_HEADER)).all():
            return points["east"].astype(float), points["north"].astype(float)
    shapes = shapes_of(wkb)
    return shapely.get_x(shapes), shapely.get_y(shapes)


def _instants(values: Sequence[Any]) -> Ints:
    """Read instants or days, as text from SQLite and as objects from PostgreSQL."""
    first = next((each for each in values if each is not None), None)
    if first is None:
        return np.full(len(values), NEVER)
    if isinstance(first, str):
        read = pa.array(values, type=pa.string()).cast(_MICROSECONDS)
    else:
        known = pd.to_datetime(pd.Series(list(values), dtype=object), utc=True)
        return known.dt.tz_localize(None).to_numpy("M8[us]").astype(np.int64)
    return np.asarray(read.cast(pa.int64()).fill_null(NEVER).to_numpy(), dtype=np.int64)


def _joined(recipe: Recipe, blocks: list[list[Any]]) -> Columns:
    """Put blocks one after the other, not yet sorted."""
    columns = list(zip(*(blocks or [_block([()] * 6)]), strict=True))
    ids, batch, east, north, since, until = (np.concatenate(each) for each in columns[:6])
    told = pa.chunked_array(columns[6]).unify_dictionaries().combine_chunks()
    codes = told.indices.to_numpy()
    parts = map(json.loads, told.dictionary.to_pylist())
    listed = list(zip(*parts, strict=True)) or [()] * (len(recipe.words) + len(recipe.numbers))
    texts, numbers = listed[: len(recipe.words)], listed[len(recipe.words) :]
    return Columns(
        ids, batch, np.empty(0, dtype=np.uint64), east, north, since, until,
        np.empty(len(ids), dtype=np.int32), np.empty(len(ids), dtype=np.int32),
        np.empty((0, 2), dtype=np.int64),
        {name: _distinct(codes, each) for name, each in zip(recipe.words, texts, strict=True)},
        {
            name: np.array([-1 if each is None else each for each in column], dtype=kind)[codes]
            for (name, kind), column in zip(recipe.numbers.items(), numbers, strict=True)
        },
    )  # fmt: skip


def _distinct(codes: NDArray[Any], words: Sequence[str | None]) -> Words:
    """Give each word that is there one number, as small as can be."""
    told = [word or "" for word in words]
    there = np.bincount(codes, minlength=len(told)) > 0 if told else np.empty(0, dtype=bool)
    order = sorted({word for word, used in zip(told, there, strict=True) if used} | {""})
    number = {word: at for at, word in enumerate(order)}
    moved = np.array([number.get(word, 0) for word in told], dtype=np.min_scalar_type(len(order)))
    return Words(moved[codes], tuple(order))


def _both(first: Columns, second: Columns) -> Columns:
    """Put two lots of records together, not yet sorted."""
    joined = {
        name: np.concatenate([getattr(first, name), getattr(second, name)])
        for name in ("ids", "batch", "east", "north", "since", "until", "day", "cell")
    }
    words = {}
    for name, ours in first.words.items():
        theirs = second.words[name]
        codes = np.concatenate(
            [ours.codes.astype(np.int64), theirs.codes.astype(np.int64) + len(ours.words)]
        )
        words[name] = _distinct(codes, [*ours.words, *theirs.words])
    numbers = {
        name: np.concatenate([each, second.numbers[name]]) for name, each in first.numbers.items()
    }
    return replace(first, **joined, words=words, numbers=numbers)


def _only(known: Columns, which: NDArray[Any]) -> Columns:
    """Take some of the records, or all in another order."""
    taken = {
        name: getattr(known, name)[which]
        for name in ("ids", "batch", "east", "north", "since", "until", "day", "cell")
    }
    words = {name: Words(each.codes[which], each.words) for name, each in known.words.items()}
    numbers = {name: each[which] for name, each in known.numbers.items()}
    return replace(known, **taken, words=words, numbers=numbers)


def _sorted(read: Columns) -> Columns:
    """Sort along the curve, those that cannot be drawn last, and reckon days and cells."""
    x, y = mercator_from_bng(read.east, read.north)
    drawn = np.isfinite(x) & np.isfinite(y)
    key = curve.keys(*curve.units(np.where(drawn, x, 0), np.where(drawn, y, 0)))
    order = np.lexsort([key, ~drawn])
    placed = _only(read, order)
    col, row = cell_of(placed.east, placed.north, CELL)
    cells, cell = np.unique(col * 10_000 + row, return_inverse=True)
    corners = np.column_stack(np.divmod(cells, 10_000)) * CELL
    return replace(
        placed,
        key=key[order][: int(drawn.sum())],
        day=_days(placed.since),
        cell=cell.astype(np.int32),
        corners=corners,
    )


def _days(since: Ints) -> NDArray[np.int32]:
    """Return the day in London of each instant."""
    known = since != NEVER
    local = pd.DatetimeIndex(since[known].view("M8[us]"), tz="UTC").tz_convert("Europe/London")
    days = np.full(len(since), NO_DAY, dtype=np.int32)
    days[known] = local.tz_localize(None).to_numpy("M8[D]").astype(np.int64)
    return days
