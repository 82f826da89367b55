"""Recording a visit: once, however often a phone sends it, and as evidence on the place.

A visit may arrive days later, from a shift that crossed midnight, or twice. It is found by the
key that whoever recorded it made for it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain import annotation_changes, codes
from domain.annotations import Annotation, AnnotationState
from domain.audit import action
from domain.codes import ref
from domain.errors import Invalid, NotFound
from domain.matching import LONDON
from domain.patrols import Patrol, PatrolState, PatrolStop, PatrolVisit, find, move
from domain.people import SYSTEM, Actor, Kind, Permission
from domain.places import Place, PlaceEvent
from domain.premises import Premises
from domain.wording import one_line, taken

KEY = re.compile(r"[0-9a-f]{32}")
ENVIRONMENT = ref("annotation_kinds", "environment")
DISPERSAL = ref("powers_used", "dispersal")
SEARCH = ref("powers_used", "search")
UNKNOWN = ref("people_bands", "unknown")
NOBODY = ref("people_bands", "none")
BESIDE = timedelta(hours=6)
"""So far from the shift's times a visit may lie."""
AHEAD = timedelta(minutes=10)
"""So much a phone's clock may be ahead of ours."""
LONGEST = timedelta(hours=6)
SAME_FAULT = timedelta(days=14)
MOST_WORDS = 300
OPEN = (PatrolState.TASKED, PatrolState.UNDER_WAY, PatrolState.CLOSED)


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What somebody tells of a visit; instants aware, codes of the lists, words as typed.

    ``key`` is 32 hexadecimal digits of the teller's own making. Without ``stop_id`` it was not
    planned, and ``place_id`` or ``where`` says where it was. With ``skip_reason`` the stop was
    left out and the rest is not asked. ``modes`` are minutes by ``visit_modes``, ``powers``
    counts by ``powers_used``.
    """

    key: str
    arrived: datetime
    left: datetime
    stop_id: int | None = None
    place_id: int | None = None
    where: str = ""
    modes: Mapping[str, int] = field(default_factory=dict)
    measured: int | None = None
    young: str = UNKNOWN
    staff: str = UNKNOWN
    public: str = UNKNOWN
    guardians: tuple[int, ...] = ()
    guardians_band: str = UNKNOWN
    faults: tuple[str, ...] = ()
    welfare: tuple[str, ...] = ()
    powers: Mapping[str, int] = field(default_factory=dict)
    under_18: str = ""
    search_outcome: str = ""
    intelligence: bool = False
    words: str = ""
    skip_reason: str = ""


@action("patrol.record_visit", needs=Permission.PATROL)
def record(
    session: Session, actor: Actor, patrol_id: int, visit: Visit, *, now: datetime | None = None
) -> PatrolVisit:
    """Record a visit of a tasked patrol; what was sent under its key before is not doubled.

    It becomes the place's last evidence and a line of its history; faults of the environment
    become a note on the place. The first visit sets the patrol under way.

    Raises
    ------
    NotFound
        The patrol is not there for this actor, or the stop or place is none of its.
    Invalid
        Something cannot be taken; the message says how to put it right.
    """
    now = now or datetime.now(UTC)
    if not KEY.fullmatch(visit.key):
        raise Invalid("This form is not complete. Please open it again.")
    before = _sent_before(session, actor, patrol_id, visit.key)
    if before is not None:
        return before
    patrol = find(session, actor, patrol_id, lock=True)
    if patrol.state not in OPEN:
        raise Invalid("This patrol was not tasked, so nothing can be recorded for it.")
    row = _made(session, actor, patrol, visit, now)
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:  # the same visit, sent twice at the same moment
        session.expunge_all()
        again = _sent_before(session, actor, patrol_id, visit.key)
        if again is None:
            raise
        return again
    if patrol.state is PatrolState.TASKED:
        move(patrol, PatrolState.UNDER_WAY)
    if not row.skip_reason:
        _leave_evidence(session, actor, row)
    return row


def at_wall_clock(patrol: Patrol, typed: str, *, after: datetime | None = None) -> datetime:
    """Return the instant of the shift at which London's clocks show ``typed`` ("23:50").

    The nearest to the shift, so that a shift may cross midnight; in the hour that comes twice
    the first, unless that lies before ``after``.

    Raises
    ------
    Invalid
        It is no time of day.
    """
    try:
        clock = time.fromisoformat(typed.strip())
    except ValueError:
        raise Invalid("Write the time as 23:50.") from None
    if clock.tzinfo is not None:
        raise Invalid("Write the time as 23:50.")
    first = patrol.valid_from.astimezone(LONDON).date()
    moments = sorted(
        {
            datetime.combine(first + timedelta(days=day), clock, LONDON)
            .replace(fold=fold)
            .astimezone(UTC)
            for day in (-1, 0, 1, 2)
            for fold in (0, 1)
        }
    )
    floor = after or moments[0]
    return min(
        [each for each in moments if each >= floor] or moments, key=lambda each: _off(patrol, each)
    )


def _off(patrol: Patrol, moment: datetime) -> timedelta:
    return max(patrol.valid_from - moment, moment - patrol.valid_to, timedelta(0))


def _sent_before(session: Session, actor: Actor, patrol_id: int, key: str) -> PatrolVisit | None:
    """Return what was recorded under ``key``; another's, or another patrol's, reads as wrong."""
    row = session.scalar(select(PatrolVisit).where(PatrolVisit.key == key))
    if row is None:
        return None
    if row.patrol_id != patrol_id or row.recorded_by != actor.id:
        raise Invalid("This form is not complete. Please open it again.")
    return row


def _made(
    session: Session, actor: Actor, patrol: Patrol, visit: Visit, now: datetime
) -> PatrolVisit:
    arrived, left = _times(patrol, visit, now)
    stop = _stop_of(session, patrol, visit.stop_id)
    place_id = stop.place_id if stop else _place_of(session, patrol, visit)
    row = PatrolVisit(
        key=visit.key,
        patrol_id=patrol.id,
        stop_id=stop.id if stop else None,
        place_id=place_id,
        at_where="" if stop else one_line(visit.where, "where it was", 120),
        arrived_at=arrived,
        left_at=left,
        recorded_by=actor.id if actor.kind is Kind.USER else None,
        recorded_at=now,
        **(_skipped(visit) if visit.skip_reason else _done(session, visit, arrived, left)),
    )
    if stop is None and place_id is None and not row.at_where:
        raise Invalid("Say where this visit was.")
    return row


def _times(patrol: Patrol, visit: Visit, now: datetime) -> tuple[datetime, datetime]:
    if visit.arrived.tzinfo is None or visit.left.tzinfo is None:
        raise Invalid("Give the times with their time zone.")
    if visit.left > now + AHEAD:
        raise Invalid("That time has not come yet.")
    if visit.left < visit.arrived:
        raise Invalid("You left before you arrived. Look at the two times again.")
    if visit.left - visit.arrived > LONGEST:
        raise Invalid("A visit of more than six hours is no visit. Look at the two times again.")
    if max(_off(patrol, visit.arrived), _off(patrol, visit.left)) > BESIDE:
        raise Invalid("That time lies outside of the shift. Look at it again.")
    return visit.arrived, visit.left


def _stop_of(session: Session, patrol: Patrol, stop_id: int | None) -> PatrolStop | None:
    if stop_id is None:
        return None
    stop = session.get(PatrolStop, stop_id)
    if stop is None or stop.patrol_id != patrol.id:
        raise NotFound("That stop is none of this patrol's.")
    return stop


def _place_of(session: Session, patrol: Patrol, visit: Visit) -> int | None:
    """Return the place of an unplanned visit: one of the patrol's own, or none."""
    if visit.place_id is None:
        return None
    ours = select(PatrolStop.place_id).where(PatrolStop.patrol_id == patrol.id)
    if visit.place_id not in set(session.scalars(ours)):
        raise NotFound("That place is none of this patrol's.")
    return visit.place_id


def _skipped(visit: Visit) -> dict[str, Any]:
    return {
        "skip_reason": codes.check("skip_reasons", visit.skip_reason),
        "words": taken(visit.words, "your words", MOST_WORDS),
        **dict.fromkeys(("young", "staff", "public", "guardians_band"), UNKNOWN),
    }


def _done(session: Session, visit: Visit, arrived: datetime, left: datetime) -> dict[str, Any]:
    modes = _counts("visit_modes", visit.modes, "minutes", 360)
    minutes = sum(modes.values())
    stayed = int((left - arrived).total_seconds() // 60)
    if minutes > stayed + 1:
        raise Invalid(f"You were there for {stayed} minutes. The minutes by mode are more.")
    powers = _counts("powers_used", visit.powers, "times", 50)
    if DISPERSAL in powers and not visit.under_18:
        raise Invalid("Say how many of those told to leave were under 18.")
    if SEARCH in powers and not visit.search_outcome:
        raise Invalid("Say what the searches led to.")
    return {
        "modes": modes,
        "minutes": minutes,
        "measured": visit.measured,
        "young": codes.check("people_bands", visit.young),
        "staff": codes.check("people_bands", visit.staff),
        "public": codes.check("people_bands", visit.public),
        "guardians": _guardians(session, visit.guardians),
        "guardians_band": codes.check("people_bands", visit.guardians_band),
        "faults": _listed("environment_faults", visit.faults),
        "welfare": _listed("welfare_actions", visit.welfare),
        "powers": powers,
        "under_18": codes.check("people_bands", visit.under_18) if DISPERSAL in powers else "",
        "search_outcome": (
            codes.check("search_outcomes", visit.search_outcome) if SEARCH in powers else ""
        ),
        "intelligence": visit.intelligence,
        "words": taken(visit.words, "your words", MOST_WORDS),
    }


def _listed(name: str, given: Iterable[str]) -> list[str]:
    return [codes.check(name, each) for each in dict.fromkeys(given)]


def _counts(name: str, given: Mapping[str, int], unit: str, most: int) -> dict[str, int]:
    """Return counts above zero by code."""
    if any(not 0 <= count <= most for count in given.values()):
        raise Invalid(f"Write 0 to {most} {unit}.")
    return {codes.check(name, code): int(count) for code, count in given.items() if count}


def _guardians(session: Session, ids: Iterable[int]) -> list[int]:
    wanted = sorted(set(ids))[:30]
    there = set(session.scalars(select(Premises.id).where(Premises.id.in_(wanted))))
    return [each for each in wanted if each in there]


def _leave_evidence(session: Session, actor: Actor, row: PatrolVisit) -> None:
    """Put the visit on its place: last evidence, a line of history, and a note of its faults."""
    place = _standing(session, row.place_id)
    day = row.arrived_at.astimezone(LONDON).date()
    if row.faults:
        row.annotation_id = _noted(session, row, place, day)
    if place is None:
        return
    if place.last_evidence is None or place.last_evidence < day:
        place.last_evidence = day
    session.add(
        PlaceEvent(
            place_id=place.id,
            at=row.arrived_at,
            kind="visited",
            status=place.status,
            reason=in_words(row),
            actor_name=actor.name,
            details={"minutes": row.stayed, "faults": row.faults, "visit": row.id},
        )
    )


def _standing(session: Session, place_id: int | None) -> Place | None:
    """Lock the place that a visit is about: the one it became part of, where it was merged."""
    place = None
    while place_id is not None:
        place = session.get(Place, place_id, with_for_update=True, populate_existing=True)
        place_id = place.merged_into_id if place else None
    return place


def _noted(session: Session, row: PatrolVisit, place: Place | None, day: date) -> int | None:
    """Note faults where they are; one that was noted of the place lately is not noted again.

    In Safeground's own name: which officer saw it is nobody's matter on the map.
    """
    text = f"{_capital(_labels('environment_faults', row.faults))}. Seen on a visit."
    stop = session.get(PatrolStop, row.stop_id) if row.stop_id else None
    shape = place.shape if place else stop.zone.centroid if stop else None
    if shape is None:
        return None
    if place is not None:
        lately = (
            select(Annotation.id)
            .where(Annotation.place_id == place.id, Annotation.kind == ENVIRONMENT)
            .where(Annotation.state == AnnotationState.SHARED, Annotation.text == text)
            .where(Annotation.noted_on >= day - SAME_FAULT)
        )
        if (before := session.scalar(lately.limit(1))) is not None:
            return before
    note = annotation_changes.annotate(
        session,
        SYSTEM,
        kind=ENVIRONMENT,
        text=text,
        shape=shape,
        precision=place.precision if place else AREA,
        noted_on=day,
        place_id=place.id if place else None,
    )
    return note.id


AREA = ref("precision", "area")


def in_words(row: PatrolVisit) -> str:
    """Say a visit in one line: "Patrol visit, 12 minutes, light out seen"."""
    parts = ["Patrol visit", f"{row.stayed} minute{'' if row.stayed == 1 else 's'}"]
    if row.faults:
        parts.append(f"{_labels('environment_faults', row.faults)} seen")
    return ", ".join(parts)[:500]


def _labels(name: str, chosen: Iterable[str]) -> str:
    return ", ".join(codes.current()[name].label(each) for each in chosen)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
