"""A place's whole way, from a concern through a meeting to stepped down, by three in a browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import carry_out, choose, press, still, touch

pytestmark = pytest.mark.journey
expect.set_options(timeout=60_000)
WATCHED = "Foundry Recreation Ground"
URGENT = "Gasworks site"
ASSESSED = {
    "Young people": ("Use and belonging", "They meet here after school."),
    "Guardianship": ("Presence", "The pavilion closes at five."),
    "Surroundings": ("Design and upkeep", "Two lamps are out."),
    "Analysis": ("What must change here first", "Nobody who cares is near after five."),
}
TACTICS = (
    "Community Guardians found and trained",
    "Detached youth work or a safe space",
    "Design: light, sight-lines",
)
CHECKS = ("Legal check", "proportionate", "do to young people", "move to?", "over-represented")


@pytest.fixture
def at(visit):
    """Open a page as somebody and wait until it is there: ``at("chair", "/place")``."""

    def open_as(who: str, path: str) -> Page:
        page = visit(who, path)
        expect(page.locator(".sg-data").last).to_be_visible()
        return page

    return open_as


def write(page: Page, label: str, words: str) -> None:
    still(page)  # what is typed while a page is drawn anew can be lost
    field = page.get_by_role("textbox", name=label).first
    field.fill(words)
    field.press("Tab")


def turn_to(page: Page, name: str) -> None:
    press(page.get_by_role("radio", name=name).first)


def assess(page: Page) -> None:
    carry_out(page, "Begin the assessment", "The assessment is begun.")
    press(page.get_by_role("button", name="Walk round the place"))
    write(page, "How were young people heard?", "A group walked round with us.")
    turn_to(page, "5 to 9")
    for step, (label, words) in ASSESSED.items():
        turn_to(page, step)
        write(page, label, words)
    turn_to(page, "Hand in")
    carry_out(page, "Hand it in for review", "It is handed in.")


def set_goal(page: Page) -> None:
    carry_out(page, "Begin the plan", "The plan is begun.")
    write(page, "What does a safe place look like here?", "Somewhere to go after six.")
    write(page, "What will show it?", "Share of the group who can name such a place.")
    write(page, "If that is not known: why?", "Nobody asked before.")
    carry_out(page, "Add this goal", "The goal is added.")


def act(page: Page, what: str, tactic: str) -> None:
    carry_out(page, "Add an action")
    touch(page.locator("summary", has_text=tactic))
    press(page.get_by_role("button", name="Choose this", exact=True).locator("visible=true"))
    write(page, "What is to be done?", what)
    choose(page, "Which agency owns it?", "Lantern Youth Charity")
    write(page, "Which role does it?", "Youth work lead")
    for label in CHECKS:
        write(page, label, "Looked at together.")
    carry_out(page, "Add this action", "The action is added.")


def decide(page: Page, place: str, decision: str) -> None:
    expect(page.locator(".sg-item h2")).to_contain_text(place)
    choice = page.get_by_role("radio", name=decision, exact=True)
    expect(choice).to_have_count(1)  # the last item's own may still be leaving
    press(choice)
    page.get_by_label("Why", exact=True).fill("Young people and staff want the same.")
    carry_out(page, f"Decide: {decision.lower()}")
    expect(page.get_by_role("button", name=re.compile(rf"✓ \d+\. {place}")).first).to_be_visible()


def meet(chair: Page) -> None:
    """Hold a location conference on what changed, and agree the plan at its desk."""
    chair.goto(chair.url.split("/place")[0] + "/meetings")
    touch(chair.get_by_text("Plan a meeting", exact=True))
    choose(chair, "Kind of meeting", "Monthly location conference")
    carry_out(chair, "Plan it")
    expect(chair.locator(".sg-item h3", has_text=WATCHED)).to_be_visible()
    carry_out(chair, "Open the meeting")
    carry_out(chair, "Record")
    press(chair.get_by_text("Meeting chair", exact=True).last)
    expect(chair.get_by_text("1 person in the room").first).to_be_visible()
    for place, decision in ((WATCHED, "Agree the plan"), (URGENT, "Watch it")):
        press(chair.get_by_role("button", name=re.compile(rf"\d+\. {place}")))
        decide(chair, place, decision)
    press(chair.get_by_role("button", name=re.compile("Beginning")))
    carry_out(chair, "Close the meeting")
    expect(chair.get_by_role("heading", name="Minutes").first).to_be_visible()


def do(page: Page, number: int) -> None:
    touch(page.locator(".sg-act a", has_text=f"Step {number}"))
    carry_out(page, "Accept it", "The action is accepted.")
    carry_out(page, "Begin it", "The action is in progress.")
    write(page, "What came of it?", "It runs.")
    carry_out(page, "It is done", "The action is done.")
    carry_out(page, "All actions")


def move(page: Page, deed: str, said: str) -> None:
    write(page, "Why now?", "The meeting decided so.")
    carry_out(page, deed, said)


def test_a_place_goes_all_the_way_from_a_worry_to_a_safer_place(at):
    chair = at("chair", "/place")
    turn_to(chair, "All places")
    touch(chair.get_by_role("link", name=WATCHED).first)
    expect(chair.get_by_text("Write down the screening decision").first).to_be_visible()
    write(chair, "Why, in words about the place", "Two reports this week.")
    carry_out(chair, "Keep the decision", "The decision is kept, with your name.")
    move(chair, "Begin to assess it", "The place is now being assessed.")
    case = chair.url.split("?")[1]

    analyst = at("analyst", f"/place?{case}&part=assessment")
    assess(analyst)
    chair.goto(f"{chair.url}&part=assessment")
    carry_out(chair, "Sign it off", "It is signed off.")

    turn_to(analyst, "Plan")
    set_goal(analyst)
    for number, tactic in enumerate(TACTICS, 1):
        act(analyst, f"Step {number}: with the youth club.", tactic)
    carry_out(analyst, "Ask for approval", "It waits for approval by a second person.")
    meet(chair)
    chair.goto(f"{analyst.url.split('?')[0]}?{case}&part=plan")
    carry_out(chair, "Approve the plan", "The plan is approved.")

    practitioner = at("practitioner", "/actions")
    for number in (1, 2, 3):
        do(practitioner, number)
    turn_to(chair, "Overview")
    move(chair, "Bring it to review", "The place is now in review.")

    analyst.goto(f"{analyst.url.split('?')[0]}?{case}&part=plan")
    expect(analyst.locator(".sg-data").last).to_be_visible()
    choose(analyst, "Goal 1 is", "▲ Better")
    write(analyst, "Measured now", "9 of 20")
    write(analyst, "What shows it", "The same group.")
    write(analyst, "What do young people say", "They use it again.")
    write(analyst, "What else happened", "Nothing seen.")
    choose(analyst, "What is decided?", "Step the place down")
    carry_out(analyst, "Keep the review", "The review is kept.")
    write(analyst, "Why can it be closed?", "The place is safer.")
    carry_out(analyst, "Ask a second person to close it", "It waits for a second person")
    turn_to(chair, "Plan")
    carry_out(chair, "Close the plan", "The plan is closed.")
    turn_to(chair, "Overview")
    move(chair, "Step it down", "The place is now stepped down.")

    chair.goto(f"{chair.url.split('?')[0]}?{case}&part=timeline")
    touch(chair.locator(".sg-line-action a", has_text=re.compile("Action (confirmed|done)")).first)
    touch(chair.locator(".sg-trail a", has_text="Told on"))
    expect(chair.get_by_text("nobody is there after five").first).to_be_visible()
