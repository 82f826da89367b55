"""Who has told of what: how many voices stand behind a cell, an area or a month.

Silence is not safety: where nobody has told anything, nothing is known. And many records of one
voice are one voice.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import maximum_filter

from geo.grid import Grid, Ints, counts

MOST_VOICES = 1_000


def voices_around(grid: Grid, x: ArrayLike, y: ArrayLike, who: ArrayLike) -> Ints:
    """Count the different voices in each cell and the up to eight cells around it.

    That is the neighbourhood that Gi* looks at, so a cluster with one voice can be named so.

    Parameters
    ----------
    grid
        The cells, in the CRS of the points.
    x, y
        Metres, shape ``(n,)``; points off the grid are left out.
    who
        A whole number from 0 for each point that says who told of it, shape ``(n,)``.

    Returns
    -------
    Ints
        Shape ``(rows, cols)``; 0 where nobody told of anything near.

    Raises
    ------
    ValueError
        There are more voices than ``MOST_VOICES``, or a number below 0.
    """
    across, up = np.asarray(x, float), np.asarray(y, float)
    told = _voices(who)
    found = np.zeros(grid.shape, dtype=np.int64)
    for voice in np.unique(told):
        mine = told == voice
        here = counts(grid, across[mine], up[mine]) > 0
        found += maximum_filter(here, size=3, mode="constant", cval=False)
    return found


def voices_in(area: ArrayLike, when: ArrayLike, who: ArrayLike, shape: tuple[int, int]) -> Ints:
    """Count the different voices in each area and period.

    Parameters
    ----------
    area, when, who
        Whole numbers for each record, shape ``(n,)``: which area (row), which period (column) and
        who told of it. A record whose area or period is below 0 is known to neither and left out.
    shape
        How many areas and how many periods there are.

    Returns
    -------
    Ints
        Shape ``shape``.
    """
    rows, columns, told = np.asarray(area, int), np.asarray(when, int), _voices(who)
    known = (rows >= 0) & (columns >= 0)
    if not known.any():
        return np.zeros(shape, dtype=np.int64)
    each = np.ravel_multi_index((rows[known], columns[known]), shape)
    pairs = np.unique(np.column_stack([each, told[known]]), axis=0)
    return np.bincount(pairs[:, 0], minlength=shape[0] * shape[1]).reshape(shape).astype(np.int64)


def _voices(who: ArrayLike) -> NDArray[np.int64]:
    told = np.asarray(who, dtype=np.int64)
    if told.size and (told.min() < 0 or told.max() >= MOST_VOICES):
        raise ValueError(f"Voices are numbered from 0, and there are at most {MOST_VOICES:,}.")
    return told
