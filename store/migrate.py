"""Bring a database to the newest revision, and say where it stands."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData

from store import rtree
from store.database import permit

MIGRATIONS = Path(__file__).with_name("migrations")


def upgrade(engine: Engine) -> None:
    """Run every migration that ``engine``'s database has not seen, in one transaction."""
    with engine.execution_options(safeground_opening="writing").begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis")
        with permit(connection, "migration"):
            command.upgrade(_config(connection), "head")


def draft(engine: Engine, metadata: MetaData, message: str) -> None:
    """Write a new migration from the difference between the database and ``metadata``."""
    with engine.connect() as connection:
        config = _config(connection)
        config.attributes["metadata"] = metadata
        command.revision(config, message, autogenerate=True)


def is_current(engine: Engine) -> bool:
    """Say whether the database is at the newest revision."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest()


def newest() -> str | None:
    """Return the newest revision that the code knows."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def ours(metadata: MetaData | None) -> Callable[..., bool]:
    """Let autogenerate see our own tables only: PostGIS and the R*Trees bring others."""

    def include(item: Any, name: str | None, kind: str, *_rest: Any) -> bool:
        table = name if kind == "table" else item.table.name
        return metadata is not None and table in metadata.tables

    return include


def index_geometry(op: Operations, table: str, column: str) -> None:
    """Index a geometry column: GiST on PostGIS, an R*Tree with its triggers on SQLite."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.create_index(f"ix_{table}_{column}", table, [column], postgresql_using="gist")
    else:
        rtree.create(connection, table, column)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
