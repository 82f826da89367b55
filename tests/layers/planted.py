"""A town with patterns put there on purpose: what an analysis of it must find."""

from datetime import UTC, datetime, timedelta

import numpy as np
from shapely import Point, box

from domain.areas import AreaKind
from domain.incidents import TimeKnown
from domain.people import SYSTEM
from tests.conftest import arrange
from tests.domain import rows

WEST, SOUTH, SIDE = 464_000, 544_000, 5_000
TOWN = box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE)
EAST_HALF = box(WEST + SIDE / 2, SOUTH, WEST + SIDE, SOUTH + SIDE)
BUSY = Point(464_880, 544_880)
"""Sixty records by three sources, on Fridays at nine in the evening."""
ALONE = Point(468_130, 548_130)
"""Sixty records by one source, with none of another near."""
NEW = Point(468_130, 545_130)
"""Fifty records of the last four months."""
FIRST = datetime(2024, 1, 5, 21, tzinfo=UTC)  # a Friday
MONTHS = 24
SEED = 7


def background(number=240):
    """Spread records over the town and two years, away from what only one source knows of."""
    rng = np.random.default_rng(SEED)
    spots = rng.uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE), (number * 2, 2))
    far = np.hypot(spots[:, 0] - ALONE.x, spots[:, 1] - ALONE.y) > 900
    hours = rng.integers(0, MONTHS * 30 * 24, number)
    return [
        _incident(Point(spot), FIRST + timedelta(hours=int(hour)), ("police", "school")[at % 2])
        for at, (spot, hour) in enumerate(zip(spots[far][:number], hours, strict=True))
    ]


def clusters():
    """Put the patterns down."""
    busy = [
        _incident(BUSY, FIRST + timedelta(weeks=at), ("police", "school", "transport")[at % 3])
        for at in range(60)
    ]
    alone = [_incident(ALONE, FIRST + timedelta(days=12 * at), "council") for at in range(60)]
    last = FIRST + timedelta(days=30 * (MONTHS - 4))
    new = [
        _incident(NEW, last + timedelta(hours=53 * at), ("police", "school")[at % 2])
        for at in range(50)
    ]
    return [*busy, *alone, *new]


def sealed(number=30):
    """Records at a dwelling, which are for a sealed clearance alone."""
    return [
        _incident(Point(466_500, 547_500), FIRST + timedelta(days=at), "police",
                  place_type="private_dwelling")
        for at in range(number)
    ]  # fmt: skip


def plant(store):
    """Put the town into a store; return the ids of the areas: the partnership, and its east."""
    with store.writing() as session:
        whole, east = arrange(
            session, SYSTEM,
            rows.area(kind=AreaKind.PARTNERSHIP, name="The town", outline=TOWN),
            rows.area(name="East", outline=EAST_HALF),
        )  # fmt: skip
        arrange(session, SYSTEM, *background(), *clusters(), *sealed())
        return whole.id, east.id


def _incident(spot, at, source, **given):
    return rows.incident(
        spot=spot, source=source, occurred_from=at, occurred_to=at + timedelta(hours=1),
        time_known=TimeKnown.INTERVAL, **given,
    )  # fmt: skip
