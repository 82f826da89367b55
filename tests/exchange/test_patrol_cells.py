"""Hot cells of kept analyses: offered as zones, never a reason by themselves."""

from dataclasses import replace

import geopandas as gpd
import pytest
from shapely import box

from domain import insights, patrol_planning
from domain.errors import Invalid, NotFound, NotPermitted
from domain.people import Role, Tier
from domain.recipes import Method, Recipe
from exchange import patrol_cells
from layers.analysis import Result, made
from tests import patrol_shift
from tests.patrol_shift import EVENING

FEW = replace(patrol_shift.WORD, rests_on=("police_records",))


@pytest.fixture
def force(store):
    return patrol_shift.force(store)


@pytest.fixture
def kept(store, force):
    """A kept analysis with two hot cells, one of them from one source alone."""
    cells = gpd.GeoDataFrame(
        {"label": ["NZ 760 460", "NZ 765 460"], "code": ["hot 99", "hot 95"], "count": [30, 12],
         "words": ["30 records", "12 records · one source alone stands behind this"],
         "voices": [3, 1], "when": ["Friday 18:00 to 24:00", "spread out"]},
        geometry=[box(476_000, 546_000, 476_250, 546_250), box(476_500, 546_000, 477_000, 546_500)],
        crs=27700,
    )  # fmt: skip
    recipe = Recipe(Method.HOT_SPOTS, "incidents")
    with store.writing() as session:
        found = made(session, recipe, Result("Two cells stand out.", cells))
        draft = insights.record(session, force.planner, recipe, found)
        session.flush()
        insights.keep(session, force.planner, draft.id, title="Riverside", version=1)
        return draft.id


def cells(store, who, number):
    with store.reading() as session:
        return patrol_cells.cells(session, who, number)


def test_a_kept_analysis_offers_its_cells_as_zones_that_are_small_enough(store, force, kept):
    with store.reading() as session:
        (analysis,) = patrol_cells.kept(session, force.planner)
    assert (analysis.insight_id, analysis.title) == (kept, "Riverside")
    first, second = cells(store, force.planner, kept)
    assert first.zone.equals(box(476_000, 546_000, 476_250, 546_250))
    assert second.zone.area == pytest.approx(70_000, rel=0.02)  # 150 m around its middle
    assert (first.alone, second.alone) == (False, True)
    assert first.why.endswith("Most fall on Friday 18:00 to 24:00.")
    assert second.why == "Records cluster here more than chance would have it."


def test_a_hot_cell_becomes_a_stop_by_an_inspectors_word_and_is_told_to_the_meeting(
    store, force, kept, actor
):
    first = cells(store, force.planner, kept)[0]
    stop = patrol_shift.stop(zone=first.zone, name="Riverside steps", why=first.why)
    for word, why in ((None, "No meeting approved"), (FEW, "never rests on police records alone")):
        with pytest.raises(Invalid, match=why), store.writing() as session:
            patrol_planning.plan(
                session, force.planner, patrol_shift.shift(force.planner.agency_id),
                [patrol_shift.stop(zone=first.zone, name="Steps", exceptional=word)],
            )  # fmt: skip
    stop = patrol_shift.stop(zone=first.zone, name="Riverside steps", why=first.why,
                             exceptional=patrol_shift.WORD)  # fmt: skip
    patrol_shift.tasked(store, force, [stop])
    with store.reading() as session:
        (told,) = patrol_planning.to_tell(
            session, actor(Role.COORDINATOR), now=EVENING.replace(day=30)
        )
    assert (told.name, told.inspector) == ("Riverside steps", "Inspector Mary Hale")


def test_who_runs_no_analyses_finds_no_cells(store, force, kept, actor):
    with pytest.raises(NotPermitted):
        cells(store, actor(Role.PRACTITIONER), kept)
    with pytest.raises(NotFound):
        cells(store, force.planner, kept + 1)
    assert force.planner.tier == Tier.T4
