"""The running app with the invented town, and a browser that may speak to nobody else."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from scripts.town import CHROMIUM, HOUSE, LAPTOP, QUIET, installation, load, sign_in, streamlit
from tests.outside import guarded

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module", params=["sqlite"])
def town(request, tmp_path_factory) -> Iterator[str]:
    """Run the app with the invented town and return its address; it may ask no other host.

    One app serves a whole module: on SQLite, or on PostGIS where a test asks for it.
    """
    folder = tmp_path_factory.mktemp("town")
    (folder / "var").mkdir()
    env, attempts = guarded(installation(folder / "var"), folder)
    if request.param == "postgis":
        env["SAFEGROUND_DATABASE_URL"] = request.getfixturevalue("migrated_server")
    load(env)
    with streamlit(HOUSE / "app.py", env, folder / "log", "/healthz") as address:
        yield address
    assert attempts.read_text() == "", "the server asked another host"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
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
