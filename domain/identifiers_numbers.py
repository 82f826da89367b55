"""Numbers that are one person's, in plain text: phones, NHS, National Insurance, pupils."""

import re
from collections.abc import Iterator
from datetime import date

from domain import identifiers_births
from domain.identifiers_text import Span, blanked, digits, patterns

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
_HELPLINE = re.compile(r"\(?0[ \-]?(?:8[ \-]?0[ \-]?[08]|3[ \-]?[04])")  # nobody's own number
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


def phones(text: str, today: date) -> Iterator[Span]:
    """Yield the span of every phone number in plain ``text``."""
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
    if _HELPLINE.match(match[0]):
        return False
    letters = sum(map(str.isalpha, match[0]))
    return digits(match[0]) > letters and not (match[0].isdigit() and _is_reference(text, match))


def _is_reference(text: str, match: re.Match[str]) -> bool:
    return _REFERENCE.search(text[max(0, match.start() - 40) : match.start()]) is not None


def nhs(text: str) -> Iterator[Span]:
    """Yield the span of every NHS number: told as one, or with the right check digit."""
    if digits(text) < 10:
        return
    told = [match.span("number") for match in _NHS_TOLD.finditer(text)]
    yield from told
    text = blanked(text, told)
    for match in _NHS.finditer(text):
        number = _compact(match[0])
        if nhs_checks(number) and not (match[0] == number and _is_reference(text, match)):
            yield match.span()


def ni(text: str) -> Iterator[Span]:
    """Yield the span of every National Insurance number."""
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


def upn(text: str) -> Iterator[Span]:
    """Yield the span of every pupil number: told as one, or with the right check letter."""
    if digits(text) < 11:
        return
    for match in _UPN.finditer(text):
        told = _UPN_BEFORE.search(text[max(0, match.start() - 40) : match.start()])
        if told or upn_checks(_compact(match[0]).upper()):
            yield match.span()


def _compact(written: str) -> str:
    return "".join(filter(str.isalnum, written))
