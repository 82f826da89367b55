"""``safeground evaluate``, as an analyst types it."""

import json

import pytest
from typer.testing import CliRunner

from cli.main import app

FIRST = ("--treated", "207,110", "--control", "308,318", "--displacement", "178,157",
         "--displacement-control", "150,140")  # fmt: skip
HEAD = "offence,weight,treated_pre,treated_post,control_pre,control_post\n"


def run(*words):
    result = CliRunner().invoke(app, ["evaluate", *map(str, words)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def told(*words):
    code, said, _ = run(*words, "--json")
    assert code == 0
    return json.loads(said)


@pytest.fixture
def offences(tmp_path):
    """Write a file of offences: ``offences("robbery,365,20,10,30,31")``."""

    def write(*lines, head=HEAD):
        path = tmp_path / "offences.csv"
        path.write_text(head + "".join(f"{each}\n" for each in lines), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("words", "estimate", "se", "z", "interval"),
    [
        (FIRST, -118, 1568**0.5, -2.98, (-195.61, -40.39)),
        (("--treated", "80,20", "--control", "100,50", "--time-weights", "2,1"),
         -20, 115**0.5, -1.865, (-41.02, 1.02)),
        ((*FIRST, "--area-weights", "0.9,1.2,1.6,1.5"),
         -99.69444444, 35.4280755, -2.813995483, (-169.1321965, -30.25669241)),
    ],
)  # fmt: skip
def test_published_differences_are_reproduced(words, estimate, se, z, interval):
    found = told(*words)["wdd"]
    assert (found["estimate"], found["se"]) == pytest.approx((estimate, se))
    assert found["z"] == pytest.approx(z, abs=1e-3)
    assert found["interval"] == pytest.approx(interval, abs=5e-3)


@pytest.mark.parametrize(("pair", "p"), [("0,3", 0.0884), ("6,2", 0.1749)])
def test_published_e_tests_are_reproduced(pair, p):
    assert told("--treated", pair)["e_test"]["p"] == pytest.approx(p, abs=5e-5)


def test_a_person_reads_the_words_first_and_then_the_figures():
    code, said, _ = run(*FIRST)
    assert code == 0
    assert said.startswith("Fell more than elsewhere.")
    assert "-118.000" in said
    assert "ring alone" in said
    assert "only a fall of 67 or more would show" in said


def test_what_cannot_be_told_says_why():
    code, said, _ = run("--treated", "0,3")
    assert code == 0
    assert "Weighted displacement difference: There is no comparison." in said


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "Give --treated PRE,POST"),
        (("--treated", "6"), "two counts with a comma"),
        (("--treated", "6,2,1"), "two counts with a comma"),
        (("--treated", "6,"), "missing in --treated"),
        (("--treated", "6,two"), "whole numbers"),
        (("--treated", "6,2.5"), "--time-weights"),
        (("--treated", "6,-2"), "from 0 to"),
        (("--treated", "6,nan"), "from 0 to"),
        (("--treated", "6,1e12"), "from 0 to"),
        (("--treated", "6,2", "--displacement", "1,2"), "needs --control"),
        (("--treated", "6,2", "--control", "1,2", "--displacement-control", "1,2"),
         "needs --displacement"),
        (("--treated", "6,2", "--time-weights", "1"), "Give 2 numbers"),
        (("--treated", "6,2", "--time-weights", "1,0"), "above 0"),
        (("--treated", "6,2", "--time-weights", "1,x"), "as numbers"),
        (("--treated", "6,2", "--area-weights", "1,2"), "Give 4 numbers"),
        (("--treated", "6,2", "--harm", "some.csv"), "--harm alone"),
        (("--harm", "no-such-file.csv"), "cannot be read"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_said_in_one_sentence(words, why):
    code, said, error = run(*words)
    assert (code, said) == (2, "")
    assert why in error
    assert "Traceback" not in error


def test_harm_alone_weighs_the_differences(offences):
    file = offences("robbery,365,20,10,30,31", "theft,3,100,80,120,125")
    found = told("--harm", file)
    assert found["wdd"]["estimate"] == -4090
    assert found["wdd"]["se"] == pytest.approx((365**2 * 91 + 3**2 * 425) ** 0.5)
    assert found["unweighted"]["estimate"] == -36
    scaled = told("--harm", file, "--time-weights", "2,2", "--area-weights", "4,4")
    assert scaled["wdd"]["estimate"] == -4090 / 8
    code, said, _ = run("--harm", file)
    assert code == 0
    assert "Weighted by harm" in said
    assert "robbery" in said


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ((), "no rows"),
        (("robbery,365,20,10,30",), "missing in line 2, control_post"),
        (("robbery,365,20,10,30,31", "theft,3,1.5,2,3,4"), "line 3, treated_pre"),
        (("robbery,0,20,10,30,31",), "line 2, weight"),
        (("robbery,,20,10,30,31",), "line 2, weight"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_not_quoted(offences, lines, why):
    code, _, error = run("--harm", offences(*lines))
    assert code == 2
    assert why in error
    assert "robbery" not in error


def test_a_file_without_its_columns_names_them(offences):
    code, _, error = run("--harm", offences("a,b", head="offence,weight\n"))
    assert code == 2
    assert "no column treated_pre" in error


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_bytes(b"\xff\xfe\x00")
    assert run("--harm", path)[0] == 2


def test_an_offence_cannot_steer_the_terminal(offences):
    _, said, _ = run("--harm", offences("\x1b[2Jtheft,3,100,80,120,125"))
    assert "\x1b" not in said
