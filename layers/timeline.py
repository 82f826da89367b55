"""A slider through time on the map: windows of months that slide or accumulate, with play.

The browser moves it by itself: it puts a window's dates into the addresses of the tiled layers,
so nothing is run again on the server and the map is never mounted anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

MOST = 120
"""Months on the slider at most: ten years."""
WIDTHS = (1, 3, 6, 12)
"""How many months a window may hold."""


@dataclass(frozen=True)
class Timeline:
    """The slider over ``months`` (the first day of each, in order), as an item of the map."""

    months: Sequence[date]
    name: str = "timeline"
    kind: ClassVar[str] = "timeline"

    def spec(self) -> dict[str, Any]:
        """Return for each month its words, its first and its last day."""
        return {
            "widths": [width for width in WIDTHS if width <= len(self.months)] or [1],
            "months": [
                {
                    "label": f"{month:%b %Y}",
                    "since": month.isoformat(),
                    "until": (_following(month) - timedelta(days=1)).isoformat(),
                }
                for month in self.months
            ],
        }


def months_between(first: date, last: date) -> list[date]:
    """Return the first day of each month from ``first`` to ``last``; the latest `MOST` of them."""
    month, found = first.replace(day=1), []
    while month <= last:
        found.append(month)
        month = _following(month)
    return found[-MOST:]


def _following(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
