"""``safeground clusters``: outlines of where points lie close together."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.analyses import plainly, show, tell
from exchange import points, results


def clusters(  # noqa: PLR0917 - typer names them
    file: Annotated[Path, typer.Argument(metavar="IN", help="Any file that can be imported")],
    out: Annotated[Path, typer.Option(help="File to write: .gpkg, .geojson, .parquet or .csv")],
    method: Annotated[
        Literal["dbscan", "hdbscan"], typer.Option(help="How clusters are found")
    ] = "dbscan",
    distance: Annotated[
        float | None, typer.Option(help="Metres between neighbours; proposed without it")
    ] = None,
    least: Annotated[
        int | None, typer.Option(help="Points that make a cluster; proposed without it")
    ] = None,
    crs: Annotated[
        str | None, typer.Option(help="System of the coordinates, and to work in")
    ] = None,
    layer: Annotated[str | None, typer.Option(help="Layer or sheet of IN")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON")] = False,
) -> None:
    """Outline where points lie close together (DBSCAN or HDBSCAN).

    A row a cluster, the largest first: cluster, count, places (different coordinates), share of
    all points, span_m, area_km2, grid_ref (in Britain) and an outline. Points are dense there;
    whether denser than chance is what hotspots tells. Nothing is stored.

        safeground clusters incidents.csv --out clusters.gpkg

        safeground clusters incidents.csv --distance 100 --least 20 --out clusters.geojson --json

        safeground clusters incidents.csv --method hdbscan --least 30 --out clusters.csv
    """
    from geo import clusters as analysis  # brings in scipy, which other commands do without

    results.check(out, file)
    frame = points.read(file, crs=crs, layer=layer, keep=[])
    with plainly():
        found = analysis.find(frame, method, distance=distance, least=least)
    results.write(found.outlines, out, layer="clusters")
    inside = int((found.label > 0).sum())
    notes = list(points.notes(frame))
    if as_json:
        told = {
            "out": str(out),
            "crs": points.code(frame),
            "rows": int(frame.attrs["rows"]),
            "points": len(frame),
            "left_out": int(frame.attrs["rows"]) - len(frame),
            "reasons": frame.attrs["left_out"],
            "method": method,
            "distance": found.distance,
            "distance_chosen": "given" if distance else _rule(method, analysis.DISTANCE_RULE),
            "least": found.least,
            "least_chosen": "given" if least else f"proposed: {analysis.LEAST_RULE}",
            "clusters": len(found.outlines),
            "points_in_clusters": inside,
            "notes": notes,
        }
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        within = "" if found.distance is None else f" within {found.distance:g} m"
        typer.echo(
            f"{len(found.outlines):,} clusters of at least {found.least} points{within} hold "
            f"{inside:,} of {len(frame):,} points.\n"
        )
        largest = found.outlines.head(20)
        columns = (largest[name].tolist() for name in ("cluster", "count", "span_m"))
        rows = [(f"{name}", f"{count:,}", f"{span:,.0f}")
                for name, count, span in zip(*columns, strict=True)]  # fmt: skip
        show(("cluster", "count", "span (m)"), rows)
    tell(notes)


def _rule(method: str, rule: str) -> str:
    return f"proposed: {rule}" if method == "dbscan" else "none"
