"""Language that cares: what to write instead of words that blame a child or stain a place.

It suggests and explains and never blocks. Words in quotation marks are somebody's own, and a line
that carries a police grade is a graded item: neither is touched. The phrases are data
(``data/language/pairs.json``), matched in every form by one pass of an Aho-Corasick automaton, so
the work grows with the text and not with the number of phrases.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, Literal, NamedTuple

from domain.identifiers_text import Span, plain
from domain.identifiers_words import FOLDER

About = Literal["child", "place", "any"]


@dataclass(frozen=True, slots=True)
class Pair:
    """A phrase to avoid and what to write instead; ``about`` a child or a place.

    ``ours`` tells that the phrase was seen in the source and the alternative is Safeground's.
    """

    id: str
    about: Literal["child", "place"]
    avoid: str
    instead: str
    reason: str
    source: str
    ours: bool
    forms: tuple[str, ...]


class Suggestion(NamedTuple):
    """``text[start:end]`` of ``span`` could be said with more care.

    ``id`` is the same for the same phrase wherever it stands: a writer keeps it by its id, and it
    may be counted, for it is made of our own words and not of the writer's.
    """

    span: Span
    phrase: str
    instead: str
    reason: str
    source: str
    id: str

    @property
    def sentence(self) -> str:
        """Say it to the writer; the phrase is theirs, so escape it."""
        return f'Instead of "{self.phrase}": {self.instead}. {self.reason}'


def suggest(
    text: str, about: About = "any", *, keep: Collection[str] = frozenset()
) -> list[Suggestion]:
    """List what in ``text`` could be said with more care, in order, never overlapping.

    ``keep`` holds the ids of suggestions that the writer has seen and does not want.
    """
    read, origin = plain(text)
    line, words = _line(read)
    starts = _starts(line)
    untouched = list(_untouched(text))
    found = []
    for end, (pair, phrase) in _automaton(about).iter_long(line):
        first = words[bisect_right(starts, end - len(phrase) + 1) - 1]
        last = words[bisect_right(starts, end) - 1]
        span = _on_original((first[0], last[1]), origin)
        id_ = f"{pair.id}:{'-'.join(phrase.split())}"
        if id_ not in keep and not any(_overlap(span, each) for each in untouched):
            said = text[slice(*span)]
            found.append(Suggestion(span, said, pair.instead, pair.reason, pair.source, id_))
    return found


@cache
def pairs() -> tuple[Pair, ...]:
    """Read the pairs, each with every form of its phrases."""
    content = json.loads((FOLDER / "pairs.json").read_text(encoding="utf-8"))
    sources, forms = content["sources"], content["forms"]
    return tuple(
        Pair(
            each["id"],
            each["about"],
            each["avoid"],
            each["instead"],
            each["reason"],
            "; ".join(sources[tag] for tag in each["source"].split()),
            each.get("ours", False),
            tuple(form for phrase in each["match"] for form in _forms(phrase, forms)),
        )
        for each in content["pairs"]
    )


# Words, one after another.

_GAP = "  "  # between words; one space is on each side of a word, so no two words share one
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[.,;:!?()\x00]")


def _line(read: str) -> tuple[str, list[Span]]:
    """Give the words of ``read`` in small letters in one line, and where each stands."""
    found = list(_WORD.finditer(read))
    line = _GAP.join(each[0].lower() for each in found)
    return f" {line} ", [each.span() for each in found]


def _starts(line: str) -> list[int]:
    """Give where each word's own space stands in a line of words."""
    return [0, *(match.start() + 1 for match in re.finditer(_GAP, line))]


def _forms(phrase: str, forms: dict[str, list[str]]) -> Iterator[str]:
    """Yield every form of a phrase: "{put} at risk" as "put at risk", "puts at risk" and so on."""
    choices = [
        forms[word.strip("{}")] if word.startswith("{") else [word] for word in phrase.split()
    ]
    for words in product(*choices):
        yield _line(" ".join(words))[0]


@cache
def _automaton(about: About) -> Any:
    import ahocorasick  # type: ignore[import-not-found,import-untyped,unused-ignore]

    automaton = ahocorasick.Automaton()
    for pair in reversed(pairs()):  # of two pairs with one form, the first stays
        if about in ("any", pair.about):
            for form in pair.forms:
                automaton.add_word(form, (pair, form))
    automaton.make_automaton()
    return automaton


# What is left alone.

_QUOTED = re.compile(
    r"\u201c[^\u201d]*(?:\u201d|\Z)"
    r'|"[^"]*(?:"|\Z)'
    r"|\u00ab[^\u00bb]*(?:\u00bb|\Z)"
    r"|(?<!\w)\u2018(?:[^\u2018\u2019\n]|(?<=\w)\u2019(?=\w)){1,1000}\u2019"
    r"|(?<!\w)'(?=\S)(?:[^'\n]|(?<=\w)'(?=\w)){1,1000}'(?!\w)"
    r"|^>[^\n]*",
    re.MULTILINE,
)
_GRADED = re.compile(
    r"(?<![\w/.])[1-5] ?[/x\u00d7\u00b7] ?[1-5] ?[/x\u00d7\u00b7] ?[1-5](?![\w/])"  # 3/5/2
    r"|(?<![\w/])[1-3] ?[\u00b7./\-]? ?[A-E] ?[\u00b7./\-]? ?[PC](?!\w)"  # 2 D C
    r"|(?<![\w/])(?<!the )(?<!bus )(?<!bay )(?<![oO]n )[B-E][1-5][1-5](?!\w)"  # E41
    r"|\b[Gg]rad(?:e|ed|ing)\b[^.\n]{0,20}\b[A-E1-5][1-5A-EPC]{0,2}\b"
)


def _untouched(text: str) -> Iterator[Span]:
    """Yield the spans of quoted words and of lines that carry a grade."""
    for match in _QUOTED.finditer(text):
        yield match.span()
    start = 0
    for line in text.splitlines(keepends=True):
        if _GRADED.search(line):
            yield start, start + len(line)
        start += len(line)


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _on_original(span: Span, origin: list[int] | None) -> Span:
    if origin is None:
        return span
    return origin[span[0]], origin[span[1] - 1] + 1
