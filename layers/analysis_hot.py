"""Hot spots: cells with more records than chance would put there, and what stands behind them."""

from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from domain.filters import DAY_NAMES
from domain.recipes import Recipe
from geo import change, hotspots, neighbours, prediction, trend
from geo.clock import local
from geo.grid import Mask
from geo.permutation import permuted
from geo.space import Floats
from layers.analysis import Progress, Records, Result, month_of
from layers.analysis_cells import Lattice, enough, laid, strongest, tabled
from layers.analysis_warnings import explained, number

COLUMNS = {
    "label": "Cell",
    "code": "How sure",
    "count": "Records",
    "gistar": "Gi*",
    "q": "q",
    "voices": "Sources",
    "when": "When most",
    "trend": "Trend",
}
N_VARIANCE = (
    "Gi* takes the variance with n. How sure it is counts after the correction for looking at "
    "many cells (false discovery rate)."
)
APPROXIMATE = "Chances are of the normal approximation, which is rough where counts are small."
CANNOT = (
    "It cannot say what will happen, nor who is harmed.",
    "A cell that is not hot is not a safe place: nobody may have told of it.",
)
ONE_VOICE = "one source alone stands behind this"
HELD_UP_MONTHS = 8
"""Months that it takes to look whether an earlier map held up in the last quarter."""
BAND = 6
"""Hours of a band in which a hot cell's fullest time is told."""


def hot_spots(records: Records, recipe: Recipe, progress: Progress) -> Result:
    """Score cells with their neighbours by Gi*."""
    enough(records)
    lattice = laid(records, recipe)
    around = lattice.around(recipe.number("order"))
    deals = recipe.number("permutations")
    progress(0.3, "Scoring the cells")
    counted = lattice.counts(records.x, records.y)
    scored = _scored(counted.astype(float), lattice, around, deals, recipe.seed)
    hot = np.char.startswith(scored.label, "hot")
    progress(0.7, "Looking at what stands behind the hot cells")
    cells = lattice.cells(hot).assign(
        code=scored.label[hot],
        count=counted[hot],
        gistar=scored.z[hot],
        p=scored.p[hot],
        q=scored.q[hot],
        voices=lattice.voices(records, around)[hot],
        trend=_trends(records, lattice, around, hot),
        when=_times(records, lattice, hot),
    )
    cells = strongest(cells.assign(words=_words(cells)), "gistar")
    alone = int((cells["voices"] == 1).sum())
    return Result(
        headline=_headline(len(cells), int(cells["count"].sum()), len(records)),
        cells=cells,
        tables={"Hot cells": tabled(cells, COLUMNS)},
        **explained(
            records,
            says=(_says(lattice), *_held_up(records, lattice, around)),
            sure=(
                N_VARIANCE,
                _dealt_words(deals, recipe.seed) if deals else APPROXIMATE,
            ),
            cannot=CANNOT,
            first=_alone(alone, len(cells)),
        ),
    )


def _scored(
    counts: Floats, lattice: Lattice, around: Mask, deals: int, seed: int
) -> hotspots.HotSpots:
    z = hotspots.gi_star_grid(counts, lattice.inside, around)
    if not deals:
        return hotspots.assess(z)
    chance = permuted(counts, lattice.inside, around, deals=deals, seed=seed)
    return hotspots.assess(z, p=chance.p, p_upper=chance.p_upper)


def _headline(cells: int, held: int, records: int) -> str:
    if not cells:
        return "No cell stands out from chance."
    stand = "stands" if cells == 1 else "stand"
    return (
        f"{number(cells, 'cell')} {stand} out from chance and hold {held:,} of {records:,} records."
    )


def _dealt_words(deals: int, seed: int) -> str:
    return (
        f"{deals} permutations with seed {seed}. They test the cells around a cell and leave its "
        f"own count; no chance under {2 / (deals + 1):.3f} can be told, so among many cells few "
        "can stand out."
    )


def _says(lattice: Lattice) -> str:
    return (
        f"Each cell of {lattice.grid.size} m is compared, with the cells around it, to all "
        f"{int(lattice.inside.sum()):,} cells of the area. A hot cell has more records than "
        "chance would put there."
    )


def _words(cells: gpd.GeoDataFrame) -> list[str]:
    return [
        number(count, "record") + (f" · {ONE_VOICE}" if voices == 1 else "")
        for count, voices in zip(cells["count"], cells["voices"], strict=True)
    ]


def _alone(alone: int, hot: int) -> tuple[str, ...]:
    if not alone:
        return ()
    return (f"Behind {alone:,} of {number(hot, 'hot cell')} stands one source alone. Ask others.",)


def _trends(records: Records, lattice: Lattice, around: Mask, hot: Mask) -> list[str]:
    """Say for each hot cell, with its neighbours, whether its months rise or fall."""
    known = records.month[records.month >= 0]
    if not hot.any() or np.unique(known).size <= trend.LEAST:
        return ["too short to tell"] * int(hot.sum())
    rows = []
    for month in range(int(known.min()), int(known.max()) + 1):
        mine = records.month == month
        held = lattice.counts(records.x[mine], records.y[mine])
        rows.append(neighbours.sums(held.astype(float), around)[hot])
    going = trend.mann_kendall(np.stack(rows, axis=1))
    clear = going.p <= change.LEVEL
    words = np.select(
        [clear & (going.s > 0), clear & (going.s < 0)], ["rising", "falling"], "no clear trend"
    )
    return list(map(str, words))


def _times(records: Records, lattice: Lattice, hot: Mask) -> list[str]:
    """Say for each hot cell on which weekday and in which band of hours most records began."""
    told = ~np.isnat(records.start)
    x, y = records.x[told], records.y[told]
    hours = local(records.start[told]).astype("datetime64[h]").astype(np.int64)
    band = (hours + 72) % 168 // BAND  # 1 January 1970 was a Thursday
    every = range(168 // BAND)
    held = np.stack([lattice.counts(x[band == at], y[band == at])[hot] for at in every])
    fullest: NDArray[Any] = held.argmax(axis=0)
    return [
        _band_words(at) if most > 1 else "spread out"
        for at, most in zip(fullest.tolist(), held.max(axis=0).tolist(), strict=True)
    ]


def _band_words(at: int) -> str:
    day, first = divmod(at * BAND, 24)
    return f"{DAY_NAMES[day]} {first:02d}:00 to {first + BAND:02d}:00"


def _held_up(records: Records, lattice: Lattice, around: Mask) -> tuple[str, ...]:
    """Say how much of the last quarter's records lay in the hot cells of the time before."""
    known = records.month[records.month >= 0]
    if not known.size or np.ptp(known) + 1 < HELD_UP_MONTHS:
        return ()
    split = int(known.max()) - (int(np.ptp(known)) + 1) // 4
    before, after = (records.month >= 0) & (records.month <= split), records.month > split
    earlier = lattice.counts(records.x[before], records.y[before]).astype(float)
    later = lattice.counts(records.x[after], records.y[after])[lattice.inside]
    if np.ptp(earlier[lattice.inside]) == 0 or not later.sum():
        return ()
    label = hotspots.assess(hotspots.gi_star_grid(earlier, lattice.inside, around)).label
    hot = np.char.startswith(label, "hot")[lattice.inside]
    if not hot.any():
        return ()
    kept = prediction.hits(hot, later)
    return (
        (
            f"Has such a map held up here? The hot cells of the time up to {month_of(split):%B %Y} "
            f"({kept.area:.1%} of the area) held {kept.hit_rate:.0%} of the records since: "
            f"{kept.pai:.1f} times their share of the area (PAI)."
        ),
    )
