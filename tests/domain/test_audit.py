"""Every change has a name, an actor and a trace."""

import pytest
from sqlalchemy import event, select

from domain import audit
from domain.accounts import Agency, User
from domain.audit import Entry
from domain.errors import NotPermitted
from domain.people import PUBLIC, SYSTEM, Permission, Role
from domain.preferences import Preference
from tests.conftest import arrange


@audit.action("test.rename", needs=Permission.MANAGE_USERS)
def rename(session, _actor, number, name):
    session.get(Agency, number).name = name


def entries(session, action):
    return session.scalars(select(Entry).where(Entry.action == action).order_by(Entry.id)).all()


def test_an_action_leaves_one_line_with_what_was_and_what_is(store, actor):
    administrator = actor(Role.ADMINISTRATOR)
    with store.writing() as session:
        rename(session, administrator, 1, "Another name")
    with store.reading() as session:
        (entry,) = entries(session, "test.rename")
        assert entry.subject == "agency/1"
        assert entry.actor_id == administrator.id
        assert entry.changes == {"name": ["The partnership", "Another name"]}


def test_permission_comes_first(store, actor):
    with store.writing() as session:
        for role in set(Role) - {Role.ADMINISTRATOR}:
            with pytest.raises(NotPermitted, match="You may not manage users"):
                rename(session, actor(role), 1, "Another name")
        with pytest.raises(NotPermitted):
            rename(session, PUBLIC, 1, "Another name")
    with store.reading() as session:
        assert session.get(Agency, 1).name == "The partnership"


def test_sealed_columns_are_never_logged_in_clear(store, people):
    with store.writing() as session:
        arrange(session, SYSTEM, Preference(name="base_map", value={"key": "s3cret"}))
        agency = session.get(Agency, 1)
        arrange(
            session,
            SYSTEM,
            User(username="u", name="U", agency_id=agency.id, password_hash="argon2-s3cret"),
        )
    with store.reading() as session:
        told = [entry.changes for entry in session.scalars(select(Entry))]
        assert "s3cret" not in str(told)
        assert any(changes.get("password_hash") == ["changed"] for changes in told)


def test_unlogged_columns_leave_no_line(store, people):
    @audit.action("test.fail", needs=Permission.SIGN_IN)
    def fail(session, _actor):
        session.scalars(select(User)).first().failures += 1

    with store.writing() as session:
        fail(session, PUBLIC)
    with store.reading() as session:
        assert entries(session, "test.fail") == []


def test_a_change_advances_the_revision_of_its_own_table_only(store, actor):
    with store.reading() as session:
        before = audit.revision(session, ["agency", "place"])
    with store.writing() as session:
        rename(session, actor(Role.ADMINISTRATOR), 1, "Once")
        rename(session, actor(Role.ADMINISTRATOR), 1, "Twice")
    with store.reading() as session:
        after = audit.revision(session, ["agency", "place"])
    assert after == (before[0] + 1, before[1])


def test_revisions_are_asked_for_once_in_a_reading_and_always_in_a_writing(store, actor):
    admin = actor(Role.ADMINISTRATOR)
    with store.reading() as session:
        (before,) = audit.revision(session, ["agency"])
        rows = []
        event.listen(session.connection(), "before_cursor_execute", lambda *_: rows.append(1))
        assert audit.revision(session, ["agency"]) == (before,)
        assert not rows
    with store.writing() as session:
        rename(session, admin, 1, "Once")
        session.flush()
        assert audit.revision(session, ["agency"]) == (before,), "it moves at the end"
    with store.reading() as session:
        assert audit.revision(session, ["agency"]) == (before + 1,)


def test_an_action_that_fails_leaves_nothing(store, actor):
    @audit.action("test.break", needs=Permission.MANAGE_USERS)
    def break_off(session, _actor):
        session.get(Agency, 1).name = "Half"
        session.flush()
        raise KeyError

    with pytest.raises(KeyError), store.writing() as session:
        break_off(session, actor(Role.ADMINISTRATOR))
    with store.reading() as session:
        assert session.get(Agency, 1).name == "The partnership"
        assert entries(session, "test.break") == []


def test_an_action_within_an_action_keeps_its_own_name(store, actor):
    @audit.action("test.outer", needs=Permission.MANAGE_USERS)
    def outer(session, who):
        rename(session, who, 1, "Inner")
        arrange(session, SYSTEM, Agency(name="Third", kind="council"))
        session.get(Agency, 1).kind = "police"

    with store.writing() as session:
        outer(session, actor(Role.ADMINISTRATOR))
    with store.reading() as session:
        assert [e.changes for e in entries(session, "test.rename")] == [
            {"name": ["The partnership", "Inner"]}
        ]
        assert [e.changes for e in entries(session, "test.outer")] == [
            {"kind": ["council", "police"]}
        ]
