"""Which places a patrol may visit, how much they need it, and when to come."""

from datetime import UTC, datetime, timedelta

import pytest
from shapely import Point, box

from domain import matching, patrol_candidates
from domain.errors import NotPermitted
from domain.people import SYSTEM, Role
from domain.places import Status
from tests import patrol_shift
from tests.conftest import arrange
from tests.domain import rows

SPOT = Point(476_500, 546_500)


def found(store, actor):
    with store.reading() as session:
        return patrol_candidates.choices(session, actor)


def test_places_that_a_meeting_agreed_come_first(store):
    force = patrol_shift.force(store)
    first, second = found(store, force.planner)
    assert (first.place_id, first.approved) == (force.planned, True)
    assert (second.place_id, second.approved) == (force.watched, False)
    assert 0 <= first.score <= 1
    assert len(first.reasons) == 6


def test_homes_and_places_stepped_down_are_never_among_them(store):
    force = patrol_shift.force(store)
    with store.writing() as session:
        arrange(
            session, SYSTEM,
            rows.place(name="A flat", place_type="private_dwelling", status=Status.PLAN),
            rows.place(name="Old kiosk", status=Status.STEPPED_DOWN),
        )  # fmt: skip
    assert {each.place_id for each in found(store, force.planner)} == {force.planned, force.watched}


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ANALYST, Role.PRACTITIONER])
def test_who_plans_no_patrols_reads_none(store, people, role):
    with pytest.raises(NotPermitted):
        found(store, people[role])


def test_hours_are_those_in_which_most_records_fall(store):
    force = patrol_shift.force(store)
    day = datetime.combine(matching.today(), datetime.min.time(), UTC) - timedelta(days=40)
    times = [day + timedelta(days=n, hours=20, minutes=10) for n in range(12)]
    with store.writing() as session:
        arrange(session, SYSTEM, *[_incident(at) for at in times])
        hours = patrol_candidates.hours_of(session, force.planner, SPOT)
        assert hours is not None
        assert hours.share == pytest.approx(1.0)
        assert hours.first <= 20 < hours.first + 4
        far = Point(SPOT.x + 500, SPOT.y)
        assert patrol_candidates.hours_of(session, force.planner, far) is None


def _incident(at):
    return rows.incident(
        spot=SPOT, occurred_from=at, occurred_to=at + timedelta(minutes=1),
    )  # fmt: skip


def test_a_large_place_gets_a_zone_that_a_patrol_may_have():
    zone = patrol_candidates.zone_of(box(476_000, 546_000, 477_000, 547_000))
    assert zone.area < 3.2 * 150**2
    small = Point(476_000, 546_000).buffer(50)
    assert patrol_candidates.zone_of(small).contains(small)
