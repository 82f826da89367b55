"""The pages of places, plans, actions and powers: who may open them, what they say, and safety."""

from datetime import timedelta
from html import escape
from pathlib import Path

import pytest
import streamlit as st
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

import screens
from domain import (
    assessing,
    assessments,
    goals,
    plan_board,
    plan_proposing,
    plans,
    weighting,
)
from domain.audit import Entry
from domain.concern_evidence import Known
from domain.concern_keys import Keys
from domain.concern_submitting import Intake
from domain.matching import today
from domain.people import SYSTEM, Permission, Role, Tier
from domain.places import Status
from domain.plan_actions import ActionState, PlanAction
from domain.plan_reviews import Outcome, PlanReview
from domain.plans import PlanState
from domain.powers import of_file
from screens import desk, place_map, place_state
from screens.place_pack import FORMS
from tests.conftest import arrange
from tests.domain import cases, rows
from tests.domain.conftest import Letterbox

FOLDER = Path(screens.__file__).parent
HOSTILE = "<script>alert(1)</script> [x](https://evil.example) **b** :red[z]"
S = ActionState
PARTS = list(place_state.PARTS)


@pytest.fixture
def case(store, people):
    """A watched place, and people who work on its case."""
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place())
    return cases.Case(store, people, place)


@pytest.fixture
def box(store, people):
    return Letterbox(store, people, Intake(Keys([Keys.make()])))


@pytest.fixture
def visit(store, people, monkeypatch):
    """Open a page: ``visit("place", place=1, part="plan")``, as the coordinator by default."""

    def opened(script, who=Role.COORDINATOR, **asked):
        person = who if not isinstance(who, Role) else people[who]
        monkeypatch.setattr(desk, "store", lambda: store)
        monkeypatch.setattr(desk, "actor", lambda: person)
        monkeypatch.setattr(desk, "keys", lambda: Keys([Keys.make()]))
        monkeypatch.setattr(place_map, "show", lambda _card: None)
        st.cache_data.clear()
        page = AppTest.from_file(FOLDER / f"{script}.py", default_timeout=60)
        for name, value in asked.items():
            page.query_params[name] = str(value)
        return page.run()

    return opened


def sound(page):
    assert not page.exception, page.exception
    return page


def html(page):
    return " ".join(each.proto.body for each in page.get("html"))


def said(elements):
    return " ".join(each.value for each in elements)


def by(elements, label):
    (found,) = [each for each in elements if each.label == label]
    return found


def press(page, label):
    return sound(by(page.button, label).click().run())


def turn_to(page, name):
    found = [
        (group, option) for group in page.button_group for option in group.options if option == name
    ]
    group, option = found[0]
    return sound(group.set_value(option).run())


def field(page, start):
    asked = [*page.text_area, *page.text_input]
    (found,) = [each for each in asked if each.label.strip("*").startswith(start)]
    return found


@pytest.mark.parametrize("script", ["place", "actions", "powers"])
@pytest.mark.parametrize("role", list(Role))
def test_pages_open_for_who_may_and_for_nobody_else(visit, people, role, script):
    needs = Permission.ACT if script == "powers" else Permission.SEE_PLACES
    page = visit(script, role)
    if people[role].may(needs):
        sound(page)
    else:
        assert page.exception
        shown = [*page.title, *page.get("html")]
        assert shown == [], "nothing is shown before the refusal"


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ANALYST, Role.POLICE])
def test_every_part_of_a_case_opens_with_nothing_in_it_yet(visit, case, role, part):
    assert "Mill Lane kiosk" in html(sound(visit("place", role, place=case.place.id, part=part)))


@pytest.mark.parametrize("part", PARTS)
def test_a_reader_of_neutral_cards_gets_neither_names_nor_the_case(visit, case, part):
    case.to(Status.PLAN)
    page = sound(visit("place", Role.PRACTITIONER, place=case.place.id, part=part))
    told = html(page)
    assert "Place in the west" in told
    for hidden in ("Mill Lane kiosk", "Adults wait here", cases.WHOLE["analysis"], "Two reports"):
        assert hidden not in told
    assert list(page.button_group[0].options) == ["Overview", "Timeline"]


def test_an_address_that_anyone_wrote_opens_nothing_else(visit):
    assert "That place is not there." in said(visit("place", place=9999).error)
    assert "That action is not there." in said(visit("actions", action=9999).error)
    assert place_state.read({"place": "1;drop", "part": "plan"}) == place_state.Opened()
    asked = place_state.read({"place": "7", "part": "nonsense", "record": "-1", "of": "x:y"})
    assert asked == place_state.Opened(7)
    whole = place_state.Opened(7, place_state.PLAN, 3, ("action", 4))
    assert place_state.read(whole.to_params()) == whole


def test_a_watched_place_says_what_is_missing_and_moves_once_it_is_decided(visit, case):
    page = sound(visit("place", place=case.place.id))
    assert "Write down the screening decision to assess it" in html(page)
    assert not [each for each in page.button if each.label == "Begin to assess it"]
    field(page, "Why, in words about the place").set_value("Two reports.")
    page = press(page, "Keep the decision")
    assert said(page.success) == "The decision is kept, with your name."
    assert "Write down the screening decision" not in html(page)
    page.text_area(key=f"why_{case.place.id}_assessing_{case.place.version}").set_value("Decided.")
    page = press(page, "Begin to assess it")
    assert case.now(case.place).status is Status.ASSESSING
    assert "Have an assessment signed off by a second person." in html(page)


def test_a_move_that_is_refused_says_why_and_keeps_what_was_typed(visit, case):
    case.screen()
    page = sound(visit("place", place=case.place.id))
    page = press(page, "Begin to assess it")
    assert "Please fill in the reason." in said(page.error)
    assert case.now(case.place).status is Status.WATCH


def test_strengths_stand_beside_worries(visit, case):
    told = html(visit("place", place=case.place.id))
    assert told.index("Youth workers know it.") < told.index("Adults wait here in cars.")
    assert 'class="sg-strong"' in told
    assert 'class="sg-worry"' in told


def test_what_a_person_wrote_is_words_and_nothing_else(visit, case):
    with case.store.writing() as session:
        (place,) = arrange(
            session, SYSTEM,
            rows.place(name=HOSTILE[:100], strengths=HOSTILE, worries=HOSTILE,
                       status=Status.PLAN, shape=rows.around(reach=40)),
        )  # fmt: skip
        (plan,) = arrange(session, SYSTEM, cases.plan(place, case.analyst, comms_note=HOSTILE))
        presence = {"guardianship": {"presence": HOSTILE}}
        told = {**cases.WHOLE, "analysis": HOSTILE, "triangle": presence}
        arrange(session, SYSTEM, cases.screening(place, case.chair, reason=HOSTILE),
                cases.assessment(place, case.analyst, **told))  # fmt: skip
        said_of_it = {**cases.GOAL, "statement": HOSTILE, "measure": HOSTILE}
        (goal,) = arrange(session, SYSTEM, goals.PlanGoal(plan_id=plan.id, **said_of_it))
        (found,) = arrange(session, SYSTEM, action_row(case, place, plan, goal, what=HOSTILE))
    pages = [visit("place", place=place.id, part=part) for part in PARTS]
    pages += [visit("actions", action=found.id), visit("actions"), visit("place")]
    for page in pages:
        assert "<script>" not in html(sound(page))
        assert "](https://evil.example)" not in said(page.markdown)
    assert escape("<script>alert(1)</script>") in html(pages[0])


def action_row(case, place, plan, goal, **given):
    values = {
        "place_id": place.id, "plan_id": plan.id, "goal_id": goal.id, "state": S.IN_PROGRESS,
        "what": "Mend the lamps.", "owner_agency_id": case.chair.agency_id,
        "owner_role": "Engineer", "due": today(), "proposed_by_name": "Analyst",
        "proposed_at": plan.made_at, "tactic": {},
    }  # fmt: skip
    return PlanAction(**{**values, **given})


def test_an_answer_is_kept_as_one_leaves_its_field(visit, case):
    case.screen()
    case.move(Status.ASSESSING)
    made = case.do(assessing.start, case.analyst, case.place.id)
    page = sound(visit("place", Role.ANALYST, place=case.place.id, part="assessment"))
    page = turn_to(page, "Guardianship")
    field(page, "Presence").set_value("Nobody after five. Call 07700 900123.")
    page = sound(page.run())
    kept = case.now(made)
    assert kept.triangle["guardianship"]["presence"].startswith("Nobody after five.")
    assert "07700" not in field(page, "Presence").value, "what is kept is what is shown"
    assert "Kept at" in html(page)
    field(page, "Trust").set_value("They trust the librarian.")
    sound(page.run())
    assert case.now(made).triangle["guardianship"]["trust"] == "They trust the librarian."


def test_an_answer_is_kept_by_whoever_turns_to_another_step_at_once(visit, case):
    case.screen()
    case.move(Status.ASSESSING)
    made = case.do(assessing.start, case.analyst, case.place.id)
    page = sound(visit("place", Role.ANALYST, place=case.place.id, part="assessment"))
    page = turn_to(page, "Guardianship")
    field(page, "Presence").set_value("Nobody after five.")
    page = turn_to(page, "Analysis")
    field(page, "What must change here first").set_value("Light.")
    sound(page.button_group[0].set_value("Plan").run())
    assert case.now(made).triangle["guardianship"]["presence"] == "Nobody after five."
    assert case.now(made).analysis == "Light."


def test_two_at_one_draft_are_told_and_what_was_typed_stays(visit, case):
    case.screen()
    case.move(Status.ASSESSING)
    made = case.do(assessing.start, case.analyst, case.place.id)
    page = sound(visit("place", Role.ANALYST, place=case.place.id, part="assessment"))
    page = turn_to(page, "Analysis")
    case.act(assessing.save, made, case.chair, analysis="Somebody else's.")
    field(page, "What must change here first").set_value("Mine.")
    page = sound(page.run())
    assert "Someone else changed this assessment" in said(page.error)
    assert field(page, "What must change here first").value == "Mine."
    page = turn_to(turn_to(page, "Walk"), "Analysis")
    assert field(page, "What must change here first").value == "Mine."
    page = press(page, "Look at it again")
    assert field(page, "What must change here first").value == "Somebody else's."


def test_an_assessment_is_handed_in_and_signed_off_by_another(visit, case):
    case.screen()
    case.move(Status.ASSESSING)
    made = case.do(assessing.start, case.analyst, case.place.id)
    page = sound(visit("place", Role.ANALYST, place=case.place.id, part="assessment"))
    page = turn_to(page, "Hand in")
    for missing in assessments.missing(case.now(made)):
        assert escape(missing) in html(page)
    assert not [each for each in page.button if each.label == "Hand it in for review"]
    case.act(assessing.save, made, **cases.WHOLE)
    page = sound(visit("place", Role.ANALYST, place=case.place.id, part="assessment"))
    page = press(turn_to(page, "Hand in"), "Hand it in for review")
    assert "You wrote it." in said(page.info)
    page = sound(visit("place", place=case.place.id, part="assessment"))
    page = press(page, "Sign it off")
    assert case.now(made).signed_by_name == case.chair.name


def test_a_walk_and_bands_are_kept_as_they_are_chosen(visit, case):
    case.screen()
    case.move(Status.ASSESSING)
    made = case.do(assessing.start, case.analyst, case.place.id)
    page = sound(visit("place", Role.ANALYST, place=case.place.id, part="assessment"))
    page = turn_to(page, "Walk")
    (lighting,) = [each for each in page.button_group if each.label == "Lighting"]
    page = sound(lighting.set_value("poor").run())
    field(page, "Note on lighting").set_value("Behind the kiosk.")
    page = sound(page.run())
    assert case.now(made).environment["lighting"] == {"answer": "poor", "note": "Behind the kiosk."}
    page = turn_to(page, "Under-seen")
    (boys,) = [each for each in page.button_group if each.label.startswith("Boys")]
    sound(boys.set_value("some").run())
    assert case.now(made).equity == {"boys": "some"}


def test_police_are_asked_for_a_problem_analysis(visit, case):
    case.screen()
    case.move(Status.ASSESSING)
    case.do(assessing.start, case.analyst, case.place.id)
    for role, asked in ((Role.POLICE, True), (Role.COORDINATOR, False)):
        page = visit("place", role, place=case.place.id, part="assessment")
        steps = sound(page).button_group[2].options
        assert any("Problem analysis" in each for each in steps) is asked


def test_an_assessment_stands_beside_the_last_one_with_what_changed_marked(visit, case):
    with case.store.writing() as session:
        later = {**cases.WHOLE, "analysis": "It is safer now."}
        arrange(session, SYSTEM, cases.assessment(case.place, case.analyst))
        arrange(session, SYSTEM, cases.assessment(case.place, case.analyst, **later))
    page = sound(visit("place", place=case.place.id, part="assessment"))
    told = html(turn_to(page, "Beside the last one"))
    assert "≠ Changed" in told
    assert "It is safer now." in told
    assert "They meet here after school." not in told, "rows that did not change are left out"
    page.session_state["compare_changed"] = False
    assert "They meet here after school." in html(sound(page.run()))


def test_hours_carry_a_letter_as_well_as_a_colour(visit, case):
    with case.store.writing() as session:
        arrange(session, SYSTEM, rows.premises(
            name="Corner library", opening={"mon": [["09:00", "17:00"]]}))  # fmt: skip
    page = sound(visit("place", place=case.place.id, part="assessment"))
    told = html(turn_to(page, "Guardians by hour"))
    assert '<td class="sg-open" title="someone is open">O</td>' in told
    assert '<td class="sg-nobody" title="nobody is open">N</td>' in told
    assert told.count("<td class=") == 7 * 24


def test_weights_are_drawn_and_told_in_a_table(visit, case):
    weights = dict(zip(weighting.CONTEXTS, (0, 1, 2, 5, 3), strict=True))
    case.do(weighting.judge, case.analyst, case.place.id, weights, rationale="The rank.",
            judged_by="The meeting")  # fmt: skip
    page = sound(visit("place", place=case.place.id, part="assessment"))
    page = turn_to(page, "What weighs most")
    assert '<th scope="row">Neighbourhood</th><td>5 of 5</td>' in html(page)
    assert len(page.get("vega_lite_chart") or page.get("arrow_vega_lite_chart")) == 1


def test_no_action_is_offered_before_a_goal_has_a_baseline(visit, case):
    case.screen()
    case.move(Status.ASSESSING)
    made = case.do(plans.start, case.analyst, case.place.id)
    case.do(goals.add, case.analyst, made.id, statement="Somewhere to go.", side="environment")
    page = sound(visit("place", Role.ANALYST, place=case.place.id, part="plan"))
    assert by(page.button, "Add an action").disabled
    assert "Goal 1 needs a baseline" in html(page)


def test_a_measure_of_effort_is_pointed_out_and_not_refused(visit, case):
    case.screen()
    case.move(Status.ASSESSING)
    case.do(plans.start, case.analyst, case.place.id)
    page = sound(visit("place", Role.ANALYST, place=case.place.id, part="plan"))
    field(page, "What does a safe place look like here?").set_value("Somewhere to go.")
    field(page, "What will show it?").set_value("Number of leaflets given out")
    page = press(page, "Add this goal")
    assert "This seems to count what we do." in html(page)


def test_the_catalogue_puts_the_least_intrusive_first_and_offers_nothing_out_of_force(visit, case):
    case.to(Status.PLAN)
    goal = case.goal()
    page = sound(visit("place", Role.ANALYST, place=case.place.id, part="plan", record=goal.id))
    (who,) = [each for each in page.selectbox if each.label == "Who would start it?"]
    page = sound(who.set_value("").run())
    ranks = [int(each.label.split()[0]) for each in page.expander]
    assert ranks == sorted(ranks)
    keys = [each.key for each in page.button if each.key and each.key.startswith("choose_")]
    offered = [of_file()[key.removeprefix("choose_")] for key in keys]
    assert offered
    assert all(each.usable(today()) and each.suggested for each in offered)
    (every,) = page.toggle
    page = sound(every.set_value(True).run())
    assert "It cannot be chosen: it is not in force yet." in html(page)
    codes = {each.key for each in page.button}
    assert "choose_P19" not in codes


def test_choosing_a_power_makes_an_action_that_keeps_the_row_and_names_its_checks(visit, case):
    case.to(Status.PLAN)
    goal = case.goal()
    page = sound(visit("place", Role.ANALYST, place=case.place.id, part="plan", record=goal.id))
    page = sound(page.button(key="choose_S07").click().run())
    assert "This is a prompt to take legal advice." in html(page)
    field(page, "What is to be done?").set_value("Mend the lamps.")
    field(page, "Which role does it?").set_value("Engineer")
    by(page.selectbox, "Which agency owns it?").set_value(case.chair.agency_id)
    page = press(page, "Add this action")
    with case.store.reading() as session:
        made = session.scalars(select(PlanAction).where(PlanAction.tactic_code == "S07")).one()
    assert made.tactic["tool"] == of_file()["S07"].tool
    assert made.owner_role == "Engineer"


def test_a_plan_is_approved_by_a_second_person(visit, case):
    made = case.to(Status.ASSESSING)
    case.move(Status.PLAN)
    case.propose()
    page = press(visit("place", Role.ANALYST, place=case.place.id, part="plan"), "Ask for approval")
    assert "It waits for a coordinator to approve it." in said(page.info)
    page = press(visit("place", place=case.place.id, part="plan"), "Approve the plan")
    assert case.now(made).state is PlanState.APPROVED


def test_a_review_judges_each_goal_and_a_second_person_closes_the_plan(visit, case):
    made = case.to(Status.REVIEW)
    with case.store.reading() as session:
        found = session.scalars(select(PlanAction)).one()
    case.finish(found)
    page = sound(visit("place", Role.ANALYST, place=case.place.id, part="plan"))
    by(page.selectbox, "Goal 1 is").select_index(0)
    asked = ("Measured now", "What shows it", "What do young people say", "What else happened")
    for start in asked:
        field(page, start).set_value("9 of 20")
    by(page.selectbox, "What is decided?").set_value(Outcome.STEP_DOWN)
    page = press(page, "Keep the review")
    with case.store.reading() as session:
        assert session.scalars(select(PlanReview)).one().outcome is Outcome.STEP_DOWN
    assert "▲" in html(page)
    field(page, "Why can it be closed?").set_value("The place is safer.")
    press(page, "Ask a second person to close it")
    press(visit("place", place=case.place.id, part="plan"), "Close the plan")
    assert case.now(made).state is PlanState.CLOSED


def test_an_immediate_action_needs_a_second_person(visit, case):
    made = case.do(
        plan_proposing.propose_immediate, case.analyst, case.place.id, reason="Tonight.",
        what="Close the gate.", owner_agency_id=case.chair.agency_id, owner_role="Warden",
        due=today(),
    )  # fmt: skip
    page = visit("actions", Role.ANALYST, action=made.id)
    assert "It waits for a second person" in said(sound(page).info)
    press(visit("actions", action=made.id), "Approve this immediate action")
    assert case.now(made).approved_by_name == case.chair.name


def test_an_agency_answers_and_works_on_its_action(visit, case):
    case.to(Status.PLAN)
    with case.store.reading() as session:
        found = session.scalars(select(PlanAction)).one()
    page = press(visit("actions", Role.PRACTITIONER, action=found.id), "Accept it")
    page = press(page, "Begin it")
    field(page, "What came of it").set_value("It is open.")
    page = press(page, "It is done")
    assert case.now(found).state is S.DONE
    assert "Mill Lane" not in html(page)


def test_several_actions_take_one_step_together(visit, case, monkeypatch):
    case.to(Status.PLAN)
    case.propose(what="Another.")
    with case.store.reading() as session:
        cards = plan_board.cards(session, case.chair)
    from screens import action_board

    monkeypatch.setattr(action_board, "listed", action_board.together)
    page = sound(visit("actions"))
    page = turn_to(page, "List")
    page = press(page, f"Accept it: all {len(cards)}")
    assert {case.now(PlanAction(id=each.id)).state for each in cards} == {S.ACCEPTED}


def test_a_measure_that_lapsed_stands_with_what_ended(visit, case):
    case.to(Status.PLAN)
    past, goal = today() - timedelta(days=1), case.goal()
    with case.store.writing() as session:
        found = session.scalars(select(PlanAction)).one()
        plan = session.scalars(select(plans.Plan)).one()
        lapsed = action_row(case, case.place, plan, goal, what="An order.", lapse_on=past, due=past)
        arrange(session, SYSTEM, lapsed)
    told = html(visit("actions"))
    ended = told[told.index("Ended (") :]
    assert "An order." in ended
    assert "Lapsed after" in ended
    in_hand = told[: told.index("Ended (")]
    assert "An order." not in in_hand
    assert found.what in in_hand


def test_from_an_action_back_to_the_first_concern_in_one_press(visit, box, case):
    concern = box.send()
    box.share(concern, case.place, Known.FIRST_HAND)
    case.to(Status.PLAN)
    with case.store.reading() as session:
        found = session.scalars(select(PlanAction)).one()
    assert f'href="/concerns?concern={concern.id}"' in html(visit("actions", action=found.id))
    told = html(visit("actions", Role.ANALYST, action=found.id))
    assert "/concerns?" not in told, "the desk of concerns is the moderators' own"
    assert place_state.address(case.place.id, place_state.TIMELINE) in told


def test_the_timeline_leads_both_ways(visit, case):
    case.to(Status.PLAN)
    with case.store.reading() as session:
        found = session.scalars(select(PlanAction)).one()
    told = html(visit("place", place=case.place.id, part="timeline"))
    assert f'href="/actions?action={found.id}"' in told
    assert "part=plan" in told
    near = html(visit("place", place=case.place.id, part="timeline", of=f"action:{found.id}"))
    assert "Keep the library open" in near
    assert "Two reports." in near, "the screening that led to it, by its assessment and plan"
    assert "Decided." not in near, "moves of the place belong to no record"


def test_sharing_asks_every_question_and_ends_on_its_day(visit, case):
    with case.store.writing() as session:
        shape = rows.around(reach=30)
        (place,) = arrange(session, SYSTEM, rows.place(tier=int(Tier.T3), shape=shape))
    page = sound(visit("place", place=place.id, part="sharing"))
    page = press(page, "Share it")
    assert "Please fill in" in said(page.error)
    for each in page.text_area:
        each.set_value("Looked at together.")
    page = press(page, "Share it")
    assert case.now(place).tier == Tier.T2
    field(page, "Why?").set_value("No longer needed.")
    press(page, "Take it back")
    assert case.now(place).tier == Tier.T3


def test_the_order_of_places_prints_its_stability_and_moves_with_the_sliders(visit, case):
    page = turn_to(sound(visit("place")), "What matters first")
    assert "keep their rank in at least 80% of 2,000 other weightings" in html(page)
    assert "Keeps rank 1" in html(page)
    for each in page.slider:
        each.set_value(0.0)
    assert "each counts the same" in html(sound(page.run()))


def test_an_empty_list_says_what_to_do_first(visit):
    assert "Draw one on the map" in said(visit("place").info)
    assert "Actions begin in the plan of a place" in said(visit("actions").info)


def test_what_is_due_is_told_once_for_each_place(visit, case):
    told = html(visit("place"))
    assert "First look, screening decision" in told
    assert told.count(f'/place?place={case.place.id}"') == 1


def test_the_powers_are_read_with_their_state(visit):
    told = html(sound(visit("powers", Role.PRACTITIONER)))
    assert "It is not legal advice." in told
    assert told.count('<details class="sg-tool') == len(of_file())
    assert escape(of_file()["P19"].in_force.words) in told


@pytest.mark.parametrize(("form", "starts"), [("PDF", b"%PDF"), ("Word document", b"PK")])
def test_a_pack_is_made_for_who_may_see_less_and_the_log_notes_it(visit, case, store, form, starts):
    page = visit("place", place=case.place.id)
    page.radio(key="pack_form").set_value(next(f for f, n in FORMS.items() if n == form)).run()
    page.selectbox(key="pack_tier").set_value(Tier.T2).run()
    page.button(key="pack_make").click().run()
    assert not page.exception
    _, made = page.session_state["pack_made"]
    assert made.content.startswith(starts)
    with store.reading() as session:
        (entry,) = session.scalars(select(Entry).where(Entry.action == "pack.export"))
    assert entry.changes["tier"] == int(Tier.T2)
