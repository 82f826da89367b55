"""Square cells of whole metres, half-open, so that every point lies in exactly one of them."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from geo import gridref, kernels
from geo.space import BNG, Box, Floats

MOST_CELLS = 4_000_000
_COARSE = 16
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
        checked_size(self.size)
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
    checked_size(size)
    col, row = math.floor(min_x / size), math.floor(min_y / size)
    cols, rows = math.ceil(max_x / size) - col, math.ceil(max_y / size) - row
    return Grid((col * size, row * size), size, max(rows, 1), max(cols, 1))


def over_points(x: ArrayLike, y: ArrayLike, size: int) -> Grid:
    """Lay cells aligned to the National Grid so that every point lies in one of them.

    ``x`` and ``y``: metres (EPSG:27700), shape ``(n,)``.
    """
    across, up = paired(x, y)
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
    checked_size(size)
    across, up = np.asarray(x, float), np.asarray(y, float)
    if not (np.isfinite(across).all() and np.isfinite(up).all()):
        raise ValueError("Some points have no coordinates.")
    return np.floor(across).astype(np.int64) // size, np.floor(up).astype(np.int64) // size


def counts(grid: Grid, x: ArrayLike, y: ArrayLike) -> Ints:
    """Count the points in each cell, each of them once; points off the grid are left out.

    ``x`` and ``y``: metres in the grid's CRS, shape ``(n,)``. The answer has shape
    ``(rows, cols)``. Many points are counted by the compiled kernel once it is loaded
    (:func:`geo.kernels.load`); the answer is the same.
    """
    across, up = paired(x, y)
    if (compiled := kernels.loaded(across.size)) is not None:
        return compiled.counts(across, up, laid(grid))
    found = np.zeros(grid.rows * grid.cols, dtype=np.int64)
    for start in range(0, across.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        found += np.bincount(_flat_cells(grid, across[block], up[block]), minlength=found.size)
    return found.reshape(grid.shape)


def sums(grid: Grid, x: ArrayLike, y: ArrayLike, weights: ArrayLike) -> Floats:
    """Add up the weights of the points in each cell; otherwise as :func:`counts`.

    ``weights``: finite numbers, shape ``(n,)``. ``ValueError`` where there are not as many.
    """
    across, up = paired(x, y)
    each = np.asarray(weights, dtype=float)
    if each.shape != across.shape or not np.isfinite(each).all():
        raise ValueError("Every point needs a weight.")
    found = np.zeros(grid.rows * grid.cols)
    for start in range(0, across.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        inside = _on_grid(grid, across[block], up[block])
        flat = _flat_cells(grid, across[block][inside], up[block][inside])
        found += np.bincount(flat, each[block][inside], minlength=found.size)
    return found.reshape(grid.shape)


def touching(grid: Grid, area: BaseGeometry) -> tuple[Mask, Mask]:
    """Return which cells touch an area, and which of them lie in it whole.

    ``area`` is a polygon or several, in the grid's CRS; both answers have shape
    ``(rows, cols)``. Squares of 16 by 16 cells are looked at first: most lie in the area or out
    of it altogether, and only what is left is looked at cell by cell.
    """
    shapely.prepare(area)
    half = grid.size / 2
    west, south = (middle - half for middle in centres(grid))
    coarse = _boxes(west[::_COARSE], south[::_COARSE], grid.size * _COARSE)
    whole = _spread(shapely.covers(area, coarse), grid)
    inside = _spread(shapely.intersects(area, coarse), grid)
    row, col = np.nonzero(inside & ~whole)
    cells = shapely.box(west[col], south[row], west[col] + grid.size, south[row] + grid.size)
    inside[row, col] = shapely.intersects(area, cells)
    whole[row, col] = shapely.covers(area, cells)
    return inside, whole


def cell_polygons(grid: Grid, which: Mask | None = None, crs: Any = BNG) -> gpd.GeoDataFrame:
    """Draw the cells: ``row``, ``col`` and a square, row by row from the south.

    ``which`` (shape ``(rows, cols)``) chooses among them; without it all are drawn. The index
    is the cell's place in the flattened grid.
    """
    every = np.ones(grid.shape, dtype=bool) if which is None else which
    chosen = np.flatnonzero(every)
    row, col = np.divmod(chosen, grid.cols)
    west, south = corners(grid, every)
    squares = shapely.box(west, south, west + grid.size, south + grid.size)
    return gpd.GeoDataFrame({"row": row, "col": col}, geometry=squares, index=chosen, crs=crs)


def corners(grid: Grid, which: Mask) -> tuple[Floats, Floats]:
    """Return the south-west corners of the cells ``which``, row by row: x and y, shape (n,)."""
    row, col = np.nonzero(which)
    x, y = grid.origin
    return np.asarray(x + col * float(grid.size)), np.asarray(y + row * float(grid.size))


def centres(grid: Grid) -> tuple[Floats, Floats]:
    """Return the middle of every cell: x of shape ``(cols,)`` and y of shape ``(rows,)``."""
    x, y = grid.origin
    across, up = np.arange(grid.cols) + 0.5, np.arange(grid.rows) + 0.5
    return np.asarray(x + grid.size * across), np.asarray(y + grid.size * up)


def laid(grid: Grid) -> kernels.Laid:
    """Return a grid in the plain numbers that compiled kernels take."""
    return float(grid.origin[0]), float(grid.origin[1]), int(grid.size), grid.rows, grid.cols


def cell_label(easting: float, northing: float, size: int) -> str:
    """Name a cell by the grid reference of its south-west corner: "NZ 2725 4200".

    As many figures as the corner needs: cells of 1 km have four, of 250 m eight, of 100 m six.
    ``easting`` and ``northing`` are any point of the cell. ``ValueError`` off the grid.
    """
    col, row = cell_of(easting, northing, size)
    return gridref.format(int(col) * size, int(row) * size, label_figures(size))


def label_figures(size: int) -> int:
    """Return how many figures a grid reference needs to name a cell's corner."""
    return 2 * next((each for each in range(6) if size % 10 ** (5 - each) == 0), 5)


def references(easting: ArrayLike, northing: ArrayLike, figures: int) -> list[str | None]:
    """Write grid references of many points on few different lines; None off the National Grid.

    Each easting and each northing is written once, which is what a grid of cells needs.
    """
    (east, at), (north, up) = (np.unique(each, return_inverse=True) for each in (easting, northing))
    gap = " " if figures else ""
    across = [f"{gap}{each}{gap}" for each in _figures(east, figures)]
    along = np.array(_figures(north, figures), dtype=object)
    square, row = np.floor(east / 100_000).tolist(), np.floor(north / 100_000)
    found = np.full(at.shape, None, dtype=object)
    for each in np.unique(row).tolist():  # few: a square is 100 km wide
        named = [_square_letters(int(col), int(each)) for col in square]
        begins = np.array([n and n + x for n, x in zip(named, across, strict=True)], dtype=object)
        some = (row == each)[up] & (begins != "")[at]
        found[some] = begins[at[some]] + along[up[some]]
    told: list[str | None] = found.tolist()
    return told


def _figures(along: Floats, figures: int) -> list[str]:
    """Write how far each is into its square of 100 km, cut to half the figures."""
    half = figures // 2
    into = np.floor(np.mod(along, 100_000) * 10**half / 100_000).astype(int)
    return [f"{each:0{half}d}" if half else "" for each in into.tolist()]


@lru_cache
def _square_letters(col: int, row: int) -> str:
    try:
        return gridref.format(col * 100_000, row * 100_000, 0)
    except ValueError:
        return ""


def _boxes(west: Floats, south: Floats, size: int) -> NDArray[np.object_]:
    x, y = np.meshgrid(west, south)
    return np.asarray(shapely.box(x, y, x + size, y + size))


def _spread(blocks: Mask, grid: Grid) -> Mask:
    """Give each cell the answer of its block."""
    rows = np.repeat(blocks, _COARSE, axis=0)[: grid.rows]
    return np.asarray(np.repeat(rows, _COARSE, axis=1)[:, : grid.cols])


def _on_grid(grid: Grid, x: Floats, y: Floats) -> Mask:
    east, north = x - grid.origin[0], y - grid.origin[1]
    width, height = grid.cols * grid.size, grid.rows * grid.size
    return np.asarray((east >= 0) & (east < width) & (north >= 0) & (north < height))


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


def paired(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Return coordinates as arrays; ``ValueError`` where there is not a y for each x."""
    across, up = np.asarray(x, float), np.asarray(y, float)
    if across.ndim != 1 or across.shape != up.shape:
        raise ValueError(f"Points need as many x as y, not {across.shape} and {up.shape}.")
    return across, up


def checked_size(size: int) -> None:
    """Refuse a size that is not a whole number of metres above 0."""
    if size != int(size) or size < 1:
        raise ValueError("Cells need a size of whole metres, at least 1.")


def _checked_box(box: Box) -> Box:
    if not all(math.isfinite(edge) for edge in box) or box[0] > box[2] or box[1] > box[3]:
        raise ValueError("That area is empty: there is nothing to lay a grid over.")
    return box
