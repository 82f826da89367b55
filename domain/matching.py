"""How filters become conditions that both databases answer alike."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select

from domain.accounts import Agency
from domain.filters import Filters
from store.reading import as_text

LONDON = ZoneInfo("Europe/London")
Conditions = list[ColumnElement[bool]]


def among(column: Any, wanted: Iterable[Any]) -> Conditions:
    """Require one of ``wanted`` in ``column``; nothing where none is asked for."""
    listed = list(wanted)
    return [column.in_(listed)] if listed else []


def harm(primary: Any, further: Any, wanted: Iterable[str]) -> Conditions:
    """Require one of ``wanted`` as the primary or a further type of harm, by its own code."""
    listed = sorted(wanted)
    if not listed:
        return []
    return [or_(primary.in_(listed), *(lists(further, code) for code in listed))]


def lists(column: Any, code: str) -> ColumnElement[bool]:
    """Say whether a JSON list of codes holds ``code``; exact, capitals and all, on both."""
    text = as_text(column)
    return func.replace(text, f'"{code}"', "") != text


def of_agencies(name: Any, ids: Iterable[int]) -> Conditions:
    """Require that ``name`` is the name of one of the agencies ``ids``."""
    listed = sorted(ids)
    return [name.in_(select(Agency.name).where(Agency.id.in_(listed)))] if listed else []


def overlapping(start: Any, end: Any, asked: Filters) -> Conditions:
    """Require that the interval from ``start`` to ``end`` (UTC) may fall in the days asked for."""
    conditions: Conditions = []
    if asked.until is not None:
        conditions.append(start < midnight(asked.until + timedelta(days=1)))
    if asked.since is not None:
        first = midnight(asked.since)
        conditions.append(or_(start >= first, end > first))
    return conditions


def midnight(day: date) -> datetime:
    """Return the instant at which ``day`` begins in London."""
    return datetime.combine(day, time.min, LONDON).astimezone(UTC)


def today() -> date:
    """Return the day that it is in London."""
    return datetime.now(LONDON).date()
