"""The stops of a shift, chosen and put in order: team orienteering with time windows.

Each stop has a score, a dwell and moments at which its visit may begin; each team has a start, an
end and a shift. A plan visits the stops that together score most within every shift.

How it is solved: :mod:`geo.orienteering_search` finds a good plan quickly, CP-SAT of OR-Tools
(:mod:`geo.orienteering_exact`) tries to better it and proves how much any plan could score.
"""

from geo import orienteering_exact as exact
from geo import orienteering_search as search
from geo.orienteering_problem import (
    Ask,
    Break,
    Clock,
    NoRoom,
    Plan,
    Problem,
    Progress,
    Rest,
    Route,
    Stop,
    Team,
    Visit,
)
from geo.orienteering_schedule import Rules

__all__ = [
    "Ask", "Break", "NoRoom", "Plan", "Problem", "Progress", "Rest", "Route", "Stop", "Team",
    "Visit", "solve",
]  # fmt: skip


def solve(problem: Problem, ask: Ask | None = None, progress: Progress | None = None) -> Plan:
    """Choose stops and put them in order.

    Parameters
    ----------
    problem
        What may be visited, by whom.
    ask
        Time, seed and the like.
    progress
        Called now and then, see ``Progress``. It may raise to stop the search.

    Returns
    -------
    Plan
        Always one that keeps windows, shifts, breaks, spacing and the most visits; a route may
        hold no stop. Locked stops for which there is no room are named in ``missing``.

    Raises
    ------
    NoRoom
        A team cannot get from its start to its end within its shift.
    """
    ask = ask or Ask()
    rules = Rules(problem)
    if short := [at + 1 for at, each in enumerate(rules.empty) if each is None]:
        named = ", ".join(map(str, short))
        raise NoRoom(f"Team {named} cannot get from its start to its end within its shift.")
    clock = Clock(ask.time_limit)
    found = search.search(rules, ask, clock, progress)
    proved = exact.improve(rules, found.best, ask, clock, progress)
    routes = search.choose(rules, found, proved.routes, ask)
    made = rules.plan(routes)
    return Plan(
        made, rules.score(routes), proved.bound, rules.missing(routes),
        repeatable=found.whole and proved.whole,
        method=f"{found.how}; {proved.how}",
    )  # fmt: skip
