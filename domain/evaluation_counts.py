"""Which records an evaluation counts: equal periods before and after, and outlines on the ground.

A record counts where its spot lies in an outline and the day on which it began, in London, lies
in a period. What has no known day is left out, and said. What is sealed counts for sealed readers
alone, and where an episode began counts for nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import codes, incidents, touches
from domain.concerns import Concern, ConcernState
from domain.errors import Invalid
from domain.evaluations import Outcome, ZoneKind, Zones
from domain.filters import Filters, parse
from domain.incidents import TimeKnown
from domain.matching import LONDON
from domain.people import Actor
from domain.visibility import reach, sees_sealed
from geo.space import Box
from store import reading

YEAR = timedelta(days=364)
"""A year back on the same day of the week."""
QUARTERS = {13: 3, 26: 6, 39: 9, 52: 12}
"""Weeks that mentions in missing episodes can be counted over, as months: their day is unknown."""
DATED = frozenset({TimeKnown.INTERVAL.value, TimeKnown.DAY.value})
Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class Periods:
    """Two periods of days: from each first day up to, not including, its end."""

    before: tuple[date, date]
    after: tuple[date, date]
    equal: bool = True
    season_matched: bool = False

    @property
    def over(self) -> date:
        """The first day on which all of the later period has passed."""
        return self.after[1]

    def as_json(self) -> dict[str, list[str]]:
        """Return the days as text; the second of each is the first that is not in it."""
        pairs = {"before": self.before, "after": self.after}
        return {name: [each.isoformat() for each in pair] for name, pair in pairs.items()}


def periods(start: date, weeks: int, outcome: Outcome, *, same_season: bool) -> Periods:
    """Return the two equal periods of an evaluation.

    Raises
    ------
    Invalid
        Mentions in missing episodes are asked for over other than whole quarters.
    """
    if outcome is Outcome.TOUCHES:
        return _months(start, weeks, same_season=same_season)
    long = timedelta(weeks=weeks)
    first = start - YEAR if same_season else start - long
    matched = same_season or weeks in (52, 104)
    return Periods((first, first + long), (start, start + long), season_matched=matched)


def _months(start: date, weeks: int, *, same_season: bool) -> Periods:
    if weeks not in QUARTERS or start.day != 1:
        raise Invalid(
            "Mentions in missing episodes are known by month. Start on the first of a month, and "
            "choose 13, 26, 39 or 52 weeks."
        )
    count = QUARTERS[weeks]
    first = _back(start, 12 if same_season else count)
    return Periods(
        (first, _back(first, -count)),
        (start, _back(start, -count)),
        season_matched=same_season or count == 12,
    )


def _back(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


@dataclass(frozen=True)
class Records:
    """Records in a box: spots, days (London, NaT where unknown), ids, and which are approximate."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    day: Days
    id: NDArray[np.int64]
    approximate: NDArray[np.bool_]

    def within(self, shape: BaseGeometry) -> "Records":
        """Keep what lies in an outline, its edge included."""
        shapely.prepare(shape)
        return self.where(shapely.intersects_xy(shape, self.x, self.y))

    def between(self, period: tuple[date, date]) -> "Records":
        """Keep what began in a period."""
        first, end = (np.datetime64(each, "D") for each in period)
        return self.where((self.day >= first) & (self.day < end))

    def where(self, kept: NDArray[np.bool_]) -> "Records":
        """Keep some."""
        return Records(
            self.x[kept], self.y[kept], self.day[kept], self.id[kept], self.approximate[kept]
        )

    @property
    def undated(self) -> int:
        """How many have no known day."""
        return int(np.isnat(self.day).sum())

    def __len__(self) -> int:
        return int(self.id.size)


def read(session: Session, actor: Actor, outcome: Outcome, query: str, box: Box) -> Records:
    """Read what is counted within a box, whatever its day.

    ``query`` holds filters as `Filters.to_query` writes them; dates, areas and states in it are
    left aside: periods and outlines decide those.
    """
    asked = chosen(query)
    if outcome is Outcome.INCIDENTS:
        return _incidents(session, actor, box, asked)
    if outcome is Outcome.TOUCHES:
        return _touches(session, actor, box, asked)
    return _concerns(session, actor, box)


def chosen(query: str) -> Filters:
    """Return the filters of an outcome."""
    asked = parse(dict(parse_qsl(query)), codes.current())
    return replace(asked, since=None, until=None, areas=frozenset(), area_kind=None,
                   statuses=frozenset())  # fmt: skip


def _incidents(session: Session, actor: Actor, box: Box, asked: Filters) -> Records:
    found = incidents.frame(session, actor, box, asked)
    found = _open(actor, found)
    dated = found["occurred_from"].notna() & found["time_known"].isin(sorted(DATED))
    day = found["occurred_from"].where(dated).dt.tz_convert(LONDON).dt.tz_localize(None)
    return _records(found, day, found["approximate"].to_numpy(dtype=bool))


def _touches(session: Session, actor: Actor, box: Box, asked: Filters) -> Records:
    found = _open(actor, touches.frame(session, actor, box, asked))
    found = found[found["role"] != touches.BEGAN]
    vague = [each.code for each in codes.current().precision.values() if each.approximate]
    return _records(found, found["month"], found["precision"].isin(vague).to_numpy(dtype=bool))


def _open(actor: Actor, found: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return found if sees_sealed(actor) else found[~found["sealed"].to_numpy(dtype=bool)]


def _concerns(session: Session, actor: Actor, box: Box) -> Records:
    """Read where and when shared concerns came: those in quarantine are nobody's to count."""
    where = reach(session, actor, box)
    query = select(
        Concern.id,
        reading.as_word(Concern.precision),
        reading.as_instant(Concern.received_at),
        reading.as_wkb(Concern.shape),
    ).where(
        Concern.state.in_([ConcernState.SHARED, ConcernState.FED_BACK]), where.narrow(Concern.shape)
    )
    kinds = {"precision": "str", "received_at": reading.INSTANT}
    found = reading.frame(session, query, kinds, "shape")
    found = found[where.keep(found["shape"].to_numpy())]
    found = found.set_geometry(found.geometry.representative_point())
    vague = [each.code for each in codes.current().precision.values() if each.approximate]
    day = found["received_at"].dt.tz_convert(LONDON).dt.tz_localize(None)
    return _records(found, day, found["precision"].isin(vague).to_numpy(dtype=bool))


def _records(
    found: gpd.GeoDataFrame, day: "pd.Series[Any]", approximate: NDArray[np.bool_]
) -> Records:
    return Records(
        found.geometry.x.to_numpy(dtype=float),
        found.geometry.y.to_numpy(dtype=float),
        day.to_numpy().astype("datetime64[D]"),
        found.index.to_numpy(dtype=np.int64),
        approximate,
    )


Counted = Mapping[ZoneKind, Records]


def counted(
    session: Session, actor: Actor, outcome: Outcome, query: str, outlines: Zones
) -> Counted:
    """Read what lies in each outline of an evaluation, whatever its day."""
    return {
        kind: read(session, actor, outcome, query, box_of(shape)).within(shape)
        for kind, shape in outlines.named.items()
    }


def box_of(shape: BaseGeometry) -> Box:
    """Return the box of a shape."""
    west, south, east, north = map(float, shape.bounds)
    return west, south, east, north


def pairs(found: Counted, spans: Periods) -> dict[ZoneKind, tuple[int, int]]:
    """Count before and after in each outline."""
    return {
        kind: (len(each.between(spans.before)), len(each.between(spans.after)))
        for kind, each in found.items()
    }


def fingerprint(found: Counted, spans: Periods) -> str:
    """Name the very records that were counted: the same ones give the same 64 characters."""
    told = sha256()
    for kind in sorted(found, key=lambda each: each.value):
        for span in (spans.before, spans.after):
            ids = np.sort(found[kind].between(span).id)
            told.update(f"{kind.value}:{ids.size}:".encode())
            told.update(ids.astype("<i8").tobytes())
    return told.hexdigest()


def steps(records: Records, first: date, end: date, days: int) -> NDArray[np.int64]:
    """Count by equal steps of ``days`` from ``first``; a last step that is not full is left out."""
    count = (end - first).days // days
    inside = records.between((first, first + timedelta(days=count * days)))
    at = (inside.day - np.datetime64(first, "D")).astype(np.int64) // days
    return np.bincount(at, minlength=count)
