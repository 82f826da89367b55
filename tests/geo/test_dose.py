"""Dwell from positions, regularity, and simulated logs whose known breaches are all flagged."""

import math

import numpy as np
import pytest
from shapely import Point, box

from geo import dose
from geo.dose import Breach, Target, breaches, regularity, stays

START = np.datetime64("2026-11-20T20:00:00", "ms")
ZONE = box(0, 0, 100, 100)


def walk(*legs, every=10):
    """Positions of a walk: legs of (east, north, seconds to get there); steady, every 10 s."""
    times, xy, now, at = [], [], 0, None
    for east, north, seconds in legs:
        if at is not None:
            for step in range(0, seconds, every):
                share = step / seconds
                xy.append((at[0] + share * (east - at[0]), at[1] + share * (north - at[1])))
                times.append(now + step)
            now += seconds
        at = (east, north)
    times.append(now)
    xy.append(at)
    east, north = np.array(xy).T
    return START + (np.array(times) * 1000).astype("timedelta64[ms]"), east, north


def test_a_stay_is_measured_where_the_walk_crosses_the_zone():
    # 100 m to the edge in 100 s, 50 m inside in 50 s, 600 s standing, and out again
    times, east, north = walk((-100, 50, 0), (50, 50, 150), (50, 50, 600), (-100, 50, 150))
    (stay,) = stays(times, east, north, [ZONE])
    assert stay.zone == 0
    assert stay.minutes == pytest.approx((50 + 600 + 50) / 60, abs=1e-9)
    assert (stay.began - START) / np.timedelta64(1, "s") == pytest.approx(100, abs=10)


def test_round_the_corner_and_back_is_one_stay_and_a_long_absence_makes_two():
    near = walk((50, 50, 0), (50, 50, 300), (150, 50, 100), (50, 50, 100), (50, 50, 300))
    assert len(stays(*near, [ZONE])) == 1
    far = walk((50, 50, 0), (50, 50, 300), (650, 50, 500), (50, 50, 500), (50, 50, 300))
    assert [round(each.minutes, 1) for each in stays(*far, [ZONE])] == [5.7, 5.7]


def test_a_gap_without_positions_counts_nowhere():
    times, east, north = walk((50, 50, 0), (50, 50, 300))
    later = np.concatenate([times, times + np.timedelta64(2, "h")])
    found = stays(later, np.tile(east, 2), np.tile(north, 2), [ZONE])
    assert [each.minutes for each in found] == [5.0, 5.0]
    assert stays(times[:1], east[:1], north[:1], [ZONE]) == []


def test_the_order_of_positions_does_not_matter_and_zones_may_overlap():
    times, east, north = walk((-100, 50, 0), (50, 50, 150), (50, 50, 600))
    mixed = np.random.default_rng(1).permutation(len(times))
    zones = [ZONE, Point(50, 50).buffer(20), box(900, 900, 999, 999)]
    straight = stays(times, east, north, zones)
    assert stays(times[mixed], east[mixed], north[mixed], zones) == straight
    assert [each.zone for each in straight] == [0, 1]


def test_the_same_hour_each_day_is_wholly_regular():
    found = regularity(np.arange(10), np.full(10, 21 * 60 + 5))
    assert (found.index, found.concentration, found.repeats) == (1.0, 1.0, 1.0)


def test_regularity_is_what_its_formula_says():
    days, minutes = [0, 0, 1, 1, 2, 2], [600, 1200, 620, 900, 100, 1300]
    # hours 10, 20, 10, 15, 1, 21: one hour twice of six visits; near: 620 to 600, no other
    shares = [2 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6]
    entropy = -sum(each * math.log(each) for each in shares)
    found = regularity(days, minutes)
    assert found.concentration == pytest.approx(1 - entropy / math.log(6))
    assert found.repeats == pytest.approx(1 / 4)
    assert found.index == pytest.approx((found.concentration + found.repeats) / 2)


def test_midnight_does_not_part_clock_times():
    found = regularity([0, 0, 1, 1, 2, 2], [1435, 700, 5, 100, 1430, 900])
    assert found.repeats == pytest.approx(2 / 4)


def test_too_few_visits_tell_nothing_of_regularity():
    assert regularity([0, 1, 2, 3, 4], [0] * 5) is None
    assert regularity([0] * 8, [0] * 8) is None


def test_spread_visits_are_less_regular_than_fixed_ones():
    rng = np.random.default_rng(4)
    days = np.repeat(np.arange(30), 3)
    spread = regularity(days, rng.integers(0, 1440, 90)).index
    evening = regularity(days, rng.integers(1080, 1440, 90)).index
    fixed = regularity(days, np.tile([1080, 1200, 1320], 30)).index
    assert spread < evening < fixed
    assert spread < 0.2
    assert fixed > dose.PREDICTABLE


TARGET = Target(visits_a_day=3, spacing=120, most_minutes=45, dwell=(10, 15))


def log(rng, days=14):
    """A log that keeps to the target: three visits a day, spread, 10 to 15 minutes."""
    rows = []
    for day in range(days):
        firsts = rng.integers(300, 560)
        starts = firsts + np.array([0, 1, 2]) * 200 + rng.integers(0, 60, 3) * np.array([1, 1, 1])
        rows += [(day, day * 1440 + start, float(rng.integers(10, 16))) for start in starts]
    return [list(each) for each in rows]


PLANTED = {
    dose.TOO_FEW: lambda rows, at: rows.pop(at),
    dose.TOO_SHORT: lambda rows, at: rows[at].__setitem__(2, 4.0),
    dose.TOO_LONG: lambda rows, at: rows[at].__setitem__(2, 29.0),
    dose.TOO_MUCH: lambda rows, at: rows[at].__setitem__(2, 46.0),
    dose.TOO_SOON: lambda rows, at: rows.append([rows[at][0], rows[at][1] + 40, 12.0]),
}


@pytest.mark.parametrize("what", PLANTED)
@pytest.mark.parametrize("seed", range(20))
def test_each_planted_breach_is_flagged_on_its_day(what, seed):
    rng = np.random.default_rng(seed)
    rows = log(rng)
    clean = told(rows)
    assert clean == []
    at = int(rng.integers(0, len(rows)))
    day = rows[at][0]
    PLANTED[what](rows, at)
    assert (day, what) in [(each.day, each.what) for each in told(rows)]
    assert {each.day for each in told(rows)} <= {day, day + 1}


@pytest.mark.parametrize("seed", range(5))
def test_a_log_that_is_predictable_is_flagged(seed):
    rng = np.random.default_rng(seed)
    rows = [
        [day, day * 1440 + clock + int(rng.integers(0, 10)), 12.0]
        for day in range(14) for clock in (1080, 1230, 1380)
    ]  # fmt: skip
    assert [each.what for each in told(rows)] == [dose.TOO_REGULAR]


def told(rows):
    day, start, minutes = np.array(rows).T
    return breaches(day, start, minutes, dict.fromkeys(range(14), TARGET))


def test_a_day_without_a_target_has_no_fewest_and_one_without_a_visit_has_all():
    assert breaches([], [], [], {4: TARGET}) == [Breach(4, dose.TOO_FEW, 3.0)]
    assert breaches([9], [9 * 1440.0], [12], {}) == []
    assert {
        dose.TOO_FEW, dose.TOO_SHORT, dose.TOO_MUCH, dose.TOO_SOON, dose.TOO_LONG,
        dose.TOO_REGULAR,
    } == dose.UNDER | dose.OVER  # fmt: skip
