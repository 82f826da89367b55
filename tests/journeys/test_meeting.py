"""A meeting from its plan to its minutes, in a real browser, with two who look at once."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import press, sound, still, touch

pytestmark = pytest.mark.journey
expect.set_options(timeout=60_000)
NOTES = "Two lamps are out by the gate."


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def notes(page: Page):
    return page.frame_locator("iframe[title*=safeground_notes]").locator("textarea")


def test_plan_open_decide_act_and_read_the_minutes(visit):
    page = visit("chair", "/meetings")
    touch(page.get_by_text("Plan a meeting"))
    press(button(page, "Plan it"))
    expect(page.get_by_role("heading", name="Weekly screening", level=1).first).to_be_visible()
    press(button(page, "Open the meeting"))
    press(button(page, "Record"))
    expect(page.get_by_text("Nobody is in the room yet").first).to_be_visible()
    press(page.get_by_text("Meeting chair", exact=True).last)
    expect(
        page.get_by_text("1 person in the room: shown for safeguarding meeting").first
    ).to_be_visible()

    number = re.search(r"meeting=(\d+)", page.url)[1]
    room = visit("chair", f"/meeting_room?meeting={number}")
    expect(room.get_by_role("heading", name="Confidentiality").first).to_be_visible()
    expect(room.get_by_role("button", name="Next")).to_be_enabled()
    still(room)  # a key pressed before the button is drawn presses nothing
    room.keyboard.press("ArrowRight")
    expect(room.locator(".st-key-room_map iframe")).to_be_visible()
    name = room.locator(".sg-stage h1").first.inner_text()
    expect(page.locator(".sg-item h2")).to_contain_text(name)

    still(page)
    notes(page).fill(NOTES)
    expect(room.get_by_text(NOTES).first).to_be_visible()
    page.reload()
    expect(notes(page)).to_have_value(NOTES)

    press(page.get_by_text("No action", exact=True))
    page.get_by_label("Why", exact=True).fill("The owner mends them today.")
    press(button(page, "Decide: no action"))
    expect(room.get_by_text("Decided: No action").first).to_be_visible()
    sound(room)

    press(page.get_by_role("button", name=re.compile("Beginning")))
    press(button(page, "Close the meeting"))
    expect(page.get_by_role("heading", name="Minutes").first).to_be_visible()
    expect(page.get_by_text(NOTES).first).to_be_visible()
    touch(page.get_by_role("link", name="What it was decided on"))
    expect(page.get_by_text("Kept unchanged").first).to_be_visible()
    expect(page.get_by_text("Today's records still give the same counts.").first).to_be_visible()


def test_what_is_typed_while_the_line_is_broken_is_sent_when_it_is_back(visit):
    page = visit("chair", "/meetings")
    touch(page.get_by_text("Plan a meeting"))
    press(button(page, "Plan it"))
    press(button(page, "Open the meeting"))
    press(button(page, "Record"))
    press(page.get_by_role("button", name=re.compile(r"^1\. ")))
    expect(notes(page)).to_be_visible()
    page.context.set_offline(True)
    notes(page).fill(NOTES)
    frame = page.frame_locator("iframe[title*=safeground_notes]")
    expect(frame.locator("#said")).to_contain_text("Not saved yet", timeout=20_000)
    page.context.set_offline(False)
    expect(frame.locator("#said")).to_contain_text("Saved at", timeout=60_000)
    page.reload()
    press(page.get_by_role("button", name=re.compile(r"^1\. ")))
    expect(notes(page)).to_have_value(NOTES)
