"""Twenty packs in one job against the same packs one by one: ``python -m bench.packs``.

The sample town's places, and made-up ones beside them where there are too few. Each side writes
PDF and Word. One by one is what `packs.export` does: a reading and a base map for each.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from cli.house import use_lists
from domain import jobs
from domain.accounts import User
from domain.audit import action
from domain.errors import busy
from domain.people import SYSTEM, Actor, Permission, operator
from domain.places import Place
from exchange import pack_job, packs, sample
from exchange.pack_job import Wish
from exchange.packs import Form, Order, What
from settings import HOUSE, Settings
from store import migrate
from store.database import Store, connect

LIMIT = 60.0
"""Seconds that twenty packs may take on two cores."""
FORMS = (Form.PDF, Form.WORD)


def main(*, quick: bool = False) -> None:
    """Measure and print."""
    print("Packs")
    count = 3 if quick else 20
    with town() as store:
        actor = chair(store)
        orders = wanted(store, count)
        whole = job(store, actor, orders)
        single = one_by_one(store, actor, orders)
    told = "within" if whole <= LIMIT * count / 20 else "OVER"
    print(f"  {count} places, PDF and Word: {whole:.1f} s as one job ({told} the limit), "
          f"{single:.1f} s one by one: {single / whole:.2f}x")  # fmt: skip


@contextmanager
def town() -> Iterator[Store]:
    """Load the invented town into a store of its own."""
    with tempfile.TemporaryDirectory() as folder:
        chosen = Settings(var=Path(folder), sample=True)
        use_lists(chosen)
        engine = connect(f"sqlite:///{folder}/town.db")
        migrate.upgrade(engine)
        store = Store(engine, busy)
        sample.load(store, operator("bench"), HOUSE / "data" / "sample")
        yield store
        store.close()


def chair(store: Store) -> Actor:
    """Return the sample's chair."""
    with store.reading() as session:
        user = session.scalars(select(User).where(User.username == "chair")).one()
        return jobs.capacity(session, user.id, user.grants[0].id)


def wanted(store: Store, count: int) -> list[Order]:
    """Return orders for so many places; made-up ones are put beside those of the town."""
    with store.writing() as session:
        held = list(session.scalars(select(Place).order_by(Place.id)))
        fill(session, SYSTEM, held, count)
        numbers = session.scalars(select(Place.id).where(Place.tier <= 3).order_by(Place.id))
        return [Order(What.PLACE, number) for number in list(numbers)[:count]]


@action("bench.fill", needs=Permission.RUN_JOBS)
def fill(session, _actor, held: list[Place], count: int) -> None:  # type: ignore[no-untyped-def]
    """Copy places until there are so many."""
    for number in range(max(0, count - len(held))):
        like = held[number % len(held)]
        copied = {each.key: getattr(like, each.key) for each in Place.__table__.columns
                  if each.key not in ("id", "reference")}  # fmt: skip
        session.add(Place(**{**copied, "name": f"{like.name} {number}"}))


def job(store: Store, actor: Actor, orders: list[Order]) -> float:
    """Return the seconds from asking to the file."""
    wish = Wish(tuple(orders), FORMS)
    begun = time.perf_counter()
    with store.writing() as session:
        asked = jobs.submit(session, actor, "pack", wish.as_json())
    jobs.work_once(store, {"pack": pack_job.put_together})
    seconds = time.perf_counter() - begun
    ended = jobs.look(store, actor, asked.id)
    if ended.state is not jobs.JobState.DONE:
        raise RuntimeError(ended.message)
    return seconds


def one_by_one(store: Store, actor: Actor, orders: list[Order]) -> float:
    """Return the seconds that the same files take one after the other."""
    begun = time.perf_counter()
    for order in orders:
        for form in FORMS:
            packs.export(store, actor, order, form)
    return time.perf_counter() - begun


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure packs.")
    parser.add_argument("--quick", action="store_true", help="three places")
    main(quick=parser.parse_args().quick)
