"""Find and mask what identifies a person: numbers, dates, plates, homes, names in their company.

Pure text in, pure text out. Every repeat in a pattern is bounded and every look at the
surroundings is a short slice, so the work grows with the length of a text and not faster,
whatever is in it.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache, partial
from hashlib import blake2s
from typing import Any, NamedTuple, overload

import pandas as pd

from domain import (
    identifiers_births,
    identifiers_homes,
    identifiers_names,
    identifiers_numbers,
    identifiers_online,
    identifiers_plates,
    identifiers_pupils,
)
from domain.identifiers_text import GAP, blanked, digits, plain

Finder = Callable[[str], Iterator[tuple[Any, ...]]]  # a span, and how sure if not as usual


class Kind(StrEnum):
    """What was found; the value is a stable word for records, ``label`` is for people."""

    PHONE = "phone"
    EMAIL = "email"
    BIRTH = "birth"
    PLATE = "plate"
    NHS = "nhs"
    NI = "ni"
    UPN = "upn"
    PROFILE = "profile"
    HANDLE = "handle"
    HOME = "home"
    PUPIL = "pupil"
    NAME = "name"

    @property
    def structured(self) -> bool:
        """Tell whether its form gives it away: such a find is masked whatever the writer says."""
        return self not in (Kind.NAME, Kind.PUPIL)

    @property
    def advice(self) -> str:
        """Say what to write instead, in one sentence."""
        return ADVICE.get(self, f"Take the {NOUNS[self]} out; the place is enough.")

    @property
    def label(self) -> str:
        """Say what it is in plain words: "a phone number"."""
        return f"{'an' if self is Kind.EMAIL or self is Kind.NHS else 'a'} {NOUNS[self]}"

    @property
    def mask(self) -> str:
        """Give what stands in its place: "[phone number removed]"."""
        return f"[{NOUNS[self]} removed]"


NOUNS = {
    Kind.PHONE: "phone number",
    Kind.EMAIL: "e-mail address",
    Kind.BIRTH: "date of birth",
    Kind.PLATE: "vehicle plate",
    Kind.NHS: "NHS number",
    Kind.NI: "National Insurance number",
    Kind.UPN: "pupil number",
    Kind.PROFILE: "link to a profile",
    Kind.HANDLE: "social media name",
    Kind.HOME: "home address",
    Kind.PUPIL: "description of a pupil",
    Kind.NAME: "name",
}
ADVICE = {
    Kind.BIRTH: "Take the date of birth out; an age band such as 13 to 15 is enough.",
    Kind.PLATE: "Take the plate out; kind and colour of the vehicle are enough here.",
    Kind.HOME: "Take the address out; the street, or the part of town, is enough.",
    Kind.PUPIL: "Leave out the school, the year or the looks: together they point to one child.",
    Kind.NAME: 'Take the name out; write "a young person" or "an adult".',
}


class Sure(StrEnum):
    """How sure a find is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"

    @property
    def label(self) -> str:
        """Say it in plain words."""
        return SURENESS[self]


SURENESS = {
    Sure.CERTAIN: "its form gives it away",
    Sure.LIKELY: "the words around it say so",
    Sure.POSSIBLE: "it looks like it",
}
BY_WORDS = frozenset((Kind.HANDLE, Kind.HOME, Kind.PUPIL))  # told by what stands around them


class Found(NamedTuple):
    """One find: ``text[start:end]`` identifies someone.

    ``id`` is the same for the same words wherever they stand, so that a writer can keep them. It
    is made of the words: give it back to the writer alone, and log only the ``kind``.
    """

    kind: Kind
    start: int
    end: int
    sure: Sure = Sure.CERTAIN
    id: str = ""

    @property
    def can_keep(self) -> bool:
        """Tell whether the writer may keep these words."""
        return not self.kind.structured


def find(
    text: str, *, keep: Collection[str] = frozenset(), today: date | None = None
) -> list[Found]:
    """List every identifier in ``text``, in order, never overlapping.

    ``keep`` holds the ids of finds that the writer stands by: they are left out, unless their
    form gives them away. ``today`` decides which years can be a birth year; it is the current
    day unless given.
    """
    read, origin = plain(text)
    if not _suspect(read):
        return []
    found: list[Found] = []
    read = _PASSED_OVER.sub(_gap, read)
    for kind, finder in _finders(today or date.today()):  # noqa: DTZ011 - a calendar day
        made = [_made(kind, read, *span) for span in sorted(finder(read))]
        if wanted := [each for each in made if not (each.can_keep and each.id in keep)]:
            found += wanted
            read = blanked(read, [(each.start, each.end) for each in wanted])
    return _on_original(sorted(found, key=lambda each: each.start), origin)


def kept(text: str, keep: Collection[str], *, today: date | None = None) -> list[Found]:
    """List the finds in ``text`` that only ``keep`` spares: what an override is logged by."""
    spared = {each.id for each in find(text, keep=keep, today=today)}
    return [
        each
        for each in find(text, today=today)
        if each.can_keep and each.id in keep and each.id not in spared
    ]


def has_identifier(text: str, *, today: date | None = None) -> bool:
    """Tell whether anything in ``text`` identifies someone by its form."""
    return bool(find(text, today=today))


def mask(text: str, keep: Collection[str] = frozenset(), *, today: date | None = None) -> str:
    """Give ``text`` with every identifier replaced by what it was; nothing is left to find in it.

    ``keep`` holds the ids of finds that stay, as `find` takes them. Masking twice changes
    nothing. Only letters, spaces, hyphens and square brackets are put in, and never so that they
    make a link: the result is still hostile text, to be escaped.
    """
    while found := find(text, keep=keep, today=today):
        text = _masked(text, found)
    return text


def explain(found: Sequence[Found], field: str = "This text") -> str:
    """Give one sentence about what was found, which never quotes it; "" if nothing was."""
    held = named(found)
    if not held:
        return ""
    return f"{field} holds {held}: please take it out, and write about the place instead."


def named(found: Sequence[Found]) -> str:
    """Name what was found, each kind once: "a name, a plate and a phone number"; "" for nothing."""
    labels = list(dict.fromkeys(each.kind.label for each in found))
    return " and ".join(filter(None, [", ".join(labels[:-1]), *labels[-1:]]))


@overload
def mask_series(values: "pd.Series[Any]", *, today: date | None = None) -> "pd.Series[Any]": ...
@overload
def mask_series(values: Sequence[Any], *, today: date | None = None) -> list[Any]: ...
def mask_series(values: Any, *, today: date | None = None) -> Any:
    """Mask many values, a Series or a sequence; what is not text is handed back as it is.

    Each different text is looked at once, and most rows are cleared by one cheap search.
    """
    day = today or date.today()  # noqa: DTZ011 - a calendar day
    texts = {each for each in values if isinstance(each, str)}
    changed = {text: masked for text in texts if (masked := mask(text, today=day)) != text}
    result = [changed.get(each, each) if isinstance(each, str) else each for each in values]
    if not isinstance(values, pd.Series):
        return result
    kept = None if isinstance(values.dtype, pd.CategoricalDtype) else values.dtype
    return pd.Series(result, index=values.index, name=values.name, dtype=kept)


def _masked(text: str, found: list[Found]) -> str:
    """Replace each find; a space keeps brackets apart that would be a link in Markdown."""
    parts, position = [""], 0
    for kind, start, end, *_ in found:
        between = text[position:start]
        before = " " if (between or parts[-1]).endswith("]") else ""
        after = " " if text[end : end + 1] in ("(", "[", ":") else ""
        parts += [between, before, kind.mask + after]
        position = end
    return "".join([*parts, text[position:]])


def _on_original(found: list[Found], origin: list[int] | None) -> list[Found]:
    if origin is None:
        return found
    mapped: list[Found] = []
    for each in found:
        first = max(origin[each.start], mapped[-1].end if mapped else 0)
        if (after := origin[each.end - 1] + 1) > first:  # two finds can share one wide character
            mapped.append(each._replace(start=first, end=after))
    return mapped


def _made(kind: Kind, read: str, start: int, end: int, sure: Sure | None = None) -> Found:
    words = f"{kind} {' '.join(read[start:end].casefold().split())}"
    mark = blake2s(words.encode(errors="surrogatepass"), digest_size=6).hexdigest()
    usual = Sure.LIKELY if kind in BY_WORDS else Sure.CERTAIN
    return Found(kind, start, end, sure or usual, f"{kind}-{mark}")


def _gap(match: re.Match[str]) -> str:
    return GAP * len(match[0])


_HASH = r"(?<!\w)(?=\d{0,63}[a-f])[\da-f]{40,64}(?!\w)"  # open data numbers its crimes so
_PASSED_OVER = re.compile("|".join([*(re.escape(kind.mask) for kind in Kind), _HASH]))


def _suspect(read: str) -> bool:
    """Tell cheaply whether plain text may hold anything; "no" is certain."""
    return (
        digits(read) > 0
        or identifiers_online.may_hold(read)
        or identifiers_names.may_hold(read)
        or identifiers_pupils.may_hold(read)
    )


def _names(text: str) -> Iterator[tuple[int, int, Sure]]:
    for start, end, sure in identifiers_names.find(text):
        yield start, end, Sure.LIKELY if sure else Sure.POSSIBLE


@lru_cache(maxsize=8)
def _finders(today: date) -> tuple[tuple[Kind, Finder], ...]:
    """List each kind's finder, those that are surest of themselves first."""
    return (
        (Kind.PROFILE, identifiers_online.profiles),
        (Kind.EMAIL, identifiers_online.emails),
        (Kind.UPN, identifiers_numbers.upn),
        (Kind.NI, identifiers_numbers.ni),
        (Kind.BIRTH, partial(identifiers_births.births, today=today)),
        (Kind.PHONE, partial(identifiers_numbers.phones, today=today)),
        (
            Kind.NHS,
            identifiers_numbers.nhs,
        ),  # after phones: one in eleven ends in a check digit by chance
        (Kind.HOME, identifiers_homes.homes),
        (Kind.PLATE, identifiers_plates.plates),
        (Kind.HANDLE, identifiers_online.handles),
        (Kind.PUPIL, identifiers_pupils.pupils),
        (Kind.NAME, _names),
    )
