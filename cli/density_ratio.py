"""``safeground density-ratio``: where there are more events than what is there would bring."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import analyses
from cli.analyses import (
    Area,
    Bandwidth,
    Cell,
    File,
    Kernel,
    Layer,
    Out,
    Summary,
    System,
    plainly,
    show,
    tell,
    weighed,
)
from domain.errors import Invalid
from exchange import points, results

_SHOWN = 10

Base = Annotated[
    Path,
    typer.Argument(metavar="BASE", help="Points to divide by: residents, premises, other records"),
]
BaseWeight = Annotated[
    str | None, typer.Option(help="Column of BASE: how many each point stands for")
]
Least = Annotated[
    float, typer.Option(min=0, max=1, help="No ratio below this share of the mean base")
]


def density_ratio(  # noqa: PLR0917 - typer names them
    file: File,
    base: Base,
    out: Out,
    base_weight: BaseWeight = None,
    cell: Cell = None,
    crs: System = None,
    extent: Area = "hull",
    bandwidth: Bandwidth = None,
    kernel: Kernel = "gaussian",
    least_base: Least = 0.05,
    layer: Layer = None,
    base_layer: Annotated[str | None, typer.Option(help="Layer or sheet of BASE")] = None,
    as_json: Summary = False,
) -> None:
    """Divide the density of events by the density of a base: risk, not crowds.

    A row a cell, from the south-west, row by row: grid_ref (in Britain), count, base, kde and
    kde_base (per square kilometre), ratio (events for one of the base), times (that over the
    ratio of the whole area; 1 is average) and edge. Where the base is thin, ratio and times are
    empty. Nothing is stored. Left-out rows are told.

        safeground density-ratio incidents.csv residents.csv --base-weight people --out risk.gpkg

        safeground density-ratio robberies.csv all-crime.csv --cell 250 --bandwidth 500
            --out risk.geojson --json
    """  # fmt: skip
    from geo import risk  # brings in scipy, which other commands do without

    results.check(out, file, base)
    events = points.read(file, crs=crs, layer=layer, keep=[])
    kept = [] if base_weight is None else [base_weight]
    under = points.read(base, crs=crs, layer=base_layer, keep=kept)
    if events.crs != under.crs:
        raise Invalid("The two files are in different systems. Name one with --crs.")
    notes = [*points.notes(events), *(f"BASE: {each}" for each in points.notes(under))]
    under, weights = weighed(under, base_weight, notes)
    with plainly():
        ask = risk.Ask(cell, analyses.area(extent, events), bandwidth, kernel, least_base)
        found = risk.find(events, under, ask, weights)
    results.write(found.cells, out, layer="density_ratio")
    if beyond := found.facts["points_outside"]:
        notes.append(f"{beyond:,} points lie outside of the area and were not counted.")
    if as_json:
        used = analyses.left_out(events, found.facts["points"])
        told = {"out": str(out), "crs": points.code(events), **found.facts, **used, "notes": notes}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        _print(found.cells, found.facts)
    tell(notes)


def _print(cells: Any, facts: dict[str, Any]) -> None:
    typer.echo(
        f"{facts['cells']:,} cells of {facts['cell']} m ({facts['cell_chosen']}), "
        f"{facts['points']:,} events over {facts['base']:,.0f} of the base: "
        f"{facts['overall']:.3g} for one.\n"
        f"Cells with too little of the base to tell: {facts['cells_without_ratio']:,}."
    )
    typer.echo(f"Bandwidth: {facts['bandwidth']:g} m ({facts['bandwidth_chosen']}).")
    typer.echo(facts["method"] + "\n")
    highest = cells.sort_values("times", ascending=False, na_position="last").head(_SHOWN)
    names = highest["grid_ref"] if "grid_ref" in highest else highest.index.astype(str)
    show(
        ("cell", "count", "base", "times"),
        [(str(name), f"{count:,}", f"{base:,.0f}", f"{times:.2f}")
         for name, count, base, times in zip(
             names, highest["count"], highest["base"], highest["times"], strict=True)],
    )  # fmt: skip
