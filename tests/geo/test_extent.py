import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import extent, grid

POINTS = np.random.default_rng(6).uniform((427_000, 542_000), (433_000, 547_000), (2_000, 2))


def test_the_hull_is_half_a_cell_wider_than_the_points():
    hull = extent.hull([0, 1_000, 1_000, 0], [0, 0, 1_000, 1_000], 250)
    assert hull.bounds == pytest.approx((-125, -125, 1_125, 1_125))


def test_squares_are_aligned_to_the_national_grid_or_begin_at_the_corner():
    hull = extent.hull(*POINTS.T, 250)
    aligned, inside, _ = extent.squares(hull, 250, aligned=True)
    free, _, _ = extent.squares(hull, 250, aligned=False)
    assert [edge % 250 for edge in aligned.origin] == [0, 0]
    assert free.origin == hull.bounds[:2]
    assert grid.counts(aligned, *POINTS.T)[inside].sum() == len(POINTS)
    assert not inside.all()


@given(st.sampled_from([100, 125, 250]), st.booleans())
def test_a_box_holds_every_point_also_on_its_far_edges(size, aligned):
    x, y = np.array([[0.0, 1_000.0, 500.0], [0.0, 250.0, 1_000.0]]) + 37.0
    laid, inside, whole = extent.squares(extent.box_of(x, y), size, aligned=aligned)
    assert grid.counts(laid, x, y).sum() == 3
    assert inside.all()
    assert whole.all()


@given(st.integers(1, 12), st.integers(0, 4_000), st.integers(200, 3_000))
def test_cells_that_touch_are_those_that_touch_one_by_one(corners, west, radius):
    random = np.random.default_rng(corners)
    area = shapely.union_all([shapely.Point(*random.uniform(west, 8_000, 2)).buffer(radius)
                              for _ in range(corners)])  # fmt: skip
    laid = grid.over_box(area.bounds, 250)
    inside, whole = grid.touching(laid, area)
    drawn = grid.cell_polygons(laid)
    assert inside.ravel().tolist() == drawn.intersects(area).tolist()
    assert whole.ravel().tolist() == drawn.covered_by(area).tolist()


def test_a_size_is_proposed_that_gives_about_two_points_a_cell():
    assert extent.propose_size(*POINTS.T) == 200  # sqrt(2 x 30 km2 / 2,000) is 173 m
    assert extent.propose_size(*(POINTS[:60]).T) == 500  # 1,000 m would leave too few cells
    dense = np.random.default_rng(1).uniform(0, 20_000, (2, 200_000))
    assert extent.propose_size(*dense) == 50


def test_a_proposed_size_leaves_cells_enough_to_compare():
    x, y = np.random.default_rng(1).uniform(0, 3_000, (2, 12))
    size = extent.propose_size(x, y)
    _, inside, _ = extent.squares(extent.hull(x, y, size), size, aligned=True)
    assert inside.sum() >= extent.FEWEST_CELLS


def test_one_stray_point_is_refused_but_a_scattered_county_is_not():
    x, y = POINTS.T
    with pytest.raises(ValueError, match="very far from all the others"):
        extent.refuse_strays(np.append(x, 91_000.0), np.append(y, 11_000.0))
    extent.refuse_strays(x * 20, y * 20)
    extent.refuse_strays([1.0], [2.0])


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: extent.hull([], [], 250), "no points"),
        (lambda: extent.hull([np.nan], [1.0], 250), "no points"),
        (lambda: extent.squares(shapely.Polygon(), 250, aligned=True), "empty"),
        (lambda: extent.squares((0.0, 0.0, 9.0, 9.0), 0, aligned=True), "whole metres"),
        (lambda: extent.hexagons((0.0, 0.0, 9.0, 9.0), 0, aligned=True), "whole metres"),
        (lambda: extent.refuse_few(np.ones((5, 5), dtype=bool)), "has 25 cells"),
    ],
)
def test_absurd_areas_are_refused(make, reason):
    with pytest.raises(ValueError, match=reason):
        make()
