"""The pages of packs and governance: what is asked becomes a job; figures say how they came."""

import shutil
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from domain import jobs
from domain.jobs import Job
from domain.people import SYSTEM, Role, Tier
from exchange import pack_job
from exchange.pack_job import Wish
from exchange.packs import Form, Order, What
from screens import desk
from tests.conftest import arrange
from tests.domain import rows

FOLDER = Path(desk.__file__).parent


@pytest.fixture
def url(migrated_file, tmp_path):
    """SQLite alone: the readings beneath run on both databases in tests of their own."""
    shutil.copy(migrated_file, tmp_path / "safeground.db")
    return f"sqlite:///{tmp_path / 'safeground.db'}"


@pytest.fixture
def page(store, people, monkeypatch):
    """Open a page as someone: ``page("packs", Role.COORDINATOR)``."""

    def run(name, role, **params):
        monkeypatch.setattr(desk, "store", lambda: store)
        monkeypatch.setattr(desk, "actor", lambda: people[role])
        st.cache_data.clear()
        opened = AppTest.from_file(FOLDER / f"{name}.py", default_timeout=60)
        for key, value in params.items():
            opened.query_params[key] = value
        return opened.run()

    return run


def links(page):
    return [each.proto.url for each in page.get("link_button")]


def choices(page):
    return [option for group in page.button_group for option in group.options]


def test_packs_are_asked_for_at_a_tier_and_wait_for_who_asked(store, people, page):
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place(name="The heron steps"))
    opened = page("packs", Role.COORDINATOR, place=str(place.id))
    assert not opened.exception
    assert opened.multiselect(key="pack_places").value == [place.id]
    opened.selectbox(key="packs_tier").set_value(Tier.T2)
    opened.text_input(key="packs_for").set_value("The bus company")
    opened.button(key="pack_begin").click().run()
    with store.reading() as session:
        (job,) = session.query(Job)
    wish = Wish.from_json(job.arguments)
    assert wish == Wish((Order(What.PLACE, place.id),), (Form.PDF,), "The bus company", Tier.T2)
    assert jobs.work_once(store, {"pack": pack_job.put_together})
    assert links(page("packs", Role.COORDINATOR)) == [f"/pack-files/{job.id}"]
    assert links(page("packs", Role.ANALYST)) == []


def test_a_practitioner_is_offered_no_plan_no_governance_and_no_other_agency(page):
    opened = page("packs", Role.PRACTITIONER)
    assert not opened.exception
    assert [each.label for each in opened.selectbox if "Agency" in each.label] == []
    assert not {"Governance", "A plan"} & {*choices(opened)}
    assert {"Governance", "A plan"} <= {*choices(page("packs", Role.COORDINATOR))}


def test_governance_shows_figures_matrix_and_dataset_to_those_who_govern(page):
    opened = page("governance", Role.ANALYST)
    assert not opened.exception
    said = " ".join(each.proto.body for each in opened.get("html"))
    assert "Decided within two working days" in said
    assert "How it is worked out" in said
    for part, words in (("Audit matrix", "IICSA"), ("Dataset", "Newest record")):
        (group,) = [each for each in opened.button_group if part in each.options]
        opened = group.set_value(part).run()
        assert not opened.exception
        shown = " ".join(each.proto.body for each in opened.get("html"))
        assert words in shown or words in list(opened.dataframe[0].value.columns)
    assert page("governance", Role.POLICE).exception
