"""Strangers see the sign-in page and nothing of the app."""

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute

from domain import preferences
from domain.concern_keys import Keys
from domain.concern_submitting import Intake
from domain.errors import SafegroundError
from domain.people import SYSTEM
from domain.preferences import BaseMap, BaseMapKind
from domain.sessions import SignInRules
from tests.web.conftest import PASSWORD, Browser
from web.door import refuse
from web.gate import Gate
from web.report_desk import Reporting
from web.routes import web_routes

MAP = "/component/streamlit_folium.st_folium/index.html"


async def stream(websocket):
    await websocket.accept()
    await websocket.close()


async def anything(scope, receive, send):
    pages = ("/", "/audit", MAP)
    kind = HTMLResponse if scope["path"] in pages else PlainTextResponse
    await kind("the app")(scope, receive, send)


def app(store, **named):
    reporting = Reporting(Intake(Keys([Keys.make()])))
    rules = SignInRules()
    pages = web_routes(store, rules=rules, secure=False, sample=False, reporting=reporting)
    routes = [
        *pages,
        Route("/healthz", lambda _request: PlainTextResponse("ok")),
        WebSocketRoute("/_stcore/stream", stream),
        Mount("/", app=anything),
    ]
    gate = Middleware(Gate, store=store, **named)
    return Starlette(routes=routes, middleware=[gate], exception_handlers={SafegroundError: refuse})


@pytest.fixture
def stranger(store, user):
    return Browser(app(store))


@pytest.fixture
def insider(store, user):
    browser = Browser(app(store))
    browser.sign_in("pat")
    return browser


def knock(browser, path="/_stcore/stream"):
    """Open a socket; say what the server did first."""
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message["type"])

    scope = browser.scope("GET", path, {}, "websocket") | {"subprotocols": []}
    asyncio.run(browser.app(scope, receive, send))
    return sent[0]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/", "/sign-in"),
        ("/audit", "/sign-in?next=/audit"),
        ("/audit?who=1&x=%2F", "/sign-in?next=/audit%3Fwho%3D1%26x%3D%252F"),
        ("/index.html", "/sign-in?next=/index.html"),
    ],
)
def test_a_stranger_is_sent_to_sign_in_and_back(stranger, path, wanted):
    answer = stranger.get(path)
    assert (answer.status, answer.goes_to) == (303, wanted)
    assert "the app" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/media/abc.csv",
        "/_stcore/upload_file/x/y",
        "/_stcore/metrics",
        "/_stcore/agent/interact",
        "/api/anything",
        "/staticx",
        "/sign-in/x",
        "/healthz/../media/x",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "HEAD"])
def test_what_is_not_a_page_is_refused(stranger, path, method):
    answer = stranger.ask(method, path, headers={"accept": "*/*"})
    assert answer.status == 401
    assert "the app" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/static/js/a.js", "/_stcore/health", "/_stcore/host-config", "/healthz", "/web/web.css"],
)
def test_what_holds_nothing_is_public(stranger, path):
    assert stranger.get(path).status == 200


@pytest.mark.parametrize("path", ["/report", "/report/receipt", "/today"])
def test_a_stranger_may_report_and_leave(stranger, path):
    shown = stranger.get(path)
    assert shown.status == 200
    assert shown.text != "the app"


@pytest.mark.parametrize("path", ["/report/x", "/report/check/x", "/reports", "/report/static/x"])
def test_nothing_of_the_app_lies_behind_the_report(stranger, path):
    shown = stranger.get(path)
    assert shown.status in (303, 404)
    assert shown.text != "the app"


def test_no_socket_is_opened_for_a_stranger(stranger, insider):
    assert knock(stranger) == "websocket.close"
    assert knock(insider) == "websocket.accept"


def test_who_is_signed_in_passes_until_the_sign_in_ends(insider):
    assert insider.get("/audit").text == "the app"
    insider.submit("/account", "/sign-out-everywhere")
    assert insider.get("/audit").status == 303
    assert knock(insider) == "websocket.close"


def test_a_made_up_cookie_is_nobodys(stranger):
    stranger.cookies["safeground"] = "x" * 43
    assert stranger.get("/").status == 303


def test_who_has_to_change_the_password_does_that_first(store, user, newcomer):
    browser = Browser(app(store))
    browser.sign_in("new", newcomer)
    assert browser.get("/").goes_to == "/change-password"
    assert browser.get("/media/x", accept="*/*").status == 401
    assert knock(browser) == "websocket.close"


def test_pages_of_the_app_are_kept_from_frames_and_from_other_hosts(insider):
    headers = insider.get("/").headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "http" not in policy
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["x-content-type-options"] == "nosniff"
    assert insider.get("/media/x").headers["x-content-type-options"] == "nosniff"


def test_our_plain_pages_keep_their_own_stricter_policy(stranger):
    assert "frame-ancestors 'none'" in stranger.get("/sign-in").headers["content-security-policy"]


def test_the_operators_base_map_is_the_only_one_asked_beside_us(store, insider):
    with store.writing() as session:
        chosen = BaseMap(BaseMapKind.XYZ, "https://{s}.tiles.example:444/{z}/{x}/{y}.png")
        preferences.change(session, SYSTEM, chosen, version=0)
    servers = " ".join(f"https://{each}.tiles.example:444" for each in "abc")
    for page in ("/", MAP):  # the map is in a frame of its own, with a policy of its own
        policy = insider.get(page).headers["content-security-policy"]
        assert f"img-src 'self' data: blob: {servers};" in policy
        assert f"connect-src 'self' {servers};" in policy


def test_a_stranger_is_not_told_which_host_the_base_map_asks(store, stranger):
    with store.writing() as session:
        chosen = BaseMap(BaseMapKind.XYZ, "https://tiles.example/{z}/{x}/{y}.png")
        preferences.change(session, SYSTEM, chosen, version=0)
    answer = stranger.get(MAP)
    assert answer.status == 200
    assert "tiles.example" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("host", "client", "status"),
    [
        ("localhost:8501", "127.0.0.1", 200),
        ("127.0.0.1:8501", "127.0.0.1", 200),
        ("[::1]:8501", "::1", 200),
        ("evil.example", "127.0.0.1", 403),
        ("localhost", "192.0.2.1", 403),
        ("localhost.evil.example", "127.0.0.1", 403),
        ("", "127.0.0.1", 403),
    ],
)
def test_the_sample_answers_its_own_machine_by_its_own_name_alone(
    store, user, host, client, status
):
    browser = Browser(app(store, local_only=True), host=host, client=client)
    assert browser.get("/sign-in").status == status
    assert (knock(browser) == "websocket.close") is True
    if status == 200:
        assert browser.sign_in("pat", PASSWORD).status == 303
