"""Safety mapping: squares that a group marked, kept, taken back, and told to whom."""

from datetime import date, timedelta

import pytest
from shapely import Point, box
from sqlalchemy import func, select

from domain import safety_mapping
from domain.accounts import Agency
from domain.areas import AreaKind
from domain.audit import Entry
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.people import SYSTEM, Actor, Role
from domain.safety_mapping import Mark, SafetyMark, SessionState, squares
from tests.conftest import arrange
from tests.domain import rows

TODAY = date(2026, 11, 18)
SAFE = Mark(475_000, 545_000, "after_school", "safe")
UNSAFE = Mark(475_125, 545_000, "evening", "unsafe")


@pytest.fixture
def ward(store):
    with store.writing() as session:
        return arrange(session, SYSTEM, rows.area())[0]


@pytest.fixture
def keep(store, actor, ward):
    def act(who=None, **given):
        values = {
            "held_on": TODAY, "area_id": ward.id, "group_size": "from_6", "today": TODAY,
            "marks": (SAFE, UNSAFE),
        }  # fmt: skip
        with store.writing() as session:
            return safety_mapping.keep(
                session, who or actor(Role.PRACTITIONER), **{**values, **given}
            )

    return act


def do(store, work, who, found, **given):
    with store.writing() as session:
        return work(session, who, found.id, **given)


def test_squares_are_kept_with_the_ward_and_a_band_and_words_without_names(store, keep, actor):
    made = keep(words="Ask Jo Bloggs on 07700 900123 to fix the lamp.")
    assert made.group_size == "from_6"
    assert "900123" not in made.words
    assert "lamp" in made.words
    with store.reading() as session:
        assert safety_mapping.marks(session, actor(Role.PRACTITIONER), made.id) == [SAFE, UNSAFE]
        entries = session.scalars(select(Entry).where(Entry.action == "safety.keep")).all()
    assert {"marks": 2} in [each.changes for each in entries]
    assert "475" not in str([each.changes for each in entries])


@pytest.mark.parametrize(
    "wrong",
    [
        {"held_on": TODAY + timedelta(days=1)},
        {"held_on": TODAY - timedelta(days=731)},
        {"group_size": "1"},
        {"marks": ()},
        {"marks": (Mark(475_001, 545_000, "evening", "safe"),)},
        {"marks": (Mark(475_000, 545_000, "evening", "both"),)},
        {"marks": (Mark(475_000, 545_000, "unknown", "safe"),)},
        {"marks": (Mark(575_000, 545_000, "evening", "safe"),)},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(store, keep, wrong):
    with store.writing() as session:
        arrange(session, SYSTEM, rows.area(kind=AreaKind.PARTNERSHIP))
    with pytest.raises(Invalid):
        keep(**wrong)
    with store.reading() as session:
        assert session.scalar(select(func.count(SafetyMark.id))) == 0


def test_a_session_that_is_withdrawn_leaves_its_history_and_no_square(store, keep, actor):
    who, made = actor(Role.PRACTITIONER), keep(words="More light.")
    with pytest.raises(Invalid, match="reason"):
        do(store, safety_mapping.withdraw, who, made, version=1, reason=" ")
    given = {"version": 1, "group_size": "from_3", "words": "More light.", "reason": "Miscounted."}
    do(store, safety_mapping.change, who, made, **given)
    with pytest.raises(Conflict):
        do(store, safety_mapping.change, who, made, **given)
    do(store, safety_mapping.withdraw, who, made, version=2, reason="The group asked for it.")
    with pytest.raises(Conflict, match="withdrawn"):
        do(store, safety_mapping.withdraw, who, made, version=3, reason="Again.")
    with store.reading() as session:
        (found,) = safety_mapping.sessions(session, who)
        assert (found.state, found.words) == (SessionState.WITHDRAWN, "")
        assert safety_mapping.marks(session, who, made.id) == []
        assert session.scalar(select(func.count(SafetyMark.id))) == 0
        told = [each.what for each in safety_mapping.history(session, who, made.id)]
    assert told == ["kept", "changed", "withdrawn"]


def test_a_session_is_opened_by_its_own_agency_and_by_the_meeting(store, keep, actor):
    made = keep()
    with store.writing() as session:
        (other,) = arrange(session, SYSTEM, Agency(name="Other", kind="voluntary"))
    who = actor(Role.PRACTITIONER)
    stranger = Actor.user("B", Role.PRACTITIONER, id=who.id, agency_id=other.id)
    chair = Actor.user("C", Role.COORDINATOR, id=who.id, agency_id=other.id)
    with store.reading() as session:
        assert safety_mapping.find(session, chair, made.id).id == made.id
        assert safety_mapping.sessions(session, stranger) == []
        with pytest.raises(NotFound):
            safety_mapping.marks(session, stranger, made.id)
    for role in (Role.POLICE, Role.ANALYST, Role.PARTNER):
        with store.reading() as session, pytest.raises(NotPermitted):
            safety_mapping.sessions(session, actor(role))
        with pytest.raises(NotPermitted):
            keep(who=actor(role))


def test_a_shape_takes_up_whole_squares():
    assert squares(Point(475_124.9, 545_000)) == {(475_000, 545_000)}
    assert squares(box(475_000, 545_000, 475_250, 545_125)) == {
        (475_000, 545_000), (475_125, 545_000),
    }  # fmt: skip
    assert squares(box(475_010, 545_010, 475_020, 545_020)) == {(475_000, 545_000)}
    assert len(squares(Point(475_000, 545_000).buffer(500))) > 40
