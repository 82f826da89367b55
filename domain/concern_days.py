"""Working days in England: how old a concern is, and by when somebody should have looked."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache

import numpy as np
from holidays import country_holidays

from domain.matching import LONDON


def age(since: datetime, now: datetime) -> int:
    """Count the working days from ``since`` to ``now``, in London; the first day is day 0.

    What comes on a weekend or a bank holiday is as old as if it came on the next working day.
    """
    first, last = since.astimezone(LONDON).date(), now.astimezone(LONDON).date()
    free = _free(range(first.year, last.year + 2))
    began = np.busday_offset(first, 0, roll="forward", holidays=free)
    return max(0, int(np.busday_count(began, last, holidays=free)))


def due(since: datetime, days: int) -> date:
    """Return the day that lies ``days`` working days after ``since``."""
    first = since.astimezone(LONDON).date()
    free = _free(range(first.year, first.year + 2))
    found = np.busday_offset(first, days, roll="forward", holidays=free)
    return date.fromisoformat(str(found))


def _free(years: Iterable[int]) -> list[date]:
    return [day for year in years for day in _holidays(year)]


@lru_cache(maxsize=32)
def _holidays(year: int) -> tuple[date, ...]:
    """Return the bank holidays of England in one year."""
    return tuple(sorted(country_holidays("GB", subdiv="ENG", years=year)))
