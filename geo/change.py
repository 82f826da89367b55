"""Is a hot spot new, lasting or going? Cells over periods, by one rule that is written down."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo import grid, hotspots, trend
from geo.grid import Grid
from geo.space import Floats

LASTING = 0.75
"""Share of periods in which a persistent cell is hot."""
RECENT = 1 / 4
"""Share of periods, from the end, that count as recent; at least the last one."""
LEVEL = 0.05
"""Chance below which a trend counts."""
NEVER = "never hot"
CATEGORIES = {
    "new": "hot in the last period for the first time",
    "emerging": "hot in the last period and before, and rising",
    "fading": "hot lately, but falling",
    "persistent": "hot in the last period and in three of four periods or more, no trend",
    "intermittent": "hot lately, but now and then only",
    "former": "hot once, and not lately",
    NEVER: "hot in no period",
}


def categories(hot: ArrayLike, scores: ArrayLike) -> NDArray[np.str_]:
    """Sort cells by what they did over the periods; the first rule that fits counts.

    1. *never hot*: hot in no period.
    2. *new*: hot in the last period, and in none before.
    3. *former*: hot in none of the recent periods (the last quarter, at least the last one).
    4. *emerging*: hot in the last period, and the scores rise (Mann-Kendall, two-sided p at
       most 0.05).
    5. *fading*: the scores fall.
    6. *persistent*: hot in the last period and in at least three quarters of all.
    7. *intermittent*: what is left.

    A trend needs ``trend.LEAST`` + 1 periods to show at all; with two periods cells are new,
    former, persistent or never hot.

    Parameters
    ----------
    hot
        True where a cell was a hot spot in a period, shape ``(cells, periods)``, in the order
        of time.
    scores
        Gi* of the same cells and periods. Scores, not counts, so that a cell does not rise
        because the whole town does.

    Raises
    ------
    ValueError
        The shapes differ, there are fewer than two periods, or a score is missing.
    """
    was, score = np.atleast_2d(np.asarray(hot, dtype=bool)), np.atleast_2d(scores)
    if was.shape != score.shape:
        raise ValueError(f"Hot cells and scores differ: {was.shape}, {score.shape}.")
    going = trend.mann_kendall(score)
    clear = going.p <= LEVEL
    times, periods = was.sum(axis=1), was.shape[1]
    last = was[:, -1]
    lately = was[:, -max(1, int(periods * RECENT)) :].any(axis=1)
    rules = {
        NEVER: times == 0,
        "new": last & (times == 1),
        "former": ~lately,
        "emerging": last & clear & (going.s > 0),
        "fading": clear & (going.s < 0),
        "persistent": last & (times >= LASTING * periods),
    }
    return np.asarray(np.select(list(rules.values()), list(rules), default="intermittent"))


def by_period(
    laid: Grid, x: ArrayLike, y: ArrayLike, period: ArrayLike, periods: int
) -> NDArray[np.int64]:
    """Count the points of each period in each cell, shape ``(periods, rows, cols)``.

    ``period``: the number of each point's period from 0 on, shape ``(n,)``.
    """
    of, across, up = np.asarray(period), np.asarray(x, float), np.asarray(y, float)
    return np.stack([grid.counts(laid, across[of == each], up[of == each])
                     for each in range(periods)])  # fmt: skip


def hot_by_period(
    counts: ArrayLike, inside: NDArray[np.bool_], *, level: float = 0.05
) -> tuple[NDArray[np.bool_], Floats]:
    """Say which cells were hot in each period, and with which Gi*.

    Hot is a score above 0 with q at most ``level``, corrected over the cells of that period. A
    period in which every cell has the same count, such as none, has no hot cell and scores of 0.

    Parameters
    ----------
    counts
        Shape ``(periods, rows, cols)``, as of :func:`by_period`.
    inside
        The cells of the area, shape ``(rows, cols)``.

    Returns
    -------
    hot, scores
        Shape ``(cells, periods)`` over the cells inside, row by row: what :func:`categories`
        takes.
    """
    scores = []
    for each in np.asarray(counts, dtype=float):
        even = np.ptp(each[inside]) == 0
        scores.append(np.zeros(int(inside.sum())) if even
                      else hotspots.gi_star_grid(each, inside)[inside])  # fmt: skip
    found = [hotspots.assess(each) for each in scores]
    hot = [(each.z > 0) & (each.q <= level) for each in found]
    return np.column_stack(hot), np.column_stack(scores)
