"""Young people's map: what sessions say together, and that it never meets police records."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
import shapely

import layers
from domain import matching, recipes, safety_mapping
from domain.errors import Invalid
from domain.filters import Filters
from domain.people import Role
from domain.recipes import Method, Recipe
from domain.safety_mapping import Mark
from layers import catalogue
from layers.sight import Sight

EAST, NORTH = 465_000, 545_000
EVENING = Filters(hours=(18, 21))
HOUSE = Path(layers.__file__).parents[1]
POLICE = ("incidents", "incident_wards", "incident_lsoas", "incident_beats", "hot_spots", "touches",
          "touch_wards", "corridors", "coverage")  # fmt: skip


@pytest.fixture
def hold(town, people):
    """Hold so many sessions that mark the same squares."""

    def act(times, *marks):
        who = people[Role.PRACTITIONER]
        with town.writing() as session:
            (ward,) = safety_mapping.wards(session, who)
            return [
                safety_mapping.keep(
                    session, who, held_on=matching.today() - timedelta(days=number),
                    area_id=ward, group_size="from_6", marks=marks,
                )
                for number in range(times)
            ]  # fmt: skip

    return act


def mark(felt, band="evening", east=EAST):
    return Mark(east, NORTH, band, felt)


def read(store, who, name="young_people", asked=None):
    with store.reading() as session:
        return catalogue.read(session, who, name, None, asked)


def test_a_cell_counts_sessions_and_is_drawn_from_five(town, people, hold):
    hold(4, mark("safe"), mark("safe", east=EAST + 125))  # two squares of one cell
    who = people[Role.COORDINATOR]
    assert read(town, who).empty
    hold(2, mark("safe"))
    (cell,) = read(town, who).itertuples()
    assert (cell.code, cell.count) == ("safe", 5)
    assert cell.words == "Marked in about 5 sessions: young people mostly feel safe here"
    assert cell.geometry.bounds == (EAST, NORTH, EAST + 250, NORTH + 250)
    for role in (Role.PRACTITIONER, Role.POLICE, Role.ANALYST):
        assert catalogue.sight(people[role], "young_people") is Sight.CELL
        assert list(read(town, people[role])["words"]) == [cell.words]
    assert catalogue.sight(people[Role.PARTNER], "young_people") is Sight.NONE


def test_a_time_of_day_and_days_narrow_what_is_counted(town, people, hold):
    hold(6, mark("unsafe"), mark("safe", "after_school"))
    who = people[Role.COORDINATOR]
    assert list(read(town, who)["code"]) == ["both"]
    assert list(read(town, who, asked=EVENING)["code"]) == ["unsafe"]
    assert list(read(town, who, asked=Filters(hours=(15, 18)))["code"]) == ["safe"]
    assert read(town, who, asked=Filters(hours=(6, 9))).empty
    yesterday = matching.today() - timedelta(days=1)
    assert read(town, who, asked=Filters(since=yesterday)).empty


def test_a_withdrawn_session_counts_no_more(town, people, hold):
    kept = hold(5, mark("safe"))
    who = people[Role.PRACTITIONER]
    assert len(read(town, who)) == 1
    with town.writing() as session:
        safety_mapping.withdraw(session, who, kept[0].id, version=1, reason="The group asked.")
    assert read(town, who).empty


# never with police records


def test_no_layer_of_police_records_changes_by_a_session(town, people, hold, sealed):
    who = (people[Role.POLICE], people[Role.COORDINATOR], sealed)
    before = {(each.scope, name): read(town, each, name) for each in who for name in POLICE}
    hold(8, *(mark("unsafe", east=EAST + 125 * at) for at in range(-4, 5)))
    for each in who:
        for name in POLICE:
            old, new = before[each.scope, name], read(town, each, name)
            assert old.drop(columns=old.geometry.name).equals(new.drop(columns=new.geometry.name))
            assert shapely.equals(old.geometry.to_numpy(), new.geometry.to_numpy()).all()
            assert "young" not in " ".join(map(str, new.columns))


@pytest.mark.parametrize("method", Method)
def test_no_analysis_takes_it(method):
    assert "young_people" not in recipes.LAYERS
    with pytest.raises(Invalid):
        Recipe(method, "young_people")


def test_no_reading_of_other_records_knows_of_it():
    """Whoever imports safety mapping could mix it in: the layer, its pages and the sample do."""
    knows = set()
    for path in HOUSE.glob("*/*.py"):
        names = {
            name for node in ast.walk(ast.parse(path.read_text("utf-8"))) for name in imported(node)
        }
        if names & {"domain.safety_mapping", "layers.young_people"}:
            knows.add(f"{path.parent.name}/{path.name}")
    assert {name for name in knows if not name.startswith("screens/safety_")} == {
        "domain/tables.py", "layers/young_people.py", "layers/catalogue.py",
        "exchange/sample_interviews.py",
    }  # fmt: skip


def imported(node):
    if isinstance(node, ast.ImportFrom):
        return {node.module or "", *(f"{node.module}.{each.name}" for each in node.names)}
    return {each.name for each in node.names} if isinstance(node, ast.Import) else set()


def test_no_map_shows_it_together_with_police_records():
    asked = ("young_people", "places", "wards", *POLICE)
    assert catalogue.kept_apart(asked) == ("young_people", "places", "wards")
    assert catalogue.kept_apart(("places", *POLICE)) == ("places", *POLICE)
    every = catalogue.kept_apart(catalogue.CATALOGUE)
    assert not {"incident", "place_touch"} & {
        subject for name in every for subject in catalogue.CATALOGUE[name].subjects
    }
