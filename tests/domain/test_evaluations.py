"""Evaluations: fixed before the start, answered once after the end, read as far as one may."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from shapely import Point, box
from sqlalchemy import select

from domain import evaluation_reading, evaluations
from domain import evaluation_reporting as reporting
from domain import evaluation_setting as setting_up
from domain.audit import Entry
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.evaluation_comparing import suggest, unlike
from domain.evaluation_counts import periods
from domain.evaluation_measuring import measure
from domain.evaluation_setting import Setting
from domain.evaluations import Asked, EvaluationState, Outcome
from domain.incidents import TimeKnown
from domain.people import SYSTEM, Actor, Role, Tier
from domain.status import Status
from tests.conftest import arrange
from tests.domain import rows

LONDON = ZoneInfo("Europe/London")
START = date(2026, 3, 2)
BEFORE, AFTER = START - timedelta(weeks=12), START + timedelta(weeks=12)
EARLY = START - timedelta(days=30)
AREA = box(475_000, 545_000, 475_100, 545_100)
ELSEWHERE = box(477_000, 545_000, 477_100, 545_100)
NEXT_DOOR = Point(475_150, 545_050)


@pytest.fixture
def analyst(people):
    return people[Role.ANALYST]


def plan(**given):
    values = {"title": "Mill Lane in spring", "area": AREA, "start": START, "weeks": 12,
              "comparison": ELSEWHERE, "ring_metres": 100}  # fmt: skip
    return Setting(**{**values, **given})


def at(day, hour=12):
    return datetime.combine(day, time(hour), LONDON).astimezone(UTC)


def events(shape, first, weeks, count, **given):
    """So many incidents spread evenly over the weeks from ``first``."""
    centre = shape.centroid
    days = [first + timedelta(days=each * weeks * 7 // count) for each in range(count)]
    return [rows.incident(occurred_from=at(day), spot=Point(centre.x, centre.y), **given)
            for day in days]  # fmt: skip


def put(store, *found):
    with store.writing() as session:
        arrange(session, SYSTEM, *found)


def set_up(store, actor, *, today=EARLY, late_reason="", **given):
    with store.writing() as session:
        return setting_up.set_up(
            session, actor, plan(**given), today=today, late_reason=late_reason
        )


def report(store, actor, evaluation, today=AFTER):
    with store.writing() as session:
        version = evaluations.find(session, actor, evaluation.id).version
        return reporting.report(session, actor, evaluation.id, version=version, today=today)


def town(treated=(60, 24), control=(60, 60), ring=(30, 30)):
    """Incidents in the area, the comparison and the ring, before and after."""
    found = []
    for shape, pair in ((AREA, treated), (ELSEWHERE, control), (NEXT_DOOR, ring)):
        for first, count in zip((BEFORE, START), pair, strict=True):
            found += events(shape, first, 12, count) if count else []
    return found


def test_a_plan_that_worked_is_answered_with_every_figure(store, analyst):
    put(store, *town())
    evaluation = set_up(store, analyst)
    told = report(store, analyst, evaluation)
    assert told.state is EvaluationState.REPORTED
    assert told.result["counts"] == {
        "treated": [60, 24], "control": [60, 60], "displacement": [30, 30],
        "displacement_control": [0, 0],
    }  # fmt: skip
    assert told.result["verdict"] == "fell_more"
    assert told.result["wdd"]["estimate"] == -36
    assert told.result["series"]["treated"]["before"] == [5] * 12
    assert sum(told.result["interrupted"]["counts"]) == 84
    assert told.result["similarity"]["cell"] == 100
    assert told.result["caveats"][0] == "The two periods are not of the same season."
    assert (len(told.fingerprint), told.revision) == (64, "incident:1")
    assert told.recipe["zones"]["treated"] == AREA.wkt


def test_a_plan_that_only_moved_it_is_told(store, analyst):
    put(store, *town(treated=(90, 30), ring=(40, 100)))
    told = report(store, analyst, set_up(store, analyst))
    assert told.result["verdict"] in ("moved", "partly_moved")


def test_too_few_to_tell_is_told(store, analyst):
    put(store, *town(treated=(8, 3), control=(9, 9), ring=(2, 1)))
    told = report(store, analyst, set_up(store, analyst))
    assert told.result["words"] == "Too few to tell."
    assert told.result["why"]["wdq"] == "A count is below 5."
    assert "at least 20 events" in told.result["why"]["similarity"]


def test_days_are_those_of_london_and_the_start_belongs_to_the_later_period(store, analyst):
    spot = Point(AREA.centroid)
    moments = [
        datetime.combine(START, time(0, 10), LONDON),  # the first day
        datetime.combine(AFTER, time(0, 10), LONDON),  # summer time: still the day before in UTC
        datetime.combine(BEFORE, time(0), LONDON),
        datetime.combine(BEFORE - timedelta(days=1), time(23, 50), LONDON),
    ]
    put(store, *(rows.incident(occurred_from=each.astimezone(UTC), spot=spot) for each in moments))
    told = report(store, analyst, set_up(store, analyst))
    assert told.result["counts"]["treated"] == [1, 1]


def test_what_has_no_known_day_is_left_out_and_said(store, analyst):
    month = {"time_known": TimeKnown.MONTH, "occurred_from": at(START)}
    unknown = {"time_known": TimeKnown.UNKNOWN, "occurred_from": None, "occurred_to": None,
               "weekday": None, "hour": None}  # fmt: skip
    vague = [rows.incident(spot=AREA.centroid, **given) for given in (month, unknown) * 5]
    put(store, *town(), *vague)
    told = report(store, analyst, set_up(store, analyst, comparison=None, ring_metres=0))
    assert told.result["counts"]["treated"] == [60, 24]
    assert any("11% of the records here have no known day" in each
               for each in told.result["caveats"])  # fmt: skip


def test_filters_of_the_outcome_are_kept_and_dates_in_them_are_not(store, analyst):
    put(store, *town(), *events(AREA, BEFORE, 12, 20, harm_primary="CCE"))
    given = {"query": "harm=CCE&since=2020-01-01&area=7&nonsense=1"}
    evaluation = set_up(store, analyst, **given)
    assert evaluation.query == "harm=CCE"
    assert report(store, analyst, evaluation).result["counts"]["treated"] == [20, 0]


def test_it_is_set_before_the_start_or_says_why_not(store, analyst):
    with pytest.raises(Invalid, match="before the start"):
        set_up(store, analyst, today=START)
    late = set_up(store, analyst, today=START, late_reason="The plan began at once.")
    assert late.set_late
    with store.reading() as session:
        assert evaluations.history(session, late.id)[0].reason == "The plan began at once."
    told = report(store, analyst, late)
    assert "set after the start" in " ".join(told.result["caveats"])


def change(store, actor, evaluation, *, today=EARLY, reason="", version=None, **given):
    with store.writing() as session:
        return setting_up.change(
            session, actor, evaluation.id, plan(**given), reason=reason, today=today,
            version=version or evaluation.version,
        )  # fmt: skip


def test_before_the_start_it_is_changed_freely_and_afterwards_with_a_reason(store, analyst):
    evaluation = set_up(store, analyst)
    evaluation = change(store, analyst, evaluation, weeks=16, title="Longer")
    assert not evaluation.changed_after_start
    with pytest.raises(Invalid, match="Say why"):
        change(store, analyst, evaluation, today=START, weeks=20)
    evaluation = change(store, analyst, evaluation, today=START, weeks=20, ring_metres=150,
                        reason="The works went on.")  # fmt: skip
    assert evaluation.changed_after_start
    with store.reading() as session:
        lines = evaluations.history(session, evaluation.id)
    assert [each.kind for each in lines] == ["set", "changed", "changed"]
    assert set(lines[2].changed) >= {"weeks", "ring_metres", "ring"}
    assert lines[2].reason == "The works went on."
    told = report(store, analyst, evaluation, START + timedelta(weeks=20))
    assert "changed after the start" in " ".join(told.result["caveats"])


def test_moving_the_start_away_does_not_get_around_the_reason(store, analyst):
    evaluation = set_up(store, analyst)
    with pytest.raises(Invalid, match="Say why"):
        change(store, analyst, evaluation, today=START, start=START + timedelta(days=60))


def test_a_change_of_nothing_changes_nothing(store, analyst):
    evaluation = set_up(store, analyst)
    assert change(store, analyst, evaluation).version == evaluation.version


def test_two_people_cannot_both_change_it(store, analyst):
    evaluation = set_up(store, analyst)
    change(store, analyst, evaluation, weeks=16)
    with pytest.raises(Conflict, match="meanwhile"):
        change(store, analyst, evaluation, weeks=20, version=1)


def test_nobody_looks_in_between_and_what_is_reported_stays(store, analyst):
    put(store, *town())
    evaluation = set_up(store, analyst)
    with store.writing() as session, pytest.raises(Invalid, match="not come yet"):
        setting_up.begin(session, analyst, evaluation.id, version=1, today=EARLY)
    with store.writing() as session:
        evaluation = setting_up.begin(session, analyst, evaluation.id, version=1, today=START)
    assert evaluation.state is EvaluationState.RUNNING
    with pytest.raises(Invalid, match="from 25 May 2026 on"):
        report(store, analyst, evaluation, today=AFTER - timedelta(days=1))
    told = report(store, analyst, evaluation)
    for deed in (lambda: change(store, analyst, told, reason="Better.", today=AFTER, weeks=8),
                 lambda: report(store, analyst, told)):  # fmt: skip
        with pytest.raises(Conflict, match="stays as it is"):
            deed()


def test_it_can_be_given_up_with_a_reason(store, analyst):
    evaluation = set_up(store, analyst)
    with store.writing() as session, pytest.raises(Invalid, match="the reason"):
        setting_up.stop(session, analyst, evaluation.id, version=1, reason=" ")
    with store.writing() as session:
        stopped = setting_up.stop(session, analyst, evaluation.id, version=1, reason="No plan.")
    assert stopped.state is EvaluationState.STOPPED
    with pytest.raises(Conflict):
        report(store, analyst, stopped)


def test_counting_again_says_whether_the_records_are_still_the_same(store, analyst):
    put(store, *town())
    told = report(store, analyst, set_up(store, analyst))
    with store.reading() as session:
        assert reporting.still_the_same(session, analyst, told.id)
    put(store, *events(ELSEWHERE, START, 12, 1))
    with store.reading() as session:
        assert not reporting.still_the_same(session, analyst, told.id)
        assert evaluations.find(session, analyst, told.id).result == told.result


def test_the_power_check_says_it_in_plain_words(store, analyst):
    put(store, *events(AREA, BEFORE - timedelta(weeks=6), 12, 50))
    with store.reading() as session:
        found = reporting.power_check(
            session, analyst, plan(comparison=None), today=BEFORE + timedelta(weeks=6)
        )
        empty = reporting.power_check(session, analyst, plan(), today=EARLY)
    assert found["words"] == (
        "With about 50 in a period here, only a fall of 25 or more would show."
    )
    assert "no fall would show" in empty["words"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"weeks": 3}, "from 4 to 104"),
        ({"ring_metres": 5_000}, "metres wide"),
        ({"title": " "}, "the title"),
        ({"area": Point(475_000, 545_000)}, "draw an area"),
        ({"comparison": box(475_150, 545_000, 475_250, 545_100)}, "meets the area or its ring"),
        ({"ring": AREA.buffer(-10)}, "wholly in the area"),
        ({"outcome": Outcome.TOUCHES}, "first of a month"),
        ({"reasons": ["x"] * 21}, "reasons at most"),
    ],
)
def test_what_cannot_be_taken_says_how_to_put_it_right(store, analyst, given, why):
    with pytest.raises(Invalid, match=why):
        set_up(store, analyst, **given)


def test_words_are_masked(store, analyst):
    evaluation = set_up(store, analyst, notes="Ring 07700 900123.", reasons=["Ask 07700 900123."])
    assert "900123" not in evaluation.notes + evaluation.reasons[0]


def test_periods_are_equal_and_a_year_back_is_the_same_day_of_the_week():
    near = periods(START, 12, Outcome.INCIDENTS, same_season=False)
    year = periods(START, 12, Outcome.INCIDENTS, same_season=True)
    assert near.before == (BEFORE, START)
    assert year.before[0] == date(2025, 3, 3)
    assert year.before[1] - year.before[0] == year.after[1] - year.after[0]
    assert (near.season_matched, year.season_matched) == (False, True)
    months = periods(date(2026, 3, 1), 13, Outcome.TOUCHES, same_season=False)
    assert months.before == (date(2025, 12, 1), date(2026, 3, 1))
    assert months.after == (date(2026, 3, 1), date(2026, 6, 1))


def test_mentions_in_missing_episodes_are_counted_by_month(store, analyst):
    spot = Point(AREA.centroid)
    months = [date(2025, 12, 1), date(2026, 2, 1), date(2026, 3, 1), date(2026, 6, 1)]
    put(store, *(rows.touch(month=each, spot=spot) for each in months),
        rows.touch(month=months[0], spot=spot, role="missing_from"))  # fmt: skip
    evaluation = set_up(store, analyst, outcome=Outcome.TOUCHES, weeks=13, start=date(2026, 3, 1))
    told = report(store, analyst, evaluation, today=date(2026, 6, 1))
    assert told.result["counts"]["treated"] == [2, 1]
    for weekly in ("series_ratio", "interrupted"):
        assert told.result[weekly] is None
        assert "by month alone" in told.result["why"][weekly]
    assert any("interviews" in each for each in told.result["caveats"])


def test_concerns_are_counted_once_they_are_shared(store, box, analyst):
    place = box.place()
    start = date(2026, 11, 2)  # the letterbox opens its reports at noon on 18 November 2026
    box.send()
    box.share(box.send(), place)
    evaluation = set_up(store, analyst, outcome=Outcome.CONCERNS, start=start, weeks=4,
                        comparison=None, ring_metres=0)  # fmt: skip
    told = report(store, analyst, evaluation, today=date(2026, 12, 1))
    assert told.result["counts"]["treated"] == [0, 1]


def test_what_people_say_stands_beside_the_counts(store, analyst):
    put(store, *town())
    told = report(store, analyst, set_up(store, analyst))
    with store.writing() as session:
        measure(session, analyst, told.id, asked=Asked.YOUNG_PEOPLE, version=told.version,
                question="I feel safe here after dark", before=(8, 31), after=(19, 30))  # fmt: skip
    with store.reading() as session:
        (found,) = evaluation_reading.answer(session, analyst, told.id).measures
        version = evaluations.find(session, analyst, told.id).version
    assert (found.agreed_before, found.asked_after) == (8, 30)
    for wrong in ((5, 4), (0, 0), (-1, 4)):
        with store.writing() as session, pytest.raises(Invalid, match="how many agreed"):
            measure(session, analyst, told.id, asked=Asked.GUARDIANS, question="Safer?",
                    before=wrong, after=(1, 2), version=version)  # fmt: skip


@pytest.mark.parametrize("role", [Role.PARTNER, Role.PRACTITIONER, Role.ADMINISTRATOR])
def test_who_may_not_run_analyses_sets_none(store, people, role):
    with pytest.raises(NotPermitted):
        set_up(store, people[role])


@pytest.mark.parametrize("role", [Role.PARTNER, Role.ADMINISTRATOR])
def test_who_may_not_read_places_reads_none(store, people, analyst, role):
    evaluation = set_up(store, analyst)
    with store.reading() as session:
        with pytest.raises(NotPermitted):
            evaluation_reading.answer(session, people[role], evaluation.id)
        assert evaluations.of_place(session, people[role], 1) == []


def test_below_the_meeting_small_counts_are_hidden_and_no_figure_gives_them_away(
    store, people, analyst
):
    put(store, *town(treated=(60, 3), ring=(30, 4)))
    told = report(store, analyst, set_up(store, analyst))
    with store.reading() as session:
        low = evaluation_reading.answer(session, people[Role.PRACTITIONER], told.id)
        high = evaluation_reading.answer(session, people[Role.COORDINATOR], told.id)
    assert low.result["counts"]["treated"] == [60, None]
    assert set(low.result) == {"verdict", "words", "caveats", "periods", "counts"}
    assert low.title == "Evaluation of recorded incidents"
    assert low.history == ()
    assert high.result == told.result
    assert high.title == "Mill Lane in spring"


def test_sealed_records_are_counted_for_sealed_readers_alone(store, analyst, sealed):
    put(store, *town(), *events(AREA, BEFORE, 12, 10, place_type="childrens_home"))
    open_one, closed = set_up(store, analyst), set_up(store, sealed)
    assert report(store, analyst, open_one).result["counts"]["treated"] == [60, 24]
    assert report(store, sealed, closed).result["counts"]["treated"] == [70, 24]
    with store.reading() as session, pytest.raises(NotFound):
        evaluations.find(session, analyst, closed.id)


def test_a_sealed_reader_who_reports_an_open_evaluation_opens_nothing(store, analyst, sealed):
    put(store, *town(), *events(AREA, BEFORE, 12, 10, place_type="childrens_home"))
    told = report(store, sealed, set_up(store, analyst))
    assert told.result["counts"]["treated"] == [60, 24]
    with store.reading() as session:
        assert reporting.still_the_same(session, sealed, told.id)
        assert reporting.still_the_same(session, analyst, told.id)


def test_an_evaluation_of_a_place_is_known_as_the_place_is(store, people, analyst, sealed):
    with store.writing() as session:
        kiosk, home = arrange(session, SYSTEM, rows.place(tier=int(Tier.T3), shape=AREA),
            rows.place(place_type="childrens_home", tier=int(Tier.SEALED), shape=AREA))  # fmt: skip
    of_kiosk = set_up(store, analyst, place_id=kiosk.id)
    with pytest.raises(NotFound):
        set_up(store, analyst, place_id=home.id)
    of_home = set_up(store, sealed, place_id=home.id)
    with store.reading() as session:
        assert [each.id for each in evaluations.of_place(session, analyst, kiosk.id)] == [
            of_kiosk.id
        ]
        assert evaluations.of_place(session, people[Role.PRACTITIONER], kiosk.id) == []
        assert [each.id for each in evaluations.listed(session, analyst)] == [of_kiosk.id]
        assert {each.id for each in evaluations.listed(session, sealed)} == {
            of_kiosk.id, of_home.id,
        }  # fmt: skip


def limited(person, *areas):
    return Actor.user("Beat", person.role, id=person.id, area_ids=frozenset(areas))


def test_whose_work_is_limited_sets_and_reads_within_the_area(store, people, analyst):
    put(store, *town())
    with store.writing() as session:
        near, far = arrange(
            session, SYSTEM, rows.area(outline=AREA.union(ELSEWHERE).envelope.buffer(500)),
            rows.area(outline=box(480_000, 545_000, 481_000, 546_000)))  # fmt: skip
    beat, other = limited(people[Role.POLICE], near.id), limited(people[Role.POLICE], far.id)
    with pytest.raises(NotPermitted, match="outside your area"):
        set_up(store, other)
    own = set_up(store, beat)
    whole = set_up(store, analyst)
    assert report(store, analyst, own).result["counts"]["control"] == [60, 60]
    with store.reading() as session:
        assert evaluations.find(session, beat, own.id)
        for reader, found in ((other, own), (beat, whole)):
            with pytest.raises(NotFound):
                evaluations.find(session, reader, found.id)


def test_evaluations_follow_a_place_that_is_merged(store, analyst):
    with store.writing() as session:
        first, second = arrange(session, SYSTEM, rows.place(), rows.place(name="Kiosk"))
    evaluation = set_up(store, analyst, place_id=second.id)

    from domain.audit import action
    from domain.people import Permission

    @action("test.carry", needs=Permission.RUN_JOBS)
    def carry(session, _actor):
        evaluations.carry(session, first.id, second.id)

    with store.writing() as session:
        carry(session, SYSTEM)
    with store.reading() as session:
        assert [each.id for each in evaluations.of_place(session, analyst, first.id)] == [
            evaluation.id
        ]


def test_the_log_tells_that_it_was_set_and_nothing_of_it(store, analyst):
    put(store, *town())
    report(store, analyst, set_up(store, analyst, title="Behind the Quillfeather"))
    with store.reading() as session:
        told = str([(each.subject, each.changes) for each in session.scalars(select(Entry))
                    if each.subject.startswith("evaluation")])  # fmt: skip
    assert "evaluation/1" in told
    assert "Quillfeather" not in told
    assert "475" not in told


def test_likely_comparisons_are_alike_far_enough_and_say_why(store, analyst):
    since = START - timedelta(weeks=104)
    alike, busy, planned, near = (
        rows.place(name=name, neutral_name=name, shape=shape, status=status)
        for name, shape, status in (
            ("Alike", ELSEWHERE, Status.WATCH),
            ("Busy", box(479_000, 545_000, 479_100, 545_100), Status.WATCH),
            ("Planned", box(477_000, 547_000, 477_100, 547_100), Status.PLAN),
            ("Near", box(475_250, 545_000, 475_300, 545_100), Status.WATCH),
        )
    )
    with store.writing() as session:
        (own,) = arrange(session, SYSTEM, rows.place(shape=AREA))
    put(store, alike, busy, planned, near)
    for shape, count in ((AREA, 200), (alike.shape, 196), (busy.shape, 900), (planned.shape, 200),
                         (near.shape, 200)):  # fmt: skip
        put(store, *events(shape, since, 104, count))
    with store.reading() as session:
        found = suggest(session, analyst, plan(place_id=own.id), today=EARLY)
    names = [each.name for each in found]
    assert names[0] == "Alike"
    assert "Near" not in names
    assert names.index("Planned") > names.index("Alike")
    first = found[0]
    assert first.unlike < 1
    assert first.reasons[0].startswith("Same type: park")
    assert any("2.0 km away" in each or "1.8 km away" in each for each in first.reasons)
    assert any(
        "was in a plan itself" in each
        for each in next(each for each in found if each.name == "Planned").reasons
    )


def test_squares_are_suggested_where_there_is_no_place(store, analyst):
    since = START - timedelta(weeks=104)
    square = box(476_000, 546_000, 476_100, 546_100)
    put(store, *events(AREA, since, 104, 100), *events(square, since, 104, 100))
    with store.reading() as session:
        (found,) = suggest(session, analyst, plan(comparison=None), today=EARLY)
    assert found.place_id is None
    assert found.shape.contains(square.centroid)
    assert found.reasons[0].startswith("A square of 100 m")


def test_histories_that_differ_by_chance_are_about_one_apart():
    chance = np.random.default_rng(1)
    found = [unlike(*chance.poisson(12, (2, 26))) for _ in range(300)]
    assert np.mean(found) == pytest.approx(1, abs=0.05)
    assert unlike(chance.poisson(12, 26), chance.poisson(40, 26)) > 3


def test_the_form_shows_what_is_fixed(store, analyst):
    evaluation = set_up(store, analyst, reasons=["Alike."])
    with store.reading() as session:
        found = setting_up.setting_of(session, evaluations.find(session, analyst, evaluation.id))
    assert (found.title, found.weeks, found.reasons) == ("Mill Lane in spring", 12, ("Alike.",))
    assert found.area.equals(AREA)
    assert found.zones.ring.equals(found.ring)
