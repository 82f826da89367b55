"""The invented town, taken in through the same importers and actions as anything else.

It is safe to run again: what is there already stays as it is.
"""

import json
import tempfile
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import accounts, codes, grants, preferences
from domain.accounts import Agency, User
from domain.annotations import Annotation, AnnotationState
from domain.areas import Area
from domain.audit import action
from domain.people import CLEARANCE, Actor, Permission, Role, Tier
from domain.places import Place, PlaceEvent, PlaceGuardian, Status
from domain.preferences import BaseMap, BaseMapKind, Partnership
from domain.premises import Premises
from domain.touches import BEGAN
from domain.visibility import open_types
from exchange.importing import run
from exchange.planning import Order
from exchange.sample_cases import put_cases
from exchange.sample_concerns import put_concerns
from exchange.sample_interviews import put_interviews
from exchange.sample_meetings import put_meetings
from exchange.sample_patrols import put_evaluations, put_patrols
from store.database import Store

GIVER = "Eldermere sample"
TOUCHES = "touches.csv"
NEAR = 30.0
"""Metres from a place's outline within which a touch of the sample is taken to mean it."""
HERE: dict[str, dict[str, Any]] = {
    "areas.gpkg": {
        "target": "area",
        "columns": {"kind": "kind", "code": "code", "name": "name", "vintage": "vintage"},
    },
    "gazetteer.csv": {
        "target": "gazetteer",
        "columns": {
            "name": "name",
            "kind": "kind",
            "district": "district",
            "easting": "easting",
            "northing": "northing",
        },
    },
    "incidents.csv": {
        "target": "incident",
        "columns": {
            "reference": "ref",
            "source": "source",
            "category": "category",
            "harm_primary": "harm_primary",
            "harm_further": "harm_further",
            "place_type": "place_type",
            "agency": "agency",
            "date": "occurred_from",
            "date_to": "occurred_to",
            "precision": "precision",
            "easting": "easting",
            "northing": "northing",
        },
    },
    "premises.csv": {
        "target": "premises",
        "columns": {
            "reference": "ref",
            "name": "name",
            "place_type": "place_type",
            "roles": "roles",
            "agency": "agency",
            "address": "street",
            "opening": "opening",
            "trained": "trained",
            "trusted": "trusted",
            "willing": "willing",
            "precision": "precision",
            "easting": "easting",
            "northing": "northing",
        },
    },
    "touches.csv": {
        "target": "place_touch",
        "columns": {
            "touch_id": "touch_id",
            "source": "source",
            "role": "role",
            "date": "month",
            "time_band": "time_band",
            "day_type": "day_type",
            "duration_band": "duration_band",
            "distance_band": "distance_band",
            "cross_border": "cross_border",
            "transport_mode": "transport_mode",
            "push_factors": "push_factors",
            "pull_factors": "pull_factors",
            "harm_indicators": "harm_indicators",
            "place_type": "place_type",
            "residential": "residential",
            "place_reference": "place_reference",
            "precision": "precision",
            "easting": "easting",
            "northing": "northing",
        },
    },
}


def load(store: Store, actor: Actor, folder: Path) -> dict[str, int]:
    """Take in the sample of ``folder``; return how many records of each kind were added."""
    people = _read(folder / "people.json")
    places = _read(folder / "places.json")
    with store.writing() as session:
        added = {"agencies": _agencies(session, actor, people["agencies"])}
        _ground(session, actor)
    for name in [each for each in HERE if each != TOUCHES]:
        added |= _taken_in(store, actor, folder / name)
    with store.writing() as session:
        added["sign-ins"] = _sign_ins(session, actor, people["sign_ins"])
    with store.writing() as session:
        added["places"] = put_places(session, actor, places["places"])
        put_reports(session, actor, places["partner_reports"])
        cases = _read(folder / "cases.json")
        added["concerns"] = put_concerns(session, actor, cases["concerns"])
        added["cases"] = put_cases(session, actor, cases["cases"])
    with tempfile.TemporaryDirectory(prefix="sample-") as private:
        named = Path(private) / TOUCHES
        _name_places(folder / TOUCHES, named, places["places"])
        added |= _taken_in(store, actor, named)
    work = _read(folder / "patrols.json")
    with store.writing() as session:
        added["patrols"] = put_patrols(session, actor, work["patrols"])
    with store.writing() as session:
        added["evaluations"] = put_evaluations(session, actor, work["evaluations"])
    with store.writing() as session:
        added["interviews"] = put_interviews(session)
    with store.writing() as session:
        added["meetings"] = put_meetings(session, _read(folder / "meetings.json"))
    return added


def _ground(session: Session, actor: Actor) -> None:
    """Lay the town's own base map under it, and name the partnership, unless these were set."""
    chosen = preferences.read(session)
    for group in (BaseMap(kind=BaseMapKind.SAMPLE), Partnership(name="Eldermere partnership")):
        if chosen.version(group) == 0:
            preferences.change(session, actor, group, version=0)


def _taken_in(store: Store, actor: Actor, path: Path) -> dict[str, int]:
    how = HERE[path.name]
    order = Order(str(path), source=GIVER, exact=True, **how)
    return {how["target"]: run(store, actor, order).counts.accepted}


def _name_places(touches: Path, named: Path, places: list[dict[str, Any]]) -> None:
    """Write the touches with the reference of the place that each lies in, or within `NEAR` of.

    Homes are not named: neither touches where someone lives nor types of place that are sealed.
    """
    frame = pd.read_csv(touches, dtype=str, keep_default_na=False)
    opened = [each for each in places if each["place_type"] in open_types()]
    spots = shapely.points(frame[["easting", "northing"]].to_numpy(float))
    tree = shapely.STRtree([_shape(each) for each in opened])
    touch, place = tree.query_nearest(spots, max_distance=NEAR, all_matches=False)
    references = np.full(len(frame), "", dtype=object)
    references[touch] = [opened[each]["ref"] for each in place]
    about_homes = (frame["residential"] != "no") | (frame["role"] == BEGAN)
    frame.assign(place_reference=np.where(about_homes, "", references)).to_csv(named, index=False)


@action("sample.put_places", needs=Permission.RUN_JOBS)
def put_places(session: Session, _actor: Actor, places: list[dict[str, Any]]) -> int:
    """Put the invented places with their histories, annotations and guardians."""
    there = set(session.scalars(select(Place.reference)))
    guards = dict(session.execute(select(Premises.reference, Premises.id)).all())
    fresh = [given for given in places if given["ref"] not in there]
    for given in fresh:
        place = _place(given)
        session.add(place)
        session.flush()
        session.add_all(_events(place.id, given["history"]))
        session.add_all(_annotation(each, place.id) for each in given["annotations"])
        session.add_all(
            PlaceGuardian(place_id=place.id, premises_id=guards[reference])
            for reference in given["guardians"]
            if reference in guards
        )
    return len(fresh)


@action("sample.put_reports", needs=Permission.RUN_JOBS)
def put_reports(session: Session, _actor: Actor, reports: list[dict[str, Any]]) -> int:
    """Put what the invented partner reported, under the demo partner's sign-in."""
    author = session.scalar(select(User).where(User.demo, User.grants.any(role=Role.PARTNER)))
    there = select(Annotation.id).where(Annotation.author_role == Role.PARTNER).limit(1)
    if author is None or session.scalar(there) is not None:
        return 0
    for given in reports:
        report = _annotation(given, None)
        report.author_id = author.id
        session.add(report)
    return len(reports)


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _agencies(session: Session, actor: Actor, wanted: list[dict[str, Any]]) -> int:
    there = set(session.scalars(select(Agency.name)))
    fresh = [each for each in wanted if each["name"] not in there]
    for each in fresh:
        accounts.add_agency(session, actor, name=each["name"], kind=each["kind"])
    return len(fresh)


def _sign_ins(session: Session, actor: Actor, wanted: list[dict[str, Any]]) -> int:
    there = set(session.scalars(select(User.username)))
    agencies = dict(session.execute(select(Agency.name, Agency.id)).all())
    areas = dict(session.execute(select(Area.code, Area.id)).all())
    fresh = [each for each in wanted if each["username"] not in there]
    for each in fresh:
        person = accounts.add_demo(
            session,
            actor,
            username=each["username"],
            name=each["name"],
            agency_id=agencies[each["agency"]],
        )
        role = _role(each["role"])
        tier = None if each["tier"] is None else Tier(each["tier"])
        raised = tier is not None and tier > CLEARANCE[role]
        grants.give(
            session,
            actor,
            person.id,
            role=role,
            area_id=areas[each["area_code"]] if each["area_code"] else None,
            tier=tier,
            reason="Demonstration with invented records." if raised else "",
            grader=each.get("grader", False),
        )
    return len(fresh)


def _role(word: str) -> Role:
    """Read a role by its name in the files (``partner``) or its title."""
    return Role[word.upper()] if word.upper() in Role.__members__ else Role(word)


def _place(given: dict[str, Any]) -> Place:
    return Place(
        reference=given["ref"],
        name=given["display_name"],
        neutral_name=given["neutral_name"],
        aliases=given["aliases"],
        place_type=codes.check("place_types", given["place_type"]),
        shape=_shape(given),
        precision=codes.check("precision", given["precision"]),
        status=Status(given["status"]),
        status_reason=given["status_reason"],
        harm_primary=codes.check("harm_types", given["harm_primary"]),
        harm_further=given["harm_further"],
        strengths=given["strengths"],
        worries=given["worries"],
        tier=given["tier"],
        marking=codes.check("markings", given["marking"]),
        first_noted=date.fromisoformat(given["first_noted"]),
        last_evidence=_day(given["last_evidence"]),
        review_due=_day(given["review_due"]),
    )


def _shape(given: dict[str, Any]) -> BaseGeometry:
    return shapely.force_2d(shapely.from_geojson(json.dumps(given["geometry"])))


def _events(place_id: int, history: list[dict[str, Any]]) -> list[PlaceEvent]:
    return [
        PlaceEvent(
            place_id=place_id,
            at=datetime.fromisoformat(each["at"]).astimezone(UTC),
            kind=each["kind"],
            status=Status(each["status"]) if each["status"] else None,
            reason=each["reason"],
            actor_name=f"Sample {_role(each['by_role']).value}",
        )
        for each in history
    ]


def _annotation(given: dict[str, Any], place_id: int | None) -> Annotation:
    noted = date.fromisoformat(given["date"])
    return Annotation(
        place_id=place_id,
        kind=codes.check("annotation_kinds", given["kind"]),
        text=given["text"],
        noted_on=noted,
        made_at=datetime.combine(noted, time(12), UTC),
        author_role=_role(given["author_role"]),
        state=AnnotationState(given.get("state", "shared")),
        precision=codes.check("precision", given["precision"]),
        shape=shapely.Point(given["easting"], given["northing"]),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
