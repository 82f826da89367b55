from datetime import date

from layers.timeline import MOST, Timeline, months_between


def test_months_run_from_the_first_to_the_last_and_over_a_new_year():
    found = months_between(date(2025, 11, 15), date(2026, 2, 1))
    assert found == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]


def test_of_many_years_the_latest_are_kept():
    found = months_between(date(1970, 1, 1), date(2026, 10, 31))
    assert len(found) == MOST
    assert found[-1] == date(2026, 10, 1)


def test_a_window_holds_whole_months_a_leap_day_included():
    (february,) = Timeline([date(2024, 2, 1)]).spec()["months"]
    assert february == {"label": "Feb 2024", "since": "2024-02-01", "until": "2024-02-29"}


def test_no_window_is_longer_than_what_there_is():
    assert Timeline(months_between(date(2026, 1, 1), date(2026, 4, 1))).spec()["widths"] == [1, 3]
