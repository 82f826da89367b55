"""Weighted displacement difference and quotient, against published answers and planted towns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import effect

CASE = {
    "treated": (207, 110),
    "control": (308, 318),
    "displacement": (178, 157),
    "displacement_control": (150, 140),
}


def told(found):
    return [float(getattr(found, each)) for each in ("value", "se", "z", "low", "high")]


def test_the_published_difference_is_reproduced():
    found = effect.wdd(**CASE).total
    assert told(found)[:2] == pytest.approx([-118, 1568**0.5])
    assert told(found)[2] == pytest.approx(-2.98, abs=5e-3)
    assert told(found)[3:] == pytest.approx([-196, -40], abs=0.5)


def test_the_published_difference_of_unequal_periods_is_reproduced():
    found = effect.wdd((80, 20), (100, 50), time_weights=(2, 1)).total
    assert told(found)[:2] == pytest.approx([-20, 115**0.5])


def test_the_published_difference_of_unequal_areas_is_reproduced():
    found = effect.wdd(**CASE, area_weights=(0.9, 1.2, 1.6, 1.5)).total
    published = [-99.69444444, 35.4280755, -2.813995483, -169.1321965, -30.25669241]
    assert told(found) == pytest.approx(published, rel=1e-8)


def test_the_parts_of_a_difference_add_up():
    found = effect.wdd(**CASE)
    assert found.total.value == found.local.value + found.displaced.value == -107 - 11
    assert found.total.se**2 == pytest.approx(found.local.se**2 + found.displaced.se**2)
    assert effect.wdd(CASE["treated"], CASE["control"]).displaced is None


def test_a_ring_without_a_comparison_is_taken_as_it_is():
    found = effect.wdd((50, 40), (60, 60), (30, 20))
    assert (found.displaced.value, found.displaced.se**2) == (-10, pytest.approx(50))


def test_nothing_at_all_has_no_score():
    found = effect.wdd((0, 0), (0, 0)).total
    assert (found.value, found.low, found.high) == (0, 0, 0)
    assert np.isnan([found.z, found.p]).all()


def test_harm_weighs_the_difference_and_its_square_the_variance():
    treated, control = [(20, 10), (100, 80)], [(30, 31), (120, 125)]
    found = effect.wdd_harm(treated, control, [365, 3])
    apart = [effect.wdd(*each).total for each in zip(treated, control, strict=True)]
    assert found.value == 365 * apart[0].value + 3 * apart[1].value == -4090
    assert found.se**2 == pytest.approx(365**2 * 91 + 3**2 * 425)


def test_equal_harm_is_the_plain_difference():
    treated, control = [(20, 10), (100, 80)], [(30, 31), (120, 125)]
    weighed = effect.wdd_harm(treated, control, [1, 1], time_weights=(2, 3))
    whole = effect.wdd((120, 90), (150, 156), time_weights=(2, 3)).total
    assert told(weighed) == pytest.approx(told(whole))


@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=4, max_size=4),
    st.floats(0.1, 10),
)
def test_scaling_all_areas_scales_the_difference_and_leaves_the_score(pairs, size):
    one = effect.wdd(*pairs).total
    scaled = effect.wdd(*pairs, area_weights=(size,) * 4).total
    assert scaled.value * size == pytest.approx(float(one.value))
    assert scaled.z == pytest.approx(float(one.z), nan_ok=True)


@pytest.mark.parametrize("wrong", [(-1, 2), (1.5, 2), (np.nan, 2), (1, 2, 3), 4])
def test_what_is_no_pair_of_counts_is_refused(wrong):
    with pytest.raises(ValueError, match=r"(?i)counts"):
        effect.wdd(wrong, (1, 2))


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_weights": (0, 1)},
        {"time_weights": (1, 1, 1)},
        {"area_weights": (1, 1)},
        {"area_weights": (1, 1, 1, -1)},
        {"displacement_control": (1, 2)},
    ],
)
def test_weights_and_rings_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValueError, match=r"weight|Weight|ring"):
        effect.wdd((1, 2), (3, 4), **wrong)


def test_the_quotient_is_what_the_formula_says():
    found = effect.wdq((400, 240), (1000, 1000), (200, 220))
    assert found.value == pytest.approx(-0.125)
    assert found.low < -0.125 < found.high
    assert found.why == ""


@pytest.mark.parametrize(
    ("pairs", "why"),
    [
        (((40, 4), (100, 100), (20, 22)), "below 5"),
        (((40, 24), (100, 100), (20, 4)), "below 5"),
        (((40, 44), (100, 100), (20, 22)), "did not fall"),
        (((40, 40), (100, 100), (20, 22)), "did not fall"),
    ],
)
def test_the_quotient_is_refused_where_it_means_nothing(pairs, why):
    found = effect.wdq(*pairs)
    assert found.value is None
    assert why in found.why


def test_a_fall_that_is_unsure_has_no_interval_of_the_quotient():
    found = effect.wdq((40, 36), (100, 100), (20, 22))
    assert found.value is not None
    assert found.low is None
    assert found.unsure > effect.MOST_UNSURE
    assert "unsure" in found.why


def test_the_same_seed_gives_the_same_interval():
    case = ((400, 240), (1000, 1000), (200, 220))
    assert effect.wdq(*case, seed=7) == effect.wdq(*case, seed=7)
    assert effect.wdq(*case, seed=7) != effect.wdq(*case, seed=8)


WORLDS = {  # expected counts: treated, control, ring, comparison of the ring
    "it worked": ((150, 75), (240, 240), (100, 100), (180, 180)),
    "it moved": ((150, 75), (240, 240), (100, 175), (180, 180)),
    "nothing": ((150, 150), (240, 240), (100, 100), (180, 180)),
}
REPEATS = 1_000


def drawn(expected, seed=11):
    chance = np.random.default_rng(seed)
    return [chance.poisson(each, (REPEATS, 2)) for each in expected]


def share_within(low, high, truth):
    return float(np.mean((low <= truth) & (truth <= high)))


@pytest.mark.parametrize("world", WORLDS)
def test_intervals_of_the_difference_cover_what_was_planted(world):
    expected = WORLDS[world]
    change = [after - before for before, after in expected]
    truths = {"total": change[0] - change[1] + change[2] - change[3],
              "local": change[0] - change[1], "displaced": change[2] - change[3]}  # fmt: skip
    found = effect.wdd(*drawn(expected))
    for name, truth in truths.items():
        part = getattr(found, name)
        covered = share_within(part.low, part.high, truth)
        print(f"\n{world}, {name}: {covered:.1%} of {REPEATS}")
        assert covered >= 0.93


def test_intervals_of_the_quotient_cover_what_was_planted():
    expected = np.array([(400, 200), (800, 800), (300, 400)])
    above, below = 400 / 800 - 300 / 800, 200 / 800 - 400 / 800
    chance = np.random.default_rng(5)
    found = [effect.wdq(*chance.poisson(expected), draws=999, seed=each)
             for each in range(REPEATS)]  # fmt: skip
    covered = np.mean([each.low <= above / below <= each.high for each in found])
    print(f"\n{covered:.1%} of {len(found)}")
    assert covered >= 0.93
