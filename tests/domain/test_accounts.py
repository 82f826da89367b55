"""Who manages users, what they may not do to themselves, and that two never overwrite another."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from argon2 import PasswordHasher
from shapely import box
from sqlalchemy import select

from domain import accounts, grants, passwords
from domain.accounts import Agency, Grant, User
from domain.areas import Area, AreaKind
from domain.audit import Entry
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.people import PUBLIC, SYSTEM, Role, Tier, operator
from tests.conftest import arrange

QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Hash with less work: these tests are not about hashes."""
    monkeypatch.setattr(passwords, "_hasher", QUICK)


@pytest.fixture
def admin(actor):
    return actor(Role.ADMINISTRATOR)


@pytest.fixture
def partner(actor) -> int:
    return actor(Role.PARTNER).id


def do(store, work, *arguments, **named):
    with store.writing() as session:
        return work(session, *arguments, **named)


def person(store, number) -> User:
    with store.reading() as session:
        return session.get(User, number)


def second_administrator(store, admin):
    new, _ = do(
        store, accounts.add_user, admin, username="second", name="Two", agency_id=admin.agency_id
    )
    grant = do(store, grants.give, admin, new.id, role=Role.ADMINISTRATOR)
    return type(admin).user("Two", Role.ADMINISTRATOR, id=new.id, grant_id=grant.id, agency_id=1)


# every action of this subject, with arguments that would do
ACTIONS = {
    "agency.add": lambda s, a: accounts.add_agency(s, a, name="X", kind="council"),
    "agency.change": lambda s, a: accounts.change_agency(
        s, a, 1, version=1, name="X", kind="council"
    ),
    "user.add": lambda s, a: accounts.add_user(s, a, username="xyz", name="X", agency_id=1),
    "user.change": lambda s, a: accounts.change_user(s, a, 1, version=1, name="X", agency_id=1),
    "user.reset_password": lambda s, a: accounts.reset_password(s, a, 1, version=1),
    "user.deactivate": lambda s, a: accounts.deactivate(s, a, 1, version=1),
    "user.activate": lambda s, a: accounts.activate(s, a, 1, version=1),
    "user.unlock": lambda s, a: accounts.unlock(s, a, 1),
    "user.sign_out": lambda s, a: accounts.sign_out_user(s, a, 1),
    "grant.give": lambda s, a: grants.give(s, a, 1, role=Role.POLICE),
    "grant.withdraw": lambda s, a: grants.withdraw(s, a, 1),
    "users": accounts.users,
    "user": lambda s, a: accounts.user(s, a, 1),
    "agencies": accounts.agencies,
}


@pytest.mark.parametrize("name", ACTIONS)
def test_only_administrators_manage_users(store, people, name):
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with pytest.raises(NotPermitted, match="manage users"), store.writing() as session:
            ACTIONS[name](session, people[role])
    with pytest.raises(NotPermitted), store.writing() as session:
        ACTIONS[name](session, PUBLIC)
    with store.writing() as session:
        ACTIONS[name](session, people[Role.ADMINISTRATOR])


def test_a_new_user_has_a_one_time_password_and_no_capacity(store, admin):
    new, given = do(
        store,
        accounts.add_user,
        admin,
        username=" New.Person@Council ",
        name="  New   Person ",
        agency_id=admin.agency_id,
    )
    kept = person(store, new.id)
    assert (kept.username, kept.name) == ("new.person@council", "New Person")
    assert kept.must_change
    assert passwords.matches(kept.password_hash, given)
    with store.reading() as session:
        assert accounts.user(session, admin, new.id).grants == []


@pytest.mark.parametrize("username", ["", "ab", "a b c", "<b>abc", "abc.", "x" * 81, "päul"])
def test_a_username_is_plain(store, admin, username):
    with pytest.raises(Invalid, match="username"):
        do(store, accounts.add_user, admin, username=username, name="N", agency_id=1)


@pytest.mark.parametrize("name", ["", "   ", "\u202e\x00", "x" * 121])
def test_a_name_is_there_and_short(store, admin, name):
    with pytest.raises(Invalid, match="the name"):
        do(store, accounts.add_user, admin, username="abc", name=name, agency_id=1)


def test_names_are_kept_without_hidden_signs_and_without_identifiers(store, admin):
    person, _ = do(
        store, accounts.add_user, admin, username="abc", name="Pat\n\u202e Moss\x00", agency_id=1
    )
    assert person.name == "Pat Moss"
    agency = do(store, accounts.add_agency, admin, name="Ring 07700 900123", kind="council")
    assert "07700" not in agency.name
    renamed = do(
        store, accounts.change_agency, admin, agency.id, version=1, name="Ask ada@example.org",
        kind="council",
    )  # fmt: skip
    assert "ada" not in renamed.name
    changed = do(
        store, accounts.change_user, admin, person.id, version=1, name="Pat, AB12 CDE", agency_id=1
    )
    assert "AB12" not in changed.name


def test_a_username_belongs_to_one_person(store, admin):
    with pytest.raises(Conflict, match="taken"):
        do(store, accounts.add_user, admin, username="Police", name="N", agency_id=1)


def test_an_agency_is_renamed_closed_and_opened(store, admin):
    agency = do(store, accounts.add_agency, admin, name="Youth  work", kind="voluntary")
    do(
        store,
        accounts.change_agency,
        admin,
        agency.id,
        version=1,
        name="Youth and play",
        kind="voluntary",
        active=False,
    )
    with store.reading() as session:
        found = {each.name: each.active for each in accounts.agencies(session, admin)}
    assert found == {"The partnership": True, "Youth and play": False}
    with pytest.raises(Conflict, match="closed"):
        do(store, accounts.add_user, admin, username="abc", name="N", agency_id=agency.id)


def test_an_agency_with_people_is_not_closed(store, admin):
    with pytest.raises(Conflict, match="Deactivate them first"):
        do(
            store,
            accounts.change_agency,
            admin,
            1,
            version=1,
            name="X",
            kind="council",
            active=False,
        )


def test_an_agency_has_a_name_of_its_own_and_a_known_kind(store, admin):
    with pytest.raises(Conflict, match="of that name"):
        do(store, accounts.add_agency, admin, name="The partnership", kind="council")
    with pytest.raises(Invalid, match="kinds of agency"):
        do(store, accounts.add_agency, admin, name="Y", kind="circus")


def test_resetting_a_password_ends_every_sign_in_and_asks_for_a_new_one(store, admin, partner):
    given = do(store, accounts.reset_password, admin, partner, version=1)
    kept = person(store, partner)
    assert passwords.matches(kept.password_hash, given)
    assert kept.must_change
    assert kept.signed_out_at is not None


def test_one_changes_ones_own_password_with_the_old_one(store, actor):
    partner = actor(Role.PARTNER)
    given = do(store, accounts.reset_password, actor(Role.ADMINISTRATOR), partner.id, version=1)
    for old, new, why in [
        ("wrong", "a place in the sun", "not right"),
        (given, given, "not the one"),
        (given, "short", "at least 12"),
        (given, "my community-partner name", "username"),
    ]:
        with pytest.raises(Invalid, match=why):
            do(store, accounts.change_password, partner, old=old, new=new)
    do(store, accounts.change_password, partner, old=given, new="a place in the sun")
    kept = person(store, partner.id)
    assert passwords.matches(kept.password_hash, "a place in the sun")
    assert not kept.must_change


def test_demo_sign_ins_come_from_the_sample_and_keep_their_password(store, admin):
    with pytest.raises(NotPermitted, match="sample"):
        do(store, accounts.add_demo, admin, username="demo", name="D", agency_id=1)
    demo = do(store, accounts.add_demo, operator("ops"), username="demo", name="D", agency_id=1)
    with pytest.raises(Conflict, match="demo"):
        do(store, accounts.reset_password, admin, demo.id, version=1)
    someone = type(admin).user("D", Role.PARTNER, id=demo.id)
    with pytest.raises(NotPermitted, match="keep their password"):
        do(store, accounts.change_password, someone, old="x", new="a place in the sun")


def test_nobody_changes_their_own_account_or_roles(store, admin):
    with store.writing() as session:
        for work in (
            lambda: accounts.deactivate(session, admin, admin.id, version=1),
            lambda: accounts.reset_password(session, admin, admin.id, version=1),
            lambda: grants.give(session, admin, admin.id, role=Role.COORDINATOR),
            lambda: grants.withdraw(session, admin, admin.grant_id),
        ):
            with pytest.raises((NotPermitted, Conflict)):
                work()
    second_administrator(store, admin)
    with pytest.raises(NotPermitted, match="your own roles"):
        do(store, grants.withdraw, admin, admin.grant_id)


def test_the_last_administrator_stays(store, admin):
    boss = operator("ops")
    with pytest.raises(Conflict, match="last administrator"):
        do(store, accounts.deactivate, boss, admin.id, version=1)
    with pytest.raises(Conflict, match="last administrator"):
        do(store, grants.withdraw, boss, admin.grant_id)
    second = second_administrator(store, admin)
    do(store, grants.withdraw, second, admin.grant_id)
    with pytest.raises(Conflict, match="last administrator"):
        do(store, accounts.deactivate, boss, second.id, version=1)


def test_a_temporary_administrator_does_not_count_as_one_who_stays(store, admin, partner):
    soon = datetime.now(UTC) + timedelta(days=7)
    do(store, grants.give, admin, partner, role=Role.ADMINISTRATOR, expires=soon)
    with pytest.raises(Conflict, match="last administrator"):
        do(store, accounts.deactivate, operator("ops"), admin.id, version=1)


def test_two_administrators_who_remove_each_other_at_once_leave_one(store, admin):
    second = second_administrator(store, admin)
    together, outcomes = Barrier(2), []

    def remove(who, whom):
        together.wait()
        try:
            do(store, accounts.deactivate, who, whom.id, version=1)
            outcomes.append("done")
        except Conflict as error:
            outcomes.append(str(error))

    threads = [Thread(target=remove, args=pair) for pair in [(admin, second), (second, admin)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [
        "This is the last administrator. Make someone else one first.",
        "done",
    ]


@pytest.mark.parametrize(
    ("change"),
    [
        lambda s, a, n: accounts.change_user(s, a, n, version=1, name="Y", agency_id=1),
        lambda s, a, n: accounts.reset_password(s, a, n, version=1),
        lambda s, a, n: accounts.deactivate(s, a, n, version=1),
    ],
)
def test_two_who_change_one_user_at_once_one_gets_a_conflict(store, admin, partner, change):
    do(store, accounts.change_user, admin, partner, version=1, name="Renamed", agency_id=1)
    with pytest.raises(Conflict, match="Someone else changed this person"):
        do(store, change, admin, partner)
    assert person(store, partner).name == "Renamed"
    assert person(store, partner).active


def test_two_who_change_one_agency_at_once_one_gets_a_conflict(store, admin):
    change = {"version": 1, "name": "Renamed", "kind": "council"}
    do(store, accounts.change_agency, admin, 1, **change)
    with pytest.raises(Conflict, match="Someone else changed this agency"):
        do(store, accounts.change_agency, admin, 1, **change | {"name": "Other"})


def test_a_grant_holds_role_area_tier_end_and_reason(store, admin, partner):
    with store.writing() as session:
        ward = Area(
            kind=AreaKind.WARD, code="E1", name="East", vintage="2025", outline=box(0, 0, 9, 9)
        )
        arrange(session, SYSTEM, ward)
    end = datetime(2099, 1, 1, tzinfo=UTC)
    grant = do(
        store,
        grants.give,
        admin,
        partner,
        role=Role.COORDINATOR,
        area_id=ward.id,
        tier=Tier.SEALED,
        expires=end,
        reason="Chairs the sealed part of the meeting.",
    )
    with store.reading() as session:
        kept = accounts.user(session, admin, partner).grants[-1]
    assert kept.id == grant.id
    assert (kept.title, kept.clearance, kept.expires) == ("coordinator, East", Tier.SEALED, end)


def test_the_roles_own_tier_is_kept_as_such(store, admin, partner):
    grant = do(store, grants.give, admin, partner, role=Role.POLICE, tier=Tier.T4)
    assert grant.tier is None


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ({"role": Role.COORDINATOR, "tier": Tier.SEALED}, "Say why"),
        ({"role": Role.COORDINATOR, "tier": Tier.SEALED, "reason": "  "}, "Say why"),
        ({"role": Role.POLICE, "tier": Tier.SEALED, "reason": "Call 07700 900123"}, "phone"),
        ({"role": Role.POLICE, "reason": "x" * 301}, "300"),
        ({"role": Role.ADMINISTRATOR, "tier": Tier.T3, "reason": "curious"}, "cannot be raised"),
        ({"role": Role.PARTNER, "tier": Tier.T2, "reason": "kind"}, None),
        ({"role": Role.POLICE, "expires": datetime(2020, 1, 1, tzinfo=UTC)}, "still to come"),
        ({"role": Role.ADMINISTRATOR, "area_id": 1}, "whole partnership"),
    ],
)
def test_a_grant_that_goes_too_far_is_refused(store, admin, actor, wanted, why):
    practitioner = actor(Role.PRACTITIONER).id
    with pytest.raises(Invalid, match=why or "cannot be raised"):
        do(store, grants.give, admin, practitioner, **wanted)


def test_a_grant_in_an_area_that_is_not_there_is_refused(store, admin, partner):
    with pytest.raises(NotFound, match="area"):
        do(store, grants.give, admin, partner, role=Role.POLICE, area_id=99)


def test_the_same_role_is_not_held_twice(store, admin, partner):
    with pytest.raises(Conflict, match="holds that role"):
        do(store, grants.give, admin, partner, role=Role.PARTNER)


def test_a_grant_is_withdrawn_once(store, admin, people):
    grant = people[Role.POLICE].grant_id
    do(store, grants.withdraw, admin, grant)
    with pytest.raises(Conflict, match="ended already"):
        do(store, grants.withdraw, admin, grant)
    with store.reading() as session:
        assert grants.held(session, people[Role.POLICE].id) == []
    do(store, grants.give, admin, people[Role.POLICE].id, role=Role.POLICE)


def test_a_deactivated_person_gets_no_role(store, admin, partner):
    do(store, accounts.deactivate, admin, partner, version=1)
    with pytest.raises(Conflict, match="Activate"):
        do(store, grants.give, admin, partner, role=Role.POLICE)


def test_the_log_never_holds_a_password_or_its_hash(store, admin, partner):
    given = do(store, accounts.reset_password, admin, partner, version=1)
    _, first = do(store, accounts.add_user, admin, username="abc", name="N", agency_id=1)
    with store.reading() as session:
        told = " ".join(str(entry.changes) for entry in session.scalars(select(Entry)))
        hashes = session.scalars(select(User.password_hash)).all()
    for secret in [given, first, *(each for each in hashes if each != "none")]:
        assert secret not in told
    assert "$argon2" not in told


def test_readings_bring_what_a_page_needs(store, admin):
    with store.reading() as session:
        listed = accounts.users(session, admin)
    assert [each.name for each in listed] == sorted(each.name for each in listed)
    assert {each.agency.name for each in listed} == {"The partnership"}
    assert all(grant.title == grant.role.value for each in listed for grant in each.grants)
    assert isinstance(listed[0].grants[0], Grant)
    assert isinstance(listed[0].agency, Agency)
