"""``safeground clusters``: outlines of where points lie close together."""

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import geopandas as gpd
import typer

from cli.analyses import File, Layer, Out, Summary, System, left_out, plainly, show, tell
from exchange import points, results

if TYPE_CHECKING:
    from geo.clusters import Clusters

Method = Literal["dbscan", "hdbscan"]
_SHOWN = 20


def clusters(  # noqa: PLR0917 - typer names them
    file: File,
    out: Out,
    method: Annotated[Method, typer.Option(help="How clusters are found")] = "dbscan",
    distance: Annotated[
        float | None, typer.Option(help="Metres between neighbours; proposed without it")
    ] = None,
    least: Annotated[
        int | None, typer.Option(help="Points that make a cluster; proposed without it")
    ] = None,
    crs: System = None,
    layer: Layer = None,
    as_json: Summary = False,
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
    notes = list(points.notes(frame))
    if as_json:
        chosen = {
            "distance_chosen": _rule(
                analysis.DISTANCE_RULE if method == "dbscan" else "", distance
            ),
            "least_chosen": _rule(analysis.LEAST_RULE, least),
        }
        told = {"out": str(out), "method": method, **_facts(found, frame), **chosen, "notes": notes}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        _print(found, len(frame))
    tell(notes)


def _facts(found: "Clusters", frame: gpd.GeoDataFrame) -> dict[str, Any]:
    return {
        "crs": points.code(frame),
        "points": len(frame),
        **left_out(frame, len(frame)),
        "distance": found.distance,
        "least": found.least,
        "clusters": len(found.outlines),
        "points_in_clusters": int((found.label > 0).sum()),
    }


def _rule(rule: str, given: float | None) -> str:
    if given:
        return "given"
    return f"proposed: {rule}" if rule else "none"


def _print(found: "Clusters", points_read: int) -> None:
    within = "" if found.distance is None else f" within {found.distance:g} m"
    typer.echo(
        f"{len(found.outlines):,} clusters of at least {found.least} points{within} hold "
        f"{int((found.label > 0).sum()):,} of {points_read:,} points.\n"
    )
    largest = found.outlines.head(_SHOWN)
    columns = (largest[name].tolist() for name in ("cluster", "count", "span_m"))
    rows = [(f"{name}", f"{count:,}", f"{span:,.0f}")
            for name, count, span in zip(*columns, strict=True)]  # fmt: skip
    show(("cluster", "count", "span (m)"), rows)
