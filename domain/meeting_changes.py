"""What became of the places between two instants: new, moved, merged, escalated, and more.

"Since we last met" is read from the places' own histories, so that any two instants can be
compared: the state before is the one that the history gives for the first, not one that was kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import case_clock, case_work, places, plan_actions
from domain.matching import LONDON
from domain.people import Actor, Permission
from domain.places import Place, PlaceEvent
from domain.plan_actions import OPEN, PlanAction
from domain.plan_reviews import GoalResult, PlanReview, Result
from domain.screenings import Decision, Screening
from domain.status import Status
from domain.visibility import reach

RESTS = frozenset({Status.STEPPED_DOWN, Status.ARCHIVED})


class ChangeKind(Enum):
    """What kind of change it is, the most pressing first."""

    ESCALATED = "escalated"
    NEW = "new"
    OVERDUE = "overdue"
    LAPSING = "lapsing"
    MOVED = "moved"
    MERGED = "merged"
    IMPROVED = "improved"

    @property
    def title(self) -> str:
        """What people read over a list of them."""
        return TITLES[self]


K = ChangeKind
TITLES = {
    K.ESCALATED: "Escalated",
    K.NEW: "New",
    K.OVERDUE: "Overdue",
    K.LAPSING: "Lapsing",
    K.MOVED: "Moved",
    K.MERGED: "Merged",
    K.IMPROVED: "Improved",
}


@dataclass(frozen=True)
class Change:
    """One change at a place. ``facts`` are plain values for its sentence: days, states, counts."""

    place_id: int
    kind: ChangeKind
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Span:
    """The time looked at: after ``since``, up to ``until`` (aware instants)."""

    since: datetime
    until: datetime

    def holds(self, at: datetime | None) -> bool:
        """Say whether an instant falls into it."""
        return at is not None and self.since < at <= self.until

    @property
    def first(self) -> date:
        """The day in London on which it begins."""
        return _london(self.since)

    @property
    def last(self) -> date:
        """The day in London on which it ends."""
        return _london(self.until)


def difference(session: Session, actor: Actor, since: datetime, until: datetime) -> list[Change]:
    """Return what changed after ``since`` up to ``until`` at the places that ``actor`` knows of.

    New: its history begins in that time. Moved: its state differs between the two instants.
    Merged: another became a part of it. Escalated: it was decided to act now, an immediate action
    was proposed, or it came back from rest. Overdue: its review, or actions, were due before the
    day of ``until`` and are still open then. Lapsing: time-limited measures ended in that time, or
    end within the warning of the clock ``lapsing``. Improved: it was stepped down, or a review
    found something better and nothing worse. Readers of neutral cards are told of actions of
    their own agency, and of no screenings and reviews. By kind, then place.

    Raises
    ------
    NotPermitted
        The actor may not read place cards.
    """
    actor.must(Permission.SEE_PLACES)
    span = Span(since, until)
    known = _places(session, actor)
    history = _history(session)
    found: list[Change] = []
    for place in known.values():
        found += _of_history(place, history[place.id], span)
        found += _overdue_review(place, history[place.id], span)
    found += _of_actions(session, actor, known, span)
    if case_work.reads_cases(actor):
        found += _of_screenings(session, known, span)
        found += _of_reviews(session, known, span)
    there = {each.id for each in known.values() if _is_there(each, history[each.id], until)}
    order = list(ChangeKind)
    return sorted(
        {_key(each): each for each in found if each.place_id in there}.values(),
        key=lambda each: (order.index(each.kind), each.place_id, str(each.facts.get("on", ""))),
    )


def state_at(events: Iterable[PlaceEvent], at: datetime) -> Status | None:
    """Return the state that a history, the oldest line first, gives for an instant."""
    found = None
    for each in events:
        if each.at <= at and each.status is not None:
            found = each.status
    return found


def _places(session: Session, actor: Actor) -> dict[int, Place]:
    where = reach(session, actor)
    query = select(Place).where(places.known(actor), where.narrow(Place.shape))
    return {
        each.id: each
        for each in session.scalars(query.order_by(Place.id))
        if where.holds(each.shape)
    }


def _history(session: Session) -> Mapping[int, list[PlaceEvent]]:
    found: defaultdict[int, list[PlaceEvent]] = defaultdict(list)
    for each in session.scalars(select(PlaceEvent).order_by(PlaceEvent.at, PlaceEvent.id)):
        found[each.place_id].append(each)
    return found


def _is_there(place: Place, events: Sequence[PlaceEvent], until: datetime) -> bool:
    """Leave out what was not yet noted, and what had become a part of another place."""
    gone = any(
        each.kind == "merged" and not each.details.get("took") and each.at <= until
        for each in events
    )
    noted = events[0].at <= until if events else place.first_noted <= _london(until)
    return noted and not gone


def _of_history(place: Place, events: Sequence[PlaceEvent], span: Span) -> Iterator[Change]:
    if not events:
        return
    before, after = state_at(events, span.since), state_at(events, span.until)
    if span.holds(events[0].at):
        yield Change(place.id, K.NEW, {"on": _day(events[0].at), "state": _value(after)})
    elif before is not None and after is not None and before is not after:
        yield _moved(place.id, before, after)
    for each in events:
        if each.kind == "merged" and each.details.get("took") and span.holds(each.at):
            yield Change(place.id, K.MERGED, {"on": _day(each.at), "other": each.details["other"]})


def _moved(place_id: int, before: Status, after: Status) -> Change:
    facts = {"from": before.value, "to": after.value}
    if before in RESTS and after not in RESTS:
        return Change(place_id, K.ESCALATED, {"how": "reopened", **facts})
    if after is Status.STEPPED_DOWN:
        return Change(place_id, K.IMPROVED, {"how": "stepped_down", **facts})
    return Change(place_id, K.MOVED, facts)


def _overdue_review(place: Place, events: Sequence[PlaceEvent], span: Span) -> Iterator[Change]:
    late = place.review_due is not None and place.review_due < span.last
    if late and place.review_due and state_at(events, span.until) not in RESTS:
        yield Change(place.id, K.OVERDUE, {"what": "review", "on": place.review_due.isoformat()})


def _of_actions(
    session: Session, actor: Actor, known: Mapping[int, Place], span: Span
) -> Iterator[Change]:
    query = select(PlanAction).where(PlanAction.place_id.in_(list(known)))
    by_place: defaultdict[int, list[PlanAction]] = defaultdict(list)
    for each in session.scalars(query.order_by(PlanAction.id)):
        if plan_actions.readable(actor, each) and each.proposed_at <= span.until:
            by_place[each.place_id].append(each)
    for place_id, found in by_place.items():
        late = [each.due for each in found if _is_late(each, span)]
        if late:
            facts = {"what": "actions", "on": min(late).isoformat(), "count": len(late)}
            yield Change(place_id, K.OVERDUE, facts)
        yield from _lapsing(place_id, found, span)
        if any(each.immediate and span.holds(each.proposed_at) for each in found):
            yield Change(place_id, K.ESCALATED, {"how": "immediate"})


def _is_late(found: PlanAction, span: Span) -> bool:
    still = found.state in OPEN or (found.done_at is not None and found.done_at > span.until)
    return still and found.due < span.last


def _lapsing(place_id: int, found: Iterable[PlanAction], span: Span) -> Iterator[Change]:
    warned = span.last + timedelta(days=case_clock.clocks()["lapsing"].days)
    days = [
        each.lapse_on
        for each in found
        if each.lapse_on is not None
        and each.state in plan_actions.LAPSES
        and span.first <= each.lapse_on <= warned
    ]
    if days:
        facts = {"on": min(days).isoformat(), "count": len(days)}
        yield Change(place_id, K.LAPSING, {**facts, "lapsed": min(days) < span.last})


def _of_screenings(session: Session, known: Mapping[int, Place], span: Span) -> Iterator[Change]:
    query = select(Screening).where(Screening.decision == Decision.URGENT)
    for each in session.scalars(query):
        if each.place_id in known and span.holds(each.decided_at):
            yield Change(each.place_id, K.ESCALATED, {"how": "urgent"})


def _of_reviews(session: Session, known: Mapping[int, Place], span: Span) -> Iterator[Change]:
    results: defaultdict[int, set[Result]] = defaultdict(set)
    for one in session.scalars(select(GoalResult)):
        results[one.review_id].add(one.result)
    for each in session.scalars(select(PlanReview)):
        found = results[each.id]
        better = Result.BETTER in found and Result.WORSE not in found
        if better and each.place_id in known and span.holds(each.recorded_at):
            yield Change(each.place_id, K.IMPROVED, {"how": "review"})


def _key(change: Change) -> tuple[Any, ...]:
    return change.place_id, change.kind, tuple(sorted(change.facts.items()))


def _day(at: datetime) -> str:
    return _london(at).isoformat()


def _london(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def _value(state: Status | None) -> str:
    return "" if state is None else state.value
