"""When it happened, where only a span is known: each event spread over all hours it may have been.

An event known to lie between Friday 18:00 and Sunday 09:00 is 39 hours wide, so each of these
hours of the week gets 1/39 of it (aoristic analysis).

References
----------
Ratcliffe, J. H. (2000). Aoristic analysis: the spatial interpretation of unspecific temporal
events. *International Journal of Geographical Information Science* 14(7), 669-679.
https://doi.org/10.1080/136588100424963
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geo.clock import LONDON, Instants, Ints, changes, instants
from geo.space import Floats

HOURS = 168
NARROW = 2
"""Hours: an interval up to this long tells an hour of the week well enough."""

_HOUR = 3_600_000_000  # microseconds, as everything below
_WEEK = HOURS * _HOUR
_THURSDAY = 3 * 24 * _HOUR  # the week day of 1 January 1970, with Monday as 0


@dataclass(frozen=True)
class Aoristic:
    """Events by hour of the week, on the clocks of one zone.

    Attributes
    ----------
    table
        Events in each hour, shape ``(7, 24)``, Monday first. Sums to ``used``.
    narrow
        The part of ``table`` that comes from moments and intervals of up to ``NARROW`` hours.
    used, missing_end, reversed, unknown
        Events in the table; of these, the ones without an end, taken as moments; events left
        out because they end before they begin, and because their beginning is not known.
    """

    table: Floats
    narrow: Floats
    used: int
    missing_end: int
    reversed: int
    unknown: int

    @property
    def certainty(self) -> Floats:
        """Share of each cell that is known within ``NARROW`` hours; NaN where nothing lies.

        1: all of it was recorded to the hour or so. 0: all of it is spread out of long spans,
        so the cell shows when things were found, not when they happened.
        """
        blank = np.full(self.table.shape, np.nan)
        share = np.divide(self.narrow, self.table, out=blank, where=self.table > 1e-9)
        return np.asarray(share)


def aoristic(start: ArrayLike, end: ArrayLike, zone: str = LONDON) -> Aoristic:
    """Spread events over the hours of the week in proportion to overlap.

    On the day when the clocks go forward the hour that is left out gets nothing; when they go
    back, the hour that comes twice gets both. Intervals of a week (168 hours) or longer tell
    nothing of the hour and are spread evenly over all 168 cells. A beginning that is not known
    is counted, never guessed.

    Parameters
    ----------
    start, end
        Beginning and end of each event in UTC, ``datetime64``, shape ``(n,)``; NaT where not
        known. The end is exclusive. Without an end, or with one equal to the beginning, the
        event is a moment and counts in its hour.
    zone
        IANA name of the zone whose clocks count.

    Raises
    ------
    ValueError
        The shapes differ, the zone is not known, or a time lies outside of 1900 to 2200.
    """
    begins, ends = instants(start), instants(end)
    if begins.ndim != 1 or begins.shape != ends.shape:
        raise ValueError(f"Every event needs two times, not {begins.shape} and {ends.shape}.")
    known = ~np.isnat(begins)
    open_end = known & np.isnat(ends)
    until = np.where(open_end, begins, ends)
    backwards = known & (until < begins)
    used = known & ~backwards
    begins, until = begins[used], until[used]
    short = until - begins <= np.timedelta64(NARROW, "h")
    narrow = _spread(begins[short], until[short], zone)
    return Aoristic(
        table=narrow + _spread(begins[~short], until[~short], zone),
        narrow=narrow,
        used=int(used.sum()),
        missing_end=int(open_end.sum()),
        reversed=int(backwards.sum()),
        unknown=int((~known).sum()),
    )


def _spread(begins: Instants, until: Instants, zone: str) -> Floats:
    """Add up the events in their hours, shape ``(7, 24)``."""
    start, end = begins.astype(np.int64), until.astype(np.int64)
    starts, offsets = changes(np.concatenate([begins, until]), zone)
    length = end - start
    moment, even = length == 0, length >= _WEEK
    found = _moments(start[moment], starts, offsets) + even.sum() / HOURS
    some = ~moment & ~even
    found += _pieces(start[some], end[some], starts, offsets)
    return np.asarray(found.reshape(7, 24))


def _moments(at: Ints, starts: Ints, offsets: Ints) -> Floats:
    shown = at + offsets[np.searchsorted(starts, at, side="right") - 1]
    return np.bincount(_of_week(shown) // _HOUR, minlength=HOURS).astype(float)


def _pieces(start: Ints, end: Ints, starts: Ints, offsets: Ints) -> Floats:
    """Spread intervals shorter than a week, cut where the clocks change within them."""
    found = np.zeros(2 * HOURS + 1)
    length = (end - start).astype(float)
    following = np.append(starts[1:], np.iinfo(np.int64).max)
    while start.size:
        period = np.searchsorted(starts, start, side="right") - 1
        stop = np.minimum(end, following[period])
        found += _on_the_wall(_of_week(start + offsets[period]), stop - start, length)
        more = stop < end
        start, end, length = stop[more], end[more], length[more]
    return np.asarray(found[:HOURS] + found[HOURS : 2 * HOURS])


def _on_the_wall(position: Ints, lasting: Ints, length: Floats) -> Floats:
    """Spread pieces over two weeks laid end to end, so that none has to wrap.

    ``position`` in the week and ``lasting`` are microseconds of a clock that runs on;
    ``length`` is the whole event's, of which the piece gets its share. First and last hours
    get their parts; the hours between get a step up and a step down, added up at the end.
    """
    last = position + lasting
    first_hour, last_hour = position // _HOUR, last // _HOUR
    bins, rate = 2 * HOURS + 1, _HOUR / length
    within = first_hour == last_hour
    across, passing = ~within, last_hour > first_hour + 1
    head = np.where(within, lasting, (first_hour + 1) * _HOUR - position) / length
    tail = (last[across] - last_hour[across] * _HOUR) / length[across]
    found = np.bincount(first_hour, head, bins) + np.bincount(last_hour[across], tail, bins)
    up, down = first_hour[passing] + 1, last_hour[passing]
    steps = np.bincount(up, rate[passing], bins) - np.bincount(down, rate[passing], bins)
    lying = np.cumsum(np.bincount(up, minlength=bins) - np.bincount(down, minlength=bins))
    # where no piece passes, the steps leave a rounding error instead of nothing
    return np.asarray(found + np.where(lying > 0, np.cumsum(steps).clip(0), 0))


def _of_week(shown: Ints) -> Ints:
    return np.asarray((shown + _THURSDAY) % _WEEK)
