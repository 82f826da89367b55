"""Dates of birth in plain text, told from the dates of events by their year and their company.

A date alone says nothing: "12 March 2026" is when something happened. It is a date of birth beside
"born" or "DOB", or, if its year fits a child or young adult, beside an age or "pupil".
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from domain.identifiers_text import Span, apart, digits, patterns

EVENT_YEARS = 5  # a year this near is far more often an event's than a birth's
YOUNG_YEARS = 25

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d|'?\d\d)"
_SEP = r" {0,2}[/.\-] {0,2}"
_ALONE = r"(?!\d|[./\-]\d)"  # not the start of a longer number
_NUMBERED = r"(?<!\d)(?<!\d[./\-])(?:0?[1-9]|[12]\d|3[01])"
_DATES = patterns(
    rf"{_NUMBERED}(?:{_SEP}| )(?:0?[1-9]|1[0-2])(?:{_SEP}| )"
    rf"(?P<year>(?:19|20)\d\d){_ALONE}",
    rf"{_NUMBERED}{_SEP}(?:0?[1-9]|1[0-2]){_SEP}(?P<year>\d\d){_ALONE}",
    r"(?<!\d)(?P<year>(?:19|20)\d\d)"
    rf"(?:{_SEP}| )(?:0[1-9]|1[0-2])(?:{_SEP}| )(?:0[1-9]|[12]\d|3[01])(?!\d)",
)
_WORDED = patterns(
    rf"(?<!\d){_DAY}[ \-]{{0,2}}(?:of )?(?:the )?{_MONTH}\b"
    rf"(?:[.,]?[ \-]{{0,2}}(?:of )?{_YEAR}(?![\d:]|\.\d| ?[ap]\.?m\b))?",
    rf"\b{_MONTH}\.? (?:the )?{_DAY}\b(?!:|\.\d)(?:,? {{0,2}}{_YEAR}(?![\d:]|\.\d))?",
)
_NUMBERS = re.compile(r"\d[ /.\-]{1,5}\d\d?[ /.\-]{1,5}\d")  # what every date in figures has
_MONTH_PARTS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_HINT = re.compile(r"o ?[./]? ?b|bo|bir|turn|(?:is|was|be) \d", re.IGNORECASE)
_MONTH_YEAR = re.compile(
    rf"(?<![\d/.\-])(?:{_MONTH}\b[.,]? ?|(?:0?[1-9]|1[0-2])/)(?P<year>(?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)

_DOB = (
    r"(?:\bd ?[./]? ?o ?[./]? ?b(?![^\W\d])\.?|\b(?:date|year|month) of birth\b"
    r"|\bbirth ?(?:date|year)\b|\byob\b)"
)
_BORN = rf"(?:{_DOB}|\bborn\b)"
_LINK = r"\W{0,4}(?:(?:is|was|on|the|in|of|as|given|recorded|listed|about|around)\b\W{1,3}){0,4}"
_NEAR = re.compile(rf"{_BORN}[^\d?!;\x00]{{0,30}}$", re.IGNORECASE)
_CLOSE = re.compile(rf"(?:{_BORN}|\bbirthday\b){_LINK}$", re.IGNORECASE)
_B = re.compile(r"(?<!\w)b\.? ?$")
_BIRTHDAY = re.compile(r"\bbirthday\b[^\d.?!;\x00]{0,25}$", re.IGNORECASE)
_TURNS = re.compile(
    r"(?:\bturn(?:s|ed|ing)? \d{1,2}|\b(?:s?he|they|who) (?:will be|is|was) \d{1,2})"
    r"(?: years old)? (?:on )?(?:the )?$",
    re.IGNORECASE,
)
_NOT_BORN = re.compile(
    r"\b(?:unknown|not known|unclear|seen|found|visited|opened|built|moved|reported|since"
    r"|were|had|has|hurt|approached|excluded|met)\b|\. ",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"\W{{0,4}}(?:(?:is|was|as|given|recorded)\b ?){{0,2}}(?:his|her|their|the|a)? ?"
    rf"(?:{_DOB}|birthday\b)",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"\b(?:aged?|(?:years?|yrs?)[ \-]old|yrs?|y/?o|pupil|student|boy|girl|child|male|female"
    r"|juvenile|teenager|young (?:person|man|woman)|yp|son|daughter|brother|sister|misper"
    r"|missing person|kid|lad|lass)\b[^.?!;\x00]{0,25}$",
    re.IGNORECASE,
)
_AGE_AFTER = re.compile(
    r"[ ,(\-]{0,4}(?:aged?\b|\d{1,2}[ \-]?(?:yo|y/o|yrs?|years?)\b)", re.IGNORECASE
)
_EVENT = re.compile(
    r"\b(?:on|since|from|until|till|by|to|between|before|after|dated|at|during|of|in|and|the)\W*$",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    rf"{_BORN}\W{{0,4}}(?:(?:is|was|in)\b ?)?(?P<digits>\d{{8}}|\d{{6}})(?!\d)", re.IGNORECASE
)
_YEAR_ONLY = re.compile(
    rf"{_DOB}\W{{0,4}}(?:(?:is|was|in)\b ?)?(?P<year>(?:19|20)\d\d)(?!\d|[/.\-]\d)", re.IGNORECASE
)


class Dated(NamedTuple):
    """A date as it is written; ``year`` is ``None`` where none is given."""

    start: int
    end: int
    year: int | None


def dates(text: str, today: date) -> list[Dated]:
    """List every date in ``text``, of births and events alike, in order."""
    small = text.lower()
    numbered = _DATES if _NUMBERS.search(text) else []
    worded = _WORDED if any(part in small for part in _MONTH_PARTS) else []
    years = {
        match.span(): _year(match["year"], today)
        for pattern in (*numbered, *worded)
        for match in pattern.finditer(text)
    }
    return [Dated(*span, years[span]) for span in apart(years)]


def births(text: str, today: date) -> Iterator[Span]:
    """Yield the span of every date of birth in ``text``, without the words that tell of it."""
    if not digits(text):
        return
    listed = dates(text, today)
    starts = [each.start for each in listed]
    whole = [each[:2] for each in listed if _is_birth(text, each, starts, today)]
    yield from apart([*whole, *_partial(text, today)])


def _is_birth(text: str, found: Dated, starts: list[int], today: date) -> bool:
    before = text[max(0, found.start - 60) : found.start]
    hinted = _HINT.search(before) is not None
    if hinted and (_TURNS.search(before) or _CLOSE.search(before)):
        return found.year is None or found.year <= today.year
    if found.year is None:
        return False
    age = today.year - found.year
    if age < EVENT_YEARS:
        return False
    after = text[found.end : found.end + 40]
    return (
        (hinted and _beside_birth(before))
        or _B.search(before) is not None
        or _owns(_AFTER.match(after), found, starts)
        or (age <= YOUNG_YEARS and _beside_person(before, after))
    )


def _beside_birth(before: str) -> bool:
    near = _NEAR.search(before) or _BIRTHDAY.search(before)
    return near is not None and not _NOT_BORN.search(near[0])


def _beside_person(before: str, after: str) -> bool:
    if _EVENT.search(before):
        return False
    near = _PERSON.search(before)
    return bool(near and not _NOT_BORN.search(near[0])) or bool(_AGE_AFTER.match(after))


def _owns(words: re.Match[str] | None, found: Dated, starts: list[int]) -> bool:
    """Tell whether ``words`` after a date speak of it, and not of a date that follows them."""
    if words is None:
        return False
    end = found.end + words.end()
    following = bisect_right(starts, found.start)
    return following == len(starts) or starts[following] > end + 15


def _partial(text: str, today: date) -> Iterator[Span]:
    """Yield births given in part or without separators: "DOB 120311", "born in March 2011"."""
    if not _HINT.search(text):
        return
    for match in _COMPACT.finditer(text):
        if _compact(match["digits"], today):
            yield match.span("digits")
    for match in _YEAR_ONLY.finditer(text):
        yield match.span("year")
    for match in _MONTH_YEAR.finditer(text):
        before = text[max(0, match.start() - 60) : match.start()]
        if int(match["year"]) <= today.year and _CLOSE.search(before):
            yield match.span()


def _compact(digits: str, today: date) -> bool:
    """Tell whether ``digits`` are a date: ddmmyyyy, yyyymmdd or ddmmyy."""
    orders = [(digits[:2], digits[2:4], digits[4:])]
    if len(digits) == 8:
        orders.append((digits[6:], digits[4:6], digits[:4]))
    return any(
        1 <= int(day) <= 31
        and 1 <= int(month) <= 12
        and 1900 <= (_year(year, today) or 0) <= today.year
        for day, month, year in orders
    )


def _year(written: str | None, today: date) -> int | None:
    if not written:
        return None
    year = int(written.lstrip("'"))
    if year > 99:
        return year
    return year + (2000 if year <= today.year % 100 else 1900)
