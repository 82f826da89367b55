"""Every tile is one stretch of the curve, and every point lies in exactly one of them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import curve, tiling
from geo.space import mercator_from_bng

WHOLE = st.integers(0, 2**32 - 1)


@given(st.lists(st.tuples(WHOLE, WHOLE), max_size=40))
def test_a_key_gives_its_column_and_row_back(given_places):
    across, down = np.array(given_places, dtype=np.uint64).reshape(-1, 2).T
    again = curve.places(curve.keys(across, down))
    assert np.array_equal(np.column_stack(again), np.column_stack([across, down]))


@pytest.fixture
def points():
    random = np.random.default_rng(5)
    east, north = random.normal(465_000, 3_000, (2, 3_000))
    x, y = mercator_from_bng(east, north)
    key = curve.keys(*curve.units(x, y))
    order = np.argsort(key)
    return x[order], y[order], key[order]


@pytest.mark.parametrize("z", [0, 1, 8, 13, 16, 20])
def test_the_stretch_of_a_tile_holds_the_points_that_lie_in_it(points, z):
    x, y, key = points
    column, row = tiling.tile_of(float(x[1_500]), float(y[1_500]), z)
    west, south, east, north = tiling.tile_box(z, column, row)
    expected = np.flatnonzero((x >= west) & (x < east) & (y > south) & (y <= north))
    found = curve.within(key, z, column, row)
    assert list(range(found.start, found.stop)) == expected.tolist()
    assert expected.size


def test_the_last_tile_of_the_world_has_an_end():
    corner = curve.keys(*curve.units([1e9], [-1e9]))
    assert curve.within(corner, 24, 2**24 - 1, 2**24 - 1) == slice(0, 1)
    assert curve.within(corner, 24, 0, 0) == slice(0, 0)


def test_four_tiles_hold_what_the_one_above_holds(points):
    _, _, key = points
    x, y = (int(each[0]) >> 32 - 12 for each in curve.places(key[1_500:1_501]))
    above = curve.within(key, 12, x, y)
    parts = [
        curve.within(key, 13, 2 * x + across, 2 * y + down) for down in (0, 1) for across in (0, 1)
    ]
    assert parts[0].start == above.start
    assert parts[-1].stop == above.stop
    assert all(first.stop == second.start for first, second in pairwise(parts))


def test_squares_of_a_lattice_count_every_point_of_the_tile_once(points):
    _, _, key = points
    x, y = (int(each[0]) >> 32 - 10 for each in curve.places(key[1_500:1_501]))
    inside = key[curve.within(key, 10, x, y)]
    edges = curve.squares(inside, 10, x, y, 6)
    at = curve.in_tile(*curve.places(inside), 10, x, y) // 64
    expected = np.unique(at, axis=0, return_counts=True)[1]
    assert sorted(np.diff(edges)[np.diff(edges) > 0]) == sorted(expected)
    assert edges[-1] == len(inside)


def test_places_in_a_tile_are_those_of_the_older_encoder(points):
    x, y, key = points
    for z in (10, 16, 20, 22):
        column, row = tiling.tile_of(float(x[7]), float(y[7]), z)
        ours = curve.in_tile(*curve.places(key[7:8]), z, column, row)
        west, _, east, north = tiling.tile_box(z, column, row)
        unit = (east - west) / 4096
        exact = np.array([(x[7] - west) / unit, (north - y[7]) / unit])
        finest = max(1.0, 2 ** (z - 20))
        assert (np.abs(ours[0] + 0.5 * finest - exact) <= 0.5 * finest + 1e-3).all()


@pytest.mark.parametrize("z", [0, 8, 14, 20, 24, 30])
def test_the_units_of_a_tile_are_those_of_the_whole_places(points, z):
    x, y, key = points
    column, row = tiling.tile_of(float(x[1_500]), float(y[1_500]), z)
    own = key[curve.within(key, z, column, row)]
    expected = curve.in_tile(*curve.places(own), z, column, row)
    found = np.stack(curve.places(curve.own(own, z).astype(np.uint64)), axis=-1)
    assert np.array_equal(found, expected)
