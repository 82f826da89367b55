"""Somebody reports a place on a phone, by keyboard alone, in a real browser."""

import http.client
import re
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request, expect
from playwright.sync_api import TimeoutError as TookTooLong

from tests.journeys.conftest import LAPTOP, PHONE, carry_out, press, sound, touch

pytestmark = pytest.mark.journey
expect.set_options(timeout=60_000)
MOST_ACTIONS = 12
STATEMENT = "The light above the steps has failed since October."
FADED = """Promise.allSettled(document.getAnimations().map((each) => each.finished))
  .then(() => null)"""  # nothing here moves for ever, and the pages allow no script that polls
NUMBER = re.compile(r"\(number (\d+)\)")


class Keyboard:
    """Uses a page as somebody without a mouse does, and counts what they decide or type."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions = page, 0

    def reach(self, selector: str) -> None:
        """Go to a control with the Tab key; it must be seen and must show that it has the focus."""
        for _ in range(80):
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} cannot be reached by keyboard")

    def press(self, selector: str, key: str = "Enter") -> None:
        self.reach(selector)
        self.page.keyboard.press(key)
        self.actions += 1

    def type(self, selector: str, text: str) -> None:
        self.reach(selector)
        self.page.keyboard.type(text)
        self.actions += 1

    def on(self, step: str) -> None:
        """Wait for a page, and look at it with axe."""
        self.page.wait_for_url(f"**/report{step}")
        self.page.wait_for_load_state("networkidle")
        clean(self.page)


def clean(page: Page) -> None:
    """Look at a page of a report with axe once it is still, and at what a thumb asks of it."""
    page.evaluate(FADED)
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    last = "[...document.querySelectorAll('main, footer')].at(-1).getBoundingClientRect()"
    all_of_it = f"{last}.bottom + scrollY <= document.documentElement.scrollHeight + 1"
    assert page.evaluate(all_of_it), page.url  # nothing lies where one cannot scroll
    small = page.evaluate(
        "[...document.querySelectorAll('button, select, input:not([type=hidden]), .chip')]"
        ".filter(each => each.checkVisibility() && !each.matches('.chip input, .choice input'))"
        ".filter(each => each.getBoundingClientRect().height < 24).map(each => each.outerHTML)"
    )
    assert small == [], page.url


@pytest.fixture
def stranger(town, browser):
    """Open the app without an account; any request to another host fails the test."""
    opened, foreign, broken = [], [], []

    def open_as(size: dict = PHONE, *, script: bool = True) -> Page:
        context = browser.new_context(
            viewport=size, has_touch=size is PHONE, java_script_enabled=script
        )
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on(
            "request",
            lambda r: None if r.url.startswith((town, "data:", "blob:")) else foreign.append(r.url),
        )
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(f"{town}/report")
        return page

    yield open_as
    for context in opened:
        context.close()
    assert foreign == []
    assert broken == []


def code_on(page: Page) -> str:
    return " ".join(page.locator("#code span").all_inner_texts())


def to_the_words(page: Page) -> None:
    """Answer all that comes before the reporter's own words."""
    page.get_by_role("button", name="No, start a report").click()
    page.get_by_label("Where is the place?").fill("EM1 3AA")
    page.get_by_role("button", name="Find it").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Park or green space").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("No light, or light that fails").check()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/report/when")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/report/words")


def moderated(chair: Page, town: str, answer: str) -> str:
    """Bring the newest concern from the queue to its reporter's answer; return its place's name."""
    queue = chair.get_by_text(re.compile(r"\(number \d+\)"))
    expect(queue.first).to_be_visible()
    sound(chair)
    newest = max(int(each) for text in queue.all_inner_texts() for each in NUMBER.findall(text))
    chair.goto(f"{town}/concerns?concern={newest}")
    carry_out(chair, "No sign of danger", "Noted: no sign of danger.")
    statement = chair.get_by_label("Statement 1", exact=True)
    statement.press_sequentially("They are streetwise, ring 07700 900123. ")
    expect(chair.locator("#sg-words")).to_contain_text("This holds a phone number.")
    expect(chair.locator("#sg-words")).to_contain_text('Instead of "streetwise"')
    chair.get_by_role("button", name="Keep my words").click()
    expect(chair.locator("#sg-words")).not_to_contain_text('streetwise": has')
    statement.fill(STATEMENT)
    carry_out(chair, "Save these words", "It is in your words now.")
    carry_out(chair, "Save the grade", "It is graded.")
    sound(chair)
    press(chair.get_by_role("radio", name="Place", exact=True))
    name = first_place(chair)
    carry_out(chair, "Link to it", "It is linked.")
    carry_out(chair, "Share it", "It is shared.")
    chair.get_by_role("textbox", name="What we tell the reporter", exact=True).fill(answer)
    carry_out(chair, "Send the answer", "The answer waits")
    return name


def first_place(page: Page) -> str:
    """Choose the first place that is offered; a page that still settles closes an open list."""
    first = page.get_by_role("option").first
    for _ in range(5):
        touch(page.get_by_role("combobox", name="Which place is it?"))
        try:
            name = first.inner_text(timeout=5_000)
            first.click(timeout=5_000)
        except TookTooLong:
            continue
        return re.sub(r" \(\d+ m away\)$", "", name)
    raise AssertionError("no place is offered")


def test_a_report_by_keyboard_is_moderated_answered_and_becomes_evidence(stranger, visit, town):
    """Twelve actions to send it at most; then the chair; then the code and the place tell."""
    page = stranger()
    hands = Keyboard(page)
    hands.on("")
    hands.press("#danger-no")
    hands.on("/where")
    hands.type("#sought", "EM1 3AA")
    hands.press("main button[type=submit]")
    hands.on("/spot")
    hands.press("main button[type=submit]")
    hands.on("/kind")
    hands.press("#kind-park", "Space")
    hands.press("main button[type=submit]")
    hands.on("/worries")
    hands.press("#worry-dark", "Space")
    hands.press("main button[type=submit]")
    hands.on("/when")
    hands.press("button[value=you]")
    hands.on("/you")
    hands.press("#way-saw", "Space")
    hands.press("main button[type=submit]:not([name])")
    hands.on("/check")
    hands.press("#send")
    hands.on("/done")
    assert hands.actions <= MOST_ACTIONS

    code = code_on(page)
    assert len(code.split()) == 6
    assert page.evaluate("localStorage.length") == 0
    hands.press("a[href='/report/receipt']")
    hands.on("/receipt")
    hands.type("#code", code)
    hands.press("main button[type=submit]")
    expect(page.get_by_role("heading", name="We have it")).to_be_visible()
    clean(page)

    chair = visit("chair", "/concerns")
    place = moderated(chair, town, "The council mended the light.")
    page.goto(f"{town}/report/receipt")
    page.get_by_label("Your code").fill(code)
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("The council mended the light.")).to_be_visible()
    clean(page)
    chair.goto(f"{town}/place")
    press(chair.get_by_role("radio", name="All places"))
    touch(chair.get_by_role("link", name=place).first)
    expect(chair.get_by_text(STATEMENT).first).to_be_visible()
    expect(chair.get_by_text("Somebody told us of a worry").first).to_be_visible()


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_the_pages_beside_the_way_are_clean_too(stranger, town, size):
    page = stranger(size)
    page.get_by_role("button", name="Yes, or I am not sure").click()
    page.wait_for_url("**/report/danger")
    clean(page)
    page.get_by_role("link", name="Go on to the report").click()
    page.get_by_role("button", name="Find it").click()
    expect(page.locator(".summary")).to_be_focused()
    clean(page)
    for path in ("/report/outside", "/report/receipt", "/today"):
        page.goto(f"{town}{path}")
        clean(page)


def test_a_spot_is_marked_on_the_map_by_touch_and_by_keyboard(stranger):
    page = stranger()
    page.get_by_role("button", name="No, start a report").tap()
    expect(page.locator("#usespot")).to_be_hidden()  # nothing was marked before
    page.get_by_role("button", name="Mark it on a map instead").tap()
    page.wait_for_selector("#reportmap canvas")
    page.locator("#reportmap").tap()
    expect(page.get_by_text("The spot is marked.")).to_be_visible()
    page.get_by_label("A route").check(force=True)
    page.get_by_role("button", name="Mark the middle").press("Enter")
    page.locator("#reportmap").press("ArrowRight")
    page.wait_for_timeout(500)  # the map glides
    page.get_by_role("button", name="Mark the middle").press("Enter")
    expect(page.get_by_text("2 points marked.")).to_be_visible()
    clean(page)
    page.get_by_role("button", name="Use this mark").tap()
    page.wait_for_url("**/report/spot")
    expect(page.get_by_text("The route that you drew, near")).to_be_visible()
    expect(page.get_by_label("How sure are you of the spot?")).to_have_value("street")


def test_words_are_checked_while_they_are_written(stranger):
    page = stranger()
    to_the_words(page)
    page.locator("#words").press_sequentially("Ring 07700 900123")
    found = page.locator("#words-found")
    expect(found).to_contain_text("We will cover a phone number.")
    expect(found).to_contain_text("Ring [phone number removed]")
    expect(page.locator("#words-left")).to_have_text("483 characters left.")
    clean(page)
    page.locator("#words").press_sequentially(", they are streetwise")
    expect(found).to_contain_text("This could be said with more care.")
    clean(page)
    page.get_by_role("button", name="Keep my words").click()
    expect(found).not_to_contain_text("more care")
    expect(found).to_contain_text("We will cover a phone number.")


def test_a_lost_line_loses_nothing_and_the_page_is_sent_by_itself(stranger):
    page = stranger()
    to_the_words(page)
    page.locator("#words").fill("The lamp by the steps is broken.")
    page.context.set_offline(True)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing is lost")
    page.context.set_offline(False)
    page.wait_for_url("**/report/you")
    page.get_by_label("I saw or heard it myself").check()
    page.get_by_role("button", name="Check your answers").click()
    expect(page.get_by_text("The lamp by the steps is broken.")).to_be_visible()


def test_a_report_whose_answer_was_lost_is_sent_again_and_gets_the_same_code(stranger, town):
    page = stranger()
    to_the_words(page)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("I saw or heard it myself").check()
    page.get_by_role("button", name="Check your answers").click()
    page.wait_for_url("**/report/check")
    before, lost = cookies(page), []

    def lose(route):
        if route.request.method == "POST" and not lost:
            lost.append(taken(town, before, route.request))
            route.abort()
        else:
            route.continue_()

    page.route("**/report/check", lose)
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/report/done")
    assert lost == [code_on(page)]
    assert len(lost[0].split()) == 6


def taken(town: str, cookie: str, sent: Request) -> str:
    """Let the server take a report, keep its answer from the browser, and return the code in it."""
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": town}
    with closing(http.client.HTTPConnection(urlsplit(town).netloc, timeout=60)) as line:
        line.request("POST", "/report/check", sent.post_data, kind | {"Cookie": cookie})
        answer = line.getresponse()
        answer.read()
        assert answer.status == 303
        given = "; ".join(each.split(";")[0] for each in answer.msg.get_all("set-cookie"))
        line.request("GET", "/report/note.txt", headers={"Cookie": given})
        return line.getresponse().read().decode().strip()


def cookies(page: Page) -> str:
    return "; ".join(f"{each['name']}={each['value']}" for each in page.context.cookies())


@pytest.mark.parametrize("by", ["button", "keys"])
def test_leaving_wipes_what_was_typed_and_leaves_no_way_back_to_it(stranger, town, by):
    page = stranger()
    to_the_words(page)
    page.locator("#words").fill("The lamp by the steps is broken.")
    assert page.evaluate("localStorage.length") == 1
    if by == "button":
        page.get_by_role("button", name="Leave this site").click()
    else:
        for _ in range(3):
            page.keyboard.press("Shift")
    page.wait_for_url("**/today")
    assert page.evaluate("localStorage.length") == 0
    page.go_back()
    page.wait_for_load_state("networkidle")
    assert not re.search("lamp", page.content())
    page.goto(f"{town}/report/words")
    page.wait_for_url("**/report?again=1")


def test_what_was_typed_on_a_page_dies_after_24_hours(stranger):
    page = stranger()
    to_the_words(page)
    page.locator("#words").fill("The lamp by the steps is broken.")
    page.reload()
    expect(page.locator("#words")).to_have_value("The lamp by the steps is broken.")
    page.evaluate(
        "() => { const k = 'safeground-report', v = JSON.parse(localStorage.getItem(k));"
        " v.at -= 24 * 3600 * 1000 + 1; localStorage.setItem(k, JSON.stringify(v)); }"
    )
    page.reload()
    expect(page.locator("#words")).to_have_value("")
    assert page.evaluate("localStorage.length") == 0


def test_without_script_the_whole_way_works(stranger):
    page = stranger(script=False)
    to_the_words(page)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("I saw or heard it myself").check()
    page.get_by_role("button", name="Check your answers").click()
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/report/done")
    page.get_by_role("button", name="Leave this site").click()
    page.wait_for_url("**/today")
