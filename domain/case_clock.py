"""How long each step of a place's case may take: data that an operator can change, not code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from domain import case_data, concern_days
from domain.matching import LONDON

FILE = "clocks.json"
NEEDED = frozenset(
    {
        "triage",
        "screening",
        "assessment",
        "review",
        "immediate",
        "expiry",
        "notice",
        "sharing",
        "lapsing",
        "soon",
        "again",
    }
)


@dataclass(frozen=True)
class Clock:
    """So many days; ``working`` ones leave out weekends and the bank holidays of England."""

    code: str
    label: str
    days: int
    working: bool
    says: str

    def due(self, since: date) -> date:
        """Return the last day on which the step is in time, counted from ``since``."""
        if not self.working:
            return since + timedelta(days=self.days)
        return concern_days.due(datetime.combine(since, time(12), LONDON), self.days)

    def before(self, day: date) -> date:
        """Return the first day of a warning that comes so many days before ``day``."""
        return day - timedelta(days=self.days)


def clocks() -> Mapping[str, Clock]:
    """Return every clock by its code."""
    return case_data.read(FILE, _parse)


def due(code: str, since: date) -> date:
    """Return by when a step is due that began on ``since``."""
    return clocks()[code].due(since)


def _parse(content: Mapping[str, Any]) -> Mapping[str, Clock]:
    found = {row["code"]: _clock(row) for row in content["clocks"]}
    if missing := sorted(NEEDED - found.keys()):
        raise ValueError(missing[0])
    return MappingProxyType(found)


def _clock(row: Mapping[str, Any]) -> Clock:
    days = row["days"]
    if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= 3650:
        raise ValueError(row["code"])
    if not isinstance(row["working"], bool):
        raise TypeError(row["code"])
    return Clock(str(row["code"]), str(row["label"]), days, row["working"], str(row["says"]))
