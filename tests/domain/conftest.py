"""A letterbox for concerns, and a moderator's way from a report to a note on a place."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from domain import concern_moderating as moderating
from domain import concern_sharing as sharing
from domain.concern_keys import Keys
from domain.concern_moderating import Draft
from domain.concern_submitting import Intake, new_submission, submit
from domain.concerns import Concern
from domain.people import PUBLIC, SYSTEM, Role
from tests.conftest import arrange
from tests.domain import rows
from tests.domain.cases import Case

KEYS = Keys([Keys.make()])
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday


@pytest.fixture
def intake():
    return Intake(KEYS)


class Letterbox:
    """Sends reports and moderates them, each act in a writing of its own."""

    def __init__(self, store, people, intake):
        self.store, self.people, self.intake = store, people, intake
        self.sources = 0

    def do(self, action, *args, **given):
        with self.store.writing() as session:
            return action(session, *args, **given)

    def code(self, who=PUBLIC, *, source=None, now=NOON, submission=None, **given):
        """Send a report, from a source of its own unless one is named; return its code."""
        self.sources += 1
        return self.do(
            submit, who, self.intake, rows.report(**given), now=now,
            submission=submission or new_submission(),
            source=source or f"198.51.100.{self.sources}",
        ).code  # fmt: skip

    def send(self, *args, **given):
        """Send a report; return the concern that it is now."""
        return self.of(self.code(*args, **given))

    def of(self, code):
        with self.store.reading() as session:
            kept = self.intake.keys.marks("receipt", code)
            return session.scalar(select(Concern).where(Concern.receipt_hash.in_(kept)))

    def now(self, concern):
        with self.store.reading() as session:
            return session.get(Concern, concern.id)

    def act(self, action, concern, who=None, **given):
        """Do one act on a concern as it stands, as the coordinator unless somebody is named."""
        who = who or self.people[Role.COORDINATOR]
        return self.do(action, who, concern.id, version=self.now(concern).version, **given)

    def grade(self, concern, *known, items=None):
        """Bring a report to the state in which it can be linked or merged."""
        items = items or [Draft("The light behind the bandstand fails.")]
        self.act(moderating.check_danger, concern, danger=False)
        self.act(moderating.redact, concern, items=items)
        if known:
            return self.act(moderating.grade_plainly, concern, known=known)
        return self.act(moderating.grade, concern)

    def place(self, **given):
        with self.store.writing() as session:
            return arrange(session, SYSTEM, rows.place(**given))[0]

    def share(self, concern, place, *known, items=None):
        self.grade(concern, *known, items=items)
        self.act(sharing.link, concern, place_id=place.id)
        return self.act(sharing.share, concern)


@pytest.fixture
def box(store, people, intake):
    return Letterbox(store, people, intake)


@pytest.fixture
def case(store, people):
    """A watched place, and people who work on its case."""
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place())
    return Case(store, people, place)
