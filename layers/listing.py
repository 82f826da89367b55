"""What stands beside the map of a large layer: its legend, a page of its list, and one record.

Made of the index in memory, each as the same reader and filters have it on the map; nothing is
read of the whole layer. Small layers are read as a frame (`catalogue.read`).
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from domain.filters import Filters
from domain.people import Actor
from geo.grid import cell_label
from geo.space import BNG
from layers import catalogue, marks, present, sight
from layers.columns import CELL
from layers.index import Standing
from layers.layer import Layer, rule
from layers.present import Legend
from layers.selection import Held, Selection, cells, select_records
from layers.sight import Sight, cell_numbers
from layers.streets import streets


@dataclass(frozen=True)
class Listing:
    """A large layer as one reader has it under some filters.

    Raises
    ------
    NotPermitted
        The actor may not see the layer.
    """

    session: Session
    actor: Actor
    layer: Layer
    filters: Filters

    def __len__(self) -> int:
        """Return how many entries the list has: records, or cells that may be shown."""
        _, found = self._chosen()
        return len(self._cells(found)[0]) if self.seen.is_count else len(found)

    @property
    def seen(self) -> Sight:
        """How finely the reader sees it."""
        return catalogue.check(self.actor, self.layer.name)[1]

    def legend(self, colour: str = "") -> Legend:
        """Return what is drawn and what it means; only what is there."""
        _, found = self._chosen()
        if self.seen.is_count:
            told = gpd.GeoDataFrame({"count": np.unique(self._cells(found)[1])})
        else:
            column = present.colour_column(self.layer, colour)
            told = gpd.GeoDataFrame({column: [*found.counts_by(column)]})
        return present.legend(self.layer, self.seen, told, colour)

    def page(self, first: int, count: int, colour: str = "") -> gpd.GeoDataFrame:
        """Return ``count`` entries from the ``first`` on, the newest first (cells from the west).

        ``look``, ``fade``, ``label``, ``detail`` and the geometry in EPSG:27700, by their number.
        """
        standing, found = self._chosen()
        if self.seen.is_count:
            kept, counts = self._cells(found)
            part = slice(first, first + count)
            return self._cell_rows(standing, kept[part], counts[part])
        return self._rows(standing, found.newest(standing)[first : first + count], colour)

    def record(self, number: int, colour: str = "") -> gpd.GeoDataFrame:
        """Return one entry as `page` does; no row where it is not shown to this reader."""
        standing, found = self._chosen()
        if self.seen.is_count:
            kept, counts = self._cells(found)
            one = np.flatnonzero(cell_numbers(*standing.columns.corners[kept].T) == number)
            return self._cell_rows(standing, kept[one], counts[one])
        one = found.rows[standing.columns.ids[found.rows] == number]
        return self._rows(standing, one, colour)

    def _chosen(self) -> tuple[Standing, Selection]:
        catalogue.check(self.actor, self.layer.name)
        held: Held | None = self.layer.held
        assert held is not None, f"{self.layer.name} is not held in memory"
        return select_records(self.session, self.actor, held, self.filters)

    def _cells(self, found: Selection) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the cells that may be shown, from west to east, and their counts."""
        counts = cells(found, rule(self.session)).values.filled(0)
        kept = np.flatnonzero(counts)
        return kept, np.asarray(counts[kept])

    def _cell_rows(
        self, standing: Standing, kept: NDArray[np.int64], counts: NDArray[np.int64]
    ) -> gpd.GeoDataFrame:
        west, south = standing.columns.corners[kept].T
        frame = gpd.GeoDataFrame(
            {
                "label": [cell_label(e, n, CELL) for e, n in zip(west, south, strict=True)],
                "count": counts,
                "words": rule(self.session).say(counts.tolist()),
            },
            geometry=np.asarray(shapely.box(west, south, west + CELL, south + CELL)),
            crs=BNG,
        ).set_axis(pd.Index(cell_numbers(west, south)), axis=0)
        return present.presented(self.layer, self.seen, frame)

    def _rows(self, standing: Standing, rows: NDArray[np.int32], colour: str) -> gpd.GeoDataFrame:
        told = standing.columns
        east, north = told.east[rows], told.north[rows]
        if self.seen is Sight.STREET:
            east, north = sight.stand_ins(east, north, streets(self.session)).T
        attributes = {
            "look": marks.look(self.layer, told, rows, colour),
            "fade": marks.fade(told, rows),
            "label": marks.label(self.layer, told, rows),
            "detail": marks.detail(self.layer, told, rows),
        }
        return gpd.GeoDataFrame(
            {name: [values[at] for at in which] for name, (which, values) in attributes.items()},
            geometry=gpd.points_from_xy(east, north),
            crs=BNG,
        ).set_axis(pd.Index(told.ids[rows], name="id"), axis=0)
