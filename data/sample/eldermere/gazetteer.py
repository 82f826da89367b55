"""The gazetteer: streets, places, landmarks and invented postcodes (no real area is EM)."""

from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import Point

from eldermere import landmarks, network
from eldermere.ground import QUARTERS, to_grid
from eldermere.parks import SITES

LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # the letters that end a postcode
RING = 1_900.0  # metres from the cross: inside is EM1
OTHERS = [  # name, type, spot
    ("Elder Mere", "lake", (-1500, 990)), ("Market Place", "square", (5, 5)),
    ("River Elder", "river", (1250, 250)), ("Eldermere Harbour", "harbour", (2760, 30)),
]  # fmt: skip
VILLAGES = {"Northscar", "Southness", "Wrack Point"}


@cache
def gazetteer() -> pd.DataFrame:
    """Give one row a name.

    Columns: ``kind``, ``name``, ``type``, ``street``, ``postcode``, ``district``, ``easting``,
    ``northing``.
    """
    streets, codes = _streets()
    every = pd.concat([_places(), _features(), streets, codes], ignore_index=True)
    frame = to_grid(gpd.GeoDataFrame(every, geometry="geometry"))
    frame["easting"] = frame.geometry.x.round(1)
    frame["northing"] = frame.geometry.y.round(1)
    columns = ["kind", "name", "type", "street", "postcode", "district", "easting", "northing"]
    return pd.DataFrame(frame[columns]).fillna("")


def _places() -> pd.DataFrame:
    rows = [{"kind": "place", "name": "Eldermere", "type": "town", "geometry": Point(0, 0)}]
    rows += [
        {
            "kind": "place",
            "name": quarter.name,
            "type": "village" if quarter.name in VILLAGES else "suburb",
            "geometry": Point(quarter.spot),
        }
        for quarter in QUARTERS
        if quarter.style not in {"farm", "park"}
    ]
    rows += [
        {"kind": "feature", "name": name, "type": kind, "geometry": shape.representative_point()}
        for name, (kind, shape) in network.greens().items()
        if kind not in SITES and name not in {quarter.name for quarter in QUARTERS}
    ]
    rows += [
        {"kind": "feature", "name": name, "type": kind, "geometry": Point(at)}
        for name, kind, at in OTHERS
    ]
    return pd.DataFrame(rows)


def _features() -> pd.DataFrame:
    marks = landmarks.landmarks()
    marks = marks[~marks["name"].isin({"Mere Park", "Ringway Retail Park"})]
    return pd.DataFrame(
        {
            "kind": "feature",
            "name": marks["name"],
            "type": marks["kind"],
            "geometry": marks.geometry,
        }
    )


def _streets() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Streets with the postcode at their middle, and every postcode with its street."""
    named = network.by_name()
    named = named[~named["kind"].isin({"footpath", "cycle"})].sort_values("name")
    streets, codes = [], []
    used: dict[str, int] = {}
    for row in named.itertuples():
        spots = _spread(row.geometry, max(1, round(row.geometry.length / 320)))
        found = [_postcode(spot, used) for spot in spots]
        district = _district_name(spots[0])
        middle = len(spots) // 2
        streets.append({
            "kind": "street", "name": row.name, "type": row.kind, "postcode": found[middle],
            "district": district, "geometry": spots[middle],
        })  # fmt: skip
        codes += [
            {"kind": "postcode", "name": code, "type": "unit", "street": row.name,
             "postcode": code, "district": district, "geometry": spot}
            for code, spot in zip(found, spots, strict=True)
        ]  # fmt: skip
    return pd.DataFrame(streets), pd.DataFrame(codes)


def _spread(line: object, count: int) -> list[Point]:
    """Give ``count`` spots evenly along a street, on its longest piece."""
    longest = max(getattr(line, "geoms", [line]), key=lambda piece: piece.length)
    at = (np.arange(count) + 0.5) / count
    return [longest.interpolate(float(each), normalized=True) for each in at]


def _postcode(spot: Point, used: dict[str, int]) -> str:
    far = float(np.hypot(spot.x, spot.y))
    turn = (np.degrees(np.arctan2(spot.y, spot.x)) + 360) % 360
    district = 1 if far < RING else 2 + int(((turn + 45) % 360) // 90)
    sector = 1 + int(turn // 30) % 9 if far < RING else 1 + int((turn % 90) // 15) % 9
    key = f"EM{district} {sector}"
    number = used.get(key, 0)
    used[key] = number + 1
    return f"{key}{LETTERS[number // len(LETTERS)]}{LETTERS[number % len(LETTERS)]}"


def _district_name(spot: Point) -> str:
    named = [quarter for quarter in QUARTERS if quarter.style not in {"farm", "park"}]
    return min(named, key=lambda q: float(np.hypot(q.spot[0] - spot.x, q.spot[1] - spot.y))).name
