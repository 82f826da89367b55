"""Whether events are still in the same places."""

import numpy as np
import pytest
from scipy.stats import hypergeom

from geo import effect_pattern

SHARES = np.array([0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.03, 0.02, 0.0])


def test_the_index_is_what_andresens_repeated_draws_approach():
    chance = np.random.default_rng(2)
    before, after = (chance.multinomial(n, SHARES) for n in (400, 300))
    found = effect_pattern.similarity(before, after)
    points = np.repeat(np.arange(10), after)
    draws = [np.bincount(chance.choice(points, 255, replace=False), minlength=10)
             for _ in range(4_000)]  # fmt: skip
    low, high = np.quantile(np.array(draws) / 255, [0.025, 0.975], axis=0)
    share = before / before.sum()
    alike = (low - 1e-9 <= share) & (share <= high + 1e-9)
    assert found.s == pytest.approx(alike.mean())
    assert ((found.direction == 0) == alike).all()


def test_what_stays_in_its_places_is_alike_and_what_moves_is_not():
    chance = np.random.default_rng(3)
    before, same = (chance.multinomial(500, SHARES) for _ in range(2))
    moved = chance.multinomial(500, SHARES[::-1])
    stayed = effect_pattern.similarity(before, same)
    left = effect_pattern.similarity(before, moved)
    assert stayed.p > 0.05
    assert stayed.low <= stayed.robust
    assert left.robust < left.low
    assert left.p == 1 / 200
    assert left.direction[0] == -1
    assert left.direction[-1] == 1


def test_the_band_keeps_its_error():
    chance = np.random.default_rng(4)
    pairs = chance.multinomial(200, np.full(40, 1 / 40), (300, 2))
    p = [effect_pattern.similarity(*each, permutations=99).p for each in pairs]
    assert np.mean(np.array(p) <= 0.05) <= 0.08


def test_empty_areas_are_left_out_of_the_robust_index():
    before, after = np.array([30, 10, 0, 0]), np.array([10, 30, 0, 0])
    found = effect_pattern.similarity(before, after)
    assert (found.s, found.robust) == (0.5, 0)


def test_one_seed_gives_one_band():
    before, after = np.array([30, 10, 5, 8]), np.array([10, 30, 5, 2])
    one, two, other = (effect_pattern.similarity(before, after, seed=each) for each in (1, 1, 2))
    assert (one.low, one.p) == (two.low, two.p)
    assert one.s == other.s


def test_the_interval_is_of_85_in_100_of_the_later_events():
    after = np.array([50, 50])
    low = hypergeom.ppf(0.025, 100, 50, 85) / 85
    just_out, just_in = (round(low * 1000) + step for step in (-2, 2))
    for first, expected in ((just_out, 1), (just_in, 0)):
        found = effect_pattern.similarity([first, 1000 - first], after)
        assert found.direction[0] == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [([50], [50]), ([50, 1], [50, 1, 1]), ([10, 5], [50, 50]), ([50, -1], [5, 50]),
     ([50.5, 1], [5, 50]), ([[50, 1]], [[5, 50]])],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused(before, after):
    with pytest.raises(ValueError, match=r"areas|at least|count"):
        effect_pattern.similarity(before, after)


def test_a_band_needs_a_permutation():
    with pytest.raises(ValueError, match="permutation"):
        effect_pattern.similarity([50, 20], [50, 20], permutations=0)
