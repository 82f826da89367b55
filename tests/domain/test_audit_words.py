"""What people wrote of a place, and where it lies, never stands in the log's own table."""

import re

import pytest
from shapely import Point, box
from sqlalchemy import select

from domain import annotation_changes, codes, place_changes, place_history, screenings
from domain.annotations import AnnotationState
from domain.audit import ACTIONS, Entry
from domain.people import SYSTEM, Role, Tier
from domain.places import Status
from domain.screenings import Decision
from tests.conftest import arrange
from tests.domain import rows

HERE, THERE = box(475_000, 545_000, 475_100, 545_100), box(476_000, 546_000, 476_100, 546_100)
PART, REST = box(476_000, 546_000, 476_050, 546_100), box(476_050, 546_000, 476_100, 546_100)
RESTRICTED = next(each.code for each in codes.built_in().place_types.values() if each.restricted)
# The coordinates used here; not the microseconds of a time, which may have the same digits.
NUMBER = re.compile(r"(?<![\d.])(47[56]|54[56])\d{3}(?!\d)")
WHAT = {"kind": "worry", "precision": "exact"}


def written(name):
    """Words that can be told from any other: each holds a sign of its own."""
    return f"Quillfeather {name}"


@pytest.fixture
def lived(store, sealed, people):
    """Do every action on restricted places and on annotations; return the store."""

    def do(action, who, *args, **given):
        with store.writing() as session:
            return action(session, who, *args, **given)

    place = do(
        place_changes.add, sealed, shape=HERE, reason=written("why"), name=written("home"),
        neutral_name=written("neutral"), place_type=RESTRICTED, precision="exact",
        harm_primary="UNK", marking="OFFICIAL-SENSITIVE", address=written("address"),
        strengths=written("strengths"), worries=written("worries"),
    )  # fmt: skip
    other = do(
        place_changes.add, sealed, shape=THERE, name=written("other"), neutral_name="Elsewhere",
        place_type=RESTRICTED, precision="exact", harm_primary="UNK",
        marking="OFFICIAL-SENSITIVE",
    )  # fmt: skip
    known = {"version": 1, "reason": written("reason")}
    do(
        place_changes.change, sealed, place.id, **known, name=written("new name"),
        neutral_name=written("new neutral"), worries=written("new worries"),
        address=written("new address"), strengths=written("new strengths"),
    )  # fmt: skip
    do(screenings.decide, sealed, place.id, Decision.ASSESS, reason=written("screened"))
    do(place_changes.move, sealed, place.id, Status.ASSESSING, reason=written("move"), version=2)
    do(place_changes.redraw, sealed, place.id, box(475_000, 545_000, 475_050, 545_050), version=3)
    do(place_changes.add_alias, sealed, place.id, written("alias"), version=4)
    with store.writing() as session:
        (guard,) = arrange(session, SYSTEM, rows.premises(name=written("library")))
    do(place_changes.set_guardians, sealed, place.id, [guard.id], version=5)
    do(
        place_history.split, sealed, other.id, PART, REST, name=written("part"),
        neutral_name=written("neutral part"), reason=written("split"), version=1,
    )  # fmt: skip
    do(place_history.merge, sealed, place.id, other.id, reason=written("merge"))
    words = {"shape": Point(475_020, 545_020), **WHAT}
    note = do(
        annotation_changes.annotate, sealed, text=written("note"), place_id=place.id,
        tier=Tier.SEALED, **words,
    )  # fmt: skip
    do(annotation_changes.change, sealed, note.id, version=1, text=written("new note"))
    do(annotation_changes.withdraw, sealed, note.id, version=2)
    partner = people[Role.PARTNER]
    with store.writing() as session:
        told = arrange(
            session, SYSTEM,
            *(rows.annotation(
                text=written("told"), state=AnnotationState.WAITING, author_id=partner.id, **words,
            ) for _ in "ab"),
        )  # fmt: skip
    do(annotation_changes.share, sealed, told[0].id, version=1, text=written("shared"))
    do(annotation_changes.decline, sealed, told[1].id, version=1)
    return store


def test_the_log_holds_no_words_and_no_coordinates_of_places_and_annotations(lived):
    with lived.reading() as session:
        entries = list(session.scalars(select(Entry)))
    acted = {entry.action for entry in entries}
    ours = {name for name in ACTIONS if name.split(".")[0] in ("place", "annotation")}
    assert ours <= acted, f"not tried here: {ours - acted}"
    told = [(entry.subject, entry.changes) for entry in entries]
    assert "Quillfeather" not in str(told)
    assert not NUMBER.search(str(told))
    assert not re.search("POINT|POLYGON|LINESTRING", str(told))


def test_the_log_still_says_which_fields_changed(lived):
    with lived.reading() as session:
        (change,) = session.scalars(
            select(Entry).where(Entry.action == "place.change", Entry.subject.startswith("place/"))
        )
    assert change.changes["name"] == change.changes["worries"] == ["changed"]
    assert change.changes["version"] == [1, 2]


def test_of_premises_too_only_the_fields_are_told(lived):
    with lived.reading() as session:
        sealed = [
            entry.changes for entry in session.scalars(select(Entry)) if "spot" in entry.changes
        ]
    assert sealed
    assert all(changes["spot"] == changes["name"] == ["changed"] for changes in sealed)
