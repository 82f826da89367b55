"""What kinds of meeting there are, what they go through and may decide: data, not code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from domain import case_data
from domain.errors import Invalid
from domain.screenings import Decision as Screened
from domain.status import Status

FILE = "meetings/kinds.json"


@dataclass(frozen=True)
class Guest:
    """Who should be asked: an agency of a kind, in a role, and why."""

    agency_kind: str
    role: str
    why: str = ""


@dataclass(frozen=True)
class Statement:
    """Words that are read out at the start."""

    code: str
    label: str
    words: str


@dataclass(frozen=True)
class Choice:
    """What can be decided of a place: as a screening, and which state it leads to."""

    code: str
    label: str
    about: str
    screening: Screened | None
    moves_to: Status | None
    merges: bool


@dataclass(frozen=True)
class Kind:
    """One kind of meeting. ``every_days`` is how far back it looks where it never met before."""

    code: str
    label: str
    about: str
    every_days: int
    minutes: int
    item_minutes: int
    chair: str
    looks_at: tuple[str, ...]
    decisions: tuple[str, ...]
    opening: tuple[str, ...]
    each_place: tuple[str, ...]
    closing: tuple[str, ...]
    invite: tuple[Guest, ...]


@dataclass(frozen=True)
class Book:
    """All of the file: kinds, decisions, statements, and who is asked for what."""

    kinds: Mapping[str, Kind]
    decisions: Mapping[str, Choice]
    statements: Mapping[str, Statement]
    by_place_type: Mapping[str, tuple[Guest, ...]]
    by_premises_role: Mapping[str, Guest]


def book() -> Book:
    """Return what the file says; an operator's own takes the place of ours.

    Raises
    ------
    Invalid
        The file cannot be used.
    """
    return case_data.read(FILE, _parse)


def kind(code: str) -> Kind:
    """Return one kind of meeting.

    Raises
    ------
    Invalid
        There is none of this code.
    """
    return book().kinds[case_data.chosen(book().kinds, code, "the kind of meeting")]


def label(code: str) -> str:
    """Return what a kind is called, also where it has left the file since."""
    found = book().kinds.get(code)
    return code.replace("_", " ").capitalize() if found is None else found.label


def choice(of: str, code: str) -> Choice:
    """Return a decision that the kind ``of`` may take.

    Raises
    ------
    Invalid
        It may not.
    """
    if code not in kind(of).decisions:
        raise Invalid("This kind of meeting does not decide that. Please choose another.")
    return book().decisions[code]


def decision_label(code: str) -> str:
    """Return what a decision is called, also where it has left the file since."""
    found = book().decisions.get(code)
    return code.replace("_", " ").capitalize() if found is None else found.label


def _parse(content: Mapping[str, Any]) -> Book:
    decisions = {row["code"]: _choice(row) for row in content["decisions"]}
    kinds = {row["code"]: _kind(row, decisions) for row in content["kinds"]}
    statements = {row["code"]: Statement(**row) for row in content["statements"]}
    roles = {row["role"]: Guest("", row["as"], row["why"]) for row in content["by_premises_role"]}
    return Book(
        MappingProxyType(kinds),
        MappingProxyType(decisions),
        MappingProxyType(statements),
        MappingProxyType(_by_type(content["by_place_type"])),
        MappingProxyType(roles),
    )


def _choice(row: Mapping[str, Any]) -> Choice:
    return Choice(
        code=str(row["code"]),
        label=str(row["label"]),
        about=str(row["about"]),
        screening=Screened(row["screening"]) if "screening" in row else None,
        moves_to=Status(row["moves_to"]) if "moves_to" in row else None,
        merges=bool(row.get("merges", False)),
    )


def _kind(row: Mapping[str, Any], decisions: Mapping[str, Choice]) -> Kind:
    if unknown := set(row["decisions"]) - decisions.keys():
        raise ValueError(min(unknown))
    if min(int(row[name]) for name in ("every_days", "minutes", "item_minutes")) < 1:
        raise ValueError(row["code"])
    return Kind(
        code=str(row["code"]),
        label=str(row["label"]),
        about=str(row["about"]),
        every_days=int(row["every_days"]),
        minutes=int(row["minutes"]),
        item_minutes=int(row["item_minutes"]),
        chair=str(row["chair"]),
        looks_at=tuple(map(str, row["looks_at"])),
        decisions=tuple(map(str, row["decisions"])),
        opening=tuple(map(str, row["opening"])),
        each_place=tuple(map(str, row["each_place"])),
        closing=tuple(map(str, row["closing"])),
        invite=_guests(row["invite"]),
    )


def _by_type(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Guest, ...]]:
    found: dict[str, tuple[Guest, ...]] = {}
    for row in rows:
        guest = Guest(str(row["agency_kind"]), str(row["role"]), str(row["why"]))
        for code in row["place_types"]:
            found[code] = (*found.get(code, ()), guest)
    return found


def _guests(rows: Sequence[Mapping[str, Any]]) -> tuple[Guest, ...]:
    return tuple(Guest(str(row["agency_kind"]), str(row["role"])) for row in rows)
