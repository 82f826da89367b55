"""A week of shifts for several teams: who gets how many visits, and each team's way each day.

Shifts are solved one after the other, each for all its teams at once. What a place got counts
for the shifts that follow, so the week as a whole gives what need asks for, spread over its days.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from shapely import Point

from domain.errors import Invalid
from domain.matching import LONDON
from domain.patrol_allocating import Need, Share, left_alone, share_out, shares
from domain.patrol_rules import Shift, Stop
from domain.patrol_weeks import Left, Round
from exchange import patrol_travel
from exchange.patrol_solving import MINUTE, Progress, Solved
from exchange.patrol_travel import Travel

if TYPE_CHECKING:
    from geo.orienteering import Problem
    from geo.orienteering import Stop as Visit

APART = 30
"""Minutes around the clock time of the last visit in which the next day's does not begin."""
NEIGHBOURS = 3
"""Nearest places from whose way the usual way between two stops is told."""
LEAST = 0.1
"""What a visit ahead of its share is still worth, beside one that is behind."""
MOST_TEAMS = 4
LONGEST = timedelta(hours=14)
Spans = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Wanted:
    """A place of the week: its stop without times, its need above 0, its hours in each shift.

    ``hours`` has the number of a shift and the span in which a visit lies wholly; a shift that is
    missing does not reach it. ``urgent``: it is never left alone.
    """

    stop: Stop
    score: float
    hours: Mapping[int, tuple[datetime, datetime]]
    urgent: bool = False

    @property
    def place_id(self) -> int:
        """The place; a week holds places that a meeting agreed, and no other zones."""
        assert self.stop.place_id is not None
        return self.stop.place_id


@dataclass(frozen=True)
class Asked:
    """A week to be filled: one shift a day at most, each for ``teams`` from one start.

    ``visits`` to a place in one shift at most, ``pause`` minutes of rest, ``time_limit`` seconds
    for the whole week. ``compare``: leave some hours without a patrol.
    """

    shifts: tuple[Shift, ...]
    start: Point
    teams: int = 1
    visits: int = 1
    pause: int = 0
    streets: Path | None = None
    time_limit: float = 10.0
    seed: int = 1
    compare: bool = True


@dataclass(frozen=True)
class Tour:
    """One team's way in one shift, by its number in the week; ``team`` counts from 1."""

    number: int
    team: int
    shift: Shift
    solved: Solved


@dataclass(frozen=True)
class Week:
    """What came of a week: tours by shift and team, what each place gets, what is left alone."""

    tours: tuple[Tour, ...]
    shares: tuple[Share, ...]
    left: tuple[Left, ...]
    notes: tuple[str, ...] = ()
    met: float = 1.0

    @property
    def rounds(self) -> list[Round]:
        """The tours that visit anything, as they are kept."""
        return [
            Round(each.number, each.shift, each.solved.stops)
            for each in self.tours
            if each.solved.stops
        ]

    @property
    def words(self) -> str:
        """Say how good the week is known to be."""
        if self.met > 0.9995:
            return "No plan of these shifts can do better, taken one by one."
        return f"Each shift meets at least {self.met:.0%} of what it could, taken one by one."


@dataclass(frozen=True)
class _Held:
    """What is asked, who is meant to get how much, and what was given by the shifts so far."""

    asked: Asked
    wanted: Sequence[Wanted]
    travel: Travel
    needs: tuple[Need, ...]
    meant: Mapping[int, int]
    left: Mapping[int, int]
    given: dict[int, int]
    last: dict[int, datetime]

    def shifts(self, need: Need) -> list[int]:
        """Return the shifts in which a place may be visited."""
        return [each for each in need.shifts if self.left.get(need.place_id) != each]

    def due(self, need: Need, number: int) -> int:
        """Return the visits that a shift may make, so that the rest is spread over the week."""
        ahead = [each for each in self.shifts(need) if each >= number]
        rest = self.meant[need.place_id] - self.given[need.place_id]
        if number not in ahead or rest <= 0:
            return 0
        return min(need.most, ceil(rest / len(ahead)))

    def weight(self, need: Need, number: int, copy: int) -> float:
        """Return what one more visit is worth: need, by how far the place is behind its share."""
        own, meant = self.shifts(need), self.meant[need.place_id]
        by_now = meant * (1 + sum(each <= number for each in own)) / (1 + len(own))
        behind = (by_now - self.given[need.place_id] - copy) / meant
        return need.score * max(LEAST, 0.5 + behind)


def solve(asked: Asked, wanted: Sequence[Wanted], progress: Progress | None = None) -> Week:
    """Share the week out and find each team's way in each shift; every rule is kept.

    ``progress`` is told the share of the time spent, and 0 twice; it may raise to stop.

    Raises
    ------
    Invalid
        There are no shifts or places, a place cannot be used, or streets cannot be read.
    """
    _check(asked, wanted)
    first = asked.shifts[0]
    travel = patrol_travel.between(
        asked.start, [each.stop for each in wanted], style=first.style, streets=asked.streets
    )
    needs = tuple(_need(asked, each) for each in wanted)
    spared = left_alone(needs, seed=asked.seed) if asked.compare else {}
    meant = share_out(needs, supply(asked, wanted, travel), spared)
    held = _Held(asked, wanted, travel, needs, meant, spared, dict.fromkeys(meant, 0), {})
    tours, met = list[Tour](), 1.0
    for number in range(len(asked.shifts)):
        told = None if progress is None else partial(_told, progress, number, len(asked.shifts))
        made, gap = _shift(held, number, told)
        tours += made
        met = min(met, 1 - gap)
    left = tuple(
        Left(each.place_id, spared[each.place_id], *each.hours[spared[each.place_id]])
        for each in wanted
        if each.place_id in spared
    )
    notes = (*travel.notes, *travel.cut_off([each.stop for each in wanted]))
    return Week(tuple(tours), shares(needs, meant, held.given, spared), left, notes, met)


def supply(asked: Asked, wanted: Sequence[Wanted], travel: Travel) -> int:
    """Return about how many visits all teams have time for in the week.

    By the usual way to a near place, and back to the start at the end.
    """
    ways = np.where(np.isfinite(travel.minutes), travel.minutes, np.nan)[1:, 1:]
    near = np.sort(ways + np.where(np.eye(len(wanted)) > 0, np.nan, 0.0), axis=1)[:, :NEIGHBOURS]
    usual = float(np.nanmean(near)) if np.isfinite(near).any() else 0.0
    dwell = float(np.mean([each.stop.dwell for each in wanted]))
    whole = 0
    for shift in asked.shifts:
        minutes = (shift.valid_to - shift.valid_from) / MINUTE - asked.pause - usual
        whole += asked.teams * max(0, int(minutes // (dwell + usual)))
    return whole


def _told(progress: Progress, number: int, shifts: int, share: float, *_: float) -> None:
    progress((number + min(share, 1.0)) / shifts, 0.0, 0.0)


def _check(asked: Asked, wanted: Sequence[Wanted]) -> None:
    if not asked.shifts:
        raise Invalid("Choose at least one day.")
    if not wanted:
        raise Invalid("Tick at least one place.")
    if not 1 <= asked.teams <= MOST_TEAMS:
        raise Invalid(f"Plan for 1 to {MOST_TEAMS} teams.")
    if not 1 <= asked.visits <= 3 or not 0 <= asked.pause <= 90:
        raise Invalid("Plan 1 to 3 visits to a place, and a break of at most 90 minutes.")
    _check_shifts(asked.shifts)
    if len({each.place_id for each in wanted}) < len(wanted):
        raise Invalid("A place is ticked twice.")
    if any(not each.score > 0 for each in wanted):
        raise Invalid("What a stop is worth is above nothing.")


def _check_shifts(shifts: Sequence[Shift]) -> None:
    for each in shifts:
        if not timedelta(0) < each.valid_to - each.valid_from <= LONGEST:
            raise Invalid("A shift ends after it begins, and within 14 hours.")
    for before, after in pairwise(shifts):
        if after.valid_from - before.valid_from < timedelta(hours=20):
            raise Invalid("Plan one shift a day.")


def _need(asked: Asked, each: Wanted) -> Need:
    stop = each.stop
    most = max(1, min(asked.visits, stop.visits_a_day, stop.most_minutes // stop.dwell))
    fits = tuple(
        number
        for number, (opens, closes) in sorted(each.hours.items())
        if closes - opens >= stop.dwell * MINUTE
    )
    return Need(each.place_id, stop.name, each.score, fits, most, each.urgent)


def _shift(held: _Held, number: int, progress: Progress | None) -> tuple[list[Tour], float]:
    """Solve one shift for all its teams; return their tours, and how far from the bound."""
    from geo.orienteering import Ask
    from geo.orienteering import solve as search  # brings in OR-Tools, which others do without
    from geo.orienteering_even import evened
    from geo.orienteering_spread import spread_all

    asked, shift = held.asked, held.asked.shifts[number]
    made, of = _problem(held, number)
    seed = asked.seed * 31 + number
    plan = search(made, Ask(asked.time_limit / len(asked.shifts), seed, vary=0.05), progress)
    gap, plan = plan.gap, spread_all(made, evened(made, plan), seed=seed)
    today = Counter(of[visit.stop] for route in plan.routes for visit in route.visits)
    tours = []
    for route in plan.routes:
        stops = tuple(
            replace(
                _stop(shift, held.wanted[of[visit.stop]], made.stops[visit.stop], visit.begins),
                visits_a_day=today[of[visit.stop]],  # what is promised is what dose is held against
            )
            for visit in route.visits
        )
        order = [1 + of[visit.stop] for visit in route.visits]
        back = shift.valid_from + route.finishes * MINUTE
        way, spent = held.travel.way(order), held.travel.spent(order)
        solved = Solved(stops, way, back, spent, held.travel.notes)
        tours.append(Tour(number, route.team + 1, _named(asked, shift, route.team + 1), solved))
    _give(held, tours)
    return tours, gap


def _give(held: _Held, tours: Sequence[Tour]) -> None:
    """Note what each place was given, and when last."""
    made = [stop for each in tours for stop in each.solved.stops]
    for stop in sorted(made, key=lambda each: each.arrive):
        assert stop.place_id is not None
        held.given[stop.place_id] += 1
        held.last[stop.place_id] = stop.arrive


def _named(asked: Asked, shift: Shift, team: int) -> Shift:
    """Name a team's patrol by its day, and by its number where there are several."""
    day = shift.valid_from.astimezone(LONDON)
    tail = f", {day:%A}" + (f", team {team}" if asked.teams > 1 else "")
    return replace(shift, title=shift.title[: 120 - len(tail)] + tail)


def _problem(held: _Held, number: int) -> tuple["Problem", list[int]]:
    """Put a shift as team orienteering, minutes from its beginning; and whose each stop is."""
    from geo.orienteering import Break, Problem, Team
    from geo.orienteering import Stop as Visit

    asked, shift = held.asked, held.asked.shifts[number]
    whole = float((shift.valid_to - shift.valid_from) // MINUTE)
    visits, of = list[Visit](), list[int]()
    for at, (each, need) in enumerate(zip(held.wanted, held.needs, strict=True)):
        windows = _windows(shift, each, number, held.last.get(each.place_id))
        for copy in range(held.due(need, number) if windows else 0):
            of.append(at)
            score = held.weight(need, number, copy)
            visits.append(Visit(at + 1, score, each.stop.dwell, windows, each.place_id))
    breaks = (Break(whole // 3, 2 * whole // 3, asked.pause),) if asked.pause else ()
    spacing = max(each.stop.spacing for each in held.wanted)
    team = Team(0, 0, whole, breaks=breaks)
    return Problem(tuple(visits), (team,) * asked.teams, (held.travel.minutes,), spacing), of


def _windows(shift: Shift, each: Wanted, number: int, last: datetime | None) -> Spans:
    """Return between which minutes of a shift a visit may begin; not when the last one did."""
    if number not in each.hours:
        return ()
    opens, closes = each.hours[number]
    first = float(-(-(max(opens, shift.valid_from) - shift.valid_from) // MINUTE))
    until = float((min(closes, shift.valid_to) - shift.valid_from) // MINUTE - each.stop.dwell)
    if first > until:
        return ()
    if last is None or not timedelta(0) < shift.valid_from - last < timedelta(hours=36):
        return ((first, until),)
    spans: Spans = ((first, until),)
    for again in (_minutes(last, shift), _minutes(last, shift) - 24 * 60):
        parts = [(begin, min(end, float(again - APART))) for begin, end in spans]
        parts += [(max(begin, float(again + APART)), end) for begin, end in spans]
        spans = tuple(sorted(part for part in parts if part[0] <= part[1]))
    return spans or ((first, until),)


def _minutes(last: datetime, shift: Shift) -> int:
    """Return in which minute of a shift London's clocks show the time of ``last``."""
    clock = last.astimezone(LONDON).replace(tzinfo=None)
    begins = shift.valid_from.astimezone(LONDON).replace(tzinfo=None)
    return ((clock - begins) // MINUTE) % (24 * 60)


def _stop(shift: Shift, each: Wanted, made: "Visit", begins: float) -> Stop:
    """Write a visit as a stop, with the window that it lies in."""
    opens, closes = next(
        span for span in made.windows if span[0] - 1e-6 <= begins <= span[1] + 1e-6
    )
    return replace(
        each.stop,
        opens=shift.valid_from + opens * MINUTE,
        closes=shift.valid_from + (closes + each.stop.dwell) * MINUTE,
        arrive=shift.valid_from + round(begins) * MINUTE,
    )
