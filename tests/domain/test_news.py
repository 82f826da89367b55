"""What is new for a person: what they follow, who asks them, and nothing that is not for them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from shapely import Point, box
from sqlalchemy import select

from domain import follows, mentions, news, threads
from domain.accounts import Agency
from domain.annotation_changes import annotate, withdraw
from domain.areas import AreaKind
from domain.audit import Entry
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.follows import Follow
from domain.news import NewsSeen
from domain.people import SYSTEM, Role, Tier
from domain.place_changes import move
from domain.status import Status
from tests.conftest import arrange
from tests.domain import rows

AGENCY = "Youth service"
NOTE = {"kind": "worry", "text": "No light.", "shape": rows.HERE, "precision": "street"}
FAR = Point(480_000, 550_000)


@pytest.fixture
def do(store):
    def do(action, *args, **given):
        with store.writing() as session:
            return action(session, *args, **given)

    return do


@pytest.fixture
def told(store):
    """What is new for somebody, as pairs of what and which."""

    def told(who, *, unread=False):
        with store.reading() as session:
            found = news.items(session, who)
        return [(each.said, each.reference) for each in found if each.unread or not unread]

    return told


@pytest.fixture
def place(store):
    with store.writing() as session:
        return arrange(session, SYSTEM, rows.place(review_due=None))[0]


@pytest.fixture
def chair(actor):
    return actor(Role.COORDINATOR)


@pytest.fixture
def police(actor):
    return actor(Role.POLICE)


def test_who_follows_a_place_is_told_of_its_notes_replies_and_changes(
    do, told, place, chair, police
):
    before = do(annotate, police, **NOTE, place_id=place.id)
    do(follows.follow_place, chair, place.id)
    with pytest.raises(Conflict, match="follow this already"):
        do(follows.follow_place, chair, place.id)
    assert told(chair) == []
    do(threads.reply, police, before.id, text="Still none.")
    note = do(annotate, police, **NOTE, place_id=place.id)
    do(move, replace(police, name="Another"), place.id, Status.STEPPED_DOWN, reason="x", version=1)
    assert told(chair) == [
        ("Moved on", f"Place {place.id}"),
        ("A new note", f"Note {note.id}"),
        ("A reply", f"Note {before.id}"),
    ]
    assert told(police) == [], "nobody is told of their own"
    with pytest.raises(NotFound):
        do(follows.end, police, 1)
    do(follows.end, chair, 1)
    assert told(chair) == []


def test_an_area_is_followed_into_its_next_boundaries_and_a_drawn_one_by_its_shape(
    do, store, told, chair, police
):
    with store.writing() as session:
        (ward,) = arrange(session, SYSTEM, rows.area(code="W1", outline=rows.around(FAR, 500)))
    do(follows.follow_area, chair, ward.id)
    do(follows.follow_shape, chair, rows.around(reach=40), name="Behind the mill. 07700 900123")
    with pytest.raises(Invalid, match="draw an area"):
        do(follows.follow_shape, chair, rows.HERE, name="A spot")
    with store.reading() as session:
        names = [(each.name, each.kind) for each in follows.mine(session, chair)]
    assert names == [
        ("Behind the mill. [phone number removed]", "area that you drew"),
        ("Harbour", AreaKind.WARD.value),
    ]
    with store.writing() as session:
        moved = rows.area(code="W1", vintage="2026", outline=rows.around(reach=500))
        arrange(session, SYSTEM, moved, rows.place(shape=rows.around(FAR)))
    do(annotate, police, **{**NOTE, "shape": FAR})
    note = do(annotate, police, **NOTE)
    assert told(chair) == [("A new note", f"Note {note.id}")]


def test_an_agency_or_role_that_is_asked_is_told_and_so_is_who_takes_part(
    do, store, told, actor, chair, police
):
    with store.writing() as session:
        (youth,) = arrange(session, SYSTEM, Agency(name=AGENCY, kind="council"))
    worker = replace(actor(Role.PRACTITIONER), agency_id=youth.id)
    note = do(annotate, police, **{**NOTE, "text": f"@{AGENCY}: can you look?"})
    line = do(threads.reply, chair, note.id, text="@analyst too.")
    assert told(worker) == [("A note asks you", f"Note {note.id}")]
    assert told(actor(Role.ANALYST)) == [("A reply asks you", f"Note {note.id}")]
    assert told(police) == [("A reply", f"Note {note.id}")], "it is their note"
    do(threads.resolve, worker, note.id, reason="Mended.")
    assert told(chair)[0] == ("Resolved", f"Note {note.id}"), "they replied to it"
    do(threads.take_back, chair, line.id, version=1)
    assert told(actor(Role.ANALYST)) == []


def test_nothing_is_told_that_one_may_not_read_when_one_looks(do, store, told, chair, police):
    with store.writing() as session:
        (secret,) = arrange(session, SYSTEM, rows.place(tier=int(Tier.T4)))
    with pytest.raises(NotFound):
        do(follows.follow_place, chair, secret.id)
    do(follows.follow_shape, chair, rows.around(), name="Here")
    asked = {**NOTE, "text": "@coordinator, look."}
    do(annotate, police, **{**asked, "tier": int(Tier.T4)})
    do(annotate, police, **asked, place_id=secret.id)
    gone = do(annotate, police, **asked)
    far = do(annotate, police, **{**asked, "shape": FAR})
    assert len(told(chair)) == 2
    do(withdraw, police, gone.id, version=1)
    assert told(chair) == [("A note asks you", f"Note {far.id}")]
    with store.writing() as session:
        (area,) = arrange(session, SYSTEM, rows.area())
    assert told(replace(chair, area_ids=frozenset({area.id}))) == []


def test_a_small_drawn_area_tells_nobody_where_a_place_truly_lies(do, store, told, actor, police):
    """Who knows the square of 100 m alone learns no more of it by drawing within the square."""
    worker, spot = actor(Role.PRACTITIONER), Point(475_010, 545_010)
    middle = Point(475_050, 545_050)
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place(shape=rows.around(spot, 5)))
    for name, at in (("true", spot), ("shown", middle)):
        do(follows.follow_shape, worker, rows.around(at, 8), name=name)
    do(move, police, place.id, Status.STEPPED_DOWN, reason="x", version=1)
    do(annotate, police, **{**NOTE, "shape": spot})
    assert len(told(worker)) == 2
    do(follows.end, worker, 2)
    assert told(worker) == []


@pytest.mark.parametrize("role", [Role.PARTNER, Role.ADMINISTRATOR])
def test_who_reads_no_places_follows_nothing_and_has_no_news(do, store, place, people, role):
    with store.reading() as session, pytest.raises(NotPermitted):
        news.items(session, people[role])
    with pytest.raises(NotPermitted):
        do(follows.follow_place, people[role], place.id)
    with pytest.raises(NotPermitted):
        do(follows.follow_place, SYSTEM, place.id)


def test_what_was_read_stays_read_and_only_for_oneself(do, store, told, actor, chair, police):
    first, second = (
        do(annotate, police, **{**NOTE, "text": "@coordinator @analyst look."}) for _ in range(2)
    )
    with store.reading() as session:
        found = news.items(session, chair)
    assert news.unread(found) == {first.id: 1, second.id: 1}
    assert do(news.mark_read, chair, [f"note:{first.id}", "note:999"]) == 1
    assert do(news.mark_read, chair, [f"note:{first.id}"]) == 0
    assert told(chair, unread=True) == [("A note asks you", f"Note {second.id}")]
    do(news.mark_all_read, chair, found[0].at)
    assert told(chair, unread=True) == []
    assert len(told(chair)) == 2
    assert len(told(actor(Role.ANALYST), unread=True)) == 2
    with store.reading() as session:
        assert session.scalars(select(NewsSeen)).all() == []
    do(annotate, police, **{**NOTE, "text": "@coordinator again."})
    assert len(told(chair, unread=True)) == 1


def test_what_is_old_is_not_told(store, do, chair, police):
    do(annotate, police, **{**NOTE, "text": "@coordinator look."})
    with store.reading() as session:
        assert news.items(session, chair, now=datetime.now(UTC) + timedelta(days=61)) == []


def test_the_log_does_not_tell_where_somebody_is_looking(do, store, place, chair):
    do(follows.follow_place, chair, place.id)
    do(follows.follow_shape, chair, box(475_000, 545_000, 475_100, 545_100), name="Quillfeather")
    with store.reading() as session:
        changes = str([each.changes for each in session.scalars(select(Entry)) if
                       each.action.startswith("follow.")])  # fmt: skip
        assert len(session.scalars(select(Follow)).all()) == 2
    assert "Quillfeather" not in changes
    assert "POLYGON" not in changes
    assert f"'place_id': [None, {place.id}]" not in changes


def test_words_after_an_at_sign_are_a_name_only_where_the_name_ends():
    known = [mentions.Target("Police", 1), mentions.Target("Police and crime panel", 2)]

    def named(text):
        return [each.agency_id for _, _, each in mentions.spans(text, known)]

    assert named("@police, @Police and Crime Panel. (@Police)") == [1, 2, 1]
    assert named("joe@police @policewoman @police.uk @police-service") == []
