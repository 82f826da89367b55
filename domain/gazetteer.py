"""The gazetteer: places, streets and postcodes by name, for search without the internet."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Point
from sqlalchemy import ColumnElement, ForeignKey, Index, String, and_, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain.people import Actor, Permission
from geo import gridref
from store import reading
from store.columns import Geometry27700, bbox_intersects
from store.database import Base

PLACE, STREET, POSTCODE, FEATURE = "place", "street", "postcode", "feature"
LONGEST = 120
_LETTERS = str.maketrans(
    {"ß": "SS", "ẞ": "SS", "æ": "AE", "Æ": "AE", "œ": "OE", "Œ": "OE", "ø": "O", "Ø": "O"}
    | {"ł": "L", "Ł": "L", "đ": "D", "Đ": "D", "ð": "D", "Ð": "D", "þ": "TH", "Þ": "TH"}
    | {"&": " AND "}
)
_SILENT = re.compile(r"['\u2018\u2019\u02bc`.]")  # "St. Mary's" is looked for as "St Marys"
_OTHER = re.compile(r"[^A-Z0-9]+")


class GazetteerEntry(Base):
    """One name and where it is. ``sought`` is the name as it is compared, made by `sought`."""

    __tablename__ = "gazetteer"
    __table_args__ = (Index("ix_gazetteer_kind_sought", "kind", "sought"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))  # place, street, postcode, feature
    name: Mapped[str] = mapped_column(String(120))
    sought: Mapped[str] = mapped_column(String(120), index=True)
    district: Mapped[str] = mapped_column(String(120), default="")
    source: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(64), unique=True)
    terminated: Mapped[bool] = mapped_column(default=False)
    spot: Mapped[Point] = mapped_column(Geometry27700("POINT"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)


def fold(text: str) -> str:
    """Return ``text`` as names are compared: capitals A-Z, figures and single spaces, no marks."""
    plain = unicodedata.normalize("NFKD", text[: 4 * LONGEST].translate(_LETTERS)).upper()
    bare = "".join(each for each in plain if not unicodedata.combining(each))
    return _OTHER.sub(" ", _SILENT.sub("", bare)).strip()[:LONGEST].strip()


def sought(kind: str, name: str) -> str:
    """Return what an entry of ``kind`` keeps as ``sought``: postcodes lose their space too."""
    return fold(name).replace(" ", "") if kind == POSTCODE else fold(name)


def begins(column: ColumnElement[str], start: str) -> ColumnElement[bool]:
    """Return the condition that a folded ``column`` begins with ``start`` (folded, not empty).

    A range that each database answers from its index, whatever its collation: folded names hold
    nothing but A-Z, figures and spaces, so none that begins so sorts after the last of them.
    """
    last = start + "Z" * (LONGEST - len(start))
    return and_(column >= start, column <= last, func.substr(column, 1, len(start)) == start)


@dataclass(frozen=True)
class Named:
    """Something with a name near a spot, and how far off in metres."""

    name: str
    metres: float


@dataclass(frozen=True)
class Nearest:
    """What lies nearest to a dropped pin; None where nothing lies within 10 km."""

    street: Named | None
    postcode: Named | None
    grid_ref: str

    def words(self) -> str:
        """Say it in one line: "North Bank (40 m), NX1 2AB, NZ 46012 33918"."""
        street = f"{self.street.name} ({self.street.metres:.0f} m)" if self.street else ""
        parts = [street, self.postcode.name if self.postcode else "", self.grid_ref]
        return ", ".join(filter(None, parts))


def near(session: Session, actor: Actor, point: Point) -> Nearest:
    """Return the nearest street, postcode and grid reference of ``point`` (EPSG:27700).

    Raises
    ------
    NotPermitted
        The actor may not open the map.
    """
    actor.must(Permission.SEE_MAP)
    return nearest(session, point)


def nearest(session: Session, point: Point) -> Nearest:
    """Return what `near` does, for everyone: streets and postcodes are public geography."""
    return Nearest(
        _nearest(session, point, STREET),
        _nearest(session, point, POSTCODE),
        grid_reference(point),
    )


def grid_reference(point: Point, digits: int = 10) -> str:
    """Write the grid reference of ``point`` (EPSG:27700); "" where it is off the grid."""
    try:
        return gridref.format(point.x, point.y, digits)
    except ValueError:
        return ""


def _nearest(session: Session, point: Point, kind: str) -> Named | None:
    """Look in growing boxes; what is nearer than the box's edge cannot be beaten outside it."""
    for reach in (150.0, 500.0, 2_000.0, 10_000.0):
        names, metres = _around(session, point, kind, reach)
        if len(metres) and metres.min() <= reach:
            first = int(metres.argmin())
            return Named(names[first], float(metres[first]))
    return None


def _around(
    session: Session, point: Point, kind: str, reach: float
) -> tuple[list[str], "np.ndarray[tuple[int], np.dtype[np.float64]]"]:
    box = (point.x - reach, point.y - reach, point.x + reach, point.y + reach)
    query = (
        select(GazetteerEntry.name, reading.as_wkb(GazetteerEntry.spot))
        .where(bbox_intersects(GazetteerEntry.spot, box), GazetteerEntry.kind == kind)
        .where(GazetteerEntry.terminated.is_(False))
        .order_by(GazetteerEntry.name, GazetteerEntry.id)
    )
    rows = session.connection().execute(query).all()
    spots = reading.shapes_of([wkb for _name, wkb in rows])
    return [name for name, _wkb in rows], np.asarray(shapely.distance(spots, point), dtype=float)


def lookup(
    session: Session, wanted: ColumnElement[bool], kinds: Iterable[str], limit: int
) -> list[GazetteerEntry]:
    """Return at most ``limit`` entries of ``kinds`` that meet ``wanted``, in order of name."""
    query = (
        select(GazetteerEntry)
        .where(wanted, GazetteerEntry.kind.in_(list(kinds)))
        .order_by(GazetteerEntry.sought, GazetteerEntry.id)
        .limit(limit)
    )
    return list(session.scalars(query))
