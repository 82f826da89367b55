"""When it happens, and whether it comes again: analyses of time."""

from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np

from domain import terms
from domain.errors import Invalid
from domain.filters import DAY_NAMES
from domain.recipes import Recipe
from geo import when
from geo.aoristic import NARROW, Aoristic, aoristic
from geo.clock import Ints, days, local
from geo.grid import cell_label
from geo.near_repeat import Metric, NearRepeat, pairs_within
from geo.near_repeat import near_repeat as knox
from geo.space import Floats
from layers.analysis import Progress, Records, Result, month_of, nothing_drawn, table
from layers.analysis_cells import FEWEST, drawn_squares
from layers.analysis_warnings import explained, number
from layers.sight import CELL

BANDS = 4
"""Bands of distance and of time in a test for near repeats; the last one is open-ended."""
SURE = 0.05
WINDOW = ["Window", "Records", "Share", "From", "To", "Times the average"]
DAY_KINDS = {
    when.WEEKDAY: "School day",
    when.WEEKEND: "Weekend in term",
    when.HOLIDAY: "School holiday",
    when.UNKNOWN: "Not known",
}
SPREAD = (
    "A record that may have happened at any time between two moments is spread over all the hours "
    "between them, on the clocks of London."
)
DEALT = (
    (
        "Places and days are kept as they are, and the days are dealt out anew among the places. "
        "If near and soon come together more often than that, one event makes another nearby more "
        "likely for a while."
    ),
    "The map shows the squares where pairs lie that are near in both.",
)
JOINED = (
    "It says nothing of who was there: two events are joined by place and day alone.",
    "Records of one call that were written down twice would look like a repeat.",
)


def hours_of_the_week(records: Records, recipe: Recipe, progress: Progress) -> Result:
    """Spread records over the hours that they may have happened in; find the fullest windows."""
    progress(0.2, "Spreading records over the hours")
    spread = aoristic(records.start, records.end)
    if spread.used < 1:
        raise Invalid("No record tells its hour, so nothing can be said of the time of day.")
    best = when.best_windows(spread.table, hours=[recipe.number("window")])
    first = best[0]
    return Result(
        headline=f"{window_words(first)} holds {first.share:.1%} of the records whose time is "
        f"told ({first.low:.1%} to {first.high:.1%}), {first.times:.1f} times the average.",
        cells=nothing_drawn(),
        tables={
            "Hours of the week": _week(spread.table),
            "How certain": _week(spread.certainty),
            "Fullest windows": table(WINDOW, map(_window_row, best)),
            "By month": _by_month(records),
            **_by_day_kind(records, str(recipe.parameters["terms"])),
        },
        **explained(
            records,
            says=(SPREAD, *_course_words(records)),
            sure=_known_words(spread, len(records)),
            cannot=(
                "It cannot say when harm happens that nobody recorded.",
                "The fullest window was chosen for being full: expect a little less next time.",
            ),
        ),
    )


def near_repeats(records: Records, recipe: Recipe, progress: Progress) -> Result:
    """Test whether events follow one another nearby and soon more often than chance would."""
    dated = ~np.isnat(records.start)
    if dated.sum() < FEWEST:
        raise Invalid(
            f"Fewer than {FEWEST} records tell their day. That is too few to tell a repeat from "
            "chance."
        )
    x, y, day = records.x[dated], records.y[dated], days(records.start[dated])
    metres = [recipe.number("distance") * step for step in range(BANDS)]
    spans = [recipe.number("days") * step for step in range(BANDS)]
    metric: Metric = "manhattan" if recipe.parameters["metric"] == "manhattan" else "euclidean"
    deals = recipe.number("permutations")
    found = knox(
        x, y, day,
        distances=metres, days=spans, metric=metric, permutations=deals, seed=recipe.seed,
        progress=lambda share: progress(0.1 + 0.8 * share, "Dealing the days out anew"),
    )  # fmt: skip
    near = pairs_within(x, y, day, metres=(0, metres[1]), days=(0, spans[1]), metric=metric)
    return Result(
        headline=_repeat_words(found, metres[1], spans[1]),
        cells=_of_pairs(x, y, near.earlier, near.later),
        tables={
            "Observed over expected": _bands(found, found.ratio),
            "Chance (p)": _bands(found, found.p),
            "Observed pairs": _bands(found, found.observed),
            "Expected pairs": _bands(found, found.expected),
            "Latest pairs": _dates(x, y, day, near.earlier, near.later),
        },
        **explained(
            records,
            says=DEALT,
            sure=(
                (
                    f"{deals} permutations with seed {recipe.seed}, so p cannot be below "
                    f"{1 / (deals + 1):.4f}. Bands hold their first edge and not their last."
                ),
            ),
            cannot=JOINED,
        ),
    )


def _week(hours: Floats) -> dict[str, Any]:
    rows = zip(DAY_NAMES, hours.tolist(), strict=True)
    return table(["day", *map(str, range(24))], [[day, *row] for day, row in rows])


def _bands(found: NearRepeat, matrix: "Floats | Ints") -> dict[str, Any]:
    rows = zip(found.distances, matrix.tolist(), strict=True)
    return table(["", *found.days], [[band, *row] for band, row in rows])


def _window_row(each: when.Window) -> list[Any]:
    return [window_words(each), each.events, each.share, each.low, each.high, each.times]


def _known_words(spread: Aoristic, records: int) -> tuple[str, ...]:
    known = spread.narrow.sum() / spread.table.sum()
    untold = records - spread.used - spread.reversed
    return (
        (
            f"{known:.0%} of what is counted is known to within {NARROW} hours. Hours "
            "marked with a question mark are mostly spread out of longer spans."
        ),
        (
            f"{untold:,} of {number(records, 'record')} do not tell their time and are left out, "
            "never guessed."
        ),
    )


def _repeat_words(found: NearRepeat, metres: int, span: int) -> str:
    """Say what the band that is nearest in place and time tells."""
    ratio, chance = float(found.ratio[0, 0]), float(found.p[0, 0])
    told = (
        f"Less than {metres:,} m and {number(span, 'day')} apart: "
        f"{number(int(found.observed[0, 0]), 'pair')} where chance would give "
        f"{found.expected[0, 0]:,.1f}"
    )
    if chance <= SURE and ratio > 1:
        return f"{told}, {ratio:.2f} times as many (p {chance:.3f})."
    return f"{told}. That is not clearly more than chance (p {chance:.3f})."


def window_words(window: when.Window) -> str:
    """Say a window: "Friday 20:00 to 22:00"."""
    end = (window.hour + window.hours) % 24
    day = DAY_NAMES[window.weekday] if window.weekday is not None else "Every day"
    return f"{day} {window.hour:02d}:00 to {end:02d}:00"


def _course_words(records: Records) -> tuple[str, ...]:
    """Say where the months are going, or why that cannot be told."""
    if not (~np.isnat(records.start)).any():
        return ()
    course = when.course(when.by_month(records.start))
    if course.slope is None or course.p is None:
        return ("There are too few whole months to tell a trend.",)
    going = "rise" if course.slope > 0 else "fall"
    words = (
        f"Over {course.months} whole months the records {going} by {abs(course.slope):.1f} a month"
        f" (p {course.p:.3f})."
        if course.p <= SURE
        else f"Over {course.months} whole months no clear rise or fall is to be seen."
    )
    if course.season is None:
        return (words, "With less than two years, season and trend cannot be told apart.")
    peak = int(np.argmax(course.season))
    return (
        words,
        (
            f"The fullest month of the year is {date(2000, peak + 1, 1):%B}: "
            f"{course.season[peak]:.1f} times the average."
        ),
    )


def _by_month(records: Records) -> dict[str, Any]:
    known = records.month[records.month >= 0]
    if not known.size:
        return table(["Month", "Records"], [])
    counted = np.bincount(known - known.min())
    first = int(known.min())
    return table(
        ["Month", "Records"],
        [[f"{month_of(first + at):%Y-%m}", number] for at, number in enumerate(counted)],
    )


def _by_day_kind(records: Records, calendar: str) -> dict[str, dict[str, Any]]:
    """Count by term, holiday and weekend, over the days from the first to the last record."""
    told = records.start[~np.isnat(records.start)]
    if not calendar or not told.size:
        return {}
    ends = (local(np.array([edge]))[0] for edge in (told.min(), told.max()))
    first, last = (each.astype("datetime64[D]").item() for each in ends)
    kinds = when.by_day_kind(
        records.start, records.end, terms.terms(calendar), first=first, last=last
    )
    rows = [[DAY_KINDS[each.code], each.events, each.days, each.per_day] for each in kinds]
    return {"Term and holiday": table(["Kind of day", "Records", "Days", "A day"], rows)}


def _of_pairs(x: Floats, y: Floats, earlier: Ints, later: Ints) -> gpd.GeoDataFrame:
    """Draw the 250 m squares in which near-repeat pairs begin or end, by how many."""
    ends = np.concatenate([earlier, later])
    return drawn_squares(x[ends], y[ends], CELL, "ends of near-repeat pairs")


def _dates(x: Floats, y: Floats, day: Ints, earlier: Ints, later: Ints) -> dict[str, Any]:
    """List the latest pairs: both days, and the square in which the later one lies."""
    newest = np.argsort(-day[later], kind="stable")[:50]
    epoch = date(1970, 1, 1).toordinal()
    return table(
        ["First", "Then", "Square"],
        [
            [
                date.fromordinal(epoch + int(day[earlier[at]])).isoformat(),
                date.fromordinal(epoch + int(day[later[at]])).isoformat(),
                cell_label(x[later[at]], y[later[at]], CELL),
            ]
            for at in newest
        ],
    )
