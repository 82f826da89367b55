"""Hours with a patrol beside hours left without one: counted alike, and never mixed up."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from domain import case_timeline, evaluation_setting, evaluations, patrol_planning, patrol_weeks
from domain import evaluation_reporting as reporting
from domain.evaluation_reading import answer
from domain.evaluation_setting import Setting, area_of
from domain.incidents import TimeKnown
from domain.patrol_allocating import Share
from domain.patrol_weeks import Left, Round
from domain.patrols import Patrol, stops_of
from domain.people import SYSTEM, Role
from domain.places import Place, Status
from tests.conftest import arrange
from tests.domain import rows
from tests.patrol_shift import EVENING, force, record, shift, stop, visit

MONDAY, START = date(2026, 11, 16), date(2026, 11, 16)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
END = START + timedelta(weeks=12)


@pytest.fixture
def team(store):
    return force(store)


@pytest.fixture
def kiosk(store, team):
    """A week in which the kiosk is visited on two evenings and left alone on a third."""
    with store.writing() as session:
        (other,) = arrange(session, SYSTEM, rows.place(name="The yard", status=Status.PLAN))
        rounds = [
            Round(n, shift(team.planner.agency_id, EVENING + n * DAY), (
                stop(other.id if n == 2 else team.planned, begins=EVENING + n * DAY, hours=4),))
            for n in range(3)
        ]  # fmt: skip
        begins = EVENING + 2 * DAY
        patrol_weeks.plan_week(
            session, team.planner, MONDAY, rounds, seed=1,
            shares=[Share(team.planned, "Kiosk", 1, 1, 2, 2)],
            left=[Left(team.planned, 2, begins, begins + 5 * HOUR)],
        )  # fmt: skip
        for patrol in session.scalars(select(Patrol)).all():
            patrol_planning.authorise(session, team.inspector, patrol.id, version=1)
            patrol_planning.task(session, team.planner, patrol.id, version=2, now=EVENING - DAY)
    return team.planned


def patrolled(store, team, *, days=(0, 1)):
    with store.reading() as session:
        patrols = session.scalars(select(Patrol).order_by(Patrol.valid_from)).all()
        first = [stops_of(session, each.id)[0].id for each in patrols]
    for day in days:
        told = visit(first[day], begins=EVENING + day * DAY)
        record(store, team.officer, patrols[day].id, told)


def happened(store, *hours, **given):
    with store.writing() as session:
        arrange(session, SYSTEM, *(
            rows.incident(occurred_from=EVENING + timedelta(hours=each), **given)
            for each in hours
        ))  # fmt: skip


def reported(store, who, place_id):
    with store.writing() as session:
        place = session.get(Place, place_id)
        setting = Setting(title="Kiosk", area=area_of(place), start=START, place_id=place_id)
        found = evaluation_setting.set_up(session, who, setting, today=START - DAY)
        return reporting.report(session, who, found.id, version=1, today=END)


def test_counts_and_hours_with_and_without_a_patrol_are_set_side_by_side(store, team, kiosk):
    patrolled(store, team)
    happened(store, 1, 25.5, 26)  # with a patrol, on two evenings
    happened(store, 48.5, 49, 51, 52.9)  # on the evening that was left alone
    happened(store, 5, 53.5, 100)  # outside of any of these hours
    happened(store, 2, time_known=TimeKnown.DAY)
    found = reported(store, team.planner, kiosk).result
    assert found["windows"]["patrolled"] == {"hours": 8.0, "count": 3}
    assert found["windows"]["left"] == {"hours": 5.0, "count": 4}
    ratio = found["windows"]["ratio"]
    assert ratio["estimate"] == pytest.approx((3 / 8) / (4 / 5))
    assert ratio["interval"][0] < ratio["estimate"] < ratio["interval"][1]


def test_hours_of_patrols_are_told_to_those_alone_who_may_read_them(store, team, kiosk, actor):
    patrolled(store, team)
    happened(store, 1, 48.5)
    told = reported(store, team.planner, kiosk)
    assert told.result["windows"] is not None
    with store.reading() as session:
        shown, chair, analyst = (
            answer(session, who, told.id).result
            for who in (team.planner, actor(Role.COORDINATOR), actor(Role.ANALYST))
        )
    assert shown == chair == told.result
    assert analyst.pop("windows") is None
    assert "for the police" in analyst.pop("why").pop("windows")
    assert analyst.items() <= told.result.items()


def test_hours_in_which_somebody_came_all_the_same_are_not_compared(store, team, kiosk):
    patrolled(store, team)
    with store.reading() as session:
        patrol = session.scalars(select(Patrol).order_by(Patrol.valid_from)).all()[2]
    record(store, team.officer, patrol.id, visit(where="x", begins=EVENING + 2 * DAY))
    happened(store, 1)
    assert reported(store, team.planner, kiosk).result["windows"] is not None
    with store.writing() as session:
        stops = [stop(kiosk, begins=EVENING + 2 * DAY)]
        second = patrol_planning.plan(
            session, team.planner, shift(team.planner.agency_id, EVENING + 2 * DAY), stops
        )
        patrol_planning.authorise(session, team.inspector, second.id, version=1)
        patrol_planning.task(session, team.planner, second.id, version=2, now=EVENING)
        first = stops_of(session, second.id)[0].id
    record(store, team.officer, second.id, visit(first, begins=EVENING + 2 * DAY))
    found = reported(store, team.planner, kiosk).result
    assert found["windows"] is None
    assert found["why"]["windows"].startswith("No hours of a shift were left without a patrol")


def test_without_patrols_it_is_said_why_there_is_nothing_to_compare(store, team, kiosk):
    happened(store, 1)
    found = reported(store, team.planner, kiosk).result
    assert found["why"]["windows"].startswith("No patrol came here")


def test_an_evaluation_stands_on_the_timeline_of_its_place(store, team, kiosk, actor):
    number = reported(store, team.planner, kiosk).id
    with store.reading() as session:
        found = [each for each in case_timeline.of_place(session, actor(Role.COORDINATOR), kiosk)
                 if each.kind == "evaluation"]  # fmt: skip
        below = case_timeline.of_place(session, actor(Role.PRACTITIONER), kiosk)
        words = evaluations.find(session, team.planner, number).result["words"]
    assert {each.said for each in found} == {"Evaluation set", "Evaluation answered"}
    assert {each.about for each in found} == {("evaluation", number)}
    assert f"Kiosk. {words}" in {each.words for each in found}
    assert all(each.kind != "evaluation" for each in below)
