"""With a code in words anyone sees what came of their report, and only of theirs."""

import pytest
from sqlalchemy import select

from domain.concern_keys import Keys
from domain.concern_submitting import Intake
from domain.concerns import Concern, ConcernState, DutyAlert
from domain.people import SYSTEM
from tests.conftest import arrange
from tests.web.conftest import Browser, site
from tests.web.report_walk import receipt, send, token, town, walk
from web.report_desk import Reporting

ADD, BACK = "/report/receipt/add", "/report/receipt/withdraw"


@pytest.fixture
def anyone(store):
    town(store)
    return Browser(site(store, reporting=Reporting(Intake(Keys([Keys.make()])))))


@pytest.fixture
def code(anyone):
    walk(anyone)
    return send(anyone)


def concern(store):
    with store.reading() as session:
        return session.scalars(select(Concern)).one()


def test_a_code_shows_that_the_report_is_here(anyone, code):
    shown = receipt(Browser(anyone.app), code)
    assert shown.status == 200
    assert "We have it" in shown.page.said
    assert "lamp" not in shown.text


@pytest.mark.parametrize("written", [str.upper, lambda text: text.replace(" ", "-, ")])
def test_a_code_may_be_written_in_any_way(anyone, code, written):
    assert receipt(Browser(anyone.app), written(code)).status == 200


def test_every_wrong_code_reads_the_same(anyone, code):
    words = code.split()
    wrong = [" ".join(words[::-1]), " ".join(words[:5]), "nothing", "<script>", "x" * 5000]
    said = []
    for each in wrong:
        answer = receipt(anyone, each)
        assert answer.status == 404
        assert "<script>" not in answer.text
        said.append("We do not find that code." in answer.page.said)
    assert said == [True] * 5


def test_too_many_wrong_codes_have_to_wait_even_with_the_right_one(anyone, code):
    for _ in range(10):
        receipt(anyone, "wrong words")
    slowed = receipt(anyone, code)
    assert slowed.status == 429
    assert "wait an hour" in slowed.page.said
    assert receipt(Browser(anyone.app, client="192.0.2.9"), code).status == 200


def test_an_empty_code_is_asked_for_again(anyone):
    answer = receipt(anyone, " ")
    assert answer.status == 422
    assert "Enter the words of your code." in answer.page.said


def test_more_can_be_added_and_danger_calls_somebody(store, anyone, code):
    added = receipt(anyone, code, ADD, words="Ring 07700 900123, it is dark", danger="yes")
    assert added.status == 200
    assert "We have added what you wrote." in added.page.said
    assert "07700" not in concern(store).words
    assert "it is dark" in concern(store).words
    with store.reading() as session:
        assert len(list(session.scalars(select(DutyAlert)))) == 1


@pytest.mark.parametrize("words", ["", "x" * 501])
def test_nothing_and_too_much_cannot_be_added(store, anyone, code, words):
    refused = receipt(anyone, code, ADD, words=words)
    assert refused.status == 422
    assert 'href="#words"' in refused.text
    assert words[:1000] in refused.text
    assert concern(store).words == "The lamp by the steps is broken."


def test_a_report_is_taken_back_only_once_the_box_is_ticked(store, anyone, code):
    refused = receipt(anyone, code, BACK)
    assert refused.status == 422
    assert 'href="#sure"' in refused.text
    assert concern(store).state is ConcernState.RECEIVED
    done = receipt(anyone, code, BACK, sure="yes")
    assert "You have taken it back." in done.page.said
    assert (concern(store).state, concern(store).words) == (ConcernState.WITHDRAWN, "")
    again = receipt(anyone, code)
    assert "You took it back" in again.page.said
    assert BACK not in again.text
    assert ADD not in again.text


def test_an_answer_is_shown_as_text(store, anyone, code):
    with store.writing() as session:
        row = session.scalars(select(Concern)).one()
        row.answer = "The lamp works again. <script>alert(1)</script>"
        arrange(session, SYSTEM, row)
    shown = receipt(anyone, code)
    assert "The lamp works again. <script>alert(1)</script>" in shown.page.said
    assert "<script>alert" not in shown.text


@pytest.mark.parametrize("action", [ADD, BACK])
def test_another_site_or_an_old_page_changes_nothing(store, anyone, code, action):
    own = {"code": code, "sure": "yes", "words": "x"}
    assert anyone.post(action, own | {"form_token": "0"}).status == 403
    ours = own | {"form_token": token(anyone, "/report/receipt")}
    assert anyone.post(action, ours).status == 403  # the token of another form
    assert anyone.post(action, own, origin="https://x.example").status == 403
    assert concern(store).state is ConcernState.RECEIVED
    assert concern(store).words == "The lamp by the steps is broken."


def test_the_code_is_never_part_of_an_address(anyone, code):
    shown = receipt(anyone, code)
    assert code.split()[0] not in "".join(part for part in shown.text.split('"') if part[:1] == "/")
    assert anyone.get(f"/report/receipt?code={code.replace(' ', '+')}").text.count(code) == 0


def test_a_partner_who_is_signed_in_sees_their_own_reports(store, user, anyone):
    anyone.sign_in("pat")
    walk(anyone)
    send(anyone)
    assert "What you reported while signed in" in anyone.get("/report/receipt").page.said
    stranger = Browser(anyone.app)
    assert "What you reported" not in stranger.get("/report/receipt").page.said
