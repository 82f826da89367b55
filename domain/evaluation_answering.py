"""The answer of an evaluation, worked out of what was counted: figures, series, caveats."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from domain.effect_words import Circumstances, caveats
from domain.evaluation_counts import (
    Counted,
    Periods,
    Records,
    box_of,
    pairs,
    read,
    steps,
)
from domain.evaluation_setting import periods_of
from domain.evaluation_windows import compared
from domain.evaluations import Evaluation, Outcome, ZoneKind, Zones
from domain.people import Actor

HISTORY = timedelta(weeks=104)
CELL = 100
"""Side in metres of the squares over which patterns are compared."""
AROUND = 250.0
"""Metres around the area in which patterns are compared, where the ring is narrower."""


def answered(
    session: Session, actor: Actor, evaluation: Evaluation, outlines: Zones, found: Counted
) -> dict[str, Any]:
    """Return every figure that can be told, and for the others in ``why`` the reason.

    ``docs/evaluation.md`` tells what is in it.
    """
    from domain.effect_figures import Counts, figures

    spans = periods_of(evaluation)
    held = {kind.value: pair for kind, pair in pairs(found, spans).items()}
    told = figures(
        Counts(
            held["treated"],
            held.get("control"),
            held.get("displacement"),
            held.get("displacement_control"),
        )
    )
    why = told["why"]
    area = found[ZoneKind.AREA]
    box = outlines.area.buffer(max(evaluation.ring_metres, AROUND))
    around = read(session, actor, evaluation.outcome, evaluation.query, box_of(box)).within(box)

    def weekly(work: Callable[[Records, Periods], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
        by_month = evaluation.outcome is Outcome.TOUCHES
        return _by_month_alone if by_month else lambda: work(area, spans)

    return told | {
        "periods": spans.as_json(),
        "series": _series(found, spans, evaluation.outcome),
        "series_ratio": _tried(why, "series_ratio", weekly(_series_ratio)),
        "interrupted": _tried(why, "interrupted", weekly(_interrupted)),
        "similarity": _tried(why, "similarity", lambda: _similarity(around, spans, box)),
        "windows": _tried(
            why, "windows", lambda: compared(session, actor, evaluation, outlines.area, spans)
        ),
        "caveats": caveats(_circumstances(evaluation, found, spans)),
    }


def _by_month_alone() -> dict[str, Any]:
    raise ValueError("Mentions are known by month alone, so there are no weeks to compare.")


def _tried(
    why: dict[str, str], name: str, work: Callable[[], dict[str, Any]]
) -> dict[str, Any] | None:
    """Return a figure, or None and the reason why there is none."""
    try:
        return work()
    except ValueError as error:
        why[name] = str(error)
        return None


def _series(found: Counted, spans: Periods, outcome: Outcome) -> dict[str, Any]:
    """Count by week for a chart; mentions, whose day is unknown, are not."""
    if outcome is Outcome.TOUCHES:
        return {}
    parts = {"before": spans.before, "after": spans.after}
    return {
        kind.value: {name: steps(each, *span, 7).tolist() for name, span in parts.items()}
        for kind, each in found.items()
    }


def _series_ratio(area: Records, spans: Periods) -> dict[str, Any]:
    from domain.effect_figures import ratio
    from geo.effect_ratios import series_ratio

    found = series_ratio(*(steps(area, *span, 7) for span in (spans.before, spans.after)))
    return {**ratio(found.ratio), "dispersion": found.dispersion, "alpha": found.alpha}


def _interrupted(area: Records, spans: Periods) -> dict[str, Any]:
    """Fit the weeks of up to two years before the start, and those after it."""
    from geo.effect_series import LEAST_SEASONS, interrupted

    known = area.day[~np.isnat(area.day)]
    if not known.size:
        raise ValueError("Nothing was counted here.")
    start, end = spans.after
    whole = (start - max(known.min().astype(date), start - HISTORY)).days // 7
    first = start - timedelta(weeks=max(whole, 0))
    weekly = steps(area, first, end, 7)
    season = 52 if weekly.size >= 52 * LEAST_SEASONS else None
    found = interrupted(weekly, max(whole, 0), season=season)
    effects = {
        name: {"estimate": each.ratio, "interval": [each.low, each.high], "p": each.p}
        for name, each in (
            ("level", found.level), ("slope", found.slope), ("overall", found.overall)
        )
    }  # fmt: skip
    return {
        **effects,
        "avoided": {
            "estimate": found.avoided,
            "interval": [found.avoided_low, found.avoided_high],
        },
        "first": first.isoformat(),
        "season": season,
        "counts": weekly.tolist(),
        "fitted": found.fitted.round(3).tolist(),
        "without": found.without.round(3).tolist(),
        "dispersion": found.dispersion,
        "method": found.method,
    }


def _similarity(around: Records, spans: Periods, box: BaseGeometry) -> dict[str, Any]:
    """Compare where events lie before and after, over squares on and around the area."""
    from geo import grid
    from geo.effect_pattern import similarity

    laid = grid.over_box(box_of(box), CELL)
    both = [around.between(span) for span in (spans.before, spans.after)]
    counts = [grid.counts(laid, each.x, each.y).ravel() for each in both]
    found = similarity(*counts)
    return {
        "s": found.s,
        "robust": found.robust,
        "interval": [found.low, found.high],
        "p": found.p,
        "cell": CELL,
        "cells": int(counts[0].size),
    }


def _circumstances(evaluation: Evaluation, found: Counted, spans: Periods) -> Circumstances:
    both = [each.between(span) for each in found.values() for span in (spans.before, spans.after)]
    vague = sum(int(each.approximate.sum()) for each in both)
    whole, undated = (sum(len(each) for each in found.values()),
                      sum(each.undated for each in found.values()))  # fmt: skip
    return Circumstances(
        weeks=evaluation.weeks,
        equal_periods=spans.equal,
        season_matched=spans.season_matched,
        recording_changed=evaluation.recording_changed,
        campaign=evaluation.campaign,
        approximate=vague / max(sum(map(len, both)), 1),
        undated=undated / max(whole, 1),
        touches=evaluation.outcome is Outcome.TOUCHES,
        compared=ZoneKind.COMPARISON in found,
        changed_after_start=evaluation.changed_after_start,
        set_late=evaluation.set_late,
    )
