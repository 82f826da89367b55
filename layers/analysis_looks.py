"""How the cells of an analysis look, and what their classes mean: the same on map, print and file.

Colours of a class that is more or less are steps of one hue; kinds of change have a letter too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import geopandas as gpd

from domain.recipes import Method
from geo.space import BNG
from layers.hotspots import HOT_SPOTS
from layers.present import RAMP
from layers.symbols import Look, Shape

FILL = 0.62
PRESSED = 300
"""Up to so many cells each can be pressed; of more, the strongest that the table lists."""
LISTED = 40

CHANGES: Mapping[str, tuple[str, Shape, str, str]] = {
    "new": ("#a3441c", "diamond", "N", "New: hot in the last period for the first time"),
    "emerging": ("#c46d00", "triangle", "E", "Emerging: hot before and now, and rising"),
    "persistent": ("#6b3d7d", "square", "P", "Persistent: hot in most periods, no trend"),
    "intermittent": ("#8a6d00", "circle", "I", "Intermittent: hot now and then"),
    "fading": ("#33739c", "wedge", "F", "Fading: hot lately, but falling"),
    "former": ("#6d7377", "hexagon", "X", "Former: hot once, not lately"),
}
SHARES = {"25%": RAMP[4], "50%": RAMP[2], "80%": RAMP[0]}
STEPS = ("lowest", "low", "middle", "high", "highest")
CLUSTER = Look("#6b3d7d", "", weight=2.5, fill=0.2)


@dataclass(frozen=True)
class Drawn:
    """Cells for a map: those to press, one by one, and the others, joined by class (EPSG:27700)."""

    pressed: gpd.GeoDataFrame
    joined: gpd.GeoDataFrame


def looks(method: Method) -> dict[str, Look]:
    """Return the look of each class of a method, in the order of its legend."""
    match method:
        case Method.HOT_SPOTS:
            return {code: _plain(tint) for code, (tint, _) in [*HOT_SPOTS.scale.items()][::-1]}
        case Method.CHANGE:
            return {
                code: Look(tint, shape, letter, size=22, weight=1.5, fill=0.3)
                for code, (tint, shape, letter, _) in CHANGES.items()
            }
        case Method.CONCENTRATION:
            return {code: _plain(tint) for code, tint in SHARES.items()}
        case Method.CLUSTERS:
            return {"cluster": CLUSTER}
    return {f"class {step}": _plain(tint) for step, tint in reversed([*enumerate(RAMP, 1)])}


def meanings(method: Method) -> dict[str, str]:
    """Return what each class of a method means."""
    match method:
        case Method.HOT_SPOTS:
            return {code: words for code, (_, words) in HOT_SPOTS.scale.items()}
        case Method.CHANGE:
            return {code: words for code, (*_, words) in CHANGES.items()}
        case Method.CONCENTRATION:
            return {code: f"Needed to hold {code[:-1]} % of the records" for code in SHARES}
        case Method.CLUSTERS:
            return {"cluster": "Records that lie close together"}
        case Method.NEAR_REPEAT:
            return {f"class {at}": f"Near-repeat pairs: {step}" for at, step in enumerate(STEPS, 1)}
    return {f"class {at}": f"Density: {step} fifth" for at, step in enumerate(STEPS, 1)}


def legend(method: Method, codes: Iterable[str]) -> dict[str, tuple[Look, str]]:
    """Return the look and the words of each class that is among ``codes``, in reading order."""
    there, words = set(codes), meanings(method)
    return {code: (look, words[code]) for code, look in looks(method).items() if code in there}


def in_words(method: Method, code: str) -> str:
    """Say a class in words: "hot 99" as "99 % sure it is not chance"."""
    return meanings(method).get(code, code)


def drawn(cells: gpd.GeoDataFrame) -> Drawn:
    """Part cells into those that a map draws one by one and those that it draws by class.

    A browser is quick with a few hundred shapes; the rest keep their colour, not their press.
    """
    if len(cells) <= PRESSED:
        return Drawn(cells, gpd.GeoDataFrame({"code": []}, geometry=[], crs=BNG))
    rest = cells.iloc[LISTED:]
    joined = rest[["code", "geometry"]].dissolve(by="code", as_index=False)
    return Drawn(cells.iloc[:LISTED], joined)


def places_inside(cells: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> list[str]:
    """Name for each cell the places that touch it: "The park, Mill Lane", in the order of cells.

    ``places`` have ``name`` and are as the reader may see them (EPSG:27700).
    """
    pairs = gpd.sjoin(
        places[["name", "geometry"]], cells[["geometry"]], predicate="intersects", how="inner"
    )
    named = pairs.groupby("index_right")["name"].agg(lambda each: ", ".join(sorted(set(each))))
    return [str(each) for each in named.reindex(cells.index).fillna("")]


def _plain(tint: str) -> Look:
    return Look(tint, "", fill=FILL, weight=1)
