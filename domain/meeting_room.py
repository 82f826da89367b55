"""What a room may be shown: never more than the least cleared person in it may see.

All of this is pure: seats in, a tier and a reader out. It is worked out anew at every arrival,
departure and change of screen-sharing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from domain.people import Actor, Permission, Tier

UNKNOWN = Tier.T2
"""What someone without a sign-in counts as, unless it is said; and whoever sees a shared screen."""
NOWHERE = frozenset({-1})
"""An area that is not there: nothing lies in it."""
SEEN = frozenset(
    {Permission.SEE_MAP, Permission.SEE_PLACES, Permission.SEE_HOT_SPOTS, Permission.MEET}
)
"""What may be done for a room at most; what patrols did is for rooms cleared for T3 alone."""


@dataclass(frozen=True)
class Seat:
    """One person in the room: what they are cleared for, and the areas that they work in."""

    tier: Tier
    area_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Room:
    """What the room as a whole may be shown. ``tier`` is T0 while nobody is in it."""

    tier: Tier
    area_ids: frozenset[int] = frozenset()
    people: int = 0


def room_of(seats: Iterable[Seat], *, sharing: bool) -> Room:
    """Return what a room may be shown: the least clearance, and the ground common to all.

    A shared screen is one seat more, of whom nothing is known.
    """
    taken = list(seats)
    if not taken:
        return Room(Tier.T0)
    counted = [*taken, Seat(UNKNOWN)] if sharing else taken
    limits = [each.area_ids for each in counted if each.area_ids]
    return Room(min(each.tier for each in counted), _common(limits), len(taken))


def presenting(actor: Actor, room: Room) -> Actor:
    """Return the reader for whom the room's screen is drawn: ``actor``, seeing what all may see.

    It belongs to no agency, so that nothing shows that is one agency's own, and it only reads.
    """
    tier = min(actor.tier, room.tier)
    allowed = SEEN if tier >= Tier.T2 else SEEN - {Permission.SEE_PLACES}
    if tier >= Tier.T3:
        allowed |= {Permission.SEE_PATROLS}
    limits = [each for each in (actor.area_ids, room.area_ids) if each]
    return replace(
        actor,
        tier=tier,
        agency_id=None,
        area_ids=_common(limits),
        permissions=actor.permissions & allowed,
    )


def shows(room: Room, tier: int, *, restricted: bool, closed_part: bool) -> bool:
    """Say whether an item on a place of ``tier`` shows; restricted ones in the closed part."""
    return tier <= room.tier and (closed_part or not restricted)


def _common(limits: list[frozenset[int]]) -> frozenset[int]:
    if not limits:
        return frozenset()
    return frozenset.intersection(*limits) or NOWHERE
