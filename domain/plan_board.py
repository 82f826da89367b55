"""The board of actions: what each agency has in hand, what is late and what lapses soon."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import case_clock, case_work, matching, places
from domain.accounts import Agency
from domain.people import Actor, Permission
from domain.places import Place
from domain.plan_actions import LAPSES, OPEN, PlanAction, Standing, is_active, standing
from domain.plan_steps import Step, possible
from domain.visibility import reach, sees_names


@dataclass(frozen=True)
class Card:
    """One action on the board as one reader may see it; words in it are a person's: escape them.

    ``place`` is the neutral name for readers of neutral cards. ``steps`` are what this reader may
    do with it; ``lapses_in`` counts days to its last day, negative once it has lapsed.
    """

    id: int
    version: int
    place_id: int
    place: str
    plan_id: int | None
    goal_id: int | None
    what: str
    tactic_code: str
    tactic: str
    agency_id: int
    agency: str
    owner_role: str
    due: date
    overdue: bool
    standing: Standing
    active: bool
    lapse_on: date | None
    lapses_in: int | None
    lapsing: bool
    immediate: bool
    approved: bool
    outcome: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Board:
    """What to show: all of it is optional."""

    standings: Collection[Standing] = ()
    agencies: Collection[int] = ()
    place_ids: Collection[int] = ()
    due_by: date | None = None
    mine: bool = False
    overdue: bool = False
    lapsing_within: int | None = None


def cards(
    session: Session, actor: Actor, asked: Board | None = None, *, today: date | None = None
) -> list[Card]:
    """Return the actions that ``actor`` may read, narrowed by ``asked``, by when they are due.

    Readers of neutral cards get the actions of their own agency alone. Measures that lapsed
    show as lapsed, and are active under no filter.

    Raises
    ------
    NotPermitted
        The actor may not read place cards.
    """
    actor.must(Permission.SEE_PLACES)
    wanted = asked or Board()
    day = today or matching.today()
    query = (
        select(PlanAction, Place, Agency)
        .join(Place, Place.id == PlanAction.place_id)
        .join(Agency, Agency.id == PlanAction.owner_agency_id)
        .where(places.known(actor), Place.merged_into_id.is_(None))
        .order_by(PlanAction.due, PlanAction.id)
    )
    if wanted.mine or not case_work.reads_cases(actor):
        query = query.where(PlanAction.owner_agency_id == (actor.agency_id or -1))
    if wanted.agencies:
        query = query.where(PlanAction.owner_agency_id.in_(sorted(wanted.agencies)))
    if wanted.place_ids:
        query = query.where(PlanAction.place_id.in_(sorted(wanted.place_ids)))
    if wanted.due_by is not None:
        query = query.where(PlanAction.due <= wanted.due_by)
    where = reach(session, actor)
    found = [
        _card(actor, each, place, agency, day)
        for each, place, agency in session.execute(query)
        if where.holds(place.shape)
    ]
    return [card for card in found if _asked_for(card, wanted, day)]


def _asked_for(card: Card, wanted: Board, today: date) -> bool:
    if wanted.standings and card.standing not in wanted.standings:
        return False
    if wanted.overdue and not card.overdue:
        return False
    if wanted.lapsing_within is None:
        return True
    last = today + timedelta(days=wanted.lapsing_within)
    return card.active and card.lapse_on is not None and card.lapse_on <= last


def _card(actor: Actor, each: PlanAction, place: Place, agency: Agency, today: date) -> Card:
    lapses = each.lapse_on is not None and each.state in LAPSES
    lapses_in = (each.lapse_on - today).days if lapses and each.lapse_on else None
    active = is_active(each.state, each.lapse_on, today)
    warned = case_clock.clocks()["lapsing"].days
    return Card(
        id=each.id,
        version=each.version,
        place_id=place.id,
        place=place.name if sees_names(actor) else place.neutral_name,
        plan_id=each.plan_id,
        goal_id=each.goal_id,
        what=each.what,
        tactic_code=each.tactic_code,
        tactic=str(each.tactic.get("tool", "")),
        agency_id=agency.id,
        agency=agency.name,
        owner_role=each.owner_role,
        due=each.due,
        overdue=each.state in OPEN and each.due < today,
        standing=standing(each.state, each.lapse_on, today),
        active=active,
        lapse_on=each.lapse_on,
        lapses_in=lapses_in,
        lapsing=active and lapses_in is not None and lapses_in <= warned,
        immediate=each.immediate,
        approved=each.approved_by_id is not None,
        outcome=each.outcome,
        steps=possible(actor, each, today) if actor.may(Permission.ACT) else (),
    )
