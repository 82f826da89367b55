from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.aoristic import aoristic

NAT = np.datetime64("NaT", "us")
MINUTES = st.integers(0, 2 * 365 * 24 * 60)
LENGTHS = st.integers(0, 8 * 24 * 60)
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
ZONES = ["Europe/London", "Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York"]


def utc(*texts):
    return np.array([each or "NaT" for each in texts], "datetime64[us]")


def by_the_minute(start, end, zone):
    """The slow way: look at the clock in every minute."""
    table = np.zeros((7, 24))
    for first, last in zip(start, end, strict=True):
        minutes = round((last - first) / timedelta(minutes=1))
        if minutes >= 7 * 24 * 60:
            table += 1 / 168
            continue
        for each in range(max(minutes, 1)):
            shown = (first + timedelta(minutes=each)).astimezone(ZoneInfo(zone))
            table[shown.weekday(), shown.hour] += 1 / max(minutes, 1)
    return table


@given(st.lists(st.tuples(MINUTES, LENGTHS), min_size=1, max_size=4), st.sampled_from(ZONES))
def test_it_agrees_with_looking_at_the_clock_in_every_minute(events, zone):
    start = [EPOCH + timedelta(minutes=at) for at, _ in events]
    end = [first + timedelta(minutes=length)
           for first, (_, length) in zip(start, events, strict=True)]  # fmt: skip
    naive = [[each.replace(tzinfo=None) for each in column] for column in (start, end)]
    found = aoristic(*(np.array(each, "datetime64[us]") for each in naive), zone)
    assert np.abs(found.table - by_the_minute(start, end, zone)).max() < 1e-9


@pytest.mark.parametrize("around", ["2024-03-31", "2024-10-27", "2025-03-30", "2025-10-26"])
def test_the_days_on_which_the_clocks_change_are_right_to_the_minute(around):
    random = np.random.default_rng(7)
    day = datetime.fromisoformat(around).replace(tzinfo=UTC)
    start = [day + timedelta(minutes=int(each)) for each in random.integers(-300, 300, 40)]
    end = [each + timedelta(minutes=int(more))
           for each, more in zip(start, random.integers(1, 600, 40), strict=True)]  # fmt: skip
    naive = [np.array([each.replace(tzinfo=None) for each in column], "datetime64[us]")
             for column in (start, end)]  # fmt: skip
    expected = by_the_minute(start, end, "Europe/London")
    assert np.abs(aoristic(*naive).table - expected).max() < 1e-9


@given(st.lists(st.tuples(MINUTES, st.integers(-600, 30_000), st.booleans()), min_size=1))
def test_the_table_sums_to_the_events_that_are_used(events):
    start = np.array([EPOCH.replace(tzinfo=None) + timedelta(minutes=at)
                      for at, _, _ in events], "datetime64[us]")  # fmt: skip
    end = start + np.array([each for _, each, _ in events], "timedelta64[m]")
    end[[gone for _, _, gone in events]] = NAT
    found = aoristic(start, end)
    assert found.table.sum() == pytest.approx(found.used)
    assert found.used + found.reversed == len(events)
    assert found.table.min() >= 0
    assert (found.narrow <= found.table + 1e-9).all()


def test_friday_evening_to_sunday_morning_is_spread_over_39_hours():
    table = aoristic(utc("2024-01-05T18:00"), utc("2024-01-07T09:00")).table
    assert table.sum() == pytest.approx(1)
    assert np.count_nonzero(table) == 39
    assert table[4, 18] == table[5, 12] == table[6, 8] == pytest.approx(1 / 39)
    assert table[4, 17] == table[6, 9] == 0


def test_the_hour_that_is_left_out_gets_nothing_and_the_one_that_comes_twice_gets_both():
    spring = aoristic(utc("2024-03-31T00:00"), utc("2024-03-31T23:00")).table[6]
    assert (spring[1], spring[0], spring[2]) == (0, pytest.approx(1 / 23), pytest.approx(1 / 23))
    autumn = aoristic(utc("2024-10-26T23:00"), utc("2024-10-28T00:00")).table[6]
    assert (autumn[1], autumn[0]) == (pytest.approx(2 / 25), pytest.approx(1 / 25))


def test_without_an_end_it_is_a_moment_in_its_hour_and_counted():
    found = aoristic(utc("2024-07-05T17:59", "2024-07-05T18:10"), utc(None, "2024-07-05T18:10"))
    assert found.table[4, 18] == found.table[4, 19] == 1  # summer: an hour on from UTC
    assert (found.used, found.missing_end) == (2, 1)


def test_what_is_reversed_or_unknown_is_counted_and_never_guessed():
    found = aoristic(utc("2024-01-05T18:00", None, None), utc("2024-01-05T17:00", None,
                                                              "2024-01-05T17:00"))  # fmt: skip
    assert (found.used, found.reversed, found.unknown, found.missing_end) == (0, 1, 2, 0)
    assert found.table.sum() == 0


@pytest.mark.parametrize("days", [7, 10, 400])
def test_a_week_or_longer_tells_nothing_of_the_hour(days):
    start = utc("2024-01-03T11:11")
    table = aoristic(start, start + np.timedelta64(days, "D")).table
    assert np.allclose(table, 1 / 168)


def test_a_cell_is_as_certain_as_what_it_is_made_of():
    found = aoristic(utc("2024-01-05T18:10", "2024-01-05T00:00"),
                     utc("2024-01-05T18:20", "2024-01-06T00:00"))  # fmt: skip
    assert found.certainty[4, 18] == pytest.approx(1 / (1 + 1 / 24))
    assert found.certainty[4, 3] == 0
    assert np.isnan(found.certainty[0, 0])


def test_a_second_across_the_hour_is_split_and_many_do_not_blur_it():
    start = np.full(100_000, np.datetime64("2024-01-05T17:59:59.500", "us"))
    table = aoristic(start, start + np.timedelta64(1, "s")).table
    assert table[4, 17] == pytest.approx(50_000, abs=1e-6)
    assert table[4, 18] == pytest.approx(50_000, abs=1e-6)
    assert np.count_nonzero(table) == 2


def test_times_in_pairs_are_asked_for():
    with pytest.raises(ValueError, match="two times"):
        aoristic(utc("2024-01-05"), utc())
