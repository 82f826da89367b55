"""Two years of invented incidents: a background over all streets, and planted patterns."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator

from eldermere.dates import DAYS, LAST, PLAN_DATE, at_hour, in_term, some_day, told
from eldermere.ground import CROSS, SEED
from eldermere.spots import dry, on_a_street, spot_of

COUNT = 8_000
CATEGORIES: dict[str, list[tuple[str, str, float]]] = {  # mix: (category, primary harm, share)
    "town": [
        ("anti-social behaviour", "ASBv", 0.38), ("violence", "SYV", 0.16),
        ("theft", "", 0.16), ("drugs supplied", "CCE", 0.08), ("harassment", "HATE", 0.06),
        ("concern for safety", "UNK", 0.08), ("vapes or alcohol supplied", "SUB", 0.08),
    ],
    "homes": [
        ("anti-social behaviour", "ASBv", 0.36), ("criminal damage", "", 0.2),
        ("theft", "", 0.14), ("concern for safety", "UNK", 0.1), ("violence", "SYV", 0.08),
        ("home taken over", "CUC", 0.03), ("drugs supplied", "CCE", 0.06),
        ("relationship abuse", "REL", 0.03),
    ],
    "hub": [
        ("anti-social behaviour", "ASBv", 0.3), ("adults approaching children", "CSE", 0.2),
        ("drugs supplied", "CCE", 0.16), ("county lines", "CL", 0.08), ("violence", "SYV", 0.16),
        ("concern for safety", "UNK", 0.1),
    ],
    "night": [
        ("violence", "SYV", 0.34), ("anti-social behaviour", "ASBv", 0.3),
        ("adults approaching children", "CSE", 0.16), ("vapes or alcohol supplied", "SUB", 0.2),
    ],
    "school": [
        ("harassment", "HATE", 0.2), ("violence", "SYV", 0.26), ("weapons seen", "SYV", 0.08),
        ("anti-social behaviour", "ASBv", 0.2), ("vapes or alcohol supplied", "SUB", 0.16),
        ("harmful sexual behaviour", "HSB", 0.1),
    ],
    "shops": [
        ("theft", "", 0.26), ("anti-social behaviour", "ASBv", 0.34),
        ("vapes or alcohol supplied", "SUB", 0.16), ("adults approaching children", "CSE", 0.1),
        ("money asked of children", "FIN", 0.14),
    ],
    "park": [
        ("anti-social behaviour", "ASBv", 0.36), ("drugs supplied", "CCE", 0.2),
        ("adults approaching children", "CSE", 0.16), ("weapons seen", "SYV", 0.1),
        ("concern for safety", "UNK", 0.18),
    ],
}  # fmt: skip
FURTHER = ["CSE", "CCE", "SUB", "SYV", "MIS", "ONL", "CL", "MSHT"]
AGENCIES = {
    "police": "Eldermere Police",
    "council": "Eldermere Council",
    "transport": "Elder Valley Buses",
    "health": "Eldermere Health Trust",
    "school": "Mereside School Trust",
}


@dataclass(frozen=True)
class Pattern:
    """Something planted: where, how many, on which days and at which hours."""

    name: str
    kind: str  # hot_spot, weekend_night, school_run, emerging, fading, moved, eased
    where: str  # a landmark
    count: int
    spread: float  # metres, one standard deviation
    mix: str
    place_type: str
    weekdays: tuple[int, ...]
    hours: tuple[float, float]
    source: str = "police"
    days: str = "even"
    told: str = ""
    between: tuple[date, date] = field(default=(DAYS[0], LAST))


NIGHT, SCHOOL = (21.5, 27.0), (15.0, 16.2)
PATTERNS = [
    Pattern("Bus station, Friday and Saturday evenings", "hot_spot", "Eldermere Bus Station",
            330, 38, "hub", "bus_station", (4, 5), (18, 23), "transport"),
    Pattern("Retail park, weekend afternoons", "hot_spot", "Ringway Retail Park",
            240, 70, "shops", "retail_park", (5, 6), (13, 18)),
    Pattern("Skate park, after school", "hot_spot", "Weavers Park Skate Park",
            220, 45, "park", "play_area", (0, 1, 2, 3, 4), (15.5, 19.5), days="term"),
    Pattern("Seafront arcade, summer evenings", "hot_spot", "Golden Sands Amusements",
            230, 55, "shops", "arcade", (4, 5, 6), (16, 22), days="summer"),
    Pattern("Southmead shops, Thursday evenings", "hot_spot", "Southmead Parade",
            170, 35, "shops", "convenience_shop", (3,), (17, 21.5)),
    Pattern("Late-night takeaways", "weekend_night", "Midnight Grill",
            340, 45, "night", "takeaway", (4, 5), NIGHT),
    Pattern("Way home from the high school", "school_run", "Eldermere High School",
            150, 60, "school", "school", (0, 1, 2, 3, 4), SCHOOL, "school", "term"),
    Pattern("Way home from Saltgarth Academy", "school_run", "Saltgarth Academy",
            130, 60, "school", "school", (0, 1, 2, 3, 4), SCHOOL, "school", "term"),
    Pattern("Way to Brockwell School", "school_run", "Brockwell School",
            90, 60, "school", "school", (0, 1, 2, 3, 4), (8.0, 9.0), "school", "term"),
    Pattern("Station car park, new since the summer", "emerging", "Station Car Park",
            150, 40, "hub", "car_park", (0, 1, 2, 3, 4, 5, 6), (17, 24), days="rising"),
    Pattern("Brockwell youth club, fading", "fading", "Brockwell Youth Club",
            180, 50, "park", "youth_centre", (0, 1, 2, 3, 4, 5, 6), (18, 22), days="falling"),
    Pattern("Mere Park before the plan", "moved", "Mere Park Play Area",
            160, 50, "park", "park", (2, 3, 4, 5), (17, 22), "council",
            between=(DAYS[0], PLAN_DATE)),
    Pattern("Castle Green after the plan", "moved", "Eldermere Leisure Centre",
            110, 50, "park", "park", (2, 3, 4, 5), (17, 22), "council",
            between=(PLAN_DATE, LAST)),
]  # fmt: skip
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
EASED = [
    Pattern("Curlew Way shops before the plan", "eased", "Curlew Way Shops",
            75, 35, "shops", "convenience_shop", EVERY_DAY, (16, 21),
            between=(PLAN_DATE - timedelta(weeks=36), PLAN_DATE - timedelta(days=1))),
    Pattern("Curlew Way shops after the plan", "eased", "Curlew Way Shops",
            15, 35, "shops", "convenience_shop", EVERY_DAY, (16, 21),
            between=(PLAN_DATE, LAST)),
]  # fmt: skip
"""What a plan made less; drawn apart, in place of so much background, so that all else stays."""
OUTLYING = 2_000.0
CHAINS = 26  # near-repeat chains
CHAIN_REACH, CHAIN_DAYS = 120.0, 10


@cache
def drawn() -> tuple[pd.DataFrame, list[list[int]]]:
    """All incidents in order of time, and the rows of each near-repeat chain."""
    chance = np.random.default_rng([SEED, 1000])
    rows: list[dict[str, Any]] = []
    for pattern in PATTERNS:
        weights = [_weight(pattern, day) for day in DAYS]
        rows += [_planted(pattern, weights, chance) for _ in range(pattern.count)]
    for number in range(CHAINS):
        rows += _chain(chance, number)
    rows += [_background(chance) for _ in range(COUNT - len(rows))]
    eased = _eased()
    for at, row in zip(_outlying(rows)[: len(eased)], eased, strict=True):
        rows[at] = row
    frame = pd.DataFrame(rows).sort_values(["sort", "easting"], kind="stable")
    frame = frame.reset_index(drop=True)
    frame.insert(0, "ref", [f"EL-{number:05d}" for number in range(1, len(frame) + 1)])
    chains = [
        [int(at) for at in frame.index[frame["chain"].eq(number)]] for number in range(CHAINS)
    ]
    return frame.drop(columns=["sort", "chain"]), chains


def _outlying(rows: list[dict[str, Any]]) -> list[int]:
    """Give the background far from the centre, from the last row on: nothing else is there."""
    from_cross = [np.hypot(row["easting"] - CROSS[0], row["northing"] - CROSS[1]) for row in rows]
    first = len(rows) - COUNT // 2  # the later half is background alone
    return [at for at in range(len(rows) - 1, first, -1) if from_cross[at] > OUTLYING]


def _eased() -> list[dict[str, Any]]:
    chance = np.random.default_rng([SEED, 3000])
    found = []
    for pattern in EASED:
        weights = [_weight(pattern, day) for day in DAYS]
        found += [_planted(pattern, weights, chance) for _ in range(pattern.count)]
    return found


def _planted(pattern: Pattern, weights: list[float], chance: Generator) -> dict[str, Any]:
    centre = spot_of(pattern.where)
    day = some_day(chance, weights)
    hour = float(np.clip(chance.normal(np.mean(pattern.hours), np.ptp(pattern.hours) / 4),
                         pattern.hours[0], pattern.hours[1] - 0.05))  # fmt: skip
    at = dry(centre + chance.normal(0, pattern.spread, 2))
    source = pattern.source if chance.random() < 0.45 else "police"
    return _row(chance, pattern.mix, pattern.place_type, source, day=day, hour=hour, at=at)


def _weight(pattern: Pattern, day: date) -> float:
    first, last = pattern.between
    if day.weekday() not in pattern.weekdays or not first <= day <= last:
        return 0.0
    age = (LAST - day).days
    return {
        "even": 1.0,
        "term": float(in_term(day)),
        "summer": {5: 0.8, 6: 1.5, 7: 3.0, 8: 3.0, 9: 0.8}.get(day.month, 0.08),
        "rising": max(0.0, 1 - age / 150) ** 1.3,
        "falling": float(np.exp(-(DAYS.index(day)) / 170)),
    }[pattern.days]


def _chain(chance: Generator, number: int) -> list[dict[str, Any]]:
    """Near repeats: a few of one kind, close in space and time to the one before."""
    at = on_a_street(chance)
    day = DAYS[int(chance.integers(len(DAYS) - 60))]
    rows = []
    for _ in range(int(chance.integers(3, 7))):
        spot = dry(at)
        row = _row(
            chance, "homes", "walking_route", "police", day=day, hour=_any_hour(chance), at=spot
        )
        row |= {"category": "criminal damage", "harm_primary": "ASBv", "chain": number}
        row |= {"precision": "exact"} | _metres(spot + CROSS)
        rows.append(row)
        turn, far = chance.uniform(0, 2 * np.pi), chance.uniform(15, CHAIN_REACH)
        at = at + far * np.array([np.cos(turn), np.sin(turn)])
        day += timedelta(days=int(chance.integers(1, CHAIN_DAYS)))
    return rows


def _background(chance: Generator) -> dict[str, Any]:
    at = on_a_street(chance)
    central = float(np.hypot(*at)) < 700
    mix, kind = ("town", "town_centre_street") if central else ("homes", "walking_route")
    source = str(chance.choice(list(AGENCIES), p=[0.7, 0.2, 0.03, 0.05, 0.02]))
    day = DAYS[int(chance.integers(len(DAYS)))]
    row = _row(chance, mix, kind, source, day=day, hour=_any_hour(chance), at=dry(at))
    if not central and chance.random() < 0.5:
        row["place_type"] = ""
    return row


def _row(
    chance: Generator, mix: str, place_type: str, source: str, *, day: date, hour: float, at: Any
) -> dict[str, Any]:
    options = CATEGORIES[mix]
    share = np.array([each[2] for each in options])
    category, harm, _share = options[int(chance.choice(len(options), p=share / share.sum()))]
    further = sorted(set(chance.choice(FURTHER, int(chance.integers(1, 3))))) if (
        harm and chance.random() < 0.22) else []  # fmt: skip
    precision = str(chance.choice(["exact", "street", "approximate"], p=[0.58, 0.34, 0.08]))
    spot = np.round((at + CROSS) / 100) * 100 if precision == "approximate" else at + CROSS
    if precision == "approximate":
        spot = dry(spot - CROSS) + CROSS
    start, end, known = _time(chance, day, hour)
    return {
        "occurred_from": start, "occurred_to": end, "time_known": known,
        "category": category, "harm_primary": harm,
        "harm_further": ";".join(each for each in further if each != harm),
        "place_type": place_type, "source": source, "agency": AGENCIES[source],
        "precision": precision, **_metres(spot), "chain": -1,
        "sort": at_hour(day, hour).timestamp(),
    }  # fmt: skip


def _metres(spot: Any) -> dict[str, float]:
    return {"easting": round(float(spot[0]), 1), "northing": round(float(spot[1]), 1)}


def _time(chance: Generator, day: date, hour: float) -> tuple[str, str, str]:
    """From, to and how much is known: an instant, an interval, the day, the month or nothing."""
    luck = chance.random()
    if luck < 0.72:
        start = at_hour(day, hour)
        return told(start), told(start), "interval"
    if luck < 0.89:
        lasts = float(chance.choice([0.5, 1, 2, 4, 8], p=[0.35, 0.3, 0.2, 0.1, 0.05]))
        return told(at_hour(day, hour)), told(at_hour(day, hour + lasts)), "interval"
    if luck < 0.97:
        return day.isoformat(), "", "day"
    return (day.isoformat()[:7], "", "month") if luck < 0.99 else ("", "", "unknown")


HOURLY = np.array([3, 2, 1.5, 1, 1, 1, 1.5, 2.5, 4, 4, 4, 4.5, 5, 5, 5.5, 7, 7.5, 7.5, 8, 8, 7.5,
                   7, 6, 4.5])  # fmt: skip


def _any_hour(chance: Generator) -> float:
    return float(chance.choice(24, p=HOURLY / HOURLY.sum()) + chance.random())
