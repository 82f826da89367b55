"""Did it change anything, and did it move? Weighted displacement difference and quotient.

Counts come in pairs, before and after, of the plan's own area (treated), of a comparison
(control), of the ring around the area (displacement) and of a comparison for that ring.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from geo.space import Floats

LEAST_FOR_QUOTIENT = 5
"""Counts below which the displacement quotient says nothing."""
MOST_UNSURE = 0.05
"""Share of drawn towns without a fall above which the quotient gets no interval."""
DRAWS = 4_999


@dataclass(frozen=True)
class Estimate:
    """A difference in counts with how sure it is; arrays of the shape of the counts, less the pair.

    Attributes
    ----------
    value, se
        The difference (below 0: it fell) and its standard error.
    z, p
        Standard score and its two-sided chance under no difference (normal approximation); NaN
        where there was nothing at all.
    low, high
        The interval.
    """

    value: Floats
    se: Floats
    z: Floats
    p: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Displacement:
    """The weighted displacement difference.

    Attributes
    ----------
    total
        Change in the treated area and its ring, less the change in their comparisons.
    local, displaced
        The two parts of it: the area alone, and the ring alone (None without a ring).
    """

    total: Estimate
    local: Estimate
    displaced: Estimate | None


def wdd(
    treated: ArrayLike,
    control: ArrayLike,
    displacement: ArrayLike | None = None,
    displacement_control: ArrayLike | None = None,
    *,
    time_weights: tuple[float, float] = (1.0, 1.0),
    area_weights: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0),
    level: float = 0.95,
) -> Displacement:
    """Weigh how counts changed against a comparison, displacement included.

    Each count is taken as a Poisson count and divided by the length of its period and the size of
    its area, so the answer is in events per unit of both; with all weights 1 it is in events.

    Parameters
    ----------
    treated, control, displacement, displacement_control
        Whole counts before and after, shape ``(..., 2)``. A ring without a comparison of its own
        is taken as it is.
    time_weights
        Lengths of the periods before and after, in any one unit.
    area_weights
        Sizes of control, treated, displacement control and displacement area, in that order.

    Raises
    ------
    ValueError
        A count is not a whole number of at least 0, a weight not above 0, or a comparison for
        the ring comes without a ring.

    References
    ----------
    Wheeler, A. P. & Ratcliffe, J. H. (2018). A simple weighted displacement difference test to
    evaluate place based crime interventions. *Crime Science* 7, 11.
    """
    if displacement is None and displacement_control is not None:
        raise ValueError("A comparison for the ring needs the ring's own counts.")
    times, areas = weights(time_weights, 2), weights(area_weights, 4)
    own = _difference(treated, areas[1], times), _difference(control, areas[0], times)
    local = own[0][0] - own[1][0], own[0][1] + own[1][1]
    if displacement is None:
        found = _estimate(*local, level)
        return Displacement(found, found, None)
    ring = _difference(displacement, areas[3], times)
    if displacement_control is not None:
        other = _difference(displacement_control, areas[2], times)
        ring = ring[0] - other[0], ring[1] + other[1]
    total = local[0] + ring[0], local[1] + ring[1]
    return Displacement(_estimate(*total, level), _estimate(*local, level), _estimate(*ring, level))


def wdd_harm(
    treated: ArrayLike,
    control: ArrayLike,
    harm: ArrayLike,
    *,
    time_weights: tuple[float, float] = (1.0, 1.0),
    area_weights: tuple[float, float] = (1.0, 1.0),
    level: float = 0.95,
) -> Estimate:
    """Weigh the change of each offence by its harm, and add them up: the answer is in harm.

    ``treated`` and ``control`` are whole counts before and after, shape ``(offences, 2)``; ``harm``
    is a weight above 0 for each offence, such as days of a severity index. ``area_weights`` are
    of control and treated. Raises ``ValueError`` as :func:`wdd` does.

    References
    ----------
    Wheeler, A. P. & Ratcliffe, J. H. (2018), as in :func:`wdd`: a weight scales the difference,
    and its square the variance.
    """
    apart = wdd(treated, control, time_weights=time_weights, level=level,
                area_weights=(*area_weights, 1.0, 1.0)).local  # fmt: skip
    scale = weights(harm, apart.value.size)
    value, variance = np.sum(scale * apart.value), np.sum(scale**2 * apart.se**2)
    return _estimate(np.asarray(value), np.asarray(variance), level)


@dataclass(frozen=True)
class Quotient:
    """The weighted displacement quotient.

    Attributes
    ----------
    value
        Above 1: the ring gained more than the area; 0 to 1: it gained some; 0 to -1: some moved
        there, a net gain stays; below -1: more moved than was gained. None where it means nothing.
    low, high
        Interval from drawn towns (parametric bootstrap); None where the fall itself is unsure.
    unsure
        Share of the drawn towns in which the area did not fall against its comparison.
    why
        Why there is no value, or no interval; empty where there are both.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    unsure: float | None = None
    why: str = ""


def wdq(
    treated: ArrayLike,
    control: ArrayLike,
    displacement: ArrayLike,
    *,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 1,
) -> Quotient:
    """Set what the ring gained or lost against what the area gained, each against a comparison.

    ``[B1/C1 - B0/C0] / [A1/C1 - A0/C0]``, A treated, B ring, C comparison, 0 before, 1 after. It
    means something only where A fell against C (the denominator is negative), and is refused
    where a count is below 5. Pairs of whole counts; lengths of periods and sizes of areas cancel.

    Raises
    ------
    ValueError
        A count is not a whole number of at least 0.

    References
    ----------
    Bowers, K. J. & Johnson, S. D. (2003). Measuring the geographical displacement and diffusion
    of benefit effects of crime prevention activity. *Journal of Quantitative Criminology* 19(3).
    """
    pairs = np.stack([pair(each) for each in (treated, displacement, control)])
    if pairs.min() < LEAST_FOR_QUOTIENT:
        return Quotient(None, why=f"A count is below {LEAST_FOR_QUOTIENT}.")
    above, below = _shares(pairs)
    if below >= 0:
        return Quotient(
            None, why="The area did not fall against its comparison, so nothing can have moved."
        )
    drawn = np.random.default_rng(seed).poisson(pairs, (draws, 3, 2)).astype(float)
    drawn = drawn[(drawn[:, 2] > 0).all(axis=1)]
    tops, bottoms = _shares(np.moveaxis(drawn, 0, -1))
    unsure = float(np.mean(bottoms >= 0))
    if unsure > MOST_UNSURE:
        why = "The fall is itself too unsure for an interval."
        return Quotient(float(above / below), unsure=unsure, why=why)
    fell = bottoms < 0
    tail = (1 - level) / 2
    low, high = np.quantile(tops[fell] / bottoms[fell], [tail, 1 - tail])
    return Quotient(float(above / below), float(low), float(high), unsure)


def pair(counts: ArrayLike) -> Floats:
    """Check counts before and after, shape ``(..., 2)``.

    Raises
    ------
    ValueError
        There are not two, or one is no whole number of at least 0.
    """
    given = np.asarray(counts, dtype=float)
    if given.ndim == 0 or given.shape[-1] != 2:
        raise ValueError("Give two counts: before and after.")
    if not np.isfinite(given).all() or (given < 0).any() or (given != np.floor(given)).any():
        raise ValueError("Counts are whole numbers of at least 0.")
    return given


def weights(given: ArrayLike, count: int) -> Floats:
    """Check ``count`` weights above 0; ``ValueError`` otherwise."""
    found = np.asarray(given, dtype=float)
    if found.shape != (count,):
        raise ValueError(f"Give {count} weights here, not {found.size}.")
    if not np.isfinite(found).all() or (found <= 0).any():
        raise ValueError("Weights are numbers above 0.")
    return found


def _shares(pairs: Floats) -> tuple[Floats, Floats]:
    """Change of ring and of area as shares of the comparison; axes: area, period, the rest."""
    area, ring, _ = pairs / pairs[2]
    return ring[1] - ring[0], area[1] - area[0]


def _difference(counts: ArrayLike, size: float, times: Floats) -> tuple[Floats, Floats]:
    """Change of a rate and its variance."""
    rates = pair(counts) / times / size
    return rates[..., 1] - rates[..., 0], np.sum(rates / times / size, axis=-1)


def _estimate(value: Floats, variance: Floats, level: float) -> Estimate:
    se = np.sqrt(variance)
    with np.errstate(invalid="ignore"):
        z = np.asarray(value / np.where(se > 0, se, np.nan))
    reach = norm.ppf(0.5 + level / 2) * se
    return Estimate(
        np.asarray(value), np.asarray(se), z, np.asarray(2 * norm.sf(np.abs(z))),
        np.asarray(value - reach), np.asarray(value + reach),
    )  # fmt: skip
