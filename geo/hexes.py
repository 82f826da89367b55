"""Hexagons of one size in rows, so that every point lies in exactly one of them.

All six neighbours of a hexagon are equally near, which no square can offer; but hexagons have
no grid reference, and do not nest in the kilometre squares of the National Grid.

Arrays over the cells have rows northwards and *doubled* columns eastwards: a step to the next
hexagon of a row is two columns, and in every second row they stand one column to the side. So
half the places of an array are no cell, and neighbours have the same offsets everywhere.
"""

import math
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from geo.grid import MOST_CELLS, Ints, Mask, checked_size, paired
from geo.space import BNG, Box, Floats

_BLOCK = 32_768  # points at a time: what is worked on stays in the processor's cache
_ROW = math.sqrt(3) / 2  # rows are so many sizes apart


@dataclass(frozen=True)
class HexGrid:
    """Hexagons with a corner to the north, ``size`` metres wide from flat side to flat side.

    ``size`` is also the distance between the middles of neighbours. The middle of the cell in
    row 0, column 0 of the whole plane is ``anchor``; this grid begins at ``first_row``,
    ``first_col`` and has ``rows`` by ``cols`` (doubled columns). A place of its arrays is a cell
    where row and column of the plane are both even or both odd.

    Raises
    ------
    ValueError
        The size is not a whole number of metres above 0, there is no cell, or there are more
        than ``MOST_CELLS`` places.
    """

    anchor: tuple[float, float]
    size: int
    first_row: int
    first_col: int
    rows: int
    cols: int

    def __post_init__(self) -> None:
        checked_size(self.size)
        if self.rows < 1 or self.cols < 1:
            raise ValueError("A grid needs at least one cell.")
        if self.rows * self.cols > 2 * MOST_CELLS:
            raise ValueError(
                f"That would be {self.rows * self.cols // 2:,} cells; at most {MOST_CELLS:,} can "
                "be counted. Choose larger cells or a smaller area."
            )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and doubled columns, as arrays over the grid have them."""
        return self.rows, self.cols

    @property
    def area_km2(self) -> float:
        """The area of one cell."""
        return self.size**2 * _ROW / 1e6

    @property
    def cells(self) -> Mask:
        """True where a place of an array is a cell."""
        row, column = np.ogrid[: self.rows, : self.cols]
        return np.asarray((row + column + self.first_row + self.first_col) % 2 == 0)


def over_box(box: Box, size: int, *, anchor: tuple[float, float] = (0.0, 0.0)) -> HexGrid:
    """Lay hexagons over a box so that none of it is left out.

    With the usual ``anchor`` they are aligned to the false origin of the National Grid, so two
    maps of one size have the same cells.
    """
    checked_size(size)
    if not all(map(math.isfinite, box)) or box[0] > box[2] or box[1] > box[3]:
        raise ValueError("That area is empty: there is nothing to lay a grid over.")
    west, east = ((edge - anchor[0]) / (size / 2) for edge in (box[0], box[2]))
    south, north = ((edge - anchor[1]) / (size * _ROW) for edge in (box[1], box[3]))
    first_row, first_col = math.floor(south) - 1, math.floor(west) - 1
    rows, cols = math.ceil(north) + 2 - first_row, math.ceil(east) + 2 - first_col
    return HexGrid(anchor, size, first_row, first_col, rows, cols)


def cell_of(grid: HexGrid, x: ArrayLike, y: ArrayLike) -> tuple[Ints, Ints]:
    """Return row and doubled column (of the whole plane) of the hexagon that holds each point.

    The hexagon whose middle is nearest. On an edge between two, the one east or north of it.
    ``x`` and ``y``: metres, finite, shape ``(n,)``.
    """
    across, up = paired(x, y)
    if not (np.isfinite(across).all() and np.isfinite(up).all()):
        raise ValueError("Some points have no coordinates.")
    return _nearest(across - grid.anchor[0], up - grid.anchor[1], grid.size)


def counts(grid: HexGrid, x: ArrayLike, y: ArrayLike) -> Ints:
    """Count the points in each hexagon, each of them once; points off the grid are left out."""
    return np.asarray(_binned(grid, x, y, None), dtype=np.int64)


def sums(grid: HexGrid, x: ArrayLike, y: ArrayLike, weights: ArrayLike) -> Floats:
    """Add up the weights of the points in each hexagon; otherwise as :func:`counts`."""
    return np.asarray(_binned(grid, x, y, np.asarray(weights, dtype=float)))


def centres(grid: HexGrid, which: Mask) -> tuple[Floats, Floats]:
    """Return the middles of the chosen cells, row by row from the south-west."""
    row, column = np.nonzero(which)
    x = grid.anchor[0] + (column + grid.first_col) * (grid.size / 2)
    y = grid.anchor[1] + (row + grid.first_row) * (grid.size * _ROW)
    return np.asarray(x, dtype=float), np.asarray(y, dtype=float)


def cell_polygons(grid: HexGrid, which: Mask | None = None, crs: Any = BNG) -> gpd.GeoDataFrame:
    """Draw the cells: ``row``, ``col`` and a hexagon, row by row from the south-west.

    ``which`` chooses among the places of an array; without it all cells are drawn. The index is
    the place in the flattened array.
    """
    chosen = grid.cells if which is None else np.asarray(which & grid.cells)
    row, col = np.nonzero(chosen)
    frame = {"row": row, "col": col}
    place = np.flatnonzero(chosen)
    return gpd.GeoDataFrame(frame, geometry=_drawn(grid, chosen), index=place, crs=crs)


def touching(grid: HexGrid, area: BaseGeometry) -> tuple[Mask, Mask]:
    """Return which cells touch an area, and which of them lie in it whole.

    Most are told by how deep in the area, or how far from it, their middles lie; only those near
    its edge are drawn and looked at.
    """
    reach = 1.05 * grid.size / math.sqrt(3)  # a corner, and what rounded buffers leave out
    cells = grid.cells
    inside, whole = np.zeros(grid.shape, dtype=bool), np.zeros(grid.shape, dtype=bool)
    x, y = centres(grid, cells)
    inside[cells] = shapely.contains_xy(area.buffer(reach), x, y)
    whole[cells] = shapely.contains_xy(area.buffer(-reach), x, y)
    near = inside & ~whole
    shapely.prepare(area)
    drawn = _drawn(grid, near)
    inside[near] = shapely.intersects(area, drawn)
    whole[near] = shapely.covers(area, drawn)
    return inside, whole


def _nearest(x: Floats, y: Floats, size: int) -> tuple[Ints, Ints]:
    """Choose between the nearest hexagon of the even row and that of the odd row.

    The vertical sides are at whole and half sizes, where comparing is exact; the slanted ones
    are where the two middles are equally far.
    """
    height = size * _ROW
    below = np.floor(y / height)
    even_row = below + below % 2
    odd_row = below + (1 - below % 2)
    even_x = np.floor_divide(x + size / 2, size) * size
    odd_x = np.floor_divide(x, size) * size + size / 2
    to_even = (x - even_x) ** 2 + (y - even_row * height) ** 2
    to_odd = (x - odd_x) ** 2 + (y - odd_row * height) ** 2
    odd = np.where(odd_row > even_row, to_odd <= to_even, to_odd < to_even)
    column = np.rint(np.where(odd, odd_x, even_x) / (size / 2))
    return np.where(odd, odd_row, even_row).astype(np.int64), column.astype(np.int64)


def _binned(grid: HexGrid, x: ArrayLike, y: ArrayLike, weights: Floats | None) -> NDArray[Any]:
    across, up = paired(x, y)
    found = np.zeros(grid.rows * grid.cols, dtype=np.int64 if weights is None else float)
    for start in range(0, across.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        good = np.isfinite(across[block]) & np.isfinite(up[block])
        row, column = cell_of(grid, across[block][good], up[block][good])
        row -= grid.first_row
        column -= grid.first_col
        inside = (row >= 0) & (row < grid.rows) & (column >= 0) & (column < grid.cols)
        flat = (row * grid.cols + column)[inside]
        chosen = None if weights is None else weights[block][good][inside]
        found += np.bincount(flat, chosen, minlength=found.size)
    return found.reshape(grid.shape)


def _drawn(grid: HexGrid, chosen: Mask) -> NDArray[np.object_]:
    x, y = centres(grid, chosen)
    half, tip = grid.size / 2, grid.size / math.sqrt(3)
    across = np.array([0, half, half, 0, -half, -half, 0])
    up = np.array([tip, tip / 2, -tip / 2, -tip, -tip / 2, tip / 2, tip])
    corners = np.stack([x[:, None] + across, y[:, None] + up], axis=-1)
    return np.asarray(shapely.polygons(corners))
