"""The National Grid that lies under the records where there is no base map."""

import numpy as np
import pytest

from geo.gridref import parse
from geo.space import lonlat_from_bng
from layers import basemap
from layers.basemap import NoBasemap
from layers.graticule import SQUARE, STEP, Graticule, spec


def test_bare_ground_is_the_national_grid():
    assert isinstance(basemap.drawn(NoBasemap()), Graticule)


def test_every_corner_has_degrees_and_every_square_its_own_letters():
    corners = np.array(spec()["corners"])
    assert corners.shape == (25, 14, 2)
    assert np.isfinite(corners).all()
    for row, names in enumerate(spec()["letters"]):
        for column, name in enumerate(names):
            square = parse(name)
            assert (square.easting, square.northing) == (column * SQUARE, row * SQUARE)


def between(east, north):
    """What the browser does: parabolas through three corners each way."""
    corners = np.array(spec()["corners"])
    at = np.array([north, east - STEP]) / STEP
    low = np.clip(np.round(at).astype(int) - 1, 0, np.array(corners.shape[:2]) - 3)
    up, across = (np.array([(x - 1) * (x - 2) / 2, x * (2 - x), x * (x - 1) / 2]) for x in at - low)
    nine = corners[low[0] : low[0] + 3, low[1] : low[1] + 3]
    return np.einsum("i,j,ijk->k", up, across, nine)


@pytest.mark.parametrize(
    ("east", "north"),
    [
        (427_431, 542_155),
        (90_250, 5_300),
        (651_400, 313_000),
        (447_000, 1_141_000),
    ],
)
def test_what_lies_between_the_corners_is_right_to_a_few_metres(east, north):
    lon, lat = lonlat_from_bng([east], [north])
    off = (between(east, north) - [lat[0], lon[0]]) * [
        111_200,
        111_200 * np.cos(np.radians(lat[0])),
    ]
    assert np.hypot(*off) < 5
