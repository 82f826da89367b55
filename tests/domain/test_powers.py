"""The catalogue of powers and the clocks are data that can be checked, filtered and replaced."""

import json
from datetime import date, timedelta

import pytest

from domain import case_clock, case_data, codes, powers
from domain.errors import Invalid
from domain.powers import InForce, of_file, options, power

TODAY = date(2026, 11, 23)


@pytest.fixture
def own(tmp_path):
    """An operator's folder with a copy of a file, which ``change`` alters."""
    case_data.use(tmp_path)

    def change(name, alter):
        content = json.loads((case_data.BUILT_IN / name).read_text())
        alter(content)
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(json.dumps(content))

    yield change
    case_data.use(None)


def test_every_row_of_the_domain_is_there_and_whole():
    rows = of_file()
    letters = [code[0] for code in rows]
    counts = {letter: letters.count(letter) for letter in dict.fromkeys(letters)}
    assert counts == {"P": 23, "S": 14, "V": 4, "A": 17, "C": 3, "O": 2, "I": 4}
    known = codes.built_in()
    for row in rows.values():
        assert all((row.tool, row.law, row.who_starts, row.source)), row.code
        assert set(row.place_types) <= set(known.place_types), row.code
        assert row.agencies, row.code
        assert set(row.agencies) <= set(known.agency_kinds), row.code
        assert row.in_force is InForce.YES or row.in_force_note, row.code
        assert row.reviewed_on <= TODAY


def test_options_fit_the_place_and_the_agency_and_the_least_intrusive_comes_first():
    found = options(place_type="park", agency_kinds=["council"], today=TODAY)
    ranks = [row.least_intrusive_rank for row in found]
    assert ranks == sorted(ranks)
    assert found[0].code in {"I01", "I02", "I03", "S08", "S09"}
    assert found[-1].code == "S01"
    assert {"S07", "S13"} <= {row.code for row in found}
    assert "P05" not in {row.code for row in found}  # hotels only
    assert "S04" not in {row.code for row in found}  # the police's


def test_a_search_area_is_never_offered_unasked():
    assert "S06" not in {row.code for row in options(today=TODAY)}
    assert "S06" in {row.code for row in options(today=TODAY, unasked=False)}


def test_what_is_not_in_force_is_not_offered():
    assert power("P19").in_force is InForce.NOT_YET
    assert "P19" not in {row.code for row in options(place_type="private_dwelling", today=TODAY)}


def test_every_row_says_that_it_is_no_advice_and_what_to_mind():
    assert all(row.cautions(TODAY)[-1] == powers.ADVICE for row in of_file().values())
    said = " ".join(power("A11").cautions(TODAY))
    assert "piloted" in said
    assert "Confirm it first" in " ".join(power("P07").cautions(TODAY))
    assert "young people directly" in " ".join(power("S04").cautions(TODAY))


def test_a_row_past_its_review_date_says_so():
    row = power("P06")
    assert not any("last checked" in line for line in row.cautions(row.review_by))
    late = row.review_by + timedelta(days=1)
    assert any("last checked in November 2026" in line for line in row.cautions(late))


def test_a_repealed_or_ended_row_is_not_usable(own):
    def alter(content):
        content["powers"][0] |= {"in_force": "repealed"}
        content["powers"][1] |= {"in_force_until": "2026-11-22"}
        content["powers"][2] |= {"in_force_from": "2026-11-24"}

    own(powers.FILE, alter)
    assert [power(code).usable(TODAY) for code in ("P01", "P02", "P03", "P04")] == [
        False, False, False, True,
    ]  # fmt: skip


def test_an_unknown_power_is_refused():
    with pytest.raises(Invalid, match="not in the catalogue"):
        power("X99")


@pytest.mark.parametrize(
    "alter",
    [
        lambda content: content["powers"].append(content["powers"][0]),
        lambda content: content["powers"][0].pop("limits"),
        lambda content: content["powers"][0].update(in_force="maybe"),
        lambda content: content["powers"][0].update(basis="rumour"),
        lambda content: content["powers"][0].update(reviewed_on="soon"),
        lambda content: content["powers"][0].update(least_intrusive_rank=0),
    ],
)
def test_an_own_catalogue_that_is_wrong_is_refused_by_name(own, alter):
    own(powers.FILE, alter)
    with pytest.raises(Invalid, match=r"powers\.json cannot be used"):
        of_file()


# Clocks


def test_working_clocks_leave_out_weekends_and_bank_holidays():
    assert case_clock.due("triage", date(2026, 12, 24)) == date(2026, 12, 30)
    assert case_clock.due("screening", date(2026, 11, 20)) == date(2026, 11, 27)
    assert case_clock.due("immediate", date(2026, 11, 23)) == date(2026, 11, 30)


def test_other_clocks_count_every_day():
    assert case_clock.due("review", date(2026, 1, 1)) == date(2026, 3, 26)


def test_an_operator_sets_the_clocks(own):
    def alter(content):
        content["clocks"][1]["days"] = 10

    own(case_clock.FILE, alter)
    assert case_clock.due("screening", date(2026, 11, 20)) == date(2026, 12, 4)


@pytest.mark.parametrize(
    "alter",
    [
        lambda content: content["clocks"].pop(),
        lambda content: content["clocks"][0].update(days=-1),
        lambda content: content["clocks"][0].update(days=True),
        lambda content: content["clocks"][0].update(working="yes"),
    ],
)
def test_clocks_that_cannot_run_are_refused(own, alter):
    own(case_clock.FILE, alter)
    with pytest.raises(Invalid, match=r"clocks\.json cannot be used"):
        case_clock.clocks()
