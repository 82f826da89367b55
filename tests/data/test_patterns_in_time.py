"""What was planted in the sample is found by the analyses of time; recall is printed.

`pytest -s tests/data/test_patterns_in_time.py` shows the figures.
"""

import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from domain import terms
from exchange import moments, points
from geo import change, clock, extent, near_repeat, when
from geo.aoristic import aoristic

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
TRUTH = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
PATTERNS = TRUTH["patterns"]
TIMED = [each for each in PATTERNS if len(each["weekdays"]) < 7]
CELL = 250


class Town:
    """The sample's incidents: metres and times."""

    def __init__(self):
        self.frame = points.read(SAMPLE / "incidents.csv")
        start, end = (moments.read(self.frame, f"occurred_{each}", optional=True)
                      for each in ("from", "to"))  # fmt: skip
        self.x, self.y = (self.frame.geometry.x.to_numpy(), self.frame.geometry.y.to_numpy())
        self.when, self.start = start, start.start
        self.end = np.where(np.isnat(end.to), start.to, end.to)

    def near(self, pattern, reach=2.0):
        apart = np.hypot(self.x - pattern["easting"], self.y - pattern["northing"])
        return apart <= reach * pattern["spread_m"]


@pytest.fixture(scope="module")
def town():
    return Town()


def hours_of(pattern):
    """The hours of the week that a pattern fills, and those it touches; it may pass midnight."""
    first, last = pattern["hours"]
    spans = (range(int(np.ceil(first)), int(last)), range(int(first), int(np.ceil(last))))
    return [{(24 * day + hour) % 168 for day in pattern["weekdays"] for hour in span}
            for span in spans]  # fmt: skip


def found_hours(table):
    """The hours that are twice as busy as the average, and hold three events or more."""
    week = table.ravel()
    return set(np.flatnonzero((week >= 2 * week.mean()) & (week >= 3)).tolist())


def test_the_hours_and_days_of_the_planted_patterns_are_found(town):
    right = planted = wrong = other = 0
    for pattern in TIMED:
        here = town.near(pattern)
        spread = aoristic(town.start[here], town.end[here])
        filled, touched = hours_of(pattern)
        found = found_hours(spread.table)
        best = when.best_windows(spread.table, hours=[1], most=1)[0]
        print(f"\n{pattern['name']}: {len(filled & found)} of {len(filled)} hours found, "
              f"{len(found - touched)} others; the fullest hour is on day {best.weekday} at "
              f"{best.hour}:00")  # fmt: skip
        assert 24 * best.weekday + best.hour in touched
        right, planted = right + len(filled & found), planted + len(filled)
        wrong, other = wrong + len(found - touched), other + 168 - len(touched)
    print(f"\nAll: recall {right / planted:.0%}, false positives {wrong / other:.1%} of the hours "
          "in which nothing was planted")  # fmt: skip
    assert right / planted >= 0.75
    assert wrong / other <= 0.05


def test_term_time_patterns_lie_in_term_and_summer_ones_do_not(town):
    school = terms.terms("eldermere")
    first, last = date(2024, 11, 1), date(2026, 10, 31)
    for pattern in PATTERNS:
        here = town.near(pattern)
        kinds = {each.code: each.per_day for each in when.by_day_kind(
            town.start[here], town.end[here], school, first=first, last=last)}  # fmt: skip
        print(f"\n{pattern['name']} ({pattern['days']}): {kinds['weekday']:.2f} on a school day, "
              f"{kinds['school_holiday']:.2f} on a day of holiday")  # fmt: skip
        if pattern["days"] == "term":
            assert kinds["weekday"] > 2 * kinds["school_holiday"]
        if pattern["days"] == "summer":
            assert kinds["weekday"] < kinds["school_holiday"]


def test_the_chains_of_near_repeats_are_found(town):
    planted = TRUTH["near_repeats"]
    day, known = moments.days(town.when)
    row = {ref: at for at, ref in enumerate(town.frame["ref"][known])}
    x, y = town.x[known], town.y[known]
    links = [tuple(sorted((row[first], row[then])))
             for chain in planted["chains"]
             for first, then in pairwise(chain)
             if first in row and then in row]  # fmt: skip
    reach, days = planted["reach_m"] + 0.2, planted["days"] + 1
    pairs = near_repeat.pairs_within(x, y, day, metres=(0, reach), days=(0, days),
                                     metric="euclidean")  # fmt: skip
    found = {tuple(sorted(each)) for each in zip(pairs.earlier.tolist(), pairs.later.tolist(),
                                                 strict=True)}  # fmt: skip
    recall = sum(each in found for each in links) / len(links)
    test = near_repeat.near_repeat(x, y, day, distances=(0, reach, 2 * reach), days=(0, days),
                                   metric="euclidean", permutations=99)  # fmt: skip
    over = test.observed[0, 0] - test.expected[0, 0]
    print(f"\n{recall:.1%} of {len(links)} planted links found, among {len(found):,} pairs that "
          f"are as near and as soon; {test.observed[0, 0]:,} pairs near "
          f"and soon, {test.expected[0, 0]:,.0f} expected (ratio {test.ratio[0, 0]:.2f}, "
          f"p {test.p[0, 0]:.2f}), so {over:,.0f} more than chance")  # fmt: skip
    assert recall >= 0.99
    assert (test.p[0, 0], test.ratio[0, 0] > 1.1) == (0.01, True)


def test_dealing_the_days_out_at_random_leaves_no_near_repeat(town):
    day, known = moments.days(town.when)
    shuffled = np.random.default_rng(8).permutation(day)
    p = near_repeat.near_repeat(town.x[known], town.y[known], shuffled, distances=(0, 120),
                                days=(0, 11), permutations=99).p[0, 0]  # fmt: skip
    assert p > 0.05


def test_what_emerges_fades_and_moves_is_told_apart(town):
    known = ~np.isnat(town.start)
    month = clock.local(town.start[known]).astype("datetime64[M]").astype(int)
    quarter = (month - month.min()) // 3
    quarter[quarter == 8] = 7
    area = extent.hull(town.x, town.y, CELL)
    laid, inside, _ = extent.squares(area, CELL, aligned=True)
    counts = change.by_period(laid, town.x[known], town.y[known], quarter, 8)
    hot, scores = change.hot_by_period(counts, inside)
    kinds = np.full(laid.shape, "", dtype=object)
    kinds[inside] = change.categories(hot, scores)
    expected = {
        "Station car park, new since the summer": {"new", "emerging"},
        "Brockwell youth club, fading": {"fading", "former"},
        "Mere Park before the plan": {"former", "fading"},
        "Castle Green after the plan": {"new", "emerging", "persistent", "intermittent"},
        "Bus station, Friday and Saturday evenings": {"persistent"},
    }
    right = 0
    for pattern in PATTERNS:
        if pattern["name"] not in expected:
            continue
        col = int((pattern["easting"] - laid.origin[0]) // CELL)
        line = int((pattern["northing"] - laid.origin[1]) // CELL)
        kind = kinds[line, col]
        print(f"\n{pattern['name']}: {kind}")
        right += kind in expected[pattern["name"]]
    lasting = sum(np.isin(kinds, ["new", "emerging"]).ravel())
    print(f"\n{right} of {len(expected)} right; {lasting} cells of the town new or emerging")
    assert right == len(expected)
    assert lasting <= 25
