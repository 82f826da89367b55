"""The page of concerns: what waits, one step at a time, and to whom it stays shut."""

from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
import streamlit as st
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

import screens
from domain import concern_moderating as moderating
from domain import preferences
from domain.annotations import Annotation
from domain.audit import Entry
from domain.codes import current
from domain.concern_keys import Keys
from domain.concern_submitting import Intake, new_submission, submit
from domain.concerns import Concern, ConcernItem, ConcernPhoto, ConcernState, DutyAlert
from domain.language import pairs
from domain.people import PERMISSIONS, PUBLIC, SYSTEM, Permission, Role
from domain.photographs import Picture, clean
from domain.places import Place
from domain.preferences import Moderation
from screens import desk
from tests.conftest import arrange
from tests.domain import rows
from tests.domain.test_photographs import colour, picture

PAGE = Path(screens.__file__).parent / "concerns.py"
HOSTILE = "<script>alert(1)</script> [x](https://evil.example) **b** $y$ :red[z]"
S = ConcernState


@pytest.fixture
def keys():
    return Keys([Keys.make()])


@pytest.fixture
def send(store, keys):
    """Send a report, from a source of its own unless one is named; return its number."""
    intake = Intake(keys)
    sources = iter(range(1, 250))

    def sent(*, source=None, **given):
        with store.writing() as session:
            submit(
                session, PUBLIC, intake, rows.report(**given), submission=new_submission(),
                source=source or f"198.51.100.{next(sources)}",
            )  # fmt: skip
        with store.reading() as session:
            return session.scalars(select(Concern.id).order_by(Concern.id.desc())).first()

    return sent


@pytest.fixture
def visit(store, people, keys, monkeypatch):
    """Open the page: ``visit()`` is the queue, ``visit(3)`` a concern."""

    def opened(number=None, role=Role.COORDINATOR):
        monkeypatch.setattr(desk, "store", lambda: store)
        monkeypatch.setattr(desk, "actor", lambda: people[role])
        monkeypatch.setattr(desk, "keys", lambda: keys)
        st.cache_data.clear()
        page = AppTest.from_file(PAGE, default_timeout=60)
        if number is not None:
            page.query_params["concern"] = str(number)
        return page.run()

    return opened


def sound(page):
    assert not page.exception, page.exception
    return page


def by(elements, label):
    (found,) = [each for each in elements if each.label == label]
    return found


def press(page, label):
    return sound(by(page.button, label).click().run())


def turn_to(page, step):
    (steps,) = [each for each in page.button_group if step in each.options]
    return sound(steps.set_value(step).run())


def html(page):
    return " ".join(each.proto.body for each in page.get("html"))


def marked(page):
    return " ".join(each.value for each in page.markdown)


def said(elements):
    return " ".join(each.value for each in elements)


def kept(store, number):
    with store.reading() as session:
        return session.get(Concern, number)


def test_an_empty_queue_says_that_nothing_waits(visit):
    assert said(visit().info) == "Nothing is waiting."


def test_the_queue_shows_where_how_long_and_how_urgent(visit, send, store):
    with store.writing() as session:
        arrange(session, SYSTEM, rows.entry("street", "Mill Lane"))
    calm, urgent = send(), send(danger=True)
    told = html(visit())
    assert "2 wait: 2 received." in told
    assert "Park or green space near Mill Lane" in told
    assert told.rindex(f"number {urgent}") < told.index(f"number {calm}")
    assert "waits less than a working day" in told


def test_a_flood_is_one_entry_and_is_ended_at_once(visit, send, store):
    numbers = [send(source="198.51.100.9") for _ in range(8)]
    with store.reading() as session:
        bundled = session.scalars(select(Concern.id).where(Concern.bundle.is_not(None))).all()
    page = visit()
    assert f"{len(bundled)} from one source" in html(page)
    assert len([each for each in page.button if each.label == "Open"]) == 9 - len(bundled)
    page = visit(bundled[0])
    by(page.selectbox, "Why are the others not taken further?").set_value("repeat")
    press(page, "Take the others no further")
    states = {number: kept(store, number).state for number in numbers}
    assert {each for each, state in states.items() if state is S.REJECTED} == set(bundled[1:])


def test_an_alert_stays_on_top_until_someone_acted(visit, send, store):
    send(danger=True)
    page = visit()
    assert "Someone may be in danger." in html(page)
    page = press(page, "I have seen it and acted")
    assert "Someone may be in danger." not in html(page)
    with store.reading() as session:
        assert session.scalar(select(DutyAlert)).acknowledged_at is not None


def test_from_a_report_to_an_answer(visit, send, store):
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place(last_evidence=None))
    number = send(words="No light behind the bandstand.")
    page = press(visit(), "Open")
    page = press(page, "No sign of danger")
    page = press(page, "One more statement")
    by(page.text_area, "Statement 1").set_value("The light behind the bandstand fails.")
    by(page.text_area, "Statement 2").set_value("People there say that it is known.")
    page = press(page, "Save these words")
    page = press(page, "Save the grade")
    page = turn_to(page, "Place")
    link = by(page.selectbox, "Which place is it?")
    assert link.options[0] == f"{place.name} (0 m away)"
    link.set_value(place.id)
    page = press(page, "Link to it")
    assert "On Mill Lane kiosk others will read this" in marked(page)
    assert "The light behind the bandstand fails" in marked(page)
    page = press(page, "Share it")
    by(page.text_area, "What we tell the reporter").set_value("The council mended the light.")
    page = press(page, "Send the answer")
    now = kept(store, number)
    assert (now.state, now.answer) == (S.FED_BACK, "The council mended the light.")
    with store.reading() as session:
        notes = session.scalars(select(Annotation.text).order_by(Annotation.id)).all()
    assert len(notes) == 2
    assert "shared" in said(page.text)
    assert f'href="/place?place={place.id}" target="_self">{place.name}</a>' in html(page)
    queue = html(visit())
    assert f'href="/concerns?concern={number}" target="_self">Answered: Park' in queue


def test_without_words_the_statements_begin_with_what_was_chosen(visit, send):
    number = send(words="", worries=("dark",), helps=("light",))
    page = press(visit(number), "No sign of danger")
    assert by(page.text_area, "Statement 1").value == "No light, or light that fails."
    assert by(page.text_area, "Statement 2").value == "Good light."
    assert by(page.selectbox, "Kind of statement 2").value == "strength"


def test_words_that_identify_someone_are_refused_and_can_be_taken_out(visit, send, store):
    number = send()
    page = press(visit(number), "No sign of danger")
    by(page.text_area, "Statement 1").set_value("Ring 07700 900123 of the kiosk.")
    page = press(page, "Save these words")
    assert "a phone number" in said(page.error)
    assert "07700" not in said(page.error)
    assert kept(store, number).state is S.DANGER_CHECKED
    assert by(page.text_area, "Statement 1").value == "Ring 07700 900123 of the kiosk."
    press(page, "Save with it taken out")
    with store.reading() as session:
        assert (
            session.scalar(select(ConcernItem.text)) == "Ring [phone number removed] of the kiosk."
        )


def test_more_careful_words_are_suggested_and_never_stand_in_the_way(visit, send, store):
    phrase = pairs()[0].avoid
    number = send(words=f"They call it {phrase}.")
    page = press(visit(number), "No sign of danger")
    assert escape(pairs()[0].instead) in html(page)
    press(page, "Save these words")
    assert kept(store, number).state is S.REDACTED


def test_a_new_place_is_made_where_there_was_none(visit, send, store):
    number = send()
    page = press(visit(number), "No sign of danger")
    page = press(press(page, "Save these words"), "Save the grade")
    page = turn_to(page, "New place")
    by(page.text_input, "Name that people use").set_value("The bandstand")
    by(page.text_input, "Neutral name").set_value("Place in the park")
    press(page, "Make this place")
    with store.reading() as session:
        place = session.scalar(select(Place))
    assert (place.name, place.place_type) == ("The bandstand", "park")
    assert (kept(store, number).state, kept(store, number).place_id) == (S.LINKED, place.id)


def test_a_near_concern_takes_in_another(visit, send, store):
    first, second = send(), send(words="Still dark.")
    page = press(visit(second), "No sign of danger")
    page = press(press(page, "Save these words"), "Save the grade")
    page = turn_to(page, "Merge")
    by(page.selectbox, "Which concern tells of the same?").set_value(first)
    page = press(page, "Merge with it")
    assert f'href="/concerns?concern={first}" target="_self">Concern number {first}' in html(page)
    assert (kept(store, second).state, kept(store, second).merged_into_id) == (S.MERGED, first)


def test_it_is_taken_no_further_with_a_reason(visit, send, store):
    number = send()
    page = press(visit(number), "Take it no further")
    assert "Choose a reason." in said(page.warning)
    by(page.selectbox, "Why is it not taken further?").set_value("not_harm")
    press(page, "Take it no further")
    assert (kept(store, number).state, kept(store, number).reason) == (S.REJECTED, "not_harm")


def test_it_is_passed_on_and_the_alarm_is_raised(visit, send, store):
    number = send()
    page = visit(number)
    by(page.selectbox, "Whom did you tell?").set_value("first_contact")
    page = press(page, "I have told them")
    assert current().concern_recipients.label("first_contact") in said(page.text)
    page = press(page, "Call the duty contact")
    assert "Someone may be in danger." in html(page)


def test_the_second_moderator_sees_the_conflict_and_keeps_what_they_typed(
    visit, send, store, people
):
    number = send()
    page = press(visit(number), "No sign of danger")
    version = kept(store, number).version
    with store.writing() as session:
        moderating.redact(
            session, people[Role.COORDINATOR], number, items=[moderating.Draft("Theirs.")],
            version=version,
        )  # fmt: skip
    by(page.text_area, "Statement 1").set_value("Mine.")
    page = press(page, "Save these words")
    assert "Someone else worked on this concern" in said(page.error)
    assert by(page.text_area, "Statement 1").value == "Mine."
    with store.reading() as session:
        assert session.scalars(select(ConcernItem.text)).all() == ["Theirs."]
    page = press(page, "Look at it again")
    assert "Theirs" in marked(page)
    assert not page.error


def test_what_was_typed_is_opened_with_a_line_in_the_log(visit, send, store):
    number = send(words="Ring me on 07700 900123.", contact="mail@example.org")
    page = visit(number)
    assert "07700" not in html(page)
    page = press(page, "Open what was typed")
    assert "07700 900123" in html(page)
    assert "what was typed was opened" in said(page.text)
    assert "mail@example.org" in html(press(page, "Open how to reach them"))
    with store.reading() as session:
        opened = session.scalars(select(Entry).where(Entry.action == "concern.open_original"))
        assert opened.all()
    page = press(page, "No sign of danger")
    assert "07700" not in html(page) + marked(page)


def test_what_only_looks_like_a_name_can_be_kept_and_the_log_says_so(visit, send, store):
    number = send()
    page = press(visit(number), "No sign of danger")
    by(page.text_area, "Statement 1").set_value("People call it Sophie Carter house.")
    page = press(page, "Save these words")
    assert "a name" in said(page.error)
    page = press(page, "Keep it: it names nobody")
    with store.reading() as session:
        assert session.scalar(select(ConcernItem.text)) == "People call it Sophie Carter house."
        log = session.scalars(select(Entry.changes).where(Entry.action == "concern.redact")).all()
    assert {"kept": ["name"]} in log
    assert "Sophie" not in str(log)
    assert "(kept as they are: a name)" in said(page.text)


def test_a_trained_grader_grades_by_codes_and_conditions_go_with_the_note(
    visit, send, store, people
):
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place())
    coordinator = people[Role.COORDINATOR]
    trained = coordinator.permissions | {Permission.GRADE}
    people[Role.COORDINATOR] = replace(coordinator, permissions=trained)
    number = send(words="Dark.")
    page = press(press(visit(number), "No sign of danger"), "Save these words")
    by(page.selectbox, "Source").set_value("1")
    by(page.selectbox, "Information").set_value("B")
    by(page.text_input, "Conditions (they go with every copy)").set_value("The meeting alone.")
    page = turn_to(press(page, "Save the grade"), "Place")
    by(page.selectbox, "Which place is it?").set_value(place.id)
    page = press(page, "Link to it")
    assert "from a reliable source \\(1·B·C\\)" in marked(page)
    assert "The meeting alone" in marked(page)
    press(page, "Share it")
    with store.reading() as session:
        note = session.scalars(select(Annotation)).one()
        item = session.scalars(select(ConcernItem)).one()
    assert (note.grade_source, note.information, item.trained) == ("1", "B", True)


def test_a_photograph_is_opened_blacked_out_and_closed(visit, send, store, people, keys):
    with store.writing() as session:
        rules = Moderation(photographs=True)
        preferences.change(session, people[Role.ADMINISTRATOR], rules, version=0)
    number = send(photos=(clean(picture()),))
    page = visit(number)
    assert "not looked over yet" in marked(page)
    page = press(page, "Open photograph 1")
    assert "a photograph was opened" in said(page.text)
    by(page.number_input, "Right edge, %").set_value(50)
    by(page.number_input, "Lower edge, %").set_value(100)
    page = press(page, "Black out this part")
    assert "looked over, 1 part is black" in marked(page)
    with store.reading() as session:
        photo = session.scalars(select(ConcernPhoto)).one()
        shown = Picture(keys.open_bytes(photo.covered))
        assert keys.open_bytes(photo.original) == clean(picture()).jpeg
    assert (colour(shown, 100, 150), colour(shown, 300, 150)) == ("black", "blue")
    page = press(page, "Close it")
    assert not [each for each in page.button if each.label == "Black out what is marked"]


def test_hostile_words_are_shown_as_text(visit, send):
    number = send(words=HOSTILE, where=HOSTILE)
    page = visit(number)
    assert "&lt;script&gt;" in html(page)
    assert "<script" not in html(page)
    page = press(press(page, "No sign of danger"), "Save these words")
    shown = marked(page)
    assert "\\<script\\>" in shown
    for live in ("<script", "[x](", "**b**", "$y$", ":red[z]"):
        assert live not in shown.replace("\\<", ""), live
    assert "<script" not in html(page)


def test_a_concern_that_is_not_there_says_so(visit):
    assert said(visit(99).error) == "That concern is not there."


OTHERS = [each for each in Role if Permission.MODERATE not in PERMISSIONS[each]]


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_opens_the_page(visit, send, role):
    number = send(words="Nobody else reads this.", danger=True)
    for asked in (None, number):
        page = visit(asked, role)
        assert page.exception
        assert [each.value for each in page.title] == ["Concerns"]
        assert html(page) + marked(page) + said(page.text) == ""
        assert not page.button


def test_the_menu_names_the_page_for_moderators_alone():
    source = (PAGE.parent / "shell.py").read_text(encoding="utf-8")
    assert '(Permission.MODERATE, "concerns", "Concerns"' in source
