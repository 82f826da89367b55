"""Routes that a search came by, put together anew: one a team, no stop twice, the most score.

A search settles in one way of parting the stops among the teams. Its routes outlive that: a few
thousand of them can be combined in ways that no single round reaches (set packing by CP-SAT).
"""

from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from geo.orienteering_schedule import Orders, Rules, alike
from geo.space import Floats

MOST = 4_000
"""Routes that are held; of more the half from the best plans stays."""
UNITS = 100_000
"""Units in which the score of all stops is counted."""
WORK = 4.0
"""CP-SAT's own measure of time, so that the same routes give the same plan."""


@dataclass
class Pool:
    """Routes by who could go them and by their stops, the shortest order known of each.

    ``value`` is what each stop is worth, shape (stops,).
    """

    rules: Rules
    value: Floats
    held: dict[tuple[int, frozenset[int]], tuple[float, tuple[int, ...]]] = field(
        default_factory=dict
    )

    def __post_init__(self) -> None:
        self.groups = alike(self.rules)
        self.group = {team: at for at, teams in enumerate(self.groups) for team in teams}
        # visits to one place by several teams depend on one another, so routes cannot be swapped
        self.works = self.rules.teams > 1 and not self.rules.spaced

    def add(self, orders: Orders, worth: float) -> None:
        """Remember the routes of a plan that is worth so much."""
        for team, order in enumerate(orders):
            key = (self.group[team], frozenset(order))
            if order and (key not in self.held or self.held[key][0] < worth):
                self.held[key] = (worth, tuple(order))
        self._thin()

    def take(self, other: "Pool") -> None:
        """Remember the routes of another pool of the same problem too."""
        for key, (worth, order) in other.held.items():
            if key not in self.held or self.held[key][0] < worth:
                self.held[key] = (worth, order)
        self._thin()

    def _thin(self) -> None:
        if len(self.held) > 2 * MOST:
            best = sorted(self.held.items(), key=lambda each: -each[1][0])
            self.held = dict(best[:MOST])

    def combined(self, seconds: float) -> Orders | None:
        """Return the best plan of the routes held; ``None`` where none was found in time."""
        model, scale = cp_model.CpModel(), UNITS / max(float(self.value.sum()), 1e-9)
        chosen = {key: model.new_bool_var("") for key in self.held}
        by_stop: dict[int, list[cp_model.IntVar]] = {}
        for (_, stops), lit in chosen.items():
            for stop in stops:
                by_stop.setdefault(stop, []).append(lit)
        for lits in by_stop.values():
            model.add_at_most_one(lits)
        for at, teams in enumerate(self.groups):
            model.add(sum(lit for (group, _), lit in chosen.items() if group == at) <= len(teams))
        model.maximize(sum(
            round(sum(self.value[stop] for stop in stops) * scale) * lit
            for (_, stops), lit in chosen.items()
        ))  # fmt: skip
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_deterministic_time = WORK
        solver.parameters.max_time_in_seconds = max(seconds, 0.1)
        if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        found: Orders = [[] for _ in range(self.rules.teams)]
        free = [list(teams) for teams in self.groups]
        for key, lit in chosen.items():
            if solver.boolean_value(lit):
                found[free[key[0]].pop(0)] = list(self.held[key][1])
        return found
