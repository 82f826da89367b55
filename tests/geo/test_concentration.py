import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo import concentration

COUNTS = hnp.arrays(np.int64, st.integers(1, 40), elements=st.integers(0, 9)).filter(np.any)


@given(COUNTS)
def test_the_fewest_cells_hold_the_share_and_one_cell_less_does_not(counts):
    for each in concentration.fewest(counts):
        ordered = sorted(counts, reverse=True)
        need = each.share * counts.sum()
        assert sum(ordered[: each.cells]) == each.events >= need - 1e-9
        assert sum(ordered[: each.cells - 1]) < need
        assert each.of == len(counts)


def test_a_hand_worked_town():
    quarter, half, most = concentration.fewest([[5, 0, 3], [0, 2, np.nan]])
    assert (quarter.cells, half.cells, most.cells, most.of) == (1, 1, 2, 5)
    cells, events = concentration.curve([1, 3])
    assert (cells.tolist(), events.tolist()) == ([0, 0.5, 1], [0, 0.75, 1])


@given(COUNTS)
def test_the_curve_rises_to_1_and_bends_one_way(counts):
    cells, events = concentration.curve(counts)
    assert (events[0], events[-1], cells[-1]) == (0, 1, 1)
    assert (np.diff(events, 2) <= 1e-12).all()


@pytest.mark.parametrize(("counts", "gini"), [
    ([4, 4, 4, 4], 0), ([1, 1, 1, 0, 0, 0], 0), ([3, 0, 0, 0, 0, 0], 1 - 1 / 3),
    ([8, 0, 0, 0], 0.75), ([1, 2, 3, 4], 0.25),
])  # fmt: skip
def test_few_events_over_many_cells_are_not_called_concentrated(counts, gini):
    assert concentration.gini(counts) == pytest.approx(gini)


@given(COUNTS)
def test_with_as_many_events_as_cells_it_is_the_plain_coefficient(counts):
    n, total = len(counts), counts.sum()
    if total >= n:
        apart = np.abs(counts[:, None] - counts[None, :]).sum() / (2 * n * total)
        assert concentration.gini(counts) == pytest.approx(apart, abs=1e-12)
    assert -1e-12 <= concentration.gini(counts) < 1


@pytest.mark.parametrize("counts", [[], [0, 0], [1, -1, 5], [np.nan]])
def test_nothing_has_no_concentration(counts):
    with pytest.raises(ValueError, match="no events"):
        concentration.gini(counts)


def test_a_share_is_a_share():
    with pytest.raises(ValueError, match="above 0"):
        concentration.fewest([1], shares=[0])
