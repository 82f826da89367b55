"""What a decision was made on, frozen: canonical JSON, and a SHA-256 that proves it unchanged."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

VERSION = 1


@dataclass(frozen=True)
class Shown:
    """What was on the screen when it was decided, as plain values.

    Attributes
    ----------
    recipe
        What makes it again: layers, filters (a query), box, tier and areas of the room, the
        instant of which the meeting speaks, revisions of the tables.
    counts
        For each layer how many were shown, as the room saw it.
    card
        The place card's lines as the room saw them: label and words.
    records
        For each layer the ids behind the count, where single records were shown.
    """

    recipe: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    card: Sequence[tuple[str, str]] = ()
    records: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return what is kept; `shown_of` reads the same from it."""
        return {
            "recipe": dict(self.recipe),
            "counts": dict(self.counts),
            "card": [list(each) for each in self.card],
            "records": {name: sorted(map(int, ids)) for name, ids in self.records.items()},
        }


NOTHING = Shown()


def freeze(decision: Mapping[str, Any], shown: Shown) -> str:
    """Return what is kept of a decision: one text for the same facts, whatever their order."""
    return canonical({"version": VERSION, "decision": dict(decision), "shown": shown.as_json()})


def canonical(value: Any) -> str:
    """Write plain values as JSON in one way only: keys in order, no spaces, no NaN."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def shown_of(evidence: str) -> Shown:
    """Read what was shown from what `freeze` kept."""
    given = json.loads(evidence)["shown"]
    return Shown(
        given["recipe"],
        given["counts"],
        tuple((str(label), str(words)) for label, words in given["card"]),
        given["records"],
    )
