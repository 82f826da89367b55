"""What to mind with any analysis, by rules that are written down here."""

from typing import Any

import numpy as np

from layers.analysis import Records, month_of

FEW = 100
SHORT = 12
"""Months below which a season can be taken for a trend."""
SNAPPED = 0.2
"""Share of approximate spots from which on the map shows where points were put."""
TOLD = 20
"""Records that a source needs before its silence is told of."""
SILENT = 0.25
"""Share of the months at either end in which a source's silence is a change of recording."""
MOST_RECORDED = (
    "Most recorded is not most harmed: places where people look, and report, have more records."
)


def explained(
    records: Records,
    *,
    says: tuple[str, ...],
    sure: tuple[str, ...],
    cannot: tuple[str, ...],
    first: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return the words of a result: its own, the warnings by rule, and where it comes from.

    ``first`` are warnings of the method itself, graver than those of the records.
    """
    rules = (_too_few, _too_short, _snapped, _recording_changed, _one_source)
    called_for = (each for rule in rules for each in rule(records))
    span = records.span
    return {
        "says": says,
        "sure": sure,
        "cannot": cannot,
        "warnings": (*first, *called_for, MOST_RECORDED),
        "records": len(records),
        "span": (span[0].isoformat(), span[1].isoformat()) if span else None,
        "sources": records.voices,
    }


def number(count: int, noun: str) -> str:
    """Say how many: "1 month", "1,200 records"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _too_few(records: Records) -> list[str]:
    if len(records) >= FEW:
        return []
    return [f"{len(records):,} records are few: one busy week can make such a pattern."]


def _too_short(records: Records) -> list[str]:
    known = records.month[records.month >= 0]
    months = int(np.ptp(known)) + 1 if known.size else 0
    if months >= SHORT:
        return []
    return [
        (
            f"The records cover {number(months, 'month')}. Under {SHORT} months a season can "
            "look like a pattern that lasts."
        )
    ]


def _snapped(records: Records) -> list[str]:
    share = float(records.moved.mean()) if len(records) else 0.0
    if share < SNAPPED:
        return []
    return [
        (
            f"{share:.0%} of the spots are approximate: published points are moved to the "
            "middle of a street or to a nearby landmark, and pile up there."
        )
    ]


def _recording_changed(records: Records) -> list[str]:
    """Tell of sources that were silent for a quarter of the months at the beginning or end."""
    known = records.month >= 0
    if not known.any():
        return []
    first, last = int(records.month[known].min()), int(records.month[known].max())
    quiet = SILENT * (last - first + 1)
    found = []
    for number, voice in enumerate(records.voices):
        told = records.month[known & (records.who == number)]
        if told.size < TOLD:
            continue
        if told.min() - first >= quiet:
            found.append(f"{voice} only begins in {month_of(int(told.min())):%B %Y}")
        if last - told.max() >= quiet:
            found.append(f"{voice} ends in {month_of(int(told.max())):%B %Y}")
    return [f"Recording changed: {'; '.join(found)}. A rise or fall may be that."] if found else []


def _one_source(records: Records) -> list[str]:
    if len(records.voices) != 1:
        return []
    return [f"One source alone has told of this: {records.voices[0]}."]
