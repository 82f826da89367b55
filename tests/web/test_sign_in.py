"""Signing in and out in a browser without script."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from domain import accounts, grants, sessions
from domain.accounts import DEMO_PASSWORD, User
from domain.audit import Entry
from domain.people import SYSTEM, Role
from domain.sessions import SignIn
from tests.conftest import arrange
from tests.web.conftest import PASSWORD, Browser, site


def actor_of(store, browser):
    with store.reading() as session:
        return sessions.actor_of(session, sessions.token_in(browser.cookies))


def test_the_right_password_leads_to_where_one_wanted(store, browser):
    answer = browser.sign_in("pat", page="/sign-in?next=/audit%3Fpage%3D2")
    assert (answer.status, answer.goes_to) == (303, "/audit?page=2")
    assert actor_of(store, browser).name == "Pat"


@pytest.mark.parametrize("username", ["pat", "nobody", "<b>", "' OR 1=1 --"])
def test_every_failure_reads_the_same_and_keeps_what_was_typed(browser, username):
    answer = browser.sign_in(username, "wrong-password-here")
    assert answer.status == 401
    assert "That username and password do not go together." in answer.page.said
    assert "Error: Sign in" in answer.text
    (typed,) = [each for each in answer.page.inputs if each["name"] == "username"]
    assert typed["value"] == username
    assert "wrong-password-here" not in answer.text
    assert "safeground" not in browser.cookies


def test_a_locked_account_reads_the_same_with_the_right_password(browser):
    answers = [browser.sign_in("pat", "wrong") for _ in range(5)]
    locked = browser.sign_in("pat")
    assert locked.status == 401
    assert locked.page.said == answers[0].page.said


def test_wrong_tries_are_counted_although_they_are_refused(store, browser, user):
    for _ in range(3):
        browser.sign_in("pat", "wrong")
    with store.reading() as session:
        assert session.get(User, user).failures == 3


def test_empty_fields_are_told_and_not_counted(store, browser, user):
    for username, password in [("", "x"), ("pat", ""), ("  ", "x")]:
        answer = browser.sign_in(username, password)
        assert answer.status == 422
        assert "Enter your username and your password." in answer.page.said
    with store.reading() as session:
        assert session.get(User, user).failures == 0


def test_the_cookie_is_kept_from_scripts_and_other_sites(browser):
    browser.sign_in("pat")
    flags = browser.set_cookies["safeground"].lower()
    assert "httponly" in flags
    assert "samesite=lax" in flags
    assert "path=/" in flags
    assert "secure" not in flags
    assert "domain" not in flags
    assert "max-age" not in flags
    assert "samesite=strict" in browser.set_cookies["safeground_form"].lower()
    assert "httponly" in browser.set_cookies["safeground_form"].lower()


def test_behind_tls_the_cookie_is_bound_to_it_and_to_the_host(store, user):
    browser = Browser(site(store, secure=True))
    browser.sign_in("pat")
    for name in ("__Host-safeground", "__Host-safeground_form"):
        assert "secure" in browser.set_cookies[name].lower()
        assert "path=/" in browser.set_cookies[name].lower()
    assert actor_of(store, browser).name == "Pat"


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\tevil",
        "/ok\r\nSet-Cookie: a=b",
        "/sign-in?next=/sign-in",
        "evil",
        "",
        "/" + "x" * 3000,
        "//[",
        "/\u2028",
    ],
)
def test_after_signing_in_nobody_is_sent_to_another_site(browser, wanted):
    given = browser.get("/sign-in").page.forms["/sign-in"]
    typed = {"username": "pat", "password": PASSWORD, "next": wanted}
    answer = browser.post("/sign-in", given | typed)
    assert (answer.status, answer.goes_to) == (303, "/")


def test_someone_who_is_signed_in_goes_on(browser):
    browser.sign_in("pat")
    assert browser.get("/sign-in?next=/audit").goes_to == "/audit"


def test_signing_in_again_ends_the_sign_in_before(store, browser):
    browser.sign_in("pat")
    before = dict(browser.cookies)
    browser.cookies.pop("safeground")
    form = browser.get("/sign-in").page.forms["/sign-in"]
    browser.cookies["safeground"] = before["safeground"]
    stale = browser.post("/sign-in", form | {"username": "pat", "password": PASSWORD})
    assert stale.status == 403, "the form's token is bound to the sign-in"
    fresh = stale.page.forms["/sign-in"]
    assert browser.post("/sign-in", fresh | {"username": "pat", "password": PASSWORD}).status == 303
    assert actor_of(store, Browser(None, before)) is None
    assert actor_of(store, browser)


def test_signing_out_ends_this_sign_in_and_takes_the_cookie(store, browser):
    browser.sign_in("pat")
    kept = dict(browser.cookies)
    answer = browser.submit("/account", "/sign-out")
    assert (answer.status, answer.goes_to) == (303, "/signed-out")
    assert "safeground" not in browser.cookies
    assert actor_of(store, Browser(None, kept)) is None
    assert "You are signed out." in browser.get("/signed-out").page.said


def test_signing_out_everywhere_ends_other_browsers_at_the_next_look_up(store, browser):
    other = Browser(browser.app)
    browser.sign_in("pat")
    other.sign_in("pat")
    assert actor_of(store, other)
    browser.submit("/account", "/sign-out-everywhere")
    assert actor_of(store, other) is None
    assert other.get("/account").goes_to == "/sign-in?next=/account"


def test_a_given_password_must_be_changed_before_anything_else(store, browser, newcomer):
    answer = browser.sign_in("new", newcomer, page="/sign-in?next=/audit")
    assert answer.goes_to == "/change-password?next=/audit"
    assert actor_of(store, browser) is None
    answer = browser.submit(
        "/change-password?next=/audit",
        "/change-password",
        old=newcomer,
        new="a place in the sun",
        again="a place in the sun",
    )
    assert answer.goes_to == "/audit"
    assert actor_of(store, browser)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"old": "wrong", "new": "a place in the sun"}, "that you have now is not right"),
        ({"old": PASSWORD, "new": "short"}, "at least 12 characters"),
        ({"old": PASSWORD, "new": "a place in the sun", "again": "x"}, "not the same"),
    ],
)
def test_a_password_that_cannot_be_taken_is_told_and_never_shown(store, browser, typed, why):
    browser.sign_in("pat")
    answer = browser.submit(
        "/change-password", "/change-password", **({"again": typed["new"]} | typed)
    )
    assert answer.status == 422
    assert why in answer.page.said
    secret = [each for each in answer.page.inputs if each["type"] == "password"]
    assert [each.get("value") for each in secret] == [None, None, None]
    assert "a place in the sun" not in answer.text
    assert actor_of(store, browser), "the sign-in goes on"


def test_changing_the_password_ends_every_other_sign_in(store, browser):
    other = Browser(browser.app)
    other.sign_in("pat")
    browser.sign_in("pat")
    new = "a place in the sun"
    browser.submit("/change-password", "/change-password", old=PASSWORD, new=new, again=new)
    assert actor_of(store, browser)
    assert actor_of(store, other) is None
    assert Browser(browser.app).sign_in("pat", new).status == 303


def test_someone_with_two_roles_chooses_one(store, browser, user):
    with store.writing() as session:
        grants.give(session, SYSTEM, user, role=Role.ANALYST)
    assert browser.sign_in("pat", page="/sign-in?next=/audit").goes_to == "/capacity?next=/audit"
    page = browser.get("/capacity?next=/audit").page
    assert "Police" in page.said
    grant = [each["value"] for each in page.inputs if each["name"] == "grant"][1]
    answer = browser.post("/capacity", page.forms["/capacity"] | {"grant": grant})
    assert answer.goes_to == "/audit"
    assert actor_of(store, browser).role is Role.ANALYST


@pytest.mark.parametrize(("grant", "status"), [("999999", 404), ("x", 422), ("", 422)])
def test_a_role_that_is_not_ones_own_cannot_be_chosen(store, browser, grant, status):
    browser.sign_in("pat")
    assert browser.submit("/capacity", "/capacity", grant=grant).status == status
    assert actor_of(store, browser).role is Role.POLICE


def test_an_expired_sign_in_leads_to_the_sign_in_page(store, browser, user):
    browser.sign_in("pat")
    with store.writing() as session:
        signed = session.scalars(select(SignIn)).one()
        signed.seen_at = datetime.now(UTC) - timedelta(minutes=31)
        arrange(session, SYSTEM, signed)
    assert browser.get("/account").goes_to == "/sign-in?next=/account"


def test_demo_sign_ins_are_shown_in_the_sample_and_nowhere_else(store, user):
    with store.writing() as session:
        demo = accounts.add_demo(
            session, SYSTEM, username="demo-chair", name="Chair <b>of</b> the meeting", agency_id=1
        )
        grants.give(session, SYSTEM, demo.id, role=Role.COORDINATOR)
    assert "demo-chair" not in Browser(site(store)).get("/sign-in").text
    assert DEMO_PASSWORD not in Browser(site(store)).get("/sign-in").text
    sample = Browser(site(store, sample=True))
    shown = sample.get("/sign-in")
    assert "Chair <b>of</b> the meeting" in shown.page.said
    assert "<b>" not in shown.text
    assert DEMO_PASSWORD in shown.page.said
    assert sample.sign_in("demo-chair", DEMO_PASSWORD).status == 303


def test_nothing_of_a_password_or_token_reaches_the_log(store, browser, caplog, newcomer):
    caplog.set_level("DEBUG")
    browser.sign_in("pat", "hunter2-hunter2")
    browser.sign_in("pat")
    token = sessions.token_in(browser.cookies)
    with store.reading() as session:
        told = " ".join(str(entry.changes) for entry in session.scalars(select(Entry)))
    for secret in (token, PASSWORD, "hunter2-hunter2", newcomer):
        assert secret not in told
        assert secret not in caplog.text
