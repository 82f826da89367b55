"""Boundaries: small areas nest in wards, wards tile the partnership; beats are made of small areas.

All are unions of the same cells, so there is neither gap nor overlap. Codes begin with X and
belong to no real place; the vintage says which invented boundary review they come from.
"""

from functools import cache

import geopandas as gpd
import pandas as pd
import shapely

from eldermere import cells, network
from eldermere.ground import QUARTERS, to_grid

POPULATION = 40_200
VINTAGE = {"partnership": "2024", "ward": "May 2023", "lsoa": "2021", "beat": "2025"}
WARDS: dict[str, list[int]] = {
    "Old Town and Ropery": [1, 11, 12],
    "Northgate and Merebank": [2, 3, 4],
    "Westgate and Orchard": [5, 6, 7],
    "Station and Foundry": [8, 9, 10],
    "Northfields and Highmoor": [13, 14, 15],
    "Saltgarth and Northshore": [17, 18, 19],
    "Harbour and Sandhaven": [20, 21, 22],
    "Southmead and Low Garth": [23, 24, 25],
    "Ferryfields and Curlew Park": [16, 26, 27],
}
BEATS: dict[str, list[int]] = {
    "Town Centre": [1, 8, 12],
    "Eldermere North": [2, 3, 4, 13, 14, 15],
    "Eldermere East": [11, 17, 18, 19, 20],
    "Eldermere South": [9, 10, 21, 22, 23, 24],
    "Eldermere West": [5, 6, 7, 16, 25, 26, 27],
}


@cache
def areas() -> gpd.GeoDataFrame:
    """Give all boundaries in British National Grid.

    Columns: ``kind``, ``code``, ``name``, ``vintage``, ``ward_code``, ``population``.
    """
    small = _small_areas()
    ward = _grouped(small, "ward", WARDS, "X05")
    beat = _grouped(small, "beat", BEATS, "X23")
    whole = _row("partnership", "X47000001", "Eldermere Safeguarding Partnership", small)
    small["ward_code"] = small["lsoa"].map(
        {each: f"X05{at:06d}" for at, group in enumerate(WARDS.values(), 1) for each in group}
    )
    found = pd.concat([gpd.GeoDataFrame([whole]), ward, small.drop(columns="lsoa"), beat])
    found["vintage"] = found["kind"].map(VINTAGE)
    found["ward_code"] = found["ward_code"].fillna("")
    columns = ["kind", "code", "name", "vintage", "ward_code", "population", "geometry"]
    frame = gpd.GeoDataFrame(found[columns], geometry="geometry").reset_index(drop=True)
    return _whole_polygons(to_grid(frame))


def _small_areas() -> gpd.GeoDataFrame:
    small = cells.frame().dissolve("lsoa", as_index=False)[["lsoa", "geometry"]]
    small["kind"] = "lsoa"
    small["code"] = [f"X01{number:06d}" for number in small["lsoa"]]
    small["name"] = [f"Eldermere {_ward_of(each):03d}{_letter(each)}" for each in small["lsoa"]]
    homes = _homes()
    share = [homes.get(each, 0.0) / sum(homes.values()) for each in small["lsoa"]]
    small["population"] = [round(POPULATION * each) for each in share]
    return small


def _ward_of(lsoa: int) -> int:
    return next(at for at, group in enumerate(WARDS.values(), 1) if lsoa in group)


def _letter(lsoa: int) -> str:
    group = list(WARDS.values())[_ward_of(lsoa) - 1]
    return "ABC"[group.index(lsoa)]


def _homes() -> dict[int, float]:
    """Metres of residential street weighed by how densely its quarter was built, by small area."""
    streets = network.streets()
    lived = streets[streets["kind"].eq("residential")]
    weight = lived["quarter"].map(lambda at: QUARTERS[at].share)
    small = lived["quarter"].map(lambda at: QUARTERS[at].lsoa)
    return dict((lived.length * weight).groupby(small).sum())


def _grouped(
    small: gpd.GeoDataFrame, kind: str, groups: dict[str, list[int]], prefix: str
) -> gpd.GeoDataFrame:
    rows = [
        _row(kind, f"{prefix}{at:06d}", name, small[small["lsoa"].isin(group)])
        for at, (name, group) in enumerate(groups.items(), 1)
    ]
    return gpd.GeoDataFrame(rows)


def _row(kind: str, code: str, name: str, parts: gpd.GeoDataFrame) -> dict[str, object]:
    return {
        "kind": kind,
        "code": code,
        "name": name,
        "population": int(parts["population"].sum()),
        "geometry": shapely.union_all(parts.geometry.to_numpy(), grid_size=cells.GRID),
    }


def _whole_polygons(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    kinds = set(frame.geom_type)
    if kinds - {"Polygon", "MultiPolygon"}:
        raise ValueError(f"an area that is no polygon: {kinds}")
    return frame
