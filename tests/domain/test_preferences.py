"""Settings are checked, kept whole, and changed by one administrator at a time."""

import pytest
from sqlalchemy import select

from domain import preferences
from domain.audit import Entry
from domain.errors import Conflict, Invalid, NotPermitted
from domain.people import Role
from domain.preferences import (
    BaseMap,
    BaseMapKind,
    Partnership,
    Preference,
    Preferences,
    Retention,
    Suppression,
)
from layers import basemap

XYZ = BaseMap(
    BaseMapKind.XYZ, "https://tiles.example/{z}/{x}/{y}.png?k={key}", key="s3cret", max_zoom=17
)


def change(store, who, group, version=0):
    with store.writing() as session:
        return preferences.change(session, who, group, version=version)


def read(store) -> Preferences:
    with store.reading() as session:
        return preferences.read(session)


def test_what_is_not_set_has_the_defaults_of_the_house(store):
    found = read(store)
    assert found == Preferences()
    assert (found.suppression.threshold, found.suppression.to_nearest) == (5, 5)
    assert found.retention == Retention(12, 24, 12, 28)
    assert found.base_map.kind is BaseMapKind.NONE
    assert found.partnership_name == "The partnership"


@pytest.mark.parametrize(
    "group",
    [
        Partnership("Eldermere partnership", "OFFICIAL", 0),
        Suppression(8, 1),
        Retention(6, 12, 3, 7),
        XYZ,
    ],
)
def test_a_change_is_kept_and_the_other_groups_stay(store, actor, group):
    assert change(store, actor(Role.ADMINISTRATOR), group) == 1
    found = read(store)
    name = preferences._name_of(group)
    assert getattr(found, name) == group
    assert found.version(group) == 1
    for other in set(preferences.GROUPS) - {name}:
        assert getattr(found, other) == getattr(Preferences(), other)


def test_only_administrators_change_settings(store, people):
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with pytest.raises(NotPermitted, match="change settings"):
            change(store, people[role], Suppression(6))
    assert read(store).suppression.threshold == 5


def test_two_who_change_one_group_at_once_one_gets_a_conflict(store, actor):
    admin = actor(Role.ADMINISTRATOR)
    change(store, admin, Suppression(6))
    with pytest.raises(Conflict, match="Someone else"):
        change(store, admin, Suppression(7))
    assert change(store, admin, Suppression(8), version=1) == 2
    assert change(store, admin, Retention(6)) == 1, "another group has a version of its own"
    assert read(store).suppression.threshold == 8


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (lambda: Suppression(1), "threshold"),
        (lambda: Suppression(4), "from 5 to 100"),
        (lambda: Suppression(5, 0), "rounding"),
        (lambda: Suppression(threshold=True), "threshold"),
        (lambda: Suppression(5.5), "threshold"),
        (lambda: Retention(original_days=29), "1 to 28 days"),
        (lambda: Retention(review_months=0), "review"),
        (lambda: Partnership(" "), "name"),
        (lambda: Partnership("x" * 81), "name"),
        (lambda: Partnership(marking="TOP SECRET"), "markings"),
        (lambda: Partnership(margin=-1), "margin"),
        (lambda: BaseMap(BaseMapKind.XYZ), "needs its address"),
        (lambda: BaseMap(BaseMapKind.XYZ, "javascript:alert(1)"), "https"),
        (lambda: BaseMap(BaseMapKind.WMS, "https://x.example"), "needs its layers"),
        (lambda: BaseMap(BaseMapKind.FILE), "needs its path"),
        (lambda: BaseMap(max_zoom=23), "zoom"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(wrong, why):
    with pytest.raises(Invalid, match=why):
        wrong()


@pytest.mark.parametrize(
    "address",
    [
        "https://a b",
        "https://a;script-src *",
        "https://user@x",
        "https://x'unsafe-eval'",
        "https://*",
        "https://{key}.x.example",
        "https://tiles_a.example/{z}/{x}/{y}",
    ],
)
def test_a_host_that_a_browsers_policy_cannot_name_is_refused(address):
    with pytest.raises(Invalid, match="host"):
        BaseMap(BaseMapKind.XYZ, address, key="k")


def test_only_an_address_makes_browsers_ask_another_host():
    assert BaseMap().hosts == ()
    assert BaseMap(BaseMapKind.FILE, path="town.pmtiles").hosts == ()
    assert XYZ.hosts == ("https://tiles.example",)
    many = BaseMap(BaseMapKind.XYZ, "https://tile-{s}.example:8080/{z}/{x}/{y}")
    assert many.hosts == tuple(f"https://tile-{each}.example:8080" for each in "abc")


def test_a_lower_threshold_that_an_earlier_version_took_is_read_as_five():
    assert preferences._group(Suppression, {"threshold": 2, "to_nearest": 1}) == Suppression(5, 1)


def test_the_name_of_the_partnership_is_tidied_and_holds_no_identifier():
    assert Partnership(" Eldermere\u2028 \u202epartnership\x00 ").name == "Eldermere partnership"
    assert "07700" not in Partnership("Eldermere, call 07700 900123").name


def test_the_log_tells_numbers_and_never_addresses_or_keys(store, actor):
    admin = actor(Role.ADMINISTRATOR)
    change(store, admin, XYZ)
    change(store, admin, Suppression(9))
    with store.reading() as session:
        told = {entry.subject: entry.changes for entry in session.scalars(select(Entry))}
    assert told["preference/suppression"] == {"threshold": [5, 9]}
    assert told["preference/base_map"]["kind"] == ["none", "xyz"]
    assert "s3cret" not in str(told)
    assert "tiles.example" not in str(told)


def test_what_a_later_version_wrote_is_left_out(store, actor):
    change(store, actor(Role.ADMINISTRATOR), Suppression(9))
    with store.reading() as session:
        (row,) = session.scalars(select(Preference))
    kind = preferences._group(Suppression, row.value | {"unheard": 1})
    assert kind == Suppression(9)


@pytest.mark.parametrize(
    "chosen",
    [
        BaseMap(BaseMapKind.NONE),
        XYZ,
        BaseMap(BaseMapKind.WMS, "https://wms.example/ows", layers="a,b"),
        BaseMap(BaseMapKind.WMTS, "https://wmts.example/ows", layer="a"),
    ],
)
def test_the_map_can_draw_what_is_kept(chosen):
    assert basemap.write(basemap.read(chosen.setting)).items() >= chosen.setting.items()
