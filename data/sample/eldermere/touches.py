"""Place touches of missing episodes (invented): no person, no episode, nothing that joins two."""

# ruff: noqa: E501 - tables of words read best with one entry a line

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator

from eldermere.dates import DAYS, day_type
from eldermere.ground import CROSS, SEED
from eldermere.premises import premises
from eldermere.spots import dry, on_a_street, spot_of

ROLES = {  # role: how many
    "missing_from": 330, "last_seen": 170, "believed_going": 110, "stayed_at": 110,
    "travelled_via": 180, "found_at": 170, "place_named_as_unsafe": 80, "place_named_as_safe": 50,
}  # fmt: skip
SPOTS: dict[str, list[tuple[str, str, float]]] = {  # role: (landmark, place type, share)
    "last_seen": [
        ("Eldermere Bus Station", "bus_station", 3), ("Ringway Retail Park", "retail_park", 2),
        ("Eldermere Station", "rail_station", 2), ("Weavers Park Skate Park", "play_area", 1),
        ("Brockwell School", "school", 1), ("Saltgarth Academy", "school", 1),
        ("Market Hall", "town_centre_street", 1),
    ],
    "believed_going": [
        ("Eldermere Bus Station", "bus_station", 2), ("Golden Sands Amusements", "arcade", 2),
        ("Ringway Retail Park", "retail_park", 2), ("Wrack Point Ferry", "rail_station", 1),
    ],
    "travelled_via": [
        ("Eldermere Bus Station", "bus_station", 5), ("Eldermere Station", "rail_station", 4),
        ("Wrack Point Ferry", "rail_station", 2), ("Sandhaven Station", "rail_station", 1),
        ("Station Taxi Rank", "taxi_rank", 1),
    ],
    "found_at": [
        ("Mere Park Play Area", "park", 2), ("Golden Sands Amusements", "arcade", 2),
        ("Midnight Grill", "takeaway", 2), ("Station Car Park", "car_park", 2),
        ("Eldermere Infirmary", "hospital", 1), ("Wrack Point Ferry", "rail_station", 1),
    ],
    "place_named_as_unsafe": [
        ("Station Car Park", "car_park", 3), ("Ropewalk Multi-Storey Car Park", "car_park", 2),
        ("Eldermere Bus Station", "bus_station", 2), ("Ringway Lodge", "hotel", 1),
        ("Quayside Hand Car Wash", "car_wash", 1),
    ],
    "place_named_as_safe": [
        ("Eldermere Central Library", "youth_centre", 3), ("Golden Fry", "takeaway", 1),
        ("The Boiler Room Youth Club", "youth_centre", 3), ("Eldermere Minster", "place_of_worship", 1),
        ("Eldermere Leisure Centre", "youth_centre", 2), ("Cross Cafe", "takeaway", 1),
    ],
}  # fmt: skip
AT_HOME = {"missing_from": 1.0, "stayed_at": 0.8, "found_at": 0.4, "believed_going": 0.25}
HOMES = {"childrens_home": 0.42, "supported_accommodation": 0.12}  # else a private dwelling
BANDS = ["night", "morning", "school_day", "after_school", "evening", "late_evening", "unknown"]
LASTED = ["under_3h", "from_3h_to_9h", "from_9h_to_24h", "from_1d_to_3d", "over_3d", "unknown"]
FAR = ["under_2km", "from_2km_to_5km", "from_5km_to_20km", "from_20km_to_50km", "over_50km",
       "unknown"]  # fmt: skip
MOVED = ["on_foot", "bus", "train", "taxi", "driven", "cycle", "unknown"]
PUSH = ["tension_at_home", "not_safe_at_home", "home_not_right", "far_from_family", "bullying",
        "worries_at_school", "distress", "nothing_to_do"]  # fmt: skip
PULL = ["see_family", "see_friends", "feels_safe", "contacted_online", "offered_things",
        "controlled", "debt"]  # fmt: skip
SEEN = ["adults_meeting_children", "vehicles_return", "gifts_or_money", "substances_supplied",
        "control_or_threats", "taken_elsewhere", "none_seen"]  # fmt: skip


@cache
def touches() -> pd.DataFrame:
    """One row a touch, in no order that tells which belong together."""
    chance = np.random.default_rng([SEED, 2000])
    rows = [_touch(role, chance) for role, count in ROLES.items() for _ in range(count)]
    return pd.DataFrame(rows).sort_values("touch_id", kind="stable").reset_index(drop=True)


def _touch(role: str, chance: Generator) -> dict[str, Any]:
    home = chance.random() < AT_HOME.get(role, 0.0)
    at, place_type = _home(role, chance) if home else _public(role, chance)
    day = DAYS[int(chance.integers(len(DAYS)))]
    precision = str(chance.choice(["building", "street", "area"], p=[0.35, 0.45, 0.2]))
    if home and precision == "building" and role != "missing_from":
        precision = "street"
    east, north = np.round(dry(at) + CROSS, 1)
    return {
        "touch_id": f"t{int(chance.integers(16**12)):012x}",
        "source": _one(chance, ["police", "rhi", "philomena", "provider"], [5, 3, 1, 1]),
        "role": role, "residential": "yes" if home else "no", "place_type": place_type,
        "month": day.isoformat()[:7],
        "time_band": _one(chance, BANDS, [1, 0.5, 1, 3, 4, 3, 1.5]), "day_type": day_type(day),
        "duration_band": _one(chance, LASTED, [2, 4, 3, 1, 0.4, 1]),
        "distance_band": _one(chance, FAR, [3, 3, 1, 1, 0.6, 1.5]),
        "cross_border": _one(chance, ["no", "yes", ""], [8, 1.2, 0.8]),
        "transport_mode": _one(chance, MOVED, [3, 4, 2, 1, 2, 0.3, 2]),
        "push_factors": _some(chance, PUSH), "pull_factors": _some(chance, PULL),
        "harm_indicators": _some(chance, SEEN), "precision": precision,
        "easting": float(east), "northing": float(north),
    }  # fmt: skip


def _one(chance: Generator, options: list[str], weights: list[float]) -> str:
    share = np.array(weights)
    return str(chance.choice(options, p=share / share.sum()))


def _some(chance: Generator, options: list[str]) -> str:
    count = int(chance.choice([0, 1, 2], p=[0.35, 0.45, 0.2]))
    return ";".join(sorted(str(each) for each in chance.choice(options, count, replace=False)))


def _home(role: str, chance: Generator) -> tuple[Any, str]:
    """Give a spot where somebody lives; the known homes have more than their share of beginnings."""
    luck = chance.random()
    if role == "missing_from" and luck < sum(HOMES.values()):
        kind = "childrens_home" if luck < HOMES["childrens_home"] else "supported_accommodation"
        known = premises()
        row = known[known["place_type"].eq(kind)].sample(1, random_state=chance).iloc[0]
        return np.array([row["easting"], row["northing"]]) - CROSS, kind
    return on_a_street(chance), "private_dwelling"


def _public(role: str, chance: Generator) -> tuple[Any, str]:
    options = SPOTS.get(role, [])
    if not options or chance.random() < 0.3:
        return on_a_street(chance), "town_centre_street"
    share = np.array([each[2] for each in options])
    landmark, place_type, _share = options[int(chance.choice(len(options), p=share / share.sum()))]
    return spot_of(landmark) + chance.normal(0, 18, 2), place_type
