"""Fixtures named for a situation: a store on each database, and people in each role."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine, create_engine, make_url, text

import domain.tables as tables
from domain.accounts import Agency, Grant, User
from domain.audit import action
from domain.errors import busy
from domain.people import SYSTEM, Actor, Permission, Role, Tier
from scripts.town import installation, load
from store import migrate
from store.database import Store, connect, permit
from tests.outside import guarded

settings.register_profile("house", deadline=None)  # a busy machine is no failure
settings.load_profile("house" if "CI" not in os.environ else "ci")

SHARED = Path(__file__).parents[2] / "shared"
POSTGIS = os.environ.get("SAFEGROUND_TEST_POSTGIS", "")


@action("test.arrange", needs=Permission.RUN_JOBS)
def arrange(session, _actor, *rows):
    """Put rows where a test needs them."""
    session.add_all(rows)
    session.flush()
    return rows


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory) -> Path:
    """An empty SQLite store at the newest revision, to be copied."""
    path = tmp_path_factory.mktemp("store") / "migrated.db"
    engine = connect(f"sqlite:///{path}")
    migrate.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def migrated_server(worker_id) -> Iterator[str]:
    """An empty PostGIS database of this test process at the newest revision."""
    if not POSTGIS:
        pytest.skip("SAFEGROUND_TEST_POSTGIS is not set (make test sets it)")
    name = f"safeground_{worker_id}_{os.getpid()}"
    admin = create_engine(
        make_url(POSTGIS).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    url = make_url(POSTGIS).set(database=name).render_as_string(hide_password=False)
    engine = connect(url)
    migrate.upgrade(engine)
    engine.dispose()
    yield url
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(scope="session")
def server(migrated_server) -> Iterator[Engine]:
    """One engine that empties this test process's database before each test."""
    engine = connect(migrated_server)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgis"])
def url(request, tmp_path) -> str:
    """The address of an empty store, on each database in turn."""
    if request.param == "sqlite":
        path = tmp_path / "safeground.db"
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        return f"sqlite:///{path}"
    empty(request.getfixturevalue("server"))
    return request.getfixturevalue("migrated_server")


@pytest.fixture
def store(url) -> Iterator[Store]:
    """An empty store, on each database in turn."""
    store = Store(connect(url), busy)
    yield store
    store.close()


def empty(engine: Engine) -> None:
    """Empty the tables that a test used, and begin their numbers anew.

    To truncate one takes all that refer to it along, a hundred times the work; with no foreign key
    looked at, the rows of each go by themselves.
    """
    found = " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in tables.METADATA.tables
    )
    counted = "SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL"
    with engine.begin() as connection, permit(connection, "test"):
        gone = [f'DELETE FROM "{name}"' for name in connection.scalars(text(found))]
        anew = [
            f"SELECT setval('\"{name}\"', 1, false)" for name in connection.scalars(text(counted))
        ]
        for each in ("SET LOCAL session_replication_role = replica", *gone, *anew):
            connection.exec_driver_sql(each)


@pytest.fixture(scope="session")
def town_file(tmp_path_factory, worker_id) -> Path:
    """Return the folder of an installation with the invented town, loaded once for all processes.

    It asked no other host while it was loaded.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "town"
    with (folder.parent / "town.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = folder.with_name("town-making")
            (making / "var").mkdir(parents=True)
            env, attempts = guarded(installation(making / "var"), making)
            load(env)
            assert attempts.read_text() == "", "loading the town asked another host"
            making.rename(folder)
    return folder / "var"


@pytest.fixture
def people(store) -> dict[Role, Actor]:
    """One person in each role, at that role's own tier, all of one agency."""
    with store.writing() as session:
        (agency,) = arrange(session, SYSTEM, Agency(name="The partnership", kind="council"))
        return {role: _person(session, agency, role) for role in Role}


@pytest.fixture
def sealed(store, people) -> Actor:
    """A coordinator with a sealed grant."""
    with store.writing() as session:
        agency = session.get(Agency, people[Role.COORDINATOR].agency_id)
        return _person(session, agency, Role.COORDINATOR, Tier.SEALED)


def _person(session, agency: Agency, role: Role, tier: Tier | None = None) -> Actor:
    username = role.value.replace(" ", "-") + ("-sealed" if tier else "")
    user = User(
        username=username, name=role.value.title(), agency_id=agency.id, password_hash="none"
    )
    arrange(session, SYSTEM, user)
    grant = Grant(user_id=user.id, role=role, tier=tier)
    arrange(session, SYSTEM, grant)
    return Actor.user(
        user.name, role, id=user.id, grant_id=grant.id, agency_id=agency.id, tier=tier
    )


@pytest.fixture
def actor(people) -> Callable[[Role], Actor]:
    """Build an actor: ``actor(Role.PARTNER)``."""
    return people.__getitem__
