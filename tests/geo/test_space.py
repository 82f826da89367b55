import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer
from shapely import LineString, MultiPoint, Point, box

from geo import space

PUBLISHED = [
    (-0.32824866, 51.44533267, 516274.46, 173141.10),
    (-2.0183041, 54.5890972, 398915.554, 521544.090),
    (-6.29977752014, 49.92226393730, 91492.146, 11318.804),
]
CENTIMETRE = 0.01

ESRI = (
    'PROJCS["British_National_Grid",GEOGCS["GCS_OSGB_1936",DATUM["D_OSGB_1936",'
    'SPHEROID["Airy_1830",6377563.396,299.3249646]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["False_Easting",400000.0],PARAMETER["False_Northing",-100000.0],'
    'PARAMETER["Central_Meridian",-2.0],PARAMETER["Scale_Factor",0.9996012717],'
    'PARAMETER["Latitude_Of_Origin",49.0],UNIT["Meter",1.0]]'
)
SHIFTED = (
    "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy "
    "+towgs84=446.448,-125.157,542.06,0.15,0.247,0.842,-20.489 +units=m +no_defs"
)


def series(*shapes, crs):
    return gpd.GeoSeries(list(shapes), crs=crs)


@pytest.mark.parametrize(("lon", "lat", "easting", "northing"), PUBLISHED)
def test_published_points_are_right_to_a_centimetre(lon, lat, easting, northing):
    e, n = space.bng_from_lonlat(lon, lat)
    assert np.hypot(e - easting, n - northing) < CENTIMETRE

    back = space.bng_from_lonlat(*space.lonlat_from_bng(easting, northing))
    assert np.hypot(back[0] - easting, back[1] - northing) < CENTIMETRE


@pytest.mark.parametrize(("lon", "lat", "easting", "northing"), PUBLISHED)
def test_frames_are_converted_as_arrays_are(lon, lat, easting, northing):
    found = space.to_bng(series(Point(lon, lat), crs=4326)).iloc[0]
    assert found.distance(Point(easting, northing)) < CENTIMETRE

    shown = space.to_wgs84(series(Point(easting, northing), crs=27700)).iloc[0]
    assert shown.distance(Point(lon, lat)) < 1.5e-7


@given(st.floats(450_000, 480_000), st.floats(530_000, 560_000))
def test_the_sea_off_durham_is_covered_and_comes_back(easting, northing):
    back = space.bng_from_mercator(*space.mercator_from_bng(easting, northing))
    assert np.hypot(back[0] - easting, back[1] - northing) < CENTIMETRE


@pytest.mark.parametrize(
    ("lon", "lat"), [(0, 40), (-8, 52), (3, 55), (-2, 62), (-1.5, np.inf), (np.nan, 54)]
)
def test_outside_of_ostn15_the_answer_is_nan(lon, lat):
    assert np.isnan(space.bng_from_lonlat(lon, lat)).all()


@pytest.mark.parametrize(("e", "n"), [(-1, 500_000), (700_001, 500_000), (4e5, 1.3e6), (4e5, -1)])
def test_off_the_national_grid_the_answer_is_nan(e, n):
    assert np.isnan(space.lonlat_from_bng(e, n)).all()


def test_arrays_keep_their_shape():
    e, n = space.bng_from_lonlat(np.full((2, 3), -1.0), np.full((2, 3), 54.8))
    assert e.shape == n.shape == (2, 3)
    assert space.lonlat_from_bng([], [])[0].shape == (0,)


@given(st.floats(-180, 180), st.floats(-85, 85))
def test_web_mercator_agrees_with_proj(lon, lat):
    proj = Transformer.from_crs(4326, 3857, always_xy=True)
    x, y = space.mercator_from_lonlat(lon, lat)
    assert np.allclose((x, y), proj.transform(lon, lat), rtol=0, atol=1e-6)
    assert np.allclose(space.lonlat_from_mercator(x, y), (lon, lat), rtol=0, atol=1e-9)


@pytest.mark.parametrize("crs", [ESRI, SHIFTED, 7405], ids=["esri", "shifted", "with heights"])
def test_the_national_grid_is_known_under_its_other_names(crs):
    given_here, plain = series(Point(427431, 542155), crs=crs), Point(427431, 542155)
    assert space.to_bng(given_here).iloc[0] == plain
    assert space.to_bng(given_here).crs.to_epsg() == 27700
    expected = space.to_wgs84(series(plain, crs=27700)).iloc[0]
    assert space.to_wgs84(given_here).iloc[0] == expected


def test_degrees_on_the_british_datum_need_no_shift():
    lon, lat = Transformer.from_crs(27700, 4277, always_xy=True).transform(427431, 542155)
    found = space.to_bng(series(Point(lon, lat), crs=4277)).iloc[0]
    assert found.distance(Point(427431, 542155)) < CENTIMETRE


@pytest.mark.parametrize("crs", [3857, 32630, 4258])
def test_other_systems_come_by_way_of_wgs84(crs):
    there = series(Point(-1.58, 54.77), crs=4326)
    found = space.to_bng(there.to_crs(crs)).iloc[0]
    assert found.distance(Point(*space.bng_from_lonlat(-1.58, 54.77))) < CENTIMETRE


def test_every_kind_of_geometry_is_converted_and_heights_are_dropped():
    shapes = [
        Point(465000, 545000, 12),
        MultiPoint([(465000, 545000), (466000, 545000)]),
        LineString([(465000, 545000), (466000, 546000)]),
        box(460000, 540000, 470000, 550000) - box(461000, 541000, 462000, 542000),
    ]
    back = space.to_bng(space.to_mercator(series(*shapes, crs=27700)))
    assert not back.has_z.any()
    assert [each.geom_type for each in back] == [each.geom_type for each in shapes]
    assert (back.hausdorff_distance(series(*shapes, crs=27700)) < CENTIMETRE).all()


def test_a_frame_keeps_its_index_its_columns_and_the_name_of_its_geometry():
    frame = gpd.GeoDataFrame(
        {"name": ["a", "b"], "outline": [Point(-1, 54), None]},
        geometry="outline",
        crs=4326,
        index=[7, 3],
    )
    converted = space.to_bng(frame)
    assert list(converted.index) == [7, 3]
    assert list(converted.columns) == ["name", "outline"]
    assert converted.geometry.name == "outline"
    assert converted.crs.to_epsg() == 27700
    assert converted.geometry.iloc[1] is None
    assert frame.crs.to_epsg() == 4326
    assert frame.geometry.iloc[0] == Point(-1, 54)


def test_what_lies_partly_outside_becomes_missing_and_the_rest_stays():
    given_here = series(box(-1, 54, 3, 55), Point(-1, 54.8), None, Point(0, 40), crs=4326)
    converted = space.to_bng(given_here)
    refused = converted.isna() & ~given_here.isna()
    assert list(refused) == [True, False, False, True]
    assert converted.iloc[1].x == pytest.approx(464386.189)


def test_coordinates_without_a_system_are_refused():
    for convert in (space.to_bng, space.to_wgs84, space.to_mercator):
        with pytest.raises(ValueError, match="which coordinate system"):
            convert(gpd.GeoSeries([Point(1, 2)]))


@given(
    st.floats(-7, 1.7),
    st.floats(50, 60.8),
    st.floats(0.0001, 8),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_a_covering_box_holds_every_point_of_what_it_covers(lon, lat, side, along, up):
    west, south = (float(each) for each in space.mercator_from_lonlat(lon, lat))
    east, north = (float(each) for each in space.mercator_from_lonlat(lon + side, lat + side))
    cover = space.bng_box_from_mercator((west, south, east, north))

    e, n = space.bng_from_mercator(west + along * (east - west), south + up * (north - south))
    if not np.isnan(e):
        assert shapely.box(*cover).covers(Point(e, n))


def test_a_covering_box_of_the_world_is_the_national_grid():
    assert space.bng_box_from_mercator((-2e7, -2e7, 2e7, 2e7)) == space.EXTENT


@pytest.mark.parametrize("lonlat", [(-70, 40, -69, 41), (5, 52, 6, 53), (-1, 10, 0, 11)])
def test_a_covering_box_away_from_britain_is_a_strip_at_the_edge(lonlat):
    corners = [space.mercator_from_lonlat(*lonlat[:2]), space.mercator_from_lonlat(*lonlat[2:])]
    cover = box(*space.bng_box_from_mercator(tuple(float(e) for each in corners for e in each)))
    assert not cover.intersects(box(100_000, 50_000, 650_000, 1_200_000))
