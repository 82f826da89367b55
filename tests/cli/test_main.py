"""The command: what an operator types, and what is said."""

import json

import pyogrio
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from cli.main import app
from domain.audit import Entry
from domain.incidents import Incident
from domain.people import Kind
from tests.conftest import SHARED

HEAD = "reference,category,date,easting,northing\n"
ROW = "A1,noise,2024-05-01 17:30,427000,542000\n"
REAL = SHARED / "real"


@pytest.fixture
def run(url, monkeypatch, tmp_path):
    """Type a command: ``run("import", path)`` answers the exit code and what was printed."""
    monkeypatch.setenv("SAFEGROUND_DATABASE_URL", url)
    monkeypatch.setenv("SAFEGROUND_VAR", str(tmp_path / "var"))

    def type_it(*words):
        result = CliRunner().invoke(app, [str(word) for word in words])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    return type_it


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(HEAD + ROW + "A2,noise,soon,427000,542000\n")
    return path


COUNCIL = ("--target", "incident", "--source", "Council", "--set", "source=council")


def test_a_file_is_taken_in_by_the_operator(run, store, file):
    code, said = run("import", file, *COUNCIL)
    assert (code, "2 rows read, 1 taken, 0 there already, 1 rejected" in said) == (0, True)
    with store.reading() as session:
        entry = session.scalars(select(Entry).where(Entry.action == "batch.import")).one()
        assert entry.actor_kind is Kind.OPERATOR
        assert session.scalars(select(Incident)).one().category == "noise"


def test_the_report_is_json_for_programs_and_rejects_go_to_a_file(run, file, tmp_path):
    out = tmp_path / "rejects.csv"
    code, said = run("import", file, *COUNCIL, "--json", "--rejects", out)
    report = json.loads(said[said.index("{") :])
    assert (code, report["accepted"], report["rejected"]) == (0, 1, 1)
    assert out.read_text(encoding="utf-8-sig").startswith("row,reason,reference,category")
    code, said = run("import", file, *COUNCIL, "--rejects", out)
    assert (code, "exists already" in said) == (2, True)


def test_a_dry_run_keeps_nothing(run, store, file):
    code, said = run("import", file, *COUNCIL, "--dry-run", "--json")
    assert (code, json.loads(said)["first_rows_taken"]) == (0, 1)
    with store.reading() as session:
        assert session.scalars(select(Incident)).all() == []


def test_columns_named_once_are_remembered(run, tmp_path):
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("what,when,e,n\nnoise,2024-05-01 10:00,427000,542000\n")
    second.write_text("what,when,e,n\nnoise,2024-05-02 10:00,427000,542000\n")
    chosen = [word for pair in ("category=what", "date=when", "easting=e", "northing=n")
              for word in ("--map", pair)]  # fmt: skip
    assert run("import", first, *COUNCIL, *chosen)[0] == 0
    code, said = run("import", second, *COUNCIL)
    assert (code, "1 taken" in said) == (0, True)


def test_an_import_is_listed_and_undone(run, file):
    run("import", file, *COUNCIL)
    assert "Council: a.csv" in run("batches")[1]
    assert run("undo", 1) == (0, "Import 1 was undone: 1 records were taken out.\n")
    assert "(undone)" in run("batches")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "nowhere.csv"), "There is no such file."),
        (("undo", "99"), "That import is not there."),
        (("import", __file__, "--preset", "x"), "There is no preset of that name"),
        (("import", __file__, "--map", "x"), "Write --map as FIELD=VALUE."),
        (("sample", "load"), "sample mode only"),
        (("export", "--gpkg", "x.gpkg", "--as", "nobody"), "nobody of that username"),
    ],
)
def test_a_refusal_is_one_sentence_and_exit_2(run, words, said):
    code, printed = run(*words)
    assert code == 2
    assert said in printed
    assert "Traceback" not in printed


def test_a_database_that_is_behind_says_what_to_run(monkeypatch, tmp_path):
    monkeypatch.setenv("SAFEGROUND_VAR", str(tmp_path))
    result = CliRunner().invoke(app, ["db", "check"])
    assert (result.exit_code, "safeground db upgrade" in result.output) == (2, True)
    assert CliRunner().invoke(app, ["db", "upgrade"]).exit_code == 0
    assert CliRunner().invoke(app, ["db", "check"]).exit_code == 0


def test_a_wrong_setting_is_named_and_not_shown(monkeypatch):
    monkeypatch.setenv("SAFEGROUND_IDLE_MINUTES", "s3cret")
    result = CliRunner().invoke(app, ["db", "check"])
    assert (result.exit_code, "SAFEGROUND_IDLE_MINUTES" in result.output) == (2, True)
    assert "s3cret" not in result.output


def test_the_sample_loads_and_loads_again(run, monkeypatch, tmp_path):
    monkeypatch.setenv("SAFEGROUND_SAMPLE", "true")
    code, said = run("sample", "load")
    assert (code, "8,000 incident" in said, "analyst (Partnership analyst)" in said) == (
        0, True, True,
    )  # fmt: skip
    assert "was loaded before" in run("sample", "load")[1]
    out = tmp_path / "out.gpkg"
    code, said = run("export", "--gpkg", out, "--as", "analyst")
    assert code == 0
    layers = {name for name, _kind in pyogrio.list_layers(out)}
    assert {"places", "incidents", "wards", "safeground_about"} <= layers
    assert run("export", "--gpkg", out, "--as", "analyst")[0] == 2
    code, said = run("export", "--gpkg", tmp_path / "b.gpkg", "--as", "volunteer")
    assert (code, "You may not export" in said) == (2, True)


def test_every_real_file_imports_as_it_is(run):
    if not REAL.is_dir():
        pytest.skip("the real files are not beside us")
    for name, taken in (
        ("2019-01-metropolitan-street.csv", "7,416 taken, 42 there already, 20 rejected"),
        ("Barking and Dagenham.shp", "115 taken, 0 there already, 0 rejected"),
        ("opname_HY20.csv", "2,544 taken, 0 there already, 0 rejected"),
        ("onspd_SmallUser.csv", "102 taken, 0 there already, 0 rejected"),
    ):
        code, said = run("import", REAL / name)
        assert (code, taken in said) == (0, True), said


def test_help_shows_examples():
    printed = CliRunner().invoke(app, ["import", "--help"], terminal_width=200).output
    assert "safeground import 2019-01-metropolitan-street.csv" in printed
