"""What the place page is asked for, while a browser still tells the address of before."""

import pytest
from streamlit.testing.v1 import AppTest


def asking():
    """Say which record of a plan is open, and offer to close it."""
    import streamlit as st

    from screens import place_state

    asked = place_state.opened()
    st.text(f"{asked.place} {asked.part} {asked.record}")
    if st.button("Close"):
        place_state.go(asked.place, place_state.PLAN)
    if st.button("Drawn"):
        place_state.shown()


@pytest.fixture
def page() -> AppTest:
    """The page as it is opened by a link to a goal of a plan."""
    return told(AppTest.from_function(asking, default_timeout=30), "7")


def told(page: AppTest, record: str) -> AppTest:
    """Run the page at the address of this record."""
    page.query_params.clear()
    for name, value in (("place", "3"), ("part", "plan"), ("record", record)):
        page.query_params[name] = value
    return page.run()


def test_an_address_of_before_does_not_bring_back_what_was_closed(page):
    assert page.text[0].value == "3 plan 7"
    page.button[0].click().run()
    assert page.text[0].value == "3 plan None"
    assert told(page, "7").text[0].value == "3 plan None"


def test_a_link_that_is_followed_meanwhile_is_read(page):
    page.button[0].click().run()
    assert told(page, "8").text[0].value == "3 plan 8"


def test_once_the_page_is_drawn_the_same_address_is_read_again(page):
    page.button[0].click().run()
    page.button[1].click().run()
    assert told(page, "7").text[0].value == "3 plan 7"
