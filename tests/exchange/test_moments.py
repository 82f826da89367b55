from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from exchange import moments


def read(*texts, zone="Europe/London", **more):
    return moments.read(pd.DataFrame({"when": texts}, dtype=object), "when", zone, **more)


def told(found):
    return found.start.astype("datetime64[m]").astype(str).tolist()


def test_times_are_local_in_the_zone_that_is_named_and_aware_ones_keep_theirs():
    texts = ("2024-07-05 18:00", "2024-07-05T18:00Z", "05/07/2024 18:00", "2024-07-05T18:00-05:00")
    assert told(read(*texts)) == ["2024-07-05T17:00", "2024-07-05T18:00", "2024-07-05T17:00",
                                  "2024-07-05T23:00"]  # fmt: skip
    there = read(*texts, zone="America/Chicago")
    assert told(there) == ["2024-07-05T23:00", "2024-07-05T18:00", "2024-07-05T23:00",
                           "2024-07-05T23:00"]  # fmt: skip
    assert (there.start == there.to).all()


ZONES = ["America/Chicago", "Europe/London", "Asia/Kolkata", "Australia/Sydney"]


@given(st.datetimes(datetime(1990, 1, 1), datetime(2025, 1, 1)), st.sampled_from(ZONES))
def test_a_clock_in_any_zone_is_read_as_that_clock(moment, zone):
    wall = moment.replace(second=0, microsecond=0)
    found = read(wall.isoformat(sep=" ", timespec="minutes"), zone=zone)
    both = [wall.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(ZoneInfo("UTC"))
            for fold in (0, 1)]  # fmt: skip
    naive = [each.replace(tzinfo=None) for each in both]
    assert found.start[0].item() == naive[0]
    assert found.to[0].item() == max(naive)


def test_a_date_is_the_whole_day_of_its_zone_and_a_month_the_whole_month():
    found = read("2024-07-05", "2024-07", None, " ", "soon", zone="America/Chicago")
    assert found.known.tolist() == ["day", "month", "unknown", "unknown", "unknown"]
    assert told(found)[:2] == ["2024-07-05T05:00", "2024-07-01T05:00"]
    assert (found.to - found.start)[:2].tolist() == [timedelta(days=1), timedelta(days=31)]
    assert np.isnat(found.start[2:]).all()
    assert found.unreadable == 1
    assert moments.notes(found) == ("2 rows have no date.",
                                    "1 rows have a date that cannot be read.",
                                    "1 rows are known to the month only.")  # fmt: skip


def test_midnight_is_taken_at_its_word():
    found = read("2024-01-05 00:00", "2024-01-06 00:00")
    assert found.known.tolist() == ["interval", "interval"]
    assert (found.start == found.to).all()


def test_days_are_of_the_zone_and_months_have_none():
    found = read("2024-07-05T23:30Z", "2024-07", "2024-07-06")
    day, known = moments.days(found)
    assert known.tolist() == [True, False, True]
    assert day[0] == day[1]
    with pytest.raises(Invalid, match="month only"):
        moments.days(read("2024-07"))


def test_the_sides_of_a_date_leave_out_what_may_be_on_both():
    found = read("2024-06-30", "2024-07-01 00:00", "2024-07", "2024-06", "2024", None)
    before, after = moments.sides(found, moments.one("2024-07-01"))
    assert before.tolist() == [True, False, False, True, False, False]
    assert after.tolist() == [False, True, True, False, False, False]
    with pytest.raises(Invalid, match="one side"):
        moments.sides(found, moments.one("2030-01-01"))


@pytest.mark.parametrize(("texts", "zone", "said"), [
    (("soon",), "Europe/London", "No row has a time"),
    (("9999-12-31T23:00",), "Europe/London", "No row has a time"),
    (("2024-01-01",), "Europe/Eldermere", "no time zone"),
])  # fmt: skip
def test_a_column_without_times_is_refused(texts, zone, said):
    with pytest.raises(Invalid, match=said):
        read(*texts, zone=zone)
    if zone == "Europe/London":
        assert np.isnat(read(*texts, optional=True).start).all()


def test_what_is_typed_must_be_a_date():
    with pytest.raises(Invalid, match="year-month-day"):
        moments.one("next week")
    with pytest.raises(Invalid, match="no column"):
        moments.read(pd.DataFrame({"a": ["b"]}), "when")
