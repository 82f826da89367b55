"""What a place is called in another system, such as the case system: a key for each, and no more.

A key names a place there. It never names a child: one key goes with one place alone, so that a
number which comes with several places, as a child's would, is refused.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import audit, places
from domain.audit import action
from domain.errors import Invalid
from domain.people import Actor, Permission
from domain.places import Place
from domain.status import Status
from domain.visibility import reach
from domain.wording import one_line
from store.database import Base

KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,39}", re.ASCII)
OURS: Final = re.compile(r"SG-([1-9]\d{0,8})", re.ASCII)
MOST: Final = 5_000


class PlaceReference(Base):
    """The key of a place in one other system."""

    __tablename__ = "place_reference"
    __table_args__ = (UniqueConstraint("system", "key"), UniqueConstraint("place_id", "system"))

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    system: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(40))
    told_at: Mapped[datetime]
    told_by_name: Mapped[str] = mapped_column(String(120))


@dataclass(frozen=True)
class Known:
    """A place as another system may know it: our number, its neutral name, its key there."""

    number: str
    name: str
    place_type: str
    key: str


@dataclass(frozen=True)
class Told:
    """What another system says of one place: the row it stood in, our number, its own key."""

    row: int
    number: str
    key: str


@dataclass(frozen=True)
class Taken:
    """What came of a file: how many keys were kept, and why rows were refused, by number."""

    kept: int
    refused: tuple[tuple[int, str], ...]


def number(place_id: int) -> str:
    """Return the number of a place for other systems: "SG-7"."""
    return f"SG-{place_id}"


def known(session: Session, actor: Actor, system: str) -> list[Known]:
    """Return the places that ``actor`` may know of under their neutral names, with their keys.

    Raises
    ------
    NotPermitted
        The actor may not export.
    """
    actor.must(Permission.EXPORT)
    query = (
        select(Place, PlaceReference.key)
        .outerjoin(
            PlaceReference,
            (PlaceReference.place_id == Place.id) & (PlaceReference.system == system),
        )
        .where(places.known(actor), Place.merged_into_id.is_(None))
        .where(Place.status != Status.ARCHIVED)
        .order_by(Place.id)
    )
    where = reach(session, actor)
    return [
        Known(number(place.id), place.neutral_name, place.place_type, key or "")
        for place, key in session.execute(query)
        if where.holds(place.shape)
    ]


@action("references.export", needs=Permission.EXPORT)
def log(session: Session, _actor: Actor, *, system: str, rows: int) -> None:
    """Note that numbers of places left for another system."""
    audit.note(session, "place_reference", {"system": system, "rows": rows})


@action("references.take", needs=Permission.EDIT_PLACES)
def take(session: Session, actor: Actor, system: str, told: Sequence[Told]) -> Taken:
    """Keep the keys that another system gave places; a row that cannot be is refused by number.

    A key replaces the one that the place had in that system.

    Raises
    ------
    Invalid
        The system has no name, or there are too many rows.
    """
    named = one_line(system, "the name of the other system", 40, needed=True)
    if len(told) > MOST:
        raise Invalid(f"A file has {MOST:,} rows at most.")
    refused: list[tuple[int, str]] = []
    twice = _twice(each.key for each in told)
    kept = 0
    for each in told:
        why = _why_not(session, actor, named, each, twice)
        if why:
            refused.append((each.row, why))
        else:
            kept += _keep(session, actor, named, each)
    return Taken(kept, tuple(refused))


def _keep(session: Session, actor: Actor, system: str, told: Told) -> int:
    place_id = _place_id(told.number)
    query = select(PlaceReference).where(
        PlaceReference.place_id == place_id, PlaceReference.system == system
    )
    held = session.scalars(query).one_or_none()
    if held is not None and held.key == told.key:
        return 0
    if held is None:
        held = PlaceReference(place_id=place_id, system=system)
        session.add(held)
    held.key, held.told_at, held.told_by_name = told.key, datetime.now(UTC), actor.name
    session.flush()
    return 1


def _why_not(session: Session, actor: Actor, system: str, told: Told, twice: frozenset[str]) -> str:
    if KEY.fullmatch(told.key) is None:
        return "The key has letters, digits, dots, slashes and hyphens only, 40 at most."
    if told.key in twice:
        return "This key stands with several places. A key names one place, never a person."
    place_id = _place_id(told.number)
    query = select(Place).where(Place.id == place_id, places.known(actor))
    place = session.scalars(query).one_or_none()
    if place is None or not reach(session, actor).holds(place.shape):
        return "That place is not there."
    other = select(PlaceReference.place_id).where(
        PlaceReference.system == system,
        PlaceReference.key == told.key,
        PlaceReference.place_id != place_id,
    )
    if session.scalar(other) is not None:
        return "This key is another place's already."
    return ""


def _place_id(text: str) -> int:
    found = OURS.fullmatch(text)
    return int(found[1]) if found else -1


def _twice(keys: Iterable[str]) -> frozenset[str]:
    seen, twice = set[str](), set[str]()
    for each in keys:
        (twice if each in seen else seen).add(each)
    return frozenset(twice)
