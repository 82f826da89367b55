"""Minutes between the stops of a patrol: over the streets that are known, else in straight lines.

All are rounded up to whole minutes, so what a sheet says can be kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely
from pyproj import CRS
from shapely import LineString, Point

from domain.errors import Invalid
from domain.patrol_rules import Stop
from exchange import street_network
from geo.network import Graph, Mode, Ways, graph, straight
from geo.space import BNG, Box, Floats

MODES: dict[str, Mode] = {"cycle": "cycle", "vehicle": "vehicle"}
"""By code of ``patrol_styles``; any other style goes on foot."""
SPEEDS: dict[Mode, float] = {"foot": 4.0, "cycle": 11.0, "vehicle": 20.0}
"""Kilometres an hour in a straight line: slower than a street allows, since streets bend."""


@dataclass(frozen=True)
class Travel:
    """Whole minutes between nodes, the first of which is the start; infinite without a way."""

    minutes: Floats
    spots: Floats
    ways: Ways | None
    notes: tuple[str, ...]

    def path(self, one: int, other: int) -> LineString:
        """Return the way between two nodes, straight where no streets are known."""
        found = None if self.ways is None else self.ways.path(one, other)
        return found or LineString(self.spots[[one, other]])

    def way(self, order: Sequence[int]) -> LineString | None:
        """Return the whole way from the start through nodes and back; None without nodes."""
        if not order:
            return None
        parts = [self.path(one, other) for one, other in pairwise([0, *order, 0])]
        return LineString(np.vstack([shapely.get_coordinates(part) for part in parts]))

    def spent(self, order: Sequence[int]) -> int:
        """Return the minutes on the way from the start through nodes and back."""
        legs = [self.minutes[one, other] for one, other in pairwise([0, *order, 0])]
        return round(sum(float(each) for each in legs if np.isfinite(each))) if order else 0

    def cut_off(self, stops: Sequence[Stop]) -> list[str]:
        """Name the stops that cannot be reached over the streets."""
        gone = [
            each.name
            for at, each in enumerate(stops, 1)
            if not (np.isfinite(self.minutes[0, at]) and np.isfinite(self.minutes[at, 0]))
        ]
        return [f"No street leads from the start to {name} and back." for name in gone]


def between(start: Point, stops: Sequence[Stop], *, style: str, streets: Path | None) -> Travel:
    """Return the minutes between a start (EPSG:27700) and stops, by streets where they are known.

    Raises
    ------
    Invalid
        A stop has no zone, or the streets cannot be read.
    """
    spots = np.array([[each.x, each.y] for each in (start, *map(_spot, stops))])
    by_line = by_crow(spots, style)
    mode = MODES.get(style, "foot")
    if streets is None:
        note = (
            "No streets are set up here, so travel is in a straight line at "
            f"{SPEEDS[mode]:g} km an hour."
        )
        return Travel(by_line, spots, None, (note,))
    ways = Ways(_graph(streets, _around(spots), mode), spots[:, 0], spots[:, 1])
    if 0 in ways.off:
        note = "The start is far from any street, so travel is in a straight line."
        return Travel(by_line, spots, None, (note,))
    return Travel(np.ceil(ways.minutes - 1e-9), spots, ways, ())


def by_crow(spots: Floats, style: str) -> Floats:
    """Return whole minutes in straight lines between spots (EPSG:27700)."""
    speed = SPEEDS[MODES.get(style, "foot")]
    return np.ceil(straight(spots[:, 0], spots[:, 1], speed=speed) - 1e-9)


def _spot(stop: Stop) -> Point:
    if stop.zone is None:
        raise Invalid("Every stop needs its zone.")
    return shapely.point_on_surface(stop.zone)


def _around(spots: Floats) -> Box:
    """Return a box around spots in whole kilometres, so that near shifts share their streets."""
    low, high = np.floor(spots.min(axis=0) / 1_000), np.ceil(spots.max(axis=0) / 1_000)
    return (low[0] * 1_000, low[1] * 1_000, high[0] * 1_000, high[1] * 1_000)


def _graph(path: Path, near: Box, mode: Mode) -> Graph:
    if not path.is_file():
        raise Invalid("The file of streets is not there. Ask your administrator.")
    return _kept(path, path.stat().st_mtime_ns, near, mode)


@lru_cache(maxsize=6)
def _kept(path: Path, _written: int, near: Box, mode: Mode) -> Graph:
    try:
        return graph(street_network.read(path, CRS(BNG), near), mode)
    except ValueError as error:
        raise Invalid(str(error)) from error
