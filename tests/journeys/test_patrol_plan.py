"""A shift is planned, authorised by another, tasked, and its sheet opened, in a real browser."""

import os
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, press, sound, touch

pytestmark = pytest.mark.journey
expect.set_options(timeout=60_000)
PLACES = ("Weavers Park skate park", "Viaduct Road arches", "Mere Park, shelter and play area")
PICTURES = os.environ.get("SAFEGROUND_PICTURES", "")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.wait_for_timeout(1_500)
        page.screenshot(path=Path(PICTURES) / f"plan-{name}.png")


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def test_a_shift_is_planned_within_three_minutes_tasked_and_its_sheet_opened(visit):
    page = visit("constable", "/patrols")
    began = time.monotonic()
    press(button(page, "Plan a shift"))
    chosen = page.get_by_text("What the team reads")
    expect(chosen).to_have_count(1)
    for number, name in enumerate(PLACES, start=2):
        press(page.get_by_text(name, exact=True))
        expect(chosen).to_have_count(number)
    picture(page, "form")
    press(button(page, "Work out the order"))
    expect(page.get_by_text("No plan of these places can do better.").first).to_be_visible()
    expect(page.locator(".sg-stop")).to_have_count(4)
    way = page.frame_locator(".st-key-patrol_map iframe").locator(".leaflet-shapes-pane path")
    expect(way.first).to_be_attached()
    picture(page, "round")
    sound(page)
    press(button(page, "Save the draft"))
    expect(page.get_by_text("The draft is saved.").first).to_be_visible()
    assert time.monotonic() - began < 180, "a shift is planned in under three minutes"
    expect(button(page, "Authorise")).to_have_count(0)
    path = "/" + page.url.split("/", 3)[3]

    inspector = visit("beat_east", path)
    press(button(inspector, "Authorise"))
    press(button(inspector, "Task the team"))
    expect(inspector.get_by_text("The team has it on its phone page.").first).to_be_visible()
    picture(inspector, "tasked")
    sound(inspector)

    page.reload()
    touch(button(page, "Download"))
    press(button(page, "Make the file"))
    with page.expect_download() as fetched:
        button(page, "Save the Sheet (PDF)").click()
    assert fetched.value.path().read_bytes().startswith(b"%PDF")

    phone = visit("constable", "/patrol", PHONE)
    expect(phone.get_by_text("Evening round").first).to_be_visible()


def test_a_chair_reads_the_dose_and_plans_nothing(visit):
    page = visit("chair", "/patrols")
    expect(page.get_by_role("heading", name="Dose of patrols").first).to_be_visible()
    expect(button(page, "Plan a shift")).to_have_count(0)
    picture(page, "chair")


def test_the_list_fits_a_phone(visit):
    page = visit("constable", "/patrols?do=plan", PHONE)
    expect(button(page, "Work out the order")).to_be_attached()
    picture(page, "phone")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("who", ["volunteer", "practitioner"])
def test_others_have_no_such_page(visit, who):
    page = visit(who, "/patrols")
    expect(page.get_by_text("Page not found").first).to_be_visible()
    expect(page.get_by_role("link", name="Patrols")).to_have_count(0)
