"""Results of analyses: run now or as a job, run again, written as files that say what they are."""

import csv
import io
import sqlite3
from contextlib import closing
from xml.etree import ElementTree as ET

import geopandas as gpd
import pyogrio
import pytest
from PIL import Image
from sqlalchemy import select

from domain import insights as kept
from domain import jobs
from domain.audit import Entry
from domain.errors import Invalid, NotFound, NotPermitted
from domain.insights import Insight
from domain.jobs import JobState
from domain.people import PERMISSIONS, SYSTEM, Actor, Permission, Role
from domain.recipes import Method, Recipe
from exchange import insight_files, insights
from exchange.insight_files import Form
from layers import analysis
from tests.conftest import arrange
from tests.domain import rows
from tests.layers import planted

HOT = Recipe(Method.HOT_SPOTS, "incidents", "", {"cell": "250"})
WEEK = Recipe(Method.WHEN, "incidents")


@pytest.fixture
def town(store, people):
    planted.plant(store)
    return store


@pytest.fixture
def analyst(people):
    return people[Role.ANALYST]


@pytest.fixture
def draft(town, analyst):
    return insights.put_down(town, analyst, HOT)


def named(store, actor, number, title):
    with store.writing() as session:
        kept.keep(session, actor, number, title=title, version=1)


def file_of(store, actor, number, form, **more):
    return insight_files.export(store, actor, number, form, **more)


def ask(store, actor, recipe):
    with store.writing() as session:
        return jobs.submit(session, actor, "insight", recipe.as_json()).id


def job_of(store, number):
    with store.reading() as session:
        return session.get(jobs.Job, number)


def test_what_is_put_down_can_be_opened_and_is_a_draft(town, analyst, draft):
    with town.reading() as session:
        row = kept.find(session, analyst, draft)
        result = analysis.unpack(row.result)
    assert row.title == ""
    assert row.summary["headline"] == result.headline
    assert row.fingerprint == analysis.fingerprint(result)


def test_a_job_runs_a_recipe_and_leaves_the_number_of_its_draft(town, analyst):
    number = ask(town, analyst, HOT)
    assert jobs.work_once(town, {"insight": insights.work_out})
    job = job_of(town, number)
    assert job.state is JobState.DONE
    with town.reading() as session:
        assert Recipe.from_json(kept.find(session, analyst, job.result["insight"]).recipe) == HOT


def test_a_job_that_is_cancelled_leaves_nothing(town, analyst):
    number = ask(town, analyst, HOT)

    def cancelled(context):
        context._stop.set()  # what the heart does when it finds that the job is to stop
        return insights.work_out(context)

    assert jobs.work_once(town, {"insight": cancelled})
    assert job_of(town, number).state is JobState.CANCELLED
    with town.reading() as session:
        assert session.scalars(select(Insight)).all() == []


def test_a_job_that_finds_too_little_says_so(town, analyst):
    number = ask(town, analyst, Recipe(Method.HOT_SPOTS, "incidents", "source=fire"))
    assert jobs.work_once(town, {"insight": insights.work_out})
    job = job_of(town, number)
    assert job.state is JobState.FAILED
    assert "No records match" in job.message


def test_a_job_is_for_those_who_may_run_analyses(town, people):
    with pytest.raises(NotPermitted):
        ask(town, people[Role.PRACTITIONER], HOT)


def test_long_is_what_looks_at_pairs_or_deals_anew():
    assert not insights.is_long(HOT, 8_000)
    assert insights.is_long(Recipe(Method.NEAR_REPEAT, "incidents"), 8_000)
    assert insights.is_long(Recipe(Method.HOT_SPOTS, "incidents", "", {"permutations": 99}), 500)
    assert insights.is_long(HOT, 1_000_000)


def test_run_again_it_has_the_same_numbers(town, analyst, draft):
    second, same = insights.again(town, analyst, draft)
    assert same
    assert second != draft


def test_run_again_after_a_change_it_says_that_the_numbers_differ(town, analyst, draft):
    with town.writing() as session:
        arrange(session, SYSTEM, *(rows.incident(spot=planted.BUSY) for _ in range(5)))
    assert not insights.again(town, analyst, draft)[1]


def test_a_picture_is_a_page_that_can_be_printed(town, analyst, draft):
    made = file_of(town, analyst, draft, Form.PNG)
    with Image.open(io.BytesIO(made.content)) as picture:
        assert picture.format == "PNG"
        assert picture.size == (1_754, 1_240)
        colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 24)}
    assert len(colours) > 20
    assert made.name.endswith(".png")


def test_hours_make_a_picture_too(town, analyst):
    number = insights.put_down(town, analyst, WEEK)
    assert file_of(town, analyst, number, Form.PNG).content.startswith(b"\x89PNG")


def test_a_geopackage_opens_in_its_colours_and_says_what_it_is(town, analyst, draft, tmp_path):
    path = tmp_path / "made.gpkg"
    path.write_bytes(file_of(town, analyst, draft, Form.GEOPACKAGE).content)
    cells = gpd.read_file(path, layer="cells")
    assert cells.crs.to_epsg() == 27700
    assert set(cells["meaning"]) <= {f"{share} % sure it is not chance" for share in (90, 95, 99)}
    with closing(sqlite3.connect(path)) as file:
        ((name, column, default, qml),) = file.execute(
            "SELECT f_table_name, f_geometry_column, useAsDefault, styleQML FROM layer_styles"
        )
        ((geometry,),) = file.execute("SELECT column_name FROM gpkg_geometry_columns")
    assert (name, column, default) == ("cells", geometry, 1)
    drawn = ET.fromstring(qml.split("\n", 1)[1])
    categories = drawn.findall(".//category")
    assert {each.get("value") for each in categories} == set(cells["code"])
    symbols = {each.get("name") for each in drawn.findall(".//symbol")}
    assert {each.get("symbol") for each in categories} == symbols
    about = dict(pyogrio.read_dataframe(path, layer="safeground_about").to_numpy().tolist())
    assert about["Marking"].startswith("OFFICIAL-SENSITIVE")
    assert {"Handling", "Data", "Made", "Written", "Settings"} <= set(about)


def test_a_table_carries_its_marking_and_who_wrote_it(town, analyst, draft):
    text = file_of(town, analyst, draft, Form.CSV).content.decode("utf-8-sig")
    head = [line for line in text.splitlines() if line.startswith("# ")]
    assert head[0].startswith("# Marking: OFFICIAL-SENSITIVE")
    assert any(line.startswith("# Handling: ") for line in head)
    assert any(line.startswith("# Data: ") for line in head)
    assert head[-1].startswith("# Written: Analyst, ")
    table = list(csv.DictReader(text.splitlines()[len(head) :]))
    assert {"label", "code", "meaning", "count", "easting", "northing"} <= set(table[0])


def test_each_table_of_a_result_can_be_had(town, analyst):
    number = insights.put_down(town, analyst, WEEK)
    made = file_of(town, analyst, number, Form.CSV, table="Hours of the week").content
    lines = [line for line in made.decode("utf-8-sig").splitlines() if not line.startswith("#")]
    assert len(lines) == 8
    with pytest.raises(Invalid, match="no such table"):
        file_of(town, analyst, number, Form.CSV, table="../secrets")
    with pytest.raises(Invalid, match="nothing for a map"):
        file_of(town, analyst, number, Form.GEOPACKAGE)


@pytest.mark.parametrize("title", ["=HYPERLINK(1)", "../../etc/passwd", "<b>x</b>\u2028# y"])
def test_a_title_that_a_person_wrote_does_nothing_in_a_file(town, analyst, draft, title):
    named(town, analyst, draft, title)
    made = file_of(town, analyst, draft, Form.CSV)
    assert set(made.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
    assert made.name.count(".") == 1
    lines = made.content.decode("utf-8-sig").split("\r\n")
    assert sum("Title: " in line for line in lines) == 1
    for form in (Form.PNG, Form.GEOPACKAGE):
        assert file_of(town, analyst, draft, form).content


@pytest.mark.parametrize("text", ["=1+1", "@x", "+x", "-x", "\tx"])
def test_no_spreadsheet_runs_what_a_cell_begins_with(text):
    assert insight_files._cell(text) == f"'{text}"
    assert insight_files._cell(-1.5) == -1.5


@pytest.mark.parametrize("form", list(Form))
def test_a_file_leaves_an_entry_in_the_log(town, analyst, draft, form):
    file_of(town, analyst, draft, form)
    with town.reading() as session:
        (entry,) = session.scalars(select(Entry).where(Entry.action == "insight.export"))
    assert (entry.subject, entry.actor_id) == (f"insight/{draft}", analyst.id)
    assert entry.changes == {"form": form.name.lower()}


def test_who_may_not_export_gets_no_file_and_leaves_no_entry(town, analyst, draft):
    without = Actor(
        name="A", id=analyst.id, role=analyst.role, tier=analyst.tier,
        permissions=PERMISSIONS[Role.ANALYST] - {Permission.EXPORT},
    )  # fmt: skip
    with pytest.raises(NotPermitted, match="export"):
        file_of(town, without, draft, Form.CSV)
    with town.reading() as session:
        assert not session.scalars(select(Entry).where(Entry.action == "insight.export")).all()


def test_a_sealed_result_is_not_exported_by_others(town, sealed, analyst):
    number = insights.put_down(town, sealed, HOT)
    with pytest.raises(NotFound):
        file_of(town, analyst, number, Form.CSV)
