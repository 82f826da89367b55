"""The invented town's patrols and evaluations, made by its own people through the same actions.

Days count from the day of loading, so there is always a patrol for today. The evaluation that is
answered lies in the months that the sample's records cover.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import (
    evaluation_measuring,
    evaluation_reporting,
    evaluation_setting,
    matching,
    patrol_planning,
    patrol_visits,
)
from domain.accounts import User
from domain.audit import action
from domain.evaluation_setting import Setting, area_of
from domain.evaluations import Asked, Evaluation, EvaluationEvent
from domain.matching import LONDON
from domain.patrol_rules import Shift, Stop
from domain.patrol_visits import Visit
from domain.patrols import Patrol, stops_of
from domain.people import Actor, Permission
from domain.places import Place
from domain.sessions import in_capacity

Given = dict[str, Any]
PLANNER, INSPECTOR, ANALYST = "constable", "beat_east", "analyst"
DAY = timedelta(days=1)


def put_patrols(
    session: Session, _actor: Actor, given: list[Given], *, now: datetime | None = None
) -> int:
    """Plan, authorise and task the patrols, and record their visits; return how many.

    Nothing is done where any patrol is there, or one of the sample's people or places is not.
    """
    people, places = _people(session), _places(session)
    if session.scalar(select(Patrol.id).limit(1)) or not {PLANNER, INSPECTOR} <= people.keys():
        return 0
    fit = [each for each in given if all(stop["place"] in places for stop in each["stops"])]
    for each in fit:
        _patrol(session, people, places, each, now or datetime.now(UTC))
    return len(fit)


def put_evaluations(session: Session, actor: Actor, given: list[Given]) -> int:
    """Set the evaluations, and answer those whose later period the records cover."""
    people, places = _people(session), _places(session)
    if session.scalar(select(Evaluation.id).limit(1)) or ANALYST not in people:
        return 0
    fit = [each for each in given if {each["place"], *each["comparison"]} <= places.keys()]
    for each in fit:
        _evaluation(session, people[ANALYST], places, each, actor)
    return len(fit)


def _people(session: Session) -> dict[str, Actor]:
    users = session.scalars(select(User).where(User.demo))
    return {
        each.username: in_capacity(each, each.grants[0])
        for each in users
        if each.username and each.grants
    }


def _places(session: Session) -> dict[str, Place]:
    query = select(Place).where(Place.reference != "")
    return {each.reference: each for each in session.scalars(query) if each.reference}


def _patrol(
    session: Session,
    people: Mapping[str, Actor],
    places: Mapping[str, Place],
    given: Given,
    now: datetime,
) -> None:
    planner, inspector = people[PLANNER], people[INSPECTOR]
    day = now.astimezone(LONDON).date() + given["days"] * DAY
    if not given["days"] and _at(day, given["ends"]) <= now:
        day += DAY  # this evening is over: it is for tomorrow's
    begins, ends = _at(day, given["begins"]), _at(day, given["ends"])
    assert planner.agency_id is not None
    shift = Shift(
        title=given["title"], purpose=given["purpose"], legal_basis=given["legal_basis"],
        style=given["style"], agency_id=planner.agency_id, valid_from=begins, valid_to=ends,
        start=given["start"],
    )  # fmt: skip
    stops = [
        Stop(
            opens=begins, closes=ends, arrive=_at(day, each["at"]), why=each["why"],
            dwell=each["dwell"], place_id=places[each["place"]].id, to_do=each["to_do"],
            zone=_zone(places[each["place"]]), tactics=tuple(each["tactics"]), visits_a_day=1,
        )
        for each in given["stops"]
    ]  # fmt: skip
    patrol = patrol_planning.plan(session, planner, shift, stops)
    patrol_planning.authorise(session, inspector, patrol.id, version=patrol.version)
    patrol_planning.task(
        session, planner, patrol.id, version=patrol.version, now=min(begins - DAY, now)
    )
    made = stops_of(session, patrol.id)
    for each in given["visits"]:
        told = _visit(each, made[each["stop"] - 1].id, day)
        patrol_visits.record(session, planner, patrol.id, told, now=told.left)
    if given["visits"]:
        patrol_planning.close(session, planner, patrol.id, version=patrol.version)


def _zone(place: Place) -> Any:
    from domain.patrol_candidates import zone_of  # brings in what reckons with hours

    return zone_of(place.shape)


def _visit(given: Given, stop_id: int, day: date) -> Visit:
    told = {**given}
    at, minutes = _at(day, told.pop("at")), told.pop("minutes")
    del told["stop"]
    told |= {name: tuple(told.get(name, ())) for name in ("faults", "welfare")}
    key = hashlib.sha256(f"sample {stop_id} {at:%Y-%m-%dT%H:%M}".encode()).hexdigest()[:32]
    modes = {"foot": minutes} if minutes else {}
    return Visit(
        key=key, stop_id=stop_id, arrived=at, left=at + timedelta(minutes=minutes), modes=modes,
        **told,
    )  # fmt: skip


def _evaluation(
    session: Session, analyst: Actor, places: Mapping[str, Place], given: Given, actor: Actor
) -> None:
    answered = "start" in given
    start = date.fromisoformat(given["start"]) if answered else _coming(given["start_in_days"])
    place = places[given["place"]]
    others = [area_of(places[each]) for each in given["comparison"]]
    setting = Setting(
        title=given["title"],
        area=_circle(given["area"]) if "area" in given else area_of(place),
        start=start,
        weeks=given["weeks"],
        comparison=shapely.union_all(others),
        reasons=tuple(given["reasons"]),
        ring=_circle(given["ring"]) if "ring" in given else None,
        ring_metres=given.get("ring_metres", 0),
        place_id=place.id,
        notes=given["notes"],
    )
    found = evaluation_setting.set_up(session, analyst, setting, today=start - 7 * DAY)
    for each in given.get("measures", []):
        evaluation_measuring.measure(
            session, analyst, found.id, asked=Asked(each["asked"]), question=each["question"],
            before=tuple(each["before"]), after=tuple(each["after"]), version=found.version,
        )  # fmt: skip
    if not answered:
        return
    end = start + timedelta(weeks=given["weeks"])
    evaluation_setting.begin(session, analyst, found.id, version=found.version, today=start)
    evaluation_reporting.report(session, analyst, found.id, version=found.version, today=end)
    _date_back(session, actor, found, {"set": start - 7 * DAY, "begun": start, "reported": end})


@action("sample.date_back", needs=Permission.RUN_JOBS)
def _date_back(
    session: Session, _actor: Actor, found: Evaluation, days: Mapping[str, date]
) -> None:
    """Give an invented evaluation the days on which its steps are told to have been taken."""
    found.made_at = _at(days["set"], "10:00")
    found.reported_at = _at(days["reported"], "10:00")
    query = select(EvaluationEvent).where(EvaluationEvent.evaluation_id == found.id)
    for event in session.scalars(query):
        event.at = _at(days[event.kind], "10:00")


def _coming(days: int) -> date:
    """Return the first Monday from so many days ahead on."""
    day = matching.today() + days * DAY
    return day + (-day.weekday() % 7) * DAY


def _circle(given: list[float]) -> Any:
    east, north, reach = given
    return shapely.Point(east, north).buffer(reach)


def _at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), LONDON).astimezone(UTC)
