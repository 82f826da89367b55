"""The invented town shows each reader what is theirs."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from domain import preferences
from domain.people import SYSTEM, Role
from domain.place_evidence import evidence
from domain.places import Place
from domain.preferences import Suppression
from domain.premises import Premises
from domain.touches import BEGAN, PlaceTouch
from domain.visibility import open_types
from exchange import sample
from exchange.importing import Order, run
from layers import catalogue
from tests.conftest import arrange
from tests.domain import rows

FOLDER = Path(sample.__file__).resolve().parents[1] / "data" / "sample"


@pytest.fixture
def premises(store, analyst):
    """Take in a file of premises without their agencies."""

    def take(path):
        how = dict(sample.HERE["premises.csv"])
        how["columns"] = {k: v for k, v in how["columns"].items() if k != "agency"}
        return run(store, analyst, Order(str(path), source="t", exact=True, anywhere=True, **how))

    return take


def test_a_community_partner_finds_the_safe_places(store, premises, actor):
    assert premises(FOLDER / "premises.csv").counts.rejected == 0
    with store.reading() as session:
        safe = catalogue.read(session, actor(Role.PARTNER), "safe_places")
        known = dict(session.execute(select(Premises.name, Premises.place_type)).all())
        tiers = set(session.execute(select(Premises.tier, Premises.roles)).scalars())
    assert len(safe) == 20
    assert {known[name] for name in safe["name"]} <= open_types()
    assert tiers == {1, 2}


def test_a_refuge_is_never_opened_to_community_partners(store, analyst, actor, write):
    head = ("ref", "name", "place_type", "roles", "easting", "northing")
    path = write(
        "premises.csv", head,
        ("R1", "The refuge", "refuge", "safe_place", "466000", "543700"),
        ("R2", "The home", "childrens_home", "safe_place", "466000", "543700"),
        ("R3", "The shop", "convenience_shop", "safe_place", "466000", "543700"),
        ("R4", "The office", "hotel", "partner_premises", "466000", "543700"),
    )  # fmt: skip
    report = run(store, analyst, Order(str(path), target="premises", source="t", anywhere=True))
    assert report.counts.accepted == 4, report.counts.reasons
    with store.reading() as session:
        tiers = dict(session.execute(select(Premises.name, Premises.tier)).all())
        safe = catalogue.read(session, actor(Role.PARTNER), "safe_places")
    assert tiers == {"The refuge": 2, "The home": 2, "The shop": 1, "The office": 2}
    assert list(safe["name"]) == ["The shop"]


def test_places_of_the_sample_are_named_in_missing_episodes_and_homes_are_not(store):
    sample.load(store, SYSTEM, FOLDER)
    with store.reading() as session:
        named = session.execute(
            select(Place.place_type, PlaceTouch.role, PlaceTouch.residential, Place.id)
            .join(Place, Place.id == PlaceTouch.place_id)
        ).all()  # fmt: skip
        assert session.scalar(select(func.count(PlaceTouch.batch_id))) == 1200
        assert session.scalar(select(func.count(PlaceTouch.id))) >= 1205, "some from interviews"
        assert len({each.id for each in named}) > 20
        assert {each.place_type for each in named} <= open_types()
        assert not any(each.residential or each.role == BEGAN for each in named)
        place = session.get(Place, named[0].id)
        seen = evidence(session, SYSTEM, place, [], today=date(2026, 10, 31), months=36)
    assert seen.touches > 0
    again = sample.load(store, SYSTEM, FOLDER)
    assert not any(again.values())


def test_small_numbers_at_a_place_follow_the_installation(store, actor):
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place())
        arrange(session, SYSTEM, *(rows.incident() for _ in range(8)))

    def counted():
        with store.reading() as session:
            found = session.get(Place, place.id)
            return evidence(
                session, actor(Role.PRACTITIONER), found, [], today=date(2026, 3, 15), months=120
            ).incidents

    assert counted() == 10
    with store.writing() as session:
        preferences.change(session, SYSTEM, Suppression(threshold=9, to_nearest=1), version=0)
    assert counted() is None
    with store.writing() as session:
        preferences.change(session, SYSTEM, Suppression(threshold=6, to_nearest=1), version=1)
    assert counted() == 8
