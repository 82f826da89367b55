"""Square cells of whole metres, half-open, so that every point lies in exactly one of them."""

import math
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo import gridref
from geo.space import BNG, Box, Floats

MOST_CELLS = 4_000_000
_BLOCK = 32_768  # points at a time: what is worked on stays in the processor's cache

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Grid:
    """Squares of ``size`` metres, ``rows`` northwards by ``cols`` eastwards from ``origin``.

    ``origin`` is the south-west corner of the first cell, in metres of a projected CRS (ours
    is EPSG:27700). Cell ``(row, col)`` holds the points with
    ``origin_x + col * size <= x < origin_x + (col + 1) * size``, and likewise in y. Arrays over
    the grid have shape ``(rows, cols)``, the southernmost row first.

    Raises
    ------
    ValueError
        The size is not a whole number of metres above 0, there is no cell, or there are more
        than ``MOST_CELLS``.
    """

    origin: tuple[float, float]
    size: int
    rows: int
    cols: int

    def __post_init__(self) -> None:
        _checked_size(self.size)
        if not all(math.isfinite(edge) for edge in self.origin):
            raise ValueError("A grid needs a corner to start from.")
        if self.rows < 1 or self.cols < 1:
            raise ValueError("A grid needs at least one cell.")
        if self.rows * self.cols > MOST_CELLS:
            raise ValueError(
                f"That would be {self.rows * self.cols:,} cells; at most {MOST_CELLS:,} can be "
                "counted. Choose larger cells or a smaller area."
            )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, as arrays over the grid have them."""
        return self.rows, self.cols

    @property
    def box(self) -> Box:
        """All that the cells cover."""
        x, y = self.origin
        return x, y, x + self.cols * self.size, y + self.rows * self.size


def over_box(box: Box, size: int) -> Grid:
    """Lay cells aligned to the National Grid over an area, so that none of it is left out."""
    min_x, min_y, max_x, max_y = _checked_box(box)
    _checked_size(size)
    col, row = math.floor(min_x / size), math.floor(min_y / size)
    cols, rows = math.ceil(max_x / size) - col, math.ceil(max_y / size) - row
    return Grid((col * size, row * size), size, max(rows, 1), max(cols, 1))


def over_points(x: ArrayLike, y: ArrayLike, size: int) -> Grid:
    """Lay cells aligned to the National Grid so that every point lies in one of them.

    ``x`` and ``y``: metres (EPSG:27700), shape ``(n,)``.
    """
    across, up = _paired(x, y)
    if not across.size or not (np.isfinite(across).all() and np.isfinite(up).all()):
        raise ValueError("There are no points to lay a grid over, or some have no coordinates.")
    (west, east), (south, north) = cell_of([across.min(), across.max()], [up.min(), up.max()], size)
    corner = int(west) * size, int(south) * size
    return Grid(corner, size, int(north - south) + 1, int(east - west) + 1)


def cell_of(x: ArrayLike, y: ArrayLike, size: int) -> tuple[Ints, Ints]:
    """Return column and row of the National Grid cells that hold points, from the false origin.

    Exact on edges: a point on a cell's west or south edge is in that cell. Points without
    finite coordinates raise ``ValueError``.
    """
    _checked_size(size)
    across, up = np.asarray(x, float), np.asarray(y, float)
    if not (np.isfinite(across).all() and np.isfinite(up).all()):
        raise ValueError("Some points have no coordinates.")
    return np.floor(across).astype(np.int64) // size, np.floor(up).astype(np.int64) // size


def counts(grid: Grid, x: ArrayLike, y: ArrayLike) -> Ints:
    """Count the points in each cell, each of them once; points off the grid are left out.

    ``x`` and ``y``: metres in the grid's CRS, shape ``(n,)``. The answer has shape
    ``(rows, cols)``.
    """
    across, up = _paired(x, y)
    found = np.zeros(grid.rows * grid.cols, dtype=np.int64)
    for start in range(0, across.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        found += np.bincount(_flat_cells(grid, across[block], up[block]), minlength=found.size)
    return found.reshape(grid.shape)


def cell_polygons(grid: Grid, which: Mask | None = None) -> gpd.GeoDataFrame:
    """Draw the cells: ``row``, ``col`` and a square in EPSG:27700, row by row from the south.

    ``which`` (shape ``(rows, cols)``) chooses among them; without it all are drawn. The index
    is the cell's place in the flattened grid.
    """
    chosen = np.arange(grid.rows * grid.cols) if which is None else np.flatnonzero(which)
    row, col = np.divmod(chosen, grid.cols)
    west, south = grid.origin[0] + col * grid.size, grid.origin[1] + row * grid.size
    squares = shapely.box(west, south, west + grid.size, south + grid.size)
    return gpd.GeoDataFrame({"row": row, "col": col}, geometry=squares, index=chosen, crs=BNG)


def centres(grid: Grid) -> tuple[Floats, Floats]:
    """Return the middle of every cell: x of shape ``(cols,)`` and y of shape ``(rows,)``."""
    x, y = grid.origin
    across, up = np.arange(grid.cols) + 0.5, np.arange(grid.rows) + 0.5
    return np.asarray(x + grid.size * across), np.asarray(y + grid.size * up)


def cell_label(easting: float, northing: float, size: int) -> str:
    """Name a cell by the grid reference of its south-west corner: "NZ 2725 4200".

    As many figures as the corner needs: cells of 1 km have four, of 250 m eight, of 100 m six.
    ``easting`` and ``northing`` are any point of the cell. ``ValueError`` off the grid.
    """
    col, row = cell_of(easting, northing, size)
    half = next((each for each in range(6) if size % 10 ** (5 - each) == 0), 5)
    return gridref.format(int(col) * size, int(row) * size, 2 * half)


def _flat_cells(grid: Grid, x: Floats, y: Floats) -> NDArray[Any]:
    """Return the flat cell of each point on the grid; nearly every block lies there whole."""
    east, north = x - grid.origin[0], y - grid.origin[1]
    width, height = grid.cols * grid.size, grid.rows * grid.size
    if not (_within(east, width) and _within(north, height)):
        inside = (east >= 0) & (east < width) & (north >= 0) & (north < height)
        east, north = east[inside], north[inside]
    flat = _whole_cells(north, height, grid.size)
    flat *= grid.cols
    flat += _whole_cells(east, width, grid.size)
    return flat


def _within(along: Floats, extent: int) -> bool:
    """Tell whether all are in [0, extent); two sweeps where a mask would take seven."""
    return bool(along.min() >= 0 and along.max() < extent)


def _whole_cells(along: Floats, extent: int, size: int) -> NDArray[Any]:
    """Cut to whole metres first: dividing integers is exact on the edges, and faster."""
    whole = along.astype(np.int32 if extent < 2**31 else np.int64)
    return np.asarray(np.floor_divide(whole, size))


def _paired(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    across, up = np.asarray(x, float), np.asarray(y, float)
    if across.ndim != 1 or across.shape != up.shape:
        raise ValueError(f"Points need as many x as y, not {across.shape} and {up.shape}.")
    return across, up


def _checked_size(size: int) -> None:
    if size != int(size) or size < 1:
        raise ValueError("Cells need a size of whole metres, at least 1.")


def _checked_box(box: Box) -> Box:
    if not all(math.isfinite(edge) for edge in box) or box[0] > box[2] or box[1] > box[3]:
        raise ValueError("That area is empty: there is nothing to lay a grid over.")
    return box
