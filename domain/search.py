"""Search without the internet: places, streets, postcodes, features and coordinates."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shapely import Point
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.gazetteer import (
    FEATURE,
    PLACE,
    POSTCODE,
    STREET,
    GazetteerEntry,
    begins,
    fold,
    grid_reference,
    lookup,
)
from domain.people import Actor, Permission
from domain.places import Place, known
from domain.visibility import STREET as SQUARE
from domain.visibility import reach, sees_names
from geo import gridref
from geo.space import Box

LONGEST = 100
EXACT, STARTS, WORD, WITHIN = range(4)
NAMED = (PLACE, STREET, FEATURE)
CONCERN, SPOT = "place of concern", "spot"
_ORDER = (CONCERN, SPOT, POSTCODE, PLACE, STREET, FEATURE)


@dataclass(frozen=True)
class Hit:
    """One answer. ``name`` and ``detail`` may be a person's words: escape them.

    ``kind`` is "place of concern", "spot" (coordinates), "postcode", "place", "street" or
    "feature". ``easting`` and ``northing`` are metres (EPSG:27700); ``size`` is the side of the
    square that they are the middle of, 0 for a point. ``place_id`` is set for a place of concern.
    """

    kind: str
    name: str
    detail: str
    easting: float
    northing: float
    size: float = 0.0
    place_id: int | None = None
    rank: int = WITHIN

    @property
    def box(self) -> Box:
        """What the map is to show: the square, or 150 m around a point."""
        half = max(self.size / 2, 150.0)
        east, north = self.easting, self.northing
        return east - half, north - half, east + half, north + half


def search(session: Session, actor: Actor, text: str, limit: int = 10) -> list[Hit]:
    """Return where ``text`` may lead, the best first: exact names, then beginnings, then words.

    Places of concern are searched as the reader may know them: by every name from tier T3, by
    the neutral name below, where they are also placed no finer than a square of 100 m.

    Raises
    ------
    NotPermitted
        The actor may not open the map.
    """
    actor.must(Permission.SEE_MAP)
    asked = text[:LONGEST].strip()
    folded = fold(asked)
    hits = _spots(asked)
    if folded:
        hits += _places(session, actor, folded)
        hits += _postcodes(session, folded, limit)
        hits += _named(session, folded, limit)
    hits.sort(key=lambda hit: (hit.rank, _ORDER.index(hit.kind), fold(hit.name)))
    return hits[: max(limit, 0)]


def whereabouts(session: Session, text: str, limit: int = 8) -> list[Hit]:
    """Return streets, postcodes, features and coordinates for ``text``, the best first.

    For everyone, signed in or not: this is public geography, and no place of concern is asked.
    """
    asked = text[:LONGEST].strip()
    folded = fold(asked)
    hits = [hit for hit in _spots(asked) if hit.size < 10_000]
    if folded:
        hits += _postcodes(session, folded, limit) + _named(session, folded, limit)
    hits.sort(key=lambda hit: (hit.rank, _ORDER.index(hit.kind), fold(hit.name)))
    return hits[: max(limit, 0)]


def _spots(text: str) -> list[Hit]:
    """Read coordinates; a text that could be half a postcode stands behind the postcodes."""
    spot = gridref.parse_location(text)
    if spot is None:
        return []
    reference = grid_reference(Point(spot.easting, spot.northing))
    short = spot.size >= 10_000
    rank = WORD if short else EXACT
    return [
        Hit(
            SPOT,
            text,
            f"{spot.read_as}: {reference}" if not short else spot.read_as,
            spot.easting,
            spot.northing,
            spot.size,
            rank=rank,
        )
    ]


def _places(session: Session, actor: Actor, folded: str) -> list[Hit]:
    where = reach(session, actor)
    query = select(Place).where(
        known(actor), where.narrow(Place.shape), Place.merged_into_id.is_(None)
    )
    found = []
    for place in session.scalars(query):
        rank = min(_rank(fold(name), folded) for name in _names(actor, place))
        if rank < WITHIN and where.holds(place.shape):
            found.append(_place_hit(actor, place, rank))
    return found


def _names(actor: Actor, place: Place) -> Iterable[str]:
    if not sees_names(actor):
        return (place.neutral_name,)
    return (place.name, place.neutral_name, *place.aliases)


def _place_hit(actor: Actor, place: Place, rank: int) -> Hit:
    middle = middle_of(place.shape)
    detail = f"place of concern, {place.status.words}"
    if sees_names(actor):
        return Hit(CONCERN, place.name, detail, middle.x, middle.y, 0.0, place.id, rank)
    square = to_square(middle)
    name = place.neutral_name
    return Hit(CONCERN, name, detail, square.x, square.y, SQUARE, place.id, rank)


def middle_of(shape: BaseGeometry) -> Point:
    """Return a point of ``shape`` to show it by."""
    return shape.representative_point()


def to_square(point: Point) -> Point:
    """Return the middle of the square, 100 m a side, that holds ``point``."""
    return Point(*(edge // SQUARE * SQUARE + SQUARE / 2 for edge in (point.x, point.y)))


def _rank(name: str, folded: str) -> int:
    if name == folded:
        return EXACT
    if name.startswith(folded):
        return STARTS
    return WORD if f" {folded}" in f" {name}" else WITHIN


def _postcodes(session: Session, folded: str, limit: int) -> list[Hit]:
    """Find postcodes by their beginning; whatever is typed as one holds a figure by the fourth."""
    compact = folded.replace(" ", "")
    if len(compact) > 7 or not any(each.isdigit() for each in compact[1:4]):
        return []
    entries = lookup(session, begins(_SOUGHT, compact), (POSTCODE,), limit)
    return [_hit(entry, _postcode_rank(entry, folded, compact)) for entry in entries]


def _postcode_rank(entry: GazetteerEntry, folded: str, compact: str) -> int:
    """Put first what begins as typed, space and all: "NX1 2" leads to NX1 2AB before NX12 3ZZ."""
    if entry.sought == compact:
        return EXACT
    return STARTS if fold(entry.name).startswith(folded) else WORD


def _named(session: Session, folded: str, limit: int) -> list[Hit]:
    """Find names by their beginning, and by a later word only where too few begin so."""
    entries = [
        entry
        for kind in NAMED
        for entry in lookup(session, begins(_SOUGHT, folded), (kind,), limit)
    ]
    if len(entries) < limit and len(folded) >= 3:
        later = _SOUGHT.contains(f" {folded}", autoescape=True)
        entries += lookup(session, later, NAMED, limit)
    unique = {entry.id: entry for entry in entries}
    return [_hit(entry, _rank(entry.sought, folded)) for entry in unique.values()]


_SOUGHT = GazetteerEntry.sought.expression


def _hit(entry: GazetteerEntry, rank: int) -> Hit:
    kind = "landmark" if entry.kind == FEATURE else entry.kind  # nobody asks for a feature
    detail = ", ".join(filter(None, [kind, entry.district]))
    hit = Hit(entry.kind, entry.name, detail, entry.spot.x, entry.spot.y, rank=rank)
    return replace(hit, detail=f"{detail} (no longer in use)") if entry.terminated else hit
