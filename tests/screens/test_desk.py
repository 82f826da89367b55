"""A sign-in lasts by what a person does, not by a page that runs itself again."""

from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from domain import sessions
from domain.people import Role
from domain.sessions import Visit
from screens import desk


def page():
    """Press, or let the clock run: both run the page again, as the shell does."""
    import streamlit as st

    from screens import desk

    desk.acted(desk.visit())
    if st.button("By the clock"):
        desk.rerun_unasked()
    st.button("By a person")


@pytest.fixture
def touched(store, people, monkeypatch):
    """Count how often the sign-in is extended."""
    told = []
    due = Visit(
        people[Role.ANALYST], "analyst", "analyst", must_change=False, touch_due=True,
        ends_at=datetime(2099, 1, 1, tzinfo=UTC), others={},
    )  # fmt: skip
    monkeypatch.setattr(desk, "store", lambda: store)
    monkeypatch.setattr(desk, "visit", lambda: due)
    monkeypatch.setattr(desk, "token", lambda: "t")
    monkeypatch.setattr(sessions, "touch", lambda *_: told.append(1))
    return told


def test_a_run_by_the_clock_does_not_extend_the_sign_in(touched):
    opened = AppTest.from_function(page, default_timeout=30).run()
    assert len(touched) == 1
    opened = opened.button[0].click().run()
    assert len(touched) == 2, "the press alone"
    opened.button[1].click().run()
    assert len(touched) == 3, "a person's next act counts again"


def test_a_message_that_goes_moves_nothing_that_stands_below_it():
    def script():
        import streamlit as st

        from screens import desk

        desk.said("said")
        st.text_input("Name")

    def at(page):
        return [key for key, each in page.main.children.items() if each.type == "text_input"]

    page = AppTest.from_function(script)
    page.session_state["said"] = "It is done."
    page.run()
    assert [each.value for each in page.success] == ["It is done."]
    before = at(page)
    page.run()
    assert len(page.success) == 0
    assert at(page) == before
