"""A draft travels sealed with its reporter, and dies when it should."""

import random
import re
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from starlette.requests import Request
from starlette.responses import Response

from domain.concern_keys import Keys
from domain.concern_submitting import Intake
from domain.concerns import Concern
from tests.web.conftest import Browser, site
from tests.web.report_walk import answer, send, token, town, walk
from web import report_draft
from web.report_desk import Reporting
from web.report_draft import LIFE, Drafts

COOKIE = "safeground_report"
KEYS = Keys([Keys.make()])


@pytest.fixture
def anyone(store):
    town(store)
    return Browser(site(store, reporting=Reporting(Intake(KEYS))))


def count(store):
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(Concern))


def carried(drafts, draft):
    """Return what a browser sends back after a draft was given to it."""
    jar = Response()
    drafts.keep(jar, draft)
    pairs = [line.split(";")[0] for line in jar.headers.getlist("set-cookie")]
    cookies = "; ".join(each for each in pairs if not each.endswith('=""'))
    return Request({"type": "http", "headers": [(b"cookie", cookies.encode())]})


def carried_by(browser):
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    return Request({"type": "http", "headers": [(b"cookie", cookies.encode())]})


def test_nothing_is_stored_before_it_is_sent_and_nothing_can_be_read_from_the_cookie(store, anyone):
    walk(anyone)
    assert count(store) == 0
    for name, value in anyone.cookies.items():
        if name.startswith(COOKIE):
            assert "lamp" not in value
            assert "EM1" not in value


def test_the_cookie_is_kept_from_scripts_from_other_sites_and_from_the_disk(anyone):
    answer(anyone, "/report", danger="no")
    flags = anyone.set_cookies[COOKIE].lower()
    assert "httponly" in flags
    assert "samesite=strict" in flags
    assert "max-age" not in flags
    assert "expires" not in flags


# The very last letters can hold bits that count for nothing: the fifth from the end never does.
@pytest.mark.parametrize("at", [10, 60, -5])
def test_a_changed_draft_is_refused(store, anyone, at):
    walk(anyone)
    value = anyone.cookies[COOKIE]
    swapped = "A" if value[at] != "A" else "B"
    anyone.cookies[COOKIE] = value[:at] + swapped + value[at + 1 :]
    assert anyone.get("/report/check").goes_to == "/report?again=1"


@pytest.mark.parametrize("value", ["", "x", "é", "A" * 4000, "gAAAAA=="])
def test_an_odd_cookie_is_no_draft(anyone, value):
    anyone.cookies[COOKIE] = value
    assert anyone.get("/report/where").goes_to == "/report?again=1"


def test_a_draft_of_another_house_is_no_draft(store, anyone):
    walk(anyone)
    other = Browser(site(store), cookies=dict(anyone.cookies))
    assert other.get("/report/check").goes_to == "/report?again=1"


def test_a_draft_survives_a_change_of_keys(store, anyone):
    walk(anyone)
    newer = Reporting(Intake(Keys([Keys.make(), *(each.decode() for each in KEYS._masters)])))
    other = Browser(site(store, reporting=newer), cookies=dict(anyone.cookies))
    assert other.get("/report/check").status == 200


def test_a_draft_older_than_24_hours_is_refused(store, anyone):
    drafts = Drafts(KEYS, secure=False, clock=lambda: report_draft.time.time() - LIFE - 60)
    walk(anyone)
    own = token(anyone, "/report/check")
    old = replace(drafts.read(carried_by(anyone)), ends=drafts.clock() + LIFE)
    anyone.cookies[COOKIE] = carried(drafts, old).cookies[COOKIE]
    assert anyone.get("/report/check").goes_to == "/report?again=1"
    assert anyone.post("/report/check", {"form_token": own}).goes_to == "/report?again=1"
    assert count(store) == 0
    assert "wiped after 24 hours" in anyone.get("/report?again=1").page.said


@pytest.mark.parametrize(("hours", "there"), [(23.9, True), (24.1, False)])
def test_a_draft_dies_by_the_clock_of_the_server(hours, there):
    now = [1_000_000.0]
    drafts = Drafts(KEYS, secure=False, clock=lambda: now[0])
    request = carried(drafts, drafts.new(danger=False))
    now[0] += hours * 3600
    assert (drafts.read(request) is not None) is there


def test_the_same_draft_sent_again_gets_the_same_receipt_and_is_kept_once(store, anyone):
    walk(anyone)
    lost = Browser(anyone.app, cookies=dict(anyone.cookies))  # the answer never reached the phone
    assert send(anyone) == send(lost)
    assert count(store) == 1


def test_after_sending_the_draft_is_gone_and_every_step_leads_to_the_receipt(store, anyone):
    walk(anyone)
    send(anyone)
    for step in ("where", "spot", "kind", "you", "check"):
        assert anyone.get(f"/report/{step}").goes_to == "/report/done"
    answer(anyone, "/report", danger="no")
    assert anyone.get("/report/done").goes_to == "/report/where"
    assert anyone.get("/report/note.txt").status == 404


def test_the_receipt_stays_on_the_screen_for_half_an_hour():
    now = [1_000_000.0]
    drafts = Drafts(KEYS, secure=False, clock=lambda: now[0])
    request = carried(drafts, drafts.sent(drafts.new(danger=False), "a b c"))
    assert drafts.read(request).code == "a b c"
    now[0] += 31 * 60
    assert drafts.read(request) is None


def test_the_longest_draft_travels_in_pieces_and_comes_back_whole():
    drafts = Drafts(KEYS, secure=True)
    words = "".join(random.Random(4).choices([chr(0x20000 + n) for n in range(40_000)], k=900))
    full = replace(
        drafts.new(danger=True), words=words[:500], near=words[500:700], contact=words[700:],
        shape="LINESTRING (466756.6 543692.4, 466757.7 543693.5)", worries=("dark", "hidden"),
    )  # fmt: skip
    request = carried(drafts, full)
    assert len(request.cookies) > 1
    assert all(name.startswith("__Host-") for name in request.cookies)
    assert all(len(value) < 4000 for value in request.cookies.values())
    assert drafts.read(request) == full


def test_leaving_wipes_the_draft_and_shows_a_page_that_says_nothing(store, anyone):
    walk(anyone)
    left = answer(anyone, "/report/check", action="/report/leave")
    assert left.goes_to == "/today"
    assert not [name for name in anyone.cookies if name.startswith("safeground")]
    shown = anyone.get("/today")
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["referrer-policy"] == "no-referrer"
    said = shown.page.said.lower()
    for word in ("safeground", "report", "official", "safe"):
        assert word not in said
    assert anyone.get("/report/check").goes_to == "/report?again=1"


def test_every_page_has_the_way_out(anyone):
    pages = ["/report", "/report/danger", "/report/outside", "/report/receipt"]
    walk(anyone)
    steps = (
        "where",
        "spot",
        "kind",
        "worries",
        "when",
        "words",
        "you",
        "contact",
        "check",
        "young",
    )
    pages += [f"/report/{step}" for step in steps]
    shown = [anyone.get(each) for each in pages]
    send(anyone)
    shown.append(anyone.get("/report/done"))
    for each in shown:
        assert each.status == 200
        assert 'action="/report/leave"' in each.text


def test_leaving_works_from_a_page_that_was_open_for_too_long_but_not_from_another_site(anyone):
    walk(anyone)
    assert anyone.post("/report/leave", {}, origin="https://x.example").status == 403
    assert anyone.get("/report/check").status == 200
    assert anyone.post("/report/leave", {"form_token": "old"}).goes_to == "/today"


def test_the_operators_own_address_is_where_leaving_leads(store):
    desk = Reporting(Intake(KEYS), leave_for="https://weather.example/today")
    browser = Browser(site(store, reporting=desk))
    assert 'data-leave="https://weather.example/today"' in browser.get("/report").text
    shown = browser.get("/today")
    assert re.search(r'http-equiv="refresh" content="0; url=https://weather.example/', shown.text)


def test_pages_are_kept_from_frames_caches_and_other_hosts(anyone):
    walk(anyone)
    for path in ("/report", "/report/where", "/report/check", "/report/receipt"):
        shown = anyone.get(path)
        policy = shown.headers["content-security-policy"]
        for rule in ("default-src 'self'", "script-src 'self'", "frame-ancestors 'none'"):
            assert rule in policy
        assert "unsafe" not in policy
        assert shown.headers["cache-control"] == "no-store"
        assert shown.headers["x-frame-options"] == "DENY"
        assert "https://" not in shown.text
        assert "style=" not in shown.text
        assert re.findall(r"<script(?! src=\"/web/)", shown.text) == []
