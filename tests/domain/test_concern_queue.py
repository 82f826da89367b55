"""The queue: danger first, then what is late, by working days of England."""

from datetime import UTC, date, datetime, timedelta

import pytest
from shapely import LineString, Point

from domain import concern_days, concern_help, concern_near, preferences
from domain.concern_moderating import check_danger, reject
from domain.concern_near import distance, near_concerns, near_places
from domain.concern_queue import lately, queue, unanswered
from domain.concern_sharing import feed_back
from domain.concerns import Still
from domain.errors import Invalid, NotFound, NotPermitted
from domain.people import PUBLIC, Role, Tier
from domain.places import Status
from domain.preferences import Moderation
from tests.domain import rows
from tests.domain.conftest import NOON
from tests.domain.rows import HERE

EVE = datetime(2026, 12, 24, 15, tzinfo=UTC)  # a Thursday


@pytest.mark.parametrize(
    ("since", "now", "days"),
    [
        (NOON, NOON + timedelta(hours=10), 0),
        (NOON, NOON + timedelta(days=1), 1),
        (NOON, NOON + timedelta(days=5), 3),  # over a weekend
        (EVE, EVE + timedelta(days=4), 1),  # Christmas, a weekend, and its Monday in lieu
        (EVE, EVE + timedelta(days=5), 1),
        (EVE, EVE + timedelta(days=6), 2),
        (EVE + timedelta(days=1), EVE + timedelta(days=5), 0),  # came on Christmas Day
        (datetime(2026, 7, 1, 23, 30, tzinfo=UTC), datetime(2026, 7, 2, 9, tzinfo=UTC), 0),
    ],
)
def test_age_counts_working_days_of_england_in_london(since, now, days):
    assert concern_days.age(since, now) == days


def test_a_target_falls_on_a_working_day():
    assert concern_days.due(EVE, 1) == date(2026, 12, 29)
    assert concern_days.due(EVE, 0) == date(2026, 12, 24)
    assert concern_days.due(datetime(2026, 8, 28, 12, tzinfo=UTC), 1) == date(2026, 9, 1)


def listed(box, now=NOON):
    with box.store.reading() as session:
        return queue(session, box.people[Role.COORDINATOR], now)


def test_danger_comes_first_then_what_is_late_what_goes_on_and_what_waits(box):
    later = NOON + timedelta(days=7)
    fresh = box.send(now=later)
    goes_on = box.send(now=later + timedelta(minutes=1), still=Still.YES)
    late = box.send(now=NOON)
    alarmed = box.send(now=later + timedelta(minutes=2), danger=True)
    found = listed(box, later + timedelta(minutes=3))
    assert [each.concern.id for each in found] == [alarmed.id, late.id, goes_on.id, fresh.id]
    assert [each.overdue for each in found] == [False, True, False, False]
    assert [each.alert for each in found] == [True, False, False, False]
    assert found[1].age == 5
    assert found[1].due == date(2026, 11, 19)


def test_targets_are_the_partnerships_own(box, people):
    box.send()
    with box.store.writing() as session:
        rules = Moderation(read_days=3, hours="Every day")
        preferences.change(session, people[Role.ADMINISTRATOR], rules, version=0)
    (entry,) = listed(box)
    assert entry.due == date(2026, 11, 23)
    box.act(check_danger, entry.concern, danger=False)
    (entry,) = listed(box)
    assert entry.due == concern_days.due(NOON, 5)


@pytest.mark.parametrize(
    "given",
    [{"hours": " "}, {"read_days": -1}, {"burst": 1}, {"per_hour": 3}, {"per_day": 5},
     {"duty_minutes": 0}, {"decide_days": True}],
)  # fmt: skip
def test_targets_that_make_no_sense_are_refused(given):
    with pytest.raises(Invalid):
        Moderation(**given)


def test_what_is_decided_leaves_the_queue_and_what_is_unanswered_is_told_apart(box):
    shared, rejected = box.send(), box.send()
    box.share(shared, box.place())
    box.act(reject, rejected, reason="test")
    assert listed(box) == []
    with box.store.reading() as session:
        (entry,) = unanswered(session, box.people[Role.COORDINATOR], NOON)
    assert entry.concern.id == shared.id
    assert entry.due == concern_days.due(NOON, 10)
    box.act(feed_back, shared, answer="Thank you.")
    with box.store.reading() as session:
        assert unanswered(session, box.people[Role.COORDINATOR], NOON) == []
        found = lately(session, box.people[Role.COORDINATOR])
        with pytest.raises(NotPermitted):
            lately(session, box.people[Role.PRACTITIONER])
    assert {each.id for each in found} == {shared.id, rejected.id}


def test_a_flood_waits_behind_others_as_one_entry_and_hides_no_danger(box):
    sent = [box.send(source="192.0.2.1", danger=index == 9) for index in range(10)]
    neighbour = box.send(source="192.0.2.2")
    found = listed(box)
    assert found[0].concern.id == sent[9].id
    bundled = [entry for entry in found if entry.bundled]
    assert [len(entry.bundled) for entry in bundled] == [3]
    assert found[-1] is bundled[0]
    assert neighbour.id in [entry.concern.id for entry in found[:-1]]


def shifted(metres):
    return Point(HERE.x + metres, HERE.y)


def test_near_reports_are_proposed_by_the_distance_of_their_kind_of_place(box, people):
    assert distance("park") > distance("stairwell")
    assert distance("no longer listed") == concern_near._distances()[1]
    one = box.send(place_type="park")
    near, nearer = box.send(shape=shifted(190)), box.send(shape=shifted(20))
    box.send(shape=shifted(210))
    gone = box.send(shape=shifted(10))
    box.act(reject, gone, reason="test")
    shop = box.send(shape=shifted(20), place_type="stairwell")
    with box.store.reading() as session:
        who = people[Role.COORDINATOR]
        found = [each.id for each in near_concerns(session, who, one.id)]
        assert found == [nearer.id, shop.id, near.id]
        assert len(near_concerns(session, who, shop.id)) == 2
        assert near_concerns(session, who, 999) == []


def test_near_places_are_told_to_those_who_are_cleared_for_them_alone(box, people, sealed):
    route = LineString([(HERE.x - 100, HERE.y), (HERE.x - 60, HERE.y)])
    plain = box.place(name="Plain")
    high = box.place(name="High", tier=int(Tier.T4), shape=route)
    home = box.place(name="Home", place_type="refuge", tier=int(Tier.SEALED))
    box.place(name="Gone", status=Status.ARCHIVED)
    box.place(name="Far", shape=rows.around(shifted(900)))

    def told(who):
        with box.store.reading() as session:
            return {each.id for each in near_places(session, who, HERE, "park")}

    assert told(PUBLIC) == told(people[Role.PARTNER]) == set()
    assert told(people[Role.PRACTITIONER]) == {plain.id}
    assert told(people[Role.POLICE]) == {plain.id, high.id}
    assert told(sealed) == {plain.id, high.id, home.id}


def test_each_kind_of_place_with_a_distance_is_in_the_list():
    from domain import codes

    known, _ = concern_near._distances()
    assert known.keys() <= codes.built_in().place_types.keys()


def test_the_help_lines_are_data_with_a_day_on_which_they_were_checked():
    lines = {each.code: each for each in concern_help.lines()}
    numbers = {each.number for each in lines.values()}
    assert {
        "999", "101", "03000 267 979", "0800 1111", "0808 800 5000", "0800 555 111", "61016",
        "116 000",
    } <= numbers  # fmt: skip
    assert all(each.source and each.when and each.says for each in lines.values())
    assert concern_help.line("childline").for_under_18
    assert concern_help.line("emergency").link == "tel:999"
    line = concern_help.line("police")
    assert not line.is_old(line.checked_on + timedelta(days=365))
    assert line.is_old(line.checked_on + timedelta(days=366))
    with pytest.raises(NotFound):
        concern_help.line("no such")


def test_an_operator_puts_other_numbers_in_the_place_of_ours(tmp_path):
    assert concern_help.lines(tmp_path) == concern_help.lines()
    ours = (concern_help.BUILT_IN / concern_help.FILE).read_text()
    own = tmp_path / concern_help.FILE
    own.write_text(ours.replace("03000 267 979", "01632 960 000"))
    assert concern_help.line("first_contact", tmp_path).number == "01632 960 000"


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("2026-11-23", "soon", "cannot be used"),
        ('"childline"', '"children"', "childline"),
        ("tel:999", "javascript:alert(1)", "cannot be used"),
        ('"lines"', '"others"', "cannot be used"),
    ],
)
def test_an_operators_numbers_that_cannot_be_used_are_named(tmp_path, before, after, says):
    ours = (concern_help.BUILT_IN / concern_help.FILE).read_text()
    (tmp_path / concern_help.FILE).write_text(ours.replace(before, after))
    with pytest.raises(Invalid, match=says):
        concern_help.lines(tmp_path)
