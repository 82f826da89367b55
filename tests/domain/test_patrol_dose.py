"""Dose: target against delivered, both ways amber, and powers beside visits."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from domain import patrol_dose
from domain.errors import Invalid, NotPermitted
from domain.people import Role, Tier
from tests.patrol_shift import EVENING, WORD, force, record, stop, tasked, visit, zone

DAY = date(2026, 11, 20)
LATER = EVENING + timedelta(days=40)


@pytest.fixture
def team(store):
    return force(store)


def read(store, who, since=DAY, until=DAY, now=LATER):
    with store.reading() as session:
        return patrol_dose.dose(session, who, since=since, until=until, now=now)


def place(dose, name="Mill Lane kiosk"):
    return next(each for each in dose.places if each.name == name)


def three(team, **given):
    return [stop(team.planned, at=at, **given) for at in (30, 200, 380)]


def test_what_was_meant_and_made_is_as_meant(store, team):
    patrol_id, stops = tasked(store, team, three(team))
    for each, at in zip(stops, (32, 210, 390), strict=True):
        record(store, team.officer, patrol_id, visit(each, at=at))
    found = place(read(store, team.officer))
    assert (found.promised, found.visits, found.share, found.level) == (3, 3, 1.0, "as meant")
    assert (found.minutes_promised, found.minutes, found.departures) == (36, 36, ())


def test_too_little_and_too_much_are_both_amber(store, team):
    patrol_id, stops = tasked(store, team, three(team))
    record(store, team.officer, patrol_id, visit(stops[0], at=30, minutes=60, modes={"foot": 60}))
    record(store, team.officer, patrol_id, visit(stops[1], skip_reason="weather", at=200, modes={}))
    found = place(read(store, team.officer))
    assert (found.level, found.skipped) == ("too little and too much", 1)
    assert found.share == pytest.approx(1 / 3)
    assert {each.words for each in found.departures} == {
        "2 visits too few", "15 minutes too many", "a visit 44 minutes too long",
    }  # fmt: skip


def test_a_visit_after_midnight_is_of_the_evening_before(store, team):
    assert patrol_dose.day_of(datetime(2026, 11, 21, 5, 59, tzinfo=UTC)) == DAY
    assert patrol_dose.day_of(datetime(2026, 11, 21, 6, 0, tzinfo=UTC)) == DAY + timedelta(days=1)
    assert patrol_dose.day_of(datetime(2026, 7, 20, 5, 0, tzinfo=UTC)) == date(2026, 7, 20)
    patrol_id, stops = tasked(store, team, three(team))
    record(store, team.officer, patrol_id, visit(stops[2], at=380))  # 02:20
    assert place(read(store, team.officer)).visits == 1
    assert place(read(store, team.officer), "Mill Lane kiosk").visits == 1
    assert read(store, team.officer, DAY + timedelta(days=1), DAY + timedelta(days=1)).places == ()


def test_hours_and_weeks_compare_what_was_promised(store, team):
    patrol_id, stops = tasked(store, team, three(team))
    record(store, team.officer, patrol_id, visit(stops[0], at=30))
    found = read(store, team.officer)
    by_hour = {each.label: (each.promised, each.delivered, each.level) for each in found.hours}
    assert len(by_hour) == 24
    assert by_hour["20:00 to 21:00"] == (12, 12, "as meant")
    assert by_hour["23:00 to 00:00"] == (12, 0, "too little")
    (week,) = found.weeks
    assert (week.label, week.promised, week.delivered) == ("16 November 2026", 36, 12)
    assert any("33% of 3 promised stops were made" in each for each in found.words())


def test_below_tier_4_hours_are_of_six_and_what_lies_ahead_is_in_none(store, team, actor):
    tasked(store, team, three(team))
    chair = actor(Role.COORDINATOR)
    assert len(read(store, chair).hours) == 4
    early = EVENING + timedelta(minutes=1)
    for who in (chair, team.officer):
        ahead = read(store, who, now=early)
        assert ahead.places == ()
        assert all(each.promised == 0 for each in ahead.hours)


def test_only_those_who_may_read_dose(store, team, actor):
    for role in set(Role) - {Role.POLICE, Role.COORDINATOR}:
        with pytest.raises(NotPermitted):
            read(store, actor(role))
    for since, until in ((DAY, DAY - timedelta(days=1)), (DAY - timedelta(days=500), DAY)):
        with pytest.raises(Invalid):
            read(store, team.officer, since, until)


def test_places_that_a_reader_may_not_know_are_told_together(store, team):
    tasked(store, team, [
        stop(team.watched, exceptional=WORD, at=30),
        stop(zone=zone(), name="Riverside", exceptional=WORD, at=200),
    ])  # fmt: skip
    whole = read(store, team.officer)
    assert [each.name for each in whole.places] == ["Bandstand", patrol_dose.OTHER]
    low = read(store, replace(team.officer, tier=Tier.T2))
    assert [each.name for each in low.places] == ["Place in the west", patrol_dose.OTHER]


def test_powers_stand_beside_visits(store, team):
    patrol_id, stops = tasked(store, team, three(team))
    powers = {"dispersal": 2, "search": 1, "stop": 3, "advice": 5}
    told = {"powers": powers, "under_18": "few", "search_outcome": "nothing"}
    record(store, team.officer, patrol_id, visit(stops[0], at=30, **told))
    for number in range(9):
        record(store, team.officer, patrol_id, visit(where="Bus station", at=60 + number * 20))
    total, *by_place = read(store, team.officer).equity
    assert (total.visits, total.stops, total.searches, total.dispersals) == (10, 3, 1, 2)
    assert total.under_18 == (("1 to 4", 1),)
    assert total.rate(total.searches) == 10.0
    assert [each.name for each in by_place] == ["Mill Lane kiosk", patrol_dose.OTHER]
    assert by_place[0].rate(1) is None  # too few visits to tell


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_simulated_patrols_with_known_breaches_are_all_flagged(store, team, seed):
    """Ten shifts: some lose a visit, some have one too long; every such day is flagged."""
    rng = np.random.default_rng(seed)
    lost, long = set(), set()
    for day in range(10):
        begins = EVENING + timedelta(days=day)
        offsets = [int(rng.integers(10, 60)) + 160 * n for n in range(3)]
        stops = [stop(team.planned, at=at, begins=begins) for at in (40, 190, 345)]
        patrol_id, ids = tasked(store, team, stops, begins=begins)
        kind = rng.choice(["lost", "long", "kept"])
        for number, (each, at) in enumerate(zip(ids, offsets, strict=True)):
            if kind == "lost" and number == 1:
                lost.add(DAY + timedelta(days=day))
                continue
            minutes = 40 if kind == "long" and number == 2 else 12
            if minutes == 40:
                long.add(DAY + timedelta(days=day))
            told = visit(each, at=at, begins=begins, minutes=minutes, modes={"foot": minutes})
            record(store, team.officer, patrol_id, told)
    found = place(read(store, team.officer, until=DAY + timedelta(days=9)))
    few = {each.day for each in found.departures if "too few" in each.words}
    too_long = {each.day for each in found.departures if "too long" in each.words}
    assert (few, too_long) == (lost, long)
    assert found.level == "too little and too much" if lost and long else True
