"""``safeground check-text``."""

import pytest
from typer.testing import CliRunner

from cli.main import app

RUN = CliRunner()


def test_a_text_is_told_where_and_what_and_never_quotes_an_identifier():
    done = RUN.invoke(app, ["check-text"], input="A hotspot.\nA girl called Zofka, 07700 900123.\n")
    assert done.exit_code == 0
    assert "2:15 a name (the words around it say so)." in done.stdout
    assert "2:22 a phone number (its form gives it away)." in done.stdout
    assert '1:3 Instead of "hotspot": place of concern' in done.stdout
    assert "Zofka" not in done.stdout
    assert "07700" not in done.stdout


def test_a_file_is_read_and_its_list_chosen(tmp_path):
    file = tmp_path / "note.txt"
    file.write_text("A loner at the hotspot", encoding="utf-8")
    done = RUN.invoke(app, ["check-text", str(file), "--about", "child"])
    assert "loner" in done.stdout
    assert "hotspot" not in done.stdout


def test_a_clean_text_needs_no_words():
    assert RUN.invoke(app, ["check-text"], input="The lamp is out.").stdout == "Nothing found.\n"


def test_the_sentences_are_measured_in_both_parts():
    done = RUN.invoke(app, ["check-text", "--corpus"])
    assert done.exit_code == 0
    assert "held-out sentences" in done.stdout
    structured = [line.split() for line in done.stdout.splitlines() if "structured" in line]
    assert len(structured) == 2
    assert all(float(row[-2]) >= 0.98 for row in structured)


@pytest.mark.parametrize("content", [b"\xff\xfe\xff", b"a" * 100_001], ids=["odd", "long"])
def test_what_cannot_be_read_is_refused_in_one_sentence(tmp_path, content):
    file = tmp_path / "note.txt"
    file.write_bytes(content)
    done = RUN.invoke(app, ["check-text", str(file)])
    assert done.exit_code == 2
    assert "Traceback" not in done.output
    assert RUN.invoke(app, ["check-text", str(tmp_path / "none.txt")]).exit_code == 2
