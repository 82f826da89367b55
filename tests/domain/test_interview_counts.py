"""Interviews held in time: counts of areas, hidden where small, with honest rates."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import interview_counts
from domain.areas import AreaKind
from domain.audit import Entry
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.interview_counts import complement
from domain.people import SYSTEM, Role
from geo.suppress import Rule, suppress
from tests.conftest import arrange
from tests.domain import rows

TODAY = date(2026, 11, 18)
OCTOBER, SEPTEMBER = date(2026, 10, 1), date(2026, 9, 1)


@pytest.fixture
def wards(store):
    with store.writing() as session:
        return arrange(
            session, SYSTEM, rows.area(name="Harbour"), rows.area(name="Station"),
            rows.area(name="Whole", kind=AreaKind.PARTNERSHIP),
        )  # fmt: skip


@pytest.fixture
def tell(store, actor):
    def act(area, month, due, held, in_time, version=0, who=None):
        with store.writing() as session:
            return interview_counts.count(
                session, who or actor(Role.PRACTITIONER), month=month, area_id=area.id, due=due,
                held=held, in_time=in_time, version=version, today=TODAY,
            )  # fmt: skip

    return act


@pytest.fixture
def read(store, actor):
    def act(role=Role.COORDINATOR):
        with store.reading() as session:
            return interview_counts.timeliness(session, actor(role), TODAY)

    return act


def test_a_rate_comes_with_how_sure_it_is_and_who_told(wards, tell, read):
    harbour, _, _ = wards
    tell(harbour, OCTOBER, 22, 20, 15)
    found = read()
    (line,) = found.months
    assert (line.name, line.words) == ("October 2026", "about 20")
    assert (line.rate, line.low, line.high) == (70, 45, 85)  # Wilson's 15 of 22: 47.3 to 83.6
    assert line.said == "about 70 %, likely between 45 and 85 %"
    assert found.told_by == (("The partnership", (OCTOBER,)),)
    assert OCTOBER not in found.silent
    assert len(found.silent) == 11


def test_small_numbers_are_hidden_and_no_total_gives_them_away(wards, tell, read):
    harbour, station, _ = wards
    tell(harbour, OCTOBER, 3, 3, 3)
    tell(station, OCTOBER, 20, 20, 10)
    tell(station, SEPTEMBER, 12, 12, 6)
    found = read()
    assert {each.words for each in found.areas} == {"not shown: small numbers"}
    assert [each.words for each in found.months] == ["about 10", "about 25"]
    assert found.whole.words == "about 35"
    assert read(Role.PRACTITIONER) == found


def test_the_whole_partnership_is_not_counted_beside_its_wards(wards, tell, read):
    harbour, _, whole = wards
    tell(harbour, OCTOBER, 10, 10, 10)
    tell(whole, OCTOBER, 30, 30, 30)
    found = read()
    assert found.whole.words == "about 30"
    assert [each.name for each in found.areas] == ["Harbour"]


def test_numbers_are_corrected_on_what_was_read(store, wards, tell):
    harbour, _, _ = wards
    assert tell(harbour, OCTOBER, 9, 8, 7).version == 1
    with pytest.raises(Conflict, match="already"):
        tell(harbour, OCTOBER, 9, 8, 8)
    assert tell(harbour, OCTOBER, 9, 8, 8, version=1).in_time == 8
    with store.reading() as session:
        log = [each.changes for each in session.query(Entry).filter_by(action="interview.count")]
    assert [each["in_time"] for each in log] == [["changed"], ["changed"]]


def test_numbers_that_cannot_be_are_refused(wards, tell, actor):
    harbour, _, _ = wards
    for numbers in ((3, 4, 1), (4, 3, 4), (-1, -1, -1), (1_000, 0, 0)):
        with pytest.raises(Invalid):
            tell(harbour, OCTOBER, *numbers)
    with pytest.raises(Invalid):
        tell(harbour, date(2027, 1, 1), 1, 1, 1)
    with pytest.raises(NotFound):
        tell(rows.area(id=999), OCTOBER, 1, 1, 1)
    with pytest.raises(NotPermitted):
        tell(harbour, OCTOBER, 1, 1, 1, who=actor(Role.POLICE))


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.integers(5, 9))
def test_what_is_hidden_is_never_alone_and_never_adds_up_to_little(counts, threshold):
    rule = Rule(threshold, 1)
    hidden = suppress(counts, rule).hidden
    out = complement(np.array(counts), hidden, rule)
    assert (out >= hidden).all()
    if out.any() and not out.all():
        assert out.sum() >= 2
        assert np.array(counts)[out].sum() >= threshold
