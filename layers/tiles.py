"""A layer's vector tile, as one reader may see it: the same records as the list beside the map.

Large layers are drawn from the index in memory: a tile costs what is in it, whatever the table
holds. Where marks would cover each other they are counted on a lattice; where single records may
not be seen, whole 250 m cells are counted and no point is in any tile.
"""

import gzip
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from domain import matching
from domain.filters import Filters
from domain.people import Actor
from geo import curve, mvt, tiling
from geo.grid import cell_label
from geo.space import to_mercator
from geo.suppress import Rule
from layers import catalogue, index, marks, present
from layers.columns import CELL, Ints, Mask
from layers.index import Spots, Standing
from layers.layer import Layer, rule
from layers.selection import Selection, cells, select_records
from layers.sight import Sight, cell_numbers

CROWDED: Final = 1_500
"""More single points than this in a tile are drawn together, so that a tile stays small."""
MOST_BYTES: Final = 300_000
"""No tile is larger; one of points that would be is counted as a crowded one is."""
LEVELS: Final = 6
"""Halvings of a crowded tile: 64 squares along a side, each four pixels wide."""
CELLS_FROM: Final = 11
"""From this zoom on 250 m cells are drawn each by itself; before, squares of several."""
LARGEST: Final = 6
"""Doublings of a cell at most: squares of 16 km, of which Britain has some thousands."""
ZOOM_IN: Final = "Zoom in to see each"
_A_KEY: Final = 500
"""Bytes of what a tile is kept under; itself it is reckoned with half as much for its gzip."""
_SEARCHED: Final = 12
"""Records that are counted in the time of one search."""


@dataclass(frozen=True)
class Sheet:
    """What is asked for: a layer's tile (z, x, y), coloured by a column."""

    layer: Layer
    at: tuple[int, int, int]
    colour: str = ""


class Drawn:
    """A tile as bytes, and compressed once the first reader asks for it so."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    @cached_property
    def squeezed(self) -> bytes:
        """The tile in gzip, packed quickly: the server in front would do it slowly."""
        return gzip.compress(self.body, compresslevel=1, mtime=0)


def tile(
    session: Session,
    actor: Actor,
    layer: Layer,
    at: tuple[int, int, int],
    filters: Filters,
    *,
    colour: str = "",
) -> bytes:
    """Return the tile ``at`` (z, x, y) as MVT 2.1: ``look``, ``fade``, ``label``, ``detail``.

    Where points are crowded they are counted on a lattice, and cells in larger squares: ``n``
    says how many points or cells a mark stands for.
    """
    return drawn(session, actor, Sheet(layer, at, colour), filters).body


def drawn(session: Session, actor: Actor, sheet: Sheet, filters: Filters) -> Drawn:
    """Return a tile as `tile` has it; those of large layers are kept for all who see the same."""
    layer, at = sheet.layer, sheet.at
    _, seen = catalogue.check(actor, layer.name)
    if layer.held is None:
        frame = catalogue.read(session, actor, layer.name, tiling.tile_box_bng(*at), filters)
        shown = present.presented(layer, seen, frame, sheet.colour)
        return Drawn(tiling.encode(layer.name, to_mercator(shown), *at))
    standing, found = select_records(session, actor, layer.held, filters)
    kept, small = index.drawn(session), rule(session) if seen is Sight.CELL else None
    key = (found.serial, layer.name, seen, at, sheet.colour, small, matching.today())  # it fades
    made: Drawn | None = kept.get(key)
    if made is None:
        if small is not None:
            made = Drawn(cell_tile(sheet, standing, found, small))
        else:
            spots = found.spots(standing, street=seen is Sight.STREET)
            made = Drawn(point_tile(sheet, standing, found, spots))
        kept.put(key, made, 3 * len(made.body) // 2 + _A_KEY)
    return made


def point_tile(sheet: Sheet, standing: Standing, found: Selection, spots: Spots) -> bytes:
    """Draw single records, each in one tile only, or how many there are on a lattice."""
    inside = curve.within(spots.key, *sheet.at)
    if inside.stop - inside.start <= CROWDED:
        body = singly(sheet, standing, spots, inside)
        if len(body) <= MOST_BYTES:
            return body
    return together(sheet, found, spots, inside)


def singly(sheet: Sheet, standing: Standing, spots: Spots, inside: slice) -> bytes:
    """Draw each record of a tile with what is told of it."""
    rows, told, layer = spots.rows[inside], standing.columns, sheet.layer
    line, lines = standing.index.keep(
        f"details {layer.name}", standing.key(), lambda: marks.details(layer, told)
    )
    attributes: list[mvt.Column] = [
        ("look", *marks.look(layer, told, rows, sheet.colour)),
        ("fade", *marks.fade(told, rows)),
        ("label", *marks.label(layer, told, rows)),
        ("detail", line[rows], lines),
    ]
    points = _points(spots.key[inside], sheet)
    return mvt.coded(layer.name, mvt.POINT, points, attributes, told.ids[rows])


def together(sheet: Sheet, found: Selection, spots: Spots, inside: slice) -> bytes:
    """Draw one mark for each square of the lattice, at the middle one of its records.

    It has the look that most of them have.
    """
    key = spots.key[inside]
    edges = curve.squares(key, *sheet.at, LEVELS)
    edges = edges[np.append(True, edges[1:] > edges[:-1])]  # one for each that holds any
    start, count = edges[:-1], np.diff(edges)
    column = present.colour_column(sheet.layer, sheet.colour)
    commonest = _commonest(found, spots, inside, column, edges)
    numbers, which = np.unique(count, return_inverse=True)
    attributes = [
        ("look", commonest, found.columns.words[column].words),
        ("label", which, [f"{n:,} records" if n > 1 else "1 record" for n in numbers.tolist()]),
        ("detail", np.zeros(len(count), dtype=np.int64), [ZOOM_IN]),
        ("n", which, numbers.tolist()),
    ]
    points = _points(key[start + count // 2], sheet)
    return mvt.coded(sheet.layer.name, mvt.POINT, points, attributes)


def _commonest(found: Selection, spots: Spots, inside: slice, column: str, edges: Ints) -> Ints:
    """Return the word that most records of each square have.

    Of many records nothing is read: where each word stands is known, and searched for the edges.
    """
    told = found.columns.words[column]
    if inside.stop - inside.start > _SEARCHED * len(told.words) * len(edges):
        sought = (edges + inside.start).astype(np.int32)
        standing = found.by_code(spots, column)
        tally = np.array([np.diff(np.searchsorted(each, sought)) for each in standing])
        return np.asarray(tally.argmax(axis=0))
    codes = told.codes[spots.rows[inside]].astype(np.int64)
    square = np.repeat(np.arange(len(edges) - 1), np.diff(edges))
    width = len(told.words)
    tally = np.bincount(square * width + codes, minlength=(len(edges) - 1) * width)
    return np.asarray(tally.reshape(-1, width).argmax(axis=1))


def cell_tile(sheet: Sheet, standing: Standing, found: Selection, small: Rule) -> bytes:
    """Draw the 250 m cells that may be shown, whole, or how many there are in larger squares.

    A cell is counted from all its records, wherever the tile's edge runs, and drawn in every
    tile that it touches.
    """
    shown = cells(found, small)
    kept = np.flatnonzero(shown.values.filled(0))
    squares = standing.squares(min(max(0, CELLS_FROM - sheet.at[0]), LARGEST))
    held, which = np.unique(squares.of_cell[kept], return_inverse=True)
    corners = curve.in_tile(squares.across[held], squares.down[held], *sheet.at)
    drawn = np.flatnonzero(_touches_tile(corners) & squares.drawn[held])
    step = np.zeros(len(held), dtype=np.int64)
    counts = shown.values.filled(0)[kept]
    np.maximum.at(step, which, np.searchsorted(present.BREAKS, counts, side="right"))
    look = ("look", np.maximum(step[drawn], 1) - 1, [*present.CLASSES])
    shapes = mvt.quads(corners[drawn])
    name = sheet.layer.name
    if sheet.at[0] < CELLS_FROM:
        return mvt.coded(name, mvt.POLYGON, shapes, [look, *_several(np.bincount(which)[drawn])])
    west, south = squares.corner[held[drawn]].T
    words, said = np.unique(counts[drawn], return_inverse=True)
    attributes = [
        look,
        ("label", np.arange(len(drawn)), [*map(_cell_label, west.tolist(), south.tolist())]),
        ("detail", said, small.say(words.tolist())),
    ]
    return mvt.coded(name, mvt.POLYGON, shapes, attributes, cell_numbers(west, south))


def _several(counts: Ints) -> list[mvt.Column]:
    """Say of squares how many cells each stands for."""
    several, said = np.unique(counts, return_inverse=True)
    labels = [f"{n:,} squares of 250 m" if n > 1 else "1 square of 250 m" for n in several]
    return [
        ("label", said, labels),
        ("detail", np.zeros(len(counts), dtype=np.int64), [ZOOM_IN]),
        ("n", said, several.tolist()),
    ]


def _touches_tile(corners: Ints) -> Mask:
    low, high = corners.min(axis=1), corners.max(axis=1)
    near = (high >= -tiling.BUFFER) & (low <= mvt.EXTENT + tiling.BUFFER)
    return np.asarray(near.all(axis=1))


@lru_cache(maxsize=100_000)
def _cell_label(west: int, south: int) -> str:
    return cell_label(west, south, CELL)


def _points(key: curve.Keys, sheet: Sheet) -> mvt.Units:
    return mvt.curve_points(curve.own(key, sheet.at[0]))
