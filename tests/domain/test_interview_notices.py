"""Your place changed this plan: what an interviewing agency hears, and what it never does."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain import interview_notices, interviews, plans
from domain.accounts import Agency
from domain.audit import action
from domain.interviews import Named
from domain.matching import today
from domain.people import SYSTEM, Permission, Role
from domain.plan_actions import PlanAction
from domain.status import Status


@action("test.make_police", needs=Permission.RUN_JOBS)
def make_police(session, _actor, agency_id):
    session.get(Agency, agency_id).kind = "police"


@pytest.fixture
def hear(case):
    def read(role=Role.PRACTITIONER):
        return case.read(interview_notices.notices, case.people[role])

    return read


def tell(case, day=None):
    day = day or today()
    named = [Named(role="last_seen", place_id=case.place.id)]
    case.do(interviews.code, case.people[Role.PRACTITIONER], day, named, today=day)


def test_an_agency_hears_that_a_place_it_named_entered_a_plan(case, hear):
    assert hear() == []
    tell(case)
    assert hear() == [], "nothing happened yet"
    made = case.to(Status.PLAN)
    case.act(plans.note, made, comms_note="The path is lit again.")
    (notice,) = hear()
    assert notice.said == interview_notices.PLANNED
    assert notice.place == "Place in the west", "a neutral card's reader reads the neutral name"
    assert (notice.words, notice.on) == ("The path is lit again.", today())
    assert notice.told == interviews.week_of(today())
    assert hear(Role.COORDINATOR)[0].place == "Mill Lane kiosk"


def test_steps_are_told_without_what_they_are_and_those_of_the_police_never(case, hear):
    tell(case)
    case.to(Status.PLAN)
    with case.store.reading() as session:
        (step,) = session.scalars(select(PlanAction)).all()
    case.finish(step)
    said = [each.said for each in hear()]
    assert "A step by a partner (council) was finished." in said
    assert "library" not in str(hear())
    with case.store.writing() as session:
        make_police(session, SYSTEM, case.chair.agency_id)
    assert [each.said for each in hear()] == [interview_notices.PLANNED]


def test_what_was_decided_before_the_agency_told_is_not_its_doing(case, hear):
    case.to(Status.PLAN)
    with case.store.reading() as session:
        approved = session.scalars(select(plans.Plan)).one().approved_at.date()
    tell(case, approved + timedelta(days=8))
    assert hear() == []
