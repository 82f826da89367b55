"""``safeground db``: bring the database up to date, and say where it stands."""

import typer

import domain.tables  # noqa: F401 - every table there is
from cli.house import opened
from store import migrate

app = typer.Typer(help="The database: bring it up to date, or ask where it stands.")


@app.command()
def upgrade() -> None:
    """Bring the database to the newest revision; safe to run again."""
    with opened(current=False) as store:
        migrate.upgrade(store.engine)
    typer.echo("The database is up to date.")


@app.command()
def check() -> None:
    """Say whether the database answers and is at the newest revision (exit 2 if not)."""
    with opened():
        typer.echo("The database answers and is up to date.")
