"""What can be done with a place: note it, change it, move it on, draw it anew, guard it.

Each action locks the place before it looks at it, and refuses where someone else has changed it
since the person read it (``version``). Words are masked, and codes checked.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypedDict, Unpack

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import case_facts, codes, matching, premises
from domain.accounts import Agency
from domain.audit import action
from domain.concern_evidence import check_move
from domain.drawing import drawn
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.filters import joined
from domain.people import Actor, Kind, Permission, Tier
from domain.places import MOVES, Place, PlaceGuardian, Status, find, remember
from domain.premises import Premises
from domain.visibility import is_restricted, must_reach, reach, sees_sealed
from domain.wording import one_line, taken

MOST_ALIASES = 30
MOST_GUARDIANS = 30


class Details(TypedDict, total=False):
    """What of a place can be given or changed; what is left out stays as it is."""

    name: str
    neutral_name: str
    place_type: str
    precision: str
    address: str
    harm_primary: str
    harm_further: Iterable[str]
    strengths: str
    worries: str
    owner_agency_id: int | None
    tier: int
    marking: str
    first_noted: date
    last_evidence: date | None
    review_due: date | None


@action("place.add", needs=Permission.EDIT_PLACES)
def add(
    session: Session,
    actor: Actor,
    *,
    shape: BaseGeometry,
    reason: str = "",
    **details: Unpack[Details],
) -> Place:
    """Note a new place from a drawn ``shape`` (EPSG:27700); it starts as watched.

    ``name``, ``neutral_name``, ``place_type``, ``precision``, ``harm_primary`` and ``marking``
    must be given. A home, refuge or dwelling is sealed.

    Raises
    ------
    Invalid
        Something is missing or cannot be taken; the message says how to put it right.
    NotPermitted
        It lies outside the actor's area, or is of a kind that only sealed readers may add.
    """
    for needed in ("name", "neutral_name", "place_type", "precision", "harm_primary", "marking"):
        if not details.get(needed):
            raise Invalid(f"Please fill in the {needed.replace('_', ' ')}.")
    values = _checked(session, actor, details)
    place = Place(
        shape=_within(session, actor, drawn(shape)),
        created_by=actor.id if actor.kind is Kind.USER else None,
        status=Status.WATCH,
        version=1,
        **{"first_noted": matching.today(), **values},
    )
    _seal(actor, place)
    session.add(place)
    session.flush()
    remember(session, actor, place, "noted", reason)
    return place


@action("place.change", needs=Permission.EDIT_PLACES)
def change(
    session: Session,
    actor: Actor,
    place_id: int,
    *,
    version: int,
    reason: str = "",
    **details: Unpack[Details],
) -> Place:
    """Change what is known of a place; ``version`` is the one that the person read.

    Raises
    ------
    NotFound, Conflict, Invalid
        It is not there for this actor; someone else changed it first; a value cannot be taken.
    """
    place = opened(session, actor, place_id, version)
    values = _checked(session, actor, details)
    if values.get("tier", place.tier) < place.tier:
        raise Invalid(
            "More people would see this place. Share it more widely instead: that asks for a "
            "neutral name, a look at stigma and displacement, and a day on which it ends."
        )
    changed = sorted(name for name, value in values.items() if getattr(place, name) != value)
    if not changed:
        return place
    for name in changed:
        setattr(place, name, values[name])
    _seal(actor, place)
    place.version += 1
    remember(session, actor, place, "changed", reason, changed=changed)
    return place


@action("place.move", needs=Permission.EDIT_PLACES)
def move(
    session: Session, actor: Actor, place_id: int, status: Status, *, reason: str, version: int
) -> Place:
    """Move a place to another state, with a reason; only along `MOVES` and past its gates.

    `domain.case_facts.ways` says beforehand what is missing for each state.

    Raises
    ------
    Invalid
        There is no reason, or no way from here to ``status``: the message says which ways exist.
        Or all that is known of it is doubted, or from one untested source (`check_move`). Or
        something is missing (`domain.case_gates`): the message says all of it.
    NotFound, Conflict
        It is not there for this actor; someone else changed it first.
    """
    place = opened(session, actor, place_id, version)
    why = taken(reason, "the reason", 500, needed=True)
    if status not in MOVES[place.status]:
        raise Invalid(_possible(place.status, status))
    check_move(session, place, status)
    case_facts.must_pass(session, actor, place, status)
    place.status, place.status_reason = status, why
    place.version += 1
    remember(session, actor, place, "moved", why)
    return place


@action("place.redraw", needs=Permission.EDIT_PLACES)
def redraw(
    session: Session,
    actor: Actor,
    place_id: int,
    shape: BaseGeometry,
    *,
    version: int,
    reason: str = "",
    precision: str | None = None,
) -> Place:
    """Give a place another outline (EPSG:27700); the old one stays in its history.

    Raises
    ------
    NotFound, Conflict, Invalid, NotPermitted
        As in `change`; or the new outline lies outside the actor's area.
    """
    place = opened(session, actor, place_id, version)
    before = place.shape
    place.shape = _within(session, actor, drawn(shape))
    if precision is not None:
        place.precision = codes.check("precision", precision)
    place.version += 1
    remember(session, actor, place, "outline", reason, shape=before)
    return place


@action("place.set_guardians", needs=Permission.EDIT_PLACES)
def set_guardians(
    session: Session, actor: Actor, place_id: int, premises_ids: Iterable[int], *, version: int
) -> Place:
    """Name the premises that guard a place; those that the actor may not know of stay.

    Raises
    ------
    NotFound, Conflict, Invalid
        The place or a premises is not there for this actor; someone else changed the place
        first; too many are named.
    """
    place = opened(session, actor, place_id, version)
    wanted = set(premises_ids)
    if len(wanted) > MOST_GUARDIANS:
        raise Invalid(f"A place has {MOST_GUARDIANS} guardians at most.")
    known = _known_premises(session, actor)
    if not wanted <= known:
        raise NotFound("One of those premises is not there.")
    rows = session.scalars(select(PlaceGuardian).where(PlaceGuardian.place_id == place.id)).all()
    for row in rows:
        if row.premises_id in known - wanted:
            session.delete(row)
    for new in sorted(wanted - {row.premises_id for row in rows}):
        session.add(PlaceGuardian(place_id=place.id, premises_id=new))
    place.version += 1
    remember(session, actor, place, "changed", "", changed=["guardians"])
    return place


@action("place.add_alias", needs=Permission.EDIT_PLACES)
def add_alias(session: Session, actor: Actor, place_id: int, alias: str, *, version: int) -> Place:
    """Add another name by which people know a place.

    Raises
    ------
    NotFound, Conflict, Invalid
        As in `change`; or the name is empty, too long, or one too many.
    """
    place = opened(session, actor, place_id, version)
    name = one_line(alias, "the name", 120, needed=True)
    if name in (place.name, *place.aliases):
        return place
    if len(place.aliases) >= MOST_ALIASES:
        raise Invalid(f"A place has {MOST_ALIASES} other names at most.")
    place.aliases = [*place.aliases, name]
    place.version += 1
    remember(session, actor, place, "changed", "", changed=["aliases"])
    return place


def opened(session: Session, actor: Actor, place_id: int, version: int | None) -> Place:
    """Lock a place that is to be changed, and refuse one that has moved on.

    Raises
    ------
    NotFound, Conflict
        It is not there for this actor; it was changed, merged or archived since it was read.
    """
    place = find(session, actor, place_id, lock=True)
    if place.merged_into_id is not None:
        raise Conflict("This place was merged into another. Please open that one.")
    if version is not None and place.version != version:
        raise Conflict(
            "Someone else changed this place while you had it open. "
            "Please look at it again, then make your change."
        )
    return place


def _checked(session: Session, actor: Actor, details: Details) -> dict[str, Any]:
    """Return each detail that is given as it is kept."""
    return {name: _TAKES[name](session, actor, value) for name, value in details.items()}


def _within(session: Session, actor: Actor, shape: BaseGeometry) -> BaseGeometry:
    must_reach(session, actor, shape)
    return shape


def _seal(actor: Actor, place: Place) -> None:
    """Keep homes, refuges and dwellings to those who may know of them."""
    if not is_restricted(place.place_type):
        return
    if not sees_sealed(actor):
        raise NotPermitted(
            "Homes, refuges and dwellings are kept sealed. "
            "Please ask someone with sealed access to add or change this place."
        )
    place.tier = int(Tier.SEALED)


def _known_premises(session: Session, actor: Actor) -> set[int]:
    where = reach(session, actor)
    rows = session.execute(
        select(Premises.id, Premises.spot).where(premises.known(actor), where.narrow(Premises.spot))
    ).all()
    return {number for number, spot in rows if where.holds(spot)}


def _possible(now: Status, asked: Status) -> str:
    ways = [each.deed for each in Status if each in MOVES[now]]
    if not ways:
        return f"This place is {now.words} and stays so."
    return (
        f"This place is {now.words}. From here you can {joined(ways, 'or')}, but not {asked.deed}."
    )


Take = Callable[[Session, Actor, Any], Any]


def _line(field: str, at_most: int, *, needed: bool = False) -> Take:
    return lambda _session, _actor, text: one_line(text, field, at_most, needed=needed)


def _words(field: str, at_most: int) -> Take:
    return lambda _session, _actor, text: taken(text, field, at_most)


def _code(name: str) -> Take:
    return lambda _session, _actor, value: codes.check(name, value)


def _day(_session: Session, _actor: Actor, day: date | None) -> date | None:
    return day


def _past_day(_session: Session, _actor: Actor, day: date | None) -> date | None:
    if day is not None and day > matching.today():
        raise Invalid("That day has not come yet.")
    return day


def _first_day(session: Session, actor: Actor, day: date | None) -> date:
    if day is None:
        raise Invalid("Please say when the place was first noted.")
    _past_day(session, actor, day)
    return day


def _harms(_session: Session, _actor: Actor, values: Iterable[str]) -> list[str]:
    return sorted({codes.check("harm_types", value) for value in values})


def _place_type(_session: Session, _actor: Actor, value: str) -> str:
    if not codes.current().place_types[codes.check("place_types", value)].has_point:
        raise Invalid("An online space has no spot on the map. Name the place that it leads to.")
    return value


def _tier(_session: Session, actor: Actor, value: int) -> int:
    if not Tier.T2 <= value <= actor.tier:
        raise Invalid("Choose a level of detail from partner agency up to your own.")
    return int(value)


def _agency(session: Session, _actor: Actor, value: int | None) -> int | None:
    if value is not None and session.get(Agency, value) is None:
        raise Invalid("That agency is not there.")
    return value


_TAKES: dict[str, Take] = {
    "name": _line("the name", 120, needed=True),
    "neutral_name": _line("the neutral name", 120, needed=True),
    "place_type": _place_type,
    "precision": _code("precision"),
    "address": _line("the address", 200),
    "harm_primary": _code("harm_types"),
    "harm_further": _harms,
    "strengths": _words("the strengths", 1000),
    "worries": _words("the worries", 1000),
    "owner_agency_id": _agency,
    "tier": _tier,
    "marking": _code("markings"),
    "first_noted": _first_day,
    "last_evidence": _past_day,
    "review_due": _day,
}
