from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import clock

ZONES = ["Europe/London", "America/Chicago", "Asia/Kolkata", "Australia/Lord_Howe", "UTC",
         "Africa/Casablanca"]  # fmt: skip
MOMENTS = st.datetimes(datetime(1950, 1, 2), datetime(2099, 12, 30))


@given(st.lists(MOMENTS, min_size=1, max_size=6), st.sampled_from(ZONES))
def test_the_wall_clock_is_that_of_the_time_zone_database(moments, zone):
    found = clock.local(np.array(moments, "datetime64[us]"), zone)
    told = [each.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
            for each in moments]  # fmt: skip
    assert found.tolist() == told


def test_a_second_before_and_at_each_change_of_the_clocks():
    times = ["2024-03-31T00:59:59", "2024-03-31T01:00:00", "2024-10-27T00:59:59",
             "2024-10-27T01:00:00"]  # fmt: skip
    shown = clock.local(np.array(times, "datetime64[s]")).astype("datetime64[s]").astype(str)
    assert shown.tolist() == ["2024-03-31T00:59:59", "2024-03-31T02:00:00",
                              "2024-10-27T01:59:59", "2024-10-27T01:00:00"]  # fmt: skip


def test_a_summer_night_belongs_to_the_day_of_the_zone():
    time = np.array(["2024-07-01T23:30"], "datetime64[s]")
    assert clock.days(time)[0] == clock.days(time, "UTC")[0] + 1


def test_what_is_not_known_stays_so_and_has_no_day():
    nothing = np.array(["NaT"], "datetime64[us]")
    assert np.isnat(clock.local(nothing)).all()
    with pytest.raises(ValueError, match="needs a time"):
        clock.days(nothing)


@pytest.mark.parametrize(("time", "zone", "said"), [
    ("2024-01-01", "Europe/Eldermere", "no time zone"),
    ("2024-01-01", "../etc/passwd", "no time zone"),
    ("2300-01-01", "Europe/London", "between 1900 and 2200"),
])  # fmt: skip
def test_what_cannot_be_is_refused(time, zone, said):
    with pytest.raises(ValueError, match=said):
        clock.local(np.array([time], "datetime64[us]"), zone)
