"""Places that were named lately, and pairs that may be one: never who was named with them.

A place is named by a report that was linked to it, a note, a missing episode's place that was
taken in, a patrol's visit, or by being noted or brought back.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import numpy as np
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import concern_near, places
from domain.annotations import Annotation, AnnotationState
from domain.batches import ImportBatch
from domain.concern_sharing import TOLD
from domain.concerns import Concern, ConcernEvent
from domain.people import Actor, Permission
from domain.places import Place, PlaceEvent, Status
from domain.touches import BEGAN, PlaceTouch
from domain.visibility import cleared, reach, sees_names
from store import reading

Told: TypeAlias = tuple[int, str, datetime]
WAYS = {
    "noted": "noted as a place",
    "concern": "reported",
    "note": "written about",
    "touch": "named in missing episodes",
    "moved": "moved on",
}


@dataclass(frozen=True)
class Named:
    """A place that was named: when last, and in which ways. ``name`` is a person's: escape it.

    ``times`` counts each way for readers of full cards; below, it is empty.
    """

    place_id: int
    name: str
    status: Status
    last: datetime
    ways: tuple[str, ...]
    times: Mapping[str, int]

    def words(self) -> str:
        """Say how it was named: "reported (2), written about"."""
        said = [
            f"{WAYS[way]} ({self.times[way]})" if self.times.get(way, 0) > 1 else WAYS[way]
            for way in self.ways
        ]
        return ", ".join(said)


@dataclass(frozen=True)
class Pair:
    """Two places that may be one, so many metres apart; the names are a person's: escape them."""

    first_id: int
    first: str
    second_id: int
    second: str
    metres: int


def named(session: Session, actor: Actor, since: datetime, until: datetime) -> list[Named]:
    """Return the places that were named after ``since`` up to ``until``, the latest first.

    Raises
    ------
    NotPermitted
        The actor takes no part in meetings.
    """
    actor.must(Permission.MEET)
    known = _known(session, actor)
    found: defaultdict[int, list[tuple[str, datetime]]] = defaultdict(list)
    for place_id, way, at in _all_ways(session, actor, since, until):
        if place_id in known:
            found[place_id].append((way, at))
    told = [_named(actor, known[number], ways) for number, ways in found.items()]
    return sorted(told, key=lambda each: (each.last, each.place_id), reverse=True)


def duplicates(session: Session, actor: Actor, place_ids: Iterable[int]) -> list[Pair]:
    """Return pairs of places that may be one, of which at least one is in ``place_ids``.

    How near they must be goes by the types of both (`concern_near.distance`); the nearest first.

    Raises
    ------
    NotPermitted
        The actor takes no part in meetings.
    """
    actor.must(Permission.MEET)
    if not sees_names(actor):
        return []
    known = _known(session, actor)
    listed = list(known.values())
    tree = shapely.STRtree([each.shape for each in listed])
    pairs: dict[tuple[int, int], Pair] = {}
    for number in sorted(set(place_ids) & known.keys()):
        one = known[number]
        reached = concern_near.distance(one.place_type)
        for index in np.sort(tree.query(one.shape, predicate="dwithin", distance=reached)):
            other = listed[int(index)]
            near = one.shape.distance(other.shape) <= concern_near.distance(other.place_type)
            if near and other.id != one.id:
                pairs.setdefault(_key(one, other), _pair(one, other))
    return sorted(pairs.values(), key=lambda each: (each.metres, each.first_id))


def _all_ways(session: Session, actor: Actor, since: datetime, until: datetime) -> Iterator[Told]:
    for query, way in (
        (_noted(), ""),
        (_concerns(), "concern"),
        (_notes(actor), "note"),
        (_touches(), "touch"),
    ):
        told = query.subquery()
        within = select(told).where(told.c.at > since, told.c.at <= until)
        for row in session.execute(within):
            yield row.place_id, way or row.kind, row.at


def _noted() -> reading.Query:
    return select(PlaceEvent.place_id, PlaceEvent.at, PlaceEvent.kind).where(
        PlaceEvent.kind.in_(("noted", "moved"))
    )


def _concerns() -> reading.Query:
    """Only what moderators shared: what waits in the queue names no place yet."""
    return (
        select(Concern.place_id, ConcernEvent.at)
        .join(ConcernEvent, ConcernEvent.concern_id == Concern.id)
        .where(
            Concern.place_id.is_not(None),
            Concern.state.in_(TOLD),
            ConcernEvent.kind == "shared",
        )
    )


def _notes(actor: Actor) -> reading.Query:
    return select(Annotation.place_id, Annotation.made_at.label("at")).where(
        Annotation.place_id.is_not(None),
        Annotation.state == AnnotationState.SHARED,
        Annotation.tier <= int(actor.tier),
    )


def _touches() -> reading.Query:
    """Of an episode's place only the month is kept: it was named when its file was taken in."""
    return (
        select(PlaceTouch.place_id, ImportBatch.finished_at.label("at"))
        .join(ImportBatch, ImportBatch.id == PlaceTouch.batch_id)
        .where(
            PlaceTouch.place_id.is_not(None),
            PlaceTouch.role != BEGAN,
            PlaceTouch.residential.is_(False),
        )
    )


def _known(session: Session, actor: Actor) -> dict[int, Place]:
    where = reach(session, actor)
    query = select(Place).where(
        places.known(actor),
        cleared(actor, Place.tier, Place.place_type),
        Place.merged_into_id.is_(None),
        Place.status != Status.ARCHIVED,
    )
    return {each.id: each for each in session.scalars(query) if where.holds(each.shape)}


def _named(actor: Actor, place: Place, ways: list[tuple[str, datetime]]) -> Named:
    full = sees_names(actor)
    kinds = [way for way in WAYS if any(each == way for each, _ in ways)]
    return Named(
        place_id=place.id,
        name=place.name if full else place.neutral_name,
        status=place.status,
        last=max(at for _, at in ways),
        ways=tuple(kinds),
        times={way: sum(each == way for each, _ in ways) for way in kinds} if full else {},
    )


def _key(one: Place, other: Place) -> tuple[int, int]:
    return min(one.id, other.id), max(one.id, other.id)


def _pair(one: Place, other: Place) -> Pair:
    metres = round(one.shape.distance(other.shape))
    return Pair(one.id, one.name, other.id, other.name, metres)
