"""Every plain page is marked, labelled, in order, and safe to show."""

import pytest
from starlette.routing import Route

from domain.errors import Conflict, NotFound, NotPermitted, NotSignedIn
from tests.web.conftest import PASSWORD, Browser, site

PAGES = ["/sign-in", "/account", "/change-password", "/capacity", "/signed-out"]


@pytest.fixture
def shown(browser):
    browser.sign_in("pat")

    def show(path):
        return (Browser(browser.app) if path == "/sign-in" else browser).get(path)

    return show


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_what_it_is_and_for_what_data(shown, path):
    answer = shown(path)
    assert answer.status == 200
    said = answer.page.said
    for words in ("OFFICIAL", "For invented data only", "Safeground"):
        assert words in said


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_its_headings_in_order_and_every_field_its_label(shown, path):
    page = shown(path).page
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    steps = zip(page.headings, page.headings[1:], strict=False)
    assert all(following <= before + 1 for before, following in steps)
    fields = [each for each in page.inputs if each.get("type") != "hidden" and "hidden" not in each]
    assert {each["id"] for each in fields} == page.labels


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_kept_from_frames_caches_scripts_and_other_hosts(shown, path):
    answer = shown(path)
    policy = answer.headers["content-security-policy"]
    for rule in ("default-src 'self'", "script-src 'none'", "frame-ancestors 'none'"):
        assert rule in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "<script" not in answer.text
    assert "http://" not in answer.text.replace("http://www.w3.org", "")
    assert "style=" not in answer.text


def test_a_hostile_name_is_shown_as_text(browser, newcomer):
    browser.sign_in("new", newcomer)
    answer = browser.get("/account")
    assert "<script>alert(1)</script>" in answer.page.said
    assert "<script" not in answer.text


def test_the_style_and_the_sign_are_served(browser):
    assert browser.get("/web/web.css").headers["content-type"].startswith("text/css")
    assert browser.get("/web/sign.svg").headers["content-type"].startswith("image/svg")
    assert browser.get("/web/../page.py").status == 404


def failing(error):
    def endpoint(_request):
        raise error

    return Route("/fails", endpoint, methods=["GET", "POST"])


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (NotPermitted("You may not export records."), 403, "You may not do this"),
        (NotFound("There is no <b>such</b> place."), 404, "This is not here"),
        (Conflict("Someone else decided."), 409, "Someone else was first"),
    ],
)
def test_a_refusal_is_a_page_for_a_browser_and_data_for_a_program(
    store, user, error, status, title
):
    browser = Browser(site(store, routes=[failing(error)]))
    page = browser.get("/fails")
    assert page.status == status
    assert title in page.page.said
    assert str(error) in page.page.said
    assert "<b>" not in page.text
    data = browser.get("/fails", accept="application/json")
    assert (data.status, str(error) in data.text) == (status, True)
    assert data.headers["content-type"] == "application/json"


def test_who_is_not_signed_in_goes_to_the_sign_in_page_and_a_program_gets_401(store, user):
    browser = Browser(site(store, routes=[failing(NotSignedIn("Please sign in."))]))
    assert browser.get("/fails?a=1").goes_to == "/sign-in?next=/fails%3Fa%3D1"
    assert browser.get("/fails", accept="*/*").status == 401


def test_our_own_mistakes_are_logged_with_a_number_and_not_shown(store, user, caplog):
    browser = Browser(site(store, routes=[failing(KeyError("s3cret"))]))
    with pytest.raises(KeyError):
        browser.get("/fails")
    number = caplog.records[0].args[0]
    assert len(number) == 8
    assert PASSWORD not in caplog.text
