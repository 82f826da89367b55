"""``safeground check-text``: what identifies somebody in a text, and what could be kinder."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli.analyses import show
from domain import identifiers_corpus, language
from domain.errors import Invalid
from domain.identifiers import Kind, find
from domain.identifiers_corpus import Part, Sentence, score
from domain.language import About

LONGEST = 100_000

File = Annotated[
    Path | None,
    typer.Argument(metavar="[FILE]", help="A text in UTF-8; otherwise what is piped in"),
]
For = Annotated[About, typer.Option("--about", help="Whom the words are about")]
Corpus = Annotated[
    bool, typer.Option("--corpus", help="Measure on the labelled sentences, and read no text")
]

PARTS: dict[Part, str] = {
    "tuned": "sentences that the rules were written with",
    "held": "held-out sentences",
}
GROUPS: dict[str, list[Kind]] = {
    "structured": [kind for kind in Kind if kind.structured],
    "names": [Kind.NAME],
    "descriptions of a pupil": [Kind.PUPIL],
    "all": list(Kind),
}


def check_text(file: File = None, about: For = "any", corpus: Corpus = False) -> None:
    """Check a text for identifiers and for words that could be kinder; nothing is kept.

    Prints where they stand (line:column), never an identifier itself.
    """
    if corpus:
        _measure()
        return
    text = _text(file)
    lines = [*_found(text), *_suggested(text, about)]
    typer.echo("\n".join(lines) or "Nothing found.")


def _found(text: str) -> Iterator[str]:
    for each in find(text):
        keeps = " You can keep it." if each.can_keep else ""
        label = f"{each.kind.label} ({each.sure.label})"
        yield f"{_place(text, each.start)} {label}. {each.kind.advice}{keeps}"


def _suggested(text: str, about: About) -> Iterator[str]:
    for each in language.suggest(text, about):
        yield f"{_place(text, each.span[0])} {each.sentence} (Source: {each.source}.)"


def _place(text: str, at: int) -> str:
    return f"{text.count(chr(10), 0, at) + 1}:{at - text.rfind(chr(10), 0, at)}"


def _text(file: Path | None) -> str:
    try:
        text = file.read_text(encoding="utf-8") if file else typer.get_text_stream("stdin").read()
    except OSError as error:
        raise Invalid("That file cannot be read. Check its name and its rights.") from error
    except UnicodeDecodeError as error:
        raise Invalid("That is not a text in UTF-8. Save it as one and try again.") from error
    if len(text) > LONGEST:
        raise Invalid(f"Please give at most {LONGEST} characters at once.")
    return text


def _measure() -> None:
    for part, told in PARTS.items():
        some = [each for each in identifiers_corpus.sentences() if each.part == part]
        typer.echo(f"{len(some)} {told}\n")
        rows = [_row(kind.label, some, [kind]) for kind in Kind]
        rows += [_row(name, some, kinds) for name, kinds in GROUPS.items()]
        show(["", "there", "found", "right", "recall", "precision"], rows)
        typer.echo("")


def _row(name: str, some: Sequence[Sentence], kinds: Sequence[Kind]) -> list[str]:
    counted = score(some, kinds)
    figures = [f"{counted.recall:.3f}", f"{counted.precision:.3f}"]
    return [name, str(counted.wanted), str(counted.found), str(counted.right), *figures]
