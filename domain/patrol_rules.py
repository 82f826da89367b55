"""What a patrol is planned with, as plain values, and the rules that every plan keeps to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from shapely.geometry.base import BaseGeometry

DWELL = (10, 15)
"""Minutes of one visit, from and to."""
LONGEST = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Exceptional:
    """Why a stop that no meeting approved is made all the same, and who answers for it.

    ``rests_on`` are codes of ``patrol_sources``, one at least that is not the police's own.
    """

    inspector: str
    basis: str
    effect: str
    rests_on: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One zone of a plan; ``zone`` in EPSG:27700, instants aware, ``dwell`` and doses in minutes.

    Without ``zone`` the place's outline and 25 m around it are meant. ``why`` is for the sheet:
    what is known of the place, never who told it.
    """

    opens: datetime
    closes: datetime
    arrive: datetime
    why: str
    dwell: int = 12
    place_id: int | None = None
    zone: BaseGeometry | None = None
    name: str = ""
    tactics: tuple[str, ...] = ()
    to_do: str = ""
    not_to_do: str = ""
    hazards: str = ""
    contact: str = ""
    visits_a_day: int = 3
    spacing: int = 120
    most_minutes: int = 45
    action_id: int | None = None
    exceptional: Exceptional | None = None


@dataclass(frozen=True, kw_only=True)
class Shift:
    """What holds for a whole patrol; instants aware, a shift may cross midnight."""

    title: str
    purpose: str
    legal_basis: str
    style: str
    agency_id: int
    valid_from: datetime
    valid_to: datetime
    start: str = ""


def broken(shift: Shift, stops: Sequence[Stop]) -> list[str]:
    """Say in sentences what a plan does not keep to; empty where it is sound.

    For a screen in which stops are moved by hand; `plan` refuses with the first of them.
    """
    said = _broken_shift(shift)
    for number, stop in enumerate(stops, 1):
        said += [f"Stop {number}: {each}" for each in _broken_stop(shift, stop)]
    for number, (before, after) in enumerate(pairwise(stops), 2):
        if before.arrive + timedelta(minutes=before.dwell) > after.arrive:
            said.append(f"Stop {number}: it begins before stop {number - 1} ends.")
    return said + _broken_dose(stops)


def _broken_shift(shift: Shift) -> list[str]:
    if shift.valid_from.tzinfo is None or shift.valid_to.tzinfo is None:
        return ["Give the shift's times with their time zone."]
    if not timedelta(0) < shift.valid_to - shift.valid_from <= LONGEST:
        return ["A shift ends after it begins, and within 24 hours."]
    return []


def _broken_stop(shift: Shift, stop: Stop) -> list[str]:
    said = []
    if not DWELL[0] <= stop.dwell <= DWELL[1]:
        said.append(f"stay {DWELL[0]} to {DWELL[1]} minutes.")
    if not shift.valid_from <= stop.opens < stop.closes <= shift.valid_to:
        said.append("its window lies outside of the shift.")
    if not stop.opens <= stop.arrive <= stop.closes - timedelta(minutes=stop.dwell):
        said.append("the visit does not fit its window.")
    if not (1 <= stop.visits_a_day <= 12 and 0 <= stop.spacing <= 720):
        said.append("plan 1 to 12 visits a day, at most 12 hours apart.")
    if not stop.dwell <= stop.most_minutes <= 240:
        said.append("the most minutes a day are from one visit's up to 240.")
    return said


def _broken_dose(stops: Sequence[Stop]) -> list[str]:
    """Compare visits of one place in this shift with the spacing and the most minutes."""
    said = []
    for place in sorted({each.place_id for each in stops if each.place_id is not None}):
        same = [(n, each) for n, each in enumerate(stops, 1) if each.place_id == place]
        for (_first, before), (number, after) in pairwise(same):
            gap = after.arrive - before.arrive - timedelta(minutes=before.dwell)
            if gap < timedelta(minutes=after.spacing):
                said.append(
                    f"Stop {number}: it comes sooner than {after.spacing} minutes after the last "
                    "visit there."
                )
        number, last = same[-1]
        if sum(each.dwell for _number, each in same) > last.most_minutes:
            said.append(f"Stop {number}: more than {last.most_minutes} minutes there in one shift.")
    return said
