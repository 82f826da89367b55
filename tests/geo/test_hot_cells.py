import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import gridref, hot_cells
from geo.hot_cells import Ask

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from esda import G_Local
    from libpysal.graph import Graph

CASES = Path(__file__).parents[2].parent / "shared" / "cases"


def frame(spots, crs=27700):
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(*np.asarray(spots).T), crs=crs)


def clustered(many=1_500, seed=7):
    random = np.random.default_rng(seed)
    middle = random.normal((430_100, 544_900), 300, (many // 3, 2))
    return np.vstack([middle, random.uniform((427_000, 542_000), (433_000, 547_000),
                                             (many - many // 3, 2))]).round(1)  # fmt: skip


@pytest.mark.skipif(not CASES.exists(), reason="the published cases are not beside the checkout")
def test_the_published_robberies_of_memphis_are_reproduced():
    rows = pd.read_csv(CASES / "memphis_robberies_jan.csv")
    points = frame(rows[["lon", "lat"]], 4326).to_crs(32615)
    found = hot_cells.find(points, Ask(cell=500))
    assert len(found.cells) == 2_715
    bounds = (761986.2, 3876436, 794486.2, 3905936)
    assert found.cells.total_bounds == pytest.approx(bounds, abs=0.5)
    published = [-0.546, -0.598, -0.598, 0.716, 0.716, 0.716, -0.598, -0.598, -0.546, 0.893]
    assert found.cells["gistar"].head(10).tolist() == pytest.approx(published, abs=6e-4)
    assert "grid_ref" not in found.cells


@pytest.mark.parametrize("ask", [Ask(cell=250), Ask(cell=250, shape="hex")])
def test_scores_agree_with_esda_on_the_cells_as_polygons(ask):
    found = hot_cells.find(frame(clustered()), ask).cells
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        near = Graph.build_distance_band(
            found.centroid, 250 * (1.45 if ask.shape == "square" else 1.1)
        )
        z = G_Local(found["count"].to_numpy(float), near.assign_self_weight(1), transform="B",
                    star=True, permutations=0).Zs  # fmt: skip
    assert np.abs(found["gistar"] - z).max() < 1e-12


@pytest.mark.parametrize("shape", ["square", "hex"])
@pytest.mark.parametrize("extent", ["hull", "bbox"])
def test_each_point_is_counted_once_in_a_cell_that_holds_it(shape, extent):
    points = frame(clustered())
    cells = hot_cells.find(points, Ask(cell=250, shape=shape, extent=extent)).cells
    assert cells["count"].sum() == len(points)
    joined = gpd.sjoin(points, cells, predicate="intersects")
    assert (joined.groupby("index_right").size() >= cells.loc[cells["count"] > 0, "count"]).all()


def test_cells_come_from_the_south_west_row_by_row_with_their_grid_reference():
    cells = hot_cells.find(frame(clustered()), Ask(cell=250)).cells
    corners = cells.bounds[["miny", "minx"]].to_numpy().tolist()
    assert corners == sorted(corners)
    expected = [gridref.format(x, y, 8) for y, x in corners]
    assert cells["grid_ref"].tolist() == expected
    assert cells.columns.tolist() == [
        "grid_ref", "count", "gistar", "p", "p_upper", "q", "class", "kde", "edge", "geometry"
    ]  # fmt: skip


@settings(max_examples=12)
@given(st.integers(-40, 40), st.integers(-40, 40), st.integers(0, 999))
def test_neither_the_order_of_rows_nor_moving_by_whole_cells_changes_a_score(east, north, seed):
    spots = clustered(400)
    first = hot_cells.find(frame(spots), Ask(cell=250)).cells
    moved = np.random.default_rng(seed).permutation(spots) + np.array([250.0 * east, 250.0 * north])
    again = hot_cells.find(frame(moved), Ask(cell=250)).cells
    assert again["count"].tolist() == first["count"].tolist()
    assert np.allclose(again["gistar"], first["gistar"], rtol=0, atol=1e-12)
    assert np.allclose(again["kde"], first["kde"], rtol=1e-6, atol=1e-9)


def test_weights_are_scored_and_scaling_them_changes_no_score():
    points = frame(clustered())
    weights = np.random.default_rng(3).gamma(1, 10, len(points))
    ones = hot_cells.find(points, Ask(cell=250), np.ones(len(points))).cells
    plain = hot_cells.find(points, Ask(cell=250)).cells
    harm = hot_cells.find(points, Ask(cell=250), weights).cells
    scaled = hot_cells.find(points, Ask(cell=250), 100 * weights).cells
    assert ones["gistar"].equals(plain["gistar"])
    assert harm["weight"].sum() == pytest.approx(weights.sum())
    assert harm["count"].equals(plain["count"])
    assert np.allclose(scaled["gistar"], harm["gistar"], rtol=0, atol=1e-9)
    assert not np.allclose(harm["gistar"], plain["gistar"], rtol=0, atol=0.1)


def test_an_area_is_scored_within_and_its_edge_cells_are_marked():
    area = shapely.Point(430_000, 544_500).buffer(2_000) - shapely.box(
        429_000, 544_000, 429_500, 545_000
    )
    found = hot_cells.find(frame(clustered()), Ask(cell=250, extent=area))
    cells = found.cells
    assert cells.intersects(area).all()
    assert (~cells.within(area) == cells["edge"]).all()
    assert found.facts["points"] + found.facts["points_outside"] == 1_500
    assert found.facts["points_outside"] > 0
    assert found.facts["extent"] == "file"


def test_what_is_proposed_is_said():
    facts = hot_cells.find(frame(clustered())).facts
    assert (facts["cell"], facts["cell_chosen"][:9]) == (200, "proposed:")
    assert facts["bandwidth_chosen"].startswith("proposed:")
    assert "variance is taken with n" in facts["method"]
    assert sum(facts["classes"].values()) == facts["cells"]


def test_permutations_with_a_seed_give_the_same_chances_again():
    first, again = (hot_cells.find(frame(clustered()), Ask(cell=250, permutations=99, seed=5)).cells
                    for _ in range(2))  # fmt: skip
    assert first["p_permuted"].equals(again["p_permuted"])
    assert first["p_permuted"].between(0.01, 1).all()


@pytest.mark.parametrize(
    ("points", "ask", "reason"),
    [
        (frame(clustered(), 4326), Ask(), "projected"),
        (frame(clustered()[:0]), Ask(cell=250), "no points"),
        (frame(clustered()), Ask(cell=0), "whole metres"),
        (frame(clustered()), Ask(cell=5_000), "at least 30"),
        (frame(clustered()), Ask(cell=1), "at most 4,000,000"),
        (frame(clustered()), Ask(cell=250, distance=10), "has no neighbours"),
        (frame(clustered()), Ask(cell=250, order=40), "neighbour all"),
        (frame(clustered()), Ask(cell=250, bandwidth=10), "at least 125 m"),
        (frame(clustered()), Ask(cell=250, shape="hex", corrected=True), "squares and Gaussian"),
        (frame([*clustered(), (91_000, 11_000)]), Ask(cell=250), "very far"),
        (frame(clustered()), Ask(extent=shapely.box(0, 0, 10, 10)), "No point lies in that area"),
    ],
)
def test_absurd_questions_are_refused_with_a_reason(points, ask, reason):
    with pytest.raises(ValueError, match=reason):
        hot_cells.find(points, ask)


@pytest.mark.parametrize("weights", [np.ones(3), np.full(1_500, -1.0), np.full(1_500, np.nan)])
def test_weights_must_be_numbers_from_0_for_every_point(weights):
    with pytest.raises(ValueError, match="Every point needs a weight"):
        hot_cells.find(frame(clustered()), Ask(cell=250), weights)
