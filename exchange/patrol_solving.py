"""From places, streets and a shift to the stops of a patrol: chosen, in order, with their times.

All times are rounded up to whole minutes, so what a sheet says can be kept. Travel is over the
streets that the installation names, else in straight lines, and which of them is said.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from shapely import LineString, Point

from domain.errors import Invalid
from domain.patrol_rules import Shift, Stop
from exchange import patrol_travel
from exchange.patrol_travel import Travel
from geo.space import Floats

if TYPE_CHECKING:
    from geo.orienteering import Plan, Problem

AGAIN = 0.5
"""What a second visit to a place is worth beside the first, a third beside the second."""
MINUTE = timedelta(minutes=1)
Progress = Callable[[float, float, float], None]


@dataclass(frozen=True)
class Candidate:
    """A stop that may be made.

    ``stop`` holds all but its times and must have a ``zone`` (EPSG:27700). A visit lies wholly
    inside one of ``windows``; without any the whole shift is one. ``score`` is what a first visit
    is worth, above 0. ``locked``: it has to be made.
    """

    stop: Stop
    score: float
    windows: tuple[tuple[datetime, datetime], ...] = ()
    locked: bool = False


@dataclass(frozen=True)
class Asked:
    """A shift to be filled: from ``start`` (EPSG:27700) and back, ``visits`` to a place at most.

    ``pause`` minutes of rest fall into the middle third of the shift. ``vary`` is the share of the
    score that may be given for a plan that nobody can foretell; ``time_limit`` in seconds.
    """

    shift: Shift
    start: Point
    visits: int = 1
    pause: int = 0
    streets: Path | None = None
    time_limit: float = 5.0
    seed: int = 1
    vary: float = 0.1


@dataclass(frozen=True)
class Solved:
    """Stops in their order, the way (EPSG:27700, None without stops), and what is known of both.

    ``score`` and ``bound`` are None for an order that was made by hand. ``left_out`` are the names
    of candidates without a visit; ``no_room`` those among them that were locked.
    """

    stops: tuple[Stop, ...]
    way: LineString | None
    back: datetime
    travel: int
    notes: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    no_room: tuple[str, ...] = ()
    score: float | None = None
    bound: float | None = None
    repeatable: bool = True

    @property
    def words(self) -> str:
        """Say how good the plan is known to be."""
        if self.score is None or self.bound is None:
            return "You put this order together. How near it is to the best is not known."
        gap = (self.bound - self.score) / self.bound if self.bound > 0 else 0.0
        if gap < 0.0005:
            return "No plan of these places can do better."
        return f"It meets at least {1 - gap:.0%} of the need that any plan could meet."


def solve(
    asked: Asked, candidates: Sequence[Candidate], progress: Progress | None = None
) -> Solved:
    """Choose stops and put them in order; always a plan that keeps every rule.

    ``progress`` is told the share of the time spent, the best score and the bound, perhaps from
    another thread; it may raise to stop the search.

    Raises
    ------
    Invalid
        There is nothing to choose from, a candidate cannot be used, or the streets cannot be read.
    """
    from geo.orienteering import Ask
    from geo.orienteering import solve as search  # brings in OR-Tools, which others do without
    from geo.orienteering_spread import spread

    _check(asked, candidates)
    travel = _travel(asked, [each.stop for each in candidates])
    made, of = problem(asked, candidates, travel.minutes)
    plan = search(made, Ask(asked.time_limit, asked.seed, vary=asked.vary), progress)
    plan = spread(made, plan, seed=asked.seed)
    stops = tuple(_stops(asked, candidates, made, of, plan))
    order = [1 + of[each] for each in plan.routes[0].stops]
    visited = {of[each] for each in plan.routes[0].stops}
    rest = [at for at in range(len(candidates)) if at not in visited]
    return Solved(
        stops=stops,
        way=travel.way(order),
        back=asked.shift.valid_from + plan.routes[0].finishes * MINUTE,
        travel=travel.spent(order),
        notes=(*travel.notes, *travel.cut_off([each.stop for each in candidates])),
        left_out=tuple(candidates[at].stop.name for at in rest),
        no_room=tuple(candidates[at].stop.name for at in rest if candidates[at].locked),
        score=plan.score,
        bound=plan.bound,
        repeatable=plan.repeatable,
    )


def in_order(asked: Asked, stops: Sequence[Stop]) -> Solved:
    """Keep an order that was made by hand, and reckon its times anew.

    Each visit begins once the team can be there and its window is open; what an order breaks,
    `patrol_rules.broken` says of the stops returned.

    Raises
    ------
    Invalid
        A stop has no zone, or the streets cannot be read.
    """
    if not stops:
        return Solved((), None, asked.shift.valid_from, 0, ())
    travel = _travel(asked, stops)
    crow = patrol_travel.by_crow(travel.spots, asked.shift.style)
    now, timed = asked.shift.valid_from, list[Stop]()
    for at, stop in enumerate(stops):
        way = travel.minutes[at, at + 1]
        way = way if np.isfinite(way) else crow[at, at + 1]
        begins = max(now + float(way) * MINUTE, stop.opens)
        timed.append(replace(stop, arrive=begins))
        now = begins + stop.dwell * MINUTE
    order = list(range(1, len(stops) + 1))
    home = travel.minutes[len(stops), 0]
    back = now + float(home if np.isfinite(home) else 0.0) * MINUTE
    return Solved(
        tuple(timed), travel.way(order), back, travel.spent(order), travel.notes
    )  # fmt: skip


def problem(
    asked: Asked, candidates: Sequence[Candidate], minutes: Floats
) -> tuple["Problem", list[int]]:
    """Put a shift as team orienteering, minutes from its beginning; and whose each stop is.

    ``minutes`` between nodes: the start first, then the candidates.
    """
    from geo.orienteering import Break, Problem, Team
    from geo.orienteering import Stop as Visit

    whole = _after(asked, asked.shift.valid_to)
    visits, of = list[Visit](), list[int]()
    for at, each in enumerate(candidates):
        place = _place(each, at)
        for number in range(_most(asked, each.stop)):
            of.append(at)
            visits.append(
                Visit(
                    node=at + 1,
                    score=each.score * AGAIN**number,
                    dwell=each.stop.dwell,
                    windows=_windows(asked, each),
                    place=place,
                    locked=each.locked and number == 0,
                )
            )
    breaks: tuple[Break, ...] = ()
    if asked.pause:
        breaks = (Break(float(whole // 3), float(2 * whole // 3), asked.pause),)
    spacing = max(each.stop.spacing for each in candidates)
    team = Team(0, 0, float(whole), breaks=breaks)
    return Problem(tuple(visits), (team,), (minutes,), spacing=spacing), of


def _check(asked: Asked, candidates: Sequence[Candidate]) -> None:
    if not candidates:
        raise Invalid("Tick at least one place.")
    if asked.shift.valid_to <= asked.shift.valid_from:
        raise Invalid("A shift ends after it begins.")
    if not 1 <= asked.visits <= 6 or not 0 <= asked.pause <= 90:
        raise Invalid("Plan 1 to 6 visits to a place, and a break of at most 90 minutes.")
    for each in candidates:
        if not each.score > 0 or not np.isfinite(each.score):
            raise Invalid("What a stop is worth is above nothing.")
        if not _windows(asked, each):
            raise Invalid(
                f"{each.stop.name}: no visit of {each.stop.dwell} minutes fits the hours given. "
                "Give hours inside the shift."
            )


def _windows(asked: Asked, each: Candidate) -> tuple[tuple[float, float], ...]:
    """Return between which minutes of the shift a visit may begin, so that it ends in time."""
    shift, found = asked.shift, []
    for opens, closes in each.windows or ((shift.valid_from, shift.valid_to),):
        first = -(-(max(opens, shift.valid_from) - shift.valid_from) // MINUTE)
        last = (min(closes, shift.valid_to) - shift.valid_from) // MINUTE - each.stop.dwell
        if first <= last:
            found.append((float(first), float(last)))
    return tuple(sorted(found))


def _most(asked: Asked, stop: Stop) -> int:
    """Return how many visits the most minutes and the visits of a day allow in one shift."""
    return max(1, min(asked.visits, stop.visits_a_day, stop.most_minutes // stop.dwell))


def _place(each: Candidate, at: int) -> Hashable:
    return ("zone", at) if each.stop.place_id is None else ("place", each.stop.place_id)


def _after(asked: Asked, moment: datetime) -> int:
    return (moment - asked.shift.valid_from) // MINUTE


def _travel(asked: Asked, stops: Sequence[Stop]) -> Travel:
    return patrol_travel.between(asked.start, stops, style=asked.shift.style, streets=asked.streets)


def _stops(
    asked: Asked,
    candidates: Sequence[Candidate],
    made: "Problem",
    of: list[int],
    plan: "Plan",
) -> list[Stop]:
    """Write the visits of the plan as stops, each with the window that it lies in."""
    found = []
    for visit in plan.routes[0].visits:
        each = candidates[of[visit.stop]]
        opens, closes = next(
            window
            for window in made.stops[visit.stop].windows
            if window[0] - 1e-6 <= visit.begins <= window[1] + 1e-6
        )
        begin = asked.shift.valid_from
        found.append(
            replace(
                each.stop,
                opens=begin + opens * MINUTE,
                closes=begin + (closes + each.stop.dwell) * MINUTE,
                arrive=begin + round(visit.begins) * MINUTE,
            )
        )
    return found
