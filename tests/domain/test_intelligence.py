"""Grades: who sets them, who reads their codes, and that conditions go with every copy."""

from dataclasses import replace

import geopandas as gpd
import pytest

from domain import case_timeline, grants, intelligence, place_card
from domain.concern_evidence import Grade, Known, grades_of, regrade
from domain.concern_moderating import Draft
from domain.errors import Invalid, NotPermitted
from domain.identifiers import has_identifier
from domain.jobs import capacity
from domain.people import Permission, Role, Tier
from domain.place_changes import move as move_place
from domain.places import Status
from exchange import geopackage, pack_place
from tests.domain.test_concern_moderating import screen

CONDITIONS = "For the meeting alone; ask the force first."
GRADED = Grade("1", "B", "C", CONDITIONS)


def record(box, who, place, grade=GRADED, text="A van is used there at night."):
    return box.do(intelligence.record, who, place.id, text=text, grade=grade)


def card(box, who, place):
    with box.store.reading() as session:
        return place_card.card(session, who, place.id)


def test_an_item_comes_back_graded_masked_and_for_police_and_analysts_alone(box, people):
    place = box.place()
    note = record(box, people[Role.POLICE], place, text="Ring 07700 900123 of the van.")
    assert not has_identifier(note.text)
    assert note.tier == Tier.T4
    (seen,) = card(box, people[Role.ANALYST], place).notes
    words = "second-hand, and backed by something else, from a reliable source"
    assert seen.grade == f"hearsay; {words} (1·B·C)"
    assert seen.handling == f"Sharing is permitted with conditions. {CONDITIONS}"
    assert seen.given is None
    for role in (Role.COORDINATOR, Role.PRACTITIONER):
        assert card(box, people[role], place).notes == ()


@pytest.mark.parametrize("role", [Role.PARTNER, Role.PRACTITIONER, Role.COORDINATOR])
def test_only_trained_graders_who_are_cleared_record_one(box, people, role):
    place = box.place()
    with pytest.raises(NotPermitted, match="grade"):
        record(box, people[role], place)
    trained = people[role].permissions | {Permission.GRADE}
    with pytest.raises(NotPermitted):
        record(box, replace(people[role], permissions=trained), place)


def test_conditions_go_with_the_card_of_a_pack(box, people):
    place = box.place()
    record(box, people[Role.POLICE], place)
    printed = str(pack_place.known(card(box, people[Role.POLICE], place)))
    assert CONDITIONS in printed
    assert CONDITIONS not in str(pack_place.known(card(box, people[Role.COORDINATOR], place)))


def test_conditions_go_with_the_timeline_and_with_every_file(box, people, tmp_path):
    place, police = box.place(), people[Role.POLICE]
    record(box, police, place)
    box.share(box.send(), place, Known.FIRST_HAND)
    path = tmp_path / "out.gpkg"
    geopackage.export(box.store, police, police, path)
    notes = gpd.read_file(path, layer="annotations").sort_values("grade")
    assert list(notes["grade"]) == [
        "hearsay; first-hand, untested (2·A·C)",
        "hearsay; second-hand, and backed by something else, from a reliable source (1·B·C)",
    ]
    assert "Not to be passed on outside the partnership" in notes["handling"].iloc[0]
    assert CONDITIONS in notes["handling"].iloc[1]
    with box.store.reading() as session:
        lines = case_timeline.of_place(session, police, place.id)
    told = [each.handling for each in lines if each.kind == "note"]
    assert len(told) == 2
    assert all(told)


def test_a_statement_of_a_concern_is_graded_anew_and_its_note_says_so(box, people):
    place = box.place()
    box.share(box.send(), place, Known.SECOND_HAND, items=[Draft("Dark.")])
    (seen,) = card(box, people[Role.ANALYST], place).notes
    assert seen.given is not None
    box.do(regrade, people[Role.ANALYST], seen.id, GRADED)
    (after,) = card(box, people[Role.COORDINATOR], place).notes
    assert CONDITIONS in after.handling
    assert "1·B·C" not in after.grade  # codes are for trained graders
    assert after.given is None
    with box.store.reading() as session:
        told = grades_of(session, people[Role.POLICE], [seen.id])[seen.id]
    assert told.code == "1·B·C"


@pytest.mark.parametrize(
    ("information", "others", "moves"),
    [("E", 0, False), ("D", 0, False), ("D", 1, True), ("E", 1, False), ("B", 0, True)],
)
def test_no_place_moves_beyond_watch_on_e_or_lone_d_items(box, people, information, others, moves):
    place, coordinator = box.place(), people[Role.COORDINATOR]
    grade = Grade("2", information, "C", CONDITIONS)
    record(box, people[Role.POLICE], place, grade)
    for _ in range(others):
        box.share(box.send(), place, Known.UNKNOWN)
    screen(box, coordinator, place)
    version = card(box, coordinator, place).version
    given = {"reason": "It needs a look.", "version": version}
    if moves:
        box.do(move_place, coordinator, place.id, Status.ASSESSING, **given)
    else:
        with pytest.raises(Invalid, match="stays watched"):
            box.do(move_place, coordinator, place.id, Status.ASSESSING, **given)


def test_a_trained_grader_is_made_by_a_grant(box, people):
    admin, person = people[Role.ADMINISTRATOR], people[Role.PARTNER]
    grant = box.do(grants.give, admin, person.id, role=Role.COORDINATOR, grader=True)
    with box.store.reading() as session:
        trained = capacity(session, person.id, grant.id)
    assert trained.may(Permission.GRADE)
    assert trained.may(Permission.MODERATE)
    untrained = replace(trained, permissions=trained.permissions - {Permission.GRADE})
    assert trained.scope != untrained.scope  # what was cached for one is not shown to the other
    for role in (Role.ADMINISTRATOR, Role.POLICE):
        with pytest.raises(Invalid, match="trained graders"):
            box.do(grants.give, admin, person.id, role=role, grader=True)
