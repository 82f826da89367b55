"""The pages of an administrator: what they show, what they do, and to whom they stay shut."""

from pathlib import Path

import pandas as pd
import pytest
from argon2 import PasswordHasher
from shapely import box
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

import screens
from domain import accounts, code_editing, codes, grants, passwords, preferences, sessions
from domain.accounts import Agency, User
from domain.areas import Area, AreaKind
from domain.code_editing import Line
from domain.people import PUBLIC, SYSTEM, Role
from domain.sessions import SignInRules
from screens import desk
from screens.admin_codes_table import lines, table
from tests.conftest import arrange

FOLDER = Path(screens.__file__).parent
PASSWORD = "correct horse battery"
PAGES = ["admin_users", "admin_codes", "admin_areas", "admin_settings", "audit"]


@pytest.fixture(autouse=True)
def _lists(tmp_path, monkeypatch):
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick)
    code_editing.settle(codes.BUILT_IN, tmp_path / "codes")
    yield
    code_editing._folders.clear()
    codes.use(None)


@pytest.fixture
def visit(store, people, monkeypatch):
    """Open a page as someone who is signed in: ``visit("audit", Role.COORDINATOR)``."""

    def open_page(page, role=Role.ADMINISTRATOR):
        monkeypatch.setattr(desk, "store", lambda: store)
        monkeypatch.setattr(desk, "sends_mail", lambda: True)
        token = signed_in(store, people[role].id)
        monkeypatch.setattr(desk, "token", lambda: token)
        return AppTest.from_file(FOLDER / f"{page}.py", default_timeout=30).run()

    return open_page


def signed_in(store, user_id):
    with store.writing() as session:
        user = session.get(User, user_id)
        user.password_hash = passwords.hashed(PASSWORD)
        arrange(session, SYSTEM, user)
    with store.reading() as session:
        checked = sessions.check(session, user.username, PASSWORD)
    with store.writing() as session:
        return sessions.sign_in(session, PUBLIC, checked, SignInRules())


def by(elements, label):
    (found,) = [each for each in elements if each.label == label]
    return found


def press(page, label):
    page = by(page.button, label).click().run()
    assert not page.exception, page.exception
    return page


def told(page) -> str:
    shown = (*page.success, *page.error, *page.warning, *page.info, *page.caption, *page.markdown)
    notes = [each.proto.body for each in page.get("html")]
    return " ".join([*(each.value for each in shown), *notes])


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_for_an_administrator(visit, page):
    opened = visit(page)
    assert not opened.exception
    assert opened.title[0].value


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", [Role.PARTNER, Role.POLICE, Role.ANALYST, Role.PRACTITIONER])
def test_a_page_that_is_reached_without_the_right_shows_nothing(visit, page, role):
    opened = visit(page, role)
    assert opened.exception
    for shown in (opened.dataframe, opened.button, opened.selectbox, opened.text_input):
        assert not shown


def test_a_person_is_added_and_their_password_shown_once(visit, store):
    page = visit("admin_users")
    page.text_input[0].input("Sam <b>Carter</b>")
    page.text_input[1].input("sam.carter")
    by(page.selectbox, "Agency").select(1)
    page = press(page, "Add this person")
    with store.reading() as session:
        new = session.scalar(select(User).where(User.username == "sam.carter"))
    assert new.must_change
    shown = [each.value for each in page.code]
    assert len(shown) == 1
    assert passwords.matches(new.password_hash, shown[0])
    assert shown[0] not in str(page.session_state)
    assert not page.run().code


def test_a_person_without_an_agency_is_not_added(visit, store):
    page = visit("admin_users")
    page.text_input[0].input("Sam")
    page.text_input[1].input("sam")
    assert "Choose the agency" in told(press(page, "Add this person"))


def test_a_refusal_is_shown_and_what_was_typed_stays_out_of_the_store(visit, store):
    page = visit("admin_users")
    page.text_input[0].input("Sam")
    page.text_input[1].input("police")
    by(page.selectbox, "Agency").select(1)
    assert "That username is taken" in told(press(page, "Add this person"))


def test_a_role_is_given_and_withdrawn(visit, store, people):
    partner = people[Role.PARTNER]
    page = visit("admin_users")
    page = by(page.selectbox, "Open a person").select(partner.id).run()
    by(page.selectbox, "Role").select(Role.ANALYST)
    page = press(page, "Give this role")
    assert "is now analyst" in told(page)
    with store.reading() as session:
        held = grants.held(session, partner.id)
    assert [each.role for each in held] == [Role.PARTNER, Role.ANALYST]
    button = next(each for each in page.button if each.key == f"withdraw{held[1].id}")
    assert "is no longer analyst" in told(button.click().run())
    with store.reading() as session:
        assert [each.role for each in grants.held(session, partner.id)] == [Role.PARTNER]


def test_nobody_gives_a_role_to_themselves_on_the_page_either(visit, people):
    page = visit("admin_users")
    page = by(page.selectbox, "Open a person").select(people[Role.ADMINISTRATOR].id).run()
    by(page.selectbox, "Role").select(Role.ANALYST)
    assert "You may not change your own roles" in told(press(page, "Give this role"))


def test_someone_is_deactivated_and_comes_back(visit, store, people):
    partner = people[Role.PARTNER].id
    page = visit("admin_users")
    page = by(page.selectbox, "Open a person").select(partner).run()
    page = press(page, "Deactivate")
    assert "cannot sign in" in told(page)
    page = press(page, "Activate")
    with store.reading() as session:
        assert session.get(User, partner).active


def test_a_stale_page_meets_a_conflict(visit, store, people):
    partner = people[Role.PARTNER].id
    with store.reading() as session:
        seen = accounts.users(session, people[Role.ADMINISTRATOR])
    page = visit("admin_users")
    page = by(page.selectbox, "Open a person").select(partner).run()
    with store.writing() as session:
        change = {"version": 1, "name": "Renamed meanwhile", "agency_id": 1}
        accounts.change_user(session, SYSTEM, partner, **change)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "users", lambda *_: seen)
        assert "Someone else changed this person" in told(press(page, "Deactivate"))
    with store.reading() as session:
        assert session.get(User, partner).active


def test_a_hostile_name_is_shown_as_it_is_written(visit, store, people):
    with store.writing() as session:
        new, _ = accounts.add_user(
            session, SYSTEM, username="bad", name="[x](https://evil.example) :fire:", agency_id=1
        )
    page = visit("admin_users")
    page = by(page.selectbox, "Open a person").select(new.id).run()
    assert page.header[0].value == r"\[x\]\(https\://evil\.example\) \:fire\:"


def test_an_agency_is_added_and_changed(visit, store):
    page = visit("admin_users")
    page.text_input[2].input("Youth work")
    page = press(page, "Add this agency")
    assert "Youth work is part of the partnership" in told(page)
    with store.reading() as session:
        number = session.scalar(select(Agency.id).where(Agency.name == "Youth work"))
    page = by(page.selectbox, "Change an agency").select(number).run()
    by(page.toggle, "Open: people can be added to it").set_value(False)
    press(page, "Save")
    with store.reading() as session:
        assert not session.get(Agency, number).active


def test_the_threshold_is_changed_with_a_look_at_what_it_does(visit, store):
    page = visit("admin_settings")
    before = by_counted(page)
    assert (before[4], before[5]) == ("fewer than 5", "about 5")
    page = by(page.number_input, "Hide counts below").set_value(10).run()
    assert by_counted(page)[8] == "fewer than 10"
    page = next(each for each in page.button if each.key == "small").click().run()
    assert "Saved" in told(page)
    with store.reading() as session:
        assert preferences.read(session).suppression.threshold == 10


def test_the_duty_contact_is_set_and_photographs_are_switched_on(visit, store):
    page = visit("admin_settings")
    assert "No duty contact is set" in told(page)
    by(page.toggle, "Reporters may add photographs").set_value(True)
    by(page.text_input, "E-mail address of the duty contact").input("nobody")
    save = [each for each in page.button if each.label == "Save"]
    page = save[-1].click().run()
    assert "one e-mail address" in told(page)
    by(page.text_input, "E-mail address of the duty contact").input("duty@eldermere.example")
    page = [each for each in page.button if each.label == "Save"][-1].click().run()
    assert "Saved" in told(page)
    with store.reading() as session:
        kept = preferences.read(session).moderation
    assert (kept.photographs, kept.duty_email) == (True, "duty@eldermere.example")


def by_counted(page):
    table = page.dataframe[0].value
    return dict(zip(table["Counted"], table["Shown"], strict=True))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://tiles.example/{z}/{x}/{y}.png", "Saved"),
        ("https://tiles.example/", "needs {z}, {x} and {y}"),
        ("javascript:alert(1)", "begins with https"),
    ],
)
def test_a_base_map_is_looked_through_before_it_is_kept(visit, store, address, said):
    page = visit("admin_settings")
    page = by(page.selectbox, "Base map").select(preferences.BaseMapKind.XYZ).run()
    by(page.text_input, "Address (https://…)").input(address)
    saves = [each for each in page.button if each.label == "Save"]
    page = saves[1].click().run()
    assert said in told(page)
    with store.reading() as session:
        kept = preferences.read(session).base_map.address
    assert (kept == address) is (said == "Saved")


def test_a_set_of_boundaries_is_removed_when_one_is_sure(visit, store):
    with store.writing() as session:
        ward = {"kind": AreaKind.WARD, "code": "E1", "name": "East", "outline": box(0, 0, 9, 9)}
        arrange(session, SYSTEM, *[Area(**ward, vintage=each) for each in ("2021", "2025")])
    page = visit("admin_areas")
    by(page.selectbox, "Which").select((AreaKind.WARD, "2021"))
    assert "Tick the box" in told(press(page, "Remove"))
    by(page.selectbox, "Which").select((AreaKind.WARD, "2021"))
    page.checkbox[0].check()
    assert "1 areas were removed" in told(press(page, "Remove")).replace("\\", "")
    with store.reading() as session:
        assert session.scalars(select(Area.vintage)).all() == ["2025"]


def test_the_log_is_read_and_taken_out(visit, store, people):
    with store.writing() as session:
        accounts.add_agency(session, SYSTEM, name="<script>alert(1)</script>", kind="council")
    page = visit("audit", Role.COORDINATOR)
    log = page.get("html")[0].proto.body
    assert "<script>" not in log
    assert "&lt;script&gt;" in log
    page = press(page, "Make a CSV file of all these entries")
    assert "The log now notes" in told(page)


def test_columns_of_codes_are_read_back_as_they_stand():
    frame = pd.DataFrame(
        [("a", "A", 1.0, False), ("new", "New", None, None), (None, None, None, None)],
        columns=["code", "label", "order", "retired"],
    )
    assert lines(frame) == [Line("a", "A", 1.0), Line("new", "New", 2.0)]
    listed = codes.current().agency_kinds
    assert lines(table(listed)) == [Line.of(each) for each in listed.values()]
