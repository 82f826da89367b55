"""Large tables held in memory for the map: read once, shared by all readers, never out of date.

An index is made for one revision of its table. A reading that sees another revision brings it up
to date first, once for all who wait, and everybody else goes on with what they have. What was
there before is never given in the meantime: it could show a record that was just taken out. A
batch that came in or was undone costs its own rows only (`columns.refreshed`).

What other tables decide (what is sealed, the nearest street, the ward) is kept beside the columns
under the revision of those tables, so that a new street or home does not read a million records.
"""

import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import audit, codes
from domain.areas import Area, AreaKind, newest
from domain.places import Place
from geo import curve
from geo.space import EXTENT, Floats, mercator_from_bng
from layers import columns, homes, sight
from layers.columns import CELL, Columns, Mask, Recipe, Words
from layers.streets import streets
from store.reading import as_wkb, shapes_of

T = TypeVar("T")
OTHERS = ("area", "gazetteer", "place", "premises")
"""Tables that decide something of a record beside its own."""
ROOM = 256 << 20
"""Bytes that the selections of all readers may take together; the oldest give way."""
TILE_ROOM = 48 << 20
"""Bytes of tiles that are kept for the next who asks for the same."""
NEWER = 60.0
"""Seconds for which a reading that began before a change is given what is newer."""
NOWHERE = -1


@dataclass
class Index:
    """The records of one table at one revision, and what was worked out of them."""

    recipe: Recipe
    columns: Columns
    number: int
    entry: int
    made: float = field(default_factory=time.monotonic)
    lock: threading.RLock = field(default_factory=threading.RLock)
    worked_out: dict[str, tuple[Hashable, Any]] = field(default_factory=dict)

    def keep(self, name: str, key: Hashable, work: Callable[[], T]) -> T:
        """Return what ``work`` gives, made once for each ``key``; the last one is kept."""
        found = self.worked_out.get(name)
        if found is None or found[0] != key:
            with self.lock:
                found = self.worked_out.get(name)
                if found is None or found[0] != key:
                    found = self.worked_out[name] = (key, work())
        answer: T = found[1]
        return answer


@dataclass(frozen=True)
class Spots:
    """Where records are drawn: places on the curve, sorted, and the record of each.

    ``name`` tells true spots from those on a street.
    """

    name: str
    key: curve.Keys
    rows: NDArray[np.int32]

    def only(self, chosen: Mask) -> "Spots":
        """Return those whose record is ``chosen``, shape (records,)."""
        kept = chosen[self.rows]
        return Spots(self.name, self.key[kept], self.rows[kept])


@dataclass(frozen=True)
class Squares:
    """Squares of whole 250 m cells: which one holds each cell, and where they lie.

    ``corner``: their south-west corners (EPSG:27700), shape (m, 2). ``across`` and ``down``: their
    four corners on the curve (`geo.curve.places`), from the north-west clockwise, shape (m, 4).
    ``drawn``: whether OSTN15 covers them.
    """

    of_cell: NDArray[np.int64]
    corner: NDArray[np.int64]
    across: NDArray[np.int64]
    down: NDArray[np.int64]
    drawn: Mask


@dataclass(frozen=True)
class Standing:
    """An index as one reading sees it: with the revisions of the other tables at that moment."""

    index: Index
    session: Session
    moment: Mapping[str, int]

    @property
    def columns(self) -> Columns:
        """The records."""
        return self.index.columns

    def key(self, *tables: str) -> tuple[int, ...]:
        """Return the revisions of other tables, and of the code lists."""
        return (*(self.moment[table] for table in tables), codes_key())

    def at_home(self) -> Mask:
        """Say which records lie at a known home or refuge, as `layers.homes` has it."""
        key = self.key("place", "premises")
        return self.index.keep("home", key, lambda: _near(self.columns, homes.homes(self.session)))

    def place_types(self) -> Words:
        """Return the type of the place that each record is linked to, "" for none."""
        key = self.key("place")
        return self.index.keep("linked", key, lambda: _linked(self.session, self.columns))

    def spots(self) -> Spots:
        """Return where records truly are."""
        return self.index.keep("spots", (), lambda: _true_spots(self.columns))

    def street_spots(self) -> Spots:
        """Return where records are drawn for someone who sees the nearest street."""
        key = self.key("gazetteer")
        return self.index.keep("street", key, lambda: _street_spots(self.session, self.columns))

    def area(self, kind: AreaKind) -> NDArray[np.int64]:
        """Return the id of the area of the newest ``kind`` that counts each record, or NOWHERE."""
        work = lambda: _areas(self.session, self.columns, kind)  # noqa: E731
        return self.index.keep(f"area {kind.value}", self.key("area"), work)

    def within(self, outline: BaseGeometry) -> Mask:
        """Say which records lie in ``outline`` (EPSG:27700) or on its edge."""
        return _within(self.columns, outline)

    def newest(self) -> NDArray[np.int32]:
        """Return the records from the newest to the oldest, those without a time last."""
        return self.index.keep("newest", (), lambda: _newest(self.columns))

    def squares(self, level: int) -> Squares:
        """Return squares of ``2 ** level`` cells a side."""
        return self.index.keep(f"squares {level}", (), lambda: _squares(self.columns, level))


def of(session: Session, recipe: Recipe) -> Standing:
    """Return the index of a table as ``session`` sees it, made or brought up to date first."""
    numbers = audit.revision(session, (recipe.subject, *OTHERS))
    moment = dict(zip((recipe.subject, *OTHERS), numbers, strict=True))
    shelf = _shelf(session)
    found = shelf.indexes.get(recipe.subject)
    if found is None or not _serves(found, numbers[0]):
        with shelf.lock_of(recipe.subject):
            found = shelf.indexes.get(recipe.subject)
            if found is None or not _serves(found, numbers[0]):
                found = _made(session, recipe, numbers[0], found)
                shelf.indexes[recipe.subject] = found
    return Standing(found, session, moment)


class Kept:
    """Things that were worked out, by key, within a number of bytes; the oldest give way."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.used = 0
        self.making = threading.RLock()
        self._held: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any:
        """Return what is kept under ``key``, or None."""
        with self._lock:
            if key not in self._held:
                return None
            self._held.move_to_end(key)
            return self._held[key][0]

    def put(self, key: Hashable, value: Any, size: int) -> None:
        """Keep ``value`` of ``size`` bytes, and let go of the oldest until there is room."""
        with self._lock:
            if key in self._held:
                self.used -= self._held.pop(key)[1]
            self._held[key] = (value, size)
            self.used += size
            while self.used > self.room and len(self._held) > 1:
                self.used -= self._held.popitem(last=False)[1][1]


class _Shelf:
    """The indexes of one database, and the selections made of them."""

    def __init__(self) -> None:
        self.indexes: dict[str, Index] = {}
        self.selections = Kept(ROOM)
        self.drawn = Kept(TILE_ROOM)
        self._locks: dict[str, threading.Lock] = {}

    def lock_of(self, subject: str) -> threading.Lock:
        return self._locks.setdefault(subject, threading.Lock())


_SHELVES: "WeakKeyDictionary[Any, _Shelf]" = WeakKeyDictionary()
_OPENING = threading.Lock()
_codes_seen: list[tuple[codes.Codes, int]] = []


def selections(session: Session) -> Kept:
    """Return what is kept of earlier selections from the database of ``session``."""
    return _shelf(session).selections


def drawn(session: Session) -> Kept:
    """Return the tiles that were drawn of the database of ``session``."""
    return _shelf(session).drawn


def codes_key() -> int:
    """Return a number that differs when the code lists in use do."""
    now = codes.current()
    if not _codes_seen or _codes_seen[0][0] is not now:
        _codes_seen[:] = [(now, zlib.crc32(repr(now).encode()))]
    return _codes_seen[0][1]


def _shelf(session: Session) -> _Shelf:
    """Return the shelf of a database: all openings of one engine share its pool."""
    pool = session.connection().engine.pool
    with _OPENING:
        return _SHELVES.setdefault(pool, _Shelf())


def _serves(index: Index, number: int) -> bool:
    """Say whether an index is right for a reading that sees revision ``number``.

    A reading may have begun just before a change that the index holds already; then what is newer
    is given, for a while only: a database that was put back to an earlier state counts from there.
    """
    newer = index.number > number and time.monotonic() - index.made < NEWER
    return index.number == number or newer


def _made(session: Session, recipe: Recipe, number: int, known: Index | None) -> Index:
    entry = columns.last_entry(session)
    if known is not None and known.number < number and not _singly(session, known):
        fresh = columns.refreshed(session, recipe, known.columns)
    else:
        fresh = None
    if fresh is None:
        fresh = columns.read(session, recipe)
    return Index(recipe, fresh, number, entry)


def _singly(session: Session, known: Index) -> bool:
    return columns.changed_singly(session, known.recipe, known.entry)


def _near(read: Columns, known: list[shapely.Geometry]) -> Mask:
    """Ask only of records in cells that come within reach of a home."""
    found = np.zeros(len(read), dtype=bool)
    if not known:
        return found
    close = homes.near(known, _boxes(read))
    asked = np.flatnonzero(close[read.cell])
    found[asked] = homes.near(known, _points(read.east[asked], read.north[asked]))
    return found


def _boxes(read: Columns) -> NDArray[Any]:
    """Return the cells as shapes, the upper edges with them."""
    west, south = read.corners.T
    return np.asarray(shapely.box(west, south, west + CELL, south + CELL))


def _points(east: Floats, north: Floats) -> NDArray[Any]:
    return np.asarray(shapely.points(east, north))


def _within(read: Columns, outline: BaseGeometry) -> Mask:
    """Decide cell by cell, and record by record only in the cells on the edge."""
    shapely.prepare(outline)
    boxes = _boxes(read)
    touched = shapely.intersects(outline, boxes)
    inside = np.zeros(len(boxes), dtype=bool)
    inside[touched] = shapely.contains(outline, boxes[touched])
    found = inside[read.cell]
    edge = np.flatnonzero((touched & ~inside)[read.cell])
    found[edge] = shapely.intersects_xy(outline, read.east[edge], read.north[edge])
    return found


def _linked(session: Session, read: Columns) -> Words:
    query = select(Place.id, Place.place_type)
    types = {each.id: each.place_type for each in session.execute(query)}
    words = ("", *sorted(set(types.values())))
    number = {word: at for at, word in enumerate(words)}
    ids, which = np.unique(read.numbers["place_id"], return_inverse=True)
    each = [number[types.get(number_of, "")] for number_of in ids.tolist()]
    return Words(np.array(each, dtype=np.int16)[which], words)


def _true_spots(read: Columns) -> Spots:
    return Spots("exact", read.key, np.arange(len(read.key), dtype=np.int32))


def _street_spots(session: Session, read: Columns) -> Spots:
    x, y = mercator_from_bng(*sight.stand_ins(read.east, read.north, streets(session)).T)
    drawn = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    key = curve.keys(*curve.units(x[drawn], y[drawn]))
    order = np.argsort(key, kind="stable")
    return Spots("street", key[order], drawn[order].astype(np.int32))


def _areas(session: Session, read: Columns, kind: AreaKind) -> NDArray[np.int64]:
    """Find the area of each record; one on a shared edge falls to the first by code."""
    chosen = (Area.kind == kind, Area.vintage == newest(session, kind))
    rows = session.execute(select(Area.id, as_wkb(Area.outline)).where(*chosen).order_by(Area.code))
    ids, outlines = list(zip(*rows, strict=True)) or ((), ())
    shapes = shapes_of(outlines)
    boxes = _boxes(read)
    cell, area = shapely.STRtree(shapes).query(boxes, predicate="intersects")
    touched = np.bincount(cell, minlength=len(boxes))
    alone = touched[cell] == 1
    alone[alone] = shapely.contains(shapes[area[alone]], boxes[cell[alone]])
    whole = np.full(len(boxes), NOWHERE)
    whole[cell[alone]] = area[alone]
    found = whole[read.cell]
    _on_edges(read, shapes, (cell[~alone], area[~alone]), found)
    return np.asarray(np.append(np.array(ids, dtype=np.int64), NOWHERE)[found])


def _on_edges(
    read: Columns,
    shapes: NDArray[Any],
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
    found: NDArray[np.int64],
) -> None:
    """Decide record by record in the cells that areas do not hold whole; into ``found``.

    ``pairs`` of cell and area are all that touch there.
    """
    cells, areas = pairs
    asked = np.flatnonzero(np.isin(read.cell, cells))
    asked = asked[np.argsort(read.cell[asked], kind="stable")]
    edges = np.searchsorted(read.cell[asked], np.arange(len(read.corners) + 1))
    for area in np.unique(areas)[::-1].tolist():  # the first by code has the last word
        held = [asked[edges[cell] : edges[cell + 1]] for cell in cells[areas == area].tolist()]
        rows = np.concatenate(held)
        shapely.prepare(shapes[area])
        inside = shapely.intersects_xy(shapes[area], read.east[rows], read.north[rows])
        found[rows[inside]] = area


def _newest(read: Columns) -> NDArray[np.int32]:
    return np.lexsort([-read.ids, ~read.since]).astype(np.int32)


def _squares(read: Columns, level: int) -> Squares:
    side = CELL << level
    col, row = (read.corners // side).T
    numbers, of_cell = np.unique(col * 10_000 + row, return_inverse=True)
    corner = np.column_stack(np.divmod(numbers, 10_000)) * side
    west, south = corner.T
    east = np.column_stack([west, west + side, west + side, west])
    north = np.column_stack([south + side, south + side, south, south])
    least_x, least_y, most_x, most_y = EXTENT  # a large square may reach beyond the grid
    x, y = mercator_from_bng(np.clip(east, least_x, most_x), np.clip(north, least_y, most_y))
    drawn = np.isfinite(x).all(axis=1) & np.isfinite(y).all(axis=1)
    across, down = curve.units(np.where(np.isfinite(x), x, 0), np.where(np.isfinite(y), y, 0))
    return Squares(
        of_cell, corner, across.astype(np.int64), down.astype(np.int64), np.asarray(drawn)
    )


def counted(found: NDArray[np.int64], outlines: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Count the ids of areas that `Standing.area` gave, for each area of a frame (its index)."""
    known = found[found != NOWHERE]
    numbers, counts = np.unique(known, return_counts=True)
    at = dict(zip(numbers.tolist(), counts.tolist(), strict=True))
    return np.array([at.get(number, 0) for number in outlines.index], dtype=np.int64)
