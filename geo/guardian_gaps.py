"""Hours of the week in which no open guardian is within a short walk of a place.

Arrays in, arrays out: walking minutes from n places to m premises, and when those are open.
"""

from collections.abc import Iterable, Mapping
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

WALK = 80.0
"""Metres a minute: 4.8 km/h, an ordinary walk."""
DETOUR = 1.3
"""Ways on foot are about so many times longer than the straight line: an assumption of ours."""
FIVE_MINUTES = 5.0
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Minutes = NDArray[np.float64]
Week = NDArray[np.int8]


class Gap(IntEnum):
    """What is known of one hour at one place."""

    UNKNOWN = -1
    OK = 0
    GAP = 1


def walking_minutes(
    places: NDArray[np.float64],
    premises: NDArray[np.float64],
    *,
    metres_a_minute: float = WALK,
    detour: float = DETOUR,
) -> Minutes:
    """Return walking minutes along straight lines, made longer by ``detour``.

    Parameters
    ----------
    places, premises
        Coordinates in metres (EPSG:27700), shapes (n, 2) and (m, 2).

    Returns
    -------
    ndarray
        Minutes, shape (n, m).

    Raises
    ------
    ValueError
        A shape is wrong, or the speed or detour is not positive or below 1.
    """
    here, there = (np.asarray(each, dtype=float).reshape(-1, 2) for each in (places, premises))
    if metres_a_minute <= 0 or detour < 1:
        raise ValueError("the speed must be above 0 and the detour at least 1")
    apart = np.hypot(*(here[:, None, axis] - there[None, :, axis] for axis in (0, 1)))
    minutes: Minutes = apart * detour / metres_a_minute
    return minutes


def open_hours(opening: Mapping[str, Iterable[tuple[str, str]]]) -> NDArray[np.bool_] | None:
    """Return in which hours of the week a premises is open throughout, or None if not known.

    Parameters
    ----------
    opening
        ``{"mon": [["09:00", "17:30"], ...]}`` in local time; an end at or before its start runs
        past midnight into the next day. A day that is left out is a closed day; nothing at all
        means not known.

    Returns
    -------
    ndarray of bool or None
        Shape (7, 24), Monday first; an hour counts only if all its sixty minutes are open.
    """
    if not opening:
        return None
    minutes = np.zeros(7 * 1440, dtype=bool)
    for day, name in enumerate(DAYS):
        for start, end in opening.get(name, ()):
            first, last = _minute(start), _minute(end)
            span = np.arange(first, last if last > first else last + 1440)
            minutes[(day * 1440 + span) % minutes.size] = True
    hours: NDArray[np.bool_] = np.logical_and.reduce(minutes.reshape(7, 24, 60), axis=2)
    return hours


def guardian_gaps(
    minutes: Minutes,
    opening: Iterable[NDArray[np.bool_] | None],
    *,
    within: float = FIVE_MINUTES,
) -> Week:
    """Say for each place and hour of the week whether an open guardian is within a short walk.

    Parameters
    ----------
    minutes
        Travel minutes, shape (n, m): straight (`walking_minutes`) or over a street network.
        NaN or infinity: there is no way.
    opening
        For each of the m premises its (7, 24) open hours, or None where they are not known.
    within
        The longest walk in minutes, itself included.

    Returns
    -------
    ndarray of int8
        Shape (n, 7, 24) of `Gap`: OK where one is open within reach; UNKNOWN where none is known
        to be open but the hours of one within reach are not known; GAP otherwise.

    Raises
    ------
    ValueError
        The shapes do not fit each other.
    """
    hours = list(opening)
    near = np.less_equal(minutes, within)  # NaN compares as no
    if near.ndim != 2 or near.shape[1] != len(hours):
        raise ValueError("give one set of opening hours for each column of minutes")
    week = np.full((near.shape[0], 7, 24), Gap.GAP, dtype=np.int8)
    for column, known in enumerate(hours):
        reached = near[:, column]
        if known is None:
            week[reached] = np.where(week[reached] == Gap.GAP, Gap.UNKNOWN, week[reached])
        else:
            week[reached] = np.where(known, np.int8(Gap.OK), week[reached])
    return week


def share_of_gaps(week: Week, hours: Iterable[int] = range(24)) -> NDArray[np.float64]:
    """Return for each place the share of known hours that are gaps; NaN where none is known.

    ``week`` has shape (n, 7, 24); ``hours`` of the day narrow it.
    """
    looked = week[:, :, list(hours)].reshape(len(week), -1)
    known = (looked != Gap.UNKNOWN).sum(axis=1)
    gaps = (looked == Gap.GAP).sum(axis=1)
    share: NDArray[np.float64] = np.full(len(week), np.nan)
    np.divide(gaps, known, out=share, where=known > 0)
    return share


def _minute(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
