"""What was recorded at one place, month by month and by hour of the week, honestly counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import incidents, preferences, touches
from domain.codes import ref
from domain.filters import Filters
from domain.matching import LONDON
from domain.people import Actor
from domain.places import Place
from domain.touches import PlaceTouch
from domain.visibility import sees_names, sees_sealed
from geo.suppress import Rule, suppress

MONTHS = 24
NEARBY = 250.0
REACH = {
    ref("precision", "exact"): 25.0,
    ref("precision", "building"): 30.0,
    ref("precision", "street"): 50.0,
    ref("precision", "area"): 10.0,
    ref("precision", "approximate"): 100.0,
}
"""Metres around a place's outline that are counted as its own, by how surely it is drawn."""
AREA = ref("precision", "area")
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Month:
    """Records of one month; None is a count too small to be shown to this reader."""

    month: date
    incidents: int | None
    touches: int | None
    annotations: int | None


@dataclass(frozen=True)
class Evidence:
    """What was recorded at a place in the last months, as one reader may see it.

    Attributes
    ----------
    months
        The oldest first, every month there.
    when
        Incidents by weekday (Monday first) and hour in London, 7 rows of 24.
    when_unknown
        Incidents whose weekday or hour is not known: they are in no row.
    incidents, touches
        How many there were in all.
    nearby
        Incidents known only roughly, within 250 m: never counted as the place's own.
    reach
        Metres around the outline that were counted.
    suppressed
        Small numbers are hidden (None) and the others rounded.
    """

    months: tuple[Month, ...]
    when: tuple[tuple[int | None, ...], ...]
    when_unknown: int | None
    incidents: int | None
    touches: int | None
    nearby: int | None
    reach: float
    suppressed: bool

    def words(self) -> tuple[str, ...]:
        """Say how it was counted, and what is not in it."""
        how = (
            f"Counted: incidents within {self.reach:.0f} m of the outline, in {len(self.months)} "
            "months up to this one, and mentions in missing episodes that name this place."
        )
        said = [how]
        if self.suppressed:
            said.append("Small numbers are not shown and the others are rounded.")
        if self.nearby:
            said.append(
                f"{self.nearby:,} more within {NEARBY:.0f} m are known only roughly. "
                "They may lie elsewhere and are not counted here."
            )
        if self.when_unknown:
            said.append(f"For {self.when_unknown:,} the hour is not known.")
        return tuple(said)


def evidence(
    session: Session,
    actor: Actor,
    place: Place,
    noted: Iterable[date],
    *,
    today: date,
    months: int = MONTHS,
) -> Evidence:
    """Count what was recorded at ``place`` in ``months`` months up to ``today``'s.

    ``noted`` are the days of its annotations that the reader may know of. What is sealed counts
    for sealed readers alone; where an episode began counts for no place. Below tier T3 small
    numbers are hidden.
    """
    first = _back(today, months - 1)
    reach = REACH.get(place.precision, max(REACH.values()))
    found = _around(session, actor, place, first, today)
    rough = found["approximate"] | (found["precision"] == AREA)
    own = found[~rough & (shapely.distance(found["spot"].to_numpy(), place.shape) <= reach)]
    named = _touch_months(session, actor, place, first, today)
    counts = [_by_month(days, first, months) for days in (_days(own), named, noted)]
    known = own.dropna(subset=["weekday", "hour"])
    told = _Teller(_rule(session), exact=sees_names(actor))
    lines = [told.each(line) for line in counts]
    return Evidence(
        months=tuple(
            Month(_back(first, -index), *numbers)
            for index, numbers in enumerate(zip(*lines, strict=True))
        ),
        when=tuple(map(told.each, _by_hour(known))),
        when_unknown=told.one(len(own) - len(known)),
        incidents=told.one(len(own)),
        touches=told.one(len(named)),
        nearby=told.one(int(rough.sum())),
        reach=reach,
        suppressed=not told.exact,
    )


@dataclass(frozen=True)
class _Teller:
    """Says counts as they are, or with the small ones hidden."""

    rule: Rule
    exact: bool

    def each(self, counts: Counts) -> tuple[int | None, ...]:
        if self.exact:
            return tuple(counts.tolist())
        return tuple(suppress(counts, self.rule).values.tolist())

    def one(self, count: int) -> int | None:
        return self.each(np.array([count]))[0]


def _rule(session: Session) -> Rule:
    """Return the installation's rule for small numbers."""
    chosen = preferences.read(session).suppression
    return Rule(chosen.threshold, chosen.to_nearest)


def _around(
    session: Session, actor: Actor, place: Place, first: date, today: date
) -> gpd.GeoDataFrame:
    """Read the incidents of these months within 250 m that this reader may have counted."""
    box = shapely.bounds(place.shape.buffer(NEARBY)).tolist()
    found = incidents.frame(session, actor, (*box,), Filters(since=first, until=today))
    near = shapely.distance(found["spot"].to_numpy(), place.shape) <= NEARBY
    return found[near & (sees_sealed(actor) | ~found["sealed"].to_numpy(dtype=bool))]


def _days(found: gpd.GeoDataFrame) -> list[date]:
    return [each.date() for each in found["occurred_from"].dt.tz_convert(LONDON)]


def _touch_months(
    session: Session, actor: Actor, place: Place, first: date, today: date
) -> list[date]:
    query = (
        select(PlaceTouch.month)
        .join(Place, Place.id == PlaceTouch.place_id)
        .where(PlaceTouch.place_id == place.id, PlaceTouch.role != touches.BEGAN)
        .where(PlaceTouch.month >= first, PlaceTouch.month <= today)
    )
    if not sees_sealed(actor):
        query = query.where(touches.is_sealed().is_(False))
    return list(session.scalars(query))


def _by_month(days: Iterable[date], first: date, months: int) -> Counts:
    index = [(day.year - first.year) * 12 + day.month - first.month for day in days]
    inside = [each for each in index if 0 <= each < months]
    return np.bincount(np.array(inside, dtype=np.int64), minlength=months)


def _by_hour(known: pd.DataFrame) -> Counts:
    counts = np.zeros((7, 24), dtype=np.int64)
    np.add.at(counts, (known["weekday"].to_numpy(int), known["hour"].to_numpy(int)), 1)
    return counts


def _back(day: date, months: int) -> date:
    """Return the first day of the month that lies ``months`` before ``day``'s."""
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)
