"""Agencies and demonstration sign-ins: roles and user names, never people."""

from typing import Any

AGENCIES = {
    "Eldermere Council": "council",
    "Eldermere Council Children's Services": "council",
    "Eldermere Council Licensing": "licensing",
    "Eldermere Police": "police",
    "Eldermere Health Trust": "health",
    "Mereside School Trust": "education",
    "Harbour Homes": "housing",
    "Elder Valley Buses": "transport",
    "Elder Valley Trains": "transport",
    "Lantern Youth Charity": "voluntary",
    "Eldermere Fire and Rescue": "fire",
    "Eldermere Youth Justice Service": "youth_justice",
    "Eldermere Traders' Association": "business",
    "Eldermere Taxi Owners": "business",
}
SIGN_INS = [  # user name, what the screen calls them, role, agency, tier (null: the role's own)
    ("chair", "Meeting chair", "coordinator", "Eldermere Council Children's Services", None, None),
    ("constable", "Neighbourhood constable", "police", "Eldermere Police", None, None),
    ("analyst", "Partnership analyst", "analyst", "Eldermere Council", None, None),
    ("practitioner", "Youth worker", "practitioner", "Lantern Youth Charity", None, None),
    ("volunteer", "Community volunteer", "partner", "Eldermere Traders' Association", None, None),
    ("admin", "System administrator", "administrator", "Eldermere Council", None, None),
    ("beat_east", "Beat officer, east", "police", "Eldermere Police", None, "X23000003"),
]


def people() -> dict[str, Any]:
    """Agencies with their kinds, and sign-ins; passwords are set where the sample is loaded."""
    return {
        "about": "Invented agencies and demonstration sign-ins. No person is named.",
        "agencies": [{"name": name, "kind": kind} for name, kind in AGENCIES.items()],
        "sign_ins": [
            {"username": user, "name": shown, "role": role, "agency": agency, "tier": tier,
             "area_code": area}
            for user, shown, role, agency, tier, area in SIGN_INS
        ],
    }  # fmt: skip
