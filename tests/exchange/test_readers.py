"""Every format gives the same: a description, and rows by number."""

import zipfile
from datetime import date, datetime

import geopandas as gpd
import openpyxl
import pytest
import shapely

from exchange.chunks import FORMULA
from exchange.readers import opened

PLACES = gpd.GeoDataFrame(
    {"code": ["A", "B", "C"], "number": [1, 2, None], "name": ["Staithe", "Old Mill", None]},
    geometry=[shapely.box(x, x, x + 10, x + 10) for x in (427_000, 428_000, 429_000)],
    crs=27700,
)


def rows_of(path, **how):
    with opened(path, **how) as source:
        chunks = list(source.chunks(2))
    return source.description, chunks


@pytest.mark.parametrize(
    ("name", "driver"),
    [
        ("a b.shp", "ESRI Shapefile"),
        ("a.gpkg", "GPKG"),
        ("a.fgb", "FlatGeobuf"),
        ("a.geojson", "GeoJSON"),
        ("a.kml", "KML"),
    ],
)
def test_vector_formats_give_the_same_rows(tmp_path, name, driver):
    path = tmp_path / name
    frame = PLACES.to_crs(4326) if driver == "KML" else PLACES
    frame.to_file(path, driver=driver, engine="pyogrio")
    description, chunks = rows_of(path)
    frames = [chunk.frame for chunk in chunks]
    assert [len(each) for each in frames] == [2, 1]
    found = {
        code: (number, geometry)
        for chunk in chunks
        for code, number, geometry in zip(
            chunk.frame["code"], chunk.numbers, chunk.shapes, strict=True
        )
    }
    assert set(found) == {"A", "B", "C"}
    assert sorted(number for number, _shape in found.values()) == [1, 2, 3]
    assert description.geometry
    if driver != "KML":
        assert found["A"][1].equals(PLACES.geometry[0])
        assert description.crs == "EPSG:27700"


def test_a_folder_with_one_shapefile_is_that_shapefile(tmp_path):
    PLACES.to_file(tmp_path / "the layer.shp", engine="pyogrio")
    description, chunks = rows_of(tmp_path)
    assert description.format == "Shapefile"
    assert sum(len(each.numbers) for each in chunks) == 3


def test_a_zipped_shapefile_is_read_from_any_folder_of_the_zip(tmp_path):
    PLACES.to_file(tmp_path / "layer.shp", engine="pyogrio")
    with zipfile.ZipFile(tmp_path / "sent.zip", "w") as packed:
        for part in tmp_path.glob("layer.*"):
            packed.write(part, f"deep/inside/{part.name}")
    description, chunks = rows_of(tmp_path / "sent.zip")
    assert description.format == "Shapefile"
    assert sum(len(each.numbers) for each in chunks) == 3


def test_a_kmz_is_its_kml(tmp_path):
    PLACES.to_crs(4326).to_file(tmp_path / "doc.kml", driver="KML", engine="pyogrio")
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as packed:
        packed.write(tmp_path / "doc.kml", "doc.kml")
    assert rows_of(tmp_path / "a.kmz")[0].format == "KML"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encoding_and_separator_of_a_csv_are_found_out(tmp_path, encoding, separator):
    rows = [["name", "where"], ["Café", "1"], ["Élan", "2"]]
    text = "\r\n".join(separator.join(row) for row in rows)
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    description, (chunk,) = rows_of(tmp_path / "a.csv")
    assert description.columns == ("name", "where")
    assert list(chunk.frame["name"]) == ["Café", "Élan"]
    assert list(chunk.numbers) == [2, 3]


def test_a_csv_without_header_has_numbered_columns(write):
    path = write("a.csv", ["NZ1 1AA", "427000", "542000"], ["NZ1 1AB", "427001", "542000"])
    description, (chunk,) = rows_of(path)
    assert not description.has_header
    assert description.columns == ("column 1", "column 2", "column 3")
    assert list(chunk.numbers) == [1, 2]


def test_a_row_of_another_width_is_broken_and_the_rest_is_read(tmp_path):
    (tmp_path / "a.csv").write_text('a,b\n1,2\n3,4,5\n\n"x\ny",6\n')
    _description, chunks = rows_of(tmp_path / "a.csv")
    assert {number: why for each in chunks for number, why in each.broken.items()} == {
        3: "the row has 3 columns, not 2"
    }
    assert [cell for each in chunks for cell in each.frame["a"]] == ["1", "x\ny"]


def test_columns_of_one_name_are_told_apart(write):
    description, _chunks = rows_of(write("a.csv", ["name", "name", "x"], ["a", "b", "c"]),
                                   header=True)  # fmt: skip
    assert description.columns == ("name", "name (2)", "x")


def test_a_workbook_gives_text_and_never_evaluates(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["what", "when", "number", "sum"])
    sheet.append(["a", date(2024, 5, 1), 3.0, "=1+1"])
    sheet.append([None, None, None, None])
    sheet.append(["b", datetime(2024, 5, 1, 17, 30), 2.5, None])
    book.save(tmp_path / "a.xlsx")
    description, (chunk,) = rows_of(tmp_path / "a.xlsx")
    assert description.columns == ("what", "when", "number", "sum")
    assert chunk.frame.to_numpy().tolist() == [
        ["a", "2024-05-01", "3", FORMULA],
        ["b", "2024-05-01 17:30:00", "2.5", None],
    ]
    assert list(chunk.numbers) == [2, 4]


def test_a_layer_is_chosen_by_name(tmp_path):
    PLACES.to_file(tmp_path / "a.gpkg", layer="one", engine="pyogrio")
    PLACES.head(1).to_file(tmp_path / "a.gpkg", layer="two", engine="pyogrio")
    description, _all = rows_of(tmp_path / "a.gpkg")
    assert description.layers == ("one", "two")
    assert "Only one of the 2 layers is read." in description.notes
    _description, (chunk,) = rows_of(tmp_path / "a.gpkg", layer="two")
    assert len(chunk.numbers) == 1


def test_geojson_is_read_whatever_the_order_of_its_parts(tmp_path):
    (tmp_path / "a.geojson").write_text(
        '{"features": [ {"type":"Feature","properties":{"a":1,"b":[1,2]},"geometry":'
        '{"type":"Point","coordinates":[-1.5,54.7,12]}},\n {"type":"Feature","properties":null,'
        '"geometry":null} , 5 ], "name":"x", "type":"FeatureCollection"}'
    )
    description, chunks = rows_of(tmp_path / "a.geojson")
    assert description.crs == "EPSG:4326"
    assert chunks[0].frame.to_numpy().tolist() == [["1", "1; 2"], [None, None]]
    assert chunks[0].shapes[0].wkt == "POINT (-1.5 54.7)"
    assert chunks[1].broken == {3: "the row is not a GeoJSON feature"}
