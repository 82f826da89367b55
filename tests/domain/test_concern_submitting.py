"""Reporting: two minutes, no account, nothing told of what is known, nothing half-written."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPoint, Point
from sqlalchemy import func, select, text

from domain import identifiers
from domain.areas import AreaKind
from domain.audit import Entry
from domain.concern_floods import Floods
from domain.concern_keys import Keys
from domain.concern_submitting import (
    Intake,
    Sent,
    is_ours,
    masked,
    new_submission,
    preview,
    submit,
)
from domain.concerns import Concern, ConcernContact, ConcernEvent, ConcernState, DutyAlert, Source
from domain.errors import Invalid, NotPermitted
from domain.people import PUBLIC, SYSTEM, Role
from store.database import Store, connect
from tests.conftest import arrange, busy
from tests.domain import rows
from tests.domain.conftest import KEYS, NOON
from tests.domain.rows import HERE

HOSTILE = "<script>alert(1)</script> {{7*7}} '; DROP TABLE concern;--"


def count(box, table=Concern):
    with box.store.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_anyone_reports_without_an_account(box):
    concern = box.send(times=("evening",), days=("weekend",), where="Near the bandstand")
    assert concern.state is ConcernState.RECEIVED
    assert concern.source is Source.PUBLIC
    assert concern.reporter_id is None
    assert concern.words == "No light behind the bandstand."
    assert concern.near_words == "Near the bandstand"
    assert concern.received_at == NOON
    assert count(box, DutyAlert) == 0


@pytest.mark.parametrize("role", Role)
def test_everyone_who_is_signed_in_reports_under_their_own_name(box, people, role):
    concern = box.send(people[role])
    assert (concern.source, concern.reporter_id) == (Source.PARTNER, people[role].id)


def test_a_call_is_taken_by_those_who_report_or_decide(box, people):
    for role in Role:
        if role in (Role.PARTNER, Role.PRACTITIONER, Role.COORDINATOR):
            assert box.send(people[role], on_behalf=True).source is Source.PHONE
        else:
            with pytest.raises(NotPermitted):
                box.code(people[role], on_behalf=True)
    with pytest.raises(NotPermitted):
        box.code(PUBLIC, on_behalf=True)


@pytest.mark.parametrize(
    "shape", [HERE, LineString([(475_000, 545_000), (475_400, 545_200)]), rows.around()]
)
def test_a_spot_a_route_or_an_area_is_kept_as_it_was_drawn(box, shape):
    assert box.send(shape=shape).shape.equals(shape)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"worries": (), "words": " "}, "what worries you or what helps"),
        ({"worries": ("no such",)}, "not one of"),
        ({"role": "king"}, "not one of"),
        ({"place_type": HOSTILE}, "not one of"),
        ({"words": "a" * 501}, "500 characters"),
        ({"where": "a" * 201}, "200 characters"),
        ({"contact": "a" * 201}, "200 characters"),
        ({"shape": Point(0, 5_000_000)}, "outside Great Britain"),
        ({"shape": MultiPoint([(475_000, 545_000)])}, "one spot"),
        ({"worries": tuple("dark" + str(index) for index in range(13))}, "12 at most"),
        ({"submission": "1"}, "not complete"),
        ({"submission": "G" * 32}, "not complete"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words_and_nothing_is_kept(box, given, says):
    with pytest.raises(Invalid, match=says) as refused:
        box.code(**given)
    assert HOSTILE not in str(refused.value)
    assert count(box) == 0


def test_outside_our_area_the_reporter_hears_who_to_tell(box):
    assert box.send()
    with box.store.writing() as session:
        arrange(session, SYSTEM, rows.area(kind=AreaKind.PARTNERSHIP))
    assert box.send()
    far = Point(HERE.x + 9_000, HERE.y)
    with box.store.reading() as session:
        assert is_ours(session, Point(HERE.x + 1_400, HERE.y))  # within the margin
        assert not is_ours(session, far)
    with pytest.raises(Invalid, match="outside our area"):
        box.code(shape=far)


def test_words_are_masked_and_their_original_is_sealed_whole(box):
    typed = "Ring me on 07700 900123, a car AB12 CDE waits."
    concern = box.send(words=typed, where="by 07700 900999")
    assert "07700" not in concern.words + concern.near_words
    assert {"phone", "plate"} <= set(concern.found)
    with box.store.reading() as session:
        sealed = session.scalar(select(Concern.original))
    assert b"07700" not in sealed
    assert KEYS.open(sealed) == f"{typed}\n\nby 07700 900999"
    clean = box.send(words="A dark corner.")
    with box.store.reading() as session:
        assert session.scalar(select(Concern.original).where(Concern.id == clean.id)) is None


def test_a_preview_shows_what_would_be_kept():
    kept, found = preview("Ring 07700 900123.")
    assert "07700" not in kept
    assert [each.kind for each in found] == [identifiers.Kind.PHONE]


def test_a_contact_lies_apart_and_sealed_and_of_children_there_is_none(box):
    adult = box.send(contact=" a@example.org ")
    box.send(contact="b@example.org", under_18=True)
    with box.store.reading() as session:
        (contact,) = session.scalars(select(ConcernContact))
    assert contact.concern_id == adult.id
    assert b"example" not in contact.sealed
    assert KEYS.open(contact.sealed) == "a@example.org"


def test_danger_at_the_gate_calls_the_duty_contact(box):
    concern = box.send(danger=True)
    with box.store.reading() as session:
        (alert,) = session.scalars(select(DutyAlert))
    assert concern.danger
    assert (alert.concern_id, alert.acknowledged_at) == (concern.id, None)


def test_the_answer_is_the_same_whatever_is_known_there(box, people):
    """Type, length and what was written to the database are alike; only the code differs."""
    box.place(shape=rows.around(), name="Bandstand")
    box.share(box.send(), box.place(name="Another", shape=rows.around()))
    known, unknown = HERE, Point(479_000, 549_000)

    def sent(spot, who):
        with box.store.writing() as session:
            before = session.scalar(select(func.count(Entry.id)))
            said = submit(
                session, who, box.intake, rows.report(shape=spot), submission=new_submission(),
                source=f"192.0.2.{spot.x % 7:.0f}",
            )  # fmt: skip
            return said, session.scalar(select(func.count(Entry.id))) - before

    for who in (PUBLIC, people[Role.PARTNER]):
        (here, lines_here), (there, lines_there) = sent(known, who), sent(unknown, who)
        assert type(here) is type(there) is Sent
        assert vars(here).keys() == vars(there).keys() == {"code"}
        assert len(here.code.split()) == len(there.code.split()) == 6
        assert lines_here == lines_there


def test_a_machine_that_fills_the_hidden_field_hears_the_same_and_nothing_is_kept(box):
    assert len(box.code(honeypot="http://buy.example").split()) == 6
    assert count(box) == 0


def test_a_draft_that_is_sent_again_is_not_doubled_and_has_the_same_code(box):
    submission = new_submission()
    codes = {box.code(submission=submission, danger=True) for _ in range(3)}
    assert len(codes) == 1
    assert (count(box), count(box, DutyAlert), count(box, ConcernEvent)) == (1, 1, 1)


def test_a_draft_that_is_sent_again_after_a_change_of_keys_has_the_same_code(box):
    submission = new_submission()
    before = box.code(submission=submission)
    box.intake = Intake(Keys([Keys.make(), *(each.decode() for each in KEYS._masters)]))
    assert box.code(submission=submission) == before
    assert count(box) == 1


def test_a_draft_that_two_lines_send_at_once_is_kept_once(box, url):
    submission, start = new_submission(), Barrier(2)

    def send(_):
        store = Store(connect(url), busy)
        intake = Intake(KEYS, Floods())
        try:
            start.wait()
            with store.writing() as session:
                report = rows.report(danger=True)
                return submit(
                    session, PUBLIC, intake, report, submission=submission, source="a"
                ).code
        finally:
            store.close()

    with ThreadPoolExecutor(2) as pool:
        codes = set(pool.map(send, range(2)))
    assert len(codes) == 1
    assert (count(box), count(box, DutyAlert)) == (1, 1)


KILLED = """
import os, sys
from domain.concern_keys import Keys
from domain.concern_submitting import Intake, Report, submit
from domain.errors import busy
from domain.people import PUBLIC
from store.database import Store, connect
from shapely import Point
import domain.tables
url, key, submission = sys.argv[1:]
with Store(connect(url), busy).writing() as session:
    report = Report(shape=Point(475_050, 545_050), precision="exact", place_type="park",
                    ways_known="saw", role="resident", words="Dark.", danger=True, contact="x")
    sent = submit(session, PUBLIC, Intake(Keys([key])), report, submission=submission, source="a")
    print(sent.code, flush=True)
    os._exit(9)
"""


def test_a_server_killed_in_the_middle_leaves_nothing_and_the_draft_can_be_sent_again(box, url):
    submission, key = new_submission(), KEYS._masters[0].decode()
    died = subprocess.run(
        [sys.executable, "-c", KILLED, url, key, submission], check=False, capture_output=True,
        text=True, cwd=Path.cwd(),
    )  # fmt: skip
    assert died.returncode == 9, died.stderr
    tables = (Concern, ConcernContact, ConcernEvent, DutyAlert, Entry)
    before = count(box, Entry)
    assert [count(box, each) for each in tables] == [0, 0, 0, 0, before]
    assert box.code(submission=submission) == died.stdout.strip()
    assert count(box) == 1
    assert count(box, Entry) > before


def test_hostile_words_are_kept_as_words_and_run_nowhere(box):
    concern = box.send(words=HOSTILE, where=HOSTILE)
    assert "<script>" in concern.words
    assert count(box) == 1


def test_the_log_holds_nothing_of_what_was_told(box, people):
    box.send(words="Quillfeather 07700 900123", where="Quillfeather", contact="Quillfeather")
    with box.store.reading() as session:
        entries = list(session.scalars(select(Entry).where(Entry.action == "concern.submit")))
    told = str([each.changes for each in entries])
    assert entries
    for secret in ("Quillfeather", "07700", "dark", "resident", "475", "545", "POINT"):
        assert secret not in told.replace(str(NOON.date()), "")


STRUCTURED = st.one_of(
    st.from_regex(r"07\d{3} \d{6}", fullmatch=True),
    st.from_regex(r"[a-z]{3,8}@[a-z]{3,8}\.(com|org|uk)", fullmatch=True),
    st.from_regex(r"[A-Z]{2}[0-9]{2} [A-Z]{3}", fullmatch=True),
    st.from_regex(r"AB \d{2} \d{2} \d{2} C", fullmatch=True),
    st.from_regex(r"born 0[1-9]/0[1-9]/201[0-5]", fullmatch=True),
    st.from_regex(r"instagram\.com/[a-z]{4,9}", fullmatch=True),
    st.just("NHS 943 476 5919"),
)
PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)


@settings(deadline=None)
@given(before=PLAIN, structured=st.lists(STRUCTURED, min_size=1, max_size=3), after=PLAIN)
def test_no_words_that_are_kept_hold_a_structured_identifier(before, structured, after):
    kept = masked(" ".join([before, *structured, after]))
    assert identifiers.find(kept) == []


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(before=PLAIN, structured=st.lists(STRUCTURED, min_size=1, max_size=3))
def test_no_stored_public_field_holds_a_structured_identifier(box, before, structured):
    box.intake = Intake(KEYS)  # each example is a day of its own
    words = " ".join([before, *structured, "by 07700 900123"])
    concern = box.send(words=words, where=words[-150:], contact=words[-30:])
    query = text("SELECT * FROM concern WHERE id = :id")
    with box.store.reading() as session:
        row = session.execute(query, {"id": concern.id}).mappings().one()
    passed_over = {"receipt_hash", "submission_hash", "received_at", "shape"}
    stored = {name: each for name, each in row.items() if name not in passed_over}
    told = [each for each in stored.values() if isinstance(each, str)]
    assert [each for each in told if identifiers.find(each)] == []
    assert "900123" not in str(stored)
    assert "phone" in concern.found
