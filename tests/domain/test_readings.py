"""What the map reads: each row to those who may know of it, and nothing to anyone else."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from shapely import LineString, Point
from sqlalchemy import event, text

from domain import annotations, areas, incidents, places, premises, touches
from domain.annotations import AnnotationState
from domain.areas import AreaKind
from domain.codes import current
from domain.errors import NotPermitted
from domain.filters import Filters
from domain.incidents import TimeKnown
from domain.people import PUBLIC, SYSTEM, Role, Tier
from domain.places import Status
from domain.visibility import open_types
from tests.conftest import arrange
from tests.domain import rows
from tests.domain.rows import HERE, around

RESTRICTED = sorted(set(current().place_types) - open_types())
FAR = Point(480_000, 550_000)
ROLES_WITH_PLACES = [Role.PRACTITIONER, Role.POLICE, Role.ANALYST, Role.COORDINATOR]


@pytest.fixture
def put(store):
    def put(*given):
        with store.writing() as session:
            arrange(session, SYSTEM, *given)
            return [row.id for row in given]

    return put


@pytest.fixture
def read(store):
    def read(frame, *args, **given):
        with store.reading() as session:
            return frame(session, *args, **given)

    return read


def test_the_restricted_types_are_those_where_people_live():
    assert RESTRICTED == [
        "childrens_home",
        "private_dwelling",
        "refuge",
        "supported_accommodation",
    ]


# Incidents


def test_an_empty_store_gives_frames_with_the_same_columns_as_a_full_one(put, read):
    frames = [
        incidents.frame,
        touches.frame,
        places.frame,
        premises.frame,
        annotations.frame,
        lambda session, actor: areas.frame(session, actor, AreaKind.WARD),
    ]
    empty = [read(frame, SYSTEM) for frame in frames]
    made = (rows.incident(), rows.touch(), rows.place(), rows.premises(), rows.annotation())
    put(*made, rows.area())
    for before, after in zip(empty, [read(frame, SYSTEM) for frame in frames], strict=True):
        assert len(before) == 0
        assert len(after) == 1
        assert before.dtypes.equals(after.dtypes)
        assert before.crs == after.crs == 27700


def test_an_incident_is_read_as_it_was_kept(put, read):
    moment = datetime(2026, 1, 10, 22, 30, tzinfo=UTC)
    (number,) = put(
        rows.incident(
            harm_further=["CL", "CCE"],
            place_type="park",
            agency="Harbour police",
            spot=Point(1.25, 2.5),
            occurred_from=moment,
        )
    )
    row = read(incidents.frame, SYSTEM).loc[number]
    assert row["spot"] == Point(1.25, 2.5)
    assert row["harm_further"] == ("CL", "CCE")
    assert row["occurred_from"].to_pydatetime() == moment
    assert (row["weekday"], row["hour"]) == (5, 22)
    assert (row["time_known"], row["agency"]) == ("interval", "Harbour police")
    assert not row["sealed"]
    assert not row["approximate"]


def test_what_is_not_known_of_an_incident_stays_missing(put, read):
    (number,) = put(
        rows.incident(
            occurred_from=None,
            weekday=None,
            hour=None,
            time_known=TimeKnown.UNKNOWN,
            harm_primary=None,
        )
    )
    row = read(incidents.frame, SYSTEM).loc[number]
    assert row[["occurred_from", "weekday", "hour", "harm_primary", "place_type"]].isna().all()


def test_points_that_a_publisher_moved_are_marked(put, read):
    numbers = put(
        rows.incident(source="open_data"),
        rows.incident(precision="approximate"),
        rows.incident(precision="street"),
    )
    assert list(read(incidents.frame, SYSTEM).loc[numbers, "approximate"]) == [True, True, False]


@pytest.mark.parametrize("kind", [*RESTRICTED, "a_type_that_left_the_list"])
def test_incidents_where_people_live_are_marked_sealed(put, read, kind):
    put(rows.incident(place_type=kind))
    assert list(read(incidents.frame, SYSTEM)["sealed"]) == [True]


def test_a_box_holds_its_edge_and_nothing_beyond_it(put, read):
    x, y = 475_000.1, 545_000.1  # not a number that the index keeps exactly
    inside, *_ = put(
        rows.incident(spot=Point(x, y)),
        rows.incident(spot=Point(x - 0.001, y)),
        rows.incident(spot=Point(x, y + 0.002)),
    )
    box = (x, y - 0.001, x + 1, y + 0.001)
    assert list(read(incidents.frame, SYSTEM, box).index) == [inside]


def test_the_newest_come_first_under_a_limit(put, read):
    old, new, unknown = put(
        rows.incident(occurred_from=datetime(2024, 1, 1, tzinfo=UTC)),
        rows.incident(occurred_from=datetime(2026, 1, 1, tzinfo=UTC)),
        rows.incident(occurred_from=None),
    )
    assert list(read(incidents.frame, SYSTEM, limit=2).index) == [new, old]
    assert list(read(incidents.frame, SYSTEM, HERE.buffer(9).bounds, limit=1).index) == [new]
    assert unknown in read(incidents.frame, SYSTEM).index


def test_days_are_those_of_london_and_an_interval_counts_where_it_may_fall(put, read):
    late, month, unknown, before = put(
        rows.incident(occurred_from=datetime(2026, 6, 30, 23, 30, tzinfo=UTC)),  # 1 July, 00:30
        rows.incident(
            occurred_from=datetime(2026, 6, 30, 23, tzinfo=UTC),
            occurred_to=datetime(2026, 7, 31, 23, tzinfo=UTC),
            time_known=TimeKnown.MONTH, weekday=None, hour=None,
        ),
        rows.incident(occurred_from=None),
        rows.incident(
            occurred_from=datetime(2026, 6, 29, 23, tzinfo=UTC),
            occurred_to=datetime(2026, 6, 30, 23, tzinfo=UTC),
            time_known=TimeKnown.DAY,
        ),
    )  # fmt: skip

    def days(since, until):
        return set(read(incidents.frame, SYSTEM, filters=Filters(since=since, until=until)).index)

    assert days(date(2026, 7, 1), date(2026, 7, 1)) == {late, month}
    assert days(date(2026, 7, 20), date(2026, 7, 20)) == {month}
    assert days(date(2026, 6, 30), date(2026, 6, 30)) == {before}
    assert days(None, date(2026, 6, 30)) == {before}
    assert unknown in days(None, None)


def test_weekdays_and_hours_past_midnight_narrow_incidents(put, read):
    evening, night, noon, unknown = put(
        rows.incident(weekday=5, hour=23),
        rows.incident(weekday=6, hour=1),
        rows.incident(weekday=6, hour=12),
        rows.incident(weekday=None, hour=None),
    )
    asked = Filters(hours=(22, 3))
    assert set(read(incidents.frame, SYSTEM, filters=asked).index) == {evening, night}
    asked = Filters(hours=(22, 3), weekdays=frozenset({6}))
    assert set(read(incidents.frame, SYSTEM, filters=asked).index) == {night}
    assert unknown in read(incidents.frame, SYSTEM).index
    assert noon in read(incidents.frame, SYSTEM, filters=Filters(weekdays=frozenset({6}))).index


def test_each_type_of_harm_is_found_by_its_own_code_alone(put, read):
    cse, cce, both = put(
        rows.incident(harm_primary="CSE", harm_further=[]),
        rows.incident(harm_primary="CCE", harm_further=["CL"]),
        rows.incident(harm_primary="CCE", harm_further=["CSE"]),
    )

    def found(*codes):
        asked = Filters(harm_types=frozenset(codes))
        return set(read(incidents.frame, SYSTEM, filters=asked).index)

    assert found("CSE") == {cse, both}
    assert found("CCE") == {cce, both}
    assert found("CL") == {cce}
    assert found("cse") == set()
    assert found("C%") == set()


def test_sources_types_and_agencies_narrow_incidents(put, read, people):
    one, other = put(
        rows.incident(source="council", place_type="park", agency="The partnership"),
        rows.incident(source="police", place_type="car_park", agency="Another"),
    )
    agency = people[Role.POLICE].agency_id

    def found(**asked):
        return set(read(incidents.frame, SYSTEM, filters=Filters(**asked)).index)

    assert found(sources=frozenset({"council"})) == {one}
    assert found(place_types=frozenset({"car_park"})) == {other}
    assert found(agencies=frozenset({agency})) == {one}


def test_an_area_narrows_to_its_outline_not_to_its_box(put, read):
    slope = rows.area(outline=LineString([(0, 0), (100, 100)]).buffer(1))
    inside, _corner = put(rows.incident(spot=Point(50, 50)), rows.incident(spot=Point(90, 10)))
    (number,) = put(slope)
    asked = Filters(areas=frozenset({number}))
    assert list(read(incidents.frame, SYSTEM, filters=asked).index) == [inside]


def test_an_area_that_has_gone_holds_nothing(put, read):
    put(rows.incident())
    asked = Filters(areas=frozenset({999}))
    assert len(read(incidents.frame, SYSTEM, filters=asked)) == 0


def test_a_box_is_answered_by_the_index(store):
    seen = []
    with store.reading() as session:
        event.listen(
            session.connection(), "before_cursor_execute",
            lambda *given: seen.append((given[2], given[3])),
        )  # fmt: skip
        incidents.frame(session, SYSTEM, (0, 0, 10, 10))
        statement, values = next(each for each in seen if "FROM incident" in each[0])
        if store.engine.dialect.name == "postgresql":
            session.execute(text("SET LOCAL enable_seqscan = off"))
            plan = session.connection().exec_driver_sql(f"EXPLAIN {statement}", values)
            assert "ix_incident_spot" in str(plan.all())
        else:
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            assert "SCAN incident" not in str(plan.all()).replace("SCAN incident_spot_rtree", "")


# Places


@pytest.mark.parametrize("role", [Role.PARTNER, Role.ADMINISTRATOR])
def test_who_reads_no_places_is_refused_all_of_them(put, read, actor, role):
    put(rows.place(tier=0))
    with pytest.raises(NotPermitted, match="read place cards"):
        read(places.frame, actor(role))


@pytest.mark.parametrize("frame", [incidents.frame, touches.frame, premises.frame,
                                   annotations.frame])  # fmt: skip
def test_the_public_reads_nothing(read, frame):
    with pytest.raises(NotPermitted, match="open the map"):
        read(frame, PUBLIC)


@pytest.mark.parametrize("kind", [*RESTRICTED, "a_type_that_left_the_list"])
def test_places_where_people_live_are_read_by_sealed_readers_alone(put, read, people, sealed, kind):
    put(rows.place(place_type=kind, tier=0))
    for role in ROLES_WITH_PLACES:
        assert len(read(places.frame, people[role], archived=True)) == 0
    frame = read(places.frame, sealed)
    assert list(frame["sealed"]) == [True]


def test_a_place_is_read_from_its_tier_on(put, read, people):
    put(rows.place(tier=int(Tier.T3)))
    seen = {role: len(read(places.frame, people[role])) for role in ROLES_WITH_PLACES}
    assert seen == {
        Role.PRACTITIONER: 0, Role.POLICE: 1, Role.ANALYST: 1, Role.COORDINATOR: 1,
    }  # fmt: skip


def test_below_the_meeting_a_place_has_its_neutral_name_and_no_worries(put, read, actor):
    put(rows.place(aliases=["The steps"], address="1 Mill Lane"))
    row = read(places.frame, actor(Role.PRACTITIONER)).iloc[0]
    assert (row["name"], row["aliases"]) == ("Place in the west", ())
    assert row[["worries", "address"]].isna().all()
    assert row["strengths"] == "Youth workers know it."
    row = read(places.frame, actor(Role.COORDINATOR)).iloc[0]
    assert (row["name"], row["aliases"]) == ("Mill Lane kiosk", ("The steps",))
    assert (row["worries"], row["address"]) == ("Adults wait here in cars.", "1 Mill Lane")


def test_archived_and_merged_places_come_only_when_asked_for(put, read):
    (kept,) = put(rows.place())
    archived, merged = put(
        rows.place(status=Status.ARCHIVED),
        rows.place(status=Status.ARCHIVED, merged_into_id=kept),
    )
    assert set(read(places.frame, SYSTEM).index) == {kept}
    assert set(read(places.frame, SYSTEM, archived=True).index) == {kept, archived, merged}
    asked = Filters(statuses=frozenset({Status.ARCHIVED}))
    assert set(read(places.frame, SYSTEM, filters=asked).index) == {archived, merged}


def test_who_works_in_an_area_reads_what_touches_it(put, read, actor):
    (area,) = put(rows.area())
    inside, edge, _outside = put(
        rows.place(), rows.place(shape=around(Point(HERE.x + 540, HERE.y))), rows.place(shape=FAR)
    )
    local = replace(actor(Role.COORDINATOR), area_ids=frozenset({area}))
    assert set(read(places.frame, local).index) == {inside, edge}
    beyond = FAR.buffer(100).bounds
    assert len(read(places.frame, local, beyond)) == 0
    nowhere = replace(local, area_ids=frozenset({999}))
    assert len(read(places.frame, nowhere)) == 0


@pytest.mark.parametrize(
    ("frame", "make"),
    [
        (incidents.frame, lambda point: rows.incident(spot=point)),
        (touches.frame, lambda point: rows.touch(spot=point)),
        (premises.frame, lambda point: rows.premises(spot=point)),
        (annotations.frame, lambda point: rows.annotation(shape=point)),
    ],
)
def test_every_reading_stays_in_the_readers_area(put, read, actor, frame, make):
    (area,) = put(rows.area())
    inside, _outside = put(make(HERE), make(FAR))
    local = replace(actor(Role.COORDINATOR), area_ids=frozenset({area}))
    assert list(read(frame, local).index) == [inside]
    elsewhere = Filters(areas=frozenset({area}))
    assert list(read(frame, SYSTEM, filters=elsewhere).index) == [inside]


def test_places_are_narrowed_by_what_is_known_of_them(put, read):
    one, other = put(
        rows.place(place_type="park", harm_primary="CCE", harm_further=["CSE"],
                   first_noted=date(2024, 1, 1), last_evidence=date(2024, 6, 1)),
        rows.place(place_type="car_park", harm_primary="CCE", status=Status.PLAN,
                   first_noted=date(2026, 1, 1)),
    )  # fmt: skip

    def found(**asked):
        return set(read(places.frame, SYSTEM, filters=Filters(**asked)).index)

    assert found(harm_types=frozenset({"CSE"})) == {one}
    assert found(place_types=frozenset({"car_park"})) == {other}
    assert found(statuses=frozenset({Status.PLAN})) == {other}
    assert found(since=date(2025, 1, 1)) == {other}
    assert found(until=date(2025, 1, 1)) == {one}


def test_a_review_in_the_past_is_overdue(put, read):
    late, due, none = put(
        rows.place(review_due=date(2020, 1, 1)),
        rows.place(review_due=date(2099, 1, 1)),
        rows.place(),
    )
    assert list(read(places.frame, SYSTEM).loc[[late, due, none], "overdue"]) == [
        True,
        False,
        False,
    ]


# Touches


def test_where_episodes_began_and_where_people_live_is_marked_sealed(put, read, actor):
    (home,) = put(rows.place(place_type="childrens_home", tier=0))
    (park,) = put(rows.place())
    marked = put(
        rows.touch(role="missing_from"),
        rows.touch(residential=True),
        rows.touch(place_id=home),
        rows.touch(role="a_role_that_left_the_list"),
        rows.touch(place_id=park),
        rows.touch(),
    )
    frame = read(touches.frame, actor(Role.COORDINATOR))
    assert list(frame.loc[marked, "sealed"]) == [True, True, True, True, False, False]


def test_a_touch_names_its_place_only_to_who_may_know_of_it(put, read, actor, sealed):
    home, secret, park = put(
        rows.place(place_type="refuge"), rows.place(tier=int(Tier.T4)), rows.place()
    )
    numbers = put(*(rows.touch(place_id=each) for each in (home, secret, park)))
    frame = read(touches.frame, actor(Role.COORDINATOR)).loc[numbers]
    assert list(frame["place_id"].isna()) == [True, True, False]
    assert list(frame["place_type"].isna()) == [True, True, False]
    assert list(read(touches.frame, actor(Role.PARTNER))["place_id"].isna()) == [True] * 3
    assert list(read(touches.frame, sealed).loc[numbers, "place_id"]) == [home, secret, park]


def test_hours_and_days_ask_for_the_part_of_the_day_and_the_kind_of_day(put, read):
    evening, night, unknown = put(
        rows.touch(time_band="evening", day_type="weekend"),
        rows.touch(time_band="night", day_type="weekday"),
        rows.touch(time_band="unknown", day_type="unknown"),
    )

    def found(**asked):
        return set(read(touches.frame, SYSTEM, filters=Filters(**asked)).index)

    assert found(hours=(20, 21)) == {evening}
    assert found(hours=(23, 2)) == {night}
    assert found(weekdays=frozenset({5})) == {evening}
    assert found(weekdays=frozenset({0, 6})) == {evening, night}
    assert found() == {evening, night, unknown}


def test_a_touch_counts_in_its_whole_month(put, read):
    january, february = put(rows.touch(month=date(2026, 1, 1)), rows.touch(month=date(2026, 2, 1)))

    def found(since, until):
        return set(read(touches.frame, SYSTEM, filters=Filters(since=since, until=until)).index)

    assert found(date(2026, 1, 20), date(2026, 1, 25)) == {january}
    assert found(date(2026, 1, 31), date(2026, 2, 1)) == {january, february}


# Annotations


def test_others_read_what_was_shared_at_their_tier(put, read, actor):
    (shared, _high, waiting, *_gone) = put(
        rows.annotation(),
        rows.annotation(tier=int(Tier.T4)),
        rows.annotation(state=AnnotationState.WAITING),
        rows.annotation(state=AnnotationState.DECLINED),
        rows.annotation(state=AnnotationState.WITHDRAWN),
    )
    assert set(read(annotations.frame, actor(Role.PRACTITIONER)).index) == {shared}
    assert set(read(annotations.frame, actor(Role.COORDINATOR)).index) == {shared, waiting}
    for role in (Role.PARTNER, Role.ADMINISTRATOR):
        assert len(read(annotations.frame, actor(role))) == 0


@pytest.mark.parametrize("state", AnnotationState)
def test_authors_always_read_their_own(put, read, actor, state):
    partner = actor(Role.PARTNER)
    own, _other = put(
        rows.annotation(state=state, author_id=partner.id),
        rows.annotation(state=state, author_id=actor(Role.POLICE).id),
    )
    frame = read(annotations.frame, partner)
    assert list(frame.index) == [own]
    assert list(frame["mine"]) == [True]


def test_a_note_on_a_place_is_hidden_with_the_place(put, read, actor, sealed):
    home, secret = put(rows.place(place_type="refuge"), rows.place(tier=int(Tier.T4)))
    on_home, on_secret = put(rows.annotation(place_id=home), rows.annotation(place_id=secret))
    assert len(read(annotations.frame, actor(Role.COORDINATOR))) == 0
    assert set(read(annotations.frame, actor(Role.POLICE)).index) == {on_secret}
    assert set(read(annotations.frame, sealed).index) == {on_home, on_secret}


# Premises


@pytest.mark.parametrize("kind", RESTRICTED)
def test_premises_where_people_live_are_read_by_sealed_readers_alone(
    put, read, people, sealed, kind
):
    put(rows.premises(place_type=kind, tier=0, roles=["safe_place"]))
    for role in Role:
        assert len(read(premises.frame, people[role])) == 0
    assert list(read(premises.frame, sealed)["sealed"]) == [True]


def test_community_partners_read_of_safe_places_alone(put, read, actor):
    safe, _guardian, _kept = put(
        rows.premises(roles=["safe_place", "partner_premises"], tier=int(Tier.T1), trusted=True),
        rows.premises(roles=["community_guardian"], tier=int(Tier.T1)),
        rows.premises(roles=["safe_place"], tier=int(Tier.T2)),
    )
    frame = read(premises.frame, actor(Role.PARTNER))
    assert list(frame.index) == [safe]
    assert frame["trusted"].isna().all()
    assert read(premises.frame, actor(Role.PRACTITIONER)).loc[safe, "trusted"]
    assert len(read(premises.frame, actor(Role.PRACTITIONER))) == 3


def test_opening_hours_are_those_of_london_and_may_pass_midnight():
    hours = {"fri": [["09:00", "12:00"], ["20:00", "02:00"]]}
    friday = datetime(2026, 6, 5, tzinfo=UTC)  # summer: an hour ahead

    def at(hour, minute=0, day=5):
        return premises.open_now(hours, friday.replace(day=day, hour=hour, minute=minute))

    assert at(8)
    assert not at(7, 59)
    assert not at(11)
    assert at(22)
    assert at(0, 59, day=6)
    assert not at(1, 0, day=6)
    assert premises.open_now({}, friday) is None


# Areas


def test_areas_are_those_of_the_newest_vintage_unless_another_is_asked_for(put, read, actor):
    old, may, december = put(
        rows.area(code="A", vintage="2021"),
        rows.area(code="A", vintage="May 2025"),
        rows.area(code="A", vintage="2025-12"),
    )
    partner = actor(Role.PARTNER)
    assert list(read(areas.frame, partner, AreaKind.WARD).index) == [december]
    assert list(read(areas.frame, partner, AreaKind.WARD, vintage="2021").index) == [old]
    assert read(areas.kinds, partner) == {AreaKind.WARD: ["2025-12", "May 2025", "2021"]}
    assert [each.id for each in read(areas.covering, partner, HERE)] == [december]
    assert may not in read(areas.frame, partner, AreaKind.WARD).index


def test_who_works_in_an_area_reads_those_that_share_its_ground(put, read, actor):
    (mine,) = put(rows.area())
    inside, _beside = put(
        rows.area(kind=AreaKind.LSOA, outline=around()),
        rows.area(kind=AreaKind.LSOA, outline=around(Point(HERE.x + 1000, HERE.y), 500)),
    )
    local = replace(actor(Role.POLICE), area_ids=frozenset({mine}))
    assert list(read(areas.frame, local, AreaKind.LSOA).index) == [inside]
