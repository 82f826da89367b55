"""More readers only with a neutral name and an end; fewer where nothing new is known."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain import case_due, place_expiry, place_history, place_sharing
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.matching import today
from domain.people import SYSTEM, Role, Tier
from domain.place_changes import change
from domain.place_sharing import questions, share_more_widely, take_back
from domain.places import PlaceEvent, Status
from exchange.work import tidy
from tests.conftest import arrange
from tests.domain import cases, rows
from tests.domain.cases import Case

LATER = today() + timedelta(days=30)


def wider(**given):
    return {
        "tier": Tier.T2,
        "version": 1,
        "neutral_name": "Place by the water",
        "answers": dict.fromkeys(questions(), "Looked at."),
        "right_of_reply": "The owner was asked and agrees.",
        "ends_on": LATER,
        "reason": "Youth workers need it.",
        **given,
    }


@pytest.fixture
def narrow(store, people):
    """A place that the safeguarding meeting alone reads."""
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place(tier=int(Tier.T3), aliases=["The steps"]))
    return Case(store, people, place)


def test_a_lower_tier_is_no_mere_change(narrow):
    with pytest.raises(Invalid, match="More people would see this place"):
        narrow.do(change, narrow.chair, narrow.place.id, version=1, tier=int(Tier.T2))
    assert narrow.now(narrow.place).tier == Tier.T3


def test_a_higher_tier_is_a_mere_change(narrow):
    with narrow.store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place())
    narrow.do(change, narrow.chair, place.id, version=1, tier=int(Tier.T3))
    assert narrow.now(place).tier == Tier.T3


def test_a_place_is_shared_more_widely_until_a_day(narrow):
    narrow.do(share_more_widely, narrow.chair, narrow.place.id, **wider())
    kept = narrow.now(narrow.place)
    assert (kept.tier, kept.neutral_name, kept.version) == (Tier.T2, "Place by the water", 2)
    (line,) = narrow.read(place_history.lines, narrow.chair, narrow.place.id)
    assert (line.said, line.reason) == ("Shared more widely", "Youth workers need it.")
    for day, tier in ((LATER, Tier.T2), (LATER + timedelta(days=1), Tier.T3)):
        narrow.do(place_sharing.sweep, SYSTEM, day)
        assert narrow.now(narrow.place).tier == tier
    assert narrow.do(place_sharing.sweep, SYSTEM, LATER + timedelta(days=2)) == 0
    (sharing,) = narrow.read(place_sharing.of_place, narrow.chair, narrow.place.id)
    assert sharing.ended_why.startswith("It was shared more widely until")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"neutral_name": ""}, "the neutral name"),
        ({"neutral_name": "By the mill lane KIOSK"}, "tells what the place is called"),
        ({"neutral_name": "Near the steps"}, "tells what the place is called"),
        ({"answers": {}}, "the answer on"),
        ({"answers": dict.fromkeys(list(questions())[1:], "Yes.")}, "the answer on"),
        ({"right_of_reply": " "}, "right of reply"),
        ({"reason": ""}, "the reason"),
        ({"tier": Tier.T3}, "wider circle"),
        ({"tier": Tier.T1}, "wider circle"),
    ],
)
def test_wider_sharing_asks_for_all_of_it(narrow, given, says):
    with pytest.raises(Invalid, match=says):
        narrow.do(share_more_widely, narrow.chair, narrow.place.id, **wider(**given))
    assert narrow.now(narrow.place).tier == Tier.T3


@pytest.mark.parametrize("days", [0, 184])
def test_wider_sharing_ends_within_half_a_year(narrow, days):
    ends_on = today() + timedelta(days=days)
    with pytest.raises(Invalid, match="last day"):
        narrow.do(share_more_widely, narrow.chair, narrow.place.id, **wider(ends_on=ends_on))


def test_the_checklist_looks_at_stigma_and_displacement():
    assert {"stigma", "displacement"} <= set(questions())


def test_homes_are_never_shared_more_widely(store, people, sealed):
    with store.writing() as session:
        (home,) = arrange(
            session, SYSTEM, rows.place(place_type="refuge", tier=int(Tier.SEALED), name="Haven")
        )
        with pytest.raises(Invalid, match="stay sealed"):
            share_more_widely(session, sealed, home.id, **wider())


def test_a_sharing_is_taken_back_early_once(narrow):
    made = narrow.do(share_more_widely, narrow.chair, narrow.place.id, **wider())
    narrow.do(take_back, narrow.chair, made.id, reason="It was in the paper.")
    assert narrow.now(narrow.place).tier == Tier.T3
    with pytest.raises(Conflict, match="ended already"):
        narrow.do(take_back, narrow.chair, made.id, reason="Again.")


def test_nobody_takes_back_what_they_would_then_not_see(store, people):
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place(tier=int(Tier.T4)))
    case = Case(store, people, place)
    with pytest.raises(NotFound):
        case.do(share_more_widely, case.chair, place.id, **wider(tier=Tier.T3))
    made = case.do(share_more_widely, case.analyst, place.id, **wider(tier=Tier.T3))
    with pytest.raises(Invalid, match="would not see"):
        case.do(take_back, case.chair, made.id, reason="No.")


def test_a_place_that_was_made_narrower_meanwhile_is_never_opened_by_the_sweep(store, people):
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place(tier=int(Tier.T3)))
    case = Case(store, people, place)
    case.do(share_more_widely, case.analyst, place.id, **wider())
    case.do(change, case.analyst, place.id, version=2, tier=int(Tier.T4))
    case.do(place_sharing.sweep, SYSTEM, LATER + timedelta(days=1))
    assert case.now(place).tier == Tier.T4


@pytest.mark.parametrize("role", [Role.PARTNER, Role.PRACTITIONER, Role.ADMINISTRATOR])
def test_only_those_who_change_places_share_them(narrow, role):
    with pytest.raises(NotPermitted):
        narrow.do(share_more_widely, narrow.people[role], narrow.place.id, **wider())


# Expiry


def old(**given):
    return rows.place(
        **{"first_noted": date(2024, 1, 1), "last_evidence": date(2025, 3, 1), **given}
    )


def test_a_place_without_news_goes_to_fewer_readers_with_notice(store, people):
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, old())
    case = Case(store, people, place)
    last = date(2026, 3, 1)
    assert case.read(place_expiry.coming, case.chair, last - timedelta(days=29)) == []
    (notice,) = case.read(place_expiry.coming, case.chair, last - timedelta(days=28))
    assert (notice.on, notice.name, notice.soon) == (last, place.name, True)
    (neutral,) = case.read(place_expiry.coming, people[Role.PRACTITIONER], last)
    assert neutral.name == place.neutral_name
    assert case.do(place_expiry.sweep, SYSTEM, last) == 0
    assert case.do(place_expiry.sweep, SYSTEM, last + timedelta(days=1)) == 1
    assert case.now(place).tier == Tier.T3
    (line,) = case.read(place_history.lines, case.chair, place.id)
    assert (line.said, line.reason) == (
        "Shown to fewer readers", "Nothing new is known since 1 March 2025.",
    )  # fmt: skip
    assert case.do(place_expiry.sweep, SYSTEM, last + timedelta(days=2)) == 0


def test_news_of_any_kind_keeps_a_place_where_it_is(store, people):
    with store.writing() as session:
        noted, reviewed, assessed, quiet = arrange(session, SYSTEM, *(old() for _ in range(4)))
        who = people[Role.ANALYST]
        (made,) = arrange(session, SYSTEM, cases.plan(reviewed, who))
        arrange(
            session, SYSTEM,
            rows.annotation(place_id=noted.id, noted_on=date(2026, 2, 1)),
            cases.review(made, who, held_on=date(2026, 2, 1)),
            cases.assessment(assessed, who, signed_at=datetime(2026, 2, 1, tzinfo=UTC)),
        )  # fmt: skip
        place_expiry.sweep(session, SYSTEM, date(2026, 6, 1))
        assert [each.tier for each in (noted, reviewed, assessed, quiet)] == [2, 2, 2, 3]


@pytest.mark.parametrize("tier", [Tier.T3, Tier.T4, Tier.SEALED])
def test_no_place_comes_to_more_readers_by_the_sweep(store, tier):
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, old(tier=int(tier)))
        assert place_expiry.sweep(session, SYSTEM, date(2027, 1, 1)) == 0
        assert place.tier == tier


def test_the_house_sweeps_both(store, people):
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, old())
    tidy(store)
    with store.reading() as session:
        assert session.get(type(place), place.id).tier == Tier.T3


# What is due


def test_what_is_due_and_late_is_worked_out_by_the_clocks(store, people):
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    with store.writing() as session:
        watched, screened, open_one, _planned = arrange(
            session, SYSTEM,
            rows.place(name="Watched"),
            rows.place(name="Screened"),
            rows.place(name="Open", status=Status.ASSESSING),
            rows.place(name="Planned", status=Status.PLAN, review_due=date(2026, 12, 1)),
        )  # fmt: skip
        noted = {"kind": "noted", "status": Status.WATCH, "actor_name": "X", "at": now}
        who = people[Role.ANALYST]
        arrange(
            session, SYSTEM,
            PlaceEvent(place_id=watched.id, **noted), PlaceEvent(place_id=screened.id, **noted),
            cases.screening(screened, who, decided_at=now),
            cases.assessment(
                open_one, who, state="draft", signed_at=None,
                started=date(2026, 9, 1), due=date(2026, 11, 2),
            ),
        )  # fmt: skip
    case = Case(store, people, watched)
    found = case.read(case_due.due, case.chair, today=date(2026, 12, 1))
    assert [(each.name, each.clock, each.on, each.overdue) for each in found] == [
        ("Open", "assessment", date(2026, 11, 2), True),
        ("Watched", "triage", date(2026, 11, 25), True),
        ("Watched", "screening", date(2026, 11, 30), True),
        ("Planned", "review", date(2026, 12, 1), False),
    ]
    late = case.read(case_due.overdue, case.chair, today=date(2026, 12, 2))
    assert len(late) == 4
    neutral = case.read(case_due.due, people[Role.PRACTITIONER], today=date(2026, 12, 2))
    assert [(each.clock, each.name) for each in neutral] == [("review", "Place in the west")]
