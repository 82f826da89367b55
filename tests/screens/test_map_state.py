"""What the map is asked for, while a browser still tells the address of before."""

import pytest
from streamlit.testing.v1 import AppTest

from domain.people import Role
from screens import desk


def asking():
    """Say which harm is asked for, and offer to ask for none."""
    import streamlit as st

    from domain.filters import Filters
    from screens import desk, map_state

    state = map_state.current(desk.actor())
    st.text(",".join(sorted(state.filters.harm_types)) or "any")
    if st.button("Clear"):
        map_state.go(state.having(filters=Filters()))
    if st.button("Shown"):
        map_state.keep(state)


@pytest.fixture
def page(people, monkeypatch) -> AppTest:
    """The page as a coordinator opens it by a link that asks for one harm."""
    monkeypatch.setattr(desk, "actor", lambda: people[Role.COORDINATOR])
    return told(AppTest.from_function(asking, default_timeout=30), "CSE")


def told(page: AppTest, harm: str) -> AppTest:
    """Run the page at an address that asks for this harm and nothing else."""
    page.query_params.clear()
    page.query_params["harm"] = harm
    return page.run()


def test_an_address_of_before_does_not_bring_back_what_was_cleared(page):
    assert page.text[0].value == "CSE"
    page.button[0].click().run()
    assert page.text[0].value == "any"
    assert told(page, "CSE").text[0].value == "any"


def test_a_link_that_is_followed_meanwhile_is_read(page):
    page.button[0].click().run()
    assert told(page, "CCE").text[0].value == "CCE"


def test_once_it_is_shown_the_same_address_is_read_again(page):
    page.button[0].click().run()
    page.button[1].click().run()
    assert told(page, "CSE").text[0].value == "CSE"
