"""A file for QGIS holds what its reader may see and nothing else."""

from datetime import UTC, datetime

import geopandas as gpd
import pyogrio
import pytest
import shapely
from sqlalchemy import select

from domain.audit import Entry
from domain.errors import Invalid, NotPermitted
from domain.people import Kind, Role, operator
from exchange import geopackage
from layers import catalogue
from tests.layers.conftest import HOME, MIDDLE, town

__all__ = ["town"]

OPERATOR = operator("Sam at the desk")


@pytest.fixture
def export(town, tmp_path):
    def write(reader, actor=OPERATOR):
        path = tmp_path / "town.gpkg"
        return path, geopackage.export(town, actor, reader, path)

    return write


def layers(path):
    names = [name for name, kind in pyogrio.list_layers(path) if kind is not None]
    return {name: gpd.read_file(path, layer=name) for name in names}


def about(path):
    table = pyogrio.read_dataframe(path, layer=geopackage.ABOUT, read_geometry=False)
    return dict(zip(table["about"], table["words"], strict=True))


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.POLICE])
def test_no_home_leaves_with_a_file(town, people, export, role):
    path, written = export(people[role])
    home = shapely.Point(HOME).buffer(50)
    found = layers(path)
    assert set(found) == {name for name, rows in written.items() if rows}
    assert {"places", "touches", "incidents", "premises", "safe_places"} <= set(found)
    for name, frame in found.items():
        corners = shapely.points(shapely.get_coordinates(frame.geometry.to_numpy()))
        assert not shapely.intersects(corners, home).any(), name
        if catalogue.sight(people[role], name).value.startswith("counts in 250 m"):
            assert not frame.intersects(home).any(), name
    content = path.read_bytes()
    for word in (b"missing_from", b"The home", b"The refuge", b"childrens_home", b"refuge"):
        assert word not in content


def test_what_is_seen_differs_by_role(people, export):
    path, _ = export(people[Role.PRACTITIONER])
    found = layers(path)
    assert "count" in found["touches"]
    path.unlink()
    path, _ = export(people[Role.POLICE])
    found = layers(path)
    assert set(found["touches"]["role"]) == {"found_at"}
    assert {(each.x, each.y) for each in found["touches"].geometry} == {MIDDLE}


@pytest.mark.parametrize("role", [Role.PARTNER, Role.ADMINISTRATOR])
def test_who_may_not_export_gets_no_file_from_an_operator_either(people, export, tmp_path, role):
    with pytest.raises(NotPermitted, match="export records"):
        export(people[role])
    with pytest.raises(NotPermitted, match="export records"):
        export(people[Role.POLICE], actor=people[role])
    assert list(tmp_path.glob("*.gpkg")) == []


def test_the_log_names_who_ran_it_and_whose_sight_it_was(town, people, export):
    reader = people[Role.POLICE]
    _, written = export(reader)
    with town.reading() as session:
        entry = session.scalars(select(Entry).where(Entry.action == "layers.export")).one()
    assert (entry.actor_kind, entry.actor_name) == (Kind.OPERATOR, "Sam at the desk")
    assert entry.changes["read_as"] == reader.id
    assert entry.changes["read_as_grant"] == reader.grant_id
    assert {name: entry.changes[name] for name in written} == written


def test_the_file_says_how_it_is_to_be_handled_and_what_it_is(people, export):
    path, _ = export(people[Role.PRACTITIONER])
    said = about(path)
    assert said["Marking"].startswith("OFFICIAL-SENSITIVE")
    assert "Do not forward" in said["Handling"]
    assert "police 1 May 2026" in said["Data"]
    assert "Practitioner" in said["Shown as to"]
    assert said["Written by"] == "Sam at the desk (operator)"
    assert datetime.fromisoformat(said["Written at"]) <= datetime.now(UTC)
    assert "squares of 250 m" in said["Incidents (incidents)"]
    assert "nearest street" in said["Places of concern (places)"]


def test_codes_have_their_words_beside_them(people, export):
    path, _ = export(people[Role.POLICE])
    found = layers(path)
    place = found["places"].iloc[0]
    assert (place["place_type"], place["place_type_label"]) == ("park", "park or green space")
    assert (place["status"], place["status_label"]) == ("watch", "watched")
    assert place["harm_primary_label"].lower() == "child criminal exploitation"
    assert set(found["touches"]["role_label"]) == {"found here"}
    shop = found["premises"].iloc[0]
    assert (shop["role"], shop["role_label"].lower()) == ("community_guardian",
                                                          "community guardian")  # fmt: skip


def test_nothing_half_written_stays(people, export, monkeypatch, tmp_path):
    def broken(*_args, **_kwargs):
        raise OSError("no space left")

    monkeypatch.setattr(geopackage.pyogrio, "write_dataframe", broken)
    before = set(tmp_path.iterdir())
    with pytest.raises(OSError, match="no space"):
        export(people[Role.POLICE])
    assert set(tmp_path.iterdir()) == before


def test_a_file_that_is_there_stays_as_it_is(people, export, tmp_path):
    (tmp_path / "town.gpkg").write_text("mine")
    with pytest.raises(Invalid, match="already"):
        export(people[Role.POLICE])
    assert (tmp_path / "town.gpkg").read_text() == "mine"
    with pytest.raises(Invalid, match="no such folder"):
        geopackage.export(None, OPERATOR, people[Role.POLICE], tmp_path / "none" / "a.gpkg")


def test_a_file_with_no_layers_in_it_still_says_what_it_is(store, people, tmp_path):
    path = tmp_path / "empty.gpkg"
    written = geopackage.export(store, OPERATOR, people[Role.POLICE], path)
    assert sum(written.values()) == 0
    assert "No incidents yet" in about(path)["Data"]
