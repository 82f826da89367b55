"""The daily list: places named since yesterday, who takes each on, and who said that they did.

A line is about a place and a day. It is resolved with a word of how, or handed to an agency, and
a hand-over counts once somebody of that agency says that they have it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import case_work, matching, places
from domain.accounts import Agency
from domain.audit import action
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.people import Actor, Permission, Role
from domain.visibility import sees_names
from domain.wording import taken
from store.database import Base


class DailyState(Enum):
    """Where a line of the daily list stands."""

    OPEN = "open"
    HANDED = "handed"
    TAKEN = "taken"
    RESOLVED = "resolved"

    @property
    def words(self) -> str:
        """What people read: "handed over, not yet taken"."""
        return WORDS[self]


D = DailyState
WORDS = {
    D.OPEN: "open",
    D.HANDED: "handed over, not yet taken",
    D.TAKEN: "taken on",
    D.RESOLVED: "resolved",
}
MOVES: dict[DailyState, frozenset[DailyState]] = {
    D.OPEN: frozenset({D.HANDED, D.RESOLVED}),
    D.HANDED: frozenset({D.HANDED, D.TAKEN, D.RESOLVED}),
    D.TAKEN: frozenset({D.HANDED, D.RESOLVED}),
    D.RESOLVED: frozenset(),
}


class DailyLine(Base):
    """One place on one day's list. Words say what is to be done at the place, never about whom."""

    __tablename__ = "daily_line"
    __table_args__ = (UniqueConstraint("place_id", "day"),)
    __sealed__ = frozenset({"why", "outcome"})

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    day: Mapped[date] = mapped_column(index=True)
    state: Mapped[DailyState] = mapped_column(default=D.OPEN, index=True)
    why: Mapped[str] = mapped_column(String(300), default="")
    added_by_name: Mapped[str] = mapped_column(String(120))
    added_at: Mapped[datetime]
    to_agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    handed_by_name: Mapped[str] = mapped_column(String(120), default="")
    handed_at: Mapped[datetime | None]
    taken_by_name: Mapped[str] = mapped_column(String(120), default="")
    taken_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(300), default="")
    resolved_by_name: Mapped[str] = mapped_column(String(120), default="")
    resolved_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


@dataclass(frozen=True)
class Line:
    """A line as one reader may see it; words in it are a person's: escape them."""

    id: int
    version: int
    place_id: int
    name: str
    day: date
    state: DailyState
    why: str
    added_by: str
    added_at: datetime
    to: str
    handed_by: str
    handed_at: datetime | None
    taken_by: str
    taken_at: datetime | None
    outcome: str
    resolved_by: str
    resolved_at: datetime | None
    mine: bool


@action("daily.add", needs=Permission.MEET)
def add(
    session: Session, actor: Actor, place_id: int, *, why: str = "", day: date | None = None
) -> DailyLine:
    """Put a place on the day's list.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        Nobody is named; the place is not there for this actor, or archived; it is on the list
        already; the words are too long.
    """
    case_work.person(actor)
    place = case_work.worked_on(session, actor, place_id)
    on = day or matching.today()
    known = select(DailyLine.id).where(DailyLine.place_id == place.id, DailyLine.day == on)
    if session.scalar(known) is not None:
        raise Conflict("This place is on the day's list already.")
    made = DailyLine(
        place_id=place.id,
        day=on,
        why=taken(why, "what is to be done", 300),
        added_by_name=actor.name,
        added_at=datetime.now(UTC),
    )
    session.add(made)
    session.flush()
    return made


@action("daily.hand_over", needs=Permission.MEET)
def hand_over(
    session: Session, actor: Actor, line_id: int, *, to_agency_id: int, version: int
) -> DailyLine:
    """Hand a place to an agency, which has yet to say that it has it.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        Nobody is named; the line is not there for this actor, was changed since or is resolved;
        there is no such agency.
    """
    found = _opened(session, actor, line_id, version)
    agency = session.get(Agency, to_agency_id)
    if agency is None or not agency.active:
        raise Invalid("That agency is not there. Please choose another.")
    _move(found, D.HANDED)
    found.to_agency_id = agency.id
    found.handed_by_name, found.handed_at = actor.name, datetime.now(UTC)
    found.taken_by_name, found.taken_at = "", None
    return found


@action("daily.take_on", needs=Permission.MEET)
def take_on(session: Session, actor: Actor, line_id: int, *, version: int) -> DailyLine:
    """Say, for the agency that it was handed to, that it is taken on.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        It was handed to another agency; the line is not there for this actor, was changed since,
        or was not handed over.
    """
    found = _opened(session, actor, line_id, version)
    if found.to_agency_id != actor.agency_id and actor.role is not Role.COORDINATOR:
        raise NotPermitted("Only the agency that it was handed to takes it on.")
    _move(found, D.TAKEN)
    found.taken_by_name, found.taken_at = actor.name, datetime.now(UTC)
    return found


@action("daily.resolve", needs=Permission.MEET)
def resolve(
    session: Session, actor: Actor, line_id: int, *, outcome: str, version: int
) -> DailyLine:
    """Say how it was resolved.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        Nobody is named; the line is not there for this actor, was changed since or is resolved;
        nothing is said.
    """
    found = _opened(session, actor, line_id, version)
    words = taken(outcome, "how it was resolved", 300, needed=True)
    _move(found, D.RESOLVED)
    found.outcome = words
    found.resolved_by_name, found.resolved_at = actor.name, datetime.now(UTC)
    return found


def lines(session: Session, actor: Actor, day: date | None = None) -> list[Line]:
    """Return the list of a day, and what earlier days left open, the oldest first.

    Raises
    ------
    NotPermitted
        The actor takes no part in meetings.
    """
    actor.must(Permission.MEET)
    on = day or matching.today()
    query = select(DailyLine).where(
        (DailyLine.day == on) | ((DailyLine.day < on) & (DailyLine.state != D.RESOLVED))
    )
    names = {each.id: each.name for each in session.scalars(select(Agency))}
    return list(_seen(session, actor, session.scalars(query.order_by(DailyLine.day, DailyLine.id)),
                      names))  # fmt: skip


def _seen(
    session: Session, actor: Actor, found: Iterable[DailyLine], names: dict[int, str]
) -> Iterable[Line]:
    for each in found:
        try:
            place = places.find(session, actor, each.place_id)
        except NotFound:
            continue
        mine = each.to_agency_id is not None and each.to_agency_id == actor.agency_id
        name = place.name if sees_names(actor) else place.neutral_name
        yield _line(each, name, names, mine=mine, full=sees_names(actor) or mine)


def _line(found: DailyLine, name: str, names: dict[int, str], *, mine: bool, full: bool) -> Line:
    return Line(
        id=found.id,
        version=found.version,
        place_id=found.place_id,
        name=name,
        day=found.day,
        state=found.state,
        why=found.why if full else "",
        added_by=found.added_by_name,
        added_at=found.added_at,
        to=names.get(found.to_agency_id or 0, ""),
        handed_by=found.handed_by_name,
        handed_at=found.handed_at,
        taken_by=found.taken_by_name,
        taken_at=found.taken_at,
        outcome=found.outcome if full else "",
        resolved_by=found.resolved_by_name,
        resolved_at=found.resolved_at,
        mine=mine,
    )


def _opened(session: Session, actor: Actor, line_id: int, version: int) -> DailyLine:
    case_work.person(actor)
    found = session.get(DailyLine, line_id)
    if found is None:
        raise NotFound("That line is not there.")
    places.find(session, actor, found.place_id, lock=True)
    session.refresh(found)
    case_work.same(found, version, "line")
    return found


def _move(found: DailyLine, state: DailyState) -> None:
    if state not in MOVES[found.state]:
        raise Conflict(f"This is {found.state.words} already.")
    found.state = state
    found.version += 1
