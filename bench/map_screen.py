"""Seconds to the first map and after a filter change, against plain streamlit-folium markers.

Both run on this machine in one run and one headless Chromium, taking turns. Ours is the whole
screen of a constable: sign-in checked, base map drawn, list and filters beside it, each point as
exact as the reader may see it; many points in a tile are drawn as one mark with their number. The
peer draws circle markers on a bare ground. Its links to public hosts are answered from our own
files at no delay, so a real network would add to its figures.

A map counts as drawn when its marks are there, no request and no script is under way, and the
page paints; the moment is the first of a stretch of such moments.
"""

import argparse
import csv
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import shapely
from playwright.sync_api import Browser, Page, Route, sync_playwright
from sqlalchemy import select
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

import domain.tables  # noqa: F401 - every table there is
from bench import tiles
from domain.errors import busy
from domain.incidents import Incident
from domain.people import SYSTEM, operator
from exchange import sample
from geo.space import lonlat_from_bng
from scripts import town
from store import migrate
from store.database import Store, connect

POINTS, FEW, MANY, ROUNDS = 10_000, 1_000, 1_000_000, 3
COPIES = 100
STEPS = (
    ("first map", "first"),
    ("a type of harm chosen", "narrowed"),
    ("and taken off again", "widened"),
    ("of which the server's script", "served"),
)
HARM, HARM_NAME = "CSE", "Child sexual exploitation"
STEADY = 0.4  # seconds that a map must stay as it is to count as drawn
PATIENCE = 120.0
QUIETLY = (
    "--server.headless=true", "--server.address=localhost", "--server.fileWatcherType=none",
    "--browser.gatherUsageStats=false",
)  # fmt: skip
PAINTED = """async () => {
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    return document.querySelectorAll('path.leaflet-interactive').length;
}"""


@dataclass
class Times:
    """Seconds of one round: to the first map, to a narrow filter, and back to all points.

    ``served`` is what the server's script took of the longer change of the filter.
    """

    first: float
    narrowed: float
    widened: float
    served: float


def main(points: int = POINTS, rounds: int = ROUNDS) -> None:
    """Measure and print both maps and their ratios."""
    with tempfile.TemporaryDirectory(prefix="safeground-bench-") as name:
        folder = Path(name)
        kept = draw(folder, points)
        env = town.installation(folder)
        settle(folder)
        with (
            town.streamlit(town.HOUSE / "app.py", env, folder / "ours.log", "/healthz") as ours,
            town.streamlit(
                town.HOUSE / "bench" / "peer_folium.py",
                {**os.environ, "PEER_POINTS": str(folder / "points.csv")},
                folder / "peer.log", "/_stcore/health", *QUIETLY,
            ) as peer,
            chromium() as browser,
        ):  # fmt: skip
            told = [
                (measure_ours(browser, ours), measure_peer(browser, peer, points, kept))
                for _ in range(rounds)
            ]
    report(points, kept, told)


def at_scale(rows: int = MANY, rounds: int = ROUNDS) -> None:
    """Measure and print our map with few incidents and with many more, taking turns."""
    with tempfile.TemporaryDirectory(prefix="safeground-bench-") as name, ExitStack() as open_apps:
        apps = []
        for number in (FEW, rows):
            folder = Path(name) / str(number)
            folder.mkdir()
            draw(folder, FEW)
            env = town.installation(folder)
            settle(folder)
            multiply(folder, number // FEW)
            app, log = town.HOUSE / "app.py", folder / "ours.log"
            apps.append(open_apps.enter_context(town.streamlit(app, env, log, "/healthz")))
        browser = open_apps.enter_context(chromium())
        for address in apps:
            measure_ours(browser, address)  # an index is made when it is first needed
        told = [tuple(measure_ours(browser, address) for address in apps) for _ in range(rounds)]
    print(f"Map of {rows:,} incidents against {FEW:,}; rounds: {rounds}")
    print(f"  {'seconds: median (least to most)':<35}{'many':>24}{'few':>24}{'many/few':>10}")
    for title, field in STEPS:
        few, many = ([getattr(each[at], field) for each in told] for at in (0, 1))
        ratio = statistics.median(many) / statistics.median(few)
        print(f"  {title:<35}{spread(many):>24}{spread(few):>24}{ratio:>10.2f}")


def multiply(folder: Path, times: int) -> None:
    """Put each incident of a store in again and again, some steps from where it was."""
    names = [each.key for each in Incident.__table__.columns if each.key not in ("id", "key")]
    store = Store(connect(f"sqlite:///{folder / 'safeground.db'}"), busy)
    with store.reading() as session:
        query = select(*(getattr(Incident, each) for each in names))
        columns = dict(zip(names, zip(*session.execute(query), strict=True), strict=True))
    random, spots = np.random.default_rng(5), np.asarray(columns["spot"], dtype=object)
    for first in range(1, times, COPIES):
        copies = min(COPIES, times - first)
        block = {each: list(values) * copies for each, values in columns.items()}
        at = shapely.get_coordinates(spots).repeat(copies, axis=0).reshape(len(spots), copies, 2)
        at = at.swapaxes(0, 1).reshape(-1, 2)
        block["spot"] = shapely.points(at + random.normal(0, 120, at.shape))
        block["key"] = [random.bytes(16) for _ in at]
        with store.writing() as session:
            tiles.load(session, SYSTEM, block)
    store.close()


def draw(folder: Path, points: int) -> int:
    """Write the town with ``points`` incidents, and the same for the peer.

    Returns how many of them pass the filter.
    """
    source = folder / "sample"
    shutil.copytree(town.HOUSE / "data" / "sample", source, ignore=shutil.ignore_patterns("*.py"))
    with (source / "incidents.csv").open() as file:
        rows = list(csv.DictReader(file))
    random = np.random.default_rng(11)
    chosen = [
        rows[at] | {"ref": f"B{number}"}
        for number, at in enumerate(some_rows(random, rows, points))
    ]
    for row, east, north in zip(chosen, *random.normal(0, 15, (2, points)), strict=True):
        row["easting"] = f"{float(row['easting']) + east:.1f}"
        row["northing"] = f"{float(row['northing']) + north:.1f}"
    with (source / "incidents.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(chosen)
    return write_points(folder / "points.csv", chosen)


def some_rows(random: np.random.Generator, rows: list[dict[str, str]], points: int) -> list[int]:
    """Choose rows of the sample: each once before any is taken twice."""
    times = -(-points // len(rows))
    order = np.concatenate([random.permutation(len(rows)) for _ in range(times)])
    return [int(at) for at in order[:points]]


def write_points(path: Path, rows: list[dict[str, str]]) -> int:
    """Write latitude, longitude and harms; return how many have the harm of the filter."""
    lon, lat = lonlat_from_bng(
        [float(row["easting"]) for row in rows], [float(row["northing"]) for row in rows]
    )
    harms = [";".join(filter(None, [row["harm_primary"], row["harm_further"]])) for row in rows]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(zip(lat, lon, harms, strict=True))
    return sum(HARM in each.split(";") for each in harms)


def settle(folder: Path) -> None:
    """Make the store and take the town in through its own actions."""
    store = Store(connect(f"sqlite:///{folder / 'safeground.db'}"), busy)
    migrate.upgrade(store.engine)
    sample.load(store, operator("bench"), folder / "sample")
    store.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open a browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=town.CHROMIUM, args=town.QUIET)
        yield browser
        browser.close()


class Asked:
    """What a page has asked of our tiles: addresses under way, and those answered."""

    def __init__(self, page: Page) -> None:
        self.open: set[str] = set()
        self.done: list[str] = []
        page.on("request", lambda asked: self.began(asked.url))
        page.on("requestfinished", lambda asked: self.ended(asked.url))

    def began(self, url: str) -> None:
        """Note a tile that was asked for."""
        if "/tiles/" in url:
            self.open.add(url)

    def ended(self, url: str) -> None:
        """Note a tile that was answered."""
        if url in self.open:
            self.open.discard(url)
            self.done.append(url)


class Script:
    """How long the server's script ran for what a page last asked."""

    def __init__(self, page: Page) -> None:
        self.began = self.took = 0.0
        page.on("websocket", lambda line: line.on("framereceived", self.heard))

    def heard(self, frame: bytes | str) -> None:
        """Note when a run begins and how long it took; other lines speak in text."""
        if isinstance(frame, str):
            return
        said = ForwardMsg.FromString(frame).WhichOneof("type")
        if said == "new_session":
            self.began = time.perf_counter()
        elif said == "script_finished":
            self.took = time.perf_counter() - self.began


def measure_ours(browser: Browser, address: str) -> Times:
    """Open the map as a constable, choose a type of harm, and take it off again."""
    page = browser.new_page(viewport=town.LAPTOP)
    page.set_default_timeout(PATIENCE * 1000)
    town.sign_in(page, address, "constable", "/account")
    page.wait_for_url("**/account")
    asked, script = Asked(page), Script(page)

    def drawn(told: Callable[[str], bool]) -> Callable[[int], bool]:
        return lambda _paths: not asked.open and any(map(told, asked.done))

    first = timed(page, lambda: page.goto(f"{address}/?layers=incidents"), drawn(lambda _url: True))
    page.locator(".st-key-panel").get_by_role("radio", name="Filters").click()
    field = page.get_by_role("combobox", name="Type of harm")
    field.click()
    choice = page.get_by_role("option", name=HARM_NAME)
    narrowed = timed(page, choice.click, drawn(lambda url: f"harm={HARM}" in url))
    served = script.took
    asked.done.clear()
    widened = timed(page, lambda: field.press("Backspace"), drawn(lambda url: "harm=" not in url))
    page.close()
    return Times(first, narrowed, widened, max(served, script.took))


def measure_peer(browser: Browser, address: str, points: int, kept: int) -> Times:
    """Do the same with the markers."""
    page = browser.new_page(viewport=town.LAPTOP)
    page.set_default_timeout(PATIENCE * 1000)
    page.route(lambda url: urlsplit(url).hostname != "localhost", stand_in)
    script = Script(page)
    first = timed(page, lambda: page.goto(address), lambda paths: paths == points)
    field = page.get_by_role("combobox", name="Type of harm")
    field.click()
    choice = page.get_by_role("option", name=HARM)
    narrowed = timed(page, choice.click, lambda paths: paths == kept)
    served = script.took
    widened = timed(page, lambda: field.press("Backspace"), lambda paths: paths == points)
    page.close()
    return Times(first, narrowed, widened, max(served, script.took))


def stand_in(route: Route) -> None:
    """Answer for a public host: Leaflet from our files, the rest of folium's links empty."""
    name = Path(urlsplit(route.request.url).path).name
    path = town.HOUSE / "var" / "assets" / "leaflet" / name
    kind = "text/css" if name.endswith(".css") else "text/javascript"
    route.fulfill(body=path.read_bytes() if path.is_file() else b"", content_type=kind)


def timed(page: Page, act: Callable[[], object], is_drawn: Callable[[int], bool]) -> float:
    """Act, and return the seconds until the map was drawn and stayed so."""
    start = time.perf_counter()
    act()
    since = None
    while time.perf_counter() - start < PATIENCE:
        paths = painted(page)
        now = time.perf_counter()
        if paths is None or not is_drawn(paths) or not at_rest(page):
            since = None
        elif since is None:
            since = now
        elif now - since >= STEADY:
            return since - start
        page.wait_for_timeout(20)
    raise TimeoutError("The map was not drawn in time.")


def painted(page: Page) -> int | None:
    """Wait for the map's next painting and return how many markers it has; None without a map."""
    held = page.query_selector("iframe[title*=folium]")
    inside = held and held.content_frame()
    return inside.evaluate(PAINTED) if inside else None


def at_rest(page: Page) -> bool:
    """Say whether the page's script has finished."""
    return page.locator('[data-test-script-state="notRunning"]').count() > 0


def report(points: int, kept: int, told: list[tuple[Times, Times]]) -> None:
    """Print medians with their range, and the ratio of the medians."""
    print(f"Map of {points:,} incidents, of which {kept:,} pass the filter; rounds: {len(told)}")
    print(f"  {'seconds: median (least to most)':<35}{'Safeground':>24}{'markers':>24}{'ratio':>8}")
    for title, name in STEPS:
        ours, peer = ([getattr(each[at], name) for each in told] for at in (0, 1))
        ratio = statistics.median(peer) / statistics.median(ours)
        print(f"  {title:<35}{spread(ours):>24}{spread(peer):>24}{ratio:>8.2f}")


def spread(seconds: list[float]) -> str:
    """Write a median with its range."""
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f} to {max(seconds):.2f})"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="1,000 points, one round")
    if parser.parse_args().quick:
        main(FEW, 1)
        at_scale(10_000, 1)
    else:
        main()
        at_scale()
