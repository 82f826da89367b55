"""Who has told us: sources by ward and month, and silence that is never safety."""

from datetime import UTC, date, datetime

import pytest
from shapely import Point, box

from domain.errors import NotPermitted
from domain.filters import Filters
from domain.people import SYSTEM, Role
from layers import catalogue, coverage, present
from layers.sight import Sight
from tests.conftest import arrange
from tests.domain import rows

HEARD, QUIET, SILENT = Point(475_050, 545_050), Point(477_050, 545_050), Point(479_050, 545_050)


def ward(name, at):
    return rows.area(name=name, outline=box(at.x - 500, at.y - 500, at.x + 500, at.y + 500))


def told(source, at, month=5, **more):
    when = datetime(2026, month, 10, 20, tzinfo=UTC)
    return rows.incident(source=source, spot=at, occurred_from=when, **more)


@pytest.fixture
def wards(store):
    """One ward of which many told, one with a single source, and one of which nobody told."""
    with store.writing() as session:
        arrange(session, SYSTEM, *map(ward, ("Heard", "Quiet", "Silent"), (HEARD, QUIET, SILENT)))
        arrange(
            session,
            SYSTEM,
            *(told("police", HEARD, month) for month in (3, 4, 5) for _ in range(6)),
            told("council", HEARD),
            *(rows.touch(source="rhi", spot=HEARD, month=date(2026, 5, 1)) for _ in range(5)),
            *(told("police", QUIET) for _ in range(40)),
            told("police", SILENT, place_type="childrens_home"),
        )
    return store


def read(store, actor, filters=None):
    with store.reading() as session:
        frame = catalogue.read(session, actor, "coverage", None, filters)
    return frame.set_index("label")


def test_a_ward_of_which_nobody_told_is_hatched_and_never_called_safe(wards, people):
    silent = read(wards, people[Role.COORDINATOR]).loc["Silent"]
    assert silent["code"] == coverage.SILENT
    assert "does not mean that it is safe" in silent["words"]
    looks = present.looks(coverage.COVERAGE, Sight.WARD)
    assert [name for name, look in looks.items() if look.hatch] == [coverage.SILENT]


def test_many_records_of_one_source_are_one_source(wards, people):
    quiet = read(wards, people[Role.ANALYST]).loc["Quiet"]
    assert (quiet["count"], quiet["code"], quiet["words"]) == (1, "one", "One source alone: police")


def test_sources_of_incidents_and_of_missing_episodes_both_count(wards, people):
    heard = read(wards, people[Role.ANALYST]).loc["Heard"]
    assert heard["count"] == 3
    assert heard["code"] == "many"


def test_below_five_records_a_source_is_not_told_of_to_a_partner_agency(wards, people):
    heard = read(wards, people[Role.PRACTITIONER]).loc["Heard"]
    assert heard["count"] == 2
    assert "council" not in heard["words"]


def test_what_lies_at_a_home_tells_of_its_ward_to_sealed_readers_alone(wards, people, sealed):
    assert read(wards, people[Role.POLICE]).loc["Silent", "count"] == 0
    assert read(wards, sealed).loc["Silent", "count"] == 1


def test_a_period_without_records_is_silence_everywhere(wards, people):
    found = read(wards, people[Role.ANALYST], Filters(until=date(2020, 1, 1)))
    assert set(found["code"]) == {coverage.SILENT}


def test_months_are_counted_by_their_sources(wards, people):
    with wards.reading() as session:
        found = coverage.told(session, people[Role.ANALYST], Filters())
    assert found.months == (date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1))
    by_name = dict(zip(found.wards["name"], found.by_month.tolist(), strict=True))
    assert by_name == {"Heard": [1, 1, 3], "Quiet": [0, 0, 1], "Silent": [0, 0, 0]}


def test_a_community_partner_is_not_told_who_reported(wards, people):
    with pytest.raises(NotPermitted):
        read(wards, people[Role.PARTNER])
    with wards.reading() as session, pytest.raises(NotPermitted):
        coverage.told(session, people[Role.PARTNER], Filters())


@pytest.fixture
def clusters(store):
    """Two clusters of many records: one of a single source, one of two agencies."""
    spots = [Point(475_100 + 700 * at, 545_100 + 650 * at) for at in range(20)]
    with store.writing() as session:
        arrange(session, SYSTEM, *(told("police", spot) for spot in spots))
        arrange(session, SYSTEM, *(told("police", spots[4]) for _ in range(60)))
        arrange(
            session,
            SYSTEM,
            *(told("council", spots[12], agency=name) for name in "ab" for _ in range(30)),
        )
    return store


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.COORDINATOR])
def test_a_hot_spot_behind_which_stands_one_source_is_labelled_so(clusters, people, role):
    with clusters.reading() as session:
        hot = catalogue.read(session, people[role], "hot_spots")
    fullest = hot[hot["count"] >= 55].sort_values("label")
    assert len(fullest) == 2
    alone, shared = fullest["words"]
    assert "one source alone" in alone
    assert "one source" not in shared
