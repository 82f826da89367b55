import string
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain import identifiers, identifiers_corpus, identifiers_numbers, identifiers_plates
from domain.identifiers import Found, Kind, explain, find, has_identifier, mask, mask_series
from domain.identifiers_text import plain

TODAY = date(2026, 11, 22)
calmly = settings(deadline=None)  # a busy machine is no failure
SENTENCES = [
    {"text": each.text, "finds": [(kind.value, words) for kind, words in each.finds]}
    for each in identifiers_corpus.sentences()
]
WITHOUT = [row["text"] for row in SENTENCES if not row["finds"]]


def found_in(text):
    return [(each.kind.value, text[each.start : each.end]) for each in find(text, today=TODAY)]


def with_a_form(text):
    return [each.kind for each in find(text, today=TODAY) if each.kind.structured]


@pytest.mark.parametrize("row", SENTENCES, ids=lambda row: row["text"][:40])
def test_a_masked_sentence_holds_nothing_more(row):
    masked = mask(row["text"], today=TODAY)
    assert not has_identifier(masked, today=TODAY)
    assert mask(masked, today=TODAY) == masked
    given = [words for kind, words in row["finds"] if Kind(kind).structured and len(words) > 4]
    assert not [words for words in given if words in masked]


@pytest.mark.parametrize("text", WITHOUT, ids=lambda text: text[:40])
def test_a_sentence_about_a_place_has_nothing_with_a_form_in_capitals_too(text):
    assert with_a_form(text) == []
    assert not {Kind.PHONE, Kind.NHS, Kind.BIRTH} & set(with_a_form(text.upper()))


# What is generated is found and masked, wherever it stands.

around = st.text(st.sampled_from(string.ascii_letters + " ,.;!?()\n'\"<>&"), max_size=30)
digits = st.sampled_from(string.digits)


def number(length):
    return st.text(digits, min_size=length, max_size=length)


@st.composite
def nhs_numbers(draw):
    start = draw(st.sampled_from("4679").flatmap(lambda first: number(8).map(first.__add__)))
    total = sum(int(each) * weight for each, weight in zip(start, range(10, 1, -1), strict=True))
    check = (11 - total % 11) % 11
    assume(check != 10)  # such a number is never issued
    whole = f"{start}{check}"
    gap = draw(st.sampled_from(["", " ", "-"]))
    return gap.join((whole[:3], whole[3:6], whole[6:]))


@st.composite
def ni_numbers(draw):
    prefix = draw(
        st.tuples(st.sampled_from("ABCEGHJKLMNOPRSTWXYZ"), st.sampled_from("ABCEGHJKLMNPRSTWXYZ"))
        .map("".join)
        .filter(lambda pair: pair not in {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"})
    )
    gap = draw(st.sampled_from(["", " "]))
    pairs = [draw(number(2)) for _ in range(3)]
    return gap.join([prefix, *pairs, draw(st.sampled_from("ABCD"))])


@st.composite
def pupil_numbers(draw):
    middle = draw(number(11))
    last = draw(st.sampled_from(string.digits + "ABCDEFGHJKLMNPQRTUVWXYZ"))
    values = [int(each) for each in middle]
    values.append(int(last) if last.isdigit() else "ABCDEFGHJKLMNPQRTUVWXYZ".index(last))
    total = sum(value * weight for weight, value in enumerate(values, 2))
    return "ABCDEFGHJKLMNPQRTUVWXYZ"[total % 23] + middle + last


@st.composite
def phones(draw):
    rest = draw(number(8))
    first = draw(st.sampled_from("123456789"))
    shape = draw(
        st.sampled_from(
            [
                "07{f}{a} {b}",
                "07{f}{a}{b}",
                "+44 7{f}{a} {b}",
                "+447{f}{a}{b}",
                "0044 7{f}{a}{b}",
                "+44 (0) 7{f}{a}-{b}",
                "01{f}{c} {d}",
                "(01{f}1) {e} {g}",
                "020 {e}{f} {g}",
                "01{f}1-{e}-{g}",
            ]
        )
    )
    return shape.format(
        f=first, a=rest[:2], b=rest[2:], c=rest[:2], d=rest[2:], e=rest[:3], g=rest[4:]
    )


@st.composite
def emails(draw):
    word = st.text(st.sampled_from(string.ascii_lowercase), min_size=2, max_size=12)
    local, host = draw(word), draw(word)
    ending = draw(st.sampled_from(["com", "co.uk", "org", "sch.uk"]))
    middle = draw(st.sampled_from([".", "_", "", "+", "-"]))
    return f"{local}{middle}{draw(word)}@{host}.{ending}"


@st.composite
def plates(draw):
    letter = st.sampled_from("BCDFGHJKLMNPRSTVWX")  # without vowels, so that no word comes out
    three = draw(
        st.tuples(letter, letter, letter)
        .map("".join)
        .filter(lambda word: not identifiers_plates._WORDS.fullmatch(word))
    )
    if draw(st.booleans()):
        area = "".join(draw(st.tuples(letter, letter)))
        age = draw(st.sampled_from(["02", "17", "26", "51", "68", "76"]))
        plate = f"{area}{age}{draw(st.sampled_from(['', ' ']))}{three}"
        return draw(st.sampled_from([plate, plate.lower()]))
    count = draw(st.integers(100, 999))
    first = draw(st.sampled_from("ABCDEFGHJKLMNPRSTVWXY"))
    return draw(st.sampled_from([f"{first}{count} {three}", f"{three} {count}{first}"]))


@calmly
@given(around, nhs_numbers(), around)
def test_every_nhs_number_is_masked(before, number, after):
    assert_masked(before, number, after)


@calmly
@given(around, ni_numbers(), around)
def test_every_national_insurance_number_is_masked(before, number, after):
    assert_masked(before, number, after)


@calmly
@given(around, pupil_numbers(), around)
def test_every_pupil_number_is_masked(before, number, after):
    assert_masked(before, number, after)


@calmly
@given(around, phones(), around)
def test_every_phone_number_is_masked(before, number, after):
    assert_masked(before, number, after)


@calmly
@given(around, emails(), around)
def test_every_email_address_is_masked(before, address, after):
    assert_masked(before, address, after)


@calmly
@given(around, plates(), around)
def test_every_plate_is_masked(before, plate, after):
    assert_masked(before, plate, after)


def test_a_plate_may_begin_like_a_word():
    assert found_in("A car, PM02 BBB, and at12bcd too.") == [
        ("plate", "PM02 BBB"),
        ("plate", "at12bcd"),
    ]
    assert found_in("AT 12 PMX HALL CLOSED") == []


def assert_masked(before, identifier, after):
    text = f"{before} {identifier} {after}"
    start = len(before) + 1
    covered = {place for each in find(text, today=TODAY) for place in range(each.start, each.end)}
    assert covered >= set(range(start + 1, start + len(identifier)))  # a bracket may stay
    assert identifier not in mask(text, today=TODAY)


DISGUISES = {
    "full width": lambda text: "".join(
        chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text
    ),
    "zero width": "\u200b".join,
    "joiners": "\u2060\u200d".join,
    "soft hyphens": "\u00ad".join,
    "accents": "\u0336".join,
    "hard spaces": lambda text: text.replace(" ", "\u00a0"),
    "thin spaces": lambda text: text.replace(" ", "\u2009"),
    "mathematical": lambda text: "".join(
        chr(0x1D7CE + int(each)) if each.isdigit() else each for each in text
    ),
    "arabic digits": lambda text: "".join(
        chr(0x0660 + int(each)) if each.isdigit() else each for each in text
    ),
    "cyrillic": lambda text: text.replace("A", "\u0410").replace("B", "\u0412"),
    "control": lambda text: text.replace(" ", "\x07"),
    "tabs and lines": lambda text: text.replace(" ", "\n"),
}
PLAINLY = [
    ("phone", "07700 900123"),
    ("nhs", "943 476 5919"),
    ("ni", "AB 12 34 56 C"),
    ("plate", "AB12 CDE"),
    ("upn", "B801200005001"),
    ("email", "kai@example.org"),
]


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize(("kind", "value"), PLAINLY)
def test_a_disguise_hides_nothing_and_spans_are_of_the_original(disguise, kind, value):
    hidden = DISGUISES[disguise](value)
    text = f"Seen \u2013 {hidden} \u2013 here"
    assert found_in(text) == [(kind, hidden)]
    assert mask(text, today=TODAY) == f"Seen \u2013 {Kind(kind).mask} \u2013 here"


# Any text at all.

PIECES = [
    *("07700", "900123", "0191", "+44", "(0)", "12/03/2011", "DOB", "born", "pupil", "@", "@jay"),
    *(".", "-", " ", "/", "dot", "at", "com", "snap:", "insta", "name", "reg", "NK68", "ABC", "AB"),
    *("943", "476", "5919", "NHS", "12", "34", "56", "C", "x.com/", "a_b", "\u200b", "\uff10"),
    *("\u2103", "[", "]", "(", "phone number removed", "[date of birth removed]", "\x00", "\n"),
]
hostile = st.one_of(
    st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
)


@calmly
@given(hostile)
def test_spans_are_within_the_text_and_in_order(text):
    found = find(text, today=TODAY)
    edges = [edge for each in found for edge in (each.start, each.end)]
    assert edges == sorted(edges)
    assert all(0 <= each.start < each.end <= len(text) for each in found)


@calmly
@given(hostile)
def test_masking_twice_is_masking_once_and_leaves_nothing(text):
    masked = mask(text, today=TODAY)
    assert mask(masked, today=TODAY) == masked
    assert not has_identifier(masked, today=TODAY)


@calmly
@given(hostile)
def test_masking_adds_no_markup(text):
    masked = mask(text, today=TODAY)
    for mark in "<>&\"'`*_#|\\!{}":
        assert masked.count(mark) <= text.count(mark)
    for label in (kind.mask for kind in Kind):
        for opening in "([":
            assert masked.count(label + opening) <= text.count(label + opening)


@calmly
@given(hostile)
def test_the_cheap_search_misses_nothing(text):
    read, _ = plain(text)
    if not identifiers._suspect(read):
        for _kind, finder in identifiers._finders(TODAY):
            assert list(finder(read)) == []


def test_the_cheap_search_lets_every_labelled_sentence_through():
    for row in SENTENCES:
        if row["finds"]:
            assert identifiers._suspect(plain(row["text"])[0]), row["text"]


LONG = 50_000
ATTACKS = [
    *(
        "0",
        "07",
        "7 ",
        "0 ",
        "( ",
        "+44",
        "12/03/",
        "12/03/2011 ",
        "1.",
        "a",
        "a.",
        "a@",
        "@a",
        "@",
    ),
    *("a at ", "a dot ", "dot com ", "-", " ", "A1", "AB12 ", "ABC 1", "NHS ", "DOB ", "born "),
    *("snap: ", "snap name ", "insta", "x.com/", "https://", "a-", "_", "[", "reg ", "reg is "),
    *("\u200b", "\uff10", "\ufdfa", "AB 12 34 56 C ", "a.b.", "DOB 12/03/2011, ", "0191 498 "),
    *("[phone number removed]", "aged 14 ", "12 March ", "12 March 2011 (DOB)", "add on snap "),
]


@pytest.mark.parametrize("attack", ATTACKS, ids=repr)
def test_a_long_hostile_text_is_got_through(attack):
    text = (attack * (LONG // len(attack) + 1))[:LONG]
    masked = mask(text, today=TODAY)
    assert not has_identifier(masked, today=TODAY)


# What people are told.


def test_a_sentence_says_what_was_found_and_never_quotes_it():
    text = "DOB 12/03/2011, 07700 900123 or 07700 900124, kai@example.org"
    told = explain(find(text, today=TODAY), "The note")
    assert told == (
        "The note holds a date of birth, a phone number and an e-mail address: "
        "please take it out, and write about the place instead."
    )
    assert not any(each.isdigit() for each in told)


def test_nothing_found_needs_no_words():
    assert find("The lights on the ramp are out.", today=TODAY) == []
    assert explain([]) == ""


def test_one_find_is_told_alone():
    assert explain([Found(Kind.NHS, 0, 10)]).startswith("This text holds an NHS number: please")


def test_every_kind_has_its_own_label_and_mask():
    assert len({kind.label for kind in Kind}) == len({kind.mask for kind in Kind}) == len(Kind)
    assert Kind.PHONE.mask == "[phone number removed]"
    assert all(not has_identifier(kind.mask) for kind in Kind)


def test_a_mask_before_a_bracket_becomes_no_link():
    assert mask("07700 900123(https://example.org)") == (
        "[phone number removed] (https://example.org)"
    )


def test_the_hash_that_numbers_a_published_crime_is_left_alone():
    for number in ("07393600099adf8d" * 4, "4700088265c339c7" * 4, "a07700900123bcdef0" * 3):
        assert mask(f"Crime {number[:64]}", today=TODAY) == f"Crime {number[:64]}"
    assert has_identifier(f"Crime {number} 07700900123", today=TODAY)


# Dates of birth follow the day on which they are read.


@pytest.mark.parametrize(
    ("today", "is_birth"), [(date(2026, 11, 22), True), (date(2013, 1, 1), False)]
)
def test_a_date_beside_a_pupil_is_a_birth_only_once_its_year_can_be_one(today, is_birth):
    assert has_identifier("Pupil 12/03/2011 left.", today=today) is is_birth


def test_a_date_is_read_with_the_present_day_unless_told():
    this_year = datetime.now(UTC).year
    assert has_identifier(f"Pupil, 12/03/{this_year - 10}")
    assert not has_identifier(f"Patrol 12/03/{this_year}")


# Check digits.


@pytest.mark.parametrize("number", ["9434765919", "4010232137", "4505577104"])
def test_published_nhs_numbers_check(number):
    assert identifiers_numbers.nhs_checks(number)
    assert not identifiers_numbers.nhs_checks(number[:-1] + str((int(number[-1]) + 1) % 10))


def test_ten_equal_digits_are_no_nhs_number():
    assert not identifiers_numbers.nhs_checks("1111111111")


def test_a_published_pupil_number_checks():
    assert identifiers_numbers.upn_checks("B801200005001")
    assert not identifiers_numbers.upn_checks("A801200005001")


def test_a_ten_digit_number_without_its_check_digit_is_left_alone():
    assert not has_identifier("Sheet 9434765918 is filed.")
    assert not has_identifier("Sheet C801200005001 is filed.")


@pytest.mark.parametrize("prefix", ["BG", "GB", "NK", "KN", "TN", "NT", "ZZ", "DA", "AO", "QQ"])
def test_a_prefix_that_is_never_issued_is_no_national_insurance_number(prefix):
    assert not has_identifier(f"{prefix} 12 34 56 C")


# Many values.


def test_a_series_keeps_its_index_name_and_what_is_not_text():
    values = pd.Series(
        ["Ring 07700 900123", None, "Dark path", 7, "Ring 07700 900123"],
        index=[3, 1, 4, 1, 5],
        name="notes",
        dtype=object,
    )
    masked = mask_series(values)
    expected = pd.Series(
        ["Ring [phone number removed]", None, "Dark path", 7, "Ring [phone number removed]"],
        index=[3, 1, 4, 1, 5],
        name="notes",
        dtype=object,
    )
    pd.testing.assert_series_equal(masked, expected)
    assert values.iloc[0] == "Ring 07700 900123"


@pytest.mark.parametrize("dtype", ["string", "category"])
def test_a_series_of_another_text_type_is_masked(dtype):
    values = pd.Series(["kai@example.org", "Dark path", None], dtype=dtype)
    masked = mask_series(values)
    assert list(masked[:2]) == ["[e-mail address removed]", "Dark path"]
    assert pd.isna(masked[2])


def test_a_list_is_masked_into_a_new_list():
    values = ["kai@example.org", None, 3.5]
    assert mask_series(values) == ["[e-mail address removed]", None, 3.5]
    assert values[0] == "kai@example.org"


def test_many_values_are_masked_as_each_alone():
    texts = [row["text"] for row in SENTENCES]
    assert mask_series(texts, today=TODAY) == [mask(text, today=TODAY) for text in texts]
