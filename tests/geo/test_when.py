from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo import when

TERMS = when.Terms("Invented", "the test", date(2024, 1, 1), date(2024, 12, 31),
                   ((date(2024, 2, 10), date(2024, 2, 18)),))  # fmt: skip
TABLES = hnp.arrays(np.float64, (7, 24), elements=st.integers(0, 9)).filter(np.any)


def utc(*texts):
    return np.array([each or "NaT" for each in texts], "datetime64[us]")


@given(TABLES, st.integers(1, 4))
def test_no_window_of_the_week_is_fuller_than_the_first(table, hours):
    best = when.best_windows(table, hours=[hours])
    week = table.ravel()
    held = [sum(week[(at + each) % 168] for each in range(hours)) for at in range(168)]
    assert best[0].events == max(held)
    assert held[best[0].weekday * 24 + best[0].hour] == max(held)
    assert best[0].low <= best[0].share <= best[0].high
    assert best[0].times == pytest.approx(best[0].share * 168 / hours)
    taken = [{(each.weekday * 24 + each.hour + more) % 168 for more in range(hours)}
             for each in best]  # fmt: skip
    assert len(set().union(*taken)) == hours * len(best)


def test_a_window_may_run_past_midnight_and_past_the_week():
    table = np.zeros((7, 24))
    table[6, 23] = table[0, 0] = 5
    table[3, 12] = 1
    first = when.best_windows(table, hours=[2], most=1)[0]
    assert (first.weekday, first.hour, first.events) == (6, 23, 10)
    day = when.best_hours(table, hours=[2])[0]
    assert (day.weekday, day.hour, day.events) == (None, 23, 10)


def test_a_table_without_events_has_no_windows():
    with pytest.raises(ValueError, match="holds events"):
        when.best_windows(np.zeros((7, 24)))
    with pytest.raises(ValueError, match="1 to 24"):
        when.best_windows(np.ones((7, 24)), hours=[25])


def test_months_are_those_of_london_and_none_is_left_out():
    start = utc("2024-01-15", "2024-03-31T23:30", "2024-04-02", None)
    found = when.by_month(start, first=date(2024, 1, 10), last=date(2024, 4, 30))
    assert found.month.astype(str).tolist() == ["2024-01", "2024-02", "2024-03", "2024-04"]
    assert found.events.tolist() == [1, 0, 0, 2]  # 31 March 23:30 UTC is 1 April in London
    assert found.days.tolist() == [22, 29, 31, 30]
    assert found.whole.tolist() == [False, True, True, True]
    assert found.per_30_days[3] == 2


def test_without_a_period_the_months_at_the_ends_are_partial():
    found = when.by_month(utc("2024-01-15", "2024-03-05"))
    assert found.whole.tolist() == [False, True, False]
    with pytest.raises(ValueError, match="No event has"):
        when.by_month(utc(None))
    with pytest.raises(ValueError, match="ends before"):
        when.by_month(utc("2024-01-15"), first=date(2024, 2, 1), last=date(2024, 1, 1))


def months(counts, first="2023-01"):
    month = np.datetime64(first, "M") + np.arange(len(counts))
    days = ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(int)
    counts = np.asarray(counts)
    return when.Months(month, counts, days, np.ones(len(counts), bool))


def test_under_four_months_no_trend_is_told_and_under_two_years_no_season():
    assert when.course(months([1, 2, 3])) == when.Course(3, None, None, None)
    found = when.course(months(np.arange(1, 21) * 10))
    assert found.season is None
    assert found.p < 0.001
    assert found.slope == pytest.approx(10, rel=0.1)


def test_a_season_is_no_trend_and_a_trend_is_found_beside_it():
    wave = np.round(100 + 60 * np.sin(np.arange(36) / 12 * 2 * np.pi)).astype(int)
    still = when.course(months(wave))
    assert still.p > 0.3
    assert still.season[3] > 1.4
    assert still.season[9] < 0.6
    assert still.season.mean() == pytest.approx(1)
    rising = when.course(months(wave + 2 * np.arange(36)))
    assert rising.p < 0.001
    assert rising.slope == pytest.approx(2, rel=0.2)


def test_days_are_named_by_the_calendar_and_beyond_it_not_at_all():
    days = np.array(["2024-02-09", "2024-02-10", "2024-02-12", "2024-02-24", "2025-01-01", "NaT"],
                    "datetime64[D]")  # fmt: skip
    assert when.day_kinds(days, TERMS).tolist() == [
        "weekday", "school_holiday", "school_holiday", "weekend", "unknown", "unknown",
    ]  # fmt: skip


@given(st.lists(st.dates(date(2024, 1, 1), date(2024, 12, 31)), min_size=1))
def test_weekends_are_saturdays_and_sundays(days):
    kinds = when.day_kinds(np.array(days, "datetime64[D]"), TERMS)
    for day, kind in zip(days, kinds, strict=True):
        holiday = date(2024, 2, 10) <= day <= date(2024, 2, 18)
        plain = "weekend" if day.weekday() > 4 else "weekday"
        assert kind == ("school_holiday" if holiday else plain)


def test_events_by_kind_of_day_are_set_against_how_many_days_there_were():
    start = utc("2024-02-12T17:00", "2024-02-09T17:00", "2024-02-24T01:00", None,
                "2024-02-12T08:00", "2024-03-01T00:00")  # fmt: skip
    end = start.copy()
    end[4] += np.timedelta64(30, "h")  # the day is not known
    found = when.by_day_kind(start, end, TERMS, first=date(2024, 2, 1), last=date(2024, 2, 29))
    told = {each.code: (each.events, each.days) for each in found}
    assert told == {"weekday": (1, 16), "weekend": (1, 4), "school_holiday": (1, 9),
                    "unknown": (2, 0)}  # fmt: skip
    assert found[0].per_day == 1 / 16
    assert found[3].per_day is None


def test_a_window_of_planted_evenings_is_found():
    begin = datetime(2024, 1, 5, 20)
    start = np.array([begin + timedelta(weeks=each) for each in range(50)], "datetime64[us]")
    from geo.aoristic import aoristic

    found = aoristic(start, start + np.timedelta64(2, "h"), "UTC")
    best = when.best_windows(found.table, hours=[2], most=1)[0]
    assert (best.weekday, best.hour, best.share) == (4, 20, pytest.approx(1))
    assert best.low > 0.9
