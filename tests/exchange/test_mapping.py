"""Columns guessed, people left at the door, coordinates in every form."""

import geopandas as gpd
import pytest
import shapely

from domain.areas import Area, AreaKind
from domain.batches import recall, remember
from domain.errors import Invalid
from domain.gazetteer import GazetteerEntry
from domain.people import SYSTEM, Role
from exchange import spots
from exchange.importing import Order, preview
from exchange.mapping import is_person
from tests.conftest import arrange
from tests.exchange.conftest import GOOD, HEAD

SPOT = (427_000.0, 542_000.0)


def look(store, analyst, path, **how):
    how = {"target": "incident", "source": "Council", "constants": {"source": "council"}} | how
    return preview(store, analyst, Order(str(path), **how))


@pytest.fixture
def place_of(store, analyst, write):
    """Where the one row of a file of these columns is put."""

    def find(columns: dict[str, str], **how):
        path = write("a.csv", ["category", *columns], ["noise", *columns.values()])
        seen = look(store, analyst, path, **how)
        assert len(seen.rows) == 1, seen.reasons
        spot = seen.rows.to_crs(27700).geometry.iloc[0]  # only pyproj: metres off, enough here
        return seen, spot

    return find


@pytest.mark.parametrize(
    "column", ["Name", "First Name", "surname", "child_name", "DOB", "Date of birth", "NHS No",
               "PersonID", "case_ref", "HomeAddress", "e-mail", "mobile", "Nickname", "Ethnicity",
               "victimName", "Social Worker", "UPN", "age"],
)  # fmt: skip
def test_columns_that_hold_a_person_are_known_by_their_name(column):
    assert is_person(column)


@pytest.mark.parametrize(
    "column", ["Crime type", "Easting", "postcode", "LSOA21NM", "Date", "Location", "venue type"]
)
def test_other_columns_are_not(column):
    assert not is_person(column)


@pytest.mark.parametrize(
    "columns",
    [
        {"Easting": "427000", "Northing": "542000"},
        {"OSEAST1M": "427,000", "osnrth1m": "542,000"},
        {"X": "427000", "Y": "542000"},
        {"Longitude": "-1.581836", "Latitude": "54.772209"},
        {"x": "-1.581836", "y": "54.772209"},
        {"lng": "54.772209", "lat": "-1.581836"},
        {"Grid ref": "NZ 27000 42000"},
        {"where": "NZ2700042000"},
    ],
)
def test_every_form_of_coordinates_is_found_and_read(place_of, columns):
    _seen, spot = place_of(columns)
    assert spot.distance(shapely.Point(SPOT)) < 10


def test_swapped_axes_are_put_right_and_said(place_of):
    seen, _spot = place_of({"longitude": "54.772209", "latitude": "-1.581836"})
    assert seen.mapping.swapped
    assert any("the other way round" in note for note in seen.notes)


def test_the_coarseness_of_a_grid_reference_is_kept(place_of):
    expected = {"NZ2700042000": "exact", "NZ270420": "street", "NZ2742": "approximate"}
    for reference, precision in expected.items():
        seen, _spot = place_of({"gridref": reference})
        assert list(seen.rows["precision"]) == [precision]


def test_postcodes_are_found_through_the_gazetteer(store, analyst, write):
    entry = {"kind": "postcode", "name": "NZ1 1AA", "sought": "NZ11AA", "source": "x"}
    with store.writing() as session:
        arrange(
            session,
            SYSTEM,
            GazetteerEntry(key="a", spot=shapely.Point(1, 1), terminated=True, **entry),
            GazetteerEntry(key="b", spot=shapely.Point(SPOT), **entry),
        )
    path = write("a.csv", ["category", "postcode"], ["noise", "nz1 1aa"], ["noise", "NZ1 1ZZ"])
    seen = look(store, analyst, path)
    assert list(seen.rows["precision"]) == ["street"]
    assert seen.reasons == {spots.NO_POSTCODE: 1}


def test_what_is_not_there_is_refused_with_its_reason(store, analyst, write):
    head = ["category", "longitude", "latitude"]
    path = write(
        "a.csv",
        head,
        *[["noise", "-1.58", "54.77"]] * 4,
        ["noise", "0", "0"],
        ["noise", "", ""],
        ["noise", "54.77", "-1.58"],
        ["noise", "2.35", "48.85"],
        ["noise", "-1.58", "=54.77"],
    )
    seen = look(store, analyst, path)
    assert seen.rejected["reason"].to_dict() == {
        6: spots.NULL_ISLAND,
        7: spots.NO_SPOT,
        8: spots.SWAPPED,
        9: spots.OUTSIDE,
        10: spots.NO_SPOT,
    }


def test_rows_outside_the_partnership_are_caught_unless_asked_for(store, analyst, write):
    with store.writing() as session:
        outline = shapely.box(420_000, 540_000, 430_000, 550_000)
        arrange(
            session,
            SYSTEM,
            Area(kind=AreaKind.PARTNERSHIP, code="P", name="P", vintage="2024", outline=outline),
        )
    far = ("A2", "noise", "2024-05-01", "530000", "180000")
    turned = ("A3", "noise", "2024-05-01", "542000", "427000")
    path = write("a.csv", HEAD, GOOD, far, turned)
    assert look(store, analyst, path).rejected["reason"].to_dict() == {
        3: spots.NOT_HERE,
        4: spots.NOT_HERE,
    }
    assert len(look(store, analyst, path, anywhere=True).rows) == 3


def test_a_layer_without_a_system_is_judged_by_its_numbers(store, analyst, tmp_path):
    frame = gpd.GeoDataFrame({"category": ["noise"]}, geometry=[shapely.Point(SPOT)])
    with pytest.warns(UserWarning, match="crs"):
        frame.to_file(tmp_path / "a.shp", engine="pyogrio")
    seen = look(store, analyst, tmp_path / "a.shp")
    assert any(".prj" in note for note in seen.notes)
    assert any("British National Grid" in note for note in seen.notes)
    assert len(seen.rows) == 1


def test_web_mercator_is_brought_home(store, analyst, write):
    path = write("a.csv", ["category", "x", "y"], ["noise", "-176240", "7319700"])
    seen = look(store, analyst, path)
    assert seen.mapping.crs == "EPSG:3857"
    spot = seen.rows.geometry.iloc[0]
    assert (round(spot.x, 2), round(spot.y, 1)) == (-1.58, 54.8)


def test_a_column_of_a_person_cannot_be_taken(store, analyst, write):
    path = write("a.csv", [*HEAD, "Child name"], [*GOOD, "x"])
    for field in ("category", "agency", "detail:who"):
        with pytest.raises(Invalid, match="holds a person"):
            look(store, analyst, path, columns={field: "Child name"})


def test_columns_are_remembered_for_a_source(store, analyst, write):
    path = write("a.csv", ["A", "B", "C", "D"], ["noise", "427000", "542000", "2024-05-01"])
    chosen = {"category": "A", "easting": "B", "northing": "C", "date": "D"}
    with store.writing() as session:
        remember(session, analyst, target="incident", source="Council", columns={"columns": chosen})
        remember(session, analyst, target="incident", source="Other", columns={"columns": {}})
    assert look(store, analyst, path).mapping.columns == chosen
    with pytest.raises(Invalid, match="Say which column holds: what happened"):
        look(store, analyst, path, source="Other")
    with store.reading() as session:
        assert recall(session, analyst, "incident", "Nobody") is None


def test_only_who_may_import_can_look(store, people, write):
    path = write("a.csv", HEAD, GOOD)
    for role in set(Role) - {Role.ANALYST, Role.COORDINATOR}:
        with pytest.raises(Exception, match="You may not import"):
            look(store, people[role], path)
