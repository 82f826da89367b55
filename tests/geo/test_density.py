"""scikit-learn's exact density, which is isotropic, is the oracle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import KernelDensity

from geo import density, grid
from geo.grid import Grid


@pytest.fixture(scope="module")
def events():
    random = np.random.default_rng(3)
    towns = random.uniform(3_000, 17_000, (12, 2))
    clustered = towns[random.integers(0, 12, 7_000)] + random.normal(0, 400, (7_000, 2))
    return np.vstack([clustered, random.uniform(0, 20_000, (3_000, 2))])


def middles(laid):
    x, y = np.meshgrid(*grid.centres(laid))
    return np.column_stack([x.ravel(), y.ravel()])


def exact(points, at, bandwidth):
    model = KernelDensity(bandwidth=bandwidth).fit(points)
    return np.exp(model.score_samples(at)) * len(points) * 1e6


def quartic(points, at, radius):
    away = np.hypot(*(at[:, None] - points).T).T / radius
    return (np.maximum(1 - away**2, 0) ** 2).sum(axis=1) * 3 / (np.pi * radius**2) * 1e6


@pytest.mark.parametrize("bandwidth", [150, 250, 500, 750, 1_500])
def test_the_error_of_10_000_points_is_below_a_thousandth_of_the_peak(events, bandwidth):
    laid = grid.over_points(*events.T, 250)
    found = density.density(laid, *events.T, bandwidth).ravel()
    some = np.append(np.arange(0, found.size, 17), found.argmax())
    true = exact(events, middles(laid)[some], bandwidth)
    assert np.abs(found[some] - true).max() < 1e-3 * true.max()


@pytest.mark.parametrize("radius", [600, 1_000, 2_000])
def test_the_quartic_kernel_agrees_with_its_formula(events, radius):
    laid = grid.over_points(*events.T, 250)
    found = density.density(laid, *events.T, radius, kernel="quartic").ravel()
    some = np.append(np.arange(0, found.size, 41), found.argmax())
    true = quartic(events, middles(laid)[some], radius)
    assert np.abs(found[some] - true).max() < 1e-3 * true.max()


@pytest.mark.parametrize("kernel", ["gaussian", "quartic"])
def test_a_density_anywhere_agrees_with_that_on_the_grid(events, kernel):
    laid = grid.over_points(*events.T, 500)
    at = middles(laid)
    found = density.density_at((at[:, 0], at[:, 1]), *events.T, 1_500, kernel=kernel)
    on_grid = density.density(laid, *events.T, 1_500, kernel=kernel).ravel()
    assert np.abs(found - on_grid).max() < 2e-3 * on_grid.max()


@given(st.floats(0, 999), st.floats(0, 999), st.sampled_from([400.0, 1_000.0]))
def test_no_mass_is_lost(x, y, bandwidth):
    """A quartic kernel has an edge, which the middles of cells do not follow to the last digit."""
    laid = Grid((-8_000, -8_000), 250, 68, 68)
    for kernel, wide, error in (("gaussian", bandwidth, 1e-6), ("quartic", 3 * bandwidth, 2e-3)):
        found = density.density(laid, [x], [y], wide, kernel=kernel)
        assert found.sum() * 0.0625 == pytest.approx(1, abs=error)


def test_the_unit_of_length_does_not_matter():
    """A peer cuts its kernel off at a fixed number, and in metres loses an eighth of the mass."""
    laid = Grid((-7_000, -7_000), 250, 56, 56)
    east = np.linspace(-1_000, 1_000, 4_001)
    found = density.density(laid, east, np.zeros(4_001), 750)
    x, _ = np.meshgrid(*grid.centres(laid))
    spread = np.sqrt((found * x**2).sum() / found.sum())
    assert found.sum() * 0.0625 == pytest.approx(4_001, rel=1e-6)
    assert spread == pytest.approx(np.hypot(750, east.std()), rel=1e-4)


def test_points_off_the_grid_weigh_on_the_cells_near_them():
    laid = Grid((0, 0), 250, 10, 10)
    found = density.density(laid, [-400.0], [1_125.0], 500)
    expected = exact(np.array([[-400.0, 1_125.0]]), middles(laid), 500)
    assert np.abs(found.ravel() - expected).max() < 0.02 * expected.max()  # one point alone
    assert found[:, 0].max() > 0.3


def test_weights_are_counts_of_the_same_place():
    laid = Grid((0, 0), 100, 30, 30)
    x, y = [1_000.0, 1_500.0], [1_200.0, 1_900.0]
    weighted = density.density(laid, x, y, 300, weights=[3, 1])
    repeated = density.density(laid, [*x, x[0], x[0]], [*y, y[0], y[0]], 300)
    assert np.allclose(weighted, repeated)


def test_the_edge_is_corrected_to_the_density_that_is_there():
    random = np.random.default_rng(8)
    x, y = random.uniform(0, 10_000, (2, 200_000))  # 2,000 events a square kilometre
    laid = Grid((0, 0), 250, 40, 40)
    within = np.ones(laid.shape, dtype=bool)
    plain = density.density(laid, x, y, 750)
    corrected = density.density(laid, x, y, 750, within=within)
    assert plain[0, 0] < 800
    assert np.abs(corrected / 2_000 - 1).max() < 0.1
    assert np.isnan(density.density(laid, x, y, 750, within=within & False)).all()


def test_a_ratio_is_not_made_where_there_is_nearly_nobody():
    risk = density.ratio([[4.0, 1.0, 9.0], [0.0, np.nan, 1.0]], [[2.0, 1.0, 0.01], [3.0, 2.0, 0]])
    assert np.array_equal(risk, [[2, 1, np.nan], [0, np.nan, np.nan]], equal_nan=True)
    with pytest.raises(ValueError, match="nothing to divide by"):
        density.ratio([1.0], [0.0])
    with pytest.raises(ValueError, match="differ in shape"):
        density.ratio([1.0], [1.0, 2.0])


def test_a_bandwidth_is_proposed_and_grows_with_the_spread():
    x, y = np.random.default_rng(1).normal(0, 1_000, (2, 5_000))
    near = density.propose_bandwidth(x, y, 50)
    assert near == pytest.approx(0.9 * 1_414 * 5_000**-0.2, abs=15)
    assert abs(density.propose_bandwidth(3 * x, 3 * y, 50) - 3 * near) <= 15
    assert density.propose_bandwidth([1.0, 2.0], [1.0, 2.0], 250) == 500


@pytest.mark.parametrize(
    ("ask", "reason"),
    [
        ({"bandwidth": 100}, "at least 125 m"),
        ({"bandwidth": float("nan")}, "at least 125 m"),
        ({"bandwidth": 300, "kernel": "quartic"}, "at least 375 m"),
        ({"bandwidth": 500, "weights": [1, 2]}, "needs a weight"),
        ({"bandwidth": 500, "within": np.ones((2, 2), dtype=bool)}, "differ in shape"),
    ],
)
def test_what_cannot_be_smoothed_is_refused(ask, reason):
    with pytest.raises(ValueError, match=reason):
        density.density(Grid((0, 0), 250, 5, 5), [10.0], [10.0], **ask)
