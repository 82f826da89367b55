"""``safeground hotspots``: where points cluster more than chance would have it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import geopandas as gpd
import numpy as np
import typer

from cli.analyses import plainly, tell
from domain.errors import Invalid
from exchange import outlines, points, results

if TYPE_CHECKING:
    from geo.hot_cells import Extent
    from geo.space import Floats


def hotspots(  # noqa: PLR0917 - typer names them
    file: Annotated[Path, typer.Argument(metavar="IN", help="Any file that can be imported")],
    out: Annotated[Path, typer.Option(help="File to write: .gpkg, .geojson, .parquet or .csv")],
    cell: Annotated[
        int | None, typer.Option(help="Size of a cell in metres; proposed without it")
    ] = None,
    crs: Annotated[
        str | None, typer.Option(help="System of the coordinates, and to work in")
    ] = None,
    extent: Annotated[
        str, typer.Option(help="hull or bbox of the points, or a file of polygons")
    ] = "hull",
    shape: Annotated[Literal["square", "hex"], typer.Option(help="Shape of the cells")] = "square",
    weight: Annotated[
        str | None, typer.Option(help="Column of weights (such as harm) to score instead")
    ] = None,
    order: Annotated[
        int | None, typer.Option(help="Neighbours so many steps away; 1 without it")
    ] = None,
    distance: Annotated[
        float | None, typer.Option(help="Or neighbours within so many metres")
    ] = None,
    bandwidth: Annotated[
        float | None, typer.Option(help="Of the density, in metres; proposed without it")
    ] = None,
    kernel: Annotated[
        Literal["gaussian", "quartic"], typer.Option(help="Of the density")
    ] = "gaussian",
    edge_corrected: Annotated[
        bool, typer.Option("--edge-corrected", help="Correct the density for the area's edge")
    ] = False,
    permutations: Annotated[
        int, typer.Option(help="Random deals to compare with; adds p_permuted")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same answer")] = 1,
    layer: Annotated[str | None, typer.Option(help="Layer or sheet of IN")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON")] = False,
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
    frame, weights = _weighed(frame, weight, notes)
    with plainly():
        ask = hot_cells.Ask(
            cell=cell, extent=_extent(extent, frame), shape=shape,
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


def _weighed(
    frame: gpd.GeoDataFrame, column: str | None, notes: list[str]
) -> tuple[gpd.GeoDataFrame, "Floats | None"]:
    """Take the weights; rows without one are left out, and told."""
    if column is None:
        return frame, None
    weights = points.numbers(frame, column)
    known = np.isfinite(weights)
    if (lacking := int(np.count_nonzero(~known))) == len(frame):
        raise Invalid("No row has a number in the column of weights.")
    if lacking:
        notes.append(f"{lacking:,} rows were left out: there is no number as a weight.")
    return frame[known], weights[known]


def _extent(text: str, frame: gpd.GeoDataFrame) -> "Extent":
    if text == "hull":
        return "hull"
    return "bbox" if text == "bbox" else outlines.area(Path(text), frame.crs)


def _print(
    facts: dict[str, Any], frame: gpd.GeoDataFrame, out: Path, notes: list[str], *, as_json: bool
) -> None:
    if as_json:
        told = {"out": str(out), "crs": points.code(frame), **facts, **left_out(frame, facts)}
        typer.echo(json.dumps({**told, "notes": notes}, ensure_ascii=False))
        return
    typer.echo(
        f"{facts['cells']:,} cells of {facts['cell']} m ({facts['cell_chosen']}), "
        f"{facts['points']:,} points, {facts['empty_cells']:,} cells with none."
    )
    typer.echo(f"Bandwidth of the density: {facts['bandwidth']:g} m ({facts['bandwidth_chosen']}).")
    typer.echo(", ".join(f"{name}: {count:,}" for name, count in facts["classes"].items()))
    typer.echo(facts["method"])


def left_out(frame: gpd.GeoDataFrame, facts: dict[str, Any]) -> dict[str, Any]:
    """Return how many rows there were, and how many were not used, for a summary in JSON."""
    rows = int(frame.attrs["rows"])
    return {"rows": rows, "left_out": rows - facts["points"], "reasons": frame.attrs["left_out"]}
