"""What is recorded in one area in one period, counted as finely as a reader may see it.

The numbers under a profile of an area: by month, by source and by code, with the records that
tell no hour or harm counted too. Below tier T3 small numbers are hidden, and none can be had by
subtraction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy.orm import Session

from domain import codes
from domain.filters import Filters
from domain.people import Actor, Tier
from geo.rates import rate_ratio
from geo.suppress import suppress, suppress_parts
from geo.trend import LEAST, mann_kendall
from layers import catalogue
from layers.analysis import month_of
from layers.columns import NO_DAY
from layers.layer import rule
from layers.selection import select_records

YEAR = 12
"""Months below which nothing is called comprehensive."""
SURE = 0.05
NOT_TOLD = ""
Counts = tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Counted:
    """Records of one kind in one area and period; None is a count too small to be shown.

    Attributes
    ----------
    total
        How many.
    months
        Every month from the first to the last that has a record, with its count.
    by
        Counts by the codes of a column, the most first; `NOT_TOLD` where a record tells none.
    sources
        Who told of them, by name.
    exact
        Whether counts are as they are, or hidden where small and rounded.
    """

    total: int | None
    months: tuple[tuple[date, int | None], ...]
    by: Mapping[str, Counts]
    sources: tuple[str, ...]
    exact: bool

    @property
    def covers(self) -> int:
        """Months from the first to the last record, both counted."""
        return len(self.months)

    def share(self, column: str, code: str) -> float | None:
        """Return the share of the records that have a code; None where it cannot be told."""
        found = dict(self.by[column]).get(code, 0)
        return None if not self.total or found is None else found / self.total


def counted(
    session: Session, reader: Actor, name: str, columns: Sequence[str], filters: Filters
) -> Counted:
    """Count the records of a layer by month, source and each of ``columns``.

    Raises
    ------
    NotPermitted
        The reader may not see the layer.
    """
    layer, _ = catalogue.check(reader, name)
    assert layer.held is not None, f"{name} is not held as columns"
    standing, found = select_records(session, reader, layer.held, filters)
    exact = reader.tier >= Tier.T3
    day = standing.columns.day[found.rows]
    at = standing.columns.months[found.rows][day != NO_DAY]
    known = codes.current()
    listed = known.incident_sources if name == "incidents" else known.touch_sources
    by_source = found.counts_by("source")
    least = 1 if exact else rule(session).threshold
    return Counted(
        total=_told(session, [len(found)], exact=exact)[0],
        months=_months(session, at, exact=exact),
        by={column: _by(session, found.counts_by(column), exact=exact) for column in columns},
        sources=tuple(sorted(listed.label(each) for each, n in by_source.items() if n >= least)),
        exact=exact,
    )


def trend_words(found: Counted, before: Counted) -> tuple[str, ...]:
    """Say whether the months rise or fall, and how the period compares with the one before it."""
    if not found.exact:
        return ("Whether it rises or falls is read in the safeguarding meeting.",)
    series = [count or 0 for _, count in found.months]
    said = [_steady(series)]
    if before.covers < found.covers:
        said.append(
            f"The period before it has records of {before.covers} months and this one of "
            f"{found.covers}, so the two cannot be compared."
        )
    elif found.total and before.total:
        change = rate_ratio(before.total, found.total)
        low, high = float(change.low), float(change.high)
        told = "" if change.p <= SURE else " That is within what chance alone would do."
        said.append(
            f"{found.total:,} in this period, {before.total:,} in the one before it, as long: "
            f"{float(change.ratio):.2f} times as many (95 % interval {low:.2f} to {high:.2f})."
            f"{told}"
        )
    return tuple(said)


def _steady(series: list[int]) -> str:
    if len(series) <= LEAST:
        return f"{len(series)} months are too few to tell a trend."
    found = mann_kendall([series])
    if float(found.p[0]) > SURE:
        return "No steady rise or fall from month to month can be told from chance."
    way = "rise" if float(found.s[0]) > 0 else "fall"
    return f"The months {way} steadily (Mann-Kendall, p = {float(found.p[0]):.3f})."


def _told(session: Session, counts: list[int], *, exact: bool) -> list[int | None]:
    if exact:
        return list(counts)
    return list(suppress(counts, rule(session)).values.tolist())


def _by(session: Session, counts: Mapping[str, int], *, exact: bool) -> Counts:
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    if exact or not ordered:
        return tuple(ordered)
    shown = suppress_parts([count for _, count in ordered], rule(session)).values.tolist()
    return tuple((code, count) for (code, _), count in zip(ordered, shown, strict=True))


def _months(
    session: Session, at: "np.ndarray[tuple[int], np.dtype[np.int64]]", *, exact: bool
) -> tuple[tuple[date, int | None], ...]:
    if not at.size:
        return ()
    first = int(at.min())
    counts = np.bincount(at - first)
    shown = counts.tolist() if exact else suppress_parts(counts, rule(session)).values.tolist()
    return tuple((month_of(first + index), count) for index, count in enumerate(shown))
