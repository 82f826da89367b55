"""``safeground aoristic``: in which hours of the week it happened, where only a span is known."""

import csv
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer

from cli.analyses import plain
from exchange import moments, points
from geo import aoristic as analysis
from geo.clock import LONDON

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def aoristic(  # noqa: PLR0917 - typer names them
    file: Annotated[Path, typer.Argument(metavar="IN", help="Any file that can be imported")],
    start: Annotated[str, typer.Option("--from", help="Column of when it began, or of its date")],
    end: Annotated[str | None, typer.Option("--to", help="Column of when it ended")] = None,
    timezone: Annotated[
        str, typer.Option(help="Zone of times without one, and of the hours told")
    ] = LONDON,
    layer: Annotated[str | None, typer.Option(help="Layer or sheet of IN")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON with what was left out")
    ] = False,
    _crs: Annotated[
        str | None, typer.Option("--crs", help="Not needed: no place is looked at")
    ] = None,
) -> None:
    """Spread each event over the hours of the week in which it may have happened.

    Prints a table of 7 days (Monday first) by 24 hours as CSV. An event from Friday 18:00 to
    Sunday 09:00 gives each of these 39 hours 1/39. Without an end it is a moment, and counts in
    its hour; a date without a time is spread over that day. On the days when the clocks change,
    the hour left out gets nothing and the hour that comes twice gets both.

    The numbers of events by hour of the week:

        safeground aoristic incidents.csv --from occurred_from --to occurred_to

    As JSON, from times that are local in another zone:

        safeground aoristic events.xlsx --from start --timezone Europe/Paris --json
    """  # fmt: skip
    told = _told(points.table(file, layer=layer), start, end, timezone)
    _print_json(told) if as_json else _print_table(told)


def _told(frame: pd.DataFrame, start: str, end: str | None, zone: str) -> dict[str, Any]:
    begins = moments.read(frame, start, zone)
    until, without_end = begins.to, np.ones(len(frame), dtype=bool)
    unreadable = begins.unreadable
    if end is not None:
        ends = moments.read(frame, end, zone, optional=True)
        without_end = np.isnat(ends.to)
        until = np.where(without_end, until, ends.to)
        unreadable += ends.unreadable
    without_end &= ~np.isnat(begins.start)
    found = analysis.aoristic(begins.start, until, zone)
    return {
        "table": found.table.tolist(),
        "used": found.used,
        "missing_end": int(without_end.sum()),
        "moments": int((without_end & (begins.known == "interval")).sum()),
        "reversed": found.reversed,
        "unknown": found.unknown,
        "unreadable": unreadable,
        "certainty": plain(found.certainty),
        "timezone": zone,
    }


def _print_json(told: dict[str, Any]) -> None:
    typer.echo(json.dumps(told, ensure_ascii=False))


def _print_table(told: dict[str, Any]) -> None:
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["day", *range(24)])
    for day, hours in zip(DAYS, told["table"], strict=True):
        out.writerow([day, *(f"{each:.10g}" for each in hours)])
    sentences = (
        ("missing_end", "{:,} events have no end."),
        ("reversed", "{:,} events end before they begin and were left out."),
        ("unknown", "{:,} events have no time that is known and were left out."),
        ("unreadable", "{:,} times cannot be read."),
    )
    for key, sentence in sentences:
        if told[key]:
            typer.echo(sentence.format(told[key]), err=True)
