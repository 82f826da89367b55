import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from geo.rates import rate_ratio, wilson

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from statsmodels.stats.proportion import proportion_confint

COUNT = st.integers(0, 60)
DAYS = st.sampled_from([1.0, 30.0, 92.0])


@given(COUNT, COUNT, DAYS, DAYS)
def test_the_interval_is_that_of_the_binomial_given_both_together(before, after, old, new):
    found = rate_ratio(before, after, before_days=old, after_days=new)
    if before + after == 0:
        assert (found.low, found.high, found.p) == (0, np.inf, 1)
        assert np.isnan(found.ratio)
        return
    low, high = proportion_confint(after, before + after, method="beta")
    assert found.low == pytest.approx(low / (1 - low) * old / new)
    assert found.high == pytest.approx(high / (1 - high) * old / new if high < 1 else np.inf)
    chance = new / (old + new)
    tails = [binomtest(after, before + after, chance, alternative=side).pvalue
             for side in ("less", "greater")]  # fmt: skip
    assert found.p == pytest.approx(min(1, 2 * min(tails)))


@given(COUNT, COUNT)
def test_p_and_interval_never_contradict_each_other(before, after):
    found = rate_ratio(before, after)
    assert (found.p < 0.05) == (found.low > 1 or found.high < 1)


def test_many_cells_at_once_are_as_one_by_one():
    before, after = np.array([[4, 0], [10, 7]]), np.array([[9, 3], [0, 7]])
    found = rate_ratio(before, after, before_days=2)
    assert found.percent.shape == (2, 2)
    assert found.percent[0, 0] == pytest.approx(100 * (9 / 4 * 2 - 1))
    assert found.high[1, 0] == pytest.approx(rate_ratio(10, 0, before_days=2).high)


@given(st.integers(0, 50), st.integers(1, 50))
def test_wilsons_interval_is_that_of_statsmodels(found, more):
    low, high = wilson(found, found + more)
    expected = proportion_confint(found, found + more, method="wilson")
    assert (low, high) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("asked", "said"), [
    ({"before": -1, "after": 1}, "whole counts"), ({"before": 1, "after": 1.5}, "whole counts"),
    ({"before": 1, "after": 1, "before_days": 0}, "length"),
])  # fmt: skip
def test_what_is_no_count_is_refused(asked, said):
    with pytest.raises(ValueError, match=said):
        rate_ratio(**asked)
