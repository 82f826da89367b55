"""The meeting pages: planning, the agenda, the recorder's desk, the big screen, the minutes."""

from html import escape
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import screens
from domain import meeting_agenda, meeting_minutes, meeting_notes
from domain.meeting_room import presenting
from domain.meeting_tables import Meeting, MeetingState
from domain.people import Permission, Role, Tier
from layers import replay
from screens import desk, meeting_map, meeting_notes_box, meeting_state
from tests.domain.meeting_cases import Meets, guest

FOLDER = Path(screens.__file__).parent
HOSTILE = "<img src=x onerror=alert(1)> [x](https://evil.example)"


@pytest.fixture
def meets(store, people):
    return Meets(store, people)


@pytest.fixture
def visit(store, people, monkeypatch):
    """Open a page as someone: ``visit("meetings", Role.COORDINATOR, meeting=1)``."""

    def opened(page, role=Role.COORDINATOR, **params):
        monkeypatch.setattr(desk, "store", lambda: store)
        monkeypatch.setattr(desk, "actor", lambda: people[role])
        monkeypatch.setattr(meeting_map, "st_folium", lambda *_a, **_k: None)
        monkeypatch.setattr(meeting_map.map_ground, "ground", lambda: None)
        monkeypatch.setattr(meeting_map.canvas, "base", lambda *_a, **_k: None)
        monkeypatch.setattr(meeting_notes_box, "field", lambda **_given: None)
        st.cache_data.clear()
        test = AppTest.from_file(FOLDER / f"{page}.py", default_timeout=60)
        for name, value in params.items():
            test.query_params[name] = str(value)
        return sound(test.run())

    return opened


def sound(page):
    assert not page.exception, page.exception
    return page


def html(page):
    return " ".join(each.proto.body for each in page.get("html"))


def press(page, label):
    (found,) = [each for each in page.button if each.label == label]
    return sound(found.click().run())


def kept(store, number):
    with store.reading() as session:
        return session.get(Meeting, number)


def test_without_a_meeting_the_page_says_what_to_do_first(visit):
    assert "Plan the first" in " ".join(each.value for each in visit("meetings").info)
    told = visit("meetings", Role.PRACTITIONER)
    assert "asked to no meeting" in " ".join(each.value for each in told.info)
    assert [each.label for each in told.button] == []


def test_a_meeting_is_planned_in_one_press_with_its_agenda_built(visit, meets, store):
    place = meets.place(name=HOSTILE)
    page = press(visit("meetings"), "Plan it")
    assert kept(store, 1).state is MeetingState.PLANNED
    page = visit("meetings", meeting=1)
    assert escape(place.name) in html(page)
    assert HOSTILE not in html(page)


def test_the_agenda_is_put_in_order_by_buttons(visit, meets):
    meets.place(name="First")
    second = meets.place(name="Second")
    meets.plan()
    meets.do(meeting_agenda.build, meets.chair, meets.meeting.id)
    page = visit("meetings", meeting=1)
    (up,) = [each for each in page.button if each.key == f"up_{meets.item(second).id}"]
    sound(up.click().run())
    assert meets.items()[0].place_id == second.id


def test_a_place_raised_aloud_joins_in_three_actions(visit, meets):
    meets.open()
    place = meets.place(name="Old tram shed")
    page = visit("meeting_room", meeting=1, mode="record")
    (box,) = [each for each in page.text_input if each.label == "Raise a place"]
    page = sound(box.set_value("tram").run())  # to type and to press Enter
    (found,) = [each for each in page.button if "Old tram shed" in each.label]
    sound(found.click().run())
    assert meets.item(place).raised_by_name == meets.chair.name


def test_the_big_screen_shows_no_more_than_the_least_cleared_may_see(visit, meets):
    place = meets.place(name="Mill Lane kiosk", neutral_name="Place in the west",
                        worries="Cars wait here.")  # fmt: skip
    hidden = meets.place(name="Hidden yard", tier=int(Tier.T3))
    meets.open()
    item = meets.item(place)
    meets.do(meeting_notes.save, meets.chair, item.id, "What was said.", version=0)
    meets.do(meeting_agenda.turn_to, meets.chair, 1, item.id)
    told = html(visit("meeting_room", meeting=1))
    assert "Mill Lane kiosk" in told
    assert "Cars wait here." in told
    assert "What was said." in told
    guest(meets)
    told = html(visit("meeting_room", meeting=1))
    assert "Place in the west" in told
    for word in ("Mill Lane", "Cars wait", "What was said", "Hidden yard"):
        assert word not in told
    meets.do(meeting_agenda.turn_to, meets.chair, 1, meets.item(hidden).id)
    told = html(visit("meeting_room", meeting=1))
    assert "Hidden yard" not in told
    assert "1 item waits" in told


def test_next_and_back_turn_the_meeting_for_every_screen(visit, meets):
    place = meets.place()
    meets.open()
    page = press(visit("meeting_room", meeting=1), "Next")
    assert meets.now().current_item_id == meets.item(place).id
    press(page, "Back")
    assert meets.now().current_item_id is None
    meets.ask(Role.PRACTITIONER)
    follower = visit("meeting_room", Role.PRACTITIONER, meeting=1)
    assert [each.label for each in follower.button] == ["Leave the big screen"]


def test_the_recorder_decides_and_closes(visit, meets):
    place = meets.place()
    meets.open()
    meets.do(meeting_agenda.turn_to, meets.chair, 1, meets.item(place).id)
    page = visit("meeting_room", meeting=1, mode="record")
    (pills,) = [each for each in page.button_group if "Assess it" in each.options]
    page = sound(pills.set_value("assess").run())
    (why,) = [each for each in page.text_area if each.label == "Why"]
    why.set_value("Two reports.")
    press(page, "Decide: assess it")
    assert meets.now(place).status.value == "assessing"
    page = visit("meeting_room", meeting=1, mode="record")
    assert "Decided: Assess it" in " ".join(each.value for each in page.success)


def test_minutes_are_approved_given_out_and_read_at_ones_tier(visit, meets):
    place = meets.place(name="Mill Lane kiosk", neutral_name="Place in the west")
    meets.plan()
    meets.ask(Role.PRACTITIONER)
    meets.open()
    meets.decide(meets.item(place))
    meets.close()
    page = press(visit("meetings", meeting=1), "Approve the minutes")
    page = press(page, "Give them out")
    assert "Mill Lane kiosk" in html(page)
    told = html(visit("meetings", Role.PRACTITIONER, meeting=1))
    assert "Place in the west" in told
    assert "Mill Lane" not in told
    assert "What it was decided on" not in told


def test_a_decision_is_looked_at_again(visit, meets):
    place = meets.place()
    meets.open()
    reader = presenting(meets.chair, meets.room())
    shown = meets.read(replay.gather, reader, place.id, as_at=meets.meeting.as_at)
    meets.decide(meets.item(place), "no_action", shown=shown)
    meets.close()
    page = visit("meetings", meeting=1, decision=1)
    assert "Kept unchanged" in " ".join(each.value for each in page.success)
    assert "same counts" in " ".join(each.value for each in page.info)
    refused = visit("meetings", Role.PRACTITIONER, meeting=1, decision=1)
    assert "read in the safeguarding meeting" in " ".join(each.value for each in refused.error)


def test_screening_adds_hands_over_and_lists_no_children(visit, meets):
    meets.place(name="Old tram shed")
    page = press(visit("screening"), "Add to the list")
    assert "Places, never children" in html(page)
    assert "open" in html(page)
    (part,) = [each for each in page.button_group if "This week" in each.options]
    page = sound(part.set_value("This week").run())
    assert "Noted as a place" in html(page)


@pytest.mark.parametrize("page", ["meetings", "meeting_room"])
def test_who_is_not_asked_is_told_that_there_is_no_such_meeting(visit, meets, page):
    meets.plan()
    told = visit(page, Role.PRACTITIONER, meeting=1)
    assert "not there" in " ".join(each.value for each in told.error)


def test_only_those_who_run_meetings_record(visit, meets):
    meets.place()
    meets.plan()
    meets.ask(Role.POLICE)
    meets.open()
    told = visit("meeting_room", Role.POLICE, meeting=1, mode="record")
    assert "follows the chair" in html(told)
    assert not meets.people[Role.POLICE].may(Permission.RECORD)


@pytest.mark.parametrize(
    "told",
    [None, "x", {"item": 2}, {"item": 1, "text": 3, "version": 0, "n": 1},
     {"item": 1, "text": "x", "version": True, "n": 1}, {"item": 1, "text": "x", "version": 0},
     {"item": 1, "text": "x" * 9000, "version": 0, "n": 1}],
)  # fmt: skip
def test_what_the_notes_field_sends_is_believed_in_no_part(told):
    assert meeting_notes_box.checked(told, 1) is None


@pytest.mark.parametrize("params", [{"meeting": "-1"}, {"meeting": "1;drop"}, {"mode": "<script>"}])
def test_an_address_that_cannot_be_is_dropped(params):
    assert meeting_state.read(params) == meeting_state.Opened()


def test_the_minutes_page_needs_a_meeting_that_was_held(meets):
    meets.plan()
    with pytest.raises(Exception, match="no minutes yet"):
        meets.read(meeting_minutes.minutes, meets.chair, meets.meeting.id)
