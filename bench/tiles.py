"""Vector tiles of a large layer against PostGIS ``ST_AsMVT`` on the same points, in one run.

Points are dealt out over a county of 50 by 50 km: seven in ten around some hundred middles, the
others anywhere. PostGIS has them in Web Mercator in a table clustered on its GiST index, each
with the attributes that our tile tells, as text. Compared are the same content (every point with
its attributes) and what is served: counted squares where a tile is crowded. Then the app's own
route answers clients on this machine, sign-in checked for each tile.
"""

import argparse
import itertools
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import psycopg
import shapely
from sqlalchemy import make_url
from sqlalchemy.orm import Session

import domain.tables  # noqa: F401 - every table there is
from bench.import_rows import database
from domain import audit, sessions
from domain.accounts import Agency, Grant, User
from domain.audit import action
from domain.errors import busy
from domain.filters import Filters
from domain.incidents import Incident, TimeKnown
from domain.people import SYSTEM, Actor, Permission, Role
from domain.sessions import SignInRules
from geo import curve
from geo.space import mercator_from_bng
from layers import catalogue, incidents, index, marks, tiles
from layers.index import Spots, Standing
from layers.selection import Selection, select_records
from scripts import town
from store import migrate
from store.database import Store, connect

WEST, SOUTH, SIDE = 400_000, 500_000, 50_000
ZOOMS = range(8, 17)
BLOCK = 200_000
WARMING = 10.0  # seconds in which the app works out the rest, such as areas
SOURCES, HARMS = ("police", "council", "health", "open_data"), ("CSE", "CCE", "SYV", "ASBv", "UNK")
Tile = tuple[int, int, int]


@action("bench.load", needs=Permission.RUN_JOBS)
def load(session: Session, _actor: Actor, columns: dict[str, list[object]]) -> None:
    """Take in rows as an import does."""
    audit.load(session, Incident, columns)


@action("bench.add", needs=Permission.RUN_JOBS)
def add(session: Session, _actor: Actor, *rows: object) -> None:
    """Put in single rows."""
    session.add_all(rows)
    session.flush()


def main(rows: int = 1_000_000, each: int = 12, seconds: float = 6.0) -> None:
    """Measure and print all."""
    print(f"Tiles of {rows:,} incidents in a county")
    with tempfile.TemporaryDirectory(prefix="safeground-bench-") as name:
        folder = Path(name)
        store = Store(connect(f"sqlite:///{folder / 'safeground.db'}"), busy)
        migrate.upgrade(store.engine)
        analyst, token = fill(store, rows)
        with store.reading() as session:
            start = time.perf_counter()
            standing = index.of(session, incidents.HELD.recipe)
            took, held = time.perf_counter() - start, standing.columns.nbytes
            print(f"  index: {took:.1f} s from SQLite, {held >> 20} MB, {held / rows:.0f} B a row")
            _, found = select_records(session, analyst, incidents.HELD, Filters())
            spots = found.spots(standing, street=False)
            chosen = {zoom: choose(spots, zoom, each) for zoom in ZOOMS}
            fresh = [at for zoom in ZOOMS for at in choose(spots, zoom, 15 * each)[each:]]
            compare(standing, found, spots, chosen)
        store.close()
        serve(folder, token, [at for each in chosen.values() for at in each], fresh, seconds)


def fill(store: Store, rows: int) -> tuple[Actor, str]:
    """Put incidents and one analyst into the store; return the analyst and their cookie."""
    random = np.random.default_rng(17)
    middles = random.uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE), (400, 2))
    weight = random.pareto(1.2, 400) + 0.1
    for first in range(0, rows, BLOCK):
        n = min(BLOCK, rows - first)
        with store.writing() as session:
            load(session, SYSTEM, block(random, (middles, weight / weight.sum()), first, n))
    with store.writing() as session:
        agency = Agency(name="Bench", kind="police")
        add(session, SYSTEM, agency)
        user = User(username="bench", name="Bench", agency_id=agency.id, password_hash="none")  # noqa: S106
        add(session, SYSTEM, user)
        grant = Grant(user_id=user.id, role=Role.ANALYST)
        add(session, SYSTEM, grant)
        actor = Actor.user(
            "Bench", Role.ANALYST, id=user.id, grant_id=grant.id, agency_id=agency.id
        )
        return actor, sessions.begin_anew(session, actor, SignInRules(idle=timedelta(hours=9)))


def block(
    random: np.random.Generator, town: tuple[np.ndarray, np.ndarray], first: int, n: int
) -> dict[str, list[object]]:
    """Make columns of ``n`` invented incidents."""
    middles, weight = town
    at = middles[random.choice(len(middles), n, p=weight)] + random.normal(0, 600, (n, 2))
    lone = random.random(n) < 0.3
    at[lone] = random.uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE), (int(lone.sum()), 2))
    begins = datetime(2025, 1, 1, tzinfo=UTC)
    when = [begins + timedelta(minutes=int(each)) for each in random.integers(0, 1_000_000, n)]
    return {
        "key": [(first + each).to_bytes(16, "big") for each in range(n)],
        "source": random.choice(SOURCES, n).tolist(),
        "category": random.choice(("theft", "violence", "drugs", "nuisance"), n).tolist(),
        "harm_primary": random.choice(HARMS, n).tolist(),
        "harm_further": [[]] * n,
        "place_type": [None] * n,
        "agency": ["Bench"] * n,
        "time_known": [TimeKnown.INTERVAL] * n,
        "occurred_from": when,
        "occurred_to": when,
        "weekday": [each.weekday() for each in when],
        "hour": [each.hour for each in when],
        "precision": ["exact"] * n,
        "spot": shapely.points(at),
        "details": [{}] * n,
        "batch_id": [None] * n,
    }


def choose(spots: Spots, zoom: int, most: int) -> list[Tile]:
    """Choose tiles around records taken by chance, each once."""
    at = np.random.default_rng(zoom).choice(spots.key, 40 * most)
    across, down = (each >> curve.BITS - zoom for each in curve.places(at))
    columns = dict.fromkeys(zip(across.tolist(), down.tolist(), strict=True))
    return [(zoom, x, y) for x, y in list(columns)[:most]]


def compare(
    standing: Standing, found: Selection, spots: Spots, chosen: dict[int, list[Tile]]
) -> None:
    """Print milliseconds a tile at each zoom, ours and PostGIS's, and their ratios."""
    if not os.environ.get("SAFEGROUND_TEST_POSTGIS"):
        print("  PostGIS: not measured, SAFEGROUND_TEST_POSTGIS is not set")
        report(standing, found, spots, chosen, None)
        return
    with database() as url, psycopg.connect(address(url), autocommit=True) as peer:
        lay_out(peer, standing, found)
        report(standing, found, spots, chosen, peer)


def report(
    standing: Standing,
    found: Selection,
    spots: Spots,
    chosen: dict[int, list[Tile]],
    peer: psycopg.Connection | None,
) -> None:
    """Measure zoom by zoom, ours and the peer's in turn."""
    print("  ms a tile: median (95th percentile); every point with its attributes | as served")
    print(f"  {'zoom':<5}{'ours':>16}{'PostGIS':>18}{'ratio':>8} |{'ours':>16}{'PostGIS':>18}"
          f"{'ratio':>8}{'kB at most':>12}")  # fmt: skip
    for zoom, listed in chosen.items():
        sheets = [tiles.Sheet(catalogue.CATALOGUE["incidents"], at) for at in listed]
        inside = [curve.within(spots.key, *at) for at in listed]
        whole = timed([
            lambda s=s, i=i: tiles.singly(s, standing, spots, i)
            for s, i in zip(sheets, inside, strict=True)])  # fmt: skip
        served = timed([lambda s=s: tiles.point_tile(s, standing, found, spots) for s in sheets], 3)
        size = max(len(tiles.point_tile(s, standing, found, spots)) for s in sheets)
        line = [spread(whole), "", "", spread(served), "", ""]
        if peer is not None:
            all_theirs = timed([lambda at=at: ask(peer, EVERY, at) for at in listed])
            crowded = [i.stop - i.start > tiles.CROWDED for i in inside]
            theirs = timed([
                lambda at=at, many=many: ask(peer, COUNTED if many else EVERY, at)
                for at, many in zip(listed, crowded, strict=True)])  # fmt: skip
            line[1:3] = spread(all_theirs), ratio(all_theirs, whole)
            line[4:6] = spread(theirs), ratio(theirs, served)
        print(f"  {zoom:<5}{line[0]:>16}{line[1]:>18}{line[2]:>8} |{line[3]:>16}{line[4]:>18}"
              f"{line[5]:>8}{size / 1000:>12.0f}")  # fmt: skip


def timed(works: Sequence[Callable[[], object]], times: int = 1) -> list[float]:
    """Return the milliseconds of each work, the least of ``times`` tries, after a first one."""
    works[0]()
    found = []
    for work in works:
        tries = []
        for _ in range(times):
            start = time.perf_counter()
            work()
            tries.append(1000 * (time.perf_counter() - start))
        found.append(min(tries))
    return found


def spread(milliseconds: list[float]) -> str:
    """Write a median with the 95th percentile."""
    high = float(np.percentile(milliseconds, 95))
    return f"{statistics.median(milliseconds):.2f} ({high:.2f})"


def ratio(theirs: list[float], ours: list[float]) -> str:
    """Say how many times as fast ours is, by the medians."""
    return f"{statistics.median(theirs) / statistics.median(ours):.0f}"


def address(url: str) -> str:
    """Write an address as psycopg reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


INSIDE = "SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box"
EVERY = f"""WITH tile AS ({INSIDE}), inside AS (
    SELECT id, look, fade, label, detail, ST_AsMVTGeom(spot, box, 4096, 0, true) AS geom
    FROM peer, tile WHERE spot && box)
    SELECT ST_AsMVT(inside, 'incidents', 4096, 'geom', 'id') FROM inside"""  # noqa: S608
COUNTED = f"""WITH tile AS ({INSIDE}), inside AS (
    SELECT mode() WITHIN GROUP (ORDER BY look) AS look, count(*) AS n,
           count(*) || ' records' AS label, '{tiles.ZOOM_IN}' AS detail,
           ST_AsMVTGeom((array_agg(spot))[1], (SELECT box FROM tile), 4096, 0, true) AS geom
    FROM peer, tile WHERE spot && box
    GROUP BY floor((ST_X(spot) - ST_XMin(box)) / (ST_XMax(box) - ST_XMin(box)) * 64),
             floor((ST_Y(spot) - ST_YMin(box)) / (ST_XMax(box) - ST_XMin(box)) * 64))
    SELECT ST_AsMVT(inside, 'incidents', 4096, 'geom') FROM inside"""  # noqa: S608


def ask(peer: psycopg.Connection, query: str, at: Tile) -> bytes:
    """Have PostGIS draw a tile."""
    row = peer.execute(query, dict(zip("zxy", at, strict=True)), binary=True).fetchone()
    return bytes(row[0]) if row else b""


def lay_out(peer: psycopg.Connection, standing: Standing, found: Selection) -> None:
    """Copy the same points with the words that our tiles tell, and cluster them on their GiST."""
    layer, told = catalogue.CATALOGUE["incidents"], standing.columns
    peer.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    peer.execute("CREATE TABLE peer (id bigint, spot geometry(Point, 3857), look text, "
                 "fade double precision, label text, detail text)")  # fmt: skip
    with peer.cursor().copy("COPY peer FROM STDIN") as copy:
        for rows in np.array_split(found.rows, max(1, len(found) // 50_000)):
            x, y = mercator_from_bng(told.east[rows], told.north[rows])
            points = shapely.set_srid(shapely.points(x, y), 3857)
            spots = shapely.to_wkb(points, hex=True, include_srid=True)
            words = [
                [values[at] for at in which]
                for which, values in (
                    marks.look(layer, told, rows, ""), marks.fade(told, rows),
                    marks.label(layer, told, rows), marks.detail(layer, told, rows),
                )
            ]  # fmt: skip
            for row in zip(told.ids[rows].tolist(), spots, *words, strict=True):
                copy.write_row(row)
    peer.execute("CREATE INDEX peer_spot ON peer USING gist (spot)")
    peer.execute("CLUSTER peer USING peer_spot")
    peer.execute("VACUUM ANALYZE peer")


def serve(folder: Path, token: str, listed: list[Tile], fresh: list[Tile], seconds: float) -> None:
    """Ask the running app for tiles, as 1, 4 and 64 browsers at once.

    First each tile is new to the app, then the same few are asked for again and again, as by a
    meeting that looks at one map.
    """
    env = town.installation(folder)
    with town.streamlit(town.HOUSE / "app.py", env, folder / "app.log", "/healthz") as url:
        ask_for(url, token, iter(listed[:1]), [])  # waits for the index
        time.sleep(WARMING)
        print("  through HTTP, sign-in checked each time, mixed zooms 8-16: ms a tile")
        shares = np.array_split(np.random.default_rng(1).permutation(len(fresh)), 3)
        for clients, share in zip((1, 4, 64), shares, strict=True):
            each = iter([fresh[at] for at in share.tolist()])
            say(clients, "new", measured(url, token, clients, each, seconds))
            again = itertools.cycle(listed)
            say(clients, "again", measured(url, token, clients, again, seconds))


def say(clients: int, what: str, found: tuple[list[float], float]) -> None:
    """Print one line."""
    told, took = found
    rate = len(told) / took
    print(f"  {clients:>3} clients, {what:<6}{spread(told):>18}  {rate:,.0f} tiles/s")


def measured(
    url: str, token: str, clients: int, asked: Iterator[Tile], seconds: float
) -> tuple[list[float], float]:
    """Have clients share tiles until none is left or the time is up: milliseconds, seconds."""
    told: list[float] = []
    turn, start = threading.Lock(), time.perf_counter()

    def shared() -> Iterator[Tile]:
        while time.perf_counter() < start + seconds:
            with turn:
                at = next(asked, None)
            if at is None:
                return
            yield at

    threads = [
        threading.Thread(target=ask_for, args=(url, token, shared(), told)) for _ in range(clients)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return told, time.perf_counter() - start


def ask_for(url: str, token: str, asked: Iterator[Tile], told: list[float]) -> None:
    """Fetch tile after tile on one connection; milliseconds into ``told``."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=900)
    headers = {"Cookie": f"{sessions.COOKIE}={token}", "Accept-Encoding": "gzip"}
    for z, x, y in asked:
        start = time.perf_counter()
        connection.request("GET", f"/tiles/incidents/{z}/{x}/{y}.mvt", headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"The app answered {answer.status}.")
        told.append(1000 * (time.perf_counter() - start))
    connection.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000, help="incidents (1,000,000)")
    parser.add_argument("--quick", action="store_true", help="20,000 incidents, few tiles")
    given = parser.parse_args()
    main(*((20_000, 3, 1.0) if given.quick else (given.rows,)))
