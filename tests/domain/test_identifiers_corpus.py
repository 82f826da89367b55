"""What the labelled sentences say of the search, and that they are fit to say it."""

from collections import Counter

import pytest

from domain.identifiers import Kind
from domain.identifiers_corpus import Score, Sentence, score, sentences

PARTS = {
    part: [each for each in sentences() if each.part == part] for part in ("tuned", "held")
} | {"all": list(sentences())}
STRUCTURED = [kind for kind in Kind if kind.structured]


def test_the_sentences_are_many_and_a_third_is_held_out():
    assert len(sentences()) >= 400
    assert len(PARTS["held"]) >= len(sentences()) / 3
    assert len({each.text for each in sentences()}) == len(sentences())


@pytest.mark.parametrize("part", PARTS)
def test_each_part_has_every_kind_and_many_sentences_without_any(part):
    kinds = {kind for each in PARTS[part] for kind, _ in each.finds}
    assert kinds == set(Kind)
    assert sum(not each.finds for each in PARTS[part]) > len(PARTS[part]) / 3


def test_every_label_is_in_its_sentence():
    for each in sentences():
        for words, times in Counter(words for _, words in each.finds).items():
            assert each.text.count(words) >= times, each.text


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    ("kinds", "recall"), [(STRUCTURED, 0.98), ([Kind.NAME], 0.9)], ids=["structured", "names"]
)
def test_recall_and_precision_are_as_promised(part, kinds, recall):
    counted = score(PARTS[part], kinds)
    assert counted.recall >= recall
    assert counted.precision >= 0.9


@pytest.mark.parametrize("part", PARTS)
def test_precision_over_all_kinds_is_as_promised(part):
    assert score(PARTS[part]).precision >= 0.9


def test_a_score_counts_what_is_missed_and_what_is_wrong():
    some = [
        Sentence("A girl called Zofka.", ((Kind.NAME, "Zofka"), (Kind.PHONE, "12")), "held"),
        Sentence("My friend Ellie said so.", (), "held"),
    ]
    assert score(some) == Score(wanted=2, found=2, right=1)
    assert score(some).recall == score(some).precision == 0.5
    assert score(some, [Kind.PHONE]) == Score(wanted=1, found=0, right=0)
    assert score([]).recall == score([]).precision == 1
