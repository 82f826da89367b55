"""Places that a patrol may visit: what the meeting agreed there, how much is needed, and when.

A place's need is its priority, which rests on no police counts. Hours are those in which what is
recorded there falls: they say when to come, never whether.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import case_work, codes, incidents, matching, places, priority, priority_parts
from domain import plan_board as board
from domain.filters import Filters
from domain.patrol_planning import APPROVED, AROUND, SECTION_60
from domain.patrols import WIDEST
from domain.people import Actor, Permission
from domain.places import Place
from domain.plan_actions import Standing
from domain.plan_board import Card
from domain.status import Status
from domain.visibility import is_restricted, reach
from geo import when
from geo.aoristic import aoristic

NEARBY = 100.0
"""Metres around a place from which its hours are told."""
HOURS = 4
FEWEST = 10
"""Records below which no hours are told."""
YEAR = timedelta(days=365)
PATROL = "S05"
"""The tactic of the catalogue that is a patrol."""
STANDINGS = frozenset({Standing.ACCEPTED, Standing.IN_PROGRESS})


@dataclass(frozen=True)
class Hours:
    """The hours of the day, London, from ``first`` up to ``until`` (maybe past midnight)."""

    first: int
    until: int
    share: float

    @property
    def words(self) -> str:
        """What people read."""
        return (
            f"{self.share:.0%} of what is recorded there falls from {self.first:02d}:00 "
            f"to {self.until:02d}:00."
        )


@dataclass(frozen=True)
class Choice:
    """A place that may become a stop; a person wrote ``name``, ``worries`` and actions: escape.

    ``zone`` (EPSG:27700) is at most 200 m around a spot. ``score`` is its need from 0 to 1,
    ``reasons`` say what it rests on. ``hours`` is None where too little is recorded to tell.
    """

    place_id: int
    name: str
    kind: str
    state: str
    approved: bool
    zone: BaseGeometry
    worries: str
    score: float
    reasons: tuple[str, ...]
    actions: tuple[Card, ...]
    hours: Hours | None

    @property
    def to_do(self) -> str:
        """What the plan agreed for a patrol there, "" where nothing is."""
        return next((each.what for each in self.actions if each.tactic_code == PATROL), "")[:300]

    @property
    def action_id(self) -> int | None:
        """The action that a visit serves."""
        return next((each.id for each in self.actions if each.tactic_code == PATROL), None)

    @property
    def why(self) -> str:
        """Say why the stop is made, fit for the sheet: the place, never who told of it."""
        known = self.worries.strip() or "The partnership agreed to be here for young people."
        if len(known) > 200:
            known = known[:200].rsplit(" ", 1)[0].rstrip(".,;") + "."
        return " ".join(filter(None, [known, self.hours.words if self.hours else ""]))


def choices(session: Session, actor: Actor) -> list[Choice]:
    """Return places that may be visited: agreed by a meeting first, then by need.

    Homes, refuges and dwellings are never among them.

    Raises
    ------
    NotPermitted
        The actor may not plan patrols, or reads neutral cards alone.
    """
    actor.must(Permission.PATROL)
    case_work.must_read_cases(actor)
    where = reach(session, actor)
    query = select(Place).where(places.known(actor), Place.merged_into_id.is_(None))
    found = [
        each
        for each in session.scalars(query.order_by(Place.id))
        if not is_restricted(each.place_type)
        and each.status not in (Status.ARCHIVED, Status.STEPPED_DOWN)
        and where.holds(each.shape)
    ]
    ranked = priority.by_id(
        priority.rank(priority_parts.parts(session, actor, [each.id for each in found]))
    )
    cards = _actions(session, actor)
    made = [_choice(session, actor, each, ranked[each.id], cards) for each in found]
    return sorted(made, key=lambda each: (not each.approved, not each.actions, -each.score))


def zone_of(shape: BaseGeometry) -> BaseGeometry:
    """Return the zone of a visit: the outline and 25 m around it, or 150 m around its middle."""
    grown = shape.buffer(AROUND)
    if grown.geom_type == "Polygon" and shapely.minimum_bounding_radius(grown) <= WIDEST:
        return grown
    return shapely.point_on_surface(shape).buffer(150)


def _actions(session: Session, actor: Actor) -> dict[int, list[Card]]:
    found: dict[int, list[Card]] = {}
    for card in board.cards(session, actor):
        if card.standing in STANDINGS and not SECTION_60.search(f"{card.what} {card.tactic}"):
            found.setdefault(card.place_id, []).append(card)
    return found


def _choice(
    session: Session,
    actor: Actor,
    place: Place,
    ranked: priority.Ranked,
    cards: dict[int, list[Card]],
) -> Choice:
    return Choice(
        place_id=place.id,
        name=place.name,
        kind=codes.current().place_types.label(place.place_type),
        state=place.status.words,
        approved=place.status in APPROVED,
        zone=zone_of(place.shape),
        worries="" if SECTION_60.search(place.worries) else place.worries,
        score=ranked.score,
        reasons=priority_parts.words(ranked.parts),
        actions=tuple(cards.get(place.id, ())),
        hours=hours_of(session, actor, place.shape),
    )


def hours_of(session: Session, actor: Actor, shape: BaseGeometry) -> Hours | None:
    """Return the four hours of the day that hold most records of a year near ``shape``."""
    around = shape.buffer(NEARBY)
    asked = Filters(since=matching.today() - YEAR)
    rows = incidents.frame(session, actor, around.bounds, asked)
    rows = rows[rows.intersects(around)]
    spread = aoristic(
        rows["occurred_from"].to_numpy("datetime64[ns]"),
        rows["occurred_to"].to_numpy("datetime64[ns]"),
    )
    if spread.narrow.sum() < FEWEST:
        return None
    (best,) = when.best_hours(np.asarray(spread.narrow), hours=[HOURS])
    return Hours(best.hour, (best.hour + best.hours) % 24, best.share)
