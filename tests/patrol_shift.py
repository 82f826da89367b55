"""A shift as a test needs it: two places of which one is in a plan, and a team that is tasked."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from shapely import Point

from domain import patrol_planning, patrol_visits
from domain.accounts import Agency, Grant, User
from domain.patrol_rules import Exceptional, Shift, Stop
from domain.patrol_visits import Visit
from domain.patrols import Patrol, stops_of
from domain.people import SYSTEM, Actor, Role
from domain.places import Place, Status
from tests.conftest import arrange
from tests.domain import rows

EVENING = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
KEYS = count(1)
WORD = Exceptional(
    inspector="Inspector Mary Hale",
    basis="Common law: to keep the peace",
    effect="Young people may feel watched, so a youth worker comes along.",
    rests_on=("police_records", "youth_work"),
)


def key() -> str:
    return f"{next(KEYS):032x}"


def shift(agency_id, begins=EVENING, hours=8, **given):
    values = {
        "title": "Friday evening, riverside",
        "purpose": "Children feel safe on their way home.",
        "legal_basis": "Common law duty to keep the peace",
        "style": "foot",
        "agency_id": agency_id,
        "valid_from": begins,
        "valid_to": begins + timedelta(hours=hours),
    }
    return Shift(**{**values, **given})


def stop(place_id=None, *, at=30, begins=EVENING, hours=8, **given):
    """A stop ``at`` minutes into the shift, with the whole shift as its window."""
    values = {
        "place_id": place_id,
        "opens": begins,
        "closes": begins + timedelta(hours=hours),
        "arrive": begins + timedelta(minutes=at),
        "why": "Adults wait for young people by the steps after dark.",
        "tactics": ("be_seen", "talk_staff"),
        "hazards": "The steps are slippery.",
    }
    return Stop(**{**values, **given})


def zone(east=476_000, north=546_000, reach=100):
    return Point(east, north).buffer(reach)


@dataclass
class Force:
    """A police agency with a planner, an inspector and an officer; two places."""

    planner: Actor
    inspector: Actor
    officer: Actor
    outsider: Actor
    planned: int
    watched: int


def force(store) -> Force:
    with store.writing() as session:
        police, other = arrange(
            session, SYSTEM, Agency(name="Riverside police", kind="police"),
            Agency(name="Another force", kind="police"),
        )  # fmt: skip
        people = [_person(session, name, police) for name in ("planner", "inspector", "officer")]
        outsider = _person(session, "outsider", other)
        planned, watched = arrange(
            session, SYSTEM, rows.place(status=Status.PLAN),
            rows.place(name="Bandstand", shape=rows.around(Point(476_000, 546_000))),
        )  # fmt: skip
        return Force(*people, outsider, planned.id, watched.id)


def _person(session, name, agency):
    (user,) = arrange(
        session, SYSTEM,
        User(username=name, name=name.title(), agency_id=agency.id, password_hash="none"),
    )  # fmt: skip
    (grant,) = arrange(session, SYSTEM, Grant(user_id=user.id, role=Role.POLICE))
    return Actor.user(user.name, Role.POLICE, id=user.id, grant_id=grant.id, agency_id=agency.id)


def tasked(store, force, stops=None, begins=EVENING, **given) -> tuple[int, list[int]]:
    """Plan, authorise and task a patrol; return its id and its stops'."""
    stops = stops or [stop(force.planned, begins=begins)]
    with store.writing() as session:
        who = force.planner
        patrol = patrol_planning.plan(session, who, shift(who.agency_id, begins, **given), stops)
        patrol_planning.authorise(session, force.inspector, patrol.id, version=patrol.version)
        patrol_planning.task(
            session, who, patrol.id, version=patrol.version, now=begins - timedelta(hours=1)
        )
        return patrol.id, [each.id for each in stops_of(session, patrol.id)]


def visit(stop_id=None, *, at=30, minutes=12, begins=EVENING, **given):
    arrived = begins + timedelta(minutes=at)
    values = {
        "key": key(),
        "stop_id": stop_id,
        "arrived": arrived,
        "left": arrived + timedelta(minutes=minutes),
        "modes": {"foot": minutes},
    }
    return Visit(**{**values, **given})


def record(store, who, patrol_id, told, now=None):
    now = now or told.left + timedelta(minutes=1)
    with store.writing() as session:
        return patrol_visits.record(session, who, patrol_id, told, now=now)


def kept(store, patrol_id) -> Patrol:
    with store.reading() as session:
        return session.get(Patrol, patrol_id)


def place(store, place_id) -> Place:
    with store.reading() as session:
        return session.get(Place, place_id)
