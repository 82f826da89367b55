"""``safeground export``: a file for QGIS at one person's own precision."""

from pathlib import Path
from typing import Annotated

import typer

from cli.house import me, opened
from domain import grants, jobs
from domain.accounts import named
from domain.errors import NotFound, NotPermitted
from domain.people import Actor, Permission
from exchange import geopackage
from store.database import Store


def export(
    gpkg: Annotated[Path, typer.Option("--gpkg", help="File to write")],
    username: Annotated[str, typer.Option("--as", help="Whose layers, at whose precision")],
) -> None:
    """Write the layers that a person may see to a GeoPackage, for QGIS.

    QGIS on the store itself would read past permissions and write past the audit. The log names
    you as who wrote the file, and the person as whom it shows the map to:

        safeground export --gpkg eldermere.gpkg --as analyst
    """
    with opened() as store:
        written = geopackage.export(store, me(), reader_of(store, username), gpkg)
    for layer, rows in written.items():
        typer.echo(f"{layer}: {rows:,}")


def reader_of(store: Store, username: str) -> Actor:
    """Return the person in the first role held today that may export, else in the first held.

    Raises
    ------
    NotFound, NotPermitted
        There is nobody of that name; they hold no role today.
    """
    with store.reading() as session:
        user = named(session, username)
        if user is None:
            raise NotFound("There is nobody of that username with a role.")
        held = [jobs.capacity(session, user.id, each.id) for each in grants.held(session, user.id)]
        if not held:
            raise NotPermitted("This person holds no role today, so nothing can be written.")
        return next((each for each in held if each.may(Permission.EXPORT)), held[0])
