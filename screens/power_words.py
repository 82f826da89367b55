"""How a row of the catalogue of powers and tactics reads."""

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

from domain.filters import day_words
from domain.power_editions import Row
from domain.powers import ADVICE, Power
from screens.admin_desk import plain

FACTS = {
    "law": "Law",
    "who_starts": "Who may start it",
    "threshold": "When it may be used",
    "limits": "Limits",
    "jurisdiction": "Where",
    "source": "Source",
}


def marks(power: Power, today: date) -> list[str]:
    """Say in a few words what to mind: not in force, checked long ago, acts on young people."""
    said = []
    if not power.usable(today):
        said.append(power.in_force.words)
    elif power.in_force_note or power.in_force.value != "yes":
        said.append("check whether it is in force")
    if today > power.review_by:
        said.append("past its review date")
    if power.affects_young_people_directly:
        said.append("acts on young people")
    return said


def facts(power: Power) -> str:
    """Write what a row says."""
    return table(power.as_json())


def sought(power: Power) -> str:
    """Return the words by which a row is found, folded."""
    return " ".join((power.tool, power.law, power.threshold, power.code)).casefold()


def edited(found: Row) -> str:
    """Say that a row was written here, and when."""
    if not found.own or found.changed_on is None:
        return ""
    return (
        f'<p class="sg-quiet">Written here on {day_words(found.changed_on)}; edition '
        f"{found.version}.</p>"
    )


def table(row: Mapping[str, Any]) -> str:
    """Write a row as a plan keeps it, or as the catalogue has it."""
    told = [(label, str(row.get(name) or "")) for name, label in FACTS.items()]
    days = row.get("longest_days")
    told.insert(4, ("Lasts at most", f"{days} days" if days else ""))
    told.append(("Last checked", _checked(row)))
    rows = "".join(f"<dt>{name}</dt><dd>{escape(words)}</dd>" for name, words in told if words)
    return f'<dl class="sg-facts">{rows}</dl>'


def _checked(row: Mapping[str, Any]) -> str:
    """Say when a row was last checked and by whom, and by when it is checked again."""
    said = f"{_day(row.get('reviewed_on'))}, by {row.get('reviewer', '')}"
    return f"{said}; check again by {_day(row['review_by'])}" if row.get("review_by") else said


def _day(text: Any) -> str:
    return day_words(date.fromisoformat(text)) if text else ""


__all__ = ["ADVICE", "facts", "marks", "plain", "table"]
