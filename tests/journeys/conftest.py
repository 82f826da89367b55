"""The running app with the invented town, and a browser that may speak to nobody else."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from domain.accounts import DEMO_PASSWORD

HOUSE = Path(__file__).parents[2]
LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync", "--disable-quic",
]  # fmt: skip


@pytest.fixture(scope="session")
def town(tmp_path_factory) -> Iterator[str]:
    """Run the app with the invented town and return its address."""
    var = tmp_path_factory.mktemp("var")
    (var / "assets").symlink_to(HOUSE / "var" / "assets")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {
        **os.environ,
        "SAFEGROUND_VAR": str(var),
        "SAFEGROUND_SAMPLE": "true",
        "SAFEGROUND_SECURE_COOKIES": "false",
        "SAFEGROUND_DATABASE_URL": "",
    }
    safeground = Path(sys.executable).with_name("safeground")
    for command in (["db", "upgrade"], ["sample", "load"]):
        subprocess.run([safeground, *command], env=env, check=True, stdout=subprocess.DEVNULL)
    with (var / "log").open("w") as log:
        app = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
            cwd=HOUSE, env=env, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        address = f"http://localhost:{port}"
        try:
            wait_for(f"{address}/healthz", app)
            yield address
        finally:
            app.terminate()
            app.wait(30)


def wait_for(url: str, app: subprocess.Popen) -> None:
    for _ in range(240):
        assert app.poll() is None, "the app ended before it was ready"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                assert answer.status == 200
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail("the app was not ready within two minutes")


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
        page.goto(f"{town}/sign-in?next={path}")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password", exact=True).fill(DEMO_PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        return page

    yield open_as
    for context in opened:
        context.close()
    assert foreign == []
    assert broken == []
