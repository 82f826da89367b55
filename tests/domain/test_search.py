"""Search finds what is typed, offline, and only what the reader may know of."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point
from sqlalchemy import event, text

from domain import gazetteer
from domain.errors import NotPermitted
from domain.gazetteer import fold, near, sought
from domain.people import PUBLIC, SYSTEM, Role, Tier
from domain.places import Status
from domain.search import search, whereabouts
from tests.conftest import arrange
from tests.domain import rows
from tests.domain.rows import HERE

HOSTILE = ["%", "_", "'", "'; DROP TABLE place; --", "\x00", "\ud800", "(" * 50, "💥", "\u202e",
           "a" * 10_000, " ", "", "[", "\\", "NZ", "0", "-", "1,2,3"]  # fmt: skip


@pytest.fixture
def names(store):
    with store.writing() as session:
        arrange(
            session,
            SYSTEM,
            rows.entry("street", "North Bank"),
            rows.entry("street", "Bank Street"),
            rows.entry("street", "Bank"),
            rows.entry("place", "Bankside"),
            rows.entry("feature", "St. Mary's Café"),
            rows.entry("postcode", "NX1 2AB", Point(475_100, 545_100)),
            rows.entry("postcode", "NX1 2AC", Point(475_200, 545_100)),
            rows.entry("postcode", "NX12 3ZZ", Point(476_000, 545_100), terminated=True),
        )


@pytest.fixture
def look(store):
    def look(actor, words, limit=10):
        with store.reading() as session:
            return search(session, actor, words, limit)

    return look


def test_exact_names_come_first_then_beginnings_then_later_words(look, names):
    found = [hit.name for hit in look(SYSTEM, "bank")]
    assert found == ["Bank", "Bankside", "Bank Street", "North Bank"]
    assert [hit.name for hit in look(SYSTEM, "bank", limit=2)] == ["Bank", "Bankside"]


@pytest.mark.parametrize(
    "typed", ["st marys cafe", "ST. MARY\u2019S CAFÉ", "st-marys", "Cafe\u0301"]
)
def test_capitals_accents_and_punctuation_make_no_difference(look, names, typed):
    assert [hit.name for hit in look(SYSTEM, typed)] == ["St. Mary's Café"]


@pytest.mark.parametrize("typed", ["NX1 2AB", "nx12ab", " nx1  2ab"])
def test_a_postcode_is_found_with_and_without_its_space(look, names, typed):
    first = look(SYSTEM, typed)[0]
    assert (first.kind, first.name, first.easting) == ("postcode", "NX1 2AB", 475_100)


def test_the_beginning_of_a_postcode_finds_all_that_begin_so(look, names):
    found = look(SYSTEM, "NX1 2")
    assert [hit.name for hit in found[:2]] == ["NX1 2AB", "NX1 2AC"]
    found = look(SYSTEM, "nx1")
    assert [hit.name for hit in found if hit.kind == "postcode"] == [
        "NX1 2AB",
        "NX1 2AC",
        "NX12 3ZZ",
    ]
    details = {hit.name: hit.detail for hit in found}
    assert details["NX12 3ZZ"] == "postcode, Eldermere (no longer in use)"
    assert details["NX1 2AB"] == "postcode, Eldermere"


@pytest.mark.parametrize(
    ("typed", "easting", "northing", "size"),
    [
        ("NZ 274 421", 427_450, 542_150, 100),
        ("nz27434215", 427_435, 542_155, 10),
        ("427431 542155", 427_431, 542_155, 0),
        ("54.77335, -1.57546", 427_400, 542_100, 0),
    ],
)
def test_coordinates_of_every_kind_are_understood(look, typed, easting, northing, size):
    (hit,) = look(SYSTEM, typed)
    assert hit.kind == "spot"
    assert Point(hit.easting, hit.northing).distance(Point(easting, northing)) < 100
    assert hit.size == size


@pytest.mark.parametrize("typed", HOSTILE)
def test_nothing_that_is_typed_breaks_the_search(look, names, typed):
    assert isinstance(look(SYSTEM, typed), list)
    assert not [hit for hit in look(SYSTEM, typed) if hit.kind in ("street", "place of concern")]


@given(st.text(max_size=300))
def test_a_folded_name_holds_capitals_figures_and_single_spaces(name):
    folded = fold(name)
    assert fold(folded) == folded
    assert len(folded) <= gazetteer.LONGEST
    assert set(folded) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ")
    assert "  " not in folded
    assert folded == folded.strip()


def test_a_postcode_is_sought_without_its_space():
    assert sought("postcode", "nx1 2ab") == "NX12AB"
    assert sought("street", "Straße & Søn") == "STRASSE AND SON"


# Places of concern


@pytest.fixture
def kiosk(store):
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place(aliases=["The steps"], status=Status.PLAN))
    return place


def test_the_meeting_finds_a_place_by_each_of_its_names(look, kiosk, actor):
    for typed in ("mill lane", "The Steps", "place in the w", "kiosk"):
        (hit,) = look(actor(Role.COORDINATOR), typed)
        assert (hit.place_id, hit.name, hit.size) == (kiosk.id, "Mill Lane kiosk", 0)
    assert hit.detail == "place of concern, in a plan"


def test_partner_agencies_find_it_by_its_neutral_name_in_its_square(look, kiosk, actor):
    worker = actor(Role.PRACTITIONER)
    for typed in ("mill lane", "the steps", "kiosk"):
        assert look(worker, typed) == []
    (hit,) = look(worker, "place in the west")
    assert (hit.name, hit.size) == ("Place in the west", 100)
    assert (hit.easting % 100, hit.northing % 100) == (50, 50)


@pytest.mark.parametrize("role", [Role.PARTNER, Role.ADMINISTRATOR])
def test_who_reads_no_places_finds_none(look, kiosk, actor, role):
    assert look(actor(role), "place in the west") == []


@pytest.mark.parametrize(
    "hidden", [{"place_type": "childrens_home"}, {"tier": int(Tier.SEALED)}]
)  # fmt: skip
def test_sealed_places_are_found_by_sealed_readers_alone(store, look, people, sealed, hidden):
    with store.writing() as session:
        (home,) = arrange(session, SYSTEM, rows.place(**hidden))
    for role in Role:
        for typed in ("mill lane kiosk", "place in the west"):
            assert look(people[role], typed) == []
    assert [hit.place_id for hit in look(sealed, "mill lane")] == [home.id]


def test_who_works_in_an_area_finds_its_places(store, look, kiosk, actor):
    with store.writing() as session:
        here, there = arrange(
            session, SYSTEM, rows.area(), rows.area(outline=rows.around(Point(1_000, 1_000)))
        )
    coordinator = actor(Role.COORDINATOR)
    assert look(replace(coordinator, area_ids=frozenset({here.id})), "mill lane")
    assert not look(replace(coordinator, area_ids=frozenset({there.id})), "mill lane")


def test_the_public_searches_nothing(look):
    with pytest.raises(NotPermitted):
        look(PUBLIC, "bank")


# Near a pin


def test_a_pin_tells_its_nearest_street_postcode_and_grid_reference(store, actor):
    with store.writing() as session:
        arrange(
            session,
            SYSTEM,
            rows.entry("street", "Far Road", Point(HERE.x + 160, HERE.y + 160)),
            rows.entry("street", "Near Road", Point(HERE.x - 180, HERE.y)),
            rows.entry("postcode", "NX1 9ZZ", HERE, terminated=True),
            rows.entry("postcode", "NX1 2AB", Point(HERE.x + 4_000, HERE.y)),
            rows.entry("place", "Eldermere", HERE),
        )
    with store.reading() as session:
        found = near(session, actor(Role.PARTNER), HERE)
    assert (found.street.name, round(found.street.metres)) == ("Near Road", 180)
    assert (found.postcode.name, round(found.postcode.metres)) == ("NX1 2AB", 4_000)
    assert found.grid_ref == "NZ 75050 45050"
    assert found.words() == "Near Road (180 m), NX1 2AB, NZ 75050 45050"


def test_a_pin_far_from_everything_tells_its_grid_reference(store):
    with store.reading() as session:
        found = near(session, SYSTEM, HERE)
    assert (found.street, found.postcode) == (None, None)
    assert found.words() == "NZ 75050 45050"


@pytest.mark.parametrize("kind", ["postcode", "street"])
def test_a_beginning_is_answered_by_the_index(store, names, kind):
    seen = []
    with store.reading() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda *given: seen.append(given[2:4]))
        condition = gazetteer.begins(gazetteer.GazetteerEntry.sought, "NX1")
        gazetteer.lookup(session, condition, (kind,), 10)
        statement, values = seen[-1]
        if store.engine.dialect.name == "postgresql":
            session.execute(text("SET LOCAL enable_seqscan = off"))
            plan = str(connection.exec_driver_sql(f"EXPLAIN {statement}", values).all())
            assert "Index Cond" in plan
            assert "(sought)::text >=" in plan.split("Filter")[0]
        else:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            assert "(kind=? AND sought>? AND sought<?)" in str(plan)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("north bank", ["North Bank"]),
        ("NX12AB", ["NX1 2AB"]),
        ("st marys", ["St. Mary's Café"]),
        ("NZ 274 421", ["NZ 274 421"]),
        ("NZ", []),
        ("arches", []),
        ("", []),
    ],
)
def test_everyone_finds_public_geography_and_never_a_place_of_concern(store, names, typed, found):
    with store.writing() as session:
        arrange(session, SYSTEM, rows.place(name="The Arches", neutral_name="The Arches"))
    with store.reading() as session:
        assert [hit.name for hit in whereabouts(session, typed)] == found


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_words_of_the_public_find_nothing_strange(store, names, typed):
    with store.reading() as session:
        hits = whereabouts(session, typed)
    assert all(hit.place_id is None and hit.size < 10_000 for hit in hits)
