"""Which places or squares could be compared with: alike in history, and not next door."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import codes, matching
from domain.evaluation_counts import Records, box_of, read, steps
from domain.evaluation_setting import Setting, area_of, check
from domain.people import Actor, Permission
from domain.places import Place, known
from domain.status import Status
from domain.visibility import sees_names
from geo import grid
from geo.space import Box

STEP = 28
STEPS = 26
"""Periods of four weeks that histories are compared over: two years."""
APART = 250.0
"""Metres that a comparison must lie away from area and ring at least."""
FARTHEST = 10_000.0
ALIKE = 0.5
"""Correlation of 26 steps that chance gives less than once in a hundred."""
FEWEST = 10
"""Events in two years below which a history says nothing."""
SIDES = (100, 125, 200, 250, 500, 1_000)


@dataclass(frozen=True)
class Candidate:
    """Something to compare with.

    Attributes
    ----------
    name
        The place's name as the reader may read it, or the grid reference of a square; a person
        may have written it.
    shape
        Its outline, EPSG:27700.
    unlike
        How much the histories differ: 1 is what chance alone makes of two that are alike.
    reasons
        Why it could serve, or why it had better not, in sentences.
    place_id
        The place, None for a square.
    """

    name: str
    shape: BaseGeometry
    unlike: float
    reasons: tuple[str, ...]
    place_id: int | None = None


@dataclass(frozen=True)
class _Looked:
    """What candidates are held against."""

    setting: Setting
    own: BaseGeometry
    place_type: str | None
    history: NDArray[np.int64]
    since: date
    end: date

    def steps(self, found: Records) -> NDArray[np.int64]:
        return steps(found, self.since, self.end, STEP)


def suggest(
    session: Session, actor: Actor, setting: Setting, *, limit: int = 5, today: date | None = None
) -> list[Candidate]:
    """Return places and squares whose history was alike before the start, the likest first.

    Histories are counts by four weeks over two years up to the start (or today, if earlier).
    Places of the same type come first among equals; one that is in a plan itself comes last. The
    comparison of ``setting`` is left aside.

    Raises
    ------
    NotPermitted
        The actor may not run analyses.
    Invalid
        The setting cannot be taken.
    """
    actor.must(Permission.ANALYSE)
    looked = _look(session, actor, setting, today or matching.today())
    places = _places(session, actor, looked)
    squares = list(islice(_squares(session, actor, looked, [each.shape for each in places]), limit))
    ranked = sorted([*places, *squares], key=lambda each: each.unlike + _handicap(each))
    return ranked[:limit]


def _look(session: Session, actor: Actor, setting: Setting, today: date) -> _Looked:
    checked = check(session, actor, replace(setting, comparison=None, reasons=()))
    zones = checked.zones
    own = zones.area if zones.ring is None else zones.area.union(zones.ring)
    place = None if setting.place_id is None else session.get(Place, setting.place_id)
    end = min(setting.start, today)
    since = end - timedelta(days=STEP * STEPS)
    inside = read(session, actor, checked.outcome, checked.query, box_of(zones.area))
    history = steps(inside.within(zones.area), since, end, STEP)
    kind = None if place is None else place.place_type
    return _Looked(checked, own, kind, history, since, end)


def _places(session: Session, actor: Actor, looked: _Looked) -> list[Candidate]:
    query = select(Place).where(
        known(actor),
        Place.merged_into_id.is_(None),
        Place.status != Status.ARCHIVED,
        Place.id != (looked.setting.place_id or 0),
    )
    shapes = [(place, area_of(place)) for place in session.scalars(query)]
    near = [(place, shape) for place, shape in shapes if _fits(looked, shape)]
    if not near:
        return []
    asked = looked.setting
    box = _around(shape for _, shape in near)
    records = read(session, actor, asked.outcome, asked.query, box)
    return [
        made
        for place, shape in near
        if (made := _of_place(actor, looked, place, shape, records.within(shape))) is not None
    ]


def _of_place(
    actor: Actor, looked: _Looked, place: Place, shape: BaseGeometry, found: Records
) -> Candidate | None:
    history = looked.steps(found)
    if history.sum() < FEWEST:
        return None
    reasons = [_alike_type(looked, place), *_history_reasons(looked, history, shape)]
    if place.status in (Status.PLAN, Status.REVIEW):
        reasons.append(IN_A_PLAN)
    name = place.name if sees_names(actor) else place.neutral_name
    return Candidate(
        name, shape, unlike(looked.history, history), tuple(filter(None, reasons)), place.id
    )


IN_A_PLAN = "It is or was in a plan itself, so it may change too: choose another if you can."


def _alike_type(looked: _Looked, place: Place) -> str:
    label = codes.current().place_types.label(place.place_type)
    if looked.place_type is None:
        return f"Its type: {label.lower()}."
    if place.place_type == looked.place_type:
        return f"Same type: {label.lower()}."
    return f"Another type: {label.lower()}."


def _squares(
    session: Session, actor: Actor, looked: _Looked, taken: list[BaseGeometry]
) -> Iterable[Candidate]:
    """Give squares of about the area's size, the likest first."""
    asked = looked.setting
    side = min(SIDES, key=lambda each: abs(each - asked.area.area**0.5))
    west, south, east, north = box_of(looked.own.buffer(FARTHEST / 3))
    records = read(session, actor, asked.outcome, asked.query, (west, south, east, north))
    if not len(records):
        return
    laid = grid.over_points(records.x, records.y, side)
    history = _by_cell(records, laid, looked)
    rows, cols = np.nonzero(history.sum(axis=2) >= FEWEST)
    order = np.argsort([unlike(looked.history, history[at]) for at in zip(rows, cols, strict=True)])
    for at in order:
        row, col = int(rows[at]), int(cols[at])
        corner = laid.origin[0] + col * side, laid.origin[1] + row * side
        shape = shapely.box(*corner, corner[0] + side, corner[1] + side)
        if not _fits(looked, shape) or any(shape.intersects(each) for each in taken):
            continue
        line = history[row, col]
        reasons = [f"A square of {side} m, about as large.", *_history_reasons(looked, line, shape)]
        name = grid.cell_label(*corner, side)
        yield Candidate(name, shape, unlike(looked.history, line), tuple(reasons))


def _by_cell(records: Records, laid: Any, looked: _Looked) -> NDArray[np.int64]:
    """Count by cell and step, shape ``(rows, cols, steps)``."""
    whole = (looked.since, looked.since + timedelta(days=STEP * STEPS))
    inside = records.between(whole)
    step = (inside.day - np.datetime64(looked.since, "D")).astype(np.int64) // STEP
    counts = [grid.counts(laid, inside.x[step == at], inside.y[step == at]) for at in range(STEPS)]
    return np.stack(counts, axis=2)


def unlike(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """Say how much two histories of counts differ: about 1 where chance alone makes them differ.

    Anscombe's root makes the variance of a Poisson count 1, so the squared difference of two has
    the mean 2.
    """
    roots = [2 * np.sqrt(each + 0.375) for each in (one, other)]
    return float(np.sqrt(np.mean((roots[0] - roots[1]) ** 2) / 2))


def _history_reasons(looked: _Looked, history: NDArray[np.int64], shape: BaseGeometry) -> list[str]:
    here, there = (round(float(each.sum()) / 2) for each in (looked.history, history))
    counted = looked.setting.outcome.words
    told = [f"About {there:,} {counted} a year there, {here:,} here."]
    if history.std() > 0 and looked.history.std() > 0:
        together = float(np.corrcoef(looked.history, history)[0, 1])
        if together >= ALIKE:
            told.append("Busy and quiet months fall together.")
        elif together <= -ALIKE:
            told.append("It is quiet when it is busy here.")
    level = unlike(looked.history, history)
    told.append(
        "The two histories differ no more than chance would have it."
        if level <= 1.2
        else "The two histories differ more than chance would have it."
    )
    told.append(f"{looked.own.distance(shape) / 1000:.1f} km away, so not next door.")
    return told


def _fits(looked: _Looked, shape: BaseGeometry) -> bool:
    return APART <= looked.own.distance(shape) <= FARTHEST


def _handicap(candidate: Candidate) -> float:
    """Rank what has drawbacks lower, in units of ``unlike``."""
    planned = 2.0 * (IN_A_PLAN in candidate.reasons)
    same = any(each.startswith("Same type") for each in candidate.reasons)
    return planned + (0.0 if same else 0.3)


def _around(shapes: Iterable[BaseGeometry]) -> Box:
    edges = np.array([each.bounds for each in shapes])
    west, south = edges[:, :2].min(axis=0).tolist()
    east, north = edges[:, 2:].max(axis=0).tolist()
    return west, south, east, north
