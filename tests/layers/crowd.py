"""A few thousand records, dealt out by chance, with everything that may be missing missing."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import shapely
from sqlalchemy import select

from domain import audit, codes
from domain.accounts import Agency
from domain.areas import Area, AreaKind
from domain.audit import action
from domain.batches import BatchState, ImportBatch
from domain.filters import Filters
from domain.gazetteer import GazetteerEntry
from domain.incidents import Incident, TimeKnown
from domain.people import SYSTEM, Permission
from domain.touches import PlaceTouch
from tests.conftest import arrange
from tests.layers.conftest import house, place

WEST, SOUTH = 464_000, 544_000
SIDE = 3_000
AGENCIES = ("Mere police", "Mere council")


@action("test.load", needs=Permission.RUN_JOBS)
def load(session, _actor, table, columns):
    """Load rows as an import does."""
    audit.load(session, table, columns)


@action("test.remove", needs=Permission.RUN_JOBS)
def remove(session, _actor, table, column, value):
    """Take rows out as an undone import does."""
    audit.remove(session, table, column, value)


def spots(random, n):
    """Points in and around three clusters, some of them at one spot and on the edges of cells."""
    middles = random.uniform(WEST + 500, WEST + SIDE - 500, (3, 2)) - [0, WEST - SOUTH]
    at = middles[random.integers(0, 3, n)] + random.normal(0, 180, (n, 2))
    at[: n // 10] = at[0]
    at[n // 10 : n // 5] = np.round(at[n // 10 : n // 5] / 250) * 250
    return shapely.points(at)


def some(random, values, n, missing=0.1):
    chosen = random.choice(np.array([*values], dtype=object), n)
    chosen[random.random(n) < missing] = None
    return chosen.tolist()


def lists(random, values, n):
    values = [*values]
    return [list(random.choice(values, random.integers(0, 3), replace=False)) for _ in range(n)]


def incident_columns(random, n, first=0, batch=None):
    known = codes.current()
    begins = datetime(2025, 3, 20, tzinfo=UTC)
    since = [begins + timedelta(minutes=int(each)) for each in random.integers(0, 500_000, n)]
    lasts = [
        None if each < 30 else timedelta(minutes=int(each)) for each in random.integers(0, 5_000, n)
    ]
    untold = random.random(n) < 0.1
    return {
        "key": [(first + each).to_bytes(16, "big") for each in range(n)],
        "source": some(random, known.incident_sources, n, 0),
        "category": some(random, ("Theft", "theft", "Ärger <b>", "Noise"), n, 0),
        "harm_primary": some(random, known.harm_types, n),
        "harm_further": [[str(each) for each in row] for row in lists(random, known.harm_types, n)],
        "place_type": some(random, known.place_types, n, 0.4),
        "agency": some(random, (*AGENCIES, "Another"), n),
        "time_known": random.choice([*TimeKnown], n).tolist(),
        "occurred_from": [None if no else at for no, at in zip(untold, since, strict=True)],
        "occurred_to": [
            None if no or last is None else at + last
            for no, at, last in zip(untold, since, lasts, strict=True)
        ],
        "weekday": some(random, range(7), n),
        "hour": some(random, range(24), n),
        "precision": some(random, known.precision, n, 0),
        "spot": spots(random, n),
        "details": [{}] * n,
        "batch_id": [batch] * n,
    }


def touch_columns(random, n, place_ids=(), first=0):
    known = codes.current()
    one = lambda name: some(random, known[name], n, 0)  # noqa: E731
    months = [date(2025 + int(m) // 12, int(m) % 12 + 1, 1) for m in random.integers(0, 18, n)]
    return {
        "key": [(first + each).to_bytes(16, "big") for each in range(n)],
        "source": one("touch_sources"),
        "role": one("touch_roles"),
        "place_id": some(random, place_ids, n, 0.7) if place_ids else [None] * n,
        "residential": (random.random(n) < 0.1).tolist(),
        "month": months,
        "time_band": one("time_bands"),
        "day_type": one("day_types"),
        "duration_band": one("duration_bands"),
        "distance_band": one("distance_bands"),
        "transport_mode": one("transport_modes"),
        "push_factors": [[]] * n,
        "pull_factors": [[]] * n,
        "harm_indicators": [[]] * n,
        "precision": one("precision"),
        "spot": spots(random, n),
    }


def settle(store, n=600, seed=3):
    """Put streets, areas, homes, places and ``n`` records of each kind into a store."""
    random = np.random.default_rng(seed)
    edges = WEST + np.array([0, 1_100, 2_050, SIDE])
    outlines = [shapely.box(west, SOUTH, east, SOUTH + SIDE) for west, east in pairwise(edges)]
    round_one = shapely.Point(WEST + 1_500, SOUTH + 1_500).buffer(900)
    with store.writing() as session:
        rows = [
            *(Agency(name=name, kind="police") for name in AGENCIES),
            *(Area(kind=AreaKind.WARD, code=f"W{n}", name=f"Ward {n}", vintage="2026", outline=each)
              for n, each in enumerate(outlines)),
            Area(kind=AreaKind.BEAT, code="B1", name="Round", vintage="2026", outline=round_one),
            *(GazetteerEntry(kind="street", name=f"S{n}", sought=f"S{n}", source="t", key=f"s{n}",
                             spot=shapely.Point(at)) for n, at in enumerate(
                  random.uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE), (60, 2)))),
            *(place(f"P{n}", random.uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE)), kind)
              for n, kind in enumerate(["park", "childrens_home", "park", "refuge"])),
        ]  # fmt: skip
        arrange(session, SYSTEM, *rows)
        places = [row.id for row in rows if hasattr(row, "neutral_name")]
        cloud = incident_columns(random, n)
        homes = [house(f"H{at}", (cloud["spot"][at].x, cloud["spot"][at].y), "refuge", [])
                 for at in (1, 5, n // 2)]  # fmt: skip
        arrange(session, SYSTEM, *homes)
        load(session, SYSTEM, Incident, cloud)
        load(session, SYSTEM, PlaceTouch, touch_columns(random, n, places))
    return store


def some_filters(session, random, count):
    """Filters by chance: none of them, one, or several at once."""
    known = codes.current()
    areas = [*session.scalars(select(Area.id))]
    agencies = [*session.scalars(select(Agency.id))]
    pick = lambda values, most: frozenset(  # noqa: E731
        random.choice(np.array([*values], dtype=object), random.integers(1, most + 1)).tolist()
    )
    makers = {
        "since": lambda: date(2025, 1, 1) + timedelta(days=int(random.integers(0, 300))),
        "until": lambda: date(2025, 11, 1) + timedelta(days=int(random.integers(0, 300))),
        "weekdays": lambda: pick(range(7), 4),
        "hours": lambda: tuple([(20, 4), (0, 6), (9, 17), (23, 24)][random.integers(0, 4)]),
        "harm_types": lambda: pick(known.harm_types, 3),
        "place_types": lambda: pick(known.place_types, 4),
        "sources": lambda: pick([*known.incident_sources, *known.touch_sources], 4),
        "agencies": lambda: pick(agencies, 2),
        "areas": lambda: pick(areas, 2),
    }
    found = [Filters(), *(Filters(**{name: make()}) for name, make in makers.items())]
    while len(found) < count:
        names = random.choice([*makers], random.integers(2, 4), replace=False)
        found.append(Filters(**{name: makers[name]() for name in names}))
    return found


def batch(number):
    """An import batch that was taken in."""
    return ImportBatch(
        target="incident", source="t", file_name="t.csv", sha256=str(number),
        state=BatchState.DONE, started_at=datetime.now(UTC),
    )  # fmt: skip
