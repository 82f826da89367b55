"""What carers expect: counts above the threshold, and never a form."""

from datetime import date

import pytest
from shapely import Point
from sqlalchemy import select

from domain import likely_places
from domain.audit import Entry
from domain.errors import Invalid, NotFound, NotPermitted
from domain.likely_places import LikelyVisit
from domain.people import SYSTEM, Role, Tier
from layers import catalogue
from tests.conftest import arrange
from tests.domain import rows

TODAY = date(2026, 11, 18)


@pytest.fixture
def tell(store, actor):
    def act(forms, who=None, today=TODAY, **where):
        with store.writing() as session:
            likely_places.tell(
                session, who or actor(Role.PRACTITIONER), forms=forms, today=today, **where
            )

    return act


@pytest.fixture
def place(store):
    with store.writing() as session:
        return arrange(session, SYSTEM, rows.place())[0]


def counted(store, who):
    with store.reading() as session:
        return likely_places.counts(session, who, TODAY)


def test_a_place_is_told_once_enough_forms_name_it_and_for_a_year(store, actor, tell, place):
    who = actor(Role.PRACTITIONER)
    tell(4, place_id=place.id)
    tell(9, place_id=place.id, today=date(2025, 9, 1))
    assert counted(store, who) == []
    tell(2, spot=rows.HERE)
    (found,) = counted(store, who)
    assert (found.place, found.count, found.words) == ("Place in the west", 5, "about 5")
    assert counted(store, actor(Role.COORDINATOR))[0].place == "Mill Lane kiosk"


def test_a_spot_is_kept_as_its_square_and_nothing_of_a_form(store, tell):
    tell(5, spot=Point(476_301, 546_302))
    with store.reading() as session:
        found = session.scalars(select(LikelyVisit)).all()
        log = session.execute(select(Entry.subject, Entry.changes)
                              .where(Entry.action == "likely.tell")).all()  # fmt: skip
    assert {(each.spot.wkt, each.quarter) for each in found} == {
        ("POINT (476375 546375)", date(2026, 10, 1))
    }
    assert len({each.id for each in found}) == 5
    assert [tuple(each) for each in log] == [("likely_visit", {})]


def test_the_map_counts_squares_of_five_or_more_alone(store, actor, tell, people, sealed):
    tell(4, spot=Point(476_301, 546_302))
    tell(6, spot=Point(478_301, 546_302))
    for who in (people[Role.PRACTITIONER], people[Role.POLICE], sealed):
        with store.reading() as session:
            cells = catalogue.read(session, who, "likely_places")
        assert list(cells["words"]) == ["about 5"]
        assert cells.geometry.iloc[0].covers(Point(478_301, 546_302))


def test_homes_and_what_cannot_be_are_refused(store, actor, tell, sealed):
    with store.writing() as session:
        home, hidden = arrange(
            session, SYSTEM, rows.place(place_type="childrens_home"), rows.place(tier=Tier.T4)
        )
    with pytest.raises(Invalid, match="somebody lives"):
        tell(1, who=sealed, place_id=home.id)
    for forms in (0, 51):
        with pytest.raises(Invalid, match="1 to 50"):
            tell(forms, spot=rows.HERE)
    with pytest.raises(Invalid, match="where"):
        tell(1)
    with pytest.raises(NotFound):
        tell(1, place_id=hidden.id)
    with pytest.raises(NotPermitted):
        tell(1, who=actor(Role.POLICE), spot=rows.HERE)
