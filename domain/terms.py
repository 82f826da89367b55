"""School terms and holidays: data that an operator fills, one file an area.

``data/calendars/<name>.json`` holds ``title``, ``area``, ``source``, ``checked_on``, ``invented``,
the ``first`` and ``last`` day that it covers, and ``holidays`` with ``from``, ``to`` (both
included) and ``label``. What lies outside of it is unknown, never taken for term.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

from domain.errors import Invalid, NotFound
from geo.when import Terms

BUILT_IN = Path(__file__).resolve().parents[1] / "data" / "calendars"


def names(folder: Path = BUILT_IN) -> list[str]:
    """Return the names of the calendars that are there."""
    return sorted(each.stem for each in folder.glob("*.json"))


def terms(name: str, folder: Path = BUILT_IN) -> Terms:
    """Return one calendar; ``NotFound`` without one of that name, ``Invalid`` if it is wrong."""
    if name not in names(folder):
        raise NotFound("There is no school calendar of that name.")
    return read((folder / f"{name}.json").read_text(encoding="utf-8"))


def read(text: str) -> Terms:
    """Read and check a calendar; ``Invalid`` says what is wrong with it."""
    try:
        given: dict[str, Any] = json.loads(text)
        days = [(_day(each["from"]), _day(each["to"])) for each in given["holidays"]]
        found = Terms(
            name=str(given["title"]),
            source=f"{given['source']} (checked on {_day(given['checked_on']).isoformat()})",
            first=_day(given["first"]),
            last=_day(given["last"]),
            holidays=tuple(sorted(days)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(
            "A school calendar needs title, source, checked_on, first, last and holidays with "
            "from and to, its dates written as year-month-day."
        ) from error
    _check(found)
    return found


def _check(found: Terms) -> None:
    if found.last < found.first or any(end < begin for begin, end in found.holidays):
        raise Invalid("A school calendar ends before it begins, or one of its holidays does.")
    if any(begin < found.first or end > found.last for begin, end in found.holidays):
        raise Invalid("A holiday lies outside of the days that its school calendar covers.")
    pairs = zip(found.holidays, found.holidays[1:], strict=False)
    if any(after <= end for (_, end), (after, _) in pairs):
        raise Invalid("Two holidays of a school calendar overlap.")


def _day(text: str) -> date:
    return date.fromisoformat(text)
