"""The pages of interviews and of safety mapping: what an interviewer and a youth worker do."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from sqlalchemy import func, select
from streamlit.testing.v1 import AppTest

import screens
from domain import interview_counts, safety_mapping
from domain.interviews import ToldPlace
from domain.people import SYSTEM, Role
from domain.safety_mapping import Mark, SafetySession, SessionState
from domain.touches import PlaceTouch
from screens import desk, interview_state, interview_where, map_state, safety_hold, safety_sessions
from tests.conftest import arrange
from tests.domain import rows

FOLDER = Path(screens.__file__).parent
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def town(store):
    with store.writing() as session:
        return arrange(
            session, SYSTEM, rows.place(name=HOSTILE, neutral_name=HOSTILE), rows.area(),
            rows.entry("street", "Mill Lane"),
        )  # fmt: skip


@pytest.fixture
def press(monkeypatch):
    """Press on the map: what the next runs hear from it."""
    told = SimpleNamespace(value=None)
    for module in (interview_where, safety_hold, safety_sessions):
        monkeypatch.setattr(module, "st_folium", lambda *_a, **_k: told.value)

    def act(longitude, latitude, at):
        told.value = {"kind": "spot", "at": at, "lat": latitude, "lng": longitude}

    return act


@pytest.fixture
def visit(store, town, people, press, monkeypatch):
    """Open a page as someone: ``visit("interviews", Role.PRACTITIONER, part="time")``."""
    desk.furnish(desk.House(store, sample=False, uploads=Path("nowhere"), keys=None))

    def opened(page, role=Role.PRACTITIONER, **address):
        monkeypatch.setattr(desk, "store", lambda: store)
        monkeypatch.setattr(desk, "actor", lambda: people[role])
        st.cache_data.clear()
        made = AppTest.from_file(FOLDER / f"{page}.py", default_timeout=60)
        for name, value in address.items():
            made.query_params[name] = value
        return sound(made.run())

    yield opened
    desk._HOUSES.clear()


def sound(page):
    assert not page.exception, page.exception
    return page


def by(elements, label):
    (found,) = [each for each in elements if each.label == label]
    return found


def press_button(page, label):
    next(each for each in page.button if each.label == label).click()
    return sound(page.run())


def html(page):
    return " ".join(each.proto.body for each in page.get("html"))


def test_an_interview_is_coded_place_by_place_and_saved(visit, store, town):
    page = visit("interviews")
    by(page.text_input, "Where was it?").set_value("script").run()
    page.button[0].click().run()
    by(page.selectbox, "Its part in the episode").set_value("last_seen")
    page = press_button(page, "Put it down")
    assert HOSTILE not in html(page)
    assert "&lt;script&gt;" in html(page)
    by(page.text_input, "Where was it?").set_value("Mill Lane").run()
    page.button[-1].click().run()
    by(page.selectbox, "Its part in the episode").set_value("travelled_via")
    page = press_button(page, "Put it down")
    assert "whether somebody lives there" in page.warning[0].value
    by(page.button_group, "Does somebody live there?").set_value("No")
    page = press_button(page, "Put it down")
    assert "2. Mill Lane" in html(page)
    page = press_button(page, "Save the interview")
    assert "kept by itself" in page.success[0].value
    with store.reading() as session:
        kept = session.scalars(select(PlaceTouch.role)).all()
        told = session.scalars(select(ToldPlace.place_id)).all()
    assert sorted(kept) == ["last_seen", "travelled_via"]
    assert set(told) == {town[0].id}


def test_the_other_parts_say_what_to_do_first_and_keep_what_is_told(visit, store, town, people):
    page = visit("interviews", part="time")
    assert "Nobody has told us" in page.info[0].value
    for label, number in (("Interviews due", 12), ("Interviews held", 11)):
        by(page.number_input, label).set_value(number)
    by(page.number_input, "Of these within 72 hours of the return").set_value(9)
    page = press_button(page, "Save the numbers")
    assert "about 75 %" in html(page)
    assert "That does not mean that none were due" in html(page)
    with store.reading() as session:
        found = interview_counts.timeliness(session, people[Role.PRACTITIONER])
    assert found.whole.words == "about 10"
    assert "Nothing yet" in visit("interviews", part="changed").info[0].value
    assert "5 forms or more" in visit("interviews", part="likely").info[0].value
    assert visit("interviews", part=HOSTILE).session_state["interview_part"] == interview_state.CODE


def test_a_group_marks_squares_and_the_worker_can_withdraw_them(visit, store, town, press, people):
    page = visit("safety_map")
    page = press_button(page, "Start the map")
    assert "Choose the ward" in page.warning[0].value
    by(page.selectbox, "Ward where you meet").set_value(town[1].id)
    by(page.button_group, "How many young people?").set_value("from_6")
    page = press_button(page, "Start the map")
    press(-0.84, 54.80, 1)
    page = sound(page.run())
    by(page.button_group, "How does it feel?").set_value("unsafe")
    press(-0.85, 54.80, 2)
    page = sound(page.run())
    assert "2 squares marked" in page.markdown[-1].value
    press(-0.85, 54.80, 3)
    page = sound(page.run())
    assert "1 squares" not in page.markdown[-1].value
    assert "1 square marked" in page.markdown[-1].value
    page = press_button(page, "Finish")
    assert "After school (3pm to 6pm): 1 safe, 0 unsafe" in html(page)
    by(page.text_area, "What would make it safer, as the group puts it").set_value(HOSTILE)
    page = press_button(page, "Keep the map")
    assert "Kept." in page.success[0].value
    with store.reading() as session:
        (kept,) = session.scalars(select(SafetySession)).all()
        (marked,) = safety_mapping.marks(session, people[Role.PRACTITIONER], kept.id)
    assert (marked.time_band, marked.felt) == ("after_school", "safe")

    page = visit("safety_map", part="sessions", session=str(kept.id))
    assert HOSTILE not in html(page)
    by(page.text_input, "Why it is withdrawn").set_value("The group asked.")
    page = press_button(page, "Withdraw it")
    with store.reading() as session:
        assert session.get(SafetySession, kept.id).state is SessionState.WITHDRAWN
        assert session.scalar(select(func.count(safety_mapping.SafetyMark.id))) == 0


def test_a_square_is_pressed_and_drawn_and_taken_back():
    held = safety_hold.Held(held_on=None, area_id=1, area="x", group_size="from_6", view=None)
    safety_hold.draw(held, rows.around(reach=200), "safe", "evening")
    many = len(held.marks)
    assert many > 4
    safety_hold.press(held, rows.HERE, "safe", "evening")
    assert len(held.marks) == many - 1
    safety_hold.press(held, rows.HERE, "unsafe", "evening")
    assert held.marks[-1] == Mark(475_000, 545_000, "evening", "unsafe")


def test_an_address_never_shows_young_peoples_map_with_police_records(people):
    asked = {"layers": "young_people,incidents,places,hot_spots,touches"}
    state = map_state.read(asked, people[Role.ANALYST])
    assert state.layers == ("young_people", "places")
