"""The invented town's cases: assessments, plans, actions and a review on some of its places."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import powers
from domain.accounts import Agency, User
from domain.assessments import Assessment, AssessmentState
from domain.audit import action
from domain.goals import PlanGoal
from domain.people import Actor, Permission
from domain.places import Place
from domain.plan_actions import ActionState, PlanAction
from domain.plan_reviews import Confidence, Displacement, GoalResult, Outcome, PlanReview, Result
from domain.plans import Plan, PlanState
from domain.screenings import Decision, Screening
from domain.weighting import CONTEXTS, ContextWeighting

Given = dict[str, Any]
People = dict[str, tuple[int, str]]
WRITTEN = (
    "trigger",
    "lead_role",
    "methods",
    "young_people_how",
    "young_people_band",
    "young_people_why_not",
    "triangle",
    "environment",
    "equity",
    "inequalities",
    "analysis",
    "disagreement",
    "sara",
)
CHECKED = (
    "evidence_needed",
    "legal_check",
    "proportionality",
    "young_people_effect",
    "displacement_check",
    "equality_check",
    "outcome",
)
SAID = (
    "effort",
    "unintended",
    "displaced",
    "young_people_view",
    "guardian_view",
    "learning",
)


@action("sample.put_cases", needs=Permission.RUN_JOBS)
def put_cases(session: Session, _actor: Actor, cases: list[Given]) -> int:
    """Put the invented cases on their places; a place that has a case keeps it. Return how many."""
    places = dict(session.execute(select(Place.reference, Place.id)).all())
    begun = set(session.scalars(select(Screening.place_id)))
    begun |= set(session.scalars(select(Assessment.place_id)))
    people = {user.username: (user.id, user.name) for user in session.scalars(select(User))}
    count = 0
    for given in cases:
        place_id = places.get(given["place"])
        if place_id is None or place_id in begun:
            continue
        _put(session, people, place_id, given)
        count += 1
    return count


def _put(session: Session, people: People, place_id: int, given: Given) -> None:
    session.add(_screening(people, place_id, given["screening"]))
    session.add_all(_assessment(people, place_id, each) for each in given["assessments"])
    session.add_all(_weighting(people, place_id, each) for each in given["weighings"])
    if "plan" in given:
        _plan(session, people, place_id, given["plan"])


def _screening(people: People, place_id: int, given: Given) -> Screening:
    number, name = people[given["by"]]
    return Screening(
        place_id=place_id,
        decided_at=_at(given["at"]),
        decision=Decision(given["decision"]),
        reason=given["reason"],
        also_referred=given["also_referred"],
        decider_id=number,
        decider_name=name,
    )


def _assessment(people: People, place_id: int, given: Given) -> Assessment:
    number, name = people[given["by"]]
    signer, signed_by = people.get(given.get("signed_by", ""), (None, ""))
    started = date.fromisoformat(given["started"])
    return Assessment(
        place_id=place_id,
        state=AssessmentState(given["state"]),
        started=started,
        due=date.fromisoformat(given["due"]),
        author_id=number,
        author_name=name,
        made_at=_at(f"{given['started']}T09:00+01:00"),
        submitted_at=_at(given.get("submitted")),
        signed_at=_at(given.get("signed")),
        signed_by_id=signer,
        signed_by_name=signed_by,
        **{part: given[part] for part in WRITTEN},
    )


def _weighting(people: People, place_id: int, given: Given) -> ContextWeighting:
    number, name = people[given["by"]]
    return ContextWeighting(
        place_id=place_id,
        rationale=given["rationale"],
        judged_by=given["judged_by"],
        judged_at=_at(given["at"]),
        author_id=number,
        author_name=name,
        **{context: given[context] for context in CONTEXTS},
    )


def _plan(session: Session, people: People, place_id: int, given: Given) -> None:
    number, name = people[given["by"]]
    approver, approved_by = people[given["approved_by"]]
    plan = Plan(
        place_id=place_id,
        state=PlanState(given["state"]),
        comms_note=given["comms_note"],
        owner_view=given["owner_view"],
        author_id=number,
        author_name=name,
        made_at=_at(given["made"]),
        asked_by_id=number,
        asked_at=_at(given["made"]),
        approved_by_id=approver,
        approved_by_name=approved_by,
        approved_at=_at(given["approved"]),
    )
    session.add(plan)
    session.flush()
    goals = [_goal(plan.id, each) for each in given["goals"]]
    session.add_all(goals)
    session.flush()
    agencies = dict(session.execute(select(Agency.name, Agency.id)).all())
    session.add_all(_action(people, agencies, plan, goals, each) for each in given["actions"])
    for each in given["reviews"]:
        _review(session, people, plan, goals, each)


def _goal(plan_id: int, given: Given) -> PlanGoal:
    days = {name: date.fromisoformat(given[name]) for name in ("baseline_on", "review_on")}
    return PlanGoal(plan_id=plan_id, **{**given, **days})


def _action(
    people: People, agencies: dict[str, int], plan: Plan, goals: list[PlanGoal], given: Given
) -> PlanAction:
    proposer, proposed_by = people[given["by"]]
    doer, done_by = people.get(given.get("done_by", ""), (None, ""))
    checker, verified_by = people.get(given.get("verified_by", ""), (None, ""))
    code = given["tactic"]
    return PlanAction(
        place_id=plan.place_id,
        plan_id=plan.id,
        goal_id=goals[given["goal"] - 1].id,
        state=ActionState(given["state"]),
        what=given["what"],
        tactic_code=code,
        tactic=powers.power(code).as_json() if code else {},
        owner_agency_id=agencies[given["agency"]],
        owner_role=given["role"],
        due=date.fromisoformat(given["due"]),
        lapse_on=date.fromisoformat(given["lapse_on"]) if "lapse_on" in given else None,
        proposed_by_id=proposer,
        proposed_by_name=proposed_by,
        proposed_at=_at(given["proposed"]),
        answered_by_name=people.get(given.get("answered_by", ""), (None, ""))[1],
        answered_at=_at(given.get("answered")),
        done_by_id=doer,
        done_by_name=done_by,
        done_at=_at(given.get("done")),
        verified_by_id=checker,
        verified_by_name=verified_by,
        verified_at=_at(given.get("verified")),
        **{name: given.get(name, "") for name in CHECKED},
    )


def _review(
    session: Session, people: People, plan: Plan, goals: list[PlanGoal], given: Given
) -> None:
    number, name = people[given["by"]]
    review = PlanReview(
        plan_id=plan.id,
        place_id=plan.place_id,
        held_on=date.fromisoformat(given["on"]),
        recorded_at=_at(given["recorded"]),
        held_by_id=number,
        held_by_name=name,
        displacement=Displacement(given["displacement"]),
        outcome=Outcome(given["outcome"]),
        next_on=date.fromisoformat(given["next_on"]),
        **{part: given[part] for part in SAID},
    )
    session.add(review)
    session.flush()
    session.add_all(
        GoalResult(
            review_id=review.id,
            goal_id=goals[each["goal"] - 1].id,
            result=Result(each["result"]),
            value=each["value"],
            evidence=each["evidence"],
            confidence=Confidence(each["confidence"]),
        )
        for each in given["results"]
    )


def _at(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
