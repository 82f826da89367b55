"""One source that sends a lot is slowed, bundled, and never blocked for good."""

from datetime import timedelta

import pytest
from shapely import Point
from sqlalchemy import select, text

from domain import preferences
from domain.audit import Entry
from domain.concern_evidence import Known
from domain.concern_floods import MOST_SOURCES, WRONG_CODES, Floods
from domain.concern_queue import queue
from domain.concern_sharing import merge
from domain.concern_submitting import new_submission, submit
from domain.concerns import Concern
from domain.errors import TooMany
from domain.people import PUBLIC, Role
from domain.preferences import Moderation
from tests.domain import rows
from tests.domain.conftest import NOON

HERE, THERE = Point(475_000, 545_000), Point(478_000, 545_000)
LIBRARY = "203.0.113.7"
RULES = {"per_hour": 20, "per_day": 60}


def test_a_second_report_of_one_spot_on_one_day_is_no_second_voice():
    floods = Floods()
    assert floods.count("a", NOON, HERE, burst=6).independent
    assert not floods.count("a", NOON, HERE, burst=6).independent
    assert floods.count("a", NOON, THERE, burst=6).independent
    assert floods.count("b", NOON, HERE, burst=6).independent
    assert floods.count("a", NOON + timedelta(days=1), HERE, burst=6).independent


def test_a_burst_is_one_bundle_and_no_voice_wherever_its_pins_lie():
    floods = Floods()
    spots = [Point(470_000 + 1_000 * index, 545_000) for index in range(12)]
    told = [floods.count("a", NOON, spot, burst=6) for spot in spots]
    assert [each.independent for each in told] == [True] * 5 + [False] * 7
    assert len({each.bundle for each in told[5:]}) == 1
    assert {each.bundle for each in told[:5]} == {None}
    assert floods.count("b", NOON, HERE, burst=6).bundle is None


def test_a_source_waits_an_hour_or_until_tomorrow_and_never_longer():
    floods = Floods()
    for minute in range(20):
        now = NOON + timedelta(minutes=minute)
        floods.check(LIBRARY, now, **RULES)
        floods.count(LIBRARY, now, HERE, burst=6)
    with pytest.raises(TooMany, match="wait an hour"):
        floods.check(LIBRARY, NOON + timedelta(minutes=20), **RULES)
    floods.check("203.0.113.8", NOON + timedelta(minutes=20), **RULES)
    floods.check(LIBRARY, NOON + timedelta(minutes=80), **RULES)
    for _ in range(40):
        floods.count(LIBRARY, NOON, HERE, burst=6)
    later = NOON + timedelta(hours=5)
    with pytest.raises(TooMany):
        floods.check(LIBRARY, later, **RULES)
    floods.check(LIBRARY, NOON + timedelta(hours=12), **RULES)  # the next day in London


def test_an_ipv6_subscriber_is_one_source_however_many_addresses():
    floods = Floods()
    floods.count("2001:db8:1:2::1", NOON, HERE, burst=6)
    assert not floods.count("2001:db8:1:2:ffff::9", NOON, HERE, burst=6).independent
    assert floods.count("2001:db8:1:3::1", NOON, HERE, burst=6).independent
    floods.count("192.0.2.1", NOON, HERE, burst=6)
    assert not floods.count("::ffff:192.0.2.1", NOON, HERE, burst=6).independent


def test_nothing_in_memory_tells_an_address_and_all_is_gone_the_next_day():
    floods = Floods()
    floods.count(LIBRARY, NOON, HERE, burst=6)
    (mark,) = floods._sources
    assert LIBRARY.encode() not in mark
    assert LIBRARY not in repr(floods)
    floods.count("other", NOON + timedelta(days=1), HERE, burst=6)
    assert mark not in floods._sources
    floods.count(LIBRARY, NOON + timedelta(days=1), HERE, burst=6)
    assert mark not in floods._sources  # another salt, another mark


def test_memory_stays_bounded(monkeypatch):
    monkeypatch.setattr("domain.concern_floods.MOST_SOURCES", 100)
    floods = Floods()
    for index in range(300):
        floods.count(f"source {index}", NOON, HERE, burst=6)
    assert len(floods._sources) == 100 < MOST_SOURCES


def test_wrong_codes_lock_a_source_for_an_hour():
    floods = Floods()
    for _ in range(WRONG_CODES):
        floods.may_look(LIBRARY, NOON)
        floods.wrong(LIBRARY, NOON)
    with pytest.raises(TooMany):
        floods.may_look(LIBRARY, NOON)
    floods.may_look("another", NOON)
    floods.may_look(LIBRARY, NOON + timedelta(hours=1))


def test_two_thousand_pins_from_one_source_add_one_voice(box, people):
    """The limit lets 12 in within a day; the queue shows one bundle, the place one voice.

    After a hundred went the whole way, the rest meet the very count that refuses, in memory.
    """
    few = {"per_hour": 12, "per_day": 12}
    with box.store.writing() as session:
        preferences.change(session, people[Role.ADMINISTRATOR], Moderation(**few), version=0)
    codes, refused = [], 0

    def pin(session):
        nonlocal refused
        given = {"submission": new_submission(), "source": LIBRARY, "now": NOON}
        try:
            codes.append(submit(session, PUBLIC, box.intake, rows.report(), **given).code)
        except TooMany:
            refused += 1

    with box.store.writing() as session:
        for _ in range(100):
            pin(session)
    for _ in range(1_899):
        with pytest.raises(TooMany):
            box.intake.floods.check(LIBRARY, NOON, **few)
    with box.store.writing() as session:
        pin(session)
    kept = [box.of(code) for code in codes]
    assert (len(kept), refused) == (12, 89)
    with box.store.reading() as session:
        entries = queue(session, people[Role.COORDINATOR], NOON)
    assert sorted(len(entry.bundled) for entry in entries) == [0] * 5 + [6]
    first, *others = kept
    place = box.place()
    box.share(first, place, Known.UNKNOWN)
    for each in (others[0], others[-1]):
        box.grade(each, Known.UNKNOWN)
        box.act(merge, each, into_id=first.id)
    assert box.now(first).sources == 1
    neighbour = box.send(source="192.0.2.9")
    box.grade(neighbour, Known.UNKNOWN)
    box.act(merge, neighbour, into_id=first.id)
    assert box.now(first).sources == 2


def test_no_address_reaches_the_database_or_its_log(box):
    """Neither the address, nor anything that two reports of one source share, unless a flood."""
    one, two = box.send(source=LIBRARY), box.send(source=LIBRARY, words="Again.")
    with box.store.reading() as session:
        told = [str(each.changes) for each in session.scalars(select(Entry))]
        names = session.connection().exec_driver_sql("SELECT * FROM concern").keys()
        raw = [str(row) for row in session.execute(text("SELECT * FROM concern"))]
    assert LIBRARY not in str(told) + str(raw)
    same = {name for name in set(names) - {"original"} if getattr(one, name) == getattr(two, name)}
    assert "bundle" in same
    assert one.bundle is None
    assert not {name for name in same if name.endswith("hash")}
    assert Concern.__table__.columns.keys() == list(names)
