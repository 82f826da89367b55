"""Calendar files: hours of London through a change of the clocks, neutral words, whole days."""

from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar

from domain.diary import Entry, Kind
from exchange.calendars import written

NOW = datetime(2026, 10, 20, 9, tzinfo=UTC)
BASE = "https://safeground.example"


def read(*entries):
    calendar = Calendar.from_ical(written(entries, base=BASE, now=NOW))
    return calendar, {str(each["uid"]): each for each in calendar.walk("VEVENT")}


def meeting(starts, **given):
    values = {"minutes": 60, "version": 3, **given}
    return Entry("meeting-4", Kind.MEETING, "Weekly screening", "meeting 4", starts,
                 "/meetings?meeting=4", **values)  # fmt: skip


def test_a_meeting_stands_at_its_hour_in_london():
    calendar, events = read(meeting(datetime(2026, 7, 1, 9, tzinfo=UTC)))
    event = events["meeting-4@safeground"]
    assert event.decoded("dtstart").isoformat() == "2026-07-01T10:00:00+01:00"
    assert event["dtstart"].params["TZID"] == "Europe/London"
    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(hours=1)
    assert str(event["url"]) == f"{BASE}/meetings?meeting=4"
    assert (event["sequence"], str(event["summary"])) == (3, "Weekly screening: meeting 4")
    assert [str(each["tzid"]) for each in calendar.walk("VTIMEZONE")] == ["Europe/London"]


def test_a_meeting_through_the_change_of_the_clocks_lasts_its_minutes():
    _, events = read(meeting(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), minutes=90))
    event = events["meeting-4@safeground"]
    start, end = event.decoded("dtstart"), event.decoded("dtend")
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(minutes=90)
    assert (start.hour, end.hour) == (1, 2)


def test_a_day_is_a_whole_day_that_blocks_nothing_and_a_cancelled_meeting_says_so():
    due = Entry("due-7", Kind.DUE, "Due", "action 7, PL-3", date(2026, 11, 2), "/actions?action=7",
                overdue=True)  # fmt: skip
    _, events = read(due, meeting(NOW, cancelled=True))
    event = events["due-7@safeground"]
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (
        date(2026, 11, 2), date(2026, 11, 3),
    )  # fmt: skip
    assert str(event["summary"]) == "Overdue, Due: action 7, PL-3"
    assert (str(event["transp"]), str(event["class"])) == ("TRANSPARENT", "CONFIDENTIAL")
    assert str(events["meeting-4@safeground"]["status"]) == "CANCELLED"
    assert "location" not in {name.lower() for each in events.values() for name in each}
