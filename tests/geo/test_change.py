import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import change, grid

RISE, FALL = np.arange(8) - 4.0, 4.0 - np.arange(8)
FLAT = np.array([1.0, 2, 1, 2, 2, 1, 2, 1])


def hot(*periods):
    return [at in periods for at in range(8)]


@pytest.mark.parametrize(("was", "scores", "expected"), [
    (hot(), FLAT, "never hot"),
    (hot(7), FLAT, "new"),
    (hot(7), RISE, "new"),
    (hot(5, 6, 7), RISE, "emerging"),
    (hot(*range(8)), RISE, "emerging"),
    (hot(*range(8)), FALL, "fading"),
    (hot(0, 1, 6), FALL, "fading"),
    (hot(*range(8)), FLAT, "persistent"),
    (hot(0, 1, 2, 3, 4, 7), FLAT, "persistent"),
    (hot(0, 1, 2, 3, 7), FLAT, "intermittent"),
    (hot(0, 1, 2, 3, 4, 5, 6), FLAT, "intermittent"),
    (hot(0, 1, 2, 3, 4, 5), FALL, "former"),
    (hot(3), FLAT, "former"),
])  # fmt: skip
def test_the_rule_as_it_is_written(was, scores, expected):
    assert change.categories([was], [scores]).tolist() == [expected]


def test_two_periods_tell_only_what_two_can():
    was = [[True, True], [False, True], [True, False], [False, False]]
    found = change.categories(was, [[1, 2], [0, 2], [2, 0], [0, 0]])
    assert found.tolist() == ["persistent", "new", "former", "never hot"]


@given(st.integers(2, 12), st.integers(0, 2**32 - 1))
def test_every_cell_is_of_one_kind_that_is_explained(periods, seed):
    random = np.random.default_rng(seed)
    was = random.random((30, periods)) < 0.4
    found = change.categories(was, random.normal(size=(30, periods)))
    assert set(found) <= set(change.CATEGORIES)
    assert ((found == change.NEVER) == ~was.any(axis=1)).all()
    assert was[found == "new", -1].all()


def test_counts_by_period_sum_to_all_and_a_quiet_period_has_no_hot_cell():
    random = np.random.default_rng(4)
    x, y = random.uniform(0, 2_000, (2, 500))
    x[:60], y[:60] = 1_010, 1_010
    laid = grid.over_points(x, y, 100)
    period = np.repeat([0, 2], 250)
    counts = change.by_period(laid, x, y, period, 3)
    assert (counts.sum(axis=0) == grid.counts(laid, x, y)).all()
    inside = np.ones(laid.shape, dtype=bool)
    was, scores = change.hot_by_period(counts, inside)
    cell = 10 * laid.cols + 10
    assert was[cell].tolist() == [True, False, False]
    assert (scores[:, 1] == 0).all()
    assert scores.shape == (laid.rows * laid.cols, 3)


def test_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match="differ"):
        change.categories([[True, False]], [[1, 2, 3]])
