"""A vector tile of any frame: points, lines and areas, with attributes that may be missing.

Rows with the same attributes are written together. The large layers are written without a frame
(`geo.mvt.coded`).
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from geo import varints
from geo.mvt import CLOSE_PATH, EXTENT, LINE_TO, MOVE_TO, POINT, POLYGON, value_of
from geo.varints import Bytes, Ints

Drawn = tuple[int, "Bytes | list[bytes]"]
"""A kind of geometry, and the encoded geometry of each feature (a matrix for single points)."""

_Group = tuple[Ints, Bytes]


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
    body = [b"\x78\x02", varints.field(1, name.encode())]
    start = 0
    for kind, geometry in drawn:
        rows = slice(start, start + len(geometry))
        groups = list(_heads(ids[rows], codes[rows], len(values), kind))
        encode = _shape_features if isinstance(geometry, list) else _point_features
        body.append(encode(groups, geometry))
        start = rows.stop
    body += [varints.field(3, str(key).encode()) for key in table.columns]
    body += [varints.field(4, value) for value in values]
    return varints.field(3, b"".join(body) + b"\x28" + varints.varint(EXTENT))


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
    commands[start] = MOVE_TO | (lengths if kind == POINT else 1) << 3
    if kind != POINT:
        commands[start + 3] = LINE_TO | (lengths - 1) << 3
    if kind == POLYGON:
        commands[start + size - 1] = CLOSE_PATH | 1 << 3
    commands[place], commands[place + 1] = varints.zigzag(moves).T
    return _cut(commands, start[new])


def _cut(commands: Ints, starts: Ints) -> list[bytes]:
    """Write numbers as varints, and cut them where each feature starts."""
    width = 1 + np.searchsorted(varints.LIMITS, commands, side="right")
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
        written = [value_of(each) if there else b"" for each, there in zip(column, present)]  # noqa: B905
        return np.array(
            [seen.setdefault(each, len(seen)) if each else -1 for each in written], dtype=np.int64
        )
    codes, uniques = pd.factorize(column)
    numbers = [seen.setdefault(value_of(each), len(seen)) for each in uniques]
    return np.array([*numbers, -1], dtype=np.int64)[codes]


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
        key, end = (
            varints.constant(len(rows), b"\x08"),
            varints.constant(len(rows), bytes([0x18, kind])),
        )
        yield (
            rows,
            np.hstack([key, varints.padded(ids[rows, None], varints.width(ids.max())), tags, end]),
        )


def _tags(keys: Ints, values: Ints, known: int) -> Bytes:
    if not keys.size:
        return np.empty((len(values), 0), dtype=np.uint8)
    key_width, value_width = varints.width(int(keys.max())), varints.width(known)
    across = np.broadcast_to(keys, values.shape)[..., None]
    pairs = np.concatenate(
        [varints.padded(across, key_width), varints.padded(values[..., None], value_width)], axis=2
    ).reshape(len(values), -1)
    return np.hstack(
        [varints.constant(len(values), b"\x12" + varints.varint(pairs.shape[1])), pairs]
    )


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
    body = np.hstack(
        [head, varints.constant(n, b"\x22" + varints.varint(geometry.shape[1])), geometry]
    )
    return np.hstack([varints.constant(n, b"\x12" + varints.varint(body.shape[1])), body])


def _shape_features(groups: list[_Group], geometry: Any) -> bytes:
    head = [b""] * len(geometry)
    for rows, block in groups:
        for row, each in zip(rows.tolist(), block, strict=True):
            head[row] = each.tobytes()
    return b"".join(
        varints.field(2, start + varints.field(4, path))
        for start, path in zip(head, geometry, strict=True)
    )
