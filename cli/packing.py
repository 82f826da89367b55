"""``safeground pack``: a place, plan, meeting, area or quarter on paper, as one person sees it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from cli.exporting import reader_of
from cli.house import me, opened
from domain.errors import Invalid
from domain.filters import joined
from domain.people import Actor
from exchange import packs
from exchange.geopackage import free
from exchange.packs import Form, Order, What
from store.database import Store

app = typer.Typer(help="Write packs for a meeting or a partner.", no_args_is_help=True)

Out: TypeAlias = Annotated[Path, typer.Option("--out", help="File: .pdf, .docx or .gpkg")]
As: TypeAlias = Annotated[str, typer.Option("--as", help="At whose sight")]
For: TypeAlias = Annotated[str, typer.Option("--for", help="For whom, if for another")]
Number: TypeAlias = Annotated[int, typer.Argument(help="Its number, as in its address")]
Since: TypeAlias = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day")]
Until: TypeAlias = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day")]


@app.command()
def place(
    reference: Annotated[str, typer.Argument(help="The place's reference, or its number")],
    out: Out,
    username: As,
    recipient: For = "",
) -> None:
    """Write the pack of a place as that person may see it, with its manifest beside it.

    The log names you as who wrote it, and the person as whom it shows the place to:

        safeground pack place PL-001 --out station.pdf --as chair
    """

    def found(store: Store, reader: Actor) -> Order:
        with store.reading() as session:
            return Order(What.PLACE, packs.place_of(session, reader, reference))

    _write(found, out, username, recipient)


@app.command()
def plan(number: Number, out: Out, username: As, recipient: For = "") -> None:
    """Write the pack of a plan: goals, actions, checks and reviews, and its place in short."""
    _write(lambda _store, _reader: Order(What.PLAN, number), out, username, recipient)


@app.command()
def meeting(number: Number, out: Out, username: As, recipient: For = "") -> None:
    """Write the pack of a meeting: agenda, minutes where it was held, and each of its places."""
    _write(lambda _store, _reader: Order(What.MEETING, number), out, username, recipient)


@app.command()
def area(
    number: Number, out: Out, username: As, *, since: Since, until: Until, recipient: For = ""
) -> None:
    """Write the profile of an area in a period, which says how much it can be relied on."""
    order = Order(What.AREA, number, since.date(), until.date())
    _write(lambda _store, _reader: order, out, username, recipient)


@app.command()
def governance(out: Out, username: As, since: Since, until: Until, recipient: For = "") -> None:
    """Write the governance report of a period, small numbers hidden."""
    order = Order(What.GOVERNANCE, 0, since.date(), until.date())
    _write(lambda _store, _reader: order, out, username, recipient)


def _write(asked: Callable[[Store, Actor], Order], out: Path, username: str, to: str) -> None:
    form, manifest = _form(out), out.with_name(f"{out.name}.manifest.json")
    for path in (out, manifest):
        free(path)
    with opened() as store:
        reader = reader_of(store, username)
        order = asked(store, reader)
        left = packs.export(store, me(), order, form, reader=reader, recipient=to, name=out.name)
    out.write_bytes(left.content)
    manifest.write_bytes(left.manifest)
    typer.echo(f"{out.name}: {len(left.content):,} bytes, {manifest.name} beside it")


def _form(out: Path) -> Form:
    known = {f".{each.ending}": each for each in Form}
    if out.suffix.lower() not in known:
        raise Invalid(f"A pack ends in {joined([*known], 'or')}.")
    return known[out.suffix.lower()]
