"""``safeground density-ratio``, as an analyst types it."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from cli.main import app


@pytest.fixture
def files(tmp_path):
    """Events and homes of a town; one home stands for nobody knows how many."""
    random = np.random.default_rng(1)
    homes = random.normal((430_000, 544_000), 600, (900, 2))
    events = np.vstack([homes[:200], random.normal((431_000, 544_000), 150, (60, 2))])
    frame = pd.DataFrame(homes, columns=["easting", "northing"]).assign(people=2.0)
    frame.loc[0, "people"] = np.nan
    frame.to_csv(tmp_path / "homes.csv", index=False)
    pd.DataFrame(events, columns=["x", "y"]).to_csv(tmp_path / "events.csv", index=False)
    return tmp_path


def run(*words):
    result = CliRunner().invoke(app, ["density-ratio", *map(str, words)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_the_file_has_a_row_a_cell_and_the_summary_says_how_it_was_made(files):
    out = files / "risk.gpkg"
    code, said, told = run(
        files / "events.csv", files / "homes.csv", "--base-weight", "people", "--cell", 250,
        "--out", out, "--json",
    )  # fmt: skip
    cells, facts = gpd.read_file(out), json.loads(said)
    assert code == 0
    assert list(cells.columns) == [
        "grid_ref", "count", "base", "kde", "kde_base", "ratio", "times", "edge", "geometry",
    ]  # fmt: skip
    assert (facts["points"], facts["rows"], facts["base"]) == (260, 260, 2 * 899)
    assert facts["overall"] == pytest.approx(260 / (2 * 899))
    assert facts["cells"] == len(cells)
    assert facts["bandwidth_chosen"].startswith("proposed: the wider")
    assert "1 rows were left out: there is no number as a weight." in told
    peak = cells.loc[cells["times"].idxmax()].geometry.centroid
    assert np.hypot(peak.x - 431_000, peak.y - 544_000) < 1_000


def test_people_read_the_highest_cells_and_a_refusal_in_one_sentence(files):
    given = (files / "events.csv", files / "homes.csv", "--out", files / "risk.csv")
    code, said, _ = run(*given)
    assert code == 0
    assert "for one." in said
    assert "times" in said
    assert pd.read_csv(files / "risk.csv")["times"].max() > 1
    code, _, told = run(*given, "--cell", 250, "--bandwidth", 10)
    assert (code, told.count("\n")) == (2, 1)
    assert "Choose a wider one" in told
