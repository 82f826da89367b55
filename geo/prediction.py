"""Would last period's map have found this period's events? It looks back and forecasts nobody."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.rates import at_least, wilson
from geo.space import Floats

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Accuracy:
    """How a map did, after each further cell of it; arrays of shape ``(cells,)``.

    Attributes
    ----------
    area
        Share of the whole area in the cells taken so far.
    hit_rate
        Share of the later events that fell in them.
    pai
        Predictive accuracy index: ``hit_rate / area``; 1 is what chance would give.
    pei
        Predictive efficiency index: ``pai`` over that of the best map with as much area.
    """

    area: Floats
    hit_rate: Floats
    pai: Floats
    pei: Floats


@dataclass(frozen=True)
class Hits:
    """How one choice of cells did. ``low`` and ``high`` bound the hit rate (95 %, Wilson).

    ``p`` is the chance of as many hits or more, were the later events spread evenly over the
    area. Events that draw others after them come in bunches, so read it as a guide.
    """

    cells: int
    area: float
    hits: int
    events: int
    hit_rate: float
    low: float
    high: float
    pai: float
    pei: float
    p: float


def accuracy(predicted: ArrayLike, observed: ArrayLike, area: ArrayLike | None = None) -> Accuracy:
    """Take cells from the highest prediction down, and say how each step did.

    Cells of equal prediction share what they hold, so that the order of rows changes nothing.

    Parameters
    ----------
    predicted
        What the map said of each cell: a count, a density, Gi*; shape ``(n,)``.
    observed
        Later events in each cell.
    area
        Size of each cell; without it all are equal.

    Raises
    ------
    ValueError
        The shapes differ, a number is missing, there were no later events, or no area.

    References
    ----------
    Chainey, S., Tompson, L. & Uhlig, S. (2008). The utility of hotspot mapping for predicting
    spatial patterns of crime. *Security Journal* 21, 4-28; Hunt, J. (2016). *Do crime hot spots
    move?* American University, for the efficiency index.
    """
    said, found, size = _cells(predicted, observed, area)
    taken = _share(size, said, size)
    hit_rate = _share(found, said, size)
    best = np.argsort(-found / size, kind="stable")
    most = np.interp(
        taken,
        np.concatenate([[0], np.cumsum(size[best])]) / size.sum(),
        np.concatenate([[0], np.cumsum(found[best])]) / found.sum(),
    )
    return Accuracy(taken, hit_rate, hit_rate / taken, hit_rate / most)


def hits(chosen: ArrayLike, observed: ArrayLike) -> Hits:
    """Say how a choice of cells (True or False, shape of ``observed``) of equal size did.

    ``ValueError`` where no cell is chosen, there were no later events, or shapes differ.
    """
    picked, found = np.asarray(chosen, dtype=bool).ravel(), np.asarray(observed).ravel()
    if picked.shape != found.shape:
        raise ValueError(f"A choice and its cells differ: {picked.shape}, {found.shape}.")
    cells, events = int(picked.sum()), int(found.sum())
    if not cells or not events:
        raise ValueError("A check needs chosen cells, and events in the period after.")
    area, caught = cells / found.size, int(found[picked].sum())
    best = np.sort(found)[::-1][:cells].sum() / events
    rate = caught / events
    low, high = wilson(caught, events)
    return Hits(cells, area, caught, events, rate, float(low), float(high), rate / area,
                float(rate / best), float(at_least(caught, events, area)))  # fmt: skip


def top(predicted: ArrayLike, share: float) -> Mask:
    """Choose the cells of the highest prediction: ``share`` of all, at least one.

    NaN is never chosen. Of cells with the same prediction at the border, the ones that come
    first are taken, as a patrol that can cover so many has to choose too.
    """
    said = np.asarray(predicted, dtype=float)
    if not 0 < share <= 1:
        raise ValueError("A share lies above 0 and is at most 1.")
    inside = int((~np.isnan(said)).sum())
    order = np.argsort(-said.ravel(), kind="stable")  # NaN last
    found = np.zeros(said.size, dtype=bool)
    found[order[: min(inside, max(1, round(share * inside)))]] = True
    return found.reshape(said.shape)


def _cells(
    predicted: ArrayLike, observed: ArrayLike, area: ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    said, found = np.asarray(predicted, float).ravel(), np.asarray(observed, float).ravel()
    size = np.ones(said.shape) if area is None else np.asarray(area, float).ravel()
    if not said.shape == found.shape == size.shape:
        raise ValueError(f"Cells differ in number: {said.size}, {found.size} and {size.size}.")
    numbers = np.isfinite(said).all() and np.isfinite(found).all() and np.isfinite(size).all()
    if not numbers or not found.sum() > 0 or not (size > 0).all():
        raise ValueError("A check needs a number for every cell, an area, and later events.")
    return said, found, size


def _share(amount: Floats, said: Floats, size: Floats) -> Floats:
    """Add up shares from the highest prediction down, cells of equal prediction alike."""
    _, group = np.unique(-said, return_inverse=True)
    even = np.bincount(group, amount) / np.bincount(group, size)
    order = np.argsort(group, kind="stable")
    return np.asarray(np.cumsum((even[group] * size)[order]) / amount.sum())
