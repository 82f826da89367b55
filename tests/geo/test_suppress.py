import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo.suppress import Rule, suppress, suppress_parts

COUNTS = hnp.arrays(np.int64, hnp.array_shapes(max_dims=2, max_side=8), elements=st.integers(0, 60))
RULES = st.builds(Rule, st.integers(2, 20), st.integers(1, 20))


@given(COUNTS, RULES, st.booleans())
def test_no_shown_number_lies_between_nought_and_the_threshold(counts, rule, zeros):
    shown = suppress(counts, rule, zero_reveals_nothing=zeros)
    seen = shown.values.compressed()
    assert not ((seen > 0) & (seen < rule.threshold)).any()
    assert zeros or (seen > 0).all()


@given(COUNTS, RULES)
def test_nothing_lies_under_the_mask(counts, rule):
    shown = suppress(counts, rule)
    assert (shown.values.data[shown.hidden] == 0).all()
    assert (shown.values.mask == shown.hidden).all()


@given(COUNTS, RULES)
def test_exactly_the_small_counts_are_hidden(counts, rule):
    assert (suppress(counts, rule).hidden == (counts < rule.threshold)).all()
    hidden = suppress(counts, rule, zero_reveals_nothing=True).hidden
    assert (hidden == ((counts > 0) & (counts < rule.threshold))).all()


@given(COUNTS, RULES)
def test_what_is_shown_is_a_multiple_and_near_the_count(counts, rule):
    shown = suppress(counts, rule, zero_reveals_nothing=True)
    values, true = shown.values.compressed(), counts[~shown.hidden]
    assert (values % rule.to_nearest == 0).all()
    near = np.abs(values - true) <= rule.to_nearest / 2
    assert (near | (values == rule.least)).all()


@given(COUNTS, RULES)
def test_the_words_tell_no_more_than_the_numbers(counts, rule):
    shown = suppress(counts, rule)
    words = shown.words()
    assert words.shape == counts.shape
    assert set(words[shown.hidden].tolist()) <= {f"fewer than {rule.threshold}"}


def test_counts_are_told_in_plain_words():
    shown = suppress([0, 1, 4, 5, 13, 1234], zero_reveals_nothing=True)
    assert shown.words().tolist() == [
        "none",
        "fewer than 5",
        "fewer than 5",
        "about 5",
        "about 15",
        "about 1,235",
    ]


def test_without_rounding_the_count_is_told_as_it_is():
    assert suppress([3, 7], Rule(to_nearest=1)).words().tolist() == ["fewer than 5", "7"]


def test_nought_is_shown_only_where_it_reveals_nothing():
    shown = suppress([0, 0], zero_reveals_nothing=[True, False])
    assert shown.words().tolist() == ["none", "fewer than 5"]
    assert shown.values.tolist() == [0, None]


def test_rounding_never_goes_below_the_threshold():
    assert suppress([7, 8, 11], Rule(threshold=7, to_nearest=5)).values.tolist() == [10, 10, 10]
    assert suppress([2], Rule(threshold=2, to_nearest=5)).values.tolist() == [5]


def test_a_half_is_rounded_up():
    assert suppress([15, 25], Rule(to_nearest=10)).values.tolist() == [20, 30]


@pytest.mark.parametrize("counts", [[-1], [1.5], [np.nan]])
def test_what_is_no_count_is_refused(counts):
    with pytest.raises(ValueError, match="whole numbers from 0"):
        suppress(counts)


@pytest.mark.parametrize(("threshold", "to_nearest"), [(1, 5), (0, 5), (5, 0)])
def test_a_rule_that_hides_nothing_is_refused(threshold, to_nearest):
    with pytest.raises(ValueError, match="whole number"):
        Rule(threshold, to_nearest)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.integers(2, 12))
def test_no_part_that_is_hidden_can_be_had_from_the_total(counts, threshold):
    rule = Rule(threshold, 1)
    shown = suppress_parts(counts, rule)
    given_counts = np.array(counts)
    small = shown.hidden & (given_counts > 0)
    assert shown.hidden[given_counts < threshold].all()
    assert small.sum() != 1 or not (~shown.hidden & (given_counts > 0)).any()
    told = ~shown.hidden
    assert (shown.values[told].data == given_counts[told]).all()
