import csv
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse
from scipy.stats import false_discovery_control, norm

from geo import grid, hotspots

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from esda import G_Local
    from libpysal.weights import DistanceBand, Queen, fill_diagonal, lat2W, w_subset

CASES = Path(__file__).parents[2].parent / "shared" / "cases"

COUNTS = hnp.arrays(
    np.int64, st.tuples(st.integers(4, 9), st.integers(4, 9)), elements=st.integers(0, 30)
)


def expected(counts, weights):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = G_Local(
            np.asarray(counts, dtype=float).ravel(),
            fill_diagonal(weights, 1),
            transform="B",
            star=True,
            permutations=0,
        )
    return found.Zs


def clustered(rows, cols):
    random = np.random.default_rng(rows * cols)
    return random.poisson(random.gamma(0.7, 3, (rows, cols)))


@pytest.mark.parametrize("shape", [(12, 17), (30, 30), (4, 4), (3, 40)])
def test_the_grid_agrees_with_esda(shape):
    counts = clustered(*shape)
    z = hotspots.gi_star_grid(counts)
    assert np.abs(z.ravel() - expected(counts, lat2W(*shape, rook=False))).max() < 1e-12


def test_the_grid_agrees_with_esda_on_the_cells_of_an_area():
    counts = clustered(15, 20)
    x, y = np.meshgrid(np.arange(20), np.arange(15))
    inside = np.hypot(x - 9, y - 7) < 7.3
    chosen = np.flatnonzero(inside).tolist()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weights = w_subset(lat2W(15, 20, rook=False), chosen)

    z = hotspots.gi_star_grid(counts, inside)

    assert np.isnan(z[~inside]).all()
    assert np.abs(z[inside] - expected(counts[inside], weights)).max() < 1e-12


def test_areas_of_any_shape_agree_with_esda():
    random = np.random.default_rng(3)
    centres = random.uniform(0, 10_000, (200, 2))
    counts = random.poisson(4, 200)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weights = DistanceBand(centres, 1500, binary=True, silence_warnings=True)
    z = hotspots.gi_star(counts, centres, reach=1500)
    assert np.abs(z - expected(counts, weights)).max() < 1e-12


def test_wards_agree_with_esda_by_which_of_them_touch():
    random = np.random.default_rng(6)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(random.uniform(0, 9_000, (120, 2))))
    wards = gpd.GeoDataFrame(geometry=list(cells.geoms), crs=27700)
    counts = random.poisson(random.gamma(1, 4, len(wards)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weights = Queen.from_dataframe(wards, use_index=False, silence_warnings=True)
    z = hotspots.gi_star_graph(counts, hotspots.queen(wards))
    assert np.abs(z - expected(counts, weights)).max() < 1e-12
    assert np.abs(z - hotspots.gi_star_graph(counts, 5 * weights.sparse)).max() < 1e-12


def test_an_area_that_touches_no_other_is_compared_by_itself():
    apart = gpd.GeoDataFrame(
        geometry=[shapely.box(x, 0, x + 1, 1) for x in (0, 1, 2, 9)], crs=27700
    )
    z = hotspots.gi_star_graph([1, 2, 3, 8], hotspots.queen(apart))
    assert z[3] == pytest.approx((8 - 3.5) / np.std([1, 2, 3, 8]))


def test_grid_and_areas_agree_where_the_areas_are_the_cells():
    counts = clustered(9, 11)
    laid = grid.Grid((0, 0), 250, 9, 11)
    x, y = np.meshgrid(*grid.centres(laid))
    z = hotspots.gi_star(counts.ravel(), np.column_stack([x.ravel(), y.ravel()]), reach=360)
    assert np.allclose(z, hotspots.gi_star_grid(counts).ravel(), rtol=0, atol=1e-12)


def test_the_hand_worked_answer_of_pysal_is_reproduced():
    centres = [(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)]
    z = hotspots.gi_star([2, 3, 3.2, 5, 8, 7], centres, reach=15)
    assert z[0] == pytest.approx(-1.39727626, abs=1e-8)


@pytest.mark.skipif(not CASES.exists(), reason="the published cases are not beside the checkout")
def test_the_published_robberies_of_memphis_are_reproduced():
    with (CASES / "memphis_robberies_jan.csv").open() as file:
        rows = [(float(row["lon"]), float(row["lat"])) for row in csv.DictReader(file)]
    points = gpd.GeoSeries.from_xy(*zip(*rows, strict=True), crs=4326).to_crs(32615)
    hull = points.union_all().convex_hull.buffer(250)
    west, south, east, north = hull.bounds
    laid = grid.Grid(
        (west, south), 500, int(np.ceil((north - south) / 500)), int(np.ceil((east - west) / 500))
    )
    inside = grid.cell_polygons(laid).intersects(gpd.GeoSeries([hull], crs=27700).iloc[0])
    inside = inside.to_numpy().reshape(laid.shape)

    counts = grid.counts(laid, points.x, points.y)
    z = hotspots.gi_star_grid(counts, inside)[inside]

    assert counts.sum() == 206
    assert laid.box == pytest.approx((761986.2, 3876436, 794486.2, 3905936), abs=0.5)
    assert z.size == 2715
    published = [-0.546, -0.598, -0.598, 0.716, 0.716, 0.716, -0.598, -0.598, -0.546, 0.893]
    assert z[:10] == pytest.approx(published, abs=6e-4)


@given(COUNTS, st.floats(0.01, 1000), st.integers(-50, 1000))
def test_the_unit_and_the_origin_of_the_counts_do_not_matter(counts, factor, more):
    assume(np.ptp(counts) > 0)
    z = hotspots.gi_star_grid(counts)
    assert np.allclose(hotspots.gi_star_grid(counts * factor + more), z, rtol=0, atol=1e-7)


@given(COUNTS)
def test_a_grid_turned_or_mirrored_has_its_scores_turned_or_mirrored(counts):
    assume(np.ptp(counts) > 0)
    z = hotspots.gi_star_grid(counts)
    assert np.allclose(hotspots.gi_star_grid(np.rot90(counts)), np.rot90(z), rtol=0, atol=1e-9)
    assert np.allclose(hotspots.gi_star_grid(counts[:, ::-1]), z[:, ::-1], rtol=0, atol=1e-9)


@given(COUNTS)
def test_an_area_may_lie_anywhere_in_its_grid(counts):
    assume(np.ptp(counts) > 0)
    framed, inside = (np.pad(each, ((2, 1), (0, 3))) for each in (counts, np.ones_like(counts)))
    z = hotspots.gi_star_grid(framed, inside.astype(bool))
    assert np.allclose(z[2:-1, :-3], hotspots.gi_star_grid(counts), rtol=0, atol=1e-9)


@given(st.permutations(range(12)), st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))
def test_the_order_and_the_origin_of_areas_do_not_matter(order, across, up):
    random = np.random.default_rng(5)
    centres, counts = random.uniform(0, 100, (12, 2)).round(2), random.poisson(5, 12)
    z = hotspots.gi_star(counts, centres, reach=30.005)
    moved = centres[order] + [across, up]
    assert np.allclose(hotspots.gi_star(counts[order], moved, reach=30.005), z[order], atol=1e-9)


def test_what_lies_outside_of_the_area_does_not_matter():
    counts = clustered(8, 8)
    inside = np.tri(8, dtype=bool)
    changed = np.where(inside, counts, 999)
    same = hotspots.gi_star_grid(counts, inside), hotspots.gi_star_grid(changed, inside)
    assert np.array_equal(*same, equal_nan=True)


@pytest.mark.parametrize(
    ("score", "reason"),
    [
        (lambda: hotspots.gi_star_grid(np.zeros((9, 9))), "same count"),
        (lambda: hotspots.gi_star_grid(np.eye(9), np.zeros((9, 9), dtype=bool)), "same count"),
        (lambda: hotspots.gi_star_grid(np.eye(3)), "neighbour all 9"),
        (lambda: hotspots.gi_star_grid(np.eye(9), np.ones((3, 3), dtype=bool)), "differ"),
        (lambda: hotspots.gi_star_grid(np.arange(9.0)), "differ"),
        (lambda: hotspots.gi_star_grid(np.full((9, 9), np.nan)), "needs a count"),
        (lambda: hotspots.gi_star([1, 2], [(0, 0), (9, 9)], reach=50), "neighbour all 2"),
        (lambda: hotspots.gi_star([1, 2], [(0, 0)], reach=50), "centres of shape"),
        (lambda: hotspots.gi_star_graph([1, 2], sparse.eye_array(3)), "graph of shape"),
        (lambda: hotspots.gi_star_graph([1, 2], sparse.csr_array(np.ones((2, 2)))), "neighbour"),
        (lambda: hotspots.gi_star([1, 2], [(0, 0), (1, np.nan)], reach=5), "metres"),
        (lambda: hotspots.gi_star([1, 2], [(0, 0), (1, 1)], reach=-5), "metres"),
    ],
)
def test_what_cannot_be_scored_is_refused(score, reason):
    with pytest.raises(ValueError, match=reason):
        score()


@given(hnp.arrays(np.float64, st.integers(1, 60), elements=st.floats(0, 1)))
def test_the_correction_agrees_with_scipy(p):
    assert np.allclose(hotspots.benjamini_hochberg(p), false_discovery_control(p), atol=1e-12)


def test_cells_outside_of_the_area_are_no_tests():
    q = hotspots.benjamini_hochberg([[0.01, np.nan], [0.04, np.nan]])
    assert np.array_equal(q, [[0.02, np.nan], [0.04, np.nan]], equal_nan=True)
    assert hotspots.benjamini_hochberg([np.nan]).shape == (1,)


def test_the_class_is_decided_after_the_correction():
    z = np.array([[4.0, 2.0, 0.1], [-4.0, -2.0, np.nan]])
    judged = hotspots.assess(z)
    assert judged.p[0, 1] == pytest.approx(0.0455, abs=1e-4)
    assert judged.q[0, 1] == pytest.approx(0.0569, abs=1e-4)
    assert judged.p_upper[1, 0] == pytest.approx(norm.sf(-4.0))
    assert judged.label.tolist() == [
        ["hot 99", "hot 90", "not significant"],
        ["cold 99", "cold 90", ""],
    ]
    assert set(judged.label.ravel()) - {""} <= set(hotspots.CLASSES)


def test_a_planted_cluster_is_found_and_nothing_else():
    counts = np.random.default_rng(11).poisson(2, (20, 20))
    counts[8:11, 8:11] += 12
    label = hotspots.assess(hotspots.gi_star_grid(counts)).label
    assert (label[8:11, 8:11] == "hot 99").all()
    assert (label[13:, :] == "not significant").all()
