"""One sentence for each thing that is to be said aloud of a place in a meeting."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.filters import day_words
from domain.meeting_changes import ChangeKind
from domain.status import Status

CARRIED, RAISED = "carried", "raised"
"""Why an item is there beside a change: put off last time, or raised aloud."""
THERE = "this place"
"""What a place is called from its second sentence on."""


def sentence(name: str, reason: Mapping[str, Any], other: str = "") -> str:
    """Say one reason of an item aloud; ``name`` is the place's as the room may hear it."""
    kind = str(reason.get("kind", ""))
    if kind == CARRIED:
        return f"{name} was put off last time."
    if kind == RAISED:
        return f"{name} was raised in the meeting."
    return _SAYS[ChangeKind(kind)](name, reason, other)


def told_to_all(reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the reasons that readers of neutral cards may hear: none from the place's case."""
    return [each for each in reasons if not _is_of_the_case(each)]


def spoken(name: str, reasons: list[dict[str, Any]], others: Mapping[int, str]) -> str:
    """Say all reasons of an item, the most pressing first, each as a sentence."""
    said = [
        sentence(THERE if index else name, each, others.get(each.get("other", 0), ""))
        for index, each in enumerate(reasons)
    ]
    return " ".join(each[:1].upper() + each[1:] for each in dict.fromkeys(said))


def _escalated(name: str, facts: Mapping[str, Any], _other: str) -> str:
    if facts.get("how") == "urgent":
        return f"It was decided to act now at {name}."
    if facts.get("how") == "immediate":
        return f"An immediate safety action was proposed for {name}."
    return f"{name} was {_state(facts, 'from')} and is {_state(facts, 'to')} again."


def _new(name: str, facts: Mapping[str, Any], _other: str) -> str:
    return f"{name} is new: it was noted on {_on(facts)} and is {_state(facts, 'state')}."


def _overdue(name: str, facts: Mapping[str, Any], _other: str) -> str:
    if facts.get("what") == "review":
        return f"The review of {name} was due on {_on(facts)}."
    count = int(facts.get("count", 1))
    if count == 1:
        return f"One action at {name} is late: it was due on {_on(facts)}."
    return f"{count} actions at {name} are late, the first since {_on(facts)}."


def _lapsing(name: str, facts: Mapping[str, Any], _other: str) -> str:
    verb = "ended" if facts.get("lapsed") else "ends"
    count = int(facts.get("count", 1))
    if count == 1:
        return f"A time-limited measure at {name} {verb} on {_on(facts)}."
    return f"{count} time-limited measures at {name}: the first {verb} on {_on(facts)}."


def _moved(name: str, facts: Mapping[str, Any], _other: str) -> str:
    return f"{name} was {_state(facts, 'from')} and is now {_state(facts, 'to')}."


def _merged(name: str, facts: Mapping[str, Any], other: str) -> str:
    return f"{other or 'Another place'} became a part of {name} on {_on(facts)}."


def _improved(name: str, facts: Mapping[str, Any], _other: str) -> str:
    if facts.get("how") == "stepped_down":
        return f"{name} was stepped down."
    return f"The review of {name} found it better than before, and nothing worse."


_SAYS = {
    ChangeKind.ESCALATED: _escalated,
    ChangeKind.NEW: _new,
    ChangeKind.OVERDUE: _overdue,
    ChangeKind.LAPSING: _lapsing,
    ChangeKind.MOVED: _moved,
    ChangeKind.MERGED: _merged,
    ChangeKind.IMPROVED: _improved,
}


def _is_of_the_case(reason: Mapping[str, Any]) -> bool:
    """Say whether a reason comes from screenings, actions or reviews."""
    return (
        reason.get("kind") == ChangeKind.LAPSING.value
        or reason.get("what") == "actions"
        or reason.get("how") in ("urgent", "immediate", "review")
    )


def _on(facts: Mapping[str, Any]) -> str:
    return day_words(date.fromisoformat(str(facts["on"])))


def _state(facts: Mapping[str, Any], name: str) -> str:
    value = str(facts.get(name, ""))
    return Status(value).words if value else "not known"
