"""Areas: partnership, wards, LSOAs and beats, each with the vintage of its boundary."""

import re
from enum import Enum

import geopandas as gpd
import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ForeignKey, String, UniqueConstraint, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain.audit import action
from domain.errors import Conflict, NotFound
from domain.people import Actor, Permission
from geo.space import Box
from store import reading
from store.columns import Geometry27700, bbox_intersects
from store.database import Base


class AreaKind(Enum):
    """What kind of boundary it is."""

    PARTNERSHIP = "partnership"
    WARD = "ward"
    LSOA = "lsoa"
    BEAT = "beat"


class Area(Base):
    """One named boundary in metres, as it stood in its vintage (``2021``, ``May 2025``)."""

    __tablename__ = "area"
    __table_args__ = (UniqueConstraint("kind", "code", "vintage"),)
    __unlogged__ = frozenset({"outline"})  # published, and far too long for the log

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[AreaKind]
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    vintage: Mapped[str] = mapped_column(String(20))
    outline: Mapped[BaseGeometry] = mapped_column(Geometry27700())
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)


COLUMNS = {"code": "str", "name": "str", "vintage": "str"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def frame(
    session: Session,
    actor: Actor,
    kind: AreaKind,
    box: Box | None = None,
    vintage: str | None = None,
) -> gpd.GeoDataFrame:
    """Read the areas of one kind, of its newest vintage unless another is named.

    Someone whose work is limited to areas gets those that share ground with them.

    Returns
    -------
    GeoDataFrame
        By code, indexed by id: ``code``, ``name``, ``vintage`` and the geometry ``outline``
        (EPSG:27700).

    Raises
    ------
    NotPermitted
        The actor may not open the map.
    """
    actor.must(Permission.SEE_MAP)
    chosen = vintage if vintage is not None else newest(session, kind)
    query = (
        select(Area.id, Area.code, Area.name, Area.vintage, reading.as_wkb(Area.outline))
        .where(Area.kind == kind, Area.vintage == chosen)
        .where(bbox_intersects(Area.outline, box) if box else true())
        .order_by(Area.code)
    )
    found = reading.frame(session, query, COLUMNS, "outline")
    if box is not None:
        found = found[shapely.intersects(found["outline"].to_numpy(), shapely.box(*box))]
    ground = _ground(session, actor)
    if ground is not None:
        shared = shapely.intersection(found["outline"].to_numpy(), ground)
        found = found[shapely.area(shared) > 1]  # a shared border is not shared ground
    return found


def kinds(session: Session, actor: Actor) -> dict[AreaKind, list[str]]:
    """Return the kinds of area that there are, each with its vintages, the newest first."""
    actor.must(Permission.SEE_MAP)
    found: dict[AreaKind, list[str]] = {}
    for kind, vintage in session.execute(select(Area.kind, Area.vintage).distinct()):
        found.setdefault(kind, []).append(vintage)
    return {kind: sorted(found[kind], key=_age, reverse=True) for kind in AreaKind if kind in found}


def newest(session: Session, kind: AreaKind) -> str | None:
    """Return the newest vintage of ``kind``, or None where there is no such area."""
    vintages = session.scalars(select(Area.vintage).where(Area.kind == kind).distinct())
    return max(vintages, key=_age, default=None)


def covering(session: Session, actor: Actor, point: Point) -> list[Area]:
    """Return the areas of the newest vintage of each kind that hold ``point`` (EPSG:27700)."""
    actor.must(Permission.SEE_MAP)
    query = select(Area).where(bbox_intersects(Area.outline, point.bounds)).order_by(Area.code)
    held = [area for area in session.scalars(query) if area.outline.covers(point)]
    wanted = {kind: newest(session, kind) for kind in {area.kind for area in held}}
    order = list(AreaKind)
    current = [area for area in held if area.vintage == wanted[area.kind]]
    return sorted(current, key=lambda area: (order.index(area.kind), area.code))


def _ground(session: Session, actor: Actor) -> BaseGeometry | None:
    if not actor.area_ids:
        return None
    query = select(reading.as_wkb(Area.outline)).where(Area.id.in_(actor.area_ids))
    return shapely.union_all(reading.shapes_of(session.scalars(query).all()))


def _age(vintage: str) -> tuple[int, int, str]:
    """Order "2021", "2023-12" and "May 2025" by year and month."""
    words = vintage.lower()
    year = re.search(r"(?<!\d)(1[89]|2\d)\d\d(?!\d)", words, re.ASCII)
    number = re.search(r"\d{4}-(\d\d)", words, re.ASCII)
    named = next((index for index, month in enumerate(_MONTHS, 1) if month in words), 0)
    return int(year[0]) if year else 0, int(number[1]) if number else named, vintage


@action("area.remove_vintage", needs=Permission.MANAGE_AREAS)
def remove_vintage(session: Session, _actor: Actor, kind: AreaKind, vintage: str) -> int:
    """Remove every area of ``kind`` and ``vintage``; return how many there were.

    Raises
    ------
    NotFound
        There are none.
    Conflict
        Someone's work is limited to one of them.
    """
    areas = session.scalars(
        select(Area).where(Area.kind == kind, Area.vintage == vintage).with_for_update()
    ).all()
    if not areas:
        raise NotFound("There are no boundaries of that kind and date.")
    for area in areas:
        session.delete(area)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(
            "Someone's work is limited to one of these areas. Please change their role first."
        ) from error
    return len(areas)
