"""What stands in a pack, as plain data made once: PDF and Word both set the same."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from domain.filters import day_words
from domain.matching import LONDON


@dataclass(frozen=True)
class Words:
    """A paragraph; ``quiet`` is set smaller, for what explains."""

    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Facts:
    """Names with their words, one under the other."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Beside:
    """Boxes of the same weight side by side: a heading and words each."""

    boxes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """Rows under a head; ``widths`` are shares of the page.

    ``title`` says what they are: Word has it as the table's alternative text.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


@dataclass(frozen=True)
class Picture:
    """A drawing (SVG) as wide as ``wide`` mm, with its alternative text.

    ``legend`` explains the marks in it: a small SVG each, and words.
    """

    svg: str
    alt: str
    wide: float
    legend: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Heading:
    """A heading inside a section; one of level 3 stands under one of level 2."""

    text: str
    level: int = 2


Block: TypeAlias = Words | Facts | Beside | Table | Picture | Heading


@dataclass(frozen=True)
class Section:
    """A part of the pack under its heading; ``fresh`` begins on a new page."""

    title: str
    blocks: tuple[Block, ...]
    fresh: bool = False


@dataclass(frozen=True)
class PackContent:
    """A whole pack; words in it are a person's: they are set as text and never run.

    ``cover`` is what stands under the title; ``made`` says who took it out and when.
    """

    kind: str
    title: str
    subtitle: str
    partnership: str
    marking: str
    handling: str
    recipient: str
    made: str
    cover: tuple[Block, ...]
    sections: tuple[Section, ...]

    def texts(self) -> Iterator[str]:
        """Return all words of the pack in their order, those of pictures too."""
        yield from (self.kind, self.title, self.subtitle, self.partnership)
        yield from (self.marking, self.handling, self.recipient, self.made)
        for block in self.cover:
            yield from texts(block)
        for section in self.sections:
            yield section.title
            for block in section.blocks:
                yield from texts(block)


def texts(block: Block) -> Iterator[str]:
    """Return the words of one block in their order."""
    match block:
        case Words(text) | Heading(text):
            yield text
        case Facts(rows) | Beside(rows):
            for row in rows:
                yield from row
        case Table(title, head, rows):
            yield from (title, *head)
            for cells in rows:
                yield from cells
        case Picture(alt=alt, legend=legend):
            yield alt
            yield from (words for _, words in legend)


def under(title: str, sections: Iterable[Section]) -> Section:
    """Put sections under one heading on a new page, each of their headings a level deeper."""
    found: list[Block] = []
    for section in sections:
        found.append(Heading(section.title))
        found += [
            Heading(each.text, each.level + 1) if isinstance(each, Heading) else each
            for each in section.blocks
        ]
    return Section(title, tuple(found), fresh=True)


def sentence(text: str) -> str:
    """Begin with a capital."""
    return text[:1].upper() + text[1:]


def moment(at: datetime) -> str:
    """Write a moment as in London: "3 May 2026, 14:05"."""
    here = at.astimezone(LONDON)
    return f"{day_words(here.date())}, {here:%H:%M}"
