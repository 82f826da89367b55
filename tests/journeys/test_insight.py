"""How an analyst asks, keeps and shows an answer, in a real browser."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE

pytestmark = pytest.mark.journey
expect.set_options(timeout=60_000)
TITLE = "Where it clusters <i>now</i>"
CELLS = ".leaflet-shapes-pane path"


def answer(page: Page):
    return page.locator(".sg-answer h1")


def drawn(page: Page, place: str = "one"):
    frame = page.frame_locator(f".st-key-insight_map_{place} iframe")
    return frame.locator(CELLS)


def test_an_analyst_asks_keeps_runs_again_and_exports_and_the_chair_opens_it(visit):
    page = visit("analyst", "/insight")
    expect(answer(page)).to_have_text("Insight")
    page.get_by_role("button", name="Look", exact=True).click()
    expect(answer(page)).to_have_text(re.compile(r"\d+ cells stand out from chance"))
    said = answer(page).inner_text()
    expect(drawn(page).first).to_be_visible()
    for heading in ("Hot cells", "What it means", "How sure", "What it cannot say"):
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()

    page.get_by_label("Title").fill(TITLE)
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("It is kept.")).to_be_visible()
    expect(page.locator(".sg-kicker")).to_have_text(TITLE)

    page.get_by_text("How it was made").click()
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_text("Run again: every number is the same.")).to_be_visible()

    page.get_by_role("button", name="Download").click()
    page.get_by_role("button", name="Make the file").click()
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Save where-it-clusters").click()
    assert fetched.value.path().read_bytes().startswith(b"SQLite format 3")

    kept = page.url.split("localhost", 1)[1].split("/", 1)[1]
    chair = visit("chair", f"/{kept}")
    expect(answer(chair)).to_have_text(said)
    expect(drawn(chair).first).to_be_visible()
    expect(chair.locator("[data-stale=true]")).to_have_count(0)
    found = Axe().run(chair, options={"iframes": False}).response["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []


def test_two_results_lie_over_each_other_under_a_line_that_is_pulled(visit):
    page = visit("analyst", "/insight")
    numbers = []
    for question in ("Where are records densest?", "How few squares hold most of the records?"):
        page.get_by_text(question).click()
        page.get_by_role("button", name="Look", exact=True).click()
        expect(page.locator(".sg-kicker")).to_have_text(question)
        numbers.append(page.url.rsplit("=", 1)[1])
        page.locator(".st-key-insight_ask summary").first.click()
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
    page.get_by_text("Does one event make another nearby more likely?").click()
    page.get_by_role("button", name="Look", exact=True).click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    expect(answer(page)).to_have_text(re.compile("Less than 100 m and 7 days apart"))


def test_the_hours_are_read_on_a_phone(visit):
    page = visit("constable", "/insight", PHONE)
    page.get_by_text("On which days and at which hours?").click()
    page.get_by_role("button", name="Look", exact=True).click()
    expect(answer(page)).to_have_text(re.compile("holds .* of the records whose time is told"))
    expect(page.locator(".stVegaLiteChart").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_volunteer_has_no_such_page(visit):
    page = visit("volunteer", "/insight")
    expect(page.get_by_text("Page not found")).to_be_visible()
    expect(page.get_by_role("link", name="Insight")).to_have_count(0)
    expect(page.locator(".sg-answer")).to_have_count(0)
