"""Times out of a column of any file, as arrays in UTC: read as they stand, never guessed.

A time without a zone is local in the zone that is named; a date without a time is the whole of
that day; a month is the whole month. 00:00 is taken at its word.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from domain.errors import Invalid
from domain.incidents import TimeKnown
from exchange import times
from exchange.times import When
from geo import clock
from geo.clock import LONDON, Instants, Ints

Mask = NDArray[np.bool_]
Span = tuple[datetime | None, datetime | None]

_AWARE = re.compile(r".*\d[:.]\d{2}.*(?:Z|UTC|GMT|BST|[+-]\d{2}(?::?\d{2})?)", re.I | re.S)


@dataclass(frozen=True)
class Moments:
    """A column of times, one for each row.

    Attributes
    ----------
    start, to
        UTC, ``datetime64[us]``, ``to`` exclusive and equal to ``start`` for a moment; NaT where
        nothing is known.
    known
        What was written: "interval" (a time), "day", "month" or "unknown".
    unreadable
        How many cells hold something that is no time; they are "unknown" too.
    """

    start: Instants
    to: Instants
    known: NDArray[np.str_]
    unreadable: int

    @property
    def to_the_day(self) -> Mask:
        """Where the day is known."""
        return np.isin(self.known, [TimeKnown.INTERVAL.value, TimeKnown.DAY.value])


def read(
    frame: pd.DataFrame, column: str, zone: str = LONDON, *, optional: bool = False
) -> Moments:
    """Read one column of a frame of text (see `exchange.points`).

    Raises
    ------
    Invalid
        There is no such column or zone, or, unless it is ``optional`` what they hold, no cell of
        the column holds a time.
    """
    if column not in frame.columns:
        raise Invalid("The file has no column of the name that you gave.")
    texts = [None if each is None or not each.strip() else each.strip() for each in frame[column]]
    found = {each: _read(each, _zone(zone)) for each in dict.fromkeys(texts)}
    rows = [found[each] for each in texts]
    known = np.array([TimeKnown.UNKNOWN.value if each is None else each.known.value
                      for each in rows])  # fmt: skip
    if not optional and (known == TimeKnown.UNKNOWN.value).all():
        raise Invalid("No row has a time that can be read in the column that you named.")
    return Moments(
        start=_column(None if each is None else each.start for each in rows),
        to=_column(None if each is None else each.to for each in rows),
        known=known,
        unreadable=sum(each is None for each in rows),
    )


def days(moments: Moments, zone: str = LONDON) -> tuple[Ints, Mask]:
    """Return the calendar days on which events began, and which rows have one.

    The days are of the rows that have one. ``Invalid`` where none has: a month is no day.
    """
    known = moments.to_the_day
    if not known.any():
        raise Invalid("The dates are known to the month only; this needs the day.")
    return clock.days(moments.start[known], zone), known


def sides(moments: Moments, split: np.datetime64) -> tuple[Mask, Mask]:
    """Return which events ended by ``split`` (UTC) and which began then or after.

    Events that may have happened on either side, and those without a time, are on neither.
    ``Invalid`` where a side holds no event.
    """
    before, after = moments.to <= split, moments.start >= split
    before &= ~after  # a moment at the split itself
    if not before.any() or not after.any():
        raise Invalid("There are no events on one side of the date: choose another --split.")
    return before, after


def notes(moments: Moments, *, needs_day: bool = True) -> tuple[str, ...]:
    """Say in a sentence each how many rows tell no time, or not one that is close enough."""
    empty = int((moments.known == TimeKnown.UNKNOWN.value).sum()) - moments.unreadable
    months = int((moments.known == TimeKnown.MONTH.value).sum()) if needs_day else 0
    said = (
        (empty, "{:,} rows have no date."),
        (moments.unreadable, "{:,} rows have a date that cannot be read."),
        (months, "{:,} rows are known to the month only."),
    )
    return tuple(sentence.format(rows) for rows, sentence in said if rows)


def one(text: str, zone: str = LONDON) -> np.datetime64:
    """Read one date that someone typed, as its beginning in UTC; ``Invalid`` where it is none."""
    found = _read(text.strip(), _zone(zone))
    if found is None or found.start is None:
        raise Invalid("Write a date as year-month-day, such as 2026-02-16.")
    return np.datetime64(found.start.replace(tzinfo=None), "us")


def _read(text: str | None, zone: ZoneInfo) -> When | None:
    if text is None:
        return times.NOTHING
    try:
        found = times.read(text)
    except (ValueError, OverflowError):
        return None
    if found is None or found.start is None or zone.key == LONDON or _AWARE.fullmatch(text):
        return found if found is None or _sensible(found) else None
    moved = _elsewhere(text, found, zone)
    return moved if _sensible(moved) else None


def _sensible(found: When) -> bool:
    years = [each.year for each in (found.start, found.to) if each is not None]
    return all(clock.FIRST_YEAR < year < clock.LAST_YEAR - 1 for year in years)


def _elsewhere(text: str, found: When, zone: ZoneInfo) -> When:
    """Take what was read on London's clocks as the same reading of another zone's clocks."""
    if found.known is TimeKnown.INTERVAL:
        # read as UTC where that can be: London's own clock changes do not come into it
        plain = times.read(f"{text}Z")
        wall = _wall(found.start) if plain is None or plain.start is None else plain.start
        start, to = _both(wall, zone)
        return When(found.known, start, max(start, to))
    start, _ = _both(_wall(found.start), zone)
    to, _ = _both(_wall(found.to), zone)
    return When(found.known, start, to)


def _both(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first and second instant at which a clock shows ``wall``; mostly they agree."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return first, second


def _wall(moment: datetime | None) -> datetime:
    assert moment is not None
    return moment.astimezone(times.LONDON).replace(tzinfo=None)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid("There is no time zone of that name; one is Europe/London.") from error


def _column(moments: Iterable[datetime | None]) -> Instants:
    naive = [None if each is None else each.replace(tzinfo=None) for each in moments]
    return np.array(naive, dtype="datetime64[us]")
