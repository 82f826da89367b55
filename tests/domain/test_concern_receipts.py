"""The receipt: with the code one sees one's own, adds, takes back; without it, nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from domain.concern_floods import WRONG_CODES
from domain.concern_keys import words
from domain.concern_moderating import check_danger, reject
from domain.concern_receipts import Status, add, look, mine, strange_words, withdraw
from domain.concern_sharing import feed_back, merge
from domain.concerns import Concern, ConcernContact, ConcernState, DutyAlert
from domain.errors import Conflict, Invalid, NotFound, TooMany
from domain.people import PUBLIC, Role
from tests.domain.conftest import KEYS, NOON

AT = {"source": "192.0.2.200", "now": NOON}
S = ConcernState


def seen(box, code, **given):
    with box.store.reading() as session:
        return look(session, PUBLIC, box.intake, code, **{**AT, **given})


def original(box, concern):
    with box.store.reading() as session:
        sealed = session.scalar(select(Concern.original).where(Concern.id == concern.id))
        return sealed and KEYS.open(sealed)


def test_the_code_shows_the_state_and_never_more(box):
    told = seen(box, box.code(words="A private word."))
    assert told == Status(
        sent_on=NOON.date(),
        state="received",
        title="We have it",
        says="Your report is here. Somebody will read it soon.",
        answer="",
        answered_on=None,
        can_add=True,
        can_withdraw=True,
    )


@pytest.mark.parametrize("written", [str.upper, str.title, lambda code: code.replace(" ", "-\n ")])
def test_a_code_is_read_however_it_was_written_down(box, written):
    assert seen(box, f"  {written(box.code())}. ").state == "received"


def test_steps_in_quarantine_read_alike_and_an_answer_is_told(box):
    code, other = box.code(), box.code()
    concern = box.of(code)
    box.act(check_danger, concern, danger=False)
    reading = seen(box, code)
    assert reading.state == "reading"
    place = box.place()
    box.share(box.of(other), place)
    assert seen(box, other).state == "used"
    answer = "The council mended the light."
    box.act(feed_back, box.of(other), answer=answer, now=NOON + timedelta(days=2))
    told = seen(box, other)
    assert (told.state, told.answer) == ("answered", answer)
    assert told.answered_on == (NOON + timedelta(days=2)).date()
    assert seen(box, code) == reading


def test_a_merged_report_reads_like_any_that_is_being_read(box):
    first, code, alone = box.send(), box.code(), box.code()
    box.grade(first)
    box.grade(box.of(code))
    box.grade(box.of(alone))
    box.act(merge, box.of(code), into_id=first.id)
    assert seen(box, code) == seen(box, alone)


def test_what_is_added_is_masked_sealed_and_read_anew(box):
    code = box.code(words="Ring 07700 900123.")
    concern = box.of(code)
    with pytest.raises(Conflict, match="Someone else worked"):
        old = concern.version
        box.do(add, PUBLIC, box.intake, code, "Also 07700 900999.", **AT)
        coordinator = box.people[Role.COORDINATOR]
        box.do(check_danger, coordinator, concern.id, danger=False, version=old)
    after = box.now(concern)
    assert "07700" not in after.words
    assert after.words.count("\n\n") == 1
    assert original(box, concern) == "Ring 07700 900123.\n\nAlso 07700 900999."


def test_danger_can_be_added_and_a_closed_report_takes_no_more(box):
    code = box.code()
    box.do(add, PUBLIC, box.intake, code, "It is happening now.", danger=True, **AT)
    with box.store.reading() as session:
        assert session.scalar(select(func.count(DutyAlert.id))) == 1
    with pytest.raises(Invalid, match="write what"):
        box.do(add, PUBLIC, box.intake, code, "  ", **AT)
    for _ in range(9):
        box.do(add, PUBLIC, box.intake, code, "More.", **AT)
    with pytest.raises(Invalid, match="as much as"):
        box.do(add, PUBLIC, box.intake, code, "More.", **AT)
    box.act(reject, box.of(code), reason="not_harm")
    with pytest.raises(Conflict, match="closed"):
        box.do(add, PUBLIC, box.intake, code, "More.", **AT)


def test_taking_back_erases_words_original_and_contact_at_once(box):
    code = box.code(words="Ring 07700 900123.", where="Bandstand", contact="a@example.org")
    told = box.do(withdraw, PUBLIC, box.intake, code, **AT)
    concern = box.of(code)
    assert (concern.state, concern.words, concern.near_words) == (S.WITHDRAWN, "", "")
    assert original(box, concern) is None
    with box.store.reading() as session:
        assert session.scalar(select(func.count(ConcernContact.id))) == 0
    assert (told.state, told.can_add, told.can_withdraw) == ("withdrawn", False, False)
    assert box.do(withdraw, PUBLIC, box.intake, code, **AT) == told
    with pytest.raises(Conflict):
        box.act(check_danger, concern, danger=False)


def test_what_was_shared_stays_and_the_reporters_words_go(box):
    code = box.code(contact="a@example.org")
    box.share(box.of(code), box.place())
    box.do(withdraw, PUBLIC, box.intake, code, **AT)
    assert (box.of(code).state, box.of(code).words) == (S.SHARED, "")


@pytest.mark.parametrize("code", ["", "a b c", "<script>", "river " * 300, "  ".join(words()[:6])])
def test_every_wrong_code_reads_the_same(box, code):
    box.code()
    for action in (look, withdraw):
        with pytest.raises(NotFound, match="do not find that code"):
            box.do(action, PUBLIC, box.intake, code, **AT)


def test_trying_codes_is_hopeless_and_does_not_last(box):
    code = box.code()
    for _ in range(WRONG_CODES):
        with pytest.raises(NotFound):
            seen(box, "not a code")
    with pytest.raises(TooMany):
        seen(box, code)  # not even the right one: nothing is told
    assert seen(box, code, source="192.0.2.201").state == "received"
    assert seen(box, code, now=NOON + timedelta(hours=1)).state == "received"


def test_a_code_is_kept_nowhere_in_clear(box, url):
    code = box.code()
    with box.store.reading() as session:
        dumped = str(
            [
                list(session.connection().exec_driver_sql(f"SELECT * FROM {name}"))
                for name in ("concern", "concern_event", "audit")
            ]
        )
    assert code not in dumped
    assert code.split()[0] + " " + code.split()[1] not in dumped


def test_the_code_of_one_report_tells_nothing_of_another(box):
    mine, other = box.code(words="Mine."), box.code(words="Other.")
    box.do(withdraw, PUBLIC, box.intake, other, **AT)
    assert seen(box, mine).state == "received"


def test_a_partner_sees_their_own_without_a_code_and_nobody_elses(box, people):
    partner, other = people[Role.PARTNER], people[Role.PRACTITIONER]
    box.code(partner)
    box.code(other)
    box.code()
    with box.store.reading() as session:
        assert [each.state for each in mine(session, partner)] == ["received"]
        assert mine(session, PUBLIC) == []
        assert mine(session, people[Role.ANALYST]) == []


def test_a_word_that_no_code_has_can_be_pointed_out():
    known = " ".join(words()[:5])
    assert strange_words(f"{known} xylophon") == ["xylophon"]
