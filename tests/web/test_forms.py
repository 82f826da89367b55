"""A form is taken from our own page only."""

import pytest

from domain import sessions
from tests.web.conftest import PASSWORD, Browser, site

TYPED = {"username": "pat", "password": PASSWORD}


@pytest.fixture
def form(browser):
    return browser.get("/sign-in").page.forms["/sign-in"]


def test_a_form_without_its_token_is_not_taken(browser, form):
    del form["form_token"]
    answer = browser.post("/sign-in", form | TYPED)
    assert answer.status == 403
    assert "open for too long" in answer.page.said
    assert "safeground" not in browser.cookies


@pytest.mark.parametrize("token", ["", "0" * 64, "ä"])
def test_a_form_with_another_token_is_not_taken(browser, form, token):
    assert browser.post("/sign-in", form | TYPED | {"form_token": token}).status == 403


def test_the_token_of_another_browser_is_not_taken(browser, form):
    other = Browser(browser.app)
    other.get("/sign-in")
    assert other.post("/sign-in", form | TYPED).status == 403


def test_without_the_cookie_the_token_is_worth_nothing(browser, form):
    browser.cookies.clear()
    assert browser.post("/sign-in", form | TYPED).status == 403


def test_the_token_of_one_form_does_not_do_for_another(browser):
    browser.sign_in("pat")
    token = browser.get("/account").page.forms["/sign-out"]["form_token"]
    assert browser.post("/sign-out-everywhere", {"form_token": token}).status == 403


def test_after_a_stale_form_the_next_try_goes_through(browser, form):
    browser.cookies.clear()
    again = browser.post("/sign-in", form | TYPED).page.forms["/sign-in"]
    assert again["username"] == "pat"
    assert browser.post("/sign-in", again | TYPED).status == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example", "sec_fetch_site": None},
        {"origin": "null", "sec_fetch_site": None},
        {"origin": "http://localhost.evil.example", "sec_fetch_site": None},
        {"origin": "http://localhost:9999", "sec_fetch_site": None},
        {"origin": None, "sec_fetch_site": "cross-site"},
        {"origin": None, "sec_fetch_site": "same-site"},
        {"origin": "http://localhost", "sec_fetch_site": "cross-site"},
    ],
)
def test_a_form_that_another_site_sends_is_refused(browser, form, headers):
    given = {"sec-fetch-site": "same-origin", "origin": "http://localhost"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    answer = browser.post("/sign-in", form | TYPED, **given)
    assert answer.status == 403
    assert "another site" in answer.page.said
    assert "safeground" not in browser.cookies


@pytest.mark.parametrize(
    "path", ["/sign-out", "/sign-out-everywhere", "/change-password", "/capacity"]
)
def test_no_form_of_a_signed_in_person_is_taken_from_elsewhere(store, browser, path):
    browser.sign_in("pat")
    assert browser.post(path, {}).status == 403
    assert browser.post(path, {}, origin="https://evil.example").status == 403
    with store.reading() as session:
        assert sessions.actor_of(session, sessions.token_in(browser.cookies))


def test_signing_out_needs_a_post(browser):
    browser.sign_in("pat")
    assert browser.get("/sign-out").status == 405
    assert browser.get("/sign-out-everywhere").status == 405


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"x=" + b"y" * 17_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a=b" for _ in range(51)), "application/x-www-form-urlencoded"),
        (b"username=\xff%ff", "application/x-www-form-urlencoded"),
        (b'{"username": "pat"}', "application/json"),
        (b"--x--", "multipart/form-data; boundary=x"),
    ],
)
def test_what_is_no_form_of_ours_is_refused(browser, body, kind):
    answer = browser.post("/sign-in", {}, body=body, **{"content-type": kind})
    assert answer.status == 422


def test_a_field_that_comes_twice_counts_once_with_its_first_value(browser, form):
    body = f"username=pat&username=other&password={PASSWORD.replace(' ', '+')}"
    body += f"&form_token={form['form_token']}"
    assert browser.post("/sign-in", {}, body=body.encode()).status == 303


def test_a_cookie_planted_without_tls_does_not_pass_as_ours(store, user):
    browser = Browser(site(store, secure=True))
    planted = Browser(site(store, secure=False))
    form = planted.get("/sign-in").page.forms["/sign-in"]
    browser.cookies = dict(planted.cookies)
    assert browser.post("/sign-in", form | TYPED).status == 403
