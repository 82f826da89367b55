"""The duty contact is called by e-mail until somebody acts, and the mail says nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from domain import preferences
from domain.concern_keys import Keys
from domain.concern_moderating import acknowledge
from domain.concern_submitting import Intake, new_submission, submit
from domain.concerns import DutyAlert
from domain.errors import Invalid
from domain.people import PUBLIC, Role
from domain.preferences import Moderation
from exchange.duty_mail import EVERY, Duty, call
from exchange.mail import MailServer
from scripts.town import free_port
from tests.domain import rows

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
DUTY = "duty@eldermere.example"
SITE = "https://map.eldermere.example"
WORDS = "A boy is hurt behind the kiosk."


class Post:
    """Keeps what a mail server was given."""

    def __init__(self):
        self.came = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the library's name
        self.came.append((envelope.rcpt_tos, envelope.content.decode()))
        return "250 OK"


@pytest.fixture
def post():
    """A real mail server on this machine, and what it was given."""
    kept = Post()
    port = free_port()
    server = Controller(kept, hostname="127.0.0.1", port=port)
    server.start()
    yield MailServer("127.0.0.1", port, "map@eldermere.example", starttls=False), kept.came
    server.stop()


@pytest.fixture
def alert(store, people):
    """A report of danger, and a duty contact who is called every half an hour."""
    with store.writing() as session:
        rules = Moderation(duty_email=DUTY, duty_minutes=30)
        preferences.change(session, people[Role.ADMINISTRATOR], rules, version=0)
    intake = Intake(Keys([Keys.make()]))
    with store.writing() as session:
        submit(
            session, PUBLIC, intake, rows.report(danger=True, words=WORDS),
            submission=new_submission(), source="192.0.2.1", now=NOON,
        )  # fmt: skip
    return kept(store)


def kept(store):
    with store.reading() as session:
        return session.scalars(select(DutyAlert)).one()


def test_a_call_carries_a_reference_a_time_and_a_link_and_nothing_else(store, post, alert):
    server, came = post
    assert call(store, server, SITE, NOON) == 1
    ((to, message),) = came
    assert to == [DUTY]
    head, _, body = message.partition("\r\n\r\n")
    assert body.split() == [
        "Reference", f"D{alert.id}", "18", "November", "2026,", "12:00",
        f"{SITE}/concerns?concern={alert.concern_id}",
    ]  # fmt: skip
    (subject,) = [line for line in head.splitlines() if line.startswith("Subject")]
    assert subject == f"Subject: Safeground: please look, reference D{alert.id}"
    for word in ("danger", "child", "kiosk", "park", "Mill Lane"):
        assert word not in message


def test_it_is_repeated_until_somebody_acts(store, people, post, alert):
    server, came = post
    for minutes, sent in ((0, 1), (1, 0), (29, 0), (30, 1), (59, 0), (60, 1)):
        assert call(store, server, SITE, NOON + timedelta(minutes=minutes)) == sent, minutes
    assert kept(store).calls == 3
    assert "(3. time)" in came[-1][1]
    with store.writing() as session:
        acknowledge(session, people[Role.COORDINATOR], alert.id, NOON + timedelta(minutes=61))
    assert call(store, server, SITE, NOON + timedelta(days=1)) == 0
    assert len(came) == 3


def test_a_call_that_does_not_go_out_is_said_and_tried_again_soon(store, post, alert):
    server, came = post
    away = MailServer("127.0.0.1", 1, "map@eldermere.example", starttls=False)
    assert call(store, away, SITE, NOON) == 0
    assert kept(store).call_fault == "The mail server could not be reached."
    assert kept(store).calls == 0
    assert call(store, server, SITE, NOON + timedelta(minutes=1)) == 0
    assert call(store, server, SITE, NOON + timedelta(minutes=2)) == 1
    assert (kept(store).call_fault, kept(store).calls, len(came)) == ("", 1, 1)


def test_two_processes_that_look_at_once_call_once(store, post, alert):
    server, came = post
    first, second = Duty(store, server, SITE), Duty(store, server, SITE)
    for each in (first, second):
        each.start()
    for each in (first, second):
        each.stop()
    assert EVERY < 30
    assert len(came) == 1
    assert kept(store).calls == 1
    assert alert.calls == 0


def test_without_a_duty_contact_nobody_is_called(store, people, post, alert):
    server, came = post
    with store.writing() as session:
        preferences.change(session, people[Role.ADMINISTRATOR], Moderation(), version=1)
    assert call(store, server, SITE, NOON) == 0
    assert came == []
    assert alert.acknowledged_at is None


@pytest.mark.parametrize(
    "text", ["nobody", "a@b", "a@b.example, c@d.example", "a@b.example\nBcc: c"]
)
def test_the_duty_contact_is_one_address(text):
    with pytest.raises(Invalid, match="one e-mail address"):
        Moderation(duty_email=text)
