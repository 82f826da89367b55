"""Places of concern in every state, with their histories, annotations and partners' reports."""

from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.random import Generator
from shapely import Point
from shapely.geometry.base import BaseGeometry

from eldermere import network
from eldermere.dates import LONDON, PLAN_DATE
from eldermere.ground import CROSS, SEED, ground, ripple, to_grid
from eldermere.premises import premises
from eldermere.spots import dry, spot_of
from eldermere.told import CONCERNS, NOTES, REASONS, REPORTS, Told

TODAY = date(2026, 11, 22)
WAY = ["watch", "assessing", "plan", "review", "stepped_down", "archived"]
REACH = {"retail_park": 130, "rail_station": 70, "beach": 110, "construction_industrial": 95}
AUTHORS = ["coordinator", "practitioner", "police", "analyst"]


@cache
def places() -> dict[str, Any]:
    """All places (GeoJSON geometry in British National Grid) and reports of partners."""
    chance = np.random.default_rng([SEED, 4000])
    told = [_place(number, each, chance) for number, each in enumerate(CONCERNS, 1)]
    return {
        "about": "Invented places of an invented town. Geometry is EPSG:27700, not degrees.",
        "crs": "EPSG:27700",
        "places": told,
        "partner_reports": [_report(each, chance) for each in REPORTS],
    }


def _place(number: int, told: Told, chance: Generator) -> dict[str, Any]:
    history = _history(told, chance)
    first = date.fromisoformat(history[0]["at"][:10])
    last = date.fromisoformat(history[-1]["at"][:10])
    shape = _shape(told, number)
    live = told.status not in {"archived", "stepped_down"}
    evidence = TODAY - timedelta(days=int(chance.integers(22, 70))) if live else last
    return {
        "ref": f"PL-{number:03d}",
        "display_name": told.name,
        "neutral_name": told.neutral,
        "aliases": [each for each in told.aliases.split(";") if each],
        "place_type": told.place_type,
        "geometry": shapely.geometry.mapping(shape),
        "precision": _precision(told),
        "status": told.status,
        "status_reason": history[-1]["reason"],
        "harm_primary": told.harm,
        "harm_further": [each for each in told.further.split(";") if each],
        "strengths": told.strengths,
        "worries": told.worries,
        "guardians": [_premises_ref(each) for each in told.guardians.split(";") if each],
        "tier": told.tier,
        "marking": "OFFICIAL" if told.status == "archived" else "OFFICIAL-SENSITIVE",
        "first_noted": first.isoformat(),
        "last_evidence": max(evidence, last if not live else first).isoformat(),
        "review_due": _review_due(told, last, chance),
        "history": history,
        "annotations": _annotations(told, shape, first, chance),
    }


def _history(told: Told, chance: Generator) -> list[dict[str, str]]:
    """Dated moves from the first note to the present state, oldest first."""
    steps = WAY[: WAY.index(told.status) + 1]
    if told.name.startswith("Mere Park"):
        moves = [PLAN_DATE - timedelta(days=300), PLAN_DATE - timedelta(days=120), PLAN_DATE,
                 PLAN_DATE + timedelta(days=190)]  # fmt: skip
    else:
        latest = TODAY - timedelta(days=int(chance.integers(20, 130)))
        back = [int(chance.integers(40, 110)) for _ in steps]
        moves = [latest - timedelta(days=sum(back[at + 1 :])) for at in range(len(steps))]
    return [
        {
            "at": _moment(day, chance),
            "kind": "noted" if at == 0 else "moved",
            "status": step,
            "reason": str(chance.choice(REASONS[step])),
            "by_role": "practitioner" if at == 0 else "coordinator",
        }
        for at, (step, day) in enumerate(zip(steps, moves, strict=True))
    ]


def _moment(day: date, chance: Generator) -> str:
    at = datetime(day.year, day.month, day.day, int(chance.integers(9, 17)), 30, tzinfo=LONDON)
    return at.isoformat(timespec="minutes")


def _review_due(told: Told, last: date, chance: Generator) -> str | None:
    if told.status in {"archived", "stepped_down"}:
        return None
    return (last + timedelta(days=int(chance.choice([42, 84, 126, 168])))).isoformat()


def _precision(told: Told) -> str:
    return {"point": "building", "line": "street"}.get(told.shape, "area")


def _premises_ref(name: str) -> str:
    known = premises()
    found = known.loc[known["name"].eq(name), "ref"]
    if found.empty:
        raise LookupError(f"no premises is called {name!r}")
    return str(found.iloc[0])


def _shape(told: Told, number: int) -> BaseGeometry:
    """Outline of a place in British National Grid, rounded to a decimetre."""
    if told.shape == "line":
        streets = network.streets()
        mine = streets.geometry[streets["name"].eq(told.where)]
        local = max(
            shapely.get_parts(shapely.line_merge(shapely.union_all(mine.to_numpy()))),
            key=lambda line: line.length,
        ).simplify(2)
    elif told.shape == "green":
        local = max(
            shapely.get_parts(network.greens()[told.where][1]), key=lambda part: part.area
        ).simplify(3)
    else:
        local = Point(_spot(told.where))
        if told.shape == "area":
            rim = local.buffer(REACH.get(told.place_type, 42), quad_segs=6)
            local = shapely.transform(rim, lambda at: ripple(at, 7, 90, SEED + number))
            local = local.intersection(ground().land.buffer(-5))
    return to_grid(gpd.GeoDataFrame(geometry=[local])).geometry.iloc[0]


def _spot(landmark: str) -> Any:
    known = premises()
    found = known[known["name"].eq(landmark)]
    if len(found):
        return np.array([found["easting"].iloc[0], found["northing"].iloc[0]]) - CROSS
    return dry(spot_of(landmark))


def _annotations(
    told: Told, shape: BaseGeometry, first: date, chance: Generator
) -> list[dict[str, Any]]:
    """Few notes on a place on watch, many on one with a plan."""
    most = {"watch": 1, "assessing": 4, "plan": 7, "review": 8, "stepped_down": 3, "archived": 1}
    rows = []
    for _ in range(int(chance.integers(0, most[told.status] + 1))):
        kind = str(chance.choice(["strength", "worry", "note"], p=[0.4, 0.4, 0.2]))
        day = first + timedelta(days=int(chance.integers(0, max(1, (TODAY - first).days - 10))))
        rows.append(_note(kind, str(chance.choice(NOTES[kind])), day, shape, chance))
    return sorted(rows, key=lambda row: row["date"])


def _note(
    kind: str, text: str, day: date, shape: BaseGeometry, chance: Generator
) -> dict[str, Any]:
    at = shape.representative_point()
    return {
        "kind": kind,
        "text": text,
        "date": day.isoformat(),
        "precision": "street",
        "author_role": str(chance.choice(AUTHORS)),
        "easting": round(at.x, 1),
        "northing": round(at.y, 1),
    }


def _report(told: tuple[str, str, str], chance: Generator) -> dict[str, Any]:
    kind, landmark, text = told
    day = TODAY - timedelta(days=int(chance.integers(3, 60)))
    at = to_grid(gpd.GeoDataFrame(geometry=[Point(_spot(landmark))])).geometry.iloc[0]
    state = "waiting" if (TODAY - day).days < 25 else "shared"
    return _note(kind, text, day, at, chance) | {"author_role": "partner", "state": state}
