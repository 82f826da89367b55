"""Who should be in the room: proposed from each place's type, owner, neighbours and boundaries.

A proposal asks nobody: the chair picks. Agencies are found by kind; where none of the kind is
known here, the role alone is proposed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import areas, meeting_kinds, meetings, places, premises
from domain.accounts import Agency
from domain.areas import Area, AreaKind
from domain.gazetteer import fold
from domain.meeting_kinds import Guest
from domain.meeting_seats import members
from domain.people import Actor, Permission
from domain.places import Place, PlaceGuardian
from domain.premises import Premises
from domain.visibility import reach, sees_names
from store.columns import bbox_intersects

NEAR = 100.0
"""Metres from a place within which a partner's premises are its neighbours."""
SHARED = 1.0
"""Square metres, or metres of a line, that must lie on each side for a place to be astride."""
BORDERS = {
    AreaKind.PARTNERSHIP: "Safeguarding partnership of {}",
    AreaKind.BEAT: "Neighbourhood policing, {}",
}


@dataclass(frozen=True)
class Proposal:
    """Someone to ask, and why; ``agency`` is empty where no agency of the kind is known here."""

    role: str
    agency_id: int | None
    agency: str
    why: tuple[str, ...]
    place_ids: tuple[int, ...]


@dataclass(frozen=True)
class _Wish:
    role: str
    agency_id: int | None
    agency: str
    why: str
    place_id: int | None = None


def proposed(
    session: Session, actor: Actor, kind: str, place_ids: Iterable[int] = ()
) -> list[Proposal]:
    """Return who should be in the room for a kind of meeting and these places.

    Raises
    ------
    NotPermitted, NotFound, Invalid
        The actor runs no meetings; a place is not there for them; there is no such kind.
    """
    actor.must(Permission.RECORD)
    wishes = list(_standing(session, kind))
    for number in place_ids:
        wishes += of_place(session, actor, places.find(session, actor, number))
    return _joined(wishes)


def still_to_ask(
    session: Session, actor: Actor, meeting_id: int, place_ids: Iterable[int]
) -> list[Proposal]:
    """Return who should be in the room of a meeting and is not asked to it yet.

    Raises
    ------
    NotPermitted, NotFound
        As in `proposed`; the meeting is not there for this actor.
    """
    meeting = meetings.find(session, actor, meeting_id)
    asked = members(session, meeting_id)
    there = {(each.agency_id, each.role) for each in asked}
    found = proposed(session, actor, meeting.kind, place_ids)
    return [each for each in found if (each.agency_id, each.role) not in there]


def of_place(session: Session, actor: Actor, place: Place) -> list[_Wish]:
    """Return whom one place asks for: by its type, its owner, its neighbours and its boundaries."""
    parts = (_by_type, _owner, _neighbours, _astride)
    return [wish for part in parts for wish in part(session, actor, place)]


def astride(session: Session, shape: BaseGeometry, kind: AreaKind) -> list[Area]:
    """Return the areas of a kind that ``shape`` (EPSG:27700) lies in, where they are two or more.

    A part of it must lie in each: to touch a border is not to lie astride it, but a point on a
    border belongs to both sides.
    """
    query = select(Area).where(
        Area.kind == kind,
        Area.vintage == areas.newest(session, kind),
        bbox_intersects(Area.outline, (*shape.bounds,)),
    )
    found = [each for each in session.scalars(query.order_by(Area.code)) if _shares(each, shape)]
    return found if len(found) > 1 else []


def _standing(session: Session, kind: str) -> Iterator[_Wish]:
    of = meeting_kinds.kind(kind)
    for guest in of.invite:
        yield from _agencies(session, guest, f"{of.label}: standing", None)


def _by_type(session: Session, actor: Actor, place: Place) -> Iterator[_Wish]:
    for guest in meeting_kinds.book().by_place_type.get(place.place_type, ()):
        yield from _agencies(session, guest, f"{guest.why} ({_name(actor, place)})", place.id)


def _owner(session: Session, actor: Actor, place: Place) -> Iterator[_Wish]:
    agency = session.get(Agency, place.owner_agency_id) if place.owner_agency_id else None
    if agency is not None and agency.active:
        why = f"holds {_name(actor, place)}"
        yield _Wish("Owner or manager of the place", agency.id, agency.name, why, place.id)


def _neighbours(session: Session, actor: Actor, place: Place) -> Iterator[_Wish]:
    """Ask partner premises within `NEAR`, and those that guard the place wherever they are."""
    box = shapely.bounds(place.shape.buffer(NEAR)).tolist()
    guards = select(PlaceGuardian.premises_id).where(PlaceGuardian.place_id == place.id)
    query = select(Premises).where(
        premises.known(actor), bbox_intersects(Premises.spot, (*box,)) | Premises.id.in_(guards)
    )
    named = set(session.scalars(guards))
    where, known = reach(session, actor), meeting_kinds.book().by_premises_role
    for each in session.scalars(query.order_by(Premises.name, Premises.id)):
        near = each.spot.distance(place.shape) <= NEAR or each.id in named
        roles = [known[role] for role in each.roles if role in known]
        if near and roles and where.holds(each.spot):
            agency = session.get(Agency, each.agency_id) if each.agency_id else None
            why = f"{roles[0].why} ({_name(actor, place)})"
            number, name = (agency.id, agency.name) if agency else (None, "")
            yield _Wish(f"{roles[0].role}: {each.name}"[:120], number, name, why, place.id)


def _astride(session: Session, actor: Actor, place: Place) -> Iterator[_Wish]:
    known = list(session.scalars(select(Agency).where(Agency.active).order_by(Agency.name)))
    for kind, role in BORDERS.items():
        for area in astride(session, place.shape, kind):
            agency = next((each for each in known if fold(area.name) in fold(each.name)), None)
            why = f"{_name(actor, place)} lies on both sides of a boundary"
            number, name = (agency.id, agency.name) if agency else (None, "")
            yield _Wish(role.format(area.name)[:120], number, name, why, place.id)


def _agencies(session: Session, guest: Guest, why: str, place_id: int | None) -> Iterator[_Wish]:
    query = select(Agency).where(Agency.kind == guest.agency_kind, Agency.active)
    found = list(session.scalars(query.order_by(Agency.name)))
    if not found:
        yield _Wish(guest.role, None, "", why, place_id)
    for agency in found:
        yield _Wish(guest.role, agency.id, agency.name, why, place_id)


def _joined(wishes: Iterable[_Wish]) -> list[Proposal]:
    """Make one proposal of the wishes for the same role of the same agency."""
    found: dict[tuple[str, int | None, str], list[_Wish]] = {}
    for wish in wishes:
        found.setdefault((wish.role, wish.agency_id, wish.agency), []).append(wish)
    return [
        Proposal(
            *key,
            why=tuple(dict.fromkeys(each.why for each in same)),
            place_ids=tuple(dict.fromkeys(each.place_id for each in same if each.place_id)),
        )
        for key, same in found.items()
    ]


def _shares(area: Area, shape: BaseGeometry) -> bool:
    shared = area.outline.intersection(shape)
    if shape.area > 0:
        return bool(shared.area > SHARED)
    return bool(shared.length > SHARED) if shape.length > 0 else not shared.is_empty


def _name(actor: Actor, place: Place) -> str:
    return place.name if sees_names(actor) else place.neutral_name
