"""The log is read page by page, and tells nothing that its reader may not know."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from domain import accounts, audit_log, grants
from domain.audit import Entry
from domain.audit_log import PAGE, Wanted
from domain.errors import Invalid, NotPermitted
from domain.people import SYSTEM, Kind, Role, Tier
from tests.conftest import arrange


@pytest.fixture
def admin(actor):
    return actor(Role.ADMINISTRATOR)


def read(store, who, wanted=None, **named):
    with store.reading() as session:
        return audit_log.entries(session, who, wanted or Wanted(), **named)


def put(store, *entries):
    with store.writing() as session:
        arrange(session, SYSTEM, *entries)


def entry(**given):
    known = {
        "at": datetime(2026, 6, 1, 12, tzinfo=UTC),
        "actor_kind": Kind.USER,
        "actor_id": None,
        "actor_name": "Pat",
        "action": "place.change",
        "subject": "place/7",
        "changes": {"name": ["The subway", "The underpass"], "status_reason": [None, "Calmer"]},
    }
    return Entry(**known | given)


def test_readers_of_the_log_are_administrators_and_coordinators(store, people):
    for role in Role:
        if role in (Role.ADMINISTRATOR, Role.COORDINATOR):
            assert read(store, people[role])
        else:
            with pytest.raises(NotPermitted, match="audit"):
                read(store, people[role])


def test_an_entry_reads_as_who_did_what_to_whom(store, people, admin):
    partner = people[Role.PARTNER].id
    with store.writing() as session:
        end = datetime(2099, 7, 1, 22, 59, tzinfo=UTC)
        why = "Covers for a colleague"
        grants.give(
            session, admin, partner, role=Role.POLICE, tier=Tier.SEALED, expires=end, reason=why
        )
    told = read(store, admin)[0]
    assert told.who == "Administrator (administrator)"
    assert told.does == "Give a person one more capacity"
    assert told.record.startswith("Role of a person ")
    for words in ("role: police", "tier: Sealed", "expires: 01 Jul 2099, 23:59"):
        assert words in told.changes
    assert "area" not in told.changes
    assert "user: Community Partner (community-partner)" in told.changes


def test_of_a_place_only_the_fields_are_told(store, admin):
    put(store, entry())
    (told,) = read(store, admin, Wanted(subject="place", number="7"))
    assert told.changes == "name; status reason"
    assert "underpass" not in str(told)


@pytest.mark.parametrize("subject", ["place", "annotation", "incident", "premises", "place_touch"])
def test_no_value_of_a_record_about_places_is_ever_told(store, admin, subject):
    put(store, entry(subject=f"{subject}/1"))
    for text in (str(read(store, admin)), export(store, admin)):
        assert "The underpass" not in text
        assert "Calmer" not in text


def export(store, who, wanted=None):
    with store.writing() as session:
        return audit_log.export(session, who, wanted or Wanted())


def test_pages_follow_each_other_without_gap_or_repeat(store, people, admin):
    put(store, *[entry(subject=f"place/{number}") for number in range(2 * PAGE)])
    seen, before = [], None
    while page := read(store, admin, before=before):
        assert len(page) <= PAGE
        seen += [told.id for told in page]
        before = page[-1].id
    with store.reading() as session:
        assert seen == list(session.scalars(select(Entry.id).order_by(Entry.id.desc())))


def test_entries_are_found_by_who_what_record_and_day(store, people, admin):
    police = people[Role.POLICE].id
    put(
        store,
        entry(actor_id=police, subject="place/70"),
        entry(actor_id=police, action="place.merge", subject="place/7"),
        entry(subject="place_event/7"),
    )
    assert len(read(store, admin, Wanted(user_id=police))) == 2
    assert len(read(store, admin, Wanted(user_id=police, action="place.merge"))) == 1
    assert len(read(store, admin, Wanted(subject="place"))) == 2
    assert len(read(store, admin, Wanted(subject="place", number="7"))) == 1
    assert read(store, admin, Wanted(subject="place", number="%")) == []


def test_days_are_londons_and_inclusive(store, people, admin):
    just_before = datetime(2026, 5, 31, 22, 59, 59, tzinfo=UTC)  # 23:59:59 in London
    put(store, entry(at=just_before), entry(at=datetime(2026, 5, 31, 23, tzinfo=UTC)))
    on = {
        day: len(read(store, admin, Wanted(since=date(2026, *day), until=date(2026, *day))))
        for day in [(5, 30), (5, 31), (6, 1), (6, 2)]
    }
    assert on == {(5, 30): 0, (5, 31): 1, (6, 1): 1, (6, 2): 0}


def test_days_the_wrong_way_round_are_told():
    with pytest.raises(Invalid, match="swap"):
        Wanted(since=date(2026, 2, 1), until=date(2026, 1, 1))


def test_taking_the_log_out_is_noted_marked_and_safe_in_a_spreadsheet(store, people, admin):
    put(store, entry(actor_name="=HYPERLINK(1)"))
    text = export(store, admin)
    assert text.startswith("OFFICIAL-SENSITIVE,")
    assert "taken out by Administrator" in text
    assert "'=HYPERLINK(1)" in text
    with store.reading() as session:
        (noted,) = session.scalars(select(Entry).where(Entry.action == "audit.export"))
        count = len(session.scalars(select(Entry.id)).all()) - 1
    assert noted.changes == {"entries": count}


def test_an_export_that_is_too_large_is_refused(store, admin, monkeypatch):
    put(store, *[entry() for _ in range(4)])
    monkeypatch.setattr(audit_log, "LARGEST_EXPORT", 3)
    with pytest.raises(Invalid, match="fewer days"):
        export(store, admin)


def test_every_action_that_there_is_has_words_for_the_log(store, people, admin):
    with store.writing() as session:
        accounts.add_agency(session, admin, name="X", kind="council")
    assert read(store, admin)[0].does == "Add an organisation to the partnership"
