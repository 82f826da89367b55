"""Everything that happened at a place as one list, each line with links to what it belongs to.

A link is (kind, id). Links go both ways: where an action names its goal, the goal names the action.
A reader gets the lines that they may read one by one, and no others.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import (
    annotations,
    case_work,
    codes,
    evaluations,
    insights,
    meeting_actions,
    meeting_deciding,
    meeting_kinds,
    places,
    plan_actions,
)
from domain.assessments import Assessment
from domain.concern_evidence import grades_of
from domain.concern_sharing import TOLD
from domain.concerns import Concern, ConcernItem
from domain.goals import PlanGoal
from domain.matching import LONDON
from domain.patrols import PatrolStop, PatrolVisit
from domain.people import Actor
from domain.place_history import Line, lines
from domain.place_sharing import PlaceSharing
from domain.plan_actions import PlanAction
from domain.plan_reviews import GoalResult, PlanReview
from domain.plans import Plan
from domain.screenings import Screening
from domain.weighting import ContextWeighting

Link = tuple[str, int]
VISITED = "visited"


@dataclass(frozen=True)
class Entry:
    """One line; words in it are a person's: escape them.

    Attributes
    ----------
    about
        The record itself: ("action", 7). Lines of one record share it.
    kind
        concern, note, evidence, place, screening, decision, assessment, weighting, plan, goal,
        action, review, sharing, visit, evaluation.
    at
        When (UTC); a time of that day where only a day is known or told (`day_only`).
    said
        What happened, in our words.
    words
        What a person wrote, where there is something.
    who
        Who did it, where this reader may know.
    links
        Other records on the timeline that it belongs to.
    handling
        How what a person wrote may be passed on: it goes with every copy.
    """

    about: Link
    kind: str
    at: datetime
    said: str
    words: str = ""
    who: str = ""
    day_only: bool = False
    links: tuple[Link, ...] = ()
    handling: str = ""


def of_place(session: Session, actor: Actor, place_id: int) -> list[Entry]:
    """Return all that ``actor`` may read of a place, the latest first, links both ways.

    Raises
    ------
    NotFound
        The place is not there, or not for this reader.
    """
    places.find(session, actor, place_id)
    parts: list[Callable[[Session, Actor, int], Iterable[Entry]]] = [_events, _notes, _actions]
    if case_work.reads_cases(actor):
        parts += [_analyses, _screenings, _decisions, _assessments, _weightings, _plans, _reviews]
        parts += [_sharings, _evaluations]
    found = [entry for part in parts for entry in part(session, actor, place_id)]
    ordered = sorted(found, key=lambda each: (each.at, each.about), reverse=True)
    return both_ways(ordered)


def both_ways(entries: Iterable[Entry]) -> list[Entry]:
    """Let every link lead back, and drop the links to what is not among ``entries``."""
    listed = list(entries)
    there = {each.about for each in listed}
    joined: dict[Link, set[Link]] = {about: set() for about in there}
    for each in listed:
        for link in there.intersection(each.links) - {each.about}:
            joined[each.about].add(link)
            joined[link].add(each.about)
    return [replace(each, links=tuple(sorted(joined[each.about]))) for each in listed]


def linked(entries: Iterable[Entry], about: Link) -> list[Entry]:
    """Return the lines of what a record links to, or is linked from, in their order."""
    listed = list(entries)
    wanted = {link for each in listed if each.about == about for link in each.links}
    return [each for each in listed if each.about in wanted]


def _events(session: Session, actor: Actor, place_id: int) -> Iterator[Entry]:
    told = lines(session, actor, place_id)
    visits = _visits(session, [line.visit for line in told if line.visit is not None])
    for number, line in enumerate(reversed(told)):
        visit = visits.get(line.visit or 0)
        yield Entry(
            about=("place_event", number) if visit is None else ("patrol", visit[0]),
            kind="visit" if line.kind == VISITED else "place",
            at=line.at,
            said=_event_said(line),
            words=line.reason,
            who=line.who,
            links=visit[1] if visit else (("place", line.other),) if line.other else (),
            day_only=line.day_only,
        )


def _visits(session: Session, numbers: list[int]) -> dict[int, tuple[int, tuple[Link, ...]]]:
    """Return the patrol of each visit, and what it belongs to: the plan's action, its note."""
    query = (
        select(
            PatrolVisit.id, PatrolVisit.patrol_id, PatrolVisit.annotation_id, PatrolStop.action_id
        )
        .outerjoin(PatrolStop, PatrolStop.id == PatrolVisit.stop_id)
        .where(PatrolVisit.id.in_(numbers))
    )
    return {
        row.id: (row.patrol_id, _there(("action", row.action_id), ("note", row.annotation_id)))
        for row in session.execute(query)
    }


def _there(*links: tuple[str, int | None]) -> tuple[Link, ...]:
    return tuple((kind, number) for kind, number in links if number is not None)


def _event_said(line: Line) -> str:
    return (
        f"{line.said}: {line.status.words}" if line.kind == "moved" and line.status else line.said
    )


def _notes(session: Session, actor: Actor, place_id: int) -> Iterator[Entry]:
    notes = annotations.of_place(session, actor, place_id)
    grades = grades_of(session, actor, [note.id for note in notes])
    query = (
        select(ConcernItem.annotation_id, Concern)
        .join(Concern, Concern.id == ConcernItem.concern_id)
        .where(ConcernItem.annotation_id.in_([note.id for note in notes]))
        .where(Concern.state.in_(TOLD))
    )
    came_from = dict(session.execute(query).all())
    for note in notes:
        grade = grades.get(note.id)
        concern = came_from.get(note.id)
        told = codes.current().annotation_kinds.label(note.kind)
        yield Entry(
            about=("note", note.id),
            kind="note",
            at=_midday(note.noted_on),
            said=f"{told.capitalize()} ({grade.words})" if grade else told.capitalize(),
            words=note.text,
            day_only=True,
            links=(("concern", concern.id),) if concern else (),
            handling=grade.handled if grade else "",
        )
    for concern in {each.id: each for each in came_from.values()}.values():
        yield Entry(
            about=("concern", concern.id),
            kind="concern",
            at=_midday(concern.received_at.astimezone(LONDON).date()),
            said="Somebody told us of a worry or a strength",
            day_only=True,
        )


def _analyses(session: Session, actor: Actor, place_id: int) -> Iterator[Entry]:
    for each in insights.of_place(session, actor, place_id):
        yield Entry(
            about=("insight", each.id),
            kind="evidence",
            at=each.made_at,
            said="An analysis was named as evidence",
            words=each.title,
            who=each.made_by_name,
        )


def _evaluations(session: Session, actor: Actor, place_id: int) -> Iterator[Entry]:
    for each in evaluations.of_place(session, actor, place_id):
        about, title = ("evaluation", each.id), evaluations.title_for(actor, each)
        yield Entry(about, "evaluation", each.made_at, "Evaluation set", title, each.made_by_name)
        for event in evaluations.history(session, each.id):
            if event.kind in TOLD_OF:
                answer = each.result.get("words", "") if event.kind == "reported" else ""
                words = f"{title}. {answer}" if answer else title
                yield Entry(about, "evaluation", event.at, TOLD_OF[event.kind], words,
                            event.actor_name)  # fmt: skip


TOLD_OF = {
    "begun": "The plan that is evaluated began",
    "reported": "Evaluation answered",
    "stopped": "Evaluation stopped",
}


def _screenings(session: Session, actor: Actor, place_id: int) -> Iterator[Entry]:
    """Tell each screening with what was known of the place since the one before it."""
    notes = annotations.of_place(session, actor, place_id)
    last = date.min
    for each in _rows(session, Screening, place_id):
        on = each.decided_at.astimezone(LONDON).date()
        yield Entry(
            about=("screening", each.id),
            kind="screening",
            at=each.decided_at,
            said=f"Screened: {each.decision.words}",
            words=each.reason,
            who=each.decider_name,
            links=tuple(("note", note.id) for note in notes if last < note.noted_on <= on),
        )
        last = on


def _decisions(session: Session, actor: Actor, place_id: int) -> Iterator[Entry]:
    """Tell each decision of a meeting with its screening, and what was agreed with it."""
    agreed: dict[int, list[Link]] = {}
    for task in meeting_actions.of_place(session, actor, place_id):
        planned = task.plan_action_id
        about = ("task", task.id) if planned is None else ("action", planned)
        agreed.setdefault(task.item_id, []).append(about)
        if planned is None:
            yield Entry(about, "action", task.made_at, "Action agreed in a meeting", task.what)
    for each in meeting_deciding.of_place(session, actor, place_id):
        yield Entry(
            about=("decision", each.id),
            kind="decision",
            at=each.decided_at,
            said=f"A meeting decided: {meeting_kinds.decision_label(each.code)}",
            words=each.words or each.reason,
            who=each.decider_name,
            links=(*_there(("screening", each.screening_id)), *agreed.get(each.item_id, ())),
        )


def _assessments(session: Session, _actor: Actor, place_id: int) -> Iterator[Entry]:
    screened = _rows(session, Screening, place_id)
    for each in _rows(session, Assessment, place_id):
        about = ("assessment", each.id)
        led = [("screening", one.id) for one in screened if one.decided_at <= each.made_at]
        yield Entry(about, "assessment", each.made_at, "Assessment begun", each.trigger,
                    each.author_name, links=tuple(led[-1:]))  # fmt: skip
        if each.signed_at is not None:
            yield Entry(about, "assessment", each.signed_at, "Assessment signed off", each.said,
                        each.signed_by_name)  # fmt: skip


def _weightings(session: Session, _actor: Actor, place_id: int) -> Iterator[Entry]:
    for each in _rows(session, ContextWeighting, place_id):
        of = (("assessment", each.assessment_id),) if each.assessment_id else ()
        yield Entry(
            about=("weighting", each.id),
            kind="weighting",
            at=each.judged_at,
            said="Contexts weighed",
            words=each.rationale,
            who=each.judged_by,
            links=of,
        )


def _plans(session: Session, _actor: Actor, place_id: int) -> Iterator[Entry]:
    signed = [each for each in _rows(session, Assessment, place_id) if each.signed_at is not None]
    for plan in _rows(session, Plan, place_id):
        about = ("plan", plan.id)
        led = [("assessment", one.id) for one in signed if one.signed_at <= plan.made_at]
        yield Entry(about, "plan", plan.made_at, "Plan begun", "", plan.author_name,
                    links=tuple(led[-1:]))  # fmt: skip
        if plan.approved_at is not None:
            yield Entry(about, "plan", plan.approved_at, "Plan approved", "",
                        plan.approved_by_name)  # fmt: skip
        if plan.closed_at is not None:
            yield Entry(about, "plan", plan.closed_at, "Plan closed", plan.said,
                        plan.closed_by_name)  # fmt: skip
        query = select(PlanGoal).where(PlanGoal.plan_id == plan.id).order_by(PlanGoal.id)
        for goal in session.scalars(query):
            yield Entry(("goal", goal.id), "goal", plan.made_at, "Goal", goal.statement, "",
                        links=(about,))  # fmt: skip


def _actions(session: Session, actor: Actor, place_id: int) -> Iterator[Entry]:
    for each in plan_actions.of_place(session, actor, place_id):
        for at, said, words, who in _of_action(each):
            if at is not None:
                yield Entry(
                    about=("action", each.id),
                    kind="action",
                    at=at,
                    said=said,
                    words=words,
                    who=who if case_work.reads_cases(actor) else "",
                    links=_there(("goal", each.goal_id), ("plan", each.plan_id)),
                )


def _of_action(each: PlanAction) -> Iterator[tuple[datetime | None, str, str, str]]:
    proposed = "Immediate action proposed" if each.immediate else "Action proposed"
    yield each.proposed_at, proposed, each.what, each.proposed_by_name
    answered = "Action declined" if each.state is plan_actions.S.DECLINED else "Action accepted"
    yield each.answered_at, answered, each.said, each.answered_by_name
    yield each.done_at, "Action done", each.outcome, each.done_by_name
    yield each.verified_at, "Action confirmed as done", "", each.verified_by_name


def _reviews(session: Session, _actor: Actor, place_id: int) -> Iterator[Entry]:
    for each in _rows(session, PlanReview, place_id):
        query = select(GoalResult.goal_id).where(GoalResult.review_id == each.id)
        judged = [("goal", number) for number in session.scalars(query)]
        yield Entry(
            about=("review", each.id),
            kind="review",
            at=_midday(each.held_on),
            said=f"Reviewed: {each.outcome.words}",
            words=each.learning,
            who=each.held_by_name,
            day_only=True,
            links=(("plan", each.plan_id), *judged),
        )


def _sharings(session: Session, _actor: Actor, place_id: int) -> Iterator[Entry]:
    for each in _rows(session, PlaceSharing, place_id):
        about = ("sharing", each.id)
        yield Entry(about, "sharing", each.decided_at, "Shared more widely", each.reason,
                    each.decided_by_name)  # fmt: skip
        if each.ended_at is not None:
            yield Entry(about, "sharing", each.ended_at, "Shared no longer", each.ended_why)


def _rows(session: Session, table: Any, place_id: int) -> list[Any]:
    return list(session.scalars(select(table).where(table.place_id == place_id).order_by(table.id)))


def _midday(day: date) -> datetime:
    return datetime.combine(day, time(12), LONDON).astimezone(UTC)
