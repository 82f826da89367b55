"""The e-test, difference in differences and series that vary a lot."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.genmod.families import NegativeBinomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.stats.rates import test_poisson_2indep as compared

from geo import effect_ratios, rates
from geo.effect_exact import odds
from tests.geo.test_effect import REPEATS, WORLDS, drawn, share_within

LOW_COUNT = st.integers(0, 40)
SOME = st.integers(1, 60)


@pytest.mark.parametrize(("counts", "p"), [((0, 3), 0.0884), ((6, 2), 0.1749)])
def test_the_published_e_tests_are_reproduced(counts, p):
    assert effect_ratios.e_test(counts) == pytest.approx(p, abs=5e-5)


@given(LOW_COUNT, SOME, st.sampled_from([(1, 1), (2, 3), (365, 91)]))
def test_the_e_test_agrees_with_statsmodels(first, second, lengths):
    found = effect_ratios.e_test((first, second), lengths)
    assert 0 < found <= 1
    if first:  # statsmodels divides by it
        expected = compared(second, lengths[1], first, lengths[0], method="etest-wald")
        assert found == pytest.approx(expected.pvalue, abs=1e-6)


@given(LOW_COUNT, LOW_COUNT)
def test_the_e_test_does_not_mind_which_comes_first(first, second):
    one, other = effect_ratios.e_test((first, second)), effect_ratios.e_test((second, first))
    assert one == pytest.approx(other, abs=1e-9)


def test_large_counts_are_no_trouble():
    assert effect_ratios.e_test((10**9, 10**9 + 10**6)) < 1e-9
    assert effect_ratios.e_test((10**9, 10**9)) == 1
    near = effect_ratios.e_test((499_000, 500_500)), effect_ratios.e_test((499_000, 501_500))
    assert near[0] == pytest.approx(2 * stats.norm.sf(1_500 / 999_500**0.5), abs=1e-4)
    assert near[1] == pytest.approx(2 * stats.norm.sf(2_500 / 1_000_500**0.5), abs=1e-9)


def test_the_e_test_keeps_its_error():
    chance = np.random.default_rng(3)
    pairs = chance.poisson(8, (REPEATS, 2))
    assert np.mean([effect_ratios.e_test(each) <= 0.05 for each in pairs]) <= 0.065


@given(SOME, SOME, SOME, SOME)
def test_small_tables_agree_with_fisher(before, after, c_before, c_after):
    found = effect_ratios.did((before, after), (c_before, c_after))
    table = [[after, before], [c_after, c_before]]
    assert found.low <= found.value <= found.high
    if found.method.startswith("exact"):
        smaller = min(stats.fisher_exact(table, side).pvalue for side in ("less", "greater"))
        assert found.p == pytest.approx(min(1, 2 * smaller), abs=1e-9)
        assert (found.p < 0.05) == (found.low > 1 or found.high < 1)


@settings(max_examples=25)
@given(LOW_COUNT, LOW_COUNT, SOME, SOME)
def test_exact_bounds_are_those_of_scipy(before, after, c_before, c_after):
    _, low, high, _ = odds(np.array([[(before, after), (c_before, c_after)]], float), 0.95)
    found = stats.contingency.odds_ratio([[after, before], [c_after, c_before]])
    expected = found.confidence_interval(0.95)
    assert low[0] == pytest.approx(expected.low, rel=1e-4, abs=1e-9)
    assert high[0] == pytest.approx(expected.high, rel=1e-4)


def test_large_tables_are_what_the_textbook_says():
    found = effect_ratios.did((207, 110), (308, 318))
    middle, se = np.log(110 / 207 / (318 / 308)), np.sqrt(1 / 207 + 1 / 110 + 1 / 308 + 1 / 318)
    expected = np.exp([middle, middle - 1.959964 * se, middle + 1.959964 * se])
    assert [found.value, found.low, found.high] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("treated", "control", "low", "high"),
    [((5, 0), (10, 10), 0, 1.5), ((0, 0), (3, 4), 0, np.inf), ((0, 9), (10, 10), 1.42, np.inf)],
)
def test_nothing_counted_leaves_an_open_interval(treated, control, low, high):
    found = effect_ratios.did(treated, control)
    assert found.low == pytest.approx(low, abs=0.05)
    assert found.high == pytest.approx(high, abs=0.05)


def test_exact_and_logarithm_meet_where_counts_grow():
    small = effect_ratios.did((29, 20), (900, 910))
    low, high = (float(each) for each in effect_ratios.did_log((29, 20), (900, 910))[1:3])
    assert (small.low, small.high) == pytest.approx((low, high), rel=0.12)
    assert small.low < low
    assert small.high > high


@pytest.mark.parametrize("world", WORLDS)
def test_intervals_of_the_ratios_cover_what_was_planted(world):
    expected = WORLDS[world]
    treated, control, ring, ring_control = drawn(expected, seed=12)
    ratio = [after / before for before, after in expected]
    alone = rates.rate_ratio(treated[:, 0], treated[:, 1])
    covered = {"rate ratio": share_within(alone.low, alone.high, ratio[0])}
    for name, here, other, truth in (
        ("area", treated, control, ratio[0] / ratio[1]),
        ("ring", ring, ring_control, ratio[2] / ratio[3]),
    ):
        _, low, high, _ = effect_ratios.did_log(here, other)
        covered[name] = share_within(low, high, truth)
    print(f"\n{world}: {covered}")
    assert min(covered.values()) >= 0.93


@pytest.mark.parametrize("after", [12, 6, 2])
def test_exact_intervals_cover_what_was_planted_in_small_counts(after):
    chance = np.random.default_rng(14)
    towns = chance.poisson([(12, after), (40, 40)], (REPEATS, 2, 2))
    _, low, high, _ = odds(towns.astype(float), 0.95)
    covered = share_within(low, high, after / 12)
    print(f"\n{covered:.1%} of {REPEATS}")
    assert covered >= 0.95


def test_a_steady_series_is_poisson_and_a_restless_one_is_not():
    chance = np.random.default_rng(6)
    steady = effect_ratios.series_ratio(chance.poisson(20, 52), chance.poisson(20, 52))
    restless = effect_ratios.series_ratio(
        chance.negative_binomial(2, 2 / 22, 52), chance.negative_binomial(2, 2 / 22, 52)
    )
    assert steady.dispersion == pytest.approx(1, abs=0.4)
    assert restless.alpha == pytest.approx(0.5, abs=0.25)
    assert restless.ratio.high / restless.ratio.low > 1.3 * steady.ratio.high / steady.ratio.low


def test_the_negative_binomial_agrees_with_statsmodels():
    chance = np.random.default_rng(9)
    before, after = (chance.negative_binomial(2, 2 / 22, each) for each in (40, 30))
    found = effect_ratios.series_ratio(before, after)
    later = np.repeat([0.0, 1.0], [40, 30])
    model = GLM(np.concatenate([before, after]), np.column_stack([np.ones(70), later]),
                family=NegativeBinomial(alpha=found.alpha)).fit()  # fmt: skip
    assert found.ratio.value == pytest.approx(np.exp(model.params[1]))
    reach = np.log(found.ratio.high / found.ratio.value) / stats.t.ppf(0.975, 68)
    assert reach == pytest.approx(model.bse[1], rel=1e-5)
    assert model.pearson_chi2 == pytest.approx(68, rel=1e-6)


def test_intervals_of_restless_series_cover_what_was_planted():
    chance = np.random.default_rng(15)
    before = chance.negative_binomial(3, 3 / 13, (REPEATS, 20))
    after = chance.negative_binomial(3, 3 / 9, (REPEATS, 20))
    pairs = zip(before, after, strict=True)
    found = [effect_ratios.series_ratio(*each).ratio for each in pairs]
    covered = np.mean([each.low <= 0.6 <= each.high for each in found])
    print(f"\n{covered:.1%} of {REPEATS}")
    assert covered >= 0.93


@pytest.mark.parametrize("wrong", [[1, 2, 3], [0, 0, 0, 0], [1, 2, 3, -1], [1, 2, 3, 0.5]])
def test_a_series_that_cannot_be_told_is_refused(wrong):
    with pytest.raises(ValueError, match=r"series|counted|whole"):
        effect_ratios.series_ratio([4, 5, 6, 7], wrong)


def test_an_e_test_takes_two_counts():
    with pytest.raises(ValueError, match="two counts"):
        effect_ratios.e_test([(1, 2), (3, 4)])
    with pytest.raises(ValueError, match="two counts"):
        effect_ratios.did([(1, 2), (3, 4)], [(1, 2), (3, 4)])
