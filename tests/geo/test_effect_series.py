"""Whether a series bent when something began."""

import numpy as np
import pytest

from geo.effect_series import LEAST_SIDE, interrupted


def line(steps, start, *, level=1.0, slope=1.0, season=None, base=20.0):
    at = np.arange(steps) - start
    wave = np.exp(0.3 * np.sin(2 * np.pi * at / season)) if season else 1.0
    return base * wave * np.where(at >= 0, level * slope ** np.maximum(at, 0), 1.0)


def test_a_planted_jump_and_bend_are_found():
    chance = np.random.default_rng(1)
    found = interrupted(chance.poisson(line(120, 60, level=0.6, slope=0.99, base=60)), 60)
    assert found.level.low < 0.6 < found.level.high < 1
    assert found.slope.low < 0.99 < found.slope.high
    assert found.dispersion == pytest.approx(1, abs=0.35)


def test_seasons_are_not_taken_for_an_effect():
    chance = np.random.default_rng(2)
    counts = chance.poisson(line(104, 78, season=52, base=30))
    blind, seeing = interrupted(counts, 78), interrupted(counts, 78, season=52)
    assert seeing.overall.low < 1 < seeing.overall.high
    assert abs(np.log(seeing.overall.ratio)) < abs(np.log(blind.overall.ratio))


def test_the_lines_and_the_avoided_events_agree():
    chance = np.random.default_rng(3)
    found = interrupted(chance.poisson(line(60, 30, level=0.5)), 30)
    later = slice(30, None)
    spared = found.without[later].sum() - found.fitted[later].sum()
    assert found.avoided == pytest.approx(spared)
    assert found.avoided_low < found.avoided < found.avoided_high
    assert (found.fitted[:30] == found.without[:30]).all()


@pytest.mark.parametrize("truth", [1.0, 0.6])
def test_intervals_cover_what_was_planted(truth):
    chance = np.random.default_rng(4)
    towns = chance.poisson(line(72, 48, level=truth), (200, 72))
    found = [interrupted(each, 48).overall for each in towns]
    covered = np.mean([each.low <= truth <= each.high for each in found])
    print(f"\n{covered:.1%} of {len(found)}")
    assert covered >= 0.93


def test_an_even_series_shows_nothing_and_is_as_sure_as_poisson_counts_allow():
    found = interrupted(np.full(40, 9), 20)
    assert found.overall.ratio == pytest.approx(1)
    assert found.overall.low < 0.9
    assert found.overall.high > 1.1


def test_restless_series_have_wider_intervals():
    chance = np.random.default_rng(5)
    mean = line(80, 40)
    steady = interrupted(chance.poisson(mean), 40)
    restless = interrupted(chance.negative_binomial(2, 2 / (2 + mean)), 40)
    assert restless.dispersion > 3
    assert restless.overall.high / restless.overall.low > (steady.overall.high / steady.overall.low)


@pytest.mark.parametrize(
    ("steps", "start", "season", "why"),
    [(40, LEAST_SIDE - 1, None, "12 steps"), (40, 40 - LEAST_SIDE + 1, None, "12 steps"),
     (103, 60, 52, "104 steps")],
)  # fmt: skip
def test_a_series_that_is_too_short_is_refused_with_the_least_length(steps, start, season, why):
    with pytest.raises(ValueError, match=why):
        interrupted(np.full(steps, 9), start, season=season)


@pytest.mark.parametrize("wrong", [np.full(40, -1), np.full(40, 0.5), np.zeros(40)])
def test_what_is_no_series_of_counts_is_refused(wrong):
    with pytest.raises(ValueError, match=r"whole|events"):
        interrupted(wrong, 20)
