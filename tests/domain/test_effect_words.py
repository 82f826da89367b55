"""What an evaluation may say: a test for each line of the table, and for each caveat."""

from itertools import product

import pytest

from domain import effect_words
from domain.effect_words import (
    CAVEATS,
    RULES,
    Circumstances,
    Seen,
    Verdict,
    Way,
    caveats,
    enough_to_tell,
    judge,
    say,
    way,
)
from domain.language import suggest

F, R, U = Way.FELL, Way.ROSE, Way.UNCLEAR


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (Seen(F, F, R, F), Verdict.PARTLY_MOVED),
        (Seen(F, F, R, U), Verdict.MOVED),
        (Seen(F, F, F, F), Verdict.FELL_AROUND),
        (Seen(F, F, U, F), Verdict.FELL_MORE),
        (Seen(F, F), Verdict.FELL_MORE),
        (Seen(U, F), Verdict.BETTER),
        (Seen(R, F), Verdict.ROSE_LESS),
        (Seen(F, R), Verdict.FELL_LESS),
        (Seen(U, R), Verdict.WORSE),
        (Seen(R, R), Verdict.ROSE_MORE),
        (Seen(F, U), Verdict.FELL_ALIKE),
        (Seen(R, U), Verdict.ROSE_ALIKE),
        (Seen(U, U), Verdict.NO_CHANGE),
        (Seen(F), Verdict.FELL_ALONE),
        (Seen(R), Verdict.ROSE_ALONE),
        (Seen(U), Verdict.NO_CHANGE),
    ],
)
def test_the_table_as_it_is_written(seen, verdict):
    assert judge(seen) is verdict
    assert say(verdict, seen).startswith(f"{verdict.value}.")


def test_every_line_of_the_table_is_reached_and_every_sight_has_a_line():
    ways = [*Way]
    reached = set()
    for here, against, ring, net in product(ways, [None, *ways], [None, *ways], [None, *ways]):
        seen = Seen(here, against, ring, net)
        reached.add(next(each for each in RULES if each.fits(seen)))
    assert reached == set(RULES)


def test_too_few_says_nothing_else():
    seen = Seen(F, F, R, F)
    assert judge(seen, enough=False) is Verdict.TOO_FEW
    assert say(Verdict.TOO_FEW, seen) == "Too few to tell."


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.2, 0.9, F), (1.1, 3, R), (0.9, 1.1, U), (0.5, 1, U), (1, 2, U), (0, float("inf"), U)],
)
def test_a_change_is_told_where_the_interval_leaves_no_change_out(low, high, expected):
    assert way(low, high) is expected


@pytest.mark.parametrize(
    ("treated", "control", "enough"),
    [
        ((50, 4), (100, 100), True),  # it fell to little: that can be told
        ((12, 2), (100, 100), False),
        ((9, 9), (100, 100), False),
        ((10, 10), (10, 10), True),
        ((100, 100), (8, 8), False),
        ((50, 4), None, True),
        ((12, 2), None, False),
        ((0, 0), (0, 0), False),
    ],
)
def test_there_is_enough_where_no_change_would_give_ten_in_each(treated, control, enough):
    assert enough_to_tell(treated, control) is enough


def test_a_short_period_needs_more():
    assert enough_to_tell((30, 10), None, (1, 1))
    assert not enough_to_tell((30, 6), None, (5, 1))


def test_the_ring_is_spoken_of_unless_the_verdict_says_it():
    assert say(Verdict.NO_CHANGE, Seen(U, U, R)) == (
        "No change that can be told. Next door rose more than elsewhere."
    )
    assert say(Verdict.FELL_MORE, Seen(F, F, U), ring_enough=False).endswith(
        "Next door there are too few to tell."
    )
    assert say(Verdict.FELL_MORE, Seen(F, F), difference=U).endswith(effect_words.LESS_SURE)
    assert say(Verdict.NO_CHANGE, Seen(U, U), difference=F).endswith(effect_words.UNLIKE_SIZES)
    assert say(Verdict.FELL_MORE, Seen(F, F), difference=F) == "Fell more than elsewhere."
    assert say(Verdict.MOVED, Seen(F, F, R, U)) == "It moved next door."


ALL = Circumstances(weeks=8, equal_periods=False, season_matched=False, recording_changed=True,
                    campaign=True, approximate=0.3, undated=0.2, touches=True, compared=False,
                    changed_after_start=True, set_late=True)  # fmt: skip


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"recording_changed": True}, "recording"),
        ({"campaign": True}, "campaign"),
        ({"compared": False}, "no comparison"),
        ({"changed_after_start": True}, "changed after the start"),
        ({"set_late": True}, "set after the start"),
        ({"season_matched": False}, "season"),
        ({"equal_periods": False}, "equally long"),
        ({"weeks": 11.9}, "under 12 weeks"),
        ({"approximate": 0.1}, "snap point"),
        ({"undated": 0.25}, "25%"),
        ({"touches": True}, "interviews"),
    ],
)
def test_each_circumstance_has_its_caveat(given, word):
    told = caveats(Circumstances(**given))
    assert len(told) == 2
    assert word in told[0]


def test_young_people_and_guardians_are_always_named_and_all_caveats_can_be_said():
    assert caveats(Circumstances(weeks=12)) == [CAVEATS[-1]]
    assert "young people and guardians" in CAVEATS[-1]
    assert len(caveats(ALL)) == len(CAVEATS)


def test_the_words_are_kind():
    told = " ".join(
        [
            *(each.value for each in Verdict),
            *caveats(ALL),
            *effect_words.RING.values(),
            effect_words.LESS_SURE,
            effect_words.UNLIKE_SIZES,
        ]
    )
    assert list(suggest(told, "any")) == []
