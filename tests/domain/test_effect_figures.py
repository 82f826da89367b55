"""Every figure from counts, as plain values."""

import json

import numpy as np
import pytest

from domain.effect_figures import Counts, figures, harm_figures, power_words
from geo.effect_power import Power
from tests.geo.test_effect import WORLDS

CASE = Counts((207, 110), (308, 318), (178, 157), (150, 140))


def test_every_figure_is_there_and_fit_for_json():
    found = figures(CASE)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["why"] == {}
    assert found["wdd"]["estimate"] == -118
    assert found["rate_ratio"] == found["areas"]["treated"]["rate_ratio"]
    assert list(found["areas"]) == ["treated", "control", "displacement", "displacement_control"]
    assert found["words"].startswith("Fell more than elsewhere.")


def test_what_is_missing_says_why():
    found = figures(Counts((0, 3)))
    missing = {"wdd", "wdq", "did", "did_displacement", "did_net", "power"}
    assert set(found["why"]) == missing
    assert all(found[name] is None for name in missing)
    assert found["rate_ratio"]["estimate"] is None
    assert found["e_test"]["p"] == pytest.approx(0.0884, abs=5e-5)
    assert found["verdict"] == "too_few"


def test_nothing_at_all_is_no_trouble():
    found = figures(Counts((0, 0), (0, 0), (0, 0)))
    assert json.dumps(found, allow_nan=False)
    assert found["verdict"] == "too_few"


def test_a_ring_with_few_records_does_not_speak_for_itself():
    found = figures(Counts((120, 60), (200, 200), (3, 5)))
    assert found["words"].endswith("Next door there are too few to tell.")


def test_a_ring_is_held_against_the_area_s_comparison_where_its_own_holds_too_few():
    own = figures(Counts((90, 30), (60, 60), (40, 100), (50, 52)))
    few = figures(Counts((90, 30), (60, 60), (40, 100), (0, 0)))
    assert own["did_displacement"]["estimate"] == pytest.approx(100 / 40 / (52 / 50))
    assert few["did_displacement"]["estimate"] == pytest.approx(2.5)
    assert few["verdict"] in ("moved", "partly_moved")


def test_ratio_and_difference_that_disagree_are_said():
    found = figures(Counts((80, 20), (100, 50), time_weights=(2, 1)))
    assert "less sure" in found["words"]
    assert found["power"]["expected"] == 40
    large = figures(Counts((65, 50), (2184, 2368)))
    assert large["verdict"] == "no_change"
    assert large["words"].endswith("so the difference in events says little.")


def test_what_moved_wholly_and_what_moved_in_part_are_told_apart():
    wholly = figures(Counts((77, 2), (2184, 2368), (10, 101)))
    partly = figures(Counts((300, 60), (2184, 2368), (60, 110)))
    assert (wholly["verdict"], partly["verdict"]) == ("moved", "partly_moved")
    assert partly["did_net"]["estimate"] == pytest.approx(170 / 360 / (2368 / 2184))


@pytest.mark.parametrize(
    "wrong",
    [
        Counts((1, -1), (2, 3)),
        Counts((1, 2), displacement=(1, 2), displacement_control=(1, 2)),
        Counts((1, 2), (3, 4), displacement_control=(1, 2)),
        Counts((1, 2), (3, 4), time_weights=(0, 1)),
    ],
)
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match=r"Counts|Weights|control|comparison"):
        figures(wrong)


def test_harm_is_told_by_offence():
    found = harm_figures(["robbery", "theft"], [365, 3], [(20, 10), (100, 80)],
                         [(30, 31), (120, 125)])  # fmt: skip
    assert found["wdd"]["estimate"] == sum(each["harm"] for each in found["offences"]) == -4090
    assert found["unweighted"]["estimate"] == -36
    assert found["words"] == "No change that can be told."
    with pytest.raises(ValueError, match="no offence"):
        harm_figures([], [], [], [])


def test_power_is_said_in_plain_words():
    assert power_words(Power(50, None, 25, 0.8, 0.05)) == (
        "With about 50 in a period here, only a fall of 25 or more would show."
    )
    assert "not even a fall to nothing" in power_words(Power(4, 90, None, 0.3, 0.05))


EXPECTED = {
    "it worked": {"fell_more", "fell_around"},
    "it moved": {"moved", "partly_moved"},
    "nothing": {"no_change", "fell_alike", "rose_alike"},
}


@pytest.mark.parametrize("world", WORLDS)
def test_the_words_tell_what_was_planted(world):
    chance = np.random.default_rng(21)
    told = []
    for _ in range(30):
        pairs = [tuple(map(int, chance.poisson(each))) for each in WORLDS[world]]
        told.append(figures(Counts(*pairs), power=False)["verdict"])
    right = np.mean([each in EXPECTED[world] for each in told])
    print(f"\n{world}: {right:.0%} right")
    assert right >= 0.85
