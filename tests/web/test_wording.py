"""What a field is told while somebody writes: covered, kinder, kept; and only to who may ask."""

import json
import re

import pytest

from domain.language import suggest
from tests.web.conftest import Browser, site
from tests.web.report_walk import town, walk

WORDS = "She is streetwise. Ring 07700 900123."


def ask(browser, **given):
    return browser.post("/words/check", {"words": WORDS} | given)


def test_who_is_signed_in_hears_what_would_be_covered_and_what_is_kinder(browser):
    browser.sign_in("pat")
    told = json.loads(ask(browser).text)
    assert told["found"] == "a phone number"
    assert told["shown"] == "She is streetwise. Ring [phone number removed]."
    (kinder,) = told["kinder"]
    assert kinder["says"].startswith('Instead of "streetwise"')
    kept = json.loads(ask(browser, keep=f"{kinder['id']} nothing").text)
    assert kept["kinder"] == []
    assert kept["found"] == "a phone number"


def test_a_stranger_and_another_site_hear_nothing(browser):
    assert ask(browser).status == 401
    browser.sign_in("pat")
    foreign = browser.post("/words/check", {"words": WORDS}, origin="https://x.example")
    assert foreign.status == 403
    assert ask(browser, words="x" * 5_001).status == 422


def test_names_of_those_asked_are_covered_but_where_a_field_can_ask_them(browser):
    browser.sign_in("pat")
    words = "@coordinator, ring 07700 900123 or @dave_99."
    told = json.loads(ask(browser, words=words).text)
    assert told["shown"].startswith("[social media name removed]")
    told = json.loads(ask(browser, words=words, asks="yes").text)
    assert told["shown"] == (
        "@coordinator, ring [phone number removed] or [social media name removed]."
    )
    told = json.loads(ask(browser, words="Please look, @coordinator.", asks="yes").text)
    assert told["found"] == ""
    assert told["shown"] == "Please look, @coordinator."


@pytest.mark.parametrize("path", ["/report/words", "/report/spot"])
def test_a_reporter_hears_the_same_with_the_pages_own_token(store, path):
    town(store)
    stranger = Browser(site(store))
    walk(stranger, until=path)
    (live,) = re.findall(r'data-token="(\w+)"', stranger.get(path).text)
    asked = {"words": "She is streetwise.", "form_token": live}
    (kinder,) = json.loads(stranger.post("/report/words/check", asked).text)["kinder"]
    assert kinder["id"] == suggest(asked["words"])[0].id
    kept = stranger.post("/report/words/check", asked | {"keep": kinder["id"]})
    assert json.loads(kept.text)["kinder"] == []


def test_without_script_the_last_page_says_it_and_nothing_stands_in_the_way(store):
    town(store)
    stranger = Browser(site(store))
    walk(stranger, words={"words": "She is streetwise."})
    assert "could be said with more care" in stranger.get("/report/check").page.said
