"""The dose of patrols: minutes inside zones, how regular visits are, and what breaks a target.

Dwell comes from positions that are not kept: what is handed back is the zone, when the stay began
and how long it was. Short visits of 10 to 15 minutes, about two hours apart and not at the same
hour each day, are what the evidence speaks for (Koper 1995; domain, 9.1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
GAP = 180.0
"""Seconds between two positions beyond which nobody knows where the time was spent."""
PAUSE = 300.0
"""Seconds outside a zone that do not end a stay: round the corner and back."""
FEWEST = 6
"""Visits below which regularity is not told."""


@dataclass(frozen=True)
class Stay:
    """One stay in the zone at index ``zone``: when it began (UTC) and its minutes inside."""

    zone: int
    began: np.datetime64
    minutes: float


def stays(
    times: ArrayLike, east: ArrayLike, north: ArrayLike, zones: Sequence[BaseGeometry]
) -> list[Stay]:
    """Return the stays inside each of ``zones``, in order of zone and time.

    Parameters
    ----------
    times, east, north
        Positions (n,): UTC (``datetime64``) and metres (EPSG:27700); sorted here.
    zones
        Areas in metres (EPSG:27700).

    Notes
    -----
    Between two positions at most 180 s apart a steady walk along a straight line is taken, and
    the share of that line inside the zone counts. A longer gap counts nowhere. Up to 300 s
    outside do not end a stay.
    """
    at = np.asarray(times, dtype="datetime64[ms]")
    order = np.argsort(at, kind="stable")
    at = at[order]
    xy = np.column_stack([np.asarray(east, float)[order], np.asarray(north, float)[order]])
    if len(at) < 2:
        return []
    seconds = np.diff(at).astype(np.int64) / 1000
    lines: Any = shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1))
    points: Any = shapely.points(xy)
    known = seconds <= GAP
    found: list[Stay] = []
    for index, zone in enumerate(zones):
        inside = np.where(known, seconds * _share(lines, points, zone), 0.0)
        found += _joined(index, at, seconds, inside, shapely.covers(zone, points))
    return found


def _share(lines: Any, points: Any, zone: BaseGeometry) -> Floats:
    """Return the share of each line that lies inside ``zone``; a line of no length is a point."""
    length = shapely.length(lines)
    within = shapely.length(shapely.intersection(lines, zone))
    standing = shapely.covers(zone, points[:-1]).astype(float)
    moving = within / np.where(length > 0, length, 1.0)
    return np.asarray(np.where(length > 0, moving, standing), float)


def _joined(
    zone: int,
    at: NDArray[np.datetime64],
    seconds: Floats,
    inside: Floats,
    covered: NDArray[np.bool_],
) -> list[Stay]:
    """Join the stretches inside that no long absence parts."""
    part = np.flatnonzero(inside > 0)
    if not len(part):
        return []
    ended = np.cumsum(seconds)
    began = ended - seconds
    absence = began[part[1:]] - ended[part[:-1]]
    found = []
    for run in np.split(part, np.flatnonzero(absence > PAUSE) + 1):
        first = run[0]
        late = 0.0 if covered[first] else seconds[first] - inside[first]
        start = at[first] + np.timedelta64(round(late * 1000), "ms")
        found.append(Stay(zone, start, float(inside[run].sum() / 60)))
    return found


@dataclass(frozen=True)
class Regularity:
    """How predictable visits are: 0 is spread and unlike the day before, 1 the same each day.

    ``concentration`` is 1 - H / ln(min(n, hours)), H the entropy of the hour of day of n visits
    among ``hours`` hours. ``repeats`` is the share of visits, from the second day on, that began
    within 30 minutes of the clock time of one on the last day before that had any. ``index`` is
    their mean.
    """

    index: float
    concentration: float
    repeats: float
    visits: int


def regularity(days: ArrayLike, minutes: ArrayLike, *, hours: int = 24) -> Regularity | None:
    """Return how regular visits were, or None where there are too few (below 6, or one day).

    Parameters
    ----------
    days, minutes
        For each visit (n,): its day (integers) and the minute of day at which it began (0-1439).
    hours
        How many hours of the day a visit could have fallen in.
    """
    day, minute = np.asarray(days, np.int64), np.asarray(minutes, np.float64)
    seen = np.unique(day)
    if len(day) < FEWEST or len(seen) < 2:
        return None
    counts = np.bincount((minute // 60).astype(np.int64), minlength=24)
    shares = counts[counts > 0] / len(day)
    most = np.log(min(len(day), hours))
    concentration = float(np.clip(1 + (shares * np.log(shares)).sum() / most, 0, 1))
    again = [_near(minute[day == today], minute[day == before]) for before, today in pairwise(seen)]
    repeats = float(np.concatenate(again).mean())
    return Regularity((concentration + repeats) / 2, concentration, repeats, len(day))


def _near(minutes: Floats, earlier: Floats) -> NDArray[np.bool_]:
    """Say which clock times lie within 30 minutes of one of ``earlier``, round midnight too."""
    apart = np.abs(minutes[:, None] - earlier[None, :])
    nearest: Floats = np.minimum(apart, 1440 - apart).min(axis=1)
    return np.asarray(nearest <= 30)


@dataclass(frozen=True)
class Target:
    """The dose that is meant at one place: visits a day, minutes between and at most, and dwell."""

    visits_a_day: int = 3
    spacing: float = 120.0
    most_minutes: float = 45.0
    dwell: tuple[float, float] = (10.0, 15.0)


TOO_FEW, TOO_MUCH, TOO_SOON = "too few visits", "too many minutes", "too soon after the last"
TOO_SHORT, TOO_LONG, TOO_REGULAR = "too short", "too long", "too regular"
UNDER = frozenset({TOO_FEW, TOO_SHORT})
OVER = frozenset({TOO_MUCH, TOO_SOON, TOO_LONG, TOO_REGULAR})
PREDICTABLE = 0.6
"""A regularity from which on somebody could learn when a visit comes."""


@dataclass(frozen=True)
class Breach:
    """One departure from a target: on which day (integer; None for all days), what, how much."""

    day: int | None
    what: str
    amount: float


def breaches(
    days: ArrayLike, starts: ArrayLike, minutes: ArrayLike, targets: Mapping[int, Target]
) -> list[Breach]:
    """Return every departure of the visits of one place from what was meant, by day.

    Parameters
    ----------
    days, starts, minutes
        For each visit (n,): its day (integers), when it began (minutes on any one scale that runs
        on over days), and how long it was.
    targets
        What was meant on each day on which anything was meant.

    Notes
    -----
    A visit begins too soon where less than the spacing of its day lies between the end of the
    last and its begin. Days without a target have no fewest; the last target before them holds
    for the rest, or the first there is.
    """
    day, start = np.asarray(days, np.int64), np.asarray(starts, np.float64)
    stayed = np.asarray(minutes, np.float64)
    order = np.argsort(start, kind="stable")
    day, start, stayed = day[order], start[order], stayed[order]
    found = [
        Breach(each, TOO_FEW, float(target.visits_a_day - (day == each).sum()))
        for each, target in sorted(targets.items())
        if (day == each).sum() < target.visits_a_day
    ]
    for index, each in enumerate(day.tolist()):
        target = _held(targets, each)
        if stayed[index] < target.dwell[0]:
            found.append(Breach(each, TOO_SHORT, target.dwell[0] - stayed[index]))
        if stayed[index] > target.dwell[1]:
            found.append(Breach(each, TOO_LONG, stayed[index] - target.dwell[1]))
        if index:
            gap = start[index] - start[index - 1] - stayed[index - 1]
            if gap < target.spacing:
                found.append(Breach(each, TOO_SOON, float(target.spacing - gap)))
    for each in np.unique(day).tolist():
        total, most = float(stayed[day == each].sum()), _held(targets, each).most_minutes
        if total > most:
            found.append(Breach(each, TOO_MUCH, total - most))
    how = regularity(day, start % 1440)
    if how is not None and how.index > PREDICTABLE:
        found.append(Breach(None, TOO_REGULAR, how.index))
    return found


def _held(targets: Mapping[int, Target], day: int) -> Target:
    before = [each for each in targets if each <= day]
    if before:
        return targets[max(before)]
    return targets[min(targets)] if targets else Target()
