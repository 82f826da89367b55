"""The guard, the two openings, and what each database keeps."""

from datetime import UTC, datetime, timedelta, timezone
from threading import Event, Thread

import pytest
import shapely
from sqlalchemy import inspect, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased

from domain import audit
from domain.accounts import Agency
from domain.errors import Conflict, busy
from domain.people import SYSTEM, Permission
from domain.premises import Premises
from domain.tables import METADATA
from store import migrate
from store.columns import Geometry27700, UTCDateTime, bbox_intersects
from store.database import Store, Unguarded, alive, connect, is_new, permit
from tests.conftest import arrange

BOX = (100.0, 100.0, 200.0, 200.0)


def premises(x, y):
    return Premises(
        name=f"{x},{y}", place_type="takeaway", precision="exact", spot=shapely.Point(x, y)
    )


@audit.action("test.load", needs=Permission.RUN_JOBS)
def load(session, _actor, columns):
    return audit.load(session, Premises, columns)


def names_in(session, box=BOX, model=Premises):
    query = select(model.name).where(bbox_intersects(model.spot, box)).order_by(model.id)
    return list(session.scalars(query))


def test_a_change_outside_an_action_is_refused_by_orm_core_and_raw_sql(store):
    with pytest.raises(Unguarded), store.writing() as session:
        session.add(Agency(name="None", kind="council"))
    with store.writing() as session, pytest.raises(Unguarded):
        session.execute(update(Agency).values(name="None"))
    with store.writing() as session, pytest.raises(Unguarded):
        session.execute(text("DELETE FROM agency"))
    with store.writing() as session, pytest.raises(Unguarded):
        session.execute(text("WITH x AS (SELECT 1) DELETE FROM agency"))


def test_core_statements_are_refused_even_inside_an_action(store):
    @audit.action("test.core", needs=Permission.RUN_JOBS)
    def core(session, _actor):
        session.execute(update(Agency).values(name="None"))

    with store.writing() as session, pytest.raises(Unguarded):
        core(session, SYSTEM)


def test_a_connection_given_back_has_no_permit(store):
    with store.writing() as session:
        arrange(session, SYSTEM, Agency(name="One", kind="council"))
    with store.writing() as session, pytest.raises(Unguarded):
        session.execute(text("DELETE FROM agency"))


def test_a_reading_cannot_write(store):
    with store.reading() as session, pytest.raises(DBAPIError):
        arrange(session, SYSTEM, Agency(name="One", kind="council"))


def test_openings_are_not_nested(store):
    with store.writing():
        with pytest.raises(RuntimeError), store.reading():
            pass
        with pytest.raises(RuntimeError), store.writing():
            pass


def test_a_writer_waits_for_another_and_then_hears_of_a_conflict(store, url):
    held, done = Event(), Event()
    hasty = Store(connect(url, busy_seconds=0.3), busy)

    def hold():
        with store.writing() as session:
            arrange(session, SYSTEM, Agency(name="Same", kind="council"))
            held.set()
            done.wait(20)

    other = Thread(target=hold)
    other.start()
    held.wait(20)
    try:
        with pytest.raises(Conflict), hasty.writing() as session:
            arrange(session, SYSTEM, Agency(name="Same", kind="council"))
    finally:
        done.set()
        other.join()
        hasty.close()


def test_nothing_is_kept_of_a_writing_left_by_an_error(store):
    with pytest.raises(KeyError), store.writing() as session:
        arrange(session, SYSTEM, Agency(name="Gone", kind="council"))
        raise KeyError
    with store.reading() as session:
        assert session.scalars(select(Agency)).all() == []


def test_instants_are_aware_and_come_back_in_utc(store):
    with store.writing() as session:
        arrange(session, SYSTEM, Agency(name="One", kind="council"))
    with store.reading() as session:
        at = session.scalars(select(audit.Entry.at)).one()
        assert at.tzinfo is UTC
        assert abs(at - datetime.now(UTC)) < timedelta(minutes=1)


def test_an_instant_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="without a time zone"):
        UTCDateTime().process_bind_param(datetime(2026, 7, 1), None)
    there = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=1)))
    assert UTCDateTime().process_bind_param(there, None).hour == 11


def test_a_box_query_finds_rows_on_its_edge_and_through_an_alias(store):
    with store.writing() as session:
        arrange(session, SYSTEM, *(premises(x, 150) for x in (99.9, 100, 150, 200, 200.1)))
    with store.reading() as session:
        assert names_in(session) == ["100,150", "150,150", "200,150"]
        other = aliased(Premises)
        query = select(other.name).where(bbox_intersects(other.spot, BOX))
        assert len(session.scalars(query).all()) == 3


def test_the_index_follows_changes_and_removals(store):
    with store.writing() as session:
        arrange(session, SYSTEM, premises(150, 150))

    @audit.action("test.move", needs=Permission.RUN_JOBS)
    def move(session, _actor, spot):
        session.scalars(select(Premises)).one().spot = spot

    with store.writing() as session:
        move(session, SYSTEM, shapely.Point(300, 300))
    with store.reading() as session:
        assert names_in(session) == []
        assert len(names_in(session, (299, 299, 301, 301))) == 1

    @audit.action("test.remove", needs=Permission.RUN_JOBS)
    def remove(session, _actor):
        return audit.remove(session, Premises, "place_type", "takeaway")

    with store.writing() as session:
        assert remove(session, SYSTEM) == 1
    with store.reading() as session:
        assert names_in(session, (299, 299, 301, 301)) == []


def test_a_bulk_load_is_indexed_and_the_triggers_are_back(store):
    columns = {
        "name": ["a", "b"],
        "place_type": ["takeaway"] * 2,
        "roles": [["safe_place"], []],
        "address": [""] * 2,
        "opening": [{}, {}],
        "tier": [2, 2],
        "version": [1, 1],
        "precision": ["exact"] * 2,
        "spot": [shapely.Point(150, 150), shapely.Point(500, 500)],
    }
    with store.writing() as session:
        assert load(session, SYSTEM, columns) == 2
        arrange(session, SYSTEM, premises(160, 160))
    with store.reading() as session:
        assert names_in(session) == ["a", "160,160"]
        assert session.scalars(select(Premises.roles)).first() == ["safe_place"]
        assert audit.revision(session, ["premises", "place"]) == (1, 0)


def test_another_kind_of_geometry_is_refused(store):
    with store.writing() as session, pytest.raises(Exception, match="expected a point"):
        arrange(
            session,
            SYSTEM,
            Premises(name="x", place_type="x", precision="exact", spot=shapely.box(0, 0, 1, 1)),
        )


def test_after_migrating_every_geometry_column_is_indexed(store):
    kind = store.engine.dialect.name
    with store.engine.connect() as connection:
        for table in METADATA.tables.values():
            for column in table.c:
                if not isinstance(column.type, Geometry27700):
                    continue
                if kind == "sqlite":
                    made = set(connection.execute(text("SELECT name FROM sqlite_master")).scalars())
                    tree = f"{table.name}_{column.name}_rtree"
                    assert {tree, f"{tree}_insert", f"{tree}_update", f"{tree}_delete"} <= made
                else:
                    found = inspect(connection).get_indexes(table.name)
                    (index,) = (each for each in found if each["column_names"] == [column.name])
                    assert index["dialect_options"]["postgresql_using"] == "gist"


def test_a_box_query_uses_the_index(store):
    query = select(Premises.id).where(bbox_intersects(Premises.spot, BOX))
    compiled = query.compile(store.engine, compile_kwargs={"literal_binds": True})
    with store.engine.begin() as connection:
        if store.engine.dialect.name == "sqlite":
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}")).all()
            told = " ".join(row[3] for row in plan)
            assert "VIRTUAL TABLE INDEX" in told
            assert "SCAN premises " not in told + " "
        else:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            plan = connection.execute(text(f"EXPLAIN {compiled}")).scalars().all()
            assert "ix_premises_spot" in " ".join(plan)


def test_migrations_give_the_tables_that_the_code_maps(store):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_object": migrate.ours(METADATA), "compare_type": False},
        )
        differences = [
            each
            for each in compare_metadata(context, METADATA)
            if not (each[0] == "remove_index" and _is_spatial(each[1]))  # made in the migration
        ]
    assert differences == []
    assert migrate.is_current(store.engine)


def _is_spatial(index):
    return str(index.name).endswith(("_spot", "_shape", "_outline", "_zone"))


def test_a_database_that_is_away_or_spoilt_is_not_alive(tmp_path):
    file = tmp_path / "safeground.db"
    engine = connect(f"sqlite:///{file}")
    assert not alive(engine), "nobody made it"
    assert is_new(engine)
    with engine.begin() as connection, permit(connection, "test"):
        connection.execute(text("CREATE TABLE one (id INTEGER)"))
    assert not is_new(engine)
    with engine.connect():  # an open connection stays able to answer
        assert alive(engine)
        file.rename(tmp_path / "away.db")
        assert not alive(engine)
    engine.dispose()
    (tmp_path / "spoilt.db").write_bytes(b"not a database" * 1000)
    spoilt = connect(f"sqlite:///{tmp_path}/spoilt.db")
    assert not alive(spoilt)
    spoilt.dispose()
    server = connect("postgresql://nobody@127.0.0.1:9/nowhere?connect_timeout=2")
    assert not alive(server)
    server.dispose()
