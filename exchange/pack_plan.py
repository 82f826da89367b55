"""The plan in a pack: goals first, each with how it is known and its actions."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from domain import assessment_forms, goals, plan_actions, plan_board, plan_reviews, plans
from domain.filters import day_words
from domain.goals import GoalState, PlanGoal
from domain.matching import LONDON
from domain.people import Actor
from domain.place_card import PlaceCard
from domain.plan_actions import Standing
from domain.plan_board import Board, Card
from domain.plan_reviews import PlanReview
from domain.plans import Plan
from exchange.pack_content import Block, Facts, Heading, Table, Words, sentence

WAITS: Final = frozenset({Standing.PROPOSED, Standing.ACCEPTED, Standing.IN_PROGRESS})
CHECKS: Final = {
    "legal_check": "Legal check",
    "proportionality": "Proportionate",
    "young_people_effect": "Effect on young people",
    "displacement_check": "Displacement",
    "equality_check": "Equality",
}
JUDGED: Final = ("Goal", "Result", "Value", "Shown by", "How sure")
ACTIONS: Final = ("What", "Who", "Stands", "Day")


def blocks(
    session: Session, reader: Actor, card: PlaceCard, today: date, plan_id: int | None = None
) -> Iterator[Block]:
    """Yield a plan, the open one by default, goals each with its actions.

    Readers of neutral cards get the actions of their own agency.
    """
    held = plan_board.cards(session, reader, Board(place_ids=[card.id]), today=today)
    known = plans.of_place(session, reader, card.id)
    plan = next((each for each in known if _is_asked(each, plan_id)), None)
    shown: set[int] = set()
    if plan is not None:
        yield Facts(tuple(_plan_facts(plan)))
        for number, goal in enumerate(goals.of_plan(session, reader, plan.id), 1):
            of_goal = [each for each in held if each.goal_id == goal.id]
            shown |= {each.id for each in of_goal}
            yield from _goal(session, reader, plan, goal, number)
            yield _actions(of_goal, f"Actions for goal {number}")
    if card.neutral:
        yield Words("Assessments and plans are read in the safeguarding meeting. Here stand the "
                    "actions that the reader's own agency owns.", quiet=True)  # fmt: skip
    elif plan is None:
        yield Words("There is no open plan.")
    others = [each for each in held if each.id not in shown]
    if others or card.neutral:
        yield Heading("Actions" if card.neutral else "Other actions")
        yield _actions(others, "Actions at this place")


def checks(session: Session, reader: Actor, card: PlaceCard, plan_id: int) -> Iterator[Block]:
    """Yield the checks of each action of a plan; nothing for readers of neutral cards."""
    if card.neutral:
        return
    for each in plan_actions.of_place(session, reader, card.id):
        rows = tuple((name, getattr(each, field)) for field, name in CHECKS.items())
        tool = str(each.tactic.get("tool", ""))
        told = (("Tactic", tool), *rows, ("Came of it", each.outcome))
        if each.plan_id == plan_id and any(words for _, words in told):
            yield Heading(each.what)
            yield Facts(tuple((name, words) for name, words in told if words))


def reviews(session: Session, reader: Actor, plan_id: int) -> Iterator[Block]:
    """Yield the reviews of a plan, the latest first: each goal against its start, and what came."""
    statements = {each.id: each.statement for each in goals.of_plan(session, reader, plan_id)}
    for each in plan_reviews.of_plan(session, reader, plan_id):
        yield Heading(f"Review of {day_words(each.held_on)}: {each.outcome.words}")
        found = plan_reviews.results_of(session, each)
        rows = tuple(
            (statements.get(one.goal_id, ""), sentence(one.result.value), one.value, one.evidence,
             sentence(one.confidence.value.replace("_", " ")))
            for one in found
        )  # fmt: skip
        if rows:
            yield Table("Goals at this review", JUDGED, rows, (5, 2, 2, 4, 2))
        yield Facts(tuple((name, words) for name, words in _review(each) if words))


def _review(each: PlanReview) -> Iterator[tuple[str, str]]:
    yield "Held by", each.held_by_name
    yield "Done until then", each.effort
    yield "Not intended", each.unintended
    yield (
        "Moved elsewhere",
        ". ".join(
            filter(None, (sentence(each.displacement.value.replace("_", " ")), each.displaced))
        ),
    )
    yield "Young people say", each.young_people_view
    yield "Guardians say", each.guardian_view
    yield "Learned", each.learning
    yield "Next review", day_words(each.next_on) if each.next_on else ""


def _is_asked(plan: Plan, plan_id: int | None) -> bool:
    return plan.id == plan_id if plan_id is not None else plan.state is not plans.PlanState.CLOSED


def _plan_facts(plan: Plan) -> Iterator[tuple[str, str]]:
    yield "Stands", sentence(plan.state.words)
    yield "Begun", f"{day_words(plan.made_at.astimezone(LONDON).date())} by {plan.author_name}"
    if plan.approved_at and plan.state in (plans.PlanState.APPROVED, plans.PlanState.CLOSING):
        day = day_words(plan.approved_at.astimezone(LONDON).date())
        yield "Approved", f"{day} by {plan.approved_by_name}"
    if plan.comms_note:
        yield "We tell the community", plan.comms_note
    if plan.owner_view:
        yield "The owner says", plan.owner_view


def _goal(
    session: Session, reader: Actor, plan: Plan, goal: PlanGoal, number: int
) -> Iterator[Block]:
    yield Heading(f"{number}. {goal.statement}")
    side = assessment_forms.sides().get(goal.side)
    ended = goal.ended_reason if goal.state is not GoalState.OPEN else ""
    rows = (
        ("Shown by", goal.measure or "Not written yet"),
        ("Measured by", goal.method),
        ("At the start", _start(goal)),
        ("Aim", goal.target),
        ("Side", side.label if side else ""),
        ("Looked at again", day_words(goal.review_on) if goal.review_on else ""),
        ("Last review", _last(session, reader, plan, goal)),
        ("Ended", ended),
    )
    yield Facts(tuple((name, words) for name, words in rows if words))


def _start(goal: PlanGoal) -> str:
    if goal.baseline_value and goal.baseline_on:
        return f"{goal.baseline_value} ({day_words(goal.baseline_on)})"
    if goal.baseline_why_none:
        return f"Not known: {goal.baseline_why_none}"
    return "Not written yet"


def _last(session: Session, reader: Actor, plan: Plan, goal: PlanGoal) -> str:
    """Say how a goal stood at the last review of its plan."""
    held = next(iter(plan_reviews.of_plan(session, reader, plan.id)), None)
    found = [each for each in plan_reviews.results_of(session, held) if each.goal_id == goal.id]
    if held is None or not found:
        return ""
    sure = found[0].confidence.value.replace("_", " ")
    told = f"{sentence(found[0].result.value)} ({sure}), {day_words(held.held_on)}"
    return ". ".join(filter(None, (told, found[0].value, found[0].evidence)))


def _actions(held: Sequence[Card], title: str) -> Block:
    if not held:
        return Words("No action yet.")
    rows = tuple((each.what, f"{each.agency}, {each.owner_role}",
                  sentence(each.standing.words), _day(each)) for each in held)  # fmt: skip
    return Table(title, ACTIONS, rows, (6, 4, 2, 3))


def _day(each: Card) -> str:
    said = []
    if each.standing in WAITS:
        said.append(f"{'was due' if each.overdue else 'due'} {day_words(each.due)}")
    if each.lapse_on is not None:
        lapsed = each.standing is Standing.LAPSED
        said.append(f"{'lapsed after' if lapsed else 'lapses after'} {day_words(each.lapse_on)}")
    if each.immediate:
        said.append("immediate" if each.approved else "immediate, waits for approval")
    return sentence("; ".join(said))
