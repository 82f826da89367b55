"""Events over what there is to be harmed: high where there is more than people alone bring."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo import risk
from geo.space import BNG

WEST, SOUTH = 430_000, 540_000


def points(xy):
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(*np.transpose(xy)), crs=BNG)


def town(n=3_000, seed=2):
    """Homes: a crowded middle, a smaller estate to the north-east, some anywhere."""
    random = np.random.default_rng(seed)
    return np.vstack([
        random.normal((WEST + 2_000, SOUTH + 2_000), 350, (n // 2, 2)),
        random.normal((WEST + 3_600, SOUTH + 3_600), 250, (n // 6, 2)),
        random.uniform((WEST, SOUTH), (WEST + 5_000, SOUTH + 5_000), (n // 3, 2)),
    ])  # fmt: skip


ASK = risk.Ask(cell=250, bandwidth=400)


def test_the_same_points_above_and_below_are_average_everywhere():
    homes = points(town())
    cells = risk.find(homes, homes, ASK).cells
    known = cells["ratio"].notna()
    assert known.sum() > 200
    np.testing.assert_allclose(cells.loc[known, ["ratio", "times"]], 1, rtol=1e-12)


def test_risk_is_highest_where_most_happens_for_the_people_and_not_where_most_people_are():
    homes = town()
    random = np.random.default_rng(4)
    more = random.normal((WEST + 3_600, SOUTH + 3_600), 250, (100, 2))
    events = np.vstack([homes[random.choice(len(homes), 700)], more])
    cells = risk.find(points(events), points(homes), ASK).cells
    crowded, risky = (
        cells[cells.contains(shapely.Point(WEST + at, SOUTH + at))].iloc[0] for at in (2_010, 3_610)
    )
    assert crowded["kde"] > risky["kde"]
    assert crowded["times"] < 1.1 < 1.3 < risky["times"]


def test_where_next_to_nobody_is_nothing_is_told():
    homes = np.vstack([town(), [[WEST - 3_000, SOUTH], [WEST - 3_010, SOUTH]]])
    found = risk.find(points(homes[-5:]), points(homes), ASK)
    thin = found.cells["kde_base"] < 0.05 * found.cells["kde_base"].mean()
    assert thin.any()
    assert (found.cells["ratio"].isna() == thin).all()
    assert found.facts["cells_without_ratio"] == thin.sum()
    assert found.cells["count"].sum() == 5 == found.facts["points"]


def test_a_weight_is_so_many_points():
    homes, events = town(600), points(town(300, seed=5))
    weighed = risk.find(events, points(homes), ASK, np.full(len(homes), 3.0)).cells
    listed = risk.find(events, points(np.repeat(homes, 3, axis=0)), ASK).cells
    for name in ("base", "kde_base", "ratio", "times"):
        np.testing.assert_allclose(weighed[name], listed[name], rtol=1e-9)
    assert weighed["base"].sum() == 3 * len(homes)


def test_neither_order_nor_a_move_by_whole_cells_changes_anything():
    homes, events = town(900), town(300, seed=5)
    first = risk.find(points(events), points(homes), ASK).cells
    moved = risk.find(points(events[::-1] + 2_500), points(homes[::-1] + 2_500), ASK).cells
    np.testing.assert_allclose(moved["ratio"], first["ratio"], rtol=1e-9)
    assert (moved["count"].to_numpy() == first["count"].to_numpy()).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"base": points(town(300)).to_crs(32630)}, "one projected system"),
        ({"base": points(town(300)).iloc[:0]}, "no points in one"),
        ({"weights": np.full(300, -1.0)}, "no weight is below 0"),
        ({"weights": np.full(7, 1.0)}, "needs a weight"),
        ({"ask": risk.Ask(cell=250, bandwidth=0)}, "at least 125 m"),
        ({"ask": risk.Ask(cell=0)}, "Cells need a size"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(change, words):
    given = {"events": points(town(300)), "base": points(town(300)), "ask": ASK, **change}
    with pytest.raises(ValueError, match=words):
        risk.find(**given)
