"""Tiles of large layers: every record once, counts that add up, and no point where none may be."""

import numpy as np
import pyogrio
import pytest

from domain.errors import NotPermitted
from domain.incidents import Incident
from domain.people import SYSTEM, Role
from geo import curve, tiling
from geo.space import mercator_from_bng
from layers import catalogue, tiles
from layers.listing import Listing
from tests.layers import crowd
from tests.tiles_read import decode

__all__ = ["decode"]

LOW = (crowd.WEST - 1_500, crowd.SOUTH - 1_500)
HIGH = (crowd.WEST + crowd.SIDE + 1_500, crowd.SOUTH + crowd.SIDE + 1_500)


@pytest.fixture
def city(store, people):
    return crowd.settle(store, 900)


def tiles_of(zoom):
    """All tiles of a zoom that the town can touch."""
    x, y = mercator_from_bng([LOW[0], HIGH[0]], [LOW[1], HIGH[1]])
    (west, south), (east, north) = (
        tiling.tile_of(*map(float, at), zoom) for at in zip(x, y, strict=True)
    )
    return [
        (zoom, column, row)
        for column in range(west - 1, east + 2)
        for row in range(north - 1, south + 2)
    ]


def drawn(session, actor, name, zoom, decode, asked=None):
    """Every feature of every tile of a zoom, with the tile."""
    layer = catalogue.CATALOGUE[name]
    found = []
    for at in tiles_of(zoom):
        body = tiles.tile(session, actor, layer, at, asked or crowd.Filters())
        assert len(body) <= tiles.MOST_BYTES
        found += [(at, each) for each in decode(body).features] if body else []
    return found


@pytest.mark.parametrize("role", [Role.POLICE, Role.COORDINATOR])
def test_all_tiles_of_a_zoom_are_the_whole_and_each_record_is_in_one(city, people, decode, role):
    with city.reading() as session:
        for name in ("incidents", "touches"):
            told = Listing(session, people[role], catalogue.CATALOGUE[name], crowd.Filters())
            listed = told.page(0, len(told))
            for zoom in (13, 15):
                features = [each for _, each in drawn(session, people[role], name, zoom, decode)]
                assert sorted(each.id for each in features) == sorted(listed.index)
                for each in features:
                    row = listed.loc[each.id]
                    assert each.attributes == row.drop("geometry").to_dict()


def test_a_record_lies_in_its_tile_where_it_is_listed(city, people, decode):
    with city.reading() as session:
        for role in (Role.POLICE, Role.COORDINATOR):
            told = Listing(session, people[role], catalogue.CATALOGUE["incidents"], crowd.Filters())
            listed = told.page(0, len(told)).geometry
            x, y = mercator_from_bng(listed.x, listed.y)
            across, down = (
                dict(zip(listed.index, x, strict=True)),
                dict(zip(listed.index, y, strict=True)),
            )
            for (z, column, row), each in drawn(session, people[role], "incidents", 16, decode):
                west, _, east, north = tiling.tile_box(z, column, row)
                unit = (east - west) / 4096
                ((at,),) = each.parts
                assert abs((across[each.id] - west) / unit - at[0] - 0.5) <= 0.5 + 1e-3
                assert abs((north - down[each.id]) / unit - at[1] - 0.5) <= 0.5 + 1e-3
                assert 0 <= min(at) <= max(at) < 4096


@pytest.mark.parametrize("role", [Role.POLICE, Role.COORDINATOR])
def test_crowded_points_are_counted_and_the_counts_add_up(city, people, decode, monkeypatch, role):
    monkeypatch.setattr(tiles, "CROWDED", 20)
    asked = crowd.Filters(weekdays=frozenset(range(5)))
    with city.reading() as session:
        layer = catalogue.CATALOGUE["incidents"]
        told = Listing(session, people[role], layer, asked)
        frame = told.page(0, len(told))
        for zoom in (8, 11, 14):
            for searched in (0, 10**9):  # both ways of finding the commonest look
                monkeypatch.setattr(tiles, "_SEARCHED", searched)
                features = [
                    each
                    for _, each in drawn(session, people[role], "incidents", zoom, decode, asked)
                ]
                counted = sum(each.attributes.get("n", 1) for each in features)
                assert counted == len(told)
                assert all(set(each.attributes) <= {"look", "label", "detail", "n", "fade"}
                           for each in features)  # fmt: skip
                marks = [each for each in features if "n" in each.attributes]
                assert marks
                assert all(each.id == 0 for each in marks)  # none is a record
        x, y = mercator_from_bng(frame.geometry.x, frame.geometry.y)
        square = [tuple(each) for each in np.column_stack(curve.units(x, y)) >> np.uint64(32 - 17)]
        by_square = frame.assign(square=square).groupby("square")["look"]
        for (_, column, row), each in drawn(session, people[role], "incidents", 11, decode, asked):
            if "n" not in each.attributes:
                continue
            at = (np.array(each.parts[0][0]) >> 6) + np.array([column, row]) * 64
            looks = by_square.get_group(tuple(at)).value_counts()
            assert each.attributes["n"] == looks.sum()
            assert looks[each.attributes["look"]] == looks.max()


def test_a_tile_that_would_be_too_large_is_counted_instead(city, people, decode, monkeypatch):
    monkeypatch.setattr(tiles, "MOST_BYTES", 6_000)
    with city.reading() as session:
        found = [e for _, e in drawn(session, people[Role.POLICE], "incidents", 12, decode)]
    assert any("n" in each.attributes for each in found)
    assert sum(each.attributes.get("n", 1) for each in found) > 500


def test_where_cells_are_seen_no_tile_at_any_zoom_has_a_point(city, people, decode):
    with city.reading() as session:
        for name in ("incidents", "touches", "corridors"):
            layer = catalogue.CATALOGUE[name]
            told = Listing(session, people[Role.PRACTITIONER], layer, crowd.Filters())
            listed = told.page(0, len(told))
            assert len(listed)
            middle = listed.geometry.iloc[0].centroid
            x, y = mercator_from_bng([middle.x], [middle.y])
            for zoom in range(25):
                at = (zoom, *tiling.tile_of(float(x[0]), float(y[0]), zoom))
                body = tiles.tile(session, people[Role.PRACTITIONER], layer, at, crowd.Filters())
                features = decode(body).features
                assert features
                assert {each.kind for each in features} == {3}
                assert all(set(each.attributes) <= {"look", "label", "detail", "n"}
                           for each in features)  # fmt: skip


def test_a_cell_is_whole_in_every_tile_that_it_touches(city, people, decode):
    layer = catalogue.CATALOGUE["incidents"]
    with city.reading() as session:
        told = Listing(session, people[Role.PRACTITIONER], layer, crowd.Filters())
        listed = told.page(0, len(told))
        for zoom in (11, 14):
            corners = {}
            features = drawn(session, people[Role.PRACTITIONER], "incidents", zoom, decode)
            for (_, column, row), each in features:
                assert each.attributes["detail"] == listed.loc[each.id, "detail"]
                assert each.attributes["label"] == listed.loc[each.id, "label"]
                assert each.attributes["look"] == listed.loc[each.id, "look"]
                world = np.array(each.parts[0]) + np.array([column, row]) * 4096
                corners.setdefault(each.id, world)
                assert np.array_equal(world, corners[each.id])
            assert sorted(corners) == sorted(listed.index)
        far = [e for _, e in drawn(session, people[Role.PRACTITIONER], "incidents", 8, decode)]
        assert sum(each.attributes["n"] for each in far) >= len(listed)


def test_gdal_reads_what_we_draw(city, people, tmp_path):
    layer = catalogue.CATALOGUE["incidents"]
    x, y = mercator_from_bng([crowd.WEST + 1_500], [crowd.SOUTH + 1_500])
    with city.reading() as session:
        for role, kind in ((Role.POLICE, "Point"), (Role.PRACTITIONER, "Polygon")):
            for zoom in (9, 13):
                at = (zoom, *tiling.tile_of(float(x[0]), float(y[0]), zoom))
                body = tiles.tile(session, people[role], layer, at, crowd.Filters())
                path = tmp_path / role.name / str(at[0]) / str(at[1]) / f"{at[2]}.pbf"
                path.parent.mkdir(parents=True)
                path.write_bytes(body)
                read = pyogrio.read_dataframe(path, layer="incidents")
                assert len(read)
                assert set(read.geom_type) <= {kind, f"Multi{kind}"}
                assert read.geometry.is_valid.all()


def test_nobody_gets_a_tile_that_is_not_for_them(city, people):
    for role in (Role.PARTNER, Role.ADMINISTRATOR):
        for name in ("incidents", "touches", "corridors"):
            with city.reading() as session, pytest.raises(NotPermitted):
                tiles.tile(
                    session, people[role], catalogue.CATALOGUE[name], (8, 126, 81), crowd.Filters()
                )


def test_a_tile_is_drawn_once_for_all_who_see_alike_and_for_nobody_else(
    city, people, decode, monkeypatch
):
    layer = catalogue.CATALOGUE["incidents"]
    analyst, coordinator = people[Role.ANALYST], people[Role.COORDINATOR]
    at = max(tiles_of(12), key=lambda at: len(read_by(city, analyst, layer, at)))
    exact, street = read_by(city, analyst, layer, at), read_by(city, coordinator, layer, at)
    assert exact != street, "a coordinator is shown the nearest street"
    monkeypatch.setattr(tiles, "point_tile", lambda *_: pytest.fail("it was drawn again"))
    assert read_by(city, people[Role.POLICE], layer, at) == exact
    assert read_by(city, coordinator, layer, at) == street


def test_a_kept_tile_gives_way_to_a_change(city, people, decode):
    layer, analyst = catalogue.CATALOGUE["incidents"], people[Role.ANALYST]
    at = max(tiles_of(15), key=lambda at: len(read_by(city, analyst, layer, at)))
    before = decode(read_by(city, analyst, layer, at)).features
    with city.writing() as session:
        crowd.remove(session, SYSTEM, Incident, "id", before[0].id)
    after = decode(read_by(city, analyst, layer, at)).features
    assert {each.id for each in before} - {each.id for each in after} == {before[0].id}


def read_by(store, actor, layer, at):
    with store.reading() as session:
        return tiles.tile(session, actor, layer, at, crowd.Filters())
