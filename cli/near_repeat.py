"""``safeground near-repeat``: whether it comes again, nearby and soon."""

import json
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.analyses import File, Layer, Seed, numbers, plain, plainly, show, tell
from exchange import moments, points
from geo.clock import LONDON

if TYPE_CHECKING:
    from geo.near_repeat import NearRepeat

Metric = Literal["manhattan", "euclidean"]


def near_repeat(  # noqa: PLR0917 - typer names them
    file: File,
    date: Annotated[str, typer.Option(help="Column of dates")],
    distances: Annotated[
        str, typer.Option(help="Edges in metres; the last band is open-ended")
    ] = "0,1,100,200,300",
    days: Annotated[
        str, typer.Option(help="Edges in days; the last band is open-ended")
    ] = "0,7,14,21",
    metric: Annotated[Metric, typer.Option(help="How distance is measured")] = "manhattan",
    permutations: Annotated[int, typer.Option(help="How often the days are dealt anew")] = 999,
    seed: Seed = 1,
    timezone: Annotated[str, typer.Option(help="Zone whose calendar days count")] = LONDON,
    crs: Annotated[
        str | None, typer.Option(help="System of the coordinates, such as EPSG:27700")
    ] = None,
    layer: Layer = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Count pairs of events by distance and time, against chance (the Knox test).

    Bands are half-open: 0,100,200 means [0, 100), [100, 200) and [200, ∞). The days are dealt
    out anew to the same places; p says how often that gave as many pairs as there are, or more.
    A ratio above 1 with a low p, near and soon, means that events come again.

        safeground near-repeat incidents.csv --date occurred_from

        safeground near-repeat burglaries.csv --date Reported --distances 0,100,200
            --days 0,7,14 --metric euclidean --permutations 99 --seed 7 --json
    """  # fmt: skip
    from geo import near_repeat as analysis

    frame = points.read(file, crs=crs, layer=layer, keep=[date])
    when = moments.read(frame, date, timezone)
    day, known = moments.days(when, timezone)
    where = frame.geometry[known]
    with plainly():
        found = analysis.near_repeat(
            where.x,
            where.y,
            day,
            distances=numbers(distances, "--distances"),
            days=[_whole(each) for each in numbers(days, "--days")],
            metric=metric,
            permutations=permutations,
            seed=seed,
        )
    notes = [*points.notes(frame), *moments.notes(when)]
    if as_json:
        _print_json(found, {"metric": metric, "seed": seed, "notes": notes})
        return
    _print(found)
    tell(notes)


def _whole(number: float) -> int:
    if number != int(number):
        raise ValueError("Edges of days must be whole days.")
    return int(number)


def _print_json(found: "NearRepeat", recipe: dict[str, object]) -> None:
    told = {
        name: plain(getattr(found, name))
        for name in ("observed", "expected", "ratio", "p", "drawn")
    }
    labels = {"distances": found.distances, "days": found.days}
    counts = {"events": found.events, "permutations": found.permutations}
    typer.echo(json.dumps({**told, **labels, **counts, **recipe}, ensure_ascii=False))


def _print(found: "NearRepeat") -> None:
    typer.echo(f"{found.events:,} events, {found.permutations:,} permutations\n")
    for title, form in (("observed", "{:,}"), ("expected", "{:,.2f}"), ("ratio", "{:.2f}"),
                        ("p", "{:.3f}")):  # fmt: skip
        rows = zip(found.distances, getattr(found, title), strict=True)
        show([title, *found.days], [[label, *map(form.format, row)] for label, row in rows])
        typer.echo("")
