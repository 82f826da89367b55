"""The commands on plain files that look at time: near-repeat, aoristic, predict-check, change."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from cli.main import app
from geo import near_repeat as knox
from tests.conftest import SHARED

ROBBERIES = SHARED / "cases" / "memphis_robberies_jan.csv"
STREET = SHARED / "real" / "2019-01-metropolitan-street.csv"


def run(*words):
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def told(*words):
    result = run(*words, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def events(tmp_path):
    """A town of 600 events in 2024; at one corner there is much more from July on."""
    random = np.random.default_rng(3)
    x, y = random.uniform(427_000, 430_000, (2, 600)).round(1)
    day = random.integers(0, 366, 600)
    y += 113_000
    x[:80], y[:80], day[:80] = 428_130, 542_000, random.integers(190, 366, 80)
    when = np.datetime64("2024-01-01") + day
    path = tmp_path / "events.csv"
    pd.DataFrame({"Reported": when.astype(str), "easting": x, "northing": y}).to_csv(path)
    return path


def test_near_repeat_is_the_analysis_on_the_columns_of_the_file(events):
    found = told("near-repeat", events, "--date", "Reported", "--permutations", 19, "--seed", 4)
    frame = pd.read_csv(events, parse_dates=["Reported"])
    day = frame["Reported"].to_numpy().astype("datetime64[D]").astype(int)
    expected = knox.near_repeat(frame["easting"], frame["northing"], day, permutations=19, seed=4,
                                distances=(0, 1, 100, 200, 300), days=(0, 7, 14, 21))  # fmt: skip
    assert np.shape(found["observed"]) == (5, 4)
    for name in ("observed", "expected", "ratio", "p"):
        assert np.array(found[name], float) == pytest.approx(getattr(expected, name), nan_ok=True)
    assert found["distances"][-1] == "300 m or more"
    assert found["days"] == [
        "0 to under 7 days",
        "7 to under 14 days",
        "14 to under 21 days",
        "21 days or more",
    ]
    assert (found["events"], found["permutations"]) == (600, 19)


def test_near_repeat_reads_as_a_table_and_what_was_not_expected_is_null(events):
    words = ("near-repeat", events, "--date", "Reported", "--permutations", 9, "--metric",
             "euclidean")  # fmt: skip
    said = run(*words).stdout
    assert "600 events, 9 permutations" in said
    assert "0 to under 1 m" in said
    found = told(*words, "--distances", "0,0.001,100", "--days", "0,1")
    flat = [each for row in found["ratio"] for each in row]
    assert all(each is None or each >= 0 for each in flat)


def test_aoristic_prints_seven_days_of_24_hours(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "begin,finish\n2024-01-05 18:00,2024-01-07 09:00\n2024-07-05T17:30:00Z,\n"
        "2024-01-05 18:00,2024-01-05 17:00\n,\nsoon,2024-01-05 17:00\n2024-03-05,\n"
    )
    words = ("aoristic", path, "--from", "begin", "--to", "finish")
    found = told(*words)
    table = np.array(found["table"])
    assert table.shape == (7, 24)
    assert table[4, 18] == pytest.approx(1 + 1 / 39)  # 17:30 UTC is 18:30 in July
    assert table[1] == pytest.approx(1 / 24)  # a day without a time is the whole day
    assert (found["missing_end"], found["moments"], found["reversed"]) == (2, 1, 1)
    assert (found["unknown"], found["unreadable"], found["used"]) == (2, 1, 3)
    assert table.sum() == pytest.approx(3)
    result = run(*words)
    rows = [line.split(",") for line in result.stdout.splitlines()]
    assert [len(row) for row in rows] == [25] * 8
    assert rows[1][0] == "Monday"
    assert np.array([row[1:] for row in rows[1:]], float) == pytest.approx(table)
    assert "1 events end before they begin" in result.stderr


def test_aoristic_in_another_zone_and_without_any_end(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("begin,finish\n2024-01-05 18:00,\n2024-01-06T02:00:00Z,\n")
    found = told("aoristic", path, "--from", "begin", "--to", "finish",
                 "--timezone", "America/New_York")  # fmt: skip
    table = np.array(found["table"])
    assert table[4, 18] == table[4, 21] == 1
    assert found["missing_end"] == 2


def test_predict_check_says_how_the_map_of_before_did(events, tmp_path):
    path = tmp_path / "again.csv"
    frame = pd.read_csv(events)
    pd.concat([frame, frame.assign(Reported="2025-03-01")]).to_csv(path, index=False)
    out = tmp_path / "cells.gpkg"
    found = told("predict-check", path, "--date", "Reported", "--split", "2025-01-01",
                 "--cell", 250, "--share", "0.02,1", "--out", out)  # fmt: skip
    assert (found["before"], found["after"]) == (600, 600)
    best = next(row for row in found["rows"] if (row["method"], row["share"]) == ("count", 0.02))
    assert best["pai"] > 5
    assert best["pei"] == pytest.approx(1)  # the same events came again
    whole = [row for row in found["rows"] if row["share"] == 1]
    assert [row["pai"] for row in whole] == [1, 1]
    cells = gpd.read_file(out)
    assert (cells["before"].sum(), cells["after"].sum(), cells.crs) == (600, 600, 27700)
    assert cells["grid_ref"].str.match(r"^N[YZU] ").all()
    same = run("predict-check", path, "--date", "Reported", "--split", "2025-01-01", "--out", path)
    assert (same.exit_code, "cannot be replaced" in same.stderr) == (2, True)


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet", "csv"])
def test_change_writes_the_cells_in_the_format_of_the_ending(events, tmp_path, ending):
    out = tmp_path / f"cells.{ending}"
    found = told("change", events, "--date", "Reported", "--split", "2024-07-01", "--cell", 250,
                 "--out", out)  # fmt: skip
    assert found["change"]["before"] + found["change"]["after"] == 600
    read = {"csv": pd.read_csv, "parquet": gpd.read_parquet}.get(ending, gpd.read_file)
    cells = read(out)
    assert len(cells) == sum(found["categories"].values())
    assert cells["after"].sum() == found["change"]["after"]
    if ending == "geojson":
        assert cells.crs == 4326


def test_change_over_months_finds_the_corner_that_is_new_since_july(events):
    found = told("change", events, "--date", "Reported", "--cell", 250)
    assert len(found["periods"]) == 12
    corner = next(each for each in found["cells"] if each["after"] >= 80)
    assert corner["grid_ref"] == "NZ 2800 4200"
    assert corner["category"] in ("emerging", "persistent", "intermittent")
    assert corner["percent"] > corner["low"] > 100
    said = run("change", events, "--date", "Reported", "--period", "quarter",
               "--cell", 250).stdout  # fmt: skip
    assert "4 periods, 2024-01 to 2024-10" in said


@pytest.mark.parametrize(("words", "said"), [
    (("near-repeat", "nowhere.csv", "--date", "x"), "There is no such file."),
    (("near-repeat", "EVENTS", "--date", "x"), "no column of the name"),
    (("near-repeat", "EVENTS", "--date", "easting"), "No row has a time"),
    (("near-repeat", "EVENTS", "--date", "Reported", "--days", "0,soon"), "--days as numbers"),
    (("near-repeat", "EVENTS", "--date", "Reported", "--days", "0,1.5"), "whole days"),
    (("near-repeat", "EVENTS", "--date", "Reported", "--distances", "9,1"), "edges that rise"),
    (("near-repeat", "EVENTS", "--date", "Reported", "--permutations", "0"), "permutations"),
    (("near-repeat", "EVENTS", "--date", "Reported", "--crs", "EPSG:0"), "coordinate"),
    (("aoristic", "EVENTS", "--from", "x"), "no column of the name"),
    (("aoristic", "EVENTS", "--from", "Reported", "--timezone", "Mars"), "no time zone"),
    (("predict-check", "EVENTS", "--date", "Reported", "--split", "soon"), "year-month-day"),
    (("predict-check", "EVENTS", "--date", "Reported", "--split", "2030-01-01"), "one side"),
    (("predict-check", "EVENTS", "--date", "Reported", "--split", "2024-07-01", "--cell", "0"),
     "whole metres"),
    (("predict-check", "EVENTS", "--date", "Reported", "--split", "2024-07-01", "--cell", "250",
      "--share", "2"), "at most 1"),
    (("change", "EVENTS", "--date", "Reported", "--cell", "250", "--out", "cells.shp"),
     "must end in"),
    (("change", "EVENTS", "--date", "Reported", "--period", "year", "--cell", "250"),
     "one period"),
])  # fmt: skip
def test_a_refusal_is_one_sentence_and_exit_2(events, words, said):
    result = run(*(events if each == "EVENTS" else each for each in words))
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.skipif(not ROBBERIES.exists(), reason="the published cases are not beside us")
def test_the_robberies_of_memphis_are_taken_as_they_are():
    where = ("--crs", "EPSG:32615")
    found = told("near-repeat", ROBBERIES, "--date", "occurred", *where)
    assert np.sum(found["observed"]) == 206 * 205 / 2
    hours = told("aoristic", ROBBERIES, "--from", "occurred", "--timezone", "America/Chicago")
    assert np.sum(hours["table"]) == pytest.approx(206)
    check = told("predict-check", ROBBERIES, "--date", "occurred", "--split", "2019-01-15",
                 "--cell", 1_000, *where)  # fmt: skip
    assert check["before"] + check["after"] == 206


@pytest.mark.skipif(not STREET.exists(), reason="the real files are not beside us")
def test_a_file_that_knows_the_month_only_says_so():
    result = run("near-repeat", STREET, "--date", "Month")
    assert (result.exit_code, "month only" in result.stderr) == (2, True)
    table = np.array(told("aoristic", STREET, "--from", "Month")["table"])
    assert np.ptp(table) < 1e-9  # a month tells no hour


@pytest.mark.parametrize("command", ["near-repeat", "aoristic", "predict-check", "change"])
def test_help_shows_an_example_and_the_options_of_all(command):
    said = CliRunner().invoke(app, [command, "--help"], terminal_width=200).output
    assert f"safeground {command} " in said
    assert "--json" in said
    assert "--crs" in said
