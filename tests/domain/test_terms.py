import json
from datetime import date, timedelta

import numpy as np
import pytest

from domain import codes, terms
from domain.errors import Invalid, NotFound
from geo import when

GOOD = {"title": "Here", "source": "the council", "checked_on": "2026-01-01",
        "first": "2025-09-01", "last": "2026-07-31",
        "holidays": [{"from": "2025-10-25", "to": "2025-11-02", "label": "Half term"}]}  # fmt: skip


def test_every_calendar_we_ship_reads_and_says_where_it_is_from():
    assert terms.names() == ["durham", "eldermere"]
    for name in terms.names():
        found = terms.terms(name)
        assert "checked on 2026" in found.source
        days = np.arange(found.first, found.last, dtype="datetime64[D]")
        share = (when.day_kinds(days, found) == when.WEEKDAY).mean()
        assert 0.4 < share < 0.6


def test_school_days_of_durham_as_its_schools_print_them():
    durham = terms.terms("durham")
    days = {"2025-10-24": "weekday", "2025-10-27": "school_holiday", "2025-11-03": "weekday",
            "2026-04-02": "weekday", "2026-04-03": "school_holiday", "2026-04-20": "weekday",
            "2026-05-04": "school_holiday", "2026-09-10": "unknown"}  # fmt: skip
    found = when.day_kinds(np.array(list(days), "datetime64[D]"), durham)
    assert found.tolist() == list(days.values())


def test_the_kinds_of_day_are_those_of_the_code_list():
    kinds = {when.WEEKDAY, when.WEEKEND, when.HOLIDAY, when.UNKNOWN}
    assert kinds == {each["code"] for each in json.loads(
        (codes.BUILT_IN / "day_types.json").read_text(encoding="utf-8"))["codes"]}  # fmt: skip


def test_the_town_has_the_terms_that_its_patterns_were_drawn_by(monkeypatch):
    monkeypatch.syspath_prepend(terms.BUILT_IN.parent / "sample")
    from eldermere import dates

    days = [dates.FIRST + timedelta(days=each) for each in range(730)]
    found = when.day_kinds(np.array(days, "datetime64[D]"), terms.terms("eldermere"))
    assert found.tolist() == [dates.day_type(each) for each in days]


def test_an_operators_own_file_is_read(tmp_path):
    (tmp_path / "here.json").write_text(json.dumps(GOOD))
    found = terms.terms("here", tmp_path)
    assert found.holidays == ((date(2025, 10, 25), date(2025, 11, 2)),)
    with pytest.raises(NotFound):
        terms.terms("../here", tmp_path)


@pytest.mark.parametrize(("change", "said"), [
    ({"first": "soon"}, "year-month-day"),
    ({"source": None, "holidays": None}, "needs title"),
    ({"last": "2025-01-01", "holidays": []}, "ends before it begins"),
    ({"holidays": [{"from": "2025-10-25", "to": "2025-10-20"}]}, "ends before it begins"),
    ({"holidays": [{"from": "2025-08-25", "to": "2025-10-20"}]}, "outside of the days"),
    ({"holidays": [{"from": "2025-10-25", "to": "2025-11-02"},
                   {"from": "2025-11-02", "to": "2025-11-03"}]}, "overlap"),
])  # fmt: skip
def test_a_calendar_that_is_wrong_says_how(change, said):
    with pytest.raises(Invalid, match=said):
        terms.read(json.dumps({**GOOD, **change}))


def test_a_calendar_that_is_no_json_is_refused():
    with pytest.raises(Invalid, match="needs title"):
        terms.read("[")
