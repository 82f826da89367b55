"""The operator's base map: read from a setting, checked, and asked of nobody by default."""

import folium
import pytest

from domain.errors import Invalid
from layers import basemap
from layers.basemap import Wms, Wmts, Xyz

TILES = {
    "kind": "xyz",
    "address": "https://tiles.example/{z}/{x}/{y}.png",
    "attribution": "Example",
}
SERVICE = {
    "kind": "wms",
    "address": "https://maps.example/wms",
    "layers": "roads",
    "attribution": "Example",
}
MATRIX = {
    "kind": "wmts",
    "address": "https://maps.example/wmts?key={key}",
    "layer": "Light",
    "attribution": "Example",
    "key": "s3cret",
}
TEMPLATE = {
    "kind": "wmts",
    "address": "https://m.example/{Layer}/{style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}",
    "layer": "Light",
    "attribution": "Example",
}


@pytest.mark.parametrize("setting", [{"kind": "none"}, TILES, SERVICE, MATRIX, TEMPLATE])
def test_a_setting_comes_back_as_it_was_written(setting):
    made = basemap.read(setting)
    assert basemap.read(basemap.write(made)) == made
    assert setting.items() <= basemap.write(made).items()


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"kind": "google"},
        {"kind": "xyz"},
        {**TILES, "extra": 1},
        {**TILES, "address": "javascript:alert(1)//{z}{x}{y}"},
        {**TILES, "address": "https://user:word@tiles.example/{z}/{x}/{y}"},
        {**TILES, "address": "//tiles.example/{z}/{x}/{y}"},
        {**TILES, "address": "https://tiles.example/{z}/{x}"},
        {**TILES, "address": "https://tiles.example/{z}/{x}/{y}/{secret}"},
        {**TILES, "address": "https://tiles.example/{z}/{x}/{y}'"},
        {**TILES, "address": 7},
        {**TILES, "address": "https://tiles.example/{z}/{x}/{y}?k={key}"},
        {**TILES, "key": "unused"},
        {**TILES, "max_zoom": 99},
        {**TILES, "max_zoom": "deep"},
        {**SERVICE, "media_type": "text/html"},
        {**SERVICE, "version": "2.0"},
        {**SERVICE, "address": "https://maps.example/wms?x={x}"},
        {**SERVICE, "key": "unused"},
        {**SERVICE, "address": "https://maps.example/wms?key={key}"},
        {**MATRIX, "key": ""},
        {**MATRIX, "media_type": "text/html"},
        {**TEMPLATE, "address": "https://m.example/{TileMatrix}/{TileRow}.png"},
        {**TEMPLATE, "address": "https://m.example/{Time}/{TileMatrix}/{TileRow}/{TileCol}"},
        {"kind": "file", "path": "/etc/passwd"},
        {"kind": "file", "path": "/nowhere/town.pmtiles"},
    ],
)
def test_a_setting_that_cannot_be_drawn_is_refused(wrong):
    with pytest.raises(Invalid):
        basemap.read(wrong)


def script(layer):
    folium.Map(tiles=None).add_child(layer)
    return layer._template.module.script(layer)


def test_a_key_is_put_in_as_one_value():
    made = Xyz("https://tiles.example/{z}/{x}/{y}?k={key}", "Example", key="a&b=c")
    assert basemap.drawn(made).tiles == "https://tiles.example/{z}/{x}/{y}?k=a%26b%3Dc"


def test_a_tile_matrix_service_is_asked_by_row_and_column():
    address = basemap.drawn(Wmts("https://m.example/wmts", "Light", "Example")).tiles
    assert address.startswith("https://m.example/wmts?service=WMTS&request=GetTile")
    assert address.endswith("&tilematrix={z}&tilerow={y}&tilecol={x}")


def test_a_template_of_a_tile_matrix_service_is_filled_in_by_its_own_names():
    address = basemap.drawn(basemap.read(TEMPLATE)).tiles
    assert address == "https://m.example/Light/default/EPSG:3857/{z}/{y}/{x}"


def test_what_is_wrong_with_an_address_names_what_it_may_hold():
    with pytest.raises(Invalid, match=r"needs \{TileMatrix\}, \{TileRow\} and \{TileCol\}"):
        basemap.read({**TEMPLATE, "address": "https://m.example/{TileMatrix}/{TileRow}"})
    with pytest.raises(Invalid, match=r"may hold \{s\} and \{key\}, nothing else"):
        basemap.read({**SERVICE, "address": "https://maps.example/{bbox}"})


def test_a_map_service_is_asked_for_its_layers():
    text = script(basemap.drawn(Wms("https://m.example/wms", "roads,rail", "Example")))
    assert "L.tileLayer.wms" in text
    assert '"roads,rail"' in text
    assert '"1.3.0"' in text
    older = Wms("https://m.example/wms", "roads", "Example", version="1.1.1")
    assert '"1.1.1"' in script(basemap.drawn(older))


@pytest.mark.parametrize(
    "make",
    [
        lambda words: Xyz("https://t.example/{z}/{x}/{y}", words),
        lambda words: Wms("https://t.example/", "a", words),
        lambda words: Wmts("https://t.example/", "a", words),
    ],
)
def test_an_attribution_stays_text(make):
    text = script(basemap.drawn(make("<img src=x onerror=alert(1)>")))
    assert "<img" not in text
    assert "&lt;img" in text.replace("\\u0026", "&")
