"""The words by which names are told: first names, and the company that they keep.

They are data (``data/language``), in small letters; a word of one list may stand in another.
"""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parents[1] / "data" / "language"

Words = frozenset[str]


class Names(NamedTuple):
    """First names by how surely they are names; no name is in two of the first three."""

    plain: Words
    short: Words
    shared: Words
    surnames: Words


class Company(NamedTuple):
    """The words around names; what each list is for stands in the file itself."""

    places: Words
    homes: Words
    before_place: Words
    persons: Words
    kin: Words
    things: Words
    persona_verbs: Words
    private_verbs: Words
    with_: Words
    never: Words
    nick_stop: Words
    acronyms: Words
    adjectives: Words
    said: Words
    acts: Words
    cues: Words
    pronouns: Words
    titles: Words
    titles_small: Words
    not_titled: Words
    epithets: Words
    possessives: Words
    determiners: Words
    saints: Words
    streets: Words
    particles: Words
    of_the_year: Words
    links: Words
    belongings: Words
    brands: tuple[str, ...]


@cache
def names() -> Names:
    """Read the first names."""
    content = _content("first_names")
    return Names(*(_words(content[each]) for each in Names._fields))


@cache
def company() -> Company:
    """Read the words around names; the longest of the brands come first."""
    content = _content("name_context")
    fields = (each for each in Company._fields if each != "brands")
    lists = {each: _words(content[each.rstrip("_")]) for each in fields}
    brands = tuple(sorted(content["brands"], key=len, reverse=True))
    return Company(brands=brands, **lists)


def _content(name: str) -> dict[str, list[str]]:
    content: dict[str, list[str]] = json.loads(
        (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    )
    return content


def _words(lines: list[str]) -> Words:
    return frozenset(word for line in lines for word in line.split())
