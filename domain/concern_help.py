"""Who to turn to: the numbers that a person in need is shown, as data with a checked-on date.

An operator puts an own ``lines.json`` in the folder ``help`` beside the store; it replaces ours.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from domain.errors import Invalid, NotFound

BUILT_IN = Path(__file__).resolve().parents[1] / "data" / "help"
FILE = "lines.json"
CHECK_EVERY = timedelta(days=365)
LINKS = ("tel:", "sms:")


@dataclass(frozen=True)
class HelpLine:
    """One service; ``link`` calls or texts it, ``checked_on`` is when the number was looked up."""

    code: str
    name: str
    number: str
    when: str
    says: str
    source: str
    checked_on: date
    link: str = ""
    for_under_18: bool = False

    def is_old(self, today: date) -> bool:
        """Say whether the number should be looked up again."""
        return today - self.checked_on > CHECK_EVERY


NEEDED = frozenset({"emergency", "police", "first_contact", "childline"})
"""Lines that pages name themselves."""


def lines(folder: Path | None = None) -> tuple[HelpLine, ...]:
    """Return every line in order: the operator's own from ``folder`` where it has them, or ours.

    Raises
    ------
    Invalid
        The operator's file cannot be used; the message says what to put right.
    """
    own = None if folder is None else folder / FILE
    file = own if own is not None and own.exists() else BUILT_IN / FILE
    return _read(file, file.stat().st_mtime_ns)


def line(code: str, folder: Path | None = None) -> HelpLine:
    """Return one line; ``NotFound`` where there is none of that code."""
    for each in lines(folder):
        if each.code == code:
            return each
    raise NotFound("There is no such help line.")


@lru_cache(maxsize=4)
def _read(file: Path, _changed: int) -> tuple[HelpLine, ...]:
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))["lines"]
        found = tuple(_line(row) for row in rows)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise Invalid(
            f'The help lines in {file.name} cannot be used: each of its "lines" needs code, name, '
            "number, when, says, source and checked_on (year-month-day)."
        ) from error
    missing = sorted(NEEDED - {each.code for each in found})
    if missing:
        raise Invalid(f"The help lines in {file.name} lack {missing[0]!r}: put it back.")
    return found


def _line(row: dict[str, Any]) -> HelpLine:
    link = str(row.get("link", ""))
    if link and not link.startswith(LINKS):
        raise ValueError(link)
    return HelpLine(
        **{key: str(row[key]) for key in ("code", "name", "number", "when", "says", "source")},
        checked_on=date.fromisoformat(row["checked_on"]),
        link=link,
        for_under_18=bool(row.get("for_under_18", False)),
    )
