"""Near-duplicates: reports and places that may be one, by a distance of each kind of place."""

import json
from functools import cache
from pathlib import Path

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import places
from domain.concerns import OPEN, Concern, ConcernState, must_moderate
from domain.people import Actor, Permission
from domain.places import Place, Status
from domain.visibility import reach
from geo.space import Box
from store.columns import bbox_intersects

DISTANCES = Path(__file__).resolve().parents[1] / "data" / "concerns" / "near.json"
MOST = 20
JOINED = OPEN | {ConcernState.SHARED, ConcernState.FED_BACK}
"""What a report can be merged into."""


def distance(place_type: str) -> float:
    """Return the metres within which two reports of such a place may be of one place."""
    metres, otherwise = _distances()
    return metres.get(place_type, otherwise)


def near_concerns(session: Session, actor: Actor, concern_id: int) -> list[Concern]:
    """Return the reports that may be of the same place, the nearest first: for moderators.

    Raises
    ------
    NotPermitted
        The actor does not decide on reports.
    """
    must_moderate(actor)
    concern = session.get(Concern, concern_id)
    if concern is None:
        return []
    metres = distance(concern.place_type)
    query = select(Concern).where(
        Concern.id != concern.id,
        Concern.state.in_(JOINED),
        bbox_intersects(Concern.shape, _around(concern.shape, metres)),
    )
    where = reach(session, actor)
    found = [
        (concern.shape.distance(each.shape), each.id, each)
        for each in session.scalars(query)
        if where.holds(each.shape)
    ]
    within = sorted(row[:2] for row in found if row[0] <= metres)[:MOST]
    by_id = {each.id: each for _, _, each in found}
    return [by_id[number] for _, number in within]


def near_places(
    session: Session, actor: Actor, shape: BaseGeometry, place_type: str
) -> list[Place]:
    """Return the places that a report at ``shape`` may be of, the nearest first.

    Only those that the reader is cleared for; for the public and community partners there is
    nothing to see and nothing is looked up.
    """
    if not actor.may(Permission.SEE_PLACES):
        return []
    metres = distance(place_type)
    query = select(Place).where(
        places.known(actor),
        Place.status != Status.ARCHIVED,
        Place.merged_into_id.is_(None),
        bbox_intersects(Place.shape, _around(shape, metres)),
    )
    where = reach(session, actor)
    found = {each.id: each for each in session.scalars(query) if where.holds(each.shape)}
    apart = sorted((shape.distance(each.shape), number) for number, each in found.items())
    return [found[number] for metre, number in apart if metre <= metres][:MOST]


def _around(shape: BaseGeometry, metres: float) -> Box:
    west, south, east, north = shape.bounds
    return west - metres, south - metres, east + metres, north + metres


@cache
def _distances() -> tuple[dict[str, float], float]:
    told = json.loads(DISTANCES.read_text(encoding="utf-8"))
    return {code: float(metre) for code, metre in told["metres"].items()}, float(told["otherwise"])
