"""The map's script: constant where it must be, from this server alone, and proof against text."""

import json
import re

import geopandas as gpd
import pytest
import shapely
from streamlit_folium import generate_leaflet_string

from layers import canvas
from layers.basemap import NoBasemap
from layers.symbols import Look

VIEW = canvas.View(54.8, -0.99, 13)
LOOK = Look("#1d4f5c", "diamond", "O")
HOSTILE = "</script><img src=x onerror=alert(1)>{{'map_div'}}\u2028'\"\\"


def frame(**columns):
    length = len(next(iter(columns.values()))) if columns else 1
    return gpd.GeoDataFrame(columns, geometry=[shapely.Point(-1, 54.8)] * length, crs=4326)


def told(*items):
    """What the browser is told of these items, read as JavaScript would read it."""
    return json.loads(canvas.overlay(*items).told)


def test_the_map_says_the_same_on_every_run():
    first, second = (generate_leaflet_string(canvas.base(NoBasemap(), VIEW)) for _ in range(2))
    assert first == second


def test_every_link_of_the_map_is_on_this_server():
    made = canvas.base(NoBasemap(), VIEW)
    links = [link for _, link in [*made.default_js, *made.default_css]]
    assert links
    assert all(re.match(r"/assets/[^/]", link) for link in links)
    assert not re.search(r"https?://", made.get_root().render())


def test_layers_come_in_order_and_none_is_passed_over():
    shown = told(canvas.Shapes("wards", frame(), LOOK), None, canvas.Chosen("wards", "1"))
    assert [(each["kind"], each["name"]) for each in shown] == [("shapes", "wards"), ("chosen", "")]


def test_a_layer_keeps_its_mark_until_it_changes():
    one, same = (told(canvas.Shapes("a", frame(name=["x"]), LOOK, tip=["name"])) for _ in "ab")
    (other,) = told(canvas.Shapes("a", frame(name=["y"]), LOOK, tip=["name"]))
    assert one == same
    assert one[0]["mark"] != other["mark"]


def test_text_arrives_as_it_is_and_cannot_leave_its_string():
    item = canvas.Shapes("places", frame(name=[HOSTILE]), LOOK, tip=["name"])
    raw = canvas.overlay(item).told
    assert not re.search(r"[<>&']|\{\{|\u2028", raw)
    assert json.loads(raw)[0]["data"]["features"][0]["properties"]["tip"] == [HOSTILE]


def test_streamlit_folium_leaves_the_text_as_it_is():
    made = canvas.base(NoBasemap(), VIEW)
    group = canvas.overlay(canvas.Shapes("places", frame(name=[HOSTILE]), LOOK, tip=["name"]))
    made.add_child(group)
    assert group.told in generate_leaflet_string(group)


def test_a_feature_is_known_by_its_index_and_unknown_values_have_a_look():
    places = frame(status=["open", "odd"], name=["A", None], age=[0.4, float("nan")])
    places.index = [7, 9]
    looks = {"open": LOOK, "": Look("#777777")}
    (shown,) = told(
        canvas.Shapes("places", places, looks, by="status", tip=["name", "status"], fade="age")
    )
    first, second = shown["data"]["features"]
    assert (first["id"], second["id"]) == ("7", "9")
    assert (first["properties"]["look"], second["properties"]["look"]) == ("open", "")
    assert (first["properties"]["tip"], second["properties"]["tip"]) == (["A", "open"], ["odd"])
    assert (first["properties"]["fade"], second["properties"]["fade"]) == (0.4, 1.0)


def test_the_symbol_of_an_area_lies_inside_it():
    bent = shapely.Polygon([(0, 50), (3, 50), (3, 53), (2, 53), (2, 51), (0, 51)])
    area = gpd.GeoDataFrame(geometry=[bent], crs=4326)
    (shown,) = told(canvas.Shapes("a", area, LOOK))
    assert bent.contains(shapely.Point(shown["data"]["features"][0]["properties"]["at"]))


def test_rows_without_a_shape_are_not_drawn():
    holes = gpd.GeoDataFrame(geometry=[None, shapely.Point(), shapely.Point(1, 2)], crs=4326)
    (shown,) = told(canvas.Shapes("a", holes, LOOK))
    assert [each["id"] for each in shown["data"]["features"]] == ["2"]


def test_no_rows_make_an_empty_layer():
    assert told(canvas.Shapes("a", frame().iloc[:0], LOOK))[0]["data"]["features"] == []


@pytest.mark.parametrize("crs", [27700, 3857, None])
def test_only_wgs_84_is_drawn(crs):
    metres = gpd.GeoDataFrame(geometry=[shapely.Point(465_000, 545_000)], crs=crs)
    with pytest.raises(ValueError, match="4326"):
        canvas.overlay(canvas.Shapes("a", metres, LOOK))


@pytest.mark.parametrize("url", ["https://t.example/{z}", "//t.example/{z}/{x}/{y}", "tiles/{z}"])
def test_tiles_come_from_this_server_alone(url):
    with pytest.raises(ValueError, match="this server"):
        canvas.overlay(canvas.Tiles("a", url, LOOK))


def test_another_filter_is_another_mark():
    marks = {
        told(canvas.Tiles("a", f"/tiles/a/{{z}}/{{x}}/{{y}}.mvt?month={month}", LOOK))[0]["mark"]
        for month in (1, 1, 2)
    }
    assert len(marks) == 2


def heard(**value):
    return canvas.heard({"at": 5, "lat": 54.8, "lng": -1, **value})


def test_a_press_on_a_feature_is_heard():
    act = heard(kind="picked", layer="places", id="7")
    assert act == canvas.Picked(5, "places", "7", 54.8, -1.0)


def test_a_press_on_bare_ground_is_heard():
    assert heard(kind="spot") == canvas.Spot(5, 54.8, -1.0)


@pytest.mark.parametrize("kind", ["Point", "LineString", "Polygon"])
def test_what_was_drawn_is_heard(kind):
    shape = {
        "Point": shapely.Point(-1, 54),
        "LineString": shapely.LineString([(-1, 54), (-1, 55)]),
        "Polygon": shapely.box(-1, 54, 0, 55),
    }[kind]
    act = heard(kind="drawn", turn=3, geometry=json.loads(shapely.to_geojson(shape)))
    assert (act.turn, act.shape) == (3, shape)


def test_taking_back_is_heard():
    assert heard(kind="cleared", turn=3) == canvas.Cleared(5, 3)


BOW = [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        [],
        "picked",
        {"kind": "picked"},
        {"kind": "else", "at": 1},
        {"kind": "spot", "at": 1, "lat": "north", "lng": 0},
        {"kind": "spot", "at": 1, "lat": float("nan"), "lng": 0},
        {"kind": "spot", "at": 1, "lat": 91, "lng": 0},
        {"kind": "spot", "at": float("inf"), "lat": 1, "lng": 0},
        {"kind": "drawn", "at": 1, "turn": 1, "geometry": {}},
        {"kind": "drawn", "at": 1, "turn": 1, "geometry": None},
        {"kind": "drawn", "at": 1, "turn": 1, "geometry": {"type": "Polygon", "coordinates": BOW}},
        {
            "kind": "drawn",
            "at": 1,
            "turn": 1,
            "geometry": {"type": "Point", "coordinates": [200, 1]},
        },
        {"kind": "drawn", "at": 1, "turn": 1, "geometry": {"type": "Point", "coordinates": []}},
        {"kind": "drawn", "at": 1, "turn": 1, "geometry": {"type": "Point", "coordinates": "x"}},
        {
            "kind": "drawn",
            "at": 1,
            "turn": 1,
            "geometry": {"type": "LineString", "coordinates": [[0, i / 1000] for i in range(2001)]},
        },
        {
            "kind": "drawn",
            "at": 1,
            "turn": 1,
            "geometry": {"type": "MultiPoint", "coordinates": [[0, 0], [1, 1]]},
        },
    ],
)
def test_nonsense_is_not_heard(value):
    assert canvas.heard(value) is None
