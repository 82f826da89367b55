"""The ground of Eldermere, drawn by hand: coast, river, mere, railway, main roads, quarters.

Local metres, x east and y north of the market cross; :func:`to_grid` moves a frame to its spot in
the North Sea (EPSG:27700). Nothing here is a real place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

SEED = 20241101
CROSS = (466_000.0, 543_700.0)  # the market cross, easting and northing
BNG = 27700

Spot = tuple[float, float]
Floats = NDArray[np.float64]


def to_grid(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Move ``frame`` from local metres to British National Grid, rounded to a decimetre."""
    moved = shapely.transform(
        frame.geometry.to_numpy(), lambda at: np.round(at + np.array(CROSS), 1)
    )
    return frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=BNG))


def curve(spots: Sequence[Spot], closed: bool = False, step: float = 18.0) -> Floats:
    """Lay a Catmull-Rom curve through ``spots``; shape (n, 2), about ``step`` metres apart."""
    points = np.array(spots, dtype=float)
    if closed:
        ends = np.vstack([points[-1], points, points[0], points[1]])
    else:
        ends = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    pieces = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        count = max(2, int(np.hypot(*(c - b)) / step))
        t = np.linspace(0, 1, count, endpoint=False)[:, None]
        pieces.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2)
            + 0.5 * (3 * b - a - 3 * c + d) * t**3
        )
    return np.vstack([*pieces, points[:1] if closed else points[-1:]])


@cache
def _waves(seed: int) -> tuple[Floats, Floats]:
    chance = np.random.default_rng(seed)
    turn = chance.uniform(0, 2 * np.pi, 24)
    length = chance.uniform(0.5, 2.0, 24)
    return np.stack([np.cos(turn), np.sin(turn)]) / length, chance.uniform(0, 2 * np.pi, (2, 24))


def ripple(at: Floats, height: float, length: float, seed: int = SEED) -> Floats:
    """Displace ``at`` (n, 2) smoothly by about ``height`` metres over ``length`` metres."""
    ways, phase = _waves(seed)
    wave = at @ ways * (2 * np.pi / length)
    shift = [np.sin(wave + phase[axis]).sum(axis=1) for axis in (0, 1)]
    return at + height * np.stack(shift, axis=1) / np.sqrt(12)


def _land() -> BaseGeometry:
    outline = curve(COAST, closed=True, step=25)
    outline = ripple(ripple(outline, 55, 700), 14, 130, seed=SEED + 1)
    return Polygon(outline).buffer(0)


COAST: list[Spot] = [
    (-600, 3300), (350, 3520), (1000, 3330), (1420, 2980), (1650, 2930), (2050, 3080),
    (2900, 2880), (3300, 2350), (3160, 1750), (3560, 1250), (3420, 760), (3270, 380),
    (3210, 110), (3280, -160), (3440, -600), (3330, -1300), (3420, -1950), (3080, -2600),
    (2300, -2820), (1500, -3000), (700, -3060), (-180, -3420), (-1000, -3120), (-1900, -2900),
    (-2700, -2800), (-3350, -2560), (-3720, -2150), (-3520, -1650), (-3800, -1400),
    (-4350, -1150), (-4180, -560), (-4420, 150), (-4200, 700), (-4060, 1250), (-4180, 1800),
    (-3780, 2350), (-3100, 2650), (-2300, 2980), (-1500, 3080),
]  # fmt: skip
RIVER: list[Spot] = [
    (-3350, 2050), (-3000, 1800), (-2600, 1420), (-2250, 1330), (-1950, 1120), (-1450, 960),
    (-1080, 760), (-720, 640), (-520, 330), (-500, -20), (-390, -330), (-90, -500),
    (260, -480), (540, -250), (700, 60), (980, 250), (1400, 230), (1850, 60), (2350, 20),
    (2800, 130), (3200, 130), (3600, 120),
]  # fmt: skip
MERE: list[Spot] = [
    (-1900, 1080), (-1760, 1190), (-1560, 1230), (-1420, 1150), (-1260, 1120), (-1120, 960),
    (-1130, 800), (-1290, 730), (-1440, 790), (-1600, 800), (-1790, 860), (-1880, 960),
]  # fmt: skip
BECKS: dict[str, list[Spot]] = {
    "Sandy Beck": [(-1500, -2250), (-900, -2350), (-420, -2250), (250, -2560), (520, -3100)],
    "Quarry Beck": [(700, 2550), (1050, 1780), (1330, 1000), (1250, 560), (1180, 240)],
    "Wrack Burn": [(-2350, -1500), (-2900, -1250), (-3350, -1500), (-3950, -1650)],
}  # fmt: skip
RAILS: dict[str, list[Spot]] = {
    "rail": [
        (-4130, -760), (-3700, -800), (-3000, -880), (-2300, -930), (-1500, -960), (-700, -960),
        (0, -880), (300, -850), (900, -860), (1500, -1000), (2100, -1270), (2560, -1640),
        (2780, -1990),
    ],
    "siding": [(700, -860), (1150, -800), (1650, -600), (2150, -300), (2600, -180), (3000, -170)],
}  # fmt: skip


@dataclass(frozen=True)
class Road:
    """A main road drawn by hand; names change where it passes ``cuts`` (fractions of length)."""

    names: tuple[str, ...]
    kind: str
    ref: str
    spots: list[Spot]
    cuts: tuple[float, ...] = ()


ROADS = [
    Road(("Ringway North", "Ringway East", "Ringway South", "Ringway West"), "ring", "A9990", [
        (-900, 1760), (0, 1780), (800, 1660), (1420, 1270), (1640, 720), (1600, 150),
        (1640, -400), (1480, -1060), (1090, -1560), (400, -1760), (-400, -1700), (-1100, -1500),
        (-1740, -1080), (-2080, -400), (-2180, 300), (-2170, 1000), (-1760, 1560), (-900, 1760),
    ], (0.2, 0.45, 0.72)),
    Road(("Ferry Road", "Westgate Road", "Westgate"), "a_road", "A9991", [
        (-4130, -560), (-3600, -420), (-3000, -330), (-2090, -330), (-1400, -260), (-850, -120),
        (-500, -20), (-230, 20), (0, 0),
    ], (0.5, 0.87)),
    Road(("Northgate", "North Road", "Northscar Road"), "a_road", "A9992", [
        (0, 0), (30, 260), (-20, 560), (30, 1050), (10, 1780), (160, 2330), (280, 2750),
        (240, 3150),
    ], (0.17, 0.56)),
    Road(("Bridge Street", "Station Road", "South Road", "Southness Road"), "a_road", "A9993", [
        (0, 0), (40, -230), (80, -500), (130, -760), (190, -1250), (120, -1750), (-60, -2350),
        (-150, -2700), (-120, -3050),
    ], (0.16, 0.3, 0.57)),
    Road(("Eastgate", "Harbour Road", "Quay Road"), "a_road", "A9994", [
        (0, 0), (300, -40), (650, -70), (1100, -180), (1640, -350), (2250, -430), (2850, -350),
        (3120, -330),
    ], (0.2, 0.53)),
    Road(("Mere Lane", "Mere Road", "Highfell Road"), "b_road", "B9901", [
        (-10, 420), (-420, 720), (-720, 1060), (-930, 1400), (-1180, 1740), (-1450, 2150),
        (-2050, 2560), (-2700, 2620),
    ], (0.22, 0.45)),
    Road(("Ropery Lane", "Saltgarth Road", "Cliff Road"), "b_road", "B9902", [
        (20, 380), (460, 680), (900, 980), (1420, 1270), (1950, 1720), (2420, 2170), (2760, 2420),
    ], (0.28, 0.53)),
    Road(("Tannery Road", "Brockwell Road", "Sandybeck Road"), "b_road", "B9903", [
        (150, -930), (-330, -1180), (-760, -1560), (-1140, -1980), (-1650, -2350), (-2350, -2650),
    ], (0.3, 0.62)),
    Road(("Foundry Road", "Dunes Road", "Links Road"), "b_road", "B9904", [
        (170, -1010), (620, -1180), (1120, -1530), (1750, -1870), (2350, -2230), (2700, -2300),
    ], (0.35, 0.7)),
    Road(("North Promenade", "Lighthouse Parade"), "main", "", [
        (2760, 2420), (3010, 2080), (2950, 1650), (3160, 1120), (3100, 600), (2900, 330),
        (2350, 260), (1640, 480),
    ], (0.55,)),
    Road(("South Promenade",), "main", "", [
        (3120, -330), (3270, -760), (3060, -1380), (3130, -1880), (2700, -2300),
    ]),
    Road(("Curlew Way", "Northfield Way", "Highmoor Way", "Cornfield Way"), "main", "", [
        (-2170, 1040), (-2500, 1700), (-1960, 2140), (-1450, 2150), (-700, 2370), (165, 2340),
        (1050, 2330), (1950, 1720),
    ], (0.27, 0.48, 0.72)),
    Road(("Southmead Way", "Garth Way"), "main", "", [
        (1750, -1870), (1150, -2280), (500, -2420), (-60, -2350), (-600, -2080), (-1140, -1980),
    ], (0.55,)),
    Road(("Ferryfield Way", "Quarrydene Way"), "main", "", [
        (-2180, 420), (-2750, 420), (-3080, 60), (-3000, -330), (-2900, -700), (-2500, -1180),
        (-1860, -1620), (-1140, -1980),
    ], (0.4,)),
    Road(("Saltmarsh Road",), "main", "", [
        (1640, 700), (2250, 880), (2700, 960), (3160, 1080),
    ]),
    Road(("Kelp Street", "Sandhaven Road"), "main", "", [
        (2250, -430), (2420, -850), (2660, -1350), (2700, -1700), (2700, -2300),
    ], (0.3,)),
    Road(("Eastfield Way",), "main", "", [
        (1640, -420), (1900, -800), (2330, -1000), (2640, -1290),
    ]),
    Road(("Viaduct Road",), "main", "", [
        (-2090, -360), (-1700, -640), (-1150, -760), (-560, -760), (120, -720), (640, -640),
        (1050, -480), (1640, -380),
    ]),
    Road(("Orchard Road",), "main", "", [
        (-1400, -260), (-1500, 250), (-1230, 540), (-760, 520), (-420, 720),
    ]),
    Road(("Weavers Road",), "main", "", [(30, 1100), (480, 1130), (900, 980), (1640, 700)]),
    Road(("Infirmary Road",), "main", "", [(-930, 1400), (-420, 1380), (20, 1300)]),
    Road(("High Street",), "main", "", [(0, 0), (160, 130), (250, 330), (240, 540)]),
]  # fmt: skip


@dataclass(frozen=True)
class Quarter:
    """A part of the town: its seed spot, how it was built, and the small area it belongs to."""

    name: str
    spot: Spot
    style: str
    theme: str
    lsoa: int
    share: float  # dwellings for each metre of street, relative


QUARTERS = [
    Quarter("Old Town", (-180, 130), "old", "market", 1, 0.7),
    Quarter("High Street", (270, 130), "old", "market", 1, 0.6),
    Quarter("Northgate", (-230, 760), "terrace", "trade", 2, 1.0),
    Quarter("Weavers", (330, 800), "terrace", "cloth", 2, 1.0),
    Quarter("Merebank", (-620, 1500), "villas", "water", 3, 0.8),
    Quarter("Infirmary", (420, 1480), "interwar", "herb", 4, 1.0),
    Quarter("Orchard", (-1150, 120), "interwar", "orchard", 5, 1.0),
    Quarter("Mereside", (-1620, 620), "park", "water", 5, 0.2),
    Quarter("Westgate", (-1500, -560), "interwar", "metal", 6, 1.0),
    Quarter("Tannery", (-620, -520), "terrace", "craft", 7, 1.6),
    Quarter("Station Quarter", (400, -660), "terrace", "rail", 8, 1.3),
    Quarter("Railside", (-620, -1260), "terrace", "stone", 9, 1.6),
    Quarter("Foundry", (520, -1430), "terrace", "foundry", 10, 1.5),
    Quarter("Ropery", (1050, 560), "terrace", "rope", 11, 1.5),
    Quarter("Eastbridge", (1120, -60), "terrace", "bridge", 12, 1.3),
    Quarter("Gasworks", (1180, -640), "industrial", "works", 12, 0.1),
    Quarter("Ringway Retail Park", (1120, -1160), "retail", "retail", 10, 0.0),
    Quarter("Northfields", (-420, 2060), "interwar", "meadow", 13, 1.1),
    Quarter("Highmoor", (620, 2000), "culdesac", "moor", 14, 1.1),
    Quarter("Cornfields", (1420, 1980), "culdesac", "corn", 15, 1.0),
    Quarter("Curlew Park", (-1620, 1880), "culdesac", "bird", 16, 1.1),
    Quarter("Saltgarth", (1980, 1250), "culdesac", "salt", 17, 1.1),
    Quarter("Northshore", (2550, 1750), "villas", "shell", 18, 0.9),
    Quarter("Fishgarth", (2330, 560), "terrace", "fish", 19, 1.1),
    Quarter("Lighthouse", (2830, 780), "terrace", "lamp", 20, 0.9),
    Quarter("Harbourside", (2350, -180), "industrial", "harbour", 20, 0.2),
    Quarter("Eastfield Industrial Estate", (1960, -560), "industrial", "enterprise", 20, 0.0),
    Quarter("Sandhaven", (2880, -1050), "villas", "wind", 21, 1.2),
    Quarter("Sandhaven South", (2880, -1780), "villas", "sail", 22, 1.0),
    Quarter("Dunes", (2060, -1620), "culdesac", "dune", 22, 1.1),
    Quarter("Southmead", (1030, -1960), "culdesac", "sky", 23, 1.1),
    Quarter("Low Garth", (-480, -1980), "interwar", "garden", 24, 1.1),
    Quarter("Brockwell", (-1620, -1380), "culdesac", "wood", 25, 1.1),
    Quarter("Quarrydene", (-2400, -760), "culdesac", "quarry", 26, 1.1),
    Quarter("Ferryfields", (-2580, 30), "interwar", "boat", 27, 1.1),
    Quarter("Infirmary Park", (-2560, 860), "farm", "field", 27, 0.1),
    Quarter("Highfell", (-2500, 2200), "farm", "field", 16, 0.0),
    Quarter("Mill Fields", (-1100, 2700), "farm", "field", 13, 0.0),
    Quarter("Northscar", (250, 2960), "village", "north", 14, 0.7),
    Quarter("Kittiwake Fields", (1450, 2780), "farm", "field", 15, 0.0),
    Quarter("Links", (1900, -2480), "farm", "field", 23, 0.0),
    Quarter("Southness", (-140, -2800), "village", "south", 24, 0.7),
    Quarter("Beck Fields", (-1000, -2650), "farm", "field", 25, 0.0),
    Quarter("Quarry Fields", (-2600, -2050), "farm", "field", 26, 0.0),
    Quarter("Wrack Point", (-3780, -640), "village", "ferry", 27, 0.6),
    Quarter("Longfield", (-3500, 900), "farm", "field", 27, 0.0),
    Quarter("Wrack Moor", (-3300, -1400), "farm", "field", 26, 0.0),
    Quarter("Gull Fields", (700, -2760), "farm", "field", 23, 0.0),
]
BUILT = {"old", "terrace", "villas", "interwar", "culdesac", "village"}


@dataclass(frozen=True)
class Ground:
    """What nature and the railway left: polygons and lines in local metres."""

    land: BaseGeometry
    river: BaseGeometry
    mere: BaseGeometry
    becks: dict[str, BaseGeometry]
    rails: dict[str, LineString]
    piers: BaseGeometry

    @property
    def wet(self) -> BaseGeometry:
        """River and mere together."""
        return self.river.union(self.mere)


@cache
def ground() -> Ground:
    """Draw what was there before the town."""
    bed = curve(RIVER)
    line = LineString(ripple(bed, 10, 260, seed=SEED + 2))
    along = np.linspace(0, 1, len(line.coords))
    width = 5 + 17 * along + 34 * np.clip((along - 0.72) / 0.28, 0, 1) ** 2
    reaches = [
        LineString(pair).buffer(wide)
        for pair, wide in zip(zip(line.coords, line.coords[1:], strict=False), width, strict=False)
    ]
    dock = Polygon([(2520, 90), (2540, -60), (2960, -90), (2990, 120)])
    land = _land()
    river = shapely.union_all([*reaches, dock]).intersection(land)
    mere = Polygon(ripple(curve(MERE, closed=True), 14, 220, seed=SEED + 3)).buffer(0)
    piers = shapely.union_all(
        [
            LineString(curve([(3180, 290), (3500, 320), (3800, 250)])).buffer(9),
            LineString(curve([(3200, -80), (3450, -60), (3640, 20)])).buffer(9),
            LineString(curve([(-4060, -640), (-4360, -690), (-4560, -660)])).buffer(8),
        ]
    )
    land = land.union(piers)
    becks = {
        name: LineString(ripple(curve(spots), 16, 240, seed=SEED + 4)).intersection(land)
        for name, spots in BECKS.items()
    }
    rails = {kind: LineString(curve(spots)) for kind, spots in RAILS.items()}
    return Ground(land, river, mere, becks, rails, piers)


def market_square() -> Polygon:
    """Give the paved market place at the cross."""
    return Polygon([(-62, 48), (58, 62), (74, -38), (-48, -58)])
