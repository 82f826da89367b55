"""A row of the catalogue is edited with a reason; every edition stays, and plans keep theirs."""

from dataclasses import fields
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from domain import plan_proposing, power_editions, powers
from domain.audit import Entry
from domain.errors import Conflict, Invalid, NotPermitted
from domain.matching import today
from domain.people import PERMISSIONS, SYSTEM, Permission, Role
from domain.places import Status
from domain.powers import InForce, Power
from tests.conftest import arrange
from tests.domain import rows
from tests.domain.cases import CHECKED

KEEPERS = [role for role in Role if Permission.MANAGE_POWERS in PERMISSIONS[role]]


def wording(code="P06", **given):
    """What a row says, as the form gives it back."""
    row = powers.power(code)
    said = {each.name: getattr(row, each.name) for each in fields(Power) if each.name != "code"}
    return {**said, "reviewed_on": min(row.reviewed_on, today()), **given}


@pytest.fixture
def keep(store, people):
    """Do one thing with the catalogue as the administrator."""

    def do(action, *args, who=Role.ADMINISTRATOR, **given):
        with store.writing() as session:
            return action(session, people[who], *args, **given)

    return do


def change(keep, code="P06", version=0, why="A solicitor checked it.", **given):
    return keep(power_editions.change, code, version=version, why=why, **wording(code, **given))


def row(store, code):
    with store.reading() as session:
        return power_editions.rows(session)[code]


def test_without_editions_the_catalogue_is_the_files(store):
    with store.reading() as session:
        assert power_editions.catalogue(session) == dict(powers.of_file())


def test_an_edited_row_counts_from_then_on_and_each_edition_stays(keep, store, people):
    change(keep, tool="Closed road", in_force_note="Pilot in one county.", in_force=InForce.PARTLY)
    change(keep, version=1, why="Out of force.", tool="Closed road", in_force=InForce.REPEALED,
           in_force_note="Since May.")  # fmt: skip
    found = row(store, "P06")
    assert (found.power.tool, found.version, found.own) == ("Closed road", 2, True)
    assert not found.power.usable(today())
    with store.reading() as session:
        kept = power_editions.history(session, people[Role.ADMINISTRATOR], "P06")
        assert [(each.number, each.why) for each in kept] == [
            (2, "Out of force."), (1, "A solicitor checked it."),
        ]  # fmt: skip
        assert kept[1].row["in_force_note"] == "Pilot in one county."


def test_a_plan_keeps_the_row_as_it_stood_when_it_was_chosen(keep, store, case):
    with store.writing() as session:
        (case.place,) = arrange(session, SYSTEM, rows.place(status=Status.PLAN))
    case.plan()
    before = case.propose(tactic_code="S07", **CHECKED)
    change(keep, "S07", tool="Another name", threshold="Only with consent.")
    after = case.propose(tactic_code="S07", **CHECKED)
    was = powers.power("S07")
    assert (case.now(before).tactic["tool"], case.now(before).tactic["threshold"]) == (
        was.tool, was.threshold,
    )  # fmt: skip
    assert case.now(after).tactic["tool"] == "Another name"


def test_what_was_put_out_of_force_here_is_not_planned_with(keep, store, case):
    with store.writing() as session:
        (case.place,) = arrange(session, SYSTEM, rows.place(status=Status.PLAN))
    case.plan()
    change(keep, "S07", in_force=InForce.REPEALED, in_force_note="Ended.")
    with pytest.raises(Invalid, match="no longer in force"):
        case.propose(tactic_code="S07", **CHECKED)
    assert plan_proposing


def test_a_row_past_its_review_day_says_so_until_it_is_checked(keep, store):
    late = today() - timedelta(days=1)
    change(keep, reviewed_on=late - timedelta(days=300), review_by=late)
    assert any("Check it again" in each for each in row(store, "P06").power.cautions(today()))
    change(keep, version=1, reviewed_on=today(), review_by=today() + timedelta(days=90))
    found = row(store, "P06").power
    assert found.review_by == today() + timedelta(days=90)
    assert not any("Check it again" in each for each in found.cautions(today()))


def test_a_row_is_added_and_offered_and_the_files_own_comes_back(keep, store):
    made = keep(power_editions.add, why="A local scheme.", **wording(tool="Street wardens"))
    assert made.code == "L01"
    assert keep(power_editions.add, why="Another.", **wording(tool="Boat patrol")).code == "L02"
    with store.reading() as session:
        every = power_editions.catalogue(session).values()
        assert "L01" in {each.code for each in powers.options(every, today=today())}
    with pytest.raises(Invalid, match="was added here"):
        keep(power_editions.restore, "L01", version=1, why="No.")
    change(keep, tool="Closed road")
    keep(power_editions.restore, "P06", version=1, why="The file is right.")
    found = row(store, "P06")
    assert (found.power, found.version, found.own) == (powers.power("P06"), 2, False)
    with pytest.raises(Invalid, match="counts already"):
        keep(power_editions.restore, "P06", version=2, why="Again.")


def test_two_who_edit_the_same_row_are_told(keep):
    change(keep, tool="Closed road")
    with pytest.raises(Conflict, match="meanwhile"):
        change(keep, tool="Open road")


@pytest.mark.parametrize(
    "wrong",
    [
        {"why": " "},
        {"tool": ""},
        {"agencies": ()},
        {"agencies": ("wizards",)},
        {"place_types": ("moon",)},
        {"applies_to": ("ghost",)},
        {"least_intrusive_rank": 0},
        {"longest_days": 0},
        {"basis": "rumour"},
        {"in_force": InForce.NOT_YET, "in_force_note": ""},
        {"reviewed_on": date(2999, 1, 1)},
        {"review_by": date(2000, 1, 1)},
        {"in_force_from": date(2026, 2, 1), "in_force_until": date(2026, 1, 1)},
        {},
    ],
    ids=lambda each: "-".join(each) or "nothing differs",
)
def test_what_cannot_stand_in_a_row_is_refused_and_leaves_nothing(keep, store, wrong):
    with pytest.raises(Invalid):
        change(keep, **wrong)
    assert row(store, "P06").version == 0


def test_identifiers_are_masked_in_a_row_and_the_log_holds_none_of_its_words(keep, store):
    change(keep, tool="Quillfeather road", threshold="Ring 07700 900123 first.", why="Quillfeather")
    assert "900123" not in row(store, "P06").power.threshold
    with store.reading() as session:
        told = str([each.changes for each in session.scalars(select(Entry))])
    assert "Quillfeather" not in told


def test_those_alone_who_keep_the_catalogue_change_it_and_those_who_act_read_its_history(
    keep, store, people
):
    assert KEEPERS == [Role.ADMINISTRATOR]
    change(keep, tool="Closed road")
    with store.reading() as session:
        assert power_editions.history(session, people[Role.PRACTITIONER], "P06")
        with pytest.raises(NotPermitted):
            power_editions.history(session, people[Role.PARTNER], "P06")
