"""The bytes of a Mapbox Vector Tile 2.1, written by numpy.

A number in protobuf (a varint) may be padded with empty groups of seven bits. So a column of
numbers can have one width, points with the same attributes take the same number of bytes, and
a whole layer of points is filled column by column.

Specification: https://github.com/mapbox/vector-tile-spec/tree/master/2.1
"""

import struct
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo import curve, varints
from geo.varints import Bytes, Ints

EXTENT = 4096
POINT, LINE, POLYGON = 1, 2, 3


class Texts:
    """Many texts of which a tile needs few: each is told, and written, when first asked for.

    ``tell`` gives the texts of some numbers from 0 to ``count``.
    """

    def __init__(self, count: int, tell: Callable[[Ints], list[str]]) -> None:
        self._tell = tell
        self._written = np.empty(count, dtype=object)
        self._there = np.zeros(count, dtype=bool)

    def __len__(self) -> int:
        return len(self._written)

    def written(self, which: Ints) -> list[bytes]:
        """Return the bytes of the texts numbered ``which``."""
        new = which[~self._there[which]]
        if new.size:
            self._written[new] = [
                varints.field(4, varints.field(1, each.encode())) for each in self._tell(new)
            ]
            self._there[new] = True
        written: list[bytes] = self._written[which].tolist()
        return written


Column = tuple[str, Ints, "Sequence[object] | Texts"]
"""An attribute: its key, the number of each feature's value, shape ``(n,)``, and the values."""

Geometry = Bytes | NDArray[np.uint32]
"""Encoded geometry of features of one width: a matrix, or for single points a word each."""
Units = NDArray[np.unsignedinteger[Any]]

MOVE_TO, LINE_TO, CLOSE_PATH = 1, 2, 7
_MOVE_ONCE = bytes([MOVE_TO | 1 << 3])
_Part = bytes | Bytes | Units | tuple[Units, Ints]
_BLOCK = 8_192
_FEW = 1_000
"""So many values are counted rather than sorted, however few features have them."""


def coded(
    name: str,
    kind: int,
    geometry: Geometry,
    columns: Sequence[Column],
    ids: Ints | None = None,
) -> bytes:
    """Encode a tile of one layer whose attributes are numbered already: nothing is done by row.

    Parameters
    ----------
    name
        What the layer is called in the tile.
    kind, geometry
        ``POINT``, ``LINE`` or ``POLYGON``, and the encoded geometry of each feature, from
        :func:`curve_points`, :func:`single_points` or :func:`quads`.
    columns
        Attributes, at most 128 and none missing.
    ids
        Whole numbers from 0, shape ``(n,)``; without them features have none.
    """
    n = len(geometry)
    if not n:
        return b""
    tags, values = _tags_of(columns)
    parts: list[_Part] = [] if ids is None else [b"\x08", *_in_units(ids)]
    parts += [b"\x12", varints.varint(sum(map(_size, tags))), *tags] if tags else []
    parts += [bytes([0x18, kind, 0x22]), *_path(geometry)]
    features = _same_width(parts, n)
    keys = b"".join(varints.field(3, key.encode()) for key, _, _ in columns)
    start, end = b"\x78\x02" + varints.field(1, name.encode()), b"\x28" + varints.varint(EXTENT)
    length = len(start) + features.nbytes + len(keys) + len(values) + len(end)
    return b"".join([b"\x1a", varints.varint(length), start, features.data, keys, values, end])


def _tags_of(columns: Sequence[Column]) -> tuple[list[_Part], bytes]:
    """Return the tags of a feature, key by key, and all values that are used, as written.

    What is written alike has one number; of many texts, which differ anyway, none is compared.
    """
    seen: dict[bytes, int] = {}
    used = [_used(codes, len(values)) for _, codes, values in columns]
    numbers: dict[str, Ints] = {}
    for (key, _, values), there in zip(columns, used, strict=True):
        if not isinstance(values, Texts):
            listed = [seen.setdefault(_listed(values[at]), len(seen)) for at in there.tolist()]
            numbers[key] = np.array(listed, dtype=np.uint32)
    written = [*seen]
    for (key, _, values), there in zip(columns, used, strict=True):
        if isinstance(values, Texts):
            numbers[key] = np.arange(len(written), len(written) + len(there), dtype=np.uint32)
            written += values.written(there)
    width = varints.width(len(written))
    tags: list[_Part] = []
    for at, ((key, codes, _), there) in enumerate(zip(columns, used, strict=True)):
        units = _in_units(numbers[key], width)
        tags += [bytes([at]), *((_by_code(there, each), codes) for each in units)]
    return tags, b"".join(written)


def _used(codes: Ints, known: int) -> Ints:
    """Return which of the numbers up to ``known`` there are, rising."""
    if known > max(len(codes), _FEW):
        rising = np.sort(codes)  # np.unique would hash them, which takes several times as long
        return np.asarray(rising[np.append(True, rising[1:] != rising[:-1])])
    return np.flatnonzero(np.bincount(codes, minlength=known))


def _by_code(there: Ints, units: Units) -> Units:
    """Lay out what is written for the codes that are ``there``, so that a code finds its own."""
    found = np.zeros(int(there[-1]) + 1, dtype=units.dtype)
    found[there] = units
    return found


def _path(geometry: Geometry) -> list[_Part]:
    if geometry.ndim == 1:
        return [b"\x05" + _MOVE_ONCE, geometry]
    return [varints.varint(geometry.shape[1]), geometry]


def _same_width(parts: list[_Part], n: int) -> Bytes:
    """Write features of one width: what is the same in all first, then what is told of each."""
    sizes = [_size(part) for part in parts]
    head = b"\x12" + varints.varint(sum(sizes))
    same = b"".join([head, *(p if isinstance(p, bytes) else bytes(_size(p)) for p in parts)])
    alike = varints.constant(min(n, _BLOCK), same)
    starts = accumulate(sizes, initial=len(head))
    told = [(at, each) for at, each in zip(starts, parts, strict=False) if type(each) is not bytes]
    written = np.empty((n, len(same)), dtype=np.uint8)
    for first in range(0, n, _BLOCK):
        rows, block = written[first : first + _BLOCK], slice(first, first + _BLOCK)
        rows[:] = alike[: len(rows)]
        for start, part in told:
            _fill(rows, start, part, block)
    return written


def _fill(rows: Bytes, start: int, part: Any, block: slice) -> None:
    """Put what is told of a block of features into their rows, from the byte ``start`` on."""
    if isinstance(part, tuple):
        by_code, codes = part
        _units_at(rows, start, by_code.dtype)[:] = by_code[codes[block]]
    elif part.ndim == 1:
        _units_at(rows, start, part.dtype)[:] = part[block]
    else:
        rows[:, start : start + part.shape[1]] = part[block]


def _units_at(rows: Bytes, start: int, unit: "np.dtype[Any]") -> Units:
    return np.ndarray((len(rows),), unit, rows, start, (rows.strides[0],))


def _size(part: _Part) -> int:
    """Return how many bytes of a feature a part takes."""
    if isinstance(part, bytes):
        return len(part)
    units = part[0] if isinstance(part, tuple) else part
    return units.itemsize if units.ndim == 1 else int(units.shape[1])


def _in_units(numbers: Ints, width: int = 0) -> list[Units]:
    """Write numbers as varints of ``width`` bytes: four bytes at once, then two, then one."""
    width = width or varints.width(numbers.max())
    if width == 1:
        return [numbers.astype(np.uint8)]
    if width == 2:
        return [_in_two_bytes()[numbers]]
    wide: Units = numbers.astype(np.uint32 if width <= 4 else np.uint64)
    units: list[Units] = []
    done = 0
    while done < width:
        step = next(each for each in (4, 2, 1) if each <= width - done)
        packed = np.zeros_like(wide)
        for at in range(done, done + step):
            more = 128 if at < width - 1 else 0
            packed |= (wide >> 7 * at & 127 | more) << 8 * (at - done)
        units.append(packed.astype(f"<u{step}"))
        done += step
    return units


@cache
def _in_two_bytes() -> Units:
    numbers = np.arange(1 << 14)
    return (numbers & 127 | 128 | numbers >> 7 << 8).astype("<u2")


def curve_points(own: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Encode points, one a feature, from their places on the curve in a tile (`curve.own`).

    Twice a number below 4,096, written in two bytes, has its six low bits in the first and its
    six high bits in the second: so half of a place gives the first bytes of column and row, the
    other half the second ones.
    """
    first, second = _curve_bytes()
    return np.asarray(first[own & 4095] | second[own >> 12])


@cache
def _curve_bytes() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    column, row = curve.places(np.arange(4096, dtype=np.uint64))
    first = (2 * column | 128) | (2 * row | 128) << 16
    second = column << 8 | row << 24
    return first.astype("<u4"), second.astype("<u4")


def quads(corners: Ints) -> Bytes:
    """Encode areas of four corners, one a feature: tile units, shape ``(n, 4, 2)``.

    Clockwise as seen (y runs down), not closed, each within a million of 0.
    """
    moves = np.diff(corners, axis=1, prepend=0)
    written = varints.padded(varints.zigzag(moves).reshape(len(corners), 8), 3)
    start = varints.constant(len(corners), bytes([MOVE_TO | 1 << 3]))
    line = varints.constant(len(corners), bytes([LINE_TO | 3 << 3]))
    close = varints.constant(len(corners), bytes([CLOSE_PATH | 1 << 3]))
    return np.hstack([start, written[:, :6], line, written[:, 6:], close])


def single_points(xy: Ints) -> Bytes:
    """Encode points, one a feature: tile units, shape ``(n, 2)``, each within 8,191 of 0."""
    start = np.full((len(xy), 1), MOVE_TO | 1 << 3, dtype=np.uint8)
    return np.hstack([start, varints.padded(varints.zigzag(xy), 2)])


@lru_cache(maxsize=50_000, typed=True)
def value_of(value: object) -> bytes:
    """Write one value of an attribute; ``TypeError`` where a tile knows no such thing."""
    if isinstance(value, bool | np.bool_):
        return b"\x38\x01" if value else b"\x38\x00"
    if isinstance(value, int | np.integer):
        number = int(value)
        return (
            b"\x28" + varints.varint(number)
            if number >= 0
            else b"\x30" + varints.varint(-2 * number - 1)
        )
    if isinstance(value, float | np.floating):
        return b"\x19" + struct.pack("<d", value)
    if isinstance(value, str):
        return varints.field(1, value.encode())
    raise TypeError(type(value).__name__)


@lru_cache(maxsize=50_000, typed=True)
def _listed(value: object) -> bytes:
    return varints.field(4, value_of(value))
