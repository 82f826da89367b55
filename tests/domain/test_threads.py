"""Threads on notes: who reads and answers them, whom they ask, how they end, how they read."""

from dataclasses import replace

import pytest
from shapely import Point
from sqlalchemy import select

from domain import mentions, threads
from domain.accounts import Agency
from domain.annotation_changes import annotate, change, withdraw
from domain.annotations import AnnotationState
from domain.audit import Entry
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.people import PUBLIC, SYSTEM, Role, Tier
from domain.thread_tables import Mention, ReplyKind
from tests.conftest import arrange
from tests.domain import rows

NOTE = {"kind": "question", "text": "Who closes the gate?", "shape": rows.HERE,
        "precision": "street"}  # fmt: skip
READERS = {Role.PRACTITIONER, Role.POLICE, Role.ANALYST, Role.COORDINATOR}


@pytest.fixture
def do(store):
    def do(action, *args, **given):
        with store.writing() as session:
            return action(session, *args, **given)

    return do


@pytest.fixture
def look(store):
    def look(actor, note):
        with store.reading() as session:
            return threads.thread(session, actor, note.id)

    return look


@pytest.fixture
def note(do, actor):
    return do(annotate, actor(Role.POLICE), **NOTE)


@pytest.fixture
def youth(store):
    with store.writing() as session:
        return arrange(session, SYSTEM, Agency(name="Youth & family service", kind="council"))[0]


def test_a_colleague_replies_and_it_is_read_in_order(do, look, note, actor):
    do(threads.reply, actor(Role.PRACTITIONER), note.id, text="The warden, at six. 07700 900123")
    do(threads.reply, actor(Role.POLICE), note.id, text="Thank you.")
    first, second = look(actor(Role.COORDINATOR), note).lines
    assert first.text == "The warden, at six. [phone number removed]"
    assert (first.who, second.text) == ("Practitioner", "Thank you.")
    assert look(actor(Role.POLICE), note).lines[1].mine


@pytest.mark.parametrize("role", Role)
def test_a_thread_is_for_those_who_may_read_its_note(do, look, note, people, role):
    if role in READERS:
        do(threads.reply, people[role], note.id, text="Yes.")
        assert look(people[role], note).lines
        return
    with pytest.raises(NotPermitted):
        do(threads.reply, people[role], note.id, text="Yes.")
    with pytest.raises(NotFound):
        look(people[role], note)


def test_nobody_without_a_name_replies(do, note):
    for who in (PUBLIC, SYSTEM):
        with pytest.raises(NotPermitted):
            do(threads.reply, who, note.id, text="Yes.")


def test_a_reply_is_never_read_by_who_does_not_see_its_note(do, store, look, actor):
    with store.writing() as session:
        secret, area = arrange(
            session, SYSTEM, rows.place(tier=int(Tier.T4)), rows.area(outline=rows.around(reach=9))
        )
    police, chair = actor(Role.POLICE), actor(Role.COORDINATOR)
    high = do(annotate, police, **{**NOTE, "tier": int(Tier.T4)})
    hidden = do(annotate, police, **NOTE, place_id=secret.id)
    far = do(annotate, police, **{**NOTE, "shape": Point(480_000, 550_000)})
    gone = do(annotate, police, **NOTE)
    for each in (high, hidden, far, gone):
        do(threads.reply, police, each.id, text="Quillfeather.")
    do(withdraw, police, gone.id, version=1)
    local = replace(chair, area_ids=frozenset({area.id}))
    for who, each in ((chair, high), (chair, hidden), (local, far), (police, gone)):
        for act in (threads.reply, threads.resolve):
            words = {"reason" if act is threads.resolve else "text": "x"}
            with pytest.raises(NotFound, match="That note is not there"):
                do(act, who, each.id, **words)
        with pytest.raises(NotFound, match="That note is not there"):
            look(who, each)
        with store.reading() as session, pytest.raises(NotFound):
            threads.edits(session, who, each.id)


def test_the_partner_who_reported_it_reads_no_thread_on_it(do, store, look, actor):
    partner = actor(Role.PARTNER)
    with store.writing() as session:
        (told,) = arrange(
            session, SYSTEM,
            rows.annotation(author_id=partner.id, state=AnnotationState.SHARED),
        )  # fmt: skip
    do(threads.reply, actor(Role.POLICE), told.id, text="We know of it.")
    with pytest.raises(NotFound):
        look(partner, told)


def test_what_was_said_among_few_stays_among_them_when_a_note_is_opened_to_more(do, look, actor):
    police = actor(Role.POLICE)
    note = do(annotate, police, **NOTE, tier=int(Tier.T4))
    do(threads.reply, police, note.id, text="For us alone.")
    do(change, police, note.id, version=1, tier=int(Tier.T2), text="For all.")
    do(threads.reply, police, note.id, text="For everyone.")
    assert [each.text for each in look(police, note).lines] == ["For us alone.", "For everyone."]
    seen = look(actor(Role.COORDINATOR), note)
    assert [each.text for each in seen.lines] == ["For everyone."]
    assert seen.edits == 0


def test_an_agency_or_a_role_is_asked_by_its_name_or_from_the_list(do, store, look, actor, youth):
    police = actor(Role.POLICE)
    note = do(annotate, police, **{**NOTE, "text": "@youth & family service: who closes it?"})
    assert look(police, note).asked == (youth.name,)
    keys = [mentions.Target("police", role=Role.POLICE).key]
    line = do(
        threads.reply, police, note.id, asked=keys,
        text="@analyst, @Youth & family service! Mail joe@police.uk or @jo_99 on snap.",
    )  # fmt: skip
    (told,) = look(police, note).lines
    assert set(told.asked) == {"analyst", "police", youth.name}
    assert told.text.startswith("@analyst, @Youth & family service! Mail [e-mail")
    assert "jo_99" not in told.text
    do(threads.change, police, line.id, text="Nobody now.", version=1)
    with store.reading() as session:
        assert session.scalars(select(Mention.reply_id)).all() == [None]


def test_nobody_is_asked_who_is_not_there(do, note, actor, youth):
    for key in ("agency:9999", "role:community partner", "x"):
        with pytest.raises(Invalid, match="cannot be asked"):
            do(threads.reply, actor(Role.POLICE), note.id, text="Hello.", asked=[key])


def test_a_note_is_resolved_and_opened_again_with_a_reason(do, look, note, actor):
    police = actor(Role.POLICE)
    with pytest.raises(Invalid, match="fill in the reason"):
        do(threads.resolve, police, note.id, reason=" ")
    do(threads.resolve, police, note.id, reason="The warden closes it.")
    assert look(police, note).resolved
    with pytest.raises(Conflict, match="already resolved"):
        do(threads.resolve, actor(Role.ANALYST), note.id, reason="Again.")
    do(threads.reopen, actor(Role.ANALYST), note.id, reason="Open last night.")
    found = look(police, note)
    assert not found.resolved
    assert [(each.kind, each.text) for each in found.lines] == [
        (ReplyKind.RESOLVED, "The warden closes it."),
        (ReplyKind.REOPENED, "Open last night."),
    ]


def test_only_its_writer_changes_a_reply_and_how_it_read_stays_for_the_cleared(
    do, store, look, note, actor
):
    worker = actor(Role.PRACTITIONER)
    line = do(threads.reply, worker, note.id, text="At six.")
    with pytest.raises(NotPermitted, match="wrote yourself"):
        do(threads.change, actor(Role.COORDINATOR), line.id, text="x", version=1)
    do(threads.change, worker, line.id, text="At seven.", version=1)
    with pytest.raises(Conflict, match="changed while you had it open"):
        do(threads.take_back, worker, line.id, version=1)
    do(threads.take_back, worker, line.id, version=2)
    (told,) = look(actor(Role.POLICE), note).lines
    assert (told.text, told.withdrawn) == ("", True)
    with store.reading() as session:
        for cleared in (worker, actor(Role.COORDINATOR)):
            before = threads.edits(session, cleared, note.id)
            assert [each.fields["text"] for each in before] == ["At seven.", "At six."]
            assert {each.who for each in before} == {worker.name}
        other = replace(worker, id=actor(Role.PARTNER).id)
        assert threads.edits(session, other, note.id) == []


def test_the_log_tells_who_did_what_and_never_what_was_said(do, store, note, actor):
    line = do(threads.reply, actor(Role.ANALYST), note.id, text="Quillfeather said so.")
    do(threads.change, actor(Role.ANALYST), line.id, text="Quillfeather wrote so.", version=1)
    do(threads.resolve, actor(Role.ANALYST), note.id, reason="Quillfeather.")
    with store.reading() as session:
        entries = session.scalars(select(Entry).where(Entry.action.startswith("thread."))).all()
    assert {each.action for each in entries} == {"thread.reply", "thread.change", "thread.resolve"}
    assert {each.actor_id for each in entries} == {actor(Role.ANALYST).id}
    assert "Quillfeather" not in str([each.changes for each in entries])
