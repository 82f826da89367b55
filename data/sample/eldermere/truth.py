"""What was planted in the incidents, so that an analysis can be marked against it."""

from typing import Any

from eldermere.dates import FIRST, LAST, PLAN_DATE
from eldermere.ground import CROSS, SEED
from eldermere.incidents import CHAIN_DAYS, CHAIN_REACH, EASED, PATTERNS, Pattern, drawn
from eldermere.spots import spot_of

PLAN_WEEKS = 36
"""Whole weeks that lie after the plans began, and as many before."""


def truth() -> dict[str, Any]:
    """Every planted pattern with its centre (British National Grid), days, hours and count."""
    frame, chains = drawn()
    return {
        "about": "Patterns planted in incidents.csv. Times are Europe/London. Invented.",
        "seed": SEED,
        "first_day": FIRST.isoformat(),
        "last_day": LAST.isoformat(),
        "crs": "EPSG:27700",
        "patterns": [_told(pattern) for pattern in [*PATTERNS, *EASED]],
        "moved": {
            "plan_began": PLAN_DATE.isoformat(),
            "from": "Mere Park before the plan",
            "to": "Castle Green after the plan",
        },
        "plans": [
            _plan(
                "Mere Park", "moved", ["Mere Park before the plan"], ["Castle Green after the plan"]
            ),
            _plan("Curlew Way shops", "worked", [each.name for each in EASED], []),
            _plan("Southmead shops", "nothing", ["Southmead shops, Thursday evenings"], []),
        ],
        "near_repeats": {
            "about": "Chains of one kind; each link lies within reach and days of the one before.",
            "reach_m": CHAIN_REACH,
            "days": CHAIN_DAYS,
            "chains": [[str(frame.at[row, "ref"]) for row in rows] for rows in chains],
        },
    }


def _plan(name: str, effect: str, area: list[str], next_door: list[str]) -> dict[str, Any]:
    """Name a plan, what it did, and the patterns in its area and of what moved next door."""
    return {
        "name": name,
        "began": PLAN_DATE.isoformat(),
        "weeks": PLAN_WEEKS,
        "effect": effect,
        "area": area,
        "next_door": next_door,
    }


def _told(pattern: Pattern) -> dict[str, Any]:
    east, north = spot_of(pattern.where) + CROSS
    return {
        "name": pattern.name,
        "kind": pattern.kind,
        "place_type": pattern.place_type,
        "easting": float(east),
        "northing": float(north),
        "spread_m": pattern.spread,
        "planted": pattern.count,
        "weekdays": list(pattern.weekdays),
        "hours": list(pattern.hours),
        "days": pattern.days,
        "first_day": pattern.between[0].isoformat(),
        "last_day": pattern.between[1].isoformat(),
    }
