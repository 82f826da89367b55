"""What ends, ends on its day: originals, contacts, and in time the reporter's own words."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from domain import concern_queue, preferences
from domain.concern_erasing import sweep
from domain.concern_moderating import open_original, reject
from domain.concerns import Concern, ConcernContact, ConcernState
from domain.errors import NotFound, NotPermitted
from domain.people import PUBLIC, SYSTEM, Role
from domain.preferences import Retention
from tests.domain.conftest import KEYS, NOON

TYPED = "Ring me on 07700 900123."


def day(number):
    return NOON + timedelta(days=number)


def has(box, concern):
    """Whether there is an original, and whether there is a contact."""
    with box.store.reading() as session:
        of = Concern.id == concern.id
        original = session.scalar(select(Concern.original).where(of))
        contact = select(func.count()).where(ConcernContact.concern_id == concern.id)
        return original is not None, bool(session.scalar(contact))


def test_an_original_goes_after_28_days_whatever_happens(box):
    concern = box.send(words=TYPED)
    assert box.do(sweep, SYSTEM, day(27)) == 0
    assert has(box, concern) == (True, False)
    assert box.do(sweep, SYSTEM, day(28)) == 1
    assert has(box, concern) == (False, False)
    assert box.do(sweep, SYSTEM, day(28)) == 0
    kept = box.now(concern)
    assert (kept.state, kept.words) == (
        ConcernState.RECEIVED, "Ring me on [phone number removed]."
    )  # fmt: skip
    with box.store.reading() as session:
        told = concern_queue.history(session, box.people[Role.COORDINATOR], concern.id)
    assert [each.kind for each in told] == ["original_erased", "received"]


def test_a_partnership_may_keep_originals_shorter_and_never_longer(box, people):
    concern = box.send(words=TYPED)
    with box.store.writing() as session:
        rules = Retention(original_days=3)
        preferences.change(session, people[Role.ADMINISTRATOR], rules, version=0)
    assert box.do(sweep, SYSTEM, day(2)) == 0
    assert box.do(sweep, SYSTEM, day(3)) == 1
    assert has(box, concern) == (False, False)


def test_the_decision_erases_the_original_at_once(box, people):
    shared, rejected = box.send(words=TYPED), box.send(words=TYPED)
    box.share(shared, box.place())
    box.act(reject, rejected, reason="test")
    for each in (shared, rejected):
        assert has(box, each)[0] is False
        with pytest.raises(NotFound):
            box.do(open_original, people[Role.COORDINATOR], KEYS, each.id, NOON)


def test_a_contact_goes_28_days_after_the_decision_and_at_once_where_it_is_rejected(box):
    shared, rejected, waiting = (box.send(contact="a@example.org") for _ in range(3))
    box.share(shared, box.place())
    decided_at = box.now(shared).decided_at
    box.act(reject, rejected, reason="test")
    assert [has(box, each)[1] for each in (shared, rejected, waiting)] == [True, False, True]
    box.do(sweep, SYSTEM, decided_at + timedelta(days=27))
    assert has(box, shared)[1]
    box.do(sweep, SYSTEM, decided_at + timedelta(days=28))
    assert [has(box, each)[1] for each in (shared, waiting)] == [False, True]


def test_raw_words_go_after_the_months_that_reports_are_kept_and_the_answer_stays(box):
    concern = box.send(words="A dark corner.", where="By the bandstand")
    box.act(reject, concern, reason="test", answer="Thank you.", now=NOON)
    box.do(sweep, SYSTEM, day(359))
    assert box.now(concern).words == "A dark corner."
    assert box.do(sweep, SYSTEM, day(360)) == 1
    kept = box.now(concern)
    assert (kept.words, kept.near_words, kept.answer) == ("", "", "Thank you.")
    assert box.do(sweep, SYSTEM, day(361)) == 0


def test_only_the_system_sweeps(box, people):
    for who in (PUBLIC, *people.values()):
        with pytest.raises(NotPermitted):
            box.do(sweep, who)
