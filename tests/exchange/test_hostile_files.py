"""What a file could do, it does not."""

import http.server
import json
import sqlite3
import stat
import struct
import threading
import zipfile

import geopandas as gpd
import openpyxl
import pytest
import shapely

from domain.errors import Invalid
from exchange.readers import opened
from exchange.rejects import safe_cell

ONE = gpd.GeoDataFrame({"name": ["x"]}, geometry=[shapely.Point(427_000, 542_000)], crs=27700)


def read(path):
    with opened(path) as source:
        return [each for chunk in source.chunks(100) for each in chunk.numbers]


def packed(path, *members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def test_a_bomb_is_not_unpacked(tmp_path):
    path = packed(tmp_path / "a.zip", ("a.csv", b"0" * (60 << 20)))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(Invalid, match="unpacks to far more"):
        read(path)


def test_a_spreadsheet_bomb_is_not_opened(tmp_path):
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/x", b"0" * (60 << 20))
    with pytest.raises(Invalid, match="unpacks to far more"):
        read(tmp_path / "a.xlsx")


@pytest.mark.parametrize("name", ["../a.csv", "/etc/a.csv", "..\\a.csv", "C:\\a.csv"])
def test_a_path_that_leads_out_of_the_zip_is_refused(tmp_path, name):
    with pytest.raises(Invalid, match="leads out of it"):
        read(packed(tmp_path / "a.zip", (name, "a,b\n1,2\n")))


def test_a_link_in_a_zip_is_refused(tmp_path):
    link = zipfile.ZipInfo("a.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(Invalid, match="holds a link"):
        read(packed(tmp_path / "a.zip", (link, "/etc/passwd")))


def test_an_archive_in_an_archive_is_refused(tmp_path):
    with pytest.raises(Invalid, match="another archive"):
        read(packed(tmp_path / "a.zip", ("b.zip", b"PK"), ("a.csv", "a,b\n1,2\n")))


def test_a_member_that_holds_more_than_it_claims_is_refused(tmp_path):
    path = packed(tmp_path / "a.zip", ("a.csv", "a,b\n" + "1,2\n" * 1000))
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\x01\x02") + 24
    content[at : at + 4] = struct.pack("<I", 10)
    path.write_bytes(content)
    with pytest.raises(Invalid, match=r"more than it claims|damaged"):
        read(path)


@pytest.mark.parametrize(
    "entity",
    [
        '<!DOCTYPE kml [<!ENTITY a "b">]>',
        '<!DOCTYPE kml SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE kml [<!ENTITY % x SYSTEM "http://127.0.0.1/x"> %x;]>',
    ],
)
def test_entities_in_kml_are_refused(tmp_path, entity):
    (tmp_path / "a.kml").write_text(
        f'<?xml version="1.0"?>{entity}<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark>'
        "<name>a</name><Point><coordinates>-1.5,54.7</coordinates></Point></Placemark></kml>"
    )
    with pytest.raises(Invalid, match="XML entities"):
        read(tmp_path / "a.kml")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_in_a_workbook_are_refused(tmp_path, encoding):
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    bomb = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    with zipfile.ZipFile(tmp_path / "a.xlsx", "a") as archive:
        archive.writestr("xl/worksheets/sheet9.xml", bomb.encode(encoding))
    with pytest.raises(Invalid, match="XML entities"):
        read(tmp_path / "a.xlsx")


@pytest.fixture
def listener():
    """A server of this machine that notes who asks it for anything."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("kind", ["link", "url"])
def test_a_linked_coordinate_system_is_never_fetched(tmp_path, listener, kind):
    address, asked = listener
    crs = {"type": kind, "properties": {"href": f"{address}/crs", "url": f"{address}/crs"}}
    feature = {"type": "Feature", "properties": {"a": 1}, "geometry": None}
    (tmp_path / "a.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]})
    )
    with pytest.raises(Invalid, match="coordinate system"):
        read(tmp_path / "a.geojson")
    assert asked == []


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.geojson", '{"x":"'), ("a.kml", "<!--"), ("a.csv", ""), ("a.shp", "")],
)
def test_a_file_cannot_name_another_file(tmp_path, name, start):
    secret = tmp_path / "secret.csv"
    secret.write_text("secret\nvalue\n")
    (tmp_path / name).write_text(
        f"{start}<OGRVRTDataSource><OGRVRTLayer name='secret'><SrcDataSource>{secret}"
        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )
    with pytest.raises(Invalid):
        read(tmp_path / name)


def test_a_geopackage_with_a_query_for_a_layer_is_refused(tmp_path):
    ONE.to_file(tmp_path / "a.gpkg", layer="a", engine="pyogrio")
    database = sqlite3.connect(tmp_path / "a.gpkg")
    database.execute("CREATE VIEW b AS SELECT * FROM a")
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
        "VALUES ('b', 'features', 'b', 27700)"
    )
    database.commit()
    database.close()
    with pytest.raises(Invalid, match="a query, not a table"):
        read(tmp_path / "a.gpkg")


def test_an_sqlite_file_is_no_geopackage(tmp_path):
    database = sqlite3.connect(tmp_path / "a.gpkg")
    database.execute("CREATE TABLE a (b)")
    database.commit()
    database.close()
    with pytest.raises(Invalid, match="no GeoPackage"):
        read(tmp_path / "a.gpkg")


@pytest.mark.parametrize("suffix", [".shp", ".shx", ".dbf"])
def test_a_shapefile_that_claims_more_than_it_holds_is_refused(tmp_path, suffix):
    ONE.to_file(tmp_path / "a.shp", engine="pyogrio")
    part = tmp_path / f"a{suffix}"
    content = bytearray(part.read_bytes())
    if suffix == ".dbf":
        content[4:8] = struct.pack("<I", 2_000_000_000)
    else:
        content[24:28] = struct.pack(">i", 2_000_000_000)
    part.write_bytes(content)
    with pytest.raises(Invalid, match="claims to be larger"):
        read(tmp_path / "a.shp")


def test_a_flatgeobuf_that_claims_ten_gigabytes_is_refused(tmp_path):
    ONE.to_file(tmp_path / "a.fgb", engine="pyogrio")
    content = bytearray((tmp_path / "a.fgb").read_bytes())
    content[8:12] = struct.pack("<I", 0xF0000000)
    (tmp_path / "a.fgb").write_bytes(content)
    with pytest.raises(Invalid, match="claims to be larger"):
        read(tmp_path / "a.fgb")


def test_a_cut_off_file_says_so(tmp_path):
    ONE.to_file(tmp_path / "a.geojson", engine="pyogrio")
    (tmp_path / "b.geojson").write_bytes((tmp_path / "a.geojson").read_bytes()[:-20])
    with pytest.raises(Invalid, match="damaged, or cut off"):
        read(tmp_path / "b.geojson")


def test_json_nested_without_end_is_refused(tmp_path):
    (tmp_path / "a.geojson").write_text('{"features":' + "[" * 200_000)
    with pytest.raises(Invalid):
        read(tmp_path / "a.geojson")


def test_a_line_without_end_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n" + "x" * (3 << 20))
    with pytest.raises(Invalid, match="too long"):
        read(tmp_path / "a.csv")


def test_an_open_quotation_mark_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text('a,b\n1,"' + "2\n" * 200_000)
    with pytest.raises(Invalid, match="quotation mark"):
        read(tmp_path / "a.csv")


def test_a_shapefile_without_its_other_parts_says_which(tmp_path):
    ONE.to_file(tmp_path / "a.shp", engine="pyogrio")
    (tmp_path / "a.dbf").unlink()
    with pytest.raises(Invalid, match=r"Missing here: \.dbf"):
        read(tmp_path / "a.shp")


@pytest.mark.parametrize("cell", ["=1+1", "+44x", "-a", "@SUM(A1)", "\t=1", "\r=1", "+1+1"])
def test_no_cell_that_we_write_is_a_formula(cell):
    assert safe_cell(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["-1.5", "+44", "12", "plain", "", "-0"])
def test_plain_cells_are_written_as_they_are(cell):
    assert safe_cell(cell) == cell
