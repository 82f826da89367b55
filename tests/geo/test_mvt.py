"""The quick way to write a tile gives what any reader of the format understands."""

import numpy as np
import pyogrio
import pytest

from geo import curve, mvt, tiling
from tests.tiles_read import decode

__all__ = ["decode"]

AT = (14, 8_150, 5_200)


def points(n, seed=1):
    random = np.random.default_rng(seed)
    return mvt.single_points(random.integers(0, 4096, (n, 2)))


def test_numbered_attributes_are_read_back(decode):
    columns = [
        ("look", np.array([1, 0, 1]), ["park", "café"]),
        ("n", np.array([0, 1, 2]), [1, 300, 70_000]),
        ("fade", np.array([0, 0, 1]), [0.35, 1.0]),
    ]
    layer = decode(mvt.coded("x", mvt.POINT, points(3), columns, np.array([7, 0, 10**9])))
    assert (layer.name, layer.version, layer.extent) == ("x", 2, 4096)
    assert [each.id for each in layer.features] == [7, 0, 10**9]
    assert [each.attributes for each in layer.features] == [
        {"look": "café", "n": 1, "fade": 0.35},
        {"look": "park", "n": 300, "fade": 0.35},
        {"look": "café", "n": 70_000, "fade": 1.0},
    ]


def test_points_written_from_the_curve_are_those_written_from_columns_and_rows():
    random = np.random.default_rng(3)
    xy = np.vstack([[[0, 0], [4095, 4095], [63, 64]], random.integers(0, 4096, (500, 2))])
    own = curve.keys(*xy.T.astype(np.uint64)).astype(np.uint32)
    columns = [("a", np.zeros(len(xy), int), ["here"])]
    written = mvt.coded("x", mvt.POINT, mvt.curve_points(own), columns)
    assert written == mvt.coded("x", mvt.POINT, mvt.single_points(xy), columns)


def test_only_values_that_are_used_are_written_and_each_once(decode):
    columns = [
        ("a", np.zeros(2, int), ["here", "nowhere"]),
        ("b", np.ones(2, int), ["nowhere", "here"]),
    ]
    tile = mvt.coded("x", mvt.POINT, points(2), columns)
    assert b"nowhere" not in tile
    assert tile.count(b"here") == 1
    assert decode(tile).features[0].attributes == {"a": "here", "b": "here"}


def test_the_same_number_of_another_kind_is_another_value(decode):
    columns = [("a", np.array([0, 1, 2]), [1, True, 1.0])]
    told = [
        each.attributes["a"]
        for each in decode(mvt.coded("x", mvt.POINT, points(3), columns)).features
    ]
    assert [type(each) for each in told] == [int, bool, float]


def test_nothing_makes_an_empty_tile():
    assert mvt.coded("x", mvt.POINT, points(0), [("a", np.zeros(0, int), [])]) == b""


def test_many_values_and_features_are_read_back(decode):
    n = 5_000
    columns = [("label", np.arange(n), [f"{at} records" for at in range(n)])]
    features = decode(mvt.coded("x", mvt.POINT, points(n), columns, np.arange(n))).features
    assert [each.attributes["label"] for each in features] == columns[0][2]


@pytest.mark.parametrize("far", [0, 4_000, 700_000])
def test_a_square_is_an_outer_ring_that_turns_clockwise(decode, far):
    corners = np.array([[[0, 0], [60, 2], [62, 60], [1, 61]]]) - far
    (feature,) = decode(mvt.coded("x", mvt.POLYGON, mvt.quads(corners), [])).features
    assert feature.kind == mvt.POLYGON
    assert feature.parts == [list(map(tuple, corners[0]))]
    x, y = corners[0].T
    assert (x * np.roll(y, -1) - np.roll(x, -1) * y).sum() > 0  # positive where y runs down


def test_gdal_reads_squares_and_points(tmp_path):
    corners = np.array([[[0, 0], [64, 0], [64, 64], [0, 64]]]) + np.array([[[128, 256]]])
    tile = mvt.coded(
        "x", mvt.POLYGON, mvt.quads(corners), [("n", np.array([0]), [5])], np.array([3])
    )
    z, x, y = AT
    path = tmp_path / str(z) / str(x) / f"{y}.pbf"
    path.parent.mkdir(parents=True)
    path.write_bytes(tile)
    read = pyogrio.read_dataframe(path, layer="x")
    west, _, east, north = tiling.tile_box(*AT)
    unit = (east - west) / 4096
    expected = (west + 128 * unit, north - 320 * unit, west + 192 * unit, north - 256 * unit)
    assert read["n"].tolist() == [5]
    assert read["mvt_id"].tolist() == [3]
    assert read.total_bounds == pytest.approx(expected, abs=unit / 2)


@pytest.mark.parametrize("count", [1_000, 100_000])
def test_a_text_is_told_once_and_only_when_a_tile_needs_it(decode, count):
    told = []

    def tell(which):
        told.extend(which.tolist())
        return [f"line {each}" for each in which.tolist()]

    lines = mvt.Texts(count, tell)
    for wanted in ([5, 5, 700], [700, 3, 5]):
        columns = [("a", np.zeros(3, int), ["x"]), ("line", np.array(wanted), lines)]
        features = decode(mvt.coded("x", mvt.POINT, points(3), columns)).features
        assert [each.attributes["line"] for each in features] == [f"line {at}" for at in wanted]
    assert sorted(told) == [3, 5, 700]
