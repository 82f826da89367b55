"""The page of evaluations: setting one, its answer in words, and to whom it stays shut."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import streamlit as st
from shapely import Point, box
from streamlit.testing.v1 import AppTest

import screens
from domain import evaluation_measuring, evaluation_setting, evaluations, matching
from domain.evaluation_reporting import report
from domain.evaluation_setting import Setting
from domain.evaluations import Asked, EvaluationState, Outcome
from domain.people import SYSTEM, Role, Tier
from screens import desk, evaluation_list, evaluation_setup, evaluation_state
from tests.conftest import arrange
from tests.domain import rows
from tests.domain.test_evaluations import at

PAGE = Path(screens.__file__).parent / "evaluations.py"
HOSTILE = "<script>alert(1)</script> [x](https://evil.example)"
TODAY = matching.today()
START = TODAY - timedelta(weeks=20)
AREA = box(475_000, 545_000, 475_100, 545_100)
ELSEWHERE = box(477_000, 545_000, 477_100, 545_100)
MAY_SET = (Role.ANALYST, Role.POLICE, Role.COORDINATOR)


@pytest.fixture
def visit(store, people, monkeypatch):
    """Open the page as someone: ``visit(Role.ANALYST, evaluation="3")``."""

    def open_page(who=Role.ANALYST, **address):
        actor = people[who] if isinstance(who, Role) else who
        monkeypatch.setattr(desk, "store", lambda: store)
        monkeypatch.setattr(desk, "actor", lambda: actor)
        st.cache_data.clear()
        page = AppTest.from_file(PAGE, default_timeout=60)
        for key, value in address.items():
            page.query_params[key] = str(value)
        return page.run()

    return open_page


@pytest.fixture
def analyst(people):
    return people[Role.ANALYST]


@pytest.fixture
def place(store):
    with store.writing() as session:
        (made,) = arrange(session, SYSTEM, rows.place(shape=AREA, name=HOSTILE))
    return made


def events(spot, first, count):
    days = [first + timedelta(days=each * 84 // count) for each in range(count)]
    return [rows.incident(occurred_from=at(day), spot=spot) for day in days]


@pytest.fixture
def town(store):
    """Sixty before and twelve after in the area; sixty and sixty elsewhere; few next door."""
    before = START - timedelta(weeks=12)
    next_door = Point(475_150, 545_050)
    found = [*events(AREA.centroid, before, 60), *events(AREA.centroid, START, 12)]
    for spot, count in ((ELSEWHERE.centroid, 60), (next_door, 3)):
        found += [*events(spot, before, count), *events(spot, START, count)]
    with store.writing() as session:
        arrange(session, SYSTEM, *found)


@pytest.fixture
def make(store, analyst):
    """Set an evaluation: ``make(start=..., title=...)``."""

    def set_up(actor=analyst, **given):
        values = {"title": "Mill Lane", "area": AREA, "start": START, "weeks": 12,
                  "comparison": ELSEWHERE, "reasons": ["Alike."], "ring_metres": 100}  # fmt: skip
        setting = Setting(**{**values, **given})
        with store.writing() as session:
            return evaluation_setting.set_up(session, actor, setting, late_reason="It began.")

    return set_up


@pytest.fixture
def answered(store, make, town, analyst):
    made = make(title=HOSTILE)
    with store.writing() as session:
        return report(session, analyst, made.id, version=1)


def html(page):
    return " ".join(each.proto.body for each in page.get("html"))


def by(elements, label):
    (found,) = [each for each in elements if each.label == label]
    return found


def press(page, label):
    page = by(page.button, label).click().run()
    assert not page.exception, page.exception
    return page


def kept(store, actor, number):
    with store.reading() as session:
        return evaluations.find(session, actor, number)


@pytest.mark.parametrize("role", MAY_SET)
def test_an_empty_list_says_what_to_do_first(store, visit, role):
    page = visit(role)
    assert not page.exception
    assert "before the next plan starts" in page.info[0].value
    assert by(page.button, "Set an evaluation")


@pytest.mark.parametrize("role", [Role.PARTNER, Role.ADMINISTRATOR])
def test_who_may_not_read_places_is_refused(make, visit, role):
    for address in ({}, {"evaluation": make().id}, {"do": "set"}):
        page = visit(role, **address)
        assert len(page.exception) == 1
        assert html(page) == ""
        assert not [*page.button, *page.title]


def test_a_practitioner_reads_words_and_hidden_counts_and_sets_nothing(answered, visit):
    page = visit(Role.PRACTITIONER)
    assert "Fell more than elsewhere" in html(page)
    assert "alert" not in html(page)
    assert [each.label for each in page.button] == []
    page = visit(Role.PRACTITIONER, evaluation=answered.id, do="set")
    assert "60 before, 10 after" in html(page)
    assert "too few to show" in html(page)
    assert "fewer (" not in html(page)
    assert [each.label for each in page.button] == ["All evaluations"]
    assert not page.get("vega_lite_chart")


def test_an_analyst_below_the_meeting_sets_nothing(analyst, visit):
    page = visit(replace(analyst, tier=Tier.T2), do="set")
    assert not page.exception
    assert [each.label for each in page.button] == []


@pytest.mark.parametrize("role", MAY_SET)
def test_the_answer_says_the_words_first_then_what_to_mind(answered, visit, role):
    page = visit(role, evaluation=answered.id)
    assert not page.exception, page.exception
    shown = html(page)
    assert "<h1>Fell more than elsewhere. Next door there are too few to tell.</h1>" in shown
    assert "Recorded incidents here: 60 before the plan, 12 after." in shown
    assert shown.index("<h1>") < shown.index("The evaluation was set after the start")
    assert "80% fewer (between" in shown
    assert len(page.get("vega_lite_chart")) == 4
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_a_list_names_the_place_and_leads_to_it(make, visit, place):
    make(place_id=place.id, title="*Later* <b>buses</b>")
    make(title="Another")
    shown = html(visit(place=place.id))
    assert "*Later* &lt;b&gt;buses&lt;/b&gt;" in shown
    assert f'href="/place?place={place.id}"' in shown
    assert "<script>" not in shown
    assert "Another" not in shown


def test_the_groups_follow_the_days_and_the_state(store, make, town, analyst, visit):
    make(title="Over")
    make(title="Under way", start=TODAY - timedelta(days=7))
    make(title="To come", start=TODAY + timedelta(days=7))
    stopped = make(title="Given up")
    with store.writing() as session:
        evaluation_setting.stop(session, analyst, stopped.id, version=1, reason="No plan.")
    assert [each.value for each in visit().header] == [
        evaluation_list.DUE, evaluation_list.UNDER_WAY, evaluation_list.COMING,
        evaluation_list.STOPPED,
    ]  # fmt: skip


def test_an_evaluation_of_a_place_is_set_with_its_outline(store, place, analyst, visit):
    page = visit(place=place.id, do="set")
    assert not page.exception, page.exception
    by(page.text_input, "Name of the plan").set_value("Lights on the yard")
    by(page.segmented_control, "Compare with").set_value("Nothing")
    page = press(page.run(), "Set it")
    (number,) = page.query_params["evaluation"]
    made = kept(store, analyst, int(number))
    assert (made.title, made.place_id, made.weeks) == ("Lights on the yard", place.id, 12)
    assert made.start == matching.today() + timedelta(days=14)
    assert made.ring_metres == 200
    assert not made.set_late
    assert "It is set." in page.success[0].value


def test_what_is_suggested_is_chosen_with_its_reasons_and_a_power_check_is_said(
    store, town, place, analyst, visit
):
    page = visit(place=place.id, do="set")
    by(page.text_input, "Name of the plan").set_value("Lights")
    page = press(page.run(), "Suggest areas")
    assert "so not next door" in html(page)
    page = page.checkbox[0].check().run()
    reasons = by(page.text_area, "Why this comparison").value
    assert "recorded incidents a year there" in reasons
    page = press(page, "Try it")
    assert "in the comparison, " in html(page)
    page = press(page, "Set it")
    made = kept(store, analyst, int(page.query_params["evaluation"][0]))
    assert [*made.reasons] == reasons.splitlines()


def test_what_cannot_be_taken_is_said_and_nothing_typed_is_lost(place, visit):
    page = visit(place=place.id, do="set")
    by(page.segmented_control, "Compare with").set_value("Nothing")
    page = press(page.run(), "Set it")
    assert page.error
    assert page.query_params["do"] == "set"
    by(page.date_input, "First day of the plan").set_value(TODAY)
    by(page.text_input, "Name of the plan").set_value("Too late")
    page = press(page.run(), "Set it")
    assert "before the start" in page.error[0].value
    by(page.text_input, "Why it is set only now").set_value("The plan began at once.")
    page = press(page.run(), "Set it")
    assert page.query_params["evaluation"]


def test_without_an_area_nothing_can_be_set(visit):
    page = visit(do="set")
    assert "Choose the plan&#x27;s area first." in html(page)
    assert "Set it" not in [each.label for each in page.button]


def test_no_figure_is_shown_before_the_end(make, town, visit):
    page = visit(evaluation=make(start=TODAY - timedelta(days=7)).id)
    assert "No figure before then." in html(page)
    assert "Work out the answer" not in [each.label for each in page.button]
    page = press(page, "The plan has begun")
    assert "Noted" in page.success[0].value


def test_the_answer_is_worked_out_once_the_period_is_over(store, make, town, analyst, visit):
    made = make()
    page = press(visit(evaluation=made.id), "Work out the answer")
    assert "Fell more than elsewhere" in html(page)
    assert kept(store, analyst, made.id).state is EvaluationState.REPORTED
    assert "Change what is fixed" not in [each.label for each in page.button]


def test_a_change_after_the_start_needs_a_reason_that_stays(store, make, analyst, visit):
    made = make(start=TODAY - timedelta(days=7))
    page = press(visit(evaluation=made.id), "Change what is fixed")
    by(page.number_input, "Weeks in each period").set_value(20)
    page = press(page.run(), "Save the change")
    assert "Say why" in page.error[0].value
    by(page.text_input, "Why it is changed").set_value("The works went on.")
    page = press(page.run(), "Save the change")
    now = kept(store, analyst, made.id)
    assert (now.weeks, now.changed_after_start, now.reasons) == (20, True, ["Alike."])
    assert "The works went on." in html(page)


def test_opening_the_form_and_saving_changes_nothing(store, make, place, analyst, visit):
    made = make(place_id=place.id, query="harm=CSE&source=police&days=fri", same_season=True,
                campaign=True, notes="As it was")  # fmt: skip
    page = press(visit(evaluation=made.id), "Change what is fixed")
    by(page.text_input, "Why it is changed").set_value("Only a look.")
    page = press(page.run(), "Save the change")
    assert kept(store, analyst, made.id).version == 1


def test_mentions_are_counted_in_months(store, place, analyst, visit):
    page = visit(place=place.id, do="set")
    page.segmented_control[1].set_value(Outcome.TOUCHES)
    page = page.run()
    assert by(page.selectbox, "Each period").options == [
        "3 months", "6 months", "9 months", "12 months",
    ]  # fmt: skip


def test_it_is_given_up_with_a_reason(make, visit):
    page = visit(evaluation=make().id)
    by(page.text_input, "Why").set_value("Nothing came of it.")
    page.button(key="stop_evaluation").click().run()
    assert "Stopped. There is no answer." in html(page)
    assert "Nothing came of it." in html(page)


def test_what_people_said_stands_beside_the_counts_escaped(answered, visit):
    page = visit(evaluation=answered.id)
    by(page.text_input, "What they agreed to").set_value("<b>Safe</b> here")
    for label, value in (("Before: agreed", 8), ("Before: were asked", 31),
                         ("After: agreed", 19), ("After: were asked", 30)):  # fmt: skip
        by(page.number_input, label).set_value(value)
    page = press(page, "Add it")
    assert "&lt;b&gt;Safe&lt;/b&gt; here”: 8 of 31 agreed before, 19 of 30 after." in html(page)
    assert len(page.get("vega_lite_chart")) == 5


def test_a_long_enough_course_is_drawn_and_said(store, make, town, analyst, visit):
    with store.writing() as session:
        arrange(session, SYSTEM, *events(AREA.centroid, START, 30))
    made = make()
    with store.writing() as session:
        report(session, analyst, made.id, version=1)
    page = visit(evaluation=made.id)
    assert "Set against its own course before: " in html(page)
    assert len(page.get("vega_lite_chart")) == 5


def test_few_who_were_asked_are_said_to_be_few(store, answered, analyst, visit):
    with store.writing() as session:
        evaluation_measuring.measure(
            session, analyst, answered.id, asked=Asked.GUARDIANS, question="Safer?",
            before=(1, 4), after=(3, 4), version=answered.version,
        )  # fmt: skip
    assert "Few were asked" in html(visit(evaluation=answered.id))


def test_working_it_out_again_says_whether_the_records_are_the_same(store, answered, visit):
    page = press(visit(evaluation=answered.id), "Work it out again")
    assert "the very same records" in page.success[0].value
    with store.writing() as session:
        arrange(session, SYSTEM, *events(AREA.centroid, START, 1))
    page = press(page, "Work it out again")
    assert "The records have changed" in page.warning[0].value


def test_an_evaluation_that_is_not_there_says_so(visit):
    page = visit(evaluation="999")
    assert not page.exception
    assert page.error[0].value == "That evaluation is not there."


@pytest.mark.parametrize(
    ("params", "read"),
    [
        ({}, evaluation_state.Opened()),
        ({"evaluation": "7"}, evaluation_state.Opened(7)),
        ({"evaluation": "7", "place": "3"}, evaluation_state.Opened(7)),
        ({"place": "3", "do": "set"}, evaluation_state.Opened(None, 3, setting=True)),
        ({"evaluation": "7' OR 1", "place": "-1", "do": "drop"}, evaluation_state.Opened()),
        ({"evaluation": "\u0667"}, evaluation_state.Opened()),
    ],
)
def test_an_address_is_read_as_far_as_it_can_be(params, read):
    assert evaluation_state.read(params) == read
    assert evaluation_state.read(read.to_params()) == read


def test_a_comparison_that_meets_the_area_still_shows_on_the_map():
    setting = Setting("x", AREA, START, comparison=AREA.buffer(5))
    assert len(evaluation_setup.zones(setting)) == 2
