"""Hours with a patrol set beside hours that were left without one, at one place.

The hours left alone were drawn by chance when the week was planned (`patrol_allocating.LEAVING`),
so what differs between the two is the patrol. Only records whose time is known to some hours count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import incidents, matching
from domain.evaluation_counts import Periods, box_of, chosen
from domain.evaluations import Evaluation, Outcome
from domain.incidents import TimeKnown
from domain.patrol_weeks import STOOD, PatrolWindow, visited
from domain.patrols import Patrol, PatrolStop, PatrolVisit
from domain.people import Actor
from domain.visibility import sees_sealed

WIDEST = timedelta(hours=4)
"""A record whose time is known no better than this is left out."""
HOUR = timedelta(hours=1)
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Spent:
    """Hours of one kind: spans that do not meet, and what was counted in them."""

    spans: tuple[Span, ...]
    count: int

    @property
    def hours(self) -> float:
        """How many hours there were."""
        return sum(((end - begin) / HOUR for begin, end in self.spans), 0.0)


def compared(
    session: Session, actor: Actor, evaluation: Evaluation, area: BaseGeometry, spans: Periods
) -> dict[str, Any]:
    """Return hours and counts with and without a patrol in the later period, and their ratio.

    Keys: ``patrolled`` and ``left`` (each ``hours``, ``count``), ``ratio`` (the rate with a patrol
    over the rate without).

    Raises
    ------
    ValueError
        There is nothing to compare; the message says why.
    """
    from domain.effect_figures import ratio  # brings in scipy
    from geo import rates
    from geo.effect_ratios import Ratio

    if evaluation.outcome is not Outcome.INCIDENTS or evaluation.place_id is None:
        raise ValueError("Hours can be compared for recorded incidents at a place alone.")
    left = _left(session, evaluation.place_id, spans)
    if not left:
        raise ValueError("No hours of a shift were left without a patrol here to compare with.")
    patrolled = _patrolled(session, evaluation.place_id, spans)
    if not patrolled:
        raise ValueError("No patrol came here in this time, so there are no hours to compare.")
    times = _times(session, actor, evaluation.query, area)
    without, with_ = (Spent(each, _count(times, each)) for each in (left, patrolled))
    if not without.count + with_.count:
        raise ValueError("Nothing was recorded in these hours, with a patrol or without.")
    found = rates.rate_ratio([without.count], [with_.count],
                             before_days=without.hours, after_days=with_.hours)  # fmt: skip
    value, low, high, p = (float(np.ravel(each)[0])
                           for each in (found.ratio, found.low, found.high, found.p))  # fmt: skip
    return {
        "patrolled": {"hours": round(with_.hours, 1), "count": with_.count},
        "left": {"hours": round(without.hours, 1), "count": without.count},
        "ratio": ratio(Ratio(value, low, high, p, "exact, the total given")),
    }


def _left(session: Session, place_id: int, spans: Periods) -> tuple[Span, ...]:
    """Return the hours left alone on purpose in which nobody came all the same."""
    query = (
        select(PatrolWindow)
        .join(Patrol, Patrol.id == PatrolWindow.patrol_id)
        .where(PatrolWindow.place_id == place_id, Patrol.state.in_(STOOD))
        .where(*_within(PatrolWindow.opens, spans))
    )
    rows = [each for each in session.scalars(query) if not visited(session, each)]
    return joined([(each.opens, each.closes) for each in rows])


def _patrolled(session: Session, place_id: int, spans: Periods) -> tuple[Span, ...]:
    """Return the windows of stops at which somebody was."""
    query = (
        select(PatrolStop.opens, PatrolStop.closes)
        .join(PatrolVisit, PatrolVisit.stop_id == PatrolStop.id)
        .where(PatrolStop.place_id == place_id, PatrolVisit.skip_reason == "")
        .where(*_within(PatrolStop.opens, spans))
        .distinct()
    )
    return joined([(opens, closes) for opens, closes in session.execute(query)])


def _within(column: Any, spans: Periods) -> tuple[Any, ...]:
    first, end = map(matching.midnight, spans.after)
    return column >= first, column < end


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Join spans that meet, so that no hour counts twice."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return tuple(found)


def _times(session: Session, actor: Actor, query: str, area: BaseGeometry) -> "pd.Series[Any]":
    """Return when records in an area were, in the middle of what is known of each (UTC)."""
    rows = incidents.frame(session, actor, box_of(area), chosen(query))
    if not sees_sealed(actor):
        rows = rows[~rows["sealed"].to_numpy(dtype=bool)]
    rows = rows[rows["time_known"].eq(TimeKnown.INTERVAL.value).to_numpy(dtype=bool)]
    rows = rows[shapely.intersects(area, rows.geometry.to_numpy())]
    ends = rows["occurred_to"].fillna(rows["occurred_from"])
    long = ends - rows["occurred_from"]
    kept: pd.Series[Any] = (rows["occurred_from"] + long / 2).loc[long <= WIDEST]
    return kept


def _count(times: "pd.Series[Any]", spans: Sequence[Span]) -> int:
    return int(sum(((times >= begin) & (times < end)).sum() for begin, end in spans))
