"""What to mind is told by rule: each called for, and not told where it is not."""

import numpy as np
import pytest

from layers.analysis import Records
from layers.analysis_warnings import FEW, MOST_RECORDED, explained

YEAR = 12


def records(number=240, months=24, who=None, moved=0.0, voices=("council", "police")):
    month = np.arange(number) % months + 600
    who = np.arange(number) % len(voices) if who is None else who(month - 600)
    nothing = np.full(number, np.datetime64("NaT", "us"))
    return Records(
        x=np.zeros(number), y=np.zeros(number), start=nothing, end=nothing, month=month, who=who,
        voices=voices, moved=np.arange(number) < moved * number,
    )  # fmt: skip


def told(given, first=()):
    return explained(given, says=(), sure=(), cannot=(), first=first)["warnings"]


def test_plain_records_call_for_the_one_warning_that_always_stands():
    assert told(records()) == (MOST_RECORDED,)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (records(FEW - 1), "are few"),
        (records(months=YEAR - 1), "cover 11 months"),
        (records(moved=0.2), "20% of the spots are approximate"),
        (records(voices=("police",)), "One source alone has told of this: police"),
        (records(who=lambda month: (month >= 6) * 1), "police only begins in July 2020"),
        (records(who=lambda month: (month < 17) * 1), "police ends in May 2021"),
    ],
)
def test_each_rule_is_called_for(given, words):
    (warning, always) = [each for each in told(given) if words in each or each == MOST_RECORDED]
    assert words in warning
    assert always == MOST_RECORDED


@pytest.mark.parametrize(
    "given",
    [
        records(FEW),
        records(months=YEAR),
        records(moved=0.19),
        records(who=lambda month: (month >= 5) * 1),
    ],
)
def test_just_short_of_a_rule_nothing_is_told_of_it(given):
    assert not [
        each
        for each in told(given)
        if "few" in each or "cover" in each or "approximate" in each or "police only" in each
    ]


def test_a_source_of_few_records_is_not_told_of():
    given = records(who=lambda month: ((month == 23) & (np.arange(len(month)) > 200)) * 1)
    assert told(given) == (MOST_RECORDED,)


def test_the_methods_own_warning_goes_first_and_the_standing_one_last():
    given = told(records(50, months=3), first=("Grave.",))
    assert given[0] == "Grave."
    assert given[-1] == MOST_RECORDED
    assert len(given) == 4
