"""What the store already knows that an import leans on, read once in one opening."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import shapely
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from domain.accounts import Agency
from domain.areas import Area, AreaKind
from domain.gazetteer import POSTCODE, GazetteerEntry
from domain.places import Place
from exchange.spots import Ground
from geo.space import Box

MARGIN = 10_000.0  # metres around the partnership within which a spot is believed
BLOCK = 5_000


class Known:
    """Look-ups in one reading session; postcodes are remembered from chunk to chunk."""

    def __init__(self, session: Session, *, anywhere: bool = False) -> None:
        self.session, self.anywhere = session, anywhere
        self._postcodes: dict[str, tuple[float, float]] = {}

    @cached_property
    def ground(self) -> Ground:
        """What spots are held against."""
        return Ground(self.postcodes, None if self.anywhere else self._area())

    @cached_property
    def agencies(self) -> dict[str, int]:
        """Agencies' numbers by name, without case."""
        rows = self.session.execute(select(Agency.name, Agency.id))
        return {name.casefold(): number for name, number in rows}

    def places(self, references: Iterable[str]) -> dict[str, int]:
        """Return places' numbers by their reference."""
        return dict(self._pairs(Place.reference, Place.id, sorted(set(references))))

    def postcodes(self, wanted: set[str]) -> Mapping[str, tuple[float, float]]:
        """Return easting and northing of postcodes (capitals, no space), current before ended.

        Of a postcode that the directory splits, the first part.
        """
        missing = sorted(wanted - self._postcodes.keys())
        for block in _blocks(missing):
            query = (
                select(GazetteerEntry.sought, GazetteerEntry.spot)
                .where(GazetteerEntry.kind == POSTCODE, GazetteerEntry.sought.in_(block))
                .order_by(GazetteerEntry.terminated.desc(), GazetteerEntry.key.desc())
            )
            self._postcodes |= {row[0]: (row[1].x, row[1].y) for row in self.session.execute(query)}
        return self._postcodes

    def present(self, column: InstrumentedAttribute[Any], keys: Sequence[Any]) -> set[Any]:
        """Return which of ``keys`` the table has already."""
        found: set[Any] = set()
        if self.session.scalar(select(column).limit(1)) is None:
            return found
        for block in _blocks(keys):
            found.update(self.session.scalars(select(column).where(column.in_(block))))
        return found

    def _pairs(self, key: Any, value: Any, wanted: Sequence[Any]) -> Iterable[tuple[Any, Any]]:
        for block in _blocks(wanted):
            for row in self.session.execute(select(key, value).where(key.in_(block))):
                yield row[0], row[1]

    def _area(self) -> Box | None:
        query = select(Area.outline).where(Area.kind == AreaKind.PARTNERSHIP)
        outlines = list(self.session.scalars(query))
        if not outlines:
            return None
        min_x, min_y, max_x, max_y = shapely.total_bounds(outlines)
        return min_x - MARGIN, min_y - MARGIN, max_x + MARGIN, max_y + MARGIN


def _blocks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[at : at + BLOCK] for at in range(0, len(values), BLOCK))
