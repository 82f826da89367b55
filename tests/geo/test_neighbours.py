"""Neighbourhoods and their sums; esda and libpysal are the oracle of what follows from them."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import hexes, hotspots, neighbours

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from esda import G_Local
    from libpysal.weights import DistanceBand, W, fill_diagonal


def scored(values, weights):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return G_Local(np.asarray(values, dtype=float), fill_diagonal(weights, 1), transform="B",
                       star=True, permutations=0).Zs  # fmt: skip


def by_measuring(x, y, near):
    """Weights between all pairs for which ``near(dx, dy)`` holds."""
    across, up = x[:, None] - x, y[:, None] - y
    linked = near(across, up) & ~np.eye(len(x), dtype=bool)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return W({at: np.flatnonzero(row).tolist() for at, row in enumerate(linked)},
                 silence_warnings=True)  # fmt: skip


def masked(rows, cols):
    random = np.random.default_rng(rows + cols)
    counts = random.poisson(random.gamma(0.7, 3, (rows, cols)))
    inside = random.uniform(size=(rows, cols)) < 0.85
    return counts, inside


@pytest.mark.parametrize("order", [1, 2, 3, 6])
def test_every_order_agrees_with_esda_also_on_a_part_of_the_grid(order):
    counts, inside = masked(22, 31)
    y, x = np.nonzero(inside)
    weights = by_measuring(x, y, lambda dx, dy: np.maximum(abs(dx), abs(dy)) <= order)
    z = hotspots.gi_star_grid(counts, inside, neighbours.squares(order))
    assert np.abs(z[inside] - scored(counts[inside], weights)).max() < 1e-12


@pytest.mark.parametrize("distance", [250, 250 * np.sqrt(2), 500, 1_000, 1_500.5])
def test_a_distance_band_agrees_with_esda(distance):
    counts, inside = masked(20, 25)
    y, x = np.nonzero(inside)
    centres = np.column_stack([x, y]) * 250.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weights = DistanceBand(centres, distance + 1e-7, binary=True, silence_warnings=True)
    z = hotspots.gi_star_grid(counts, inside, neighbours.square_band(distance, 250))
    assert np.abs(z[inside] - scored(counts[inside], weights)).max() < 1e-12


@pytest.mark.parametrize("order", [1, 2, 4])
def test_rings_of_hexagons_agree_with_esda(order):
    laid = hexes.over_box((0, 0, 5_000, 4_000), 250)
    inside = laid.cells & (np.random.default_rng(2).uniform(size=laid.shape) < 0.9)
    counts = np.random.default_rng(3).poisson(2, laid.shape)
    x, y = hexes.centres(laid, inside)

    def near(dx, dy):
        row, column = np.rint(abs(dy) / (250 * np.sqrt(3) / 2)), np.rint(abs(dx) / 125)
        return np.maximum(row, (row + column) / 2) <= order

    z = hotspots.gi_star_grid(counts, inside, neighbours.hexes(order))
    assert np.abs(z[inside] - scored(counts[inside], by_measuring(x, y, near))).max() < 1e-12


def test_a_distance_band_of_hexagons_agrees_with_esda():
    laid = hexes.over_box((0, 0, 4_000, 3_000), 200)
    inside, counts = laid.cells, np.random.default_rng(5).poisson(3, laid.shape)
    x, y = hexes.centres(laid, inside)
    weights = by_measuring(x, y, lambda dx, dy: np.hypot(dx, dy) <= 600.001)
    z = hotspots.gi_star_grid(counts, inside, neighbours.hex_band(600, 200))
    assert np.abs(z[inside] - scored(counts[inside], weights)).max() < 1e-12


def test_the_diagonal_written_with_few_figures_is_the_diagonal():
    assert neighbours.square_band(353.5533906, 250).sum() == 9
    assert neighbours.square_band(353.55, 250).sum() == 5


def test_rings_hold_six_more_hexagons_each():
    assert [int(neighbours.hexes(order).sum()) for order in (1, 2, 3)] == [7, 19, 37]
    assert neighbours.hex_band(250, 250).sum() == 7
    assert neighbours.hex_band(250 * 3**0.5, 250).sum() == 13


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 20))
def test_a_direct_sum_and_a_shifted_one_agree_also_beyond_the_grid(rows, cols, order):
    values = np.random.default_rng(rows * cols).poisson(3, (rows, cols)).astype(float)
    around = neighbours.squares(order)
    framed = np.pad(values, order)
    expected = [[framed[row : row + 2 * order + 1, col : col + 2 * order + 1].sum()
                 for col in range(cols)] for row in range(rows)]  # fmt: skip
    assert np.allclose(neighbours.sums(values, around), expected, atol=1e-9)


def test_a_fourier_transform_gives_the_sums_of_counting():
    values = np.random.default_rng(1).poisson(2, (60, 70)).astype(float)
    wide = neighbours.square_band(9, 1)
    narrow = np.rint(neighbours.sums(values, wide))
    framed = np.pad(values, 9)
    expected = sum(framed[row : row + 60, col : col + 70] for row, col in np.argwhere(wide))
    assert (narrow == expected).all()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: neighbours.squares(0), "whole number from 1"),
        (lambda: neighbours.hexes(-1), "whole number from 1"),
        (lambda: neighbours.squares(1_001), "whole number from 1"),
        (lambda: neighbours.square_band(249.9, 250), "has no neighbours"),
        (lambda: neighbours.hex_band(float("nan"), 250), "has no neighbours"),
        (lambda: neighbours.square_band(1e9, 250), "at most 1,000 cells away"),
    ],
)
def test_absurd_neighbourhoods_are_refused(make, reason):
    with pytest.raises(ValueError, match=reason):
        make()
