"""All good rows or nothing, nothing twice, and back out again."""

import csv
import io
import json

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import func, select

from domain import batches
from domain.accounts import Grant
from domain.areas import Area
from domain.audit import Entry
from domain.batches import BatchState, ImportBatch
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.incidents import Incident, TimeKnown
from domain.people import SYSTEM, Role
from domain.premises import Premises
from exchange.importing import Order, run
from exchange.rows import objects
from exchange.seen import Seen
from exchange.targets import again
from tests.conftest import arrange
from tests.exchange.conftest import GOOD, HEAD


def count(store, table=Incident):
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


def another(reference, **changes):
    return tuple(
        ({**dict(zip(HEAD, GOOD, strict=True)), "reference": reference} | changes).values()
    )


def test_a_row_becomes_an_incident(store, take, write):
    report = take(write("a.csv", HEAD, GOOD))
    assert (report.counts.read, report.counts.accepted) == (1, 1)
    with store.reading() as session:
        (row,) = session.scalars(select(Incident))
        assert (row.source, row.category) == ("council", "anti-social behaviour")
        assert (row.time_known, row.weekday, row.hour) == (TimeKnown.INTERVAL, 2, 17)
        assert row.spot.wkt == "POINT (427000 542000)"
        assert (row.precision, row.harm_further, row.details) == ("exact", [], {})
        assert row.batch_id == report.batch


def test_the_batch_is_the_one_entry_in_the_log_and_quotes_no_cell(store, take, write):
    take(write("a.csv", HEAD, GOOD, another("A2", category="S3cret")))
    with store.reading() as session:
        (entry,) = session.scalars(select(Entry).where(Entry.action == "batch.import"))
        assert entry.subject.startswith("import_batch/")
        assert "S3cret" not in json.dumps(entry.changes)


def test_the_same_file_twice_adds_nothing_and_says_so(store, take, write):
    path = write("a.csv", HEAD, GOOD)
    first, second = take(path), take(path)
    assert (second.already, second.batch, second.counts.accepted) == (first.batch, None, 0)
    assert count(store) == 1


def test_the_same_rows_in_another_file_add_nothing(store, take, write):
    take(write("a.csv", HEAD, GOOD))
    report = take(write("b.csv", HEAD, GOOD, another("A2")))
    assert (report.counts.accepted, report.counts.duplicates) == (1, 1)
    assert count(store) == 2


def test_rows_alike_without_id_are_two_where_the_hour_is_not_known(store, take, write):
    rows = [("", "noise", "2024-05", "427000", "542000")] * 3
    path = write("a.csv", HEAD, *rows, *[("", "noise", "2024-05-01 17:30", "427000", "542000")] * 3)
    report = take(path)
    assert (report.counts.accepted, report.counts.duplicates) == (4, 2)
    more = take(write("b.csv", HEAD, *rows, rows[0]))
    assert (more.counts.accepted, more.counts.duplicates) == (1, 3)


def test_another_giver_may_use_the_same_numbers(store, take, write):
    path = write("a.csv", HEAD, GOOD)
    take(path)
    assert take(path, source="Another council").counts.accepted == 1


def test_rejects_come_back_by_number_with_only_what_we_take(take, write):
    path = write(
        "a.csv",
        [*HEAD, "Child name", "notes"],
        [*GOOD, "n", "x"],
        [*another("=A2", easting="0", northing="0"), "n", "x"],
        [*another("A3", category="ring 07700 900123", date="tomorrow"), "n", "x"],
        ["too", "few"],
    )
    out = io.StringIO()
    report = take(path, rejects=out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert [row["row"] for row in rows] == ["3", "4", "5"]
    assert rows[0]["reason"].startswith("the location is 0, 0")
    assert rows[2]["reason"] == "the row has 2 columns, not 7"
    assert rows[0]["reference"] == "'=A2"
    assert rows[1]["category"] == "ring [phone number removed]"
    assert set(rows[0]) == {"row", "reason", *HEAD}
    assert report.counts.rejected == sum(report.counts.reasons.values()) == 3
    assert (report.people, report.left) == (("Child name",), ("notes",))


def test_free_text_is_masked_and_counted(store, take, write):
    report = take(write("a.csv", HEAD, another("A1", category="ring 07700 900123")))
    with store.reading() as session:
        assert session.scalar(select(Incident.category)) == "ring [phone number removed]"
    assert any(note.startswith("1 cells held something that identifies") for note in report.notes)


def test_a_code_that_is_not_in_the_list_refuses_the_row_and_a_label_is_understood(
    store, take, write
):
    head = [*HEAD, "harm_primary", "harm_further"]
    report = take(
        write(
            "a.csv",
            head,
            [*another("A1"), "County lines", "CSE; FIN"],
            [*another("A2"), "nonsense", ""],
            [*another("A3"), "CSE", "CSE;nonsense"],
        )
    )
    assert report.counts.reasons == {
        "the main type of harm is not in the list of codes": 1,
        "one of the further types of harm is not in the list of codes": 1,
    }
    with store.reading() as session:
        (row,) = session.scalars(select(Incident))
        assert (row.harm_primary, row.harm_further) == ("CL", ["CSE", "FIN"])


def test_open_data_is_approximate_whatever_the_file_says(store, take, write):
    head = [*HEAD, "precision"]
    path = write("a.csv", head, [*GOOD, "exact"])
    take(path, constants={"source": "open_data"})
    with store.reading() as session:
        assert session.scalar(select(Incident.precision)) == "approximate"


def test_a_fault_in_the_last_row_keeps_nothing(store, take, write, tmp_path):
    path = write("a.csv", HEAD, GOOD)
    with path.open("a") as file:
        file.write('B1,"' + "x\n" * 100_000)
    with pytest.raises(Invalid, match="quotation mark"):
        take(path)
    assert (count(store), count(store, ImportBatch)) == (0, 0)


def test_stopping_while_rows_are_saved_keeps_nothing(store, analyst, write):
    class Stopped(Exception):
        pass

    def stop(_share, message):
        if message.endswith("saved"):
            raise Stopped

    path = write("a.csv", HEAD, GOOD)
    order = Order(str(path), target="incident", source="x", constants={"source": "council"})
    with pytest.raises(Stopped):
        run(store, analyst, order, progress=stop)
    assert (count(store), count(store, ImportBatch)) == (0, 0)
    assert run(store, analyst, order).counts.accepted == 1


def test_rows_that_someone_took_in_meanwhile_are_not_taken_twice(store, analyst, write):
    def order(path):
        return Order(str(path), target="incident", source="x", constants={"source": "council"})

    mine, other = write("a.csv", HEAD, GOOD, another("A2")), write("b.csv", HEAD, GOOD)
    report = _with_other_between(store, analyst, order(mine), order(other))
    assert (report.counts.accepted, report.counts.duplicates) == (1, 1)
    assert count(store) == 2


def _with_other_between(store, analyst, mine, other):
    """Run ``mine``, with ``other`` taken in after its rows were read and before they are saved."""
    writing = store.writing
    calls = []

    def opened():
        if not calls:
            calls.append(1)
            run(store, analyst, other)
        return writing()

    store.writing = opened
    try:
        return run(store, analyst, mine)
    finally:
        del store.writing


def test_an_import_can_be_undone_once_and_taken_in_again(store, analyst, take, write):
    path = write("a.csv", HEAD, GOOD, another("A2"))
    report = take(path)
    with store.writing() as session:
        assert batches.undo(session, analyst, report.batch) == 2
    assert count(store) == 0
    with store.writing() as session, pytest.raises(Conflict, match="undone before"):
        batches.undo(session, analyst, report.batch)
    with store.writing() as session, pytest.raises(NotFound):
        batches.undo(session, analyst, 99)
    assert take(path).counts.accepted == 2
    with store.reading() as session:
        assert [each.state for each in batches.listed(session, analyst)] == [
            BatchState.DONE,
            BatchState.UNDONE,
        ]


def test_boundaries_that_someones_work_rests_on_are_not_taken_out(store, analyst, people, tmp_path):
    frame = gpd.GeoDataFrame(
        {"WD25CD": ["E05"], "WD25NM": ["Mill ward"]},
        geometry=[shapely.box(427_000, 542_000, 428_000, 543_000)],
        crs=27700,
    )
    frame.to_file(tmp_path / "wards.gpkg", engine="pyogrio")
    report = run(store, analyst, Order(str(tmp_path / "wards.gpkg")))
    with store.writing() as session:
        area = session.scalars(select(Area)).one()
        assert (area.kind.value, area.code, area.name, area.vintage) == (
            "ward", "E05", "Mill ward", "2025",
        )  # fmt: skip
        grant = Grant(user_id=people[Role.POLICE].id, role=Role.POLICE, area_id=area.id)
        arrange(session, SYSTEM, grant)
    with pytest.raises(Conflict, match="cannot be undone"), store.writing() as session:
        batches.undo(session, analyst, report.batch)
    assert count(store, Area) == 1


def test_a_crossed_outline_is_mended_and_a_point_is_no_area(store, analyst, tmp_path):
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    shapes = [shapely.transform(bow, lambda xy: xy + 427_000), shapely.Point(427_000, 542_000)]
    frame = gpd.GeoDataFrame({"code": ["A", "B"], "name": ["a", "b"]}, geometry=shapes, crs=27700)
    frame.to_file(tmp_path / "a.geojson", engine="pyogrio")
    constants = {"kind": "beat", "vintage": "2025"}
    order = Order(str(tmp_path / "a.geojson"), target="area", source="x", constants=constants)
    report = run(store, analyst, order)
    assert report.counts.reasons == {"the shape is not an area": 1}
    with store.reading() as session:
        assert session.scalars(select(Area.outline)).one().is_valid


def test_premises_take_roles_and_hours_and_no_names_of_people(store, analyst, write):
    path = write(
        "a.csv",
        ["ref", "name", "type", "roles", "trained", "open_mon", "Contact name", "x", "y"],
        ["P1", "The Green Café", "takeaway", "safe_place", "yes", "9:00-12:30; 13:00-17:30", "n",
         "427000", "542000"],
        ["P2", "Other", "takeaway", "", "maybe", "", "n", "427000", "542000"],
        ["P3", "Third", "takeaway", "", "", "all day", "n", "427000", "542000"],
    )  # fmt: skip
    report = run(store, analyst, Order(str(path), target="premises", source="Council"))
    assert report.counts.reasons == {
        "trained is neither yes nor no": 1,
        "opening hours are not written as 09:00-17:30": 1,
    }
    assert report.people == ("Contact name",)
    with store.reading() as session:
        (row,) = session.scalars(select(Premises))
        assert (row.reference, row.roles, row.trained) == ("P1", ["safe_place"], True)
        assert row.opening == {"mon": [["09:00", "12:30"], ["13:00", "17:30"]]}


def test_only_who_may_import_imports_and_undoes(store, people, take, write):
    path = write("a.csv", HEAD, GOOD)
    report = take(path)
    for role in set(Role) - {Role.ANALYST, Role.COORDINATOR}:
        with pytest.raises(NotPermitted):
            run(store, people[role], Order(str(path), target="incident"))
        with store.writing() as session, pytest.raises(NotPermitted):
            batches.undo(session, people[role], report.batch)
        with store.reading() as session, pytest.raises(NotPermitted):
            batches.listed(session, people[role])


def test_keys_are_known_again_across_chunks():
    seen = Seen()
    keys = objects([bytes([number]) * 16 for number in (3, 1, 3, 2)])
    good = keys != None  # noqa: E711
    found, repeats = seen.sort_out(keys, good, None)
    assert list(found) == list(keys)
    assert list(repeats) == [False, False, True, False]
    found, repeats = seen.sort_out(keys[:2], good[:2], objects([True, False]).astype(bool))
    assert list(repeats) == [False, True]
    assert found[0] == again(keys[0], 1)
