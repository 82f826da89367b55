"""Two who annotate the same map at once, in a real browser: each sees the other's note."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import press, sound, touch

pytestmark = pytest.mark.journey
expect.set_options(timeout=60_000)
ASKS = 2
"""A map asks every 1.5 s what is new, so what comes with the second asking comes within 3 s."""
OPENED = "/?layers=annotations"
COUNT = "() => document.querySelectorAll('.sg-symbol').length"


def canvas(page: Page):
    return page.frame_locator(".st-key-map iframe")


def map_frame(page: Page):
    return next(each for each in page.frames if "streamlit_folium" in each.url)


def notes(page: Page):
    return canvas(page).locator(".sg-symbol")


def thread(page: Page):
    return page.locator(".sg-thread").filter(visible=True)


def annotate(page: Page, words: str, across: float) -> None:
    """Put a note on the map, until its writer sees it saved."""
    press(page.get_by_role("radio", name="Layers"))
    press(page.get_by_role("button", name="Annotate the map"))
    canvas(page).get_by_role("button", name="Mark a point").click()
    box = page.locator(".st-key-map iframe").bounding_box()
    page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * 0.6)
    expect(page.get_by_text("Drawn. You can still move it").first).to_be_visible()
    page.get_by_role("textbox", name="In your words").fill(words)
    page.get_by_role("textbox", name="In your words").blur()
    press(page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_text("Nobody has replied yet.").first).to_be_visible()


def test_each_sees_the_others_note_at_once_and_the_map_stays_where_it_was(visit):
    first, second = visit("chair", OPENED), visit("analyst", OPENED)
    for page in (first, second):
        expect(notes(page).first).to_be_attached()
    for writer, reader, words, across in (
        (first, second, "The gate stands open.", 0.35),
        (second, first, "The warden was told.", 0.65),
    ):
        frame = map_frame(reader)
        frame.evaluate("() => { document.body.dataset.mine = 'kept'; }")
        before = frame.evaluate(COUNT)
        annotate(writer, words, across)
        asked = []
        reader.on("request", lambda each, asked=asked: asked.append(each.url))
        frame.wait_for_function(f"before => ({COUNT})() > before", arg=before)
        assert len([url for url in asked if "/live/" in url]) <= ASKS
        assert frame.evaluate("() => document.body.dataset.mine") == "kept", "mounted anew"
    canvas(first).get_by_label("The warden was told.").click()
    expect(first.get_by_text("The warden was told.").first).to_be_visible()

    reply = second.get_by_role("textbox", name="Your reply")
    reply.fill("Ring 07700 900123. @coordinator")
    expect(second.locator("#sg-words .shown")).to_have_text(
        "Ring [phone number removed]. @coordinator"
    )
    reply.fill("Seen tonight. @coordinator")
    expect(second.locator("#sg-words")).to_be_hidden()
    press(second.get_by_role("button", name="Reply", exact=True))
    expect(thread(second)).to_contain_text("Seen tonight. @coordinator")
    touch(first.get_by_role("link", name="What's new"))
    asked = first.get_by_role("button", name="A reply asks you").first
    expect(asked).to_be_visible()
    sound(first)
    press(asked)
    expect(thread(first)).to_contain_text("Seen tonight. @coordinator")
