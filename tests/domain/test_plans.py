"""Goals come before actions, agencies answer for theirs, a second person approves and closes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from domain import (
    goals,
    plan_actions,
    plan_approving,
    plan_board,
    plan_proposing,
    plan_reviews,
    plan_steps,
    plans,
)
from domain.accounts import Agency
from domain.audit import Entry
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.matching import today
from domain.people import SYSTEM, Role, Tier
from domain.places import Status
from domain.plan_actions import ACTIVE, LAPSES, MOVES, ActionState, Standing, is_active, standing
from domain.plan_board import Board
from domain.plan_reviews import Judged, Outcome, Result
from domain.plan_steps import Pick, Step
from domain.plans import PlanState
from store.database import Store, connect
from tests.conftest import arrange, busy
from tests.domain import rows
from tests.domain.cases import CHECKED, GOAL

TODAY = date(2026, 11, 23)
S = ActionState


@pytest.fixture
def planned(case):
    """A place that is being assessed, with a plan of one goal."""
    with case.store.writing() as session:
        (case.place,) = arrange(session, SYSTEM, rows.place(status=Status.PLAN))
    case.made = case.plan()
    return case


@pytest.fixture
def others(planned):
    """A practitioner of another agency."""
    with planned.store.writing() as session:
        (agency,) = arrange(session, SYSTEM, Agency(name="Bus company", kind="transport"))
    worker = planned.people[Role.PRACTITIONER]
    return type(worker).user("Driver", Role.PRACTITIONER, id=worker.id, agency_id=agency.id)


# Goals


@pytest.mark.parametrize(
    ("lacking", "says"),
    [
        ({"measure": ""}, "Goal 1 needs a measure of change"),
        ({"baseline_value": ""}, "Goal 1 needs a baseline"),
        ({"baseline_on": None}, "Goal 1 needs a baseline"),
    ],
)
def test_no_action_comes_before_a_goal_has_its_baseline(planned, lacking, says):
    goal = planned.goal()
    planned.act(goals.change, goal, **lacking)
    with pytest.raises(Invalid, match="how things stand now"):
        planned.propose(goal)
    with planned.store.reading() as session:
        assert says in " ".join(goals.missing(goals.open_goals(session, planned.made.id)))
    planned.act(goals.change, goal, measure="Share.", baseline_why_none="Nobody asked yet.")
    planned.propose(goal)


def test_a_plan_has_five_goals_at_most(planned):
    for _ in range(4):
        planned.do(goals.add, planned.analyst, planned.made.id, **GOAL)
    with pytest.raises(Invalid, match="5 goals at most"):
        planned.do(goals.add, planned.analyst, planned.made.id, **GOAL)
    planned.act(goals.drop, planned.goal(), reason="It is another's.")
    planned.do(goals.add, planned.analyst, planned.made.id, **GOAL)


@pytest.mark.parametrize(
    "given",
    [{"statement": ""}, {"side": "roof"}, {"statement": "x" * 301}, {"baseline_on": date.max}],
)
def test_a_goal_that_cannot_be_taken_is_refused(planned, given):
    with pytest.raises(Invalid):
        planned.do(goals.add, planned.analyst, planned.made.id, **{**GOAL, **given})


def test_a_measure_of_effort_gets_a_hint():
    assert "what we do" in goals.hint("Number of patrols in a month")
    assert "what we do" in goals.hint("Leaflets will be produced")
    assert goals.hint("Share of young people who can name an adult they trust") == ""


def test_a_goal_that_changes_has_the_plan_approved_again(planned):
    planned.propose()
    planned.approve(planned.made)
    planned.act(goals.change, planned.goal(), target="15 of 20")
    assert planned.now(planned.made).state is PlanState.DRAFT


# Approval


def test_a_plan_without_an_action_or_its_checks_is_not_approved(planned):
    with pytest.raises(Invalid, match="Propose at least one action"):
        planned.act(plan_approving.submit, planned.made)
    found = planned.propose(tactic_code="S07")
    with pytest.raises(Invalid, match="Action 1: Say what the legal check found"):
        planned.act(plan_approving.submit, planned.made)
    planned.act(plan_proposing.change, found, **CHECKED)
    assert planned.approve(planned.made).state is PlanState.APPROVED
    assert planned.now(planned.place).review_due == today() + timedelta(days=84)


def test_neither_author_nor_asker_approves(planned):
    planned.propose()
    planned.act(plan_approving.submit, planned.made, planned.chair)
    with pytest.raises(NotPermitted, match="A second person"):
        planned.act(plan_approving.approve, planned.made, planned.chair)
    with pytest.raises(NotPermitted, match="approve plans"):
        planned.act(plan_approving.approve, planned.made, planned.analyst)
    planned.act(plan_approving.approve, planned.made, planned.deputy)


def test_of_two_approvers_at_once_one_gets_a_conflict(planned, url):
    planned.propose()
    version = planned.act(plan_approving.submit, planned.made).version
    start = Barrier(2)

    def approve(who):
        store = Store(connect(url), busy)
        try:
            start.wait()
            with store.writing() as session:
                plan_approving.approve(session, who, planned.made.id, version=version)
        except Conflict:
            return False
        else:
            return True
        finally:
            store.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(approve, [planned.chair, planned.deputy])) == [False, True]
    assert planned.now(planned.made).version == version + 1


# Actions


@pytest.mark.parametrize(
    "given", [{"owner_agency_id": 0}, {"owner_agency_id": 999}, {"owner_role": ""}, {"due": None}]
)
def test_no_action_is_without_an_owner_or_a_day(planned, given):
    with pytest.raises(Invalid):
        planned.propose(**given)
    found = planned.propose()
    with pytest.raises(Invalid):
        planned.act(plan_proposing.change, found, **given)


def test_an_action_keeps_the_row_as_it_stood(planned):
    kept = planned.now(planned.propose(tactic_code="S01"))
    assert kept.tactic["code"] == "S01"
    assert kept.tactic["in_force"] == "partly"
    assert kept.tactic["reviewed_on"] == "2026-11-23"
    with pytest.raises(Invalid, match="not in force yet"):
        planned.propose(tactic_code="P19")


def test_an_agency_answers_for_its_own_and_a_coordinator_may(planned, others):
    found = planned.propose(owner_agency_id=others.agency_id)
    with pytest.raises(NotFound):  # another agency's worker does not even read it
        planned.act(plan_steps.accept, found, planned.people[Role.PRACTITIONER])
    with pytest.raises(NotPermitted, match="agency that owns"):
        planned.act(plan_steps.accept, found, planned.people[Role.POLICE])
    assert planned.act(plan_steps.accept, found, others).state is S.ACCEPTED
    second = planned.propose(owner_agency_id=others.agency_id)
    planned.act(plan_steps.decline, second, planned.chair, reason="They have nobody.")
    asked = planned.act(
        plan_proposing.propose_again, second, owner_agency_id=planned.chair.agency_id
    )
    assert (asked.state, asked.owner_agency_id) == (S.PROPOSED, planned.chair.agency_id)


def test_a_decline_and_an_end_have_their_reasons(planned):
    found = planned.propose()
    with pytest.raises(Invalid, match="cannot take this on"):
        planned.act(plan_steps.decline, found, planned.chair, reason=" ")
    with pytest.raises(Invalid, match="why this is not done"):
        planned.act(plan_steps.cancel, found, reason="")


def test_what_is_done_is_verified_by_another_person(planned):
    found = planned.propose()
    planned.finish(found, planned.chair)
    with pytest.raises(NotPermitted, match="A second person"):
        planned.act(plan_steps.verify, found, planned.chair)
    planned.act(plan_steps.send_back, found, reason="Sundays too.")
    planned.act(plan_steps.finish, found, planned.chair, outcome="Sundays too.")
    assert planned.act(plan_steps.verify, found).state is S.VERIFIED


def test_an_immediate_action_needs_a_reason_an_approver_and_another_look(planned):
    given = {
        "what": "Light the path tonight.", "owner_agency_id": planned.chair.agency_id,
        "owner_role": "Duty engineer", "due": today(),
    }  # fmt: skip
    start = plan_proposing.propose_immediate
    with pytest.raises(Invalid, match="why it cannot wait"):
        planned.do(start, planned.chair, planned.place.id, reason="", **given)
    found = planned.do(start, planned.chair, planned.place.id, reason="Danger.", **given)
    assert found.goal_id is None
    assert 5 <= (found.look_again_by - today()).days <= 12
    with pytest.raises(Conflict, match="second person's approval"):
        planned.act(plan_steps.accept, found, planned.chair)
    with pytest.raises(NotPermitted, match="A second person"):
        planned.act(plan_proposing.approve_immediate, found, planned.chair)
    planned.act(plan_proposing.approve_immediate, found, planned.deputy)
    planned.act(plan_steps.accept, found, planned.chair)
    planned.act(plan_proposing.look_again, found, found_out="It is lit.")
    with pytest.raises(Conflict):
        planned.act(plan_proposing.look_again, found, found_out="Again.")


@given(
    state=st.sampled_from(ActionState),
    lapse=st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    day=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
)
def test_nothing_lapsed_is_ever_active(state, lapse, day):
    shown = standing(state, lapse, day)
    if lapse is not None and lapse < day and state in LAPSES:
        assert shown is Standing.LAPSED
        assert not is_active(state, lapse, day)
    else:
        assert shown is not Standing.LAPSED
    if is_active(state, lapse, day):
        assert lapse is None or day <= lapse


def test_an_order_that_was_made_holds_until_its_last_day():
    assert standing(S.DONE, TODAY, TODAY) is Standing.IN_FORCE
    assert standing(S.VERIFIED, TODAY - timedelta(days=1), TODAY) is Standing.LAPSED
    assert standing(S.VERIFIED, None, TODAY) is Standing.VERIFIED
    assert standing(S.CANCELLED, TODAY - timedelta(days=1), TODAY) is Standing.CANCELLED
    assert Standing.LAPSED not in ACTIVE


def test_a_lapsed_measure_is_neither_begun_nor_listed_until_it_is_renewed(planned):
    found = planned.propose(lapse_on=today() - timedelta(days=1))
    with pytest.raises(Conflict, match="has passed"):
        planned.act(plan_steps.accept, found, planned.chair)
    (card,) = planned.read(plan_board.cards, planned.chair, Board(place_ids=[planned.place.id]))
    assert (card.standing, card.active, card.lapses_in) == (Standing.LAPSED, False, -1)
    assert planned.read(plan_board.cards, planned.chair, Board(standings=ACTIVE)) == []
    with pytest.raises(Invalid, match="still to come"):
        planned.act(plan_proposing.renew, found, lapse_on=found.lapse_on, reason="Order.")
    planned.act(
        plan_proposing.renew, found, lapse_on=today() + timedelta(days=5), reason="The court."
    )
    planned.act(plan_steps.accept, found, planned.chair)
    for within, number in ((4, 0), (5, 1)):
        asked = Board(lapsing_within=within)
        assert len(planned.read(plan_board.cards, planned.chair, asked)) == number


@given(path=st.lists(st.sampled_from(ActionState), max_size=10))
def test_no_path_of_an_action_skips_its_machine(path):
    found = plan_actions.PlanAction(state=S.PROPOSED, version=1)
    walked = [S.PROPOSED]
    for asked in path:
        try:
            plan_actions.move(found, asked)
        except Conflict:
            assert asked not in MOVES[walked[-1]]
        else:
            walked.append(asked)
    assert found.state is walked[-1]
    assert found.version == len(walked)
    if S.VERIFIED in walked:
        assert {S.ACCEPTED, S.IN_PROGRESS, S.DONE} <= set(walked)


# The board


def test_the_board_is_narrowed_and_shows_neutral_readers_their_own(planned, others):
    mine = planned.propose(due=today() - timedelta(days=1))
    planned.propose(owner_agency_id=others.agency_id, due=today() + timedelta(days=3))

    def ids(who, **asked):
        return [card.id for card in planned.read(plan_board.cards, who, Board(**asked))]

    assert len(ids(planned.chair)) == 2
    assert ids(planned.chair, overdue=True) == [mine.id]
    assert ids(planned.chair, mine=True) == [mine.id]
    assert ids(planned.chair, due_by=today()) == [mine.id]
    assert ids(planned.chair, agencies=[others.agency_id]) != [mine.id]
    (card,) = planned.read(plan_board.cards, others)
    assert (card.place, card.agency) == ("Place in the west", "Bus company")
    assert card.steps == (Step.ACCEPT, Step.DECLINE)
    assert planned.read(plan_actions.of_place, others, planned.place.id)[0].id == card.id
    with pytest.raises(NotPermitted):
        planned.read(plan_board.cards, planned.people[Role.PARTNER])


def test_actions_of_a_place_that_one_may_not_know_of_are_not_there(planned):
    planned.propose()
    with planned.store.writing() as session:
        (secret,) = arrange(session, SYSTEM, rows.place(tier=int(Tier.T4), status=Status.PLAN))
    analyst = planned.analyst
    made = planned.do(plans.start, analyst, secret.id)
    goal = planned.do(goals.add, analyst, made.id, **GOAL)
    hidden = planned.propose(goal)
    shown = planned.read(plan_board.cards, planned.chair)
    assert hidden.id not in {card.id for card in shown}
    with pytest.raises(NotFound, match="That action is not there"):
        planned.read(plan_actions.find, planned.chair, hidden.id)


def test_several_actions_change_together_or_not_at_all(planned, others):
    first, second = planned.propose(), planned.propose()
    other = planned.propose(owner_agency_id=others.agency_id)
    worker = planned.people[Role.PRACTITIONER]
    many = plan_steps.change_many
    with pytest.raises(NotFound):
        planned.do(many, worker, [Pick(first.id, 1), Pick(other.id, 1)], Step.ACCEPT)
    with pytest.raises(Conflict):
        planned.do(many, worker, [Pick(first.id, 1), Pick(second.id, 9)], Step.ACCEPT)
    assert planned.now(first).state is S.PROPOSED
    planned.do(many, worker, [Pick(first.id, 1), Pick(second.id, 1)], Step.ACCEPT)
    assert planned.now(second).state is S.ACCEPTED
    later = today() + timedelta(days=60)
    picks = [Pick(first.id, 2), Pick(second.id, 2)]
    with pytest.raises(NotPermitted, match="make plans"):
        planned.do(many, worker, picks, Step.SET_DUE, due=later)
    planned.do(many, planned.analyst, picks, Step.SET_DUE, due=later)
    assert planned.now(first).due == later
    with pytest.raises(Invalid, match="Choose 1 to"):
        planned.do(many, worker, [], Step.ACCEPT)


def test_half_a_change_is_not_kept_even_where_the_error_is_caught(planned):
    first, second = planned.propose(), planned.propose()
    planned.act(plan_steps.cancel, second, reason="No.")
    with planned.store.writing() as session, pytest.raises(Conflict):
        plan_steps.change_many(
            session, planned.chair, [Pick(first.id, 1), Pick(second.id, 2)], Step.ACCEPT
        )
    assert planned.now(first).state is S.PROPOSED


# Review and closure


@pytest.fixture
def running(planned):
    """An approved plan of a place in review, its one action done."""
    found = planned.propose()
    planned.finish(found)
    planned.propose()
    planned.approve(planned.made)
    return planned


def last_action(case):
    with case.store.reading() as session:
        return session.scalars(
            select(plan_actions.PlanAction).order_by(plan_actions.PlanAction.id.desc())
        ).first()


def test_a_review_judges_every_goal_and_sets_the_next_day(running):
    held = running.review(running.made)
    assert held.next_on == today() + timedelta(days=84)
    assert running.now(running.place).review_due == held.next_on
    (judged,) = running.read(plan_reviews.results_of, held)
    assert (judged.result, judged.value) == (Result.BETTER, "9 of 20")
    (read,) = running.read(plan_reviews.of_plan, running.chair, running.made.id)
    assert read.id == held.id


@pytest.mark.parametrize(
    "given",
    [
        {"judged": []},
        {"judged": [Judged(999, Result.BETTER, "1", "2")]},
        {"unintended": ""},
        {"young_people_view": " "},
    ],
)
def test_a_review_that_leaves_something_out_is_refused(running, given):
    with pytest.raises(Invalid):
        running.review(running.made, **given)


@pytest.mark.parametrize(("what", "days"), [("held_on", 1), ("next_on", 0)])
def test_a_review_is_not_ahead_and_its_next_is(running, what, days):
    with pytest.raises(Invalid):
        running.review(running.made, **{what: today() + timedelta(days=days)})


def test_better_needs_a_value_and_unknown_does_not(running):
    goal = running.goal().id
    for result in (Result.BETTER, Result.SAME, Result.WORSE):
        with pytest.raises(Invalid, match="Goal 1: give the value"):
            running.review(running.made, judged=[Judged(goal, result)])
    running.review(running.made, judged=[Judged(goal, Result.UNKNOWN)])


def test_a_plan_is_closed_after_a_review_by_a_second_person(running):
    ask = plan_reviews.ask_closure
    with pytest.raises(Invalid, match="Hold a review") as refused:
        running.act(ask, running.made, reason="Safer.")
    assert "1 action is still open" in str(refused.value)
    running.act(plan_steps.cancel, last_action(running), reason="No need.")
    running.review(running.made, Outcome.CONTINUE)
    with pytest.raises(Invalid, match="Hold a review"):
        running.act(ask, running.made, reason="Safer.")
    running.review(running.made, Outcome.CLOSE)
    running.act(ask, running.made, running.chair, reason="Safer.")
    with pytest.raises(NotPermitted, match="A second person"):
        running.act(plan_reviews.approve_closure, running.made, running.chair)
    running.act(plan_reviews.refuse_closure, running.made, running.deputy, reason="Wait.")
    running.act(ask, running.made, running.chair, reason="Safer.")
    closed = running.act(plan_reviews.approve_closure, running.made, running.deputy)
    assert closed.state is PlanState.CLOSED
    with running.store.reading() as session:
        assert goals.open_goals(session, running.made.id) == []
    with pytest.raises(Conflict, match="is closed"):
        running.do(goals.add, running.analyst, running.made.id, **GOAL)


def test_what_people_wrote_of_a_plan_is_never_logged(running):
    words = {name: f"Quillfeather {name} 07700 900123" for name in CHECKED}
    running.act(plan_proposing.change, last_action(running), what="Quillfeather", **words)
    running.act(plans.note, running.made, comms_note="Quillfeather", owner_view="Quillfeather")
    running.act(goals.change, running.goal(), statement="Quillfeather", target="Quillfeather")
    with running.store.reading() as session:
        assert "Quillfeather" not in str([each.changes for each in session.scalars(select(Entry))])
        assert "900123" not in last_action(running).legal_check


def test_neutral_readers_read_no_plan(planned):
    worker = planned.people[Role.PRACTITIONER]
    assert planned.read(plans.of_place, worker, planned.place.id) == []
    with pytest.raises(NotPermitted, match="actions that your agency owns"):
        planned.read(plans.find, worker, planned.made.id)
