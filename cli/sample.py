"""``safeground sample``: the invented town."""

from pathlib import Path

import typer

from cli.house import me, opened, settings
from domain.accounts import DEMO_PASSWORD, demos
from domain.errors import Invalid
from exchange import sample

TOWN = Path(__file__).resolve().parents[1] / "data" / "sample"
app = typer.Typer(help="The invented town of Eldermere and its demo sign-ins.")


@app.callback()
def about() -> None:
    """Work with the invented town; nothing in it is real."""


@app.command()
def load() -> None:
    """Load Eldermere; what is there already stays. Needs SAFEGROUND_SAMPLE=true.

    Demo sign-ins have a password that everyone knows, so they are never made elsewhere.
    """
    if not settings().sample:
        raise Invalid("The sample is loaded in sample mode only: set SAFEGROUND_SAMPLE=true.")
    with opened() as store:
        added = sample.load(store, me(), TOWN)
        with store.reading() as session:
            names = [f"{each.username} ({each.name})" for each in demos(session)]
    new = ", ".join(f"{number:,} {what}" for what, number in added.items() if number)
    typer.echo(f"Eldermere is loaded: {new}." if new else "Eldermere was loaded before.")
    typer.echo(f"Demo sign-ins, all with the password {DEMO_PASSWORD!r}:")
    for name in names:
        typer.echo(f"  {name}")
