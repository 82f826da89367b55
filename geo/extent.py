"""How far an area reaches, and how large its cells should be: proposed and said, never silent."""

import math

import numpy as np
import shapely
from numpy.typing import ArrayLike
from scipy.spatial import ConvexHull, QhullError
from shapely.geometry.base import BaseGeometry

from geo import grid, hexes
from geo.grid import Grid, Mask, paired
from geo.hexes import HexGrid
from geo.space import Box, Floats

SIZES = (50, 100, 125, 200, 250, 500, 1_000, 2_000, 5_000, 10_000)
"""Tidy sizes in metres; up to 1,000 they fill the kilometre squares of the National Grid."""
FEWEST_CELLS = 30
MOST_PROPOSED = 250_000
_STRAY = 100  # how many times larger the box may be for one point in two hundred

RULE = (
    "twice the area of the points' hull for each point (so about two points a cell), made the "
    "nearest tidy size"
)


def hull(x: ArrayLike, y: ArrayLike, size: int) -> BaseGeometry:
    """Return the convex hull of points, widened by half a cell of ``size`` metres.

    The convention of the R package sfhotspot: the cells that touch it are the area.
    """
    across, up = _known(x, y)
    return shapely.buffer(_hull(across, up), size / 2) if size else _hull(across, up)


def box_of(x: ArrayLike, y: ArrayLike) -> Box:
    """Return the box of points."""
    across, up = _known(x, y)
    return float(across.min()), float(up.min()), float(across.max()), float(up.max())


def propose_size(x: ArrayLike, y: ArrayLike) -> int:
    """Propose a side for square cells, in metres.

    The quadrat rule: a cell holds two points on average, so side = sqrt(2 A / n) with the area A
    of the convex hull. Larger cells blur a street corner into its ward; in smaller ones most
    cells hold nothing. It is made the nearest (in ratio) of ``SIZES``, then larger until there
    are at most ``MOST_PROPOSED`` cells and smaller until there are ``FEWEST_CELLS``.

    References
    ----------
    Wong, D. W. S. & Lee, J. (2005). *Statistical Analysis of Geographic Information*, ch. 6.
    """
    across, up = _known(x, y)
    refuse_strays(across, up)
    area = _hull(across, up).area
    wanted = max(math.sqrt(2 * area / across.size), 1.0)
    size = min(SIZES, key=lambda each: abs(math.log(each / wanted)))
    fitting = [each for each in SIZES if FEWEST_CELLS <= area / each**2 <= MOST_PROPOSED]
    return min(fitting, key=lambda each: abs(math.log(each / size))) if fitting else size


def refuse_strays(x: ArrayLike, y: ArrayLike) -> None:
    """Refuse points of which very few blow up the box of all.

    ``ValueError`` where the box of all points is over 100 times as large as without the half in
    a hundred (one at least) at each side, and over 100 km long: then a coordinate is wrong, or
    belongs to another town.
    """
    across, up = _known(x, y)
    outer = [float(np.ptp(along)) for along in (across, up)]
    if max(outer) <= 100_000:
        return
    inner = []
    for along in (across, up):
        drop = max(1, math.ceil(0.005 * along.size))
        ends = (drop, along.size - drop - 1) if along.size > 2 * drop + 1 else (0, along.size - 1)
        inner.append(max(float(np.ptp(np.partition(along, ends)[list(ends)])), 1_000.0))
    if outer[0] * outer[1] > _STRAY * inner[0] * inner[1]:
        raise ValueError(
            "A few points lie very far from all the others, so the cells would cover mostly "
            "nothing. Mend or leave out those points, or give an area."
        )


def squares(area: BaseGeometry | Box, size: int, *, aligned: bool) -> tuple[Grid, Mask, Mask]:
    """Lay square cells over an area: the grid, which cells touch it, which lie in it whole.

    ``aligned`` puts them on whole multiples of ``size``, as the National Grid has them; without
    it they begin at the south-west corner of the area's box. A box takes all cells that hold
    a part of it, its east and north edges included.
    """
    west, south, east, north = _bounds(area)
    grid.checked_size(size)
    if aligned:
        west, south = math.floor(west / size) * size, math.floor(south / size) * size
    more = 1 if isinstance(area, tuple) else 0  # a point on the far edge needs a cell too
    rows = max(math.ceil((north - south) / size), math.floor((north - south) / size) + more, 1)
    cols = max(math.ceil((east - west) / size), math.floor((east - west) / size) + more, 1)
    laid = Grid((west, south), size, rows, cols)
    if isinstance(area, tuple):
        every = np.ones(laid.shape, dtype=bool)
        return laid, every, every
    return laid, *grid.touching(laid, area)


def hexagons(area: BaseGeometry | Box, size: int, *, aligned: bool) -> tuple[HexGrid, Mask, Mask]:
    """Lay hexagons over an area; otherwise as :func:`squares`."""
    box = _bounds(area)
    grid.checked_size(size)
    laid = hexes.over_box(box, size, anchor=(0.0, 0.0) if aligned else box[:2])
    return laid, *hexes.touching(laid, shapely.box(*area) if isinstance(area, tuple) else area)


def refuse_few(inside: Mask) -> None:
    """Refuse an area of fewer than ``FEWEST_CELLS`` cells: there is nothing to compare with."""
    if (cells := int(np.count_nonzero(inside))) < FEWEST_CELLS:
        raise ValueError(
            f"That area has {cells} cells; to compare a cell with the others at least "
            f"{FEWEST_CELLS} are needed. Choose smaller cells or a larger area."
        )


def _hull(x: Floats, y: Floats) -> BaseGeometry:
    """Return the convex hull; of a million points, some fifty times sooner than by GEOS."""
    spots = np.column_stack([x, y])
    try:
        spots = spots[ConvexHull(spots).vertices]
    except QhullError:  # fewer than three points, or all on one line
        spots = np.unique(spots, axis=0)
    return shapely.MultiPoint(spots).convex_hull


def _bounds(area: BaseGeometry | Box) -> Box:
    if isinstance(area, tuple):
        return area
    if area.is_empty:
        raise ValueError("That area is empty: there is nothing to lay a grid over.")
    west, south, east, north = area.bounds
    return west, south, east, north


def _known(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    across, up = paired(x, y)
    if not across.size or not (np.isfinite(across).all() and np.isfinite(up).all()):
        raise ValueError("There are no points to lay a grid over, or some have no coordinates.")
    return across, up
