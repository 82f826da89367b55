"""Tiles of the base map: served from a local file, to those who may, and refused when broken."""

import gzip
import sqlite3
from contextlib import closing

import pytest
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from api.basemap import basemap_routes
from domain.errors import Invalid, NotSignedIn
from layers.archive import opened

TILE = b"a vector tile" * 20
MVT = "application/vnd.mapbox-vector-tile"


def anyone(_request):
    return None


@pytest.fixture
def pmtiles(tmp_path):
    """One gzipped vector tile at 2/1/0."""
    path = tmp_path / "town.pmtiles"
    with path.open("wb") as file:
        writer = Writer(file)
        writer.write_tile(zxy_to_tileid(2, 1, 0), gzip.compress(TILE))
        header = {
            "tile_type": TileType.MVT,
            "tile_compression": Compression.GZIP,
            "min_zoom": 2,
            "max_zoom": 2,
            "min_lon_e7": -10_000_000,
            "min_lat_e7": 540_000_000,
            "max_lon_e7": 0,
            "max_lat_e7": 550_000_000,
            "center_zoom": 2,
            "center_lon_e7": -5_000_000,
            "center_lat_e7": 545_000_000,
        }
        writer.finalize(
            header, {"vector_layers": [{"id": "roads"}], "attribution": "An invented town"}
        )
    return path


@pytest.fixture
def mbtiles(tmp_path):
    """One picture at 2/1/0, which the file counts from the south."""
    return make_mbtiles(tmp_path / "pictures.mbtiles", {"format": "png"})


def make_mbtiles(path, told, tile=b"\x89PNG"):
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        file.execute("CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)")
        file.executemany("INSERT INTO metadata VALUES (?, ?)", told.items())
        file.execute("INSERT INTO tiles VALUES (2, 1, 3, ?)", [tile])
    return path


def test_a_vector_tile_comes_as_it_lies_in_the_file(ask, pmtiles):
    routes = basemap_routes(lambda: pmtiles, anyone)
    answer = ask(routes, "/basemap/2/1/0", {"accept-encoding": "gzip"})
    assert (answer.status, answer.headers["content-type"]) == (200, MVT)
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body) == TILE
    assert answer.headers["cache-control"].startswith("private")


def test_one_that_cannot_unpack_gets_it_plain(ask, pmtiles):
    answer = ask(basemap_routes(lambda: pmtiles, anyone), "/basemap/2/1/0")
    assert "content-encoding" not in answer.headers
    assert answer.body == TILE


def test_rows_of_mbtiles_are_counted_from_the_north(ask, mbtiles):
    routes = basemap_routes(lambda: mbtiles, anyone)
    answer = ask(routes, "/basemap/2/1/0")
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    assert ask(routes, "/basemap/2/1/3").status == 204


@pytest.mark.parametrize("place", ["2/0/0", "1/0/0", "2/4/0", "2/0/4", "31/0/0", "99/0/0"])
@pytest.mark.parametrize("kind", ["pmtiles", "mbtiles"])
def test_where_there_is_no_tile_the_answer_is_empty(ask, request, kind, place):
    path = request.getfixturevalue(kind)
    answer = ask(basemap_routes(lambda: path, anyone), f"/basemap/{place}")
    assert (answer.status, answer.body) == (204, b"")


def test_without_a_file_there_are_no_tiles(ask):
    assert ask(basemap_routes(lambda: None, anyone), "/basemap/2/1/0").status == 204


def test_a_tile_is_not_sent_twice(ask, pmtiles):
    routes = basemap_routes(lambda: pmtiles, anyone)
    mark = ask(routes, "/basemap/2/1/0").headers["etag"]
    assert ask(routes, "/basemap/2/1/0", {"if-none-match": mark}).status == 304


def test_the_guard_comes_before_anything_else(ask, tmp_path):
    def refuse(_request):
        raise NotSignedIn("Please sign in.")

    def never():
        raise AssertionError("looked for the file before the guard")

    answer = ask(basemap_routes(never, refuse), "/basemap/2/1/0", {"if-none-match": "*"})
    assert answer.status == NotSignedIn.status


def test_an_archive_tells_what_it_holds(pmtiles, mbtiles):
    vector, pictures = opened(pmtiles).about, opened(mbtiles).about
    assert vector.is_vector
    assert (vector.layers, vector.attribution, vector.zooms) == (
        ("roads",),
        "An invented town",
        (2, 2),
    )
    assert vector.bounds == (-1.0, 54.0, 0.0, 55.0)
    assert not pictures.is_vector


def test_a_file_put_in_anothers_place_is_read_anew(pmtiles):
    first = opened(pmtiles)
    pmtiles.touch()
    assert opened(pmtiles) is not first


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PMTiles",
        b"PMTiles\x03" + b"\xff" * 119,
        b"PMTiles\x02" + b"\0" * 119,
        b"\x89PNG" + b"\0" * 200,
        b"SQLite format 3\0" + b"\xff" * 4096,
    ],
)
@pytest.mark.parametrize("suffix", [".pmtiles", ".mbtiles"])
def test_a_broken_file_is_refused(tmp_path, data, suffix):
    path = tmp_path / f"broken{suffix}"
    path.write_bytes(data)
    with pytest.raises(Invalid):
        opened(path).tile(0, 0, 0)


def test_a_directory_that_unpacks_without_end_is_refused(pmtiles):
    bomb = gzip.compress(b"\0" * 40 * 2**20)
    data = bytearray(pmtiles.read_bytes())
    data[8:16] = len(data).to_bytes(8, "little")  # the root directory now lies at the end
    data[16:24] = len(bomb).to_bytes(8, "little")
    pmtiles.write_bytes(bytes(data) + bomb)
    with pytest.raises(Invalid, match="damaged"):
        opened(pmtiles).tile(2, 1, 0)


def test_a_tile_said_to_lie_outside_the_file_is_refused(pmtiles):
    data = bytearray(pmtiles.read_bytes())
    data[56:64] = (2**40).to_bytes(8, "little")
    pmtiles.write_bytes(bytes(data))
    with pytest.raises(Invalid, match="damaged"):
        opened(pmtiles).tile(2, 1, 0)


def test_a_tile_too_large_to_be_one_is_not_sent(tmp_path):
    path = make_mbtiles(tmp_path / "fat.mbtiles", {"format": "png"}, tile=b"x" * (8 * 2**20 + 1))
    assert opened(path).tile(2, 1, 0) is None


@pytest.mark.parametrize(
    "told", [{"format": "exe"}, {"maxzoom": "90"}, {"bounds": "1,2"}, {"json": "{"}]
)
def test_what_an_mbtiles_file_says_of_itself_is_checked(tmp_path, told):
    with pytest.raises(Invalid):
        opened(make_mbtiles(tmp_path / "odd.mbtiles", told))


@pytest.mark.parametrize("name", ["town.txt", "nowhere.pmtiles", "nowhere.mbtiles"])
def test_another_kind_of_file_or_none_is_refused(tmp_path, name):
    with pytest.raises(Invalid):
        opened(tmp_path / name)


def test_reading_an_mbtiles_file_leaves_it_as_it_was(mbtiles):
    before = mbtiles.read_bytes()
    opened(mbtiles).tile(2, 1, 0)
    assert mbtiles.read_bytes() == before
    assert [path.name for path in mbtiles.parent.iterdir()] == [mbtiles.name]
