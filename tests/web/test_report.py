"""Reporting a place in a browser without script, from the danger gate to the receipt."""

import re

import pytest
from shapely import Point
from sqlalchemy import select
from starlette.requests import Request

from domain import place_changes, preferences
from domain.accounts import Grant
from domain.concern_keys import Keys
from domain.concern_submitting import Intake
from domain.concerns import Concern, ConcernContact, DutyAlert
from domain.people import SYSTEM, Role
from domain.places import Place
from domain.preferences import Moderation
from tests.conftest import arrange
from tests.web.conftest import Browser, site
from tests.web.report_walk import ANSWERS, answer, send, token, town, walk
from web.report_desk import Desk, Reporting

SCRIPT = "<script>alert(1)</script>"
PAGES = [*ANSWERS, "/report/contact", "/report/check"]
EMPTY = {
    "/report": "Say whether someone is in danger now.",
    "/report/where": "Enter a street, a postcode or a name.",
    "/report/spot": "Choose one of these places.",
    "/report/kind": "Choose a kind of place.",
    "/report/worries": "Choose at least one thing that worries you, or one that helps.",
    "/report/you": "Say how you know.",
}


@pytest.fixture
def anyone(store):
    """A stranger's browser, in a partnership with streets and a boundary."""
    town(store)
    return Browser(site(store, reporting=Reporting(Intake(Keys([Keys.make()])))))


def kept(store, kind=Concern):
    with store.reading() as session:
        return list(session.scalars(select(kind)))


def plain(text):
    """Return a page without the tokens that differ for each browser."""
    return re.sub(r'name="form_token" value="\w+"|data-token="\w+"', "", text)


def test_a_stranger_reports_a_place_and_gets_a_code_in_words(store, anyone):
    walk(anyone)
    check = anyone.get("/report/check")
    for words in ("EM1 3AA", "Park or green space", "Staff who look out", "The lamp by the steps"):
        assert words in check.page.said
    code = send(anyone)
    assert len(code.split()) == 6
    assert code in anyone.get("/report/done").page.said
    (concern,) = kept(store)
    assert (concern.place_type, concern.worries, concern.helps) == ("park", ["dark"], ["staff"])
    assert (concern.times, concern.still.value, concern.precision) == (["evening"], "yes", "street")
    assert concern.words == "The lamp by the steps is broken."
    assert (concern.shape.x, concern.shape.y) == (466756.6, 543692.4)


@pytest.mark.parametrize("path", EMPTY)
def test_an_empty_page_is_refused_and_the_summary_leads_to_its_field(anyone, path):
    walk(anyone, until=path)
    refused = answer(anyone, path)
    assert refused.status == 422
    assert EMPTY[path] in refused.page.said
    (at,) = re.findall(r'class="summary".*?href="#([^"]+)"', refused.text, re.DOTALL)
    assert f'id="{at}"' in refused.text
    assert 'role="alert" tabindex="-1" autofocus' in refused.text
    assert "<title>Error: " in refused.text


def test_times_and_words_may_be_left_out(store, anyone):
    walk(anyone, when={"next": "you"}, words={})
    send(anyone)
    assert (kept(store)[0].times, kept(store)[0].words) == ([], "")


def test_skipping_leads_to_the_last_question(anyone):
    walk(anyone, until="/report/when")
    assert answer(anyone, "/report/when", next="you").goes_to == "/report/you"


@pytest.mark.parametrize("path", [*PAGES[1:], "/report/young"])
def test_a_page_out_of_order_leads_to_the_first_that_is_missing(anyone, path):
    assert anyone.get(path).goes_to == "/report?again=1"
    answer(anyone, "/report", danger="no")
    expected = None if path == "/report/where" else "/report/where"
    assert anyone.get(path).goes_to == expected
    walk(anyone, until="/report/worries")
    late = PAGES.index(path) > PAGES.index("/report/worries") if path in PAGES else True
    assert anyone.get(path).goes_to == ("/report/worries" if late else None)


def test_answers_can_be_changed_one_at_a_time(store, anyone):
    walk(anyone)
    assert 'href="/report/kind"' in anyone.get("/report/check").text
    assert answer(anyone, "/report/kind", kind="beach").goes_to == "/report/check"
    assert answer(anyone, "/report/where", sought="Mill Lane").goes_to == "/report/spot"
    assert anyone.get("/report/check").goes_to == "/report/spot"
    chosen = answer(anyone, "/report/spot", hit="street-466500-543700", precision="street")
    assert chosen.goes_to == "/report/check"
    send(anyone)
    assert (kept(store)[0].place_type, kept(store)[0].shape.x) == ("beach", 466500)


def test_danger_now_leads_to_999_first_and_a_report_can_follow(store, anyone):
    asked = answer(anyone, "/report", danger="yes")
    assert asked.goes_to == "/report/danger"
    shown = anyone.get("/report/danger")
    links = re.findall(r'href="((?:tel|sms):\d+)"', shown.text)
    assert links[0] == "tel:999"
    assert {"tel:101", "tel:08001111", "tel:0800555111", "sms:61016", "tel:116000"} <= set(links)
    for name in ("First Contact", "Childline", "NSPCC", "Crimestoppers", "Missing People"):
        assert name in shown.page.said
    for path, fields in list(ANSWERS.items())[1:]:
        answer(anyone, path, **fields)
    send(anyone)
    assert len(kept(store, DutyAlert)) == 1


def test_a_place_outside_the_area_leads_to_who_to_tell_there(store, anyone):
    walk(anyone, until="/report/where")
    answer(anyone, "/report/where", sought="Far Away Road")
    chosen = answer(anyone, "/report/spot", hit="street-560000-543000", precision="street")
    assert chosen.goes_to == "/report/outside"
    assert "the council of that area" in anyone.get("/report/outside").page.said
    assert anyone.get("/report/kind").goes_to == "/report/spot"


@pytest.mark.parametrize(
    ("sought", "found"),
    [("EM13AA", 1), ("mill lane", 2), ("near the mill lane", 2), ("NZ 667 437", 1), ("xyzzy", 0)],
)
def test_a_spot_is_found_by_words(anyone, sought, found):
    walk(anyone, until="/report/where")
    sent = answer(anyone, "/report/where", sought=sought)
    assert sent.status == (303 if found else 422)
    if found:
        spot = anyone.get("/report/spot")
        assert len([each for each in spot.page.inputs if each.get("name") == "hit"]) == found
    else:
        assert "We did not find that." in sent.page.said


def test_a_place_of_concern_is_never_found_by_its_name(store, anyone, actor):
    with store.writing() as session:
        known_place(session, actor(Role.ANALYST), "The Secret Arches")
    walk(anyone, until="/report/where")
    assert answer(anyone, "/report/where", sought="Secret Arches").status == 422


def test_every_page_is_the_same_whatever_is_known_there(store, anyone, actor):
    def pages(browser):
        shown = []
        for path, fields in ANSWERS.items():
            shown.append(browser.get(path).text)
            shown.append(answer(browser, path, **fields).text)
        shown.append(browser.get("/report/check").text)
        code = send(browser)
        return [plain(each) for each in shown], plain(browser.get("/report/done").text).replace(
            "".join(f"<span>{word}</span> " for word in code.split()), ""
        )

    before = pages(Browser(anyone.app))
    with store.writing() as session:
        known_place(session, actor(Role.ANALYST), "The steps")
    assert pages(Browser(anyone.app)) == before
    assert len(kept(store, Place)) == 1


def known_place(session, analyst, name):
    place_changes.add(
        session, analyst, name=name, neutral_name="EM/0001", place_type="park", precision="exact",
        harm_primary="CSE", marking="OFFICIAL-SENSITIVE",
        shape=Point(466756.6, 543692.4).buffer(50),
    )  # fmt: skip


def test_words_that_show_who_someone_is_are_covered_and_that_is_said(store, anyone):
    walk(anyone, words={"words": "Ring 07700 900123 about the steps."})
    check = anyone.get("/report/check")
    assert "We covered a phone number." in check.page.said
    assert "07700" not in check.text
    send(anyone)
    assert "900123" not in kept(store)[0].words


def test_the_live_check_says_what_would_be_covered_and_keeps_nothing(store, anyone):
    walk(anyone, until="/report/words")
    (live,) = re.findall(r'data-token="(\w+)"', anyone.get("/report/words").text)
    asked = {"words": "Ring 07700 900123", "form_token": live}
    said = anyone.post("/report/words/check", asked).text
    assert '"found":"a phone number"' in said
    assert "07700" not in said
    assert anyone.post("/report/words/check", asked | {"form_token": "no"}).status == 403
    assert anyone.post("/report/words/check", asked | {"words": "x" * 501}).status == 422
    assert kept(store) == []


def test_script_in_every_field_is_shown_as_text(store, anyone):
    walk(
        anyone,
        where={"sought": f"Mill Lane {SCRIPT}"[:9]},
        spot={"hit": "street-466500-543700", "precision": "street", "near": SCRIPT},
        words={"words": SCRIPT},
    )
    answer(anyone, "/report/contact", contact=SCRIPT)
    for path in ("/report/spot", "/report/words", "/report/contact", "/report/check"):
        shown = anyone.get(path)
        assert "&lt;script&gt;" in shown.text
        assert "<script>" not in shown.text
    refused = answer(anyone, "/report/where", sought=SCRIPT)
    assert "<script>" not in refused.text
    for path in ("/report/kind", "/report/you", "/report/spot", "/report/worries"):
        name = {"/report/kind": "kind", "/report/you": "way", "/report/spot": "hit"}.get(path, "x")
        assert SCRIPT not in answer(anyone, path, **{name: SCRIPT}).text


def test_someone_under_18_is_offered_childline_and_gives_no_contact(store, anyone):
    walk(anyone)
    answer(anyone, "/report/contact", contact="someone@example.org")
    sent = answer(anyone, "/report/you", way="saw", under_18="yes", next="contact")
    assert sent.goes_to == "/report/young"
    said = anyone.get("/report/young").page.said
    assert "0800 1111" in said
    assert "First Contact" in said
    assert anyone.get("/report/contact").goes_to == "/report/check"
    assert "someone@example.org" not in anyone.get("/report/check").text
    send(anyone)
    assert kept(store)[0].under_18
    assert kept(store, ConcernContact) == []


def test_a_contact_is_kept_apart_and_only_if_it_was_given(store, anyone):
    walk(anyone, you={"way": "told", "next": "contact"})
    assert answer(anyone, "/report/contact", contact="someone@example.org").status == 303
    send(anyone)
    (contact,) = kept(store, ConcernContact)
    assert b"example.org" not in contact.sealed


def test_who_is_signed_in_reports_as_themselves(store, anyone, user):
    anyone.sign_in("pat")
    walk(anyone)
    assert 'name="on_behalf"' not in anyone.get("/report/you").text  # the police take no calls
    send(anyone)
    assert (kept(store)[0].source.value, kept(store)[0].reporter_id) == ("partner", user)


def test_who_takes_a_call_reports_for_someone_else(store, anyone, user):
    with store.writing() as session:
        grant = session.scalars(select(Grant).where(Grant.user_id == user)).one()
        grant.role = Role.PARTNER
        arrange(session, SYSTEM, grant)
    anyone.sign_in("pat")
    walk(anyone, you={"way": "told", "on_behalf": "yes"})
    assert "Taken by phone for someone else" in anyone.get("/report/check").page.said
    send(anyone)
    assert kept(store)[0].source.value == "phone"


def test_a_stranger_cannot_report_on_behalf_of_someone(store, anyone):
    walk(anyone, you={"way": "saw", "on_behalf": "yes"})
    assert answer(anyone, "/report/check").status == 403
    assert kept(store) == []


def test_a_machine_that_fills_the_hidden_field_hears_what_everyone_hears(store, anyone):
    walk(anyone)
    assert len(send(anyone, website="http://x.example").split()) == 6
    assert kept(store) == []


def test_the_map_takes_a_pin_a_route_and_an_area(store, anyone):
    drawings = {
        "Point": '{"kind":"pin","points":[[-0.9682,54.7845]]}',
        "LineString": '{"kind":"route","points":[[-0.9682,54.7845],[-0.9672,54.7850]]}',
        "Polygon": '{"kind":"area","points":[[-0.9682,54.7845],[-0.9672,54.785],[-0.965,54.784]]}',
    }
    for kind, drawn in drawings.items():
        browser = Browser(anyone.app)
        walk(browser, where={"drawn": drawn}, spot={"precision": "area"})
        send(browser)
        assert kept(store)[-1].shape.geom_type == kind


@pytest.mark.parametrize(
    "drawn",
    [
        "{", "[]", "null", '{"kind":"pin"}', '{"kind":"pin","points":[[0,0],[1,1]]}',
        '{"kind":"pin","points":[["a","b"]]}', '{"kind":"pin","points":[[NaN,54]]}',
        '{"kind":"pin","points":[[1e999,54]]}', '{"kind":"pin","points":[[2.3,48.8]]}',
        '{"kind":"star","points":[[-1,54]]}', '{"kind":["pin"],"points":[[-1,54]]}',
        '{"kind":"area","points":[[-1,54],[-1,54],[-1,54]]}', "[" * 5000,
        '{"kind":"route","points":[' + ",".join(["[-1,54]"] * 31) + "]}",
    ],
)  # fmt: skip
def test_an_odd_drawing_is_refused(anyone, drawn):
    walk(anyone, until="/report/where")
    refused = answer(anyone, "/report/where", drawn=drawn)
    assert refused.status == 422
    assert "could not be read" in refused.page.said


def test_without_a_base_map_of_our_own_the_words_are_the_only_way(anyone):
    walk(anyone, until="/report/where")
    assert "data-ground" not in anyone.get("/report/where").text


def test_a_page_of_another_browser_cannot_be_sent(store, anyone):
    walk(anyone)
    own = token(anyone, "/report/check")
    foreign = anyone.post("/report/check", {"form_token": "0" * 64})
    assert foreign.status == 403
    assert (
        anyone.post("/report/check", {"form_token": own}, origin="https://x.example").status == 403
    )
    assert kept(store) == []


def test_what_was_typed_is_still_there_after_a_page_was_open_for_too_long(anyone):
    walk(anyone, until="/report/words")
    refused = anyone.post("/report/words", {"form_token": "old", "words": "By the weir"})
    assert refused.status == 403
    assert "By the weir" in refused.text


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/report/contact"])
def test_an_oversized_or_odd_body_is_refused(store, anyone, path):
    walk(anyone, until=path)
    huge = anyone.post(path, {}, body=b"words=" + b"x" * 20_000)
    assert huge.status == 422
    odd = anyone.post(
        path, {}, body=b"\xff\xfe=%ff", content_type="application/x-www-form-urlencoded"
    )
    assert odd.status == 422
    assert anyone.post(path, {}, body=b"{}", content_type="application/json").status == 422
    assert kept(store) == []


@pytest.mark.parametrize("words", ["x" * 501, "é" * 501, "\U0001f600" * 501, "a\r\n" * 400])
def test_too_many_words_are_refused_and_kept_in_the_field(anyone, words):
    walk(anyone, until="/report/words")
    refused = answer(anyone, "/report/words", words=words)
    assert refused.status == 422
    assert "characters at most" in refused.page.said
    assert words.split("\r")[0][:50] in refused.text


@pytest.mark.parametrize("words", ["\U0001f600" * 500, "\x00\x1b[31m\u202e", "a" * 500, "\ud7ff"])
def test_odd_words_of_the_right_length_get_through(store, anyone, words):
    walk(anyone, words={"words": words})
    send(anyone)
    assert len(kept(store)) == 1


def test_a_source_that_sends_too_many_waits_and_others_do_not(store, anyone):
    with store.writing() as session:
        preferences.change(session, SYSTEM, Moderation(burst=2, per_hour=2, per_day=2), version=0)
    answers = []
    for _ in range(3):
        browser = Browser(anyone.app)
        walk(browser)
        answers.append(answer(browser, "/report/check"))
    assert [each.status for each in answers] == [303, 303, 429]
    assert "Please wait an hour" in answers[-1].page.said
    assert "Check your answers" in answers[-1].page.said
    other = Browser(anyone.app, client="192.0.2.7")
    walk(other)
    send(other)


def test_pages_say_when_reports_are_read_as_the_administrator_wrote_it(store, anyone):
    with store.writing() as session:
        preferences.change(session, SYSTEM, Moderation(hours="on Tuesdays <b>"), version=0)
    shown = anyone.get("/report")
    assert "on Tuesdays &lt;b&gt;" in shown.text
    walk(anyone)
    send(anyone)
    assert "on Tuesdays <b>" in anyone.get("/report/done").page.said


def test_behind_a_proxy_only_its_own_word_counts(store):
    desk = Reporting(Intake(Keys([Keys.make()])), proxies=1)
    read = Desk(None, None, desk, None).source
    assert read(request("10.0.0.1", "6.6.6.6, 203.0.113.9")) == "203.0.113.9"
    assert read(request("10.0.0.1", None)) == "10.0.0.1"
    bare = Desk(None, None, Reporting(desk.intake), None).source
    assert bare(request("10.0.0.1", "6.6.6.6")) == "10.0.0.1"


def request(client, forwarded):
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return Request({"type": "http", "headers": headers, "client": (client, 1)})


@pytest.mark.parametrize("path", ["/report/nothing", "/report/a/b", "/report/words/check"])
def test_nothing_else_lies_below(anyone, path):
    assert anyone.get(path).status in (404, 405)
