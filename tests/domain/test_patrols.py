"""Planning a patrol: who may, what a plan keeps to, and how it moves on."""

from dataclasses import replace
from datetime import timedelta

import pytest
from shapely import LineString, Point
from sqlalchemy import select

from domain import codes, patrol_planning, patrol_reading, patrols
from domain.audit import Entry
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.patrol_rules import broken
from domain.patrols import PatrolState, PatrolStop, stops_of
from domain.people import CLEARANCE, PERMISSIONS, Permission, Role, Tier
from tests import patrol_shift as shifts
from tests.patrol_shift import EVENING, WORD, force, shift, stop, tasked, zone


@pytest.fixture
def team(store):
    return force(store)


def plan(store, team, *stops, who=None, **given):
    who = who or team.planner
    with store.writing() as session:
        made = patrol_planning.plan(session, who, shift(team.planner.agency_id, **given), stops)
        return made.id


def do(store, action, who, patrol_id, **given):
    with store.writing() as session:
        version = patrols.find(session, who, patrol_id).version
        return action(session, who, patrol_id, version=version, **given)


def test_a_patrol_goes_from_draft_to_closed(store, team):
    patrol_id, _stops = tasked(store, team)
    assert shifts.kept(store, patrol_id).state is PatrolState.TASKED
    do(store, patrol_planning.close, team.officer, patrol_id)
    assert shifts.kept(store, patrol_id).state is PatrolState.CLOSED


def test_a_shift_may_cross_midnight_and_its_sheet_tells_london_time(store, team):
    summer = EVENING.replace(month=7)
    patrol_id, _stops = tasked(store, team, begins=summer)
    with store.reading() as session:
        sheet = patrol_reading.sheet(session, team.officer, patrol_id)
    assert sheet.when == "Monday 20 July, 21:00 to 05:00"
    (card,) = sheet.cards
    assert (card.name, f"{card.arrive:%H:%M}", card.dwell) == ("Mill Lane kiosk", "21:30", 12)
    assert card.to_do[0] == "Walk through slowly and be easy to talk to."


def test_nobody_authorises_what_they_planned(store, team):
    patrol_id = plan(store, team, stop(team.planned))
    with pytest.raises(NotPermitted, match="Somebody else has to authorise"):
        do(store, patrol_planning.authorise, team.planner, patrol_id)
    do(store, patrol_planning.authorise, team.inspector, patrol_id)
    assert shifts.kept(store, patrol_id).authorised_by_name == "Inspector"


def test_planning_and_authorising_need_tier_4(store, team):
    low = replace(team.inspector, tier=Tier.T3)
    with pytest.raises(NotPermitted, match="needs clearance"):
        plan(store, team, stop(team.planned), who=low)
    patrol_id = plan(store, team, stop(team.planned))
    with pytest.raises(NotPermitted, match="needs clearance"), store.writing() as session:
        patrol_planning.authorise(session, low, patrol_id, version=1)


def test_roles_have_what_was_decided():
    having = {
        permission: {role for role in Role if permission in PERMISSIONS[role]}
        for permission in (Permission.PATROL, Permission.AUTHORISE, Permission.SEE_PATROLS)
    }
    assert having[Permission.PATROL] == having[Permission.AUTHORISE] == {Role.POLICE}
    assert having[Permission.SEE_PATROLS] == {Role.POLICE, Role.COORDINATOR}
    assert CLEARANCE[Role.POLICE] is Tier.T4


def test_a_change_of_what_was_authorised_makes_it_a_draft_again(store, team):
    patrol_id = plan(store, team, stop(team.planned))
    do(store, patrol_planning.authorise, team.inspector, patrol_id)
    with store.writing() as session:
        new = [stop(team.planned, at=60), stop(team.planned, at=240)]
        patrol_planning.change(
            session, team.planner, patrol_id, shift(team.planner.agency_id), new, version=2
        )
    patrol = shifts.kept(store, patrol_id)
    assert (patrol.state, patrol.authorised_by, patrol.authorised_by_name) == (
        PatrolState.DRAFT, None, "",
    )  # fmt: skip
    with store.reading() as session:
        assert [each.number for each in stops_of(session, patrol_id)] == [1, 2]


def test_a_tasked_patrol_is_not_changed_and_no_state_is_skipped(store, team):
    patrol_id = plan(store, team, stop(team.planned))
    with pytest.raises(Conflict, match="This patrol is draft"):
        do(store, patrol_planning.task, team.planner, patrol_id, now=EVENING)
    do(store, patrol_planning.authorise, team.inspector, patrol_id)
    do(store, patrol_planning.task, team.planner, patrol_id, now=EVENING)
    with pytest.raises(Conflict, match="Cancel it"), store.writing() as session:
        patrol_planning.change(
            session, team.planner, patrol_id, shift(1), [stop(team.planned)], version=3
        )
    do(store, patrol_planning.cancel, team.planner, patrol_id, reason="Nobody to go.")
    with pytest.raises(Conflict):
        do(store, patrol_planning.close, team.planner, patrol_id)


def test_a_shift_that_is_over_is_not_tasked(store, team):
    patrol_id = plan(store, team, stop(team.planned))
    do(store, patrol_planning.authorise, team.inspector, patrol_id)
    with pytest.raises(Conflict, match="This shift is over"):
        do(store, patrol_planning.task, team.planner, patrol_id, now=EVENING + timedelta(days=1))


def test_two_cannot_change_one_patrol(store, team):
    patrol_id = plan(store, team, stop(team.planned))
    do(store, patrol_planning.authorise, team.inspector, patrol_id)
    with pytest.raises(Conflict, match="Someone else changed"), store.writing() as session:
        patrol_planning.cancel(session, team.planner, patrol_id, reason="x", version=1)


def test_what_no_meeting_approved_needs_a_named_inspector(store, team):
    with pytest.raises(Invalid, match="No meeting approved this stop"):
        plan(store, team, stop(team.watched))
    for missing in ("inspector", "basis", "effect"):
        with pytest.raises(Invalid, match="Please fill in"):
            plan(store, team, stop(team.watched, exceptional=replace(WORD, **{missing: " "})))
    patrol_id = plan(store, team, stop(team.watched, exceptional=WORD))
    with store.reading() as session:
        (row,) = stops_of(session, patrol_id)
    assert (row.approved, row.inspector) == (False, "Inspector Mary Hale")


@pytest.mark.parametrize(
    "sources", [(), ("police_records",), ("police_calls", "police_intelligence")]
)
def test_no_stop_rests_on_police_records_alone(store, team, sources):
    with pytest.raises(Invalid, match="never rests on police records alone"):
        plan(store, team, stop(team.watched, exceptional=replace(WORD, rests_on=sources)))


@pytest.mark.parametrize("words", ["section 60", "Section 60", "s60", "s. 60", "sect 60", "S.60"])
def test_section_60_is_never_offered_nor_taken(store, team, words):
    with pytest.raises(Invalid, match="without suspicion"):
        plan(store, team, stop(team.planned), legal_basis=f"Public Order, {words}")
    with pytest.raises(Invalid, match="without suspicion"):
        plan(store, team, stop(team.planned, to_do=f"Use {words}."))
    with pytest.raises(Invalid, match="without suspicion"):
        plan(store, team, stop(team.watched, exceptional=replace(WORD, basis=words)))
    for name in codes.LISTS:
        for code in codes.current()[name].values():
            assert not patrol_planning.SECTION_60.search(f"{code.label} {code.note}"), code


def test_a_meeting_is_told_of_what_it_did_not_approve_once_it_began(store, team, actor):
    tasked(store, team, [stop(team.watched, exceptional=WORD), stop(team.planned, at=90)])
    chair = actor(Role.COORDINATOR)
    with store.reading() as session:
        assert patrol_planning.to_tell(session, chair, now=EVENING - timedelta(hours=1)) == []
        (told,) = patrol_planning.to_tell(session, chair, now=EVENING)
    assert (told.name, told.rests_on) == (
        "Bandstand", ("recorded crime and incidents", "youth workers"),
    )  # fmt: skip
    with store.writing() as session:
        patrol_planning.told_meeting(session, chair, told.stop_id)
    with store.reading() as session:
        assert patrol_planning.to_tell(session, chair, now=EVENING) == []
    with pytest.raises(NotFound), store.writing() as session:
        patrol_planning.told_meeting(session, chair, told.stop_id)
    with pytest.raises(NotPermitted), store.reading() as session:
        patrol_planning.to_tell(session, actor(Role.PRACTITIONER))


def test_a_free_zone_is_at_most_200_metres_around_a_spot(store, team):
    for shape in (zone(reach=201), LineString([(0, 0), (9, 9)]), Point(1, 1)):
        with pytest.raises(Invalid, match="zone"):
            plan(store, team, stop(zone=shape, name="Riverside", exceptional=WORD))
    with pytest.raises(Invalid, match="name of the zone"):
        plan(store, team, stop(zone=zone(), exceptional=WORD))
    assert plan(store, team, stop(zone=zone(reach=199), name="Riverside", exceptional=WORD))


def test_a_home_is_never_a_stop(store, team, sealed):
    restricted = next(
        each.code for each in codes.built_in().place_types.values() if each.restricted
    )
    with store.writing() as session:
        (home,) = shifts.arrange(session, shifts.SYSTEM, shifts.rows.place(place_type=restricted))
    with pytest.raises(NotFound):
        plan(store, team, stop(home.id))
    with pytest.raises(Invalid, match="never a stop"):
        plan(store, team, stop(home.id), who=replace(team.planner, tier=Tier.SEALED))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"dwell": 9}, "stay 10 to 15 minutes"),
        ({"dwell": 16}, "stay 10 to 15 minutes"),
        ({"arrive": EVENING + timedelta(hours=8)}, "does not fit its window"),
        ({"arrive": EVENING - timedelta(minutes=1)}, "does not fit its window"),
        ({"opens": EVENING - timedelta(minutes=1)}, "outside of the shift"),
        ({"closes": EVENING}, "outside of the shift"),
        ({"visits_a_day": 0}, "1 to 12 visits"),
        ({"most_minutes": 11}, "most minutes"),
    ],
)  # fmt: skip
def test_a_stop_that_breaks_a_rule_says_which(store, team, changed, said):
    wrong = replace(stop(team.planned), **changed)
    assert any(said in each for each in broken(shift(1), [wrong]))
    with pytest.raises(Invalid, match="Stop 1"):
        plan(store, team, wrong)


def test_stops_in_the_wrong_order_too_close_or_too_much_are_told():
    whole = shift(1)
    overlap = [stop(1, at=30), stop(2, at=35)]
    assert broken(whole, overlap) == ["Stop 2: it begins before stop 1 ends."]
    soon = [stop(1, at=30), stop(1, at=150)]
    assert "sooner than 120 minutes" in broken(whole, soon)[0]
    much = [stop(1, at=10, most_minutes=20), stop(1, at=200, most_minutes=20)]
    assert "more than 20 minutes" in broken(whole, much)[0]
    assert broken(whole, [stop(1, at=30), stop(1, at=162)]) == []
    assert broken(shift(1, hours=25), [stop(1)]) == [
        "A shift ends after it begins, and within 24 hours."
    ]


def test_a_patrol_reaches_the_tasked_team_alone(store, team, actor):
    patrol_id, _stops = tasked(store, team)
    draft = plan(store, team, stop(team.planned))
    constable = replace(team.officer, tier=Tier.T2)
    with store.reading() as session:
        assert patrol_reading.sheet(session, constable, patrol_id).title
        with pytest.raises(NotFound):
            patrol_reading.sheet(session, constable, draft)
        for read in (patrol_reading.sheet, patrol_reading.visits_of):
            with pytest.raises(NotFound):
                read(session, team.outsider, patrol_id)
        for role in set(Role) - {Role.POLICE}:
            with pytest.raises(NotPermitted):
                patrol_reading.sheet(session, actor(role), patrol_id)
        assert [
            each.patrol_id for each in patrol_reading.mine(session, constable, now=EVENING)
        ] == [patrol_id]
        assert patrol_reading.mine(session, team.outsider, now=EVENING) == []
        assert len(patrol_reading.listed(session, team.planner)) == 2
        assert patrol_reading.mine(session, constable, now=EVENING + timedelta(days=2)) == []


def test_a_team_reads_when_its_next_patrols_are_but_no_draft(store, team, actor):
    patrol_id, _stops = tasked(store, team)
    plan(store, team, stop(team.planned))
    constable = replace(team.officer, tier=Tier.T2)
    with store.reading() as session:

        def ahead(who, hours):
            return patrol_reading.ahead(session, who, now=EVENING - timedelta(hours=hours))

        assert [each.patrol_id for each in ahead(constable, 13)] == [patrol_id]
        assert ahead(constable, 11) == []  # its cards show by then
        assert ahead(team.outsider, 13) == []
        with pytest.raises(NotPermitted):
            ahead(actor(Role.PARTNER), 13)


def test_times_and_words_of_a_plan_never_stand_in_the_log(store, team):
    tasked(store, team, [stop(team.watched, exceptional=WORD)])
    with store.reading() as session:
        lines = session.scalars(select(Entry).where(Entry.subject.startswith("patrol"))).all()
    told = str([each.changes for each in lines])
    assert lines
    for words in ("2026-11-20 2", "riverside", "Adults wait", "Hale", "POLYGON", "Bandstand"):
        assert words not in told


def test_identifiers_in_what_a_planner_writes_are_masked(store, team):
    patrol_id = plan(store, team, stop(team.planned, why="Ring 07700 900123 about it."))
    with store.reading() as session:
        (row,) = session.scalars(select(PatrolStop).where(PatrolStop.patrol_id == patrol_id))
    assert row.why == "Ring [phone number removed] about it."
