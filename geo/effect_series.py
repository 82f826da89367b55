"""Did a series bend when something began? Interrupted time series on counts."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

from geo.space import Floats

LEAST_SIDE = 12
"""Steps that are needed before the start, and again after it."""
LEAST_SEASONS = 2
"""Full seasons that the whole series must hold where seasons are asked for."""
LEAST_EVENTS = 20
"""Events that are needed on each side: fewer bend no line."""


@dataclass(frozen=True)
class Effect:
    """A ratio of rates with its interval and its two-sided chance under 1."""

    ratio: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Interrupted:
    """What the series did.

    Attributes
    ----------
    level
        Jump at the start: 0.7 is 30 % lower at once.
    slope
        Change of the trend, per step: 0.98 is 2 % less with every step.
    overall
        All that was counted after the start over all that the earlier line would have had.
    avoided, avoided_low, avoided_high
        The same in events; below 0 where there were more.
    fitted, without
        The line, and the line as it would have gone on, shape ``(steps,)``.
    dispersion
        Pearson's chi-squared over its degrees of freedom: about 1 where counts vary as Poisson's.
    method
        How it was had, in a few words.
    """

    level: Effect
    slope: Effect
    overall: Effect
    avoided: float
    avoided_low: float
    avoided_high: float
    fitted: Floats
    without: Floats
    dispersion: float
    method: str


def interrupted(
    counts: ArrayLike, start: int, *, season: int | None = None, level: float = 0.95
) -> Interrupted:
    """Fit a line that may jump and bend at ``start``, with seasons, to a series of counts.

    Segmented Poisson regression on the logarithm. Standard errors are Newey and West's, for steps
    that resemble their neighbours, or those of a quasi-Poisson (never below a Poisson's),
    whichever are wider; Student's t.

    Parameters
    ----------
    counts
        Whole counts of equal steps in order of time, shape ``(steps,)``.
    start
        The first step after the beginning of what was done.
    season
        Steps in a year (12 or 52) where there are seasons: one pair of waves, two from three
        years on. None fits none.

    Raises
    ------
    ValueError
        The series is too short (12 steps before and 12 after, and two full seasons where they are
        asked for), holds fewer than 20 events on a side, or something that is no count.

    References
    ----------
    Bernal, J. L., Cummins, S. & Gasparrini, A. (2017). Interrupted time series regression for the
    evaluation of public health interventions. *International Journal of Epidemiology* 46(1);
    Newey, W. K. & West, K. D. (1987). *Econometrica* 55(3), 703-708.
    """
    series = _series(counts, start, season)
    lines, without = _design(series.size, start, season)
    model = GLM(series, lines, family=Poisson())
    lag = int(4 * (series.size / 100) ** (2 / 9))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PerfectSeparationWarning)  # an even series is no fault
        near = model.fit(cov_type="HAC", cov_kwds={"maxlags": lag, "use_correction": True})
        quasi = model.fit()
    dispersion = float(quasi.pearson_chi2 / quasi.df_resid)
    reach = float(student.ppf(0.5 + level / 2, quasi.df_resid))
    both = near.cov_params(), quasi.cov_params() * max(dispersion, 1.0)
    spread = _Spread(near.params, both, reach, quasi.df_resid)
    later = np.arange(series.size) >= start
    fitted, gone_on = (np.exp(each @ near.params) for each in (lines, without))
    overall = spread.effect(_weighted(fitted, lines, later) - _weighted(gone_on, without, later),
                            np.log(fitted[later].sum() / gone_on[later].sum()))  # fmt: skip
    had = float(fitted[later].sum())
    return Interrupted(
        spread.effect(_unit(lines, 2)), spread.effect(_unit(lines, 3)), overall,
        had / overall.ratio - had, had / overall.high - had, had / overall.low - had,
        fitted, gone_on, dispersion,
        f"segmented Poisson, Newey and West to lag {lag} or quasi-Poisson, the wider",
    )  # fmt: skip


class _Spread:
    """How sure sums of coefficients are."""

    def __init__(self, params: Floats, spreads: tuple[Any, ...], reach: float, free: float) -> None:
        self.params, self.spreads, self.reach, self.free = params, spreads, reach, free

    def effect(self, direction: Floats, value: float | None = None) -> Effect:
        """Return the effect whose logarithm changes as ``direction`` says with the coefficients."""
        middle = float(direction @ self.params) if value is None else float(value)
        se = max(float(np.sqrt(direction @ each @ direction)) for each in self.spreads)
        low, high = np.exp(middle - self.reach * se), np.exp(middle + self.reach * se)
        p = 2 * student.sf(abs(middle) / se, self.free)
        return Effect(float(np.exp(middle)), float(low), float(high), float(p))


def _weighted(mean: Floats, lines: Floats, later: Any) -> Floats:
    """Return how the logarithm of a sum of means changes with the coefficients."""
    return np.asarray(mean[later] @ lines[later] / mean[later].sum())


def _unit(lines: Floats, at: int) -> Floats:
    return np.asarray(np.eye(lines.shape[1])[at])


def _design(steps: int, start: int, season: int | None) -> tuple[Floats, Floats]:
    """Level, trend, jump, bend and waves; and the same as if nothing had begun."""
    at = np.arange(steps) - start
    after = (at >= 0).astype(float)
    waves = []
    if season is not None:
        for each in range(1, 2 + (steps >= 3 * season)):
            turn = 2 * np.pi * each * at / season
            waves += [np.sin(turn), np.cos(turn)]
    lines = np.column_stack([np.ones(steps), at / steps, after, after * at, *waves])
    without = lines.copy()
    without[:, 2:4] = 0
    return lines, without


def _series(counts: ArrayLike, start: int, season: int | None) -> Floats:
    series = np.asarray(counts, dtype=float)
    if series.ndim != 1 or not np.isfinite(series).all():
        raise ValueError("Give one count for each step.")
    if (series < 0).any() or (series != np.floor(series)).any():
        raise ValueError("Counts are whole numbers of at least 0.")
    if min(start, series.size - start) < LEAST_SIDE:
        raise ValueError(
            f"A series needs at least {LEAST_SIDE} steps before the start and {LEAST_SIDE} after."
        )
    if season is not None and series.size < LEAST_SEASONS * season:
        raise ValueError(f"Seasons need {LEAST_SEASONS * season} steps in all, two full years.")
    if min(series[:start].sum(), series[start:].sum()) < LEAST_EVENTS:
        raise ValueError(f"A series needs {LEAST_EVENTS} events before and {LEAST_EVENTS} after.")
    return series
