"""Places named in a return interview, coded by a person, with nothing that joins them.

Council exports of missing episodes hold no place (domain, 3.2), so whoever holds the interview or
coordinates them codes the places that were named. What is kept cannot be told from the same places
told in as many other interviews: each is a row of its own under a random number and a random key,
written in no order and with no entry in the log; of the day the month is kept; what drove or drew
is kept with one place and never copied to another; there is no free text. That the agency told of
a place in a week is noted apart (`ToldPlace`), for all of its interviewers and interviews together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from secrets import token_bytes
from typing import Any

from shapely import Point
from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import audit, case_work, codes, concern_submitting, matching, places
from domain.audit import action
from domain.codes import ref
from domain.errors import Invalid, NotPermitted
from domain.people import Actor, Permission
from domain.places import Place
from domain.touches import PASSING, UNSAID, PlaceTouch
from domain.visibility import is_restricted, reach
from geo.grid import cell_of
from geo.space import EXTENT
from store.columns import bbox_intersects
from store.database import Base

MOST = 12
"""Places of one form."""
MONTHS_BACK = 24
KEPT_WEEKS = 52
"""So long it is kept that an agency told of a place."""
NEAR = 30.0
"""Metres from a place's outline within which a spot is taken to mean it."""
CELL = 250
"""Side in metres of the square whose middle stands for a home."""
HOME_PRECISION = ref("precision", "area")
SOURCE = ref("touch_sources", "rhi")


class ToldPlace(Base):
    """An agency told of a place in the week that begins on ``week``: no interview, no person."""

    __tablename__ = "told_place"
    __table_args__ = (UniqueConstraint("agency_id", "place_id", "week"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    week: Mapped[date] = mapped_column(index=True)


@dataclass(frozen=True)
class Named:
    """One place that was named: where it is, and its part in the episode; codes from our lists.

    ``spot`` (EPSG:27700) or ``place_id``. ``lives_here`` is None where it is not known whether
    someone lives there; then it is kept as a home, unless people only pass through.
    """

    role: str
    spot: Point | None = None
    place_id: int | None = None
    precision: str = ref("precision", "street")
    time_band: str = ref("time_bands", "unknown")
    day_type: str = ref("day_types", "unknown")
    felt: str = UNSAID
    transport_mode: str = ref("transport_modes", "unknown")
    push_factors: tuple[str, ...] = ()
    pull_factors: tuple[str, ...] = ()
    lives_here: bool | None = None


LISTS = {
    "role": "touch_roles",
    "precision": "precision",
    "time_band": "time_bands",
    "day_type": "day_types",
    "felt": "felt_safety",
    "transport_mode": "transport_modes",
}
MANY = ("push_factors", "pull_factors")


@action("interview.code", needs=Permission.CODE_INTERVIEWS)
def code(
    session: Session,
    actor: Actor,
    month: date,
    named: Sequence[Named],
    *,
    today: date | None = None,
) -> None:
    """Keep the places named in one interview, none of them joined to another.

    Raises
    ------
    NotPermitted
        Nobody is named, or they belong to no agency.
    NotFound
        A place is not there for this actor.
    Invalid
        There are none or too many; the month, a code or a spot cannot be taken.
    """
    case_work.person(actor)
    day = today or matching.today()
    if not 1 <= len(named) <= MOST:
        raise Invalid(f"Put down 1 to {MOST} places.")
    first = checked_month(month, day)
    rows = [_row(session, actor, each, first) for each in named]
    audit.scatter(session, PlaceTouch, rows)
    _remember(session, actor, {row["place_id"] for row in rows if row["place_id"]}, day)
    audit.note(session, PlaceTouch.__tablename__, {})


@action("interview.sweep", needs=Permission.RUN_JOBS)
def sweep(session: Session, _actor: Actor, today: date | None = None) -> int:
    """Erase that agencies told of places, once it is a year old; return how many."""
    last = week_of(today or matching.today()) - timedelta(weeks=KEPT_WEEKS)
    weeks = session.scalars(select(ToldPlace.week).where(ToldPlace.week < last).distinct()).all()
    return sum(audit.remove(session, ToldPlace, "week", week) for week in weeks)


def months(today: date | None = None) -> list[date]:
    """Return the months that can be told of, the latest first: the first day of each."""
    found = [(today or matching.today()).replace(day=1)]
    while len(found) < MONTHS_BACK:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def checked_month(month: date, today: date) -> date:
    """Return the first day of a month that can be told of, `Invalid` for another."""
    first = month.replace(day=1)
    if first not in months(today):
        raise Invalid(f"Choose this month or one of the {MONTHS_BACK - 1} before it.")
    return first


def week_of(day: date) -> date:
    """Return the Monday of the week that holds ``day``."""
    return day - timedelta(days=day.weekday())


def agency_of(actor: Actor) -> int:
    """Return the agency that tells; `NotPermitted` where the actor belongs to none."""
    if actor.agency_id is None:
        raise NotPermitted("Only somebody who works for an agency can tell this.")
    return actor.agency_id


def on_the_grid(spot: Point) -> Point:
    """Return ``spot`` (EPSG:27700), `Invalid` where it lies off the National Grid."""
    west, south, east, north = EXTENT
    if spot.is_empty or not (west <= spot.x <= east and south <= spot.y <= north):
        raise Invalid("That spot is not in Britain. Please choose it again.")
    return spot


def middle_of_cell(spot: Point) -> Point:
    """Return the middle of the square of 250 m that holds ``spot``."""
    column, row = cell_of([spot.x], [spot.y], CELL)
    return Point((int(column[0]) + 0.5) * CELL, (int(row[0]) + 0.5) * CELL)


def place_at(session: Session, actor: Actor, spot: Point) -> Place | None:
    """Return the place of concern that ``actor`` knows at ``spot``, or the nearest within 30 m."""
    box = (spot.x - NEAR, spot.y - NEAR, spot.x + NEAR, spot.y + NEAR)
    query = select(Place).where(
        places.known(actor), Place.merged_into_id.is_(None), bbox_intersects(Place.shape, box)
    )
    where = reach(session, actor)
    held = [each for each in session.scalars(query) if where.holds(each.shape)]
    near = [each for each in held if each.shape.distance(spot) <= NEAR]
    return min(near, key=lambda each: (each.shape.distance(spot), each.shape.area), default=None)


def _row(session: Session, actor: Actor, named: Named, month: date) -> dict[str, Any]:
    place, spot = _where(session, actor, named)
    home = _is_home(named, place)
    told = {name: codes.check(listed, getattr(named, name)) for name, listed in LISTS.items()}
    if home:
        told["precision"] = HOME_PRECISION
    return {
        **told,
        **{name: _several(name, getattr(named, name)) for name in MANY},
        "key": token_bytes(16),
        "source": SOURCE,
        "month": month,
        "place_id": None if home or place is None else place.id,
        "residential": home,
        "duration_band": ref("duration_bands", "unknown"),
        "distance_band": ref("distance_bands", "unknown"),
        "cross_border": not concern_submitting.is_ours(session, spot),
        "spot": middle_of_cell(spot) if home else spot,
    }


def _where(session: Session, actor: Actor, named: Named) -> tuple[Place | None, Point]:
    """Return the place that is meant, if there is one, and a spot in it."""
    if named.place_id is not None:
        place = places.find(session, actor, named.place_id)
        return place, place.shape.representative_point()
    if named.spot is None:
        raise Invalid("Say where each place is.")
    spot = on_the_grid(named.spot)
    return place_at(session, actor, spot), spot


def _is_home(named: Named, place: Place | None) -> bool:
    """Say whether it is kept as a home: by its part, its type, or what is said of it."""
    if codes.current().touch_roles[codes.check("touch_roles", named.role)].sealed:
        return True
    if named.lives_here:
        return True
    if place is not None and _is_lived_in(place):
        return True
    if named.place_id is not None:
        return False
    return named.lives_here is None and named.role not in PASSING


def _is_lived_in(place: Place) -> bool:
    kind = codes.current().place_types.get(place.place_type)
    return is_restricted(place.place_type) or (kind is not None and kind.dwelling)


def _several(name: str, given: Iterable[str]) -> list[str]:
    return sorted({codes.check(name, each) for each in given})


def _remember(session: Session, actor: Actor, place_ids: set[int], day: date) -> None:
    """Note that the agency told of these places this week, once each, without an entry."""
    agency, week = agency_of(actor), week_of(day)
    held = select(ToldPlace.place_id).where(ToldPlace.agency_id == agency, ToldPlace.week == week)
    fresh = place_ids - set(session.scalars(held))
    rows = [{"agency_id": agency, "place_id": number, "week": week} for number in fresh]
    audit.scatter(session, ToldPlace, rows)
