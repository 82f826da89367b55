"""A view can be sent as an address; whoever opens it may have rewritten it."""

from datetime import date
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import codes
from domain.areas import AreaKind
from domain.errors import Invalid
from domain.filters import KEYS, MOST_IDS, Filters, parse
from domain.status import Status

CODES = codes.built_in()
DAYS = st.dates(date(1970, 1, 1), date(2100, 12, 31))


def some(known):
    return st.frozensets(st.sampled_from(sorted(known)))


@st.composite
def filters(draw):
    days = sorted(draw(st.lists(DAYS, min_size=2, max_size=2)))
    spans = st.tuples(st.integers(0, 23), st.integers(1, 24))
    hours = spans.filter(lambda span: span[0] != span[1])
    ids = st.frozensets(st.integers(1, 2**31 - 1), max_size=MOST_IDS)
    return Filters(
        since=draw(st.sampled_from([None, days[0]])),
        until=draw(st.sampled_from([None, days[1]])),
        weekdays=draw(st.frozensets(st.integers(0, 6))),
        hours=draw(st.none() | hours),
        harm_types=draw(some(CODES.harm_types)),
        place_types=draw(some(CODES.place_types)),
        statuses=draw(st.frozensets(st.sampled_from(Status))),
        sources=draw(some({*CODES.incident_sources, *CODES.touch_sources})),
        agencies=draw(ids),
        areas=draw(ids),
        area_kind=draw(st.none() | st.sampled_from(AreaKind)),
    )


@given(filters())
def test_what_an_address_holds_is_what_was_chosen(chosen):
    read = parse(dict(parse_qsl(chosen.to_query())), CODES)
    assert read == chosen
    assert read.notes == ()
    assert read.to_query() == chosen.to_query()


@given(st.dictionaries(st.sampled_from(KEYS), st.text() | st.text("0123456789,-aeilnmouvt:")))
def test_whatever_an_address_says_is_read_without_an_error(query):
    read = parse(query, CODES)
    assert parse(dict(parse_qsl(read.to_query())), CODES) == read
    assert read.describe()


def test_what_is_not_known_is_left_out_and_said_without_quoting_it():
    read = parse({"harm": "CSE,<script>", "area": "1,x,99999999999"}, CODES)
    assert read.harm_types == {"CSE"}
    assert read.areas == {1}
    assert len(read.notes) == 2
    assert not any("<script>" in note or "9999" in note for note in read.notes)


@pytest.mark.parametrize("text", ["2026-02-30", "20260201", "tomorrow", "\uff12026-01-01"])
def test_a_day_that_is_none_is_left_out(text):
    read = parse({"since": text}, CODES)
    assert read.since is None
    assert read.notes == ("Some dates of this address are not known here and were left out.",)


def test_days_are_drawn_into_the_years_that_we_know():
    assert parse({"since": "0001-01-01", "until": "9999-12-31"}, CODES) == Filters(
        since=date(1970, 1, 1), until=date(2100, 12, 31)
    )


def test_days_in_the_wrong_order_are_turned():
    read = parse({"since": "2026-02-01", "until": "2026-01-01"}, CODES)
    assert (read.since, read.until) == (date(2026, 1, 1), date(2026, 2, 1))
    assert read.notes


def test_lists_are_cut_at_their_length():
    read = parse({"area": ",".join(map(str, range(1, 500)))}, CODES)
    assert len(read.areas) == MOST_IDS
    assert read.notes
    assert parse({"harm": "CSE," * 3000}, CODES).harm_types == frozenset()


def test_hours_run_past_midnight():
    assert Filters(hours=(22, 3)).clock_hours == {22, 23, 0, 1, 2}
    assert Filters(hours=(9, 17)).clock_hours == set(range(9, 17))
    assert parse({"hours": "22-0"}, CODES).clock_hours == {22, 23}


def test_all_hours_are_no_filter():
    assert Filters(hours=(0, 24)).is_empty
    assert not Filters(hours=(0, 23)).is_empty
    assert Filters(area_kind=AreaKind.WARD).is_empty


@pytest.mark.parametrize("hours", [(5, 5), (24, 3), (-1, 4), (0, 25)])
def test_hours_that_are_none_are_refused(hours):
    with pytest.raises(Invalid, match="Choose hours"):
        Filters(hours=hours)


def test_filters_are_said_in_plain_words():
    said = Filters(
        since=date(2026, 1, 1),
        weekdays=frozenset({5, 6}),
        hours=(22, 3),
        harm_types=frozenset({"CSE"}),
        statuses=frozenset({Status.PLAN}),
        areas=frozenset({7}),
    ).describe()
    assert said == (
        "Since 1 January 2026; on Saturday or Sunday; from 22:00 to 03:00; "
        "harm: child sexual exploitation; places that are in a plan; in 1 chosen area"
    )
    assert Filters().describe() == "Everything: no filter is set."
