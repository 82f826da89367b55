import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.stats import poisson
from shapely import LineString

from geo import streets

LINES = [LineString([(0, 0), (1_000, 0)]), LineString([(0, 500), (200, 500)]),
         LineString([(500, 0), (500, 400)])]  # fmt: skip


def lines(crs=27700):
    return gpd.GeoDataFrame({"name": ["High Street", "Mere Lane", "Castle Row"]}, geometry=LINES,
                            index=[7, 8, 9], crs=crs)  # fmt: skip


def points(*spots, crs=27700):
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(*zip(*spots, strict=True)), crs=crs)


def test_each_event_goes_to_its_nearest_street_within_reach_and_the_rest_is_told():
    found = streets.snap(points((10, 30), (10, 30.1), (100, 490), (450, 200)), lines(), within=30)
    assert found.street.tolist() == [0, -1, 1, -1]
    assert found.metres[:1].tolist() == [30]
    assert found.off == 2


def test_at_a_crossing_the_first_street_is_taken_every_time():
    found = streets.snap(points((500, 0), (510, 10)), lines(), within=50)
    assert found.street.tolist() == [0, 0]


def test_it_agrees_with_measuring_every_street():
    random = np.random.default_rng(2)
    spots = points(*random.uniform(-50, 1_050, (200, 2)))
    found = streets.snap(spots, lines(), within=120)
    apart = np.stack([shapely.distance(spots.geometry.to_numpy(), line) for line in LINES])
    near = apart.min(axis=0) <= 120
    assert (found.street == np.where(near, apart.argmin(axis=0), -1)).all()


def test_counts_rates_and_chance_by_length():
    spots = points(*[(100, 500)] * 6, *[(each, 1) for each in (100, 300, 900)], (9_000, 9_000))
    found = streets.hot_streets(spots, lines(), within=30)
    assert (found.snapped, found.off) == (9, 1)
    frame = found.frame
    assert frame.index.tolist() == [7, 8, 9]
    assert frame["count"].tolist() == [3, 6, 0]
    assert frame["per_100m"].tolist() == [0.3, 3, 0]
    assert frame["expected"].sum() == pytest.approx(9)
    assert frame["p"][8] == pytest.approx(poisson.sf(5, 9 * 200 / 1_600))
    assert frame["q"][8] < 0.05 < frame["q"][7]


def test_a_stub_of_a_street_has_no_rate_beyond_reason():
    stub = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (1, 0)])], crs=27700)
    found = streets.hot_streets(points((0, 0)), stub).frame
    assert found["per_100m"].iloc[0] == 100 / streets.SHORTEST


@pytest.mark.parametrize(("events", "roads", "within", "said"), [
    (points((0, 0), crs=4326), lines(4326), 30, "in metres"),
    (points((0, 0)), lines(3857), 30, "one and the same"),
    (points((0, 0)), points((1, 1)), 30, "must be lines"),
    (points((0, 0)), lines().iloc[:0], 30, "must be lines"),
    (points((0, 0)), lines(), 0, "above 0"),
    (lines(), lines(), 30, "needs a point"),
])  # fmt: skip
def test_what_cannot_be_snapped_is_refused(events, roads, within, said):
    with pytest.raises(ValueError, match=said):
        streets.hot_streets(events, roads, within=within)
