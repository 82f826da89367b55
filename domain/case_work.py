"""What every action on a place's case begins with: who it is, what they may read, the lock.

All work on one case locks its place first, so that of two who decide at once the second sees what
the first did.
"""

from typing import Protocol, TypeVar

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import places
from domain.errors import Conflict, NotFound, NotPermitted
from domain.people import Actor, Kind, Permission
from domain.places import Place
from domain.status import Status
from domain.visibility import sees_names
from store.database import Base


class Versioned(Protocol):
    """A record that counts its changes."""

    version: int


class CaseRow(Base):
    """A row of the work on one place's case: read with its place, and locked through it."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)


T = TypeVar("T", bound=CaseRow)


def person(actor: Actor) -> int:
    """Return the id of the person who acts: what is decided on a place has a name to it.

    Raises
    ------
    NotPermitted
        It is the system, the operator or the public.
    """
    if actor.kind is not Kind.USER or actor.id is None:
        raise NotPermitted("Only a person who is signed in decides this.")
    return actor.id


def reads_cases(actor: Actor) -> bool:
    """Say whether ``actor`` reads assessments, plans and reviews in full."""
    return actor.may(Permission.SEE_PLACES) and sees_names(actor)


def must_read_cases(actor: Actor) -> None:
    """Refuse who reads neutral cards alone.

    Raises
    ------
    NotPermitted
        The actor may not read place cards, or is cleared for neutral ones only.
    """
    actor.must(Permission.SEE_PLACES)
    if not sees_names(actor):
        raise NotPermitted(
            "Assessments and plans are read in the safeguarding meeting. "
            "You see the actions that your agency owns."
        )


def of_place(session: Session, actor: Actor, place_id: int, table: type[T]) -> list[T]:
    """Return a place's rows of ``table``, the latest first; none for readers of neutral cards.

    Raises
    ------
    NotFound
        The place is not there, or not for this reader.
    """
    places.find(session, actor, place_id)
    if not reads_cases(actor):
        return []
    query = select(table).where(table.place_id == place_id)
    return list(session.scalars(query.order_by(table.id.desc())))


def find(session: Session, actor: Actor, table: type[T], key: int, what: str) -> T:
    """Return the row ``key`` of ``table``, which a message calls ``what`` ("plan").

    Raises
    ------
    NotPermitted
        The actor reads neutral cards alone.
    NotFound
        It is not there, or its place is not for this reader.
    """
    must_read_cases(actor)
    found = session.get(table, key)
    if found is None:
        raise NotFound(f"That {what} is not there.")
    places.find(session, actor, found.place_id)
    return found


def locked(session: Session, actor: Actor, table: type[T], key: int, what: str) -> T:
    """Return the row as in `find`, read anew behind the lock on its place.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        As in `find` and `worked_on`.
    """
    worked_on(session, actor, find(session, actor, table, key, what).place_id)
    found = session.get(table, key, populate_existing=True)
    if found is None:
        raise NotFound(f"That {what} is not there.")
    return found


def worked_on(session: Session, actor: Actor, place_id: int) -> Place:
    """Lock the place whose case is worked on.

    Raises
    ------
    NotFound, Conflict
        It is not there for this actor; it was merged or archived.
    """
    place = places.find(session, actor, place_id, lock=True)
    if place.merged_into_id is not None:
        raise Conflict("This place was merged into another. Please open that one.")
    if place.status is Status.ARCHIVED:
        raise Conflict("This place is archived. Nothing more is done on it.")
    return place


def same(record: Versioned, version: int, what: str) -> None:
    """Refuse a record that moved on since the person read it; ``what`` names it ("plan").

    Raises
    ------
    Conflict
        Its version is another.
    """
    if record.version != version:
        raise Conflict(
            f"Someone else changed this {what} while you had it open. "
            "Please look at it again, then decide."
        )


def another(actor: Actor, author_id: int | None, what: str) -> int:
    """Return who decides, if they did not write ``what`` ("this plan") themselves.

    Raises
    ------
    NotPermitted
        They did: a second person must look at it.
    """
    number = person(actor)
    if number == author_id:
        raise NotPermitted(f"You wrote {what} yourself. A second person must look at it.")
    return number
