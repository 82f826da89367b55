"""What names a person in a file's own names is masked before it is kept."""

from sqlalchemy import select, text

from domain import batches
from domain.audit import Entry
from domain.batches import ColumnMemory, ImportBatch
from domain.gazetteer import GazetteerEntry
from exchange.importing import Order, run
from tests.exchange.conftest import GOOD, HEAD

TOLD = "Jo, 07700 900123"
MASKED = "[name removed], [phone number removed]"


def test_who_gave_a_file_is_masked_and_known_again(store, take, write):
    path = write("a.csv", HEAD, GOOD)
    first = take(path, source=f" {TOLD} ")
    assert take(path, source=TOLD).already == first.batch
    with store.reading() as session:
        assert session.scalars(select(ImportBatch.source)).all() == [MASKED]
        kept = [each.changes for each in session.scalars(select(Entry))]
    assert "900123" not in str(kept)


def test_whose_columns_are_remembered_is_masked_and_known_again(store, analyst):
    columns = {"columns": {"category": "what"}}
    with store.writing() as session:
        batches.remember(session, analyst, target="incident", source=TOLD, columns=columns)
        batches.remember(session, analyst, target="incident", source=TOLD, columns=columns)
    with store.reading() as session:
        assert session.scalars(select(ColumnMemory.source)).all() == [MASKED]
        assert batches.recall(session, analyst, "incident", TOLD) == columns


def test_names_and_districts_of_a_gazetteer_are_masked(store, analyst, write):
    path = write(
        "a.csv",
        ("name", "kind", "district", "easting", "northing"),
        ("Jo's house 07700 900123", "street", "ask jo@example.org", "427000", "542000"),
        ("Mill Lane", "street", "Mere", "427000", "542000"),
        ("NE1 1AA", "postcode", "", "427000", "542000"),
    )
    order = Order(str(path), target="gazetteer", source=TOLD)
    report = run(store, analyst, order)
    assert report.counts.accepted == 3, report.counts.reasons
    assert "2 cells held something that identifies a person; it was masked." in report.notes
    with store.reading() as session:
        rows = session.scalars(select(GazetteerEntry).order_by(GazetteerEntry.name)).all()
        everything = str(session.execute(text("SELECT * FROM gazetteer")).all())
    assert {row.name: row.district for row in rows}[
        "[name removed]'s house [phone number removed]"
    ] == "ask [e-mail address removed]"
    assert "900123" not in everything
    assert "example" not in everything
