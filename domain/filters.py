"""What a reader asks to see: dates, days, hours, harm, places, sources; carried in the URL."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from domain.areas import AreaKind
from domain.codes import CodeList, Codes, current
from domain.errors import Invalid
from domain.status import Status

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EARLIEST, LATEST = date(1970, 1, 1), date(2100, 12, 31)
MOST_IDS = 50
LONGEST = 4_000
_HIGHEST_ID = 2**31 - 1
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_HOURS = re.compile(r"(\d{1,2})-(\d{1,2})", re.ASCII)
_ID = re.compile(r"[1-9]\d{0,9}", re.ASCII)


@dataclass(frozen=True)
class Filters:
    """What to show; whatever is empty narrows nothing, and unknown dates or hours match no limit.

    ``since`` and ``until`` are days in London, both included: a record is shown where its time,
    an interval, may fall between them. ``weekdays`` count from Monday 0. ``hours`` are from the
    first up to, not including, the second (1-24), past midnight where the second is not later.
    ``harm_types`` match a record's primary or any further type, each on its own: sexual
    exploitation is never read as a part of criminal exploitation. ``agencies`` and ``areas`` are
    ids. ``area_kind`` chooses the boundaries to count by and narrows nothing. ``notes`` say what
    of a URL was dropped.
    """

    since: date | None = None
    until: date | None = None
    weekdays: frozenset[int] = frozenset()
    hours: tuple[int, int] | None = None
    harm_types: frozenset[str] = frozenset()
    place_types: frozenset[str] = frozenset()
    statuses: frozenset[Status] = frozenset()
    sources: frozenset[str] = frozenset()
    agencies: frozenset[int] = frozenset()
    areas: frozenset[int] = frozenset()
    area_kind: AreaKind | None = None
    notes: tuple[str, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.since and self.until and self.since > self.until:
            raise Invalid("The first day must not come after the last day.")
        if self.hours and not _is_span(*self.hours):
            raise Invalid("Choose hours from 0-23 up to 1-24, and not the same hour twice.")
        if max(len(self.agencies), len(self.areas)) > MOST_IDS:
            raise Invalid(f"Choose {MOST_IDS} agencies or areas at most.")
        if self.hours == (0, 24):
            object.__setattr__(self, "hours", None)

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is narrowed."""
        return self == Filters(area_kind=self.area_kind)

    @property
    def clock_hours(self) -> frozenset[int]:
        """The hours of the clock that are asked for; all of them where none is chosen."""
        first, last = self.hours or (0, 24)
        if first < last:
            return frozenset(range(first, last))
        return frozenset({*range(first, 24), *range(last)})

    def to_query(self) -> str:
        """Write the query string of a URL; `parse` reads the same filters from it."""
        return urlencode({key: text for key, text in _written(self) if text}, safe=",-")

    def describe(self) -> str:
        """Say in plain words what is shown; agencies and areas by their number."""
        said = [phrase for phrase in _phrases(self, current()) if phrase]
        return (
            "; ".join(said)[:1].upper() + "; ".join(said)[1:]
            if said
            else "Everything: no filter is set."
        )


KEYS = (
    "since",
    "until",
    "days",
    "hours",
    "harm",
    "types",
    "status",
    "source",
    "agency",
    "area",
    "by",
)
"""The keys of a URL that `parse` reads."""


def parse(given: Mapping[str, str], codes: Codes) -> Filters:
    """Read filters from the query of a URL, which anyone may have written.

    What cannot be read is dropped, never an error; ``notes`` of the answer say so in words that
    quote nothing. Dates are drawn into 1970-2100, lists cut at their length.
    """
    reader = _Reader(given)
    since, until = reader.days_between()
    return Filters(
        since=since,
        until=until,
        weekdays=frozenset(DAYS.index(day) for day in reader.among("days", DAYS, "days")),
        hours=reader.hours(),
        harm_types=reader.among("harm", codes.harm_types, "types of harm"),
        place_types=reader.among("types", codes.place_types, "types of place"),
        statuses=frozenset(map(Status, reader.among("status", _values(Status), "states"))),
        sources=reader.among("source", {*codes.incident_sources, *codes.touch_sources}, "sources"),
        agencies=reader.ids("agency", "agencies"),
        areas=reader.ids("area", "areas"),
        area_kind=next(iter(map(AreaKind, reader.single("by", _values(AreaKind)))), None),
        notes=tuple(reader.notes),
    )


class _Reader:
    """Reads one value after another, and keeps words about what was dropped."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self.notes: list[str] = []

    def text(self, key: str) -> str:
        value = self.given.get(key, "")
        if not isinstance(value, str) or len(value) > LONGEST:
            self.notes.append("A part of this address is too long and was left out.")
            return ""
        return value

    def parts(self, key: str) -> list[str]:
        return [part for part in self.text(key).split(",") if part]

    def among(self, key: str, known: Iterable[str], noun: str) -> frozenset[str]:
        allowed = set(known)
        asked = set(self.parts(key))
        self._say_dropped(len(asked - allowed), noun)
        return frozenset(asked & allowed)

    def single(self, key: str, known: Iterable[str]) -> list[str]:
        chosen = self.among(key, known, "boundaries")
        return [part for part in self.parts(key) if part in chosen][:1]

    def ids(self, key: str, noun: str) -> frozenset[int]:
        asked = dict.fromkeys(self.parts(key))
        good = [int(part) for part in asked if _ID.fullmatch(part) and int(part) <= _HIGHEST_ID]
        self._say_dropped(len(asked) - len(good[:MOST_IDS]), noun)
        return frozenset(good[:MOST_IDS])

    def hours(self) -> tuple[int, int] | None:
        text = self.text("hours")
        found = _HOURS.fullmatch(text)
        if found is None:
            self._say_dropped(int(bool(text)), "hours")
            return None
        first, last = int(found[1]), int(found[2])
        if (first, last) == (0, 0) or not _is_span(first, last or 24):
            self._say_dropped(1, "hours")
            return None
        return first, last or 24

    def days_between(self) -> tuple[date | None, date | None]:
        since, until = self.day("since"), self.day("until")
        if since and until and since > until:
            self.notes.append("The dates of this address stand in the wrong order; we turned them.")
            return until, since
        return since, until

    def day(self, key: str) -> date | None:
        text = self.text(key)
        try:
            day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
        except ValueError:
            day = None
        self._say_dropped(int(bool(text) and day is None), "dates")
        return min(max(day, EARLIEST), LATEST) if day else None

    def _say_dropped(self, count: int, noun: str) -> None:
        if count:
            self.notes.append(f"Some {noun} of this address are not known here and were left out.")


def _is_span(first: int, last: int) -> bool:
    return 0 <= first <= 23 and 1 <= last <= 24 and first != last


def _values(kind: type[Status] | type[AreaKind]) -> list[str]:
    return [each.value for each in kind]


def _written(asked: Filters) -> list[tuple[str, str]]:
    """Give each key of a URL and its text, always in one order."""
    texts = (
        asked.since.isoformat() if asked.since else "",
        asked.until.isoformat() if asked.until else "",
        ",".join(DAYS[day] for day in sorted(asked.weekdays)),
        f"{asked.hours[0]}-{asked.hours[1]}" if asked.hours else "",
        ",".join(sorted(asked.harm_types)),
        ",".join(sorted(asked.place_types)),
        ",".join(sorted(status.value for status in asked.statuses)),
        ",".join(sorted(asked.sources)),
        ",".join(map(str, sorted(asked.agencies))),
        ",".join(map(str, sorted(asked.areas))),
        asked.area_kind.value if asked.area_kind else "",
    )
    return list(zip(KEYS, texts, strict=True))


def _phrases(asked: Filters, codes: Codes) -> list[str]:
    days = [DAY_NAMES[day] for day in sorted(asked.weekdays)]
    return [
        _dates(asked.since, asked.until),
        f"on {joined(days, 'or')}" if days else "",
        f"from {asked.hours[0]:02d}:00 to {asked.hours[1]:02d}:00" if asked.hours else "",
        _labelled("harm", asked.harm_types, codes.harm_types),
        _labelled("types of place", asked.place_types, codes.place_types),
        _listed("places that are", [each.words for each in asked.statuses]),
        _listed("from", [_source_label(each, codes) for each in asked.sources]),
        _counted(len(asked.agencies), "chosen agency", "chosen agencies", "of"),
        _counted(len(asked.areas), "chosen area", "chosen areas", "in"),
    ]


def joined(words: Sequence[str], last: str = "and") -> str:
    """Join words as people do: "a, b and c"."""
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def day_words(day: date) -> str:
    """Write a day as people do: "3 May 2026"."""
    return f"{day.day} {day:%B %Y}"


def _dates(since: date | None, until: date | None) -> str:
    if since and until:
        return f"{day_words(since)} to {day_words(until)}"
    if since:
        return f"since {day_words(since)}"
    return f"until {day_words(until)}" if until else ""


def _labelled(lead: str, chosen: Iterable[str], known: CodeList) -> str:
    ordered = sorted(chosen, key=lambda code: (code not in known, code))
    words = [known.label(code) for code in ordered]
    return f"{lead}: {joined(words, 'or')}" if words else ""


def _listed(lead: str, words: Iterable[str]) -> str:
    ordered = sorted(words)
    return f"{lead} {joined(ordered, 'or')}" if ordered else ""


def _source_label(code: str, codes: Codes) -> str:
    known: Callable[[str], str] = (
        codes.incident_sources.label
        if code in codes.incident_sources
        else codes.touch_sources.label
    )
    return known(code)


def _counted(count: int, one: str, many: str, lead: str) -> str:
    return f"{lead} {count} {one if count == 1 else many}" if count else ""
