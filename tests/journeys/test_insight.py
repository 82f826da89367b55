"""How an analyst asks, keeps and shows an answer, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, press, sound, touch

pytestmark = pytest.mark.journey
expect.set_options(timeout=60_000)
TITLE = "Where it clusters <i>now</i>"
CELLS = ".leaflet-shapes-pane path"
WATCHED = """() => new MutationObserver(() => {
  const named = (each) => each.textContent.includes("Cancel");
  window.sawCancel ||= [...document.querySelectorAll("button")].some(named);
  window.sawProgress ||= document.querySelector("[role=progressbar]") !== null;
}).observe(document.body, { childList: true, subtree: true })"""


def answer(page: Page):
    return page.locator(".sg-answer h1").first  # an old one may still be fading


def drawn(page: Page, place: str = "one"):
    frame = page.frame_locator(f".st-key-insight_map_{place} iframe")
    return frame.locator(CELLS)


def test_an_analyst_asks_keeps_runs_again_and_exports_and_the_chair_opens_it(visit):
    page = visit("analyst", "/insight")
    expect(answer(page)).to_have_text("Insight")
    press(page.get_by_role("button", name="Look", exact=True))
    expect(answer(page)).to_have_text(re.compile(r"\d+ cells stand out from chance"))
    said = answer(page).inner_text()
    expect(drawn(page).first).to_be_visible()
    for heading in ("Hot cells", "What it means", "How sure", "What it cannot say"):
        expect(page.get_by_role("heading", name=heading, exact=True).first).to_be_visible()

    page.get_by_label("Title").fill(TITLE)
    press(page.get_by_role("button", name="Keep it"))
    expect(page.get_by_text("It is kept.").first).to_be_visible()
    expect(page.locator(".sg-kicker").first).to_have_text(TITLE)

    touch(page.get_by_text("How it was made"))
    press(page.get_by_role("button", name="Run again"))
    expect(page.get_by_text("Run again: every number is the same.").first).to_be_visible()

    touch(page.get_by_role("button", name="Download"))
    press(page.get_by_role("button", name="Make the file"))
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Save where-it-clusters").click()
    assert fetched.value.path().read_bytes().startswith(b"SQLite format 3")

    kept = page.url.split("localhost", 1)[1].split("/", 1)[1]
    chair = visit("chair", f"/{kept}")
    expect(answer(chair)).to_have_text(said)
    expect(drawn(chair).first).to_be_visible()
    sound(chair)


def test_two_results_lie_over_each_other_under_a_line_that_is_pulled(visit):
    page = visit("analyst", "/insight")
    numbers = []
    for question in ("Where are records densest?", "How few squares hold most of the records?"):
        press(page.get_by_text(question))
        press(page.get_by_role("button", name="Look", exact=True))
        expect(page.locator(".sg-kicker").first).to_have_text(question)
        numbers.append(page.url.rsplit("=", 1)[1])
        touch(page.locator(".st-key-insight_ask summary").first)
    page.goto(page.url.split("?")[0] + "?insight={}&with={}".format(*numbers))
    left, right = (
        page.frame_locator(f".st-key-insight_map_{place} iframe") for place in ("left", "right")
    )
    expect(right.locator(CELLS).first).to_be_attached()
    ground = right.locator(".leaflet-map-pane")
    expect(left.locator(CELLS).first).to_be_attached()
    page.wait_for_timeout(1_500)  # both have come to where the results are
    before = ground.get_attribute("style")
    left.locator(".leaflet-container").press("ArrowRight")
    expect(ground).not_to_have_attribute("style", before)  # it went with the other

    page.goto(page.url.split("?")[0] + "?insight={}&with={}&as=swipe".format(*numbers))
    frame = page.frame_locator(".st-key-insight_map_swipe iframe")
    handle = frame.get_by_label("Where the first result ends and the second begins")
    for side in ("left", "right"):
        expect(frame.locator(f".leaflet-{side}-pane path").first).to_be_attached()
    left = frame.locator(".leaflet-left-pane")
    before = left.evaluate("each => each.style.clip")
    handle.press("ArrowRight")
    assert left.evaluate("each => each.style.clip") != before


def test_a_long_look_shows_its_progress_and_opens_by_itself(visit):
    page = visit("analyst", "/insight")
    press(page.get_by_text("Does one event make another nearby more likely?"))
    page.evaluate(WATCHED)  # the work may be done before the page rests
    press(page.get_by_role("button", name="Look", exact=True))
    page.wait_for_function("() => window.sawProgress && window.sawCancel")
    expect(answer(page)).to_have_text(re.compile("Less than 100 m and 7 days apart"))


def test_the_hours_are_read_on_a_phone(visit):
    page = visit("constable", "/insight", PHONE)
    press(page.get_by_text("On which days and at which hours?"))
    press(page.get_by_role("button", name="Look", exact=True))
    expect(answer(page)).to_have_text(re.compile("holds .* of the records whose time is told"))
    expect(page.locator(".stVegaLiteChart").first).to_be_visible()
    page.locator(".stVegaLiteChart").first.hover()
    own = re.compile("^(Download|Copy)")  # these would leave without marking and without a line
    toolbar = page.get_by_test_id("stElementToolbar")
    expect(toolbar.get_by_role("button", name=own)).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_volunteer_has_no_such_page(visit):
    page = visit("volunteer", "/insight")
    expect(page.get_by_text("Page not found").first).to_be_visible()
    expect(page.get_by_role("link", name="Insight")).to_have_count(0)
    expect(page.locator(".sg-answer")).to_have_count(0)
