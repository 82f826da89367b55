"""A small town with one of each thing, and some of it where it must not be seen."""

from datetime import UTC, date, datetime

import pytest
import shapely

from domain.annotations import Annotation, AnnotationState
from domain.areas import Area, AreaKind
from domain.gazetteer import GazetteerEntry
from domain.incidents import Incident, TimeKnown
from domain.people import SYSTEM, Role, Tier
from domain.places import Place
from domain.premises import Premises
from domain.touches import PlaceTouch
from tests.conftest import arrange
from tests.tiles_read import decode

__all__ = ["decode"]

MIDDLE = (465_060.0, 545_070.0)
STREET = (465_075.0, 545_125.0)
HOME = (465_900.0, 545_900.0)
ROUTE = (465_610.0, 545_610.0)
WARD = shapely.box(464_000, 544_000, 466_000, 546_000)


def incident(number, at=MIDDLE, **more):
    return Incident(
        key=number.to_bytes(16, "big"), source="police", category="Nuisance", harm_primary="CCE",
        time_known=TimeKnown.INTERVAL, occurred_from=datetime(2026, 5, 1, 20, tzinfo=UTC),
        weekday=4, hour=21, precision="exact", spot=shapely.Point(at), **more,
    )  # fmt: skip


def touch(number, role, at=MIDDLE, **more):
    return PlaceTouch(
        key=number.to_bytes(16, "big"), source="rhi", role=role, month=date(2026, 5, 1),
        time_band="evening", day_type="weekday", duration_band="unknown", distance_band="unknown",
        transport_mode="bus", precision="exact", spot=shapely.Point(at), **more,
    )  # fmt: skip


def place(name, at=MIDDLE, place_type="park", tier=Tier.T2, **more):
    return Place(
        name=name, neutral_name=f"Neutral {name}", place_type=place_type, tier=int(tier),
        shape=shapely.Point(at), precision="exact", harm_primary="CCE", marking="OFFICIAL",
        first_noted=date(2026, 1, 1), **more,
    )  # fmt: skip


def house(name, at, place_type, roles, tier=Tier.T1):
    return Premises(
        name=name, place_type=place_type, roles=roles, tier=int(tier), precision="exact",
        spot=shapely.Point(at),
    )  # fmt: skip


@pytest.fixture
def town(store, people):
    """Six incidents and touches at one spot, a home that must stay hidden, and one ward."""
    volunteer = people[Role.PARTNER]
    with store.writing() as session:
        arrange(
            session, SYSTEM,
            *(Area(kind=kind, code=f"X-{kind.value}", name=f"Mere {kind.value}", vintage="2026",
                   outline=WARD) for kind in AreaKind),
            GazetteerEntry(kind="street", name="Mere Street", sought="MERE STREET", source="t",
                           key="s1", spot=shapely.Point(STREET)),
            *(incident(n) for n in range(6)),
            incident(50, HOME, place_type="private_dwelling"),
            *(touch(n, "found_at") for n in range(6)),
            *(touch(100 + n, "missing_from", HOME) for n in range(6)),
            *(touch(200 + n, "found_at", HOME, residential=True) for n in range(6)),
            *(touch(300 + n, "travelled_via", ROUTE) for n in range(5)),
            *(touch(400 + n, "travelled_via", (464_100.0, 544_100.0)) for n in range(4)),
            place("The park"),
            place("The home", HOME, "childrens_home"),
            place("The graded one", tier=Tier.T4),
            house("Corner shop", MIDDLE, "convenience_shop", ["community_guardian", "safe_place"]),
            house("The refuge", HOME, "refuge", ["safe_place"]),
            Annotation(kind="worry", text="A lamp is out", noted_on=date(2026, 5, 2),
                       made_at=datetime.now(UTC), state=AnnotationState.SHARED, tier=2,
                       precision="exact", shape=shapely.Point(MIDDLE)),
            Annotation(kind="worry", text="Mine", noted_on=date(2026, 5, 2),
                       made_at=datetime.now(UTC), state=AnnotationState.WAITING, tier=2,
                       precision="exact", shape=shapely.Point(MIDDLE), author_id=volunteer.id,
                       author_role=Role.PARTNER),
        )  # fmt: skip
    return store
