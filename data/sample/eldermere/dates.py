"""Two years of invented days: clock, calendar and school terms of an English town."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.random import Generator

LONDON = ZoneInfo("Europe/London")
FIRST = date(2024, 11, 1)
LAST = date(2026, 10, 31)
PLAN_DATE = date(2026, 2, 16)  # when the plan for the park round the mere began
HOLIDAYS = [
    (date(2024, 10, 26), date(2024, 11, 3)),
    (date(2024, 12, 21), date(2025, 1, 5)),
    (date(2025, 2, 15), date(2025, 2, 23)),
    (date(2025, 4, 5), date(2025, 4, 21)),
    (date(2025, 5, 24), date(2025, 6, 1)),
    (date(2025, 7, 23), date(2025, 8, 31)),
    (date(2025, 10, 25), date(2025, 11, 2)),
    (date(2025, 12, 20), date(2026, 1, 4)),
    (date(2026, 2, 14), date(2026, 2, 22)),
    (date(2026, 3, 28), date(2026, 4, 12)),
    (date(2026, 5, 23), date(2026, 5, 31)),
    (date(2026, 7, 22), date(2026, 8, 31)),
    (date(2026, 10, 24), date(2026, 11, 1)),
]
DAYS = [FIRST + timedelta(days=each) for each in range((LAST - FIRST).days + 1)]


def in_term(day: date) -> bool:
    """Say whether schools are open on ``day``."""
    return day.weekday() < 5 and not any(first <= day <= last for first, last in HOLIDAYS)


def day_type(day: date) -> str:
    """Code of the day as ``data/codes/day_types.json`` has it."""
    if any(first <= day <= last for first, last in HOLIDAYS):
        return "school_holiday"
    return "weekend" if day.weekday() > 4 else "weekday"


def some_day(chance: Generator, weights: list[float]) -> date:
    """Draw one of all days by ``weights`` (one a day)."""
    share = np.array(weights, dtype=float)
    return DAYS[int(chance.choice(len(DAYS), p=share / share.sum()))]


def at_hour(day: date, hour: float) -> datetime:
    """Give the instant ``hour`` hours after midnight of ``day`` on the town's clocks.

    An hour of 24 or more falls on the next day; an hour that the spring change skips moves on.
    """
    minutes = round(hour * 60)
    instant = datetime.combine(day, time(), LONDON) + timedelta(minutes=minutes)  # wall clock
    return instant.astimezone(ZoneInfo("UTC")).astimezone(LONDON)


def told(instant: datetime) -> str:
    """Write an instant with its offset, to the minute."""
    return instant.isoformat(timespec="minutes")
