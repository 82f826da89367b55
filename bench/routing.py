"""Patrols against their peers: travel times over streets, and the score of the plans.

The town is the sample town with its own streets; the large graph is a jittered grid. Scores are
compared as ratios (over 1: ours scores more), times as elsewhere. Published problems are solved
last, against the best scores that are known. ``python -m bench.routing`` alone, ``--quick`` for a
small run.
"""

import argparse
import csv
import importlib.util
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import CRS
from scipy.sparse.csgraph import dijkstra

from bench.analysis import timed, told
from exchange import street_network
from geo.network import Streets, Ways, graph, straight
from geo.orienteering import Ask, Problem, Stop, Team, solve
from geo.orienteering_schedule import Rules

DATA = Path(__file__).parents[1] / "data"
PUBLISHED = (
    ("tsiligirides-1", 46, 1, 175), ("tsiligirides-1", 75, 1, 270), ("tsiligirides-2", 15, 1, 120),
    ("tsiligirides-2", 30, 1, 265), ("tsiligirides-3", 40, 1, 430), ("tsiligirides-3", 60, 1, 580),
    ("tsiligirides-3", 80, 1, 710), ("chao-64", 30, 1, 474), ("chao-64", 50, 1, 900),
    ("chao-64", 65, 1, 1116), ("chao-64", 80, 1, 1284), ("chao-p4", 25, 2, 206),
    ("chao-p4", 60, 2, 835), ("chao-p4", 85, 2, 1132), ("chao-p4", 120, 2, 1306),
    ("chao-p4", 170 / 3, 3, 1063), ("chao-p4", 35, 4, 732), ("solomon-c101", 1236, 1, 320),
    ("solomon-rc101", 240, 1, 219), ("solomon-r104", 230, 1, 303), ("solomon-r104", 230, 2, 552),
    ("solomon-r104", 230, 4, 975),
)  # fmt: skip
"""Problem, budget of each team, teams, and the best score known (``data/orienteering``)."""


def main(*, quick: bool = False) -> None:
    """Measure and print."""
    print("Routing")
    matrix(5_000 if quick else 20_000, 50 if quick else 200)
    town(2.0 if quick else 10.0)
    published(2.0 if quick else 30.0, PUBLISHED[::7] if quick else PUBLISHED)


def grid(nodes: int, seed: int = 1) -> Streets:
    """Lay a grid of streets of 100 m with its corners moved and a tenth of its streets missing."""
    random = np.random.default_rng(seed)
    side = round(nodes**0.5)
    at = np.stack(np.meshgrid(*[np.arange(side) * 100.0] * 2, indexing="ij"), axis=-1)
    at = np.round(at + random.uniform(-30, 30, at.shape), 2)
    pairs = np.concatenate([
        np.stack([at[:-1], at[1:]], axis=2).reshape(-1, 2, 2),
        np.stack([at[:, :-1], at[:, 1:]], axis=2).reshape(-1, 2, 2),
    ])  # fmt: skip
    pairs = pairs[random.random(len(pairs)) < 0.9]
    lines = shapely.linestrings(pairs)
    plain = np.zeros(len(lines), dtype=np.int8)
    return Streets(lines, ["local"] * len(lines), plain, plain.astype(bool))


def matrix(nodes: int, stops: int) -> None:
    """Travel times between stops on a large graph."""
    streets = graph(grid(nodes), "foot")
    random = np.random.default_rng(2)
    x, y = random.uniform(0, nodes**0.5 * 100, (2, stops))
    ours = timed(lambda: Ways(streets, x, y).minutes, 3)
    told(f"minutes between {stops} stops, {len(streets.x):,} nodes", ours, note="goal: 2,000 ms")
    ways = Ways(streets, x, y)
    sources = 10
    if importlib.util.find_spec("networkx"):
        import networkx as nx

        peer = nx.DiGraph()
        peer.add_weighted_edges_from(zip(
            *ways.arcs.nonzero(), ways.arcs.data.tolist(), strict=True))  # fmt: skip
        first = len(streets.x)
        once = timed(lambda: [nx.single_source_dijkstra_path_length(peer, first + each)
                              for each in range(sources)], 1)  # fmt: skip
        name = "networkx"
    else:
        once = timed(lambda: [dijkstra(ways.arcs, indices=each) for each in range(sources)], 1)
        name = "scipy, one source at a time"
    peer_all = once / sources * stops
    told(f"  {name}, from {sources} sources", peer_all, None, f"{peer_all / ours:,.1f} x")


def town(seconds: float) -> None:
    """Plan a shift on foot in the sample town, against simpler ways of planning."""
    places = json.loads((DATA / "sample" / "places.json").read_text("utf-8"))["places"]
    shapes = shapely.from_geojson([json.dumps(each["geometry"]) for each in places])
    spots = shapely.centroid(shapes)
    x, y = shapely.get_coordinates(spots).T
    streets = graph(street_network.read(DATA / "sample" / "eldermere.gpkg", CRS(27700)), "foot")
    minutes = Ways(streets, x, y).minutes
    random = np.random.default_rng(3)
    stops = tuple(Stop(at, float(score), 12.0) for at, score in
                  enumerate(random.integers(1, 10, len(x))) if at)  # fmt: skip
    for teams in (1, 2):
        problem = Problem(stops, (Team(0, 0, 240.0),) * teams, (minutes,))
        rules, start = Rules(problem), time.perf_counter()
        plan = solve(problem, Ask(time_limit=seconds))
        spent = time.perf_counter() - start
        print(f"  {teams} on foot for four hours, {len(stops)} places: score {plan.score:g}, "
              f"bound {plan.bound:g}, gap {plan.gap:.1%}, {spent:.1f} s")  # fmt: skip
        crow = Problem(stops, problem.teams, (straight(x, y) * 1.0,))
        for name, score in (
            ("greedy by score for the minute", greedy(rules)),
            ("nearest stop first", nearest(rules)),
            ("OR-Tools routing on streets", routed(rules, rules, seconds)),
            ("OR-Tools routing on straight lines", routed(Rules(crow), rules, seconds)),
        ):
            print(f"    {name:<40}{score:8g}{plan.score / max(score, 1e-9):10.2f} x")


def greedy(rules: Rules) -> float:
    """Go on to the stop with most score for the minutes until none fits."""
    return _stepped(rules, lambda way, score: score / (way + 12.0))


def nearest(rules: Rules) -> float:
    """Go on to the nearest stop until none fits."""
    return _stepped(rules, lambda way, _score: -way)


def _stepped(rules: Rules, liking: Any) -> float:
    orders: list[list[int]] = [[] for _ in range(rules.teams)]
    for team, order in enumerate(orders):
        while True:
            at = order[-1] if order else rules.start
            held = {stop for each in orders for stop in each}
            fit = [
                stop for stop in range(rules.n)
                if stop not in held and rules.walk(team, [*order, stop], ()) is not None
            ]  # fmt: skip
            if not fit:
                break
            order.append(max(fit, key=lambda stop: liking(rules.travel[team, at, stop],
                                                          rules.scores[stop])))  # fmt: skip
    return rules.score(orders)


def routed(planned: Rules, true: Rules, seconds: float) -> float:
    """Plan by OR-Tools routing; stops that the true travel times leave no time for are dropped."""
    orders = _by_routing(planned, seconds)
    for team, order in enumerate(orders):
        while true.walk(team, order, ()) is None:
            order.pop()
    return true.score(orders)


def _by_routing(rules: Rules, seconds: float) -> list[list[int]]:
    from ortools.constraint_solver import pywrapcp
    from ortools.constraint_solver import routing_enums_pb2 as names

    n, unit = rules.n, 1_000
    minutes = np.ceil(np.where(np.isfinite(rules.travel[0]), rules.travel[0], 1e4) * unit)
    dwell = np.append(rules.dwell, [0.0, 0.0]) * unit
    manager = pywrapcp.RoutingIndexManager(n + 2, rules.teams, [n] * rules.teams,
                                           [n + 1] * rules.teams)  # fmt: skip
    model = pywrapcp.RoutingModel(manager)
    way = model.RegisterTransitMatrix(minutes.astype(int).tolist())
    time_at = model.RegisterTransitMatrix((minutes + dwell[:, None]).astype(int).tolist())
    model.SetArcCostEvaluatorOfAllVehicles(way)
    closes = int(rules.problem.teams[0].closes * unit)
    model.AddDimension(time_at, 0, closes, True, "time")  # noqa: FBT003
    for stop in range(n):
        model.AddDisjunction([manager.NodeToIndex(stop)], int(rules.scores[stop] * 100 * unit))
    how = pywrapcp.DefaultRoutingSearchParameters()
    how.first_solution_strategy = names.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    how.local_search_metaheuristic = names.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    how.time_limit.FromMilliseconds(int(seconds * 1_000))
    found = model.SolveWithParameters(how)
    orders = []
    for team in range(rules.teams):
        order, at = [], found.Value(model.NextVar(model.Start(team)))
        while not model.IsEnd(at):
            order.append(manager.IndexToNode(at))
            at = found.Value(model.NextVar(at))
        orders.append(order)
    return orders


def published(seconds: float, problems: tuple[Any, ...]) -> None:
    """Solve published problems; each is allowed ``seconds``."""
    shares = []
    for name, budget, teams, best in problems:
        start = time.perf_counter()
        plan = solve(problem_of(name, budget, teams), Ask(time_limit=seconds))
        shares.append(plan.score / best)
        spent = time.perf_counter() - start
        print(
            f"  {name:<16}{budget:8.2f} x {teams}: {plan.score:6g} of {best:5} "
            f"({shares[-1]:.1%}), bound {plan.bound:g}, gap {plan.gap:.1%}, {spent:.1f} s"
        )
    print(f"    worst {min(shares):.1%} (goal: 98 %), mean {np.mean(shares):.2%}")


def problem_of(name: str, budget: float, teams: int) -> Problem:
    """Read a published problem; Solomon's is a round tour with distances cut to one decimal."""
    with (DATA / "orienteering" / f"{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    apart = straight(*[[float(row[each]) for row in rows] for each in "xy"], speed=None)
    windows = name.startswith("solomon")
    end = 0 if windows else len(rows) - 1
    stops = tuple(
        Stop(at, float(row["score"]), float(row["dwell"]) if windows else 0.0,
             ((float(row["open"]), float(row["close"])),) if windows else ())
        for at, row in enumerate(rows) if at not in (0, end)
    )  # fmt: skip
    matrix = np.floor(apart * 10 + 1e-9) / 10 if windows else apart
    return Problem(stops, (Team(0, end, float(budget)),) * teams, (matrix,))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    main(quick=parser.parse_args().quick)
