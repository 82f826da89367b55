"""Does it come again, nearby and soon? The Knox test over bands of distance and time."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from geo.space import Floats

Metric = Literal["manhattan", "euclidean"]
Ints = NDArray[np.int64]
Small = NDArray[np.int32]

MOST_PAIRS = 25_000_000
MOST_PERMUTATIONS = 99_999
_NORM = {"manhattan": 1, "euclidean": 2}
_PAIRS = 131_072  # pairs at a time: what is worked on stays in the processor's cache
_DRAWS = 64  # permutations between two words of progress
_STRIP = 8_192  # spots at a time, when pairs are looked for
_PART = 50_000  # pairs at a time, then: 40 % of the memory of 200,000 a time, as fast


@dataclass(frozen=True)
class NearRepeat:
    """Pairs of events by distance (rows) and time (columns), against what chance would give.

    Attributes
    ----------
    observed
        Pairs of events, each pair once.
    expected
        The mean over all possible ways of dealing the same days out to the same places. It is
        known exactly (pairs in the row times pairs in the column over all pairs), so it does not
        depend on the seed; ``drawn`` is the mean of the permutations that were drawn.
    ratio
        ``observed / expected``; NaN where nothing was expected.
    p
        ``(r + 1) / (permutations + 1)``, where ``r`` permutations had as many pairs or more:
        one-sided, and never 0.
    distances, days
        Labels of the half-open bands: "0 to under 100 m", "21 days or more".
    """

    observed: Ints
    expected: Floats
    drawn: Floats
    ratio: Floats
    p: Floats
    distances: tuple[str, ...]
    days: tuple[str, ...]
    events: int
    permutations: int


class Pairs(NamedTuple):
    """Pairs of events: the place of the earlier and of the later one among those given."""

    earlier: Ints
    later: Ints
    metres: Floats
    days: Ints


def near_repeat(
    x: ArrayLike,
    y: ArrayLike,
    day: ArrayLike,
    *,
    distances: Sequence[float],
    days: Sequence[int],
    metric: Metric = "manhattan",
    permutations: int = 999,
    seed: int = 1,
    threads: int = 2,
    progress: Callable[[float], None] | None = None,
) -> NearRepeat:
    """Count pairs of events by how near and how soon, and deal the days out anew to compare.

    Parameters
    ----------
    x, y
        Metres in a projected CRS (ours is EPSG:27700), shape ``(n,)``.
    day
        Number of the day on which each event happened, whole, shape ``(n,)``.
    distances, days
        Edges of half-open bands, rising; the last band is open-ended. ``(0, 100, 200)`` gives
        [0, 100), [100, 200) and [200, ∞). Pairs below the first edge are in no band.
    metric
        "manhattan" adds the way east to the way north, as in streets; "euclidean" is direct.
    permutations, seed
        How often the days are dealt out anew. Each permutation has its own generator, made of
        the seed and its number: threads and blocks change nothing.
    progress
        Told the share that is done now and then; what it raises ends the work.

    Raises
    ------
    ValueError
        Fewer than two events, coordinates that are not finite, days that are not whole, edges
        that do not rise, or more than ``MOST_PAIRS`` pairs nearer than the last edge.

    References
    ----------
    Knox, E. G. (1964). The detection of space-time interactions. *Applied Statistics* 13(1),
    25-29. https://doi.org/10.2307/2985220; Johnson, S. D. et al. (2007). Space-time patterns of
    risk. *Journal of Quantitative Criminology* 23(3), 201-219.
    """
    places, when = _events(x, y, day)
    edges, spans = _edges(distances, "Distances"), _whole(_edges(days, "Days"))
    _checked_draws(permutations, metric)
    lengths, pairs = _by_row(places, edges, metric)
    total = _all_within(when, spans)
    every = len(places) * (len(places) - 1) // 2
    sizes = [*lengths[1:-1], every - lengths.sum()]
    count = _Counter(pairs, lengths, spans, total)
    observed = count(when)
    more, drawn = np.zeros_like(observed), np.zeros_like(observed)
    with ThreadPoolExecutor(threads) as pool:
        for start in range(0, permutations, _DRAWS):
            draws = range(start, min(start + _DRAWS, permutations))
            for each in pool.map(lambda k: count(_dealt(when, seed, k)), draws):
                more += each >= observed
                drawn += each
            if progress is not None:
                progress(draws.stop / permutations)
    expected = np.outer(sizes, total) / every
    blank = np.full(expected.shape, np.nan)
    return NearRepeat(
        observed=observed,
        expected=expected,
        drawn=drawn / permutations,
        ratio=np.divide(observed, expected, out=blank, where=expected > 0),
        p=(more + 1) / (permutations + 1),
        distances=labels(edges, "m"),
        days=labels(spans, "days"),
        events=len(places),
        permutations=permutations,
    )


def pairs_within(
    x: ArrayLike,
    y: ArrayLike,
    day: ArrayLike,
    *,
    metres: tuple[float, float],
    days: tuple[int, int],
    metric: Metric = "manhattan",
) -> Pairs:
    """Return the pairs of one band of distance and one of time, both half-open, for the map.

    Arguments and errors as for :func:`near_repeat`; the upper distance must be finite. Pairs
    are in the order of the earlier event, then of the later one; of two events of one day the
    first given counts as the earlier.
    """
    places, when = _events(x, y, day)
    found = [
        (near[keep], far[keep], apart[keep])
        for near, far, apart in _near(places, metres[1], metric)
        if (keep := (apart >= metres[0]) & _between(when, near, far, days)).any()
    ]
    if not found:
        nothing = np.zeros(0, dtype=np.int64)
        return Pairs(nothing, nothing, np.zeros(0), nothing)
    near, far, apart = (np.concatenate(each) for each in zip(*found, strict=True))
    swap = (when[far] < when[near]) | ((when[far] == when[near]) & (far < near))
    first, second = np.where(swap, far, near), np.where(swap, near, far)
    order = np.lexsort((second, first))
    first, second = first[order].astype(np.int64), second[order].astype(np.int64)
    return Pairs(first, second, apart[order], (when[second] - when[first]).astype(np.int64))


def labels(edges: Sequence[float], unit: str) -> tuple[str, ...]:
    """Name half-open bands: "0 to under 100 m", and the last "300 m or more"."""
    names = [f"{edge:g}" for edge in edges]
    closed = [f"{low} to under {high} {unit}" for low, high in pairwise(names)]
    return (*closed, f"{names[-1]} {unit} or more")


class _Counter:
    """Counts the pairs of each band of distance and time, for one way of dealing out the days.

    Pairs are sorted by band of distance, and only those below the last edge are held. The last
    band is what is left of all pairs, whose number in each band of time no permutation changes.
    """

    def __init__(self, pairs: Small, lengths: Ints, spans: Sequence[float], total: Ints) -> None:
        self.near, self.far = pairs
        self.ends = [int(each) for each in np.concatenate([[0], np.cumsum(lengths)])]
        self.spans, self.total = [int(each) for each in spans], total

    def __call__(self, when: Small) -> Ints:
        rows = [self._row(when, *ends) for ends in pairwise(self.ends)]
        # row 0 is nearer than the first edge; the row after the last edge holds no pairs yet
        return np.vstack([*rows[1:-1], self.total - np.sum(rows, axis=0)])

    def _row(self, when: Small, start: int, stop: int) -> Ints:
        below = np.zeros(len(self.spans) + 1, dtype=np.int64)
        for at in range(start, stop, _PAIRS):
            some = slice(at, min(at + _PAIRS, stop))
            apart = when.take(self.near[some])
            apart -= when.take(self.far[some])
            np.abs(apart, out=apart)
            below[:-1] += [np.count_nonzero(apart < edge) for edge in self.spans]
        below[-1] = stop - start
        return np.diff(below)


def _events(x: ArrayLike, y: ArrayLike, day: ArrayLike) -> tuple[Floats, Small]:
    places = np.column_stack([np.asarray(x, float), np.asarray(y, float)])
    given = np.asarray(day)
    if given.shape != (len(places),) or len(places) < 2:
        raise ValueError("Near repeats need two events at least, each with a place and a day.")
    if not (np.isfinite(places).all() and np.isfinite(given.astype(float)).all()):
        raise ValueError("Every event needs a place and a day.")
    if (given != np.floor(given)).any():
        raise ValueError("Days must be whole numbers.")
    since = given.astype(np.int64) - int(given.min())
    if since.max() > 400_000:
        raise ValueError("The days lie over a thousand years apart: some cannot be right.")
    return places, since.astype(np.int32)


def _edges(given: Sequence[float], what: str) -> list[float]:
    edges = [float(each) for each in given]
    rising = all(low < high for low, high in pairwise(edges))
    if not edges or not rising or edges[0] < 0 or not np.isfinite(edges).all():
        raise ValueError(f"{what} must be edges that rise from 0 or more, such as 0, 100, 200.")
    return edges


def _whole(edges: list[float]) -> list[float]:
    if any(each != int(each) for each in edges):
        raise ValueError("Edges of days must be whole days.")
    return edges


def _checked_draws(permutations: int, metric: str) -> None:
    if not 1 <= permutations <= MOST_PERMUTATIONS:
        raise ValueError(f"Choose between 1 and {MOST_PERMUTATIONS:,} permutations.")
    if metric not in _NORM:
        raise ValueError("The distance is either manhattan or euclidean.")


def _by_row(places: Floats, edges: list[float], metric: str) -> tuple[Ints, Small]:
    """Return the pairs nearer than the last edge, sorted by band, and how many each band has.

    The first band is below the first edge; the last, beyond the last edge, is left empty.
    """
    bands: list[list[Small]] = [[np.zeros((2, 0), np.int32)] for _ in range(len(edges) + 1)]
    for near, far, apart in _near(places, edges[-1], metric):
        row = np.searchsorted(edges, apart, side="right")
        for each in np.unique(row):
            some = row == each
            bands[each].append(np.stack([near[some], far[some]]))
    lengths = np.array([sum(part.shape[1] for part in band) for band in bands], dtype=np.int64)
    return lengths, np.concatenate([part for band in bands for part in band], axis=1)


def _near(places: Floats, reach: float, metric: str) -> Iterator[tuple[Small, Small, Floats]]:
    """Yield the pairs nearer than ``reach``, a part of the map at a time, each pair once.

    Looks at spots, not events: many events at one address are one spot.
    """
    if not np.isfinite(reach):
        raise ValueError("Pairs need a distance to look within.")
    if reach <= 0:
        return
    spots, spot, events = np.unique(places, axis=0, return_inverse=True, return_counts=True)
    members = np.argsort(spot.ravel(), kind="stable").astype(np.int32)
    first = np.cumsum(events) - events
    for near, far, apart in _spot_pairs(spots, events, reach, metric):
        for part in _parts(events[near] * events[far]):
            i, j = near[part], far[part]
            which, at = _numbered(events[i] * events[j])
            i, j, beside = i[which], j[which], events[j][which]
            yield (
                members[first[i] + at // beside],
                members[first[j] + at % beside],
                apart[part][which],
            )
    for each in np.flatnonzero(events > 1):
        here = members[first[each] : first[each] + events[each]]
        later = np.arange(here.size - 1, -1, -1)
        for part in _parts(later):
            which, at = _numbered(later[part])
            which += part.start
            yield here[which], here[which + 1 + at], np.zeros(which.size)


def _spot_pairs(
    spots: Floats, events: Ints, reach: float, metric: str
) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Yield the pairs of spots nearer than ``reach``, strips of the map from west to east."""
    tree, norm = cKDTree(spots), _NORM[metric]
    all_events = int(events.sum())
    around = int(tree.count_neighbors(tree, reach, p=norm, weights=(events, events)))
    if (pairs := (around - all_events) // 2) > MOST_PAIRS:
        raise ValueError(
            f"There are {pairs:,} pairs within {reach:g} m; at most {MOST_PAIRS:,} can be "
            "compared. Choose a shorter distance, a smaller area or a shorter period; many "
            "events recorded at one address make this number large."
        )
    # spots are sorted by x; a strip holds fewer of them where they lie closer
    step = max(1, min(_STRIP, _PART * len(spots) // max(around, 1)))
    for start in range(0, len(spots), step):
        own = spots[start : start + step]
        end = int(np.searchsorted(spots[:, 0], own[-1, 0] + reach, side="right"))
        ahead = cKDTree(spots[start:end])
        found = cKDTree(own).sparse_distance_matrix(
            ahead, np.nextafter(reach, inf), p=norm, output_type="ndarray"
        )
        near, far = found["i"], found["j"]
        near, far = near[near < far] + start, far[near < far] + start
        across, up = np.abs(spots[near] - spots[far]).T
        apart = across + up if metric == "manhattan" else np.sqrt(across**2 + up**2)
        keep = apart < reach
        yield near[keep], far[keep], apart[keep]


def _parts(sizes: Ints) -> Iterator[slice]:
    """Cut along ``sizes`` so that no part adds up to much more than ``_PART``."""
    if not sizes.size:
        return
    part = np.cumsum(sizes) // _PART
    cuts = [0, *(np.flatnonzero(np.diff(part)) + 1).tolist(), sizes.size]
    for start, stop in pairwise(cuts):
        yield slice(start, stop)


def _numbered(sizes: Ints) -> tuple[Ints, Ints]:
    """Repeat the number of each entry as often as its size says, and count within each."""
    which = np.repeat(np.arange(sizes.size), sizes)
    return which, np.arange(which.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _between(when: Small, near: Small, far: Small, days: tuple[int, int]) -> NDArray[np.bool_]:
    apart = np.abs(when[near] - when[far])
    return np.asarray((apart >= days[0]) & (apart < days[1]))


def _all_within(when: Small, spans: list[float]) -> Ints:
    """Count all pairs of events in each band of time, however far apart they lie."""
    day = np.sort(when)
    n = day.size
    below = [
        int((np.searchsorted(day, day + edge) - np.arange(1, n + 1)).clip(0).sum())
        for edge in spans
    ]
    return np.diff([*below, n * (n - 1) // 2]).astype(np.int64)


def _dealt(when: Small, seed: int, number: int) -> Small:
    return np.random.default_rng([seed, number]).permutation(when)
