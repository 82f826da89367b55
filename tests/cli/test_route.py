"""``safeground route``, as an analyst types it; plans are small, so that searches end at once."""

import json

import geopandas as gpd
import gpxpy
import numpy as np
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

from cli.main import app

HQ = (430_000, 545_000)


@pytest.fixture
def run():
    """Type a command: ``run("stops.csv", "--budget", 60)`` answers code, output, errors."""

    def type_it(*words):
        result = CliRunner().invoke(app, ["route", *map(str, words), "--time-limit", "2"])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr

    return type_it


@pytest.fixture
def stops(tmp_path):
    """A headquarters, and a stop ten minutes on foot to the north, east, south and west."""
    frame = pd.DataFrame(
        {
            "id": ["HQ", "n", "e", "s", "w"],
            "x": [HQ[0] + each for each in (0, 0, 800, 0, -800)],
            "y": [HQ[1] + each for each in (0, 800, 0, -800, 0)],
            "score": [0, 5, 3, 2, 1],
            "dwell": [0, 10, 10, 10, 10],
        }
    )
    path = tmp_path / "stops.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.fixture
def change(stops, tmp_path):
    """Write the stops with other columns: ``change(open=[...])`` answers the path."""

    def write(**columns):
        path = tmp_path / "changed.csv"
        pd.read_csv(stops).assign(**columns).to_csv(path, index=False)
        return path

    return write


def answer(run, *words):
    code, out, said = run(*words, "--json")
    assert code == 0, said
    return json.loads(out)


def test_the_answer_has_the_promised_form(run, stops, tmp_path):
    out = tmp_path / "patrol.json"
    told = answer(run, stops, "--budget", 30, "--start", "HQ", "--end", "HQ", "--out", out)
    assert told == {
        "score": 5,
        "bound": 5,
        "gap": 0,
        "routes": [{"team": 1, "order": ["HQ", "n", "HQ"], "duration": 30}],
    }
    written = json.loads(out.read_text())
    assert {name: written[name] for name in ("score", "bound", "gap")} == {
        "score": 5,
        "bound": 5,
        "gap": 0,
    }
    assert written["routes"][0]["stops"][1] == {
        "id": "n",
        "arrives": 10,
        "begins": 10,
        "leaves": 20,
    }
    assert written["method"]


def test_teams_share_the_stops(run, stops, tmp_path):
    told = answer(
        run, stops, "--budget", 30, "--start", "HQ", "--teams", 2, "--out", tmp_path / "a.json"
    )
    assert told["score"] == 8
    assert [each["team"] for each in told["routes"]] == [1, 2]
    assert sorted(each["order"][1] for each in told["routes"]) == ["e", "n"]


def test_a_start_alone_is_a_round_tour(run, stops, tmp_path):
    told = answer(run, stops, "--budget", 200, "--start", "HQ", "--out", tmp_path / "a.json")
    order = told["routes"][0]["order"]
    assert (order[0], order[-1], len(order)) == ("HQ", "HQ", 6)


def test_without_start_and_end_the_tour_is_free_and_says_so(run, stops, tmp_path):
    code, out, said = run(stops, "--budget", 10, "--out", tmp_path / "a.json", "--json")
    assert (code, json.loads(out)["routes"][0]["order"]) == (0, ["n"])
    assert "begins and ends at any of its stops" in said
    assert "straight line at 4.8 km an hour" in said


def test_start_and_end_bring_their_score_and_dwell_once(run, change, tmp_path):
    path = change(score=[4, 5, 3, 2, 1], dwell=[6, 10, 10, 10, 10])
    told = answer(run, path, "--budget", 36, "--start", "HQ", "--out", tmp_path / "a.json")
    assert (told["score"], told["routes"][0]["duration"]) == (9, 36)


def test_windows_are_minutes_of_the_shift(run, change, tmp_path):
    path = change(open=["", 40, "", "", ""], close=["", 45, "", 12, ""])
    told = answer(run, path, "--budget", 60, "--start", "HQ", "--out", tmp_path / "a.json")
    assert told["routes"] == [{"team": 1, "order": ["HQ", "n", "HQ"], "duration": 60}] or (
        told["score"] >= 5
    )
    assert told["routes"][0]["duration"] <= 60


def test_a_matrix_goes_by_the_order_of_the_stops(run, stops, tmp_path):
    matrix = np.full((5, 5), 100.0)
    matrix[0, 3] = matrix[3, 0] = 1
    np.fill_diagonal(matrix, 0)
    path = tmp_path / "times.csv"
    np.savetxt(path, matrix, delimiter=",")
    told = answer(
        run, stops, "--budget", 30, "--start", "HQ", "--matrix", path, "--out", tmp_path / "a.json"
    )
    assert told["routes"] == [{"team": 1, "order": ["HQ", "s", "HQ"], "duration": 12}]


def test_plain_coordinates_are_units_of_the_budget(run, tmp_path):
    path = tmp_path / "plain.csv"
    path.write_text("id,x,y,score\n1,0,0,0\n2,3,4,9\n3,-6,8,5\n")
    for more in ([], ["--crs", "none"]):
        told = answer(run, path, "--budget", 10, "--start", 1, "--out", tmp_path / "a.json", *more)
        assert told["routes"][0] == {"team": 1, "order": ["1", "2", "1"], "duration": 10}


def test_longitude_and_latitude_are_brought_to_metres(run, tmp_path):
    path = tmp_path / "degrees.csv"
    path.write_text("id,lon,lat,score\na,-1.55,54.78,1\nb,-1.55,54.79,1\n")
    told = answer(
        run, path, "--budget", 60, "--start", "a", "--end", "b", "--out", tmp_path / "a.gpx"
    )
    assert told["routes"][0]["duration"] == pytest.approx(1_113 / 80, rel=0.01)


def test_streets_are_followed_and_written(run, stops, tmp_path):
    lines = [
        shapely.LineString([HQ, (HQ[0] + dx, HQ[1] + dy)])
        for dx, dy in ((0, 800), (800, 0), (0, -800), (-800, 0))
    ]
    streets = gpd.GeoDataFrame({"road_function": ["Local Road"] * 4}, geometry=lines, crs=27700)
    path = tmp_path / "roads.gpkg"
    streets.to_file(path, layer="road_link")
    out = tmp_path / "patrol.gpkg"
    told = answer(
        run,
        stops,
        "--budget",
        70,
        "--start",
        "HQ",
        "--streets",
        path,
        "--mode",
        "foot",
        "--out",
        out,
    )
    assert told["score"] == 8
    assert told["routes"][0]["duration"] == pytest.approx(60, abs=0.01)
    spots, ways = (gpd.read_file(out, layer=each) for each in ("stops", "routes"))
    assert spots["id"].tolist() == told["routes"][0]["order"]
    assert ways.length.iloc[0] == pytest.approx(3_200)


def test_gpx_holds_waypoints_and_a_route(run, stops, tmp_path):
    out = tmp_path / "patrol.gpx"
    told = answer(run, stops, "--budget", 70, "--start", "HQ", "--out", out)
    read = gpxpy.parse(out.read_text())
    assert [each.name for each in read.routes[0].points] == told["routes"][0]["order"]
    assert len(read.waypoints) == len(set(told["routes"][0]["order"]))


def test_people_read_a_table(run, stops, tmp_path):
    code, out, _ = run(stops, "--budget", 30, "--start", "HQ", "--out", tmp_path / "a.json")
    assert code == 0
    assert out.startswith("Score 5; no plan can score more.")
    assert "Team 1: 30.0 minutes" in out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--budget", 0, "--out", "a.json"], "Give --budget in minutes, above 0"),
        (["--budget", 9, "--out", "a.json", "--start", "nobody"], "there is none with that id"),
        (["--budget", 9, "--out", "a.csv"], "must end in .json, .gpx or .gpkg"),
        (["--budget", 9, "--out", "a.json", "--mode", "foot"], "give --streets as well"),
        (["--budget", 5, "--out", "a.json", "--start", "HQ", "--end", "n"], "Give more minutes"),
        (["--budget", 9, "--out", "a.json", "--matrix", "none.csv"], "no such file of travel"),
        (["--budget", 9, "--out", "a.json", "--streets", "none.gpkg"], "no such file of streets"),
        (["--budget", 9, "--out", "a.json", "--speed", -1], "kilometres an hour, above 0"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(run, stops, tmp_path, monkeypatch, words, why):
    monkeypatch.chdir(tmp_path)
    code, out, said = run(stops, *words)
    assert (code, out) == (2, "")
    assert why in said
    assert not (tmp_path / "a.json").exists()


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"id": ["HQ", "n", "n", "s", "w"]}, "an id of its own"),
        ({"score": [0, "many", 1, 1, 1]}, "Row 3: score is not a number"),
        ({"dwell": [0, -1, 1, 1, 1]}, "Row 3: dwell must be 0 or more"),
        ({"open": [9, 9, 9, 9, 9], "close": [9, 9, 9, 9, 8]}, "Row 6: the stop closes before"),
        ({"x": [HQ[0], "", 1, 1, 1]}, "Every stop needs a place"),
    ],
)
def test_stops_that_cannot_be_used_are_refused_by_row(run, change, tmp_path, columns, why):
    code, _, said = run(change(**columns), "--budget", 30, "--out", tmp_path / "a.json")
    assert code == 2
    assert why in said
    assert "many" not in said


def test_a_matrix_of_another_size_is_refused(run, stops, tmp_path):
    path = tmp_path / "times.csv"
    path.write_text("0,1\n1,0\n")
    code, _, said = run(stops, "--budget", 30, "--matrix", path, "--out", tmp_path / "a.json")
    assert code == 2
    assert "5 rows and 5 columns" in said


def test_stops_off_the_streets_are_left_out_and_told(run, change, tmp_path):
    path = change(x=[HQ[0], HQ[0], HQ[0] + 5_000, HQ[0], HQ[0]])
    line = shapely.LineString([(HQ[0], HQ[1] - 800), (HQ[0], HQ[1] + 800)])
    streets = gpd.GeoDataFrame({"highway": ["residential"]}, geometry=[line], crs=27700)
    streets.to_file(tmp_path / "s.geojson")
    code, _, said = run(
        path,
        "--budget",
        90,
        "--start",
        "HQ",
        "--streets",
        tmp_path / "s.geojson",
        "--out",
        tmp_path / "a.json",
    )
    assert code == 0
    assert "1 stop is more than 300 m from any street for foot and was left out: row 4" in said
