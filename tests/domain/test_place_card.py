"""The card of a place says what is known, to each reader what is theirs."""

from datetime import UTC, date, datetime

import pytest
from shapely import Point

from domain.errors import NotFound, NotPermitted
from domain.people import SYSTEM, Role, Tier
from domain.place_card import card
from domain.places import PlaceEvent, PlaceGuardian, Status
from tests.conftest import arrange
from tests.domain import rows
from tests.domain.rows import HERE, around

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)  # a Sunday


@pytest.fixture
def put(store):
    def put(*given):
        with store.writing() as session:
            return arrange(session, SYSTEM, *given)

    return put


@pytest.fixture
def place(put):
    (place,) = put(
        rows.place(
            aliases=["The steps"], address="1 Mill Lane", status=Status.PLAN,
            status_reason="Agreed in January.", review_due=date(2026, 3, 1),
        )
    )  # fmt: skip
    return place


@pytest.fixture
def shown(store, place):
    def shown(actor, number=None):
        with store.reading() as session:
            return card(session, actor, number or place.id, at=NOW)

    return shown


@pytest.mark.parametrize("role", [Role.PARTNER, Role.ADMINISTRATOR])
def test_who_reads_no_places_gets_no_card(shown, actor, role):
    with pytest.raises(NotPermitted, match="read place cards"):
        shown(actor(role))


def test_absent_and_not_permitted_read_the_same(shown, put, actor):
    home, secret = put(rows.place(place_type="refuge", tier=0), rows.place(tier=int(Tier.T4)))
    said = set()
    for number in (home.id, secret.id, 999):
        with pytest.raises(NotFound) as refused:
            shown(actor(Role.COORDINATOR), number)
        said.add(str(refused.value))
    assert said == {"That place is not there."}


def test_partner_agencies_get_a_neutral_card(shown, put, place, actor):
    put(rows.entry("street", "Mill Lane", HERE),
        PlaceEvent(place_id=place.id, at=NOW, kind="moved", reason="Two reports.",
                   actor_name="Police", status=Status.PLAN, details={}))  # fmt: skip
    seen = shown(actor(Role.PRACTITIONER))
    assert (seen.name, seen.neutral) == ("Place in the west", True)
    assert (seen.worries, seen.status_reason, seen.address, seen.aliases) == ("", "", "", ())
    assert seen.shape is None
    assert (seen.spot.x % 100, seen.spot.y % 100) == (50, 50)
    assert seen.location == "Mill Lane, NZ 750 450"
    assert seen.strengths == "Youth workers know it."
    assert seen.status is Status.PLAN
    assert seen.moves == ()
    assert [(line.said, line.reason, line.who) for line in seen.history] == [("Moved on", "", "")]
    everything = repr(seen)
    for word in ("kiosk", "steps", "cars", "Two reports", "Agreed in January"):
        assert word not in everything


def test_the_meeting_gets_the_whole_card(shown, place, actor):
    seen = shown(actor(Role.COORDINATOR))
    assert (seen.name, seen.neutral) == ("Mill Lane kiosk", False)
    assert seen.worries == "Adults wait here in cars."
    assert seen.status_reason == "Agreed in January."
    assert seen.aliases == ("The steps",)
    assert seen.shape.equals(around())
    assert seen.location == "1 Mill Lane, NZ 75050 45050"
    assert seen.moves == (Status.ASSESSING, Status.REVIEW)
    assert seen.handling


def test_a_late_review_is_said(shown, put, actor):
    seen = shown(actor(Role.PRACTITIONER))
    assert seen.overdue
    assert seen.review_words() == "The review was due on 1 March 2026 and is overdue."
    due, none = put(rows.place(review_due=date(2026, 3, 15)), rows.place())
    assert shown(SYSTEM, due.id).review_words() == "The review is due on 15 March 2026."
    assert shown(SYSTEM, none.id).review_words() == "No review date is set."


def test_only_records_that_are_surely_the_places_own_are_counted(shown, put, actor):
    edge = Point(HERE.x + 50 + 24.9, HERE.y)
    put(
        rows.incident(),
        rows.incident(spot=edge),
        rows.incident(spot=Point(edge.x + 0.2, edge.y)),  # beyond the 25 m of an exact outline
        rows.incident(source="open_data"),
        rows.incident(precision="approximate"),
        rows.incident(precision="area"),
        rows.incident(place_type="private_dwelling"),
        rows.incident(source="open_data", spot=Point(HERE.x + 301, HERE.y)),
        rows.incident(occurred_from=datetime(2019, 1, 1, tzinfo=UTC)),
        rows.incident(occurred_from=None),
    )
    seen = shown(actor(Role.COORDINATOR)).evidence
    assert (seen.incidents, seen.nearby) == (2, 3)
    assert seen.reach == 25
    assert any("known only roughly" in line for line in seen.words())
    assert shown(SYSTEM).evidence.incidents == 3  # the dwelling, to a sealed reader alone


@pytest.mark.parametrize(
    ("precision", "reach"),
    [("exact", 25), ("building", 30), ("street", 50), ("area", 10), ("approximate", 100)],
)
def test_how_far_around_is_counted_follows_how_surely_it_is_drawn(shown, put, precision, reach):
    (place,) = put(rows.place(precision=precision, shape=HERE))
    put(rows.incident(spot=Point(HERE.x + reach, HERE.y)))
    put(rows.incident(spot=Point(HERE.x + reach + 0.1, HERE.y)))
    assert shown(SYSTEM, place.id).evidence.incidents == 1


def test_months_are_those_of_london_and_none_is_left_out(shown, put, place, actor):
    put(
        rows.incident(occurred_from=datetime(2025, 6, 30, 23, 30, tzinfo=UTC)),  # July in London
        rows.incident(occurred_from=datetime(2026, 3, 1, 9, tzinfo=UTC)),
        rows.touch(place_id=place.id, month=date(2026, 3, 1)),
        rows.touch(place_id=place.id, month=date(2026, 3, 1), role="missing_from"),
        rows.touch(month=date(2026, 3, 1)),
        rows.annotation(place_id=place.id, noted_on=date(2026, 2, 3)),
    )
    months = shown(actor(Role.COORDINATOR)).evidence.months
    assert [month.month for month in months[:2]] == [date(2024, 4, 1), date(2024, 5, 1)]
    assert months[-1].month == date(2026, 3, 1)
    assert len(months) == 24
    counted = {
        month.month: (month.incidents, month.touches, month.annotations)
        for month in months
        if month.incidents or month.touches or month.annotations
    }
    assert counted == {
        date(2025, 7, 1): (1, 0, 0),
        date(2026, 2, 1): (0, 0, 1),
        date(2026, 3, 1): (1, 1, 0),
    }


def test_an_hour_that_is_not_known_is_counted_apart(shown, put, actor):
    put(
        rows.incident(weekday=4, hour=23),
        rows.incident(weekday=4, hour=23),
        rows.incident(weekday=0, hour=0),
        rows.incident(weekday=4, hour=None),
    )
    seen = shown(actor(Role.COORDINATOR)).evidence
    assert (seen.when[4][23], seen.when[0][0], seen.when_unknown) == (2, 1, 1)
    assert sum(map(sum, seen.when)) == 3
    assert "For 1 the hour is not known." in seen.words()


def test_small_numbers_are_hidden_below_the_meeting(shown, put, actor):
    put(*(rows.incident(weekday=4, hour=23) for _ in range(12)), rows.incident(weekday=0, hour=0))
    seen = shown(actor(Role.PRACTITIONER)).evidence
    assert seen.suppressed
    assert seen.incidents == 15  # 13, to the nearest five
    assert seen.when[4][23] == 10
    assert seen.when[0][0] is None
    assert seen.touches is None
    assert {month.incidents for month in seen.months} == {15, None}
    assert "Small numbers are not shown and the others are rounded." in seen.words()
    assert shown(actor(Role.COORDINATOR)).evidence.incidents == 13


def test_guardians_and_notes_are_those_that_the_reader_may_know_of(shown, put, place, people):
    library, home, high = put(
        rows.premises(opening={"sun": [["10:00", "16:00"]]}, trusted=True),
        rows.premises(place_type="childrens_home"),
        rows.premises(name="Front desk", tier=int(Tier.T4)),
    )
    put(*(PlaceGuardian(place_id=place.id, premises_id=each.id) for each in (library, home, high)))
    put(
        rows.annotation(place_id=place.id),
        rows.annotation(place_id=place.id, text="Graded.", tier=int(Tier.T4)),
        rows.annotation(place_id=place.id, text="Not yet.", state=rows.AnnotationState.WAITING),
    )
    seen = shown(people[Role.COORDINATOR])
    assert [(each.name, each.open_now) for each in seen.guardians] == [("Corner library", True)]
    assert [note.text for note in seen.notes] == ["No light by the gate."]
    police = shown(people[Role.POLICE])
    assert [each.name for each in police.guardians] == ["Corner library", "Front desk"]
    assert [note.text for note in police.notes] == ["Graded.", "No light by the gate."]


def test_a_neutral_card_names_no_premises_that_guard_the_place(shown, put, place, people):
    library, _ = put(
        rows.premises(opening={"sun": [["10:00", "16:00"]]}, trusted=True),
        rows.premises(name="Front desk", tier=int(Tier.T4)),
    )
    put(PlaceGuardian(place_id=place.id, premises_id=library.id))
    (guardian,) = shown(people[Role.PRACTITIONER]).guardians
    assert (guardian.name, guardian.premises_id, guardian.opening) == ("", 0, {})
    assert guardian.trusted
    assert guardian.open_now
    assert "library" not in str(shown(people[Role.PRACTITIONER])).lower()


def test_how_sure_the_spot_is_is_said(shown, put, actor):
    (vague,) = put(rows.place(precision="approximate"))
    lines = shown(actor(Role.PRACTITIONER), vague.id).precision_words()
    assert "must not be read as a place" in lines[0]
    assert "to the nearest street" in lines[1]
    assert any("100 m of the outline" in line for line in lines)
