"""Safeground with the invented town, on a store of its own: for pictures, measures and journeys."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page

from domain.accounts import DEMO_PASSWORD

HOUSE = Path(__file__).resolve().parents[1]
LAPTOP = {"width": 1366, "height": 768}
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync", "--disable-quic",
]  # fmt: skip
READY_WITHIN = 120.0


def installation(var: Path) -> dict[str, str]:
    """Put the map's files into ``var``, and return the environment of an app that lives there."""
    (var / "assets").symlink_to(HOUSE / "var" / "assets")
    return {
        **os.environ,
        "SAFEGROUND_VAR": str(var),
        "SAFEGROUND_SAMPLE": "true",
        "SAFEGROUND_SECURE_COOKIES": "false",
        "SAFEGROUND_DATABASE_URL": "",
    }


def load(env: Mapping[str, str]) -> None:
    """Make the database of an installation and take the town in."""
    safeground = [sys.executable, "-m", "cli.main"]
    for command in (["db", "upgrade"], ["sample", "load"]):
        subprocess.run(
            [*safeground, *command], env=env, cwd=HOUSE, check=True, stdout=subprocess.DEVNULL
        )


def settle(town: Path, var: Path) -> None:
    """Copy the store and keys of a loaded installation into another's folder, which has none."""
    for file in town.iterdir():
        if file.is_file():
            shutil.copy(file, var)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def streamlit(
    script: Path, env: Mapping[str, str], log: Path, probe: str, *more: str
) -> Iterator[str]:
    """Run a script as ``streamlit run`` does, and yield its address once ``probe`` answers."""
    port = free_port()
    address = f"http://localhost:{port}"
    command = ["streamlit", "run", str(script), "--server.port", str(port), *more]
    with running(command, env=env, cwd=script.parent, log=log, ready=f"{address}{probe}"):
        yield address


@contextmanager
def running(
    command: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path, ready: str
) -> Iterator[None]:
    """Run a Python module as a server until the block ends, which begins once ``ready`` answers.

    What the server says goes to the file ``log``.
    """
    with log.open("w") as said:
        server = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=cwd, env=env, stdout=said, stderr=said
        )
        try:
            wait(ready, server)
            yield
        finally:
            server.terminate()
            server.wait(30)


def wait(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until ``url`` answers at all, well or not."""
    end = time.monotonic() + READY_WITHIN
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError("The app ended before it was ready.")
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.3)
        else:
            return
    raise TimeoutError("The app was not ready in time.")


def sign_in(page: Page, address: str, username: str, path: str = "/") -> None:
    """Sign in as one of the town's people and go on to ``path``."""
    page.goto(f"{address}/sign-in?next={quote(path, safe='/')}")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
