"""The Patrols page: what is planned, who may go on with it, and to whom it stays shut."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from shapely import Point
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

import screens
from domain import matching, patrol_planning, patrol_reading
from domain.matching import LONDON
from domain.meeting_room import Room, presenting
from domain.patrol_weeks import PatrolWeek, PatrolWindow
from domain.patrols import Patrol, PatrolState
from domain.people import SYSTEM, Permission, Role, Tier
from domain.places import Status
from screens import desk, meeting_patrols, patrol_dose, patrol_plan, patrol_state
from screens.patrol_state import Opened
from tests import patrol_shift
from tests.conftest import arrange
from tests.domain import rows

PAGE = Path(screens.__file__).parent / "patrols.py"
HOSTILE = "<script>alert(1)</script> [x](https://evil.example)"


@pytest.fixture
def force(store):
    """A police force with a station from which it sets out."""
    made = patrol_shift.force(store)
    station = rows.premises(name="Riverside police station", roles=["partner_premises"])
    with store.writing() as session:
        arrange(session, SYSTEM, station)
    return made


@pytest.fixture
def visit(store, monkeypatch):
    """Open the page as someone: ``visit(actor, patrol="3")``."""

    def open_page(actor, **address):
        desk.furnish(desk.House(store, sample=False, uploads=Path("nowhere"), keys=None))
        monkeypatch.setattr(desk, "store", lambda: store)
        monkeypatch.setattr(desk, "actor", lambda: actor)
        st.cache_data.clear()
        page = AppTest.from_file(PAGE, default_timeout=60)
        for key, value in address.items():
            page.query_params[key.rstrip("_")] = value
        return page.run()

    yield open_page
    desk._HOUSES.clear()


def html(page):
    return " ".join(each.proto.body for each in page.get("html"))


def press(page, label):
    next(each for each in page.button if each.label == label).click()
    return page.run()


def labels(page):
    return [each.label for each in page.button]


def starting(page, words):
    return next(each for each in labels(page) if each.startswith(words))


def planned(visit, force):
    """Plan a shift at the place that a meeting agreed, as the planner does."""
    page = visit(force.planner, do="plan")
    day = next(each for each in page.date_input if each.label == "Day")
    day.set_value(matching.today() + timedelta(days=1)).run()
    next(each for each in page.checkbox).check().run()
    return press(page, "Work out the order")


@pytest.mark.parametrize(("hour", "days"), [(0, 0), (17, 0), (18, 1), (23, 1)])
def test_the_form_proposes_the_next_evening_that_has_not_begun(hour, days):
    now = datetime(2026, 11, 30, hour, 30, tzinfo=LONDON)
    assert patrol_plan.next_evening(now) == now.date() + timedelta(days=days)


def test_the_list_says_what_to_do_first(visit, force):
    page = visit(force.planner)
    assert not page.exception
    assert "No patrol yet" in page.info[0].value
    assert "Plan a shift" in labels(page)


def test_only_places_that_a_meeting_agreed_can_be_ticked(visit, force):
    page = visit(force.planner, do="plan")
    assert not page.exception
    assert len(page.checkbox) == 1
    other = next(each for each in page.selectbox if each.label == "Place")
    assert "Bandstand" in other.options


def test_a_shift_is_planned_authorised_by_another_and_tasked(visit, force, store):
    page = planned(visit, force)
    assert not page.exception
    assert not page.error
    assert "No plan of these places can do better." in html(page)
    assert "straight line" in html(page)
    (why,) = [each for each in page.text_area if each.label == "Why here"]
    why.set_value("The lamps by the gate are dark.")
    page = press(page, "Save the draft")
    assert "The draft is saved" in page.success[0].value
    assert "The lamps by the gate are dark." in html(page)
    assert "Somebody else has to authorise" in page.info[0].value
    assert "Authorise" not in labels(page)
    with store.reading() as session:
        (line,) = patrol_reading.listed(session, force.planner)
    assert line.state is PatrolState.DRAFT

    page = press(visit(force.inspector, patrol=str(line.patrol_id)), "Authorise")
    page = press(page, "Task the team")
    assert "phone page" in page.success[0].value
    with store.reading() as session:
        assert patrol_reading.listed(session, force.officer)[0].state is PatrolState.TASKED


def test_nothing_ticked_is_said_and_kept(visit, force):
    page = visit(force.planner, do="plan")
    for each in page.checkbox:
        each.uncheck()
    page = press(page.run(), "Work out the order")
    assert "Tick at least one place" in page.error[0].value


def test_where_no_premises_are_known_a_start_is_asked_for(visit, store):
    page = visit(patrol_shift.force(store).planner, do="plan")
    page = press(page, "Work out the order")
    assert "Choose where the shift starts" in page.error[0].value


def test_leaving_a_stop_out_and_going_back_keep_what_was_typed(visit, force):
    page = planned(visit, force)
    page = press(page, "Leave out")
    assert not page.exception
    assert any("No stop is left" in each.value for each in page.info)
    save = next(each for each in page.button if each.label == "Save the draft")
    assert save.disabled
    page = press(page, "Back to the places")
    assert page.checkbox[0].value is True
    start = next(each for each in page.selectbox if each.label == "Starts and ends at")
    assert start.value == "Riverside police station"


def test_section_60_is_refused(visit, force):
    page = visit(force.planner, do="plan")
    next(each for each in page.text_input if each.label == "Name").set_value("Section 60 round")
    page.checkbox[0].check()
    page = press(page.run(), "Work out the order")
    assert "without suspicion is no part" in page.error[0].value


def test_a_draft_is_changed_and_its_hostile_words_are_shown_as_words(visit, force, store):
    stops = [patrol_shift.stop(force.planned, why=HOSTILE)]
    with store.writing() as session:
        shift = patrol_shift.shift(force.planner.agency_id, title=HOSTILE)
        patrol = patrol_planning.plan(session, force.planner, shift, stops)
    shown = visit(force.planner, patrol=str(patrol.id))
    assert "<script>" not in html(shown)
    assert "&lt;script&gt;" in html(shown)
    assert "](https" not in shown.title[0].value.replace("\\", "") or "\\[" in shown.title[0].value
    page = press(shown, "Change it")
    assert not page.exception
    assert "<script>" not in html(page)
    page = press(page, "Save the draft")
    assert "The draft is saved" in page.success[0].value


def test_the_dose_is_read_by_the_chair_who_reads_no_patrol(visit, force, people):
    chair = people[Role.COORDINATOR]
    page = visit(chair)
    assert not page.exception
    assert page.title[0].value == "Dose of patrols"
    assert "Nothing was promised" in html(page)
    assert "Plan a shift" not in labels(visit(chair, do="plan", patrol="1"))


@pytest.mark.parametrize("role", [Role.PARTNER, Role.PRACTITIONER, Role.ANALYST])
def test_others_are_refused(visit, people, role):
    page = visit(people[role])
    assert page.exception[0].message
    assert not html(page)


def test_a_team_of_another_force_finds_nothing(visit, force, store):
    number, _ = patrol_shift.tasked(store, force)
    page = visit(force.outsider, patrol=str(number))
    assert page.error
    assert "Riverside" not in html(page)


def test_every_level_has_a_sign_beside_its_colour():
    signs = [sign for sign, _ in patrol_dose.SIGNS.values()]
    assert len(set(signs)) == 4
    assert "▼" in patrol_dose.mark("too little")


def test_stops_that_no_meeting_approved_are_told_by_who_moderates(visit, force, store, people):
    begins = patrol_shift.EVENING - timedelta(days=30)
    stop = patrol_shift.stop(force.watched, begins=begins, exceptional=patrol_shift.WORD)
    patrol_shift.tasked(store, force, [stop], begins=begins)
    page = visit(people[Role.COORDINATOR])
    assert "Inspector Mary Hale" in html(page)
    (tell,) = [each for each in page.button if each.label.startswith("A meeting was told")]
    page = tell.click().run()
    assert "a meeting was told" in page.success[0].value
    assert "Inspector Mary Hale" not in html(page)


@pytest.mark.parametrize(
    "asked", [Opened(), Opened(3), Opened(3, planning=True), Opened(part="dose"), Opened(week=True)]
)
def test_an_address_reads_as_it_was_written(asked):
    assert patrol_state.read(asked.to_params()) == asked


def test_an_address_of_anything_else_is_the_list():
    assert patrol_state.read({"patrol": "1; drop", "do": "x", "part": "y"}) == Opened()


def test_a_week_is_shared_out_and_saved_as_drafts(visit, force, store):
    with store.writing() as session:
        arrange(session, SYSTEM, *(
            rows.place(name=f"Yard {n}", status=Status.PLAN,
                       shape=rows.around(Point(475_400 + 200 * n, 545_000)))
            for n in range(3)
        ))  # fmt: skip
    page = press(visit(force.planner), "Plan a week")
    assert not page.exception
    assert len(page.checkbox) == 4
    page = press(page, "Share the week out")
    assert not page.exception
    assert not page.error
    said = html(page)
    assert "Who gets how many visits" in " ".join(each.value for each in page.header)
    assert "The neediest of 4." in said
    assert "Left without a patrol: " in said
    assert "straight line" in said
    page = press(page, starting(page, "Save "))
    assert "drafts are saved" in page.success[0].value
    with store.reading() as session:
        week = session.scalars(select(PatrolWeek)).one()
        drafts = session.scalars(select(Patrol).where(Patrol.week_id == week.id)).all()
        assert session.scalar(select(PatrolWindow.id).limit(1)) is not None
    assert {each.state for each in drafts} == {PatrolState.DRAFT}
    assert week.monday.weekday() == 0
    assert len({each.valid_from for each in drafts}) == 3
    assert not [each for each in labels(page) if each.startswith("Authorise all")]

    page = visit(force.inspector)
    page = press(page, starting(page, f"Authorise all {len(drafts)}"))
    page = press(page, starting(page, "Task the teams"))
    assert f"{len(drafts)} patrols are tasked" in page.success[0].value


def test_the_meeting_sees_powers_beside_visits_and_hears_what_no_meeting_approved(
    force, store, people, monkeypatch
):
    begins = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(days=3)
    stops = [
        patrol_shift.stop(force.planned, begins=begins),
        patrol_shift.stop(force.watched, begins=begins, at=90, exceptional=patrol_shift.WORD),
    ]
    number, (first, _) = patrol_shift.tasked(store, force, stops, begins=begins)
    powers = {"powers": {"search": 2}, "search_outcome": "nothing"}
    told = patrol_shift.visit(first, begins=begins, **powers)
    patrol_shift.record(store, force.officer, number, told)
    monkeypatch.setattr(desk, "store", lambda: store)
    monkeypatch.setattr(desk, "actor", lambda: people[Role.COORDINATOR])
    in_room = presenting(people[Role.COORDINATOR], Room(Tier.T3, people=2))
    said = meeting_patrols.told(in_room)
    assert "50% of 2 promised stops were made" in said
    assert "<td>2</td>" in said
    assert "Inspector Mary Hale" in said
    assert "youth" in said
    low = presenting(people[Role.COORDINATOR], Room(Tier.T2, people=2))
    assert Permission.SEE_PATROLS not in low.permissions
    assert meeting_patrols.told(low) == meeting_patrols.told(people[Role.PRACTITIONER]) == ""
