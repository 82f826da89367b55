"""Safety mapping: where a group of young people feels safe and unsafe, by part of the day.

A worker marks squares of 125 m with a group on a tablet. Squares alone are kept, never a person, a
way or a single voice: how many young people there were is a band, where they met is a ward. What
sessions say adds up in the layer "Young people's map", which stands beside police records nowhere.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import areas, audit, case_work, codes, matching, preferences, touches
from domain.areas import AreaKind
from domain.audit import action
from domain.codes import ref
from domain.errors import Conflict, Invalid, NotFound
from domain.filters import Filters
from domain.people import Actor, Permission, Tier
from domain.visibility import reach
from domain.wording import taken
from geo import grid
from geo.space import BNG, Box
from store import reading
from store.database import Base

SQUARE = 125
"""Side in metres of a square that is marked; four of them are one of the 250 m cells."""
MOST = 600
"""Marks of one session."""
DAYS_BACK = 730
SAFE, UNSAFE = ref("felt_safety", "safe"), ref("felt_safety", "unsafe")
UNKNOWN_BAND = ref("time_bands", "unknown")


class SessionState(Enum):
    """Whether a session counts."""

    KEPT = "kept"
    WITHDRAWN = "withdrawn"


class SafetySession(Base):
    """One session with a group: when, in which ward, how many by band; never who."""

    __tablename__ = "safety_session"
    __sealed__ = frozenset({"words", "area_id", "group_size"})

    id: Mapped[int] = mapped_column(primary_key=True)
    held_on: Mapped[date] = mapped_column(index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    group_size: Mapped[str] = mapped_column(String(32))
    words: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[SessionState] = mapped_column(default=SessionState.KEPT, index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    made_by_name: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class SafetyMark(Base):
    """A square, by its south-west corner (EPSG:27700), as the group felt it in a part of a day."""

    __tablename__ = "safety_mark"
    __table_args__ = (UniqueConstraint("session_id", "east", "north", "time_band", "felt"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("safety_session.id"), index=True)
    east: Mapped[int] = mapped_column(index=True)
    north: Mapped[int]
    time_band: Mapped[str] = mapped_column(String(32))
    felt: Mapped[str] = mapped_column(String(32))


class SafetyEvent(Base):
    """One line of a session's history."""

    __tablename__ = "safety_event"
    __sealed__ = frozenset({"reason"})

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("safety_session.id"), index=True)
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(300), default="")
    actor_name: Mapped[str] = mapped_column(String(120))


@dataclass(frozen=True, order=True)
class Mark:
    """One square by its south-west corner in metres (EPSG:27700), a part of the day, and how."""

    east: int
    north: int
    time_band: str
    felt: str


@action("safety.keep", needs=Permission.MAP_SAFETY)
def keep(
    session: Session,
    actor: Actor,
    *,
    held_on: date,
    area_id: int,
    group_size: str,
    marks: Collection[Mark],
    words: str = "",
    today: date | None = None,
) -> SafetySession:
    """Keep what a group marked; ``words``: what would make it safer, as the group put it.

    Raises
    ------
    NotPermitted, NotFound
        Nobody is named; there is no such ward for this actor.
    Invalid
        The day, the band, a mark or the words cannot be taken, or nothing was marked.
    """
    person = case_work.person(actor)
    day = today or matching.today()
    if not day - timedelta(days=DAYS_BACK) <= held_on <= day:
        raise Invalid("Choose a day of the last two years, today at the latest.")
    if area_id not in wards(session, actor):
        raise NotFound("That ward is not there.")
    checked = _checked(session, actor, marks)
    made = SafetySession(
        held_on=held_on,
        area_id=area_id,
        group_size=codes.check("group_sizes", group_size),
        words=taken(words, "what would make it safer", 300),
        agency_id=actor.agency_id,
        made_by_id=person,
        made_by_name=actor.name,
        made_at=datetime.now(UTC),
    )
    session.add(made)
    session.flush()
    audit.load(session, SafetyMark, _columns(made.id, checked))
    _remember(session, actor, made.id, "kept")
    audit.note(session, f"safety_session/{made.id}", {"marks": len(checked)})
    return made


@action("safety.change", needs=Permission.MAP_SAFETY)
def change(
    session: Session,
    actor: Actor,
    session_id: int,
    *,
    version: int,
    group_size: str,
    words: str,
    reason: str,
) -> SafetySession:
    """Correct how many there were, or the group's words.

    Raises
    ------
    NotFound, Conflict, Invalid
        It is not there for this actor; it is withdrawn or changed since; what is given cannot be
        taken.
    """
    found = _opened(session, actor, session_id, version)
    found.group_size = codes.check("group_sizes", group_size)
    found.words = taken(words, "what would make it safer", 300)
    found.version += 1
    _remember(session, actor, found.id, "changed", reason)
    return found


@action("safety.withdraw", needs=Permission.MAP_SAFETY)
def withdraw(
    session: Session, actor: Actor, session_id: int, *, version: int, reason: str
) -> SafetySession:
    """Take a session back: its marks and words are erased, that it was held stays.

    Raises
    ------
    NotFound, Conflict, Invalid
        As in `change`; there is no reason.
    """
    found = _opened(session, actor, session_id, version)
    audit.remove(session, SafetyMark, "session_id", found.id)
    found.state, found.words = SessionState.WITHDRAWN, ""
    found.version += 1
    _remember(session, actor, found.id, "withdrawn", reason, needed=True)
    return found


def sessions(session: Session, actor: Actor) -> list[SafetySession]:
    """Return the sessions that ``actor`` may open, the latest first: see `find`."""
    actor.must(Permission.MAP_SAFETY)
    query = select(SafetySession).order_by(SafetySession.held_on.desc(), SafetySession.id.desc())
    wanted = wards(session, actor)
    return [
        each for each in session.scalars(query) if _may_open(actor, each) and each.area_id in wanted
    ]


def find(session: Session, actor: Actor, session_id: int) -> SafetySession:
    """Return a session of the actor's own agency; from tier T3 on, of any.

    Raises
    ------
    NotPermitted
        The actor does not map safety with young people.
    NotFound
        It is not there, or not for this actor.
    """
    actor.must(Permission.MAP_SAFETY)
    found = session.get(SafetySession, session_id)
    if found is None or not _may_open(actor, found) or found.area_id not in wards(session, actor):
        raise NotFound("That session is not there.")
    return found


def marks(session: Session, actor: Actor, session_id: int) -> list[Mark]:
    """Return what a session marked; errors as of `find`."""
    found = find(session, actor, session_id)
    query = select(SafetyMark).where(SafetyMark.session_id == found.id)
    return sorted(
        Mark(each.east, each.north, each.time_band, each.felt) for each in session.scalars(query)
    )


def history(session: Session, actor: Actor, session_id: int) -> list[SafetyEvent]:
    """Return what was done with a session, the first first; errors as of `find`."""
    found = find(session, actor, session_id)
    query = select(SafetyEvent).where(SafetyEvent.session_id == found.id)
    return list(session.scalars(query.order_by(SafetyEvent.id)))


def wards(session: Session, actor: Actor) -> dict[int, str]:
    """Return the wards where a session can be held: names by id."""
    found: dict[int, str] = areas.frame(session, actor, AreaKind.WARD)["name"].to_dict()
    return found


def squares(shape: BaseGeometry) -> set[tuple[int, int]]:
    """Return the south-west corners of the squares that ``shape`` (EPSG:27700) takes up.

    A point takes up the square it lies in; an area those whose middle lies in it, or the square
    of its own middle where it is smaller than that.
    """
    if shape.geom_type == "Polygon":
        over = grid.over_box(shape.bounds, SQUARE)
        cells = grid.cell_polygons(over)
        inside = cells[shapely.intersects(shape, shapely.centroid(cells.geometry.to_numpy()))]
        corners = shapely.bounds(inside.geometry.to_numpy())[:, :2].round().astype(int)
        if len(corners):
            return set(map(tuple, corners.tolist()))
    at = shape.representative_point()
    column, row = grid.cell_of([at.x], [at.y], SQUARE)
    return {(int(column[0]) * SQUARE, int(row[0]) * SQUARE)}


def frame(
    session: Session, actor: Actor, box: Box | None = None, filters: Filters | None = None
) -> gpd.GeoDataFrame:
    """Read the marks of all sessions that count: for `layers/` only, which counts sessions.

    A filter of days asks for the day of the session, one of hours for the part of the day.

    Returns
    -------
    GeoDataFrame
        One row a mark, indexed by id: ``session_id``, ``felt``, and the square (EPSG:27700).

    Raises
    ------
    NotPermitted
        The actor may not read place cards.
    """
    actor.must(Permission.SEE_PLACES)
    asked = filters or Filters()
    query = (
        select(
            SafetyMark.id, SafetyMark.session_id, SafetyMark.felt, SafetyMark.east, SafetyMark.north
        )
        .join(SafetySession, SafetySession.id == SafetyMark.session_id)
        .where(SafetySession.state == SessionState.KEPT)
        .where(*matching.among(SafetyMark.time_band, touches.asked_bands(asked)))
        .order_by(SafetyMark.id)
    )
    if asked.since is not None:
        query = query.where(SafetySession.held_on >= asked.since)
    if asked.until is not None:
        query = query.where(SafetySession.held_on <= asked.until)
    kinds = {"session_id": "int64", "felt": "str", "east": "int64", "north": "int64"}
    found = reading.table(session, query, kinds)
    west, south = found["east"].to_numpy(), found["north"].to_numpy()
    shapes = shapely.box(west, south, west + SQUARE, south + SQUARE)
    framed = gpd.GeoDataFrame(
        found[["session_id", "felt"]], geometry=np.asarray(shapes, dtype=object), crs=BNG
    )
    where = reach(session, actor, box, asked.areas)
    if where.everywhere:
        return framed
    return framed[where.keep(shapely.centroid(framed.geometry.to_numpy()))]  # a shared edge is none


def _may_open(actor: Actor, found: SafetySession) -> bool:
    own = found.agency_id is not None and found.agency_id == actor.agency_id
    return own or actor.tier >= Tier.T3


def _opened(session: Session, actor: Actor, session_id: int, version: int) -> SafetySession:
    """Lock a session, and refuse one that is withdrawn or has moved on."""
    find(session, actor, session_id)
    query = select(SafetySession).where(SafetySession.id == session_id).with_for_update()
    found = session.scalars(query.execution_options(populate_existing=True)).one()
    case_work.same(found, version, "session")
    if found.state is SessionState.WITHDRAWN:
        raise Conflict("This session was withdrawn. Nothing of it is kept.")
    return found


def _checked(session: Session, actor: Actor, given: Iterable[Mark]) -> list[Mark]:
    found = sorted(set(given))
    if not found:
        raise Invalid("Mark at least one square first.")
    if len(found) > MOST:
        raise Invalid(f"Mark {MOST} squares at most.")
    for each in found:
        if codes.check("time_bands", each.time_band) == UNKNOWN_BAND:
            raise Invalid("Choose a part of the day for each square.")
        if each.felt not in (SAFE, UNSAFE):
            raise Invalid("A square feels safe or unsafe.")
        if each.east % SQUARE or each.north % SQUARE:
            raise Invalid("Mark whole squares only.")
    if not _are_ours(session, actor, found):
        raise Invalid("Some of these squares lie outside our area. Take them back first.")
    return found


def _are_ours(session: Session, actor: Actor, marked: list[Mark]) -> bool:
    """Say whether every square lies in the partnership's area or its margin, where one is known."""
    ground = areas.frame(session, actor, AreaKind.PARTNERSHIP)
    if ground.empty:
        return True
    corners = shapely.points([(each.east, each.north) for each in marked])
    far = shapely.distance(ground.union_all(), corners)
    return bool((far <= preferences.read(session).partnership.margin).all())


def _columns(session_id: int, marked: list[Mark]) -> dict[str, list[object]]:
    return {
        "session_id": [session_id] * len(marked),
        "east": [each.east for each in marked],
        "north": [each.north for each in marked],
        "time_band": [each.time_band for each in marked],
        "felt": [each.felt for each in marked],
    }


def _remember(
    session: Session,
    actor: Actor,
    session_id: int,
    what: str,
    reason: str = "",
    *,
    needed: bool = False,
) -> None:
    session.add(
        SafetyEvent(
            session_id=session_id,
            at=datetime.now(UTC),
            what=what,
            reason=taken(reason, "the reason", 300, needed=needed),
            actor_name=actor.name,
        )
    )
