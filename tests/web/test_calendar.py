"""One's own calendar by a browser without script, and its address by a calendar program."""

import re

import pytest
from icalendar import Calendar

from domain.accounts import Grant
from domain.matching import today
from domain.people import SYSTEM, Role
from domain.places import Place
from tests.conftest import arrange
from tests.domain import rows
from tests.web.conftest import Browser, site
from web.gate import Gate

LABEL = "Work phone <b>"


@pytest.fixture
def place(store, user):
    with store.writing() as session:
        given = {"name": "Quillfeather Park", "neutral_name": "A lane", "reference": "PL-9"}
        return arrange(session, SYSTEM, rows.place(review_due=today(), **given))[0]


def made(browser):
    """Sign in, make an address, and return its path."""
    browser.sign_in("pat")
    answer = browser.submit("/account/calendar", "/account/calendar", label=LABEL, days="30")
    return re.search(r">http://localhost(/calendar/[\w-]{40,}\.ics)<", answer.text)[1]


def test_an_address_is_shown_once_and_a_stranger_with_it_reads_neutral_entries(browser, place):
    path = made(browser)
    again = browser.get("/account/calendar")
    assert path not in again.text
    assert "Work phone &lt;b&gt;" in again.text
    answer = Browser(browser.app).get(path, accept="text/calendar")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert "no-store" in answer.headers["cache-control"]
    told = {str(each["summary"]) for each in Calendar.from_ical(answer.text).walk("VEVENT")}
    assert "Review: PL-9" in told
    assert {each.rpartition(": ")[2] for each in told} == {"PL-9"}
    assert "Quillfeather" not in answer.text
    assert "A lane" not in answer.text
    assert "Last read" in browser.get("/account/calendar").page.said
    assert place


def test_what_the_person_may_not_see_any_more_is_gone_at_the_next_reading(browser, store, place):
    path = made(browser)
    with store.writing() as session:
        found = session.get(Place, place.id)
        found.tier = 5
        arrange(session, SYSTEM, found)
    assert "PL-9" not in Browser(browser.app).get(path).text


def test_an_address_that_was_ended_or_never_was_reads_the_same(browser, place):
    path = made(browser)
    page = browser.get("/account/calendar").page
    ended = browser.post("/account/calendar/end", page.forms["/account/calendar/end"])
    assert (ended.status, ended.goes_to) == (303, "/account/calendar")
    answers = [Browser(browser.app).get(each) for each in (path, "/calendar/x.ics", "/calendar/")]
    assert {(each.status, each.text) for each in answers} == {(404, "There is no such calendar.\n")}
    assert "None yet." in browser.get("/account/calendar").page.said
    assert place


def test_a_forged_form_makes_nothing(browser, place):
    browser.sign_in("pat")
    answer = browser.post("/account/calendar", {"label": "x", "days": "30"})
    assert answer.status == 403
    assert "None yet." in browser.get("/account/calendar").page.said
    for fields in ({"label": "", "days": "30"}, {"label": "x", "days": "9999"}):
        assert browser.submit("/account/calendar", "/account/calendar", **fields).status == 422
    assert place


def test_the_file_and_the_page_are_for_readers_of_places_who_are_signed_in(
    browser, store, user, place
):
    for path in ("/account/calendar", "/account/calendar.ics"):
        assert browser.get(path).goes_to.startswith("/sign-in")
    browser.sign_in("pat")
    answer = browser.get("/account/calendar.ics")
    assert "PL-9" in answer.text
    assert answer.headers["content-disposition"] == 'attachment; filename="safeground.ics"'
    assert "/account/calendar" in browser.get("/account").text
    with store.writing() as session:
        for grant in session.query(Grant).where(Grant.user_id == user):
            grant.role = Role.PARTNER
            arrange(session, SYSTEM, grant)
    assert browser.get("/account/calendar").status == 403
    assert "/account/calendar" not in browser.get("/account").text


def test_the_gate_lets_a_calendar_program_pass_to_the_address_alone(store, browser, place):
    path = made(browser)
    stranger = Browser(Gate(site(store), store=store))
    assert stranger.get(path).status == 200
    assert stranger.get("/calendars").goes_to.startswith("/sign-in")
    assert place
