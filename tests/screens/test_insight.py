"""The Insight page: what is asked, what is shown, what is kept, and to whom it stays shut."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import screens
from domain import insights as kept
from domain import jobs
from domain.people import SYSTEM, Role
from domain.recipes import Method, Recipe
from exchange import insights
from screens import desk, insight_state
from tests.conftest import arrange
from tests.domain import rows
from tests.layers import planted

PAGE = Path(screens.__file__).parent / "insight.py"
HOT = Recipe(Method.HOT_SPOTS, "incidents", "source=police,council", {"cell": "250"})
HOSTILE = "<script>alert(1)</script> [x](https://evil.example)"


@pytest.fixture
def visit(store, people, monkeypatch):
    """Open the page as someone: ``visit(Role.ANALYST, insight="3")``."""

    def open_page(role=Role.ANALYST, **address):
        monkeypatch.setattr(desk, "store", lambda: store)
        monkeypatch.setattr(desk, "actor", lambda: people[role])
        st.cache_data.clear()
        page = AppTest.from_file(PAGE, default_timeout=60)
        for key, value in address.items():
            page.query_params[key.rstrip("_")] = value
        return page.run()

    return open_page


@pytest.fixture
def analyst(people):
    return people[Role.ANALYST]


@pytest.fixture
def town(store, people):
    planted.plant(store)
    return store


@pytest.fixture
def draft(town, analyst):
    return insights.put_down(town, analyst, HOT)


def titled(store, actor, number, title):
    with store.writing() as session:
        kept.keep(session, actor, number, title=title, version=1)


def html(page):
    return " ".join(each.proto.body for each in page.get("html"))


def by(elements, label):
    (found,) = [each for each in elements if each.label == label]
    return found


def press(page, label):
    page = by(page.button, label).click().run()
    assert not page.exception, page.exception
    return page


def test_with_no_records_it_says_what_to_do_first(store, visit):
    page = visit()
    assert not page.exception
    assert 'href="/import_data"' in html(page)
    assert [each.value for each in page.info] == [
        "There are no records to look at yet. Import incidents first."
    ]


def test_a_question_is_asked_and_its_answer_opens(town, visit, analyst):
    page = press(visit(), "Look")
    (number,) = page.query_params["insight"]
    assert "stand out from chance" in html(page)
    with town.reading() as session:
        assert Recipe.from_json(kept.find(session, analyst, int(number)).recipe) == Recipe(
            Method.HOT_SPOTS, "incidents"
        )


@pytest.mark.parametrize("method", list(Method))
def test_every_question_has_an_answer_that_can_be_shown(town, visit, analyst, method):
    number = insights.put_down(town, analyst, Recipe(method, "incidents"))
    page = visit(insight=str(number))
    assert not page.exception, page.exception
    shown = html(page)
    for title in ("What it means", "How sure", "What it cannot say"):
        assert f"<h2>{title}</h2>" in shown
    assert method.question in shown


def test_settings_and_filters_go_into_the_recipe(town, visit, analyst):
    page = visit()
    by(page.multiselect, "Source").set_value(["council"])
    by(page.selectbox, "Size of a cell").set_value("500")
    page = press(page.run(), "Look")
    with town.reading() as session:
        row = kept.find(session, analyst, int(page.query_params["insight"][0]))
    recipe = Recipe.from_json(row.recipe)
    assert recipe.query == "source=council"
    assert recipe.parameters["cell"] == "500"


def test_what_cannot_be_told_is_said_in_words(town, visit):
    page = visit()
    by(page.multiselect, "Source").set_value(["fire"])
    page = press(page.run(), "Look")
    assert "No records match" in page.error[0].value
    assert "insight" not in page.query_params


def test_long_work_is_a_job_that_can_be_cancelled(town, visit, analyst):
    page = visit()
    by(page.number_input, "Permutations").set_value(99)
    page = press(page.run(), "Look")
    page = press(page, "Cancel")
    with town.reading() as session:
        (job,) = jobs.mine(session, analyst, "insight")
    assert job.state is jobs.JobState.CANCELLED
    assert "insight" not in page.query_params


def test_the_result_of_a_job_opens_when_it_is_done(town, visit):
    page = visit()
    by(page.number_input, "Permutations").set_value(99)
    page = press(page.run(), "Look")
    jobs.work_once(town, {"insight": insights.work_out})
    page = page.run()
    assert "99 permutations with seed 1" in html(page)


def test_opened_again_the_question_stands_as_it_was_asked(visit, draft):
    page = visit(insight=str(draft))
    assert set(by(page.multiselect, "Source").value) == {"police", "council"}
    assert by(page.selectbox, "Size of a cell").value == "250"


def test_the_hot_cells_name_the_places_inside_as_the_reader_knows_them(town, visit, draft):
    with town.writing() as session:
        near = planted.ALONE.buffer(20)
        arrange(session, SYSTEM, rows.place(name="The arcade", shape=near),
                rows.place(name="The home", shape=near, place_type="childrens_home"))  # fmt: skip
    table = visit(insight=str(draft)).dataframe[0].value
    inside = set(table["Places inside"])
    assert "The arcade" in inside
    assert not any("home" in each for each in inside)


def test_it_is_kept_under_a_title_renamed_and_removed(town, visit, analyst, draft):
    page = visit(insight=str(draft))
    by(page.text_input, "Title").set_value("Evenings")
    page = press(page, "Keep it")
    by(page.text_input, "Title").set_value("Late evenings")
    page = press(page, "Rename")
    with town.reading() as session:
        assert [each.title for each in kept.kept(session, analyst)] == ["Late evenings"]
    press(page, "Yes, remove it")
    with town.reading() as session:
        assert kept.kept(session, analyst) == []


def test_hostile_titles_are_text(town, visit, analyst, draft):
    titled(town, analyst, draft, HOSTILE)
    page = visit(insight=str(draft))
    assert not page.exception
    assert "<script>" not in html(page)
    (label,) = [each.label for each in page.button if "alert" in each.label]
    assert "[x](" not in label
    assert "<script" not in label.replace("\\<", "")


def test_run_again_says_that_the_numbers_are_the_same(visit, draft):
    page = press(visit(insight=str(draft)), "Run again")
    assert page.success[0].value == "Run again: every number is the same."


def test_run_again_says_that_the_records_have_changed(town, visit, draft):
    page = visit(insight=str(draft))
    with town.writing() as session:
        arrange(session, SYSTEM, *(rows.incident(spot=planted.BUSY) for _ in range(5)))
    page = press(page.run(), "Run again")
    (told,) = [each.value for each in page.warning if "Run again" in each.value]
    assert told == "Run again: the numbers differ. The records have changed since."
    page = press(page, "Compare the two")
    assert html(page).count("sg-answer sg-small") == 2


def test_it_is_named_as_evidence_and_stands_on_the_card(town, visit, analyst, draft):
    with town.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place())
    titled(town, analyst, draft, "Evenings")
    page = visit(insight=str(draft))
    by(page.selectbox, "Place").set_value(place.id)
    page = press(page.run(), "Name it")
    assert "Mill Lane kiosk" in html(page)
    with town.reading() as session:
        assert [each.id for each in kept.of_place(session, analyst, place.id)] == [draft]


@pytest.mark.parametrize(
    "form", ["GeoPackage, for a GIS", "CSV, for a spreadsheet", "PNG, a picture"]
)
def test_a_file_is_made_and_handed_over(visit, draft, form):
    page = visit(insight=str(draft))
    page = by(page.selectbox, "As").set_value(next(
        each for each in insight_forms() if each.value == form)).run()  # fmt: skip
    page = press(page, "Make the file")
    assert page.get("download_button")


def insight_forms():
    from exchange.insight_files import Form

    return list(Form)


def test_quarters_are_drawn_where_they_are_asked_for(visit, draft):
    page = visit(insight=str(draft))
    by(page.toggle, "Show quarter by quarter").set_value(True)
    page = page.run()
    assert not page.exception
    assert page.get("vega_lite_chart")


@pytest.mark.parametrize(
    "address",
    [
        {"insight": "0"},
        {"insight": "-1"},
        {"insight": "1e3"},
        {"insight": "٣"},
        {"insight": "9" * 400},
        {"insight": "<script>"},
        {"insight": "999"},
        {"with_": "1"},
    ],
)
def test_a_hostile_address_opens_nothing(town, visit, address):
    page = visit(**address)
    assert not page.exception
    assert "sg-kicker" not in html(page)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"insight": "3", "with": "4", "as": "swipe"}, (3, 4)),
        ({"insight": "3", "with": "3"}, (3, None)),
        ({"with": "4"}, (None, None)),
        ({"insight": "03"}, (None, None)),
    ],
)
def test_an_address_is_read_strictly(given, read):
    opened = insight_state.read(given)
    assert (opened.insight, opened.beside) == read
    assert insight_state.read(opened.to_params()) == opened


def test_a_chair_opens_what_an_analyst_kept(town, visit, analyst, draft):
    titled(town, analyst, draft, "Evenings")
    page = visit(Role.COORDINATOR, insight=str(draft))
    assert "Evenings" in html(page)
    assert "Yes, remove it" not in [each.label for each in page.button]


@pytest.mark.parametrize("role", [Role.PARTNER, Role.PRACTITIONER, Role.ADMINISTRATOR])
def test_others_are_refused(town, visit, draft, role):
    page = visit(role, insight=str(draft))
    assert page.exception
    assert not html(page)
    assert not page.button
