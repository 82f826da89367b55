"""Files as people send them, made small."""

import csv
from pathlib import Path

import pytest

from domain.people import Role
from exchange.importing import Order, run

HEAD = ("reference", "category", "date", "easting", "northing")
GOOD = ("A1", "anti-social behaviour", "2024-05-01 17:30", "427000", "542000")


@pytest.fixture
def write(tmp_path):
    """Write a CSV: ``write("a.csv", HEAD, GOOD, ...)``."""

    def make(name: str, *rows) -> Path:
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
        return path

    return make


@pytest.fixture
def analyst(people):
    return people[Role.ANALYST]


@pytest.fixture
def take(store, analyst):
    """Take in a file of incidents: ``take(path, columns=...)``."""

    def import_it(path, *, rejects=None, **how):
        how = {"target": "incident", "source": "Council", "constants": {"source": "council"}} | how
        return run(store, analyst, Order(str(path), **how), rejects=rejects)

    return import_it
