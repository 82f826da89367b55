"""Streets as nodes and edges: lines cut where they meet."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geo.space import Floats

Ints = NDArray[np.int64]
SAME, TOUCH = 0.01, 0.05
"""Metres within which two coordinates are one, and within which an end touches a line."""


@dataclass(frozen=True)
class Cut:
    """Pieces of lines between nodes.

    ``x`` and ``y`` of the nodes; ``tail``, ``head`` and shape of each piece, and ``of``, the line
    it was cut from.
    """

    x: Floats
    y: Floats
    tail: Ints
    head: Ints
    of: Ints
    lines: NDArray[np.object_]


def cut(
    lines: NDArray[np.object_], bridge: NDArray[np.bool_], join: float, *, crossings: bool
) -> Cut:
    """Cut lines at coordinates they share, where an end touches another, and at crossings.

    Lines in metres. An end within ``join`` metres of another line is led on to it. Bridges meet
    others at their own ends, not where they pass over.
    """
    loose = join > SAME
    if loose:
        lines = _led_on(lines, bridge, join)
    line, along = _shared(lines)
    touched = _touched(lines, bridge) if loose else None
    for more in (touched, _crossed(lines, bridge) if crossings else None):
        if more is not None:
            line, along = np.append(line, more[0]), np.append(along, more[1])
    line, along = _apart(lines, line, along)
    spots = shapely.get_coordinates(shapely.line_interpolate_point(lines[line], along))
    node, first = _merged(spots, TOUCH if loose else SAME)
    follows = np.flatnonzero(line[:-1] == line[1:])
    pieces = _pieces(lines, line[follows], along[follows], along[follows + 1])
    tail, head = node[follows], node[follows + 1]
    real = (tail != head) | (shapely.length(pieces) > 2 * TOUCH)
    return Cut(
        spots[first, 0], spots[first, 1], tail[real], head[real], line[follows][real], pieces[real]
    )


def _shared(lines: NDArray[np.object_]) -> tuple[Ints, Floats]:
    """Return both ends of each line, and where it shares a coordinate with another or itself."""
    spots, of = shapely.get_coordinates(lines, return_index=True)
    steps = np.append(0.0, np.hypot(*np.diff(spots, axis=0).T).cumsum())
    first = np.searchsorted(of, np.arange(len(lines)))
    along = steps - steps[first][of]
    _, which, count = np.unique(
        np.round(spots / SAME).astype(np.int64), axis=0, return_inverse=True, return_counts=True
    )
    ends = np.zeros(len(of), dtype=bool)
    ends[first] = ends[np.append(first[1:], len(of)) - 1] = True
    meets = ends | (count[which.ravel()] > 1)
    return of[meets].astype(np.int64), along[meets]


def _led_on(
    lines: NDArray[np.object_], bridge: NDArray[np.bool_], join: float
) -> NDArray[np.object_]:
    """Lead ends that stop short of another line on to it."""
    end, line, apart = _near_ends(lines, bridge, join)
    order = np.lexsort((apart, end))
    end, line, apart = end[order], line[order], apart[order]
    loose = np.append(True, np.diff(end) != 0) & (
        apart > SAME
    )  # the nearest, where none is touched
    made = lines.copy()
    for at, onto in zip(end[loose].tolist(), line[loose].tolist(), strict=True):
        spots = shapely.get_coordinates(made[at // 2])
        last = shapely.points(spots[-1 if at % 2 else 0])
        to = shapely.line_interpolate_point(
            lines[onto], shapely.line_locate_point(lines[onto], last)
        )
        more = shapely.get_coordinates(to)
        made[at // 2] = shapely.linestrings(np.vstack([spots, more] if at % 2 else [more, spots]))
    return made


def _near_ends(
    lines: NDArray[np.object_], bridge: NDArray[np.bool_], within: float
) -> tuple[Ints, Ints, Floats]:
    """Return ends (twice the line, and one for its last) near other lines, and how far."""
    ends = shapely.get_point(np.repeat(lines, 2), np.tile([0, -1], len(lines)))
    end, line = shapely.STRtree(lines).query(ends, predicate="dwithin", distance=within)
    other = (end // 2 != line) & ~bridge[line]
    end, line = end[other], line[other]
    return end, line, shapely.distance(lines[line], ends[end])


def _touched(lines: NDArray[np.object_], bridge: NDArray[np.bool_]) -> tuple[Ints, Floats]:
    """Return where an end of another line touches a line."""
    end, line, _ = _near_ends(lines, bridge, TOUCH)
    ends = shapely.get_point(lines[end // 2], np.where(end % 2, -1, 0))
    return line, shapely.line_locate_point(lines[line], ends)


def _crossed(lines: NDArray[np.object_], bridge: NDArray[np.bool_]) -> tuple[Ints, Floats] | None:
    """Return where lines that are no bridge cross."""
    one, other = shapely.STRtree(lines).query(lines, predicate="crosses")
    flat = (one < other) & ~bridge[one] & ~bridge[other]
    one, other = one[flat], other[flat]
    meets = shapely.intersection(lines[one], lines[other])
    points, pair = shapely.get_parts(meets, return_index=True)
    dots = shapely.get_type_id(points) == 0
    points, pair = points[dots], pair[dots]
    if not len(points):
        return None
    line = np.append(one[pair], other[pair])
    return line, shapely.line_locate_point(lines[line], np.append(points, points))


def _apart(lines: NDArray[np.object_], line: Ints, along: Floats) -> tuple[Ints, Floats]:
    """Put cuts in order along each line, one of those that fall together."""
    along = np.clip(along, 0.0, shapely.length(lines)[line])
    order = np.lexsort((along, line))
    line, along = line[order], along[order]
    new = np.append(True, (np.diff(line) != 0) | (np.diff(along) > SAME / 10))
    return line[new], along[new]


def _merged(spots: Floats, within: float) -> tuple[Ints, Ints]:
    """Make one node of cuts that lie together; which node each cut is, and a cut of each node."""
    pairs = cKDTree(spots).query_pairs(within, output_type="ndarray")
    near = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=[len(spots)] * 2)
    _, node = connected_components(near, directed=False)
    _, first = np.unique(node, return_index=True)
    return node.astype(np.int64), first


def _pieces(
    lines: NDArray[np.object_], line: Ints, first: Floats, last: Floats
) -> NDArray[np.object_]:
    """Return the parts of lines between distances along them."""
    starts = shapely.get_coordinates(shapely.line_interpolate_point(lines[line], first))
    ends = shapely.get_coordinates(shapely.line_interpolate_point(lines[line], last))
    spots, of = shapely.get_coordinates(lines, return_index=True)
    steps = np.append(0.0, np.hypot(*np.diff(spots, axis=0).T).cumsum())
    begin = np.searchsorted(of, np.arange(len(lines) + 1))
    made = np.empty(len(line), dtype=object)
    for at, each in enumerate(line.tolist()):
        own = slice(begin[each], begin[each + 1])
        along = steps[own] - steps[begin[each]]
        inside = (along > first[at] + 1e-9) & (along < last[at] - 1e-9)
        made[at] = shapely.linestrings(np.vstack([starts[at], spots[own][inside], ends[at]]))
    return made
