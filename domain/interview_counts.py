"""Return interviews due and held within 72 hours, as counts of an area and a month.

Numbers alone are kept, never an interview. They are read as totals of months and of areas, with
small numbers hidden so that a total does not give them away, and as a rate with its interval.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import areas, case_work, interviews, matching
from domain.accounts import Agency
from domain.areas import Area, AreaKind
from domain.audit import action
from domain.errors import Conflict, Invalid, NotFound
from domain.likely_places import rule_of
from domain.people import Actor, Permission
from geo.rates import wilson
from geo.suppress import Rule, suppress
from store.database import Base

HOURS = 72
"""An interview is held in time within so many hours of the return (DfE, 2014)."""
MOST = 999
STEP = 5
"""Per cent to which a rate is rounded, so that no single interview can be told from it."""
KINDS = (AreaKind.PARTNERSHIP, AreaKind.WARD)


class InterviewCount(Base):
    """What one agency tells of one area and month: interviews due, held, and held in time."""

    __tablename__ = "interview_count"
    __table_args__ = (UniqueConstraint("agency_id", "area_id", "month"),)
    __sealed__ = frozenset({"due", "held", "in_time"})

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    month: Mapped[date] = mapped_column(index=True)
    due: Mapped[int]
    held: Mapped[int]
    in_time: Mapped[int]
    told_by_name: Mapped[str] = mapped_column(String(120))
    told_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


@dataclass(frozen=True)
class Line:
    """A month or an area: how many interviews were due, and the share held within 72 hours.

    ``rate``, ``low`` and ``high`` are per cent, rounded to five; None where too few are due.
    """

    name: str
    words: str
    rate: int | None = None
    low: int | None = None
    high: int | None = None

    @property
    def said(self) -> str:
        """Say the rate in words."""
        if self.rate is None:
            return "too few to tell"
        return f"about {self.rate} %, likely between {self.low} and {self.high} %"


@dataclass(frozen=True)
class Timeliness:
    """What is known of a year: by month, by area, in all, and who told of which months."""

    months: tuple[Line, ...]
    areas: tuple[Line, ...]
    whole: Line | None
    told_by: tuple[tuple[str, tuple[date, ...]], ...]
    silent: tuple[date, ...]


@action("interview.count", needs=Permission.CODE_INTERVIEWS)
def count(
    session: Session,
    actor: Actor,
    *,
    month: date,
    area_id: int,
    due: int,
    held: int,
    in_time: int,
    version: int = 0,
    today: date | None = None,
) -> InterviewCount:
    """Tell the numbers of an area and a month, or correct what the agency told of it.

    ``version`` is that of what is corrected, 0 where nothing was told.

    Raises
    ------
    NotPermitted
        Nobody is named, or they belong to no agency.
    NotFound
        There is no such area for this actor.
    Invalid
        The month is not one that can be told of; more are held than due, or in time than held.
    Conflict
        The agency told of that area and month meanwhile.
    """
    case_work.person(actor)
    agency = interviews.agency_of(actor)
    first = interviews.checked_month(month, today or matching.today())
    if not 0 <= in_time <= held <= due <= MOST:
        raise Invalid("No more can be held than were due, and no more in time than were held.")
    if area_id not in offered(session, actor):
        raise NotFound("That area is not there.")
    found = told(session, actor, first, area_id)
    if (0 if found is None else found.version) != version:
        raise Conflict("Your agency told of this area and month already. Look again, then correct.")
    if found is None:
        found = InterviewCount(agency_id=agency, area_id=area_id, month=first, version=0)
        session.add(found)
    found.due, found.held, found.in_time = due, held, in_time
    found.told_by_name, found.told_at = actor.name, datetime.now(UTC)
    found.version = version + 1
    try:
        session.flush()
    except IntegrityError as error:  # two who tell for the first time
        raise Conflict("Your agency told of this just now. Look again, then correct.") from error
    return found


def told(session: Session, actor: Actor, month: date, area_id: int) -> InterviewCount | None:
    """Return what the actor's own agency told of an area and month, to be corrected."""
    actor.must(Permission.CODE_INTERVIEWS)
    query = select(InterviewCount).where(
        InterviewCount.agency_id == interviews.agency_of(actor),
        InterviewCount.area_id == area_id,
        InterviewCount.month == month.replace(day=1),
    )
    return session.scalars(query).one_or_none()


def offered(session: Session, actor: Actor) -> dict[int, str]:
    """Return the areas that can be told of: names by id, the whole partnership first."""
    found: dict[int, str] = {}
    for kind in KINDS:
        found |= areas.frame(session, actor, kind)["name"].to_dict()
    return found


def timeliness(session: Session, actor: Actor, today: date | None = None) -> Timeliness:
    """Return how many interviews were due and held in time, in the year up to this month.

    Where an agency told of the whole partnership in a month, its wards are not counted beside.

    Raises
    ------
    NotPermitted
        The actor may not read place cards.
    """
    actor.must(Permission.SEE_PLACES)
    wanted = interviews.months(today)[:13]
    query = (
        select(InterviewCount, Area, Agency.name)
        .join(Area, Area.id == InterviewCount.area_id)
        .join(Agency, Agency.id == InterviewCount.agency_id)
        .where(InterviewCount.month >= wanted[-1])
        .where(InterviewCount.area_id.in_(sorted(offered(session, actor))))
        .order_by(InterviewCount.month, Area.name)
    )
    rows = [Row(each, area, agency) for each, area, agency in session.execute(query)]
    wards = [row for row in rows if row.area.kind is AreaKind.WARD]
    once = _once(rows)
    rule = rule_of(session)
    heard = {row.told.month for row in rows}
    return Timeliness(
        _lines(once, lambda row: f"{row.told.month:%B %Y}", rule),
        _lines(wards, lambda row: row.area.name, rule),
        next(iter(_lines(once, lambda _row: "In all", rule)), None),
        _told_by(rows),
        tuple(month for month in reversed(wanted[1:]) if month not in heard),
    )


class Row(NamedTuple):
    """What was told, of which area, by which agency."""

    told: InterviewCount
    area: Area
    agency: str


def _once(rows: Sequence[Row]) -> list[Row]:
    """Leave out wards where their agency told of the whole partnership in that month."""
    whole = {(row.agency, row.told.month) for row in rows if row.area.kind is AreaKind.PARTNERSHIP}
    return [
        row
        for row in rows
        if row.area.kind is AreaKind.PARTNERSHIP or (row.agency, row.told.month) not in whole
    ]


def _lines(rows: Sequence[Row], name: Callable[[Row], str], rule: Rule) -> tuple[Line, ...]:
    names = list(dict.fromkeys(map(name, rows)))
    due = np.zeros(len(names), dtype=np.int64)
    in_time = np.zeros(len(names), dtype=np.int64)
    for row in rows:
        at = names.index(name(row))
        due[at] += row.told.due
        in_time[at] += row.told.in_time
    hidden = complement(due, suppress(due, rule).hidden, rule)
    return tuple(
        _line(each, int(all_), int(timely), rule, hidden=bool(left_out))
        for each, all_, timely, left_out in zip(names, due, in_time, hidden, strict=True)
    )


def complement(counts: Any, hidden: Any, rule: Rule) -> Any:
    """Hide more where a total would tell what is hidden; arrays of shape ``(n,)``.

    What is hidden is never one number alone, and never adds up to less than the threshold.
    """
    out = np.array(hidden, dtype=bool)
    values = np.asarray(counts)
    while out.any() and not out.all() and (out.sum() < 2 or values[out].sum() < rule.threshold):
        shown = np.flatnonzero(~out)
        out[shown[values[shown].argmin()]] = True
    return out


def _line(name: str, due: int, in_time: int, rule: Rule, *, hidden: bool) -> Line:
    if hidden:
        return Line(name, "not shown: small numbers")
    words = str(suppress([due], rule).words()[0])
    low, high = wilson(in_time, due)
    down, up = int(low * 100 // STEP * STEP), int(-(-high * 100 // STEP) * STEP)
    return Line(name, words, round(in_time / due * 100 / STEP) * STEP, down, min(up, 100))


def _told_by(rows: Sequence[Row]) -> tuple[tuple[str, tuple[date, ...]], ...]:
    found: dict[str, set[date]] = {}
    for row in rows:
        found.setdefault(row.agency, set()).add(row.told.month)
    return tuple((agency, tuple(sorted(found[agency]))) for agency in sorted(found))
