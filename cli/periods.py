"""``safeground predict-check`` and ``safeground change``: last period's map and this period's."""

import json
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import typer
from numpy.typing import NDArray

from cli.analyses import File, Layer, numbers, plain, plainly, show, tell
from domain.errors import Invalid
from exchange import moments, points, results
from exchange.moments import Moments
from geo import change as changes
from geo import clock, extent, grid, hotspots, prediction, rates, trend
from geo.clock import LONDON
from geo.grid import Grid
from geo.space import is_british

Period = Literal["month", "quarter", "year"]
Mask = NDArray[np.bool_]

_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_SHOWN = 20
FEW = 10
"""Events in both periods together below which a change is not told in percent."""

DateColumn = Annotated[str, typer.Option("--date", help="Column of dates")]
Cell = Annotated[int, typer.Option(help="Side of the square cells in metres")]
Out = Annotated[Path | None, typer.Option(help="Write the cells: .gpkg, .geojson, .parquet, .csv")]
Zone = Annotated[str, typer.Option(help="Zone whose days count")]
System = Annotated[str | None, typer.Option("--crs", help="System of the coordinates")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON")]


@dataclass(frozen=True)
class _Read:
    """Points with their times, and the cells over the hull of them all."""

    frame: gpd.GeoDataFrame
    when: Moments
    laid: Grid
    inside: Mask

    def counts(self, which: Mask) -> NDArray[np.int64]:
        some = self.frame.geometry[which]
        return grid.counts(self.laid, some.x, some.y)

    def cells(self) -> gpd.GeoDataFrame:
        found = grid.cell_polygons(self.laid, self.inside, crs=self.frame.crs)
        if is_british(self.frame.crs):
            west, south = self.laid.origin
            found["grid_ref"] = [_reference(west + col * self.laid.size,
                                            south + row * self.laid.size, self.laid.size)
                                 for row, col in zip(found["row"], found["col"],
                                                     strict=True)]  # fmt: skip
        return found


def predict_check(  # noqa: PLR0917 - typer names them
    file: File,
    date: DateColumn,
    split: Annotated[str, typer.Option(help="First day of the period after: 2026-01-01")],
    cell: Cell = 250,
    share: Annotated[
        str, typer.Option(help="Shares of the area that could be covered")
    ] = "0.01,0.02,0.05,0.10,0.20",
    out: Out = None,
    timezone: Zone = LONDON,
    crs: System = None,
    layer: Layer = None,
    as_json: AsJson = False,
) -> None:
    """Check the hot spots of the period before against the events of the period after.

    PAI 1 is what chance would give: the share of later events in the chosen cells, over their
    share of the area. PEI compares with the best map of the same size. The area is all cells
    that touch the hull of the points. This looks back; it forecasts nothing.

        safeground predict-check incidents.csv --date occurred_from --split 2026-01-01

        safeground predict-check incidents.gpkg --date Reported --split 2026-01-01 --cell 100
            --share 0.05 --json --out cells.gpkg
    """  # fmt: skip
    wanted = numbers(share, "--share")
    if out is not None:
        results.check(out, file)
    with plainly():
        read = _read(file, date, cell, timezone, crs, layer)
        before, after = moments.sides(read.when, moments.one(split, timezone))
        was, then = read.counts(before), read.counts(after)
        z = hotspots.gi_star_grid(was, read.inside)
        told = _checks(z, was, then, read.inside, wanted)
    found = hotspots.assess(z)
    if out is not None:
        _write(read.cells().assign(before=was[read.inside], gistar=z[read.inside],
                                   q=found.q[read.inside], after=then[read.inside],
                                   **{"class": found.label[read.inside]}), out)  # fmt: skip
    notes = [*_notes(read, before | after)]
    if as_json:
        told |= {"cell": cell, "split": split, "before": int(before.sum()),
                 "after": int(after.sum()), "notes": notes}  # fmt: skip
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    typer.echo(f"{before.sum():,} events before, {after.sum():,} after, {told['cells']:,} cells\n")
    _show_checks(told["rows"])
    tell(notes)


def change(  # noqa: PLR0917 - typer names them
    file: File,
    date: DateColumn,
    split: Annotated[str | None, typer.Option(help="First day of the period after")] = None,
    period: Annotated[Period, typer.Option(help="Or compare many periods")] = "month",
    cell: Cell = 250,
    out: Out = None,
    timezone: Zone = LONDON,
    crs: System = None,
    layer: Layer = None,
    as_json: AsJson = False,
) -> None:
    """Say which hot spots are new, emerging, persistent, intermittent, fading or former.

    Hot is Gi* with q at most 0.05 in a period; rising and falling is the Mann-Kendall trend of
    its scores. docs/analysis.md states the rule in full. The percent change has an exact 95 %
    interval; with --period it compares the later half of the periods with the earlier half.

        safeground change incidents.csv --date occurred_from --split 2026-02-16

        safeground change incidents.csv --date occurred_from --period month --out cells.gpkg
    """
    if out is not None:
        results.check(out, file)
    with plainly():
        read = _read(file, date, cell, timezone, crs, layer)
        halves = _two(read, split, timezone) if split else _many(read, _MONTHS[period], timezone)
        counts = changes.by_period(read.laid, *_xy(read, halves.used), halves.of[halves.used],
                                   len(halves.names))  # fmt: skip
        hot, scores = changes.hot_by_period(counts, read.inside)
        category = changes.categories(hot, scores)
    was, now = (counts[each].sum(axis=0)[read.inside] for each in (halves.early, halves.late))
    lengths = {"before_days": halves.days[0], "after_days": halves.days[1]}
    by_cell, overall = (rates.rate_ratio(old, new, **lengths)
                        for old, new in ((was, now), (was.sum(), now.sum())))  # fmt: skip
    cells = read.cells().assign(
        category=category, before=was, after=now, percent=by_cell.percent,
        low=100 * (by_cell.low - 1), high=100 * (by_cell.high - 1), p=by_cell.p,
        trend_p=trend.mann_kendall(scores).p, times_hot=hot.sum(axis=1),
    )  # fmt: skip
    if out is not None:
        _write(cells, out)
    told = _told(cells, halves, overall) | {"cell": cell, "notes": _notes(read, halves.used)}
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    _show_change(told)


@dataclass(frozen=True)
class _Periods:
    """Which period each event is in, which are early and late, and how long these were."""

    of: NDArray[np.int64]
    used: Mask
    names: list[str]
    early: slice
    late: slice
    days: tuple[float, float]


def _read(  # noqa: PLR0917 - what the options say
    file: Path, date: str, cell: int, zone: str, crs: str | None, layer: str | None
) -> _Read:
    frame = points.read(file, crs=crs, layer=layer, keep=[date])
    when = moments.read(frame, date, zone)
    x, y = frame.geometry.x, frame.geometry.y
    extent.refuse_strays(x, y)
    aligned = is_british(frame.crs)
    laid, inside, _whole = extent.squares(extent.hull(x, y, cell), cell, aligned=aligned)
    extent.refuse_few(inside)
    return _Read(frame, when, laid, inside)


def _xy(read: _Read, used: Mask) -> tuple[pd.Series, pd.Series]:
    some = read.frame.geometry[used]
    return some.x, some.y


def _two(read: _Read, split: str, zone: str) -> _Periods:
    at = moments.one(split, zone)
    before, after = moments.sides(read.when, at)
    day = np.timedelta64(1, "D")
    lengths = (at - read.when.start[before].min()) / day, (read.when.to[after].max() - at) / day
    names = [f"before {split}", f"from {split}"]
    return _Periods(after.astype(np.int64), before | after, names, slice(0, 1), slice(1, 2),
                    (max(lengths[0], 1.0), max(lengths[1], 1.0)))  # fmt: skip


def _many(read: _Read, months: int, zone: str) -> _Periods:
    used = ~np.isnat(read.when.start)
    month = clock.local(read.when.start, zone).astype("datetime64[M]")
    since = month[used].astype(np.int64) // months
    first, last = int(since.min()), int(since.max())
    if last == first:
        raise Invalid("All events lie in one period: choose a shorter one, or --split.")
    of = np.full(used.size, -1, dtype=np.int64)
    of[used] = since - first
    count = last - first + 1
    edges = (np.arange(first, last + 2) * months).astype("datetime64[M]")
    half = count // 2
    # the first and the last period count only as far as there are events
    seen = clock.local(read.when.start[used], zone).astype("datetime64[D]")
    days = edges.astype("datetime64[D]")
    ends = max(days[0], seen.min()), days[half], min(days[-1], _last_day(read, zone))
    lengths = tuple(float((after - before).astype(int)) for before, after in pairwise(ends))
    return _Periods(of, used, [str(each) for each in edges[:-1]], slice(0, half),
                    slice(half, count), (lengths[0], lengths[1]))  # fmt: skip


def _write(cells: gpd.GeoDataFrame, out: Path) -> None:
    """Write the cells; a bound without a limit is left empty, which every format can say."""
    results.write(cells.replace([np.inf, -np.inf], np.nan), out, layer="cells")


def _last_day(read: _Read, zone: str) -> np.datetime64:
    """Return the day after the last one on which an event may have happened."""
    ends = read.when.to[~np.isnat(read.when.to)]
    last: np.datetime64 = (clock.local(ends - 1, zone).astype("datetime64[D]") + 1).max()
    return last


def _notes(read: _Read, used: Mask) -> list[str]:
    said = [*points.notes(read.frame), *moments.notes(read.when, needs_day=False)]
    if across := int((~used & ~np.isnat(read.when.start)).sum()):
        said.append(f"{across:,} events may lie on either side of the date and were left out.")
    return said


def _checks(
    z: Any, was: NDArray[np.int64], then: NDArray[np.int64], inside: Mask, shares: list[float]
) -> dict[str, Any]:
    after, rows = then[inside], []
    for method, said in (("Gi*", z[inside]), ("count", was[inside].astype(float))):
        for share in shares:
            found = prediction.hits(prediction.top(said, share), after)
            rows.append({"method": method, "share": share, **asdict(found)})
    judged = hotspots.assess(z)
    hot = ((judged.q <= 0.05) & (judged.z > 0))[inside]
    if hot.any():
        best = prediction.hits(hot, after)
        rows.append({"method": "hot 95 and above", "share": best.area, **asdict(best)})
    return {"cells": int(inside.sum()), "rows": rows}


def _show_checks(rows: list[dict[str, Any]]) -> None:
    show(
        ["cells by", "share", "cells", "hits", "hit rate", "95 %", "PAI", "PEI", "p"],
        [
            [row["method"], f"{row['share']:.1%}", f"{row['cells']:,}", f"{row['hits']:,}",
             f"{row['hit_rate']:.1%}", f"{row['low']:.1%} to {row['high']:.1%}",
             f"{row['pai']:.2f}", f"{row['pei']:.2f}", f"{row['p']:.2g}"]
            for row in rows
        ],
    )  # fmt: skip


def _told(cells: gpd.GeoDataFrame, halves: _Periods, overall: rates.RateRatio) -> dict[str, Any]:
    ever = cells[cells["category"] != changes.NEVER]
    order = list(changes.CATEGORIES)
    ever = ever.iloc[np.lexsort((-ever["after"], ever["category"].map(order.index)))]
    columns = {name: plain(ever[name].to_numpy()) for name in ever.columns if name != "geometry"}
    found = cells["category"].value_counts()
    return {
        "periods": halves.names,
        "categories": {name: int(found.get(name, 0)) for name in order},
        "change": {
            "before": int(cells["before"].sum()), "after": int(cells["after"].sum()),
            "before_days": halves.days[0], "after_days": halves.days[1],
            "percent": plain(overall.percent), "low": plain(100 * (overall.low - 1)),
            "high": plain(100 * (overall.high - 1)), "p": plain(overall.p),
        },
        "cells": [dict(zip(columns, row, strict=True))
                  for row in zip(*columns.values(), strict=True)],
    }  # fmt: skip


def _show_change(told: dict[str, Any]) -> None:
    periods, all_of = told["periods"], told["change"]
    typer.echo(f"{len(periods)} periods, {periods[0]} to {periods[-1]}")
    typer.echo(f"All events: {all_of['before']:,} to {all_of['after']:,}, {_percent(all_of)}\n")
    show(["hot spots", "cells", ""], [[name, f"{told['categories'][name]:,}", why]
                                      for name, why in changes.CATEGORIES.items()])  # fmt: skip
    typer.echo("")
    if told["cells"]:
        show(["cell", "category", "before", "after", "change"],
             [[each.get("grid_ref") or f"{each['row']}, {each['col']}", each["category"],
               f"{each['before']:,}", f"{each['after']:,}", _percent(each)]
              for each in told["cells"][:_SHOWN]])  # fmt: skip
        if (more := len(told["cells"]) - _SHOWN) > 0:
            typer.echo(f"and {more:,} more; --out or --json has all of them")
    tell(told["notes"])


def _percent(row: dict[str, Any]) -> str:
    if row["before"] + row["after"] < FEW:
        return "too few to tell"
    if row["percent"] is None:
        return "no rate before"
    return f"{row['percent']:+.0f} % ({_bound(row['low'])} to {_bound(row['high'])})"


def _bound(percent: float | None) -> str:
    return "no limit" if percent is None else f"{percent:+.0f} %"


def _reference(easting: float, northing: float, size: int) -> str | None:
    try:
        return grid.cell_label(easting, northing, size)
    except ValueError:  # off the National Grid
        return None
