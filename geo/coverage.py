"""Who has told of what: how many voices stand behind a cell, an area or a month.

Silence is not safety: where nobody has told anything, nothing is known. And many records of one
voice are one voice.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo import neighbours
from geo.grid import Ints, Mask

MOST_VOICES = 1_000


def voices_around(present: Iterable[Mask], around: Mask | None = None) -> Ints:
    """Count the different voices in each cell and the cells around it.

    With the neighbourhood that Gi* looked at, a cluster with one voice can be named so.

    Parameters
    ----------
    present
        For each voice where it told of anything, shape ``(rows, cols)`` each.
    around
        A neighbourhood of :mod:`geo.neighbours`; without it the up to eight cells around.

    Returns
    -------
    Ints
        Shape ``(rows, cols)``; 0 where nobody told of anything near. Shape ``(0, 0)`` where
        there are no voices.
    """
    near = neighbours.squares() if around is None else around
    found = [np.rint(neighbours.sums(voice.astype(float), near)) > 0 for voice in present]
    return np.sum(found, axis=0, dtype=np.int64) if found else np.zeros((0, 0), dtype=np.int64)


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
