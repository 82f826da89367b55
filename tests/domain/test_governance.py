"""The figures of governance agree with counts by hand; small numbers are hidden from all."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from domain import governance, governance_data, preferences
from domain.audit import Entry
from domain.concerns import Concern, ConcernState, Source
from domain.errors import Invalid, NotPermitted
from domain.goals import PlanGoal
from domain.governance import HIDDEN, quarter
from domain.governance_data import Kpi
from domain.governance_figures import WORKS, Found
from domain.interview_counts import InterviewCount
from domain.people import SYSTEM, Kind, Role
from domain.places import Status
from domain.plan_actions import ActionState, PlanAction
from domain.plan_reviews import Confidence, Displacement, GoalResult, Result
from geo.suppress import Rule
from tests.conftest import arrange
from tests.domain import cases, rows

SINCE, UNTIL = date(2026, 1, 1), date(2026, 3, 31)
NOW = datetime(2026, 4, 10, 9, tzinfo=UTC)
INSIDE = datetime(2026, 2, 3, 9, tzinfo=UTC)
BEFORE = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)


@pytest.fixture
def read(store, people):
    """Work out the report of the first quarter of 2026: ``read()["voice"].words``."""

    def run(role=Role.COORDINATOR):
        with store.reading() as session:
            report = governance.read(session, people[role], SINCE, UNTIL, NOW)
        return {each.kpi.code: each for each in report.figures} | {"report": report}

    return run


@pytest.fixture
def put(store):
    def run(*made):
        with store.writing() as session:
            return arrange(session, SYSTEM, *made)

    return run


def concern(number, **given):
    values = {
        "receipt_hash": f"r{number}", "submission_hash": f"s{number}", "source": Source.PUBLIC,
        "state": ConcernState.SHARED, "reporter_role": "resident", "received_at": INSIDE,
        "place_type": "park", "ways_known": "saw", "precision": "exact", "shape": rows.HERE,
    }  # fmt: skip
    return Concern(**{**values, **given})


def test_every_figure_of_the_data_has_its_work_and_its_place_in_the_report(read):
    found = read()
    known = governance_data.book().kpis
    assert set(known) == {*WORKS, "overrides"} == set(found) - {"report"}
    assert [each.kpi.code for each in found["report"].figures] == list(known)


def test_nothing_recorded_is_said_and_never_nought_per_cent(read):
    found = read()
    for code in ("moderated", "typed", "goals", "voice", "interviews", "balance"):
        assert (found[code].words, found[code].value) == ("Nothing to count", None)
    assert found["currency"].value is None
    assert found["yield"].words == "No episode is kept here."


def test_concerns_are_counted_by_way_and_decided_in_working_days(put, read):
    friday = datetime(2026, 1, 30, 15, tzinfo=UTC)
    put(
        *(concern(n, received_at=friday, decided_at=friday + timedelta(days=4))  # Tuesday: 2 days
          for n in range(6)),
        *(concern(n, source=Source.PHONE, decided_at=INSIDE + timedelta(days=3),
                  answered_at=INSIDE + timedelta(days=4)) for n in range(6, 10)),
        concern(10, received_at=BEFORE, decided_at=BEFORE),
        concern(11, state=ConcernState.WITHDRAWN),
    )  # fmt: skip
    found = read()
    assert found["concerns"].words == "about 10"
    assert dict(found["concerns"].rows) == {"Phone": HIDDEN, "Public": HIDDEN}  # 4, and its partner
    assert found["moderated"].words == "about 60 % of about 10"  # 6 of 10
    assert found["fed_back"].words == "about 40 % of about 10"  # 4 of 10


def test_what_incidents_and_mentions_tell_is_a_share_rounded_to_five(put, read):
    put(
        *(rows.incident(occurred_from=INSIDE) for _ in range(7)),
        *(rows.incident(occurred_from=INSIDE, harm_primary=None, hour=None, precision="area")
          for _ in range(3)),
        rows.incident(occurred_from=BEFORE, harm_primary=None),
        *(rows.touch(month=date(2026, 1, 1), cross_border=n < 2) for n in range(8)),
        rows.touch(month=date(2025, 12, 1)),
    )  # fmt: skip
    found = read()
    for code in ("typed", "timed", "precise"):
        assert (found[code].words, found[code].value) == ("about 70 % of about 10", 0.7)
    assert found["border"].words == "about 25 % of about 10"
    assert found["usable"].words == "about 0 % of about 10"
    assert found["touches"].words == "about 10"
    assert "Nothing from" in found["sources"].note


def test_too_few_to_tell_is_said(put, read):
    put(*(rows.incident(occurred_from=INSIDE) for _ in range(4)))
    assert read()["typed"].words == "Too few to tell"


def test_strengths_that_are_crowded_out_ask_for_attention(put, read):
    put(
        *(rows.annotation(noted_on=date(2026, 2, 1)) for _ in range(9)),
        rows.annotation(noted_on=date(2026, 2, 1), kind="strength"),
    )
    found = read()["balance"]
    assert (found.warns, found.value) == (True, 0.1)
    assert "Ask what works here" in found.note


def test_practice_and_outcome_are_counted_as_they_are(store, put, people, read):
    chair = people[Role.COORDINATOR]
    place, _, _ = put(
        rows.place(status=Status.PLAN, last_evidence=date(2026, 4, 1)),
        rows.place(name="b", neutral_name="b", last_evidence=date(2026, 3, 30)),
        rows.place(name="c", neutral_name="c", status=Status.ARCHIVED,
                   last_evidence=date(2020, 1, 1)),
    )  # fmt: skip
    (plan, _) = put(
        cases.plan(place, chair),
        cases.assessment(place, chair, signed_at=INSIDE, started=date(2026, 1, 4),
                         equity={"boys": "some", "send": "not_known"}),
    )  # fmt: skip
    put(cases.assessment(place, chair, signed_at=INSIDE, started=date(2026, 1, 24),
                         young_people_how="", young_people_why_not="Nobody came."))  # fmt: skip
    other = PlanGoal(plan_id=plan.id, statement="Another.", side="guardianship")
    goal, bare = put(PlanGoal(plan_id=plan.id, **cases.GOAL), other)
    late, _ = put(action(plan, chair, due=date(2026, 3, 30), tactic={"tool": "x"}),
                  action(plan, chair, due=date(2026, 4, 1)))  # fmt: skip
    first, second = put(
        cases.review(plan, chair, held_on=date(2026, 1, 10), next_on=date(2026, 2, 10),
                     displacement=Displacement.NOT_LOOKED_AT),
        cases.review(plan, chair, held_on=date(2026, 2, 12), next_on=date(2026, 3, 12)),
    )  # fmt: skip
    put(*(GoalResult(review_id=of.id, goal_id=to.id, result=result, confidence=Confidence.SURE)
          for of, to, result in ((first, goal, Result.SAME), (second, goal, Result.BETTER),
                                 (second, bare, Result.UNKNOWN))))  # fmt: skip
    found = read()
    assert found["currency"].words == "10 days"  # 9 and 11 days before 10 April
    assert dict(found["places"].rows) == {"Watched": "1", "In a plan": "1"}
    assert (found["assessed"].words, found["assessed"].note) == (
        "2", "They took 20 days in the middle.",
    )  # fmt: skip
    assert found["voice"].words == "50% (1 of 2)"
    assert found["ready"].words == "0% (0 of 1)"  # one goal has no measure
    assert (found["late"].words, dict(found["late"].rows)) == ("1", {"The partnership": "1"})
    assert found["reviewed"].words == "0% (0 of 2)"  # two days late, and not held
    assert found["goals"].words == "33% (1 of 3)"
    assert dict(found["goals"].rows)["Unknown"] == "1"
    assert found["moved"].words == "50% (1 of 2)"
    assert dict(found["seen"].rows)["Boys and young men"] == "1"
    assert late.tactic
    assert found["direct"].words == "0% (0 of 1)"


def action(plan, who, **given):
    values = {
        "place_id": plan.place_id, "plan_id": plan.id, "state": ActionState.ACCEPTED,
        "what": "Light.", "owner_agency_id": who.agency_id, "owner_role": "Engineer",
        "proposed_by_name": "x", "proposed_at": INSIDE,
    }  # fmt: skip
    return PlanAction(**{**values, **given})


def test_interviews_in_time_are_those_that_agencies_told(put, people, read):
    (area,) = put(rows.area())
    put(*(
        InterviewCount(agency_id=people[Role.COORDINATOR].agency_id, area_id=area.id, month=month,
                       due=due, held=due, in_time=held, told_by_name="x", told_at=NOW)
        for month, due, held in ((date(2026, 1, 1), 8, 6), (date(2026, 2, 1), 12, 9),
                                 (date(2025, 12, 1), 50, 0))
    ))  # fmt: skip
    assert read()["interviews"].words == "about 75 % of about 20"


def test_files_that_showed_small_numbers_and_changes_to_the_rule_are_listed(
    store, people, put, read
):
    def entry(name, changes, at=INSIDE, subject="place/1"):
        return Entry(at=at, actor_kind=Kind.USER, actor_id=1, actor_name="Chair", action=name,
                     subject=subject, changes=changes)  # fmt: skip

    put(
        entry("pack.export", {"tier": 3}), entry("pack.export", {"tier": 2}),
        entry("pack.export", {"tier": 4}, BEFORE - timedelta(days=1)),
        entry("settings.change", {"threshold": [5, 7]}, subject="preference/suppression"),
        entry("settings.change", {"name": ["changed"]}, subject="preference/partnership"),
    )  # fmt: skip
    found = read()
    said = [each.what for each in found["report"].overrides]
    assert said == ["The rule: threshold 5 to 7", "Packs at the sight of “Safeguarding meeting”"]
    assert found["overrides"].words == "2"
    assert dict(found["exports"].rows) == {"Packs": "2"}


def test_the_dictionary_says_how_complete_and_how_new_each_field_is(put, read):
    put(*(rows.place(name=f"p{n}", neutral_name=f"p{n}", strengths="" if n < 2 else "Kind.",
                     last_evidence=date(2026, 1, n + 1)) for n in range(8)))  # fmt: skip
    fields = {(each.meaning.table, each.meaning.field): each for each in read()["report"].fields}
    assert len(fields) == len(governance_data.meanings())
    assert fields["place", "strengths"].completeness == "75%"
    assert fields["place", "strengths"].newest == date(2026, 1, 8)
    assert fields["plan_goal", "measure"].completeness == "no record"


def test_each_recommendation_has_a_source_and_figures_that_are_there(read):
    for line in read()["report"].matrix:
        assert line.recommendation.source
        assert {each.kpi.code for each in line.evidence} == set(line.recommendation.kpis)


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.POLICE, Role.ADMINISTRATOR, Role.PARTNER])
def test_only_those_who_govern_read_it(read, role):
    with pytest.raises(NotPermitted, match="read the governance report"):
        read(role)


def test_it_is_of_the_whole_partnership_and_of_a_sensible_period(store, people):
    chair = people[Role.COORDINATOR]
    with store.reading() as session:
        with pytest.raises(NotPermitted, match="whole partnership"):
            governance.read(session, replace(chair, area_ids=frozenset({1})), SINCE, UNTIL)
        for since, until in ((UNTIL, SINCE), (date(2000, 1, 1), UNTIL)):
            with pytest.raises(Invalid):
                governance.read(session, chair, since, until)
        assert preferences.read(session).suppression.threshold == 5
        assert session.scalars(select(Entry).where(Entry.action == "governance.export")).all() == []


def test_quarters_go_back_over_the_year(read):
    assert (quarter(date(2026, 2, 9)).since, quarter(date(2026, 2, 9)).until) == (SINCE, UNTIL)
    before = quarter(date(2026, 2, 9), 1)
    assert (before.since, before.until) == (date(2025, 10, 1), date(2025, 12, 31))


def test_no_hidden_share_tells_a_single_record():
    kpi = Kpi(
        "x", "demand", "x", "x", "x", "share", hides=True, better="", warn_below=None, about=""
    )
    for whole in range(5, 60):
        said = {governance.told(kpi, Found(part, whole), Rule()).words for part in range(whole + 1)}
        assert len(said) <= 21
        assert all(f"of about {whole}" not in each or whole % 5 == 0 for each in said)
