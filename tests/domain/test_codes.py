import ast
import json
import shutil
from pathlib import Path

import pytest

from domain import codes
from domain.errors import Invalid

ROOT = Path(codes.__file__).resolve().parents[1]
ROOMS = ("settings", "geo", "store", "domain", "layers", "exchange", "api", "web", "screens", "cli")
SOURCES = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
SOURCES += [ROOT / "app.py"] if (ROOT / "app.py").exists() else []


@pytest.fixture
def folder(tmp_path):
    """An operator's own copy of the lists."""
    return Path(shutil.copytree(codes.BUILT_IN, tmp_path / "codes"))


@pytest.fixture(autouse=True)
def built_in_afterwards():
    yield
    codes.use(None)


def change(folder, name, edit):
    """Let ``edit`` change the parsed list ``name`` in ``folder``."""
    file = folder / f"{name}.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    edit(content)
    file.write_text(json.dumps(content), encoding="utf-8")


def entry(content, code):
    return next(row for row in content["codes"] if row["code"] == code)


def calls_of_ref(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", None))
            if name == "ref":
                yield node


def test_the_built_in_lists_load():
    loaded = codes.load(codes.BUILT_IN)
    assert loaded.harm_types["CSE"].label == "child sexual exploitation"
    assert {file.stem for file in codes.BUILT_IN.glob("*.json")} == set(codes.LISTS)
    for name in codes.LISTS:
        assert loaded[name].name == name
        assert loaded[name].source
        assert len(loaded[name]) > 1


def test_nothing_in_code_refers_to_a_code_that_is_absent():
    referred = set()
    for file in SOURCES:
        for call in calls_of_ref(ast.parse(file.read_text(encoding="utf-8"))):
            literal = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
            assert len(literal) == 2, f"{file.name}:{call.lineno} calls ref without literals"
            referred.add(tuple(literal))
    known = {(name, code) for name in codes.LISTS for code in codes.built_in()[name]}
    assert referred - known == set()
    assert codes.built_in().absent() == []


def test_no_harm_code_is_written_in_code_but_through_ref():
    harms = set(codes.built_in().harm_types)
    found = []
    for file in SOURCES:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        through_ref = {id(arg) for call in calls_of_ref(tree) for arg in call.args}
        found += [
            f"{file.name}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value in harms
            and id(node) not in through_ref
        ]
    assert found == []


def test_a_reference_to_an_absent_code_is_told(monkeypatch):
    monkeypatch.setattr(codes, "REFERS", {("touch_roles", "teleported"), ("no_list", "any")})
    assert codes.ref("touch_roles", "missing_from") == "missing_from"
    assert codes.current().absent() == [("no_list", "any"), ("touch_roles", "teleported")]


def test_sexual_exploitation_stands_beside_criminal_exploitation():
    harms = codes.current().harm_types
    assert harms["CSE"] != harms["CCE"]
    assert "CSE" not in harms["CCE"].note
    with pytest.raises(AttributeError):
        harms["CSE"].parent  # noqa: B018 - no code has a parent to be counted under


@pytest.mark.parametrize("name", ["harm_types", "touch_roles", "premises_roles"])
def test_what_is_drawn_differs_in_letter_and_colour(name):
    drawn = codes.current()[name].values()
    assert len({each.symbol for each in drawn}) == len(drawn)
    assert len({each.colour.lower() for each in drawn}) == len(drawn)
    assert all(each.symbol and each.colour for each in drawn)


def test_homes_are_restricted_and_where_episodes_began_is_sealed():
    places = codes.current().place_types
    homes = {"childrens_home", "refuge", "supported_accommodation", "private_dwelling"}
    assert {each.code for each in places.values() if each.restricted} == homes
    assert {each.code for each in places.values() if each.dwelling} == homes
    assert {each.code for each in places.values() if not each.has_point} == {"online"}
    roles = codes.current().touch_roles
    assert {each.code for each in roles.values() if each.sealed} == {"missing_from"}


@pytest.mark.parametrize("hour", range(24))
def test_every_hour_of_the_day_is_in_one_band(hour):
    bands = codes.current().time_bands
    holding = [
        each.code
        for each in bands.values()
        if each.starts is not None and each.starts <= hour < each.ends
    ]
    assert [bands.band(hour)] == holding


def test_a_band_ends_where_the_next_begins():
    lists = codes.current()
    assert lists.time_bands.band(5.99) == "night"
    assert lists.time_bands.band(6) == "morning"
    assert lists.time_bands.band(24) is None
    assert lists.duration_bands.band(3) == "from_3h_to_9h"
    assert lists.duration_bands.band(1000) == "over_3d"
    assert lists.distance_bands.band(49.9) == "from_20km_to_50km"


def test_a_value_is_checked_against_its_list():
    assert codes.check("harm_types", "UNK") == "UNK"
    with pytest.raises(Invalid, match=r"not one of the types of harm. Use one of: CSE, CCE"):
        codes.check("harm_types", "Dana Example")
    with pytest.raises(Invalid, match=r"no list of codes called 'harms'"):
        codes.check("harms", "UNK")


def test_a_refused_value_is_not_quoted():
    with pytest.raises(Invalid) as refused:
        codes.check("place_types", "14 Invented Street")
    assert "Invented" not in str(refused.value)


def test_an_operator_can_change_add_reorder_and_retire(folder):
    def edit(content):
        entry(content, "park")["label"] = "park, green or common"
        entry(content, "arcade")["retired"] = True
        content["codes"].append({"code": "ferry", "label": "ferry landing", "order": 0})

    change(folder, "place_types", edit)
    places = codes.use(folder).place_types

    assert codes.current().place_types is places
    assert next(iter(places)) == "ferry"
    assert places["park"].label == "park, green or common"
    assert "arcade" in places
    assert "arcade" not in places.offered()
    assert codes.check("place_types", "arcade") == "arcade"
    assert codes.use(None).place_types["park"].label == "park or green space"


def test_an_old_records_code_that_has_gone_is_still_shown(folder):
    change(folder, "incident_sources", lambda content: content["codes"].pop(0))
    sources = codes.use(folder).incident_sources
    assert sources.label("police") == "police (no longer in the list)"
    assert sources.label("council") == "council"


def test_lists_cannot_be_changed_by_accident():
    lists = codes.current()
    with pytest.raises(TypeError):
        lists.harm_types.codes["NEW"] = lists.harm_types["UNK"]
    with pytest.raises(AttributeError):
        lists.harm_types["UNK"].label = "other"


WRONG = {
    "take out or correct 'restriced'": lambda c: c["codes"][0].update(restriced=True),
    'in entry 2, give a "code"': lambda c: c["codes"][1].update(code="two words"),
    'in entry 1, give a "code"': lambda c: c["codes"][0].pop("code"),
    'give a "label"': lambda c: c["codes"][0].update(label="  "),
    "only one entry with the code": lambda c: c["codes"].append({**c["codes"][0], "label": "x"}),
    "only one entry with the label": lambda c: c["codes"].append(
        {"code": "twin", "label": c["codes"][0]["label"]}
    ),
    "only one entry with the symbol": lambda c: c["codes"].append(
        {"code": "twin", "label": "twin", "symbol": c["codes"][0]["symbol"]}
    ),
    'shorten "symbol" to 3': lambda c: c["codes"][0].update(symbol="LONG"),
    'write "colour" like': lambda c: c["codes"][0].update(colour="red"),
    'make "note" text': lambda c: c["codes"][0].update(note=["a"]),
    'make "retired" true or false': lambda c: c["codes"][0].update(retired="yes"),
    'make "order" a number': lambda c: c["codes"][0].update(order="first"),
    'make "from" a number': lambda c: c["codes"][0].update({"from": True}),
    'let "from" come before': lambda c: c["codes"][0].update({"from": 6, "to": 6}),
    'start it with "list"': lambda c: c.update(list="harms"),
    'give it a "title"': lambda c: c.pop("title"),
    'give it a "source"': lambda c: c.update(source=""),
    "list at least one entry": lambda c: c.update(codes=[]),
    "in entry 1, write": lambda c: c["codes"].insert(0, "park"),
}


@pytest.mark.parametrize("remedy", WRONG)
def test_a_wrong_list_is_refused_with_its_file_and_what_to_do(folder, remedy):
    change(folder, "harm_types", WRONG[remedy])
    with pytest.raises(Invalid, match=r"harm_types.json cannot be used") as refused:
        codes.load(folder)
    assert remedy in str(refused.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00", '{"list": "harm_types"'])
def test_a_file_that_is_no_list_is_refused(folder, text):
    (folder / "harm_types.json").write_text(text, encoding="utf-8")
    with pytest.raises(Invalid, match=r"harm_types.json"):
        codes.load(folder)


def test_a_file_in_another_encoding_is_refused(folder):
    (folder / "harm_types.json").write_bytes("{é".encode("latin-1"))
    with pytest.raises(Invalid, match=r"JSON in UTF-8"):
        codes.load(folder)


def test_a_missing_file_is_told(folder):
    (folder / "precision.json").unlink()
    with pytest.raises(Invalid, match=r"precision.json cannot be used: copy it from data/codes"):
        codes.load(folder)


LEAKS = {
    "restricted": ("place_types", "childrens_home"),
    "dwelling": ("place_types", "refuge"),
    "sealed": ("touch_roles", "missing_from"),
    "approximate": ("incident_sources", "open_data"),
}


@pytest.mark.parametrize("mark", LEAKS)
def test_an_operator_cannot_unseal_what_protects_people(folder, mark):
    name, code = LEAKS[mark]
    change(folder, name, lambda content: entry(content, code).update({mark: False}))
    with pytest.raises(Invalid, match=rf"set \"{mark}\": true on '{code}' again"):
        codes.use(folder)
    assert codes.current() is codes.built_in()


def test_a_sealed_code_can_be_retired_but_not_removed(folder):
    change(
        folder,
        "place_types",
        lambda content: content["codes"].remove(entry(content, "childrens_home")),
    )
    with pytest.raises(Invalid, match=r"put 'childrens_home' back; to stop its use"):
        codes.use(folder)


def test_an_online_space_gets_no_point(folder):
    change(folder, "place_types", lambda content: entry(content, "online").pop("has_point"))
    with pytest.raises(Invalid, match=r"it has no spot"):
        codes.use(folder)


def test_a_list_without_a_code_that_we_need_is_refused(folder, monkeypatch):
    monkeypatch.setattr(codes, "REFERS", {("annotation_kinds", "worry")})
    change(folder, "annotation_kinds", lambda content: content["codes"].pop(0))
    with pytest.raises(Invalid, match=r"put the code 'worry' back"):
        codes.use(folder)
