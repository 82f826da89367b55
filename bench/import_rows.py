"""Rows a second of our import, against the same CSV into an indexed GeoPackage and PostGIS table.

The peers move rows; ours also reads dates in London's time, checks codes, masks free text, finds
duplicates and writes the audit, all in one transaction. Each is run once, in this one process,
on a file that is made anew.
"""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psycopg
import pyogrio
from sqlalchemy import create_engine, make_url, text

import domain.tables  # noqa: F401 - every table there is
from domain.errors import busy
from domain.people import operator
from exchange.importing import run
from exchange.planning import Order
from store import migrate
from store.database import Store, connect

POSTGIS = os.environ.get("SAFEGROUND_TEST_POSTGIS", "")
WORDS = ("anti-social behaviour", "violence", "drugs", "theft")


def main(rows: int = 100_000) -> None:
    """Measure and print; ``python -m bench.import_rows 1000000`` for a million."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "incidents.csv"
        write_csv(path, rows)
        print(f"Import of {rows:,} rows ({path.stat().st_size >> 20} MB of CSV)")
        ours = timed(rows, "Safeground into SQLite", lambda: into_sqlite(path, Path(folder)))
        peer = timed(rows, f"{peer_name()} into an indexed GeoPackage", lambda: into_gpkg(path))
        print(f"  ratio {peer / ours:.2f} (1 is as fast)")
        if not POSTGIS:
            print("  PostGIS: not measured, SAFEGROUND_TEST_POSTGIS is not set")
            return
        with database() as url:
            ours = timed(rows, "Safeground into PostGIS", lambda: into_store(path, url))
        with database() as url:
            peer = timed(
                rows, "COPY into a PostGIS table, then GiST", lambda: into_table(path, url)
            )
        print(f"  ratio {peer / ours:.2f} (1 is as fast; GDAL's wheel has no PostgreSQL driver)")


def write_csv(path: Path, rows: int) -> None:
    """Write invented incidents around one town, each with an id and a minute."""
    random = np.random.default_rng(7)
    east, north = random.normal(427_000, 6_000, rows), random.normal(542_000, 6_000, rows)
    minutes = random.integers(0, 700 * 1440, rows).astype("timedelta64[m]")
    when = np.datetime64("2023-01-01T00:00") + minutes
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["reference", "category", "date", "easting", "northing"])
        writer.writerows(
            (f"R{at}", WORDS[at % 4], when[at], f"{east[at]:.1f}", f"{north[at]:.1f}")
            for at in range(rows)
        )


def timed(rows: int, title: str, work: Callable[[], None]) -> float:
    """Run once, print rows a second, and return the seconds."""
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    print(f"  {title:<45}{rows / seconds:>12,.0f} rows/s  {seconds:8.1f} s")
    return seconds


def into_sqlite(path: Path, folder: Path) -> None:
    """Take the file in as anyone would, into a new embedded store."""
    into_store(path, f"sqlite:///{folder / 'ours.db'}")


def into_store(path: Path, url: str) -> None:
    """Take the file in as anyone would."""
    store = Store(connect(url), busy)
    migrate.upgrade(store.engine)
    order = Order(str(path), target="incident", source="Bench", constants={"source": "police"})
    report = run(store, operator("bench"), order)
    store.close()
    if report.counts.rejected:
        sys.exit("the bench's own rows were rejected")


def peer_name() -> str:
    """Name what stands for ogr2ogr here."""
    return "ogr2ogr" if shutil.which("ogr2ogr") else "pyogrio (GDAL)"


def into_gpkg(path: Path) -> None:
    """Turn the same CSV into a GeoPackage with its R*Tree."""
    out = path.with_suffix(".gpkg")
    columns = {"X_POSSIBLE_NAMES": "easting", "Y_POSSIBLE_NAMES": "northing"}
    program = shutil.which("ogr2ogr")
    if program:
        options = [word for pair in columns.items() for word in ("-oo", "=".join(pair))]
        command = [program, "-a_srs", "EPSG:27700", *options, out, path]
        subprocess.run(command, check=True)
        return
    frame = pyogrio.read_dataframe(path, **columns).set_crs(27700)
    pyogrio.write_dataframe(frame, out, driver="GPKG", SPATIAL_INDEX="YES")


def into_table(path: Path, url: str) -> None:
    """Copy the same CSV into a table, make its points, and index them."""
    address = make_url(url)
    with psycopg.connect(
        host=address.host, port=address.port, user=address.username, dbname=address.database
    ) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        connection.execute(
            "CREATE TABLE peer (reference text, category text, date timestamp, "
            "easting double precision, northing double precision, "
            "spot geometry(Point, 27700) GENERATED ALWAYS AS "
            "(ST_SetSRID(ST_MakePoint(easting, northing), 27700)) STORED)"
        )
        copying = "COPY peer (reference, category, date, easting, northing) FROM STDIN CSV HEADER"
        with connection.cursor().copy(copying) as copy, path.open("rb") as file:
            while block := file.read(1 << 20):
                copy.write(block)
        connection.execute("CREATE INDEX ON peer USING gist (spot)")


@contextmanager
def database() -> Iterator[str]:
    """Make a database of our own on the test server, and drop it."""
    name = f"safeground_bench_{os.getpid()}"
    server = create_engine(
        make_url(POSTGIS).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield make_url(POSTGIS).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        server.dispose()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
