"""The first administrator of an installation comes from the command line."""

import pytest
from typer.testing import CliRunner

from cli.main import app
from domain import sessions
from domain.people import PUBLIC, Role
from domain.sessions import SignInRules


@pytest.fixture
def run(url, monkeypatch, tmp_path):
    monkeypatch.setenv("SAFEGROUND_DATABASE_URL", url)
    monkeypatch.setenv("SAFEGROUND_VAR", str(tmp_path))
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def test_the_first_administrator_signs_in_with_the_password_printed_and_must_change_it(run, store):
    told = run("person", "add", "r.fox", "--name", "R Fox")
    assert told.exit_code == 0, told.output
    password = told.output.rsplit(": ", 1)[1].strip()
    with store.reading() as session:
        checked = sessions.check(session, "r.fox", password)
    with store.writing() as session:
        token = sessions.sign_in(session, PUBLIC, checked, SignInRules())
    with store.reading() as session:
        visit = sessions.visit(session, token)
    assert visit.must_change
    assert visit.actor.role is Role.ADMINISTRATOR


def test_an_unknown_role_and_a_taken_username_are_refused_in_a_sentence(run):
    assert run("person", "add", "r.fox", "--name", "R Fox", "--role", "king").exit_code == 2
    assert run("person", "add", "r.fox", "--name", "R Fox", "--role", "analyst").exit_code == 0
    again = run("person", "add", "r.fox", "--name", "R Fox", "--role", "analyst")
    assert again.exit_code == 2
    assert "taken" in again.output
