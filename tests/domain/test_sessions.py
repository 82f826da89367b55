"""A browser's cookie stands for a person only as long as it should."""

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from shapely import box
from sqlalchemy import select, text

from domain import accounts, grants, passwords, sessions
from domain.accounts import Agency, Grant, User
from domain.areas import Area, AreaKind
from domain.audit import Entry
from domain.errors import NotFound, NotPermitted
from domain.people import PUBLIC, SYSTEM, Kind, Permission, Role, Tier, operator
from domain.sessions import SignIn, SignInRules
from tests.conftest import arrange

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
PASSWORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
HASH = QUICK.hash(PASSWORD)
RULES = SignInRules(timedelta(minutes=30), timedelta(hours=12))


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Hash with less work: these tests are not about hashes."""
    monkeypatch.setattr(passwords, "_hasher", QUICK)


@pytest.fixture
def user(store) -> int:
    """A police officer with a password."""
    with store.writing() as session:
        (agency,) = arrange(session, SYSTEM, Agency(name="The force", kind="police"))
        (user,) = arrange(
            session,
            SYSTEM,
            User(username="pat", name="Pat", agency_id=agency.id, password_hash=HASH),
        )
        arrange(session, SYSTEM, Grant(user_id=user.id, role=Role.POLICE))
        return user.id


def sign_in(store, password=PASSWORD, *, username="pat", now=NOW, rules=RULES):
    with store.reading() as session:
        checked = sessions.check(session, username, password)
    with store.writing() as session:
        return sessions.sign_in(session, PUBLIC, checked, rules, now)


def actor_of(store, token, now=NOW):
    with store.reading() as session:
        return sessions.actor_of(session, token, now)


def change(store, model, number, **values):
    with store.writing() as session:
        record = session.get(model, number)
        for name, value in values.items():
            setattr(record, name, value)
        arrange(session, SYSTEM, record)


def act(store, work, token, now):
    with store.writing() as session:
        return work(session, sessions.actor_of(session, token, now), token, now)


def test_the_right_password_gives_a_token_that_stands_for_the_person(store, user):
    actor = actor_of(store, sign_in(store))
    assert (actor.id, actor.name, actor.role, actor.kind) == (user, "Pat", Role.POLICE, Kind.USER)
    assert actor.tier is Tier.T4
    assert actor.may(Permission.EDIT_PLACES)
    assert actor.area_ids == frozenset()


def test_who_was_looked_up_once_is_looked_up_again_when_anything_changes(store, user, monkeypatch):
    asked = []
    held = sessions._held
    monkeypatch.setattr(sessions, "_held", lambda *a, **k: asked.append(1) or held(*a, **k))
    token, other = sign_in(store), sign_in(store)
    assert [actor_of(store, token) for _ in range(3)] == 3 * [actor_of(store, other)]
    assert len(asked) == 2  # one for each browser
    (grant,) = held_grants(store, user)
    change(store, Grant, grant, tier=Tier.T2)
    assert actor_of(store, token).tier is Tier.T2
    change(store, Grant, grant, expires=NOW + timedelta(minutes=5))
    assert actor_of(store, token, NOW + timedelta(minutes=4)) is not None
    assert actor_of(store, token, NOW + timedelta(minutes=5)) is None
    change(store, Grant, grant, expires=None)
    for values in ({"active": False}, {"must_change": True}, {"signed_out_at": NOW}):
        assert actor_of(store, token) is not None
        change(store, User, user, **values)
        assert actor_of(store, token) is None
        change(store, User, user, active=True, must_change=False, signed_out_at=None)
    act(store, sessions.sign_out, token, NOW)
    assert actor_of(store, token) is None
    assert actor_of(store, other, NOW + timedelta(minutes=29)) is not None
    assert actor_of(store, other, NOW + timedelta(minutes=30)) is None


def held_grants(store, user):
    with store.reading() as session:
        return list(session.scalars(select(Grant.id).where(Grant.user_id == user)))


def test_the_grant_sets_tier_and_area(store, user):
    with store.writing() as session:
        ward = Area(
            kind=AreaKind.WARD, code="E1", name="East", vintage="2025", outline=box(0, 0, 9, 9)
        )
        arrange(session, SYSTEM, ward)
        arrange(session, SYSTEM, Grant(user_id=user, role=Role.ANALYST, area_id=ward.id, tier=2))
    token = sign_in(store)
    with store.reading() as session:
        ((grant_id, title),) = sessions.visit(session, token, NOW).others.items()
    assert title == "analyst, East"
    with store.writing() as session:
        actor = sessions.actor_of(session, token, NOW)
        sessions.choose_grant(session, actor, token, grant_id, NOW)
    actor = actor_of(store, token)
    assert (actor.role, actor.tier, actor.area_ids) == (Role.ANALYST, Tier.T2, {ward.id})


def test_nobody_can_choose_a_grant_that_is_not_theirs(store, user, people):
    token = sign_in(store)
    others = people[Role.ADMINISTRATOR].grant_id
    with pytest.raises(NotFound, match="do not hold"), store.writing() as session:
        sessions.choose_grant(session, sessions.actor_of(session, token, NOW), token, others, NOW)


@pytest.mark.parametrize("username", ["PAT", " pat ", "\uff50\uff41\uff54"])
def test_a_username_is_known_however_it_is_typed(store, user, username):
    assert sign_in(store, username=username)


@pytest.mark.parametrize(
    ("username", "password"),
    [("pat", "wrong"), ("pat", ""), ("nobody", PASSWORD), ("", ""), ("pat\x00", PASSWORD)],
)
def test_anything_else_is_refused(store, user, username, password):
    assert sign_in(store, password, username=username) is None


def test_an_unknown_username_costs_as_much_work_as_a_known_one(store, user, monkeypatch):
    hashes = []

    class Counting:
        def hash(self, password):
            return HASH

        def verify(self, kept, password):
            hashes.append(kept)
            return False

    monkeypatch.setattr(passwords, "_hasher", Counting())
    sign_in(store, "wrong")
    sign_in(store, "wrong", username="nobody")
    assert [each.startswith("$argon2id$") for each in hashes] == [True, True]


def test_five_wrong_tries_lock_the_account_for_fifteen_minutes(store, user):
    for _ in range(5):
        assert sign_in(store, "wrong") is None
    assert sign_in(store) is None, "the right password does not open a locked account"
    assert sign_in(store, now=NOW + timedelta(minutes=14, seconds=59)) is None
    assert sign_in(store, now=NOW + timedelta(minutes=15)) is not None


def test_four_wrong_tries_and_a_right_one_begin_the_count_anew(store, user):
    for _ in range(2):
        for _ in range(4):
            sign_in(store, "wrong")
        assert sign_in(store) is not None


def test_after_a_lock_has_passed_the_count_begins_anew(store, user):
    for _ in range(5):
        sign_in(store, "wrong")
    later = NOW + timedelta(minutes=20)
    for _ in range(4):
        sign_in(store, "wrong", now=later)
    assert sign_in(store, now=later) is not None


def test_a_lock_is_in_the_log_and_wrong_tries_are_not(store, user):
    for _ in range(5):
        sign_in(store, "wrong")
    with store.reading() as session:
        (entry,) = session.scalars(select(Entry).where(Entry.action == "session.sign_in"))
        assert entry.subject == f"app_user/{user}"
        assert list(entry.changes) == ["locked_until"]


def test_an_administrator_unlocks(store, user, actor):
    for _ in range(5):
        sign_in(store, "wrong")
    with store.writing() as session:
        accounts.unlock(session, actor(Role.ADMINISTRATOR), user)
    assert sign_in(store) is not None


def test_a_password_that_changed_between_check_and_sign_in_is_wrong(store, user):
    with store.reading() as session:
        checked = sessions.check(session, "pat", PASSWORD)
    change(store, User, user, password_hash=passwords.hashed("something else entirely"))
    with store.writing() as session:
        assert sessions.sign_in(session, PUBLIC, checked, RULES, NOW) is None


def test_idle_time_ends_a_sign_in(store, user):
    token = sign_in(store)
    assert actor_of(store, token, NOW + timedelta(minutes=29, seconds=59))
    assert actor_of(store, token, NOW + timedelta(minutes=30)) is None


def test_looking_up_does_not_extend_and_an_act_does(store, user):
    token = sign_in(store)
    later = NOW + timedelta(minutes=20)
    actor_of(store, token, later)
    assert actor_of(store, token, NOW + timedelta(minutes=31)) is None
    assert act(store, sessions.touch, token, later)
    assert actor_of(store, token, NOW + timedelta(minutes=49))
    assert actor_of(store, token, NOW + timedelta(minutes=50)) is None


def test_acts_are_written_at_most_once_a_minute(store, user):
    token = sign_in(store)
    assert not act(store, sessions.touch, token, NOW + timedelta(seconds=59))
    assert act(store, sessions.touch, token, NOW + timedelta(seconds=60))
    with store.reading() as session:
        assert not sessions.visit(session, token, NOW + timedelta(seconds=90)).touch_due
        assert sessions.visit(session, token, NOW + timedelta(seconds=120)).touch_due


def test_no_act_extends_beyond_the_absolute_end(store, user):
    token = sign_in(store)
    for minutes in range(20, 12 * 60, 20):
        assert act(store, sessions.touch, token, NOW + timedelta(minutes=minutes))
    assert actor_of(store, token, NOW + timedelta(hours=11, minutes=59))
    assert actor_of(store, token, NOW + timedelta(hours=12)) is None


def test_an_act_leaves_no_line_in_the_log(store, user):
    token = sign_in(store)
    act(store, sessions.touch, token, NOW + timedelta(minutes=5))
    with store.reading() as session:
        assert not session.scalars(select(Entry).where(Entry.action == "session.touch")).all()


def test_signing_out_ends_this_browser_only(store, user):
    here, there = sign_in(store), sign_in(store)
    act(store, sessions.sign_out, here, NOW)
    assert actor_of(store, here) is None
    assert actor_of(store, there)


def test_signing_out_everywhere_ends_all_at_the_next_look_up(store, user):
    here, there = sign_in(store), sign_in(store)
    with store.writing() as session:
        actor = sessions.actor_of(session, here, NOW)
        sessions.sign_out_everywhere(session, actor, NOW)
    assert actor_of(store, here) is None
    assert actor_of(store, there) is None
    assert actor_of(store, sign_in(store, now=NOW)), "and one can sign in again at once"


def test_a_deactivated_user_is_out_at_once_and_stays_out(store, user, actor):
    token = sign_in(store)
    with store.writing() as session:
        accounts.deactivate(session, actor(Role.ADMINISTRATOR), user, version=1)
    assert actor_of(store, token) is None
    assert sign_in(store) is None
    with store.writing() as session:
        accounts.activate(session, actor(Role.ADMINISTRATOR), user, version=2)
    assert actor_of(store, token) is None, "the old sign-in does not come back"


def test_an_expired_grant_ends_the_sign_in(store, user):
    token = sign_in(store)
    with store.reading() as session:
        grant_id = session.scalar(select(Grant.id).where(Grant.user_id == user))
    change(store, Grant, grant_id, expires=NOW + timedelta(minutes=5))
    assert actor_of(store, token, NOW + timedelta(minutes=4))
    assert actor_of(store, token, NOW + timedelta(minutes=5)) is None
    assert sign_in(store, now=NOW + timedelta(minutes=6)) is None


def test_withdrawing_a_grant_ends_the_sign_in_at_the_next_look_up(store, user, actor):
    token = sign_in(store, now=datetime.now(UTC))
    with store.writing() as session:
        grant_id = session.scalar(select(Grant.id).where(Grant.user_id == user))
        grants.withdraw(session, actor(Role.ADMINISTRATOR), grant_id)
    assert actor_of(store, token, datetime.now(UTC)) is None


def test_demo_sign_ins_count_in_the_sample_only(store, user):
    with store.writing() as session:
        agency = session.scalars(select(Agency)).first()
        demo = accounts.add_demo(
            session, SYSTEM, username="demo-police", name="Demo", agency_id=agency.id
        )
        arrange(session, SYSTEM, Grant(user_id=demo.id, role=Role.POLICE))
    password = accounts.DEMO_PASSWORD
    assert sign_in(store, password, username="demo-police") is None
    rules = SignInRules(demo=True)
    assert sign_in(store, password, username="demo-police", rules=rules)


def test_a_password_that_was_given_out_must_be_changed_first(store, people):
    administrator = people[Role.ADMINISTRATOR]
    with store.writing() as session:
        new, given = accounts.add_user(
            session, administrator, username="new", name="New", agency_id=administrator.agency_id
        )
        grants.give(session, administrator, new.id, role=Role.PARTNER)
    now = datetime.now(UTC)
    token = sign_in(store, given, username="new", now=now)
    assert actor_of(store, token, now) is None
    with store.writing() as session:
        visit = sessions.visit(session, token, now)
        assert visit.must_change
        accounts.change_password(session, visit.actor, old=given, new="a place in the sun")
        fresh = sessions.begin_anew(session, visit.actor, RULES)
    assert actor_of(store, token, datetime.now(UTC)) is None
    assert actor_of(store, fresh, datetime.now(UTC)).name == "New"


def test_the_token_is_never_stored_nor_logged_in_clear(store, user):
    token = sign_in(store)
    with store.reading() as session:
        kept = session.scalars(select(SignIn)).one()
        assert len(kept.token_hash) == 64
        everything = [str(row) for row in session.execute(text("SELECT * FROM sign_in"))]
        log = [str(entry.changes) for entry in session.scalars(select(Entry))]
    assert len(token) >= 43
    for told in (everything, log):
        assert not any(token in line for line in told)
    assert not any(kept.token_hash in line for line in log)


def test_a_sign_in_is_logged_under_the_persons_own_name(store, user):
    sign_in(store)
    with store.reading() as session:
        (entry,) = session.scalars(select(Entry).where(Entry.action == "session.begin"))
        assert (entry.actor_id, entry.actor_name) == (user, "Pat")


@pytest.mark.parametrize("token", [None, "", "x", "%00", "ä" * 300])
def test_any_other_token_is_nobody(store, user, token):
    assert actor_of(store, token) is None


def test_only_who_may_sign_in_can(store, user):
    with store.reading() as session:
        checked = sessions.check(session, "pat", PASSWORD)
    nobody = operator("ops")
    nobody = type(nobody)(nobody.name, nobody.kind)
    with pytest.raises(NotPermitted), store.writing() as session:
        sessions.sign_in(session, nobody, checked, RULES, NOW)


def test_the_cookie_for_tls_comes_first():
    assert sessions.token_in({"safeground": "a", "__Host-safeground": "b"}) == "b"
    assert sessions.token_in({"safeground": "a"}) == "a"
    assert sessions.token_in({}) is None


def test_sign_ins_that_have_ended_are_deleted_and_those_that_hold_stay(store, user):
    left, out, held = (sign_in(store) for _ in range(3))
    act(store, sessions.sign_out, out, NOW)
    later = NOW + timedelta(minutes=20)
    act(store, sessions.touch, held, later)
    then = NOW + timedelta(minutes=40)  # `left` has idled out
    with store.writing() as session:
        assert sessions.sweep(session, SYSTEM, then) == 2
    assert actor_of(store, held, then)
    assert not actor_of(store, left, then)
    with store.reading() as session:
        assert len(session.scalars(select(SignIn)).all()) == 1
        (noted,) = session.scalars(select(Entry).where(Entry.action == "session.sweep"))
        assert (noted.subject, noted.changes) == ("sign_in", {"ended": 2})
    with store.writing() as session:
        assert sessions.sweep(session, SYSTEM, then + timedelta(hours=12)) == 1


def test_nobody_who_is_signed_in_sweeps_sign_ins(store, people):
    for person in people.values():
        with pytest.raises(NotPermitted), store.writing() as session:
            sessions.sweep(session, person)
