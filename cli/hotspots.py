"""``safeground hotspots``: where points cluster more than chance would have it."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import geopandas as gpd
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
    Seed,
    Summary,
    System,
    plainly,
    tell,
    weighed,
)
from domain.errors import Invalid
from exchange import points, results

Shape = Annotated[Literal["square", "hex"], typer.Option(help="Shape of the cells")]
Weight = Annotated[
    str | None, typer.Option(help="Column of weights (such as harm) to score instead")
]
Order = Annotated[int | None, typer.Option(help="Neighbours so many steps away; 1 without it")]
Distance = Annotated[float | None, typer.Option(help="Or neighbours within so many metres")]
Corrected = Annotated[
    bool, typer.Option("--edge-corrected", help="Correct the density for the area's edge")
]
Permutations = Annotated[int, typer.Option(help="Random deals to compare with; adds p_permuted")]


def hotspots(  # noqa: PLR0917 - typer names them
    file: File,
    out: Out,
    cell: Cell = None,
    crs: System = None,
    extent: Area = "hull",
    shape: Shape = "square",
    weight: Weight = None,
    order: Order = None,
    distance: Distance = None,
    bandwidth: Bandwidth = None,
    kernel: Kernel = "gaussian",
    edge_corrected: Corrected = False,
    permutations: Permutations = 0,
    seed: Seed = 1,
    layer: Layer = None,
    as_json: Summary = False,
) -> None:
    """Find the cells where points cluster more than chance would have it (Gi*).

    A row a cell, from the south-west, row by row: grid_ref (in Britain), count, gistar, p
    (two-sided), p_upper, q (p corrected for looking at many cells), class (by q), kde (events
    per square kilometre) and edge. Nothing is stored. Left-out rows are told.

        safeground hotspots incidents.csv --out hot.gpkg

        safeground hotspots incidents.csv --cell 250 --distance 500 --out hot.geojson --json

        safeground hotspots robberies.csv --crs EPSG:32615 --cell 500 --out hot.csv

        safeground hotspots incidents.gpkg --extent beats.shp --shape hex --weight harm
            --cell 200 --permutations 999 --seed 7 --out hot.parquet
    """  # fmt: skip
    from geo import hot_cells  # brings in scipy, which other commands do without

    results.check(out, file)
    if order is not None and distance is not None:
        raise Invalid("Give --order or --distance, not both.")
    frame = points.read(file, crs=crs, layer=layer, keep=[] if weight is None else [weight])
    notes = list(points.notes(frame))
    frame, weights = weighed(frame, weight, notes)
    with plainly():
        ask = hot_cells.Ask(
            cell=cell, extent=analyses.area(extent, frame), shape=shape,
            order=1 if order is None else order, distance=distance,
            bandwidth=bandwidth, kernel=kernel, corrected=edge_corrected,
            permutations=permutations, seed=seed,
        )  # fmt: skip
        found = hot_cells.find(frame, ask, weights)
    results.write(found.cells, out, layer="hotspots")
    if beyond := found.facts["points_outside"]:
        notes.append(f"{beyond:,} points lie outside of the area and were not counted.")
    _print(found.facts, frame, out, notes, as_json=as_json)
    tell(notes)


def _print(
    facts: dict[str, Any], frame: gpd.GeoDataFrame, out: Path, notes: list[str], *, as_json: bool
) -> None:
    if as_json:
        told = {
            "out": str(out),
            "crs": points.code(frame),
            **facts,
            **analyses.left_out(frame, facts["points"]),
        }
        typer.echo(json.dumps({**told, "notes": notes}, ensure_ascii=False))
        return
    typer.echo(
        f"{facts['cells']:,} cells of {facts['cell']} m ({facts['cell_chosen']}), "
        f"{facts['points']:,} points, {facts['empty_cells']:,} cells with none."
    )
    typer.echo(f"Bandwidth of the density: {facts['bandwidth']:g} m ({facts['bandwidth_chosen']}).")
    typer.echo(", ".join(f"{name}: {count:,}" for name, count in facts["classes"].items()))
    typer.echo(facts["method"])
