"""Several teams by PyVRP: iterated local search for vehicle routes whose stops bring prizes.

It looks at a thousand exchanges of stops between teams in the time of one round of our own search,
but knows less: no breaks, no spacing, one window a stop. Where that is enough it goes first.

References
----------
Wouda, N. A., Lan, L. & Kool, W. (2024). PyVRP: a high-performance VRP solver package. *INFORMS
Journal on Computing* 36(4), 943-955.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from pyvrp import (
    Client,
    Depot,
    IteratedLocalSearchCallbacks,
    IteratedLocalSearchParams,
    Location,
    ProblemData,
    Solution,
    SolveParams,
    VehicleType,
    solve,
)
from pyvrp.search import PerturbationParams

from geo.orienteering_schedule import Orders, Rules, alike
from geo.space import Floats

UNITS = 1_000
"""Parts of a minute that are counted, every way rounded up to them."""
PRICE = 0.15
"""What a minute costs, as a share of what one earns: ways are kept short, and no stop is left."""
SHAKEN = (5, 50)
"""Stops that are moved at random before each round, at least and at most: with so many, plans of
the published problems come out better than with PyVRP's own 1 to 25, which suit longer routes."""
FAR = 1_000
"""So many shifts is a way that a team may not go."""

Enough = Callable[[], bool]
"""Asked before each round: whether to stop. It may raise."""
Seen = Callable[[Orders], None]
"""Given each plan that keeps the rules."""


def fits(rules: Rules) -> bool:
    """Tell whether PyVRP knows all of the rules, and there is more than one team to plan for."""
    return (
        rules.teams > 1
        and rules.n > 0
        and rules.plain
        and rules.direct
        and all(len(each) == 1 for each in rules.windows)
    )


def search(
    rules: Rules, value: Floats, earned: float, *, seed: int, enough: Enough, seen: Seen
) -> None:
    """Search until it is enough, and show every plan on the way that keeps the rules.

    Parameters
    ----------
    rules
        Such as `fits` takes.
    value
        What each stop is worth, shape (stops,).
    earned
        What some plan is worth already: it says what a minute is.
    """
    fleet = _Fleet(rules, value, earned)
    watched = SolveParams(
        IteratedLocalSearchParams(callbacks=_Watch(fleet, seen)),
        perturbation=PerturbationParams(*SHAKEN),
    )
    solve(fleet.data, lambda _cost: enough(), seed=seed, collect_stats=False, params=watched)


class _Fleet:
    """A problem as PyVRP has it: a type of vehicle and a matrix for teams that are alike."""

    def __init__(self, rules: Rules, value: Floats, earned: float) -> None:
        self.rules, self.groups = rules, alike(rules)
        teams = rules.problem.teams
        self.zero = min(each.opens for each in teams)
        self.over = self._moment(max(each.closes for each in teams))
        shifts = sum(each.closes - each.opens for each in teams)
        worth = UNITS * shifts / (PRICE * max(earned, 1e-9))  # of a score, in parts of minutes
        ways = [self._ways(at, teams[0]) for at, teams in enumerate(self.groups)]
        size = rules.n + 2 * len(self.groups)
        self.data = ProblemData(
            [Location(0, 0)] * size,  # where they lie is never asked, for there are matrices
            [self._client(stop, round(float(value[stop]) * worth)) for stop in range(rules.n)],
            [Depot(at) for at in range(rules.n, size)],
            [self._vehicle(at) for at in range(len(self.groups))],
            ways, ways,  # what a way costs, and how long it takes
        )  # fmt: skip

    def _ways(self, group: int, team: int) -> Any:
        """Lay the ways of a group among the stops, and between them and its own start and end."""
        n, own = self.rules.n, self.rules.travel[team].copy()
        closed = ~self.rules.may[team]
        own[:n][closed] = own[:, :n][:, closed] = np.inf
        most = UNITS * FAR * (self._moment(self.rules.problem.teams[team].closes) // UNITS + 1)
        size = n + 2 * len(self.groups)
        ways = np.full((size, size), most, dtype=np.int64)
        here = [*range(n), n + 2 * group, n + 2 * group + 1]
        with np.errstate(invalid="ignore"):
            parts = np.ceil(own * UNITS - 1e-6)
        ways[np.ix_(here, here)] = np.where(np.isfinite(parts), parts, most)
        np.fill_diagonal(ways, 0)
        return ways

    def _client(self, stop: int, prize: int) -> Client:
        ((first, last),) = self.rules.windows[stop]
        dwell = int(np.ceil(self.rules.dwell[stop] * UNITS - 1e-6))
        early = max(0, int(np.ceil((first - self.zero) * UNITS - 1e-6))) if first > -np.inf else 0
        late = max(early, self._moment(last)) if last < np.inf else self.over
        return Client(
            stop, service_duration=dwell, prize=prize, required=False, tw_early=early, tw_late=late
        )  # fmt: skip

    def _vehicle(self, group: int) -> VehicleType:
        teams = self.groups[group]
        team = self.rules.problem.teams[teams[0]]
        opens = int(np.ceil((team.opens - self.zero) * UNITS - 1e-6))
        return VehicleType(
            num_available=len(teams), start_depot=2 * group, end_depot=2 * group + 1,
            tw_early=opens, tw_late=max(opens, self._moment(team.closes)), profile=group,
        )  # fmt: skip

    def _moment(self, minutes: float) -> int:
        """Return a moment in parts of minutes from the first team's beginning, cut."""
        return int(np.floor((minutes - self.zero) * UNITS + 1e-6))

    def orders(self, solution: Solution) -> Orders:
        """Return what each team visits."""
        found: Orders = [[] for _ in range(self.rules.teams)]
        free: list[Iterator[int]] = [iter(teams) for teams in self.groups]
        for route in solution.routes():
            team = next(free[route.vehicle_type()])
            found[team] = [each.idx for each in route if each.is_client()]
        return found


class _Watch(IteratedLocalSearchCallbacks):
    """Shows plans that keep the rules."""

    def __init__(self, fleet: _Fleet, seen: Seen) -> None:
        self.fleet, self.seen = fleet, seen

    def on_iteration(
        self, _current: Solution, candidate: Solution, _best: Solution, _evaluator: object
    ) -> None:
        """Look at the plan of a round."""
        if candidate.is_feasible():
            self.seen(self.fleet.orders(candidate))

    def on_best(self, best: Solution) -> None:
        """Look at a plan that was bettered beyond its round."""
        self.seen(self.fleet.orders(best))
