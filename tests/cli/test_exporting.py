"""A file is written in a role that its reader holds today, and by nobody but the operator."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from cli.exporting import reader_of
from domain.accounts import Grant, User
from domain.errors import NotPermitted
from domain.people import SYSTEM, Role
from tests.conftest import arrange

ENDED = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def person(store, people):
    """Someone with these roles: ``person((Role.POLICE, ENDED), (Role.PARTNER, None))``."""

    def make(*held):
        with store.writing() as session:
            agency = session.scalar(select(User.agency_id).limit(1))
            user = User(username="kim", name="Kim", agency_id=agency, password_hash="none")
            arrange(session, SYSTEM, user)
            arrange(session, SYSTEM, *(Grant(user_id=user.id, role=role, expires=end)
                                       for role, end in held))  # fmt: skip

    return make


def test_a_role_that_has_ended_is_passed_over(store, person):
    person((Role.POLICE, ENDED), (Role.PRACTITIONER, None))
    assert reader_of(store, "kim").role is Role.PRACTITIONER


def test_of_the_roles_held_one_that_may_export_is_taken(store, person):
    person((Role.PARTNER, None), (Role.PRACTITIONER, None))
    assert reader_of(store, "kim").role is Role.PRACTITIONER


def test_who_holds_no_role_today_reads_nothing(store, person):
    person((Role.POLICE, ENDED))
    with pytest.raises(NotPermitted, match="holds no role today"):
        reader_of(store, "kim")
