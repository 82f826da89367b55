import geopandas as gpd
import numpy as np
import pytest
import shapely
from sklearn.cluster import DBSCAN

from geo import clusters


@pytest.fixture
def towns():
    """Three clusters of 120, 60 and 30 points, and 100 points scattered."""
    random = np.random.default_rng(4)
    sizes = {(430_000, 545_000): 120, (432_000, 546_000): 60, (428_500, 543_500): 30}
    made = [random.normal(middle, 40, (many, 2)) for middle, many in sizes.items()]
    spots = np.vstack([*made, random.uniform((427_000, 542_000), (433_000, 547_000), (100, 2))])
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(*spots.T), crs=27700)


@pytest.mark.parametrize("method", ["dbscan", "hdbscan"])
def test_planted_clusters_are_found_and_outlined(towns, method):
    found = clusters.find(towns, method, least=12)
    assert len(found.outlines) == 3
    assert found.outlines["count"].tolist() == pytest.approx([120, 60, 30], abs=15)
    for each, outline in zip(found.outlines["cluster"], found.outlines.geometry, strict=True):
        assert towns[found.label == each].within(outline).all()
    assert found.outlines["grid_ref"].str.fullmatch("NZ [0-9]{3} [0-9]{3}").all()
    assert found.outlines.crs == towns.crs


@pytest.mark.parametrize("method", ["dbscan", "hdbscan"])
def test_the_order_of_rows_does_not_matter(towns, method):
    found = clusters.find(towns, method, least=8)
    order = np.random.default_rng(1).permutation(len(towns))
    again = clusters.find(towns.iloc[order], method, least=8)
    assert (again.label == found.label[order]).all()
    assert shapely.equals(again.outlines.geometry.array, found.outlines.geometry.array).all()


def test_points_on_one_spot_count_as_often_as_they_are(towns):
    stacked = towns.iloc[np.repeat(np.arange(len(towns)), 3)]
    spots = np.column_stack([stacked.geometry.x, stacked.geometry.y])
    expected = DBSCAN(eps=120, min_samples=15).fit(spots).labels_
    found = clusters.find(stacked, distance=120, least=15).label
    assert len(np.unique(found)) == len(np.unique(expected))
    assert ((found > 0) == (expected >= 0)).all()


def test_a_point_that_stands_alone_with_many_is_a_cluster_without_span():
    spots = gpd.GeoDataFrame(geometry=[shapely.Point(1_000, 1_000)] * 9, crs=27700)
    row = clusters.find(spots, least=5, distance=50).outlines.iloc[0]
    assert (row["count"], row["places"], row["span_m"]) == (9, 1, 0)
    assert row.geometry.area > 0


def test_no_cluster_is_an_empty_table(towns):
    found = clusters.find(towns, distance=1, least=50)
    assert found.outlines.empty
    assert {"cluster", "count", "grid_ref", "geometry"} <= set(found.outlines.columns)


def test_the_proposed_distance_finds_little_among_evenly_spread_points():
    spots = np.random.default_rng(2).uniform((4e5, 5e5), (4.1e5, 5.1e5), (4_000, 2))
    even = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*spots.T), crs=27700)
    found = clusters.find(even)
    assert found.least == 8
    assert (found.label > 0).mean() < 0.12


def test_more_pairs_than_memory_holds_are_refused(towns, monkeypatch):
    monkeypatch.setattr(clusters, "MOST_PAIRS", 1_000)
    monkeypatch.setattr(clusters, "MOST_HDBSCAN", 100)
    with pytest.raises(ValueError, match="shorter distance or fewer points"):
        clusters.find(towns, distance=500, least=5)
    with pytest.raises(ValueError, match="HDBSCAN takes at most 100 points"):
        clusters.find(towns, "hdbscan", least=5)


@pytest.mark.parametrize(
    ("crs", "ask", "reason"),
    [
        (4326, {}, "projected"),
        (27700, {"least": 1}, "at least 2 points"),
        (27700, {"least": 9_999}, "a cluster needs at least 9999"),
        (27700, {"distance": 0.0}, "above 0"),
    ],
)
def test_what_cannot_be_clustered_is_refused(towns, crs, ask, reason):
    with pytest.raises(ValueError, match=reason):
        clusters.find(towns.set_crs(crs, allow_override=True), **ask)
