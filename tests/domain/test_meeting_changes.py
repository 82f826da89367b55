"""What changed between two instants, against a reading written the other way round."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box
from sqlalchemy import text

from domain import meeting_invites, meeting_words
from domain.accounts import Agency
from domain.areas import AreaKind
from domain.case_clock import clocks
from domain.goals import PlanGoal
from domain.matching import LONDON
from domain.meeting_changes import Change, ChangeKind, difference
from domain.people import SYSTEM, Role
from domain.places import Place, PlaceEvent, Status
from domain.plan_actions import ActionState, PlanAction
from domain.plan_reviews import Confidence, GoalResult, Result
from domain.screenings import Decision
from domain.status import MOVES
from store.database import permit
from tests.conftest import arrange
from tests.domain import cases, rows
from tests.domain.meeting_cases import event

DAY = timedelta(days=1)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


GONE = (
    "goal_result", "plan_review", "plan_action", "plan_goal", "plan", "screening", "place_event",
    "place",
)  # fmt: skip


def forget(store):
    """Leave nothing of the history before."""
    with store.engine.begin() as connection, permit(connection, "test"):
        for table in GONE:
            connection.execute(text(f"DELETE FROM {table}"))


def planned(place, who, **given):
    values = {
        "place_id": place.id, "what": "Mend the light.", "owner_agency_id": who.agency_id,
        "owner_role": "Engineer", "due": NOON.date(), "proposed_by_name": "x",
        "proposed_at": NOON - 40 * DAY, "tactic": {},
    }  # fmt: skip
    return PlanAction(**{**values, **given})


def history(session, random, who):
    """Put down places with random histories, actions, screenings and reviews around noon."""
    days = lambda: NOON + timedelta(hours=random.randrange(-24 * 30, 24 * 5))  # noqa: E731
    made = []
    for _ in range(random.randrange(1, 7)):
        (place,) = arrange(session, SYSTEM, rows.place(
            review_due=random.choice([None, days().date()]), first_noted=days().date(),
        ))  # fmt: skip
        at, state = days(), Status.WATCH
        events = [event(place, at, status=state)]
        for _ in range(random.randrange(4)):
            onward = sorted(MOVES[state], key=lambda each: each.value)
            at += timedelta(hours=random.randrange(1, 200))
            if onward and random.random() < 0.7:
                state = random.choice(onward)
                events.append(event(place, at, "moved", status=state))
            else:
                events.append(event(place, at, "changed", status=state))
        place.status = state
        if made and random.random() < 0.3:
            other = random.choice(made)
            events.append(event(place, at, "merged", details={"other": other.id, "took": True}))
            arrange(session, SYSTEM, event(other, at, "merged", details={"other": place.id}))
            other.merged_into_id = place.id
        arrange(session, SYSTEM, place, *events)
        made.append(place)
        for _ in range(random.randrange(3)):
            arrange(session, SYSTEM, planned(
                place, who, due=days().date(), proposed_at=days() - 10 * DAY,
                state=random.choice(list(ActionState)), immediate=random.random() < 0.3,
                lapse_on=random.choice([None, days().date(), (NOON + 15 * DAY).date()]),
                done_at=random.choice([None, days()]),
            ))  # fmt: skip
        if random.random() < 0.4:
            arrange(session, SYSTEM, cases.screening(
                place, who, decided_at=days(), decision=random.choice(list(Decision))
            ))  # fmt: skip
        if random.random() < 0.4:
            (plan,) = arrange(session, SYSTEM, cases.plan(place, who))
            goals = arrange(session, SYSTEM, *(
                PlanGoal(plan_id=plan.id, **cases.GOAL) for _ in range(2)
            ))  # fmt: skip
            (review,) = arrange(session, SYSTEM, cases.review(plan, who, recorded_at=days()))
            arrange(session, SYSTEM, *(
                GoalResult(review_id=review.id, goal_id=goal.id, confidence=Confidence.SURE,
                           result=random.choice(list(Result))) for goal in goals
            ))  # fmt: skip


def london(at):
    return at.astimezone(LONDON).date()


def all_of(session, table, place):
    return session.query(table).filter_by(place_id=place.id).all()


def other_way_round(session, since, until):
    """Ask of every place in turn which kinds hold, from all of its rows and without the clock."""
    found = set()
    for place in session.query(Place).all():
        own = sorted(all_of(session, PlaceEvent, place), key=lambda each: (each.at, each.id))
        gone = [each for each in own if each.kind == "merged" and "took" not in each.details]
        if own[0].at <= until and not any(each.at <= until for each in gone):
            kinds = [
                *by_history(place, own, since, until),
                *by_actions(all_of(session, PlanAction, place), since, until),
                *by_decisions(session, place, since, until),
            ]
            found |= {(place.id, kind) for kind in kinds}
    return found


def by_history(place, own, since, until):
    rest = {Status.STEPPED_DOWN, Status.ARCHIVED}
    before = [each.status for each in own if each.at <= since]
    after = [each.status for each in own if each.at <= until][-1]
    if not before:
        yield "new"
    elif before[-1] != after:
        if before[-1] in rest and after not in rest:
            yield "escalated"
        else:
            yield "improved" if after is Status.STEPPED_DOWN else "moved"
    if any(each.details.get("took") and since < each.at <= until for each in own):
        yield "merged"
    if place.review_due and place.review_due < london(until) and after not in rest:
        yield "overdue"


def by_actions(actions, since, until):
    warned = london(until) + timedelta(days=clocks()["lapsing"].days)
    for each in [one for one in actions if one.proposed_at <= until]:
        ended = each.state.value in ("done", "verified", "declined", "cancelled")
        later = each.done_at is not None and each.done_at > until
        if each.due < london(until) and (not ended or later):
            yield "overdue"
        stands = each.state.value not in ("declined", "cancelled")
        if stands and each.lapse_on and london(since) <= each.lapse_on <= warned:
            yield "lapsing"
        if each.immediate and since < each.proposed_at <= until:
            yield "escalated"


def by_decisions(session, place, since, until):
    for each in all_of(session, cases.Screening, place):
        if each.decision is Decision.URGENT and since < each.decided_at <= until:
            yield "escalated"
    for each in all_of(session, cases.PlanReview, place):
        rows_of = session.query(GoalResult).filter_by(review_id=each.id)
        results = {one.result.value for one in rows_of}
        if since < each.recorded_at <= until and "better" in results and "worse" not in results:
            yield "improved"


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(seed=st.integers(0, 10_000), ago=st.integers(1, 14))
def test_the_difference_is_what_an_independent_reading_finds(store, people, seed, ago):
    chair = people[Role.COORDINATOR]
    since = NOON - ago * DAY
    forget(store)
    with store.writing() as session:
        history(session, Random(seed), chair)
        told = difference(session, chair, since, NOON)
        assert {(each.place_id, each.kind.value) for each in told} == other_way_round(
            session, since, NOON
        )
    for each in told:
        assert sentence_of(each)


def sentence_of(change):
    said = meeting_words.sentence("The kiosk", {"kind": change.kind.value, **change.facts}, "Pier")
    return said.endswith(".") and "None" not in said and "not known" not in said


def test_the_differences_of_two_times_meet_in_the_whole(store, people):
    chair = people[Role.COORDINATOR]
    with store.writing() as session:
        history(session, Random(7), chair)
        cuts = [NOON - 20 * DAY, NOON - 10 * DAY, NOON]
        new = lambda since, until: {  # noqa: E731
            each.place_id for each in difference(session, chair, since, until)
            if each.kind is ChangeKind.NEW
        }  # fmt: skip
        parts = [new(*cut) for cut in pairwise(cuts)]
        assert not parts[0] & parts[1]
        assert new(cuts[0], cuts[-1]) <= parts[0] | parts[1]


def test_a_reader_of_neutral_cards_is_told_of_no_screening_and_no_review(store, people):
    chair = people[Role.COORDINATOR]
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place())
        arrange(session, SYSTEM, event(place, NOON - 60 * DAY))
        arrange(session, SYSTEM, cases.screening(
            place, chair, decided_at=NOON - DAY, decision=Decision.URGENT
        ))  # fmt: skip
        assert [each.kind for each in difference(session, chair, NOON - 2 * DAY, NOON)] == [
            ChangeKind.ESCALATED
        ]
        worker = people[Role.PRACTITIONER]
        assert difference(session, worker, NOON - 2 * DAY, NOON) == []


def test_a_place_that_a_reader_may_not_know_of_is_in_no_difference(store, people):
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place(tier=4))
        arrange(session, SYSTEM, event(place, NOON - DAY))
        assert difference(session, people[Role.COORDINATOR], NOON - 2 * DAY, NOON) == []
        assert difference(session, people[Role.ANALYST], NOON - 2 * DAY, NOON) == [
            Change(place.id, ChangeKind.NEW, {"on": "2026-11-19", "state": "watch"})
        ]


# who should be in the room

WEST, EAST = box(470_000, 540_000, 475_000, 550_000), box(475_000, 540_000, 480_000, 550_000)


@pytest.fixture
def border(store, people):
    with store.writing() as session:
        arrange(
            session,
            SYSTEM,
            rows.area(kind=AreaKind.PARTNERSHIP, name="Westshire", outline=WEST),
            rows.area(kind=AreaKind.PARTNERSHIP, name="Eastshire", outline=EAST),
            Agency(name="Eastshire Council", kind="council"),
        )
    return store


def asked(store, who, place):
    with store.writing() as session:
        (put,) = arrange(session, SYSTEM, place)
        return {
            (each.role, each.agency): each
            for each in meeting_invites.proposed(session, who, "regional_group", [put.id])
        }


@pytest.mark.parametrize(
    "shape",
    [box(474_950, 545_000, 475_050, 545_100), LineString([(474_000, 545_000), (476_000, 545_000)]),
     Point(475_000, 545_000)],
)  # fmt: skip
def test_a_place_astride_a_boundary_invites_both_authorities(border, people, shape):
    found = asked(border, people[Role.COORDINATOR], rows.place(shape=shape))
    west = found["Safeguarding partnership of Westshire", ""]
    east = found["Safeguarding partnership of Eastshire", "Eastshire Council"]
    assert west.why == east.why == ("Mill Lane kiosk lies on both sides of a boundary",)


@pytest.mark.parametrize(
    "shape",
    [box(474_800, 545_000, 474_900, 545_100), box(474_900, 545_000, 475_000, 545_100),
     LineString([(475_000, 545_000), (475_000, 546_000)]), Point(474_000, 545_000)],
    ids=["inside", "touching", "along", "point"],
)  # fmt: skip
def test_a_place_on_one_side_invites_no_neighbour(border, people, shape):
    found = asked(border, people[Role.COORDINATOR], rows.place(shape=shape))
    sides = [role for role, _ in found if role.startswith("Safeguarding partnership")]
    assert len(sides) in (0, 2)
    assert bool(sides) is (shape.geom_type == "LineString")


def test_the_room_is_proposed_from_type_owner_and_neighbours(store, people):
    chair = people[Role.COORDINATOR]
    with store.writing() as session:
        owner, buses, taxis = arrange(
            session, SYSTEM, Agency(name="Harbour Homes", kind="housing"),
            Agency(name="Valley Buses", kind="transport"),
            Agency(name="Taxi Owners", kind="business", active=False),
        )  # fmt: skip
        (place,) = arrange(
            session, SYSTEM, rows.place(place_type="bus_station", owner_agency_id=owner.id)
        )
        arrange(
            session, SYSTEM,
            rows.premises(name="Corner library", roles=["community_guardian"]),
            rows.premises(name="Far shop", spot=Point(479_000, 545_050), roles=["safe_place"]),
        )  # fmt: skip
        found = {
            (each.role, each.agency): each.why
            for each in meeting_invites.proposed(session, chair, "weekly_screening", [place.id])
        }
    assert "holds Mill Lane kiosk" in found["Owner or manager of the place", "Harbour Homes"]
    assert ("Operator's safeguarding lead", buses.name) in found
    assert ("Community Guardian: Corner library", "") in found
    assert ("Safeguarding nurse", "") in found
    assert not any("Far shop" in role for role, _ in found)
    assert taxis.name not in {agency for _, agency in found}
