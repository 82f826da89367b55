"""The compiled kernels give what numpy gives."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo import density, grid, kernels
from geo.grid import Grid


@pytest.fixture
def compiled(monkeypatch):
    pytest.importorskip("numba")
    assert kernels.load()
    monkeypatch.setattr(kernels, "FEWEST", 0)
    yield
    kernels.unload()


def both(ask):
    """Ask with the compiled kernel and without."""
    first = ask()
    loaded, kernels._loaded[:] = list(kernels._loaded), []
    second = ask()
    kernels._loaded[:] = loaded
    return first, second


COORDINATES = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 40), st.just(2)),
    elements=st.one_of(
        st.floats(-500, 3000), st.integers(0, 12).map(lambda cell: cell * 250.0),
        st.just(np.nan), st.just(np.inf),
    ),
)  # fmt: skip


@settings(deadline=None, suppress_health_check=[])
@given(points=COORDINATES, size=st.sampled_from([3, 7, 100, 250]))
def test_counting_agrees_also_on_edges_and_without_coordinates(points, size):
    pytest.importorskip("numba")
    kernels.load()
    laid = Grid((250.5, -250.0), size, 9, 11)
    with np.errstate(invalid="ignore"):
        compiled, plain = (
            kernels._loaded[0].counts(*points.T.copy(), grid.laid(laid)),
            _without(lambda: grid.counts(laid, *points.T)),
        )
    assert (compiled == plain).all()


def _without(ask):
    loaded, kernels._loaded[:] = list(kernels._loaded), []
    try:
        return ask()
    finally:
        kernels._loaded[:] = loaded


def test_many_points_are_counted_alike_by_several_threads(compiled):
    x, y = np.random.default_rng(1).uniform(-100, 10_100, (2, 250_000))
    fast, plain = both(lambda: grid.counts(Grid((0, 0), 100, 100, 100), x, y))
    assert (fast == plain).all()
    assert fast.sum() < 250_000


def test_density_agrees(compiled):
    x, y = np.random.default_rng(2).uniform(0, 5_000, (2, 120_000))
    weights = np.random.default_rng(3).uniform(0, 3, 120_000)
    laid = Grid((0, 0), 250, 20, 20)
    fast, plain = both(lambda: density.density(laid, x, y, 600, weights=weights))
    assert np.allclose(fast, plain, rtol=1e-12)


def test_few_points_are_not_worth_the_call():
    pytest.importorskip("numba")
    kernels.load()
    assert kernels.loaded(10) is None
    assert kernels.loaded(1_000_000) is not None
    kernels.unload()
    assert kernels.loaded(1_000_000) is None


def test_without_numba_nothing_is_loaded_and_all_is_counted(monkeypatch):
    kernels.unload()
    monkeypatch.setitem(sys.modules, "numba", None)
    assert kernels.load() is False
    assert (
        grid.counts(Grid((0, 0), 100, 1, 1), np.full(30_000, 5.0), np.full(30_000, 5.0)) == 30_000
    )
