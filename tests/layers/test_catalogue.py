"""Every cell of the table: for each layer and tier, how it may be seen, and no finer."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from sqlalchemy import select

from domain.areas import Area, AreaKind
from domain.audit import action
from domain.errors import NotFound, NotPermitted
from domain.filters import Filters
from domain.people import CLEARANCE, SYSTEM, Actor, Permission, Role, Tier
from domain.places import Place
from geo import tiling
from geo.space import mercator_from_bng
from layers import catalogue, tiles
from layers.sight import Sight
from tests.conftest import arrange
from tests.layers.conftest import HOME, MIDDLE, ROUTE, STREET, incident, touch

COUNTED = {
    "hot_spots", "incident_wards", "incident_lsoas", "incident_beats", "touch_wards", "coverage",
}  # fmt: skip
TOLD = {"look", "fade", "label", "detail", "n"}
OUTLINES = {"partnership", "wards", "lsoas", "beats"}


def at_tier(people, tier, role=Role.COORDINATOR):
    """Someone with every permission, at a tier: what is left is the table alone."""
    person = people[role]
    return Actor(
        name="x", id=person.id, role=role, agency_id=person.agency_id, tier=tier,
        permissions=frozenset(Permission),
    )  # fmt: skip


def read(store, actor, name):
    with store.reading() as session:
        return catalogue.read(session, actor, name)


def points(frame):
    return set(map(tuple, np.round(shapely.get_coordinates(frame.geometry.array), 3)))


@pytest.mark.parametrize("tier", Tier)
def test_each_layer_is_seen_at_each_tier_as_the_table_says_and_no_finer(town, people, tier):
    for name in catalogue.CATALOGUE:
        actor = at_tier(people, tier, Role.PARTNER if name == "reports" else Role.COORDINATOR)
        seen = catalogue.SIGHTS[name].get(tier, Sight.NONE)
        assert catalogue.sight(actor, name) is seen
        if seen is Sight.NONE:
            with pytest.raises(NotPermitted):
                read(town, actor, name)
        else:
            check(name, seen, tier, read(town, actor, name))


def check(name, seen, tier, frame):
    assert frame.crs.to_epsg() == 27700
    if tier < Tier.SEALED:
        assert HOME not in points(frame), name
    if seen.is_count or name in COUNTED:
        assert set(frame.geom_type) <= {"Polygon"}, name
        assert {"label", "code", "count", "words"} <= set(frame.columns), name
        if seen is Sight.CELL:
            assert not shapely.intersects(frame.geometry.array, shapely.Point(HOME)).any(), name
    elif seen is Sight.STREET:
        assert points(frame) == {STREET}, name
    elif name not in OUTLINES:
        assert points(frame) <= {MIDDLE, HOME}, name
        assert MIDDLE in points(frame), name


def test_no_layer_is_left_out_of_the_table():
    assert set(catalogue.SIGHTS) == set(catalogue.CATALOGUE)


def test_without_the_permission_nothing_is_seen_whatever_the_tier():
    actor = Actor(name="x", id=1, tier=Tier.SEALED, permissions=frozenset())
    assert {catalogue.sight(actor, name) for name in catalogue.CATALOGUE} == {Sight.NONE}


def test_a_partner_sees_ward_counts_safe_places_own_reports_and_boundaries_only(town, actor):
    seen = {layer.name for layer in catalogue.seen_by(actor(Role.PARTNER))}
    assert seen == {
        "touch_wards", "incident_wards", "safe_places", "reports", "partnership", "wards", "lsoas",
    }  # fmt: skip
    assert list(read(town, actor(Role.PARTNER), "reports")["text"]) == ["Mine"]
    assert list(read(town, actor(Role.PARTNER), "safe_places")["name"]) == ["Corner shop"]


def test_where_children_went_missing_from_is_counted_by_ward_alone(town, people, sealed):
    for role in (Role.PARTNER, Role.POLICE, Role.COORDINATOR):
        (row,) = read(town, people[role], "touch_wards").itertuples()
        assert row.words == "about 25"  # 6 + 6 + 6 + 5 + 4, rounded
        if CLEARANCE[role] >= Tier.T2:
            assert "missing_from" not in str(read(town, people[role], "touches"))
    (row,) = read(town, sealed, "touch_wards").itertuples()
    assert row.words == "27"
    assert HOME in points(read(town, sealed, "touches"))


def test_a_way_travelled_is_drawn_only_where_five_share_it(town, people, sealed):
    for actor in (people[Role.PRACTITIONER], people[Role.POLICE], sealed):
        frame = read(town, actor, "corridors")
        assert len(frame) == 1
        assert shapely.contains(frame.geometry.iloc[0], shapely.Point(ROUTE))
        if catalogue.sight(actor, "touches") is not Sight.CELL:
            assert "travelled_via" not in set(read(town, actor, "touches")["role"])


def test_a_cell_below_five_cannot_be_told_from_an_empty_one(town, people):
    cells = read(town, people[Role.PRACTITIONER], "incidents")
    assert list(cells["words"]) == ["about 5"]
    assert shapely.contains(cells.geometry.iloc[0], shapely.Point(MIDDLE))


def test_a_partner_agency_reads_neutral_names(town, actor):
    assert list(read(town, actor(Role.PRACTITIONER), "places")["name"]) == ["Neutral The park"]
    assert set(read(town, actor(Role.POLICE), "places")["name"]) == {"The park", "The graded one"}
    assert set(read(town, actor(Role.COORDINATOR), "places")["name"]) == {"The park"}


@pytest.mark.parametrize("role", [Role.PARTNER, Role.PRACTITIONER, Role.POLICE])
def test_a_tile_tells_no_more_than_the_list(town, people, decode, role):
    x, y = mercator_from_bng([MIDDLE[0]], [MIDDLE[1]])
    for layer in catalogue.LAYERS:
        if catalogue.sight(people[role], layer.name) is Sight.NONE:
            continue
        listed = read(town, people[role], layer.name)
        for zoom in (8, 14, 18):
            at = (zoom, *tiling.tile_of(x[0], y[0], zoom))
            with town.reading() as session:
                body = tiles.tile(session, people[role], layer, at, Filters())
            told = decode(body).features if body else []
            assert sum(each.attributes.get("n", 1) for each in told) <= len(listed)
            assert all(set(each.attributes) <= TOLD for each in told)


def test_an_unknown_layer_is_not_found(town, actor):
    with pytest.raises(NotFound):
        read(town, actor(Role.POLICE), "children")


def test_an_area_filter_never_narrows_a_ward_count_to_less_than_a_ward(town, people):
    volunteer = people[Role.PARTNER]
    with town.reading() as session:
        kinds = {area.kind: area.id for area in session.scalars(select(Area))}
        whole = catalogue.read(session, volunteer, "touch_wards")
        for kind in (AreaKind.LSOA, AreaKind.BEAT, AreaKind.WARD):
            narrowed = Filters(areas=frozenset({kinds[kind]}))
            told = catalogue.read(session, volunteer, "touch_wards", None, narrowed)
            assert list(told["words"]) == list(whole["words"])
        small = replace(volunteer, area_ids=frozenset({kinds[AreaKind.LSOA]}))
        open_only = catalogue.read(session, small, "touch_wards")
        assert list(open_only["words"]) == ["about 15"]  # 6 + 5 + 4, without the sealed ones


def test_a_record_is_in_the_tile_of_the_street_that_stands_in_for_it(town, people, decode):
    x, y = mercator_from_bng([STREET[0]], [STREET[1]])
    for name, role in (("incidents", Role.COORDINATOR), ("places", Role.PRACTITIONER)):
        listed = read(town, people[role], name)
        for zoom in (14, 17, 20):
            at = (zoom, *tiling.tile_of(x[0], y[0], zoom))
            with town.reading() as session:
                body = tiles.tile(session, people[role], catalogue.CATALOGUE[name], at, Filters())
            assert len(decode(body).features) == len(listed)


def test_a_hot_cell_is_told_as_any_cell_is(town, people):
    rng = np.random.default_rng(7)
    spots = [*rng.uniform(464_000, 466_000, (300, 2)), *rng.normal(465_400, 60, (120, 2))]
    with town.writing() as session:
        arrange(session, SYSTEM, *(incident(1_000 + n, tuple(at)) for n, at in enumerate(spots)))
    for role in (Role.PRACTITIONER, Role.COORDINATOR, Role.POLICE):
        cells = read(town, people[role], "hot_spots")
        assert len(cells)
        assert cells["count"].min() >= 5
        rounded = CLEARANCE[role] < Tier.T3
        assert ("z" in cells) is not rounded
        assert not rounded or (cells["count"] % 5 == 0).all()


def test_what_is_sealed_meanwhile_moves_the_revision_of_every_layer(town, people):
    with town.reading() as session:
        before = {name: catalogue.revision(session, name) for name in catalogue.CATALOGUE}
        (number,) = session.scalars(select(Place.id).where(Place.name == "The park"))

    @action("test.seal", needs=Permission.RUN_JOBS)
    def seal(session, _actor):
        session.get(Place, number).place_type = "childrens_home"

    with town.writing() as session:
        seal(session, SYSTEM)
    with town.reading() as session:
        assert all(catalogue.revision(session, name) != moment for name, moment in before.items())


def test_a_record_keeps_its_number_whatever_else_is_shown(town, people):
    police = people[Role.POLICE]
    for name in ("safe_places", "corridors", "incident_wards", "premises"):
        whole = read(town, police, name)
        with town.reading() as session:
            box = tuple(whole.iloc[:1].total_bounds)
            part = catalogue.read(session, police, name, box)
        assert set(part.index) <= set(whole.index)
        assert part.index.is_unique


def test_a_record_at_a_known_home_is_sealed_whatever_it_says_of_itself(town, people, sealed):
    at = (HOME[0] + 10, HOME[1])
    with town.writing() as session:
        arrange(session, SYSTEM, *(incident(500 + n, at) for n in range(9)))
        arrange(session, SYSTEM, *(touch(500 + n, "found_at", at) for n in range(9)))
    for role in (Role.PRACTITIONER, Role.COORDINATOR, Role.POLICE):
        for name in ("incidents", "touches", "hot_spots"):
            shapes = read(town, people[role], name).geometry.array
            assert not shapely.dwithin(shapes, shapely.Point(at), 30).any()
    assert at in points(read(town, sealed, "incidents"))
