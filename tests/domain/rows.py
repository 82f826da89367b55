"""Rows as a test needs them: everything has a value, the test names what matters."""

from datetime import UTC, date, datetime
from itertools import count

from shapely import Point, box

from domain.annotations import Annotation, AnnotationState
from domain.areas import Area, AreaKind
from domain.concern_submitting import Report
from domain.concerns import Basis, ConcernItem
from domain.gazetteer import GazetteerEntry, sought
from domain.incidents import Incident, TimeKnown
from domain.people import Tier
from domain.places import Place, Status
from domain.preferences import Moderation
from domain.premises import Premises
from domain.touches import PlaceTouch

NUMBERS = count(1)
HERE = Point(475_050, 545_050)
MODERATION = Moderation()


def key() -> bytes:
    return next(NUMBERS).to_bytes(16, "big")


def around(point=HERE, reach=50):
    return box(point.x - reach, point.y - reach, point.x + reach, point.y + reach)


def place(**given):
    values = {
        "name": "Mill Lane kiosk",
        "neutral_name": "Place in the west",
        "aliases": [],
        "place_type": "park",
        "shape": around(),
        "precision": "exact",
        "status": Status.WATCH,
        "harm_primary": "CSE",
        "harm_further": [],
        "strengths": "Youth workers know it.",
        "worries": "Adults wait here in cars.",
        "tier": int(Tier.T2),
        "marking": "OFFICIAL-SENSITIVE",
        "first_noted": date(2025, 1, 1),
        "version": 1,
    }
    return Place(**{**values, **given})


def incident(**given):
    start = given.get("occurred_from", datetime(2026, 1, 10, 22, 30, tzinfo=UTC))
    values = {
        "key": key(),
        "source": "police",
        "category": "violence",
        "harm_primary": "CSE",
        "harm_further": [],
        "time_known": TimeKnown.INTERVAL,
        "occurred_from": start,
        "occurred_to": start,
        "weekday": start.weekday() if start else None,
        "hour": start.hour if start else None,
        "precision": "exact",
        "spot": HERE,
    }
    return Incident(**{**values, **given})


def touch(**given):
    values = {
        "key": key(),
        "source": "rhi",
        "role": "found_at",
        "month": date(2026, 1, 1),
        "time_band": "evening",
        "day_type": "weekend",
        "duration_band": "unknown",
        "distance_band": "unknown",
        "transport_mode": "bus",
        "precision": "street",
        "spot": HERE,
    }
    return PlaceTouch(**{**values, **given})


def premises(**given):
    values = {
        "name": "Corner library",
        "place_type": "youth_centre",
        "roles": ["community_guardian"],
        "tier": int(Tier.T2),
        "precision": "building",
        "spot": HERE,
        "version": 1,
    }
    return Premises(**{**values, **given})


def annotation(**given):
    values = {
        "kind": "worry",
        "text": "No light by the gate.",
        "noted_on": date(2026, 1, 12),
        "made_at": datetime(2026, 1, 12, tzinfo=UTC),
        "state": AnnotationState.SHARED,
        "tier": int(Tier.T2),
        "precision": "exact",
        "shape": HERE,
        "version": 1,
    }
    return Annotation(**{**values, **given})


def area(**given):
    values = {
        "kind": AreaKind.WARD,
        "code": f"W{next(NUMBERS)}",
        "name": "Harbour",
        "vintage": "2025",
        "outline": around(reach=500),
    }
    return Area(**{**values, **given})


def entry(kind, name, point=HERE, **given):
    values = {"district": "Eldermere", "source": "sample", "key": f"k{next(NUMBERS)}"}
    return GazetteerEntry(
        kind=kind, name=name, sought=sought(kind, name), spot=point, **{**values, **given}
    )


def report(**given):
    values = {
        "shape": HERE,
        "precision": "exact",
        "place_type": "park",
        "ways_known": "saw",
        "role": "resident",
        "worries": ("dark",),
        "words": "No light behind the bandstand.",
    }
    return Report(**{**values, **given})


def concern_item(**given):
    values = {
        "text": "Dark.",
        "kind": "worry",
        "basis": Basis.FACT,
        "grade_source": "2",
        "information": "D",
        "handling": "C",
        "conditions": "",
        "trained": False,
    }
    return ConcernItem(**{**values, **given})
