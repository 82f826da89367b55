"""``safeground export``: a file for QGIS at one person's own precision."""

from pathlib import Path
from typing import Annotated

import typer

from cli.house import opened
from domain import jobs
from domain.accounts import named
from domain.errors import NotFound
from domain.people import Actor
from exchange import geopackage
from store.database import Store


def export(
    gpkg: Annotated[Path, typer.Option("--gpkg", help="File to write")],
    username: Annotated[str, typer.Option("--as", help="Whose layers, at whose precision")],
) -> None:
    """Write the layers that a person may see to a GeoPackage, for QGIS.

    QGIS on the store itself would read past permissions and write past the audit:

        safeground export --gpkg eldermere.gpkg --as analyst
    """
    with opened() as store:
        actor = _acting(store, username)
        with store.writing() as session:
            written = geopackage.write(session, actor, gpkg)
    for layer, rows in written.items():
        typer.echo(f"{layer}: {rows:,}")


def _acting(store: Store, username: str) -> Actor:
    with store.reading() as session:
        user = named(session, username)
        if user is None or not user.grants:
            raise NotFound("There is nobody of that username with a role.")
        return jobs.capacity(session, user.id, user.grants[0].id)
