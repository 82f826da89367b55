"""Streets as a graph, on towns small enough to reckon by hand, and against networkx-free paths."""

import numpy as np
import pytest
import shapely
from scipy.sparse.csgraph import dijkstra

from geo import network
from geo.network import Streets, Ways, graph, straight

METRES_A_MINUTE = 80.0  # 4.8 km/h on foot


def streets(*lines, kinds=None, oneway=None, bridge=None, **more):
    made = np.array([shapely.LineString(each) for each in lines], dtype=object)
    return Streets(
        made,
        kinds or ["local"] * len(made),
        np.array(oneway or [0] * len(made), dtype=np.int8),
        np.array(bridge or [False] * len(made)),
        **more,
    )


def minutes(town, mode, *stops):
    return Ways(graph(town, mode), *np.array(stops, dtype=float).T).minutes


CROSS = ([(0, 0), (400, 0), (800, 0)], [(400, 0), (400, 400)])


def test_minutes_follow_the_streets_and_not_the_crow():
    found = minutes(streets(*CROSS), "foot", (0, 0), (800, 0), (400, 400))
    assert found == pytest.approx(np.array([[0, 10, 10], [10, 0, 10], [10, 10, 0]]), abs=1e-4)


def test_a_stop_beside_a_street_walks_to_it():
    found = minutes(streets(*CROSS), "vehicle", (0, 0), (200, 80))
    assert found[0, 1] == pytest.approx(200 / (25_000 / 60) + 1, abs=1e-4)


def test_stops_on_one_street_go_straight_along_it():
    found = minutes(streets(*CROSS), "foot", (80, 0), (240, 0))
    assert found[0, 1] == found[1, 0] == pytest.approx(2.0, abs=1e-4)


def test_a_one_way_street_binds_vehicles_and_not_people_on_foot():
    ring = streets([(0, 0), (300, 0)], [(300, 0), (300, 300), (0, 300), (0, 0)], oneway=[1, 0])
    walked, driven = (minutes(ring, mode, (50, 0), (250, 0)) for mode in ("foot", "vehicle"))
    assert walked[1, 0] == pytest.approx(2.5, abs=1e-4)
    assert driven[0, 1] == pytest.approx(0.48, abs=1e-4)
    assert driven[1, 0] == pytest.approx((50 + 900 + 50) / (25_000 / 60), abs=1e-4)


def test_a_street_that_is_one_way_against_its_line_goes_the_other_way():
    ring = streets([(0, 0), (300, 0)], [(300, 0), (300, 300), (0, 300), (0, 0)], oneway=[-1, 0])
    driven = minutes(ring, "vehicle", (50, 0), (250, 0))
    assert driven[1, 0] < driven[0, 1]


def test_each_mode_has_its_streets():
    town = streets(
        [(0, 0), (100, 0)],
        [(100, 0), (200, 0)],
        [(200, 0), (300, 0)],
        kinds=["local", "path", "local"],
    )
    assert np.isfinite(minutes(town, "foot", (0, 0), (300, 0))).all()
    assert np.isinf(minutes(town, "vehicle", (0, 0), (300, 0))[0, 1])
    with pytest.raises(ValueError, match="no street that this mode"):
        graph(streets([(0, 0), (9, 0)], kinds=["motorway"]), "foot")


def test_stops_that_cannot_be_reached_are_told():
    town = streets([(0, 0), (100, 0)], [(0, 500), (100, 500)])
    ways = Ways(graph(town, "foot"), [0, 0, 0], [0, 500, 5_000])
    assert ways.off.tolist() == [2]
    assert (0, 1) in ways.unreachable()
    assert ways.path(0, 1) is None


def test_a_bridge_meets_the_streets_below_at_its_ends_only():
    over = ([(0, 0), (200, 0)], [(100, -100), (100, 100)])
    flat = minutes(streets(*over, crossings=True), "foot", (0, 0), (100, 100))
    bridge = minutes(
        streets(*over, bridge=[True, False], crossings=True), "foot", (0, 0), (100, 100)
    )
    assert flat[0, 1] == pytest.approx(200 / METRES_A_MINUTE, abs=1e-4)
    assert np.isinf(bridge[0, 1])


def test_an_end_that_stops_short_of_a_street_is_led_on_to_it():
    short = ([(0, 0), (200, 0)], [(100, 9), (100, 109)])
    assert np.isinf(minutes(streets(*short), "foot", (0, 0), (100, 109))[0, 1])
    joined = minutes(streets(*short, join=12.0), "foot", (0, 0), (100, 109))
    assert joined[0, 1] == pytest.approx(209 / METRES_A_MINUTE, abs=1e-4)


def test_crumbs_that_hang_on_nothing_are_left_out():
    row = [[(each, 0), (each + 100, 0)] for each in range(0, 10_000, 100)]
    town = graph(streets(*row, [(50, 20), (60, 20)]), "foot")
    assert len(town.tail) == 100


def test_a_path_is_as_long_as_its_minutes_say():
    ways = Ways(graph(streets(*CROSS), "foot"), [100, 400, 700], [30, 300, -20])
    for one in range(3):
        for other in range(3):
            if one != other:
                path = ways.path(one, other)
                assert path.length / METRES_A_MINUTE == pytest.approx(
                    ways.minutes[one, other], abs=1e-3
                )
                assert path.coords[0] == (ways.x[one], ways.y[one])
                assert path.coords[-1] == (ways.x[other], ways.y[other])


def test_a_street_that_leads_round_to_itself_is_kept():
    loop = streets([(0, 0), (100, 0)], [(100, 0), (200, 100), (200, -100), (100, 0)])
    ways = Ways(graph(loop, "foot"), [0, 200], [0, 0])
    round_it = np.hypot(100, 100) + 100
    assert ways.minutes[0, 1] == pytest.approx((100 + round_it) / METRES_A_MINUTE, abs=1e-4)
    assert ways.path(0, 1).length == pytest.approx(100 + round_it)


def test_the_matrix_agrees_with_shortest_paths_over_a_random_grid():
    random = np.random.default_rng(5)
    side = 12
    node = lambda i, j: (i * 100.0, j * 100.0)  # noqa: E731
    lines = [
        (node(i, j), node(i + a, j + b))
        for i in range(side)
        for j in range(side)
        for a, b in ((1, 0), (0, 1))
        if i + a < side and j + b < side and random.random() < 0.8
    ]
    spots = random.integers(0, side, (12, 2))
    town = streets(*lines)
    ours = Ways(graph(town, "foot"), *(spots * 100.0).T).minutes
    plain = np.full((side * side, side * side), np.inf)
    for (x, y), (u, v) in lines:
        one, other = int(x / 100 * side + y / 100), int(u / 100 * side + v / 100)
        plain[one, other] = plain[other, one] = 100 / METRES_A_MINUTE
    at = spots[:, 0] * side + spots[:, 1]
    exact = dijkstra(np.where(np.isinf(plain), 0, plain), indices=at)[:, at]
    assert ours == pytest.approx(exact, abs=1e-3)


def test_no_way_is_shorter_than_a_straight_line():
    random = np.random.default_rng(2)
    x, y = random.uniform(0, 800, 20), random.uniform(-50, 400, 20)
    found = Ways(graph(streets(*CROSS), "foot"), x, y).minutes
    assert (found >= straight(x, y) - 1e-9).all()


def test_a_class_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="not known"):
        graph(streets([(0, 0), (9, 0)], kinds=["canal"]), "foot")


def test_every_class_can_be_walked_but_the_motorway():
    assert {kind for kind, modes in network.SPEEDS.items() if "foot" not in modes} == {"motorway"}
