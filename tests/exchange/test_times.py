"""What people write for a time, and what is known of it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.incidents import TimeKnown
from exchange.times import means_midnight, read

LONDON = ZoneInfo("Europe/London")


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "weekday", "hour"),
    [
        ("2024-01-05 17:30", utc(2024, 1, 5, 17, 30), 4, 17),
        ("2024-07-05T17:30:10", utc(2024, 7, 5, 16, 30, 10), 4, 17),
        ("2024-07-05T17:30Z", utc(2024, 7, 5, 17, 30), 4, 18),
        ("2024-07-05 17:30 +02:00", utc(2024, 7, 5, 15, 30), 4, 16),
        ("2024-07-05 17:30 BST", utc(2024, 7, 5, 16, 30), 4, 17),
        ("05/07/2024 17:30", utc(2024, 7, 5, 16, 30), 4, 17),
        ("5.7.24 5:30 pm", utc(2024, 7, 5, 16, 30), 4, 17),
        ("Friday, 5th July 2024 5pm", utc(2024, 7, 5, 16), 4, 17),
        ("05-Jul-2024 00:15", utc(2024, 7, 4, 23, 15), 4, 0),
        ("45478.5", utc(2024, 7, 5, 11), 4, 12),
    ],
)
def test_moments_are_kept_in_utc_and_reckoned_in_london(text, start, weekday, hour):
    when = read(text)
    assert (when.known, when.start, when.to) == (TimeKnown.INTERVAL, start, start)
    assert (when.weekday, when.hour) == (weekday, hour)


@pytest.mark.parametrize("text", ["2024-07-05", "05/07/2024", "5 July 2024", "45478", "20240705"])
def test_a_day_has_a_weekday_and_no_hour(text):
    when = read(text)
    assert when.known is TimeKnown.DAY
    assert (when.start, when.to) == (utc(2024, 7, 4, 23), utc(2024, 7, 5, 23))
    assert (when.weekday, when.hour) == (4, None)


@pytest.mark.parametrize("text", ["2019-01", "01/2019", "Jan 2019", "January 2019", "201901"])
def test_a_month_has_neither_weekday_nor_hour(text):
    when = read(text)
    assert when.known is TimeKnown.MONTH
    assert (when.start, when.to) == (utc(2019, 1, 1), utc(2019, 2, 1))
    assert (when.weekday, when.hour) == (None, None)


@pytest.mark.parametrize("text", ["unknown", "Not known", "n/a", "-"])
def test_unknown_is_a_value(text):
    assert read(text).known is TimeKnown.UNKNOWN
    assert read(text).start is None


@pytest.mark.parametrize(
    "text", ["01/25/2019", "2019-02-30", "yesterday", "2024-07-05 25:00", "12", "1 Foo 2019", "x"]
)
def test_what_is_no_date_is_refused_rather_than_guessed(text):
    assert read(text) is None


def test_the_hour_that_came_twice_is_the_span_of_both():
    when = read("2024-10-27 01:30")
    assert (when.start, when.to) == (utc(2024, 10, 27, 0, 30), utc(2024, 10, 27, 1, 30))
    assert (when.hour, when.note) == (1, "twice")


def test_the_hour_that_never_came_is_read_as_if_the_clocks_stood():
    when = read("2024-03-31 01:30")
    assert (when.start, when.hour, when.note) == (utc(2024, 3, 31, 1, 30), 2, "never")


def test_a_time_of_day_in_its_own_column_joins_the_date():
    assert read("05/07/2024", "1730").start == utc(2024, 7, 5, 16, 30)
    assert read("05/07/2024", "not known").known is TimeKnown.DAY
    assert read("05/07/2024", "soon") is None


def test_midnight_is_unknown_where_nobody_meant_it():
    assert read("2024-07-05 00:00").hour == 0
    assert read("2024-07-05 00:00", midnight=False).known is TimeKnown.DAY
    assert not means_midnight(["2024-07-05 00:00"] * 9 + ["2024-07-05 10:00"])
    assert means_midnight(["2024-07-05 00:00"] * 2 + ["2024-07-05 10:00"] * 40)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2030, 1, 1)))
def test_every_plain_moment_comes_back_as_london_shows_it(moment):
    local = moment.replace(microsecond=0)
    aware = local.replace(tzinfo=LONDON)
    when = read(local.isoformat(" "))
    assert when == read(f"{local:%d/%m/%Y %H:%M:%S}")
    shown = when.start.astimezone(LONDON)
    if when.note == "never":
        assert shown - aware in (timedelta(hours=1), timedelta())
        assert shown.hour == (local.hour + 1) % 24
    else:
        assert shown.replace(tzinfo=None) == local
    assert (when.weekday, when.hour) == (shown.weekday(), shown.hour)
