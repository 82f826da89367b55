"""A week of patrols is kept whole: a draft for each team and shift, and what is left alone."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from domain import patrol_planning, patrol_reading, patrol_weeks
from domain.errors import Invalid, NotFound, NotPermitted
from domain.patrol_allocating import Share
from domain.patrol_weeks import Left, PatrolWeek, PatrolWindow, Round
from domain.patrols import Patrol, PatrolState
from domain.people import SYSTEM, Role
from domain.place_history import merge
from domain.places import Status
from domain.plan_actions import ActionState, PlanAction
from tests.conftest import arrange
from tests.domain import rows
from tests.patrol_shift import EVENING, force, record, shift, stop, visit

MONDAY = date(2026, 11, 16)
DAY = timedelta(days=1)


@pytest.fixture
def team(store):
    return force(store)


@pytest.fixture
def yard(store, team):
    """A second place that a meeting agreed."""
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place(name="The yard", status=Status.PLAN))
        return place.id


def rounds(team, *, days=2):
    return [
        Round(n, shift(team.planner.agency_id, EVENING + n * DAY),
              (stop(team.planned, begins=EVENING + n * DAY),))
        for n in range(days)
    ]  # fmt: skip


def left(place_id, number=0, hours=4):
    begins = EVENING + number * DAY
    return Left(place_id, number, begins, begins + timedelta(hours=hours))


def planned(store, team, *, alone=(), who=None):
    with store.writing() as session:
        week = patrol_weeks.plan_week(
            session, who or team.planner, MONDAY, rounds(team), left=alone, seed=7,
            shares=[Share(team.planned, "Kiosk", 1, 1, 2, 2)],
        )  # fmt: skip
        return week.id


def test_a_week_is_drafts_with_what_was_meant_and_what_is_left_alone(store, team, yard):
    number = planned(store, team, alone=[left(yard, 1)])
    with store.reading() as session:
        week = session.get(PatrolWeek, number)
        drafts = session.scalars(select(Patrol).order_by(Patrol.valid_from)).all()
        (window,) = session.scalars(select(PatrolWindow))
        first, second = (
            patrol_reading.sheet(session, team.planner, each.id).left for each in drafts
        )
    assert (week.monday, week.teams, week.seed) == (MONDAY, 1, 7)
    assert week.shares == [{"place_id": team.planned, "rank": 1, "meant": 2, "planned": 2}]
    assert {each.state for each in drafts} == {PatrolState.DRAFT}
    assert {each.week_id for each in drafts} == {number}
    assert window.patrol_id == drafts[1].id
    assert "no immediate action is open" in window.why
    assert first == ()
    assert [(each.name, each.kept) for each in second] == [("The yard", True)]


def test_hours_left_alone_are_there_to_compare_once_the_shift_is_tasked(store, team, yard, actor):
    planned(store, team, alone=[left(yard)])

    def compared(who):
        with store.reading() as session:
            return patrol_weeks.compared(session, who, yard, since=MONDAY, until=MONDAY + 14 * DAY)

    assert compared(team.planner) == []
    with store.writing() as session:
        patrol = session.scalars(select(Patrol).order_by(Patrol.valid_from)).first()
        patrol_planning.authorise(session, team.inspector, patrol.id, version=1)
        patrol_planning.task(session, team.planner, patrol.id, version=2, now=EVENING - DAY)
    (alone,) = compared(team.planner)
    assert (alone.opens, alone.kept) == (EVENING, True)
    assert [each.kept for each in compared(actor(Role.COORDINATOR))] == [True]
    with pytest.raises(NotPermitted):
        compared(actor(Role.PRACTITIONER))
    record(store, team.officer, patrol.id, visit(where="By the yard", at=60))
    assert [each.kept for each in compared(team.planner)] == [True]


def test_a_place_with_an_urgent_action_is_never_left_alone(store, team, yard):
    with store.writing() as session:
        (late,) = arrange(session, SYSTEM, PlanAction(
            place_id=yard, what="Mend the gate", owner_agency_id=team.planner.agency_id,
            owner_role="Warden", state=ActionState.ACCEPTED, due=date(2025, 1, 1),
            proposed_at=EVENING, proposed_by_name="Chair", tactic={}, version=1,
        ))  # fmt: skip
    with store.reading() as session:
        assert patrol_weeks.urgent(session, team.planner) == {yard}
    with pytest.raises(Invalid, match="an urgent action is open there"):
        planned(store, team, alone=[left(yard)])
    assert late.id


def test_hours_in_which_a_round_goes_there_are_not_left_alone(store, team):
    with pytest.raises(Invalid, match="it is visited in hours in which it is left alone"):
        planned(store, team, alone=[left(team.planned)])


def test_only_planners_plan_a_week_and_nothing_is_no_week(store, team, actor):
    with pytest.raises(NotPermitted):
        planned(store, team, who=actor(Role.COORDINATOR))
    with pytest.raises(NotPermitted):
        planned(store, team, who=replace(team.planner, tier=team.planner.tier - 1))
    with pytest.raises(Invalid, match="1 to 28 patrols"), store.writing() as session:
        patrol_weeks.plan_week(session, team.planner, MONDAY, [], shares=[], seed=1)


def test_a_merge_hands_the_hours_over(store, team, yard, actor):
    planned(store, team, alone=[left(yard)])
    with store.writing() as session:
        merge(session, actor(Role.ANALYST), team.planned, yard, reason="One yard.")
        assert session.scalars(select(PatrolWindow.place_id)).one() == team.planned


def test_a_week_is_authorised_by_another_and_tasked_at_once(store, team):
    number = planned(store, team)
    with pytest.raises(NotPermitted, match="Somebody else"), store.writing() as session:
        patrol_weeks.authorise_week(session, team.planner, number)
    with store.writing() as session:
        assert patrol_weeks.authorise_week(session, team.inspector, number) == 2
        assert patrol_weeks.task_week(session, team.planner, number, now=EVENING - DAY) == 2
        assert {each.state for each in session.scalars(select(Patrol))} == {PatrolState.TASKED}
    with pytest.raises(NotFound), store.writing() as session:
        patrol_weeks.task_week(session, team.planner, number)
    with pytest.raises(NotFound), store.writing() as session:
        patrol_weeks.authorise_week(session, team.outsider, number)
