"""The daily digest, sent through a real mail office: what it holds, once a day, and failures."""

import email
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import policy

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from domain import digests, follows, threads
from domain.accounts import User
from domain.annotation_changes import annotate, withdraw
from domain.errors import Invalid, NotPermitted
from domain.matching import today
from domain.people import SYSTEM, Role
from domain.places import Status
from exchange import mail
from exchange.digest import MOST, Posted, post
from exchange.mail import MailServer, NotSent
from store.database import Store, connect
from tests.conftest import arrange, busy
from tests.domain import rows
from tests.domain.cases import Case

NOTE = {"kind": "worry", "text": "Quillfeather by the gate.", "shape": rows.HERE,
        "precision": "street"}  # fmt: skip
HOME = "https://map.example.org"
TO = "chair@example.org"


class Letters:
    """Takes mail, or refuses it as a server that is full does."""

    def __init__(self):
        self.taken, self.full = [], False

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's own name
        if self.full:
            return "452 4.3.1 No room for chair@example.org"
        self.taken.append(envelope)
        return "250 OK"

    def read(self):
        return [email.message_from_bytes(each.content, policy=policy.default)
                for each in self.taken]  # fmt: skip


@pytest.fixture
def letters():
    return Letters()


@contextmanager
def running(handler, **how):
    """Run a mail server on a port that nobody has; yield the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, **how)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@pytest.fixture
def office(letters):
    with running(letters) as port:
        yield MailServer("127.0.0.1", port, "safeground@example.org", starttls=False)


@pytest.fixture
def do(store):
    def do(action, *args, **given):
        with store.writing() as session:
            return action(session, *args, **given)

    return do


@pytest.fixture
def chair(do, actor):
    """A coordinator who gets a digest and follows the ground around here."""
    chair = actor(Role.COORDINATOR)
    do(digests.choose, chair, wanted=True, email=f" {TO} ")
    do(follows.follow_shape, chair, rows.around(), name="Here")
    return chair


def at(hours):
    """Tomorrow at noon and so many hours: after anything that a test did."""
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return lambda: noon + timedelta(hours=hours)


def test_a_digest_reminds_an_agency_once_and_again_a_week_later(
    store, do, office, letters, chair, people
):
    with store.writing() as session:
        given = {"name": "Quillfeather", "reference": "PL-7", "status": Status.PLAN}
        (place,) = arrange(session, SYSTEM, rows.place(**given))
    case = Case(store, people, place)
    case.plan()
    task = case.propose(what="Quillfeather lane.", due=today() + timedelta(days=2))
    for hours in (0, 24, 24 * 7):
        post(store, office, HOME, hour=7, clock=at(hours))
    told = [each.get_content() for each in letters.read()]
    mine = [text for text in told if f"action {task.id}, PL-7" in text]
    assert len(mine) == 3 - 1, "not on the second day"
    assert f"{HOME}/actions?action={task.id}" in mine[0]
    assert "Due soon" in mine[0]
    assert "Overdue" in mine[1]
    assert "Quillfeather" not in str(told)


def test_a_digest_holds_references_times_and_links_and_nothing_else(
    store, do, office, letters, chair, actor
):
    note = do(annotate, actor(Role.POLICE), **NOTE)
    do(threads.reply, actor(Role.ANALYST), note.id, text="Quillfeather indeed.")
    gone = do(annotate, actor(Role.POLICE), **NOTE)
    do(withdraw, actor(Role.POLICE), gone.id, version=1)

    assert post(store, office, HOME, hour=7, clock=at(0)) == Posted(1, 0)

    (message,) = letters.read()
    assert (message["To"], message["From"]) == (TO, "safeground@example.org")
    assert message["Subject"] == "Safeground: 1 thing is new for you"
    assert message["Auto-Submitted"] == "auto-generated"
    lines = message.get_content().splitlines()
    start = lines.index(f"Note {note.id}")
    assert re.fullmatch(r"\w+day \d+ \w+ \d{4}, \d\d:\d\d", lines[start + 1])
    assert lines[start + 2] == f"{HOME}/?layers=annotations&pick=annotations:{note.id}"
    assert [line for line in lines if line.startswith("Note ")] == [f"Note {note.id}"]
    raw = letters.taken[0].content.decode()
    for word in ("Quillfeather", "gate", "Here", chair.name, "Police", "475", "545"):
        assert word not in raw.split("Message-ID")[0] + message.get_content()


def test_it_goes_out_once_a_day_and_not_where_nothing_is_new(
    store, do, office, letters, chair, actor
):
    do(annotate, actor(Role.POLICE), **NOTE)
    early = at(0)().replace(hour=3)
    assert post(store, office, HOME, hour=7, clock=lambda: early) == Posted(0, 0)
    assert post(store, office, HOME, hour=7, clock=at(0)).sent == 1
    assert post(store, office, HOME, hour=7, clock=at(2)).sent == 0
    assert post(store, office, HOME, hour=7, clock=at(24)).sent == 0, "nothing came since"
    do(digests.choose, chair, wanted=False, email=TO)
    with store.reading() as session:
        assert digests.due(session, at(48)(), 7) == []


def test_of_two_processes_one_sends(url, store, do, office, letters, chair, actor):
    do(annotate, actor(Role.POLICE), **NOTE)
    other = Store(connect(url), busy)
    with ThreadPoolExecutor(2) as threads_:
        told = [threads_.submit(post, each, office, HOME, hour=7, clock=at(0))
                for each in (store, other)]  # fmt: skip
        assert sorted(each.result(60).sent for each in told) == [0, 1]
    other.close()
    assert len(letters.taken) == 1


def test_a_failure_is_tried_again_and_told_to_the_administrator(
    store, do, office, letters, chair, actor
):
    administrator = actor(Role.ADMINISTRATOR)

    def trouble(who=administrator):
        with store.reading() as session:
            return digests.trouble(session, who)

    do(annotate, actor(Role.POLICE), **NOTE)
    letters.full = True
    told = post(store, office, HOME, hour=7, clock=at(0))
    assert (told.sent, told.failed) == (0, 1)
    found = trouble()
    assert (found.people, found.again) == (1, at(0.25)())
    assert TO not in " ".join(found.words)
    with pytest.raises(NotPermitted):
        trouble(chair)
    assert post(store, office, HOME, hour=7, clock=at(0.1)) == Posted(0, 0), "not yet"
    assert post(store, office, HOME, hour=7, clock=at(0.3)).failed == 1
    letters.full = False
    assert post(store, office, HOME, hour=7, clock=at(0.5)) == Posted(0, 0), "later each time"
    assert post(store, office, HOME, hour=7, clock=at(1)) == Posted(1, 0)
    assert trouble() is None


def test_a_process_that_died_while_sending_loses_nothing(store, do, office, chair, actor):
    do(annotate, actor(Role.POLICE), **NOTE)
    with store.writing() as session:
        assert digests.claim(session, SYSTEM, chair.id, at(0)())
        assert digests.claim(session, SYSTEM, chair.id, at(0)()) is None
    assert post(store, office, HOME, hour=7, clock=at(0.1)).sent == 0
    assert post(store, office, HOME, hour=7, clock=at(0.2)).sent == 1


def test_who_was_shut_out_or_has_no_role_any_more_gets_none(
    store, do, office, letters, chair, actor
):
    do(annotate, actor(Role.POLICE), **NOTE)
    with store.writing() as session:
        person = session.get(User, chair.id)
        person.active = False
        arrange(session, SYSTEM, person)
    assert post(store, office, HOME, hour=7, clock=at(0)) == Posted(0, 0)


def test_a_long_digest_is_cut_and_says_how_many_more(store, do, office, letters, chair, actor):
    with store.writing() as session:
        arrange(
            session, SYSTEM,
            *(rows.annotation(made_at=datetime.now(UTC)) for _ in range(MOST + 2)),
        )  # fmt: skip
    post(store, office, HOME, hour=7, clock=at(0))
    (message,) = letters.read()
    assert "And 2 more." in message.get_content()
    assert message.get_content().count("/?layers=") == MOST


@pytest.mark.parametrize("address", ["", "chair", "a@b", "a@b.org, c@d.org", "a@b.org\nBcc: x@y.z"])
def test_an_address_is_one_address(do, actor, address):
    with pytest.raises(Invalid, match="e-mail address"):
        do(digests.choose, actor(Role.COORDINATOR), wanted=True, email=address)


# the mail server itself


@pytest.mark.parametrize("to", ["", "nobody", "a@b.org, c@d.org", "a@b.org\r\nBcc: x@y.z"])
def test_mail_goes_to_one_address_alone(office, letters, to):
    with pytest.raises(Invalid):
        mail.send(office, to, "Hello", "Text")
    assert letters.taken == []


def test_no_head_of_a_message_can_be_smuggled_in(office, letters):
    with pytest.raises(Invalid):
        mail.send(office, TO, "Hello\r\nBcc: x@y.z", "Text")
    mail.send(office, TO, "Grüße", "Not a head\r\n.\r\nBcc: x@y.z\r\n")
    (message,) = letters.read()
    assert message["Bcc"] is None
    assert message["Subject"] == "Grüße"
    assert letters.taken[0].rcpt_tos == [TO]


def test_a_server_that_is_away_or_speaks_in_the_clear_gets_nothing(office, letters):
    away = MailServer("127.0.0.1", 9, office.sender, starttls=False)
    with pytest.raises(NotSent, match="could not be reached"):
        mail.send(away, TO, "Hello", "Text")
    clear = MailServer(office.host, office.port, office.sender)
    with pytest.raises(NotSent, match="does not offer"):
        mail.send(clear, TO, "Hello", "Text")
    assert letters.taken == []


def test_a_wrong_password_is_said_without_the_password():
    def nobody(*_):
        return AuthResult(success=False, handled=False)

    with running(Letters(), authenticator=nobody, auth_require_tls=False) as port:
        office = MailServer("127.0.0.1", port, "s@example.org", "me", "hunter2", starttls=False)
        with pytest.raises(NotSent, match="did not take the user and password") as told:
            mail.send(office, TO, "Hello", "Text")
    assert "hunter2" not in f"{told.value}{office}"
