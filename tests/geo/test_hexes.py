import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo import hexes
from geo.hexes import HexGrid

COORDINATES = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 40), st.just(2)),
    elements=st.one_of(st.floats(0, 3000), st.integers(0, 24).map(lambda half: half * 125.0)),
)


def box_of(points):
    return (*points.min(axis=0).tolist(), *points.max(axis=0).tolist())


@given(COORDINATES, st.sampled_from([3, 100, 250, 1000]))
def test_every_point_is_counted_in_exactly_one_hexagon(points, size):
    laid = hexes.over_box(box_of(points), size)
    found = hexes.counts(laid, *points.T)
    assert found.sum() == len(points)
    assert not found[~laid.cells].any()


@given(COORDINATES)
def test_a_point_lies_in_the_hexagon_it_is_counted_in(points):
    laid = hexes.over_box(box_of(points), 250)
    row, col = hexes.cell_of(laid, *points.T)
    drawn = hexes.cell_polygons(laid).set_index(["row", "col"]).geometry
    cells = [drawn[r - laid.first_row, c - laid.first_col] for r, c in zip(row, col, strict=True)]
    assert (shapely.distance(cells, shapely.points(points)) < 1e-6).all()


@given(COORDINATES, st.integers(-40, 40))
def test_moving_by_whole_cells_eastwards_moves_the_counts(points, cells):
    row, col = hexes.cell_of(HexGrid((0.0, 0.0), 250, 0, 0, 1, 1), *points.T)
    moved = points + np.array([250.0 * cells, 0.0])
    again = hexes.cell_of(HexGrid((0.0, 0.0), 250, 0, 0, 1, 1), *moved.T)
    along = np.mod(points[:, 0], 125)
    near_edge = np.minimum(along, 125 - along) < 1e-6  # there a digit may decide
    assert (again[0] == row)[~near_edge].all()
    assert (again[1] == col + 2 * cells)[~near_edge].all()


@given(COORDINATES)
def test_the_order_of_points_does_not_matter(points):
    laid = hexes.over_box(box_of(points), 250)
    assert (hexes.counts(laid, *points.T) == hexes.counts(laid, *points[::-1].T)).all()


def test_a_point_on_a_side_belongs_to_the_hexagon_east_of_it():
    plane = HexGrid((0.0, 0.0), 250, 0, 0, 1, 1)
    row, col = hexes.cell_of(plane, [-125.0, 124.999, 125.0, 375.0], [0.0] * 4)
    assert (row.tolist(), col.tolist()) == ([0] * 4, [0, 0, 2, 4])


def test_the_nearest_middle_is_the_cell():
    random = np.random.default_rng(4)
    x, y = random.uniform(0, 2_000, (2, 500))
    laid = hexes.over_box((0, 0, 2_000, 2_000), 150)
    centres = np.column_stack(hexes.centres(laid, laid.cells))
    nearest = np.argmin(((centres[:, None] - np.column_stack([x, y])) ** 2).sum(axis=2), axis=0)
    place = np.flatnonzero(laid.cells)[nearest]
    row, col = hexes.cell_of(laid, x, y)
    assert ((row - laid.first_row) * laid.cols + col - laid.first_col == place).all()


def test_weights_are_added_up_and_points_off_the_grid_left_out():
    laid = hexes.over_box((0, 0, 500, 500), 250)
    found = hexes.sums(laid, [0.0, 10.0, 9e9, np.nan], [0.0, 5.0, 0.0, 1.0], [2.0, 0.5, 9.0, 9.0])
    assert (found.sum(), found.max()) == (2.5, 2.5)


def test_hexagons_are_drawn_without_gap_or_overlap():
    laid = hexes.over_box((427_000, 542_000, 429_000, 543_000), 250)
    drawn = hexes.cell_polygons(laid)
    assert drawn.area.to_numpy() == pytest.approx(laid.area_km2 * 1e6)
    joined = drawn.union_all()
    assert joined.area == pytest.approx(drawn.area.sum())
    assert joined.contains(shapely.box(427_000, 542_000, 429_000, 543_000))
    south_west = drawn.centroid.iloc[0]
    assert (drawn.centroid.y >= south_west.y - 1e-6).all()


def test_cells_that_touch_an_area_and_those_within_are_told_apart():
    area = shapely.Point(5_000, 5_000).buffer(1_500)
    laid = hexes.over_box(area.bounds, 250)
    inside, whole = hexes.touching(laid, area)
    drawn = hexes.cell_polygons(laid)
    assert inside[laid.cells].tolist() == drawn.intersects(area).tolist()
    assert whole[laid.cells].tolist() == drawn.within(area).tolist()
    assert 0 < whole.sum() < inside.sum()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: hexes.over_box((0, 0, 1, 1), 0), "whole metres"),
        (lambda: hexes.over_box((5, 5, 1, 1), 100), "empty"),
        (lambda: hexes.over_box((0, 0, 700_000, 1_250_000), 1), "at most 4,000,000"),
        (lambda: HexGrid((0.0, 0.0), 250, 0, 0, 0, 1), "at least one cell"),
        (lambda: hexes.cell_of(HexGrid((0.0, 0.0), 9, 0, 0, 1, 1), [np.nan], [1]), "coordinates"),
    ],
)
def test_absurd_grids_are_refused(make, reason):
    with pytest.raises(ValueError, match=reason):
        make()
