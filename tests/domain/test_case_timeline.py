"""One list of all that happened at a place, links both ways, each line as its reader may see it."""

from datetime import UTC, datetime

import pytest
from shapely import Point

from domain import case_timeline, guardian_map, plan_proposing, weighting
from domain.case_timeline import Entry, both_ways, linked
from domain.concern_evidence import Known
from domain.errors import Conflict, NotFound
from domain.matching import today
from domain.people import SYSTEM, Role, Tier
from domain.place_history import merge
from domain.places import Status
from domain.plan_reviews import Outcome
from geo.guardian_gaps import Gap
from tests.conftest import arrange
from tests.domain import cases, rows
from tests.domain.test_assessments import WEIGHTS

WHEN = datetime(2026, 1, 1, tzinfo=UTC)


def kinds(entries):
    return {each.kind for each in entries}


def test_the_chain_from_a_concern_to_its_review_is_one_list(case, box):
    concern = box.send()
    box.share(concern, case.place, Known.FIRST_HAND)
    made = case.to(Status.REVIEW)
    case.do(weighting.judge, case.analyst, case.place.id, WEIGHTS, rationale="Why.", judged_by="Us")
    case.review(made, Outcome.CONTINUE)
    found = case.read(case_timeline.of_place, case.chair, case.place.id)
    assert kinds(found) == {
        "concern", "note", "place", "screening", "assessment", "weighting", "plan", "goal",
        "action", "review",
    }  # fmt: skip
    assert [each.at for each in found] == sorted((each.at for each in found), reverse=True)
    by_kind = {each.kind: each for each in found}
    assert by_kind["concern"].about in by_kind["note"].links
    assert by_kind["note"].about in by_kind["concern"].links
    assert {kind for kind, _ in by_kind["goal"].links} == {"action", "plan", "review"}
    assert "goal" in {kind for kind, _ in by_kind["action"].links}
    assert {each.kind for each in linked(found, by_kind["review"].about)} == {"goal", "plan"}
    for one, other in (("plan", "assessment"), ("assessment", "screening"), ("screening", "note")):
        assert other in {kind for kind, _ in by_kind[one].links}
        assert one in {kind for kind, _ in by_kind[other].links}


def test_a_neutral_reader_sees_notes_states_and_their_own_actions(case):
    case.to(Status.REVIEW)
    other = case.propose(what="Another agency's.", owner_agency_id=case.chair.agency_id)
    found = case.read(case_timeline.of_place, case.people[Role.PRACTITIONER], case.place.id)
    assert kinds(found) == {"place", "action"}
    assert all(each.who == "" for each in found)
    assert all(each.words == "" for each in found if each.kind == "place")
    assert ("action", other.id) in {each.about for each in found}
    stranger = type(case.chair).user("Driver", Role.PRACTITIONER, id=case.chair.id, agency_id=999)
    assert kinds(case.read(case_timeline.of_place, stranger, case.place.id)) == {"place"}


def test_a_place_that_is_not_there_has_no_timeline(case):
    with case.store.writing() as session:
        (secret,) = arrange(session, SYSTEM, rows.place(tier=int(Tier.T4)))
    with pytest.raises(NotFound):
        case.read(case_timeline.of_place, case.chair, secret.id)


def test_links_lead_both_ways_and_nowhere_else():
    one = Entry(("a", 1), "a", WHEN, "", links=(("b", 2), ("gone", 3), ("a", 1)))
    two, again = Entry(("b", 2), "b", WHEN, ""), Entry(("a", 1), "a", WHEN, "")
    first, second, third = both_ways([one, two, again])
    assert first.links == third.links == (("b", 2),)
    assert second.links == (("a", 1),)


def test_the_case_of_a_duplicate_goes_on_under_the_place_that_is_kept(case):
    with case.store.writing() as session:
        (keep,) = arrange(session, SYSTEM, rows.place())
    case.to(Status.PLAN)
    case.do(merge, case.chair, keep.id, case.place.id, reason="The same.")
    found = case.read(case_timeline.of_place, case.chair, keep.id)
    assert {"screening", "assessment", "plan", "goal", "action"} <= kinds(found)


def test_two_places_with_open_plans_are_not_merged(case):
    with case.store.writing() as session:
        (other,) = arrange(session, SYSTEM, rows.place(status=Status.PLAN))
        arrange(session, SYSTEM, cases.plan(other, case.analyst))
    case.to(Status.PLAN)
    with pytest.raises(Conflict, match="Both places have an open plan"):
        case.do(merge, case.chair, other.id, case.place.id, reason="The same.")


def test_an_immediate_action_belongs_to_no_goal(case):
    case.do(
        plan_proposing.propose_immediate, case.analyst, case.place.id, reason="Danger.",
        what="Light it.", owner_agency_id=case.chair.agency_id, owner_role="Engineer",
        due=today(),
    )  # fmt: skip
    (found,) = case.read(case_timeline.of_place, case.chair, case.place.id)
    assert (found.said, found.links) == ("Immediate action proposed", ())


# The guardian map


def test_the_guardian_map_counts_those_open_within_a_short_walk(case):
    x, y = rows.HERE.x, rows.HERE.y
    with case.store.writing() as session:
        library, _, shop, far, secret = arrange(
            session, SYSTEM,
            rows.premises(name="Library", spot=Point(x + 200, y),
                          opening={"mon": [["09:00", "17:00"]]}),
            rows.premises(name="Café", spot=Point(x, y), opening={}),
            rows.premises(name="Shop", roles=["partner_premises"]),
            rows.premises(name="Far", spot=Point(x + 400, y)),
            rows.premises(name="Secret", tier=int(Tier.T4)),
        )  # fmt: skip
    found = case.read(guardian_map.of_place, case.chair, case.place.id)
    assert [each.name for each in found.near] == ["Café", "Library"]
    assert found.near[1].minutes == round(150 * 1.3 / 80, 1)  # from the outline, 50 m from here
    assert found.week[0][10] is Gap.OK
    assert found.week[0][18] is Gap.UNKNOWN
    assert "1 nearby" in found.words[1]
    walked = {library.id: 4.0, far.id: 9.0, shop.id: 1.0, secret.id: 1.0}
    found = case.read(guardian_map.of_place, case.chair, case.place.id, minutes=walked)
    assert [each.name for each in found.near] == ["Library"]
    assert (0, 10) not in found.gaps()
    assert len(found.gaps()) == 7 * 24 - 8
