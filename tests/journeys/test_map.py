"""What a chair, a constable and a volunteer do with the map, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import LAPTOP, PHONE, press, sound, touch

pytestmark = pytest.mark.journey
expect.set_options(timeout=60_000)
SIZES = pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])


def canvas(page: Page, drawn: str = ".leaflet-marker-icon"):
    """Wait until the map is there and has ``drawn`` on it, and return its frame."""
    frame = page.wait_for_selector("iframe[title*=folium]").content_frame()
    frame.wait_for_selector(drawn)
    return frame


def section(page: Page, name: str) -> None:
    press(page.locator(".st-key-panel").get_by_role("radio", name=name))


def turn_on(page: Page, layer: str) -> None:
    press(page.locator(".st-key-panel label").filter(has_text=re.compile(f"^{layer}")).first)


@SIZES
@pytest.mark.parametrize("username", ["chair", "constable"])
def test_the_whole_journey(visit, username, size):
    """Open the map, filter, search, click, read the card, draw, find it again, send the view."""
    page = visit(username, size=size)
    frame = canvas(page)
    frame.evaluate("() => { window.keptAlive = true }")

    filtered(page)
    searched(page)
    clicked(page, frame)
    drawn(page, frame)
    assert canvas(page).evaluate("() => window.keptAlive"), "the map was mounted anew"
    sent(page, frame, visit)


def filtered(page: Page) -> None:
    """Narrow what is shown, and widen it again."""
    section(page, "Filters")
    page.get_by_label("Type of harm").click()
    page.keyboard.type("Child sexual")  # the list may move while the page settles
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**harm=CSE**")
    page.keyboard.press("Tab")  # Escape would take the choice back
    press(page.get_by_role("button", name="Clear all filters"))
    page.wait_for_url(lambda url: "harm=" not in url)


def searched(page: Page) -> None:
    """Find a place by a part of its name, and read its card."""
    find(page, "bus station")
    expect(page.locator(".sg-card h2", has_text="Eldermere Bus Station, stands")).to_be_visible()
    expect(page.get_by_text("What is strong here").first).to_be_visible()
    assert "pick=places" in page.url
    assert "harm=" not in page.url, "the next act brought the cleared filter back"
    close(page)


def find(page: Page, text: str) -> None:
    page.get_by_placeholder("Find a place, street or postcode").fill(text)
    page.keyboard.press("Enter")
    press(page.locator(".st-key-found button").first)


def close(page: Page) -> None:
    press(page.locator(".st-key-close_record button"))
    expect(page.locator(".sg-card")).to_have_count(0)


REACHABLE = """() => {
  const free = (each) => {
    const box = each.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    return each.textContent.trim() && each.contains(document.elementFromPoint(x, y));
  };
  return [...document.querySelectorAll(".leaflet-marker-icon")].findIndex(free);
}"""


def clicked(page: Page, frame) -> None:
    """Press a place of concern on the map: its card opens."""
    frame.get_by_role("button", name="Show the whole area").click()
    page.wait_for_timeout(1_000)  # the map glides there
    at = frame.evaluate(REACHABLE)
    assert at >= 0, "no place of concern can be reached by a click"
    marker = frame.locator(".leaflet-marker-icon").nth(at)
    name = marker.get_attribute("aria-label").partition(", ")[0]
    marker.click()
    expect(page.locator(".sg-card h2")).to_contain_text(name)
    close(page)


def drawn(page: Page, frame) -> None:
    """Draw a place with hostile words, read it back, and find it by its name."""
    section(page, "Layers")
    press(page.get_by_role("button", name="Add a place of concern"))
    expect(page.get_by_text("Draw on the map first").first).to_be_visible()
    frame.get_by_role("button", name="Mark a point").click()
    frame.locator(".leaflet-container").click(position={"x": 180, "y": 150})
    expect(page.get_by_text("Drawn.").first).to_be_visible()
    page.get_by_label("Name that people use").fill("Journey's end, <b>steps</b>")
    page.get_by_label("Neutral name", exact=True).fill("Steps by the park")
    page.get_by_label("What is strong here").fill("A warden passes at six. Call 07700 900123.")
    expect(page.locator("#sg-words")).to_contain_text("This holds a phone number.")
    press(page.get_by_role("button", name="Save", exact=True))
    heading = page.locator(".sg-card h2", has_text="Journey's end")
    expect(heading).to_have_text("Journey's end, <b>steps</b>")
    kept = page.locator(".st-key-panel").get_by_text("A warden passes at six.")
    expect(kept).to_contain_text("[phone number removed]")
    close(page)
    find(page, "journeys end")
    expect(heading).to_be_visible()
    close(page)


def sent(page: Page, frame, visit) -> None:
    """Send the view: a practitioner opens the link and sees it by their own permissions."""
    frame.get_by_role("button", name="Share or save this view").click()
    link = page.locator(".st-key-panel code").inner_text()
    assert "view=" in link
    other = visit("practitioner")
    expect(other.locator(".sg-who")).to_be_visible()
    other.goto(link)
    canvas(other)
    section(other, "List")
    expect(other.locator(".st-key-entries button").first).to_be_visible()


def test_a_link_shows_the_same_view_with_the_readers_own_permissions(visit, town):
    sent = f"{town}/?layers=places,incidents,wards&harm=CCE"
    chair, volunteer = visit("chair"), visit("volunteer")
    for page in (chair, volunteer):
        canvas(page)
        page.goto(sent)
    canvas(chair)
    section(chair, "Filters")
    expect(chair.locator(".st-key-panel")).to_contain_text("Child criminal exploitation")
    canvas(volunteer, "path.leaflet-interactive, canvas")
    section(volunteer, "List")
    expect(volunteer.get_by_text("No layer is on").first).to_be_visible()


@SIZES
def test_a_volunteer_sees_area_counts_safe_places_own_reports_and_nothing_else(visit, size):
    page = visit("volunteer", size=size)
    canvas(page)
    section(page, "Layers")
    expect(page.get_by_text("Incidents by ward").first).to_be_visible()
    told = page.locator(".st-key-panel").inner_text()
    assert "Safe places and strengths" in told
    assert "Your own reports" in told
    for absent in ("Places of concern", "Hot spots", "Partner premises", "Annotations"):
        assert absent not in told
    page.goto(page.url.split("?")[0] + "?layers=places,safe_places&pick=places:1")
    canvas(page)
    expect(page.locator(".sg-card")).to_have_count(0)


def test_a_stranger_sees_the_sign_in_page_and_gets_no_tile(town, browser):
    page = browser.new_context().new_page()
    page.goto(f"{town}/?layers=places")
    assert "/sign-in" in page.url
    answer = page.request.get(f"{town}/tiles/incidents/14/8145/5197.mvt")
    assert answer.status == 401


@pytest.mark.parametrize("username", ["chair", "constable", "volunteer"])
def test_axe_finds_no_serious_violation_around_the_map(visit, username):
    page = visit(username)
    canvas(page)
    sound(page)


def test_signing_out_everywhere_clears_an_open_page(visit, town):
    page, elsewhere = visit("practitioner"), visit("practitioner", path="/account")
    canvas(page)
    elsewhere.goto(f"{town}/account")
    elsewhere.get_by_role("button", name=re.compile("everywhere", re.I)).click()
    expect(page.get_by_text("You are signed out").first).to_be_visible()
    expect(page.locator(".st-key-panel")).to_have_count(0)


def test_a_link_to_a_place_opens_on_it_for_those_who_may_read_it(visit, town):
    chair, volunteer = visit("chair"), visit("volunteer")
    for page in (chair, volunteer):
        canvas(page)
        page.goto(f"{town}/?layers=places,safe_places&pick=places:7")
    expect(chair.locator(".sg-card h2")).to_be_visible()
    canvas(volunteer)
    expect(volunteer.locator(".st-key-panel")).to_be_visible()
    expect(volunteer.locator(".sg-card")).to_have_count(0)


def test_a_view_is_saved_by_name(visit):
    page = visit("chair")
    canvas(page).get_by_role("button", name="Share or save this view").click()
    page.get_by_label("Or save it under a name").fill("Where we start")
    press(page.get_by_role("button", name="Save the view"))
    section(page, "Layers")
    touch(page.get_by_text("Saved views"))
    expect(page.get_by_role("button", name="Where we start").first).to_be_visible()


@pytest.mark.parametrize("town", ["postgis"], indirect=True)
def test_on_postgis_a_chair_opens_the_map_clicks_reads_and_draws(visit):
    page = visit("chair")
    frame = canvas(page)
    clicked(page, frame)
    drawn(page, frame)
