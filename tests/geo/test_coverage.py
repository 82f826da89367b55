"""Voices: how many stand behind a cell, an area, a month."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import coverage, neighbours


def present(*spots):
    """Where each voice told of something: one cell each."""
    grids = np.zeros((len(spots), 5, 5), dtype=bool)
    for grid, spot in zip(grids, spots, strict=True):
        grid[spot] = True
    return grids


def test_a_cluster_of_one_reporter_has_one_voice_however_many_records_it_has():
    assert coverage.voices_around(present((2, 2)))[1:4, 1:4].tolist() == [[1] * 3] * 3


def test_a_second_voice_next_door_counts_and_one_two_cells_away_does_not():
    found = coverage.voices_around(present((2, 2), (2, 3), (2, 0)))
    assert found[2].tolist() == [1, 2, 2, 2, 1]
    assert found[0].tolist() == [0] * 5


def test_voices_are_heard_as_far_as_the_neighbourhood_reaches():
    found = coverage.voices_around(present((0, 0), (4, 4)), neighbours.squares(4))
    assert (found == 2).all()


def test_where_nobody_told_of_anything_there_is_no_voice():
    assert coverage.voices_around([]).sum() == 0
    assert coverage.voices_in([], [], [], (2, 3)).tolist() == [[0, 0, 0], [0, 0, 0]]


def test_a_record_without_an_area_or_a_month_is_in_no_row():
    found = coverage.voices_in([0, 0, -1, 1], [0, 0, 1, -1], [3, 4, 5, 6], (2, 2))
    assert found.tolist() == [[2, 0], [0, 0]]


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=40
    )
)
def test_voices_are_the_sizes_of_sets(records):
    area, when, who = np.array(records).T
    found = coverage.voices_in(area, when, who, (3, 4))
    for row in range(3):
        for column in range(4):
            heard = {w for a, m, w in records if (a, m) == (row, column)}
            assert found[row, column] == len(heard)


@pytest.mark.parametrize("who", [[-1], [coverage.MOST_VOICES]])
def test_a_voice_without_a_sound_number_is_refused(who):
    with pytest.raises(ValueError, match="Voices"):
        coverage.voices_in([0], [0], who, (1, 1))
