"""Recording visits: once, late, over midnight, and as evidence on the place."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from domain import (
    case_timeline,
    patrol_measuring,
    patrol_planning,
    patrol_reading,
    patrol_visits,
    place_history,
)
from domain.annotations import Annotation
from domain.audit import Entry
from domain.errors import Invalid, NotFound, NotPermitted
from domain.patrol_measuring import Measured
from domain.patrols import Patrol, PatrolState, PatrolVisit
from domain.people import Role, Tier
from domain.places import PlaceEvent
from tests import patrol_shift as shifts
from tests.patrol_shift import EVENING, force, record, stop, tasked, visit


@pytest.fixture
def team(store):
    return force(store)


@pytest.fixture
def patrol(store, team):
    """A tasked patrol: its id and its one stop's."""
    patrol_id, (stop_id,) = tasked(store, team)
    return patrol_id, stop_id


def visits(store):
    with store.reading() as session:
        return list(session.scalars(select(PatrolVisit).order_by(PatrolVisit.id)))


def notes(store):
    with store.reading() as session:
        return list(session.scalars(select(Annotation)))


def test_a_visit_becomes_evidence_on_its_place(store, team, patrol):
    patrol_id, stop_id = patrol
    record(store, team.officer, patrol_id, visit(stop_id, faults=("light_out", "needles")))
    place = shifts.place(store, team.planned)
    assert place.last_evidence == date(2026, 11, 20)
    assert shifts.kept(store, patrol_id).state is PatrolState.UNDER_WAY
    with store.reading() as session:
        (event,) = session.scalars(select(PlaceEvent))
    assert event.reason == "Patrol visit, 12 minutes, light out, needles or drug litter seen"
    (note,) = notes(store)
    assert (note.kind, note.text, note.place_id, note.author_id) == (
        "environment", "Light out, needles or drug litter. Seen on a visit.", place.id, None,
    )  # fmt: skip


def test_a_visit_on_the_timeline_leads_to_its_patrol_and_to_what_was_noted(store, team, patrol):
    patrol_id, stop_id = patrol
    record(store, team.officer, patrol_id, visit(stop_id, faults=("light_out",)))
    place = shifts.place(store, team.planned)
    with store.reading() as session:
        found = case_timeline.of_place(session, team.officer, place.id)
    (line,) = [each for each in found if each.kind == "visit"]
    (note,) = notes(store)
    assert (line.about, line.links) == (("patrol", patrol_id), (("note", note.id),))
    (noted,) = [each for each in found if each.about == ("note", note.id)]
    assert noted.links == (line.about,)


def test_the_same_fault_is_noted_once_in_a_fortnight(store, team, patrol):
    patrol_id, stop_id = patrol
    for at in (30, 200):
        record(store, team.officer, patrol_id, visit(stop_id, at=at, faults=("light_out",)))
    (note,) = notes(store)
    assert [each.annotation_id for each in visits(store)] == [note.id, note.id]


def test_a_resend_makes_nothing_double(store, team, patrol):
    patrol_id, stop_id = patrol
    told = visit(stop_id, faults=("dark",))
    first = record(store, team.officer, patrol_id, told)
    again = record(store, team.officer, patrol_id, replace(told, faults=(), words="changed"))
    assert (again.id, again.words) == (first.id, "")
    assert (len(visits(store)), len(notes(store))) == (1, 1)
    with pytest.raises(Invalid, match="open it again"):  # another's key tells nothing
        record(store, team.planner, patrol_id, told)


def test_the_same_visit_at_the_same_moment_is_kept_once(store, team, patrol):
    patrol_id, stop_id = patrol
    told, ready = visit(stop_id), Barrier(2)

    def send():
        ready.wait()
        return record(store, team.officer, patrol_id, told).id

    with ThreadPoolExecutor(2) as phones:
        both = [phones.submit(send) for _ in range(2)]
    assert len({each.result() for each in both}) == 1
    assert len(visits(store)) == 1


def test_a_visit_arrives_days_later_and_after_the_patrol_was_closed(store, team, patrol):
    patrol_id, stop_id = patrol
    with store.writing() as session:
        patrol_planning.close(session, team.officer, patrol_id, version=3)
    record(store, team.officer, patrol_id, visit(stop_id), now=EVENING + timedelta(days=4))
    assert len(visits(store)) == 1
    assert shifts.kept(store, patrol_id).state is PatrolState.CLOSED


def test_an_older_visit_does_not_take_back_newer_evidence(store, team, patrol):
    patrol_id, stop_id = patrol
    record(store, team.officer, patrol_id, visit(stop_id, at=300))  # 01:00 the next day
    record(store, team.officer, patrol_id, visit(stop_id, at=30))
    assert shifts.place(store, team.planned).last_evidence == date(2026, 11, 21)


def test_a_stop_is_left_out_with_a_reason_and_leaves_no_evidence(store, team, patrol):
    patrol_id, stop_id = patrol
    row = record(
        store, team.officer, patrol_id, visit(stop_id, skip_reason="called_away", modes={})
    )
    assert (row.skip_reason, row.minutes) == ("called_away", 0)
    assert shifts.place(store, team.planned).last_evidence is None
    with store.reading() as session:
        (card,) = patrol_reading.sheet(session, team.officer, patrol_id).cards
    assert (card.visited, card.skipped) == (0, 1)


def test_an_unplanned_visit_says_where(store, team, patrol):
    patrol_id, _stop = patrol
    with pytest.raises(Invalid, match="Say where"):
        record(store, team.officer, patrol_id, visit())
    record(store, team.officer, patrol_id, visit(where="Bus station, stand 4"))
    record(store, team.officer, patrol_id, visit(place_id=team.planned, at=100))
    assert [(each.at_where, each.place_id) for each in visits(store)] == [
        ("Bus station, stand 4", None), ("", team.planned),
    ]  # fmt: skip
    with pytest.raises(NotFound):
        record(store, team.officer, patrol_id, visit(place_id=team.watched))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"key": "short"}, "open it again"),
        ({"minutes": 400}, "more than six hours"),
        ({"minutes": -1, "modes": {}}, "left before you arrived"),
        ({"at": -400}, "outside of the shift"),
        ({"modes": {"foot": 14}}, "The minutes by mode are more"),
        ({"modes": {"foot": -1}}, "Write 0 to 360"),
        ({"modes": {"horse": 1}}, "not one of"),
        ({"young": "7"}, "not one of"),
        ({"powers": {"dispersal": 1}}, "under 18"),
        ({"powers": {"search": 1}}, "searches led to"),
        ({"powers": {"search": 51}}, "Write 0 to 50"),
        ({"faults": ("x",)}, "not one of"),
        ({"skip_reason": "x"}, "not one of"),
        ({"words": "a" * 301}, "shorten"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_with_what_to_do(store, team, patrol, changed, said):
    patrol_id, stop_id = patrol
    with pytest.raises(Invalid, match=said):
        record(store, team.officer, patrol_id, visit(stop_id, **changed))
    assert visits(store) == []


def test_a_time_to_come_is_refused(store, team, patrol):
    patrol_id, stop_id = patrol
    with pytest.raises(Invalid, match="has not come yet"):
        record(store, team.officer, patrol_id, visit(stop_id), now=EVENING)


def test_powers_are_kept_with_bands_and_words_are_masked(store, team, patrol):
    patrol_id, stop_id = patrol
    row = record(
        store, team.officer, patrol_id,
        visit(
            stop_id, powers={"dispersal": 2, "search": 1, "arrest": 0}, under_18="few",
            search_outcome="nothing", words="Call 07700 900123.", young="some", intelligence=True,
        ),
    )  # fmt: skip
    assert row.powers == {"dispersal": 2, "search": 1}
    assert (row.under_18, row.search_outcome, row.young) == ("few", "nothing", "some")
    assert row.words == "Call [phone number removed]."


def test_only_the_tasked_team_records(store, team, patrol, actor):
    patrol_id, stop_id = patrol
    with pytest.raises(NotFound):
        record(store, team.outsider, patrol_id, visit(stop_id))
    for role in set(Role) - {Role.POLICE}:
        with pytest.raises(NotPermitted):
            record(store, actor(role), patrol_id, visit(stop_id))


def test_a_stop_of_another_patrol_is_refused(store, team, patrol):
    _patrol, stop_id = patrol
    other, _stops = tasked(store, team)
    with pytest.raises(NotFound):
        record(store, team.officer, other, visit(stop_id))


def test_the_hour_of_a_visit_is_for_tier_4_alone(store, team, patrol, actor):
    patrol_id, stop_id = patrol
    record(store, team.officer, patrol_id, visit(stop_id))
    chair, practitioner = actor(Role.COORDINATOR), actor(Role.PRACTITIONER)
    with store.reading() as session:
        for who, at in ((team.officer, 20), (chair, None), (practitioner, None)):
            (told,) = patrol_reading.of_place(session, who, team.planned)
            assert (told.day, told.minutes) == (date(2026, 11, 20), 12)
            assert (told.at.hour if told.at else None) == at
            (line,) = place_history.lines(session, who, team.planned)
            assert line.said == "Visited on patrol"
            assert (line.at == EVENING + timedelta(minutes=30)) == (at is not None)
            assert line.day_only == (at is None)
            assert bool(line.reason) == (who is not practitioner)


def test_a_visit_leaves_no_words_times_or_spots_in_the_log(store, team, patrol):
    patrol_id, stop_id = patrol
    record(store, team.officer, patrol_id, visit(stop_id, words="Quillfeather", young="many"))
    with store.reading() as session:
        lines = session.scalars(select(Entry).where(Entry.action == "patrol.record_visit")).all()
    (told,) = [each.changes for each in lines if each.subject.startswith("patrol_visit")]
    assert {name for name, value in told.items() if value != ["changed"]} <= {
        "id", "patrol_id", "recorded_by", "recorded_at",
    }  # fmt: skip


def test_measured_minutes_go_on_the_visit_or_make_a_new_one_once(store, team, patrol):
    patrol_id, stop_id = patrol
    record(store, team.officer, patrol_id, visit(stop_id))
    began = EVENING + timedelta(minutes=31)
    stays = [
        Measured(stop_id, began, 9, shifts.key()),
        Measured(stop_id, began + timedelta(hours=3), 11, shifts.key()),
    ]
    later = EVENING + timedelta(hours=9)
    for expected in ((1, 1), (2, 0)):
        with store.writing() as session:
            told = patrol_measuring.measure(
                session, team.officer, patrol_id, stays, mode="foot", now=later
            )
        assert told == expected
    assert [(each.minutes, each.stayed) for each in visits(store)] == [(12, 9), (11, 11)]


WINTER, SUMMER = datetime(2026, 11, 20, 20, tzinfo=UTC), datetime(2026, 7, 20, 20, tzinfo=UTC)
BACK = datetime(2026, 10, 24, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begins", "typed", "hours"),
    [
        (WINTER, "23:50", 3 + 50 / 60),
        (WINTER, "00:10", 4 + 10 / 60),
        (WINTER, "19:55", -5 / 60),
        (SUMMER, "00:10", 3 + 10 / 60),
        (BACK, "01:30", 2.5),
    ],
)
def test_a_time_of_day_is_found_in_its_shift(begins, typed, hours):
    patrol = Patrol(valid_from=begins, valid_to=begins + timedelta(hours=8))
    assert patrol_visits.at_wall_clock(patrol, typed) == begins + timedelta(hours=hours)


def test_the_hour_that_comes_twice_is_told_by_what_came_before():
    begins = datetime(2026, 10, 24, 22, tzinfo=UTC)
    patrol = Patrol(valid_from=begins, valid_to=begins + timedelta(hours=8))
    arrived = patrol_visits.at_wall_clock(patrol, "01:50")
    left = patrol_visits.at_wall_clock(patrol, "01:05", after=arrived)
    assert left - arrived == timedelta(minutes=15)


@pytest.mark.parametrize("typed", ["", "25:00", "late", "10:00+01:00"])
def test_what_is_no_time_of_day_is_refused(typed):
    patrol = Patrol(valid_from=EVENING, valid_to=EVENING + timedelta(hours=8))
    with pytest.raises(Invalid, match=r"23:50"):
        patrol_visits.at_wall_clock(patrol, typed)


def test_visits_count_for_the_action_they_serve(store, team, actor):
    patrol_id, (first, second) = tasked(
        store, team, [stop(team.planned, action_id=7), stop(team.planned, at=300)]
    )
    for each, at in ((first, 30), (second, 300)):
        record(store, team.officer, patrol_id, visit(each, at=at))
    with store.reading() as session:
        assert patrol_reading.of_action(session, actor(Role.COORDINATOR), 7) == (1, 12)
        with pytest.raises(NotPermitted):
            patrol_reading.of_action(session, actor(Role.PARTNER), 7)


def test_a_team_member_below_tier_4_records_too(store, team, patrol):
    patrol_id, stop_id = patrol
    low = replace(team.officer, tier=Tier.T2)
    record(store, low, patrol_id, visit(stop_id, faults=("dark",)))
    assert len(notes(store)) == 1


def test_a_merged_place_hands_its_visits_to_the_one_that_is_kept(store, people, team, patrol):
    patrol_id, stop_id = patrol
    record(store, team.officer, patrol_id, visit(stop_id))
    with store.writing() as session:
        place_history.merge(
            session, people[Role.ANALYST], team.watched, team.planned, reason="One and the same"
        )
    (visited,) = visits(store)
    assert visited.place_id == team.watched
    with store.reading() as session:
        assert patrol_reading.of_place(session, people[Role.ANALYST], team.watched)
