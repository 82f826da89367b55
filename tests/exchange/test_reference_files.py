"""Numbers of places go out and keys come back: hostile files are refused, children never come."""

import csv
from io import StringIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from domain.audit import Entry
from domain.errors import Invalid, NotPermitted
from domain.people import SYSTEM, Role, Tier
from domain.place_references import number
from exchange import reference_files
from tests.conftest import arrange
from tests.domain import rows

SYSTEM_NAME = "Liquidlogic"


@pytest.fixture
def two(store, people):
    with store.writing() as session:
        return arrange(
            session, SYSTEM,
            rows.place(name="The heron steps", neutral_name="=Square()"),
            rows.place(name="The jackdaw flat", neutral_name="Flat", tier=int(Tier.T4)),
        )  # fmt: skip


def sheet(*lines, head="place_number,key"):
    return "\r\n".join([head, *lines]).encode("utf-8-sig")


def out(store, actor):
    text = reference_files.export(store, actor, SYSTEM_NAME).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text, newline="")))


def test_what_goes_out_has_number_and_neutral_name_of_what_one_may_know(store, people, two):
    (row,) = out(store, people[Role.COORDINATOR])
    assert row["place_number"] == number(two[0].id)
    assert row["neutral_name"] == "'=Square()"  # no spreadsheet runs it
    assert set(row) == set(reference_files.OUT)
    with store.reading() as session:
        (entry,) = session.scalars(select(Entry).where(Entry.action == "references.export"))
    assert entry.changes == {"system": SYSTEM_NAME, "rows": 1}
    with pytest.raises(NotPermitted):
        reference_files.export(store, people[Role.PARTNER], SYSTEM_NAME)


def test_keys_that_come_back_are_kept_and_go_out_the_next_time(store, people, two):
    chair, ours = people[Role.COORDINATOR], number(two[0].id)
    for key, kept in (("LL/77-a", 1), ("LL/77-a", 0), ("LL/78", 1)):
        taken = reference_files.take(store, chair, SYSTEM_NAME, sheet(f"{ours},{key}"))
        assert (taken.kept, taken.refused) == (kept, ())
        assert [row["key"] for row in out(store, chair)] == [key]
    with pytest.raises(NotPermitted):
        reference_files.take(store, people[Role.PRACTITIONER], SYSTEM_NAME, sheet(f"{ours},LL/79"))


def test_rows_that_cannot_be_are_refused_by_their_number(store, people, two):
    ours, high = (number(each.id) for each in two)
    sent = sheet(f"{high},K1", "SG-999,K2", "x,K3", f"{ours},<b>", f"{ours},{'9' * 41}", f"{ours},")
    taken = reference_files.take(store, people[Role.COORDINATOR], SYSTEM_NAME, sent)
    assert taken.kept == 0
    assert [row for row, _ in taken.refused] == [2, 3, 4, 5, 6]
    assert "9999" not in str(taken.refused)


def test_a_number_that_comes_with_several_places_is_refused_as_a_persons_would_be(
    store, people, two
):
    with store.writing() as session:
        (third,) = arrange(session, SYSTEM, rows.place(name="Third", neutral_name="Third"))
    first, other = number(two[0].id), number(third.id)
    chair = people[Role.COORDINATOR]
    taken = reference_files.take(store, chair, SYSTEM_NAME, sheet(f"{first},P9", f"{other},P9"))
    assert (taken.kept, len(taken.refused)) == (0, 2)
    assert reference_files.take(store, chair, SYSTEM_NAME, sheet(f"{first},P9")).kept == 1
    again = reference_files.take(store, chair, SYSTEM_NAME, sheet(f"{other},P9"))
    assert again.refused == ((2, "This key is another place's already."),)


@pytest.mark.parametrize(
    "content",
    [
        sheet("SG-1,K,01/02/2011", head="place_number,key,date_of_birth"),
        sheet("SG-1,K,A child", head="place_number,key,child"),
        sheet("SG-1,K,K", head="place_number,key,key"),
        sheet("K", head="key"),
        b"",
        b"\xff\xfe\x00place_number",
        b'place_number,key\n"SG-1,K',
        b"place_number,key\n" + b"SG-1,K\n" * 200_000,
        sheet(*["SG-1,K"] * 5_001),
    ],
)
def test_files_that_hold_more_or_are_no_csv_are_refused(content):
    with pytest.raises(Invalid) as refused:
        reference_files.read(content)
    assert "child" not in str(refused.value).replace("about a child", "")


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_words(noise):
    for content in (noise, b"place_number,key\n" + noise):
        try:
            told = reference_files.read(content)
        except Invalid:
            continue
        assert all(each.key for each in told)
