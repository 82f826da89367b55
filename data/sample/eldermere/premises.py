"""Sixty premises: partners, Community Guardians, safe places, and three homes that stay sealed."""

# ruff: noqa: E501 - tables of words read best with one entry a line

import json
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import Point

from eldermere import gazetteer, landmarks
from eldermere.ground import CROSS, SEED, to_grid

SHOP = "Mo-Sa 09:00-17:30"
LATE = "Mo-Th,Su 17:00-23:00; Fr-Sa 17:00-03:00"
SCHOOL = "Mo-Fr 08:00-17:00"
WORSHIP = "We 18:00-20:00; Su 09:00-12:30"
ALWAYS = "Mo-Su 00:00-24:00"
PUB = "Mo-Su 12:00-23:30"
SEALED_KINDS = {"childrens_home", "refuge", "supported_accommodation"}

# landmark: (place type, roles, hours, trained, trusted, willing, agency)
# roles: p partner premises, g Community Guardian, s safe place; None is "not known"
Entry = tuple[str, str, str, bool | None, bool | None, bool | None, str]
AT_LANDMARKS: dict[str, Entry] = {
    "Eldermere Station": ("rail_station", "pg", "Mo-Su 05:30-23:45", True, None, True, "Elder Valley Trains"),
    "Eldermere Bus Station": ("bus_station", "pg", "Mo-Su 06:00-23:00", True, None, True, "Elder Valley Buses"),
    "Eldermere Infirmary": ("hospital", "ps", ALWAYS, True, True, True, "Eldermere Health Trust"),
    "Mereside College": ("school", "pg", "Mo-Fr 08:00-18:00", True, True, True, "Mereside School Trust"),
    "Eldermere High School": ("school", "pg", SCHOOL, True, True, True, "Mereside School Trust"),
    "Saltgarth Academy": ("school", "pg", SCHOOL, True, None, True, "Mereside School Trust"),
    "Brockwell School": ("school", "p", SCHOOL, True, None, True, "Mereside School Trust"),
    "The Anchor Centre (alternative provision)": ("alternative_provision", "pg", "Mo-Fr 09:00-15:00", True, True, True, "Eldermere Council"),
    "Northgate Primary School": ("school", "p", SCHOOL, False, None, True, "Mereside School Trust"),
    "Ropery Primary School": ("school", "p", SCHOOL, True, None, True, "Mereside School Trust"),
    "Southmead Primary School": ("school", "p", SCHOOL, None, None, True, "Mereside School Trust"),
    "Eldermere Central Library": ("youth_centre", "pgs", "Mo-Fr 09:00-19:00; Sa 09:30-16:00", True, True, True, "Eldermere Council"),
    "Southmead Branch Library": ("youth_centre", "gs", "Tu,Th 10:00-18:00; Sa 10:00-13:00", True, True, True, "Eldermere Council"),
    "Eldermere Leisure Centre": ("youth_centre", "pgs", "Mo-Fr 06:30-22:00; Sa-Su 08:00-18:00", True, True, True, "Eldermere Council"),
    "Sandhaven Lido": ("youth_centre", "g", "Mo-Su 07:00-20:00", False, None, True, "Eldermere Council"),
    "The Boiler Room Youth Club": ("youth_centre", "pgs", "Mo,We,Fr 17:00-21:00", True, True, True, "Lantern Youth Charity"),
    "Saltgarth Youth Hub": ("youth_centre", "pgs", "Tu,Th 16:30-20:30", True, True, True, "Lantern Youth Charity"),
    "Brockwell Youth Club": ("youth_centre", "pgs", "Mo,Th 18:00-21:00", True, True, True, "Lantern Youth Charity"),
    "Eldermere Minster": ("place_of_worship", "gs", "Mo-Sa 09:00-17:00; Su 07:30-19:00", True, True, True, ""),
    "Seamen's Chapel": ("place_of_worship", "g", WORSHIP, False, None, True, ""),
    "Northgate Methodist Church": ("place_of_worship", "g", WORSHIP, True, None, True, ""),
    "Foundry Road Mosque": ("place_of_worship", "gs", "Mo-Su 12:00-21:30", True, True, True, ""),
    "Harbour Road Gurdwara": ("place_of_worship", "gs", "Mo-Su 07:00-20:00", True, True, True, ""),
    "Southmead Community Church": ("place_of_worship", "gs", "Mo,Fr 10:00-14:00; Su 10:00-12:30", True, True, True, ""),
    "Eldermere Police Station": ("custody_court", "ps", ALWAYS, True, None, True, "Eldermere Police"),
    "Eldermere Fire Station": ("construction_industrial", "ps", ALWAYS, True, True, True, "Eldermere Fire and Rescue"),
    "Theatre on the Wharf": ("event", "g", "Tu-Sa 10:00-22:30", True, None, True, ""),
    "Ringway Cinema": ("retail_park", "g", "Mo-Su 11:00-23:30", True, None, True, ""),
    "Ringway Retail Park": ("retail_park", "pg", "Mo-Sa 08:00-20:00; Su 10:00-17:00", True, None, True, ""),
    "Ringway Superstore": ("retail_park", "g", "Mo-Sa 06:00-23:00; Su 10:00-16:00", False, None, True, ""),
    "Northgate Supermarket": ("convenience_shop", "g", "Mo-Sa 07:00-22:00; Su 10:00-16:00", True, None, True, ""),
    "Market Hall": ("town_centre_street", "pg", SHOP, True, None, True, "Eldermere Council"),
    "Saltgarth Mini Market": ("convenience_shop", "g", "Mo-Su 06:00-22:00", False, None, None, ""),
    "Brockwell Stores": ("convenience_shop", "g", "Mo-Su 06:30-21:00", True, True, True, ""),
    "Quarrydene News": ("convenience_shop", "gs", "Mo-Su 05:30-19:00", True, True, True, ""),
    "Highmoor Stores": ("convenience_shop", "g", "Mo-Su 07:00-21:00", None, None, True, ""),
    "Eldermere Post Office": ("convenience_shop", "gs", "Mo-Fr 09:00-17:30; Sa 09:00-12:30", True, None, True, ""),
    "The Woolpack": ("licensed_premises", "g", PUB, True, None, True, ""),
    "The Packet Boat": ("licensed_premises", "g", PUB, False, None, True, ""),
    "Golden Fry": ("takeaway", "g", "Mo-Sa 11:30-22:00", True, True, True, ""),
    "Midnight Grill": ("takeaway", "", LATE, False, None, False, ""),
    "Pizza Wharf": ("takeaway", "g", LATE, True, None, True, ""),
    "Sugar Rush Desserts": ("takeaway", "g", "Mo-Su 14:00-22:00", True, None, True, ""),
    "Cross Cafe": ("takeaway", "gs", "Mo-Sa 08:00-16:30", True, True, True, ""),
    "Mere Tea Rooms": ("takeaway", "gs", "Mo-Su 10:00-16:30", True, None, True, ""),
    "Platform One Cafe": ("takeaway", "g", "Mo-Sa 06:00-18:30", True, None, True, ""),
    "Grand Hotel": ("hotel", "pg", ALWAYS, True, None, True, ""),
    "Ringway Lodge": ("hotel", "p", ALWAYS, True, None, True, ""),
    "Golden Sands Amusements": ("arcade", "g", "Mo-Su 10:00-22:00", True, None, True, ""),
    "Cutting Room Barbers": ("salon", "gs", "Tu-Sa 09:00-18:00", True, True, True, ""),
    "Varnish Nail Bar": ("salon", "", "Mo-Sa 09:30-18:30", None, None, None, ""),
    "Ringway Services": ("petrol_station", "g", ALWAYS, True, None, True, ""),
    "Station Taxi Rank": ("taxi_rank", "g", "Mo-Su 05:00-02:00", True, None, True, "Eldermere Taxi Owners"),
    "Ropewalk Multi-Storey Car Park": ("car_park", "p", "Mo-Su 07:00-23:00", True, None, True, "Eldermere Council"),
}  # fmt: skip
# name: (place type, quarter, roles, hours)
ELSEWHERE: dict[str, tuple[str, str, str, str]] = {
    "Harbour House": ("childrens_home", "Merebank", "p", ALWAYS),
    "Larch View": ("childrens_home", "Brockwell", "p", ALWAYS),
    "The Haven": ("refuge", "Northshore", "p", ALWAYS),
    "Steps Supported Lodgings": ("supported_accommodation", "Station Quarter", "p", ALWAYS),
    "Quarrydene Community Centre": ("youth_centre", "Quarrydene", "gs", "Mo-Fr 09:00-21:00"),
    "Ferryfields Boxing and Sports Club": ("youth_centre", "Ferryfields", "gs", "Mo-Fr 17:00-21:00"),
}  # fmt: skip
ROLES = {"p": "partner_premises", "g": "community_guardian", "s": "safe_place"}
WEEK = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
KEYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@cache
def premises() -> pd.DataFrame:
    """Give one row a premises, with what is known of the people there as yes, no or blank.

    ``opening`` is JSON by weekday, ``mon`` to ``sun``; a closing time before the opening time
    falls on the next day.
    """
    rows = [_at_landmark(name, entry) for name, entry in AT_LANDMARKS.items()]
    chance = np.random.default_rng([SEED, 3000])
    rows += [_elsewhere(name, entry, chance) for name, entry in ELSEWHERE.items()]
    frame = to_grid(gpd.GeoDataFrame(rows, geometry="geometry"))
    frame.insert(0, "ref", [f"PR-{number:03d}" for number in range(1, len(frame) + 1)])
    frame["easting"], frame["northing"] = frame.geometry.x.round(1), frame.geometry.y.round(1)
    near = _nearest_postcodes(frame)
    frame["street"], frame["postcode"] = near["street"].to_numpy(), near["name"].to_numpy()
    frame["precision"] = "building"
    order = [
        "ref", "name", "place_type", "roles", "agency", "street", "postcode", "opening_hours",
        "opening", "trained", "trusted", "willing", "is_safe_place", "precision", "easting",
        "northing",
    ]  # fmt: skip
    return pd.DataFrame(frame[order])


def _at_landmark(name: str, entry: Entry) -> dict[str, object]:
    marks = landmarks.landmarks()
    place_type, roles, hours, trained, trusted, willing, agency = entry
    at = marks.geometry[marks["name"].eq(name)].iloc[0]
    told = {"trained": _told(trained), "trusted": _told(trusted), "willing": _told(willing)}
    return _row(name, place_type, roles, hours=hours, agency=agency, at=at) | told


def _elsewhere(
    name: str, entry: tuple[str, str, str, str], chance: np.random.Generator
) -> dict[str, object]:
    place_type, quarter, roles, hours = entry
    known = gazetteer.gazetteer()
    codes = known[known["kind"].eq("postcode") & known["district"].eq(quarter)]
    row = codes.iloc[int(chance.integers(len(codes)))]
    at = Point(*(np.array([row["easting"], row["northing"]]) - CROSS + [12.0, 9.0]))
    agency = "Eldermere Council" if place_type in SEALED_KINDS else ""
    told = {"trained": "yes", "trusted": "yes", "willing": "yes"}
    return _row(name, place_type, roles, hours=hours, agency=agency, at=at) | told


def _row(
    name: str, place_type: str, roles: str, *, hours: str, agency: str, at: Point
) -> dict[str, object]:
    return {
        "name": name,
        "place_type": place_type,
        "roles": ";".join(ROLES[each] for each in roles),
        "agency": agency,
        "opening_hours": hours,
        "opening": json.dumps(by_weekday(hours), separators=(",", ":")),
        "is_safe_place": "yes" if "s" in roles else "no",
        "geometry": at,
    }


def by_weekday(hours: str) -> dict[str, list[list[str]]]:
    """Spell out hours like ``Mo-Fr 09:00-17:30; Sa 10:00-03:00`` by weekday, mon to sun.

    A closing time before the opening time falls on the next day.
    """
    week: dict[str, list[list[str]]] = {}
    for rule in hours.split("; "):
        days, times = rule.split(" ")
        start, end = times.split("-")
        for span in days.split(","):
            first, _, last = span.partition("-")
            for at in range(WEEK.index(first), WEEK.index(last or first) + 1):
                week.setdefault(KEYS[at], []).append([start, end])
    return {key: week[key] for key in KEYS if key in week}


def _told(known: bool | None) -> str:
    return "" if known is None else "yes" if known else "no"


def _nearest_postcodes(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    known = gazetteer.gazetteer()
    codes = known[known["kind"].eq("postcode")].reset_index(drop=True)
    far = [
        int(np.argmin(np.hypot(codes["easting"] - x, codes["northing"] - y)))
        for x, y in zip(frame.geometry.x, frame.geometry.y, strict=True)
    ]
    return codes.iloc[far]
