import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo import grid, gridref
from geo.grid import Grid

COORDINATES = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 40), st.just(2)),
    elements=st.one_of(st.floats(0, 3000), st.integers(0, 12).map(lambda cell: cell * 250.0)),
)


@given(COORDINATES, st.sampled_from([2, 3, 7, 100, 250, 1000]))
def test_every_point_is_counted_exactly_once(points, size):
    x, y = points.T
    laid = grid.over_points(x, y, size)
    assert grid.counts(laid, x, y).sum() == len(points)


@given(COORDINATES, st.sampled_from([3, 100, 250]))
def test_counting_agrees_with_a_comparison_of_every_point_with_every_cell(points, size):
    x, y = points.T
    laid = Grid((250, 500), size, rows=6, cols=8)
    west, south = (250 + size * np.arange(8))[:, None], (500 + size * np.arange(6))[:, None]
    across = (west <= x) & (x < west + size)
    up = (south <= y) & (y < south + size)
    expected = up.astype(int) @ across.astype(int).T
    assert (grid.counts(laid, x, y) == expected).all()


def test_a_point_on_an_edge_belongs_to_the_cell_north_and_east_of_it():
    laid = Grid((0, 0), 100, rows=2, cols=2)
    assert grid.counts(laid, [100.0], [0.0]).tolist() == [[0, 1], [0, 0]]
    assert grid.counts(laid, [100.0], [100.0]).tolist() == [[0, 0], [0, 1]]
    assert grid.counts(laid, [np.nextafter(100, 0)], [0.0]).tolist() == [[1, 0], [0, 0]]


def test_points_off_the_grid_or_without_coordinates_are_left_out():
    laid = Grid((0, 0), 100, rows=1, cols=1)
    x = [50.0, -0.5, 100.0, np.nan, np.inf, 50.0]
    y = [50.0, 50.0, 50.0, 50.0, 50.0, -0.001]
    assert grid.counts(laid, x, y).tolist() == [[1]]


def test_a_grid_may_start_anywhere():
    laid = Grid((761986.2, 3876436.0), 500, rows=2, cols=2)
    assert grid.counts(laid, [761986.2, 762486.1, 762486.2], [3876436.0] * 3)[0].tolist() == [2, 1]


def test_many_points_are_counted_over_several_blocks():
    random = np.random.default_rng(7)
    x, y = random.uniform(-100, 1100, (2, 100_000))
    laid = Grid((0, 0), 100, rows=10, cols=10)
    expected, *_ = np.histogram2d(y, x, bins=10, range=[[0, 1000], [0, 1000]])
    assert (grid.counts(laid, x, y) == expected).all()


def test_a_very_long_grid_is_counted():
    laid = Grid((0, 0), 1_000_000, rows=1, cols=3_000)
    assert grid.counts(laid, [2_999_999_999.0, 5.0], [1.0, 999_999.0])[0, [0, -1]].tolist() == [
        1,
        1,
    ]


def test_no_points_are_no_counts():
    assert grid.counts(Grid((0, 0), 100, 2, 3), [], []).tolist() == [[0, 0, 0], [0, 0, 0]]


def test_cells_are_aligned_to_the_national_grid():
    laid = grid.over_box((460_010, 540_010, 460_990, 541_000), 250)
    assert laid == Grid((460_000, 540_000), 250, rows=4, cols=4)
    assert laid.box == (460_000, 540_000, 461_000, 541_000)
    assert grid.over_points([460_010, 461_000], [540_010, 540_020], 250).shape == (1, 5)


def test_a_cell_is_numbered_from_the_false_origin():
    col, row = grid.cell_of([460_000, 459_999.99, -0.5], [540_249.99, 540_250, 0], 250)
    assert col.tolist() == [1840, 1839, -1]
    assert row.tolist() == [2160, 2161, 0]


@given(COORDINATES, st.sampled_from([3, 100, 250]))
def test_the_number_of_a_cell_and_the_count_agree(points, size):
    x, y = points.T
    laid = grid.over_points(x, y, size)
    col, row = grid.cell_of(x, y, size)
    expected = np.zeros(laid.shape, dtype=int)
    np.add.at(expected, (row - row.min(), col - col.min()), 1)
    assert (grid.counts(laid, x, y) == expected).all()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: grid.over_box((0, 0, 1000, 1000), 0), "whole metres"),
        (lambda: grid.over_box((0, 0, 1000, 1000), -250), "whole metres"),
        (lambda: grid.over_box((0, 0, 1000, 1000), 0.5), "whole metres"),
        (lambda: grid.over_box((0, 0, 700_000, 1_250_000), 1), "at most 4,000,000"),
        (lambda: grid.over_box((5, 5, 1, 1), 100), "empty"),
        (lambda: grid.over_box((0, 0, np.nan, 1), 100), "empty"),
        (lambda: grid.over_points([], [], 100), "no points"),
        (lambda: grid.over_points([1.0], [np.nan], 100), "no points"),
        (lambda: grid.over_points([1.0, 2.0], [1.0], 100), "as many x as y"),
        (lambda: grid.cell_of([np.inf], [1.0], 100), "no coordinates"),
        (lambda: Grid((0, 0), 100, 0, 5), "at least one cell"),
        (lambda: Grid((np.nan, 0), 100, 5, 5), "corner"),
        (lambda: grid.counts(Grid((0, 0), 100, 1, 1), [1.0], [1.0, 2.0]), "as many x as y"),
    ],
)
def test_absurd_grids_are_refused(make, reason):
    with pytest.raises(ValueError, match=reason):
        make()


def test_cells_are_drawn_where_they_count():
    laid = Grid((460_000, 540_000), 250, rows=2, cols=3)
    drawn = grid.cell_polygons(laid)
    assert drawn.crs.to_epsg() == 27700
    assert drawn.total_bounds.tolist() == [460_000, 540_000, 460_750, 540_500]
    assert (drawn.area == 62_500).all()
    x, y = grid.centres(laid)
    assert [(each.x, each.y) for each in drawn.centroid] == [(e, n) for n in y for e in x]


def test_only_chosen_cells_are_drawn_and_keep_their_number():
    which = np.array([[False, True, False], [False, False, True]])
    drawn = grid.cell_polygons(Grid((0, 0), 100, rows=2, cols=3), which)
    assert list(drawn.index) == [1, 5]
    assert drawn[["row", "col"]].to_numpy().tolist() == [[0, 1], [1, 2]]
    assert drawn.geometry.iloc[1].bounds == (200, 100, 300, 200)


@pytest.mark.parametrize(
    ("size", "label"),
    [
        (250, "NZ 2725 4200"),
        (100, "NZ 274 421"),
        (1000, "NZ 27 42"),
        (500, "NZ 270 420"),
        (1, "NZ 27431 42155"),
        (100_000, "NZ"),
    ],
)
def test_a_cell_is_named_by_its_corner(size, label):
    assert grid.cell_label(427_431.5, 542_155.5, size) == label


@given(COORDINATES, st.sampled_from([3, 100, 250]))
def test_weights_are_added_up_where_points_are_counted(points, size):
    x, y = points.T
    laid = grid.over_points(x, y, size)
    assert (grid.sums(laid, x, y, np.full(len(points), 2.0)) == 2 * grid.counts(laid, x, y)).all()


def test_weights_must_be_numbers_for_every_point():
    laid = Grid((0, 0), 100, 1, 1)
    assert grid.sums(laid, [5.0, 500.0, np.nan], [5.0, 5.0, 5.0], [1.5, 9.0, 9.0]) == [[1.5]]
    for weights in ([1.0], [1.0, np.nan]):
        with pytest.raises(ValueError, match="needs a weight"):
            grid.sums(laid, [5.0, 6.0], [5.0, 6.0], weights)


@given(st.integers(0, 699), st.integers(0, 1_249), st.sampled_from([0, 4, 6, 8, 10]))
def test_many_references_are_written_as_one_by_one(east, north, figures):
    x, y = np.array([1_000.0 * east, 5.0]) + 0.75, np.array([1_000.0 * north, 7.0]) + 0.25
    expected = [gridref.format(*each, figures) for each in zip(x, y, strict=True)]
    assert grid.references(x, y, figures) == expected
    assert grid.references([-5.0, 800_000.0], [0.0, 0.0], figures) == [None, None]
