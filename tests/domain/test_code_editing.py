"""An administrator changes the code lists; old records stay readable, sealed ones sealed."""

import json
import shutil
import threading

import pytest
from sqlalchemy import select

from domain import code_editing, codes, visibility
from domain.audit import Entry
from domain.code_editing import Line
from domain.errors import Conflict, Invalid, NotPermitted, busy
from domain.people import Role
from store.database import Store, connect


@pytest.fixture(autouse=True)
def _own_lists(tmp_path):
    code_editing.settle(codes.BUILT_IN, tmp_path / "codes")
    yield
    code_editing._folders.clear()
    codes.use(None)


@pytest.fixture
def admin(actor):
    return actor(Role.ADMINISTRATOR)


def lines(name="agency_kinds"):
    return [Line.of(each) for each in codes.current()[name].values()]


def change(store, who, wanted, name="agency_kinds", seen=None):
    with store.writing() as session:
        return code_editing.change(session, who, name, wanted, seen=seen or code_editing.mark(name))


def test_a_new_code_and_a_new_label_are_used_at_once_and_after_a_restart(store, admin, tmp_path):
    old = lines()
    wanted = [Line("council", "the council", 1), *old[1:], Line("faith", "faith group", 99)]
    change(store, admin, wanted)
    for found in (codes.current(), code_editing.settle(codes.BUILT_IN, tmp_path / "codes")):
        assert found.agency_kinds.label("council") == "the council"
        assert "faith" in found.agency_kinds.offered()
    assert codes.built_in().agency_kinds.label("council") == "council", "ours stay as they are"


def test_an_operators_own_folder_is_changed_in_place(store, admin, tmp_path):
    own = tmp_path / "own"
    shutil.copytree(codes.BUILT_IN, own)
    code_editing.settle(own, tmp_path / "unused")
    change(store, admin, [*lines(), Line("faith", "faith group", 99)])
    assert "faith" in (own / "agency_kinds.json").read_text()
    assert not (tmp_path / "unused").exists()


def test_a_retired_code_stays_readable_and_is_offered_no_more(store, admin):
    wanted = [Line(each.code, each.label, each.order, each.code == "fire") for each in lines()]
    change(store, admin, wanted)
    listed = codes.current().agency_kinds
    assert "fire" not in listed.offered()
    assert listed.label("fire") == "fire and rescue"
    back = [Line(each.code, each.label, each.order) for each in lines()]
    change(store, admin, back)
    assert "fire" in codes.current().agency_kinds.offered()


@pytest.mark.parametrize("name", codes.LISTS)
def test_all_else_that_a_list_says_stays(store, admin, tmp_path, name):
    def told(text):
        content = json.loads(text)
        rows = content.pop("codes")
        plain = [{k: v for k, v in row.items() if k not in ("label", "order")} for row in rows]
        return content, sorted(plain, key=lambda row: row["code"])

    wanted = [Line(each.code, f"{each.label} x", each.order) for each in lines(name)]
    change(store, admin, wanted, name)
    kept = (tmp_path / "codes" / f"{name}.json").read_text()
    assert told(kept) == told((codes.BUILT_IN / f"{name}.json").read_text())


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (lambda old: old[1:], "Retire it instead"),
        (lambda old: [*old, old[0]], "twice"),
        (lambda old: [*old, Line("a b", "x", 9)], "letters, digits"),
        (lambda old: [*old, Line("<b>", "x", 9)], "letters, digits"),
        (lambda old: [*old, Line("new", "  ", 9)], "1 to 80"),
        (lambda old: [*old, Line("new", "Ring 07700 900123", 9)], "phone"),
        (lambda old: [*old, Line("new", "council", 9)], "only one entry"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_and_nothing_changes(store, admin, wrong, why):
    before = codes.current()
    with pytest.raises(Invalid, match=why):
        change(store, admin, wrong(lines()))
    assert codes.current() == before
    assert not code_editing._folders[0][1].exists()


def test_a_seal_cannot_be_lost_by_an_edit(store, admin):
    sealed = [
        (name, code, mark)
        for name in codes.LISTS
        for code, each in codes.built_in()[name].items()
        for mark in codes.KEPT
        if getattr(each, mark)
    ]
    assert sealed
    for name in {name for name, _, _ in sealed}:
        change(store, admin, [Line(x.code, f"{x.label} x", x.order) for x in lines(name)], name)
    assert all(getattr(codes.current()[name][code], mark) for name, code, mark in sealed)


def test_only_administrators_change_lists(store, people):
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with pytest.raises(NotPermitted, match="code lists"):
            change(store, people[role], lines())


def test_two_who_change_one_list_at_once_one_gets_a_conflict(store, admin):
    seen = code_editing.mark("agency_kinds")
    wanted = [*lines(), Line("faith", "faith group", 99)]
    change(store, admin, wanted, seen=seen)
    with pytest.raises(Conflict, match="Someone else"):
        change(store, admin, [*wanted, Line("other", "another", 100)], seen=seen)


@pytest.mark.parametrize("own", [True, False])
def test_two_processes_that_change_lists_at_the_same_moment_lose_nothing(
    store, url, admin, tmp_path, own
):
    if own:
        shutil.copytree(codes.BUILT_IN, tmp_path / "own")
        code_editing.settle(tmp_path / "own", tmp_path / "unused")
    other, told = Store(connect(url, busy_seconds=0.1), busy), []
    seen = code_editing.mark("agency_kinds")

    def second(name):
        try:
            change(other, admin, [*lines(name), Line("second", "the second", 98)], name)
        except Conflict as error:
            told.append(str(error))

    with store.writing() as session:
        wanted = [*lines(), Line("first", "the first", 99)]
        code_editing.change(session, admin, "agency_kinds", wanted, seen=seen)
        for name in ("agency_kinds", "markings"):
            thread = threading.Thread(target=second, args=(name,))
            thread.start()
            thread.join()
    assert len(told) == 2
    assert all("Someone else" in each for each in told)
    assert "first" in codes.current().agency_kinds
    change(other, admin, [*lines("markings"), Line("second", "the second", 98)], "markings")
    other.close()
    assert "first" in codes.current().agency_kinds
    assert "second" in codes.current().markings


def test_a_list_is_shown_as_it_stands_when_it_is_marked(store, admin):
    elsewhere = codes._in_use["own"]  # as another process holds it, for up to a second
    change(store, admin, [*lines(), Line("faith", "faith group", 99)])
    codes._in_use["own"] = elsewhere
    listed, seen = code_editing.look("agency_kinds")
    assert "faith" in listed
    assert seen == code_editing.mark("agency_kinds")


@pytest.mark.parametrize("own", [True, False])
def test_a_change_whose_line_in_the_log_is_not_kept_is_taken_back(store, admin, tmp_path, own):
    if own:
        shutil.copytree(codes.BUILT_IN, tmp_path / "own")
        code_editing.settle(tmp_path / "own", tmp_path / "unused")
    before, seen = codes.current(), code_editing.mark("agency_kinds")
    wanted = [*lines(), Line("faith", "faith group", 99)]
    with pytest.raises(KeyError), store.writing() as session:
        code_editing.change(session, admin, "agency_kinds", wanted, seen=seen)
        raise KeyError
    assert codes.current() == before
    assert code_editing.mark("agency_kinds") == seen
    change(store, admin, wanted, seen=seen)
    assert "faith" in codes.current().agency_kinds


def test_a_change_is_noted_by_its_codes_alone_and_no_change_is_not(store, admin):
    change(store, admin, lines())
    change(store, admin, [*lines(), Line("faith", "a label of their own", 99)])
    with store.reading() as session:
        (noted,) = session.scalars(select(Entry).where(Entry.action == "codes.change"))
    assert noted.subject == "codes/agency_kinds"
    assert noted.changes == {
        "added": ["faith"], "changed": [], "retired": [], "sealed": [], "back": []
    }  # fmt: skip


def places_type(store, admin, **given):
    wanted = [*lines("place_types"), Line("foster_home", "foster home", 90, **given)]
    return change(store, admin, wanted, "place_types")


def test_a_new_type_of_place_is_sealed_where_the_administrator_says_so(store, admin):
    places_type(store, admin, restricted=True)
    assert visibility.is_restricted("foster_home")
    assert not visibility.is_restricted("park")
    with store.reading() as session:
        (noted,) = session.scalars(select(Entry).where(Entry.action == "codes.change"))
    assert noted.changes["sealed"] == ["foster_home"]


def test_a_type_that_was_sealed_stays_so(store, admin):
    places_type(store, admin, restricted=True)
    plain = [Line(each.code, f"{each.label} x", each.order) for each in lines("place_types")]
    change(store, admin, plain, "place_types")
    assert visibility.is_restricted("foster_home")
    assert visibility.is_restricted("refuge")


@pytest.mark.parametrize("own", [True, False])
def test_a_change_reaches_another_process_without_a_restart(store, admin, tmp_path, own):
    chosen = codes.BUILT_IN
    if own:
        chosen = shutil.copytree(codes.BUILT_IN, tmp_path / "own")
    code_editing.settle(chosen, tmp_path / "codes")
    elsewhere = codes._in_use["own"]  # as another process holds it
    change(store, admin, [*lines(), Line("faith", "faith group", 99)])
    codes._in_use["own"] = elsewhere
    assert "faith" not in elsewhere.lists.agency_kinds
    elsewhere.look_at = 0
    assert "faith" in codes.current().agency_kinds


def test_a_list_that_was_spoilt_by_hand_is_logged_once_and_not_used(tmp_path, caplog):
    own = shutil.copytree(codes.BUILT_IN, tmp_path / "own")
    before = code_editing.settle(own, tmp_path / "unused")
    (own / "agency_kinds.json").write_text("{")
    for _ in "ab":
        codes._in_use["own"].look_at = 0
        assert codes.current() == before
    assert len(caplog.messages) == 1
    assert "agency_kinds.json" in caplog.text


def test_a_change_is_not_used_before_its_line_in_the_log_is_kept(store, admin):
    wanted = [*lines(), Line("faith", "faith group", 99)]
    with store.writing() as session:
        code_editing.change(
            session, admin, "agency_kinds", wanted, seen=code_editing.mark("agency_kinds")
        )
        assert "faith" not in codes.current().agency_kinds
    assert "faith" in codes.current().agency_kinds
