"""What a clock on the wall shows, for many instants at once, clock changes included."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import ArrayLike, NDArray

LONDON = "Europe/London"
FIRST_YEAR, LAST_YEAR = 1900, 2200

Instants = NDArray[np.datetime64]
Ints = NDArray[np.int64]

_SECOND = 1_000_000  # microseconds
_DAY = 86_400 * _SECOND


def instants(times: ArrayLike) -> Instants:
    """Take UTC times (``datetime64``, NaT where unknown) to the microsecond.

    ``ValueError`` where one lies outside of 1900 to 2200: nobody recorded it then.
    """
    found = np.asarray(times, dtype="datetime64[us]")
    known = found[~np.isnat(found)]
    if known.size and (
        known.min() < np.datetime64(f"{FIRST_YEAR}", "us")
        or known.max() >= np.datetime64(f"{LAST_YEAR}", "us")
    ):
        raise ValueError(f"Times must lie between {FIRST_YEAR} and {LAST_YEAR}.")
    return found


def local(times: ArrayLike, zone: str = LONDON) -> Instants:
    """Return the wall clock of a zone at UTC times; same shape, naive, NaT stays NaT."""
    utc = instants(times)
    starts, offsets = changes(utc, zone)
    at = np.searchsorted(starts, utc.astype(np.int64), side="right") - 1
    shown = utc + offsets[np.maximum(at, 0)].astype("timedelta64[us]")
    return np.where(np.isnat(utc), np.datetime64("NaT", "us"), shown)


def days(times: ArrayLike, zone: str = LONDON) -> Ints:
    """Return the calendar days of a zone on which UTC times fall; 1 January 1970 is 0.

    Every time must be known: ``ValueError`` where one is NaT.
    """
    shown = local(times, zone)
    if np.isnat(shown).any():
        raise ValueError("Every event needs a time to have a day.")
    return shown.astype("datetime64[D]").astype(np.int64)


def changes(utc: Instants, zone: str) -> tuple[Ints, Ints]:
    """Return from when on (UTC, microseconds since 1970) which offset holds (microseconds).

    Covers the years of ``utc``, at least one; the first offset holds before them too.
    """
    known = utc[~np.isnat(utc)]
    years = known.astype("datetime64[Y]").astype(np.int64) + 1970
    first, last = (int(years.min()), int(years.max())) if years.size else (1970, 1970)
    # a year more on each side: an interval may run on over New Year
    found = [each for year in range(first - 1, last + 2) for each in _changes(zone, year)]
    starts, offsets = np.array(found, dtype=np.int64).T * _SECOND
    moved = np.concatenate([[True], np.diff(offsets) != 0])
    return starts[moved], offsets[moved]


@lru_cache(maxsize=4096)
def _changes(zone: str, year: int) -> list[tuple[int, int]]:
    """Return the start of a year and each change in it, with the offset from then on.

    Looks once a week: no zone changes its clocks twice within seven days.
    """
    begin = datetime(year, 1, 1, tzinfo=UTC)
    weeks = [int((begin + timedelta(days=7 * each)).timestamp()) for each in range(54)]
    found = [(weeks[0], _offset(zone, weeks[0]))]
    for before, after in pairwise(weeks):
        if _offset(zone, before) != _offset(zone, after):
            at = _change_between(zone, before, after)
            if datetime.fromtimestamp(at, UTC).year == year:
                found.append((at, _offset(zone, after)))
    return found


def _change_between(zone: str, before: int, after: int) -> int:
    """Halve down to the second from which on the later offset holds."""
    old = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    return after


def _offset(zone: str, second: int) -> int:
    shift = datetime.fromtimestamp(second, _known(zone)).utcoffset()
    return int((shift or timedelta()).total_seconds())


@lru_cache(maxsize=64)
def _known(zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("There is no time zone of that name; one is Europe/London.") from error
