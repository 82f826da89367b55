"""The card of a place and of other records: what can be done there, and hostile words on it."""

import geopandas as gpd
import pytest
from shapely import Point
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from domain import annotation_changes, views
from domain.annotations import Annotation, AnnotationState
from domain.filters import Filters
from domain.people import SYSTEM, Role, Tier
from domain.places import Place, PlaceGuardian
from layers import catalogue
from screens import desk, map_state, map_view
from tests.conftest import arrange
from tests.domain import rows

LINK = "[x](https://evil.example) ![y](https://evil.example) <b>z</b>"


@pytest.fixture
def at_desk(store, people, monkeypatch):
    """Sit someone at the desk: ``at_desk(Role.POLICE)``."""

    def sit(role):
        monkeypatch.setattr(desk, "store", lambda: store)
        monkeypatch.setattr(desk, "actor", lambda: people[role])
        return people[role]

    return sit


@pytest.fixture
def place(store):
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place())
    return place


def card_of(number):
    """Show the card of one place, as `map_card.show` does."""
    from domain import place_card
    from screens import desk, map_card

    with desk.reading() as (session, who):
        card = place_card.card(session, who, number)
    map_card.place(card, desk.actor())


def opened(number):
    page = AppTest.from_function(card_of, args=(number,), default_timeout=30).run()
    assert not page.exception, page.exception
    return page


def by(elements, label):
    (found,) = [each for each in elements if each.label == label]
    return found


def press(page, label):
    page = by(page.button, label).click().run()
    assert not page.exception, page.exception
    return page


def turn_to(page, part):
    page = page.button_group(key="change_part").set_value(part).run()
    assert not page.exception, page.exception
    return page


def labels(page):
    return [each.label for each in page.button]


def test_someone_who_annotates_does_so_from_the_card(at_desk, store, place):
    at_desk(Role.POLICE)
    page = opened(place.id)
    by(page.text_area, "In your words").set_value("A lamp is out. Call 07700 900123.")
    by(page.selectbox, "Who may read it?").set_value(Tier.T4)
    press(page, "Save the annotation")
    with store.reading() as session:
        (note,) = session.scalars(select(Annotation))
    assert (note.place_id, note.tier) == (place.id, Tier.T4)
    assert place.shape.contains(note.shape)
    assert "07700" not in note.text


def test_who_knows_the_street_alone_annotates_the_street(at_desk, store, place):
    at_desk(Role.PRACTITIONER)
    page = opened(place.id)
    assert "How sure is the spot?" not in [each.label for each in page.selectbox]
    assert "Who may read it?" not in [each.label for each in page.selectbox]
    by(page.text_area, "In your words").set_value("A warden passes at six.")
    press(page, "Save the annotation")
    with store.reading() as session:
        (note,) = session.scalars(select(Annotation))
    assert (note.precision, note.tier) == ("street", Tier.T2)
    assert note.shape.x % 50 == note.shape.y % 50 == 0


def test_nobody_is_offered_a_level_above_their_own(at_desk, place):
    at_desk(Role.COORDINATOR)
    offered = by(opened(place.id).selectbox, "Who may read it?").options
    assert offered == ["All partner agencies", "The safeguarding meeting only"]


def test_who_may_not_change_a_place_is_not_offered_it(at_desk, place):
    at_desk(Role.PRACTITIONER)
    assert "Move" not in labels(opened(place.id))


def test_guardians_are_chosen_from_the_premises(at_desk, store, place):
    with store.writing() as session:
        library, shop = arrange(session, SYSTEM, rows.premises(), rows.premises(name="Corner shop"))
    at_desk(Role.POLICE)
    page = turn_to(opened(place.id), "Guardians")
    by(page.multiselect, "Who guards this place?").set_value([shop.id, library.id])
    press(page, "Save")
    with store.reading() as session:
        kept = set(session.scalars(select(PlaceGuardian.premises_id)))
    assert kept == {library.id, shop.id}
    page = turn_to(opened(place.id), "Guardians")
    by(page.multiselect, "Who guards this place?").set_value([shop.id])
    press(page, "Save")
    with store.reading() as session:
        assert list(session.scalars(select(PlaceGuardian.premises_id))) == [shop.id]


def test_names_types_harms_and_address_are_changed(at_desk, store, place):
    at_desk(Role.POLICE)
    page = turn_to(opened(place.id), "Words")
    assert by(page.text_input, "Neutral name").value == place.neutral_name
    by(page.text_input, "Neutral name").set_value("Place in the east")
    by(page.text_input, "Address").set_value("1 Mill Lane")
    by(page.selectbox, "Type of place").set_value("youth_centre")
    by(page.selectbox, "Main type of harm").set_value("CCE")
    by(page.multiselect, "Further types of harm").set_value(["CSE"])
    press(page, "Save")
    with store.reading() as session:
        kept = session.get(Place, place.id)
    assert (kept.neutral_name, kept.address) == ("Place in the east", "1 Mill Lane")
    assert (kept.place_type, kept.harm_primary) == ("youth_centre", "CCE")
    assert kept.harm_further == ["CSE"]
    assert (kept.name, kept.version) == (place.name, 2)


def test_nothing_changes_where_nothing_is_changed(at_desk, store, place):
    at_desk(Role.POLICE)
    press(turn_to(opened(place.id), "Words"), "Save")
    with store.reading() as session:
        assert session.get(Place, place.id).version == 1


def record_of(name, number):
    """Show the details of one record, as `map_card.show` does."""
    from domain.filters import Filters
    from screens import desk, map_card
    from screens.map_state import MapState

    map_card.record(name, number, MapState((name,), Filters()), desk.actor())


def details(name, number):
    page = AppTest.from_function(record_of, args=(name, str(number)), default_timeout=30).run()
    assert not page.exception, page.exception
    return page


def reported(store, who):
    with store.writing() as session:
        (note,) = arrange(
            session, SYSTEM,
            rows.annotation(
                text=LINK, state=AnnotationState.WAITING, author_id=who.id, author_role=who.role
            ),
        )  # fmt: skip
    return note


def test_a_partner_withdraws_their_own_report(at_desk, store):
    note = reported(store, at_desk(Role.PARTNER))
    press(details("reports", note.id), "Withdraw")
    with store.reading() as session:
        assert session.get(Annotation, note.id).state is AnnotationState.WITHDRAWN
    assert "Withdraw" not in labels(details("reports", note.id))


def test_nobody_is_offered_to_withdraw_what_another_wrote(at_desk, store, people):
    with store.writing() as session:
        note = annotation_changes.annotate(
            session, people[Role.POLICE], kind="worry", text="Dark.", shape=rows.HERE,
            precision="street",
        )  # fmt: skip
    at_desk(Role.COORDINATOR)
    assert "Withdraw" not in labels(details("annotations", note.id))


def test_no_label_of_a_record_becomes_a_link(at_desk, monkeypatch):
    at_desk(Role.POLICE)
    row = gpd.GeoDataFrame({"label": [LINK], "detail": [LINK]}, geometry=[Point(0, 0)])
    monkeypatch.setattr(map_view, "row_of", lambda *_: row)
    page = details("incidents", "1")
    for shown in (page.subheader[0].value, page.markdown[0].value):
        assert "evil" in shown
        assert "[x](" not in shown
        assert "<b>" not in shown


def saved_views():
    """Show the saved views."""
    from screens import map_share

    map_share.saved()


def test_no_name_of_a_saved_view_becomes_a_link(at_desk, store):
    actor = at_desk(Role.POLICE)
    query = map_state.MapState(tuple(catalogue.CATALOGUE)[:1], Filters()).to_params()
    with store.writing() as session:
        views.save(session, actor, LINK, "&".join(f"{k}={v}" for k, v in query.items()))
    page = AppTest.from_function(saved_views, default_timeout=30).run()
    (label,) = [each for each in labels(page) if "evil" in each]
    assert "[x](" not in label
