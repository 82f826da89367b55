"""Every screen says from when its data is, and what is not there."""

from datetime import UTC, date, datetime

import pytest

from domain import currency
from domain.errors import NotPermitted
from domain.people import PUBLIC, SYSTEM
from tests.conftest import arrange
from tests.domain import rows


@pytest.fixture
def line(store):
    def line(*given):
        with store.writing() as session:
            arrange(session, SYSTEM, *given)
        with store.reading() as session:
            return currency.line(session, SYSTEM)

    return line


def test_an_empty_store_says_so_and_names_every_absent_source(line):
    found = line()
    assert (found.oldest, found.newest) == (None, None)
    assert len(found.absent) == 10
    assert found.words().startswith("No incidents yet. Nothing from: police, council, ")
    assert found.words().endswith("voluntary or community group and published open data.")


def test_each_source_has_its_oldest_and_newest_day_in_london(line):
    found = line(
        rows.incident(occurred_from=datetime(2025, 6, 30, 23, 30, tzinfo=UTC)),
        rows.incident(occurred_from=datetime(2026, 1, 2, tzinfo=UTC)),
        rows.incident(source="council", occurred_from=datetime(2024, 5, 1, tzinfo=UTC)),
        rows.incident(source="health", occurred_from=None),
        rows.touch(source="rhi", month=date(2025, 1, 1)),
        rows.touch(source="rhi", month=date(2026, 2, 1)),
    )
    assert found.words() == (
        "Incidents: council 1 May 2024; health (dates not known); "
        "police 1 July 2025 to 2 January 2026. "
        "Places named in missing episodes: return interview January 2025 to February 2026. "
        "Nothing from: transport operator, school or college, housing provider, fire and rescue, "
        "business or security staff, voluntary or community group and published open data."
    )
    assert (found.oldest, found.newest) == (date(2024, 5, 1), date(2026, 2, 1))


def test_a_source_that_left_the_list_is_still_named(line):
    assert "gone (no longer in the list)" in line(rows.incident(source="gone")).words()


def test_the_public_is_told_nothing(store):
    with store.reading() as session, pytest.raises(NotPermitted):
        currency.line(session, PUBLIC)
