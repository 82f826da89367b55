"""The running app with the invented town, and a browser that may speak to nobody else."""

import time
from collections.abc import Iterator
from weakref import WeakKeyDictionary

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, WebSocket, expect, sync_playwright
from playwright.sync_api import TimeoutError as TookTooLong
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from scripts.town import (
    CHROMIUM,
    HOUSE,
    LAPTOP,
    QUIET,
    installation,
    load,
    settle,
    sign_in,
    streamlit,
)
from tests.conftest import empty
from tests.outside import guarded

PHONE = {"width": 390, "height": 844}
HEARD_WITHIN, STILL_WITHIN = 10.0, 60.0


@pytest.fixture(scope="module", params=["sqlite"])
def town(request, tmp_path_factory) -> Iterator[str]:
    """Run the app with the invented town and return its address; it may ask no other host.

    One app serves a whole module: on SQLite, or on PostGIS where a test asks for it.
    """
    folder = tmp_path_factory.mktemp("town")
    (folder / "var").mkdir()
    env, attempts = guarded(installation(folder / "var"), folder)
    if request.param == "postgis":
        empty(request.getfixturevalue("server"))  # the last test's records may still be there
        env["SAFEGROUND_DATABASE_URL"] = request.getfixturevalue("migrated_server")
        load(env)
    else:
        settle(request.getfixturevalue("town_file"), folder / "var")
    with streamlit(HOUSE / "app.py", env, folder / "log", "/healthz") as address:
        yield address
    assert attempts.read_text() == "", "the server asked another host"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Run Chromium for a module: while Playwright runs, no test of the process may run a loop."""
    assert CHROMIUM, "Chromium is not installed (make test installs it)"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def visit(town, browser):
    """Open the app as someone: ``visit("chair")``; any request to another host fails the test."""
    opened, foreign, broken = [], [], []

    def open_as(username: str, path: str = "/", size: dict = LAPTOP) -> Page:
        context = browser.new_context(viewport=size, has_touch=size is PHONE)
        opened.append(context)
        page = context.new_page()
        LINES[page] = Line(page)
        page.set_default_timeout(60_000)
        ours = (town, town.replace("http", "ws"), "data:", "blob:")
        page.on("request", lambda r: None if r.url.startswith(ours) else foreign.append(r.url))
        page.on("pageerror", lambda error: broken.append(str(error)))
        sign_in(page, town, username, path)
        return page

    yield open_as
    for context in opened:
        context.close()
    assert foreign == []
    assert broken == []


class Line:
    """What a Streamlit page asks of its server, and whether the server still answers."""

    def __init__(self, page: Page) -> None:
        self.asked = 0
        self.waiting = self.running = False
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        if "/_stcore/stream" in socket.url:
            self.waiting = self.running = False  # a page that was loaded anew has a line of its own
            socket.on("framesent", self._sent)
            socket.on("framereceived", self._heard)

    def _sent(self, frame: bytes) -> None:
        said = BackMsg.FromString(frame)
        if said.WhichOneof("type") == "rerun_script" and not said.rerun_script.is_auto_rerun:
            self.asked += 1
            self.waiting = True

    def _heard(self, frame: bytes) -> None:
        said = ForwardMsg.FromString(frame)
        kind = said.WhichOneof("type")
        if kind == "new_session":
            self.waiting, self.running = False, True
        elif kind == "script_finished":
            self.running = said.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN


LINES: WeakKeyDictionary[Page, Line] = WeakKeyDictionary()
MOVING = """document.getAnimations().some((each) =>
  each.playState === "running" && each.effect.getTiming().iterations !== Infinity)"""
CHOSEN = "each => each.matches('[role=radio][aria-checked=true], input[type=radio]:checked')"


def still(page: Page) -> None:
    """Wait until a Streamlit page has run and nothing fades any more."""
    line, end = LINES[page], time.monotonic() + STILL_WITHIN
    app = page.locator('[data-testid="stApp"]')
    while True:
        expect(app).to_have_attribute("data-test-script-state", "notRunning")
        expect(page.locator("[data-stale=true]")).to_have_count(0)
        page.wait_for_function(f"!{MOVING}")
        if not (line.waiting or line.running):
            return
        assert time.monotonic() < end, "the page never comes to rest"
        page.wait_for_timeout(50)


def press(what: Locator) -> None:
    """Press what makes a Streamlit page run, and wait until it has.

    A press that falls on a page while it is being drawn can reach nobody, as a finger's can: it is
    then repeated. What was heard, or is chosen already, is never pressed twice.
    """
    page = what.page
    line = LINES[page]
    for _ in range(5):
        still(page)
        asked, end = line.asked, time.monotonic() + HEARD_WITHIN
        what.click()
        while line.asked == asked and time.monotonic() < end:
            page.wait_for_timeout(25)
        if line.asked != asked or what.evaluate(CHOSEN):
            return still(page)
    raise AssertionError(f"nobody hears that {what} is pressed")


def carry_out(page: Page, name: str, said: str = "") -> None:
    """Press the button of this name, and wait until the page says what came of it."""
    press(page.get_by_role("button", name=name, exact=True).first)
    if said:
        expect(page.get_by_text(said).first).to_be_visible()


def touch(what: Locator) -> None:
    """Press what the page itself answers, such as what folds: its server hears nothing of it."""
    still(what.page)
    what.click()


def choose(page: Page, label: str, option: str) -> None:
    """Choose from a list; one that was opened is closed again by a page that still settles."""
    wanted = page.get_by_role("option", name=option, exact=True)
    for _ in range(5):
        touch(page.get_by_role("combobox", name=label).first)
        try:
            wanted.click(timeout=5_000)
        except TookTooLong:
            continue
        return
    raise AssertionError(f"{option} cannot be chosen for {label}")


def sound(page: Page) -> None:
    """Look at a Streamlit page with axe once it is still; a map is a frame of its own."""
    still(page)
    found = Axe().run(page, options={"iframes": False}).response["violations"]
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    assert [(each["id"], each["nodes"][0]["html"]) for each in serious] == [], page.url
