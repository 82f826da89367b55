"""What became of places that an agency told of: a plan was agreed, a step was taken.

Told at a level that is safe for everyone who holds interviews: that there is a plan, what the
partnership tells the community of it, and steps of other agencies than the police, never in what
they consist. It rests on `interviews.ToldPlace` alone: which agency, which place, which week.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain import codes, matching, places
from domain.accounts import Agency
from domain.codes import ref
from domain.interviews import ToldPlace
from domain.people import Actor, Permission
from domain.places import Place
from domain.plan_actions import ActionState, PlanAction
from domain.plans import Plan
from domain.visibility import reach, sees_names

POLICE = ref("agency_kinds", "police")
PLANNED = "A plan for this place was agreed."
TAKEN = {
    ActionState.DONE: "was finished",
    ActionState.VERIFIED: "was finished and checked",
}


@dataclass(frozen=True)
class Notice:
    """One thing that happened at a place since the agency told of it; words are a person's."""

    place_id: int
    place: str
    told: date
    on: date
    said: str
    words: str = ""


def notices(session: Session, actor: Actor) -> list[Notice]:
    """Return what became of the places that the actor's agency told of, the latest first.

    What the reader may not know of any more is left out.

    Raises
    ------
    NotPermitted
        The actor does not code interviews.
    """
    actor.must(Permission.CODE_INTERVIEWS)
    weeks = (
        select(ToldPlace.place_id, func.min(ToldPlace.week).label("week"))
        .where(ToldPlace.agency_id == (actor.agency_id or -1))
        .group_by(ToldPlace.place_id)
        .subquery()
    )
    query = (
        select(Place, weeks.c.week)
        .join(weeks, weeks.c.place_id == Place.id)
        .where(places.known(actor), Place.merged_into_id.is_(None))
    )
    where = reach(session, actor)
    found = [
        notice
        for place, week in session.execute(query)
        if where.holds(place.shape)
        for notice in _of_place(session, actor, place, week)
    ]
    return sorted(found, key=lambda each: (-each.on.toordinal(), each.place, each.said))


def _of_place(session: Session, actor: Actor, place: Place, week: date) -> Iterator[Notice]:
    name = place.name if sees_names(actor) else place.neutral_name
    since = matching.midnight(week)
    plans = select(Plan).where(Plan.place_id == place.id, Plan.approved_at >= since)
    for plan in session.scalars(plans):
        assert plan.approved_at is not None
        yield Notice(place.id, name, week, _day(plan.approved_at), PLANNED, plan.comms_note)
    steps = (
        select(PlanAction, Agency.kind)
        .join(Agency, Agency.id == PlanAction.owner_agency_id)
        .where(PlanAction.place_id == place.id, PlanAction.done_at >= since)
        .where(PlanAction.state.in_(list(TAKEN)), Agency.kind != POLICE)
    )
    for step, kind in session.execute(steps):
        assert step.done_at is not None
        whose = codes.current().agency_kinds.label(kind)
        yield Notice(
            place.id,
            name,
            week,
            _day(step.done_at),
            f"A step by a partner ({whose}) {TAKEN[step.state]}.",
        )


def _day(at: datetime) -> date:
    return at.astimezone(matching.LONDON).date()
