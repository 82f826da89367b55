"""When it was: what people write in tables, as intervals in UTC; what is unknown stays unknown."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from domain.incidents import TimeKnown
from exchange.rows import Mask, Rows, Texts, objects

LONDON = ZoneInfo("Europe/London")
EARLIEST = date(1950, 1, 1)
EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's own clock
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NOT_A_DATE = "the date cannot be read; write the day first, or year-month-day"
UNKNOWN = frozenset({"unknown", "not known", "n/a", "na", "none", "-", "?", "null"})

_CLOCK = (
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::?(?P<second>\d{2})(?:\.\d+)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?"
)
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?(?:[T ](?P<rest>.+))?")
_UK = re.compile(
    r"(?P<day>\d{1,2})[/.\- ](?P<month>\d{1,2})[/.\- ](?P<year>\d{4}|\d{2})(?:[, ]+(?P<rest>.+))?"
)
_WORDS = re.compile(
    r"(?:[a-z]+,? )?(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?[ \-])?(?P<month>[a-z]{3})[a-z]*"
    r"[ \-,]+(?P<year>\d{4}|\d{2})(?:[, ]+(?P<rest>.+))?",
    re.I,
)
_SLASHED_MONTH = re.compile(r"(?P<month>\d{1,2})[/\-](?P<year>\d{4})(?P<day>)(?P<rest>)")
_PACKED = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})?(?P<rest>)")
_TIME = re.compile(rf"{_CLOCK}\s*(?P<zone>Z|UTC|GMT|BST|[+-]\d{{2}}:?\d{{2}})?", re.I)
_TWELVE = re.compile(r"(?P<hour>\d{1,2})(?P<minute>)\s*(?P<half>[ap]\.?m\.?)", re.I)
_FOUR = re.compile(r"(?P<hour>\d{2})(?P<minute>\d{2})")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class When:
    """One moment or span as it was written. ``to`` ends the span; it is ``start`` for a moment."""

    known: TimeKnown
    start: datetime | None = None
    to: datetime | None = None
    weekday: int | None = None
    hour: int | None = None
    note: str = ""


NOTHING = When(TimeKnown.UNKNOWN)


@dataclass(frozen=True)
class Times:
    """The columns of a chunk's times."""

    known: Texts
    start: Texts
    to: Texts
    weekday: Texts
    hour: Texts


def read(text: str, clock: str | None = None, *, midnight: bool = True) -> When | None:
    """Read a date, a month, or a date and time; None where it is none of these.

    Local times are in Europe/London. A time that came twice when the clocks went back becomes
    the interval of both; one that the clocks left out is read as if they had not gone forward.
    ``midnight`` says whether 00:00 is a time that someone meant; else only the day is known.
    """
    if text.casefold() in UNKNOWN:
        return NOTHING
    if clock is None and (moment := _iso(text)) is not None:
        if moment.time() == time() and not midnight:
            return _day_of(moment.date())
        return _moment(moment) if moment.tzinfo is None else _known(moment)
    if _SERIAL.fullmatch(text):
        return _serial(float(text), clock, midnight=midnight)
    for pattern in (_ISO, _UK, _WORDS, _SLASHED_MONTH, _PACKED):
        if (found := pattern.fullmatch(text)) is not None:
            return _calendar(found, clock, midnight=midnight)
    return None


def columns(rows: Rows) -> Times:
    """Read the fields ``date``, ``time``, ``date_to`` and ``time_to`` of a chunk."""
    starts = _read_all(rows, "date", "time")
    ends = _read_all(rows, "date_to", "time_to")
    rows.refuse(_mask(starts, _before_all), "the date is before 1950, so it cannot be right")
    latest = datetime.now(UTC) + timedelta(days=1)
    rows.refuse(_mask(starts, lambda each: _after(each, latest)), "the date lies in the future")
    spans = [_span(start, end) for start, end in zip(starts, ends, strict=True)]
    rows.refuse(np.array([each is None for each in spans], bool), "it ends before it begins")
    kept = [each or NOTHING for each in spans]
    rows.counts.update(each.note for each in kept if each.note)
    return Times(
        objects([each.known for each in kept]),
        objects([each.start for each in kept]),
        objects([each.to for each in kept]),
        objects([each.weekday for each in kept]),
        objects([each.hour for each in kept]),
    )


def means_midnight(values: list[str | None]) -> bool:
    """Say whether 00:00 is meant: not where it stands beside a fifth or more of all dates."""
    dated = [found for each in values if each and (found := read(each)) and found.hour is not None]
    idle = [each for each in dated if each.start and _local(each.start).time() == time()]
    return len(idle) < max(3, len(dated) / 5)


def _read_all(rows: Rows, date_field: str, time_field: str) -> list[When]:
    dates, clocks = rows.text(date_field), rows.text(time_field)
    found: dict[tuple[str | None, str | None], When | None] = {(None, None): NOTHING}
    for pair in set(zip(dates, clocks, strict=True)) - {(None, None)}:
        text, clock = pair
        found[pair] = NOTHING if text is None else read(text, clock, midnight=rows.mapping.midnight)
    result = [found[pair] for pair in zip(dates, clocks, strict=True)]
    rows.refuse(np.array([each is None for each in result], bool), NOT_A_DATE)
    return [each or NOTHING for each in result]


def _span(start: When, end: When) -> When | None:
    """Join a beginning and an end; None where the end comes first."""
    if end.start is None or start.start is None:
        return start
    last = end.to or end.start
    if last < start.start:
        return None
    known = start.known if start.hour is None else TimeKnown.INTERVAL
    return When(known, start.start, last, start.weekday, start.hour, start.note)


def _iso(text: str) -> datetime | None:
    """Read ISO dates that have a time, by far the most frequent, in one call."""
    if len(text) < 16 or text[4] != "-" or text[13] != ":":
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _serial(number: float, clock: str | None, *, midnight: bool) -> When | None:
    if not 18_264 <= number < 73_051:  # 1950 to 2099
        return None
    moment = EXCEL_EPOCH + timedelta(seconds=round(number * 86_400))
    if clock is not None or number.is_integer():
        return _on(moment.date(), clock, midnight=midnight)
    return _moment(moment)


def _calendar(found: re.Match[str], clock: str | None, *, midnight: bool) -> When | None:
    try:
        year, month = _year(found["year"]), _month(found["month"])
        if not found["day"]:
            return _month_of(date(year, month, 1)) if not found["rest"] else None
        day = date(year, month, int(found["day"]))
    except ValueError:
        return None
    return _on(day, (found["rest"] or "").strip() or clock, midnight=midnight)


def _on(day: date, clock: str | None, *, midnight: bool) -> When | None:
    """Place a time of day on a day; no time, or an unknown one, leaves the day."""
    if clock is None or clock.casefold() in UNKNOWN:
        return _day_of(day)
    found = _TIME.fullmatch(clock) or _FOUR.fullmatch(clock) or _TWELVE.fullmatch(clock)
    if found is None:
        return None
    parts = found.groupdict()
    try:
        at = time(_hour(parts), int(parts["minute"] or 0), int(parts.get("second") or 0))
    except ValueError:
        return None
    if at == time() and not midnight:
        return _day_of(day)
    zone = (parts.get("zone") or "").upper()
    if zone in ("", "BST", "GMT"):
        return _moment(datetime.combine(day, at), summer={"BST": True, "GMT": False}.get(zone))
    offset = "+00:00" if zone in ("Z", "UTC") else zone
    return _known(datetime.fromisoformat(f"{day.isoformat()}T{at.isoformat()}{offset}"))


def _moment(local: datetime, *, summer: bool | None = None) -> When:
    """Read a clock in London, with the two nights a year on which it is not plain."""
    offset = _offset_of(local.date()) if summer is None else timedelta(hours=summer)
    if offset is not None:
        at = (local - offset).replace(tzinfo=UTC)
        return When(TimeKnown.INTERVAL, at, at, local.weekday(), local.hour)
    first = local.replace(tzinfo=LONDON).astimezone(UTC)
    second = local.replace(tzinfo=LONDON, fold=1).astimezone(UTC)
    once = _known(first)
    if first == second:
        return once
    if first < second:  # the hour came twice
        return replace(once, to=second, note="twice")
    return replace(once, note="never")  # read as if the clocks had not gone forward


@lru_cache(maxsize=4096)
def _offset_of(day: date) -> timedelta | None:
    """Return London's offset from UTC on a day, None on the two days on which it changes."""
    start = datetime.combine(day, time(), LONDON).utcoffset()
    end = datetime.combine(day, time(23, 59), LONDON).utcoffset()
    return start if start == end else None


def _known(moment: datetime) -> When:
    local = _local(moment)
    at = moment.astimezone(UTC)
    return When(TimeKnown.INTERVAL, at, at, local.weekday(), local.hour)


def _day_of(day: date) -> When:
    start, to = _midnight(day), _midnight(day + timedelta(days=1))
    return When(TimeKnown.DAY, start, to, day.weekday())


def _month_of(first: date) -> When:
    after = (first + timedelta(days=31)).replace(day=1)
    return When(TimeKnown.MONTH, _midnight(first), _midnight(after))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def _local(moment: datetime) -> datetime:
    return moment.astimezone(LONDON)


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else 2000 + year if year < 70 else 1900 + year


def _month(text: str) -> int:
    return int(text) if text.isdigit() else MONTHS.index(text.casefold()) + 1


def _hour(parts: dict[str, str | None]) -> int:
    hour, half = int(parts["hour"] or 0), (parts.get("half") or "").casefold()
    if not half:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("no such hour")
    return hour % 12 + (12 if half.startswith("p") else 0)


def _mask(times: list[When], test: Callable[[datetime], bool]) -> Mask:
    return np.array([each.start is not None and test(each.start) for each in times], dtype=bool)


def _before_all(start: datetime) -> bool:
    return start.date() < EARLIEST


def _after(start: datetime, latest: datetime) -> bool:
    return start > latest
