"""Moderating: one machine, one moderator at a time, and nobody else before it is shared."""

import inspect
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from domain import concern_queue, screenings
from domain.annotations import Annotation
from domain.audit import ACTIONS, Entry
from domain.concern_evidence import Grade, Known, grades_of, regrade
from domain.concern_moderating import (
    Draft,
    acknowledge,
    check_danger,
    grade,
    grade_plainly,
    open_contact,
    open_original,
    pass_on,
    raise_alarm,
    redact,
    reject,
    reject_bundle,
)
from domain.concern_sharing import feed_back, link, make_place, merge, share
from domain.concerns import MOVES, Basis, Concern, ConcernState, DutyAlert
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.people import PUBLIC, SYSTEM, Permission, Role, Tier, operator
from domain.place_changes import move as move_place
from domain.places import Place, Status
from domain.screenings import Decision
from store.database import Store, connect
from tests.conftest import arrange, busy
from tests.domain import rows
from tests.domain.conftest import KEYS, NOON

S = ConcernState
DETAILS = {
    "name": "The bandstand",
    "neutral_name": "Place in the park",
    "harm_primary": "UNK",
    "marking": "OFFICIAL-SENSITIVE",
}
TYPED = "Ring me on 07700 900123."


def read(box, reading, *args, who=None):
    with box.store.reading() as session:
        return reading(session, who or box.people[Role.COORDINATOR], *args)


def test_the_whole_way_from_a_report_to_an_answer(box):
    concern, place = box.send(words=TYPED), box.place(last_evidence=None)
    states = [concern.state]
    items = [
        Draft("The light behind the bandstand fails.", basis=Basis.FACT),
        Draft("People who know it walk in twos.", kind="strength", basis=Basis.OPINION),
    ]
    for action, given in (
        (check_danger, {"danger": False}),
        (redact, {"items": items}),
        (grade_plainly, {"known": [Known.FIRST_HAND, Known.SECOND_HAND]}),
        (link, {"place_id": place.id}),
        (share, {}),
        (feed_back, {"answer": "The council mended the light."}),
    ):
        states.append(box.act(action, concern, **given).state)
    assert states == [
        S.RECEIVED, S.DANGER_CHECKED, S.REDACTED, S.GRADED, S.LINKED, S.SHARED, S.FED_BACK
    ]  # fmt: skip
    with box.store.reading() as session:
        notes = session.scalars(select(Annotation).order_by(Annotation.id)).all()
        assert session.get(Place, place.id).last_evidence == NOON.date()
    assert [(each.kind, each.text) for each in notes] == [(each.kind, each.text) for each in items]
    assert all(each.shape.equals(place.shape) for each in notes)  # the reporter's spot stays here
    kept = box.now(concern)
    assert (kept.words, kept.sources) == ("Ring me on [phone number removed].", 1)
    linked = read(box, concern_queue.items, concern.id)
    assert [each.annotation_id for each in linked] == [each.id for each in notes]


def test_a_new_place_is_made_of_a_concern_and_starts_as_watched(box):
    concern = box.send(place_type="park")
    box.grade(concern)
    made = box.act(make_place, concern, **DETAILS)
    with box.store.reading() as session:
        place = session.get(Place, made.place_id)
    assert (place.status, place.place_type) == (Status.WATCH, "park")
    assert place.shape.equals(concern.shape)
    assert place.first_noted == NOON.date()


ACTS = {
    "concern.check_danger": (check_danger, {"danger": False}, S.DANGER_CHECKED),
    "concern.redact": (redact, {"items": [Draft("Dark.")]}, S.REDACTED),
    "concern.grade": (grade, {}, S.GRADED),
    "concern.grade_plainly": (grade_plainly, {"known": [Known.UNKNOWN]}, S.GRADED),
    "concern.link": (link, {"place_id": 0}, S.LINKED),
    "concern.make_place": (make_place, DETAILS, S.LINKED),
    "concern.merge": (merge, {"into_id": 0}, S.MERGED),
    "concern.share": (share, {}, S.SHARED),
    "concern.feed_back": (feed_back, {"answer": "Thank you."}, S.FED_BACK),
    "concern.reject": (reject, {"reason": "not_harm"}, S.REJECTED),
}


def in_state(box, state):
    """A concern in ``state``, put there past the actions."""
    concern, place = box.send(), box.place()
    with box.store.writing() as session:
        (kept,) = arrange(session, SYSTEM, session.get(Concern, concern.id))
        kept.state, kept.place_id = state, place.id
        item = rows.concern_item(concern_id=kept.id)
        arrange(session, SYSTEM, item)
    return concern, place


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("name", ACTS)
def test_only_the_ways_of_the_machine_are_open(box, name, state):
    action, given, leads = ACTS[name]
    concern, place = in_state(box, state)
    given = dict(given)
    if "place_id" in given:
        given["place_id"] = place.id
    if "into_id" in given:
        given["into_id"] = box.send().id
    again = {("concern.reject", S.REJECTED), ("concern.feed_back", S.REJECTED)}
    if (leads in MOVES[state]) is ((name, state) not in again):
        kept = box.act(action, concern, **given)
        assert kept.state is (state if (name, state) in again else leads)
        assert kept.version == 2
    else:
        with pytest.raises(Conflict):
            box.act(action, concern, **given)
        assert box.now(concern).state is state


def test_no_way_leads_out_of_quarantine_but_through_every_step():
    """Whatever is shared was checked for danger, redacted, graded, and linked or merged."""
    before = {target: {s for s in S if target in MOVES[s] and s is not target} for target in S}
    assert before[S.SHARED] == {S.LINKED, S.MERGED}
    assert before[S.LINKED] == before[S.MERGED] == {S.GRADED}
    assert before[S.GRADED] == {S.REDACTED}
    assert before[S.REDACTED] == {S.DANGER_CHECKED, S.GRADED, S.LINKED}
    assert before[S.DANGER_CHECKED] == {S.RECEIVED}
    assert before[S.RECEIVED] == set()


READINGS = {
    "queue": (concern_queue.queue, ()),
    "unanswered": (concern_queue.unanswered, ()),
    "find": (concern_queue.find, (1,)),
    "history": (concern_queue.history, (1,)),
    "items": (concern_queue.items, (1,)),
    "near": (concern_queue.near_concerns, (1,)),
    "contact": (concern_queue.has_contact, (1,)),
    "alerts": (concern_queue.alerts, ()),
}


@pytest.mark.parametrize("name", READINGS)
def test_nobody_but_moderators_reads_of_a_concern(box, people, name):
    box.send(danger=True)
    reading, args = READINGS[name]
    refused = [PUBLIC, SYSTEM, operator("root")]
    refused += [people[role] for role in Role if role is not Role.COORDINATOR]
    for who in refused:
        with pytest.raises(NotPermitted):
            read(box, reading, *args, who=who)
    read(box, reading, *args)


def test_nothing_of_a_concern_is_on_the_map_before_it_is_shared(box, people):
    concern, place = box.send(), box.place()
    box.grade(concern)
    box.act(link, concern, place_id=place.id)
    with box.store.reading() as session:
        assert session.scalar(select(func.count(Annotation.id))) == 0
        assert session.get(Place, place.id).last_evidence is None
        assert session.get(Place, place.id).version == 1


def test_a_moderator_of_one_area_sees_and_decides_only_there(box, people):
    near, far = box.send(), box.send(shape=rows.Point(479_000, 549_000), danger=True)
    with box.store.writing() as session:
        (area,) = arrange(session, SYSTEM, rows.area())
    limited = replace(people[Role.COORDINATOR], area_ids=frozenset({area.id}))
    assert [each.concern.id for each in read(box, concern_queue.queue, who=limited)] == [near.id]
    assert read(box, concern_queue.alerts, who=limited) == []
    with pytest.raises(NotFound):
        box.act(check_danger, far, limited, danger=False)
    with pytest.raises(NotFound):
        read(box, concern_queue.find, far.id, who=limited)


def test_danger_found_later_alerts_until_somebody_acknowledges_it(box, people):
    concern = box.send()
    box.act(check_danger, concern, danger=True, now=NOON)
    (alert,) = read(box, concern_queue.alerts)
    assert alert.acknowledged_at is None
    late = NOON + timedelta(minutes=31)
    assert concern_queue.is_late(alert, rows.MODERATION, late)
    assert not concern_queue.is_late(alert, rows.MODERATION, NOON + timedelta(minutes=29))
    box.act(redact, concern, items=[Draft("Dark.")])
    assert [each.id for each in read(box, concern_queue.alerts)] == [alert.id]
    seen = box.do(acknowledge, people[Role.COORDINATOR], alert.id, now=late)
    assert (seen.acknowledged_at, seen.acknowledged_by) == (late, "Coordinator")
    assert read(box, concern_queue.alerts) == []
    with pytest.raises(Conflict, match="Coordinator acknowledged"):
        box.do(acknowledge, people[Role.COORDINATOR], alert.id)
    box.act(raise_alarm, concern)
    assert len(read(box, concern_queue.alerts)) == 1


def test_an_alert_outlives_that_the_report_is_rejected(box):
    concern = box.send(danger=True)
    box.act(reject, concern, reason="malicious")
    assert len(read(box, concern_queue.alerts)) == 1


def test_the_original_is_read_by_moderators_alone_and_each_opening_is_logged(box, people):
    concern = box.send(words=TYPED, contact="a@example.org")
    coordinator = people[Role.COORDINATOR]
    assert box.do(open_original, coordinator, KEYS, concern.id, NOON) == TYPED
    assert box.do(open_contact, coordinator, KEYS, concern.id, NOON) == "a@example.org"
    with box.store.reading() as session:
        query = select(Entry).where(Entry.action.like("concern.open%")).order_by(Entry.id)
        told = session.scalars(query).all()
        opened = [each for each in told if "opened" in each.changes]
    assert [each.changes["opened"] for each in opened] == ["original", "contact"]
    assert {each.actor_id for each in opened} == {coordinator.id}
    assert "07700" not in str([each.changes for each in told])
    kinds = [each.kind for each in read(box, concern_queue.history, concern.id)]
    assert kinds == ["contact_opened", "original_opened", "received"]
    others = [people[role] for role in Role if role is not Role.COORDINATOR]
    for who in (PUBLIC, SYSTEM, operator("root"), *others):
        for action in (open_original, open_contact):
            with pytest.raises(NotPermitted):
                box.do(action, who, KEYS, concern.id, NOON)


def test_an_original_past_its_days_is_not_opened_even_if_nobody_swept(box, people):
    concern, who = box.send(words=TYPED), people[Role.COORDINATOR]
    late = NOON + timedelta(days=28)
    assert box.do(open_original, who, KEYS, concern.id, late - timedelta(minutes=1))
    with pytest.raises(NotFound, match="erased"):
        box.do(open_original, who, KEYS, concern.id, late)


def test_what_is_passed_on_leaves_the_time_and_the_recipient_and_nothing_else(box):
    concern = box.send(words=TYPED)
    box.act(pass_on, concern, recipient="first_contact", now=NOON)
    first = read(box, concern_queue.history, concern.id)[0]
    assert (first.kind, first.at, first.said) == ("passed_on", NOON, "")
    assert first.details == {"recipient": "first_contact"}
    with pytest.raises(Invalid):
        box.act(pass_on, concern, recipient="my cousin")
    assert list(inspect.signature(pass_on).parameters)[3:] == ["recipient", "version", "now"]


def test_codes_are_set_by_trained_graders_and_read_by_them_alone(box, people):
    concern, place = box.send(), box.place()
    coordinator, analyst = people[Role.COORDINATOR], people[Role.ANALYST]
    box.act(check_danger, concern, danger=False)
    box.act(redact, concern, items=[Draft("Dark.")])
    codes = [Grade("1", "A", "C", "Not outside the meeting.")]
    with pytest.raises(NotPermitted, match="grade"):
        box.act(grade, concern, grades=codes)
    trained = replace(coordinator, permissions=coordinator.permissions | {Permission.GRADE})
    with pytest.raises(Invalid, match="one grade for each of the 1"):
        box.act(grade, concern, trained, grades=codes * 2)
    box.act(grade, concern, trained, grades=codes)
    box.act(link, concern, place_id=place.id)
    box.act(share, concern)
    (item,) = read(box, concern_queue.items, concern.id)
    note = item.annotation_id
    plain = read(box, grades_of, [note])[note]
    assert (plain.words, plain.code) == ("first-hand, from a reliable source", "")
    assert plain.conditions == "Not outside the meeting."
    assert read(box, grades_of, [note], who=analyst)[note].code == "1·A·C"
    box.do(regrade, analyst, note, Grade("3", "E", "P"))
    assert read(box, grades_of, [note], who=analyst)[note].code == "3·E·P"
    with pytest.raises(NotPermitted):
        box.do(regrade, coordinator, note, Grade())
    assert read(box, grades_of, [note], who=people[Role.PARTNER]) == {}
    with pytest.raises(NotFound):
        box.do(regrade, analyst, 999, Grade())


def test_what_the_community_tells_is_untested_and_unknown_until_graded(box, people):
    concern = box.send()
    box.grade(concern)
    (item,) = read(box, concern_queue.items, concern.id)
    assert (item.grade_source, item.information, item.handling) == ("2", "D", "C")
    assert item.conditions
    assert not item.trained


@pytest.mark.parametrize(
    "given", [("4", "A", "P"), ("1", "F", "P"), ("1", "A", "X"), ("1", "A", "C", " ")]
)
def test_a_grade_that_is_none_is_refused(given):
    with pytest.raises(Invalid):
        Grade(*given)


@pytest.mark.parametrize(
    "answer",
    [
        "Police will patrol there.", "Officers were told.", "Two arrests were made.",
        "An investigation goes on.", "A raid is planned.", "",
    ],
)  # fmt: skip
def test_no_reporter_hears_of_police_work(box, answer):
    concern = box.send()
    box.share(concern, box.place())
    with pytest.raises(Invalid):
        box.act(feed_back, concern, answer=answer)
    with pytest.raises(Invalid):
        box.act(reject, box.send(), reason="not_harm", answer=answer or "patrols")


def test_what_moderators_write_is_masked(box):
    concern = box.send()
    box.act(check_danger, concern, danger=False)
    box.act(redact, concern, items=[Draft("Ring 07700 900123.")])
    (item,) = read(box, concern_queue.items, concern.id)
    assert "07700" not in item.text
    box.act(reject, concern, reason="test", answer="Ring 07700 900123.")
    assert "07700" not in box.now(concern).answer


def test_a_rejected_reporter_can_be_answered_later(box):
    concern = box.send()
    box.act(reject, concern, reason="elsewhere")
    kept = box.act(feed_back, concern, answer="Please tell the next council.")
    assert (kept.state, kept.answer) == (S.REJECTED, "Please tell the next council.")


def test_a_flood_is_rejected_at_once_and_a_danger_in_it_stays(box, people):
    sent = [box.send(source="192.0.2.1") for _ in range(5)]
    sent += [box.send(source="192.0.2.1", danger=index == 3) for index in range(8)]
    bundle = sent[-1].bundle
    coordinator = people[Role.COORDINATOR]
    count = box.do(reject_bundle, coordinator, bundle, keep=sent[5].id, reason="repeat")
    assert count == 6
    states = [box.now(each).state for each in sent]
    assert states.count(S.REJECTED) == 6
    assert box.now(sent[5]).state is box.now(sent[8]).state is S.RECEIVED
    with pytest.raises(NotFound):
        box.do(reject_bundle, coordinator, "", reason="repeat")


def test_merging_adds_a_voice_and_shares_what_was_merged(box, people):
    first, second, doubted = box.send(), box.send(), box.send()
    partner = [box.send(people[Role.PARTNER]) for _ in range(2)]
    place = box.place()
    for each in (first, second, *partner):
        box.grade(each)
    box.grade(doubted, Known.DOUBTED)
    for each in (second, doubted, *partner):
        box.act(merge, each, into_id=first.id)
    box.act(link, first, place_id=place.id)
    box.act(share, first)
    assert box.now(first).sources == 3  # two of the public, one partner, however often
    for each in (second, *partner):
        kept = box.now(each)
        assert (kept.state, kept.place_id, kept.bundle) == (S.SHARED, place.id, None)
    late = box.send(now=NOON + timedelta(days=3))
    box.grade(late)
    box.act(merge, late, into_id=first.id)
    assert box.now(late).state is S.SHARED
    assert box.now(first).sources == 4
    with box.store.reading() as session:
        assert session.get(Place, place.id).last_evidence == (NOON + timedelta(days=3)).date()
    box.act(feed_back, first, answer="The light works again.")
    assert {box.now(each).answer for each in (first, second, late)} == {"The light works again."}


def test_a_concern_is_not_merged_with_itself_or_with_what_is_closed(box):
    concern, closed = box.send(), box.send()
    box.grade(concern)
    box.act(reject, closed, reason="test")
    with pytest.raises(Invalid, match="another concern"):
        box.act(merge, concern, into_id=concern.id)
    with pytest.raises(Conflict, match="not taken further"):
        box.act(merge, concern, into_id=closed.id)
    with pytest.raises(NotFound):
        box.act(merge, concern, into_id=999)


@pytest.mark.parametrize(
    ("known", "passes"),
    [
        ((Known.DOUBTED,), False),
        ((Known.UNKNOWN,), False),
        ((Known.DOUBTED, Known.UNKNOWN), False),
        ((Known.SECOND_HAND,), True),
        ((Known.UNKNOWN, Known.FIRST_HAND), True),
    ],
)
def test_no_place_moves_beyond_watch_on_doubted_or_lone_unknown_material(
    box, people, known, passes
):
    concern, place = box.send(), box.place()
    items = [Draft(f"Statement {index}.") for index in range(len(known))]
    box.share(concern, place, *known, items=items)
    coordinator = people[Role.COORDINATOR]
    moved = {"reason": "It needs a look.", "version": 2}
    screen(box, coordinator, place)
    if passes:
        place = box.do(move_place, coordinator, place.id, Status.ASSESSING, **moved)
        assert place.status is Status.ASSESSING
    else:
        with pytest.raises(Invalid, match="stays watched"):
            box.do(move_place, coordinator, place.id, Status.ASSESSING, **moved)
        box.do(move_place, coordinator, place.id, Status.STEPPED_DOWN, **moved)


def screen(box, who, place):
    """Decide that a place is assessed, without which it does not move on."""
    box.do(screenings.decide, who, place.id, Decision.ASSESS, reason="It needs a look.")


@pytest.mark.parametrize("what", ["another voice", "a colleague's note", "a missing episode"])
def test_a_second_source_of_any_kind_lets_a_place_move_on(box, people, what):
    concern, place = box.send(), box.place()
    box.share(concern, place, Known.UNKNOWN)
    if what == "another voice":
        other = box.send()
        box.grade(other)
        box.act(merge, other, into_id=concern.id)
    else:
        make = rows.annotation if what.startswith("a coll") else rows.touch
        with box.store.writing() as session:
            arrange(session, SYSTEM, make(place_id=place.id))
    coordinator = people[Role.COORDINATOR]
    screen(box, coordinator, place)
    with box.store.reading() as session:
        version = session.get(Place, place.id).version
    moved = box.do(
        move_place, coordinator, place.id, Status.ASSESSING, reason="Look.", version=version
    )
    assert moved.status is Status.ASSESSING


def test_one_partner_who_tells_twice_is_still_one_voice(box, people):
    place = box.place()
    for day in (0, 1):
        concern = box.send(people[Role.PARTNER], now=NOON + timedelta(days=day))
        box.share(concern, place, Known.UNKNOWN)
    with box.store.reading() as session:
        version = session.get(Place, place.id).version
    with pytest.raises(Invalid, match="stays watched"):
        box.do(
            move_place, people[Role.COORDINATOR], place.id, Status.ASSESSING, reason="Look.",
            version=version,
        )  # fmt: skip


@pytest.mark.parametrize(
    "pair",
    [
        ((check_danger, {"danger": False}), (reject, {"reason": "test"})),
        ((check_danger, {"danger": True}), (check_danger, {"danger": True})),
    ],
)
def test_two_moderators_never_both_decide_on_one_concern(box, people, url, pair):
    concern, start = box.send(), Barrier(2)

    def decide(choice):
        action, given = choice
        store = Store(connect(url), busy)
        try:
            start.wait()
            with store.writing() as session:
                action(session, people[Role.COORDINATOR], concern.id, version=1, **given)
        except Conflict:
            return False
        else:
            return True
        finally:
            store.close()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(decide, pair))
    assert sorted(done) == [False, True]
    assert box.now(concern).version == 2
    assert len(read(box, concern_queue.history, concern.id)) == 2
    with box.store.reading() as session:
        assert session.scalar(select(func.count(DutyAlert.id))) <= 1


def test_two_who_merge_each_into_the_other_do_not_lock_up(box, people, url):
    one, other, start = box.send(), box.send(), Barrier(2)
    box.grade(one)
    box.grade(other)
    version = box.now(one).version

    def join(pair):
        store = Store(connect(url), busy)
        try:
            start.wait()
            with store.writing() as session:
                who = people[Role.COORDINATOR]
                merge(session, who, pair[0].id, into_id=pair[1].id, version=version)
        except Conflict:
            return False
        else:
            return True
        finally:
            store.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(join, [(one, other), (other, one)])) == [False, True]


def test_a_failed_share_leaves_no_note_behind(box, monkeypatch):
    concern, place = box.send(), box.place()
    box.grade(concern)
    box.act(link, concern, place_id=place.id)
    with pytest.raises(Invalid, match="level of detail"):
        box.act(share, concern, tier=Tier.SEALED)
    assert box.now(concern).state is S.LINKED
    with box.store.reading() as session:
        assert session.scalar(select(func.count(Annotation.id))) == 0


def test_every_act_leaves_a_line_of_history_and_no_words_in_the_log(box, people):
    concern, place = box.send(words="Quillfeather told me."), box.place()
    box.grade(concern, items=[Draft("Quillfeather statement.")])
    box.act(link, concern, place_id=place.id)
    box.act(share, concern)
    box.act(feed_back, concern, answer="Quillfeather answer.")
    kinds = [each.kind for each in read(box, concern_queue.history, concern.id)]
    assert kinds == [
        "fed_back", "shared", "linked", "graded", "redacted", "danger_checked", "received"
    ]  # fmt: skip
    with box.store.reading() as session:
        told = session.scalars(select(Entry).where(Entry.action.like("concern.%"))).all()
    assert "Quillfeather" not in str([each.changes for each in told])
    assert {each.action for each in told} <= set(ACTIONS)
