"""The index in memory is never out of date, and is made once for all who wait."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sqlalchemy import func, select

from domain.audit import action
from domain.gazetteer import GazetteerEntry
from domain.incidents import Incident
from domain.people import SYSTEM, Permission, Role
from domain.premises import Premises
from layers import columns, incidents, index, touches, warming
from layers.listing import Listing
from tests.conftest import arrange
from tests.layers import crowd
from tests.layers.conftest import house, incident

RECIPE = incidents.HELD.recipe


@pytest.fixture
def city(store, people):
    return crowd.settle(store, 300)


@pytest.fixture
def reads(monkeypatch):
    """Count how often a whole table is read."""
    found = []
    whole = columns.read
    monkeypatch.setattr(columns, "read", lambda *given: found.append(1) or whole(*given))
    return found


def held(store, recipe=RECIPE):
    with store.reading() as session:
        return index.of(session, recipe).columns


def same(ours, anew):
    assert ours.ids.size == anew.ids.size
    first, second = np.argsort(ours.ids), np.argsort(anew.ids)
    for name in ("ids", "batch", "east", "north", "since", "until", "day"):
        assert np.array_equal(getattr(ours, name)[first], getattr(anew, name)[second]), name
    for name, told in anew.words.items():
        mine = ours.words[name]
        assert np.array_equal(
            np.array(mine.words, object)[mine.codes[first]],
            np.array(told.words, object)[told.codes[second]],
        ), name
    for name, told in anew.numbers.items():
        assert np.array_equal(ours.numbers[name][first], told[second]), name
    assert np.array_equal(ours.key, np.sort(anew.key))
    assert np.array_equal(ours.corners[ours.cell[first]], anew.corners[anew.cell[second]])


def batch(store, number, first, n=40):
    """Take in an import batch; its number."""
    with store.writing() as session:
        row = crowd.batch(number)
        arrange(session, SYSTEM, row)
        made = crowd.incident_columns(np.random.default_rng(number), n, first, row.id)
        crowd.load(session, SYSTEM, Incident, made)
        return row.id


def undo(store, number):
    with store.writing() as session:
        crowd.remove(session, SYSTEM, Incident, "batch_id", number)


def test_what_is_held_is_what_is_kept(city):
    with city.reading() as session:
        rows = incidents.rows(session, SYSTEM, None, crowd.Filters())
    told = held(city)
    order = np.argsort(told.ids)
    rows = rows.sort_index()
    assert told.ids[order].tolist() == rows.index.tolist()
    assert told.east[order].tolist() == rows.geometry.x.tolist()
    assert told.nbytes / len(told) < 120
    for name in ("category", "agency", "place_type"):
        words = [told.words[name].words[code] for code in told.words[name].codes[order]]
        assert words == rows[name].astype(object).where(rows[name].notna(), "").tolist()


def test_an_unchanged_table_is_read_once_for_everybody(city, reads):
    first = held(city)
    for _ in range(3):
        assert held(city) is first
    with city.writing() as session:
        arrange(session, SYSTEM, GazetteerEntry(
            kind="street", name="New", sought="NEW", source="t", key="new",
            spot=crowd.shapely.Point(crowd.WEST, crowd.SOUTH)))  # fmt: skip
    assert held(city) is first
    assert len(reads) == 1


def test_a_batch_that_comes_in_or_is_undone_costs_its_own_rows_only(city, reads):
    kept = batch(city, 1, 10_000)
    held(city)
    gone = batch(city, 2, 20_000)
    same(held(city), anew(city))
    undo(city, gone)
    assert not np.isin(gone, held(city).batch)
    same(held(city), anew(city))
    undo(city, kept)
    batch(city, 3, 30_000)  # SQLite gives the numbers of the rows that went to these
    same(held(city), anew(city))
    assert len(reads) == 1 + 3  # the first, and the three that we compared with


def anew(store):
    with store.reading() as session:
        return columns.read(session, RECIPE)


def test_a_record_that_was_changed_by_itself_is_read_anew(city, reads):
    number = int(held(city).ids[0])
    with city.writing() as session:
        rename(session, SYSTEM, number)
    told = held(city)
    words = told.words["category"]
    assert words.words[words.codes[told.ids == number][0]] == "Renamed"
    assert len(reads) == 2


@action("test.rename_incident", needs=Permission.RUN_JOBS)
def rename(session, _actor, number):
    session.get(Incident, number).category = "Renamed"


def test_rows_that_went_without_their_batch_are_noticed(city):
    held(city)
    number = batch(city, 1, 10_000)
    before = held(city)
    with city.writing() as session:
        some = session.scalar(select(Incident.key).where(Incident.batch_id == number).limit(1))
        crowd.remove(session, SYSTEM, Incident, "key", some)
    assert len(held(city)) == len(before) - 1
    same(held(city), anew(city))


def test_a_home_that_becomes_known_hides_what_lies_at_it_without_reading_the_table(
    store, people, reads
):
    with store.writing() as session:
        arrange(session, SYSTEM, *(incident(n) for n in range(6)))
    police = people[Role.POLICE]

    def seen():
        with store.reading() as session:
            return len(Listing(session, police, incidents.INCIDENTS, crowd.Filters()))

    assert seen() == 6
    with store.writing() as session:
        home = house("The refuge", (465_070.0, 545_070.0), "refuge", [])
        arrange(session, SYSTEM, home)
    assert seen() == 0
    with store.writing() as session:
        open_up(session, SYSTEM, home.id)
    assert seen() == 6
    assert len(reads) == 1


@action("test.open_up", needs=Permission.RUN_JOBS)
def open_up(session, _actor, number):
    session.get(Premises, number).place_type = "park"


def test_many_who_ask_at_once_wait_for_one_reading(city, reads):
    barrier = threading.Barrier(6)

    def ask(_):
        barrier.wait()
        return held(city)

    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(ask, range(6)))
    assert len({id(each) for each in found}) == 1
    assert len(reads) == 1


def test_a_reading_that_began_before_a_change_does_not_take_the_index_back(city, reads):
    with city.reading() as session:
        session.scalar(select(func.count()).select_from(Incident))
        batch(city, 1, 10_000)
        new = held(city)
        assert index.of(session, RECIPE).columns is new
    assert len(reads) == 1


def test_the_index_of_another_database_is_another(city, people):
    shelf = index._SHELVES
    held(city)
    assert len([each for each in shelf.values() if RECIPE.subject in each.indexes]) >= 1
    with city.reading() as session:
        assert index._shelf(session) is shelf[city.engine.pool]


def test_what_is_kept_stays_within_its_room():
    kept = index.Kept(100)
    for number in range(10):
        kept.put(number, str(number), 30)
    assert kept.used <= 100
    assert [kept.get(number) for number in range(10)][-3:] == ["7", "8", "9"]
    kept.put(9, "nine", 10)
    assert kept.get(9) == "nine"
    assert kept.used == 70
    kept.put("large", "x", 1_000)
    assert kept.get("large") == "x"
    assert kept.get(9) is None


def test_warming_makes_every_index_that_the_map_needs(city, reads):
    warming.begin(city).join()
    assert len(reads) == 2
    held(city)
    held(city, touches.RECIPE)
    assert len(reads) == 2


def test_an_empty_table_is_held_as_well(store, people):
    assert len(held(store)) == 0
    warming.warm(store)
    with store.reading() as session:
        told = Listing(session, people[Role.POLICE], incidents.INCIDENTS, crowd.Filters())
        assert (len(told), len(told.page(0, 12)), told.legend().rows) == (0, 0, ())
    with store.writing() as session:
        arrange(session, SYSTEM, incident(1))
    assert len(held(store)) == 1
