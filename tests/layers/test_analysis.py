"""Analyses on planted patterns: they find them, and take in only what the reader may see."""

from dataclasses import replace

import pytest

from domain.errors import Invalid, NotPermitted
from domain.people import Actor, Role, Tier
from domain.recipes import Method, Recipe
from layers import analysis, analysis_periods
from layers.analysis_hot import ONE_VOICE
from tests.layers import planted

OPEN = 240 + 60 + 60 + 50
SIZED = {"cell": "250"}


@pytest.fixture
def town(store, people):
    """A store with planted patterns, and the ids of its areas."""
    planted.plant(store)
    return store


@pytest.fixture
def analyst(people):
    return people[Role.ANALYST]


def run(store, actor, method, query="", layer="incidents", **settings):
    with store.reading() as session:
        return analysis.run(session, actor, Recipe(method, layer, query, settings))


def at(result, spot):
    """Return the cell of a result that holds a spot."""
    (row,) = result.cells[result.cells.contains(spot)].to_dict("records")
    return row


def limited(person, *areas):
    return Actor.user("Beat", person.role, id=person.id, area_ids=frozenset(areas))


def test_hot_spots_find_what_was_planted_and_name_its_hour(town, analyst):
    found = run(town, analyst, Method.HOT_SPOTS, **SIZED)
    busy = at(found, planted.BUSY)
    assert busy["code"] == "hot 99"
    assert busy["voices"] == 3
    assert busy["when"] == "Friday 18:00 to 24:00"
    assert found.records == OPEN
    assert len(found.tables["Hot cells"]["rows"]) == min(40, len(found.cells))


def test_a_cluster_behind_which_stands_one_reporter_is_labelled_so(town, analyst):
    found = run(town, analyst, Method.HOT_SPOTS, **SIZED)
    assert ONE_VOICE in at(found, planted.ALONE)["words"]
    assert ONE_VOICE not in at(found, planted.BUSY)["words"]
    assert "one source alone" in found.warnings[0]


def test_hexagons_find_the_same_place(town, analyst):
    found = run(town, analyst, Method.HOT_SPOTS, shape="hex", **SIZED)
    assert at(found, planted.BUSY)["code"] == "hot 99"


def test_permutations_leave_a_cells_own_count_so_lone_spots_do_not_stand_out(town, analyst):
    found = run(town, analyst, Method.HOT_SPOTS, permutations=99, **SIZED)
    assert found.headline == "No cell stands out from chance."
    assert found.cells.empty
    assert "99 permutations with seed 1" in found.sure[1]
    assert "no chance under 0.020 can be told" in found.sure[1]


def test_density_is_highest_where_most_was_planted(town, analyst):
    found = run(town, analyst, Method.DENSITY, bandwidth=400, **SIZED)
    assert found.cells.iloc[0].geometry.distance(planted.BUSY) < 250
    assert found.cells["code"].iloc[0] == "class 5"


def test_what_began_lately_is_new_or_emerging(town, analyst):
    found = run(town, analyst, Method.CHANGE, periods=6, **SIZED)
    assert at(found, planted.NEW)["code"] in {"new", "emerging"}


def test_few_cells_hold_most_of_what_was_planted(town, analyst):
    found = run(town, analyst, Method.CONCENTRATION, **SIZED)
    assert {at(found, spot)["code"] for spot in (planted.BUSY, planted.ALONE)} == {"25%"}
    curve = found.tables["Concentration curve"]["rows"]
    assert curve[0] == [0.0, 0.0]
    assert curve[-1] == [1.0, 1.0]


def test_the_fullest_window_is_the_one_that_was_planted(town, analyst):
    found = run(town, analyst, Method.WHEN, window=2, terms="eldermere")
    assert found.headline.startswith("Friday 21:00 to 23:00")
    week = found.tables["Hours of the week"]["rows"]
    assert sum(sum(row[1:]) for row in week) == pytest.approx(OPEN, abs=0.01)
    kinds = {row[0]: row[1] for row in found.tables["Term and holiday"]["rows"]}
    assert sum(kinds.values()) == OPEN
    assert kinds["School holiday"] > 0


def test_school_terms_are_told_only_where_they_are_asked_for(town, analyst):
    assert "Term and holiday" not in run(town, analyst, Method.WHEN).tables


def test_repeats_at_one_spot_are_more_than_chance(town, analyst):
    found = run(town, analyst, Method.NEAR_REPEAT, permutations=199)
    assert found.tables["Observed over expected"]["rows"][0][1] > 1
    assert found.tables["Chance (p)"]["rows"][0][1] == pytest.approx(0.005)
    assert "times as many" in found.headline


def test_clusters_are_outlined_where_they_were_planted(town, analyst):
    found = run(town, analyst, Method.CLUSTERS, distance=150, least=20)
    assert len(found.cells) == 3
    for spot in (planted.BUSY, planted.ALONE, planted.NEW):
        assert found.cells.buffer(1).contains(spot).sum() == 1


def test_places_named_in_missing_episodes_are_asked_no_hour(analyst):
    with pytest.raises(Invalid, match="cannot be used on these records"):
        Recipe(Method.WHEN, "touches")


def test_sealed_records_go_in_under_a_sealed_clearance_alone(town, analyst, sealed):
    assert run(town, analyst, Method.CONCENTRATION, **SIZED).records == OPEN
    assert run(town, sealed, Method.CONCENTRATION, **SIZED).records == OPEN + 30


def test_someone_limited_to_an_area_counts_what_lies_in_it(store, analyst):
    _, east = planted.plant(store)
    found = run(store, limited(analyst, east), Method.CONCENTRATION, **SIZED)
    assert 110 <= found.records < OPEN
    assert found.cells.intersects(planted.EAST_HALF).all()
    assert not found.cells.contains(planted.BUSY).any()


def test_an_area_that_is_asked_for_is_the_area_of_study(store, analyst):
    _, east = planted.plant(store)
    half = run(store, analyst, Method.CONCENTRATION, f"area={east}", **SIZED)
    whole = run(store, analyst, Method.CONCENTRATION, **SIZED)
    assert int(half.headline.split(" of ")[1].split()[0]) < int(
        whole.headline.split(" of ")[1].split()[0]
    )


@pytest.mark.parametrize("role", [Role.PARTNER, Role.PRACTITIONER, Role.ADMINISTRATOR])
def test_who_may_not_run_analyses_is_refused(town, people, role):
    with pytest.raises(NotPermitted, match="run analyses"):
        run(town, people[role], Method.HOT_SPOTS)


def test_below_the_meetings_clearance_nothing_is_counted(town, analyst):
    with pytest.raises(NotPermitted, match="clearance of a safeguarding meeting"):
        run(town, replace(analyst, tier=Tier.T2), Method.HOT_SPOTS)


def test_counting_beforehand_takes_the_same_records_and_the_same_rights(town, analyst, people):
    recipe = Recipe(Method.HOT_SPOTS, "incidents", "source=council")
    with town.reading() as session:
        assert analysis.count(session, analyst, recipe) == 60
        with pytest.raises(NotPermitted):
            analysis.count(session, people[Role.PARTNER], recipe)


@pytest.mark.parametrize("method", list(Method))
def test_the_same_recipe_gives_the_same_numbers(town, analyst, method):
    first, second = run(town, analyst, method), run(town, analyst, method)
    assert analysis.fingerprint(first) == analysis.fingerprint(second)


def test_another_seed_deals_otherwise(town, analyst):
    marks = set()
    for seed in (1, 2):
        recipe = Recipe(Method.NEAR_REPEAT, "incidents", "", {"permutations": 99}, seed)
        with town.reading() as session:
            marks.add(analysis.fingerprint(analysis.run(session, analyst, recipe)))
    assert len(marks) == 2


def test_too_few_records_are_refused_in_words(town, analyst):
    with pytest.raises(Invalid, match="too few to tell"):
        run(town, analyst, Method.HOT_SPOTS, "source=council&since=2025-06-01")
    with pytest.raises(Invalid, match="No records match"):
        run(town, analyst, Method.HOT_SPOTS, "source=fire")


def test_the_revision_moves_when_records_do(town, analyst):
    recipe = Recipe(Method.HOT_SPOTS, "incidents")
    with town.reading() as session:
        before = analysis.revision(session, recipe)
    with town.writing() as session:
        planted.arrange(session, planted.SYSTEM, planted.rows.incident())
    with town.reading() as session:
        assert analysis.revision(session, recipe) != before


def test_quarters_hold_every_record_once(town, analyst):
    with town.reading() as session:
        squares = analysis_periods.by_quarter(
            session, analyst, Recipe(Method.HOT_SPOTS, "incidents", "", SIZED)
        )
    assert squares["count"].sum() == OPEN
    assert list(dict.fromkeys(squares["quarter"]))[:2] == ["2024 Q1", "2024 Q2"]
    assert set(squares["side"]) == {250}
