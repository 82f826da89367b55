"""How large a fall would have to be to show."""

import numpy as np
import pytest

from geo import rates
from geo.effect_exact import odds
from geo.effect_power import MOST_EXACT, _Compared, _Large, smallest_fall


def test_about_fifty_needs_a_fall_of_twenty_five():
    found = smallest_fall(50)
    assert (found.fall, found.percent) == (25, 50)
    assert found.power >= 0.8


def test_the_fall_that_is_said_shows_as_often_as_is_said():
    found = smallest_fall(50)
    chance = np.random.default_rng(1)
    before, after = chance.poisson((50, 50 - found.fall), (20_000, 2)).T
    shown = rates.rate_ratio(before, after).high < 1
    assert shown.mean() == pytest.approx(found.power, abs=0.01)


def test_the_fall_with_a_comparison_is_what_the_exact_test_shows():
    found = smallest_fall(40, 60)
    chance = np.random.default_rng(2)
    towns = chance.poisson([(40, 40 - found.fall), (60, 60)], (1_000, 2, 2))
    shown = odds(towns.astype(float), 0.95)[2] < 1
    assert np.mean(shown) == pytest.approx(found.power, abs=0.05)


def test_a_comparison_costs_power_and_a_large_one_costs_less():
    alone, small, large = (smallest_fall(60, each).fall for each in (None, 60, 400))
    assert alone < large < small


def test_more_events_show_smaller_falls():
    percents = [smallest_fall(each).percent for each in (20, 50, 200, 800, 5_000)]
    assert percents == sorted(percents, reverse=True)


def test_of_few_events_not_even_a_fall_to_nothing_shows():
    found = smallest_fall(4)
    assert found.fall is None
    assert found.percent is None
    assert found.power < 0.8


def test_both_ways_to_reckon_meet_where_one_hands_over_to_the_other():
    exact = smallest_fall(MOST_EXACT, MOST_EXACT)
    assert _Large(MOST_EXACT, MOST_EXACT, 1.0, 0.05).chance(exact.fall) == pytest.approx(
        exact.power, abs=0.02
    )


def test_a_larger_fall_never_shows_less_often():
    shows = _Compared(40, 60, 1.0, 0.05, 1)
    chances = [shows.chance(each) for each in range(0, 41, 4)]
    assert chances == sorted(chances)


def test_a_longer_period_before_helps():
    assert smallest_fall(30, lengths=(4, 1)).fall < smallest_fall(30).fall


@pytest.mark.parametrize(
    "wrong",
    [{"expected": 0}, {"expected": 10, "comparison": 0}, {"expected": 10, "power": 0.01},
     {"expected": 10, "alpha": 0}, {"expected": 10, "lengths": (0, 1)},
     {"expected": float("nan")}],
)  # fmt: skip
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=r"Power|Alpha"):
        smallest_fall(**wrong)
