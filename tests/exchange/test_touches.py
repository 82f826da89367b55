"""The child stays at the door: what a file of missing episodes leaves behind."""

import itertools
import json
import re
from datetime import date

import pytest
import shapely
from sqlalchemy import select, text

from domain.audit import Entry
from domain.errors import Invalid
from domain.touches import PlaceTouch
from exchange import templates
from exchange.importing import Order, run

HEAD = ("source", "role", "date", "time_band", "place_type", "residential", "episode",
        "easting", "northing", "Child name", "DOB", "NHS number", "narrative")  # fmt: skip
SEEN = ("rhi", "found_at", "2026-03-14", "21:40", "bus_station", "no", "EP-77412",
        "427000", "542000", "Jo Bloggs", "01/02/2010", "943 476 5919", "Jo and Sam")  # fmt: skip


def changed(**changes):
    return tuple((dict(zip(HEAD, SEEN, strict=True)) | changes).values())


@pytest.fixture
def take(store, analyst):
    def import_it(path, **how):
        return run(store, analyst, Order(str(path), preset="missing-touches", **how))

    return import_it


def touches(store):
    with store.reading() as session:
        return session.scalars(select(PlaceTouch).order_by(PlaceTouch.id)).all()


def test_a_touch_keeps_the_place_and_the_month(store, take, write):
    take(write("a.csv", HEAD, SEEN))
    (row,) = touches(store)
    assert (row.source, row.role, row.month) == ("rhi", "found_at", date(2026, 3, 1))
    assert (row.time_band, row.day_type) == ("late_evening", "unknown")
    assert row.spot.equals(shapely.Point(427_000, 542_000))
    assert not row.residential


def test_nothing_of_a_child_or_an_episode_is_anywhere_in_the_store(store, take, write):
    report = take(write("a.csv", HEAD, SEEN))
    assert set(report.people) == {"Child name", "DOB", "NHS number"}
    assert report.left == ("narrative",)
    with store.reading() as session:
        kept = str(session.execute(text("SELECT * FROM place_touch")).all())
        kept += str(session.execute(text("SELECT * FROM import_batch")).all())
        kept += json.dumps([each.changes for each in session.scalars(select(Entry))])
    for word in ("Bloggs", "77412", "5919", "Sam"):
        assert word not in kept
    assert not re.search(r"['\"]14['\"]", kept), "the age; a time of day may hold the figures"


def test_nothing_joins_two_touches_of_one_episode(store, take, write):
    take(
        write(
            "a.csv",
            HEAD,
            changed(role="missing_from", place_type="private_dwelling"),
            changed(role="found_at", easting="428000"),
        )
    )
    first, second = touches(store)
    shared = {
        column.name
        for column in PlaceTouch.__table__.c
        if getattr(first, column.name) == getattr(second, column.name)
    }
    assert "key" not in shared
    told = {"batch_id", "source", "month", "place_id", "time_band", "day_type", "duration_band"}
    told |= {"distance_band", "cross_border", "transport_mode", "push_factors", "pull_factors"}
    assert shared <= told | {"harm_indicators", "felt", "precision"}


@pytest.mark.parametrize(
    ("role", "place_type", "said", "sealed"),
    [
        ("stayed_at", "", "", True),
        ("found_at", "", "", True),
        ("last_seen", "", "unknown", True),
        ("believed_going", "", "", True),
        ("believed_going", "", "no", False),
        ("stayed_at", "bus_station", "unknown", False),
        ("travelled_via", "", "", False),
        ("place_named_as_safe", "", "yes", True),
        ("missing_from", "bus_station", "no", True),
        ("found_at", "private_dwelling", "no", True),
        ("found_at", "bus_station", "yes", True),
        ("found_at", "bus_station", "", False),
    ],
)
def test_where_someone_lives_is_marked_as_such(store, take, write, role, place_type, said, sealed):
    take(write("a.csv", HEAD, changed(role=role, place_type=place_type, residential=said)))
    (row,) = touches(store)
    assert row.residential is sealed


def test_the_order_of_the_file_is_not_the_order_of_the_numbers(store, take, write):
    eastings = list(range(427_000, 427_200))
    take(write("a.csv", HEAD, *(changed(easting=str(each), episode="") for each in eastings)))
    kept = [round(row.spot.x) for row in touches(store)]
    assert sorted(kept) == eastings
    assert kept not in (eastings, eastings[::-1])
    beside = sum(abs(one - next_) == 1 for one, next_ in itertools.pairwise(kept))
    assert beside < 30  # of 199; by chance about 2


def test_one_mention_in_one_episode_counts_once_and_another_episode_again(store, take, write):
    report = take(write("a.csv", HEAD, SEEN, SEEN, changed(episode="EP-2")))
    assert report.counts.accepted == 2
    assert report.counts.reasons == {"the same place and role came before in this episode": 1}
    again = take(write("b.csv", HEAD, changed(episode="EP-9"), changed(episode="EP-8")))
    assert (again.counts.accepted, again.counts.duplicates) == (0, 2)


def test_a_name_cannot_be_mapped_into_a_touch(take, write):
    with pytest.raises(Invalid, match="holds a person"):
        take(write("a.csv", HEAD, SEEN), columns={"time_band": "Child name"})


def test_the_template_is_read_as_it_is_written(tmp_path, store, take):
    path, about = templates.write_touches(tmp_path)
    row = {"source": "rhi", "role": "found_at", "date": "2026-03", "easting": "427000"}
    row |= {"northing": "542000", "push_factors": "tension_at_home; not_safe_at_home"}
    columns = path.read_text().strip().split(",")
    with path.open("a") as file:
        file.write(",".join(row.get(name, "") for name in columns) + "\n")
    report = take(path)
    assert report.counts.accepted == 1, report.counts.reasons
    assert "missing_from" in about.read_text()
    with pytest.raises(Invalid, match="is there already"):
        templates.write_touches(tmp_path)
