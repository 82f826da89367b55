"""The same cells quarter by quarter, for small multiples that are printed side by side."""

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from domain.errors import Invalid
from domain.people import Actor
from domain.recipes import Recipe
from geo import grid
from layers import analysis
from layers.analysis_cells import size_of

MONTHS = 3
MOST = 12
"""Quarters that are drawn at most: the latest."""
JANUARY = 12
"""Months of a year, counted from January 1970 as records count them."""


def by_quarter(session: Session, actor: Actor, recipe: Recipe) -> pd.DataFrame:
    """Count the records of a recipe in squares for each quarter, as they are now.

    Returns
    -------
    ``quarter`` ("2026 Q1"), ``west``, ``south`` (metres, EPSG:27700), ``side`` and ``count``; one
    row for each square that holds a record, quarters in their order.

    Raises
    ------
    Invalid
        No record tells its month.
    NotPermitted
        See :func:`layers.analysis.read`.
    """
    records = analysis.read(session, actor, recipe)
    known = records.month >= 0
    if not known.any():
        raise Invalid("No record tells its month, so there are no quarters to compare.")
    side = size_of(recipe, records)
    quarter = records.month[known] // MONTHS
    x, y = records.x[known], records.y[known]
    lattice = grid.over_points(x, y, side)
    frames = [
        _squares(lattice, x[quarter == at], y[quarter == at], int(at))
        for at in np.unique(quarter)[-MOST:]
    ]
    return pd.concat(frames, ignore_index=True)


def _squares(lattice: grid.Grid, x: np.ndarray, y: np.ndarray, quarter: int) -> pd.DataFrame:
    held = grid.counts(lattice, x, y)
    corners = grid.cell_polygons(lattice, held > 0).geometry.bounds
    year, month = divmod(quarter * MONTHS, JANUARY)
    return pd.DataFrame(
        {
            "quarter": f"{1970 + year} Q{month // MONTHS + 1}",
            "west": corners["minx"].to_numpy(),
            "south": corners["miny"].to_numpy(),
            "side": lattice.size,
            "count": held[held > 0],
        }
    )
