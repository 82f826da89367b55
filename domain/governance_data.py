"""What governance measures, defines and is held to: data that an operator can change, not code."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from domain import case_data

UNITS = frozenset({"share", "days", "count", "none"})


@dataclass(frozen=True)
class Kpi:
    """One figure: what it is called, how it is worked out, and of which records.

    ``hides``: small numbers are hidden in it. ``better`` is "up", "down" or "" where neither way
    is better. Below ``warn_below`` (a share) it is told of as a warning.
    """

    code: str
    group: str
    name: str
    formula: str
    source: str
    unit: str
    hides: bool
    better: str
    warn_below: float | None
    about: str


@dataclass(frozen=True)
class Book:
    """The figures by code, in the file's order, and the groups that they stand in."""

    groups: Mapping[str, str]
    kpis: Mapping[str, Kpi]


@dataclass(frozen=True)
class Meaning:
    """One field of the dataset: the table and column that it lies in, and what it means."""

    table: str
    field: str
    name: str
    meaning: str


@dataclass(frozen=True)
class Recommendation:
    """What somebody recommended, where, how it is met here, and the figures that show it."""

    code: str
    says: str
    source: str
    shows: str
    kpis: tuple[str, ...]


def book() -> Book:
    """Return the figures.

    Raises
    ------
    Invalid
        The file cannot be used.
    """
    return case_data.read("governance/kpis.json", _book)


def meanings() -> tuple[Meaning, ...]:
    """Return the fields of the dataset; errors as of `book`."""
    return case_data.read("governance/dictionary.json", _meanings)


def recommendations() -> tuple[Recommendation, ...]:
    """Return the audit and quality matrix; errors as of `book`."""
    return case_data.read("governance/matrix.json", _recommendations)


def _book(content: Mapping[str, Any]) -> Book:
    groups = {str(row["code"]): str(row["label"]) for row in content["groups"]}
    kpis = {str(row["code"]): _kpi(row) for row in content["kpis"]}
    if unknown := {each.group for each in kpis.values()} - groups.keys():
        raise ValueError(min(unknown))
    return Book(MappingProxyType(groups), MappingProxyType(kpis))


def _kpi(row: Mapping[str, Any]) -> Kpi:
    if row["unit"] not in UNITS or row["small"] not in ("hide", "exact"):
        raise ValueError(row["code"])
    return Kpi(
        code=str(row["code"]),
        group=str(row["group"]),
        name=str(row["name"]),
        formula=str(row["formula"]),
        source=str(row["source"]),
        unit=str(row["unit"]),
        hides=row["small"] == "hide",
        better=str(row.get("better", "")),
        warn_below=float(row["warn_below"]) if "warn_below" in row else None,
        about=str(row.get("about", "")),
    )


def _meanings(content: Mapping[str, Any]) -> tuple[Meaning, ...]:
    names = ("table", "field", "name", "meaning")
    return tuple(Meaning(*(str(row[name]) for name in names)) for row in content["fields"])


def _recommendations(content: Mapping[str, Any]) -> tuple[Recommendation, ...]:
    known = book().kpis
    found = []
    for row in content["rows"]:
        if unknown := set(row["kpis"]) - known.keys():
            raise ValueError(min(unknown))
        code, says, source, shows = (str(row[name]) for name in ("code", "says", "source", "shows"))
        found.append(Recommendation(code, says, source, shows, tuple(row["kpis"])))
    return tuple(found)
