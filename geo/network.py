"""Ways between stops over streets: a graph of nodes and edges as arrays, and the minutes along it.

Lines are cut where they meet. A stop joins the graph at the nearest point of a street that the
mode may use, and walks from there. Everything is in metres of one projected system (EPSG:27700)
and in minutes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from shapely import LineString

from geo.network_nodes import Cut, cut
from geo.space import Floats

Ints = NDArray[np.int64]
Mode = Literal["foot", "cycle", "vehicle"]

WALK = 4.8
"""Kilometres an hour on foot: from a street to a stop, and pushing a cycle."""
SPEEDS: dict[str, dict[Mode, float]] = {
    "motorway": {"vehicle": 90.0},
    "a_road": {"foot": WALK, "cycle": 15.0, "vehicle": 45.0},
    "b_road": {"foot": WALK, "cycle": 15.0, "vehicle": 40.0},
    "minor": {"foot": WALK, "cycle": 15.0, "vehicle": 35.0},
    "local": {"foot": WALK, "cycle": 15.0, "vehicle": 25.0},
    "service": {"foot": WALK, "cycle": 12.0, "vehicle": 12.0},
    "cycleway": {"foot": WALK, "cycle": 15.0},
    "path": {"foot": WALK, "cycle": WALK},
    "steps": {"foot": 2.4},
}
"""Kilometres an hour by class of street and mode; a mode that is missing may not go there."""
NEAR = 300.0
"""Metres: a stop that is farther from any street is off the network."""
CRUMB = 0.02
"""Share of the largest part of the network below which a part that hangs on nothing is left out."""
LEAST = 1e-6
"""Minutes of the shortest edge: none is nothing, which a sparse array would forget."""


@dataclass(frozen=True)
class Streets:
    """Streets as lines.

    Attributes
    ----------
    lines
        LineStrings in metres.
    kinds
        Class of each, a key of ``SPEEDS``.
    oneway
        1 along the line, -1 against it, 0 both ways. People on foot go both ways.
    bridge
        Lines over or under others, which meet them at their ends only.
    join
        Metres within which an end of a line meets another; 0.01 where lines share coordinates.
    crossings
        Lines that cross meet there, bridges not. False where lines meet at coordinates they share.
    """

    lines: NDArray[np.object_]
    kinds: Sequence[str]
    oneway: NDArray[np.int8]
    bridge: NDArray[np.bool_]
    join: float = 0.01
    crossings: bool = False


@dataclass(frozen=True)
class Graph:
    """The streets that a mode may use.

    Attributes
    ----------
    x, y
        Nodes, in metres.
    tail, head
        Nodes at the two ends of each edge.
    metres, minutes
        Length of each edge, and the time along it at the mode's speed.
    forth, back
        Whether the mode may go from tail to head, and from head to tail.
    lines
        The shape of each edge, from tail to head.
    """

    mode: Mode
    x: Floats
    y: Floats
    tail: Ints
    head: Ints
    metres: Floats
    minutes: Floats
    forth: NDArray[np.bool_]
    back: NDArray[np.bool_]
    lines: NDArray[np.object_]

    @cached_property
    def tree(self) -> shapely.STRtree:
        """An index of the edges."""
        return shapely.STRtree(self.lines)


@dataclass(frozen=True)
class Snapped:
    """Where stops join a graph: edge, metres along it, and metres from it; edge -1 is too far."""

    edge: Ints
    along: Floats
    off: Floats


def graph(streets: Streets, mode: Mode) -> Graph:
    """Cut streets where they meet, and keep those that the mode may use and that hang together.

    Raises
    ------
    ValueError
        There is no such street, or a class is not known.
    """
    if unknown := set(streets.kinds) - set(SPEEDS):
        raise ValueError(f"Streets have classes that are not known: {len(unknown)} of them.")
    speed = np.array([SPEEDS[kind].get(mode, 0.0) for kind in streets.kinds])
    if not (speed > 0).any():
        raise ValueError("The file has no street that this mode of travel may use.")
    pieces: Cut = cut(streets.lines, streets.bridge, streets.join, crossings=streets.crossings)
    use = speed[pieces.of] > 0
    oneway = np.zeros_like(streets.oneway) if mode == "foot" else streets.oneway
    use[use] = _together(pieces.tail[use], pieces.head[use])
    way, of = oneway[pieces.of[use]], pieces.of[use]
    metres = shapely.length(pieces.lines[use])
    return Graph(
        mode, pieces.x, pieces.y, pieces.tail[use], pieces.head[use], metres,
        np.maximum(metres / (speed[of] * 1_000 / 60), LEAST), way >= 0, way <= 0,
        pieces.lines[use],
    )  # fmt: skip


def snap(streets: Graph, x: Floats, y: Floats, *, within: float = NEAR) -> Snapped:
    """Find where each stop joins the graph; of edges equally near, the first."""
    points = np.asarray(shapely.points(x, y), dtype=object)
    edge = np.full(len(points), -1, dtype=np.int64)
    along, off = np.full(len(points), np.nan), np.full(len(points), np.nan)
    (at, found), apart = streets.tree.query_nearest(
        points, max_distance=within, return_distance=True
    )
    order = np.lexsort((found, at))
    which, first = np.unique(at[order], return_index=True)
    edge[which], off[which] = found[order][first], apart[order][first]
    along[which] = shapely.line_locate_point(streets.lines[edge[which]], points[which])
    return Snapped(edge, along, off)


class Ways:
    """The ways between stops on a graph.

    Stops are nodes of their own behind those of the graph, each tied to the two ends of its edge
    and to the other stops on that edge. ``arcs`` is a sparse array of the minutes between nodes.
    """

    def __init__(
        self, streets: Graph, x: Sequence[float] | Floats, y: Sequence[float] | Floats,
        *, within: float = NEAR,
    ) -> None:  # fmt: skip
        self.graph, self.x, self.y = streets, np.asarray(x, float), np.asarray(y, float)
        self.at = snap(streets, self.x, self.y, within=within)
        self._before: dict[int, NDArray[np.int32]] = {}
        self._arcs()

    @property
    def off(self) -> Ints:
        """Stops that are too far from any street."""
        return np.flatnonzero(self.at.edge < 0)

    @cached_property
    def minutes(self) -> Floats:
        """Minutes from each stop to each, the walk to and from the street included.

        A square array; infinite where there is no way, 0 on the diagonal.
        """
        first = len(self.graph.x)
        stops = np.arange(first, first + len(self.x))
        found = np.asarray(dijkstra(self.arcs, indices=stops)[:, first:], dtype=float)
        np.fill_diagonal(found, 0.0)
        return found

    def unreachable(self) -> list[tuple[int, int]]:
        """Return the pairs of stops, from and to, with no way between them."""
        rows, columns = np.nonzero(np.isinf(self.minutes))
        return list(zip(rows.tolist(), columns.tolist(), strict=True))

    def path(self, one: int, other: int) -> LineString | None:
        """Return the quickest way between two stops as a line in metres; ``None`` for no way."""
        first = len(self.graph.x)
        if one not in self._before:
            _, self._before[one] = dijkstra(
                self.arcs, indices=first + one, return_predecessors=True
            )
        before, nodes = self._before[one], [first + other]
        while nodes[-1] != first + one:
            if (node := int(before[nodes[-1]])) < 0:
                return None
            nodes.append(node)
        steps = [self._shape(a, b) for a, b in zip(nodes[:0:-1], nodes[-2::-1], strict=True)]
        if not steps:
            return LineString([(self.x[one], self.y[one])] * 2)
        return LineString(_plain(np.vstack(steps)))

    def _arcs(self) -> None:
        """Put all arcs together, the quickest where two join the same nodes."""
        g, first = self.graph, len(self.graph.x)
        edges = np.arange(len(g.tail))
        parts = [
            (g.tail[g.forth], g.head[g.forth], g.minutes[g.forth], edges[g.forth]),
            (g.head[g.back], g.tail[g.back], g.minutes[g.back], edges[g.back]),
        ]
        ties = self._ties()
        if ties:
            columns = list(zip(*ties, strict=True))
            parts.append(tuple(np.array(each) for each in columns))  # type: ignore[arg-type]
        start, end, minutes, edge = (np.concatenate(each) for each in zip(*parts, strict=True))
        order = np.lexsort((minutes, end, start))
        start, end, minutes, edge = (each[order] for each in (start, end, minutes, edge))
        new = np.append(True, (np.diff(start) != 0) | (np.diff(end) != 0))
        size = first + len(self.x)
        self.arcs = csr_array((minutes[new], (start[new], end[new])), shape=(size, size))
        code = start[new].astype(np.int64) * size + end[new]
        self._codes, self._edges = code, edge[new]

    def _ties(self) -> list[tuple[int, int, float, int]]:
        """Tie each stop to the ends of its edge, and stops on one edge to each other."""
        g, first, found = self.graph, len(self.graph.x), list[tuple[int, int, float, int]]()
        walk = self.at.off / (WALK * 1_000 / 60)
        beside: dict[int, list[int]] = {}
        for stop in np.flatnonzero(self.at.edge >= 0).tolist():
            edge = int(self.at.edge[stop])
            node, share = first + stop, self._share(stop)
            there, rest = g.minutes[edge] * share, g.minutes[edge] * (1 - share)
            off = float(walk[stop]) + LEAST
            if g.forth[edge]:
                found += [(node, int(g.head[edge]), off + rest, edge),
                          (int(g.tail[edge]), node, off + there, edge)]  # fmt: skip
            if g.back[edge]:
                found += [(node, int(g.tail[edge]), off + there, edge),
                          (int(g.head[edge]), node, off + rest, edge)]  # fmt: skip
            for other in beside.setdefault(edge, []):
                apart = g.minutes[edge] * (share - self._share(other))
                both = off + float(walk[other])
                if g.forth[edge] if apart >= 0 else g.back[edge]:
                    found.append((first + other, node, both + abs(apart), edge))
                if g.back[edge] if apart >= 0 else g.forth[edge]:
                    found.append((node, first + other, both + abs(apart), edge))
            beside[edge].append(stop)
        return found

    def _share(self, stop: int) -> float:
        edge = self.at.edge[stop]
        return float(np.clip(self.at.along[stop] / max(self.graph.metres[edge], 1e-9), 0, 1))

    def _shape(self, one: int, other: int) -> Floats:
        """Return the coordinates of an arc."""
        g, first = self.graph, len(self.graph.x)
        size = first + len(self.x)
        edge = int(self._edges[np.searchsorted(self._codes, one * size + other)])
        ends = [self._along(node, edge) for node in (one, other)]
        if one < first and other < first:  # a street that leads round to itself has equal ends
            ends = [0.0, g.metres[edge]] if g.tail[edge] == one else [g.metres[edge], 0.0]
        line = shapely.get_coordinates(_between(g.lines[edge], min(ends), max(ends)))
        shape = line if ends[0] <= ends[1] else line[::-1]
        own = [[(self.x[node - first], self.y[node - first])] if node >= first else []
               for node in (one, other)]  # fmt: skip
        return np.vstack([each for each in (own[0], shape, own[1]) if len(each)])

    def _along(self, node: int, edge: int) -> float:
        if node >= len(self.graph.x):
            return float(self.at.along[node - len(self.graph.x)])
        return 0.0 if self.graph.tail[edge] == node else float(self.graph.metres[edge])


def straight(
    x: Sequence[float] | Floats, y: Sequence[float] | Floats, *, speed: float | None = WALK
) -> Floats:
    """Return minutes in a straight line between points in metres, at kilometres an hour.

    With ``speed`` ``None`` the distance itself, in the units of the coordinates.
    """
    at = np.asarray(x, float) + 1j * np.asarray(y, float)
    apart = np.abs(at[:, None] - at[None, :])
    return apart if speed is None else apart / (speed * 1_000 / 60)


def _together(tail: Ints, head: Ints) -> NDArray[np.bool_]:
    """Leave out crumbs: edges of parts that hold less than ``CRUMB`` of the largest part's."""
    size = int(max(tail.max(), head.max())) + 1
    joined = coo_array((np.ones(len(tail)), (tail, head)), shape=(size, size))
    _, part = connected_components(joined, directed=False)
    count = np.bincount(part[tail])
    return np.asarray(count[part[tail]] >= CRUMB * count.max())


def _between(line: LineString, first: float, last: float) -> LineString:
    """Return the part of a line between two distances along it."""
    spots = shapely.get_coordinates(line)
    at = np.append(0.0, np.hypot(*np.diff(spots, axis=0).T).cumsum())
    inside = (at > first) & (at < last)
    ends = shapely.get_coordinates(shapely.line_interpolate_point(line, [first, last]))
    return LineString(np.vstack([ends[:1], spots[inside], ends[1:]]))


def _plain(spots: Floats) -> Floats:
    """Leave out coordinates that stand twice."""
    new = np.append(True, (np.abs(np.diff(spots, axis=0)) > 1e-6).any(axis=1))
    return spots[new] if new.sum() > 1 else spots[:2]
