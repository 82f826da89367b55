"""Photographs: off unless switched on, sealed, for moderators alone, and gone in time."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from domain import concern_photos, preferences
from domain.audit import Entry
from domain.concern_erasing import sweep
from domain.concern_keys import Keys
from domain.concern_moderating import reject
from domain.concern_photos import cover_photo, erase_photo, look, open_photo, uncover_photo
from domain.concern_queue import history
from domain.concern_receipts import withdraw
from domain.concerns import Concern, ConcernPhoto
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.people import PUBLIC, SYSTEM, Role, operator
from domain.photographs import Box, clean
from domain.preferences import Moderation
from tests.domain.conftest import KEYS, NOON
from tests.domain.test_photographs import colour, picture

HOUSE = Path(__file__).parents[2]
PICTURE = clean(picture())
LEFT = Box(0, 0, 0.5, 1)


@pytest.fixture
def on(store, people):
    """Photographs are switched on."""
    with store.writing() as session:
        rules = Moderation(photographs=True)
        preferences.change(session, people[Role.ADMINISTRATOR], rules, version=0)


def kept(box, concern):
    with box.store.reading() as session:
        return concern_photos.of(session, box.people[Role.COORDINATOR], concern.id)


def seen(box, photo, now=NOON):
    with box.store.reading() as session:
        return look(session, box.people[Role.COORDINATOR], KEYS, photo.id, now)


def count(box):
    with box.store.reading() as session:
        return session.scalar(select(func.count(ConcernPhoto.id)))


def test_photographs_are_off_until_an_administrator_switches_them_on(box, people):
    with pytest.raises(Invalid, match="not taken here"):
        box.send(photos=(PICTURE,))
    with box.store.reading() as session:
        assert session.scalar(select(func.count(Concern.id))) == 0
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with pytest.raises(NotPermitted):
            box.do(preferences.change, people[role], Moderation(photographs=True), version=0)


@pytest.mark.usefixtures("on")
def test_a_photograph_lies_sealed_and_the_log_tells_nothing_of_it(box):
    concern = box.send(photos=(PICTURE, PICTURE))
    assert [(each.original, each.covered, each.boxes) for each in kept(box, concern)] == [
        (True, False, 0)
    ] * 2
    with box.store.reading() as session:
        raw = session.execute(text("SELECT original FROM concern_photo")).scalars().all()
        log = str(session.scalars(select(Entry.changes)).all())
    for each in map(bytes, raw):
        assert b"\xff\xd8\xff" not in each
        assert KEYS.open_bytes(each) == PICTURE.jpeg
        with pytest.raises(NotFound):
            Keys([Keys.make()]).open_bytes(each)
    assert "'original': ['changed']" in log
    assert raw[0][:40].decode(errors="replace") not in log


def test_no_layer_export_or_interface_knows_of_photographs():
    rooms = ("layers", "exchange", "api", "cli")
    files = [each for room in rooms for each in (HOUSE / room).rglob("*.py")]
    assert len(files) > 50
    assert [
        each.name for each in files if re.search("ConcernPhoto|concern_photo", each.read_text())
    ] == []


@pytest.mark.usefixtures("on")
def test_there_are_two_at_most_and_none_of_a_child(box):
    with pytest.raises(Invalid, match="2 photographs at most"):
        box.send(photos=(PICTURE,) * 3)
    assert kept(box, box.send(photos=(PICTURE,), under_18=True)) == []


@pytest.mark.usefixtures("on")
def test_nobody_but_moderators_opens_one_and_each_opening_is_logged(box, people):
    concern = box.send(photos=(PICTURE,))
    (photo,) = kept(box, concern)
    coordinator = people[Role.COORDINATOR]
    assert box.do(open_photo, coordinator, KEYS, photo.id, NOON) == PICTURE
    with box.store.reading() as session:
        assert history(session, coordinator, concern.id)[0].kind == "photo_opened"
        log = session.scalars(select(Entry).where(Entry.action == "concern.open_photo")).all()
    assert [each.changes for each in log if "opened" in each.changes] == [{"opened": "photograph"}]
    others = [people[role] for role in Role if role is not Role.COORDINATOR]
    for who in (PUBLIC, SYSTEM, operator("root"), *others):
        for act in (
            lambda session, who=who: open_photo(session, who, KEYS, photo.id, NOON),
            lambda session, who=who: look(session, who, KEYS, photo.id, NOON),
            lambda session, who=who: concern_photos.of(session, who, concern.id),
            lambda session, who=who: cover_photo(
                session, who, KEYS, photo.id, boxes=[LEFT], version=1
            ),
            lambda session, who=who: erase_photo(session, who, photo.id, version=1),
        ):
            with box.store.writing() as session, pytest.raises(NotPermitted):
                act(session)


@pytest.mark.usefixtures("on")
def test_what_was_covered_stays_and_the_original_goes_with_the_decision(box, people):
    concern = box.send(photos=(PICTURE, PICTURE))
    first, second = kept(box, concern)
    who = people[Role.COORDINATOR]
    box.do(cover_photo, who, KEYS, first.id, boxes=[LEFT], version=1, now=NOON)
    box.do(cover_photo, who, KEYS, first.id, boxes=[Box(0.9, 0, 1, 1)], version=2, now=NOON)
    shown = seen(box, first)
    assert (colour(shown, 100, 150), colour(shown, 300, 150)) == ("black", "blue")
    assert colour(shown, 390, 150) == "black"
    with pytest.raises(Conflict, match="Someone else"):
        box.do(cover_photo, who, KEYS, first.id, boxes=[LEFT], version=2, now=NOON)
    box.act(reject, concern, reason="not_harm", now=NOON)
    (left,) = kept(box, concern)
    assert (left.id, left.original, left.covered, left.boxes) == (first.id, False, True, 2)
    assert colour(seen(box, first), 100, 150) == "black"
    with pytest.raises(NotFound):
        seen(box, second)
    with pytest.raises(Conflict, match="stays black"):
        box.do(uncover_photo, who, first.id, version=left.version, now=NOON)


@pytest.mark.usefixtures("on")
def test_covering_is_begun_anew_while_the_original_lives(box, people):
    (photo,) = kept(box, box.send(photos=(PICTURE,)))
    who = people[Role.COORDINATOR]
    box.do(cover_photo, who, KEYS, photo.id, boxes=[LEFT], version=1, now=NOON)
    box.do(uncover_photo, who, photo.id, version=2, now=NOON)
    assert seen(box, photo) == PICTURE


@pytest.mark.usefixtures("on")
def test_an_original_goes_after_28_days_and_what_is_left_with_the_words(box, people):
    concern = box.send(photos=(PICTURE, PICTURE), words="Dark.")
    first, second = kept(box, concern)
    who, late = people[Role.COORDINATOR], NOON + timedelta(days=28)
    box.do(cover_photo, who, KEYS, first.id, boxes=[], version=1, now=NOON)
    with pytest.raises(NotFound):
        seen(box, second, late)  # even if nobody swept
    assert box.do(sweep, SYSTEM, late) == 1
    assert [(each.id, each.original) for each in kept(box, concern)] == [(first.id, False)]
    box.act(reject, concern, reason="not_harm", now=late)
    box.do(sweep, SYSTEM, late + timedelta(days=361))
    assert count(box) == 0


@pytest.mark.usefixtures("on")
def test_a_report_that_is_taken_back_takes_its_photographs_along(box, people):
    code = box.code(photos=(PICTURE,))
    (photo,) = kept(box, box.of(code))
    box.do(cover_photo, people[Role.COORDINATOR], KEYS, photo.id, boxes=[LEFT], version=1)
    box.do(withdraw, PUBLIC, box.intake, code, source="192.0.2.1", now=NOON)
    assert count(box) == 0


@pytest.mark.usefixtures("on")
def test_a_moderator_erases_one_at_once(box, people):
    (photo, other) = kept(box, box.send(photos=(PICTURE, PICTURE)))
    box.do(erase_photo, people[Role.COORDINATOR], photo.id, version=1)
    assert count(box) == 1
    with pytest.raises(NotFound):
        seen(box, photo)
    assert seen(box, other) == PICTURE
