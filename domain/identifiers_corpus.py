"""How well the search for identifiers does, measured on labelled sentences.

The sentences (``data/language/identifier_sentences.jsonl``) are invented. Two parts in three were
looked at while the rules were written; the held-out third was not, and tells how the rules do on
words that they were not fitted to.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from domain.identifiers import Kind, find
from domain.identifiers_words import FOLDER

Part = Literal["tuned", "held"]
READ_ON = date(2026, 11, 22)
"""The day on which the sentences are read: birth years are told from it."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, and what is to be found in it: the kind and the words."""

    text: str
    finds: tuple[tuple[Kind, str], ...]
    part: Part


@dataclass(frozen=True, slots=True)
class Score:
    """How many identifiers there are, how many were found, and how many of these are right."""

    wanted: int
    found: int
    right: int

    @property
    def recall(self) -> float:
        """Give the share of identifiers that were found; 1 where there are none."""
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def precision(self) -> float:
        """Give the share of finds that are right; 1 where there are none."""
        return self.right / self.found if self.found else 1.0


@cache
def sentences() -> tuple[Sentence, ...]:
    """Read the labelled sentences."""
    lines = (FOLDER / "identifier_sentences.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return tuple(
        Sentence(
            row["text"], tuple((Kind(kind), words) for kind, words in row["finds"]), row["part"]
        )
        for row in rows
    )


def found(text: str) -> list[tuple[Kind, str]]:
    """List what is found in ``text``, as the sentences are labelled."""
    return [(each.kind, text[each.start : each.end]) for each in find(text, today=READ_ON)]


def score(of: Sequence[Sentence], kinds: Iterable[Kind] = tuple(Kind)) -> Score:
    """Count over sentences; a find is right if its kind and its words are both as labelled."""
    counted = frozenset(kinds)
    wanted: Counter[tuple[int, Kind, str]] = Counter()
    given: Counter[tuple[int, Kind, str]] = Counter()
    for number, each in enumerate(of):
        wanted.update((number, *find) for find in each.finds if find[0] in counted)
        given.update((number, *find) for find in found(each.text) if find[0] in counted)
    return Score(wanted.total(), given.total(), (wanted & given).total())
