"""The catalogue of powers as its keeper changes it, and reminders as an agency puts them away."""

from datetime import timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import screens
from domain import power_editions
from domain.matching import today
from domain.people import SYSTEM, Role
from domain.places import Status
from screens import desk
from tests.conftest import arrange
from tests.domain import rows
from tests.domain.cases import Case

FOLDER = Path(screens.__file__).parent
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def visit(store, people, monkeypatch):
    def opened(page, role):
        monkeypatch.setattr(desk, "store", lambda: store)
        monkeypatch.setattr(desk, "actor", lambda: people[role])
        st.cache_data.clear()
        return AppTest.from_file(FOLDER / f"{page}.py", default_timeout=60).run()

    return opened


def sound(page):
    assert not page.exception, page.exception
    return page


def html(page):
    return " ".join(each.proto.body for each in page.get("html"))


def field(page, label):
    kinds = (page.text_input, page.text_area, page.selectbox, page.date_input)
    (found,) = [each for kind in kinds for each in kind if each.label == label]
    return found


def press(page, label):
    (found,) = [each for each in page.button if each.label == label]
    return sound(found.click().run())


def test_a_row_is_changed_with_a_reason_and_its_history_and_its_lateness_are_told(
    visit, store, people
):
    page = sound(visit("admin_powers", Role.ADMINISTRATOR))
    sound(field(page, "Row").select("S07").run())
    page = press(page, "Save this row")
    assert "Nothing differs" in page.error[0].value
    field(page, "What is it called?").input(f"Light {HOSTILE}")
    field(page, "Checked on").set_value(today() - timedelta(days=400))
    field(page, "Check it again by").set_value(today() - timedelta(days=1))
    field(page, "Why is it changed?").input("Words of our solicitor.")
    page = press(page, "Save this row")
    assert "saved" in page.success[0].value
    assert "was to be checked again by" in page.warning[0].value
    assert "Words of our solicitor." in html(page)
    assert HOSTILE not in html(page)
    with store.reading() as session:
        found = power_editions.rows(session)["S07"]
    assert (found.version, found.power.tool) == (1, f"Light {HOSTILE}")
    read = sound(visit("powers", Role.PRACTITIONER))
    assert "past its review date" in html(read)
    assert "Written here on" in html(read)
    assert HOSTILE not in html(read)


def test_those_who_plan_do_not_change_the_catalogue(visit):
    page = visit("admin_powers", Role.COORDINATOR)
    assert page.exception
    assert not page.title
    assert not page.selectbox


def test_a_reminder_is_shown_and_put_away(visit, store, people):
    with store.writing() as session:
        (place,) = arrange(
            session, SYSTEM, rows.place(reference="PL-7", status=Status.PLAN, review_due=None)
        )
    case = Case(store, people, place)
    case.plan()
    task = case.propose(due=today() + timedelta(days=2))
    page = sound(visit("actions", Role.PRACTITIONER))
    assert [each.label for each in page.expander] == ["1 thing needs a look"]
    assert f"action {task.id}, PL-7" in html(page)
    page = press(page, "Put away for 7 days")
    assert not page.expander
    assert "Put away." in page.success[0].value
