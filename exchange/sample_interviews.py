"""Invented interviews and safety mapping for the town, through the actions that people use.

Days are counted back from the day of loading, so that the town's last year is never empty.
"""

from datetime import date, timedelta

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import interview_counts, interviews, likely_places, matching, safety_mapping
from domain.accounts import User
from domain.areas import Area, AreaKind
from domain.interviews import Named
from domain.people import Actor
from domain.places import Place
from domain.plans import Plan
from domain.safety_mapping import SAFE, UNSAFE, Mark, SafetySession

STATION, PARK, SKATE, CLUB, CAR_PARK, PLATFORM = (
    "PL-001", "PL-003", "PL-005", "PL-010", "PL-014", "PL-022",
)  # fmt: skip
NAMED: tuple[tuple[int, tuple[tuple[str, str, str, str], ...]], ...] = (
    (5, ((STATION, "travelled_via", "evening", "unsafe"),
         (CAR_PARK, "place_named_as_unsafe", "late_evening", "unsafe"))),
    (35, ((STATION, "last_seen", "evening", "unknown"),
          (CLUB, "place_named_as_safe", "after_school", "safe"))),
    (62, ((PLATFORM, "travelled_via", "late_evening", "both"),)),
)  # fmt: skip
"""Interviews: days before loading, and the places with their part, time of day and feeling."""
LIKELY = ((STATION, 9), (PARK, 6), (PLATFORM, 2))
DUE = ((9, 8, 6), (7, 7, 6), (8, 6, 5), (11, 9, 7), (3, 3, 3), (10, 8, 8))
"""Interviews due, held and in time, of six months back from the last."""
FELT: tuple[tuple[str, str, str], ...] = (
    (STATION, "evening", UNSAFE),
    (STATION, "late_evening", UNSAFE),
    (CAR_PARK, "evening", UNSAFE),
    (SKATE, "after_school", SAFE),
    (SKATE, "late_evening", UNSAFE),
    (CLUB, "after_school", SAFE),
    (CLUB, "evening", SAFE),
    (PARK, "after_school", SAFE),
)
SIZES = ("from_3", "from_6", "from_10")
SESSIONS = 7
SAID = (
    "Lights that work under the arches, and somebody at the station after eight.",
    "Keep the club open on Fridays.",
    "",
)


def put_interviews(session: Session) -> int:
    """Put interviews, counts and sessions once the people and places are there; return how many."""
    people = {name: _actor(session, name) for name in ("chair", "practitioner")}
    if None in people.values() or session.scalar(select(SafetySession.id).limit(1)) is not None:
        return 0
    chair, worker = people["chair"], people["practitioner"]
    assert chair is not None
    assert worker is not None
    places = {row.reference: row.id for row in session.execute(select(Place.reference, Place.id))}
    today = matching.today()
    for days, named in NAMED:
        _interview(session, worker, today - timedelta(days=days), places, named)
    _before_a_plan(session, worker, today)
    for reference, forms in LIKELY:
        likely_places.tell(session, worker, forms=forms, place_id=places[reference])
    _counts(session, chair, today)
    return _sessions(session, worker, today)


def _actor(session: Session, username: str) -> Actor | None:
    user = session.scalar(select(User).where(User.username == username, User.demo))
    if user is None or not user.grants:
        return None
    grant = user.grants[0]
    return Actor.user(
        user.name, grant.role, id=user.id, grant_id=grant.id, agency_id=user.agency_id,
        tier=grant.clearance,
    )  # fmt: skip


def _interview(
    session: Session,
    actor: Actor,
    day: date,
    places: dict[str | None, int],
    named: tuple[tuple[str, str, str, str], ...],
) -> None:
    told = [
        Named(role=role, place_id=places[reference], time_band=band, felt=felt)
        for reference, role, band, felt in named
    ]
    interviews.code(session, actor, day, told, today=day)


def _before_a_plan(session: Session, actor: Actor, today: date) -> None:
    """Let the agency have named a place before its plan was agreed, so that it hears of it."""
    recent = matching.midnight(today - timedelta(days=300))
    query = select(Plan).where(Plan.approved_at > recent).order_by(Plan.approved_at.desc())
    for plan in session.scalars(query.limit(2)):
        assert plan.approved_at is not None
        day = plan.approved_at.date() - timedelta(days=14)
        told = [Named(role="last_seen", place_id=plan.place_id, time_band="evening")]
        interviews.code(session, actor, day, told, today=day)


def _counts(session: Session, actor: Actor, today: date) -> None:
    wards = select(Area).where(Area.kind == AreaKind.WARD).order_by(Area.code).limit(2)
    months = interviews.months(today)[1 : len(DUE) + 1]
    for number, ward in enumerate(session.scalars(wards).all()):
        for month, (due, held, in_time) in zip(months, DUE, strict=True):
            less = min(number, in_time)
            interview_counts.count(
                session, actor, month=month, area_id=ward.id, due=due - less, held=held - less,
                in_time=in_time - less,
            )  # fmt: skip


def _sessions(session: Session, actor: Actor, today: date) -> int:
    wards = list(session.scalars(select(Area).where(Area.kind == AreaKind.WARD)))
    places = {
        place.reference: place.shape
        for place in session.scalars(
            select(Place).where(Place.reference.in_({each for each, _, _ in FELT}))
        )
    }
    for number in range(SESSIONS):
        held = [each for at, each in enumerate(FELT) if (at + number) % 8 or number > 5]
        home = places[held[number % len(held)][0]].representative_point()
        ward = next((each for each in wards if each.outline.covers(home)), wards[0])
        safety_mapping.keep(
            session, actor, held_on=today - timedelta(days=14 + 23 * number), area_id=ward.id,
            group_size=SIZES[number % 3], words=SAID[number % 3],
            marks={
                Mark(east, north, band, felt)
                for reference, band, felt in held
                for east, north in safety_mapping.squares(_core(places[reference]))
            },
        )  # fmt: skip
    return SESSIONS


def _core(shape: BaseGeometry) -> BaseGeometry:
    """Return ground of about two squares round the middle of a place."""
    core: BaseGeometry = shape.representative_point().buffer(100)
    return core
