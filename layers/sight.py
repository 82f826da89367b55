"""How finely something may be seen: derived from the one true geometry, never a stored copy.

From the finest: the shape itself; the nearest street; cells of 250 m with five or more in them;
wards with suppressed counts; nothing. Frames go in and out in EPSG:27700.
"""

from enum import Enum
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import KDTree

from geo.grid import cell_label, cell_of
from geo.space import BNG, Box
from geo.suppress import Rule, suppress

CELL = 250
"""Side of a cell in metres; corners are whole multiples in British National Grid."""
FARTHEST_STREET = 500.0
"""A street farther away than this many metres does not stand in for a record's own spot."""


class Sight(Enum):
    """How a reader may see a layer, the coarsest first."""

    NONE = "not at all"
    WARD = "counts by area"
    CELL = "counts in 250 m squares of five or more"
    STREET = "the nearest street"
    EXACT = "as recorded"

    @property
    def is_count(self) -> bool:
        """Whether single records are not seen, only how many there are."""
        return self in (Sight.WARD, Sight.CELL)


def middles(frame: gpd.GeoDataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a point for each shape that lies on it: itself for a point; x and y, shape (n,)."""
    shapes = frame.geometry.array
    points = shapely.point_on_surface(np.asarray(shapes))
    return shapely.get_x(points), shapely.get_y(points)


def at_street(frame: gpd.GeoDataFrame, streets: NDArray[np.float64]) -> gpd.GeoDataFrame:
    """Move each shape to the nearest of ``streets``, shape (m, 2), as one point.

    Where none lies within ``FARTHEST_STREET``, the middle of its 250 m cell stands in: nothing is
    moved farther than that.
    """
    at = stand_ins(*middles(frame), streets)
    return frame.set_geometry(gpd.GeoSeries(shapely.points(at), index=frame.index, crs=BNG))


def stand_ins(
    x: NDArray[np.float64], y: NDArray[np.float64], streets: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the spot that `at_street` moves each point to, shape (n, 2)."""
    at = (np.column_stack(cell_of(x, y, CELL)) + 0.5) * CELL
    if len(streets) and len(x):
        near, nearest = KDTree(streets).query(
            np.column_stack([x, y]), distance_upper_bound=FARTHEST_STREET
        )
        at[np.isfinite(near)] = streets[nearest[np.isfinite(near)]]
    return np.asarray(at)


def in_cells(frame: gpd.GeoDataFrame, rule: Rule) -> gpd.GeoDataFrame:
    """Count shapes in 250 m cells: ``count`` (rounded), ``words``, ``label`` (grid reference).

    A cell below the threshold is left out, so that it cannot be told from an empty one.
    """
    if frame.empty:
        return _counted([], [], [], [], [], index=[])
    col, row = cell_of(*middles(frame), CELL)
    cells, counts = np.unique(np.column_stack([col, row]), axis=0, return_counts=True)
    shown = suppress(counts, rule)
    kept = ~shown.hidden
    west, south = (cells[kept] * CELL).T
    return _counted(
        [cell_label(e, n, CELL) for e, n in zip(west.tolist(), south.tolist(), strict=True)],
        [f"{e}-{n}" for e, n in zip(west.tolist(), south.tolist(), strict=True)],
        shown.values[kept].filled(0),
        shown.words()[kept],
        shapely.box(west, south, west + CELL, south + CELL),
        index=cell_numbers(west, south),
    )


def by_area(
    frame: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, rule: Rule | None
) -> gpd.GeoDataFrame:
    """Count shapes in ``areas`` (``code``, ``name``), each in one area; without ``rule`` exactly.

    Suppressed counts are missing (``<NA>``), with the reason in ``words``; an area with none
    reads like one with few.
    """
    return told_by_area(area_counts(frame, areas), areas, rule)


def told_by_area(
    counts: NDArray[np.int64], areas: gpd.GeoDataFrame, rule: Rule | None
) -> gpd.GeoDataFrame:
    """Return the ``counts`` of ``areas``, shape (m,), as `by_area` does."""
    if rule is None:
        values, words = pd.array(counts, dtype="Int64"), np.array([f"{n:,}" for n in counts])
    else:
        shown = suppress(counts, rule)
        values = pd.array(shown.values.filled(0), dtype="Int64")
        values[shown.hidden] = pd.NA
        words = shown.words()
    return _counted(
        areas["name"], areas["code"], values, words, areas.geometry.array, index=areas.index
    )


def cell_numbers(west: ArrayLike, south: ArrayLike) -> NDArray[np.int64]:
    """Return a number for each cell by its corner: it keeps it whatever else is shown."""
    col, row = np.asarray(west) // CELL, np.asarray(south) // CELL
    return np.asarray(col * 10_000 + row, dtype=np.int64)


def area_counts(frame: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Count shapes in each area, shape (m,); a point on a shared edge falls to the first area."""
    tree = shapely.STRtree(np.asarray(areas.geometry.array))
    points = shapely.points(*middles(frame)) if len(frame) else np.array([], dtype=object)
    point, area = tree.query(points, predicate="intersects")
    order = np.lexsort([area, point])
    _, first = np.unique(point[order], return_index=True)
    return np.bincount(area[order][first], minlength=len(areas)).astype(np.int64)


def widened(box: Box, seen: Sight) -> Box:
    """Return where to read so that nothing is missing in ``box`` once it is seen as ``seen``."""
    if seen is Sight.CELL:
        return to_cells(box)
    if seen is Sight.STREET:
        west, south, east, north = box
        far = FARTHEST_STREET
        return west - far, south - far, east + far, north + far
    return box


def to_cells(box: Box) -> Box:
    """Widen ``box`` to whole cells, so that no cell is counted by half."""
    west, south, east, north = box
    grow = float(CELL)
    return (
        float(np.floor(west / grow) * grow),
        float(np.floor(south / grow) * grow),
        float(np.floor(east / grow) * grow + grow),
        float(np.floor(north / grow) * grow + grow),
    )


def _counted(
    names: ArrayLike, codes: ArrayLike, counts: Any, words: ArrayLike, shapes: Any, *, index: Any
) -> gpd.GeoDataFrame:
    columns = {
        "label": np.asarray(names, dtype=object),
        "code": np.asarray(codes, dtype=object),
        "count": counts,
        "words": np.asarray(words, dtype=object),
    }
    shown = gpd.GeoDataFrame(columns, geometry=np.asarray(shapes, dtype=object), crs=BNG)
    return shown.set_axis(pd.Index(index, dtype="int64"), axis=0)
