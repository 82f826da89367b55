"""Find and mask what identifies a person by its form: phones, birth dates, plates, numbers.

Pure text in, pure text out; names of people are not found here. Every repeat in a pattern is
bounded and every look at the surroundings is a short slice, so the work grows with the length of
a text and not faster, whatever is in it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any, NamedTuple, overload

import pandas as pd

from domain import identifiers_births, identifiers_online, identifiers_plates
from domain.identifiers_text import GAP, Span, blanked, digits, patterns, plain

Finder = Callable[[str], Iterator[Span]]


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
}


class Found(NamedTuple):
    """One find: ``text[start:end]`` identifies someone."""

    kind: Kind
    start: int
    end: int


def find(text: str, *, today: date | None = None) -> list[Found]:
    """List every identifier in ``text``, in order, never overlapping.

    ``today`` decides which years can be a birth year; it is the current day unless given.
    """
    read, origin = plain(text)
    if not _suspect(read):
        return []
    found = []
    read = _PASSED_OVER.sub(_gap, read)
    for kind, finder in _finders(today or date.today()):  # noqa: DTZ011 - a calendar day
        if spans := sorted(finder(read)):
            found += [Found(kind, *span) for span in spans]
            read = blanked(read, spans)
    return _on_original(sorted(found, key=lambda each: each.start), origin)


def has_identifier(text: str, *, today: date | None = None) -> bool:
    """Tell whether anything in ``text`` identifies someone by its form."""
    return bool(find(text, today=today))


def mask(text: str, *, today: date | None = None) -> str:
    """Give ``text`` with every identifier replaced by what it was; nothing is left to find in it.

    Masking twice changes nothing. Only letters, spaces, hyphens and square brackets are put in,
    and never so that they make a link: the result is still hostile text, to be escaped.
    """
    while found := find(text, today=today):
        text = _masked(text, found)
    return text


def explain(found: Sequence[Found], field: str = "This text") -> str:
    """Give one sentence about what was found, which never quotes it; "" if nothing was."""
    labels = list(dict.fromkeys(each.kind.label for each in found))
    if not labels:
        return ""
    listed = " and ".join(filter(None, [", ".join(labels[:-1]), labels[-1]]))
    return f"{field} holds {listed}: please take it out, and write about the place instead."


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
    for kind, start, end in found:
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
    for kind, start, end in found:
        first = max(origin[start], mapped[-1].end if mapped else 0)
        if (after := origin[end - 1] + 1) > first:  # two finds can share one wide character
            mapped.append(Found(kind, first, after))
    return mapped


def _gap(match: re.Match[str]) -> str:
    return GAP * len(match[0])


_HASH = r"(?<!\w)(?=\d{0,63}[a-f])[\da-f]{40,64}(?!\w)"  # open data numbers its crimes so
_PASSED_OVER = re.compile("|".join([*(re.escape(kind.mask) for kind in Kind), _HASH]))


# Numbers: phones, NHS, National Insurance, pupils.

_ANY_DIGIT = re.compile(r"\d")
_PART = r"[ .\-()/]{0,3}"
_DENSE = re.compile(r"(?:[\dOo][ .\-()/]{0,3}){8}[\dOo]")  # what every phone number has
_PHONES = patterns(
    rf"(?<!\w)(?:\+|00) ?44{_PART}(?:0{_PART})?[1-9](?:{_PART}\d){{8,9}}(?!\d)",
    rf"(?<![\d+])(?<!\d[.,])(?:0|(?<!\w)[Oo])[ \-]?7(?:{_PART}[\dOo]){{9}}(?!\d)",
    rf"(?<![\w+])(?<!\d[.,/\-])\(?0[1-35-9]\d(?:{_PART}\d){{7,8}}(?!\d)",
    r"(?<![\w+])(?<!\d[.,/\-])44"
    r"(?:[ \-]\(?0?\)? ?7\d{3}[ \-]?\d{3}[ \-]?\d{3}|7\d{9})(?!\d)",
    r"(?<![\w£$€+])(?<!\d[ .,/\-])7[1-9]\d{2}[ \-]\d{3}[ \-]?\d{3}(?!\d)",
    r"(?<!\w)(?:\+ ?|00)[1-9]\d{0,2}(?:[ .\-()]{1,3}\d{1,9}){2,5}(?!\d)",
    r"(?<!\w)\+[1-9]\d{8,13}(?!\d)",
)
_PHONE_SHORTENED = re.compile(  # spreadsheets drop the nought
    r"\b(?:phone|mobile|mob|tel|telephone|call|called|ring|rang|text|texted|whats ?app)\b"
    r"[^\d?!\x00]{0,20}(?P<number>7[1-9]\d{8})(?!\d)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"(?:\b(?:ref|reference|log|uprn|usrn|urn|toid|order|invoice|batch|ticket)"
    r"|\b(?:crime|incident|case|account|job|licen[cs]e|occurrence)"
    r"[ .:]{0,2}(?:no|num|number|id|ref|reference|#))s?"
    r"[ .:#\-]{0,3}(?:no|num|number|id)?[ .:#\-/]{0,4}$",
    re.IGNORECASE,
)
_NHS = re.compile(r"(?<!\d)(?<!\d[.,/])\d{3}[ .\-]{0,2}\d{3}[ .\-]{0,2}\d{4}(?!\d)")
_NHS_TOLD = re.compile(
    r"\bnhs\b[^\d?!\x00]{0,25}(?P<number>\d(?:[ .\-]{0,2}\d){9})(?!\d)", re.IGNORECASE
)
_NI = re.compile(
    r"(?<!\w)(?P<prefix>[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])[ .\-]{0,2}"
    r"(?P<digits>\d{2}[ .\-]{0,2}\d{2}[ .\-]{0,2}\d{2})(?:(?P<gap>[ .\-]{0,2})[A-D])?(?!\w)",
    re.IGNORECASE,
)
_NI_BEFORE = re.compile(
    r"\b(?:ni|nino|national insurance|insurance n(?:o|umber))\b[^\d?!\x00]{0,20}$", re.IGNORECASE
)
_NI_UNUSED = frozenset(("BG", "GB", "NK", "KN", "TN", "NT", "ZZ"))
_UPN = re.compile(
    r"(?<!\w)[A-HJ-NP-RT-Z][ \-]?\d{3}[ \-]?\d{4}[ \-]?\d{2}[ \-]?\d{2}[\dA-HJ-NP-RT-Z](?!\w)",
    re.IGNORECASE,
)
_UPN_BEFORE = re.compile(r"\b(?:upn|pupil n(?:o|umber))\b[^\d?!\x00]{0,15}$", re.IGNORECASE)
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def nhs_checks(number: str) -> bool:
    """Tell whether ten digits end in their check digit (Modulus 11, NHS Data Dictionary)."""
    total = sum(
        int(digit) * weight for digit, weight in zip(number, range(10, 1, -1), strict=False)
    )
    return len(set(number)) > 1 and (11 - total % 11) % 11 == int(number[9])


def upn_checks(number: str) -> bool:
    """Tell whether a pupil number begins with its check letter (Modulus 23, weights 2 to 13).

    The last of its 13 characters is a letter in a temporary number, and counts as its place
    among the check letters (Government Data Standards Catalogue, Unique Pupil Number 2.0).
    """
    values = [int(each) if each.isdigit() else UPN_LETTERS.index(each) for each in number[1:]]
    total = sum(value * weight for weight, value in enumerate(values, 2))
    return UPN_LETTERS[total % 23] == number[0]


def _phones(text: str, today: date) -> Iterator[Span]:
    if digits(text) < 6 or not _DENSE.search(text):
        return
    dates = identifiers_births.dates(text, today)
    text = blanked(text, [(each.start, each.end) for each in dates])
    for pattern in _PHONES:
        spans = [match.span() for match in pattern.finditer(text) if _is_phone(text, match)]
        yield from spans
        text = blanked(text, spans)
    for match in _PHONE_SHORTENED.finditer(text):
        yield match.span("number")


def _is_phone(text: str, match: re.Match[str]) -> bool:
    """Noughts may be letters, but not most of it; an unbroken number can be a reference."""
    letters = sum(map(str.isalpha, match[0]))
    return digits(match[0]) > letters and not (match[0].isdigit() and _is_reference(text, match))


def _is_reference(text: str, match: re.Match[str]) -> bool:
    return _REFERENCE.search(text[max(0, match.start() - 40) : match.start()]) is not None


def _nhs(text: str) -> Iterator[Span]:
    if digits(text) < 10:
        return
    told = [match.span("number") for match in _NHS_TOLD.finditer(text)]
    yield from told
    text = blanked(text, told)
    for match in _NHS.finditer(text):
        number = _compact(match[0])
        if nhs_checks(number) and not (match[0] == number and _is_reference(text, match)):
            yield match.span()


def _ni(text: str) -> Iterator[Span]:
    if digits(text) < 6:
        return
    for match in _NI.finditer(text):
        if match["prefix"].upper() not in _NI_UNUSED and _is_ni(text, match):
            yield match.span()


def _is_ni(text: str, match: re.Match[str]) -> bool:
    """Two letters and six digits are a grid reference too: then more must tell it."""
    if _NI_BEFORE.search(text[max(0, match.start() - 40) : match.start()]):
        return True
    if not match["gap"]:
        return match["gap"] is not None
    one_case = match[0].isupper() or match[0].islower()
    return one_case and (not match["digits"].isdigit() or match["prefix"][0] not in "HNOSThnost")


def _upn(text: str) -> Iterator[Span]:
    if digits(text) < 11:
        return
    for match in _UPN.finditer(text):
        told = _UPN_BEFORE.search(text[max(0, match.start() - 40) : match.start()])
        if told or upn_checks(_compact(match[0]).upper()):
            yield match.span()


def _compact(written: str) -> str:
    return "".join(filter(str.isalnum, written))


def _suspect(read: str) -> bool:
    """Tell cheaply whether plain text may hold anything; "no" is certain."""
    return bool(_ANY_DIGIT.search(read)) or identifiers_online.may_hold(read)


@lru_cache(maxsize=8)
def _finders(today: date) -> tuple[tuple[Kind, Finder], ...]:
    """List each kind's finder, those that are surest of themselves first."""
    return (
        (Kind.PROFILE, identifiers_online.profiles),
        (Kind.EMAIL, identifiers_online.emails),
        (Kind.UPN, _upn),
        (Kind.NI, _ni),
        (Kind.BIRTH, partial(identifiers_births.births, today=today)),
        (Kind.PHONE, partial(_phones, today=today)),
        (Kind.NHS, _nhs),  # after phones: one in eleven ends in a check digit by chance
        (Kind.PLATE, identifiers_plates.plates),
        (Kind.HANDLE, identifiers_online.handles),
    )
