import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import near_repeat as knox

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import libpysal
    from pointpats import Knox

EDGES, SPANS = (0, 1, 100, 200, 300), (0, 7, 14, 21)
EVENTS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 30)), min_size=2, max_size=25
)
METRICS = ("manhattan", "euclidean")


@pytest.fixture(scope="module")
def burkitt():
    file = Path(libpysal.__path__[0]) / "examples" / "burkitt" / "burkitt.shp"
    return gpd.read_file(file)


def town(n, seed=5, days=120):
    random = np.random.default_rng(seed)
    middles = random.uniform(0, 3_000, (12, 2))
    spots = middles[random.integers(0, 12, n)] + random.normal(0, 120, (n, 2))
    return *(np.round(spots / 10) * 10).T, random.integers(0, days, n)


def by_hand(x, y, day, edges, spans, metric):
    """Every pair, in two loops."""
    found = np.zeros((len(edges), len(spans)), dtype=int)
    for i in range(len(x)):
        for j in range(i):
            across, up = abs(x[i] - x[j]), abs(y[i] - y[j])
            apart = across + up if metric == "manhattan" else (across**2 + up**2) ** 0.5
            row = sum(apart >= edge for edge in edges) - 1
            column = sum(abs(day[i] - day[j]) >= edge for edge in spans) - 1
            if row >= 0 and column >= 0:
                found[row, column] += 1
    return found


@given(EVENTS, st.sampled_from(METRICS),
       st.sampled_from([(0,), (0, 5, 10), (3, 5), (0, 1, 100)]),
       st.sampled_from([(0,), (0, 7, 14), (2, 3)]))  # fmt: skip
def test_the_pairs_are_those_of_two_loops(events, metric, edges, spans):
    x, y, day = zip(*events, strict=True)
    found = knox.near_repeat(x, y, day, distances=edges, days=spans, metric=metric,
                             permutations=1, threads=1)  # fmt: skip
    assert (found.observed == by_hand(x, y, day, edges, spans, metric)).all()


def test_all_pairs_are_in_some_band_and_the_bands_are_half_open():
    found = knox.near_repeat([0, 100, 100], [0, 0, 0], [0, 7, 7], distances=EDGES, days=SPANS,
                             permutations=9)  # fmt: skip
    assert found.observed.sum() == 3
    assert found.observed[2, 1] == 2  # at 100 m and 7 days
    assert found.observed[0, 0] == 1
    assert found.distances == ("0 to under 1 m", "1 to under 100 m", "100 to under 200 m",
                               "200 to under 300 m", "300 m or more")  # fmt: skip
    assert found.days == (
        "0 to under 7 days",
        "7 to under 14 days",
        "14 to under 21 days",
        "21 days or more",
    )


def test_the_published_case_of_burkitts_lymphoma_is_reproduced(burkitt):
    up_to_20 = np.nextafter(20, 21)  # the case counts 20 itself as near
    found = knox.near_repeat(burkitt["X"], burkitt["Y"], burkitt["T"], distances=(0, up_to_20),
                             days=(0, 6), metric="euclidean")  # fmt: skip
    assert found.observed.tolist() == [[13, 3416], [39, 14110]]
    assert found.expected[0, 0] == pytest.approx(10.14382, abs=1e-5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.random.seed(1)
        peer = Knox(burkitt[["X", "Y"]].to_numpy(), burkitt[["T"]].to_numpy(), 20, 5,
                    permutations=999)  # fmt: skip
    assert found.observed[0, 0] == peer.statistic_
    assert found.p[0, 0] == pytest.approx(peer.p_sim, abs=0.04)


def test_the_expected_is_what_the_permutations_tend_to():
    x, y, day = town(300)
    found = knox.near_repeat(x, y, day, distances=EDGES, days=SPANS, permutations=400)
    assert found.drawn == pytest.approx(found.expected, rel=0.05, abs=1.5)
    assert found.drawn.sum() == pytest.approx(found.expected.sum())
    assert found.ratio[1, 0] == pytest.approx(found.observed[1, 0] / found.expected[1, 0])


@pytest.mark.parametrize("changed", [
    {"threads": 1}, {"_PAIRS": 100}, {"_STRIP": 37}, {"_DRAWS": 3}, {"_PART": 50},
])  # fmt: skip
def test_blocks_and_threads_change_nothing(changed, monkeypatch):
    x, y, day = town(200)
    asked = {"distances": EDGES, "days": SPANS, "permutations": 40, "seed": 9}
    plain = knox.near_repeat(x, y, day, **asked)
    for name, size in changed.items():
        if name != "threads":
            monkeypatch.setattr(knox, name, size)
    other = knox.near_repeat(x, y, day, **asked, threads=changed.get("threads", 2))
    assert (plain.p == other.p).all()
    assert (plain.drawn == other.drawn).all()
    assert (plain.p != knox.near_repeat(x, y, day, **{**asked, "seed": 10}).p).any()


def test_the_order_of_rows_changes_no_count():
    x, y, day = town(200)
    mixed = np.random.default_rng(0).permutation(200)
    asked = {"distances": EDGES, "days": SPANS, "permutations": 9}
    plain = knox.near_repeat(x, y, day, **asked)
    moved = knox.near_repeat(x[mixed] + 10_000, y[mixed] - 500, day[mixed] + 5, **asked)
    assert (plain.observed == moved.observed).all()
    assert (plain.expected == moved.expected).all()


def test_p_is_not_folded_and_never_0():
    """Where times are dealt out at random, p is even: a few in a hundred lie below 0.05."""
    low = 0
    for seed in range(40):
        x, y, day = town(150, seed=seed)
        p = knox.near_repeat(x, y, day, distances=(0, 200), days=(0, 10), permutations=59,
                             seed=seed, threads=1).p[0, 0]  # fmt: skip
        assert p >= 1 / 60
        low += p <= 0.05
    assert low <= 6
    # with fewer near pairs than chance gives, p is near 1, not near 0
    x, y = np.repeat([0.0, 5_000.0], 20), np.zeros(40)
    apart = np.tile(np.arange(20) * 30, 2)
    assert knox.near_repeat(x, y, apart, distances=(0, 200), days=(0, 10),
                            permutations=99).p[0, 0] > 0.9  # fmt: skip


def test_a_planted_repeat_is_found_and_its_pairs_named():
    x, y, day = town(200, days=700)
    x, y = np.append(x, x[:30] + 20), np.append(y, y[:30] + 20)
    day = np.append(day, day[:30] + 2)
    found = knox.near_repeat(x, y, day, distances=(0, 100, 200), days=(0, 7), permutations=199)
    assert found.p[0, 0] == 1 / 200
    pairs = knox.pairs_within(x, y, day, metres=(0, 100), days=(0, 7))
    assert len(pairs.earlier) == found.observed[0, 0]
    assert {(each, 200 + each) for each in range(30)} <= set(
        zip(pairs.earlier.tolist(), pairs.later.tolist(), strict=True)
    )
    assert (day[pairs.later] - day[pairs.earlier] == pairs.days).all()
    assert pairs.days.min() >= 0
    assert pairs.metres.max() < 100


@pytest.mark.parametrize("part", [1, 7, 1_000_000])
def test_events_at_few_addresses_are_paired_as_any_others(part, monkeypatch):
    monkeypatch.setattr(knox, "_PART", part)
    random = np.random.default_rng(6)
    x, y = random.integers(0, 3, (2, 60)) * 60
    day = random.integers(0, 30, 60)
    found = knox.near_repeat(x, y, day, distances=EDGES, days=SPANS, permutations=1)
    assert (found.observed == by_hand(x, y, day, EDGES, SPANS, "manhattan")).all()
    pairs = knox.pairs_within(x, y, day, metres=(0, 1), days=(0, 7))
    assert len(set(zip(pairs.earlier, pairs.later, strict=True))) == found.observed[0, 0]


def test_no_pairs_are_an_empty_answer():
    pairs = knox.pairs_within([0, 900], [0, 0], [1, 2], metres=(0, 100), days=(0, 7))
    assert len(pairs.earlier) == 0


def test_many_events_at_one_address_are_refused_before_memory_is(monkeypatch):
    monkeypatch.setattr(knox, "MOST_PAIRS", 1_000)
    x = np.zeros(100)
    with pytest.raises(ValueError, match="4,950 pairs within 200 m; at most 1,000"):
        knox.near_repeat(x, x, np.arange(100), distances=(0, 200), days=(0, 7))
    # beyond the last edge pairs are counted, not held
    far = knox.near_repeat(np.arange(100) * 300, x, np.arange(100), distances=(0, 200),
                           days=(0, 7), permutations=1)  # fmt: skip
    assert far.observed.sum() == 4_950


def test_whoever_waits_is_told_and_can_stop_it():
    x, y, day = town(60)
    told = []
    knox.near_repeat(x, y, day, distances=EDGES, days=SPANS, permutations=130,
                     progress=told.append)  # fmt: skip
    assert told == [64 / 130, 128 / 130, 1]

    def stop(_share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        knox.near_repeat(x, y, day, distances=EDGES, days=SPANS, progress=stop)


@pytest.mark.parametrize(("change", "said"), [
    ({"x": [0], "y": [0], "day": [0]}, "two events"),
    ({"x": [0, np.nan]}, "a place and a day"),
    ({"day": [0, 1.5]}, "whole numbers"),
    ({"day": [0, 10**9]}, "thousand years"),
    ({"distances": (0, 200, 100)}, "edges that rise"),
    ({"distances": (0, np.inf)}, "edges that rise"),
    ({"days": (0, 1.5)}, "whole days"),
    ({"permutations": 0}, "permutations"),
    ({"metric": "chebyshev"}, "manhattan or euclidean"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused_in_a_sentence(change, said):
    asked = {"x": [0, 1], "y": [0, 1], "day": [0, 1], "distances": (0, 10), "days": (0, 7)}
    with pytest.raises(ValueError, match=said):
        knox.near_repeat(**{**asked, **change})
