"""The bytes of a Mapbox Vector Tile 2.1, written by numpy.

A number in protobuf (a varint) may be padded with empty groups of seven bits. So a column of
numbers can have one width, points with the same attributes take the same number of bytes, and
a whole layer of points is filled column by column.

Specification: https://github.com/mapbox/vector-tile-spec/tree/master/2.1
"""

import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

EXTENT = 4096
POINT, LINE, POLYGON = 1, 2, 3

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Drawn = tuple[int, "Bytes | list[bytes]"]
"""A kind of geometry, and the encoded geometry of each feature (a matrix for single points)."""

Column = tuple[str, Ints, Sequence[object]]
"""An attribute: its key, the number of each feature's value, shape ``(n,)``, and the values."""

_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 7
_LIMITS = 1 << np.array([7, 14, 21, 28])
"""From these numbers on a varint takes one byte more."""
_Group = tuple[Ints, Bytes]
_Part = bytes | tuple[Ints, int] | Bytes
_BLOCK = 8_192


def layer(name: str, table: pd.DataFrame, drawn: Sequence[Drawn]) -> bytes:
    """Encode a tile of one layer.

    Parameters
    ----------
    name
        What the layer is called in the tile.
    table
        Attributes, one row a feature, in the order of ``drawn``: text, whole numbers, numbers
        and truth values, what is missing being left out. The index holds the ids.
    drawn
        Encoded geometry from :func:`single_points` and :func:`shapes`.

    Raises
    ------
    ValueError
        An id is no whole number from 0, or a column holds something else than the above.
    """
    if not len(table):
        return b""
    codes, values = _coded(table)
    ids = _checked_ids(table.index)
    body = [b"\x78\x02", _field(1, name.encode())]
    start = 0
    for kind, geometry in drawn:
        rows = slice(start, start + len(geometry))
        groups = list(_heads(ids[rows], codes[rows], len(values), kind))
        encode = _shape_features if isinstance(geometry, list) else _point_features
        body.append(encode(groups, geometry))
        start = rows.stop
    body += [_field(3, str(key).encode()) for key in table.columns]
    body += [_field(4, value) for value in values]
    return _field(3, b"".join(body) + b"\x28" + _varint(EXTENT))


def coded(
    name: str,
    kind: int,
    geometry: Bytes,
    columns: Sequence[Column],
    ids: Ints | None = None,
) -> bytes:
    """Encode a tile of one layer whose attributes are numbered already: nothing is done by row.

    Parameters
    ----------
    name
        What the layer is called in the tile.
    kind, geometry
        ``POINT``, ``LINE`` or ``POLYGON``, and the encoded geometry of each feature: one matrix,
        from :func:`single_points` or :func:`quads`.
    columns
        Attributes, at most 128 and none missing.
    ids
        Whole numbers from 0, shape ``(n,)``; without them features have none.
    """
    n = len(geometry)
    if not n:
        return b""
    seen: dict[bytes, int] = {}
    tags = np.empty((n, len(columns)), dtype=np.int64)
    for column, (_, codes, values) in enumerate(columns):
        used = np.flatnonzero(np.bincount(codes, minlength=len(values)))
        numbers = np.zeros(len(values), dtype=np.int64)
        numbers[used] = [seen.setdefault(_value(values[at]), len(seen)) for at in used.tolist()]
        tags[:, column] = numbers[codes]
    framed = _same_width(_parts(ids, tags, len(seen), kind, geometry), n)
    body = [b"\x78\x02", _field(1, name.encode()), framed.tobytes()]
    body += [_field(3, key.encode()) for key, _, _ in columns]
    body += map(_listed, seen)
    return _field(3, b"".join(body) + b"\x28" + _varint(EXTENT))


def _parts(ids: Ints | None, tags: Ints, known: int, kind: int, geometry: Bytes) -> list[_Part]:
    """List what a feature is made of, in order: bytes for all, numbers of a width, or a matrix."""
    width = _width(known)
    parts: list[_Part] = []
    if ids is not None:
        parts += [b"\x08", (ids, _width(ids.max()))]
    if tags.shape[1]:
        parts.append(b"\x12" + _varint(tags.shape[1] * (1 + width)))
        for key in range(tags.shape[1]):
            parts += [bytes([key]), (tags[:, key], width)]
    return [*parts, bytes([0x18, kind, 0x22]) + _varint(geometry.shape[1]), geometry]


def _same_width(parts: list[_Part], n: int) -> Bytes:
    """Write features of one width: a block of rows at a time, which stays in the cache."""
    sizes = [_size(part) for part in parts]
    head = b"\x12" + _varint(sum(sizes))
    written = np.empty((n, len(head) + sum(sizes)), dtype=np.uint8)
    ends = np.cumsum([len(head), *sizes]).tolist()
    for first in range(0, n, _BLOCK):
        rows = slice(first, min(n, first + _BLOCK))
        for part, (start, end) in zip([head, *parts], pairwise([0, *ends]), strict=True):
            if isinstance(part, bytes):
                written[rows, start:end] = np.frombuffer(part, dtype=np.uint8)
            elif isinstance(part, tuple):
                written[rows, start:end] = _padded(part[0][rows, None], part[1])
            else:
                written[rows, start:end] = part[rows]
    return written


def _size(part: _Part) -> int:
    if isinstance(part, bytes):
        return len(part)
    return part[1] if isinstance(part, tuple) else int(part.shape[1])


def quads(corners: Ints) -> Bytes:
    """Encode areas of four corners, one a feature: tile units, shape ``(n, 4, 2)``.

    Clockwise as seen (y runs down), not closed, each within a million of 0.
    """
    moves = np.diff(corners, axis=1, prepend=0)
    written = _padded(_zigzag(moves).reshape(len(corners), 8), 3)
    start = _constant(len(corners), bytes([_MOVE_TO | 1 << 3]))
    line = _constant(len(corners), bytes([_LINE_TO | 3 << 3]))
    close = _constant(len(corners), bytes([_CLOSE_PATH | 1 << 3]))
    return np.hstack([start, written[:, :6], line, written[:, 6:], close])


def single_points(xy: Ints) -> Bytes:
    """Encode points, one a feature: tile units, shape ``(n, 2)``, each within 8,191 of 0."""
    start = np.full((len(xy), 1), _MOVE_TO | 1 << 3, dtype=np.uint8)
    return np.hstack([start, _padded(_zigzag(xy), 2)])


def shapes(kind: int, vertices: Ints, lengths: Ints, owners: Ints) -> list[bytes]:
    """Encode features of one or more parts.

    Parameters
    ----------
    kind
        ``POINT`` (a part is then all points of a feature), ``LINE`` or ``POLYGON`` (a part is
        a ring, outer rings clockwise as seen and before their holes, not closed).
    vertices
        Tile units, y downwards, shape ``(n, 2)``, part after part.
    lengths, owners
        How many vertices each part has, and which feature it belongs to, rising from 0.
    """
    if not lengths.size:
        return []
    first = np.cumsum(lengths) - lengths
    moves = np.diff(vertices, axis=0, prepend=0)
    new = np.append(True, owners[1:] != owners[:-1])
    moves[first[new]] = vertices[first[new]]

    size = 2 * lengths + (1 if kind == POINT else 2) + (kind == POLYGON)
    start = np.cumsum(size) - size
    order = np.arange(len(vertices)) - np.repeat(first, lengths)
    place = np.repeat(start, lengths) + 1 + 2 * order + ((order > 0) & (kind != POINT))
    commands = np.empty(size.sum(), dtype=np.int64)
    commands[start] = _MOVE_TO | (lengths if kind == POINT else 1) << 3
    if kind != POINT:
        commands[start + 3] = _LINE_TO | (lengths - 1) << 3
    if kind == POLYGON:
        commands[start + size - 1] = _CLOSE_PATH | 1 << 3
    commands[place], commands[place + 1] = _zigzag(moves).T
    return _cut(commands, start[new])


def _cut(commands: Ints, starts: Ints) -> list[bytes]:
    """Write numbers as varints, and cut them where each feature starts."""
    width = 1 + np.searchsorted(_LIMITS, commands, side="right")
    steps = np.arange(width.max())
    groups = commands[:, None] >> 7 * steps & 127 | (steps < width[:, None] - 1) << 7
    written = groups[steps < width[:, None]].astype(np.uint8).tobytes()
    ends = np.append(0, np.cumsum(width))[np.append(starts, len(commands))].tolist()
    return [written[start:end] for start, end in pairwise(ends)]


def _coded(table: pd.DataFrame) -> tuple[Ints, list[bytes]]:
    """Replace values by their numbers: shape ``(rows, columns)``, -1 where there is none."""
    seen: dict[bytes, int] = {}
    codes = np.full(table.shape, -1, dtype=np.int64)
    for at, (name, column) in enumerate(table.items()):
        try:
            codes[:, at] = _column_codes(column, seen)
        except TypeError as error:
            raise ValueError(f"The attribute {name} cannot be put into a tile.") from error
    return codes, list(seen)


def _column_codes(column: "pd.Series[Any]", seen: dict[bytes, int]) -> Ints:
    """Replace values by their numbers; by what is written, for in Python ``1 == True``."""
    if column.dtype == object:
        present = column.notna().tolist()
        written = [_value(each) if there else b"" for each, there in zip(column, present)]  # noqa: B905
        return np.array(
            [seen.setdefault(each, len(seen)) if each else -1 for each in written], dtype=np.int64
        )
    codes, uniques = pd.factorize(column)
    numbers = [seen.setdefault(_value(each), len(seen)) for each in uniques]
    return np.array([*numbers, -1], dtype=np.int64)[codes]


@lru_cache(maxsize=50_000, typed=True)
def _value(value: object) -> bytes:
    if isinstance(value, bool | np.bool_):
        return b"\x38\x01" if value else b"\x38\x00"
    if isinstance(value, int | np.integer):
        number = int(value)
        return b"\x28" + _varint(number) if number >= 0 else b"\x30" + _varint(-2 * number - 1)
    if isinstance(value, float | np.floating):
        return b"\x19" + struct.pack("<d", value)
    if isinstance(value, str):
        return _field(1, value.encode())
    raise TypeError(type(value).__name__)


@lru_cache(maxsize=50_000)
def _listed(value: bytes) -> bytes:
    return _field(4, value)


def _checked_ids(index: "pd.Index[Any]") -> Ints:
    if not pd.api.types.is_integer_dtype(index.dtype) or index.min() < 0:
        raise ValueError("Features in tiles need whole numbers from 0 as their index.")
    return index.to_numpy(dtype=np.int64)


def _heads(ids: Ints, codes: Ints, known: int, kind: int) -> Iterator[_Group]:
    """Write id, attributes and kind: one matrix for all rows that have the same attributes."""
    which = np.zeros(len(codes), dtype=np.int64)
    for column in codes.T:
        which = pd.factorize(2 * which + (column >= 0))[0]
    for number in range(which.max() + 1):
        rows = np.flatnonzero(which == number)
        present = np.flatnonzero(codes[rows[0]] >= 0)
        tags = _tags(present, codes[np.ix_(rows, present)], known)
        key, end = _constant(len(rows), b"\x08"), _constant(len(rows), bytes([0x18, kind]))
        yield rows, np.hstack([key, _padded(ids[rows, None], _width(ids.max())), tags, end])


def _tags(keys: Ints, values: Ints, known: int) -> Bytes:
    if not keys.size:
        return np.empty((len(values), 0), dtype=np.uint8)
    key_width, value_width = _width(int(keys.max())), _width(known)
    across = np.broadcast_to(keys, values.shape)[..., None]
    pairs = np.concatenate(
        [_padded(across, key_width), _padded(values[..., None], value_width)], axis=2
    ).reshape(len(values), -1)
    return np.hstack([_constant(len(values), b"\x12" + _varint(pairs.shape[1])), pairs])


def _point_features(groups: list[_Group], geometry: Any) -> bytes:
    """Frame points, in the order that they came in."""
    blocks = [(rows, _framed(head, geometry[rows])) for rows, head in groups]
    if len(blocks) == 1:
        return blocks[0][1].tobytes()
    width = np.empty(len(geometry), dtype=np.int64)
    for rows, block in blocks:
        width[rows] = block.shape[1]
    start = np.cumsum(width) - width
    written = np.empty(width.sum(), dtype=np.uint8)
    for rows, block in blocks:
        written[start[rows, None] + np.arange(block.shape[1])] = block
    return written.tobytes()


def _framed(head: Bytes, geometry: Bytes) -> Bytes:
    n = len(head)
    body = np.hstack([head, _constant(n, b"\x22" + _varint(geometry.shape[1])), geometry])
    return np.hstack([_constant(n, b"\x12" + _varint(body.shape[1])), body])


def _shape_features(groups: list[_Group], geometry: Any) -> bytes:
    head = [b""] * len(geometry)
    for rows, block in groups:
        for row, each in zip(rows.tolist(), block, strict=True):
            head[row] = each.tobytes()
    return b"".join(
        _field(2, start + _field(4, path)) for start, path in zip(head, geometry, strict=True)
    )


def _constant(rows: int, written: bytes) -> Bytes:
    return np.tile(np.frombuffer(written, dtype=np.uint8), (rows, 1))


def _padded(numbers: Ints, width: int) -> Bytes:
    """Write each number in ``width`` bytes; those along the last axis follow one another."""
    groups = np.empty((*numbers.shape, width), dtype=np.uint8)
    for at in range(width):
        more = 128 if at < width - 1 else 0
        groups[..., at] = numbers >> 7 * at & 127 | more
    return groups.reshape(*numbers.shape[:-1], numbers.shape[-1] * width)


def _width(largest: ArrayLike) -> int:
    return max(1, -(-int(np.asarray(largest)).bit_length() // 7))


def _zigzag(numbers: Ints) -> Ints:
    return numbers << 1 ^ numbers >> 63


def _varint(number: int) -> bytes:
    written = bytearray()
    while number > 127:
        written.append(number & 127 | 128)
        number >>= 7
    return bytes([*written, number])


def _field(number: int, body: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(body)) + body
