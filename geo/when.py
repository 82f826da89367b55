"""When in the week, in the year and in the school year, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo import trend
from geo.clock import LONDON, instants, local
from geo.rates import wilson
from geo.space import Floats

Days = NDArray[np.datetime64]
Ints = NDArray[np.int64]

HOURS = 168
LONGEST = 24
"""Hours: of an interval longer than this, the day is not known."""
SEASON_MONTHS = 24
WEEKDAY, WEEKEND, HOLIDAY, UNKNOWN = "weekday", "weekend", "school_holiday", "unknown"


@dataclass(frozen=True)
class Window:
    """Some hours that hold much: ``hours`` long from ``hour`` on ``weekday`` (Monday is 0).

    ``weekday`` is None for a window of every day. ``share`` of all events, with Wilson's 95 %
    interval ``low`` to ``high``; ``times`` is how many times as busy as the week (or day) is on
    average. A window is chosen for being the fullest, so expect a little less of it next time.
    """

    weekday: int | None
    hour: int
    hours: int
    events: float
    share: float
    low: float
    high: float
    times: float


@dataclass(frozen=True)
class Months:
    """Events by calendar month; arrays of shape ``(n,)``, no month between left out.

    ``days`` of each month lie within the period looked at; ``whole`` where all of them do.
    """

    month: Days
    events: Ints
    days: Ints
    whole: NDArray[np.bool_]

    @property
    def per_30_days(self) -> Floats:
        """Events in 30 days, so that February is not a good month for being short."""
        return np.asarray(30 * self.events / self.days)


@dataclass(frozen=True)
class Course:
    """Where the months are going.

    Attributes
    ----------
    months
        Whole months that were looked at.
    slope
        Change in the events of 30 days from one month to the next (Theil and Sen); None where
        there are too few months to tell.
    p
        Two-sided chance of such a rise or fall (Mann and Kendall). With two years or more each
        month is compared with the same month of other years, so that a season is no trend.
    season
        For January to December, how many times as busy as the average month; None with less
        than two years, where season and trend cannot be told apart.
    """

    months: int
    slope: float | None
    p: float | None
    season: Floats | None


@dataclass(frozen=True)
class Terms:
    """School terms: from ``first`` to ``last`` day known, with what is not term in between."""

    name: str
    source: str
    first: date
    last: date
    holidays: tuple[tuple[date, date], ...]


@dataclass(frozen=True)
class DayKind:
    """One kind of day: how many events and days, and events a day (None without days)."""

    code: str
    events: int
    days: int
    per_day: float | None


def best_windows(
    table: ArrayLike, *, hours: Sequence[int] = (1, 2, 3, 4), most: int = 3
) -> tuple[Window, ...]:
    """Return the fullest hours of the week, for each length up to ``most`` that do not overlap.

    ``table`` is that of :func:`geo.aoristic.aoristic`, shape ``(7, 24)``; a window may run past
    midnight. The interval takes each event as wholly in or out of the window. An event that is
    spread varies less than that, so the interval errs on the wide side. ``ValueError`` where
    nothing was counted or a length is not 1 to 24 hours.
    """
    week = _checked_week(table)
    found = [each for length in hours for each in _fullest(week.ravel(), length, most)]
    return tuple(_window(week.sum(), length, at, events, HOURS) for at, length, events in found)


def best_hours(
    table: ArrayLike, *, hours: Sequence[int] = (1, 2, 3, 4), most: int = 1
) -> tuple[Window, ...]:
    """Return the fullest hours of the day over the whole week; else as :func:`best_windows`."""
    week = _checked_week(table)
    found = [each for length in hours for each in _fullest(week.sum(axis=0), length, most)]
    return tuple(_window(week.sum(), length, at, events, 24) for at, length, events in found)


def by_month(
    start: ArrayLike,
    *,
    first: date | None = None,
    last: date | None = None,
    zone: str = LONDON,
) -> Months:
    """Count events by the month in which they began.

    Parameters
    ----------
    start
        UTC, ``datetime64``; NaT, where the time is not known, is left out: count those yourself.
    first, last
        The days that the data cover, both included; without them those of the events, which
        makes months at the ends partial. Events outside are left out.

    Raises
    ------
    ValueError
        There is no event whose time is known, or ``last`` lies before ``first``.
    """
    days = local(start, zone).astype("datetime64[D]")
    days = days[~np.isnat(days)]
    if not days.size and (first is None or last is None):
        raise ValueError("No event has a time that is known.")
    begin = days.min() if first is None else np.datetime64(first)
    end = (days.max() if last is None else np.datetime64(last)) + 1
    if end <= begin:
        raise ValueError("The period ends before it begins.")
    months = np.arange(begin.astype("datetime64[M]"), (end - 1).astype("datetime64[M]") + 1)
    of = days[(days >= begin) & (days < end)].astype("datetime64[M]")
    opens, closes = months.astype("datetime64[D]"), (months + 1).astype("datetime64[D]")
    covered = (np.minimum(closes, end) - np.maximum(opens, begin)).astype(np.int64)
    events = np.bincount((of - months[0]).astype(np.int64), minlength=months.size)
    return Months(months, events.astype(np.int64), covered,
                  covered == (closes - opens).astype(np.int64))  # fmt: skip


def course(months: Months) -> Course:
    """Say where the whole months are going, and what season they have."""
    rate = months.per_30_days[months.whole]
    if rate.size < trend.LEAST:
        return Course(rate.size, None, None, None)
    if rate.size < SEASON_MONTHS:
        return Course(rate.size, float(trend.theil_sen(rate)[0]),
                      float(trend.mann_kendall(rate).p[0]), None)  # fmt: skip
    test, yearly = trend.seasonal_kendall(rate)
    of_year = months.month[months.whole].astype(np.int64) % 12
    mean = np.bincount(of_year, rate) / np.bincount(of_year)
    season = mean / mean.mean() if mean.any() else None
    return Course(rate.size, yearly / 12, float(test.p[0]), season)


def day_kinds(days: ArrayLike, terms: Terms) -> NDArray[np.str_]:
    """Name each day (``datetime64[D]``): weekday in term, weekend, school holiday or unknown.

    A weekend within a holiday is holiday. Unknown: NaT, and days that the terms do not cover.
    """
    given = np.asarray(days, dtype="datetime64[D]")
    free = np.zeros(given.shape, dtype=bool)
    for begin, end in terms.holidays:
        free |= (given >= np.datetime64(begin)) & (given <= np.datetime64(end))
    covered = (given >= np.datetime64(terms.first)) & (given <= np.datetime64(terms.last))
    weekend = (given.astype(np.int64) + 3) % 7 > 4  # 1 January 1970 was a Thursday
    kinds = np.select([~covered, free, weekend], [UNKNOWN, HOLIDAY, WEEKEND], default=WEEKDAY)
    return np.asarray(kinds)


def by_day_kind(
    start: ArrayLike,
    end: ArrayLike,
    terms: Terms,
    *,
    first: date,
    last: date,
    zone: str = LONDON,
) -> tuple[DayKind, ...]:
    """Count events and days of each kind between two days, both included.

    An event counts for the day on which it began. Unknown are events without a time, those that
    may have happened at any time within more than ``LONGEST`` hours, and days outside of the
    terms. Events outside of the two days are left out. ``start`` and ``end`` as in
    :func:`geo.aoristic.aoristic`.
    """
    begins, until = instants(start), instants(end)
    loose = until - begins > np.timedelta64(LONGEST, "h")
    day = local(begins, zone).astype("datetime64[D]")
    kept = np.isnat(day) | ((day >= np.datetime64(first)) & (day <= np.datetime64(last)))
    named = np.where(loose, UNKNOWN, day_kinds(day, terms))[kept]
    every = day_kinds(np.arange(np.datetime64(first), np.datetime64(last) + 1), terms)
    return tuple(_day_kind(code, named, every) for code in (WEEKDAY, WEEKEND, HOLIDAY, UNKNOWN))


def _day_kind(code: str, events: NDArray[np.str_], every: NDArray[np.str_]) -> DayKind:
    found, days = int((events == code).sum()), int((every == code).sum())
    known = days > 0 and code != UNKNOWN
    return DayKind(code, found, days, found / days if known else None)


def _checked_week(table: ArrayLike) -> Floats:
    week = np.asarray(table, dtype=float)
    if week.shape != (7, 24) or not week.sum() > 0:
        raise ValueError("Windows need a table of 7 days by 24 hours that holds events.")
    return week


def _fullest(cells: Floats, length: int, most: int) -> list[tuple[int, int, float]]:
    """Return ``(first cell, length, events)`` of the fullest stretches that do not overlap."""
    if length != int(length) or not 1 <= length <= 24:
        raise ValueError("A window is 1 to 24 whole hours long.")
    n = cells.size
    around = np.concatenate([cells, cells[: length - 1]])
    held = np.convolve(around, np.ones(length), mode="valid")
    found: list[tuple[int, int, float]] = []
    for at in np.argsort(-held.round(9), kind="stable"):
        apart = [min((at - other) % n, (other - at) % n) for other, _, _ in found]
        if len(found) < most and held[at] > 0 and all(each >= length for each in apart):
            found.append((int(at), length, float(held[at])))
    return found


def _window(total: float, length: int, at: int, events: float, cells: int) -> Window:
    share = min(events / total, 1.0)
    low, high = wilson(share * total, total)
    return Window(
        weekday=at // 24 if cells == HOURS else None,
        hour=at % 24,
        hours=length,
        events=events,
        share=share,
        low=float(low),
        high=float(high),
        times=share * cells / length,
    )
