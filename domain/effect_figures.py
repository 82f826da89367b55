"""Every figure that counts before and after can give, as plain values with the words for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from domain.effect_words import Seen, Way, enough_to_tell, judge, say, way
from geo import effect, effect_power, effect_ratios, rates

Pair = tuple[int, int]
LEVEL = 0.95


@dataclass(frozen=True)
class Counts:
    """Counts before and after: whole numbers, in events.

    ``time_weights`` are the lengths of the periods, ``area_weights`` the sizes of control,
    treated, displacement control and displacement area.
    """

    treated: Pair
    control: Pair | None = None
    displacement: Pair | None = None
    displacement_control: Pair | None = None
    time_weights: tuple[float, float] = (1.0, 1.0)
    area_weights: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)

    @property
    def areas(self) -> dict[str, Pair]:
        """The pairs that there are, by name."""
        named = {name: getattr(self, name) for name in AREAS}
        return {name: pair for name, pair in named.items() if pair is not None}


AREAS = ("treated", "control", "displacement", "displacement_control")


def figures(
    counts: Counts, *, level: float = LEVEL, seed: int = 1, power: bool = True
) -> dict[str, Any]:
    """Return every figure, ready for JSON: what is NaN or infinite is None.

    Keys: ``counts``, ``time_weights``, ``area_weights``, ``level``, ``seed``, ``wdd``,
    ``rate_ratio``, ``e_test``, ``did``, ``did_displacement``, ``did_net``, ``wdq``, ``power``,
    ``areas``, ``why`` (for each figure that is None, why), ``verdict`` and ``words``;
    ``docs/evaluation.md`` tells what is in them. Without ``power``, which takes most of the time,
    that one is None.

    Raises
    ------
    ValueError
        A count is not a whole number of at least 0, a weight is not above 0, or a displacement
        control comes without a displacement area; the message says which.
    """
    why: dict[str, str] = {}
    moved = _wdd(counts, level, why)
    areas = {name: _alone(pair, counts.time_weights, level) for name, pair in counts.areas.items()}
    told: dict[str, Any] = {
        "counts": {name: list(pair) for name, pair in counts.areas.items()},
        "time_weights": list(counts.time_weights),
        "area_weights": list(counts.area_weights),
        "level": level,
        "seed": seed,
        "wdd": moved,
        "did": _did(counts.treated, counts.control, level, "did", why),
        "did_displacement": _did(counts.displacement, _other(counts), level,
                                 "did_displacement", why),
        "did_net": _did(_together(counts), counts.control, level, "did_net", why),
        "wdq": _wdq(counts, level, seed, why),
        "areas": areas,
        "rate_ratio": areas["treated"]["rate_ratio"],
        "e_test": areas["treated"]["e_test"],
        "power": _power(counts, seed, why) if power else None,
        "why": why,
    }  # fmt: skip
    return {**told, **_spoken(told, counts)}


def harm_figures(
    offences: Sequence[str],
    harm: Sequence[float],
    treated: Sequence[Pair],
    control: Sequence[Pair],
    *,
    time_weights: tuple[float, float] = (1.0, 1.0),
    area_weights: tuple[float, float] = (1.0, 1.0),
    level: float = LEVEL,
) -> dict[str, Any]:
    """Weigh changes by harm, and give each offence and the unweighted difference beside it.

    ``wdd`` is in harm, ``unweighted`` in events, ``offences`` a line each with its share.
    ``ValueError`` as in `figures`.
    """
    if not len(offences):
        raise ValueError("There is no offence to weigh.")
    sizes = (*area_weights, 1.0, 1.0)
    weighed = effect.wdd_harm(np.array(treated), np.array(control), harm, level=level,
                              time_weights=time_weights, area_weights=area_weights)  # fmt: skip
    whole = effect.wdd(np.sum(treated, axis=0), np.sum(control, axis=0), level=level,
                       time_weights=time_weights, area_weights=sizes)  # fmt: skip
    each = effect.wdd(np.array(treated), np.array(control), level=level,
                      time_weights=time_weights, area_weights=sizes).local  # fmt: skip
    lines = [
        {"offence": name, "weight": float(weight), "difference": float(value),
         "harm": float(weight * value)}
        for name, weight, value in zip(offences, harm, each.value, strict=True)
    ]  # fmt: skip
    return {
        "wdd": estimate(weighed),
        "unweighted": estimate(whole.total),
        "offences": lines,
        "time_weights": list(time_weights),
        "area_weights": list(area_weights),
        "level": level,
        "words": _harm_words(weighed),
    }


def estimate(found: effect.Estimate) -> dict[str, Any]:
    """Return a difference as plain values: estimate, se, z, p and interval."""
    values = {"estimate": found.value, "se": found.se, "z": found.z, "p": found.p}
    told: dict[str, Any] = {name: plain(float(value)) for name, value in values.items()}
    return {**told, "interval": [plain(float(found.low)), plain(float(found.high))]}


def ratio(found: effect_ratios.Ratio) -> dict[str, Any]:
    """Return a ratio as plain values: estimate, interval, p and method."""
    return {
        "estimate": plain(found.value),
        "interval": [plain(found.low), plain(found.high)],
        "p": plain(found.p),
        "method": found.method,
    }


def plain(value: float) -> float | None:
    """Return a number as JSON knows it: neither NaN nor infinite."""
    return value if isfinite(value) else None


def _wdd(counts: Counts, level: float, why: dict[str, str]) -> dict[str, Any] | None:
    if counts.control is None:
        if counts.displacement_control is not None:
            raise ValueError("A displacement control needs a control too.")
        why["wdd"] = "There is no comparison."
        return None
    found = effect.wdd(
        counts.treated, counts.control, counts.displacement, counts.displacement_control,
        time_weights=counts.time_weights, area_weights=counts.area_weights, level=level,
    )  # fmt: skip
    ring = None if found.displaced is None else estimate(found.displaced)
    return {**estimate(found.total), "local": estimate(found.local), "displaced": ring}


def _did(
    here: Pair | None, other: Pair | None, level: float, name: str, why: dict[str, str]
) -> dict[str, Any] | None:
    if here is None or other is None:
        why[name] = "There is no displacement area." if here is None else "There is no comparison."
        return None
    return ratio(effect_ratios.did(here, other, level=level))


def _together(counts: Counts) -> Pair | None:
    """Add area and ring up."""
    ring = counts.displacement
    if ring is None:
        return None
    return counts.treated[0] + ring[0], counts.treated[1] + ring[1]


def _other(counts: Counts) -> Pair | None:
    """Return what the ring is held against: its own comparison, unless that holds too few."""
    own, ring = counts.displacement_control, counts.displacement
    if own is None or ring is None:
        return counts.control
    return own if enough_to_tell(ring, own, counts.time_weights) else counts.control


def _wdq(counts: Counts, level: float, seed: int, why: dict[str, str]) -> dict[str, Any] | None:
    if counts.displacement is None or counts.control is None:
        why["wdq"] = "It needs a displacement area and a comparison."
        return None
    found = effect.wdq(counts.treated, counts.control, counts.displacement, level=level, seed=seed)
    if found.why:
        why["wdq"] = found.why
    if found.value is None:
        return None
    interval = None if found.low is None else [found.low, found.high]
    return {"estimate": found.value, "interval": interval, "unsure": found.unsure}


def _alone(pair: Pair, lengths: tuple[float, float], level: float) -> dict[str, Any]:
    found = rates.rate_ratio(*effect.pair(pair), level=level,
                             before_days=lengths[0], after_days=lengths[1])  # fmt: skip
    value, low, high, p = (float(each) for each in (found.ratio, found.low, found.high, found.p))
    exact = effect_ratios.Ratio(value, low, high, p, "exact, the total given")
    return {
        "before": pair[0],
        "after": pair[1],
        "rate_ratio": ratio(exact),
        "e_test": {"p": effect_ratios.e_test(pair, lengths), "method": "Krishnamoorthy, Thomson"},
    }


def _power(counts: Counts, seed: int, why: dict[str, str]) -> dict[str, Any] | None:
    scale = counts.time_weights[1] / counts.time_weights[0]
    expected = counts.treated[0] * scale
    other = None if counts.control is None else counts.control[0] * scale
    if expected <= 0 or other == 0:
        why["power"] = "Nothing was counted before."
        return None
    return power_told(
        effect_power.smallest_fall(expected, other, lengths=counts.time_weights, seed=seed)
    )


def power_told(found: effect_power.Power) -> dict[str, Any]:
    """Return power as plain values with its sentence."""
    return {
        "expected": found.expected,
        "comparison": found.comparison,
        "fall": found.fall,
        "percent": found.percent,
        "power": found.power,
        "alpha": found.alpha,
        "words": power_words(found),
    }


def power_words(found: effect_power.Power) -> str:
    """Say in a sentence how large a fall would have to be."""
    about = f"With about {found.expected:,.0f} in a period here"
    if found.comparison is not None:
        about += f" and {found.comparison:,.0f} in the comparison"
    if found.fall is None:
        return f"{about}, not even a fall to nothing would surely show. Choose longer periods."
    return f"{about}, only a fall of {found.fall:,} or more would show."


def _spoken(told: Mapping[str, Any], counts: Counts) -> dict[str, Any]:
    """Choose the words; where the ring holds too few, it tells of no change."""
    seen = _seen(told)
    enough = enough_to_tell(counts.treated, counts.control, counts.time_weights)
    ring, other = counts.displacement, _other(counts)
    ring_enough = ring is None or enough_to_tell(ring, other, counts.time_weights)
    if ring is not None and not ring_enough:
        seen = seen._replace(ring=Way.UNCLEAR)
    verdict = judge(seen, enough=enough)
    local = told["wdd"] and _way_of_difference(told["wdd"]["local"]["interval"])
    words = say(verdict, seen, ring_enough=ring_enough, difference=local)
    return {"verdict": verdict.name.lower(), "words": words}


def _seen(told: Mapping[str, Any]) -> Seen:
    return Seen(
        _way(told["rate_ratio"]) or Way.UNCLEAR,
        _way(told["did"]),
        _way(told["did_displacement"]),
        _way(told["did_net"]),
    )


def _way(found: Mapping[str, Any] | None) -> Way | None:
    if found is None:
        return None
    low, high = found["interval"]
    return way(0.0 if low is None else low, float("inf") if high is None else high)


def _way_of_difference(interval: Sequence[float]) -> Way:
    return way(1 + interval[0], 1 + interval[1])


def _harm_words(found: effect.Estimate) -> str:
    if found.high < 0:
        return "Harm fell more than elsewhere."
    return "Harm rose more than elsewhere." if found.low > 0 else "No change that can be told."
