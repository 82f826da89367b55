"""Recipes and results: what is kept, who reads it, and what becomes of it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from domain import insights, place_history
from domain.audit import Entry
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.insights import Made
from domain.people import SYSTEM, Actor, Role, Tier
from domain.recipes import LAYERS, PARAMETERS, Method, Recipe
from tests.conftest import arrange
from tests.domain import rows

RECIPE = Recipe(Method.HOT_SPOTS, "incidents", "harm=CSE", {"cell": 500})
MADE = Made({"records": 812}, b"cells", "incident:3", "f" * 64, "0.1.0")


@pytest.fixture
def analyst(people):
    return people[Role.ANALYST]


@pytest.fixture
def draft(store, analyst):
    with store.writing() as session:
        return insights.record(session, analyst, RECIPE, MADE)


def keep(store, actor, insight, title="Weekend evenings", version=1):
    with store.writing() as session:
        return insights.keep(session, actor, insight.id, title=title, version=version)


def limited(person, *areas):
    return Actor.user("Beat", person.role, id=person.id, area_ids=frozenset(areas))


@pytest.mark.parametrize("method", list(Method))
def test_a_recipe_is_the_same_after_it_was_kept(method):
    recipe = Recipe(method, "incidents", "since=2026-01-01&harm=CSE,CCE")
    assert Recipe.from_json(recipe.as_json()) == recipe
    assert set(recipe.parameters) == {each.name for each in PARAMETERS[method]}


def test_two_ways_to_write_the_same_filters_are_one_recipe():
    turned = Recipe(Method.HOT_SPOTS, "incidents", "harm=CSE,CCE&nonsense=1")
    assert turned == Recipe(Method.HOT_SPOTS, "incidents", "harm=CCE,CSE")


@pytest.mark.parametrize(
    "given",
    [
        {"cell": 0},
        {"order": 0},
        {"order": 10**9},
        {"order": "wide"},
        {"cell": "wide"},
        {"shape": "triangle"},
        {"unheard_of": 1},
    ],
)
def test_a_recipe_refuses_settings_out_of_range(given):
    with pytest.raises(Invalid):
        Recipe(Method.HOT_SPOTS, "incidents", parameters=given)


@pytest.mark.parametrize("method", [Method.NEAR_REPEAT, Method.WHEN, Method.CLUSTERS])
def test_mentions_in_missing_episodes_are_never_joined(method):
    assert method not in LAYERS["touches"]
    with pytest.raises(Invalid):
        Recipe(method, "touches")


def test_a_recipe_of_an_unknown_kind_is_refused_in_words():
    with pytest.raises(Invalid, match="cannot be read"):
        Recipe.from_json({"method": "divination", "layer": "incidents"})


def test_a_draft_is_not_among_the_kept_until_it_has_a_title(store, analyst, draft):
    with store.reading() as session:
        assert insights.kept(session, analyst) == []
        assert insights.find(session, analyst, draft.id).recipe == RECIPE.as_json()
    keep(store, analyst, draft)
    with store.reading() as session:
        assert [each.title for each in insights.kept(session, analyst)] == ["Weekend evenings"]


def test_a_title_needs_words_and_the_version_that_was_read(store, analyst, draft):
    with pytest.raises(Invalid):
        keep(store, analyst, draft, title=" ")
    keep(store, analyst, draft)
    with pytest.raises(Conflict):
        keep(store, analyst, draft, title="Another", version=1)


@pytest.mark.parametrize("role", [Role.PARTNER, Role.PRACTITIONER, Role.ADMINISTRATOR])
def test_who_may_not_run_analyses_reads_no_result(store, people, draft, role):
    with store.reading() as session, pytest.raises(NotPermitted):
        insights.find(session, people[role], draft.id)
    with store.reading() as session:
        assert insights.of_place(session, people[role], 1) == []


def test_the_meeting_reads_what_the_analyst_kept(store, people, analyst, draft):
    keep(store, analyst, draft)
    with store.reading() as session:
        assert len(insights.kept(session, people[Role.COORDINATOR])) == 1


def test_a_result_with_sealed_records_is_for_sealed_readers(store, people, sealed):
    with store.writing() as session:
        made = insights.record(session, sealed, RECIPE, MADE)
    assert made.tier == Tier.SEALED
    with store.reading() as session:
        assert insights.find(session, sealed, made.id)
        with pytest.raises(NotFound):
            insights.find(session, people[Role.ANALYST], made.id)


def test_whose_work_is_limited_to_an_area_reads_results_of_that_area_alone(
    store, people, analyst, draft
):
    beat = limited(people[Role.POLICE], 7)
    with store.writing() as session:
        own = insights.record(session, beat, RECIPE, MADE)
    with store.reading() as session:
        assert insights.find(session, beat, own.id)
        assert insights.find(session, analyst, own.id)
        for other in (draft, own):
            with pytest.raises(NotFound):
                insights.find(session, limited(people[Role.POLICE], 8), other.id)
        with pytest.raises(NotFound):
            insights.find(session, beat, draft.id)


def test_a_place_names_a_kept_result_as_evidence_once(store, people, analyst, draft):
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place())
    with store.writing() as session, pytest.raises(Invalid, match="title"):
        insights.name_evidence(session, analyst, draft.id, place.id)
    keep(store, analyst, draft)
    with store.writing() as session:
        insights.name_evidence(session, analyst, draft.id, place.id)
    with store.writing() as session, pytest.raises(Conflict):
        insights.name_evidence(session, analyst, draft.id, place.id)
    with store.reading() as session:
        assert [each.id for each in insights.of_place(session, analyst, place.id)] == [draft.id]
        assert [each.id for each in insights.evidence_of(session, analyst, draft.id)] == [place.id]
    with store.writing() as session, pytest.raises(Conflict, match="evidence"):
        insights.remove(session, analyst, draft.id)


def test_a_sealed_place_is_not_told_of_by_its_evidence(store, analyst, sealed, draft):
    keep(store, analyst, draft)
    with store.writing() as session:
        (home,) = arrange(
            session, SYSTEM, rows.place(place_type="childrens_home", tier=int(Tier.SEALED))
        )
    with store.writing() as session:
        insights.name_evidence(session, sealed, draft.id, home.id)
    with store.writing() as session, pytest.raises(NotFound):
        insights.name_evidence(session, analyst, draft.id, home.id)
    with store.reading() as session:
        assert insights.evidence_of(session, analyst, draft.id) == []


def test_evidence_follows_a_place_that_is_merged(store, analyst, draft):
    keep(store, analyst, draft)
    with store.writing() as session:
        first, second = arrange(session, SYSTEM, rows.place(), rows.place(name="Kiosk"))
    with store.writing() as session:
        insights.name_evidence(session, analyst, draft.id, second.id)
    with store.writing() as session:
        place_history.merge(session, analyst, first.id, second.id, reason="The same kiosk.")
    with store.reading() as session:
        assert [each.id for each in insights.of_place(session, analyst, first.id)] == [draft.id]
        assert insights.of_place(session, analyst, second.id) == []


def test_one_removes_only_results_of_ones_own(store, people, analyst, draft):
    with store.writing() as session, pytest.raises(NotFound):
        insights.remove(session, people[Role.COORDINATOR], draft.id)
    with store.writing() as session:
        insights.remove(session, analyst, draft.id)
    with store.reading() as session, pytest.raises(NotFound):
        insights.find(session, analyst, draft.id)


def test_drafts_that_nobody_kept_are_swept_away(store, analyst, draft):
    with store.writing() as session:
        named = insights.record(session, analyst, RECIPE, MADE)
    keep(store, analyst, named)
    later = datetime.now(UTC) + timedelta(days=insights.DRAFT_DAYS, minutes=1)
    with store.writing() as session:
        assert insights.sweep(session, SYSTEM) == 0
    with store.writing() as session:
        assert insights.sweep(session, SYSTEM, later) == 1
    with store.reading() as session:
        assert insights.find(session, analyst, named.id)


def test_the_log_tells_that_a_result_was_made_and_nothing_of_it(store, analyst, draft):
    keep(store, analyst, draft, title="Behind the Quillfeather")
    with store.reading() as session:
        told = str([(each.subject, each.changes) for each in session.scalars(select(Entry))])
    assert f"insight/{draft.id}" in told
    assert "Quillfeather" not in told
    assert "CSE" not in told
