"""The slider through time, in a real browser: only tiles are asked for, and the map stays."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import press
from tests.journeys.test_map import canvas, section

pytestmark = pytest.mark.journey


def months(url):
    asked = parse_qs(urlsplit(url).query)
    return asked.get("since", [""])[0], asked.get("until", [""])[0]


def test_an_analyst_plays_through_time_and_the_map_is_never_mounted_anew(visit):
    page = visit("analyst", "/?layers=incidents")
    frame = canvas(page, ".leaflet-tile-loaded")
    frame.evaluate("() => { window.keptAlive = true }")
    asked = []
    page.on("request", lambda r: asked.append(r.url) if "/tiles/incidents/" in r.url else None)

    section(page, "Filters")
    press(page.get_by_text("Slider through time on the map"))
    slider = page.frame_locator("iframe[title*=folium]").get_by_role("group", name="Time slider")
    expect(slider.locator("output")).to_have_text("Nov 2026")
    slider.get_by_label("Window of time", exact=True).focus()
    page.keyboard.press("Home")
    expect(slider.locator("output")).to_have_text("Nov 2024")
    with page.expect_request(lambda r: months(r.url) == ("2024-12-01", "2024-12-31")):
        slider.get_by_label("Play through time").click()
    slider.get_by_label("Pause").click()
    slider.get_by_label("Length of the window").select_option("From the start")
    expect(slider.locator("output")).to_contain_text("Nov 2024 to ")
    assert {first for first, _ in map(months, asked)} > {"2024-11-01", "2024-12-01"}

    press(page.get_by_text("Slider through time on the map"))
    expect(slider).to_have_count(0)
    assert canvas(page, ".leaflet-tile-loaded").evaluate("() => window.keptAlive")
    assert page.get_by_text("Your pin").count() == 0, "a press on the slider fell on the map"
