import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo import trend

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pymannkendall

SERIES = hnp.arrays(np.int64, st.tuples(st.integers(1, 5), st.integers(3, 14)),
                    elements=st.integers(0, 6))  # fmt: skip


@given(SERIES)
def test_every_series_agrees_with_pymannkendall_ties_and_all(series):
    found, slopes = trend.mann_kendall(series), trend.theil_sen(series)
    for at, each in enumerate(series):
        if np.ptp(each) == 0:
            assert (found.z[at], found.p[at], slopes[at]) == (0, 1, 0)
            continue
        peer = pymannkendall.original_test(each)
        assert found.z[at] == pytest.approx(peer.z, abs=1e-12)
        assert (found.s[at], slopes[at]) == (peer.s, peer.slope)
        assert found.p[at] == pytest.approx(peer.p, abs=1e-12)


@pytest.mark.parametrize("months", [24, 31, 36])
def test_a_trend_beside_a_season_agrees_with_pymannkendall(months):
    random = np.random.default_rng(months)
    at = np.arange(months)
    series = random.poisson(20 + 10 * np.sin(at / 12 * 2 * np.pi) + at / 3)
    found, yearly = trend.seasonal_kendall(series)
    peer = pymannkendall.seasonal_test(series, period=12)
    assert (found.z[0], found.p[0]) == (pytest.approx(peer.z), pytest.approx(peer.p))
    assert yearly == pytest.approx(peer.slope)


@given(SERIES)
def test_to_go_backwards_turns_the_sign_and_to_scale_changes_no_score(series):
    forth, back = trend.mann_kendall(series), trend.mann_kendall(series[:, ::-1])
    assert (forth.s == -back.s).all()
    assert (trend.mann_kendall(3 * series + 5).z == forth.z).all()


def test_slopes_in_blocks_are_the_same(monkeypatch):
    series = np.random.default_rng(1).poisson(3, (50, 9))
    whole = trend.theil_sen(series)
    monkeypatch.setattr(trend, "_NUMBERS", 36 * 7)
    assert (trend.theil_sen(series) == whole).all()


def test_below_the_least_number_of_periods_not_even_a_steady_rise_is_clear():
    assert trend.mann_kendall(np.arange(trend.LEAST)).p[0] > 0.05
    assert trend.mann_kendall(np.arange(trend.LEAST + 1)).p[0] < 0.05


@pytest.mark.parametrize(("series", "said"), [
    ([1], "two periods"), ([1, np.nan], "value for every period"),
])  # fmt: skip
def test_what_has_no_trend_is_refused(series, said):
    with pytest.raises(ValueError, match=said):
        trend.mann_kendall(series)


def test_seasons_need_two_years():
    with pytest.raises(ValueError, match="needs 24 periods"):
        trend.seasonal_kendall(np.arange(23))
