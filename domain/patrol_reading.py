"""Reading patrols: the team's cards, the desk's list, and what visits left on a place."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from shapely.geometry.base import BaseGeometry
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from domain import codes, patrol_weeks, places, premises
from domain.accounts import Agency
from domain.matching import LONDON
from domain.patrol_weeks import LeftAlone
from domain.patrols import Patrol, PatrolState, PatrolStop, PatrolVisit, find, known, stops_of
from domain.people import Actor, Permission, Tier
from domain.places import PlaceGuardian
from domain.premises import Premises
from domain.visibility import reach, sees_names

BEFORE, AFTER = timedelta(hours=12), timedelta(hours=12)
NEVER = (
    "No moving on of young people without a safer place to go.",
    "No stopping or singling out a child for who they are or with whom they are.",
    "No photographs of children, and no list of who was there.",
)
"""What no stop of any patrol includes."""
DANGER = "Someone is in danger now: act, and call 999 or use your radio."
DISCLOSURE = (
    "A child tells you of harm: listen, believe, do not question or promise to keep it secret. "
    "Thank them, stay with them, tell your supervisor and children's social care today. "
    "Write down their own words in your force's system, never here."
)
PURPOSE = "The purpose is reassurance and the safety of children."


@dataclass(frozen=True)
class Card:
    """One stop as its card shows it; a person wrote the words: escape them.

    ``zone`` in EPSG:27700; times in London. ``guardians`` maps the ids of premises that guard
    the place to their names. ``visited`` and ``skipped`` tell what was recorded so far.
    """

    stop_id: int
    number: int
    place_id: int | None
    name: str
    zone: BaseGeometry
    opens: datetime
    closes: datetime
    arrive: datetime
    dwell: int
    why: str
    to_do: tuple[str, ...]
    not_to_do: tuple[str, ...]
    hazards: str
    contact: str
    visits_a_day: int
    spacing: int
    most_minutes: int
    guardians: dict[int, str]
    visited: int
    skipped: int


@dataclass(frozen=True)
class Sheet:
    """A patrol as its team reads it; times in London. ``left`` are places left alone on purpose."""

    patrol_id: int
    version: int
    title: str
    purpose: str
    legal_basis: str
    style: str
    start: str
    state: PatrolState
    team: str
    authorised_by: str
    marking: str
    handling: str
    valid_from: datetime
    valid_to: datetime
    cards: tuple[Card, ...]
    unplanned: int
    agency_id: int = 0
    left: tuple[LeftAlone, ...] = ()

    @property
    def when(self) -> str:
        """The shift in words: "Friday 4 December, 20:00 to 02:00"."""
        start, end = self.valid_from, self.valid_to
        return f"{start:%A} {start.day} {start:%B}, {start:%H:%M} to {end:%H:%M}"


@dataclass(frozen=True)
class Line:
    """One patrol in a list; times in London."""

    patrol_id: int
    version: int
    title: str
    state: PatrolState
    team: str
    valid_from: datetime
    valid_to: datetime
    stops: int
    visits: int
    planned_by: int | None
    week_id: int | None = None


@dataclass(frozen=True)
class PlaceVisit:
    """A visit as a place's reader may see it; ``at`` (London) is for readers at tier T4."""

    day: date
    minutes: int
    faults: tuple[str, ...]
    at: datetime | None


def mine(session: Session, actor: Actor, *, now: datetime | None = None) -> list[Line]:
    """Return the tasked patrols of the actor's team whose shift is today or was 12 hours ago.

    Raises
    ------
    NotPermitted
        The actor may not plan and record patrols.
    """
    now = now or datetime.now(UTC)
    query = _tasked(actor).where(Patrol.valid_to >= now - BEFORE, Patrol.valid_from <= now + AFTER)
    return [_line(session, each) for each in session.scalars(query)]


def ahead(
    session: Session, actor: Actor, *, now: datetime | None = None, limit: int = 5
) -> list[Line]:
    """Return the team's next tasked patrols whose cards do not show yet, the soonest first.

    Raises
    ------
    NotPermitted
        The actor may not plan and record patrols.
    """
    now = now or datetime.now(UTC)
    query = _tasked(actor).where(Patrol.valid_from > now + AFTER)
    return [_line(session, each) for each in session.scalars(query.limit(limit))]


def listed(session: Session, actor: Actor, *, limit: int = 200) -> list[Line]:
    """Return every patrol that the actor may know of, the latest shift first.

    Raises
    ------
    NotPermitted
        The actor may not plan and record patrols.
    """
    actor.must(Permission.PATROL)
    query = select(Patrol).where(known(actor)).order_by(Patrol.valid_from.desc(), Patrol.id.desc())
    return [_line(session, each) for each in session.scalars(query.limit(limit))]


def sheet(session: Session, actor: Actor, patrol_id: int) -> Sheet:
    """Return a patrol with a card for each stop, for its team and planners.

    Raises
    ------
    NotPermitted, NotFound
        As in `patrols.find`.
    """
    patrol = find(session, actor, patrol_id)
    visits = _visits(session, patrol.id)
    known_codes = codes.current()
    marking = known_codes.markings.get(patrol.marking)
    return Sheet(
        patrol_id=patrol.id,
        version=patrol.version,
        title=patrol.title,
        purpose=patrol.purpose,
        legal_basis=patrol.legal_basis,
        style=known_codes.patrol_styles.label(patrol.style),
        start=patrol.start,
        state=patrol.state,
        agency_id=patrol.agency_id,
        team=_name(session, patrol.agency_id),
        authorised_by=patrol.authorised_by_name,
        marking=marking.label if marking else patrol.marking,
        handling=marking.handling if marking else "",
        valid_from=patrol.valid_from.astimezone(LONDON),
        valid_to=patrol.valid_to.astimezone(LONDON),
        cards=tuple(_card(session, actor, stop, visits) for stop in stops_of(session, patrol.id)),
        unplanned=sum(each.stop_id is None for each in visits),
        left=tuple(patrol_weeks.windows_of(session, actor, patrol.id)),
    )


def visits_of(session: Session, actor: Actor, patrol_id: int) -> list[PatrolVisit]:
    """Return what was recorded for a patrol, the earliest first; for its team and planners."""
    return _visits(session, find(session, actor, patrol_id).id)


def of_place(
    session: Session, actor: Actor, place_id: int, *, since: date | None = None
) -> list[PlaceVisit]:
    """Return the visits of a place, the latest first: the day, minutes and faults.

    The hour is for readers at tier T4 alone, and what lies ahead for none.

    Raises
    ------
    NotFound
        The place is not there, or not for this reader.
    """
    place = places.find(session, actor, place_id)
    query = (
        select(PatrolVisit)
        .where(PatrolVisit.place_id == place.id, PatrolVisit.skip_reason == "")
        .order_by(PatrolVisit.arrived_at.desc())
    )
    found = [_told(actor, each) for each in session.scalars(query)]
    return [each for each in found if since is None or each.day >= since]


def of_action(session: Session, actor: Actor, action_id: int) -> tuple[int, int]:
    """Return how many visits served an action of a plan, and their minutes in all.

    Raises
    ------
    NotPermitted
        The actor may not read place cards.
    """
    actor.must(Permission.SEE_PLACES)
    query = (
        select(PatrolVisit)
        .join(PatrolStop, PatrolStop.id == PatrolVisit.stop_id)
        .where(PatrolStop.action_id == action_id, PatrolVisit.skip_reason == "")
    )
    minutes = [each.stayed for each in session.scalars(query)]
    return len(minutes), sum(minutes)


def _told(actor: Actor, visit: PatrolVisit) -> PlaceVisit:
    at = visit.arrived_at.astimezone(LONDON)
    label = codes.current().environment_faults.label
    return PlaceVisit(
        day=at.date(),
        minutes=visit.stayed,
        faults=tuple(map(label, visit.faults)),
        at=at if actor.tier >= Tier.T4 else None,
    )


def _tasked(actor: Actor) -> Select[Patrol]:
    """Select what was tasked to the actor's team, the earliest first."""
    actor.must(Permission.PATROL)
    return (
        select(Patrol)
        .where(known(actor), Patrol.agency_id == (actor.agency_id or 0))
        .where(Patrol.state.in_([PatrolState.TASKED, PatrolState.UNDER_WAY, PatrolState.CLOSED]))
        .order_by(Patrol.valid_from, Patrol.id)
    )


def _visits(session: Session, patrol_id: int) -> list[PatrolVisit]:
    query = select(PatrolVisit).where(PatrolVisit.patrol_id == patrol_id)
    return list(session.scalars(query.order_by(PatrolVisit.arrived_at, PatrolVisit.id)))


def _line(session: Session, patrol: Patrol) -> Line:
    visits = _visits(session, patrol.id)
    return Line(
        patrol_id=patrol.id,
        version=patrol.version,
        title=patrol.title,
        state=patrol.state,
        team=_name(session, patrol.agency_id),
        valid_from=patrol.valid_from.astimezone(LONDON),
        valid_to=patrol.valid_to.astimezone(LONDON),
        stops=len(stops_of(session, patrol.id)),
        visits=sum(not each.skip_reason for each in visits),
        planned_by=patrol.planned_by,
        week_id=patrol.week_id,
    )


def _name(session: Session, agency_id: int) -> str:
    agency = session.get(Agency, agency_id)
    return agency.name if agency else ""


def _card(session: Session, actor: Actor, stop: PatrolStop, visits: list[PatrolVisit]) -> Card:
    here = [each for each in visits if each.stop_id == stop.id]
    label = codes.current().patrol_tactics.label
    return Card(
        stop_id=stop.id,
        number=stop.number,
        place_id=stop.place_id,
        name=stop.name,
        zone=stop.zone,
        opens=stop.opens.astimezone(LONDON),
        closes=stop.closes.astimezone(LONDON),
        arrive=stop.arrive.astimezone(LONDON),
        dwell=stop.dwell,
        why=stop.why,
        to_do=(*map(label, stop.tactics), *filter(None, [stop.to_do])),
        not_to_do=(*filter(None, [stop.not_to_do]), *NEVER),
        hazards=stop.hazards,
        contact=stop.contact,
        visits_a_day=stop.visits_a_day,
        spacing=stop.spacing,
        most_minutes=stop.most_minutes,
        guardians=_guardians(session, actor, stop.place_id),
        visited=sum(not each.skip_reason for each in here),
        skipped=sum(bool(each.skip_reason) for each in here),
    )


def _guardians(session: Session, actor: Actor, place_id: int | None) -> dict[int, str]:
    """Return the premises that guard a place and that this reader may know of."""
    if place_id is None or not sees_names(actor):
        return {}
    where = reach(session, actor)
    query = (
        select(Premises)
        .join(PlaceGuardian, PlaceGuardian.premises_id == Premises.id)
        .where(PlaceGuardian.place_id == place_id, premises.known(actor))
        .order_by(Premises.name, Premises.id)
    )
    return {each.id: each.name for each in session.scalars(query) if where.holds(each.spot)}
