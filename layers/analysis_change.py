"""What is new, what lasts and what has faded: hot spots over equal periods."""

import numpy as np

from domain.errors import Invalid
from domain.recipes import Recipe
from geo import change, hotspots
from geo.clock import local
from geo.grid import Ints
from geo.rates import RateRatio, rate_ratio
from layers.analysis import Progress, Records, Result, month_of, table
from layers.analysis_cells import Lattice, enough, laid, strongest, tabled
from layers.analysis_warnings import explained, number

LAST_DAYS = 3
"""A month counts as whole when records reach into its last three days."""
COLUMNS = {
    "label": "Cell",
    "code": "Category",
    "before": "First half",
    "after": "Second half",
    "ratio": "Ratio",
    "low": "From",
    "high": "To",
}
TOLD = ("new", "emerging", "persistent", "fading", "former")


def changes(records: Records, recipe: Recipe, progress: Progress) -> Result:
    """Sort cells by what their hot spots did over equal periods of whole months."""
    enough(records)
    periods = recipe.number("periods")
    first, width = _periods(records, periods)
    lattice = laid(records, recipe)
    counted, scores, hot = [], [], []
    for at in range(periods):
        progress(0.1 + 0.7 * at / periods, f"Period {at + 1} of {periods}")
        begin = first + at * width
        mine = (records.month >= begin) & (records.month < begin + width)
        held = lattice.counts(records.x[mine], records.y[mine])
        if np.ptp(held[lattice.inside]) == 0:
            raise Invalid("A period has too few records to compare. Take fewer periods.")
        z = hotspots.gi_star_grid(held.astype(float), lattice.inside, lattice.around())
        counted.append(held[lattice.inside])
        scores.append(z[lattice.inside])
        hot.append(np.char.startswith(hotspots.assess(z).label, "hot")[lattice.inside])
    was = change.categories(np.stack(hot, axis=1), np.stack(scores, axis=1))
    return _result(records, lattice, was, np.stack(counted, axis=1), (first, width))


def _result(
    records: Records, lattice: Lattice, was: "np.ndarray[tuple[int], np.dtype[np.str_]]",
    held: Ints, start: tuple[int, int],
) -> Result:  # fmt: skip
    middle = held.shape[1] // 2
    shown = was != change.NEVER
    which = np.zeros(lattice.inside.shape, dtype=bool)
    which[lattice.inside] = shown
    before, after = held[shown, :middle].sum(axis=1), held[shown, -middle:].sum(axis=1)
    compared = rate_ratio(before, after)
    cells = lattice.cells(which).assign(
        code=was[shown],
        count=held[shown].sum(axis=1),
        before=before,
        after=after,
        ratio=compared.ratio,
        low=compared.low,
        high=compared.high,
    )
    words = [
        f"{earlier:,} records in the first half, {later:,} in the second"
        for earlier, later in zip(before.tolist(), after.tolist(), strict=True)
    ]
    cells = strongest(cells.assign(words=words), "count")
    tally = {name: int((was == name).sum()) for name in change.CATEGORIES}
    rows = [[name, tally[name], rule] for name, rule in change.CATEGORIES.items()]
    whole = rate_ratio(held[:, :middle].sum(), held[:, -middle:].sum())
    return Result(
        headline=f"Hot cells: {', '.join(f'{tally[name]} {name}' for name in TOLD)}.",
        cells=cells,
        tables={
            "Categories": table(["Category", "Cells", "Rule"], rows),
            "Cells": tabled(cells, COLUMNS),
        },
        **explained(
            records,
            says=(_periods_words(held.shape[1], *start), _whole_words(whole)),
            sure=(
                (
                    "Intervals are exact, and for one cell by itself: among many cells some will "
                    "leave out no change by chance."
                ),
            ),
            cannot=("A fall in records is not a fall in harm, and may be harm that moved.",),
        ),
    )


def _periods(records: Records, periods: int) -> tuple[int, int]:
    """Cut the latest whole months into equal periods: the first month and how many each has."""
    known = records.month[records.month >= 0]
    if not known.size:
        raise Invalid("No record tells its month, so nothing can be compared.")
    over = int(known.max()) + (0 if _ends_early(records) else 1)
    width = (over - int(known.min())) // periods
    if width < 1:
        months = number(over - int(known.min()), "whole month")
        raise Invalid(f"The records cover {months}. Take fewer periods.")
    return over - width * periods, width


def _ends_early(records: Records) -> bool:
    """Say whether the latest month is not over yet, by the latest day that is told."""
    told = records.start[~np.isnat(records.start)]
    if not told.size:
        return False
    newest = local(told.max()[None]).astype("datetime64[D]")[0]
    month = newest.astype("datetime64[M]")
    ends = (newest + LAST_DAYS).astype("datetime64[M]") > month
    return bool(month.astype(int) == records.month.max() and not ends)


def _periods_words(periods: int, first: int, width: int) -> str:
    last = first + width * periods - 1
    return (
        f"{periods} periods of {number(width, 'month')} each, from {month_of(first):%B %Y} to "
        f"{month_of(last):%B %Y}. In each, cells are scored anew against the whole area."
    )


def _whole_words(whole: RateRatio) -> str:
    change_, low, high = (100 * (float(each) - 1) for each in (whole.ratio, whole.low, whole.high))
    return (
        f"Over the whole area the second half has {change_:+.0f} % against the first (95 % "
        f"interval {low:+.0f} to {high:+.0f} %)."
    )
