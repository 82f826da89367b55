"""A route made shorter without changing its stops, where no moment is fixed."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from geo.orienteering_schedule import SLACK
from geo.space import Floats

Ints = NDArray[np.int64]

LONGEST = 3
"""Stops of a run that is moved, at most."""
FAR = 1e9
"""Minutes for a way back that there is not, so that differences stay numbers."""


def shortened(own: Floats, start: int, end: int, order: list[int]) -> list[int]:
    """Return an order that takes less time between two ends, or the same.

    Runs are turned round (2-opt) and runs of up to three moved (Or-opt) until neither helps;
    ``own`` are the minutes between all stops and ends.
    """
    path = np.array([start, *order, end])
    lengths = own[path[:, None], path]
    while len(path) > 3:
        gain, at = _turn(lengths)
        best, made = gain, (1, 0, *at)
        for long in range(1, min(LONGEST, len(path) - 3) + 1):
            gain, at = _move(lengths, long)
            if gain > best:
                best, made = gain, (0, long, *at)
        if not best > SLACK:
            break
        turned, long, one, other = made
        new = _turned(len(path), one, other) if turned else _moved(len(path), one, other, long)
        path, lengths = path[new], lengths[new[:, None], new]
    shorter: list[int] = path[1:-1].tolist()
    return shorter


@lru_cache(maxsize=256)
def _forward(size: int) -> Floats:
    """Return 0 for gaps of which the second follows the first on a path, else minus infinity."""
    return np.where(np.tri(size - 1, dtype=bool), -np.inf, 0.0)


def _turn(lengths: Floats) -> tuple[float, tuple[int, int]]:
    """Return the most that turning a run round saves on a path, and the gaps on its two sides.

    ``lengths`` are the minutes between all points of the path, its fixed ends among them.
    """
    size = len(lengths)
    step = lengths.diagonal(1)
    longer = np.zeros(size)  # what the way back takes more than the way there, up to each stop
    back = np.minimum(lengths.diagonal(-1)[1:-1], FAR)
    np.cumsum(back - step[1:-1], out=longer[2 : size - 1])
    gain = step[:, None] + step
    gain -= lengths[:-1, :-1]
    gain -= lengths[1:, 1:]
    gain += longer[1:, None] - longer[:-1]
    gain += _forward(size)
    most = int(gain.argmax())
    one, other = divmod(most, size - 1)
    return float(gain[one, other]), (one, other)


def _turned(size: int, one: int, other: int) -> Ints:
    """Return a path's order with the run between two gaps turned round."""
    order = np.arange(size)
    order[one + 1 : other + 1] = order[one + 1 : other + 1][::-1].copy()
    return order


@lru_cache(maxsize=1_024)
def _outside(size: int, long: int) -> Floats:
    """Return minus infinity for gaps of a path that touch a run of ``long``, else 0."""
    first, gaps = np.arange(1, size - long), np.arange(size - 1)[:, None]
    return np.where((gaps >= first - 1) & (gaps <= first + long - 1), -np.inf, 0.0)


def _move(lengths: Floats, long: int) -> tuple[float, tuple[int, int]]:
    """Return the most that moving a run of ``long`` saves, where it begins and into which gap."""
    size = len(lengths)
    step = lengths.diagonal(1)
    gain = step[:, None] - lengths[:-1, 1 : size - long]
    gain -= lengths[long:-1, 1:].T
    gain += step[: size - long - 1] + step[long:] - lengths.diagonal(long + 1)
    gain += _outside(size, long)
    gap, at = divmod(int(gain.argmax()), size - long - 1)
    return float(gain[gap, at]), (at + 1, gap)


def _moved(size: int, head: int, gap: int, long: int) -> Ints:
    """Return a path's order with the run of ``long`` from ``head`` moved into a gap."""
    order = np.arange(size)
    run, rest = order[head : head + long], np.delete(order, slice(head, head + long))
    where = gap + 1 if gap < head else gap + 1 - long
    return np.concatenate([rest[:where], run, rest[where:]])
