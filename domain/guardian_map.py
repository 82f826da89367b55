"""Who is open within five minutes' walk of a place, hour by hour, and when nobody is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from domain import matching, places, premises
from domain.codes import ref
from domain.filters import DAYS
from domain.people import Actor
from domain.places import Place
from domain.premises import SAFE_PLACE, Premises
from domain.visibility import reach
from geo.guardian_gaps import (
    DETOUR,
    FIVE_MINUTES,
    WALK,
    Gap,
    Week,
    guardian_gaps,
    open_hours,
    walking_minutes,
)

GUARDIAN = ref("premises_roles", "community_guardian")
METHOD = (
    f"Guardians within {FIVE_MINUTES:.0f} minutes' walk at 4.8 km/h. Without a street network the "
    f"way is taken as the straight line times {DETOUR}. An hour counts only if it is open all of "
    "it. Being open is not the same as being trusted."
)


@dataclass(frozen=True)
class Near:
    """A guardian or safe place near a place, and how many minutes away."""

    premises_id: int
    name: str
    minutes: float
    hours_known: bool


@dataclass(frozen=True)
class GuardianMap:
    """The week of one place: 7 days (Monday first) of 24 hours, and who was counted.

    ``words`` say how it was worked out and what is not known.
    """

    week: tuple[tuple[Gap, ...], ...]
    near: tuple[Near, ...]
    words: tuple[str, ...]

    def gaps(self) -> list[tuple[int, int]]:
        """Return each (weekday, hour) with no open guardian, Monday 0."""
        return [
            (day, hour)
            for day, hours in enumerate(self.week)
            for hour, found in enumerate(hours)
            if found is Gap.GAP
        ]


def of_place(
    session: Session,
    actor: Actor,
    place_id: int,
    *,
    minutes: dict[int, float] | None = None,
) -> GuardianMap:
    """Return the guardian map of a place.

    Parameters
    ----------
    minutes
        Walking minutes over a street network by premises id; those left out have no way. Without
        it straight lines are taken from the outline.

    Raises
    ------
    NotFound
        The place is not there, or not for this reader.
    """
    place = places.find(session, actor, place_id)
    around = _around(session, actor, place) if minutes is None else _named(session, actor, minutes)
    away = _straight(place, around) if minutes is None else [minutes[each.id] for each in around]
    counted = [(each, far) for each, far in zip(around, away, strict=True) if far <= FIVE_MINUTES]
    week = _week([each for each, _ in counted], np.array([[far for _, far in counted]]))
    near = [Near(each.id, each.name, round(far, 1), bool(each.opening)) for each, far in counted]
    known = sum(each.hours_known for each in near)
    words = [METHOD]
    if known < len(near):
        words.append(f"The hours of {len(near) - known} nearby are not known.")
    return GuardianMap(
        tuple(tuple(map(Gap, hours)) for hours in week.tolist()),
        tuple(sorted(near, key=lambda each: each.minutes)),
        tuple(words),
    )


def weeks(session: Session, actor: Actor, found: Sequence[Place]) -> Week:
    """Return the weeks of several places, shape (n, 7, 24), by straight lines."""
    rows = [
        _week(around, np.array([_straight(place, around)]))
        for place in found
        for around in [_around(session, actor, place)]
    ]
    return np.array(rows, dtype=np.int8).reshape(len(found), 7, 24)


def _week(around: Sequence[Premises], minutes: NDArray[np.float64]) -> Week:
    hours = [open_hours({day: each.opening.get(day, ()) for day in DAYS} if each.opening else {})
             for each in around]  # fmt: skip
    week: Week = guardian_gaps(minutes.reshape(1, len(around)), hours)[0]
    return week


def _around(session: Session, actor: Actor, place: Place) -> list[Premises]:
    near = FIVE_MINUTES * WALK / DETOUR
    box = tuple(shapely.bounds(place.shape.buffer(near)).tolist())
    where = reach(session, actor, (box[0], box[1], box[2], box[3]))
    found = session.scalars(_guardians(actor).where(where.narrow(Premises.spot)))
    return [each for each in found if where.holds(each.spot)]


def _named(session: Session, actor: Actor, minutes: dict[int, float]) -> list[Premises]:
    return list(session.scalars(_guardians(actor).where(Premises.id.in_(sorted(minutes)))))


def _guardians(actor: Actor) -> Select[Premises]:
    roles = or_(
        matching.lists(Premises.roles, GUARDIAN), matching.lists(Premises.roles, SAFE_PLACE)
    )
    return select(Premises).where(premises.known(actor), roles).order_by(Premises.id)


def _straight(place: Place, around: Sequence[Premises]) -> list[float]:
    """Walk from the outline of the place to each premises."""
    apart = [float(shapely.distance(place.shape, each.spot)) for each in around]
    there = np.column_stack([apart, np.zeros(len(apart))])
    found: list[float] = walking_minutes(np.zeros((1, 2)), there)[0].tolist()
    return found
