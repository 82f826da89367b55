"""A pack from the command line: two files, or none and a sentence."""

import json
from hashlib import sha256

import pytest
from typer.testing import CliRunner

from cli.main import app
from domain.people import SYSTEM, Tier
from tests.conftest import arrange
from tests.domain import rows


@pytest.fixture
def run(url, monkeypatch, tmp_path, people, store):
    """Type ``safeground pack place`` with these words, in a store with two places."""
    monkeypatch.setenv("SAFEGROUND_DATABASE_URL", url)
    monkeypatch.setenv("SAFEGROUND_VAR", str(tmp_path / "var"))
    with store.writing() as session:
        arrange(session, SYSTEM, rows.place(reference="PL-1"),
                rows.place(reference="PL-2", tier=int(Tier.T4)))  # fmt: skip

    def type_it(*words):
        result = CliRunner().invoke(app, ["pack", "place", *map(str, words)])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    return type_it


@pytest.mark.parametrize(("ending", "start"), [("pdf", b"%PDF"), ("docx", b"PK")])
def test_the_pack_and_its_manifest_are_written(run, tmp_path, ending, start):
    out = tmp_path / f"kiosk.{ending}"
    code, said = run("PL-1", "--out", out, "--as", "practitioner", "--for", "The bus company")
    assert (code, f"kiosk.{ending}.manifest.json beside it" in said) == (0, True)
    told = json.loads((tmp_path / f"kiosk.{ending}.manifest.json").read_bytes())
    assert out.read_bytes().startswith(start)
    assert told["files"][0]["name"] == out.name
    assert told["files"][0]["sha256"] == sha256(out.read_bytes()).hexdigest()
    assert (told["recipient"], told["recipe"]["tier"]) == ("The bus company", 2)


@pytest.mark.parametrize(
    ("reference", "name", "reader", "says"),
    [
        ("PL-2", "a.pdf", "practitioner", "That place is not there."),
        ("PL-1", "a.odt", "practitioner", "A pack ends in .pdf, .docx or .gpkg."),
        ("PL-1", "a.pdf", "administrator", "That place is not there."),
        ("PL-1", "a.pdf", "nobody", "There is nobody of that username"),
        ("PL-1", "none/a.pdf", "practitioner", "There is no such folder."),
    ],
)
def test_what_cannot_be_written_is_said_and_leaves_nothing(
    run, tmp_path, reference, name, reader, says
):
    code, said = run(reference, "--out", tmp_path / name, "--as", reader)
    assert (code, says in said) == (2, True)
    assert list(tmp_path.glob("**/a.*")) == []


def test_a_file_that_is_there_stays_as_it_is(run, tmp_path):
    (tmp_path / "a.pdf").write_text("mine")
    assert run("PL-1", "--out", tmp_path / "a.pdf", "--as", "practitioner")[0] == 2
    assert (tmp_path / "a.pdf").read_text() == "mine"
