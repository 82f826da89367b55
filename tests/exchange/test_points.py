"""Points out of files, for analysis without a database."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS

from domain.errors import Invalid
from exchange import outlines, points, results
from tests.conftest import SHARED

BNG = [(427_000.5, 542_000.5), (427_500.0, 542_750.0), (428_000.0, 543_000.0)]
REAL = SHARED / "real"


def xy(frame):
    return np.column_stack([frame.geometry.x, frame.geometry.y])


@pytest.fixture
def shapes():
    spots = gpd.points_from_xy(*zip(*BNG, strict=True))
    return gpd.GeoDataFrame({"harm": ["1", "2.5", "x"]}, geometry=spots, crs=27700)


@pytest.fixture
def table(tmp_path):
    """A CSV: ``table("x,y", "1,2", ...)``."""

    def make(*lines):
        path = tmp_path / "a.csv"
        path.write_text("\n".join(lines) + "\n")
        return path

    return make


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.shp", "a.fgb", "a.parquet"])
def test_every_format_gives_the_same_points(tmp_path, shapes, name):
    path = tmp_path / name
    if name.endswith("geojson"):
        results.write(shapes, path, layer="a")
    elif name.endswith("parquet"):
        shapes.to_parquet(path)
    else:
        shapes.to_file(path)
    frame = points.read(path)
    assert frame.crs.to_epsg() == 27700
    order = np.lexsort(xy(frame).T[::-1])
    assert xy(frame)[order] == pytest.approx(np.array(BNG), abs=0.02)
    assert sorted(frame["harm"]) == ["1", "2.5", "x"]


@pytest.mark.parametrize("head", ["easting,northing", "x,y", "X,Y", "Eastings,Northings"])
def test_metres_are_of_the_national_grid_unless_said(table, head):
    path = table(head + ",note", "427000.5,542000.5,a", '"427,500",542750,b')
    frame = points.read(path)
    assert xy(frame).tolist() == [[427_000.5, 542_000.5], [427_500.0, 542_750.0]]
    assert (list(frame.index), list(frame["note"])) == ([2, 3], ["a", "b"])
    other = points.read(path, crs="EPSG:32630", keep=[])
    assert (other.crs.to_epsg(), xy(other)[0].tolist()) == (32630, [427_000.5, 542_000.5])
    assert list(other.columns) == ["geometry"]


def test_degrees_come_to_the_national_grid_or_to_the_system_that_is_named(table):
    path = table("lon,lat", "-0.32824866,51.44533267")
    assert xy(points.read(path))[0] == pytest.approx((516274.46, 173141.10), abs=0.01)
    assert xy(points.read(path, crs="EPSG:4326"))[0, 0] == pytest.approx(516274.46, abs=0.01)
    utm = points.read(path, crs="EPSG:32630")
    assert (utm.crs.to_epsg(), round(xy(utm)[0, 1], -4)) == (32630, 5_700_000)


def test_x_and_y_in_degrees_are_read_where_the_system_says_so(table):
    path = table("x,y", "-0.32824866,51.44533267")
    with pytest.raises(Invalid, match="say --crs EPSG:4326"):
        points.read(path)
    assert xy(points.read(path, crs="EPSG:4326"))[0, 1] == pytest.approx(173141.10, abs=0.01)


def test_a_grid_reference_is_the_middle_of_its_square(table):
    frame = points.read(table("gridref", "NZ 270 420"))
    assert xy(frame).tolist() == [[427_050, 542_050]]


def test_rows_without_a_usable_spot_are_counted_and_told(table):
    path = table("easting,northing,name", "427000,542000,Kim", ",,Sam", "0,0,Alex", "9e9,1,Jo",
                 "north,west,Max", "1,2")  # fmt: skip
    frame = points.read(path)
    assert (len(frame), frame.attrs["rows"]) == (1, 6)
    said = points.notes(frame)
    assert said[0] == (
        "5 of 6 rows were left out: the row cannot be read (1), there is no location (2), "
        "the location is 0, 0, which means that it is not known (1), "
        "the location is outside the British National Grid (1)."
    )
    assert not any(name in said[0] for name in ("Kim", "Sam", "Alex", "north"))
    assert points.notes(points.read(table("x,y", "427000,542000"))) == ()


def test_shapes_that_are_no_points_are_counted(tmp_path, shapes):
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame(geometry=shapes.geometry, crs=27700).to_file(path)  # shapes alone
    assert len(points.read(path)) == 3
    mixed = [*shapes.geometry[:2], shapely.box(427_000, 542_000, 427_100, 542_100)]
    gpd.GeoDataFrame(geometry=mixed, crs=27700).to_file(path)
    frame = points.read(path)
    assert frame.attrs["left_out"] == {"the shape is not a point": 1}
    only = tmp_path / "b.gpkg"
    gpd.GeoDataFrame(geometry=mixed[2:], crs=27700).to_file(only)
    with pytest.raises(Invalid, match="can be used: the shape is not a point"):
        points.read(only)


@pytest.mark.parametrize(
    ("lines", "ask", "reason"),
    [
        (("a,b", "1,2"), {}, "does not tell where its rows are"),
        (("x,y", "427000,542000"), {"crs": "EPSG:0"}, "not known here"),
        (("x,y", "427000,542000"), {"crs": "EPSG:2274"}, "in metres"),
        (("x,y", "427000,542000"), {"keep": ["harm"]}, "no column of the name"),
        (("x,y", "nobody,here"), {}, "can be used: there is no location"),
        (("lon,lat", "-89.942,35.149"), {}, "No row has a location in Britain"),
    ],
)
def test_what_gives_no_points_is_refused_in_a_sentence(table, lines, ask, reason):
    with pytest.raises(Invalid, match=reason):
        points.read(table(*lines), **ask)


def test_a_file_that_is_not_there_or_is_no_parquet_is_refused(tmp_path):
    with pytest.raises(Invalid, match="no such file"):
        points.read(tmp_path / "none.csv")
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no such thing")
    with pytest.raises(Invalid, match="Parquet file is damaged"):
        points.read(tmp_path / "a.parquet")


def test_a_table_needs_no_coordinates(table, tmp_path):
    path = table("from,to", "2024-05-01 17:30,", "2024-05-02,2024-05-03", "1,2,3")
    frame = points.table(path)
    assert frame["to"].tolist() == [None, "2024-05-03"]
    assert points.notes(frame) == ("1 of 3 rows were left out: the row cannot be read (1).",)
    pd.DataFrame({"from": ["a"], "n": [1.5]}).to_parquet(tmp_path / "b.parquet")
    assert points.table(tmp_path / "b.parquet").to_numpy().tolist() == [["a", "1.5"]]


def test_numbers_are_read_as_people_mean_them(table):
    frame = points.table(table("n;m", "1;a", "1,5;b", "1,234.5;c", "many;d", ";e"))
    assert points.numbers(frame, "n") == pytest.approx(
        [1, 1.5, 1234.5, np.nan, np.nan], nan_ok=True
    )
    with pytest.raises(Invalid, match="no column of the name"):
        points.numbers(frame, "harm")


def test_an_area_is_the_polygons_of_a_file_in_the_system_worked_in(tmp_path, shapes):
    moved = [shapely.box(x, 542_000, x + 1_000, 543_000) for x in (427_000, 428_000)]
    path = tmp_path / "area.geojson"
    results.write(gpd.GeoDataFrame(geometry=moved, crs=27700), path, layer="a")
    found = outlines.area(path, shapes.crs)
    assert found.area == pytest.approx(2e6, rel=1e-4)
    assert found.symmetric_difference(shapely.union_all(moved)).area < 200
    utm = outlines.area(path, CRS(32630))
    assert utm.area == pytest.approx(2e6, rel=0.01)


def test_an_area_without_polygons_is_refused(tmp_path, shapes):
    results.write(shapes, tmp_path / "a.gpkg", layer="a")
    with pytest.raises(Invalid, match="holds no polygon"):
        outlines.area(tmp_path / "a.gpkg", shapes.crs)
    with pytest.raises(Invalid, match="hull, bbox or a file"):
        outlines.area(tmp_path / "none.gpkg", shapes.crs)


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.parquet"])
def test_what_is_written_can_be_read_again(tmp_path, shapes, name):
    results.write(shapes, tmp_path / name, layer="found")
    results.write(shapes, tmp_path / name, layer="found")  # an earlier run is replaced
    again = points.read(tmp_path / name)
    assert xy(again) == pytest.approx(np.array(BNG), abs=0.02)
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_a_table_of_results_has_the_middle_of_each_shape(tmp_path, shapes):
    results.write(shapes.set_geometry(shapes.buffer(10)), tmp_path / "a.csv", layer="a")
    assert pd.read_csv(tmp_path / "a.csv")[["x", "y"]].to_numpy().tolist() == [list(b) for b in BNG]


def test_results_replace_neither_their_input_nor_a_file_of_several_layers(tmp_path, shapes):
    several = tmp_path / "a.gpkg"
    shapes.to_file(several, layer="one")
    shapes.to_file(several, layer="two")
    for out, inputs, reason in (
        (tmp_path / "a.shp", (), "must end in"),
        (tmp_path / "none" / "a.csv", (), "no such folder"),
        (several, (several,), "cannot be replaced"),
        (several, (), "holds other layers"),
    ):
        with pytest.raises(Invalid, match=reason):
            results.check(out, *inputs)


@pytest.mark.skipif(not REAL.exists(), reason="the real files are not beside the checkout")
def test_a_month_of_the_police_is_read(tmp_path):
    frame = points.read(REAL / "2019-01-metropolitan-street.csv", keep=["Crime type"])
    assert (len(frame), frame.attrs["left_out"]) == (7_458, {"there is no location": 20})
