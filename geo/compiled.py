"""The loops that numba compiles; importing this needs numba. See :mod:`geo.kernels`."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit, prange

from geo.kernels import Laid
from geo.space import Floats


def _jit(loop: Callable[..., Any]) -> Callable[..., Any]:
    """Compile with a cache on disk, or without where no folder can be written to."""
    try:
        made: Callable[..., Any] = njit(parallel=True, nogil=True, cache=True)(loop)
    except RuntimeError:
        made = njit(parallel=True, nogil=True)(loop)
    return made


@_jit
def counting(x: Floats, y: Floats, laid: Laid, parts: int) -> Any:
    """Count in whole metres, as the numpy path does, each part of the points into its own.

    Half a metre above a whole number of metres is never near an edge, so dividing floats is
    exact, and it is several times faster than dividing integers.
    """
    west, south, size, rows, cols = laid
    width, height = cols * size, rows * size
    found = np.zeros((parts, rows * cols), dtype=np.int64)
    step = (x.size + parts - 1) // parts
    for part in prange(parts):
        mine = found[part]
        for at in range(part * step, min((part + 1) * step, x.size)):
            east, north = x[at] - west, y[at] - south
            if 0 <= east < width and 0 <= north < height:
                row = int((math.floor(north) + 0.5) / size)
                mine[row * cols + int((math.floor(east) + 0.5) / size)] += 1
    return found.sum(axis=0).reshape((rows, cols))


@_jit
def spreading(x: Floats, y: Floats, weights: Floats, laid: Laid, parts: int) -> Any:
    """Spread each point over four middles of cells; those that are off the grid get nothing."""
    west, south, size, rows, cols = laid
    found = np.zeros((parts, rows * cols))
    step = (x.size + parts - 1) // parts
    for part in prange(parts):
        mine = found[part]
        for at in range(part * step, min((part + 1) * step, x.size)):
            across, up = (x[at] - west) / size - 0.5, (y[at] - south) / size - 0.5
            if not (0 <= across < cols - 1 and 0 <= up < rows - 1):
                continue
            col, row = int(across), int(up)
            right, above = across - col, up - row
            flat = row * cols + col
            mine[flat] += weights[at] * (1 - right) * (1 - above)
            mine[flat + 1] += weights[at] * right * (1 - above)
            mine[flat + cols] += weights[at] * (1 - right) * above
            mine[flat + cols + 1] += weights[at] * right * above
    return found.sum(axis=0).reshape((rows, cols))
