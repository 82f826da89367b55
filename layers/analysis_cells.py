"""The cells that analyses count in, squares or hexagons, and how they are named and classed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from domain.errors import Invalid
from domain.recipes import PROPOSED, Recipe
from geo import coverage, extent, grid, hexes, neighbours
from geo.grid import Ints, Mask
from geo.space import BNG, Floats
from layers.analysis import Records, table

FEWEST = 50
"""Below so many records there is too little to tell a pattern from chance."""
CLASSES = 5
FINEST = 100
TABLED = 40
"""Cells in a table at most."""
MOST_DRAWN = 4_000
"""Cells drawn on a map at most: the strongest."""


@dataclass(frozen=True)
class Lattice:
    """Cells over an area: squares aligned to the National Grid, or hexagons.

    ``inside`` marks those that touch the area, ``whole`` those that lie in it altogether.
    """

    grid: grid.Grid | hexes.HexGrid
    inside: Mask
    whole: Mask

    def counts(self, x: Floats, y: Floats) -> Ints:
        """Count points in each cell."""
        if isinstance(self.grid, hexes.HexGrid):
            return hexes.counts(self.grid, x, y)
        return grid.counts(self.grid, x, y)

    def around(self, order: int = 1) -> Mask:
        """Return the neighbourhood of so many rings."""
        is_hex = isinstance(self.grid, hexes.HexGrid)
        return neighbours.hexes(order) if is_hex else neighbours.squares(order)

    def cells(self, which: Mask) -> gpd.GeoDataFrame:
        """Draw the chosen cells with their ``label``, in the order of the arrays."""
        if isinstance(self.grid, hexes.HexGrid):
            drawn = hexes.cell_polygons(self.grid, which)
            east, north = hexes.centres(self.grid, which)
        else:
            drawn = grid.cell_polygons(self.grid, which)
            east, north = drawn.geometry.bounds[["minx", "miny"]].to_numpy().T
        return drawn.assign(label=labels(east, north, self.grid.size))

    def voices(self, records: Records, around: Mask) -> Ints:
        """Count the different voices in each cell and around it."""
        return coverage.voices_around(
            (
                self.counts(records.x[mine], records.y[mine]) > 0
                for mine in (records.who == voice for voice in range(len(records.voices)))
            ),
            around,
        )


def over(area: BaseGeometry | None, records: Records, size: int, *, shape: str) -> Lattice:
    """Lay cells over the area of study, or over the hull of the records where none is known."""
    extent.refuse_strays(records.x, records.y)
    ground = extent.hull(records.x, records.y, size) if area is None else area
    lay = extent.hexagons if shape == "hex" else extent.squares
    laid, inside, whole = lay(ground, size, aligned=True)
    extent.refuse_few(inside)
    return Lattice(laid, inside, whole)


def laid(records: Records, recipe: Recipe) -> Lattice:
    """Lay the cells that a recipe asks for."""
    shape = str(recipe.parameters.get("shape", "square"))
    return over(records.area, records, size_of(recipe, records), shape=shape)


def size_of(recipe: Recipe, records: Records) -> int:
    """Return the size of a cell in metres: the one asked for, or one proposed for the records.

    Finer than `FINEST` nothing is counted, however many records there are.
    """
    if recipe.parameters["cell"] == PROPOSED:
        return max(FINEST, extent.propose_size(records.x, records.y))
    return recipe.number("cell")


def enough(records: Records) -> None:
    """Refuse records that are too few to tell anything."""
    if len(records) < FEWEST:
        raise Invalid(
            f"{len(records):,} records are too few to tell a pattern from chance: at least "
            f"{FEWEST} are needed. Choose a longer period or fewer filters."
        )


def tabled(cells: gpd.GeoDataFrame, columns: Mapping[str, str]) -> dict[str, Any]:
    """Return the first cells as a table, under other heads."""
    head = cells.head(TABLED)[list(columns)]
    return table(list(columns.values()), head.itertuples(index=False, name=None))


def drawn_squares(x: Floats, y: Floats, size: int, noun: str) -> gpd.GeoDataFrame:
    """Draw the squares that hold points, classed by how many, the fullest first."""
    if not len(x):
        return _frame([], [], [], np.empty(0, np.int64), [])
    laid = grid.over_points(x, y, size)
    held = grid.counts(laid, x, y)
    cells = grid.cell_polygons(laid, held > 0)
    west, south = cells.geometry.bounds[["minx", "miny"]].to_numpy().T
    counted = held[held > 0]
    words = [f"{number:,} {noun}" for number in counted.tolist()]
    return strongest(
        _frame(labels(west, south, size), ramp(counted), words, counted, cells.geometry.array),
        "count",
    )


def strongest(cells: gpd.GeoDataFrame, column: str) -> gpd.GeoDataFrame:
    """Return the cells with the highest ``column`` first, as many as a map can hold."""
    order = cells.sort_values(column, ascending=False, kind="stable").head(MOST_DRAWN)
    return order.reset_index(drop=True)


def ramp(values: NDArray[Any]) -> NDArray[np.object_]:
    """Class values into fifths: "class 1" holds the lowest."""
    if not len(values):
        return np.empty(0, dtype=object)
    edges = np.unique(np.quantile(values, np.arange(1, CLASSES) / CLASSES))
    step = np.searchsorted(edges, values, side="left") + CLASSES - len(edges)
    return np.array([f"class {each}" for each in step], dtype=object)


def labels(east: Floats, north: Floats, size: int) -> list[str]:
    """Name cells by the grid reference of their corner (of their middle, for hexagons)."""
    return [
        grid.cell_label(e, n, size if 1_000 % size == 0 else 1)
        for e, n in zip(east.tolist(), north.tolist(), strict=True)
    ]


def _frame(
    names: Sequence[str], codes: Any, words: Sequence[str], counted: Ints, shapes: Any
) -> gpd.GeoDataFrame:
    columns = {"label": names, "code": codes, "words": words, "count": counted}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=BNG)
