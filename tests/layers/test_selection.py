"""What is held in memory gives what the readings give: the same records, filters and clearance."""

from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
from sqlalchemy import select

from domain import areas as areas_of
from domain.areas import Area, AreaKind
from domain.errors import NotPermitted
from domain.people import Permission, Role, Tier
from layers import catalogue, incidents, layer, present, sight, touches
from layers.layer import Layer
from layers.listing import Listing
from layers.selection import select_records
from layers.sight import Sight
from layers.wards import whole
from tests.layers import crowd
from tests.layers.test_catalogue import at_tier

HELD = [each.name for each in catalogue.LAYERS if each.held is not None]


@pytest.fixture
def city(store, people):
    return crowd.settle(store)


def readers(session, people, tier):
    """Someone at a tier for everywhere, and the same limited to a round beat."""
    anyone = at_tier(people, tier)
    areas = {each.code: each.id for each in session.scalars(select(Area))}
    return [anyone, replace(anyone, area_ids=frozenset({areas["B1"]}))]


def as_frame(session, actor, name, asked):
    """Read as everything but the map does."""
    shown: Layer = catalogue.CATALOGUE[name]
    return shown.visible(session, actor, None, asked)


@pytest.mark.parametrize("tier", [Tier.T2, Tier.T3, Tier.T4, Tier.SEALED])
def test_the_same_records_are_chosen_as_a_reading_gives(city, people, tier):
    random = np.random.default_rng(int(tier))
    with city.reading() as session:
        filters = crowd.some_filters(session, random, 13)
        kept = 0
        for actor in readers(session, people, tier):
            for asked in filters:
                for name in HELD:
                    standing, found = select_records(
                        session, actor, catalogue.CATALOGUE[name].held, asked
                    )
                    expected = as_frame(session, actor, name, asked)
                    chosen = standing.columns.ids[found.rows]
                    assert sorted(chosen) == sorted(expected.index), (name, asked)
                    kept += len(expected)
        assert kept > 2_000  # and they were not all empty


@pytest.mark.parametrize("tier", [Tier.T2, Tier.T3, Tier.T4, Tier.SEALED])
def test_list_and_legend_say_what_the_reading_says(city, people, tier):
    random = np.random.default_rng(7)
    with city.reading() as session:
        filters = crowd.some_filters(session, random, 11)[::3]
        for actor in readers(session, people, tier)[1:2]:
            for asked in filters:
                for name in HELD:
                    shown = catalogue.CATALOGUE[name]
                    compare(session, actor, shown, asked, [*shown.colours][-1:])


def compare(session, actor, shown, asked, colours):
    seen = catalogue.sight(actor, shown.name)
    frame = catalogue.read(session, actor, shown.name, None, asked)
    for colour in ["", *colours]:
        told = Listing(session, actor, shown, asked)
        expected = present.presented(shown, seen, frame, colour)
        listed = told.page(0, len(expected) + 5, colour)
        assert len(told) == len(listed) == len(expected)
        assert told.legend(colour) == present.legend(shown, seen, frame, colour)
        columns = ["look", "label", "detail", "fade"]
        assert listed[columns].sort_index().to_dict() == expected[columns].sort_index().to_dict()
        assert (
            listed.geometry.sort_index()
            .geom_equals_exact(expected.geometry.sort_index(), 1e-6)
            .all()
        )


def test_the_list_is_the_same_page_by_page_and_the_newest_come_first(city, people):
    actor = people[Role.POLICE]
    with city.reading() as session:
        told = Listing(session, actor, incidents.INCIDENTS, crowd.Filters())
        whole_list = told.page(0, len(told))
        pages = [told.page(at, 12).index.tolist() for at in range(0, len(told), 12)]
        assert [*chain(*pages)] == whole_list.index.tolist()
        when = catalogue.read(session, actor, "incidents")["occurred_from"].loc[whole_list.index]
        known = when.dropna()
        assert known.is_monotonic_decreasing
        assert when.iloc[len(known) :].isna().all()


def test_one_record_is_found_by_its_number_and_not_by_anothers(city, people):
    with city.reading() as session:
        for role, name in (
            (Role.POLICE, "incidents"),
            (Role.COORDINATOR, "incidents"),
            (Role.PRACTITIONER, "touches"),
        ):
            told = Listing(session, people[role], catalogue.CATALOGUE[name], crowd.Filters())
            page = told.page(3, 1)
            one = told.record(int(page.index[0]))
            assert one.equals(page)
            assert told.record(10**9).empty
        read = incidents.rows(session, people[Role.POLICE], None, crowd.Filters())
        (hidden,) = read.index[read["sealed"].astype(bool)][:1]
        told = Listing(session, people[Role.POLICE], incidents.INCIDENTS, crowd.Filters())
        assert told.record(int(hidden)).empty


@pytest.mark.parametrize("tier", [Tier.T1, Tier.T2, Tier.T4, Tier.SEALED])
def test_areas_are_counted_as_a_reading_counts_them(city, people, tier):
    random = np.random.default_rng(11)
    kinds = {
        "incident_wards": (AreaKind.WARD, incidents.rows),
        "incident_beats": (AreaKind.BEAT, incidents.rows),
        "touch_wards": (AreaKind.WARD, touches._marked),
    }
    with city.reading() as session:
        for actor in readers(session, people, tier):
            for name, (kind, rows) in kinds.items():
                if catalogue.sight(actor, name) is Sight.NONE:
                    continue
                for asked in crowd.some_filters(session, random, 11)[::3]:
                    found = catalogue.read(session, actor, name, None, asked)
                    expected = by_reading(session, actor, kind, rows, asked)
                    assert found["words"].tolist() == expected["words"].tolist(), (name, asked)


def by_reading(session, actor, kind, rows, asked):
    """Count as it is defined: a ward whole and with what is sealed, other areas without."""
    outlines = areas_of.frame(session, actor, kind)
    is_ward = kind is AreaKind.WARD
    read = rows(session, actor, None, whole(session, asked) if is_ward else asked)
    if actor.tier < Tier.SEALED and (not is_ward or actor.area_ids):
        read = read[~read["sealed"].astype(bool)]
    exact = actor.tier >= (Tier.SEALED if is_ward else Tier.T3)
    return sight.by_area(read, outlines, None if exact else layer.rule(session))


def test_nobody_gets_a_list_that_is_not_for_them(city, people):
    with city.reading() as session:
        for role in (Role.PARTNER, Role.ADMINISTRATOR):
            told = Listing(session, people[role], incidents.INCIDENTS, crowd.Filters())
            for ask in (len, lambda t: t.page(0, 5), lambda t: t.record(1),
                        lambda t: t.legend()):  # fmt: skip
                with pytest.raises(NotPermitted):
                    ask(told)


def test_a_second_reader_of_the_same_kind_shares_what_was_chosen(city, people):
    with city.reading() as session:
        held = incidents.HELD
        first = select_records(session, people[Role.POLICE], held, crowd.Filters())[1]
        again = select_records(session, people[Role.ANALYST], held, crowd.Filters())[1]
        sealed = at_tier(people, Tier.SEALED)
        other = select_records(session, sealed, held, crowd.Filters())[1]
    assert first is again
    assert len(other) > len(first)
    assert Permission.SEE_MAP in sealed.permissions
