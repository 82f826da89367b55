"""Hot spots: 250 m cells where recorded incidents cluster more than chance would have it."""

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from domain.filters import Filters
from domain.people import Actor, Permission, Tier
from geo import grid, hotspots
from geo.coverage import voices_around
from geo.space import BNG, Box
from geo.suppress import suppress
from layers import incidents
from layers.columns import Columns
from layers.layer import Layer, rule
from layers.selection import select_records
from layers.sight import CELL, Sight, cell_numbers
from layers.symbols import Look

ONE_SOURCE = "one source alone has told of this"
FEWEST = 50
"""Below so many incidents there is too little to tell a cluster from chance."""


def _read(
    session: Session, actor: Actor, _seen: Sight, box: Box | None, filters: Filters
) -> gpd.GeoDataFrame:
    """Score all cells of the filtered incidents, and return the hot ones that touch ``box``.

    The whole area is scored whatever the box, since Gi* compares each cell with all. The lattice
    covers the box of the incidents; neighbours are the up to eight cells around; a class is by
    q, the chance after Benjamini and Hochberg.
    """
    standing, found = select_records(session, actor, incidents.HELD, filters)
    if len(found) < FEWEST:
        return _nothing()
    told = standing.columns
    x, y = told.east[found.rows], told.north[found.rows]
    lattice = grid.over_points(x, y, CELL)
    counts = grid.counts(lattice, x, y)
    if np.ptp(counts) == 0:
        return _nothing()
    scored = hotspots.assess(hotspots.gi_star_grid(counts.astype(float)))
    shown = suppress(counts, rule(session))
    chosen = np.char.startswith(scored.label, "hot") & ~shown.hidden
    cells = grid.cell_polygons(lattice, chosen)
    west, south = cells.geometry.bounds[["minx", "miny"]].to_numpy().T
    exact = actor.tier >= Tier.T3  # who sees single incidents may know how many there are
    known = counts[chosen] if exact else shown.values[chosen].filled(0)
    alone = _voices(told, found.rows, lattice)[chosen] == 1
    hot = gpd.GeoDataFrame(
        {
            "label": [grid.cell_label(e, n, CELL) for e, n in zip(west, south, strict=True)],
            "code": scored.label[chosen],
            "count": known,
            "words": [_words(*each, exact=exact) for each in zip(known, alone, strict=True)],
        },
        geometry=cells.geometry.array,
        crs=BNG,
    ).set_axis(cell_numbers(west, south), axis=0)
    if exact:
        hot.insert(4, "z", scored.z[chosen])
    return hot if box is None else hot.cx[box[0] : box[2], box[1] : box[3]]


def _voices(told: Columns, rows: NDArray[np.int32], lattice: grid.Grid) -> grid.Ints:
    """Count who stands behind each cell and those around it: sources, each agency by itself."""
    source, agency = told.words["source"], told.words["agency"]
    pairs = source.codes[rows].astype(np.int64) * len(agency.words) + agency.codes[rows]
    present = np.zeros((len(source.words) * len(agency.words), len(told.corners)), dtype=bool)
    present[pairs, told.cell[rows]] = True
    col, row = ((told.corners - np.array(lattice.origin)) // CELL).astype(np.int64).T
    on = (row >= 0) & (row < lattice.rows) & (col >= 0) & (col < lattice.cols)
    grids = np.zeros((int(present.any(axis=1).sum()), *lattice.shape), dtype=bool)
    grids[:, row[on], col[on]] = present[present.any(axis=1)][:, on]
    return voices_around(grids)


def _words(count: int, alone: bool, *, exact: bool) -> str:
    told = f"{count:,} incidents" if exact else f"about {count:,}"
    return f"{told} · {ONE_SOURCE}" if alone else told


def _nothing() -> gpd.GeoDataFrame:
    """Return no cells, where there is too little to tell."""
    columns: dict[str, list[object]] = {"label": [], "code": [], "count": [], "words": []}
    return gpd.GeoDataFrame(columns, geometry=[], crs=BNG)


HOT_SPOTS = Layer(
    name="hot_spots",
    title="Hot spots",
    plain_title="Where records cluster",
    about="Squares of 250 m with more recorded incidents, with the squares around them, than "
    "chance would have (Gi*, corrected for looking at many squares). It says where records "
    "cluster, not who is harmed and not what will happen.",
    needs=Permission.SEE_HOT_SPOTS,
    subjects=("incident",),
    look=Look("#b2552a", "square", fill=0.4, weight=1),
    reader=_read,
    scale={
        "hot 90": ("#e5b299", "90 % sure it is not chance"),
        "hot 95": ("#cc7a4e", "95 % sure it is not chance"),
        "hot 99": ("#a3441c", "99 % sure it is not chance"),
    },
)
