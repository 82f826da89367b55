"""Language that cares: it suggests, explains, never blocks, and leaves some words alone."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import language
from domain.identifiers import has_identifier
from domain.language import pairs, suggest

calmly = settings(deadline=None)
PHRASES = [form for pair in pairs() for form in pair.forms]


def said(text, about="any", **more):
    return [each.phrase for each in suggest(text, about, **more)]


def test_there_are_at_least_58_pairs_for_children_and_for_places():
    assert len({each.id for each in pairs()}) == len(pairs()) >= 58
    assert {each.about for each in pairs()} == {"child", "place"}
    assert sum(each.about == "place" for each in pairs()) >= 12


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: pair.id)
def test_every_pair_says_what_instead_why_and_who_says_so(pair):
    assert pair.instead
    assert pair.reason.endswith((".", "?", '"'))
    assert pair.source
    assert suggest(pair.forms[0], pair.about)[0].instead == pair.instead


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: pair.id)
def test_what_is_suggested_is_not_itself_to_be_avoided(pair):
    assert [each.phrase for each in suggest(pair.instead, pair.about)] == []
    assert not has_identifier(f"{pair.instead}. {pair.reason}")


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("She was putting herself at risk.", "putting herself at risk"),
        ("They put themselves AT RISK", "put themselves AT RISK"),
        ("He keeps going missing again", "keeps going missing"),
        ("risk-taking\nbehaviour was seen", "risk-taking\nbehaviour"),
        ("Three absconders", "absconders"),
        ("He won\u2019t engage", "won\u2019t engage"),
        ("a high\u2011risk boy", "high\u2011risk boy"),
        ("The hot-spots", "hot-spots"),
    ],
)
def test_phrases_are_found_in_every_form(text, phrase):
    assert said(text) == [phrase]
    (found,) = suggest(text)
    assert text[slice(*found.span)] == phrase


def test_words_are_found_whole_and_within_a_sentence():
    assert said("The lacquer and the yobsville sign") == []
    assert said("They were at the hot. Spot the dog") == []


def test_the_longest_phrase_is_told_once():
    assert said("a victim-generated hotspot") == ["victim-generated hotspot"]


def test_children_and_places_have_lists_of_their_own():
    text = "A streetwise boy at the hotspot"
    assert said(text, "child") == ["streetwise"]
    assert said(text, "place") == ["hotspot"]
    assert said(text) == ["streetwise", "hotspot"]


@pytest.mark.parametrize(
    "text",
    [
        'She said "I was putting myself at risk, I am streetwise".',
        "He told us \u201cit\u2019s a trap house\u201d and left",
        "They call it \u2018a no-go area\u2019 here",
        "It is 'a hotspot' to them",
        'She began: "I am a loner and nobody',
        "> we are hooligans",
    ],
)
def test_quoted_words_are_never_touched(text):
    assert suggest(text) == []


def test_an_apostrophe_opens_no_quotation():
    assert said("It's a hotspot, isn't it") == ["hotspot"]
    assert said("the lads' hotspot") == ["hotspot"]


@pytest.mark.parametrize("grade", ["3/5/2", "E41", "2\u00b7D\u00b7C", "1AP", "Graded B2"])
def test_a_line_that_carries_a_police_grade_is_left_alone(grade):
    text = f"A hotspot.\n{grade} known offender, gang member seen\nA trap house."
    assert said(text) == ["hotspot", "trap house"]


def test_a_road_a_bus_and_a_date_are_no_grade():
    for text in ("the hotspot off the B31", "bus E12 to the hotspot", "hotspot on 03/05/2026"):
        assert said(text) == ["hotspot"]


def test_a_writer_keeps_words_by_a_stable_id():
    first, second = suggest("A hotspot. A loner.")
    assert [each.id for each in suggest("Again the loner, and a hotspot")] == [second.id, first.id]
    assert said("A hotspot. A loner. A hotspot.", keep={first.id}) == ["loner"]


def test_a_suggestion_is_told_in_one_sentence_or_two():
    (found,) = suggest("A loner.")
    assert found.sentence.startswith('Instead of "loner": isolated; may be targeted. ')


# Any text at all.

quoted = st.sampled_from(PHRASES).map(str.split).map(" ".join)
plain_words = st.sampled_from(["by the kiosk", "at night", "hotspot", "a loner", "they go", ","])


@calmly
@given(st.lists(st.one_of(plain_words, quoted.map('"{}"'.format), quoted), max_size=12))
def test_a_suggestion_never_overlaps_a_quotation(parts):
    text = " ".join(parts)
    inside = [match.span() for match in re.finditer('"[^"]*"', text)]
    for each in suggest(text):
        assert not any(each.span[0] < end and start < each.span[1] for start, end in inside)


@calmly
@given(st.text(max_size=300))
def test_spans_are_within_the_text_and_in_order(text):
    edges = [edge for each in suggest(text) for edge in each.span]
    assert edges == sorted(edges)
    assert all(text[slice(*each.span)] == each.phrase for each in suggest(text))


@pytest.mark.parametrize(
    "attack", ["'", '"', "hotspot ", "'a", "\u2018a", ">\n", "E41\n", "1 ", "lac"]
)
def test_a_long_hostile_text_is_got_through(attack):
    text = (attack * 50_000)[:50_000]
    assert all(
        language.suggest(text)[at].span[0] >= 0 for at in range(len(suggest(text))) if at < 3
    )
