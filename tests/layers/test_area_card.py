"""What we know of an area is what the map shows: no more for a small outline or a lower tier."""

from datetime import date

import numpy as np
import pytest
from shapely import Point, box

from domain.errors import Invalid, NotPermitted
from domain.filters import Filters
from domain.people import SYSTEM, Role, Tier
from layers import area_card, area_profile
from tests.conftest import arrange
from tests.domain import rows

CELL = box(475_000, 545_000, 475_250, 545_250)
WIDE = box(474_000, 544_000, 476_000, 546_000)


@pytest.fixture
def records(store, people):
    with store.writing() as session:
        arrange(
            session, SYSTEM,
            rows.place(name="The heron steps", neutral_name="The badger square"),
            rows.place(name="High", neutral_name="High", tier=int(Tier.T4)),
            rows.premises(),
            *(rows.incident(spot=Point(475_100, 545_100)) for _ in range(7)),
            *(rows.incident(spot=Point(475_300, 545_100)) for _ in range(2)),
        )  # fmt: skip


def words(store, actor, outline):
    with store.reading() as session:
        found = area_card.card(session, actor, outline, Filters())
    return {each.title: each.words for each in found.lines}, set(found.places["name"])


def test_each_tier_reads_the_area_as_it_reads_the_map(store, people, records):
    lines, names = words(store, people[Role.POLICE], WIDE)
    assert (lines["Incidents"], names) == ("9", {"The heron steps", "High"})
    lines, names = words(store, people[Role.PRACTITIONER], WIDE)
    assert names == {"The badger square"}
    assert lines["Incidents"] == "about 5 in 1 squares that lie wholly inside"
    with pytest.raises(NotPermitted):
        words(store, people[Role.PARTNER], WIDE)


def test_a_part_of_a_square_tells_nothing(store, people, records):
    inside = CELL.buffer(-10)
    lines, _ = words(store, people[Role.PRACTITIONER], inside)
    assert lines["Incidents"].startswith("too few to show")
    assert "1 more on the edge" in lines["Incidents"]


def test_a_wide_area_counts_as_reading_would(store, people, records):
    wide = box(470_000, 540_000, 480_000, 550_000)
    assert wide.area > area_card.WIDE
    assert words(store, people[Role.POLICE], wide)[0]["Incidents"] == "9"


@pytest.mark.parametrize("shape", [Point(1, 1), box(0, 0, 100_000, 100_000)])
def test_what_is_no_area_or_too_large_is_refused(store, people, shape):
    with pytest.raises(Invalid, match="no larger than a county"):
        words(store, people[Role.POLICE], shape)


def test_what_is_counted_for_a_profile_is_hidden_below_the_meeting(store, people, records):
    asked = Filters(since=date(2026, 1, 1), until=date(2026, 1, 31))
    with store.reading() as session:
        exact, hidden = (
            area_profile.counted(session, people[role], "incidents", ("harm_primary",), asked)
            for role in (Role.COORDINATOR, Role.PRACTITIONER)
        )
    assert (exact.total, exact.by["harm_primary"], exact.covers) == (9, (("CSE", 9),), 1)
    assert (hidden.total, hidden.by["harm_primary"]) == (10, (("CSE", 10),))
    assert np.isclose(exact.share("harm_primary", "CSE"), 1)
    assert not hidden.exact
