"""``safeground hotspots`` and ``safeground clusters``, as an analyst types them."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

from cli.main import app
from tests.conftest import SHARED

CASES = SHARED / "cases"
COLUMNS = ["grid_ref", "count", "gistar", "p", "p_upper", "q", "class", "kde", "edge"]


@pytest.fixture
def run():
    """Type a command without a store: ``run("hotspots", path)`` answers code, output, errors."""

    def type_it(*words):
        result = CliRunner().invoke(app, [str(word) for word in words])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr

    return type_it


@pytest.fixture
def incidents(tmp_path):
    """A CSV of 900 points with a planted cluster, a column of weights, and a row without a spot."""
    random = np.random.default_rng(7)
    even = random.uniform((427_000, 542_000), (433_000, 547_000), (700, 2))
    spots = np.vstack([random.normal((430_125, 544_875), 120, (200, 2)), even])
    frame = pd.DataFrame({"easting": spots[:, 0], "northing": spots[:, 1]})
    frame["harm"] = np.where(frame.index < 200, 0.1, 10.0)
    frame.loc[900] = [np.nan, np.nan, 1.0]
    path = tmp_path / "incidents.csv"
    frame.to_csv(path, index=False)
    return path


def hottest(frame):
    return frame.loc[frame["gistar"].idxmax(), "grid_ref"]


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet", "csv"])
def test_each_format_holds_the_same_cells(run, incidents, tmp_path, ending):
    out = tmp_path / f"hot.{ending}"
    code, _, said = run("hotspots", incidents, "--cell", 250, "--out", out)
    frame = {"csv": pd.read_csv, "parquet": gpd.read_parquet}.get(ending, gpd.read_file)(out)
    assert code == 0
    assert list(frame.columns)[: len(COLUMNS)] == COLUMNS
    assert frame["count"].sum() == 900
    assert hottest(frame) == "NZ 3000 4475"
    assert frame.loc[frame["gistar"].idxmax(), "class"] == "hot 99"
    assert "1 of 901 rows were left out: there is no location (1)." in said
    if ending == "csv":
        assert [(x % 250, y % 250) for x, y in zip(frame["x"], frame["y"], strict=True)] == [
            (125, 125)
        ] * len(frame)
    else:
        assert frame.crs.to_epsg() == (4326 if ending == "geojson" else 27700)


def test_the_summary_is_json_for_programs(run, incidents, tmp_path):
    out = tmp_path / "hot.csv"
    code, said, _ = run("hotspots", incidents, "--out", out, "--json")
    facts = json.loads(said)
    assert code == 0
    assert (facts["points"], facts["rows"], facts["left_out"]) == (900, 901, 1)
    assert facts["cells"] == len(pd.read_csv(out))
    assert facts["cell_chosen"].startswith("proposed")
    assert facts["bandwidth_chosen"].startswith("proposed")
    assert "n - 1" in facts["method"]
    assert sum(facts["classes"].values()) == facts["cells"]


@pytest.mark.skipif(not CASES.exists(), reason="the published cases are not beside the checkout")
def test_the_published_robberies_of_memphis_are_reproduced(run, tmp_path):
    out = tmp_path / "memphis.csv"
    file = CASES / "memphis_robberies_jan.csv"
    code, *_ = run("hotspots", file, "--crs", "EPSG:32615", "--cell", 500, "--out", out)
    frame = pd.read_csv(out)
    published = [-0.546, -0.598, -0.598, 0.716, 0.716, 0.716, -0.598, -0.598, -0.546, 0.893]
    assert (code, len(frame)) == (0, 2_715)
    assert frame["gistar"].head(10).tolist() == pytest.approx(published, abs=6e-4)
    assert "grid_ref" not in frame


def test_weights_hexagons_distance_and_an_area_are_taken(run, incidents, tmp_path):
    area = tmp_path / "area.gpkg"
    box = shapely.box(427_500, 542_500, 432_500, 546_500)
    gpd.GeoDataFrame(geometry=[box], crs=27700).to_file(area)
    out = tmp_path / "hot.parquet"
    code, said, told = run("hotspots", incidents, "--cell", 200, "--shape", "hex",
                           "--distance", 400, "--weight", "harm", "--extent", area,
                           "--permutations", 99, "--seed", 3,
                           "--bandwidth", 600, "--out", out, "--json")  # fmt: skip
    facts, frame = json.loads(said), gpd.read_parquet(out)
    assert code == 0
    assert (facts["shape"], facts["distance"], facts["neighbours"]) == ("hex", 400, 19)
    assert facts["points"] == frame["count"].sum() < 900
    assert "lie outside of the area" in told
    assert frame.intersects(box).all()
    assert {"weight", "p_permuted"} <= set(frame.columns)
    assert frame["grid_ref"].str.fullmatch(r"NZ \d{4} \d{4}").all()


def test_rows_without_a_weight_are_left_out_and_told(run, tmp_path):
    random = np.random.default_rng(2)
    frame = pd.DataFrame(random.uniform(430_000, 433_000, (300, 2)), columns=["x", "y"])
    frame["y"] += 110_000
    frame["harm"] = ["many", None, *map(str, random.integers(1, 9, 298))]
    frame.to_csv(tmp_path / "a.csv", index=False)
    words = ("--weight", "harm", "--cell", 250, "--out", tmp_path / "b.csv", "--json")
    code, said, told = run("hotspots", tmp_path / "a.csv", *words)
    assert (code, json.loads(said)["left_out"]) == (0, 2)
    assert "2 rows were left out: there is no number as a weight." in told
    assert "many" not in told + said


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--cell", "0"), "whole metres"),
        (("--order", "1", "--distance", "500"), "not both"),
        (("--order", "0"), "whole number from 1"),
        (("--weight", "risk"), "no column of the name"),
        (("--extent", "none.shp"), "no such file"),
        (("--crs", "EPSG:2274"), "in metres"),
        (("--cell", "3000"), "at least 30"),
        (("--cell", "250", "--bandwidth", "20"), "at least 125 m"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(run, incidents, tmp_path, words, reason):
    code, said, told = run("hotspots", incidents, "--out", tmp_path / "a.csv", *words)
    assert (code, said) == (2, "")
    assert reason in told
    assert len(told.strip().splitlines()) == 1
    assert not (tmp_path / "a.csv").exists()


def test_an_ending_that_is_not_written_is_refused_before_reckoning(run, incidents, tmp_path):
    code, _, told = run("hotspots", incidents, "--out", tmp_path / "a.shp")
    assert (code, "must end in .gpkg" in told) == (2, True)
    code, _, told = run("clusters", incidents, "--out", incidents)
    assert (code, "cannot be replaced" in told) == (2, True)


@pytest.mark.parametrize("method", ["dbscan", "hdbscan"])
def test_clusters_are_outlined(run, incidents, tmp_path, method):
    out = tmp_path / "clusters.geojson"
    words = ("clusters", incidents, "--method", method, "--least", 20, "--out", out)
    code, said, _ = run(*words, "--json")
    facts, frame = json.loads(said), gpd.read_file(out)
    assert code == 0
    assert 190 < frame.loc[0, "count"] < 300  # 200 were planted, among those that lie anywhere
    assert frame.loc[0, "grid_ref"] in {"NZ 301 448", "NZ 301 449", "NZ 300 448", "NZ 300 449"}
    assert facts["clusters"] == len(frame)
    assert facts["points_in_clusters"] == frame["count"].sum()
    assert facts["least_chosen"] == "given"
    code, said, _ = run(*words)
    assert (code, "clusters of at least 20 points" in said) == (0, True)


@pytest.mark.parametrize("command", ["hotspots", "clusters"])
def test_the_help_has_examples(run, command):
    code, said, _ = run(command, "--help")
    assert code == 0
    assert f"safeground {command} incidents.csv" in " ".join(said.split())
