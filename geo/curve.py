"""A curve through the world on which every web map tile is one stretch: Morton's order.

The world of Web Mercator is cut into 2^32 units a side (about 9 mm), and the bits of a point's
column and row take turns in one whole number, its key. Points sorted by key lie tile by tile, at
every zoom, so the points of a tile are found by two binary searches and none else is looked at.

Morton, G. M. (1966). A computer oriented geodetic data base and a new technique in file
sequencing. IBM.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Keys = NDArray[np.uint64]
Ints = NDArray[np.int64]

BITS = 32
"""Halvings of the world; a tile at zoom z fixes the first 2 z bits of a key."""
EXTENT_BITS = 12
_HALF = math.pi * 6_378_137.0
_STEPS = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)


def units(x: ArrayLike, y: ArrayLike) -> tuple[Keys, Keys]:
    """Turn metres of Web Mercator (EPSG:3857), shape ``(n,)``, into columns and rows from 0.

    Rows count from the north. What lies beyond the world falls on its edge.
    """
    across, up = np.asarray(x, float), np.asarray(y, float)
    return _units(across), _units(-up)


def keys(across: Keys, down: Keys) -> Keys:
    """Return the key of each column and row of `units`."""
    return np.asarray(_spread(across) | _spread(down) << np.uint64(1))


def places(key: Keys) -> tuple[Ints, Ints]:
    """Return the columns and rows of the keys: what `keys` was given."""
    return (
        _gathered(key).astype(np.int64),
        _gathered(key >> np.uint64(1)).astype(np.int64),
    )


def within(key: Keys, z: int, x: int, y: int) -> slice:
    """Return which of sorted keys lie in a tile: half-open, so each point lies in one tile."""
    first, last = ends(z, x, y)
    start = np.searchsorted(key, np.uint64(first))
    return slice(int(start), int(np.searchsorted(key, np.uint64(last), side="right")))


def ends(z: int, x: int, y: int) -> tuple[int, int]:
    """Return the first and the last key of a tile."""
    first = (_apart(x) | _apart(y) << 1) << 2 * (BITS - z)
    return first, first + (1 << 2 * (BITS - z)) - 1


def squares(key: Keys, z: int, x: int, y: int, levels: int) -> Ints:
    """Return where each square of a lattice over a tile begins among sorted ``key``.

    ``2 ** levels`` squares a side, in the order of the curve; shape ``(4 ** levels + 1,)``, the
    last being the end. All of ``key`` must lie in the tile.
    """
    first, _ = ends(z, x, y)
    side = 2 * (BITS - z - levels)
    edges = np.uint64(first) + (np.arange(4**levels, dtype=np.uint64) << np.uint64(side))
    return np.append(np.searchsorted(key, edges), len(key))


def in_tile(across: Ints, down: Ints, z: int, x: int, y: int) -> Ints:
    """Return where columns and rows of `places` lie in a tile of 4,096 units a side.

    Counted from its north-west corner, shape ``(..., 2)``. Beyond zoom 20 the tile's units are
    finer than ours.
    """
    shift = BITS - z - EXTENT_BITS
    along = np.stack([across, down], axis=-1)
    moved = along >> shift if shift >= 0 else along << -shift
    return np.asarray(moved - (np.array([x, y], dtype=np.int64) << EXTENT_BITS))


def own(key: Keys, z: int) -> NDArray[np.uint32]:
    """Return where keys lie in their own tile at zoom z: on the curve through its 4,096 units.

    Shape ``(n,)``, below 2^24. `places` of it are the columns and rows that `in_tile` gives.
    """
    shift = 2 * (BITS - z - EXTENT_BITS)
    moved = key >> np.uint64(shift) if shift >= 0 else key << np.uint64(-shift)
    return np.asarray(moved.astype(np.uint32) & np.uint32((1 << 2 * EXTENT_BITS) - 1))


def _units(metres: NDArray[np.float64]) -> Keys:
    share = (metres + _HALF) / (2 * _HALF)
    whole = np.floor(share * (1 << BITS))
    return np.clip(whole, 0, (1 << BITS) - 1).astype(np.uint64)


def _spread(number: Keys) -> Keys:
    """Put a zero before every bit of 32-bit numbers."""
    spread = number.astype(np.uint64, copy=True)
    for shift, mask in _STEPS:
        spread |= spread << np.uint64(shift)
        spread &= np.uint64(mask)
    return spread


def _apart(number: int) -> int:
    """Do as `_spread` with one number."""
    for shift, mask in _STEPS:
        number = (number | number << shift) & mask
    return number


def _gathered(key: Keys) -> Keys:
    """Take every second bit: the opposite of `_spread`."""
    found = key & np.uint64(_STEPS[-1][1])
    masks = [mask for _, mask in _STEPS[-2::-1]] + [0x00000000FFFFFFFF]
    for (shift, _), mask in zip(_STEPS[::-1], masks, strict=True):
        found |= found >> np.uint64(shift)
        found &= np.uint64(mask)
    return found
