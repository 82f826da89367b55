"""What an assessment asks: sides of the triangle, the walk, methods, equity, problem analysis.

All of it is data (``data/assessment``), which an operator can change to the form used locally.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from domain import case_data
from domain.case_data import Choice, Choices, choices, chosen
from domain.errors import Invalid
from domain.wording import taken

LONGEST = 2000
Answers = Mapping[str, str]


@dataclass(frozen=True)
class Side:
    """One side of the triangle and the parts under it."""

    code: str
    label: str
    says: str
    parts: Choices


@dataclass(frozen=True)
class Walk:
    """The checklist of a walk round the place: items, and the answers that each can have."""

    items: Choices
    answers: Choices


@dataclass(frozen=True)
class Methods:
    """Ways of finding out; which ask young people; how many took part in bands; journeys."""

    methods: Choices
    asks_young_people: frozenset[str]
    involved: Choices
    journeys: Choices


@dataclass(frozen=True)
class Equity:
    """Groups that may be under-seen, and the bands in which they are told of: never counts."""

    groups: Choices
    bands: Choices


@dataclass(frozen=True)
class Sara:
    """The four steps of problem solving, and the corners of the problem triangle."""

    steps: Choices
    corners: Choices

    @property
    def all(self) -> Choices:
        """Every question of both."""
        return MappingProxyType({**self.steps, **self.corners})


SIDES = ("young_people", "guardianship", "environment")


def sides() -> Mapping[str, Side]:
    """Return the three sides of the triangle by code."""
    return case_data.read("assessment/triangle.json", _sides)


def walk() -> Walk:
    """Return the checklist for a walk round the place."""
    return case_data.read("assessment/environment.json", _walk)


def methods() -> Methods:
    """Return how one can find out."""
    return case_data.read("assessment/methods.json", _methods)


def equity() -> Equity:
    """Return who may be under-seen, and the bands."""
    return case_data.read("assessment/equity.json", _equity)


def sara() -> Sara:
    """Return the questions of problem analysis."""
    return case_data.read("assessment/sara.json", _sara)


def triangle_taken(
    before: Mapping[str, Answers], given: Mapping[str, Answers]
) -> dict[str, dict[str, str]]:
    """Put ``given`` answers (side, part, words) over those ``before``; empty words take one away.

    Raises
    ------
    Invalid
        A side or part is none of the triangle's; an answer is too long.
    """
    known = sides()
    kept = {side: dict(before.get(side, {})) for side in known}
    for side, answers in given.items():
        parts = known[chosen(known, side, "a side")].parts
        kept[side] = answers_taken(kept[side], answers, parts)
    return kept


def answers_taken(before: Answers, given: Answers, known: Choices) -> dict[str, str]:
    """Put ``given`` words over those ``before``; empty words take an answer away.

    Raises
    ------
    Invalid
        A question is none of those known; an answer is too long.
    """
    kept = dict(before)
    for code, words in given.items():
        about = known[chosen(known, code, "a question")]
        answer = taken(words, f"the answer on {about.label.lower()}", LONGEST)
        kept[code] = answer
    return {code: answer for code, answer in kept.items() if answer}


def walk_taken(
    before: Mapping[str, Mapping[str, str]], given: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """Put ``given`` findings ({item: {"answer": code, "note": words}}) over those ``before``.

    Raises
    ------
    Invalid
        An item or answer is none of the checklist's; a note is too long.
    """
    form = walk()
    kept = {item: dict(found) for item, found in before.items()}
    for item, found in given.items():
        about = form.items[chosen(form.items, item, "an item of the walk")]
        kept[item] = {
            "answer": chosen(form.answers, found.get("answer", ""), "an answer of the walk"),
            "note": taken(found.get("note", ""), f"the note on {about.label.lower()}", 500),
        }
    return kept


def equity_taken(before: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Put ``given`` bands by group over those ``before``.

    Raises
    ------
    Invalid
        A group is none of ours, or it is told in another way than in a band.
    """
    form = equity()
    for group, band in given.items():
        chosen(form.groups, group, "a group")
        if band not in form.bands:
            raise Invalid(f"Give a band, never a count: {', '.join(form.bands)}.")
    return {**before, **given}


def _sides(content: Mapping[str, Any]) -> Mapping[str, Side]:
    found = {
        row["code"]: Side(row["code"], row["label"], row["says"], choices(row["parts"]))
        for row in content["sides"]
    }
    if tuple(found) != SIDES:
        raise ValueError("the triangle has three sides")
    return MappingProxyType(found)


def _walk(content: Mapping[str, Any]) -> Walk:
    return Walk(choices(content["items"]), choices(content["answers"]))


def _methods(content: Mapping[str, Any]) -> Methods:
    asks = {row["code"] for row in content["methods"] if row.get("asks_young_people")}
    return Methods(
        choices(content["methods"]),
        frozenset(asks),
        choices(content["involved"]),
        choices(content["journeys"]),
    )


def _equity(content: Mapping[str, Any]) -> Equity:
    return Equity(choices(content["groups"]), choices(content["bands"]))


def _sara(content: Mapping[str, Any]) -> Sara:
    return Sara(choices(content["steps"]), choices(content["corners"]))


def label(known: Choices, code: str) -> str:
    """Return what people read of a code; one that has left the file is shown as it is."""
    found: Choice | None = known.get(code)
    return found.label if found else code
