import numpy as np
import pytest
from scipy.special import ndtr

from geo import neighbours, permutation


@pytest.fixture
def area():
    random = np.random.default_rng(5)
    counts = random.poisson(2, (16, 14)).astype(float)
    counts[3:6, 3:6] += 5
    return counts, random.uniform(size=counts.shape) > 0.1


def one_by_one(counts, inside, around, deals, seed):
    """Deal the values of all other cells to the neighbours of each, cell by cell."""
    values = counts[inside]
    size = np.rint(neighbours.sums(inside.astype(float), around))[inside].astype(int) - 1
    near = neighbours.sums(np.where(inside, counts, 0), around)[inside] - values
    random = np.random.default_rng(seed)
    orders = permutation._orders(values.size, size.max() + 1, deals, random).tolist()
    upper, lower = np.zeros(values.size), np.zeros(values.size)
    for cell, (target, many) in enumerate(zip(near, size, strict=True)):
        dealt = [values[[each for each in order if each != cell][:many]].sum() for order in orders]
        upper[cell] = sum(each >= target - 1e-6 for each in dealt)
        lower[cell] = sum(each <= target + 1e-6 for each in dealt)
    return (upper + 1) / (deals + 1), (lower + 1) / (deals + 1)


@pytest.mark.parametrize("around", [neighbours.squares(), neighbours.square_band(3, 1)])
def test_the_shared_deal_is_the_conditional_permutation_of_each_cell(area, around):
    counts, inside = area
    chances = permutation.permuted(counts, inside, around, deals=99, seed=4)
    upper, lower = one_by_one(counts, inside, around, 99, 4)
    assert np.array_equal(chances.p_upper[inside], upper)
    assert np.array_equal(chances.p[inside], np.minimum(2 * np.minimum(upper, lower), 1))
    assert np.isnan(chances.p[~inside]).all()


def test_the_same_seed_gives_the_same_numbers_and_another_others(area):
    counts, inside = area
    first, again, other = (permutation.permuted(counts, inside, seed=seed).p for seed in (1, 1, 2))
    assert np.array_equal(first, again, equal_nan=True)
    assert not np.array_equal(first, other, equal_nan=True)


def test_the_chances_are_near_those_of_a_normal_approximation_of_the_same_deal():
    counts = np.random.default_rng(2).poisson(20, (40, 40)).astype(float)
    n, k = counts.size, neighbours.sums(np.ones(counts.shape), neighbours.squares()) - 1
    others = counts.sum() - counts
    spread = (counts**2).sum() - counts**2 - others**2 / (n - 1)
    variance = k * spread / (n - 2) * (1 - k / (n - 1))
    near = neighbours.sums(counts, neighbours.squares()) - counts
    normal = ndtr(-(near - 0.5 - k * others / (n - 1)) / np.sqrt(variance))
    dealt = permutation.permuted(counts, deals=9_999, seed=3).p_upper
    assert np.abs(normal - dealt).max() < 0.02


def test_even_counts_are_rarely_found_remarkable():
    counts = np.random.default_rng(9).poisson(3, (50, 50))
    p = permutation.permuted(counts, deals=999, seed=1).p_upper
    assert (p <= 0.05).mean() < 0.06
    assert p.min() >= 1 / 1_000


def test_the_unit_of_the_counts_does_not_matter(area):
    counts, inside = area
    p = permutation.permuted(counts, inside).p
    assert np.array_equal(permutation.permuted(counts * 7, inside).p, p, equal_nan=True)


@pytest.mark.parametrize(
    ("shape", "deals", "reason"), [((3, 3), 99, "neighbours all"), ((9, 9), 0, "from 1 to")]
)
def test_what_cannot_be_dealt_is_refused(shape, deals, reason):
    with pytest.raises(ValueError, match=reason):
        permutation.permuted(np.arange(np.prod(shape)).reshape(shape), deals=deals)
