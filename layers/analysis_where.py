"""How dense records are, how few cells hold most of them, and which belong together."""

import geopandas as gpd
import numpy as np

from domain.recipes import Recipe
from geo import concentration, density
from geo.grid import Grid, Ints
from geo.space import BNG
from layers.analysis import Progress, Records, Result, table
from layers.analysis_cells import Lattice, enough, laid, ramp, strongest, tabled
from layers.analysis_warnings import explained, number

FAINT = 1 / 50
"""Of the peak: cells below are not drawn."""
QUARTIC = 2.6
"""A quartic radius smooths as a Gaussian standard deviation of so many times less."""
CURVE_POINTS = 101
SMOOTHED = (
    (
        "Each record is spread over the ground around it, and the spread is added up. The "
        "colours are fifths of the cells that are drawn."
    ),
)
CORRECTED = "Densities near the edge of the area are corrected for what lies outside."
NOT_CORRECTED = "Near the edge of the area densities are too low: nothing outside is known."
NO_TEST = (
    "A dense spot can be chance: this is no test. Ask for hot spots to have one.",
    "It is not a risk: more people make more records.",
)


def densities(records: Records, recipe: Recipe, progress: Progress) -> Result:
    """Smooth the records into a surface of records per square kilometre."""
    enough(records)
    lattice = laid(records, recipe)
    assert isinstance(lattice.grid, Grid), "densities are asked of squares"
    kernel: density.Shape = "gaussian" if recipe.parameters["kernel"] == "gaussian" else "quartic"
    given = recipe.number("bandwidth")
    proposed = density.propose_bandwidth(records.x, records.y, lattice.grid.size)
    wide = given or round(proposed * (QUARTIC if kernel == "quartic" else 1))
    progress(0.3, "Smoothing")
    within = lattice.inside if kernel == "gaussian" else None
    found = density.density(lattice.grid, records.x, records.y, wide, kernel=kernel, within=within)
    inside = np.where(lattice.inside, np.nan_to_num(found), 0)
    shown = inside > inside.max() * FAINT
    counted = lattice.counts(records.x, records.y)
    cells = lattice.cells(shown).assign(
        code=ramp(found[shown]), count=counted[shown], density=found[shown]
    )
    words = [f"{value:,.1f} records per km²" for value in cells["density"]]
    cells = strongest(cells.assign(words=words), "density")
    columns = {"label": "Cell", "density": "Records per km²", "count": "Records in the cell"}
    chosen = "as you chose" if given else f"proposed: {density.RULE}"
    return Result(
        headline=f"Records are densest at {cells['label'][0]}: {cells['density'][0]:,.0f} per km².",
        cells=cells,
        tables={"Densest cells": tabled(cells, columns)},
        **explained(
            records,
            says=SMOOTHED,
            sure=(
                f"Bandwidth {wide:,} m, {chosen}. A wider one smooths more and shows less.",
                NOT_CORRECTED if within is None else CORRECTED,
            ),
            cannot=NO_TEST,
        ),
    )


def concentrations(records: Records, recipe: Recipe, progress: Progress) -> Result:
    """Say how few cells hold most records."""
    enough(records)
    lattice = laid(records, recipe)
    progress(0.3, "Counting")
    counted = lattice.counts(records.x, records.y)
    inside = np.where(lattice.inside, counted.astype(float), np.nan)
    fewest = concentration.fewest(inside)
    half = fewest[1]
    gini = concentration.gini(inside)
    shares, held = concentration.curve(inside)
    at = np.unique(np.linspace(0, len(shares) - 1, CURVE_POINTS).astype(int))
    return Result(
        headline=f"{number(half.cells, 'cell')} of {half.of:,} ({half.cells / half.of:.1%}) hold "
        f"half of the {int(np.nansum(inside)):,} records.",
        cells=_fullest(lattice, counted, fewest),
        tables={
            "Fewest cells": table(
                ["Share of the records", "Cells", "Of all cells"],
                [[f"{each.share:.0%}", each.cells, each.cells / each.of] for each in fewest],
            ),
            "Concentration curve": table(
                ["Share of cells", "Share of records"],
                zip(shares[at].tolist(), held[at].tolist(), strict=True),
            ),
        },
        **explained(
            records,
            says=(
                (
                    "Cells are taken from the fullest on until they hold a quarter, half and four "
                    "fifths of all records."
                ),
                (
                    f"Concentration (Gini, corrected for few records): {gini:.2f}. 0 is as even as "
                    "can be, 1 is all in one cell."
                ),
            ),
            sure=("It is a count, with no chance in it. Another period gives another count.",),
            cannot=("It cannot say why: ask who records where.",),
        ),
    )


def clusters(records: Records, recipe: Recipe, progress: Progress) -> Result:
    """Draw outlines around records that belong together."""
    from geo import clusters as grouped  # scikit-learn takes a second, and only this needs it

    enough(records)
    progress(0.2, "Grouping")
    method: grouped.Method = "hdbscan" if recipe.parameters["method"] == "hdbscan" else "dbscan"
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(records.x, records.y), crs=BNG)
    found = grouped.find(
        points,
        method,
        distance=float(recipe.number("distance")) or None,
        least=recipe.number("least"),
    )
    outlines = found.outlines
    names = [f"Cluster {at}" for at in outlines["cluster"]]
    words = [number(count, "record") for count in outlines["count"]]
    cells = gpd.GeoDataFrame(
        {"label": names, "code": "cluster", "words": words, "count": outlines["count"].to_numpy()},
        geometry=outlines.geometry.array,
        crs=BNG,
    )
    held = int(cells["count"].sum())
    return Result(
        headline=f"{number(len(cells), 'cluster')} hold {held:,} of {len(records):,} records.",
        cells=strongest(cells, "count"),
        tables={"Clusters": tabled(cells, {"label": "Cluster", "count": "Records"})},
        **explained(
            records,
            says=("Records that lie close together are one cluster; the others belong to none.",),
            sure=("The outlines depend on the reach that is chosen: look at more than one.",),
            cannot=("A cluster is no test: chance makes clusters as well.",),
        ),
    )


def _fullest(
    lattice: Lattice, counted: Ints, fewest: tuple[concentration.Fewest, ...]
) -> gpd.GeoDataFrame:
    """Draw the cells that hold each share, classed by the smallest share that needs them."""
    order = np.argsort(np.where(lattice.inside, -counted, 1), axis=None, kind="stable")
    share = np.full(counted.size, "", dtype=object)
    for each in reversed(fewest):
        share[order[: each.cells]] = f"{each.share:.0%}"
    codes = share.reshape(counted.shape)
    chosen = codes != ""
    words = [number(held, "record") for held in counted[chosen].tolist()]
    cells = lattice.cells(chosen).assign(code=codes[chosen], count=counted[chosen], words=words)
    return strongest(cells, "count")
