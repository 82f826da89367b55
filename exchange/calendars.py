"""Calendars as files (iCalendar, RFC 5545): neutral references, times in London, and links."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from icalendar import Calendar, Event, vDatetime

from domain.diary import Entry, Kind
from domain.matching import LONDON

PRODUCT: Final = "-//Safeground//Diary//EN"
MIME: Final = "text/calendar; charset=utf-8"
REFRESH: Final = timedelta(hours=6)
SAYS: Final = "Open it in Safeground. Nothing more of it leaves there."


def written(
    entries: Iterable[Entry], *, base: str, now: datetime, name: str = "Safeground"
) -> bytes:
    """Write entries as one calendar.

    Parameters
    ----------
    entries
        Of one reader (`domain.diary`).
    base
        The address of this server, without a last slash: links begin with it.
    now
        When it is written, aware.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", LONDON.key)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    for each in entries:
        calendar.add_component(event(each, base=base, now=now))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def event(entry: Entry, *, base: str, now: datetime) -> Event:
    """Write one entry: a meeting with its hours, all else as a whole day that blocks nothing."""
    made = Event()
    made.add("uid", f"{entry.key}@safeground")
    made.add("dtstamp", vDatetime(now.astimezone(UTC)))
    made.add("sequence", entry.version)
    made.add("summary", ("Overdue, " if entry.overdue else "") + entry.title)
    if isinstance(entry.starts, datetime):
        start = entry.starts.astimezone(UTC)
        over = start + timedelta(minutes=entry.minutes or 0)  # in UTC: no clock change moves it
        made.add("dtstart", start.astimezone(LONDON))
        made.add("dtend", over.astimezone(LONDON))
    else:
        made.add("dtstart", entry.starts)
        made.add("dtend", entry.starts + timedelta(days=1))
    made.add("transp", "OPAQUE" if entry.kind is Kind.MEETING else "TRANSPARENT")
    made.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    made.add("class", "CONFIDENTIAL")
    made.add("url", f"{base}{entry.link}")
    made.add("description", SAYS)
    return made
