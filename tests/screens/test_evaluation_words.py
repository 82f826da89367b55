"""What figures say in sentences: fewer, more, ranges with an open end, and what says little."""

from datetime import date

import pytest

from domain.effect_figures import Counts, figures
from domain.effect_words import LESS_SURE
from domain.evaluation_counts import periods
from domain.evaluations import Outcome
from screens import evaluation_words as words


@pytest.mark.parametrize(
    ("ratio", "told"),
    [
        (0.47, "53% fewer"),
        (0.0, "100% fewer"),
        (1.2, "20% more"),
        (1.002, "no change"),
        (2.0, "2.0 times as many"),
        (33.7, "34 times as many"),
        (None, "no figure"),
    ],
)
def test_a_ratio_is_said_as_fewer_or_more(ratio, told):
    assert words.change(ratio) == told


@pytest.mark.parametrize(
    ("interval", "told"),
    [
        ([0.05, 0.33], "between 67% and 95% fewer"),
        ([1.2, 1.5], "between 20% and 50% more"),
        ([0.8, 1.3], "anywhere from 20% fewer to 30% more"),
        ([11.2, 166.0], "between 11 and 166 times as many"),
        ([1.5, 3.25], "anywhere from 50% more to 3.2 times as many"),
        ([3.0, None], "from 3.0 times as many upwards"),
        (None, "no range"),
    ],
)
def test_a_range_is_said_from_the_smaller_to_the_larger_change(interval, told):
    assert words.span(interval) == told


def test_a_difference_is_said_in_events():
    assert words.difference({"estimate": -66.0, "interval": [-96.0, -36.0]}) == (
        "about 66 fewer (between 36 and 96)"
    )
    assert words.difference({"estimate": 3.0, "interval": [-5.0, 11.0]}) == (
        "about 3 more (anywhere from 5 fewer to 11 more)"
    )


def test_a_difference_larger_than_all_there_was_is_not_told():
    result = figures(Counts((65, 50), (75, 83), (18, 7), (119, 221)), power=False)
    assert "differ too much in size" in words.in_events(result)
    alike = figures(Counts((65, 20), (75, 83), (18, 7)), power=False)
    assert "fewer (between" in words.in_events(alike)


@pytest.mark.parametrize(
    ("interval", "told"),
    [
        ([0.1, 0.6], "gained some of it too"),
        ([1.1, 2.0], "even more than the area itself"),
        ([-0.4, 0.1], "cannot be told"),
        ([-0.9, -0.2], "a gain stays"),
        ([-1.4, -0.2], "whether a gain stays cannot be told"),
        ([-2.0, -1.1], "More moved next door"),
        (None, "too unsure"),
    ],
)
def test_the_displacement_quotient_is_read_by_its_interval_alone(interval, told):
    assert told in words.moved({"wdq": {"estimate": 0.0, "interval": interval}})
    assert words.moved({"wdq": None}) == ""


def test_the_note_on_the_difference_stands_apart_from_the_verdict():
    assert words.said({"words": f"It moved next door. {LESS_SURE}"}) == (
        "It moved next door.", LESS_SURE,
    )  # fmt: skip
    assert words.said({}) == ("", "")


def test_patterns_are_held_against_their_own_band():
    def told(robust):
        found = {"s": 0.5, "robust": robust, "interval": [0.6, 0.9]}
        return words.pattern({"similarity": found}, "recorded incidents")

    assert "elsewhere than before" in told(0.55)
    assert "where they did before" in told(0.7)


def test_every_figure_has_a_line_or_a_reason():
    result = figures(Counts((60, 24), (60, 60), (30, 30)), power=False)
    result |= {"series_ratio": None, "interrupted": None, "similarity": None}
    names = [each["Figure"] for each in words.table(result)]
    assert names.count("WDD") == 1
    assert "Difference in differences" in names
    assert {"Estimate", "95% interval", "p", "How"} <= set(words.table(result)[0])


def test_periods_are_said_by_their_first_and_last_day():
    spans = periods(date(2026, 3, 2), 12, Outcome.INCIDENTS, same_season=False)
    told = "8 December 2025 to 1 March 2026, against 2 March 2026 to 24 May 2026"
    assert words.spans(spans) == told
    assert words.weeks(spans, Outcome.INCIDENTS) == "12 weeks"
    months = periods(date(2026, 3, 1), 13, Outcome.TOUCHES, same_season=False)
    assert words.weeks(months, Outcome.TOUCHES) == "3 months"
