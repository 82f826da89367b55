"""What of a large table one reader may be given under some filters: the records, by number.

It means what the readings of `domain/` mean with the same actor and filters, and a test compares
the two. Whether someone may see a layer at all, and how finely, is asked before (`catalogue`).
"""

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import visibility
from domain.accounts import Agency
from domain.filters import Filters
from domain.people import Actor, Tier
from geo.suppress import Rule, Shown, suppress
from layers import index
from layers.columns import Columns, Mask, Recipe
from layers.index import Spots, Standing

T = TypeVar("T")
_A_RECORD = 32
"""Bytes of a selection for each record in it, when all that may be asked of it was."""


@dataclass(frozen=True)
class Held:
    """A large table of which a layer shows the whole or a part.

    ``conditions`` gives what filters require of a record, and what makes it one of this layer's;
    ``sealed`` which records must not be drawn below the sealed tier, homes left aside.
    """

    recipe: Recipe
    conditions: Callable[[Standing, Filters], list[Mask]]
    sealed: Callable[[Standing], Mask]


@dataclass(frozen=True)
class Selection:
    """Chosen records of an index: ``rows``, rising; and how they are drawn, found when asked.

    ``serial`` is its own: what is kept of it elsewhere goes by that number.
    """

    columns: Columns
    rows: NDArray[np.int32]
    serial: int = field(default_factory=itertools.count(1).__next__)
    _found: dict[str, Any] = field(default_factory=dict, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def chosen(self) -> Mask:
        """Say of every record of the index whether it is chosen."""
        found = np.zeros(len(self.columns), dtype=bool)
        found[self.rows] = True
        return found

    def spots(self, standing: Standing, *, street: bool) -> Spots:
        """Return where the chosen records are drawn, truly or on the nearest street."""
        whole = standing.street_spots if street else standing.spots
        return self._kept(f"spots {street}", lambda: whole().only(self.chosen))

    def by_code(self, spots: Spots, column: str) -> list[NDArray[np.int32]]:
        """Return for each word of a column where its records stand among ``spots``."""
        return self._kept(f"{spots.name} {column}", lambda: self._by_code(spots, column))

    def counts_by(self, column: str) -> dict[str, int]:
        """Return how many records have each word of a column; only words that are there."""
        return self._kept(f"counts {column}", lambda: self._counts_by(column))

    def in_cells(self) -> NDArray[np.int64]:
        """Return how many records lie in each 250 m cell of the index."""
        return self._kept("cells", self._in_cells)

    def newest(self, standing: Standing) -> NDArray[np.int32]:
        """Return the chosen records from the newest to the oldest."""
        return self._kept("newest", lambda: self._newest(standing))

    def _kept(self, name: str, work: Callable[[], T]) -> T:
        if name not in self._found:
            with self._lock:
                if name not in self._found:
                    self._found[name] = work()
        answer: T = self._found[name]
        return answer

    def _by_code(self, spots: Spots, column: str) -> list[NDArray[np.int32]]:
        told = self.columns.words[column]
        codes = told.codes[spots.rows]
        order = np.argsort(codes, kind="stable").astype(np.int32)
        return np.split(order, np.searchsorted(codes[order], np.arange(1, len(told.words))))

    def _counts_by(self, column: str) -> dict[str, int]:
        told = self.columns.words[column]
        counts = np.bincount(told.codes[self.rows], minlength=len(told.words))
        return {word: n for word, n in zip(told.words, counts.tolist(), strict=True) if n}

    def _in_cells(self) -> NDArray[np.int64]:
        cells = np.bincount(self.columns.cell[self.rows], minlength=len(self.columns.corners))
        return cells.astype(np.int64)

    def _newest(self, standing: Standing) -> NDArray[np.int32]:
        order = standing.newest()
        return np.asarray(order[self.chosen[order]])


def select_records(
    session: Session, actor: Actor, held: Held, filters: Filters, *, whole: bool = False
) -> tuple[Standing, Selection]:
    """Return the records that ``actor`` may be given under ``filters``, and what holds them.

    Sealed ones are among them at the sealed tier alone; with ``whole`` they are for all, and may
    then be counted by ward only (`layers.wards`).
    """
    standing = index.of(session, held.recipe)
    asked = (frozenset(actor.area_ids), filters.areas)
    agencies = _agencies(session, filters)
    sealed = whole or actor.tier >= Tier.SEALED
    key = (
        id(standing.index.columns), held.conditions, filters.to_query(), agencies, sealed, asked,
        standing.key(*index.OTHERS),
    )  # fmt: skip
    kept = index.selections(session)
    with kept.making:  # the tiles of a new view ask for the same at once
        found: Selection | None = kept.get(key)
        if found is None or found.columns is not standing.columns:
            rows = np.flatnonzero(_chosen(standing, actor, held, filters, agencies, sealed=sealed))
            found = Selection(standing.columns, rows.astype(np.int32))
            kept.put(key, found, 1_000 + _A_RECORD * len(rows))
    return standing, found


def cells(selection: Selection, rule: Rule) -> Shown:
    """Return the counts of the 250 m cells of an index as they may be seen."""
    return suppress(selection.in_cells(), rule)


def _chosen(
    standing: Standing,
    actor: Actor,
    held: Held,
    filters: Filters,
    agencies: frozenset[str] | None,
    *,
    sealed: bool,
) -> Mask:
    chosen = np.ones(len(standing.columns), dtype=bool)
    for condition in held.conditions(standing, filters):
        chosen &= condition
    if agencies is not None and "agency" in standing.columns.words:
        chosen &= standing.columns.words["agency"].among(agencies)
    if not sealed:
        chosen &= ~(held.sealed(standing) | standing.at_home())
    where = visibility.reach(standing.session, actor, None, filters.areas)
    for outline in where.outlines:
        chosen &= standing.within(outline)
    return chosen


def _agencies(session: Session, filters: Filters) -> frozenset[str] | None:
    """Return the names of the agencies asked for, or None where none is."""
    if not filters.agencies:
        return None
    return frozenset(session.scalars(select(Agency.name).where(Agency.id.in_(filters.agencies))))
