import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, box

from geo import tiling
from geo.space import (
    BNG,
    WEB_MERCATOR,
    bng_from_mercator,
    mercator_from_bng,
    to_bng,
    to_mercator,
    to_wgs84,
)

Z = 14
X, Y = tiling.tile_of(*(float(each) for each in mercator_from_bng(465_000, 545_000)), Z)
WEST, SOUTH, EAST, NORTH = tiling.tile_box(Z, X, Y)
UNIT = (EAST - WEST) / 4096


def spot(across, down):
    """Return a point of the tile by its units (of 4,096 a side, from the north-west)."""
    return WEST + across * UNIT, NORTH - down * UNIT


def shape(geometry):
    """Bring a geometry in tile units to Web Mercator."""
    return shapely.transform(geometry, lambda c: np.column_stack(spot(*c.T)))


def frame(*geometries, index=None, **attributes):
    return gpd.GeoDataFrame(
        attributes,
        geometry=[shape(each) for each in geometries],
        crs=WEB_MERCATOR,
        index=range(len(geometries)) if index is None else index,
    )


def encode(given_frame, **how):
    return tiling.encode("places", given_frame, Z, X, Y, **how)


@pytest.fixture
def gdal(tmp_path):
    """Read a tile through GDAL's own driver, back in Web Mercator."""

    def read(tile, z=Z, x=X, y=Y):
        path = tmp_path / str(z) / str(x) / f"{y}.pbf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tile)
        return pyogrio.read_dataframe(path, layer="places")

    return read


@pytest.fixture
def incidents():
    random = np.random.default_rng(2)
    n = 500
    return gpd.GeoDataFrame(
        {
            "harm": random.choice(["county lines", "café", "not yet understood"], n),
            "count": random.integers(-300, 70_000, n),
            "weight": random.normal(size=n),
            "night": random.random(n) < 0.5,
        },
        geometry=gpd.points_from_xy(*random.uniform([WEST, SOUTH], [EAST, NORTH], (n, 2)).T),
        crs=WEB_MERCATOR,
        index=random.permutation(100_000)[:n],
    )


def test_the_first_tile_is_the_world():
    half = np.pi * 6_378_137
    assert tiling.tile_box(0, 0, 0) == pytest.approx((-half, -half, half, half))


def test_four_tiles_make_the_one_above():
    parent = box(*tiling.tile_box(9, 254, 162))
    children = [box(*tiling.tile_box(10, x, y)) for x in (508, 509) for y in (324, 325)]
    assert shapely.union_all(children).symmetric_difference(parent).area < 1
    assert tiling.tile_box(10, 508, 324)[3] > tiling.tile_box(10, 508, 325)[3]


@pytest.mark.parametrize(
    ("z", "x", "y"), [(0, 1, 0), (3, -1, 0), (3, 0, 8), (-1, 0, 0), (25, 0, 0), (10**9, 0, 0)]
)
def test_there_is_no_tile_beyond_the_world(z, x, y):
    with pytest.raises(ValueError, match="no such tile"):
        tiling.tile_box(z, x, y)
    with pytest.raises(ValueError, match="no such tile"):
        tiling.encode("places", frame(), z, x, y)


@given(st.floats(-2e7, 2e7), st.floats(-2e7, 2e7), st.integers(0, 20))
def test_a_point_lies_in_the_tile_that_is_named(x, y, z):
    west, south, east, north = tiling.tile_box(z, *tiling.tile_of(x, y, z))
    assert west - 1e-6 <= x <= east + 1e-6
    assert south - 1e-6 <= y <= north + 1e-6


@given(st.integers(0, 18), st.floats(0, 1), st.floats(0, 1))
def test_the_box_in_metres_covers_the_tile_and_its_buffer(z, across, up):
    x, y = tiling.tile_of(*(float(each) for each in mercator_from_bng(427_431, 542_155)), z)
    west, south, east, _ = tiling.tile_box(z, x, y)
    side = east - west
    beyond = side * tiling.BUFFER / 4096
    e, n = bng_from_mercator(
        west - beyond + across * (side + 2 * beyond), south - beyond + up * (side + 2 * beyond)
    )
    assert np.isnan(e) or box(*tiling.tile_box_bng(z, x, y)).covers(Point(e, n))


def test_the_box_in_metres_is_not_much_larger_than_the_tile():
    min_x, min_y, max_x, max_y = tiling.tile_box_bng(Z, X, Y, buffer=0)
    e, n = bng_from_mercator([WEST, EAST, WEST, EAST], [SOUTH, SOUTH, NORTH, NORTH])
    assert max(e.min() - min_x, n.min() - min_y, max_x - e.max(), max_y - n.max()) < 5


def test_every_point_comes_with_its_id_and_every_attribute(incidents, decode):
    layer = decode(encode(incidents))
    assert (layer.name, layer.version, layer.extent) == ("places", 2, 4096)
    assert [each.id for each in layer.features] == list(incidents.index)
    expected = pd.DataFrame(incidents.drop(columns="geometry")).to_dict("records")
    assert [each.attributes for each in layer.features] == expected
    assert isinstance(layer.features[0].attributes["night"], bool)

    across = (incidents.geometry.x - WEST) / UNIT
    down = (NORTH - incidents.geometry.y) / UNIT
    drawn = np.array([each.parts[0][0] for each in layer.features])
    assert (np.abs(drawn - np.column_stack([across, down]) + 0.5) <= 0.5 + 1e-6).all()


def test_gdal_reads_the_same_points_and_attributes(incidents, gdal):
    read = gdal(encode(incidents)).set_index("mvt_id")
    assert list(read.index) == list(incidents.index)
    assert (read["harm"] == incidents["harm"]).all()
    assert (read["count"] == incidents["count"]).all()
    assert np.allclose(read["weight"], incidents["weight"])
    assert (read["night"] == incidents["night"]).all()
    assert (read.distance(incidents) <= 1.5 * UNIT).all()


def test_national_grid_and_web_mercator_give_the_same_tile(incidents):
    metres = to_bng(incidents)
    assert metres.crs.to_epsg() == BNG
    there_and_back = encode(to_mercator(metres))
    assert encode(metres) == there_and_back
    assert len(encode(to_wgs84(metres))) == len(there_and_back)


def test_what_is_missing_is_left_out_and_the_order_stays(decode):
    given_frame = frame(
        *(Point(10 * each, 7) for each in range(4)),
        name=["a", None, "b", None],
        n=pd.array([1, 2, None, None], dtype="Int64"),
    )
    features = decode(encode(given_frame)).features
    assert [each.id for each in features] == [0, 1, 2, 3]
    assert [each.attributes for each in features] == [
        {"name": "a", "n": 1},
        {"n": 2},
        {"name": "b"},
        {},
    ]


def test_a_column_of_mixed_kinds_keeps_them_apart(decode):
    mixed = pd.Series([True, 1, 1.0, "1", None, "", 0, False, -1], dtype=object)
    given_frame = frame(*(Point(each, each) for each in range(9)), mixed=mixed)
    found = [each.attributes.get("mixed") for each in decode(encode(given_frame)).features]
    assert [(type(each), each) for each in found] == [(type(each), each) for each in mixed]


@pytest.mark.parametrize("value", [0, 1, 127, 128, 2**31, 2**53, 2**63 - 1, -1, -128, -(2**63)])
def test_whole_numbers_of_any_size_are_kept(value, decode):
    assert decode(encode(frame(Point(1, 1), n=[value]))).features[0].attributes == {"n": value}


def test_categories_and_more_values_than_one_byte_holds(decode):
    names = [f"place {each}" for each in range(20_000)]
    given_frame = frame(*[Point(5, 5)] * 20_000, name=pd.Categorical(names))
    assert [each.attributes["name"] for each in decode(encode(given_frame)).features] == names


def test_more_columns_than_one_byte_numbers(decode):
    columns = {f"c{each}": [each] for each in range(200)}
    feature = decode(encode(frame(Point(1, 1), **columns))).features[0]
    assert feature.attributes == {f"c{each}": each for each in range(200)}


@pytest.mark.parametrize("number", [0, 127, 128, 2**21, 2**40, 2**62])
def test_ids_of_any_size_are_kept(number, decode):
    features = decode(encode(frame(Point(1, 1), Point(2, 2), index=[number, 5]))).features
    assert [each.id for each in features] == [number, 5]


def test_values_of_features_elsewhere_are_not_in_the_tile():
    given_frame = frame(Point(5, 5), Point(50_000, 5), name=["here", "sealed"])
    assert b"here" in encode(given_frame)
    assert b"sealed" not in encode(given_frame)


@pytest.mark.parametrize("geometry", [Point, lambda x, y: box(x, y, x + 9, y + 9)])
def test_a_tile_with_nothing_in_it_is_empty(geometry):
    assert encode(frame(geometry(9000, 9000))) == b""
    assert encode(frame()) == b""
    assert encode(gpd.GeoDataFrame({"geometry": [None, Point()]}, crs=WEB_MERCATOR)) == b""


@given(st.lists(st.tuples(st.floats(0, 1.999), st.floats(0, 1.999)), min_size=1, max_size=30))
def test_without_a_buffer_every_point_is_in_exactly_one_tile(decode, offsets):
    side = EAST - WEST
    x, y = (np.array(offsets) * side).T
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(WEST + x, NORTH - y), crs=WEB_MERCATOR)
    tiles = [
        decode(tiling.encode("p", points, Z, X + right, Y + down, buffer=0))
        for right in range(-1, 3)
        for down in range(-1, 3)
    ]
    found = sorted(each.id for tile in tiles if tile for each in tile.features)
    assert found == list(range(len(offsets)))


def test_points_in_the_buffer_are_drawn_beyond_the_edge(decode):
    given_frame = frame(Point(-50.5, 20.5), Point(4200.5, 4200.5), Point(-200, 0))
    parts = [each.parts for each in decode(encode(given_frame, buffer=128)).features]
    assert parts == [[[(-51, 20)]], [[(4200, 4200)]]]


def test_several_points_of_one_feature_stay_together(decode):
    given_frame = frame(MultiPoint([(1.5, 2.5), (30.5, 40.5), (9000, 9000)]), Point(7.5, 8.5))
    features = decode(encode(given_frame)).features
    assert [(each.kind, each.parts) for each in features] == [
        (1, [[(1, 2), (30, 40)]]),
        (1, [[(7, 8)]]),
    ]


def area(ring):
    x, y = np.array(ring).T
    return (x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2


def test_outer_rings_turn_clockwise_as_seen_and_holes_the_other_way(decode):
    holed = box(100, 100, 900, 900) - box(300, 300, 500, 500)
    several = MultiPolygon([holed, box(1000, 1000, 1200, 1200)])
    for given_shape in (several, several.reverse()):
        (feature,) = decode(encode(frame(given_shape))).features
        assert feature.kind == 3
        assert [area(ring) for ring in feature.parts] == [640_000, -40_000, 40_000]
        assert [len(ring) for ring in feature.parts] == [4, 4, 4]


def test_areas_are_cut_to_the_tile_and_its_buffer(decode):
    (feature,) = decode(encode(frame(box(-9000, -9000, 9000, 9000)), buffer=64)).features
    assert set(feature.parts[0]) == {(-64, -64), (4160, -64), (4160, 4160), (-64, 4160)}


def test_a_hole_around_the_tile_leaves_nothing():
    assert encode(frame(box(-9e4, -9e4, 9e4, 9e4) - box(-8e4, -8e4, 8e4, 8e4))) == b""


def test_lines_are_cut_into_parts(decode):
    bent = LineString([(100, 100), (100, 9000), (200, 9000), (200, 100)])
    (feature,) = decode(encode(frame(bent), buffer=0)).features
    assert feature.kind == 2
    assert sorted(feature.parts) == [[(100, 100), (100, 4096)], [(200, 4096), (200, 100)]]


def test_a_line_of_several_parts_is_drawn_part_by_part(decode):
    given_shape = MultiLineString([[(1, 1), (900, 1)], [(1, 700), (900, 700), (950, 1200)]])
    (feature,) = decode(encode(frame(given_shape))).features
    assert feature.parts == [[(1, 1), (900, 1)], [(1, 700), (900, 700), (950, 1200)]]


def test_gdal_reads_the_same_areas_and_lines(gdal):
    holed = box(100, 100, 900, 900) - box(300, 300, 500, 500)
    several = MultiPolygon([box(1000, 0, 1100, 100), box(1200, 0, 1300, 100)])
    given_frame = frame(holed, several, Point(2000, 2000).buffer(300), name=["a", "b", None])
    read = gdal(encode(given_frame, simplify=0)).set_index("mvt_id")
    assert list(read.index) == [0, 1, 2]
    assert read["name"].tolist()[:2] == ["a", "b"]
    assert read.is_valid.all()
    changed = read.symmetric_difference(given_frame).area
    assert (changed < UNIT * given_frame.length).all()


def test_areas_lie_under_lines_and_lines_under_points(decode):
    given_frame = frame(Point(5, 5), LineString([(0, 0), (99, 99)]), box(0, 0, 99, 99), n=[1, 2, 3])
    features = decode(encode(given_frame)).features
    assert [(each.kind, each.id, each.attributes["n"]) for each in features] == [
        (3, 2, 3),
        (2, 1, 2),
        (1, 0, 1),
    ]


def test_far_off_views_have_fewer_vertices(decode):
    circle = frame(Point(2000, 2000).buffer(1500, quad_segs=200))
    near = decode(encode(circle)).features[0].parts[0]
    above = decode(tiling.encode("places", circle, Z - 4, X // 16, Y // 16)).features[0].parts[0]
    exact = decode(encode(circle, simplify=0)).features[0].parts[0]
    assert len(above) < len(near) < len(exact) == 800
    assert np.hypot(*(np.array(near) - 2000).T) == pytest.approx(1500, abs=6)


def test_what_is_too_small_to_see_is_left_out(decode):
    given_frame = frame(box(5, 5, 5.1, 5.1), LineString([(7, 7), (7.1, 7.1)]), box(9, 9, 99, 99))
    assert [each.id for each in decode(encode(given_frame)).features] == [2]


def test_a_broken_area_is_mended_and_not_refused(decode):
    bow_tie = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    (feature,) = decode(encode(frame(bow_tie))).features
    assert sum(area(ring) for ring in feature.parts) == 5000


@given(
    st.lists(st.tuples(st.floats(-500, 4600), st.floats(-500, 4600)), min_size=3, max_size=12),
    st.sampled_from([0, 1, 8]),
)
def test_any_area_is_drawn_within_the_buffer_and_turns_the_right_way(decode, corners, simplify):
    tile = decode(encode(frame(shapely.Polygon(corners)), simplify=simplify))
    for ring in tile.features[0].parts if tile else []:
        assert np.abs(np.array(ring) - 2048).max() <= 2048 + tiling.BUFFER
        assert len(ring) >= 3
    assert tile is None or area(tile.features[0].parts[0]) > 0


def test_collections_show_what_is_largest_in_them(decode):
    mixed = shapely.GeometryCollection([Point(1, 1), MultiPolygon([box(10, 10, 90, 90)])])
    (feature,) = decode(encode(frame(mixed))).features
    assert (feature.kind, len(feature.parts)) == (3, 1)


@pytest.mark.parametrize(
    ("given_frame", "reason"),
    [
        (frame(Point(1, 1), index=[-1]), "whole numbers"),
        (frame(Point(1, 1), index=["a"]), "whole numbers"),
        (frame(Point(1, 1), at=[pd.Timestamp("2026-01-01", tz="UTC")]), "attribute at"),
        (frame(Point(1, 1), words=[["a", "b"]]), "attribute words"),
        (frame(Point(1, 1)).set_crs(None, allow_override=True), "which coordinate system"),
    ],
)
def test_what_a_tile_cannot_hold_is_refused(given_frame, reason):
    with pytest.raises(ValueError, match=reason):
        encode(given_frame)
