"""How English streets were laid out, one function for each age: polygon in, centre lines out.

Every function takes the ground to fill (local metres), the edges that a street may join
(``doors``) and a random generator, and gives lines that end on those edges or on each other.
"""

import numpy as np
import shapely
import shapely.ops
from numpy.random import Generator
from shapely import LineString, MultiLineString, Point, Polygon
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry

from eldermere.ground import SEED, ripple

Lines = list[LineString]


def parts(shape: BaseGeometry, kind: str = "LineString", least: float = 0.0) -> list:
    """Give the simple parts of ``shape`` of one kind, longer (or larger) than ``least``."""
    size = shapely.length if kind == "LineString" else shapely.area
    return [
        each for each in shapely.get_parts(shape) if each.geom_type == kind and size(each) > least
    ]


def leaning(ground: Polygon) -> float:
    """Angle of the longer side of the ground, radians."""
    box = shapely.get_coordinates(ground.minimum_rotated_rectangle)
    sides = np.diff(box, axis=0)[:2]
    long = sides[np.argmax(np.hypot(*sides.T))]
    return float(np.arctan2(long[1], long[0]))


def waved(lines: Lines, height: float, length: float) -> Lines:
    """Bend ``lines`` a little."""
    return [
        shapely.transform(line.segmentize(20), lambda at: ripple(at, height, length, SEED + 6))
        for line in lines
    ]


def rows(ground: Polygon, _doors: BaseGeometry, chance: Generator, gap: float = 84.0) -> Lines:
    """Terraces: long parallel streets, cut across here and there."""
    turn = np.degrees(leaning(ground)) + (90 if chance.random() < 0.5 else 0)
    level = rotate(ground, -turn, origin=(0, 0))
    west, south, east, north = level.bounds
    long = [
        LineString([(west - 60, y), (east + 60, y)])
        for y in np.arange(south + gap * 0.75, north - gap * 0.4, gap)
    ]
    places = np.arange(west + chance.uniform(130, 190), east - 80, chance.uniform(215, 260))
    across = [LineString([(x, south - 60), (x, north + 60)]) for x in places]
    bent = waved([rotate(line, turn, origin=(0, 0)) for line in long + across], 5, 500)
    return [piece for line in bent for piece in parts(line.intersection(ground), least=45)]


def lanes_behind(streets: Lines, ground: Polygon, gap: float = 42.0) -> Lines:
    """Lay the back lanes of terraces, half-way between two long streets."""
    found = []
    every = MultiLineString(streets)
    for line in streets:
        if line.length < 110:
            continue
        lane = line.parallel_offset(gap, "left")
        inside = lane.intersection(ground.buffer(-14)).difference(every.buffer(9))
        found += [
            piece for piece in parts(inside, least=60) if every.distance(piece.centroid) > gap * 0.8
        ]
    return found


def halves(
    ground: Polygon, chance: Generator, most: float, skew: float = 14.0, sway: float = 8.0
) -> Lines:
    """Split the ground again and again across its longer side until no piece tops ``most`` m2."""
    cuts: Lines = []
    waiting = [ground]
    while waiting:
        piece = waiting.pop()
        if piece.area < most * chance.uniform(0.8, 1.3) or piece.area < 1500:
            continue
        cut = _across(piece, chance, skew, sway)
        kept = parts(cut.intersection(piece), least=20)
        if not kept:
            continue
        pieces = parts(shapely.ops.split(piece, cut), "Polygon")
        if len(pieces) > 1:
            cuts += kept
            waiting += pieces
    return cuts


def _across(piece: Polygon, chance: Generator, skew: float, sway: float) -> LineString:
    turn = leaning(piece) + np.pi / 2 + np.radians(chance.uniform(-skew, skew))
    box = piece.minimum_rotated_rectangle
    ends = shapely.get_coordinates(box)
    middle = ends[:4].mean(axis=0)
    along = np.array([np.cos(leaning(piece)), np.sin(leaning(piece))])
    middle = middle + along * chance.uniform(-0.12, 0.12) * box.length / 3
    way = np.array([np.cos(turn), np.sin(turn)]) * box.length
    line = LineString([middle - way, middle + way]).segmentize(25)
    return waved([line], sway, 330)[0]


def crescents(ground: Polygon, doors: BaseGeometry, chance: Generator) -> Lines:
    """Between the wars: rounded rings inside each block, joined to its edge, a green within."""
    spine = halves(ground, chance, 125_000, 8, 16)
    found = list(spine)
    for block in _blocks(ground, spine):
        found += _rings(block, doors.union(MultiLineString(spine)), chance)
    return found


def _blocks(ground: Polygon, lines: Lines) -> list[Polygon]:
    edges = shapely.union_all([ground.boundary, *lines], grid_size=0.1)
    blocks = shapely.get_parts(shapely.normalize(shapely.polygonize(shapely.get_parts(edges))))
    whole = [block for block in blocks if block.geom_type == "Polygon" and block.area > 2_000]
    return [block for block in whole if ground.contains(block.representative_point())]


def _rings(block: Polygon, doors: BaseGeometry, chance: Generator) -> Lines:
    found: Lines = []
    outer: BaseGeometry = doors
    for depth in (66, 134, 202):
        within = block.buffer(-depth)
        for piece in parts(within.buffer(-34).buffer(34), "Polygon", 5_000):
            ring = LineString(piece.exterior.simplify(2).segmentize(15).coords)
            spokes = _spokes(ring, outer, chance, 125)
            found += [ring, *spokes] if spokes else []
        outer = MultiLineString(found) if found else outer
        if not found:
            break
    return found


def _spokes(ring: LineString, outer: BaseGeometry, chance: Generator, reach: float) -> Lines:
    found: Lines = []
    if outer.is_empty:
        return found
    start = chance.uniform(0, 60)
    for far in np.arange(start, ring.length - 40, chance.uniform(170, 260)):
        foot = ring.interpolate(far)
        spoke = shapely.shortest_line(foot, outer)
        if 25 < spoke.length < reach:
            found.append(spoke)
    return found


def closes(ground: Polygon, doors: BaseGeometry, chance: Generator) -> Lines:
    """After the war: a few winding collectors, and closes that end in quiet."""
    spine = halves(ground, chance, 110_000, 18, 24)
    found = list(spine)
    for block in _blocks(ground, spine):
        edge = block.boundary.intersection(doors.union(MultiLineString(spine)).buffer(0.6))
        found += _grown(block, edge, chance)
    return found


def _grown(block: Polygon, edge: BaseGeometry, chance: Generator, clear: float = 43.0) -> Lines:
    """Let closes grow inwards from ``edge``, each keeping clear of all others."""
    found: Lines = []
    waiting = [
        (line.interpolate(far), line.interpolate(far + 1), 0)
        for line in parts(shapely.line_merge(edge), least=60)
        for far in np.arange(chance.uniform(35, 70), line.length - 30, chance.uniform(92, 118))
    ]
    while waiting:
        foot, beside, order = waiting.pop(0)
        most = 260.0 if order == 0 else 90.0
        grown = _grow(block, foot, beside, found, chance=chance, clear=clear, most=most)
        if grown is None:
            continue
        found.append(grown)
        if grown.length > 100 and order < 2:
            for far in np.arange(78, grown.length - 20, 88):
                waiting.append((grown.interpolate(far), grown.interpolate(far + 1), order + 1))
                waiting.append((grown.interpolate(far), grown.interpolate(far - 1), order + 1))
    return found


def _grow(
    block: Polygon,
    foot: Point,
    beside: Point,
    found: Lines,
    *,
    chance: Generator,
    clear: float,
    most: float,
) -> LineString | None:
    turn = np.arctan2(beside.y - foot.y, beside.x - foot.x) + np.pi / 2
    at = np.array([foot.x, foot.y])
    if not block.contains(Point(at + 6 * np.array([np.cos(turn), np.sin(turn)]))):
        turn += np.pi
    bend = chance.normal(0, 0.05)
    line = [at]
    near = MultiLineString(found) if found else None
    for step in range(int(most * chance.uniform(0.6, 1.0) / 13)):
        turn += bend + chance.normal(0, 0.03)
        at = at + 13 * np.array([np.cos(turn), np.sin(turn)])
        tip = Point(at)
        rim = block.exterior.distance(tip)
        if not block.contains(tip) or (step > 2 and rim < clear):
            break
        if step > 2 and near is not None and near.distance(tip) < clear:
            break
        if step <= 2 and near is not None and near.distance(tip) < 11 * step:
            break
        line.append(at)
    return LineString(line) if len(line) > 5 else None


def yards(ground: Polygon, _doors: BaseGeometry, chance: Generator) -> Lines:
    """Industrial and retail ground: a few wide service roads."""
    return halves(ground, chance, 55_000, 6, 4)


def villas(ground: Polygon, _doors: BaseGeometry, chance: Generator) -> Lines:
    """Large Victorian houses on wide, gently bent roads."""
    return halves(ground, chance, 24_000, 5, 7)


def old(ground: Polygon, _doors: BaseGeometry, chance: Generator) -> Lines:
    """Build the medieval core: small crooked blocks."""
    return halves(ground, chance, 11_500, 20, 9)


def hamlet(ground: Polygon, _doors: BaseGeometry, chance: Generator) -> Lines:
    """Build an old village: a handful of crooked lanes."""
    return halves(ground, chance, 22_000, 24, 14)
