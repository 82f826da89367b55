"""``safeground import`` and what goes with it: undo, batches, templates."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer

from cli.house import me, opened
from domain import batches as kept
from domain.batches import BatchState
from domain.errors import Invalid
from domain.people import Actor
from exchange import presets
from exchange import templates as made
from exchange.importing import Preview, Progress, Report, preview, run
from exchange.planning import Order
from store.database import Store

templates = typer.Typer(help="Templates to fill in.")


def import_file(  # noqa: PLR0917 - typer names them
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV, XLSX, GeoJSON, GeoPackage, Shapefile, KML, FlatGeobuf, or a zip of one"
        ),
    ],
    preset: Annotated[str, typer.Option(help=f"What it is: {', '.join(presets.PRESETS)}")] = "",
    target: Annotated[
        str, typer.Option(help=f"Or what it holds: {', '.join(presets.TARGETS)}")
    ] = "",
    source: Annotated[str, typer.Option(help="Who gave it, such as 'Durham Constabulary'")] = "",
    columns: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=COLUMN, repeatable")
    ] = None,
    constants: Annotated[
        list[str] | None, typer.Option("--set", help="FIELD=VALUE for all rows")
    ] = None,
    crs: Annotated[str | None, typer.Option(help="Coordinate system, such as EPSG:27700")] = None,
    layer: Annotated[
        str | None, typer.Option(help="Layer or sheet, where there are several")
    ] = None,
    anywhere: Annotated[
        bool, typer.Option(help="Take rows outside the partnership's area too")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look only; keep nothing")] = False,
    rejects: Annotated[Path | None, typer.Option(help="Write rejected rows to this CSV")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON")] = False,
) -> None:
    """Take in a file: all of its good rows, or nothing.

    What the file is, is found out where it can be:

        safeground import 2019-01-metropolitan-street.csv --rejects rejects.csv

        safeground import wards.gpkg --set kind=ward --set "vintage=May 2025"

        safeground import asb.xlsx --target incident --source "Durham Constabulary"
            --set source=police --map category="Incident type" --map date=Reported --dry-run
    """  # fmt: skip
    order = Order(
        str(file),
        target=target,
        preset=preset,
        source=source,
        columns=_pairs(columns, "--map"),
        constants=_pairs(constants, "--set"),
        crs=crs,
        layer=layer,
        anywhere=anywhere,
    )
    with opened() as store:
        if dry_run:
            _print_preview(preview(store, me(), order), as_json=as_json)
            return
        with _writer(rejects) as out, _progress(file.name) as told:
            report = run(store, me(), order, rejects=out, progress=told)
        if order.columns and order.target and order.source:
            _remember(store, me(), order)
    _print_report(report, rejects, as_json=as_json)


def undo(batch: Annotated[int, typer.Argument(help="Number of the import")]) -> None:
    """Take every row of an import out again."""
    with opened() as store, store.writing() as session:
        removed = kept.undo(session, me(), batch)
    typer.echo(f"Import {batch} was undone: {removed:,} records were taken out.")


def batches() -> None:
    """List what was imported, the latest first."""
    with opened() as store, store.reading() as session:
        for each in kept.listed(session, me()):
            undone = " (undone)" if each.state is BatchState.UNDONE else ""
            typer.echo(
                f"{each.id:>5}  {each.started_at:%d %b %Y %H:%M}  {each.accepted:>9,} "
                f"{each.target}{undone}  {each.source}: {each.file_name}"
            )


@templates.callback()
def about() -> None:
    """Write a template whose columns Safeground knows."""


@templates.command()
def touches(
    folder: Annotated[Path, typer.Argument(help="Folder to write to")] = Path(),
) -> None:
    """Write the template for places named in missing episodes, with a page on how to fill it."""
    for path in made.write_touches(folder):
        typer.echo(str(path))


def _pairs(given: list[str] | None, option: str) -> dict[str, str]:
    pairs = [each.partition("=") for each in given or ()]
    if any(not name or not mark for name, mark, _value in pairs):
        raise Invalid(f"Write {option} as FIELD=VALUE.")
    return {name.strip(): value.strip() for name, _mark, value in pairs}


@contextmanager
def _writer(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    try:
        with path.open("x", newline="", encoding="utf-8-sig") as file:
            yield file
    except FileExistsError as error:
        raise Invalid("The file for rejected rows exists already. Name another.") from error


@contextmanager
def _progress(name: str) -> Iterator[Progress]:
    with typer.progressbar(length=1000, label=name, file=typer.get_text_stream("stderr")) as bar:
        done = 0

        def tell(share: float, _message: str) -> None:
            nonlocal done
            step = int(share * 1000) - done
            bar.update(step)
            done += step

        yield tell


def _remember(store: Store, actor: Actor, order: Order) -> None:
    with store.writing() as session:
        kept.remember(
            session,
            actor,
            target=order.target,
            source=order.source,
            columns={"columns": order.columns, "constants": order.constants, "crs": order.crs},
        )


def _print_report(report: Report, rejects: Path | None, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report.as_json(), indent=2))
        return
    counts = report.counts
    if report.already is None:
        typer.echo(
            f"Import {report.batch}: {counts.read:,} rows read, {counts.accepted:,} taken, "
            f"{counts.duplicates:,} there already, {counts.rejected:,} rejected."
        )
    for reason, rows in sorted(counts.reasons.items(), key=lambda pair: -pair[1]):
        typer.echo(f"  {rows:,} rejected: {reason}")
    for note in report.notes:
        typer.echo(f"  {note}")
    if report.people or report.left:
        typer.echo(
            f"  Columns left behind: {len(report.left)}, and {len(report.people)} that by their "
            "name hold who someone is."
        )
    if counts.rejected and rejects is None:
        typer.echo("  To see the rejected rows, import with --rejects FILE.")


def _print_preview(seen: Preview, *, as_json: bool) -> None:
    facts = {
        "target": seen.plan.target.name,
        "preset": seen.plan.label,
        "columns": seen.mapping.columns,
        "constants": seen.mapping.constants,
        "crs": seen.mapping.crs,
        "first_rows_taken": len(seen.rows),
        "first_rows_rejected": seen.reasons,
        "notes": list(seen.notes),
        "left_behind": list(seen.plan.left),
        "person_columns_left_behind": list(seen.plan.people),
        "already": seen.already,
    }
    if as_json:
        typer.echo(json.dumps(facts, indent=2))
        return
    for name, value in facts.items():
        typer.echo(f"{name.replace('_', ' ')}: {value}")
