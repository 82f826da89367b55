"""Three plans were planted in the sample: what each did is found, in words and in figures.

`pytest -s tests/data/test_plans_evaluated.py` shows the figures.
"""

import itertools
import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from domain.effect_figures import Counts, figures
from exchange import moments, points
from geo import clock

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
TRUTH = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
PATTERNS = {each["name"]: each for each in TRUTH["patterns"]}
PLANS = {each["effect"]: each for each in TRUTH["plans"]}
REACH, RING, FAR = 2.5, 300, 600
SAID = {
    "worked": {"fell_more", "fell_around"},
    "moved": {"moved"},
    "nothing": {"no_change"},
}


class Town:
    """The sample's incidents whose day is known: metres and days."""

    def __init__(self):
        frame = points.read(SAMPLE / "incidents.csv")
        frame = frame[frame["time_known"].isin(["interval", "day"])]
        start = moments.read(frame, "occurred_from").start
        self.x, self.y = frame.geometry.x.to_numpy(), frame.geometry.y.to_numpy()
        self.day = clock.local(start).astype("datetime64[D]")

    def away(self, name):
        at = PATTERNS[name]
        return np.hypot(self.x - at["easting"], self.y - at["northing"])

    def pair(self, inside, plan):
        """Counts in the weeks before and after a plan began."""
        began, long = date.fromisoformat(plan["began"]), timedelta(weeks=plan["weeks"])
        edges = [np.datetime64(each) for each in (began - long, began, began + long)]
        spans = itertools.pairwise(edges)
        return tuple(int((inside & (self.day >= a) & (self.day < b)).sum()) for a, b in spans)

    def circle(self, name):
        return self.away(name) <= REACH * PATTERNS[name]["spread_m"]

    def elsewhere(self):
        named = {name for plan in PLANS.values() for name in plan["area"] + plan["next_door"]}
        return np.all([self.away(name) > FAR for name in named], axis=0)

    def counts(self, plan):
        area = self.circle(plan["area"][0])
        near = self.away(plan["area"][0]) <= RING
        ring = self.circle(plan["next_door"][0]) if plan["next_door"] else near & ~area
        return Counts(*(self.pair(each, plan) for each in (area, self.elsewhere(), ring)))


@pytest.fixture(scope="module")
def town():
    return Town()


def planted(plan, span):
    """How many were planted in the area in a span of days, spread evenly over each pattern's."""
    whole = 0.0
    for name in plan["area"]:
        at = PATTERNS[name]
        first, last = (np.datetime64(at[each]) for each in ("first_day", "last_day"))
        days = np.arange(first, last + 1)
        whole += at["planted"] * np.mean((days >= span[0]) & (days < span[1]))
    return whole


@pytest.mark.parametrize("effect", PLANS)
def test_what_each_plan_did_is_told_in_words(town, effect):
    found = figures(town.counts(PLANS[effect]))
    print(f"\n{PLANS[effect]['name']} ({effect}): {found['words']} {found['counts']}, "
          f"ratio against elsewhere {found['did']['estimate']:.2f} {found['did']['interval']}, "
          f"WDD {found['wdd']['estimate']:.0f} {found['wdd']['interval']}")  # fmt: skip
    assert found["verdict"] in SAID[effect]


@pytest.mark.parametrize("effect", ["worked", "nothing"])
def test_the_interval_holds_what_was_planted(town, effect):
    """Next to the background of such a circle, which is a few percent of what was planted."""
    plan = PLANS[effect]
    began, long = np.datetime64(plan["began"]), plan["weeks"] * 7
    before, after = planted(plan, (began - long, began)), planted(plan, (began, began + long))
    low, high = figures(town.counts(plan))["rate_ratio"]["interval"]
    print(f"\n{plan['name']}: planted {before:.0f} before and {after:.0f} after")
    assert low <= after / before <= high


def test_the_three_plans_are_there(town):
    assert set(PLANS) == {"worked", "moved", "nothing"}
    for plan in PLANS.values():
        assert set(plan["area"] + plan["next_door"]) <= set(PATTERNS)
        end = date.fromisoformat(plan["began"]) + timedelta(weeks=plan["weeks"])
        assert end <= date.fromisoformat(TRUTH["last_day"])
