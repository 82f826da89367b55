"""``safeground digest``: what it says without a mail server, and with one that is away."""

from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.working import every
from domain import digests
from domain.people import SYSTEM, Role
from domain.thread_tables import Mention
from tests.conftest import arrange
from tests.domain import rows

RUN = CliRunner()
ALWAYS = "0"  # from midnight on, so that the hour of the clock says nothing


@pytest.fixture(params=["sqlite"])
def url(request, tmp_path, migrated_file):
    """The installation's own embedded store; the domain is tested on both databases."""
    path = tmp_path / "safeground.db"
    path.write_bytes(migrated_file.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def house(store, people, tmp_path, monkeypatch):
    """An installation in which a coordinator gets a digest and is asked in a note."""
    monkeypatch.setenv("SAFEGROUND_VAR", str(tmp_path))
    monkeypatch.setenv("SAFEGROUND_DIGEST_HOUR", ALWAYS)
    chair = people[Role.COORDINATOR]
    with store.writing() as session:
        digests.choose(session, chair, wanted=True, email="chair@example.org")
        (note,) = arrange(session, SYSTEM, rows.annotation(made_at=datetime.now(UTC)))
    with store.writing() as session:
        arrange(session, SYSTEM, Mention(annotation_id=note.id, role=Role.COORDINATOR))
    return monkeypatch


def test_it_says_how_many_are_due_and_what_is_missing_to_send_them(house):
    assert RUN.invoke(app, ["digest"]).stdout.startswith("1 due now.")
    done = RUN.invoke(app, ["digest", "--send"])
    assert done.exit_code == 2
    assert "SAFEGROUND_MAIL_HOST" in done.stderr


def test_it_ends_badly_where_a_message_did_not_go_out(house):
    house.setenv("SAFEGROUND_MAIL_HOST", "127.0.0.1")
    house.setenv("SAFEGROUND_MAIL_PORT", "9")
    house.setenv("SAFEGROUND_MAIL_SENDER", "safeground@example.org")
    done = RUN.invoke(app, ["digest", "--send"])
    assert done.exit_code == 1
    assert "could not be reached" in done.stdout
    assert "chair@example.org" not in done.stdout
    assert RUN.invoke(app, ["digest", "--send"]).stdout == "0 sent.\n", "it waits"


def test_between_jobs_it_is_asked_as_often_as_time_says(monkeypatch):
    now, done = [0.0], []
    monkeypatch.setattr("cli.working.monotonic", lambda: now[0])
    act = every(10, lambda: done.append(1))
    for now[0], count in ((0.0, 1), (5.0, 1), (10.0, 2), (19.0, 2)):
        act()
        assert len(done) == count
    later = every(10, lambda: done.append(1), first=10)
    later()
    assert len(done) == 2, "the first time may have to be waited for"
