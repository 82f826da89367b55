"""What was planted in the sample is found by the analyses of place; recall is printed.

`pytest -s tests/data/test_patterns_in_place.py` shows the figures.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from exchange import points
from geo import clusters, concentration, extent, grid, hot_cells

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
TRUTH = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
PATTERNS = TRUTH["patterns"]
CELL = 250


@pytest.fixture(scope="module")
def town():
    return points.read(SAMPLE / "incidents.csv")


def hot(town, cell):
    """The middles of the hot cells, shape (n, 2)."""
    found = hot_cells.find(town, hot_cells.Ask(cell=cell)).cells
    chosen = found[found["class"].isin(["hot 99", "hot 95"])]
    return np.column_stack([chosen.geometry.centroid.x, chosen.geometry.centroid.y])


def away(spots, pattern):
    """How far spots lie from the middle of a pattern, in metres."""
    return np.hypot(spots[:, 0] - pattern["easting"], spots[:, 1] - pattern["northing"])


@pytest.mark.parametrize(("cell", "least"), [(100, 13), (125, 12), (250, 4)])
def test_planted_clusters_lie_in_hot_cells_and_hot_cells_lie_nowhere_else(town, cell, least):
    """In large cells only the strongest stand out: the town centre widens what chance may do."""
    spots = hot(town, cell)
    found = [each for each in PATTERNS if (away(spots, each) <= cell / np.sqrt(2)).any()]
    reach = [2 * cell + 3 * each["spread_m"] for each in PATTERNS]
    near = np.any(
        [away(spots, each) <= far for each, far in zip(PATTERNS, reach, strict=True)], axis=0
    )
    print(f"\n{len(spots)} hot cells of {cell} m: planted clusters found {len(found)} of "
          f"{len(PATTERNS)}, hot cells at none of them {(~near).sum()}")  # fmt: skip
    assert len(found) >= least
    assert near.all()


def test_the_cell_that_is_proposed_for_the_town_shows_nearly_all(town):
    x, y = town.geometry.x.to_numpy(), town.geometry.y.to_numpy()
    assert extent.propose_size(x, y) in (100, 125)


def test_planted_clusters_are_clusters(town):
    found = clusters.find(town, "dbscan", distance=60, least=25).outlines
    held = [each["name"] for each in PATTERNS if found.distance(spot(each)).min() <= 30]
    print(f"\nclusters: {len(found)}; planted found {len(held)} of {len(PATTERNS)}")
    assert len(held) >= len(PATTERNS) - 1


def spot(pattern):
    from shapely import Point

    return Point(pattern["easting"], pattern["northing"])


def test_the_town_is_as_concentrated_as_towns_are(town):
    x, y = town.geometry.x.to_numpy(), town.geometry.y.to_numpy()
    laid, inside, _ = extent.squares(extent.hull(x, y, CELL), CELL, aligned=True)
    counts = np.where(inside, grid.counts(laid, x, y), np.nan)
    half = concentration.fewest(counts)[1]
    print(f"\n{half.cells} of {half.of} cells hold half of the incidents")
    assert half.cells / half.of < 0.15
