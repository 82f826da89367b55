"""Names in their company, homes, pupils, and the writer's right to keep words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import identifiers, identifiers_names, identifiers_words, wording
from domain.identifiers import Found, Kind, Sure, find, has_identifier, kept, mask

calmly = settings(deadline=None)
NAMES = sorted(identifiers_words.names().plain)


def names_in(text):
    return [text[each.start : each.end] for each in find(text) if each.kind is Kind.NAME]


@pytest.mark.parametrize(
    "text",
    [
        "Jordan's Kiosk",
        "Elder Mere",
        "Alice Street",
        "Eldermere Youth Justice Service",
        "Outside Ryan's on Elm Road",
        "St Mary's Church",
        "the George",
        "Robert Blair Academy",
        "A cafe called Alice's is open.",
        "Stanley",
        "EM1 2AL",
        "Ben & Jerry's",
    ],
)
def test_the_names_of_places_are_left_alone(text):
    assert mask(text) == text
    assert wording.one_line(text, "the name", 80) == text


@pytest.mark.parametrize("name", ["Zofka", "Tyrell", "Xanthippe", "O'Shea", "Jean-Luc"])
@pytest.mark.parametrize(
    "said",
    [
        "A girl called {} told us.",
        "my friend {} said so",
        "His name is {}.",
        "Mr {} has the key.",
        "{}'s mum is worried.",
        "A lad known as {} sells it.",
        "a boy, aged 14, named {} was there",
    ],
)
def test_a_name_in_no_list_is_told_by_its_company(said, name):
    text = said.format(name)
    assert mask(text) == said.format("[name removed]")


@calmly
@given(st.sampled_from(NAMES), st.sampled_from(["{} was there.", "We saw {} run.", "so {} said"]))
def test_every_listed_name_is_found_alone(name, said):
    text = said.format(name.capitalize())
    assert names_in(text) == [name.capitalize()]


def test_no_name_is_in_two_classes():
    listed = identifiers_words.names()
    assert not listed.plain & listed.short
    assert not (listed.plain | listed.short) & listed.shared
    assert not (listed.plain | listed.short) & identifiers_words.company().places


@calmly
@given(st.text(max_size=200))
def test_the_cheap_search_for_names_misses_nothing(text):
    if not identifiers_names.may_hold(text):
        assert identifiers_names.find(text) == []


def test_a_postcode_is_a_home_only_where_somebody_lives():
    assert mask("He lives at EM1 2AB.") == "He lives at [home address removed]."
    assert not has_identifier("The shop at EM1 2AB sells knives.")
    assert not has_identifier("Nobody lives at 9 Mill Lane.")


def test_a_helpline_is_nobodys_number():
    assert not has_identifier("First Contact 03000 267 979, NSPCC 0808 800 5000.")
    assert has_identifier("Ring 07700 900123.")


def test_a_pupil_is_told_by_school_year_and_looks_together():
    text = "A year 9 girl at Eldermere High with red hair waits."
    assert mask(text) == "A [description of a pupil removed] waits."
    assert not has_identifier("A year 9 girl with red hair waits.")
    assert not has_identifier("Year 9 girls at Eldermere High with red hair bands wait.")


def test_how_sure_a_find_is_comes_from_its_form_or_its_company():
    sure = {each.kind: each.sure for each in find("Chloe, snap: jaybird, 07700 900123")}
    assert sure == {
        Kind.NAME: Sure.POSSIBLE,
        Kind.HANDLE: Sure.LIKELY,
        Kind.PHONE: Sure.CERTAIN,
    }
    assert find("a girl called Zofka")[0].sure is Sure.LIKELY
    assert len({each.label for each in Sure}) == len(Sure)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_says_what_to_do(kind):
    assert kind.advice.endswith(".")
    assert not has_identifier(kind.advice)


# Keep my words.


def test_a_writer_keeps_a_name_wherever_it_stands_and_no_other():
    text = "Chloe saw Ellie, and Chloe ran. Ring 07700 900123."
    chloe = find(text)[0]
    assert chloe.can_keep
    assert mask(text, {chloe.id}) == (
        "Chloe saw [name removed], and Chloe ran. Ring [phone number removed]."
    )
    assert [each.kind for each in kept(text, {chloe.id})] == [Kind.NAME, Kind.NAME]
    assert kept(text, set()) == []


def test_what_has_a_form_is_masked_whatever_the_writer_says():
    text = "Ring 07700 900123 or kai@example.org."
    ids = {each.id for each in find(text)}
    assert mask(text, ids) == "Ring [phone number removed] or [e-mail address removed]."
    assert kept(text, ids) == []


def test_an_id_stays_when_the_text_around_it_changes():
    before, after = find("Chloe ran.")[0], find("Later on  Chloe ran away.")[0]
    assert before.id == after.id
    assert before.start != after.start
    assert "chloe" not in before.id


def test_a_kept_description_still_hides_the_name_within():
    text = "A year 9 girl called Zofka at Eldermere High with red hair waits."
    found = find(text)
    assert [each.kind for each in found] == [Kind.PUPIL]
    assert "Zofka" not in mask(text, {found[0].id})


def test_kept_words_pass_through_what_is_stored():
    (found,) = find("Kayleigh lives there")
    assert wording.taken("Kayleigh  lives there", "the note", 80, keep={found.id}) == (
        "Kayleigh lives there"
    )
    assert wording.taken("Kayleigh lives there", "the note", 80) == "[name removed] lives there"


def test_people_keep_their_own_names_and_nothing_else():
    assert wording.own_name("Chloe Robson", "the name", 80) == "Chloe Robson"
    assert wording.own_name("Chloe 07700 900123", "the name", 80) == (
        "Chloe [phone number removed]"
    )


PIECES = ["Chloe", "Jordan", "called", "my friend", "Mr", ",", "14", "lives at", "EM1 2AB", "and"]
PIECES += ["Zofka", "'s", "mum", "Street", "07700 900123", "year 9", "girl", "Elm High", "red hair"]
PIECES += ["(", ")", '"', ".", "\n", "J.", "K.", "name is", "@jay", "[name removed]", "\u2019s"]
written = st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join)


@calmly
@given(written, st.booleans())
def test_masked_text_holds_nothing_with_a_form_even_if_all_else_is_kept(text, keeps):
    keep = {each.id for each in find(text)} if keeps else frozenset()
    masked = mask(text, keep)
    assert not [each for each in find(masked) if each.kind.structured]
    assert mask(masked, keep) == masked


@calmly
@given(written)
def test_masking_leaves_no_name_and_twice_is_once(text):
    masked = mask(text)
    assert find(masked) == []
    assert mask(masked) == masked


def test_a_find_can_be_made_by_its_place_alone():
    assert Found(Kind.NHS, 0, 10).sure is Sure.CERTAIN
    assert identifiers.explain([Found(Kind.NAME, 0, 4)]).startswith("This text holds a name:")
