"""A youth worker and a group mark on a tablet where they feel safe, in a real browser."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import choose, press, sound, still, touch

pytestmark = pytest.mark.journey
expect.set_options(timeout=60_000)
TABLET, UPRIGHT = {"width": 1024, "height": 768}, {"width": 768, "height": 1024}
PICTURES = os.environ.get("SAFEGROUND_PICTURES", "")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.wait_for_timeout(1_500)
        page.screenshot(path=Path(PICTURES) / f"safety-{name}.png")


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def radio(page: Page, name: str):
    return page.get_by_role("radio", name=name, exact=True)


def test_a_group_marks_its_map_on_a_tablet_and_the_worker_takes_it_back(visit):
    page = visit("practitioner", "/safety_map", TABLET)
    choose(page, "Ward where you meet", "Station and Foundry")
    touch(radio(page, "6 to 9"))
    press(button(page, "Start the map"))

    ground = page.frame_locator(".st-key-safety_canvas iframe")
    marked = ground.locator(".leaflet-areas-pane path")
    expect(ground.locator(".leaflet-container")).to_be_visible()
    for_hands(page)
    box = page.locator(".st-key-safety_canvas iframe").bounding_box()
    assert box["height"] >= 0.5 * TABLET["height"], "the map has at least half of the tablet"

    def tap(across, down):
        still(page)
        page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])

    tap(0.5, 0.4)
    expect(page.get_by_text("1 square marked").first).to_be_visible()
    press(radio(page, "Unsafe"))
    tap(0.7, 0.4)
    expect(page.get_by_text("2 squares marked").first).to_be_visible()
    expect(marked).to_have_count(2)
    tap(0.7, 0.4)
    expect(page.get_by_text("1 square marked").first).to_be_visible()
    press(radio(page, "Late evening"))
    expect(marked).to_have_count(0)
    tap(0.3, 0.6)
    expect(page.get_by_text("2 squares marked").first).to_be_visible()
    picture(page, "tablet")
    sound(page)
    page.set_viewport_size(UPRIGHT)
    expect(button(page, "Finish")).to_be_visible()
    picture(page, "upright")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size(TABLET)

    press(button(page, "Finish"))
    expect(page.get_by_text("After school (3pm to 6pm): 1 safe, 0 unsafe").first).to_be_visible()
    press(button(page, "Keep the map"))
    expect(page.get_by_text("Kept. It counts in young people's map.").first).to_be_visible()
    expect(page.get_by_text("police records are never part of it").first).to_be_visible()
    picture(page, "together")
    sound(page)

    press(radio(page, "Sessions"))
    press(button(page, "Open").first)
    touch(page.get_by_text("Withdraw the session", exact=True))
    page.get_by_label("Why it is withdrawn").fill("The group asked for it.")
    press(button(page, "Withdraw it"))
    expect(page.get_by_text("It is withdrawn. Its squares are erased.").first).to_be_visible()
    picture(page, "withdrawn")


def for_hands(page: Page) -> None:
    """Every button round the map is as large as a finger asks for."""
    for each in page.locator(".st-key-safety_pick button, .st-key-safety_acts button").all():
        assert each.bounding_box()["height"] >= 44
