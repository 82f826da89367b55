"""The invented town: what its files promise, read as an importer would read them."""

import json
import re
import subprocess
import sys
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from pmtiles.reader import MmapSource, Reader

from domain import identifiers
from domain.places import MOVES, Status
from geo.space import to_mercator

ROOT = Path(__file__).parents[2]
TOWN = ROOT / "data" / "sample"
CODES = ROOT / "data" / "codes"
SEA = shapely.box(460_000, 539_000, 471_000, 549_000)
LAYERS = {"earth", "water", "landuse", "buildings", "roads", "rail", "pois", "places"}
LONDON = ZoneInfo("Europe/London")
PEOPLE = [
    "adam", "aisha", "alan", "alice", "amy", "andrew", "anna", "ben", "carl", "chloe", "chris",
    "claire", "daniel", "david", "emily", "emma", "eva", "fatima", "george", "grace", "hannah",
    "harry", "jack", "jacob", "james", "jane", "jasmine", "jason", "jessica", "joe", "john",
    "jordan", "joseph", "kate", "kevin", "laura", "leo", "liam", "lily", "lucy", "luke", "mark",
    "mary", "mason", "mia", "mohammed", "muhammad", "natalie", "noah", "oliver", "omar", "paul",
    "peter", "rachel", "ryan", "sam", "sarah", "simon", "smith", "sophie", "steven", "susan",
    "thomas", "tom", "victoria", "william", "yusuf", "zoe",
]  # fmt: skip


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(TOWN / name, dtype=str, keep_default_na=False)


def spots(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    at = gpd.points_from_xy(frame["easting"].astype(float), frame["northing"].astype(float))
    return gpd.GeoDataFrame(frame, geometry=at, crs=27700)


def codes(name: str) -> set[str]:
    return {each["code"] for each in json.loads((CODES / f"{name}.json").read_text())["codes"]}


@pytest.fixture(scope="module")
def areas() -> gpd.GeoDataFrame:
    return gpd.read_file(TOWN / "areas.gpkg")


@pytest.fixture(scope="module")
def partnership(areas) -> shapely.Geometry:
    return areas.query("kind == 'partnership'").geometry.iloc[0]


@pytest.fixture(scope="module")
def incidents() -> gpd.GeoDataFrame:
    frame = spots(table("incidents.csv"))
    known = frame["time_known"].eq("interval")
    frame["start"] = [
        datetime.fromisoformat(text).astimezone(LONDON) if timed else None
        for text, timed in zip(frame["occurred_from"], known, strict=True)
    ]
    return frame


@pytest.fixture(scope="module")
def places() -> dict:
    return json.loads((TOWN / "places.json").read_text())


@pytest.fixture(scope="module")
def truth() -> dict:
    return json.loads((TOWN / "truth.json").read_text())


def near(incidents, pattern, spreads=3.0):
    centre = shapely.Point(pattern["easting"], pattern["northing"])
    return incidents[incidents.distance(centre) < spreads * pattern["spread_m"]]


def planted(truth, kind):
    return [pattern for pattern in truth["patterns"] if pattern["kind"] == kind]


def test_all_files_together_stay_under_ten_megabytes():
    assert sum(file.stat().st_size for file in TOWN.rglob("*") if file.is_file()) < 10_000_000


def test_there_is_as_much_of_everything_as_was_asked_for(areas, places):
    assert areas["kind"].value_counts().to_dict() == {
        "lsoa": 27,
        "ward": 9,
        "beat": 5,
        "partnership": 1,
    }
    assert len(table("incidents.csv")) == 8_000
    assert len(table("touches.csv")) == 1_200
    assert len(table("premises.csv")) == 60
    assert len(places["places"]) == 45
    assert {place["status"] for place in places["places"]} == {each.value for each in Status}


@pytest.mark.parametrize("name", ["incidents.csv", "touches.csv", "premises.csv", "gazetteer.csv"])
def test_every_spot_lies_in_the_partnership_and_at_sea(name, partnership):
    frame = spots(table(name))
    if name == "gazetteer.csv":  # the lighthouse stands at the end of its pier
        assert frame.within(partnership.buffer(10)).all()
    else:
        assert frame.within(partnership).all()
    assert frame.within(SEA).all()


def test_every_place_of_concern_lies_in_the_partnership(places, partnership):
    for place in places["places"]:
        shape = shapely.geometry.shape(place["geometry"])
        assert shape.is_valid, place["ref"]
        assert partnership.buffer(1).contains(shape), place["ref"]


def test_wards_and_small_areas_tile_the_partnership(areas, partnership):
    for kind in ("ward", "lsoa", "beat"):
        shapes = areas.geometry[areas["kind"].eq(kind)]
        assert shapes.is_valid.all()
        assert shapely.union_all(shapes.to_numpy()).symmetric_difference(partnership).area < 1
        assert shapes.area.sum() == pytest.approx(partnership.area, abs=1)


def test_small_areas_nest_in_their_wards(areas):
    wards = areas.query("kind == 'ward'").set_index("code").geometry
    small = areas.query("kind == 'lsoa'")
    outside = [
        row.geometry.difference(wards[row.ward_code]).area for row in small.itertuples(index=False)
    ]
    assert max(outside) < 1
    assert areas["code"].str.match(r"X\d{8}$").all()
    assert areas["vintage"].ne("").all()


@pytest.mark.parametrize(
    ("name", "column", "listed"),
    [
        ("incidents.csv", "harm_primary", "harm_types"),
        ("incidents.csv", "harm_further", "harm_types"),
        ("incidents.csv", "place_type", "place_types"),
        ("incidents.csv", "source", "incident_sources"),
        ("incidents.csv", "precision", "precision"),
        ("touches.csv", "source", "touch_sources"),
        ("touches.csv", "role", "touch_roles"),
        ("touches.csv", "place_type", "place_types"),
        ("touches.csv", "time_band", "time_bands"),
        ("touches.csv", "day_type", "day_types"),
        ("touches.csv", "duration_band", "duration_bands"),
        ("touches.csv", "distance_band", "distance_bands"),
        ("touches.csv", "transport_mode", "transport_modes"),
        ("touches.csv", "push_factors", "push_factors"),
        ("touches.csv", "pull_factors", "pull_factors"),
        ("touches.csv", "harm_indicators", "harm_indicators"),
        ("touches.csv", "precision", "precision"),
        ("premises.csv", "place_type", "place_types"),
        ("premises.csv", "roles", "premises_roles"),
    ],
)
def test_every_code_is_in_its_list(name, column, listed):
    used = {code for cell in table(name)[column] for code in cell.split(";") if code}
    assert used
    assert used <= codes(listed)


def test_codes_of_places_and_agencies_are_in_their_lists(places):
    people = json.loads((TOWN / "people.json").read_text())
    assert {each["kind"] for each in people["agencies"]} <= codes("agency_kinds")
    told = places["places"]
    assert {each["place_type"] for each in told} <= codes("place_types")
    assert {each["precision"] for each in told} <= codes("precision")
    assert {each["marking"] for each in told} <= codes("markings")
    harms = {code for each in told for code in [each["harm_primary"], *each["harm_further"]]}
    assert harms <= codes("harm_types")
    notes = [note for each in told for note in each["annotations"]] + places["partner_reports"]
    of_visits_and_threads = {"environment", "question", "guardianship"}
    assert {note["kind"] for note in notes} == codes("annotation_kinds") - of_visits_and_threads


def test_agencies_and_guardians_are_known(places):
    people = json.loads((TOWN / "people.json").read_text())
    agencies = {each["name"] for each in people["agencies"]}
    premises = table("premises.csv")
    assert set(premises["agency"]) - {""} <= agencies
    assert set(table("incidents.csv")["agency"]) <= agencies
    assert {each["agency"] for each in people["sign_ins"]} <= agencies
    named = {ref for place in places["places"] for ref in place["guardians"]}
    assert named <= set(premises["ref"])


def test_histories_follow_the_moves_that_are_allowed(places):
    for place in places["places"]:
        told = place["history"]
        states = [Status(each["status"]) for each in told]
        assert states[0] is Status.WATCH
        assert states[-1].value == place["status"]
        assert all(after in MOVES[before] for before, after in pairwise(states)), place["ref"]
        assert [each["at"] for each in told] == sorted(each["at"] for each in told)
        assert place["strengths"], "strengths stand beside worries"
        assert place["worries"]


def test_street_names_and_postcodes_are_all_different():
    known = table("gazetteer.csv")
    assert known.query("kind == 'street'")["name"].is_unique
    postcodes = known.query("kind == 'postcode'")["name"]
    assert postcodes.is_unique
    assert postcodes.str.fullmatch(r"EM\d \d[ABD-HJLNP-UW-Z]{2}").all()


def test_touches_carry_nothing_that_joins_them():
    touches = table("touches.csv")
    assert touches["touch_id"].is_unique
    assert not [name for name in touches if re.search(r"person|episode|case|name|birth", name)]
    assert touches.query("role == 'missing_from'")["residential"].eq("yes").all()
    assert touches.query("role == 'found_at'")["residential"].nunique() == 2


def test_homes_that_must_be_hidden_are_there_to_test_with():
    kinds = set(table("premises.csv")["place_type"])
    assert {"childrens_home", "refuge", "supported_accommodation"} <= kinds


def test_opening_hours_are_told_by_weekday():
    for cell in table("premises.csv")["opening"]:
        week = json.loads(cell)
        assert set(week) <= {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
        for spans in week.values():
            for span in spans:
                assert all(re.fullmatch(r"[0-2]\d:[0-5]\d", time) for time in span)


def words() -> list[str]:
    files = [TOWN / f"{name}.json" for name in ("places", "cases", "meetings", "people", "truth")]
    loaded = [json.loads(file.read_text()) for file in files]
    prose = [text for each in loaded for text in _texts(each)]
    columns = [("premises.csv", "name"), ("premises.csv", "street"), ("gazetteer.csv", "name")]
    columns += [("incidents.csv", "category"), ("incidents.csv", "agency")]
    return prose + [text for name, column in columns for text in table(name)[column].unique()]


def _texts(node: object) -> list[str]:
    if isinstance(node, str):
        return [] if re.fullmatch(r"\d{4}-\d\d-\d\d(T.*)?|EL-\d+", node) else [node]
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    return [text for each in inner for text in _texts(each)]


def test_no_text_holds_an_identifier():
    assert [text for text in words() if identifiers.has_identifier(text)] == []


def test_no_text_holds_the_name_of_a_person():
    named = [text for text in words() if set(re.findall(r"[a-z]+", text.lower())) & set(PEOPLE)]
    assert named == []


def test_times_are_told_as_far_as_they_are_known(incidents):
    lengths = {"day": 10, "month": 7, "unknown": 0}
    for known, length in lengths.items():
        mine = incidents[incidents["time_known"].eq(known)]
        assert len(mine) > 50
        assert mine["occurred_from"].str.len().eq(length).all()
        assert mine["occurred_to"].eq("").all()
    timed = incidents[incidents["time_known"].eq("interval")]
    ends = [datetime.fromisoformat(text) for text in timed["occurred_to"]]
    assert all(start <= end for start, end in zip(timed["start"], ends, strict=True))
    offsets = {start.strftime("%z") for start in timed["start"]}
    assert offsets == {"+0000", "+0100"}


@pytest.mark.parametrize("kind", ["hot_spot", "weekend_night", "school_run"])
def test_planted_hours_stand_out_from_the_town(incidents, truth, kind):
    timed = incidents.dropna(subset="start")
    assert planted(truth, kind)
    for pattern in planted(truth, kind):
        inside = near(timed, pattern)
        share = _in_hours(inside, pattern).mean()
        others = _in_hours(timed.drop(inside.index), pattern).mean()
        assert share > 3 * others, pattern["name"]
        assert _in_hours(inside, pattern).sum() > 0.6 * pattern["planted"], pattern["name"]


def _in_hours(frame, pattern) -> pd.Series:
    """Say which began on the planted weekdays and hours; 24 and more is the next morning."""
    first, last = pattern["hours"]
    back = [start - timedelta(hours=6) for start in frame["start"]]
    hour = pd.Series([(each.hour + 6) + each.minute / 60 for each in back], index=frame.index)
    weekday = pd.Series([each.weekday() for each in back], index=frame.index)
    return hour.between(first, last) & weekday.isin(pattern["weekdays"])


def test_one_place_emerges_and_one_fades(incidents, truth):
    dated = incidents[incidents["occurred_from"].str.len() >= 10]
    days = pd.to_datetime(dated["occurred_from"].str[:10])
    for kind, early_is_more in (("emerging", False), ("fading", True)):
        (pattern,) = planted(truth, kind)
        mine = days[near(dated, pattern, 2).index]
        first, last = (mine < "2025-07-01").sum(), (mine >= "2026-06-01").sum()
        assert (first > 3 * last) if early_is_more else (last > 3 * first), kind


def test_one_place_moved_when_the_plan_began(incidents, truth):
    dated = incidents[incidents["occurred_from"].str.len() >= 10]
    plan = date.fromisoformat(truth["moved"]["plan_began"])
    by_name = {pattern["name"]: pattern for pattern in truth["patterns"]}
    shares = []
    for end in ("from", "to"):
        mine = near(dated, by_name[truth["moved"][end]], 2)
        shares.append((mine["occurred_from"].str[:10] >= plan.isoformat()).mean())
    assert shares[0] < 0.2
    assert shares[1] > 0.7


def test_near_repeats_follow_closely(incidents, truth):
    by_ref = incidents.set_index("ref")
    chains = truth["near_repeats"]["chains"]
    assert len(chains) >= 20
    for chain in chains:
        rows = by_ref.loc[chain]
        assert rows["category"].nunique() == 1
        steps = rows.geometry.distance(rows.geometry.shift()).iloc[1:]
        assert steps.max() < 1.5 * truth["near_repeats"]["reach_m"], "a bank may push one aside"


def test_the_base_map_has_every_layer_and_every_name():
    layers = {name for name, _kind in pyogrio.list_layers(TOWN / "eldermere.gpkg")}
    assert layers == LAYERS
    roads = gpd.read_file(TOWN / "eldermere.gpkg", layer="roads")
    streets = set(table("gazetteer.csv").query("kind == 'street'")["name"])
    assert streets <= set(roads["name"])
    pois = gpd.read_file(TOWN / "eldermere.gpkg", layer="pois")
    assert not set(pois["kind"]) & {"childrens_home", "refuge", "supported_accommodation"}


def test_streets_meet_in_shared_corners():
    roads = gpd.read_file(TOWN / "eldermere.gpkg", layer="roads")
    driven = roads[roads["kind"].isin(["ring", "a_road", "b_road", "main", "residential"])]
    lines = [line for shape in driven.geometry for line in shapely.get_parts(shape)]
    corners, owner = shapely.get_coordinates(lines, return_index=True)
    keyed = pd.DataFrame(np.round(corners * 10).astype(int), columns=["x", "y"]).assign(line=owner)
    shared = keyed.groupby(["x", "y"])["line"].nunique()
    assert (shared > 1).sum() > 1_000


def test_tiles_hold_the_town_where_it_is():
    """Read by GDAL, the corners of the market place lie where the map's source has them."""
    tiles = gpd.read_file(TOWN / "eldermere.pmtiles", layer="landuse")
    source = gpd.read_file(TOWN / "eldermere.gpkg", layer="landuse")
    drawn, known = (
        shapely.get_coordinates(to_mercator(frame.query("kind == 'square'")).geometry.to_numpy())
        for frame in (tiles, source)
    )
    step = 2 * np.pi * 6_378_137 / 2**16 / 4096  # what one tile unit is at zoom 16
    away = [np.abs(drawn - corner).max(axis=1).min() for corner in known]
    assert max(away) < 2 * step


def test_tiles_hold_every_layer_at_zooms_10_to_16():
    with (TOWN / "eldermere.pmtiles").open("rb") as file:
        header = Reader(MmapSource(file)).header()
    assert (header["min_zoom"], header["max_zoom"]) == (10, 16)
    layers = {name for name, _kind in pyogrio.list_layers(TOWN / "eldermere.pmtiles")}
    assert layers == LAYERS


def test_the_same_seed_gives_the_same_records(tmp_path):
    subprocess.run([sys.executable, TOWN / "draw.py", "--records", "--into", tmp_path], check=True)
    for drawn in sorted(tmp_path.iterdir()):
        assert drawn.read_bytes() == (TOWN / drawn.name).read_bytes(), drawn.name
    assert len(list(tmp_path.iterdir())) == 7
