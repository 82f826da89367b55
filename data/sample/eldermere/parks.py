"""Parks, playing fields, woods and other open ground drawn by hand, and the paths through them."""

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from eldermere.ground import SEED, Spot, curve, ground, ripple
from eldermere.marks import LANDMARKS


def _blob(x: float, y: float, *, wide: float, high: float, turn: float, seed: int) -> BaseGeometry:
    round_ = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    squared = [np.sign(f(round_)) * np.abs(f(round_)) ** 0.7 for f in (np.cos, np.sin)]
    at = np.stack([squared[0] * wide / 2, squared[1] * high / 2], axis=1)
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return Polygon(ripple(at @ spin + [x, y], 0.06 * min(wide, high), 150, SEED + seed)).buffer(0)


# by name: kind, middle, width, height, turn in radians
OPEN_GROUND: dict[str, tuple[str, float, float, float, float, float]] = {
    "Castle Green": ("park", -330, 190, 190, 170, 0.2),
    "Riverside Gardens": ("park", 330, -330, 300, 90, 0.5),
    "Weavers Park": ("park", 640, 860, 210, 170, 0.4),
    "Tannery Park": ("park", -960, -560, 200, 190, 0.0),
    "Foundry Recreation Ground": ("playing_field", 600, -1560, 260, 190, 0.3),
    "Northfields Park": ("park", -260, 2120, 260, 210, 0.2),
    "Highmoor Recreation Ground": ("playing_field", 820, 2190, 240, 200, 0.0),
    "Curlew Park": ("park", -1700, 2010, 280, 230, 0.4),
    "Saltgarth Green": ("park", 1960, 1130, 190, 170, 0.4),
    "Lighthouse Gardens": ("park", 2790, 1300, 220, 150, 0.9),
    "Sandhaven Gardens": ("park", 3010, -1200, 110, 300, 0.1),
    "Dunes Recreation Ground": ("playing_field", 2090, -1560, 240, 190, 0.5),
    "Southmead Park": ("park", 880, -2120, 260, 200, 0.2),
    "Low Garth Park": ("park", -620, -1880, 220, 180, 0.3),
    "Brockwell Park": ("park", -1560, -1500, 290, 220, 0.5),
    "Ferryfields Playing Fields": ("playing_field", -2520, 160, 280, 210, 0.2),
    "Quarrydene Green": ("park", -2480, -640, 210, 170, 0.3),
    "Eldermere Cemetery": ("cemetery", 560, 1340, 230, 190, 0.1),
    "Orchard Allotments": ("allotments", -1020, 290, 180, 130, 0.4),
    "Railside Allotments": ("allotments", -360, -1060, 190, 90, 0.1),
    "Infirmary Allotments": ("allotments", 250, 1590, 170, 110, 0.0),
    "Eldermere Links": ("golf", 2150, -2480, 900, 420, 0.35),
    "Rope Meadow": ("playing_field", 1350, 420, 220, 170, 0.1),
    "Brock Wood": ("woodland", -1980, -1960, 760, 420, 0.6),
    "Highfell Wood": ("woodland", -2700, 2250, 800, 460, 2.4),
    "Hanging Wood": ("woodland", -2950, 1130, 620, 330, 0.8),
    "Kittiwake Plantation": ("woodland", 1700, 2700, 480, 260, 0.3),
    "Wrack Wood": ("woodland", -3300, -1050, 520, 240, 0.3),
    "Mereside Playing Fields": ("playing_field", -1880, 160, 300, 190, 0.1),
    "Rope Walk Gardens": ("park", 790, 240, 130, 90, 0.4),
    "Lighthouse Head": ("park", 3400, 1180, 380, 480, 0.1),
    "North Cliff": ("park", 3020, 2580, 360, 420, 0.5),
    "South Cliff": ("park", 2960, -2470, 360, 340, 0.2),
    "Minster Close": ("park", -180, 120, 120, 100, 0.1),
    "Southness Wood": ("woodland", 480, -2760, 420, 230, 2.6),
    "Mill Wood": ("woodland", -900, 2760, 460, 260, 0.2),
    "Beck Wood": ("woodland", -760, -2560, 520, 180, 2.9),
    "Sea View Caravan Park": ("caravan_site", 2450, -2480, 260, 170, 0.3),
}

SITES = {"hospital": (330, 260), "college": (250, 200), "school": (130, 110)}  # metres
LARGE_SCHOOLS = {"Eldermere High School", "Saltgarth Academy", "Brockwell School"}

WALKS: dict[str, tuple[str, list[Spot]]] = {
    "Mere Walk": ("footpath", [
        (-1960, 1010), (-1860, 1210), (-1650, 1300), (-1400, 1230), (-1190, 1190), (-1040, 1000),
        (-1060, 770), (-1250, 660), (-1440, 710), (-1620, 730), (-1850, 800), (-1960, 1010),
    ]),
    "Riverside Walk": ("footpath", [
        (-1040, 690), (-740, 580), (-570, 300), (-550, -30), (-430, -370), (-100, -550),
        (280, -530), (590, -270), (760, 50), (1000, 195), (1380, 180), (1830, 10), (2250, -30),
    ]),
    "Old Wagonway": ("cycle", [
        (-3050, 30), (-2500, 560), (-2180, 660), (-1850, 720), (-1500, 480), (-900, 380),
        (-600, 380),
    ]),
    "Beck Path": ("footpath", [
        (1040, 1790), (1080, 1640), (1290, 1010), (1215, 560), (1150, 230),
    ]),
    "Coast Path North": ("footpath", [
        (2760, 2420), (2400, 2820), (1900, 3000), (1300, 3130), (650, 3260), (240, 3150),
        (-500, 3280), (-1300, 3040), (-2150, 2960), (-2900, 2560),
    ]),
    "Coast Path South": ("footpath", [
        (2700, -2300), (2300, -2640), (1700, -2880), (900, -2940), (300, -3060), (-120, -3050),
        (-800, -3060), (-1700, -2830), (-2350, -2650), (-3000, -2640), (-3500, -2150),
        (-3900, -1500), (-4180, -1050), (-4130, -560),
    ]),
    "Fell Path": ("footpath", [(-2700, 2620), (-3200, 2120), (-3500, 1500), (-3080, 900),
        (-2960, 350)]),
    "Brock Wood Path": ("footpath", [(-1650, -2350), (-1900, -2000), (-2250, -1800),
        (-2450, -1260)]),
}  # fmt: skip


def parks() -> dict[str, tuple[str, BaseGeometry]]:
    """Open ground by name: (kind, shape); the park round the mere comes first."""
    land = ground()
    mere_park = land.mere.buffer(150).buffer(-20).intersection(shapely.box(-2120, 560, -960, 1480))
    found = {"Mere Park": ("park", mere_park)}
    for number, (name, (kind, x, y, wide, high, turn)) in enumerate(OPEN_GROUND.items()):
        found[name] = (kind, _blob(x, y, wide=wide, high=high, turn=turn, seed=20 + number))
    for number, (kind, name, (x, y), _zoom) in enumerate(LANDMARKS):
        if kind in SITES:
            wide, high = (220, 190) if name in LARGE_SCHOOLS else SITES[kind]
            found[name] = (
                kind,
                _blob(x, y, wide=wide, high=high, turn=0.1 * (number % 7), seed=60 + number),
            )
    dry = land.land.buffer(-12)
    return {
        name: (kind, shape.difference(land.wet.buffer(8)).intersection(dry))
        for name, (kind, shape) in found.items()
    }


def paths() -> list[tuple[LineString, str, str]]:
    """Give walks and the cycle path with their names: the longest dry piece of each."""
    dry = ground().land.buffer(-22)
    found = []
    for name, (kind, spots) in WALKS.items():
        pieces = shapely.get_parts(LineString(curve(spots)).intersection(dry))
        found += [(piece, kind, name) for piece in pieces if piece.length > 60]
    return found
