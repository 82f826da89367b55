"""Which cells of a grid are neighbours: by whole offsets, never by a measured distance.

A neighbourhood is a mask of odd sides whose middle is the cell itself; it is the same for each
cell, so sums over neighbours are a convolution. Measured distances between corners differ in
the last digit, and one digit decides whether a cell has five neighbours or nine.
"""

import numpy as np
from numpy.typing import NDArray

from geo.space import Floats

Mask = NDArray[np.bool_]

TOLERANCE = 1e-7  # metres: a distance of cell x 1.41421356 means the diagonal
_DIRECT = 80  # cells of a neighbourhood; above, a Fourier transform is faster
_SEPARABLE = 33  # side of a square neighbourhood; the same
_WIDEST = 1_000  # cells from the middle


def squares(order: int = 1) -> Mask:
    """Return the neighbourhood of a square cell: all within ``order`` steps, diagonals too.

    Shape ``(2 * order + 1, 2 * order + 1)``; order 1 is queen contiguity. ``ValueError`` where
    ``order`` is not a whole number from 1 to 1,000.
    """
    _checked_order(order)
    return np.ones((2 * order + 1, 2 * order + 1), dtype=bool)


def square_band(distance: float, size: int) -> Mask:
    """Return the square cells whose middle is within ``distance`` metres, inclusive.

    ``size`` is the side of a cell in metres. ``ValueError`` where no other cell is that near.
    """
    reach = _steps(distance, size)
    steps = np.arange(-reach, reach + 1)
    return np.asarray(steps[:, None] ** 2 + steps**2 <= ((distance + TOLERANCE) / size) ** 2)


def hexes(order: int = 1) -> Mask:
    """Return the neighbourhood of a hexagon: ``order`` rings around it (6 cells, 18, 36, ...).

    Rows by doubled columns, as in :mod:`geo.hexes`; shape ``(2 * order + 1, 4 * order + 1)``.
    """
    _checked_order(order)
    row, column = _doubled(order, 2 * order)
    return np.asarray(_is_cell(row, column) & (np.maximum(row, (row + column) / 2) <= order))


def hex_band(distance: float, size: int) -> Mask:
    """Return the hexagons whose middle is within ``distance`` metres, inclusive.

    ``size`` is the distance between the middles of two that share a side.
    """
    _steps(distance, size)
    reach = int(2 * (distance + TOLERANCE) / size)
    row, column = _doubled(reach, reach)
    near = column**2 + 3 * row**2 <= 4 * ((distance + TOLERANCE) / size) ** 2
    return np.asarray(_is_cell(row, column) & near)


def sums(values: Floats, around: Mask) -> Floats:
    """Add up each cell and its neighbours; beyond the edges there is nothing.

    ``values`` of shape ``(rows, cols)`` gives the same; ``around`` is a neighbourhood.
    """
    if around.all() and max(around.shape) <= _SEPARABLE:
        return _shifted(_shifted(values, around.shape[0]).T, around.shape[1]).T
    if np.count_nonzero(around) <= _DIRECT:
        return _direct(values, around)
    from scipy.signal import oaconvolve  # takes a second to import, and is seldom needed

    return np.asarray(oaconvolve(values, around.astype(float), mode="same"))


def _shifted(values: Floats, side: int) -> Floats:
    """Add ``side`` neighbouring rows, the row itself in the middle."""
    total = values.copy()
    for step in range(1, min(side // 2, len(values) - 1) + 1):
        total[step:] += values[:-step]
        total[:-step] += values[step:]
    return total


def _direct(values: Floats, around: Mask) -> Floats:
    up, across = around.shape[0] // 2, around.shape[1] // 2
    framed = np.pad(values, ((up, up), (across, across)))
    rows, columns = values.shape
    total = np.zeros(values.shape)
    for row, column in np.argwhere(around):
        total += framed[row : row + rows, column : column + columns]
    return total


def _doubled(rows: int, columns: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many rows and doubled columns each offset is away."""
    return np.abs(np.arange(-rows, rows + 1))[:, None], np.abs(np.arange(-columns, columns + 1))


def _is_cell(row: NDArray[np.int64], column: NDArray[np.int64]) -> Mask:
    return np.asarray((row + column) % 2 == 0)


def _steps(distance: float, size: int) -> int:
    if not distance + TOLERANCE >= size:
        raise ValueError(
            f"Within {distance:g} m a cell of {size} m has no neighbours: take a longer distance "
            "or smaller cells."
        )
    steps = (distance + TOLERANCE) / size
    if steps > _WIDEST:
        raise ValueError(f"Neighbours can be at most {_WIDEST:,} cells away.")
    return int(steps)


def _checked_order(order: int) -> None:
    if order != int(order) or not 1 <= order <= _WIDEST:
        raise ValueError(f"The order of neighbours is a whole number from 1 to {_WIDEST:,}.")
