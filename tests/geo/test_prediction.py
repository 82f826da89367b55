import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import binomtest

from geo import prediction

CELLS = st.integers(2, 30).flatmap(
    lambda n: st.tuples(hnp.arrays(np.int64, n, elements=st.integers(0, 4)),
                        hnp.arrays(np.int64, n, elements=st.integers(0, 9)).filter(np.any))
)  # fmt: skip


def test_the_published_case_is_reproduced():
    found = prediction.accuracy([3, 2, 1], [6, 3, 0])
    assert found.pai == pytest.approx([2, 1.5, 1])
    assert found.pei == pytest.approx([1, 1, 1])


@given(CELLS)
def test_the_whole_area_is_as_good_as_chance_and_no_map_beats_the_best(cells):
    found = prediction.accuracy(*cells)
    assert (found.pai[-1], found.pei[-1]) == (pytest.approx(1), pytest.approx(1))
    assert (found.pei <= 1 + 1e-9).all()
    assert (np.diff(found.hit_rate) >= -1e-12).all()


@given(CELLS, st.randoms(use_true_random=False))
def test_the_order_of_cells_changes_nothing(cells, random):
    order = list(range(len(cells[0])))
    random.shuffle(order)
    plain = prediction.accuracy(*cells)
    mixed = prediction.accuracy(*(each[order] for each in cells))
    assert mixed.hit_rate == pytest.approx(plain.hit_rate)


def test_a_map_that_says_the_same_of_all_is_chance():
    assert prediction.accuracy([1, 1, 1, 1], [9, 0, 0, 3]).pai == pytest.approx([1, 1, 1, 1])


def test_cells_of_different_size_count_by_their_area():
    found = prediction.accuracy([2, 1], [5, 5], area=[1, 9])
    assert found.pai == pytest.approx([5, 1])


def test_one_choice_agrees_with_scipy():
    found = prediction.hits([True, True, False, False, False], [4, 3, 2, 1, 0])
    assert (found.cells, found.hits, found.events, found.area) == (2, 7, 10, 0.4)
    assert (found.pai, found.pei) == (pytest.approx(1.75), pytest.approx(1))
    test = binomtest(7, 10, 0.4, alternative="greater")
    assert found.p == pytest.approx(test.pvalue)
    interval = binomtest(7, 10).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))


def test_the_top_share_leaves_out_what_has_no_score():
    said = np.array([[np.nan, 5.0], [1.0, 3.0]])
    assert prediction.top(said, 0.34).tolist() == [[False, True], [False, False]]
    assert prediction.top(said, 1).sum() == 3
    with pytest.raises(ValueError, match="above 0"):
        prediction.top(said, 0)


@pytest.mark.parametrize(("call", "said"), [
    (lambda: prediction.accuracy([1, 2], [0, 0]), "later events"),
    (lambda: prediction.accuracy([1, 2], [1]), "differ in number"),
    (lambda: prediction.accuracy([1, np.nan], [1, 1]), "number for every cell"),
    (lambda: prediction.accuracy([1, 2], [1, 1], area=[1, 0]), "an area"),
    (lambda: prediction.hits([False], [1]), "chosen cells"),
    (lambda: prediction.hits([True, True], [1]), "differ"),
])  # fmt: skip
def test_what_cannot_be_checked_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
