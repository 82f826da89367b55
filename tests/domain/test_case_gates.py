"""A place moves on only past its gates, and the gates say in words what is missing."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from domain import case_facts, goals, plan_steps, plans, screenings
from domain.case_gates import ActionFacts, Facts, missing
from domain.errors import Conflict, Invalid, NotPermitted
from domain.people import SYSTEM, Role
from domain.place_changes import move
from domain.places import PlaceEvent, Status
from domain.plan_actions import PlanAction
from domain.plan_reviews import Outcome
from domain.screenings import Decision
from domain.status import MOVES
from tests.conftest import arrange
from tests.domain import rows

UNOWNED = ActionFacts(owned=False, due=date.max)
UNDATED = ActionFacts(owned=True, due=None)
READY = {
    Status.WATCH: Facts(Status.WATCH, screened=True),
    Status.ASSESSING: Facts(Status.ASSESSING, assessment=(), goals=2),
    Status.PLAN: Facts(
        Status.PLAN,
        goals=1,
        approved=True,
        actions=(ActionFacts(owned=True, due=date(2026, 12, 1)),),
    ),
    Status.REVIEW: Facts(Status.REVIEW, reviewed=True),
    Status.STEPPED_DOWN: Facts(Status.STEPPED_DOWN, screened=True),
}


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (Status.WATCH, Status.ASSESSING),
        (Status.WATCH, Status.STEPPED_DOWN),
        (Status.ASSESSING, Status.PLAN),
        (Status.ASSESSING, Status.WATCH),
        (Status.PLAN, Status.REVIEW),
        (Status.PLAN, Status.ASSESSING),
        (Status.REVIEW, Status.STEPPED_DOWN),
        (Status.REVIEW, Status.PLAN),
        (Status.STEPPED_DOWN, Status.ARCHIVED),
        (Status.STEPPED_DOWN, Status.ASSESSING),
    ],
)
def test_a_place_that_has_all_that_is_asked_may_move_on(start, end):
    assert missing(READY[start], end) == ()


@pytest.mark.parametrize(
    ("start", "end", "lacking", "says"),
    [
        (Status.WATCH, Status.ASSESSING, {"screened": False}, "screening decision"),
        (Status.STEPPED_DOWN, Status.ASSESSING, {"screened": False}, "screening decision"),
        (Status.WATCH, Status.ASSESSING, {"named": False}, "named person"),
        (Status.ASSESSING, Status.PLAN, {"assessment": None}, "signed off by a second person"),
        (Status.ASSESSING, Status.PLAN, {"assessment": ("The side is empty.",)}, "side is empty"),
        (Status.ASSESSING, Status.PLAN, {"goals": None}, "Set one to five goals"),
        (Status.ASSESSING, Status.PLAN, {"goals_lack": ("Goal 1 needs",)}, "Goal 1 needs"),
        (Status.PLAN, Status.REVIEW, {"goals": None}, "no open plan"),
        (Status.PLAN, Status.REVIEW, {"approved": False}, "approved by a second person"),
        (
            Status.PLAN,
            Status.REVIEW,
            {"actions": (UNOWNED,)},
            "an owner",
        ),
        (
            Status.PLAN,
            Status.REVIEW,
            {"actions": (UNDATED,)},
            "a day on which",
        ),
        (Status.REVIEW, Status.STEPPED_DOWN, {"reviewed": False}, "Hold the review first"),
        (Status.REVIEW, Status.PLAN, {"reviewed": False}, "Hold the review first"),
        (Status.REVIEW, Status.STEPPED_DOWN, {"goals": 0}, "Close the plan"),
        (Status.WATCH, Status.STEPPED_DOWN, {"goals": 1}, "Close the plan"),
        (Status.STEPPED_DOWN, Status.ARCHIVED, {"named": False}, "named person"),
        (Status.STEPPED_DOWN, Status.ARCHIVED, {"goals": 1}, "plan is still open"),
        (
            Status.STEPPED_DOWN,
            Status.ARCHIVED,
            {"actions": (ActionFacts(owned=True, due=date.max),) * 2},
            "2 actions are still open",
        ),
    ],
)
def test_each_gate_says_what_is_missing(start, end, lacking, says):
    (said,) = missing(replace(READY[start], **lacking), end)
    assert says in said


def test_a_way_that_is_none_has_no_gate():
    assert missing(Facts(Status.WATCH, named=False), Status.ARCHIVED) == ()


def test_the_whole_way_from_a_worry_to_the_archive(case):
    made = case.to(Status.REVIEW)
    (found,) = case.read(lambda session: list(session.scalars(select(PlanAction))))
    case.finish(found)
    case.review(made, Outcome.STEP_DOWN)
    case.close(made)
    case.move(Status.STEPPED_DOWN)
    case.move(Status.ARCHIVED)
    with case.store.reading() as session:
        states = session.scalars(
            select(PlaceEvent.status).where(PlaceEvent.kind == "moved").order_by(PlaceEvent.id)
        )
        assert list(states) == [
            Status.ASSESSING, Status.PLAN, Status.REVIEW, Status.STEPPED_DOWN, Status.ARCHIVED,
        ]  # fmt: skip


def test_a_refused_move_says_all_that_is_missing_and_changes_nothing(case):
    case.screen()
    case.move(Status.ASSESSING)
    with pytest.raises(Invalid) as refused:
        case.move(Status.PLAN)
    assert "signed off by a second person" in str(refused.value)
    assert "Set one to five goals" in str(refused.value)
    assert case.now(case.place).status is Status.ASSESSING


def test_a_screen_can_say_what_is_missing_before_the_move(case):
    with case.store.reading() as session:
        place = session.get(type(case.place), case.place.id)
        ways = case_facts.ways(session, case.chair, place)
        none = case_facts.ways(session, case.people[Role.PRACTITIONER], place)
    assert set(ways) == MOVES[Status.WATCH]
    assert "screening decision" in ways[Status.ASSESSING][0]
    assert ways[Status.STEPPED_DOWN] == ()
    assert none == {}


@pytest.mark.parametrize("decision", [d for d in Decision if d not in screenings.OPENS])
def test_other_decisions_open_no_assessment(case, decision):
    case.screen(decision)
    with pytest.raises(Invalid, match="screening decision"):
        case.move(Status.ASSESSING)


def test_a_screening_counts_once_a_place_that_came_back_is_screened_again(case):
    case.screen()
    case.move(Status.ASSESSING)
    case.move(Status.WATCH)
    with pytest.raises(Invalid, match="screening decision"):
        case.move(Status.ASSESSING)


def test_a_place_that_is_assessed_again_needs_a_new_assessment(case):
    case.to(Status.PLAN)
    case.move(Status.ASSESSING)
    with pytest.raises(Invalid, match="signed off"):
        case.move(Status.PLAN)
    case.assess()
    case.move(Status.PLAN)


def test_a_screening_has_a_named_decider_and_a_reason(case):
    with pytest.raises(NotPermitted, match="Only a person"):
        case.do(screenings.decide, SYSTEM, case.place.id, Decision.ASSESS, reason="Because.")
    with pytest.raises(Invalid, match="the reason"):
        case.do(screenings.decide, case.chair, case.place.id, Decision.ASSESS, reason=" ")
    case.screen()
    case.move(Status.ASSESSING)
    with pytest.raises(Conflict, match="screened before"):
        case.screen()


def test_the_system_moves_no_place_past_a_gate(case):
    case.screen()
    with pytest.raises(Invalid, match="named person"):
        case.move(Status.ASSESSING, SYSTEM)


@pytest.mark.parametrize("status", Status)
def test_a_place_put_down_in_a_state_has_not_moved(store, people, status):
    """Imports and the sample put places down in every state; no gate stands before that."""
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place(status=status))
        assert place.status is status


DEEDS = [
    lambda case: case.screen(),
    lambda case: case.screen(Decision.WATCH),
    lambda case: case.assess(),
    lambda case: case.plan(),
    lambda case: case.propose(),
    lambda case: case.approve(the_plan(case)),
    lambda case: case.review(the_plan(case), Outcome.STEP_DOWN),
    lambda case: case.close(the_plan(case)),
    lambda case: case.do(
        goals.drop, case.analyst, case.goal().id, version=case.goal().version, reason="No."
    ),
    lambda case: case.act(plan_steps.cancel, an_action(case), reason="No."),
]


def the_plan(case):
    with case.store.reading() as session:
        mine = select(plans.Plan).where(plans.Plan.place_id == case.place.id)
        found = session.scalars(mine.order_by(plans.Plan.id.desc())).first()
    if found is None:
        raise Conflict("There is none.")
    return found


def an_action(case):
    with case.store.reading() as session:
        mine = select(PlanAction).where(PlanAction.place_id == case.place.id)
        found = session.scalars(mine.order_by(PlanAction.id.desc())).first()
    if found is None:
        raise Conflict("There is none.")
    return found


WAY = [
    0, Status.ASSESSING, 2, 3, Status.PLAN, 4, 5, Status.REVIEW, 9, 6, 7, Status.STEPPED_DOWN,
]  # fmt: skip
"""The straight way: a path begins with some of it, so that it comes far."""


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    begun=st.integers(0, len(WAY)),
    more=st.lists(st.one_of(st.sampled_from(Status), st.integers(0, len(DEEDS) - 1)), max_size=12),
)
def test_no_path_of_acts_and_moves_skips_a_gate(case, begun, more):
    with case.store.writing() as session:
        (case.place,) = arrange(session, SYSTEM, rows.place())
    path = [*WAY[:begun], *more]
    screened = signed = planned = False
    for step in path:
        before = case.now(case.place).status
        try:
            if isinstance(step, int):
                DEEDS[step](case)
            else:
                case.move(step)
        except (Invalid, Conflict, AttributeError):
            assert case.now(case.place).status is before
            continue
        if isinstance(step, int):
            screened |= step == 0
            signed |= step == 2
            planned |= step == 3
        else:
            assert step in MOVES[before]
            if (before, step) == (Status.WATCH, Status.ASSESSING):
                assert screened
                screened = False
            if (before, step) == (Status.ASSESSING, Status.PLAN):
                assert signed
                assert planned
                signed = False
            if step in (Status.STEPPED_DOWN, Status.ARCHIVED):
                with case.store.reading() as session:
                    assert plans.current(session, case.place.id) is None


def test_gates_are_asked_by_every_move(case, monkeypatch):
    asked = []
    monkeypatch.setattr(case_facts, "must_pass", lambda *given: asked.append(given[-1]))
    with case.store.writing() as session:
        move(session, case.chair, case.place.id, Status.STEPPED_DOWN, reason="No.", version=1)
    assert asked == [Status.STEPPED_DOWN]
