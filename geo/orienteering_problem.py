"""Stops, teams and rules of a shift, and what a plan of it is.

All times are minutes from one and the same moment (or any other unit, the same throughout). No
distance is known here, only travel times between nodes.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from time import monotonic

import numpy as np

from geo.space import Floats

Window = tuple[float, float]
Progress = Callable[[float, float, float], None]
"""Told the share of the time that is spent (0 to 1), the best score so far and the bound."""

ANY: Window = (-np.inf, np.inf)


@dataclass(frozen=True)
class Stop:
    """One visit that may be made, once.

    A place that may be visited several times is several stops with the same ``place``.

    Attributes
    ----------
    node
        Row and column of the travel matrices.
    score
        What a visit is worth, 0 or more.
    dwell
        Minutes that it takes.
    windows
        When it may begin, ends included; without any it may begin at any time.
    place
        What ``spacing`` and ``most_visits`` go by; without it the stop is a place of its own.
    locked
        It must be in the plan.
    forbidden
        It must not be.
    team
        The one team that may make it, by its place among the teams; without it any.
    """

    node: int
    score: float = 0.0
    dwell: float = 0.0
    windows: tuple[Window, ...] = ()
    place: Hashable = None
    locked: bool = False
    forbidden: bool = False
    team: int | None = None


@dataclass(frozen=True)
class Break:
    """A rest between two stops, begun from ``earliest`` to ``latest``.

    It is due only for a team that is still out after ``latest``.
    """

    earliest: float
    latest: float
    minutes: float


@dataclass(frozen=True)
class Team:
    """Who goes: leaves ``start`` at ``opens`` and is at ``end`` by ``closes``.

    ``None`` for a start or an end: the tour begins or ends at any of its stops. ``matrix`` says
    which of the matrices it travels by (foot, cycle, vehicle).
    """

    start: int | None
    end: int | None
    closes: float
    opens: float = 0.0
    breaks: tuple[Break, ...] = ()
    matrix: int = 0


@dataclass(frozen=True)
class Problem:
    """Stops, teams and the travel times between nodes.

    Attributes
    ----------
    matrices
        Square arrays of one size, minutes from row to column; infinite where there is no way.
    spacing
        Least minutes between the end of one visit and the beginning of the next at one place,
        whichever team makes them.
    most_visits
        Most visits to one place in all; without it no limit but its stops.
    """

    stops: tuple[Stop, ...]
    teams: tuple[Team, ...]
    matrices: tuple[Floats, ...]
    spacing: float = 0.0
    most_visits: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be reckoned with: ``ValueError`` says what and where."""
        _check_matrices(self.matrices)
        _check_stops(self)
        _check_teams(self)


@dataclass(frozen=True)
class Visit:
    """A stop on a route: which, and when it is reached, begun and left."""

    stop: int
    arrives: float
    begins: float
    leaves: float


@dataclass(frozen=True)
class Rest:
    """A break on a route: from when, and for how many minutes."""

    begins: float
    minutes: float


@dataclass(frozen=True)
class Route:
    """What one team does, in order; ``finishes`` when it is at its end."""

    team: int
    visits: tuple[Visit, ...]
    finishes: float
    rests: tuple[Rest, ...] = ()

    @property
    def stops(self) -> tuple[int, ...]:
        """The stops in order, by their place in the problem."""
        return tuple(each.stop for each in self.visits)


@dataclass(frozen=True)
class Plan:
    """A plan that keeps every rule, and how good it is known to be.

    Attributes
    ----------
    score
        Sum of the scores of its stops.
    bound
        No plan can score more. Equal to ``score`` where the plan is proved best.
    missing
        Locked stops for which no room was found.
    repeatable
        The same seed gives this plan again: no search was cut short by the clock.
    method
        How it was reached, in a sentence.
    """

    routes: tuple[Route, ...]
    score: float
    bound: float
    missing: tuple[int, ...] = ()
    repeatable: bool = True
    method: str = ""

    @property
    def gap(self) -> float:
        """How far the score may be from the best, as a share of the bound: 0 is proved best."""
        return (self.bound - self.score) / self.bound if self.bound > 0 else 0.0


@dataclass(frozen=True)
class Ask:
    """How to search.

    Attributes
    ----------
    time_limit
        Seconds, about, that may be spent.
    seed
        The same seed gives the same plan (see ``Plan.repeatable``).
    workers
        Threads of CP-SAT.
    vary
        Take at random, by the seed, one of the plans found that score at least ``1 - vary`` of
        the best: patrols that nobody can foretell, at a price that is named.
    """

    time_limit: float = 10.0
    seed: int = 1
    workers: int = 2
    vary: float = 0.0


class NoRoom(ValueError):
    """A team cannot even go from its start to its end within its shift."""


@dataclass
class Clock:
    """What is left of the time that was given."""

    seconds: float
    began: float = field(default_factory=monotonic)

    @property
    def spent(self) -> float:
        """Seconds since the beginning."""
        return monotonic() - self.began

    @property
    def left(self) -> float:
        """Seconds that remain."""
        return self.seconds - self.spent


def _check_matrices(matrices: Sequence[Floats]) -> None:
    if not matrices:
        raise ValueError("There is no matrix of travel times.")
    for each in matrices:
        if each.ndim != 2 or each.shape[0] != each.shape[1] or each.shape != matrices[0].shape:
            raise ValueError("Travel times need square matrices of one size.")
        if np.isnan(each).any() or (each < 0).any():
            raise ValueError("Travel times must be 0 or more; infinite where there is no way.")


def _check_stops(problem: Problem) -> None:
    nodes, teams = len(problem.matrices[0]), len(problem.teams)
    for at, stop in enumerate(problem.stops, start=1):
        if not 0 <= stop.node < nodes:
            raise ValueError(f"Stop {at} is at a node that the matrices do not have.")
        if not (0 <= stop.score < np.inf and 0 <= stop.dwell < np.inf):
            raise ValueError(f"Stop {at} needs a score and a dwell of 0 or more.")
        if any(not first <= last for first, last in stop.windows):
            raise ValueError(f"Stop {at} has a window that ends before it begins.")
        if stop.team is not None and not 0 <= stop.team < teams:
            raise ValueError(f"Stop {at} names a team that there is not.")


def _check_teams(problem: Problem) -> None:
    nodes = len(problem.matrices[0])
    if not problem.teams:
        raise ValueError("There is no team.")
    for at, team in enumerate(problem.teams, start=1):
        if any(each is not None and not 0 <= each < nodes for each in (team.start, team.end)):
            raise ValueError(f"Team {at} starts or ends at a node that the matrices do not have.")
        if not (np.isfinite(team.opens) and np.isfinite(team.closes)):
            raise ValueError(f"Team {at} needs a shift that begins and ends.")
        if not 0 <= team.matrix < len(problem.matrices):
            raise ValueError(f"Team {at} travels by a matrix that there is not.")
        if any(not (rest.earliest <= rest.latest and rest.minutes >= 0) for rest in team.breaks):
            raise ValueError(f"Team {at} has a break that cannot be taken.")
