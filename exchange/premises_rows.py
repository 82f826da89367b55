"""Premises on their way in: partner premises, Community Guardians and safe places."""

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from domain.codes import ref
from domain.people import Tier
from domain.premises import SAFE_PLACE, Premises
from domain.visibility import open_types
from exchange import spots
from exchange.known import Known
from exchange.mapping import Field
from exchange.rows import Rows, Texts, empty, objects
from exchange.targets import Giver, Taken, Target, keyed

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PARTNER = ref("premises_roles", "partner_premises")
HOURS = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)\s*(?:-|\u2013|to)\s*([01]?\d|2[0-4]):([0-5]\d)")
FIELDS = (
    Field("reference", "reference of the premises", ("ref", "id", "premisesid", "uprn")),
    Field("name", "name of the premises", ("premises", "premisesname", "businessname", "tradingas",
          "sitename", "title"), required=True, text=True),
    Field("place_type", "type of place", ("type", "placetype", "premisestype", "category"),
          codes="place_types", required=True),
    Field("roles", "what it does", ("role",), codes="premises_roles"),
    Field("agency", "agency", ("organisation",)),
    Field("address", "address of the premises", ("businessaddress", "fulladdress"), text=True),
    Field("trained", "staff are trained (yes or no)", ("stafftrained",)),
    Field("trusted", "young people trust it (yes or no)", ("trustedbyyoungpeople",)),
    Field("willing", "willing to help (yes or no)", ("willingtohelp",)),
    Field("precision", "how sure of the spot", ("accuracy",), codes="precision"),
    Field("opening", "opening hours as JSON by weekday", ("openinghours",)),
    *(Field(f"open_{day}", f"open on {day}", (f"opening{day}", f"open{day}")) for day in DAYS),
)  # fmt: skip


def take(rows: Rows, known: Known, giver: Giver) -> Taken:
    """Turn rows into the columns of `Premises`; opening hours read 09:00-12:30; 13:00-17:30."""
    rows.required("name", "name")
    kind = rows.coded("place_type", "place_types", "type of place")
    rows.refuse(empty(kind), "the type of place is not given")
    easting, northing = spots.points(rows, known.ground)
    given = rows.coded("precision", "precision", "precision")
    name = rows.words("name", 120)
    roles = _roles(rows)
    columns: dict[str, Any] = {
        "name": name,
        "place_type": kind,
        "roles": roles,
        "agency_id": _agency(rows, known),
        "address": objects([each or "" for each in rows.words("address", 200)]),
        "opening": _opening(rows),
        **{each: rows.flag(each, each) for each in ("trained", "trusted", "willing")},
        "tier": _tiers(roles, kind),
        "precision": np.where(empty(given), spots.precision(rows), given).astype(object),
        "spot": spots.made_points(easting, northing),
        "version": objects([1] * len(rows)),
    }
    references = rows.limited("reference", 40, "reference")
    made = keyed("premises", giver, [str(each).casefold() for each in name], kind)
    by_content = objects([each.hex() for each in made])
    return Taken(columns, np.where(empty(references), by_content, references))


def present(known: Known, keys: Sequence[Any]) -> set[Any]:
    """Say which references are there."""
    return known.present(Premises.reference, keys)


def _roles(rows: Rows) -> Texts:
    return objects([each or [PARTNER] for each in rows.several("roles", "premises_roles", "roles")])


def _tiers(roles: Texts, kinds: Texts) -> Texts:
    """Open safe places to community partners, who must find them; never a sealed type of place."""
    opened = open_types()
    return objects(
        [
            int(Tier.T1 if SAFE_PLACE in held and kind in opened else Tier.T2)
            for held, kind in zip(roles, kinds, strict=True)
        ]
    )


def _agency(rows: Rows, known: Known) -> Texts:
    names = rows.text("agency")
    found = objects([known.agencies.get((each or "").casefold()) for each in names])
    rows.refuse(~empty(names) & empty(found), "the agency is not one of the partnership")
    return found


def _opening(rows: Rows) -> Texts:
    if rows.has("opening"):
        read = {text: _hours_by_day(text) for text in set(rows.text("opening")) - {None}}
        found = objects([{} if each is None else read[each] for each in rows.text("opening")])
        rows.refuse(empty(found), "opening hours are not written as 09:00-17:30")
        return objects([each or {} for each in found])
    return _opening_of_days(rows)


def _opening_of_days(rows: Rows) -> Texts:
    days = {day: rows.text(f"open_{day}") for day in DAYS if rows.has(f"open_{day}")}
    read = {text: _hours(text) for values in days.values() for text in set(values) - {None}}
    for values in days.values():
        wrong = [each is not None and read[each] is None for each in values]
        rows.refuse(np.array(wrong, dtype=bool), "opening hours are not written as 09:00-17:30")
    return objects(
        [
            {day: read[values[at]] for day, values in days.items() if read.get(values[at])}
            for at in range(len(rows))
        ]
    )


def _hours_by_day(text: str) -> dict[str, list[list[str]]] | None:
    """Read hours as the store keeps them; None where they are anything else."""
    try:
        given = json.loads(text)
        days = {day: ";".join(f"{start}-{end}" for start, end in given[day]) for day in given}
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    read = {day: _hours(spans) for day, spans in days.items() if day in DAYS}
    return None if None in read.values() else {day: spans for day, spans in read.items() if spans}


def _hours(text: str) -> list[list[str]] | None:
    if text.casefold() in ("closed", "-"):
        return []
    spans = [HOURS.fullmatch(part.strip()) for part in re.split(r"[;,]", text) if part.strip()]
    if not all(spans):
        return None
    return [
        [f"{int(span[1]):02d}:{span[2]}", f"{int(span[3]):02d}:{span[4]}"] for span in spans if span
    ]


TARGET = Target(
    "premises",
    "Partner premises and guardians",
    Premises,
    FIELDS,
    take,
    present,
    key_columns=("reference",),
    people=True,
)
