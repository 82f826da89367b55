"""Which rows a reader may know of, decided in one place for lists, maps, cards and searches.

A row is known to a reader whose clearance reaches its tier. Homes, refuges and dwellings are
known under a sealed clearance alone. Someone whose work is limited to areas knows what lies in
them. What is not known reads the same as what is not there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, and_, false, select, true
from sqlalchemy.orm import Session

from domain import codes
from domain.areas import Area
from domain.errors import NotPermitted
from domain.people import Actor, Tier
from geo.space import Box
from store.columns import bbox_intersects
from store.reading import as_wkb, shapes_of

STREET = 100.0
"""Side in metres of the square in which a reader below `Tier.T3` is told that a place lies."""


def sees_sealed(actor: Actor) -> bool:
    """Say whether ``actor`` is cleared for homes, refuges, dwellings and where episodes began."""
    return actor.tier >= Tier.SEALED


def sees_names(actor: Actor) -> bool:
    """Say whether ``actor`` reads a place's own name, worries and exact outline."""
    return actor.tier >= Tier.T3


def is_restricted(place_type: str | None) -> bool:
    """Say whether a type of place is sealed; a type that has left the list is, to be safe."""
    return place_type is not None and place_type not in open_types()


def open_types() -> frozenset[str]:
    """Return the types of place that are not sealed."""
    known = codes.current().place_types
    return frozenset(code.code for code in known.values() if not code.restricted)


def cleared(actor: Actor, tier: Any, place_type: Any) -> ColumnElement[bool]:
    """Return the condition that ``actor`` may know of a row, by its tier and type columns."""
    open_enough: ColumnElement[bool] = tier <= int(actor.tier)
    if sees_sealed(actor):
        return open_enough
    return and_(open_enough, place_type.in_(sorted(open_types())))


@dataclass(frozen=True)
class Reach:
    """Where a reading looks: a box, and outlines that a row must touch; both may be absent."""

    box: Box | None
    outlines: tuple[BaseGeometry, ...]

    def narrow(self, column: Any) -> ColumnElement[bool]:
        """Return the condition that the index answers: the row's box touches where we look."""
        edges = [each for each in (self.box, *(each.bounds for each in self.outlines)) if each]
        if any(np.isnan(each).any() for each in edges):  # an outline of nothing: nothing is known
            return false()
        if not edges:
            return true()
        lower, upper = np.array(edges)[:, :2].max(axis=0), np.array(edges)[:, 2:].min(axis=0)
        return bbox_intersects(column, (*lower.tolist(), *upper.tolist()))

    @property
    def everywhere(self) -> bool:
        """Say whether every row is kept."""
        return self.box is None and not self.outlines

    def keep(self, shapes: NDArray[Any]) -> NDArray[np.bool_]:
        """Decide which of ``shapes`` (EPSG:27700) truly touch the box and each outline."""
        kept = np.ones(len(shapes), dtype=bool)
        if self.box is not None:
            kept &= shapely.intersects(shapes, shapely.box(*self.box))
        for outline in self.outlines:
            shapely.prepare(outline)
            kept[kept] = shapely.intersects(shapes[kept], outline)
        return kept

    def holds(self, shape: BaseGeometry) -> bool:
        """Decide for one shape."""
        return bool(self.keep(np.array([shape], dtype=object))[0])


def reach(
    session: Session, actor: Actor, box: Box | None = None, areas: Iterable[int] = ()
) -> Reach:
    """Return where ``actor`` may look, within ``box`` and the ``areas`` asked for (ids)."""
    asked = (frozenset(actor.area_ids), frozenset(areas))
    return Reach(box, tuple(_outline(session, ids) for ids in asked if ids))


def must_reach(session: Session, actor: Actor, shape: BaseGeometry) -> None:
    """Raise `NotPermitted` where ``shape`` (EPSG:27700) lies outside the actor's area."""
    if not reach(session, actor).holds(shape):
        raise NotPermitted("That lies outside your area.")


def _outline(session: Session, ids: frozenset[int]) -> BaseGeometry:
    """Join the outlines of areas; those that have gone leave nothing."""
    found = session.scalars(select(as_wkb(Area.outline)).where(Area.id.in_(ids))).all()
    return shapely.union_all(shapes_of(found))
