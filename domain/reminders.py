"""Telling the people of an agency what of theirs is late, due soon or about to lapse.

Nobody is nagged: each thing is told once, and again after the days of the clock ``again`` while it
still holds. A day that is moved, or that passes, makes it a new thing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import audit, case_clock, case_work, diary, matching
from domain.audit import action
from domain.diary import Entry, Kind
from domain.people import Actor, Permission
from domain.people import Kind as ActorKind
from store.database import Base

KEPT = timedelta(days=120)
"""How long it is kept what somebody was told; longer than any reminder waits."""


class Way(Enum):
    """How somebody is told."""

    DESK = "desk"
    MAIL = "mail"


class Why(Enum):
    """Why somebody is told, the most pressing first."""

    OVERDUE = "overdue"
    LAPSING = "lapsing"
    SOON = "soon"

    @property
    def words(self) -> str:
        """What people read: "Lapses soon"."""
        return {"overdue": "Overdue", "lapsing": "Lapses soon", "soon": "Due soon"}[self.value]


class Reminder(Base):
    """What one person was told last, and when: never what it was about."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("user_id", "key", "way"),)
    __unlogged__ = frozenset({"user_id", "key", "way", "told_on"})

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    key: Mapped[str] = mapped_column(String(80))
    way: Mapped[Way]
    told_on: Mapped[date] = mapped_column(index=True)


@dataclass(frozen=True)
class DueNotice:
    """One thing to tell: neutral words, its day, and a path of this server.

    ``own`` says that the agency itself has it in hand; the rest are steps at places.
    """

    key: str
    why: Why
    words: str
    reference: str
    on: date
    link: str
    own: bool


def due_notices(
    session: Session, actor: Actor, *, way: Way = Way.MAIL, today: date | None = None
) -> list[DueNotice]:
    """Return what ``actor`` is told now; `told` keeps that they were.

    What their agency has in hand comes first, then the most pressing; for those who run meetings,
    also the steps that are due at places. By mail nothing comes that they put away at the desk
    within the clock's days. Nothing comes to who may not read of places.
    """
    if actor.kind is not ActorKind.USER or not actor.may(Permission.SEE_PLACES):
        return []
    day = today or matching.today()
    found = [each for entry in diary.entries(session, actor, today=day)
             for each in _notices(actor, entry, day)]  # fmt: skip
    last = _last_told(session, actor, way)
    wait = timedelta(days=case_clock.clocks()["again"].days)
    waiting = [each for each in found if each.key not in last or last[each.key] + wait <= day]
    order = list(Why)
    return sorted(waiting, key=lambda each: (not each.own, order.index(each.why), each.on))


@action("reminder.told", needs=Permission.SEE_PLACES)
def told(
    session: Session,
    actor: Actor,
    notices: Iterable[DueNotice],
    *,
    way: Way,
    today: date | None = None,
) -> int:
    """Keep that ``actor`` was told, or put it away at the desk; return of how many things.

    Raises
    ------
    NotPermitted
        Nobody is named.
    """
    person, day = case_work.person(actor), today or matching.today()
    keys = {each.key for each in notices}
    query = select(Reminder).where(
        Reminder.user_id == person, Reminder.way == way, Reminder.key.in_(keys)
    )
    there = {each.key: each for each in session.scalars(query)}
    for each in there.values():
        each.told_on = day
    session.add_all(
        Reminder(user_id=person, key=key, way=way, told_on=day)
        for key in sorted(keys - there.keys())
    )
    if keys:
        audit.note(session, f"app_user/{person}", {"reminders": len(keys)})
    return len(keys)


@action("reminder.sweep", needs=Permission.RUN_JOBS)
def sweep(session: Session, _actor: Actor, today: date | None = None) -> int:
    """Delete what was told long ago; return how many lines."""
    before = (today or matching.today()) - KEPT
    old = session.scalars(select(Reminder).where(Reminder.told_on < before)).all()
    for each in old:
        session.delete(each)
    return len(old)


def _notices(actor: Actor, entry: Entry, today: date) -> Iterable[DueNotice]:
    why = _why(entry, today)
    own = entry.agency_id is not None and entry.agency_id == actor.agency_id
    step = entry.kind in (Kind.STEP, Kind.RUNS_OUT) and actor.may(Permission.RECORD)
    if (own or step) and why is not None:
        key = f"{entry.key}:{entry.day.isoformat()}:{why.value}"
        yield DueNotice(key, why, entry.words, entry.reference, entry.day, entry.link, own)


def _why(entry: Entry, today: date) -> Why | None:
    clocks = case_clock.clocks()
    if entry.overdue:
        return Why.OVERDUE
    match entry.kind:
        case Kind.RUNS_OUT:  # it is in the diary only once that is near
            return Why.LAPSING
        case Kind.LAPSE if clocks["lapsing"].before(entry.day) <= today:
            return Why.LAPSING
        case Kind.DUE | Kind.TASK if clocks["soon"].before(entry.day) <= today:
            return Why.SOON
    return None


def _last_told(session: Session, actor: Actor, way: Way) -> Mapping[str, date]:
    """Return when the actor was told of each thing last, in this way or at the desk."""
    query = select(Reminder.key, Reminder.told_on).where(
        Reminder.user_id == actor.id, Reminder.way.in_({way, Way.DESK})
    )
    found: dict[str, date] = {}
    for key, day in session.execute(query):
        found[key] = max(day, found.get(key, day))
    return found
